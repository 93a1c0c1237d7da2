"""One resource, jobs of several environments: each job runs where it ran, before and after on a local dbt Cloud."""

from __future__ import annotations

import pytest
from before_and_after import HEAD, Bench, Side

PRODUCTION, STAGING = 67891, 67893
FINANCE = f"finance = load_assets_from_dbt_cloud_job(cloud, {PRODUCTION})"
REST = f"rest = load_assets_from_dbt_cloud_job(cloud, {STAGING})"
LOAD = "load_assets_from_dbt_cloud_job"
JOBS = f"({PRODUCTION}, {STAGING})"
KEPT = """
@op(required_resource_keys={"dbt_cloud"})
def rename(context):
    context.resources.dbt_cloud.__getattribute__("get_" + "job")(67890)

@job(resource_defs={"dbt_cloud": cloud})
def admin():
    rename()
"""
KICK = f"""
@op(required_resource_keys={{"dbt_cloud"}})
def kick(context):
    context.resources.dbt_cloud.run_job_and_poll({STAGING})

@job(resource_defs={{"dbt_cloud": cloud}})
def kick_staging():
    kick()
"""
PROGRAMS = {
    "two loads": f"{FINANCE}\n{REST}\ndefs = Definitions(assets=[finance, rest])",
    "a bound resource": f"{FINANCE}\n{REST}\n"
    'defs = Definitions(assets=[finance, rest], resources={"dbt_cloud": cloud})',
    "a resource under another key": f"{FINANCE}\n{REST}\n"
    'defs = Definitions(assets=[rest, finance], resources={"warehouse_dbt": cloud})',
    "beside an op": f"{FINANCE}\n{REST}\n{KICK}\ndefs = Definitions(assets=[finance, rest], jobs=[kick_staging])",
    "beside a use that stays": f"{FINANCE}\n{REST}\n{KEPT}\ndefs = Definitions(assets=[finance, rest], jobs=[admin])",
    "a comprehension": f"models = [{LOAD}(cloud, i) for i in {JOBS}]\ndefs = Definitions(assets=models)",
    "a comprehension beside a use that stays": f"models = [{LOAD}(cloud, i) for i in {JOBS}]\n{KEPT}\n"
    "defs = Definitions(assets=models, jobs=[admin])",
    "a loop": f"models = []\nfor i in {JOBS}:\n    models.append({LOAD}(dbt_cloud=cloud, job_id=i))\n"
    "defs = Definitions(assets=models)",
    "a loop over pairs": f"models = []\nfor name, i in {{'a': {PRODUCTION}, 'b': {STAGING}}}.items():\n"
    f"    models.append({LOAD}(dbt_cloud=cloud, job_id=i))\ndefs = Definitions(assets=models)",
    "a map": f"models = list(map(lambda i: {LOAD}(cloud, i), {JOBS}))\ndefs = Definitions(assets=models)",
    "a factory of jobs": f"def make(i):\n    return {LOAD}(cloud, i)\n\n"
    f"defs = Definitions(assets=[make({PRODUCTION}), make({STAGING})])",
    "a factory of resources and jobs": f"def make(resource, job_id):\n    return {LOAD}(resource, job_id)\n\n"
    f"defs = Definitions(assets=[make(cloud, {PRODUCTION}), make(job_id={STAGING}, resource=cloud)])",
    "a factory that a comprehension calls": f"def make(resource, job_id):\n    return {LOAD}(resource, job_id)\n\n"
    f"defs = Definitions(assets=[make(cloud, i) for i in {JOBS}])",
    "a factory of a factory": f"def inner(r, i):\n    return {LOAD}(r, i)\n\n"
    "def outer(resource, job_id):\n    return inner(resource, job_id)\n\n"
    f"defs = Definitions(assets=[outer(cloud, {PRODUCTION}), outer(cloud, {STAGING})])",
    "a function with its resource": "def build():\n"
    '    cloud = dbt_cloud_resource.configured({"auth_token": {"env": "DBT_CLOUD_API_TOKEN"}, "account_id": 12345})\n'
    f"    {FINANCE}\n    {REST}\n    return Definitions(assets=[finance, rest])\n\ndefs = build()",
    "a function with a loop": "def build():\n"
    '    cloud = dbt_cloud_resource.configured({"auth_token": {"env": "DBT_CLOUD_API_TOKEN"}, "account_id": 12345})\n'
    f"    return Definitions(assets=[{LOAD}(cloud, i) for i in {JOBS}])\n\ndefs = build()",
    "an annotated resource": "mine: ResourceDefinition = dbt_cloud_resource.configured("
    '{"auth_token": {"env": "DBT_CLOUD_API_TOKEN"}, "account_id": 12345})\n'
    f"{FINANCE}\n{REST}\ndefs = Definitions(assets=[finance, rest])".replace("(cloud,", "(mine,"),
    "names that are taken": f"cloud_environment_23 = 'ours'\n{FINANCE}\n{REST}\n"
    "defs = Definitions(assets=[finance, rest])",
    "a loop beside a load": f"models = [{LOAD}(cloud, i) for i in ({STAGING},)]\n{FINANCE}\n"
    "defs = Definitions(assets=[*models, finance])",
    "text for job ids": f"models = [{LOAD}(cloud, int(i)) for i in ('{PRODUCTION}', '{STAGING}')]\n"
    "defs = Definitions(assets=models)",
    "a resource in a tuple": f"models = [{LOAD}(r, i) for r, i in ((cloud, {PRODUCTION}), (cloud, {STAGING}))]\n"
    "defs = Definitions(assets=models)",
    "a resource that a function makes": "def connect():\n"
    '    return dbt_cloud_resource.configured({"auth_token": {"env": "DBT_CLOUD_API_TOKEN"}, "account_id": 12345})\n\n'
    f"made = connect()\n{FINANCE}\n{REST}\ndefs = Definitions(assets=[finance, rest])".replace(
        "(cloud,", "(made,"
    ),
    "a default argument": f"def make(i, resource=cloud):\n    return {LOAD}(resource, i)\n\n"
    f"defs = Definitions(assets=[make({PRODUCTION}), make({STAGING})])",
    "a repository": f"{FINANCE}\n{REST}\n\n@repository\ndef repo():\n    return [finance, rest]",
    "partitions": "daily = DailyPartitionsDefinition(start_date='2024-01-01', end_date='2024-01-03')\n"
    f"models = [{LOAD}(cloud, i, partitions_def=daily) for i in {JOBS}]\ndefs = Definitions(assets=models)",
}
KEEPS = {
    "beside a use that stays": "LDC304",
    "a comprehension beside a use that stays": "LDC304",
    "a map": "LDC303",
}
"""The code for which something stays on the facade, where it does."""


def _environments(side: Side) -> dict[str, int]:
    """The environment in which each dbt node was run."""
    return {
        node: side.cloud.jobs[run["job_id"]]["environment_id"]
        for run in side.runs
        for step in run["steps"]
        for node in step["nodes"] or ()
    }


@pytest.mark.parametrize("name", PROGRAMS)
def test_each_job_runs_in_its_environment(bench: Bench, name: str) -> None:
    action = "materialize:all@2024-01-01" if name == "partitions" else "materialize:all"
    before, after, migration = bench.both(f"{HEAD}\n{PROGRAMS[name]}\n", action)
    assert set(_environments(before).values()) == {22, 23}
    assert _environments(after) == _environments(before), migration.now()
    kept = {finding.code for finding in migration.findings if finding.is_left_for_a_person}
    wanted = KEEPS.get(name, "")
    assert (wanted in kept) if wanted else not kept, migration.now()
    if wanted != "LDC303":
        assert f"{LOAD}(" not in migration.now()
