"""Variables that code sets itself decide no branch of a deployment: what the code does there is not what the deployment says."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from rewriting import NIGHTLY, migrate

from legacy_shim.codemods.facts.deployments import Deployment
from legacy_shim.codemods.facts.jobs import Facts

LOAD = """
from dagster import Definitions
from dagster_dbt import dbt_cloud_resource, load_assets_from_dbt_cloud_job

{}
cloud = dbt_cloud_resource.configured({{"auth_token": "t", "account_id": 12345}})
models = load_assets_from_dbt_cloud_job(cloud, JOB)
defs = Definitions(assets=[models])
"""
CHOICE = 'JOB = 67890 if os.environ.get("STAGE", "dev") == "prod" else 67900'
NOTHING: Mapping[str, str] = {}
DEV = {"STAGE": "dev"}
SET: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "by a default": ('import os\nos.environ.setdefault("STAGE", "prod")\n', NOTHING),
    "by an assignment": ('import os\nos.environ["STAGE"] = "prod"\n', DEV),
    "by a file that is read in a loop": (
        'import os\nfor line in open(".env"):\n    os.environ.setdefault(*line.strip().split("="))\n',
        NOTHING,
    ),
    "by dotenv, where nobody says it": (
        "import os\nfrom dotenv import load_dotenv\nload_dotenv()\n",
        NOTHING,
    ),
}
AS_SAID: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "by dotenv, where it is set before": ("import os\nfrom dotenv import load_dotenv\nload_dotenv()\n", DEV),
    "another variable": ('import os\nos.environ.setdefault("DAGSTER_HOME", "/tmp")\n', NOTHING),
    "none": ("import os\n", NOTHING),
}


def _migrated(folder: Path, head: str, variables: Mapping[str, str], choice: str = CHOICE) -> str:
    elsewhere = replace(NIGHTLY, id=67900, name="Staging", execute_steps=("dbt run --select tag:hourly",))
    texts, _ = migrate(
        folder,
        {"defs.py": head + LOAD.format(choice)},
        facts=Facts((NIGHTLY, elsewhere)),
        deployments=(Deployment("one", variables), Deployment("two", variables)),
    )
    return texts["defs.py"]


@pytest.mark.parametrize("name", SET)
def test_a_variable_that_code_sets_decides_nothing(tmp_path: Path, name: str) -> None:
    assert {*re.findall(r"(?m)^    (\d+): \{", _migrated(tmp_path, *SET[name]))} == {"67890", "67900"}


@pytest.mark.parametrize("name", AS_SAID)
def test_a_variable_that_is_as_the_deployment_says_decides(tmp_path: Path, name: str) -> None:
    assert 'name="dbt_cloud_job_67900"' in _migrated(tmp_path, *AS_SAID[name])


EQUAL = {
    "a table": ('JOBS = {"prod": 67890, "dev": 67900}\nJOB = JOBS[os.environ.get("STAGE", "dev")]', True),
    "a choice": ('JOB = 67890 if os.environ.get("STAGE") == "prod" else 67900', True),
    "an unknown rest": ('JOB = int(input()) if os.environ.get("STAGE") == "prod" else 67900', True),
    "the same in each branch": ('JOB = 67900 if os.environ.get("STAGE") == "prod" else 67900', False),
    "no choice": ("JOB = 67900", False),
}


@pytest.mark.parametrize("name", EQUAL)
def test_a_job_that_all_given_deployments_share_is_refused_elsewhere_if_code_may_name_another(
    tmp_path: Path, name: str
) -> None:
    """A deployment that nobody gave would load the assets of this job, in silence."""
    choice, is_guarded = EQUAL[name]
    text = _migrated(tmp_path, "import os\n", DEV, choice)
    assert 'name="dbt_cloud_job_67900"' in text
    assert ("if int(JOB) != 67900:\n    raise ValueError(" in text) == is_guarded
