"""Job ids in variables of the environment whose names are put together, of constants or of what other variables say."""

from __future__ import annotations

from pathlib import Path

import pytest
from rewriting import migrate

from legacy_shim.codemods.facts.deployments import Deployment

HEAD = """
import os
from dagster import Definitions
from dagster_dbt import DbtCloudClientResource, load_assets_from_dbt_cloud_job

dbt_cloud = DbtCloudClientResource(auth_token=os.environ["DBT_CLOUD_API_TOKEN"], account_id=12345)
"""
TAIL = """
models = load_assets_from_dbt_cloud_job(dbt_cloud=dbt_cloud, job_id=JOB)
defs = Definitions(assets=[models])
"""
READ = {
    "f_string": "JOB = int(os.environ[f\"JOB_{os.environ['STAGE']}\"])\n",
    "default_of_the_stage": 'stage = os.getenv("OTHER", "prod")\nJOB = int(os.environ[f"JOB_{stage}"])\n',
    "upper": 'stage = os.environ["STAGE"].upper()\nJOB = int(os.environ[f"JOB_{stage.lower()}"])\n',
    "replaced": 'JOB = int(os.environ["JOB_" + os.environ["BRANCH"].replace("-", "_")])\n',
    "added_up": 'JOB = int(os.environ["JOB_" + os.environ["STAGE"]])\n',
    "getenv": 'JOB = int(os.getenv(f"JOB_{os.environ[\'STAGE\']}", "67891"))\n',
    "default_of_the_job": 'JOB = int(os.getenv(f"OTHER_{os.environ[\'STAGE\']}", "67890"))\n',
    "two_variables": "JOB = int(os.environ[f\"{os.environ['WHAT']}_{os.environ['STAGE']}\"])\n",
    "function": 'def job(name):\n    return int(os.environ[f"JOB_{name}"])\n\nJOB = job("prod")\n',
    "number_in_the_name": 'STAGE = 1\nJOB = int(os.environ[f"JOB_{STAGE}"])\n',
}
KEPT = {
    "stage_set_by_the_code": 'os.environ["STAGE"] = "dev"\nJOB = int(os.environ[f"JOB_{os.environ[\'STAGE\']}"])\n',
    "stage_set_by_default": 'os.environ.setdefault("STAGE", "dev")\nJOB = int(os.environ[f"JOB_{os.environ[\'STAGE\']}"])\n',
    "job_set_by_the_code": 'os.environ["JOB_prod"] = "67891"\nJOB = int(os.environ[f"JOB_{os.environ[\'STAGE\']}"])\n',
    "environment_updated": "from theirs import more\nos.environ.update(more)\nJOB = int(os.environ[f\"JOB_{os.environ['STAGE']}\"])\n",
    "stage_not_known": 'from theirs import stage\nJOB = int(os.environ[f"JOB_{stage()}"])\n',
    "stage_not_set": "JOB = int(os.environ[f\"JOB_{os.environ['NO_STAGE']}\"])\n",
    "stage_bound_twice": 'import sys\nstage = "prod"\nfor stage in sys.argv:\n    pass\nJOB = int(os.environ[f"JOB_{stage}"])\n',
    "format_of_the_stage": "JOB = int(os.environ[f\"JOB_{os.environ['STAGE']:>4}\"])\n",
    "name_in_a_variable": 'JOB = int(os.environ[os.environ["NAME"]])\n',
    "much_of_little": 'JOB = int(os.environ["JOB_" + ("p" * 9).replace("p", "' + "q" * 90_000 + '")])\n',
}
ENV = {
    "STAGE": "prod", "BRANCH": "pr-od", "WHAT": "JOB", "NAME": "JOB_prod",
    "JOB_prod": "67890", "JOB_pr_od": "67890", "JOB_dev": "67891", "JOB_1": "67890",
}  # fmt: skip


@pytest.mark.parametrize("case", READ)
def test_the_variable_of_the_environment_is_read(tmp_path: Path, case: str) -> None:
    texts, _ = migrate(tmp_path, {"definitions.py": HEAD + READ[case] + TAIL}, env=ENV)
    assert "legacy_shim" not in texts["definitions.py"]
    assert 'select="tag:daily"' in texts["definitions.py"]
    assert "!= 67890" in texts["definitions.py"]  # Another job in another environment is refused.


@pytest.mark.parametrize("case", KEPT)
def test_what_is_not_surely_that_variable_keeps_the_load(tmp_path: Path, case: str) -> None:
    texts, report = migrate(tmp_path, {"definitions.py": HEAD + KEPT[case] + TAIL}, env=ENV)
    text = texts["definitions.py"]
    assert "@dbt_cloud_assets" not in text or "missing_fact(" in text
    assert {"LDC303", "LDC402"} & {one.code for one in report.findings}


def test_deployments_that_name_other_variables_have_a_table(tmp_path: Path) -> None:
    deployments = (
        Deployment("prod", {"STAGE": "prod", "JOB_prod": "67890"}),
        Deployment("dev", {"STAGE": "dev", "JOB_dev": "67891"}),
    )
    text = HEAD + READ["f_string"] + TAIL
    texts, _ = migrate(tmp_path, {"definitions.py": text}, deployments=deployments)
    assert "67890: {" in texts["definitions.py"]
    assert "67891: {" in texts["definitions.py"]


def test_a_name_of_several_is_each_of_them(tmp_path: Path) -> None:
    text = (
        HEAD
        + 'def job(name):\n    return int(os.environ[f"JOB_{name}"])\n\nmodels = [load_assets_from_dbt_cloud_job(dbt_cloud=dbt_cloud, job_id=job(n)) for n in ("prod", "dev")]\ndefs = Definitions(assets=models)\n'
    )
    texts, _ = migrate(tmp_path, {"definitions.py": text}, env=ENV)
    assert "67890: {" in texts["definitions.py"]
    assert "67891: {" in texts["definitions.py"]
