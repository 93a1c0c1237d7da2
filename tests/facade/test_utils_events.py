"""dbt's results as Dagster events."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from dagster import AssetKey, AssetMaterialization, AssetObservation, MetadataValue, Output

from legacy_shim.cloud.resources import DbtCloudResource
from legacy_shim.cloud.types import DbtCloudOutput
from legacy_shim.cloud.utils import generate_events, generate_materializations, result_to_events

MakeClient = Callable[..., DbtCloudResource]
TIMING = [
    {"name": "compile", "started_at": "2026-01-01T00:00:00.1Z", "completed_at": "2026-01-01T00:00:01.1Z"},
    {"name": "execute", "started_at": "2026-01-01T00:00:02Z", "completed_at": "2026-01-01T00:00:05Z"},
]
RESULT = {"unique_id": "model.shop.orders", "status": "success", "execution_time": 4.5, "timing": TIMING}
MANIFEST = {
    "nodes": {
        "model.shop.orders": {"unique_id": "model.shop.orders", "name": "orders"},
        "test.shop.unique": {
            "unique_id": "test.shop.unique",
            "depends_on": {"nodes": ["model.shop.orders", "source.shop.raw.orders", "model.shop.gone"]},
        },
    },
    "sources": {"source.shop.raw.orders": {"unique_id": "source.shop.raw.orders", "name": "raw_orders"}},
}


def events(result: dict[str, Any], **arguments: Any) -> list[Any]:
    return list(result_to_events(result, **arguments))


def test_materialization() -> None:
    [event] = events(RESULT, docs_url="https://emea.dbt.com/docs/", extra_metadata={"mine": 1})
    assert isinstance(event, AssetMaterialization)
    assert event.asset_key == AssetKey(["model", "shop", "orders"])
    assert {name: value.value for name, value in event.metadata.items()} == {
        "Status": "success",
        "Execution Time (seconds)": 4.5,
        "Compilation Started At": "2026-01-01T00:00:00+00:00",
        "Compilation Completed At": "2026-01-01T00:00:01+00:00",
        "Compilation Duration": 1.0,
        "Execution Started At": "2026-01-01T00:00:02+00:00",
        "Execution Completed At": "2026-01-01T00:00:05+00:00",
        "Execution Duration": 3.0,
        "docs_url": "https://emea.dbt.com/docs/#!/model/model.shop.orders",
        "mine": 1,
    }
    assert event.metadata["docs_url"] == MetadataValue.url(
        "https://emea.dbt.com/docs/#!/model/model.shop.orders"
    )


def test_asset_output() -> None:
    [event] = events(
        RESULT,
        manifest_json=MANIFEST,
        node_info_to_asset_key=lambda node: AssetKey(["ours", node["name"]]),
        generate_asset_outputs=True,
    )
    assert isinstance(event, Output)
    assert event.output_name == "ours__orders"


@pytest.mark.parametrize("status", ["success", "no-op", "reused", "warn"])
@pytest.mark.parametrize("kind", ["model", "seed", "snapshot"])
def test_nodes_that_are_there(kind: str, status: str) -> None:
    """dbt Fusion has no timing for what it did not build, nor a time."""
    [event] = events({"unique_id": f"{kind}.shop.orders", "status": status})
    assert event.metadata == {"Status": MetadataValue.text(status)}


@pytest.mark.parametrize(
    "result",
    [
        {**RESULT, "status": "error"},
        {**RESULT, "status": "skipped", "timing": []},
        {**RESULT, "status": "partial success"},
        {**RESULT, "status": "runtime error"},
        {**RESULT, "unique_id": "operation.shop.grant"},
        {**RESULT, "unique_id": "exposure.shop.dashboard"},
        {**RESULT, "unique_id": "unit_test.shop.orders.adds_up", "status": "pass"},
        {**RESULT, "unique_id": "saved_query.shop.q", "status": "no-op"},
        {**RESULT, "unique_id": "test.shop.unique", "status": "skipped", "failures": None},
        {**RESULT, "unique_id": "test.shop.of_another_project", "status": "pass"},
    ],
)
def test_results_that_are_no_event(result: dict[str, Any]) -> None:
    assert events(result, manifest_json=MANIFEST) == []


@pytest.mark.parametrize(
    "timing", [[], None, [{"name": "execute", "started_at": None, "completed_at": None}]]
)
def test_timing_that_never_began(timing: Any) -> None:
    [event] = events({**RESULT, "timing": timing})
    assert set(event.metadata) == {"Status", "Execution Time (seconds)"}


def test_test_is_an_observation_of_all_it_tests() -> None:
    result = {"unique_id": "test.shop.unique", "status": "fail", "message": "Got 3 results", "failures": 3}
    observed = events(result, manifest_json=MANIFEST)
    assert [event.asset_key.path for event in observed] == [
        ["model", "shop", "orders"],
        ["source", "shop", "raw", "orders"],
    ]
    assert all(isinstance(event, AssetObservation) for event in observed)
    assert {name: value.value for name, value in observed[0].metadata.items()} == {
        "Test ID": "test.shop.unique",
        "Test Status": "fail",
        "Test Message": "Got 3 results",
    }


def test_test_without_a_manifest_is_nothing() -> None:
    assert events({"unique_id": "test.shop.unique", "status": "pass", "timing": []}) == []


def test_result_of_an_old_dbt() -> None:
    node = {
        "unique_id": "model.shop.orders",
        "config": {"materialized": "table"},
        "database": "db",
        "schema": "shop",
        "alias": "orders",
        "description": "All orders",
    }
    old = {"node": node, "fail": None, "skip": False, "error": None, "execution_time": 1, "timing": []}
    [event] = events(old)
    assert event.metadata["Materialization Strategy"].value == "table"
    assert event.metadata["Status"].value == "success"
    assert events({**old, "error": "boom"}) == []


def test_events_of_a_run(make_client: MakeClient) -> None:
    client = make_client()
    output = client.run_job_and_poll(67890, poll_interval=0.01)
    without = list(generate_events(output))
    assert without
    assert all(isinstance(event, AssetMaterialization) for event in without)
    both = list(generate_events(output, manifest_json=client.get_manifest(output.run_id)))
    assert any(isinstance(event, AssetObservation) for event in both)
    named = list(generate_materializations(output, asset_key_prefix=["a", "b"]))
    assert [event.asset_key.path[2:] for event in named] == [event.asset_key.path for event in without]
    assert {tuple(event.asset_key.path[:2]) for event in named} == {("a", "b")}


def test_run_without_results_has_no_events() -> None:
    output = DbtCloudOutput({"id": 1, "job": None}, {})
    assert list(generate_materializations(output)) == []
