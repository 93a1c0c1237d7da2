"""Lambdas that stand in lists and dicts, and are called from there with a client or a resource."""

from __future__ import annotations

from pathlib import Path

import pytest
from one_op import GO, TAIL
from rewriting import migrate

HEAD = """
import os
from dagster import Definitions, job, op
from dagster_dbt import DbtCloudClientResource


class Fake:
    def get_job(self, job_id):
        return {"name": ""}

"""
TASKS = 'TASKS = {\n    # runs it\n    "run": lambda c: c.run_job_and_poll(67891).run_id,\n    "name": (lambda c: c.get_job(67891)["name"]),\n}\n'
EACH = "    for task in TASKS.values():\n        print(task(client))\n"

MIGRATE = {
    "a dict": (TASKS + GO + EACH, '"name": (lambda c: c.get_job_details(67891)["name"])'),
    "by its key": (TASKS + GO + '    TASKS["run"](client)\n    TASKS["name"](client)\n', '"run": lambda c: run_job(c, 67891)["id"]'),
    "a list of pairs in a loop": (
        GO + '    for name, task in [("a", lambda c: c.get_job(67891)["name"])]:\n        print(name, task(client))\n',
        '("a", lambda c: c.get_job_details(67891)["name"])',
    ),
    "a resource": (
        'GET = [lambda r: r.get_dbt_client().get_job(67891)["name"]]\n' + GO + "    print(client.get_job(1), GET[0](dbt_cloud))\n",
        'lambda r: r.get_client().get_job_details(67891)["name"]',
    ),
    "what takes nothing": (
        'BUILD = {"a": lambda: DbtCloudClientResource(auth_token="t", account_id=12345)}\nother = BUILD["a"]()\n'
        + GO
        + '    print(client.get_job(67891)["name"], other.get_dbt_client().get_job(67891)["name"])\n',
        'BUILD = {"a": lambda: DbtCloudWorkspace(',
    ),
    "another file": ("from tasks import TASKS\n" + GO + EACH, "for task in TASKS.values():"),
}  # fmt: skip
KEPT = {
    "a fake is given too": TASKS.replace(".run_job_and_poll(67891).run_id", ".get_job(1)") + GO + EACH + "        print(task(Fake()))\n",
    "a function of others among them": TASKS + "TASKS['more'] = theirs\n" + GO + EACH,
    "added by a function": TASKS + "def more(name, task):\n    TASKS[name] = task\n\n\nmore('a', theirs)\n" + GO + EACH,
    "with names of a comprehension": "TASKS = [lambda c: c.get_job(j)['name'] for j in (67890, 67891)]\n" + GO + "    for task in TASKS:\n        print(task(client))\n",
    "called by others": TASKS + GO + "    print(list(map(TASKS['name'], [client])))\n",
    "a lambda in a lambda": "TASKS = [lambda: [lambda c: c.get_job(1)]]\n" + GO + "    print(TASKS[0]()[0](client))\n",
}  # fmt: skip


@pytest.mark.parametrize("name", MIGRATE)
def test_what_is_called_is_followed(tmp_path: Path, name: str) -> None:
    program, wanted = MIGRATE[name]
    others = {"tasks.py": TASKS} if "from tasks" in program else {}
    texts, report = migrate(tmp_path, {"program.py": HEAD + program + TAIL, **others})
    assert not [one.message for one in report.findings if one.code.startswith("LDC30")]
    assert wanted in texts["program.py"], texts["program.py"]
    assert "legacy_shim" not in "".join(texts.values())
    assert "# runs it" in "".join(texts.values()) or "TASKS" not in program


@pytest.mark.parametrize("name", KEPT)
def test_what_may_be_something_else_stays(tmp_path: Path, name: str) -> None:
    texts, report = migrate(tmp_path, {"program.py": HEAD + KEPT[name] + TAIL})
    assert "DbtCloudWorkspace" not in texts["program.py"]
    assert [one for one in report.findings if one.code == "LDC303"]


OTHERS = {
    "beside a lambda that makes a fake": "for make in (lambda: Fake(), lambda: dbt_cloud.get_dbt_client()):",
    "beside what others make": "for make in [theirs, lambda: dbt_cloud.get_dbt_client()]:",
    "with one more that is added": "makers = [lambda: dbt_cloud.get_dbt_client()]\n    makers.append(lambda: Fake())\n    for make in makers:",
    "with more in another list": "makers = [lambda: dbt_cloud.get_dbt_client()]\n    makers = makers + [lambda: Fake()]\n    for make in makers:",
    "with those of a comprehension": "for make in [lambda: dbt_cloud.get_dbt_client(), *[lambda: Fake() for _ in 'a']]:",
    "by a key": "for make in [{'a': lambda: Fake(), 'b': lambda: dbt_cloud.get_dbt_client()}[os.name]]:",
}


@pytest.mark.parametrize("name", OTHERS)
def test_what_another_lambda_answers_keeps_what_is_called(tmp_path: Path, name: str) -> None:
    program = f"{GO}    {OTHERS[name]}\n        print(make().get_job(67891)['name'])\n"
    texts, _ = migrate(tmp_path, {"program.py": HEAD + program + TAIL})
    assert "DbtCloudWorkspace" not in texts["program.py"]


@pytest.mark.parametrize(
    "run",
    ["run = lambda c: c.get_job(67891)['name']\n", "def run(c):\n    return c.get_job(67891)['name']\n"],
)
def test_a_parameter_that_has_the_name_of_a_function_is_not_that_function(tmp_path: Path, run: str) -> None:
    program = f"{run}\n\ndef each(run, c):\n    return run(c)\n{GO}    print(each(run, client), each(lambda c: len(dir(c)), client))\n"
    texts, _ = migrate(tmp_path, {"program.py": HEAD + program + TAIL})
    assert "DbtCloudWorkspace" not in texts["program.py"]
    alone = program.replace(", each(lambda c: len(dir(c)), client)", "")
    texts, _ = migrate(tmp_path, {"program.py": HEAD + alone + TAIL})
    assert "get_dbt_client" not in texts["program.py"]
