"""``refresh(**common)``: what a dict holds under the name of a parameter is that parameter, where the dict and the function are known."""

from __future__ import annotations

from pathlib import Path

import pytest
from one_op import GO, TAIL
from rewriting import migrate

HEAD = """
import functools
import json
import os
from dataclasses import dataclass

from dagster import Definitions, job, op
from dagster_dbt import DbtCloudClientResource


class Fake:
    def run_job_and_poll(self, job_id):
        return self


"""
REFRESH = """def refresh(client, log=None, job_id=67891):
    ran = client.run_job_and_poll(job_id)
    print(log, ran.run_id)

"""
MIGRATE = {
    "a dict": (REFRESH, '    common = {"client": client, "log": print}\n    refresh(**common)\n    refresh(job_id=67890, **common)\n'),
    "a display": (REFRESH, '    refresh(**{"client": client, "job_id": 67890})\n'),
    "a call of dict": (REFRESH, "    refresh(**dict(client=client, log=2))\n"),
    "a dict with others": (REFRESH, '    base = {"log": print}\n    common = {**base, "client": client}\n    refresh(**common)\n'),
    "a method": (
        "class Runner:\n    def go(self, client, *, job_id=67891):\n        print(client.run_job_and_poll(job_id).run_id)\n\n",
        '    common = {"client": client}\n    Runner().go(**common)\n',
    ),
    "each of several": (
        REFRESH,
        '    for one in [{"client": client, "job_id": 67890}, {"client": client, "job_id": 67891}]:\n        refresh(**one)\n',
    ),
    "what a function answers": (
        REFRESH + '\ndef common(client):\n    return {"client": client}\n\n',
        "    refresh(**common(client))\n",
    ),
}  # fmt: skip
STAY = {
    "a key that is set again": (REFRESH, '    common = {"client": client}\n    common["client"] = Fake()\n    refresh(**common)\n'),
    "a key that is set under another name": (REFRESH, '    common = {"client": client}\n    other = common\n    other["client"] = Fake()\n    refresh(**common)\n'),
    "a key that a function sets": (
        REFRESH + '\ndef swap(given):\n    given["client"] = Fake()\n\n',
        '    common = {"client": client}\n    swap(common)\n    refresh(**common)\n',
    ),
    "a key that is not known": (REFRESH, '    refresh(**{os.getenv("K", "client"): client})\n'),
    "a dict that is updated": (REFRESH, '    common = {"client": client}\n    common.update(client=Fake())\n    refresh(**common)\n'),
    "a dict that is added to": (REFRESH, '    common = {"client": client}\n    common |= {"client": Fake()}\n    refresh(**common)\n'),
    "a dict that is joined": (REFRESH, '    common = {"client": client} | {"client": Fake()}\n    refresh(**common)\n'),
    "a dict that is popped from": (REFRESH, '    common = {"client": client, "log": 1}\n    common.pop("log")\n    refresh(**common)\n'),
    "one of two dicts": (REFRESH, '    common = {"client": client}\n    if os.getenv("K"):\n        common = {"client": Fake()}\n    refresh(**common)\n'),
    "two dicts": (REFRESH, '    common = {"client": client}\n    refresh(**common, **{"job_id": 67890})\n'),
    "a comprehension": (REFRESH, '    refresh(**{name: one for name, one in (("client", client),)})\n'),
    "other arguments unwritten too": (REFRESH, '    refresh(*[client], **{"job_id": 67890})\n'),
    "what takes all by name": ('def refresh(**given):\n    given["client"].run_job_and_poll(67891)\n\n', '    refresh(**{"client": client})\n'),
    "what takes it by position alone": (
        "def refresh(client=None, /, **given):\n    print(given)\n    client.run_job_and_poll(67891)\n\n",
        '    refresh(**{"client": client})\n',
    ),
    "one of two functions": (
        REFRESH + "\ndef other(client):\n    print(client)\n\n",
        '    run = refresh if os.getenv("K") else other\n    run(**{"client": client})\n',
    ),
    "a function that is decorated": ("@print\n" + REFRESH, '    refresh(**{"client": client})\n'),
    "a partial": (REFRESH, '    functools.partial(refresh, **{"client": client})()\n'),
    "a class": (
        "@dataclass\nclass Runner:\n    client: object\n\n    def go(self):\n        self.client.run_job_and_poll(67891)\n\n",
        '    Runner(**{"client": client}).go()\n',
    ),
    "a dict that is looked at elsewhere": (REFRESH, '    common = {"client": client}\n    json.dumps(common)\n    refresh(**common)\n'),
}  # fmt: skip


@pytest.mark.parametrize("name", MIGRATE)
def test_the_parameter_is_what_the_dict_holds(tmp_path: Path, name: str) -> None:
    head, body = MIGRATE[name]
    texts, _ = migrate(tmp_path, {"program.py": HEAD + head + GO + body + TAIL})
    assert "legacy_shim" not in texts["program.py"]
    assert (
        "trigger_job_run(job_id)" in texts["program.py"] or "run_job(client, job_id)" in texts["program.py"]
    )


@pytest.mark.parametrize("name", STAY)
def test_anything_else_stays(tmp_path: Path, name: str) -> None:
    head, body = STAY[name]
    texts, report = migrate(tmp_path, {"program.py": HEAD + head + GO + body + TAIL})
    assert "DbtCloudWorkspace" not in texts["program.py"]
    assert "LDC303" in {one.code for one in report.findings}
