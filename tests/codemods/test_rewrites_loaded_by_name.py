"""What a function of another package answers that loads objects by name, file or bytes may be a resource of the tree."""

from __future__ import annotations

from pathlib import Path

import pytest
from rewriting import migrate

_CLOUD = """
import os

from dagster_dbt import DbtCloudClientResource

cloud = DbtCloudClientResource(auth_token=os.environ["T"], account_id=12345)
"""
_RUNS = "\nprint(cloud.get_dbt_client().run_job_and_poll(67890).run_id)\n"
_LOADED = {
    "locate": 'from pydoc import locate\n\ncloud = locate("proj.res.cloud")\n',
    "resolve_name": 'import pkgutil\n\ncloud = pkgutil.resolve_name("proj.res:cloud")\n',
    "from a file": 'import importlib.util\n\nspec = importlib.util.spec_from_file_location("res", "proj/res.py")\n'
    "module = importlib.util.module_from_spec(spec)\nspec.loader.exec_module(module)\ncloud = module.cloud\n",
    "import_string": 'import yaml\nfrom werkzeug.utils import import_string\n\ncloud = import_string(yaml.safe_load(open("a.yaml"))["cloud"])\n',
    "instantiate": "from hydra.utils import instantiate\n\ncloud = instantiate(CFG)\n",
    "pickled": 'import pickle\n\ncloud = pickle.loads(open("cloud.bin", "rb").read())\n',
}
_MADE = {
    "by a library": "from acme_dbt import connect\n\ncloud = connect()\n",
    "by a library, by name": 'from acme_dbt import registry\n\ncloud = registry.get("cloud")\n',
}


def _program(made: str) -> dict[str, str]:
    return {"proj/__init__.py": "", "proj/res.py": _CLOUD, "jobs.py": made + _RUNS}


@pytest.mark.parametrize("made", _LOADED.values(), ids=_LOADED)
def test_a_resource_that_may_be_loaded_stays(tmp_path: Path, made: str) -> None:
    texts, report = migrate(tmp_path, _program(made))
    assert "from legacy_shim import DbtCloudClientResource" in texts["proj/res.py"]
    assert texts["jobs.py"] == made + _RUNS
    assert any("on an unknown object" in each.message for each in report.findings)


@pytest.mark.parametrize("made", _MADE.values(), ids=_MADE)
def test_a_client_that_another_package_makes_keeps_nothing(tmp_path: Path, made: str) -> None:
    texts, _ = migrate(tmp_path, _program(made))
    assert "DbtCloudWorkspace(" in texts["proj/res.py"]
    assert texts["jobs.py"] == made + _RUNS
