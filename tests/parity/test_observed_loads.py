"""`migrate --to specs`: the same assets before and after, which dbt Cloud alone runs and a sensor records."""

from __future__ import annotations

from before_and_after import HEAD, Bench

EVERYTHING = 67892
TICK = """
import requests

@op
def tick(context):
    \"\"\"Let dbt Cloud run the job as its schedule does, then let Dagster's sensors look.\"\"\"
    url = "https://cloud.getdbt.com/api/v2/accounts/12345/jobs/67892/run/"
    token = {"Authorization": "Token " + os.environ["DBT_CLOUD_API_TOKEN"]}
    requests.post(url, json={"cause": "schedule"}, headers=token, timeout=10).raise_for_status()
    for one in defs.sensors or ():
        with build_sensor_context(repository_def=defs.get_repository_def()) as looking:
            for event in one.evaluate_tick(looking).asset_events:
                context.log_event(event)

@job
def ticking():
    tick()
"""
PROGRAM = (
    HEAD
    + TICK
    + """
models = load_assets_from_dbt_cloud_job(
    cloud,
    67892,
    node_info_to_asset_key=lambda node: AssetKey(["dbt", node["resource_type"], node["name"]]),
    node_info_to_group_fn=lambda node: node["resource_type"] + "s",
)

@asset(deps=[AssetKey(["dbt", "model", "orders"])])
def report(): ...

defs = Definitions(assets=[models, report], jobs=[ticking])
"""
)


def test_runs_that_dbt_cloud_starts_are_recorded(bench: Bench) -> None:
    before, after, migration = bench.twice(PROGRAM, "job:ticking", to="specs")
    untold = [(row.kind, row.subject) for row in migration.untold(before, after)]
    assert untold == [("materialized set added", "0 job:ticking")]  # by the sensor, which only v2 has
    graphs = [side.document["graph"]["assets"] for side in (before, after)]
    of_dbt = [key for key in before.assets if key.startswith("dbt/")]
    assert len(of_dbt) == 9
    for field in ("deps", "group"):
        assert [graphs[0][key][field] for key in graphs[0]] == [graphs[1][key][field] for key in graphs[0]]
    assert {graphs[1][key]["execution"] for key in of_dbt} == {"UNEXECUTABLE"}
    assert list(migration.told("LDC230")) == ["models = load_assets_from_dbt_cloud_job("]
    recorded = {row["asset"] for row in after.actions[0]["materialized"]}
    assert recorded == set(of_dbt)
    assert [row["commands"] for row in after.runs] == [["dbt build"]]
    assert after.runs[0]["job_id"] == EVERYTHING
