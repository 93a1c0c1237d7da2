"""What a repository contains: assets, checks, ops, jobs, schedules, sensors and resources, in a fixed order."""

from __future__ import annotations

from typing import Any

from dagster import (
    AssetCheckKey,
    AssetKey,
    AssetSelection,
    AssetSensorDefinition,
    GraphDefinition,
    JobDefinition,
    MultiAssetSensorDefinition,
    OpDefinition,
    RepositoryDefinition,
    RunStatusSensorDefinition,
    ScheduleDefinition,
    SensorDefinition,
)
from dagster._core.definitions.assets.graph.asset_graph import AssetGraph, AssetNode

from legacy_shim.snapshot import config, schema, values

KIND_TAG_PREFIX = "dagster/kind/"
_IMPLICIT_JOB_PREFIX = "__"


def describe(repository: RepositoryDefinition) -> schema.Graph:
    """The whole of `repository` as JSON data. Raises whatever Dagster raises where it cannot be resolved."""
    graph = repository.asset_graph
    keys = sorted(graph.get_all_asset_keys(), key=values.text_of)
    jobs = {
        job.name: _job(job)
        for job in sorted(repository.get_all_jobs(), key=lambda job: job.name)
        if not job.name.startswith(_IMPLICIT_JOB_PREFIX)
    }
    return {
        "assets": {values.text_of(key): _asset(graph.get(key)) for key in keys},
        "checks": {
            f"{values.text_of(key.asset_key)}:{key.name}": _check(graph, key)
            for key in sorted(
                graph.asset_check_keys, key=lambda key: (values.text_of(key.asset_key), key.name)
            )
        },
        "asset_ops": _asset_ops(graph),
        "jobs": jobs,
        "schedules": {row.name: _schedule(row) for row in _by_name(repository.schedule_defs)},
        "sensors": {row.name: _sensor(row) for row in _by_name(repository.sensor_defs)},
        "resources": {
            key: values.class_of(resource)
            for key, resource in sorted(repository.get_top_level_resources().items())
        },
    }


def _by_name(definitions: Any) -> list[Any]:
    return sorted(definitions, key=lambda definition: definition.name)


def _asset(node: AssetNode) -> schema.Asset:
    definition = node.assets_def
    return {
        "deps": values.texts_of(node.parent_keys),
        "group": node.group_name,
        "kinds": sorted(node.kinds),
        "tags": {k: v for k, v in sorted(node.tags.items()) if not k.startswith(KIND_TAG_PREFIX)},
        "owners": sorted(str(owner) for owner in node.owners),
        "description": node.description,
        "code_version": node.code_version,
        "metadata": values.metadata(node.metadata),
        "partitions": values.plain(node.partitions_def),
        "first_partitions": values.first_partitions(node.partitions_def),
        "partition_mappings": {
            values.text_of(key): values.plain(mapping)
            for key, mapping in sorted(
                node.partition_mappings.items(), key=lambda item: values.text_of(item[0])
            )
        },
        "backfill_policy": values.plain(node.backfill_policy),
        "automation_condition": values.plain(node.automation_condition),
        "auto_materialize_policy": values.plain(node.auto_materialize_policy),
        "freshness_policy": values.plain(node.freshness_policy),
        "legacy_freshness_policy": values.plain(node.legacy_freshness_policy),
        "auto_observe_interval_minutes": node.auto_observe_interval_minutes,
        "execution": node.execution_type.value,
        "is_virtual": bool(getattr(node, "is_virtual", False)),
        "can_subset": bool(definition.computation and definition.can_subset),
        "pools": sorted(node.pools or ()),
        "op": values.op_of(node),
        "required_resources": sorted(definition.required_resource_keys) if definition.computation else [],
    }


def _check(graph: AssetGraph, key: AssetCheckKey) -> schema.Check:
    node = graph.get(key)
    return {
        "asset": values.text_of(key.asset_key),
        "description": node.description,
        "blocking": node.blocking,
        "metadata": values.metadata(node.metadata or {}),
        "automation_condition": values.plain(node.automation_condition),
        "deps": values.texts_of(parent for parent in node.parent_entity_keys if isinstance(parent, AssetKey)),
        "partitions": values.plain(getattr(node, "partitions_def", None)),
    }


def _asset_ops(graph: AssetGraph) -> dict[str, schema.Op]:
    """The ops that make assets, by name."""
    ops: dict[str, OpDefinition] = {}
    for definition in graph.assets_defs:
        if definition.computation:
            ops.update((op.name, op) for op in definition.node_def.iterate_op_defs())
    return {name: _op(op) for name, op in sorted(ops.items())}


def _op(op: OpDefinition) -> schema.Op:
    return {
        "config_schema": config.config_schema(op),
        "tags": dict(sorted(op.tags.items())),
        "pool": op.pool,
        "required_resources": sorted(op.required_resource_keys),
        "description": op.description,
        "retry_policy": values.plain(op.retry_policy),
    }


def _job(job: JobDefinition) -> schema.Job:
    is_asset_job = bool(job.asset_layer.selected_asset_keys)
    return {
        "assets": values.texts_of(job.asset_layer.selected_asset_keys),
        "checks": sorted(
            f"{values.text_of(key.asset_key)}:{key.name}"
            for key in job.asset_layer.asset_graph.asset_check_keys
        ),
        "description": job.description,
        "tags": dict(sorted(job.tags.items())),
        "run_config": config.without_secrets(job.run_config or {}),
        "partitions": values.plain(job.partitions_def),
        "metadata": values.metadata(job.metadata),
        "owners": _owners(job),
        "executor": job.executor_def.name,
        "loggers": sorted(job.loggers),
        "retry_policy": values.plain(job.op_retry_policy),
        "launch": config.launch_problem(job, job.run_config),
        "resources": _job_resources(job),
        "hooks": sorted(hook.name for hook in job.hook_defs),
        "ops": {} if is_asset_job else _job_ops(job),
    }


def _job_resources(job: JobDefinition) -> dict[str, str]:
    """The class behind each resource key that the job needs; empty where nothing is bound to it."""
    keys = sorted(job.required_resource_keys - {"io_manager"})
    bound = job.resource_defs
    return {key: values.class_of(bound[key]) if key in bound else "" for key in keys}


def _job_ops(job: JobDefinition) -> dict[str, schema.JobOp]:
    """Every op of an op job by its place in the graph, with what it waits for."""
    rows: dict[str, schema.JobOp] = {}
    for handle_name, op in _ops_of(job):
        node = job.graph.node_named(handle_name.split(".", 1)[0])
        rows[handle_name] = {
            **_op(op),
            "inputs": {row.name: row.dagster_type.display_name for row in op.input_defs},
            "outputs": {row.name: row.dagster_type.display_name for row in op.output_defs},
            "after": _upstream(job, node.name),
        }
    return dict(sorted(rows.items()))


def _ops_of(job: JobDefinition) -> list[tuple[str, OpDefinition]]:
    pending = [(node.name, node.definition) for node in job.graph.nodes]
    found: list[tuple[str, OpDefinition]] = []
    while pending:
        name, definition = pending.pop()
        if isinstance(definition, OpDefinition):
            found.append((name, definition))
        elif isinstance(definition, GraphDefinition):
            pending += [(f"{name}.{inner.name}", inner.definition) for inner in definition.nodes]
    return found


def _upstream(job: JobDefinition, node_name: str) -> list[str]:
    structure = job.graph.dependency_structure
    inputs = structure.input_to_upstream_outputs_for_node(node_name)
    return sorted({output.node_name for outputs in inputs.values() for output in outputs})


def _schedule(schedule: ScheduleDefinition) -> schema.Schedule:
    cron = schedule.cron_schedule
    return {
        "cron": cron if isinstance(cron, str) else list(cron),
        "timezone": schedule.execution_timezone,
        "job": schedule.job_name,
        "status": schedule.default_status.value,
        "tags": dict(sorted(schedule.tags.items())),
        "run_config": config.without_secrets(config.static_run_config(schedule)),
        "metadata": values.metadata(schedule.metadata),
        "owners": _owners(schedule),
        "description": schedule.description,
        "required_resources": sorted(schedule.required_resource_keys),
    }


def _sensor(sensor: SensorDefinition) -> schema.Sensor:
    return {
        "type": sensor.sensor_type.value,
        "jobs": values.job_names_of(sensor),
        "selection": str(sensor.asset_selection) if sensor.asset_selection else None,
        "watches": _watched(sensor),
        "condition": values.plain(getattr(sensor, "default_condition", None)),
        "run_tags": dict(sorted((getattr(sensor, "run_tags", None) or {}).items())),
        "metadata": values.metadata(sensor.metadata),
        "owners": _owners(sensor),
        "status": sensor.default_status.value,
        "minimum_interval_seconds": sensor.minimum_interval_seconds,
        "description": sensor.description,
        "required_resources": sorted(sensor.required_resource_keys),
    }


def _owners(definition: object) -> list[str]:
    """Owners of a job, schedule or sensor; dagster 1.12 has none for some of them."""
    return sorted(getattr(definition, "owners", None) or ())


def _watched(sensor: SensorDefinition) -> list[str]:
    """The assets, or the jobs and the status of their runs, that a sensor waits for."""
    if isinstance(sensor, AssetSensorDefinition):
        return [values.text_of(sensor.asset_key)]
    if isinstance(sensor, MultiAssetSensorDefinition):
        assets = sensor._monitored_assets
        return [str(assets)] if isinstance(assets, AssetSelection) else values.texts_of(assets)
    if isinstance(sensor, RunStatusSensorDefinition):
        jobs = (getattr(job, "name", None) or str(job) for job in sensor._monitored_jobs)
        return sorted([sensor._run_status.value, *jobs])
    return []
