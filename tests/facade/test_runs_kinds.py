"""What a loaded job's run reports for each kind of dbt node and each status, of dbt-core and of dbt Fusion."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import pytest
from dagster import AssetKey, AssetSelection, DagsterInstance, Definitions, define_asset_job
from loading import ARTIFACTS, JOB, commands_run, config, shop_cloud

from legacy_shim import dbt_cloud_resource, load_assets_from_dbt_cloud_job
from legacy_shim.emulator import DbtCloud, RecordedArtifacts, serve

ALL = {
    *("raw_orders", "stg_orders", "stg_customers", "orders_history"),
    *("marts/totals", "dim_customer_v1", "dim_customer_v2", "reports/summary"),
}
LEFT_OUT = (
    "failures",
    "execution_time",
    "timing",
    "message",
    "adapter_response",
    "compiled",
    "batch_results",
)


class FusionArtifacts(RecordedArtifacts):
    """Artifacts as dbt Fusion writes them: what a node does not have is left out."""

    def _result(self, unique_id: str, status: str) -> Mapping[str, Any]:
        result = super()._result(unique_id, status)
        untouched = status in ("skipped", "no-op", "reused")
        return {key: value for key, value in result.items() if not (untouched and key in LEFT_OUT)}


class Run:
    """What one materialization of a loaded job told Dagster, and dbt Cloud."""

    def __init__(self, cloud: DbtCloud, url: str, selection: AssetSelection, **arguments: Any) -> None:
        resource = dbt_cloud_resource.configured(config(url))
        assets = load_assets_from_dbt_cloud_job(resource, JOB, **arguments)
        definitions = Definitions(assets=assets, jobs=[define_asset_job("the_job", selection)])
        with DagsterInstance.ephemeral() as instance:
            result = definitions.resolve_job_def("the_job").execute_in_process(
                instance=instance, raise_on_error=False
            )
        self.success = result.success
        self.commands = commands_run(cloud)[-1]
        self.materialized = {
            event.asset_key.to_user_string(): {
                name: value.value for name, value in event.materialization.metadata.items()
            }
            for event in result.get_asset_materialization_events()
        }
        self.observed = {
            (str(observation.metadata["Test ID"].value).split(".")[2], observation.asset_key.to_user_string())
            for observation in (
                event.asset_observation_data.asset_observation
                for event in result.get_asset_observation_events()
            )
        }


@contextmanager
def run_of(
    statuses: Mapping[str, str] | None = None,
    *,
    commands: list[str],
    artifacts: Callable[..., RecordedArtifacts] = RecordedArtifacts,
    selection: AssetSelection | None = None,
    **job: Any,
) -> Iterator[Run]:
    cloud = shop_cloud(execute_steps=commands, **job)
    for project_id, project in list(cloud.projects.items()):
        cloud.projects[project_id] = _with_backend(project, artifacts(ARTIFACTS, statuses))
    with serve(cloud) as server:
        yield Run(cloud, server.url, selection or AssetSelection.all())


def _with_backend(project: Any, backend: RecordedArtifacts) -> Any:
    from dataclasses import replace

    return replace(project, backend=backend)


def test_every_kind_of_asset_is_reported_and_nothing_else() -> None:
    """Seeds, snapshots and versions of models are; ephemeral and disabled models, exposures and unit tests are none."""
    with run_of(commands=["dbt build"]) as run:
        assert run.success
        assert run.materialized.keys() == ALL


def test_tests_are_observations_of_models_and_of_sources() -> None:
    with run_of(commands=["dbt build"]) as run:
        tested = {key for _, key in run.observed}
        assert {
            ("not_null_stg_orders_id", "stg_orders"),
            ("unique_stg_orders_id", "stg_orders"),
        } <= run.observed
        assert ("source_not_null_erp_customers_id", "erp/customers") in run.observed
        assert {"marts/totals", "stg_customers"} <= tested, "a relationship is a test of both"


@pytest.mark.parametrize("generate_docs", [True, False])
@pytest.mark.parametrize(
    "commands",
    [
        ["dbt build"],
        ["dbt deps", "dbt seed", "dbt build", "dbt run-operation clean"],
        ["dbt source freshness", "dbt seed", "dbt snapshot", "dbt run", "dbt test"],
    ],
    ids=["alone", "around a build", "around a run"],
)
def test_results_are_those_of_the_one_command_among_others(commands: list[str], generate_docs: bool) -> None:
    with run_of(commands=commands, generate_docs=generate_docs) as run:
        assert run.success
        assert run.commands == commands
        models_only = {"raw_orders", "orders_history"} if "dbt run" in commands else set()
        assert run.materialized.keys() == ALL - models_only


@pytest.mark.parametrize("artifacts", [RecordedArtifacts, FusionArtifacts])
@pytest.mark.parametrize("status", ["no-op", "reused", "warn"])
def test_models_that_are_there_without_a_success_are_materialized(artifacts: Any, status: str) -> None:
    statuses = {"model.shop.stg_orders": status, "model.shop.totals": status}
    with run_of(statuses, commands=["dbt build"], artifacts=artifacts) as run:
        assert run.success
        assert run.materialized.keys() == ALL
        assert run.materialized["stg_orders"]["Status"] == status
        assert ("Execution Time (seconds)" in run.materialized["stg_orders"]) == (
            status == "warn" or artifacts is RecordedArtifacts
        )


@pytest.mark.parametrize("artifacts", [RecordedArtifacts, FusionArtifacts])
def test_skipped_tests_are_no_observation(artifacts: Any) -> None:
    skipped = next(one for one in _tests() if "unique_stg_orders_id" in one)
    warned = next(one for one in _tests() if "not_null_stg_orders_id" in one)
    with run_of({skipped: "skipped", warned: "warn"}, commands=["dbt build"], artifacts=artifacts) as run:
        assert run.success
        names = {name for name, _ in run.observed}
        assert "unique_stg_orders_id" not in names
        assert "not_null_stg_orders_id" in names


def _tests() -> list[str]:
    import json

    nodes = json.loads((ARTIFACTS / "manifest.json").read_bytes())["nodes"]
    return [one for one in nodes if one.startswith("test.")]


@pytest.mark.parametrize(
    ("key", "fqn"),
    [
        (AssetKey("dim_customer_v1"), "shop.marts.dim_customer.v1"),
        (AssetKey("orders_history"), "shop.orders_history.orders_history"),
        (AssetKey("raw_orders"), "shop.raw_orders"),
    ],
)
def test_each_kind_can_be_run_alone(key: AssetKey, fqn: str) -> None:
    with run_of(commands=["dbt build"], selection=AssetSelection.assets(key)) as run:
        assert run.success
        assert run.commands == [f"dbt build --select {fqn}"]
        assert run.materialized.keys() == {key.to_user_string()}
