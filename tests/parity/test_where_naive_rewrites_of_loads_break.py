"""Where a plausible rewrite of loaded assets to v2 breaks, and what the migration does there.

One test for each such place; those of clients and ops stand in the module beside this one. Programs run before and
after on a local dbt Cloud: ``Bench.both`` sees to it that no difference is untold, the test to what it is about. Where
the migration can only tell, it must tell at the right place, and what it tells must be so.
"""

from __future__ import annotations

import json
import shlex
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from before_and_after import HEAD, LOAD, ONE_LOAD, WEEKLY, Bench, Both, job, slow
from parity_case import CASES

from legacy_shim.catalogue import BY_CODE
from legacy_shim.emulator import DbtCloud, RecordedArtifacts

ASSETS = {
    "finance/revenue_by_month",
    "marts/customers",
    "marts/orders",
    "stg_customers",
    "stg_orders",
    "stg_payments",
}
DAILY_LOAD = "dbt_cloud_assets = load_assets_from_dbt_cloud_job(dbt_cloud=dbt_cloud, job_id=67890)"
HURRY = """
import sys

# What v2 calls a minute is a tenth of a second here.
if client := sys.modules.get("dagster_dbt.cloud_v2.client"):
    client.DAGSTER_DBT_CLOUD_POLL_TIMEOUT = 0.1
"""
WITHOUT_DBT_CORE = """
import dagster_dbt.utils

dagster_dbt.utils.DBT_PYTHON_VERSION = None
"""


@pytest.fixture(scope="module")
def shop(bench: Bench) -> Both:
    """Two loads on one resource. The Definitions stand in another file, and say nothing of the resource."""
    return bench.both(
        {
            "assets.py": f"""
                from dagster_dbt import dbt_cloud_resource, load_assets_from_dbt_cloud_job

                dbt_cloud = dbt_cloud_resource.configured(
                    {{"auth_token": {{"env": "DBT_CLOUD_API_TOKEN"}}, "account_id": 12345}}
                )
                {DAILY_LOAD}
                finance = load_assets_from_dbt_cloud_job(dbt_cloud=dbt_cloud, job_id=67891)
            """,
            "definitions.py": """
                from assets import dbt_cloud_assets, finance
                from dagster import AssetSelection, Definitions, asset, define_asset_job


                @asset(deps=["stg_orders"])
                def board_pack() -> None: ...


                the_rest = define_asset_job("the_rest", AssetSelection.all() - AssetSelection.keys("board_pack"))
                defs = Definitions(assets=[dbt_cloud_assets, finance, board_pack], jobs=[the_rest])
            """,
        },
        "job:the_rest",
    )


@pytest.fixture(scope="module")
def partitioned(bench: Bench) -> Both:
    """A load with partitions, materialized over two of them."""
    program = """
def dbt_vars(day):
    return {"run_date": day, "note": "two words"}


models = load_assets_from_dbt_cloud_job(
    cloud,
    67891,
    partitions_def=DailyPartitionsDefinition("2024-01-01", end_date="2024-01-05"),
    partition_key_to_vars_fn=dbt_vars,
)
defs = Definitions(assets=[models])
"""
    return bench.both(HEAD + program, "materialize:all@2024-01-02...2024-01-03")


@pytest.fixture(scope="module")
def not_reused(bench: Bench) -> Both:
    """A load of a job that has commands before and after its `dbt run`, and shares its name with another job."""
    steps = ["dbt seed", "dbt run --exclude tag:daily", "dbt test --select tag:weekly"]
    return bench.both(
        HEAD + ONE_LOAD, "materialize:all", change=job(67891, name="Nightly", execute_steps=steps)
    )


# how long is waited


def test_runs_outlast_the_sixty_seconds_of_v2(bench: Bench, shop: Both) -> None:
    for side in (shop.before, shop.after):
        assert {(run["awaited"], run["wait"]) for run in side.runs} == {(True, None)}
    folder = bench.write(HEAD + HURRY + ONE_LOAD)
    bench.migrate(folder)
    side = bench.run(folder, "materialize:all", change=slow(running=1.0))
    assert [action["errors"] for action in side.actions] == [[]]


def test_the_limit_of_loading_is_told_with_the_variable_that_sets_it(bench: Bench) -> None:
    folder = bench.write(HEAD + HURRY + ONE_LOAD)
    told = bench.migrate(folder).told("LDC209")
    assert list(told) == [LOAD]
    assert "60 seconds" in told[LOAD]
    assert "DAGSTER_DBT_CLOUD_POLL_TIMEOUT" in BY_CODE["LDC209"].do
    assert bench.run(folder).error is None
    error = bench.run(folder, change=slow(loading=2.0)).error
    assert error is not None
    assert "did not complete within 0.1 seconds" in error["message"]


# where the workspace comes from


def test_definitions_in_another_file_get_the_workspace(shop: Both) -> None:
    assert shop.before.document["graph"]["resources"] == {}
    assert shop.after.document["graph"]["resources"] == {"dbt_cloud": "DbtCloudWorkspace"}
    for side in (shop.before, shop.after):
        assert "dbt_cloud" in side.assets["marts/orders"]["required_resources"]


@pytest.mark.parametrize(
    "placed",
    [
        "others = {}\ndefs = Definitions(assets=[models], **others)\n",
        "@repository\ndef shop():\n    return [models]\n",
        "@repository\ndef shop():\n    return with_resources([models], {})\n",
    ],
    ids=["unknown arguments", "repository", "with_resources"],
)
def test_where_nothing_in_reach_binds_it_the_workspace_of_the_module_is_used(
    bench: Bench, placed: str
) -> None:
    before, after, _ = bench.both(f"{HEAD}\n{LOAD}\n{placed}", "materialize:all")
    assert after.nodes == before.nodes == [WEEKLY]


def test_a_variable_named_like_the_decorator_does_not_hide_it(shop: Both) -> None:
    assert "def dbt_cloud_assets(" in shop.migration.now("assets.py")
    assert shop.after.assets["marts/orders"]["op"] == "dbt_cloud_job_67890"
    assert shop.after.assets["finance/revenue_by_month"]["op"] == "dbt_cloud_job_67891"  # the load below it


# what is loaded, and what runs


def test_assets_are_those_that_the_job_selects(shop: Both, not_reused: Both) -> None:
    assert ASSETS == shop.after.assets.keys() - {"board_pack"} == shop.before.assets.keys() - {"board_pack"}
    for before, after, _ in (shop, not_reused):
        assert after.each("deps") == before.each("deps")
    assert "marts/orders" not in not_reused.after.assets


def test_assets_are_those_of_the_selector_of_the_job(bench: Bench, tmp_path: Path) -> None:
    artifacts = Path(shutil.copytree(CASES / "_artifacts" / "shop", tmp_path / "artifacts"))
    manifest = json.loads((artifacts / "manifest.json").read_text())
    definition = {"union": [{"method": "tag", "value": "weekly"}]}
    manifest["selectors"] = {"some": {"name": "some", "definition": definition}}
    (artifacts / "manifest.json").write_text(json.dumps(manifest))

    def change(cloud: DbtCloud) -> None:
        cloud.jobs[67891]["execute_steps"] = ["dbt run --selector some"]
        cloud.projects[11] = replace(cloud.projects[11], backend=RecordedArtifacts(artifacts))

    before, after, _ = bench.both(HEAD + ONE_LOAD, "materialize:all", change=change)
    assert list(after.assets) == list(before.assets) == ["finance/revenue_by_month"]
    assert after.nodes == before.nodes == [WEEKLY]


def test_a_selection_that_never_names_the_assets_does_not_widen(shop: Both) -> None:
    for side in (shop.before, shop.after):
        assert {*side.document["graph"]["jobs"]["the_rest"]["assets"]} == ASSETS


def test_all_commands_of_the_job_run_in_their_order(shop: Both, not_reused: Both) -> None:
    for before, after, migration in (shop, not_reused):
        assert after.nodes == before.nodes
        assert len(migration.told("LDC202")) == 1
    runs = [[command.split()[1] for command in commands] for _, commands in not_reused.after.commands]
    assert runs == [["seed"], ["run"], ["test"]]


def test_the_job_itself_runs_or_a_finding_says_why_not(shop: Both, not_reused: Both) -> None:
    assert "# runs job 67890 itself" in shop.migration.now("assets.py")
    assert {number for number, _ in shop.after.commands} == {67890}
    assert shop.after.document["writes"] == []
    said = not_reused.migration.told("LDC203")[LOAD]
    assert said.startswith(
        "job 67891 no longer runs: another job of its environment is also called 'Nightly'"
    )
    (made,) = not_reused.after.document["writes"]
    assert {number for number, _ in not_reused.after.commands} == {made["job_id"]}


def test_workspaces_of_one_environment_share_one_job(bench: Bench) -> None:
    program = """
other = dbt_cloud_resource.configured({"auth_token": {"env": "DBT_CLOUD_API_TOKEN"}, "account_id": 12345})
daily = load_assets_from_dbt_cloud_job(cloud, 67890)
weekly = load_assets_from_dbt_cloud_job(other, 67891)


@repository
def first():
    return [daily]


@repository
def second():
    return [weekly]
"""
    folder = bench.write(HEAD + program)
    told = bench.migrate(folder).told("LDC204")
    assert told == {
        "weekly = load_assets_from_dbt_cloud_job(other, 67891)": (
            "the commands of job 67891 run in job 67890 (Nightly): threads 8 instead of 4; target prod instead of default; "
            "the schedule of job 67890 also starts runs in it; a dbt Cloud job has one run at a time, so runs of the two "
            "wait for each other; adhoc_job_pool_size is not set, because dagster-dbt creates the other jobs of a pool "
            "with default threads and target"
        )
    }
    side = bench.run(folder, "materialize:all", target="definitions.py:second")
    assert side.commands == [(67890, ["dbt run --select tag:weekly"])]
    assert {run.job_id for run in side.cloud.runs} == {67890}  # those that loaded the code too


def test_a_backfill_is_one_run_for_each_partition(partitioned: Both) -> None:
    for side in (partitioned.before, partitioned.after):
        runs = [(action["partition"], action["errors"]) for action in side.actions]
        assert runs == [("2024-01-02", []), ("2024-01-03", [])]


def test_variables_of_the_partition_reach_dbt_as_they_were(partitioned: Both) -> None:
    for side in (partitioned.before, partitioned.after):
        words = [shlex.split(command) for _, (command,) in side.commands]
        assert [json.loads(each[each.index("--vars") + 1]) for each in words] == [
            {"run_date": day, "note": "two words"} for day in ("2024-01-02", "2024-01-03")
        ]


# what users see of the assets


def test_ops_keep_their_names(shop: Both) -> None:
    assert shop.after.each("op") == shop.before.each("op")
    assert "dbt_cloud_job_67890" in shop.after.document["graph"]["asset_ops"]


def test_functions_that_describe_assets_still_do(bench: Bench) -> None:
    program = """
def policy_of(node):
    return AutoMaterializePolicy.eager() if "daily" in node["tags"] else None


models = load_assets_from_dbt_cloud_job(
    cloud,
    67892,
    node_info_to_asset_key=lambda node: node["resource_type"] + "_" + node["name"],
    node_info_to_group_fn=lambda node: node["fqn"][1],
    node_info_to_auto_materialize_policy_fn=policy_of,
    node_info_to_freshness_policy_fn=lambda node: LegacyFreshnessPolicy(maximum_lag_minutes=60),
)
defs = Definitions(assets=[models])
"""
    before, after, _ = bench.both(HEAD + program, "materialize:model_orders")
    for field in ("deps", "group", "automation_condition", "legacy_freshness_policy"):
        assert after.each(field) == before.each(field)
    orders = after.assets["model_orders"]
    assert (orders["group"], orders["deps"]) == ("marts", ["model_stg_orders", "model_stg_payments"])
    assert orders["automation_condition"] and orders["legacy_freshness_policy"]
    assert not after.assets["model_revenue_by_month"]["automation_condition"]


def test_dbt_tests_become_asset_checks_where_the_job_runs_them(shop: Both) -> None:
    (before,), (after,) = shop.before.actions, shop.after.actions
    tests = {row["metadata"]["Test ID"][1].split(".")[2] for row in before["observed"]}
    assert tests == {row["check"] for row in after["checked"]}
    assert (before["checked"], after["observed"]) == ([], [])
    checked = {row["asset"] for row in shop.after.document["graph"]["checks"].values()}
    assert checked == {
        "marts/customers",
        "marts/orders",
        "stg_customers",
        "stg_orders",
    }  # job 67891 runs no tests
    assert list(shop.migration.told("LDC205")) == [DAILY_LOAD]


def test_what_v2_adds_to_assets_is_told_once_for_each_load(shop: Both) -> None:
    assert not any(shop.before.each("kinds").values())
    assert "dbtcloud" in shop.after.assets["marts/orders"]["kinds"]
    assert "dbt Cloud Job" not in shop.after.assets["marts/orders"]["metadata"]
    told = [each.place.line for each in shop.migration.findings if each.code == "LDC206"]
    assert told == [6, 7]


def test_what_succeeded_before_a_failure_is_reported_as_told(bench: Bench) -> None:
    def change(cloud: DbtCloud) -> None:
        backend = cloud.projects[11].backend
        assert isinstance(backend, RecordedArtifacts)
        backend.statuses["model.analytics.orders"] = "error"

    load = LOAD.replace("67891", "67892")
    program = f"{HEAD}\n{load}\ndefs = Definitions(assets=[models])\n"
    before, after, migration = bench.twice(program, "materialize:all", change=change)
    assert {row.kind for row in migration.untold(before, after)} == {"not shown"}  # as the action fails
    for side in (before, after):
        assert side.actions[0]["errors"][0]["step"] == "dbt_cloud_job_67892"
    assert before.actions[0]["materialized"] == []
    reported = {row["asset"] for row in after.actions[0]["materialized"]}
    assert "stg_orders" in reported and "marts/orders" not in reported
    assert list(migration.told("LDC207")) == [load]


# what v2 cannot evaluate


def test_a_selection_is_told_to_need_dbt_core(bench: Bench) -> None:
    folder = bench.write(WITHOUT_DBT_CORE + HEAD + ONE_LOAD)
    assert bench.run(folder, install=True).error is None
    assert list(bench.migrate(folder).told("LDC210")) == [LOAD]
    assert "dagster-dbt[dbt-core]" in BY_CODE["LDC210"].do
    error = bench.run(folder).error
    assert error is not None
    assert error["class"] == "DagsterDbtCoreNotInstalledError"


def test_all_of_a_project_needs_no_dbt_core(bench: Bench) -> None:
    before, after, migration = bench.both(WITHOUT_DBT_CORE + HEAD + ONE_LOAD.replace("67891", "67892"))
    assert after.assets.keys() == before.assets.keys()
    assert migration.told("LDC210") == {}


@pytest.mark.parametrize("selection", ["state:modified", "result:error+", "source_status:fresher+"])
def test_a_selection_by_earlier_runs_stays_on_the_facade(bench: Bench, selection: str) -> None:
    change = job(67891, execute_steps=[f"dbt run --select {selection}"])
    migration = bench.migrate(bench.write(HEAD + ONE_LOAD), change=change)
    assert list(migration.told("LDC305")) == [LOAD]
    assert migration.now().endswith(ONE_LOAD)
    assert "from legacy_shim import dbt_cloud_resource, load_assets_from_dbt_cloud_job\n" in migration.now()


def test_what_stays_on_the_facade_loads_and_runs_as_before(bench: Bench) -> None:
    change = job(67891, execute_steps=["dbt run --select path:models/finance"])
    before, after, migration = bench.both(HEAD + ONE_LOAD, "materialize:all", change=change)
    assert list(migration.told("LDC305")) == [LOAD]
    assert after.commands == before.commands == [(67891, ["dbt run --select path:models/finance"])]
    assert after.nodes == before.nodes == [WEEKLY]


# jobs that leave something out


def test_a_job_without_checks_runs_and_a_run_without_partition_has_no_vars(bench: Bench) -> None:
    program = """
models = load_assets_from_dbt_cloud_job(
    cloud,
    67891,
    partitions_def=DailyPartitionsDefinition("2024-01-01", end_date="2024-01-05"),
    partition_key_to_vars_fn=lambda day: {"run_date": day},
)
fast = define_asset_job("fast", AssetSelection.all().without_checks())
defs = Definitions(assets=[models], jobs=[fast])
"""
    both = bench.both(HEAD + program, "job:fast")
    assert both.after.nodes == both.before.nodes
    for side in (both.before, both.after):
        assert [action["errors"] for action in side.actions] == [[]]
        assert not any("--vars" in command for _, command in side.commands)
        assert side.document["graph"]["checks"] == {}
