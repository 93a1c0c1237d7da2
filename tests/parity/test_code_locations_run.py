"""Two code locations with jobs of one environment: each runs its own, before and after on a local dbt Cloud."""

from __future__ import annotations

from before_and_after import Bench

LOCATION = """
from dagster import Definitions
from dagster_dbt import dbt_cloud_resource, load_assets_from_dbt_cloud_job

dbt = dbt_cloud_resource.configured({{"auth_token": {{"env": "DBT_CLOUD_API_TOKEN"}}, "account_id": 12345}})
models = load_assets_from_dbt_cloud_job(dbt_cloud=dbt, job_id={job_id})
defs = Definitions(assets=[models])
"""


def test_each_code_location_runs_its_own_job_of_an_environment(bench: Bench) -> None:
    folder = bench.write(
        {
            "a/__init__.py": "",
            "a/definitions.py": LOCATION.format(job_id=67890),
            "b/__init__.py": "",
            "b/definitions.py": LOCATION.format(job_id=67891),
            "workspace.yaml": "load_from:\n  - python_module: a.definitions\n  - python_module: b.definitions\n",
        }
    )
    targets = ("a.definitions", "b.definitions")
    before = [bench.run(folder, "materialize:all", target=target, install=True) for target in targets]
    bench.migrate(folder)
    after = [bench.run(folder, "materialize:all", target=target) for target in targets]
    for sides in (before, after):
        assert [side.error for side in sides] == [None, None]
        assert [{job for job, _ in side.commands} for side in sides] == [{67890}, {67891}]
    assert [side.nodes for side in after] == [side.nodes for side in before]
