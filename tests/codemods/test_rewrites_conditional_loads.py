"""Loads in conditional expressions: a function makes the assets where the code comes to the load, and nowhere else."""

from __future__ import annotations

from pathlib import Path

import pytest
from rewriting import migrate_one

HEAD = """
import os

from dagster import Definitions
from dagster_dbt import dbt_cloud_resource, load_assets_from_dbt_cloud_job

cloud = dbt_cloud_resource.configured({"auth_token": "t", "account_id": 12345})
IS_PROD = os.getenv("ENV") == "prod"
"""
LOAD = "load_assets_from_dbt_cloud_job(dbt_cloud=cloud, job_id=67890)"
CALL = "dbt_cloud_job(cloud, 67890)"
CONDITIONAL = {
    "named": "models = [{load}] if IS_PROD else []\ndefs = Definitions(assets=models)\n",
    "the other way round": "models = [] if not IS_PROD else [{load}]\ndefs = Definitions(assets=models)\n",
    "where they are placed": "defs = Definitions(assets=[{load}] if IS_PROD else [])\n",
    "spread": "defs = Definitions(assets=[*([{load}] if IS_PROD else [])])\n",
    "added": "models = []\nmodels += [{load}] if IS_PROD else []\ndefs = Definitions(assets=models)\n",
    "returned": "def models():\n    return [{load}] if IS_PROD else []\n\n\ndefs = Definitions(assets=models())\n",
}


@pytest.mark.parametrize("program", CONDITIONAL.values(), ids=CONDITIONAL)
def test_a_load_in_a_conditional_expression_is_made_where_the_code_comes_to_it(
    tmp_path: Path, program: str
) -> None:
    text, codes = migrate_one(tmp_path, HEAD + program.format(load=LOAD))
    assert not [code for code in codes if code.startswith("LDC3")]
    assert all(line in text.splitlines() for line in program.format(load=CALL).splitlines())
    assert "def dbt_cloud_job(workspace: DbtCloudWorkspace, job_id: int):\n" in text
    assert '    67890: {"select": "tag:daily", ' in text


def test_loads_in_both_sides_share_the_function(tmp_path: Path) -> None:
    program = "defs = Definitions(assets=[{first}] if IS_PROD else [{second}])\n"
    loads = {"first": LOAD, "second": LOAD.replace("67890", "67891")}
    text, codes = migrate_one(tmp_path, HEAD + program.format(**loads))
    assert not [code for code in codes if code.startswith("LDC3")]
    assert text.endswith(program.format(first=CALL, second=CALL.replace("67890", "67891")))
    assert text.count("def dbt_cloud_job(") == 1


@pytest.mark.parametrize("job", ['int(os.environ["JOB"])', "input()"])
def test_one_whose_job_is_not_known_stays(tmp_path: Path, job: str) -> None:
    program = f"defs = Definitions(assets=[{LOAD.replace('67890', job)}] if IS_PROD else [])\n"
    text, codes = migrate_one(tmp_path, HEAD + program)
    assert any(code.startswith(("LDC3", "LDC4")) for code in codes)
    assert program in text


def test_the_condition_that_chooses_a_job_is_another(tmp_path: Path) -> None:
    program = f"defs = Definitions(assets=[{LOAD.replace('67890', '67890 if IS_PROD else 67891')}])\n"
    text, codes = migrate_one(tmp_path, HEAD + program)
    assert not [code for code in codes if code.startswith("LDC3")]
    assert "LDC214" in codes or "dbt_cloud_job(cloud, 67890 if IS_PROD else 67891)" in text
