"""Clients that stand in a ``SimpleNamespace``, or in copies of dataclasses that have other values in some fields."""

from __future__ import annotations

from pathlib import Path

import pytest
from one_op import GO, TAIL
from rewriting import migrate

HEAD = """
import os
from dataclasses import dataclass, replace
from types import SimpleNamespace
from dagster import Definitions, job, op
from dagster_dbt import DbtCloudClientResource


class Fake:
    def run_job_and_poll(self, job_id):
        return None


"""
USE = """
def use(tools):
    return tools.client.run_job_and_poll(67891)

"""
RUN = """
@dataclass(frozen=True)
class Run:
    client: object
    job_id: int = 67890

    def of(self, job_id):
        return replace(self, job_id=job_id)

    def go(self):
        return self.client.run_job_and_poll(self.job_id).run_id


"""
TOOLS = "    tools = SimpleNamespace(client=client, name='a')\n"

MIGRATE = {
    "a namespace": GO + TOOLS + "    use(tools)\n    print(tools.name)\n",
    "inside of another": GO + TOOLS + "    use(SimpleNamespace(tools=tools).tools)\n",
    "a run in a namespace": GO + "    ran = SimpleNamespace(out=client.run_job_and_poll(67891))\n    print(ran.out.run_id)\n    print(client.get_job(1))\n",
    "None is put in": GO + TOOLS + "    use(tools)\n    tools.client = None\n",
    "a copy": RUN + GO + "    Run(client).of(67891).go()\n",
    "a copy of a copy": RUN + GO + "    first = Run(client)\n    replace(replace(first, job_id=67891), job_id=67890).go()\n",
    "a client is put into the copy": RUN + GO + "    empty = Run(None)\n    replace(empty, client=client).go()\n",
}  # fmt: skip
KEPT = {
    "a fake in another namespace": GO + TOOLS + "    use(tools)\n    use(SimpleNamespace(client=Fake()))\n",
    "a fake is put in": GO + TOOLS + "    tools.client = Fake()\n    use(tools)\n",
    "a fake is put in by a text": GO + TOOLS + '    setattr(tools, "client", Fake())\n    use(tools)\n',
    "all of its values": GO + TOOLS + "    list(vars(tools).values())[0].get_job(1)\n",
    "its dict": GO + TOOLS + '    tools.__dict__["client"].get_job(1)\n',
    "a spread": GO + '    use(SimpleNamespace(**{"client": client}))\n',
    "a name that it has not": GO + TOOLS + "    tools.other.get_job(1)\n",
    "a namespace of others": GO + "    import theirs\n    use(theirs.SimpleNamespace(client=client))\n",
    "a namespace or what others make": GO
    + "    import theirs\n    tools = SimpleNamespace(client=client) if client else theirs.make()\n    use(tools)\n",
    "an object or what others make": RUN
    + GO
    + "    import theirs\n    tools = Run(client) if client else theirs.make()\n    use(tools)\n",
    "a fake is put into the copy": RUN + GO + "    replace(Run(client), client=Fake()).go()\n",
    "of a function of the tree, a fake": RUN
    + "\ndef dry(run):\n    return replace(run, client=Fake())\n"
    + GO
    + "    dry(Run(client)).go()\n",
    "a spread into the copy": RUN + GO + '    replace(Run(client), **{"client": Fake()}).go()\n',
    "a copy of what others make": RUN + GO + "    import theirs\n    run = Run(client) if client else theirs.run()\n    replace(run, job_id=1).go()\n",
    "a class that copies in its own way": RUN
    + "\n@dataclass\nclass Own(Run):\n    def __replace__(self, **given):\n        return Fake()\n"
    + GO
    + "    replace(Own(client), job_id=1).go()\n",
    "a class that is made in its own way": "@dataclass\nclass Own:\n    client: object\n\n    def __init__(self, client):\n        self.client = client\n"
    + GO
    + "    use(replace(Own(client), client=client))\n",
}  # fmt: skip


def _program(text: str) -> str:
    return HEAD + (USE if "use(" in text else "") + text + TAIL


@pytest.mark.parametrize("name", MIGRATE)
def test_what_is_followed_migrates(tmp_path: Path, name: str) -> None:
    texts, report = migrate(tmp_path, {"program.py": _program(MIGRATE[name])})
    assert not [one.message for one in report.findings if one.code.startswith("LDC30")]
    assert "legacy_shim" not in texts["program.py"]
    assert "get_dbt_client" not in texts["program.py"]


@pytest.mark.parametrize("name", KEPT)
def test_what_may_be_something_else_stays(tmp_path: Path, name: str) -> None:
    texts, report = migrate(tmp_path, {"program.py": _program(KEPT[name])})
    assert "DbtCloudWorkspace" not in texts["program.py"]
    assert [one for one in report.findings if one.code == "LDC303"]
