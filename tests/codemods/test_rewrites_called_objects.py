"""Objects of the user's own that are called: what their ``__call__`` takes and answers is followed."""

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
    def run_job_and_poll(self, job_id):
        return None


"""
CLASSES = {
    "Run": """
class Run:
    def __init__(self, client, job_id):
        self.client = client
        self.job_id = job_id

    def __call__(self, interval=1):
        return self.client.run_job_and_poll(self.job_id, poll_interval=interval)


""",
    "Start": """
class Start:
    def __call__(self, client, job_id=67891):
        return client.run_job_and_poll(job_id).run_id


""",
    "Get": """
class Get:
    def __call__(self, resource):
        return resource.get_dbt_client()


""",
}
DRY = "class Dry(Get):\n    def __call__(self, resource):\n        return Fake()\n"
USED = "    get(dbt_cloud).run_job_and_poll(67891)\n"

MIGRATE = {
    "a variable": GO + "    run = Run(client, 67891)\n    print(run().run_id)\n",
    "at once": GO + "    print(Run(client, 67891)(2).run_details)\n",
    "a dict": GO
    + '    runs = {"a": Run(client, 67890), "b": Run(client, 67891)}\n    print([run().run_id for run in runs.values()])\n',
    "an argument": "start = Start()\n" + GO + "    start(client)\n    start(client=client, job_id=67890)\n",
    "an attribute": "class Flow:\n    def __init__(self):\n        self.start = Start()\n\n    def go(self, client):\n        return self.start(client)\n"
    + GO
    + "    Flow().go(client)\n",
    "a function that calls it": "def each(step, client):\n    return step(client)\n"
    + GO
    + "    each(Start(), client)\n",
    "a client": "get = Get()\n" + GO + USED,
    "itself": "class Twice(Start):\n    def twice(self, client):\n        return Start.__name__, len([1]), client.get_job(1)\n"
    + GO
    + "    Twice().twice(client)\n    Twice()(client)\n",
}  # fmt: skip
KEPT = {
    "an heir": DRY + 'get = Dry() if os.environ.get("X") else Get()\n' + GO + USED,
    "a function of others": "from theirs import get\nget = get or Get()\n" + GO + USED,
    "a fake is given": "start = Start()\n" + GO + "    start(client)\n    start(Fake())\n",
    "set of the class": "Get.__call__ = lambda self, resource: Fake()\nget = Get()\n" + GO + USED,
    "called by others": GO + "    print(list(map(Run(client, 67891), [1])))\n",
    "a decorator": "class Swap:\n    def __init__(self, function):\n        self.function = function\n\n    def __call__(self, *given):\n        return Fake()\n\n\n@Swap\ndef get(resource):\n    return resource.get_dbt_client()\n"
    + GO
    + USED,
    "another method": "class Other:\n    def run(self, client):\n        return client.run_job_and_poll(67891)\n\n    __call__ = run\n"
    + GO
    + "    Other()(client)\n",
    "no object of the class": "class Made(Start):\n    def __new__(cls):\n        return print\n" + GO + "    Made()(client)\n",
    "arguments of a metaclass": "class Made(Start, metaclass=theirs.Meta):\n    pass\n" + GO + "    Made()(client)\n",
}  # fmt: skip


def _program(text: str) -> str:
    """A whole program, with the classes that it names."""
    return (
        HEAD
        + "".join(body for name, body in CLASSES.items() if f"{name}(" in text or f"({name}" in text)
        + text
        + TAIL
    )


@pytest.mark.parametrize("name", MIGRATE)
def test_what_is_called_is_followed(tmp_path: Path, name: str) -> None:
    texts, report = migrate(tmp_path, {"program.py": _program(MIGRATE[name])})
    assert not [one.message for one in report.findings if one.code.startswith("LDC30")]
    assert "legacy_shim" not in texts["program.py"]
    assert "get_dbt_client" not in texts["program.py"]


@pytest.mark.parametrize("name", KEPT)
def test_what_may_be_called_otherwise_stays(tmp_path: Path, name: str) -> None:
    texts, report = migrate(tmp_path, {"program.py": _program(KEPT[name])})
    assert "DbtCloudWorkspace" not in texts["program.py"]
    assert [one for one in report.findings if one.code == "LDC303"]
