"""Files that name neither the resource key nor the asset whose value they read, as that has a name in another file."""

from __future__ import annotations

from pathlib import Path

import pytest
from rewriting import migrate

RESOURCE = """\
import os

from dagster import Definitions, asset, job, op
from dagster_dbt import DbtCloudClientResource
from uses import told

dbt = DbtCloudClientResource(auth_token=os.environ["DBT_CLOUD_API_TOKEN"], account_id=12345)
"""
OP = (
    RESOURCE
    + """

@job(resource_defs={"dbt_acme": dbt})
def nightly():
    told()
"""
)
ASSET = (
    RESOURCE
    + """

@asset(required_resource_keys={"dbt_acme"})
def nightly_run(context):
    return context.resources.dbt_acme.run_job_and_poll(67890)


defs = Definitions(assets=[nightly_run, told], resources={"dbt_acme": dbt})
"""
)
TOLD = """\
from dagster import op
from names import KEY


@op(required_resource_keys={KEY})
def told(context):
    """
NAMES = {"names.py": 'KEY = "dbt_acme"\nRUN = "nightly_run"\n'}


@pytest.mark.parametrize(
    "read",
    [
        "return getattr(context.resources, KEY).get_job(67890)",
        "client = getattr(context.resources, KEY)\n    return client.get_job(67890)",
        "resources = context.resources\n    return getattr(resources, KEY).get_job(67890)",
        "return getattr(\n        context.resources,\n        KEY,\n    ).get_job(67890)",
    ],
)
def test_a_key_of_another_file_is_followed(tmp_path: Path, read: str) -> None:
    texts, _ = migrate(tmp_path, {"program.py": OP, "uses.py": TOLD + read + "\n", **NAMES})
    assert "DbtCloudWorkspace(" in texts["program.py"]
    assert ".get_client().get_job_details(67890)" in texts["uses.py"]


@pytest.mark.parametrize("key", ["KEY = 'dbt' + '_acme'", "X = 'dbt'\nKEY = f'{X}_acme'"])
def test_a_key_that_is_put_together_keeps_the_resource(tmp_path: Path, key: str) -> None:
    uses = (
        TOLD.replace("from names import KEY", key) + "return getattr(context.resources, KEY).get_job(67890)\n"
    )
    texts, report = migrate(tmp_path, {"program.py": OP, "uses.py": uses})
    assert "DbtCloudClientResource(" in texts["program.py"]
    assert "LDC303" in {finding.code for finding in report.findings}


@pytest.mark.parametrize(
    "uses",
    [
        "from dagster import AssetIn, asset\nfrom names import RUN\n\n\n@asset(ins={'run': AssetIn(RUN)})\n",
        "from dagster import AssetIn, asset\nfrom names import RUN\n\n\n@asset(ins={'run': AssetIn(key=RUN)})\n",
        "from dagster import AssetIn, asset\n\n\n@asset(ins={'run': AssetIn('nightly' + '_run')})\n",
        "from dagster import asset\nfrom ins import INS\n\n\n@asset(ins=INS)\n",
        "from steps import table\n\n\n@table('nightly_run')\n",
    ],
)
def test_what_reads_an_asset_by_such_a_name_gets_an_object(tmp_path: Path, uses: str) -> None:
    files = {
        "program.py": ASSET,
        "uses.py": uses + "def told(run):\n    return run.run_details['id']\n",
        "ins.py": "from dagster import AssetIn\n\nINS = {'run': AssetIn('nightly_run')}\n",
        "steps.py": "from dagster import AssetIn, asset\n\n\ndef table(of):\n    return asset(ins={'run': AssetIn(of)})\n",
        **NAMES,
    }
    texts, _ = migrate(tmp_path, files)
    is_kept = "run_job_and_poll(67890)" in texts["program.py"]
    assert is_kept or "return DbtCloudOutput(" in texts["program.py"]


@pytest.mark.parametrize(
    "uses",
    [
        "from dagster import AssetIn, asset\nfrom names import RUN\n\n\n@asset(ins={'run': AssetIn(RUN)})\ndef told(run):\n    return len(run)\n",
        "from dagster import asset\n\n\n@asset\ndef told(context):\n    return getattr(context.resources, 'other')\n",
    ],
)
def test_what_reads_nothing_of_a_run_changes_nothing(tmp_path: Path, uses: str) -> None:
    texts, report = migrate(tmp_path, {"program.py": ASSET, "uses.py": uses, **NAMES})
    assert texts["uses.py"] == uses
    assert "DbtCloudWorkspace(" in texts["program.py"]
    assert "DbtCloudOutput" not in texts["program.py"]
    assert "LDC303" not in {finding.code for finding in report.findings}
