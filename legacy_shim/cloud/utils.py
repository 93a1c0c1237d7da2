"""Turns what dbt reports of a run into Dagster events (``dagster_dbt.cloud.utils``)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from dagster import AssetKey, AssetMaterialization, AssetObservation, MetadataValue, Output
from dateutil.parser import isoparse

from legacy_shim.cloud.dagster_private import check
from legacy_shim.cloud.types import DbtCloudOutput
from legacy_shim.cloud.user_calls import warn_call
from legacy_shim.module_access import watch_module

__all__ = [
    "ASSET_RESOURCE_TYPES",
    "SUCCESSFUL_NODE_STATUSES",
    "DbtCloudOutput",
    "default_node_info_to_asset_key",
    "generate_events",
    "generate_materializations",
    "result_to_events",
]

ASSET_RESOURCE_TYPES = ["model", "seed", "snapshot"]
"""The resource types of dbt that are assets."""
SUCCESSFUL_NODE_STATUSES = frozenset({"success", "no-op", "reused", "warn"})
"""The statuses of a model, seed or snapshot that is there after the run. dbt 1.10 says ``no-op`` of one that needs no
building, dbt 1.12 and dbt Fusion ``reused``; Fusion says ``warn`` of one that was built with a warning."""

_TIMINGS = {"compile": "Compilation", "execute": "Execution"}
NodeInfo = Mapping[str, Any]
ToAssetKey = Callable[[NodeInfo], AssetKey]
EventOf = Callable[[AssetKey, str, Mapping[str, Any]], AssetMaterialization | Output[Any]]


def default_node_info_to_asset_key(node_info: NodeInfo) -> AssetKey:
    """Return the key made of the parts of a node's unique id: ``model.jaffle.orders`` becomes three of them."""
    return AssetKey(node_info["unique_id"].split("."))


def result_to_events(
    result: Mapping[str, Any],
    docs_url: str | None = None,
    node_info_to_asset_key: ToAssetKey | None = None,
    manifest_json: Mapping[str, Any] | None = None,
    extra_metadata: Mapping[str, Any] | None = None,
    generate_asset_outputs: bool = False,
) -> Iterator[AssetMaterialization | AssetObservation | Output[Any]]:
    """Yield the events of one entry of ``run_results.json``.

    A model, seed or snapshot that is there after the run is a materialization, or with `generate_asset_outputs` the
    output of its asset. A test that ran is an observation of each node that it tests; what those are is known from
    `manifest_json` alone, so there are none without it. Everything else yields nothing.
    """
    warn_call("result_to_events")
    event_of = _output if generate_asset_outputs else _materialization
    return _events_of(result, docs_url, node_info_to_asset_key, manifest_json, extra_metadata, event_of)


def generate_events(
    dbt_output: DbtCloudOutput,
    node_info_to_asset_key: ToAssetKey | None = None,
    manifest_json: Mapping[str, Any] | None = None,
) -> Iterator[AssetMaterialization | AssetObservation]:
    """Yield a materialization for each node that a run updated, and with `manifest_json` an observation for each test."""
    warn_call("generate_events")
    return _events_of_run(dbt_output, node_info_to_asset_key, manifest_json)


def generate_materializations(
    dbt_output: DbtCloudOutput, asset_key_prefix: Sequence[str] | None = None
) -> Iterator[AssetMaterialization]:
    """Yield a materialization for each node that a run updated: `asset_key_prefix`, then the parts of its unique id."""
    warn_call("generate_materializations")
    return _materializations(dbt_output, asset_key_prefix)


def _materializations(
    dbt_output: DbtCloudOutput, asset_key_prefix: Sequence[str] | None
) -> Iterator[AssetMaterialization]:
    prefix = list(check.opt_sequence_param(asset_key_prefix, "asset_key_prefix", of_type=str))

    def key_of(node_info: NodeInfo) -> AssetKey:
        return AssetKey([*prefix, *node_info["unique_id"].split(".")])

    for event in _events_of_run(dbt_output, key_of, None):
        assert isinstance(event, AssetMaterialization)
        yield event


def _events_of_run(
    dbt_output: DbtCloudOutput, key_of: ToAssetKey | None, manifest: Mapping[str, Any] | None
) -> Iterator[AssetMaterialization | AssetObservation]:
    for result in dbt_output.result.get("results", ()):
        for event in _events_of(result, dbt_output.docs_url, key_of, manifest, None, _materialization):
            assert isinstance(event, (AssetMaterialization, AssetObservation))
            yield event


def _events_of(
    result: Mapping[str, Any],
    docs_url: str | None,
    key_of: ToAssetKey | None,
    manifest: Mapping[str, Any] | None,
    extra_metadata: Mapping[str, Any] | None,
    event_of: EventOf,
) -> Iterator[AssetMaterialization | AssetObservation | Output[Any]]:
    key_of = key_of or default_node_info_to_asset_key
    unique_id = result["node"]["unique_id"] if "node" in result else result["unique_id"]
    kind = _resource_type(unique_id)
    status = _status_of(result)
    if kind in ASSET_RESOURCE_TYPES and status in SUCCESSFUL_NODE_STATUSES:
        key = key_of(_node(manifest, unique_id) or {"unique_id": unique_id})
        metadata = {**_metadata_of(result, status, docs_url, unique_id), **(extra_metadata or {})}
        yield event_of(key, unique_id, metadata)
    elif kind == "test" and manifest and status != "skipped":
        yield from _observations(result, unique_id, status, key_of, manifest)


def _output(key: AssetKey, _: str, metadata: Mapping[str, Any]) -> Output[Any]:
    return Output(value=None, output_name=key.to_python_identifier(), metadata=metadata)


def _materialization(key: AssetKey, unique_id: str, metadata: Mapping[str, Any]) -> AssetMaterialization:
    return AssetMaterialization(asset_key=key, description=f"dbt node: {unique_id}", metadata=metadata)


def _observations(
    result: Mapping[str, Any], unique_id: str, status: str, key_of: ToAssetKey, manifest: Mapping[str, Any]
) -> Iterator[AssetObservation]:
    test = _node(manifest, unique_id) or {}
    for tested_id in (test.get("depends_on") or {}).get("nodes") or ():
        tested = _node(manifest, tested_id)
        if tested is not None:
            yield AssetObservation(
                asset_key=key_of(tested),
                metadata={
                    "Test ID": unique_id,
                    "Test Status": status,
                    "Test Message": result.get("message") or "",
                },
            )


def _node(manifest: Mapping[str, Any] | None, unique_id: str) -> NodeInfo | None:
    if not manifest:
        return None
    found: NodeInfo | None = manifest["nodes"].get(unique_id) or manifest.get("sources", {}).get(unique_id)
    return found


def _status_of(result: Mapping[str, Any]) -> str:
    if "fail" not in result:
        return str(result["status"])
    # dbt before 0.19 and its RPC server had one flag for each outcome
    return next((status for status in ("fail", "skip", "error") if result.get(status)), "success")


def _metadata_of(
    result: Mapping[str, Any], status: str, docs_url: str | None, unique_id: str
) -> dict[str, Any]:
    seconds = result.get("execution_time")  # dbt Fusion leaves it out for nodes that it did not build
    return {
        "Status": status,
        **({} if seconds is None else {"Execution Time (seconds)": seconds}),
        **_timing_to_metadata(result.get("timing") or ()),
        **(_node_result_to_metadata(result["node"]) if "node" in result else {}),
        **({"docs_url": MetadataValue.url(f"{docs_url}#!/model/{unique_id}")} if docs_url else {}),
    }


def _resource_type(unique_id: str) -> str:
    """Return the kind of a node, which its unique id begins with."""
    return unique_id.split(".")[0]


def _node_result_to_metadata(node_result: Mapping[str, Any]) -> dict[str, Any]:
    """Return the metadata of a result that has its whole node (dbt before 0.19)."""
    return {
        "Materialization Strategy": node_result["config"]["materialized"],
        "Database": node_result["database"],
        "Schema": node_result["schema"],
        "Alias": node_result["alias"],
        "Description": node_result["description"],
    }


def _timing_to_metadata(timings: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return when a node was compiled and executed, and for how many seconds; without those that never were."""
    metadata: dict[str, Any] = {}
    for timing in timings:
        phase = _TIMINGS.get(timing["name"])
        if phase is None or not timing.get("started_at") or not timing.get("completed_at"):
            continue
        started, completed = isoparse(timing["started_at"]), isoparse(timing["completed_at"])
        metadata[f"{phase} Started At"] = started.isoformat(timespec="seconds")
        metadata[f"{phase} Completed At"] = completed.isoformat(timespec="seconds")
        metadata[f"{phase} Duration"] = (completed - started).total_seconds()
    return metadata


watch_module(__name__)
