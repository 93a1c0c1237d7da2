"""A job loaded through the facade is what dagster-dbt's own legacy loader makes of it, in Dagster and in dbt Cloud."""

from __future__ import annotations

import importlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from dagster import (
    AssetKey,
    AssetSelection,
    AutoMaterializePolicy,
    DagsterInstance,
    DailyPartitionsDefinition,
    Definitions,
    define_asset_job,
)
from loading import (
    ARTIFACTS,
    JOB,
    PROJECT,
    SHIPS_LEGACY,
    commands_run,
    config,
    loaded,
    rewritten,
    shop_cloud,
    shown,
)

from legacy_shim.emulator import DbtCloud, Server, serve

pytestmark = pytest.mark.skipif(not SHIPS_LEGACY, reason="the installed dagster-dbt has no legacy loader")
UPSTREAM, FACADE = "dagster_dbt.cloud", "legacy_shim.cloud"
Load = Callable[..., Any]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "side" in metafunc.fixturenames:
        metafunc.parametrize("side", [UPSTREAM, FACADE])


def load_of(side: str, server: Server) -> Load:
    resource = importlib.import_module(f"{side}.resources").dbt_cloud_resource.configured(
        config(server.url + "/")
    )
    load = importlib.import_module(f"{side}.asset_defs").load_assets_from_dbt_cloud_job
    return lambda **arguments: load(dbt_cloud=resource, job_id=JOB, **arguments)


@pytest.fixture
def both() -> Callable[..., tuple[Any, Any]]:
    """Do the same with both loaders, each on a dbt Cloud of its own, and return what came of it."""

    def run(do: Callable[[Load, DbtCloud], Any], **cloud: Any) -> tuple[Any, Any]:
        outcomes = []
        for side in (UPSTREAM, FACADE):
            state = shop_cloud(**cloud)
            with serve(state) as server:
                outcome = do(load_of(side, server), state)
                outcomes.append(json.loads(json.dumps(outcome).replace(server.url, "HOST")))
        return outcomes[0], outcomes[1]

    return run


@pytest.mark.parametrize(
    "commands",
    [
        ["dbt build"],
        ["dbt run"],
        ["dbt seed", "dbt run --select tag:daily+ --exclude reports", "dbt test"],
        ["dbt build -s +totals -m stg_customers", "dbt run-operation clean --args '{days: 3}'"],
        ["dbt --warn-error build --models dim_customer --full-refresh --threads 8"],
        ["dbt snapshot", "dbt build --select 'tag:daily tag:weekly' --exclude stg_customers"],
    ],
)
@pytest.mark.parametrize("generate_docs", [True, False])
def test_assets_and_compile_command_are_the_same(both: Any, commands: list[str], generate_docs: bool) -> None:
    def load_it(load: Load, cloud: DbtCloud) -> Any:
        return (
            shown(loaded(Definitions(assets=[load()]))),
            commands_run(cloud),
            [run.cause for run in cloud.runs],
        )

    upstream, facade = both(load_it, execute_steps=commands, generate_docs=generate_docs)
    assert facade[0]["specs"].keys() == upstream[0]["specs"].keys()
    assert facade[0] == upstream[0]
    assert [[one.strip() for one in run] for run in upstream[1]] == facade[1]
    assert facade[2] == upstream[2]


@pytest.mark.parametrize(
    "arguments",
    [
        {
            "node_info_to_asset_key": lambda node: AssetKey(
                ["dbt_cloud", node["schema"], node["name"], node["resource_type"]]
            )
        },
        {"node_info_to_group_fn": lambda node: node.get("config", {}).get("materialized", "none")},
        {"node_info_to_auto_materialize_policy_fn": lambda _: AutoMaterializePolicy.eager()},
        {"partitions_def": DailyPartitionsDefinition("2024-01-01", end_date="2024-02-01")},
        {
            "partitions_def": DailyPartitionsDefinition("2024-01-01", end_date="2024-02-01"),
            "partition_key_to_vars_fn": lambda key: {"run_date": key},
        },
    ],
    ids=["key", "group", "auto-materialize", "partitions", "vars"],
)
def test_every_parameter_has_the_same_effect(both: Any, arguments: dict[str, Any]) -> None:
    def load_it(load: Load, cloud: DbtCloud) -> Any:
        return shown(loaded(Definitions(assets=[load(**arguments)]))), commands_run(cloud)

    arguments = dict(arguments)
    if "node_info_to_asset_key" in arguments:  # the versions of a model share a name
        key = arguments["node_info_to_asset_key"]
        arguments["node_info_to_asset_key"] = lambda node: AssetKey(
            [*key(node).path, str(node.get("version", ""))]
        )
    upstream, facade = both(load_it, execute_steps=["dbt build"])
    assert facade == [upstream[0], [[one.strip() for one in run] for run in upstream[1]]]


def _materialize(
    load: Load, cloud: DbtCloud, select: Any = None, partition: str | None = None, **arguments: Any
) -> Any:
    assets = load(**arguments)
    selection = select or AssetSelection.all()
    definitions = Definitions(assets=[assets], jobs=[define_asset_job("the_job", selection)])
    with DagsterInstance.ephemeral() as instance:
        result = definitions.resolve_job_def("the_job").execute_in_process(
            instance=instance, partition_key=partition
        )
        events = [event for event in result.all_events if event.is_successful_output or event.asset_key]
    run = result.run_id[:8]
    told = sorted(
        (event.event_type_value, event.asset_key.to_user_string(), _details(event))
        for event in events
        if event.event_type_value in ("ASSET_MATERIALIZATION", "ASSET_OBSERVATION")
    )
    return told, commands_run(cloud)[1:], [one.cause.replace(run, "RUN") for one in cloud.runs]


def _details(event: Any) -> dict[str, str]:
    if event.event_type_value == "ASSET_OBSERVATION":
        metadata = event.asset_observation_data.asset_observation.metadata
    else:
        metadata = event.materialization.metadata
    differs = ("docs_url",)  # upstream's always points at cloud.getdbt.com
    timing = ("Started At", "Completed At", "Duration")  # of the emulator's two runs
    return {
        key: str(value.value)
        for key, value in metadata.items()
        if key not in differs and not key.endswith(timing)
    }


@pytest.mark.parametrize(
    ("commands", "select"),
    [
        (["dbt run"], None),
        (["dbt seed", "dbt run", "dbt test"], None),
        (["dbt run --select tag:daily+ --exclude stg_customers"], AssetSelection.assets("stg_orders")),
        (["dbt seed", "dbt run --full-refresh"], AssetSelection.assets(["marts", "totals"]).upstream()),
        (
            ["dbt run --selector everything --exclude raw_orders --threads 2"],
            AssetSelection.assets("stg_orders"),
        ),
    ],
)
def test_runs_and_what_they_report_are_the_same(
    both: Any, tmp_path: Path, commands: list[str], select: Any
) -> None:
    artifacts = rewritten(tmp_path, manifest={**without_exposures(), "selectors": _everything()})
    upstream, facade = both(
        lambda load, cloud: _materialize(load, cloud, select), execute_steps=commands, artifacts=artifacts
    )
    assert facade[1] == upstream[1]
    assert facade[2] == upstream[2]
    assert facade[0] == upstream[0]
    assert facade[0], "something was reported"


def without_exposures() -> dict[str, Any]:
    """Upstream's loader raises KeyError on the result of an exposure, so comparisons of runs are without."""
    manifest = json.loads((ARTIFACTS / "manifest.json").read_bytes())
    edges = {
        name: {
            one: [to for to in others if not _is_gone(to)]
            for one, others in manifest[name].items()
            if not _is_gone(one)
        }
        for name in ("parent_map", "child_map")
    }
    return {"exposures": {}, "unit_tests": {}, **edges}


def _is_gone(unique_id: str) -> bool:
    return unique_id.startswith(("exposure.", "unit_test."))


def _everything() -> dict[str, Any]:
    definition = {"method": "fqn", "value": "*"}
    return {"everything": {"name": "everything", "definition": definition, "description": ""}}


def test_runs_of_a_partition_are_the_same(both: Any, tmp_path: Path) -> None:
    arguments = {
        "partitions_def": DailyPartitionsDefinition("2024-01-01", end_date="2024-02-01"),
        "partition_key_to_vars_fn": lambda key: {"run_date": key},
    }
    upstream, facade = both(
        lambda load, cloud: _materialize(load, cloud, partition="2024-01-15", **arguments),
        execute_steps=["dbt run"],
        artifacts=rewritten(tmp_path, manifest=without_exposures()),
    )
    assert facade == upstream
    assert facade[1] == [["""dbt run --vars '{"run_date": "2024-01-15"}'"""]]


@pytest.mark.parametrize(
    "commands",
    [
        [],
        ["dbt deps"],
        ["dbt test", "dbt seed"],
        ["dbt run", "dbt build"],
        ["dbt build --vars '{a: 1}'"],
        ["dbt run -s nothing"],
    ],
    ids=["none", "deps", "no materialization", "two materializations", "vars", "nothing selected"],
)
def test_jobs_that_cannot_be_loaded_raise_the_same_error(side: str, commands: list[str]) -> None:
    from dagster_dbt import DagsterDbtCloudJobInvariantViolationError

    with serve(shop_cloud(execute_steps=commands)) as server:
        assets = load_of(side, server)()
        with pytest.raises(DagsterDbtCloudJobInvariantViolationError):
            assets.compute_cacheable_data()


def test_two_nodes_with_one_key_raise_the_same_error(side: str) -> None:
    from dagster import DagsterInvalidDefinitionError

    with serve(shop_cloud()) as server:
        assets = load_of(side, server)(node_info_to_asset_key=lambda _: AssetKey("all_the_same"))
        with pytest.raises(DagsterInvalidDefinitionError, match=r"model\.shop\.totals"):
            assets.compute_cacheable_data()


def test_vars_function_without_partitions_raises_the_same_error(side: str) -> None:
    from dagster._check import CheckError

    with serve(shop_cloud()) as server, pytest.raises(CheckError, match="partition_key_to_vars_fn"):
        load_of(side, server)(partition_key_to_vars_fn=lambda key: {"a": key})


def test_cached_compile_run_is_used_the_same(both: Any) -> None:
    def load_it(load: Load, cloud: DbtCloud) -> Any:
        trigger = {"cause": "A workflow", "steps_override": ["dbt compile --select tag:daily"]}
        run = cloud.trigger(cloud.jobs[JOB], {**trigger, "generate_docs_override": True})
        cloud.start(run)
        assert run.done.wait(10)
        cloud.add_environment_variable(PROJECT, "DBT_DAGSTER_COMPILE_RUN_ID", str(run.id), job_id=JOB)
        return shown(loaded(Definitions(assets=[load()]))), commands_run(cloud)

    upstream, facade = both(load_it, execute_steps=["dbt build --select tag:daily"])
    assert facade == upstream
    assert facade[1] == [["dbt compile --select tag:daily"]], "no second compile run"
