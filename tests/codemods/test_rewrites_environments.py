"""One resource with jobs of several environments."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from rewriting import HOURLY, NIGHTLY, clean, migrate, migrate_one

from legacy_shim.codemods.facts.jobs import Facts

STAGING = replace(HOURLY, name="Staging", environment_id=23, execute_steps=("dbt build --select tag:daily",))
BOTH = Facts((NIGHTLY, STAGING))
LOADS = """
from dagster import Definitions, job, op
from dagster_dbt import dbt_cloud_resource, load_assets_from_dbt_cloud_job

cloud = dbt_cloud_resource("t", 12345)
nightly = load_assets_from_dbt_cloud_job(cloud, 67890)
staging = load_assets_from_dbt_cloud_job(cloud, 67891)
"""
STAYS = """

@op(required_resource_keys={"dbt_cloud"})
def rename(context):
    context.resources.dbt_cloud.get_json_artifact(11, 67890)


@job(resource_defs={"dbt_cloud": cloud})
def admin():
    rename()


defs = Definitions(assets=[nightly, staging], jobs=[admin])
"""
R11 = LOADS + "defs = Definitions(assets=[nightly, staging])\n"


def test_beside_a_use_that_stays_each_workspace_has_a_name_of_its_own(tmp_path: Path) -> None:
    text, codes = migrate_one(tmp_path, LOADS + STAYS, facts=BOTH)
    for environment in (22, 23):
        assert text.count(f"cloud_environment_{environment} = DbtCloudWorkspace(") == 1
        assert f"workspace=cloud_environment_{environment}," in text
    assert 'cloud = dbt_cloud_resource("t", 12345)\n' in text and "LDC304" in codes


@pytest.mark.parametrize("later", [BOTH, Facts((NIGHTLY, HOURLY))], ids=["other", "same"])
def test_facts_that_come_later_give_what_they_would_have_given_at_once(tmp_path: Path, later: Facts) -> None:
    first, codes = migrate_one(tmp_path / "steps", R11, facts=Facts((NIGHTLY,)))
    assert first == clean(R11).replace("from dagster_dbt import", "from legacy_shim import")
    assert "LDC401" in codes
    second, codes = migrate_one(tmp_path / "steps", first, facts=later)
    assert not any(code[3] in "34" for code in codes)
    assert second == migrate_one(tmp_path / "once", R11, facts=later)[0]


def _workspace(name: str, environment: int, job: str, job_id: int) -> str:
    return f"""{name} = DbtCloudWorkspace(
    credentials=DbtCloudCredentials(
        account_id=12345,
        token="t",
        access_url="https://cloud.getdbt.com",
    ),
    project_id=11,
    environment_id={environment},
    adhoc_job_name="{job}",  # runs job {job_id} itself, with its settings
)
"""


def test_each_environment_of_a_resource_gets_a_workspace(tmp_path: Path) -> None:
    text, codes = migrate_one(tmp_path, R11, facts=BOTH)
    first = _workspace("cloud", 22, "Nightly", 67890)
    beside = _workspace("cloud_environment_23", 23, "Staging", 67891)
    assert text == clean(
        f"""
from dagster import AssetExecutionContext, Definitions, job, op
from dagster_dbt.cloud_v2 import (
    DbtCloudCredentials,
    DbtCloudWorkspace,
    dbt_cloud_assets,
)

{first}{beside}

@dbt_cloud_assets(workspace=cloud, select="tag:daily", name="dbt_cloud_job_67890")
def nightly(context: AssetExecutionContext, dbt_cloud: DbtCloudWorkspace):
    yield from dbt_cloud.cli(["build"], context=context).wait(timeout=float("inf"))


@dbt_cloud_assets(
    workspace=cloud_environment_23,
    select="tag:daily",
    name="dbt_cloud_job_67891",
)
def staging(context: AssetExecutionContext):
    yield from cloud_environment_23.cli(["build"], context=context).wait(
        timeout=float("inf")
    )


defs = Definitions(assets=[nightly, staging], resources={{"dbt_cloud": cloud}})
"""
    )
    assert "LDC220" in codes
    assert not any(code[3] in "34" for code in codes)


RESOURCE = 'from dagster_dbt import dbt_cloud_resource\ncloud = dbt_cloud_resource("t", 12345)\n'
PAIR = "from dagster_dbt import load_assets_from_dbt_cloud_job as load\n"
FOUR = "".join(f"{name}_{job} = load({name}, {job})\n" for name in ("one", "two") for job in (67890, 67891))


def test_names_are_free_in_every_file_that_uses_them(tmp_path: Path) -> None:
    own = f"{PAIR}from home import cloud\ncloud_environment_23 = 1\na = load(cloud, 67890)\nb = load(cloud, 67891)\n"
    texts, _ = migrate(tmp_path, {"home.py": RESOURCE, "defs.py": own}, facts=BOTH)
    assert "cloud_environment_23_2 = DbtCloudWorkspace(" in texts["home.py"]
    assert "workspace=cloud_environment_23_2," in texts["defs.py"]
    assert "cloud_environment_23 = 1\n" in texts["defs.py"]


def test_resources_of_one_name_that_one_file_imports_keep_their_workspaces_apart(tmp_path: Path) -> None:
    both = f"{PAIR}from first import cloud as one\nfrom second import cloud as two\n{FOUR}"
    files = {"first.py": RESOURCE, "second.py": RESOURCE.replace('"t"', '"u"'), "defs.py": both}
    texts, _ = migrate(tmp_path, files, facts=BOTH)
    assert "cloud_environment_23 = DbtCloudWorkspace(" in texts["first.py"]
    assert "cloud_environment_23_2 = DbtCloudWorkspace(" in texts["second.py"]
    assert "from first import cloud as one, cloud_environment_23\n" in texts["defs.py"]
    assert "from second import cloud as two, cloud_environment_23_2\n" in texts["defs.py"]


@pytest.mark.parametrize(
    "loads",
    [
        "class Ours(DbtCloudClientResource): ...\n\nours = Ours(auth_token='t', account_id=12345)\n"
        "models = [load_assets_from_dbt_cloud_job(ours, i) for i in (67890, 67891)]\n",
        "ids = iter((67890, 67891))\nmodels = [load_assets_from_dbt_cloud_job(cloud, next(ids)) for _ in range(2)]\n",
    ],
)
def test_where_another_workspace_cannot_be_named_the_resource_stays(tmp_path: Path, loads: str) -> None:
    head = LOADS[: LOADS.index("nightly =")].replace("import dbt_", "import DbtCloudClientResource, dbt_")
    text, codes = migrate_one(tmp_path, head + loads, facts=BOTH)
    assert {"LDC303", "LDC307"} & {*codes}
    assert loads in text and "dbt_cloud_assets" not in text


MAKER = """

@cache
def dbt_cloud_workspace(
    cloud: DbtCloudWorkspace,
    project_id: int,
    environment_id: int,
    name: str,
):
    if (environment_id, name) == (cloud.environment_id, cloud.adhoc_job_name):
        return cloud
    return DbtCloudWorkspace(
        credentials=cloud.credentials,
        project_id=project_id,
        environment_id=environment_id,
        adhoc_job_name=name,
    )


def dbt_cloud_job(workspace: DbtCloudWorkspace, job_id: int):
    job = DBT_CLOUD_JOBS[job_id]
    workspace = dbt_cloud_workspace(
        workspace, job["project_id"], job["environment_id"], job["name"]
    )

"""


@pytest.mark.parametrize(
    "loads",
    [
        "models = [load_assets_from_dbt_cloud_job(cloud, i) for i in (67890, 67891)]\n",
        "models = [load_assets_from_dbt_cloud_job(r, i) for r, i in ((cloud, 67890), (cloud, 67891))]\n",
        "def make(i, r=cloud):\n    return load_assets_from_dbt_cloud_job(r, i)\n\nmodels = [make(67890), make(67891)]\n",
    ],
)
def test_the_row_of_each_job_says_its_environment(tmp_path: Path, loads: str) -> None:
    head = LOADS[: LOADS.index("nightly =")]
    text, codes = migrate_one(tmp_path, head + loads, facts=BOTH)
    assert not any(code[3] in "34" for code in codes)
    assert codes.count("LDC220") == 1
    assert MAKER in text
    for job_id, environment, name in ((67890, 22, "Nightly"), (67891, 23, "Staging")):
        row = f'    {job_id}: {{\n        "project_id": 11,\n        "environment_id": {environment},\n        "name": "{name}",\n'
        assert row in text
    assert _workspace("cloud", 22, "Nightly", 67890) in text


def test_a_workspace_that_a_load_makes_has_the_settings_of_its_resource(tmp_path: Path) -> None:
    program = R11.replace('"t", 12345', '"t", 12345, request_max_retries=9')
    inside = program.replace("cloud = dbt", "def build():\n    return dbt").replace("(cloud,", "(made,")
    inside = inside.replace("nightly = load", "made = build()\nnightly = load")
    text, codes = migrate_one(tmp_path, inside, facts=BOTH)
    assert not any(code[3] in "34" for code in codes)
    assert (
        "staging_workspace = DbtCloudWorkspace(\n    credentials=made.credentials,\n    project_id=11,\n"
        '    environment_id=23,\n    adhoc_job_name="Staging",  # runs job 67891 itself, with its settings\n'
        "    request_max_retries=made.request_max_retries,\n)\n"
    ) in text
    assert "workspace=staging_workspace," in text and "yield from staging_workspace.cli(" in text


def test_a_resource_with_an_annotation_gets_workspaces_beside_it(tmp_path: Path) -> None:
    program = R11.replace("cloud = dbt", "cloud: object = dbt")
    text, codes = migrate_one(tmp_path, program, facts=BOTH)
    first = _workspace("cloud: object", 22, "Nightly", 67890)
    assert first + _workspace("cloud_environment_23", 23, "Staging", 67891) in text
    assert not any(code[3] in "34" for code in codes)
