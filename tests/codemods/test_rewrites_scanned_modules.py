"""Code that looks through the names of a module meets those that a migration adds to the file: it is reported."""

from __future__ import annotations

from pathlib import Path

from rewriting import migrate

STEPS = """
from dagster_dbt.cloud.resources import DbtCloudClient


class Weekly:
    def __init__(self, client: DbtCloudClient):
        self.client = client

    def go(self):
        return self.client.run_job_and_poll(67891)


def describe(out):
    return max([out], key=lambda one: one.finished_at).job_name
"""
DEFS = """
from dagster import Definitions, op
from dagster_dbt import DbtCloudClientResource

from .steps import Weekly, describe


@op
def go(dbt: DbtCloudClientResource):
    return describe(Weekly(dbt.get_dbt_client()).go())


defs = Definitions(resources={"dbt": DbtCloudClientResource(auth_token="t", account_id=12345)})
"""
FOUND = {
    "vars": "import inspect\nfrom . import steps\nSTEPS = {n: c for n, c in vars(steps).items() if inspect.isclass(c)}\n",
    "getmembers": "import inspect\nfrom . import steps\nTASKS = inspect.getmembers(steps, inspect.isfunction)\n",
    "getmembers_by_name": "from inspect import getmembers\nimport getmembers_by_name.steps as s\nTASKS = getmembers(s)\n",
    "dir": "from . import steps\nTASKS = [getattr(steps, name) for name in dir(steps) if not name.startswith('_')]\n",
    "dict": "from . import steps\nTASKS = list(steps.__dict__.values())\n",
    "in_a_function": "from . import steps\n\n\ndef tasks(module=steps):\n    return sorted(vars(steps))\n",
    "by_text": "from importlib import import_module\nmodule = import_module('by_text.steps')\nTASKS = dict(vars(module))\n",
    "by_computed_text": "import importlib\nTASKS = [vars(importlib.import_module(f'{__package__}.{name}')) for name in ('steps',)]\n",
    "through_a_star": "from .steps import *\nTASKS = [value for value in list(globals().values()) if callable(value)]\n",
    "kept_by_a_name": "from . import steps as module\nnames = vars(module)\nTASKS = [names[name] for name in names]\n",
}
OF_ITSELF = {
    "own_globals": "\n\nTASKS = {name: value for name, value in globals().items() if callable(value)}\n",
    "own_module": "\n\nimport sys\nimport inspect\n\nTASKS = inspect.getmembers(sys.modules[__name__], inspect.isclass)\n",
    "own_dir": "\n\nTASKS = [name for name in dir() if name[0].isupper()]\n",
}
HARMLESS = {
    "one_name": "from . import steps\nWEEKLY = vars(steps)['Weekly']\nOTHER = steps.__dict__.get('Weekly')\nIS = 'Weekly' in dir(steps)\n",
    "another_module": "import json\nfrom . import steps\nNAMES = sorted(vars(json)), steps.Weekly\n",
    "an_object": "from . import steps\n\n\nclass Row: ...\n\n\ndef row(step: Row):\n    return vars(step), step.__dict__, dir(step)\n",
    "own_names": "from .steps import Weekly\nNAMES = sorted(globals()) + dir()\n",
    "what_is_exported": "from .steps import *\n__all__ = [name for name in dir() if not name.startswith('_')]\n",
    "locals_of_a_function": "from .steps import *\n\n\ndef f(x):\n    return dict(locals())\n",
}


def _packages(programs: dict[str, str], *, in_steps: bool = False) -> dict[str, str]:
    files: dict[str, str] = {}
    for name, text in programs.items():
        steps, scan = (STEPS + text, "") if in_steps else (STEPS, text)
        package = {"__init__.py": "", "steps.py": steps, "defs.py": DEFS, "scan.py": scan}
        files |= {f"{name}/{path}": each for path, each in package.items()}
    return files


def _reported(folder: Path, files: dict[str, str], scanning: str) -> dict[str, str]:
    texts, report = migrate(folder, files)
    for name in files:
        assert not name.endswith("steps.py") or "DbtCloudOutput" in texts[name], name
    found = [one for one in report.findings if "looks through the names of " in one.message]
    assert all(one.code == "LDC302" and one.place.path.name == scanning for one in found)
    return {one.place.path.parent.name: one.message for one in found}


def test_each_scan_is_reported_with_the_names_that_it_finds(tmp_path: Path) -> None:
    found = _reported(tmp_path, _packages(FOUND), "scan.py")
    assert found.keys() == FOUND.keys()
    assert "defs.py" in found.pop("by_computed_text")  # Any file may be meant.
    assert "DbtCloudOutput" not in found.pop("through_a_star")  # It begins with `_` there.
    assert all(
        "of steps.py" in text and "`DbtCloudOutput`" in text and "`urljoin`" in text
        for text in found.values()
    )


def test_so_is_a_scan_of_the_file_itself(tmp_path: Path) -> None:
    assert _reported(tmp_path, _packages(OF_ITSELF, in_steps=True), "steps.py").keys() == OF_ITSELF.keys()


def test_what_looks_up_one_name_or_something_else_is_not(tmp_path: Path) -> None:
    assert _reported(tmp_path, _packages(HARMLESS), "scan.py") == {}
