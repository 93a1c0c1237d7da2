"""Executes what an order asks for, in this process on an ephemeral instance, and records what happened."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dagster import (
    AssetKey,
    BackfillPolicy,
    DagsterEvent,
    DagsterEventType,
    DagsterInstance,
    DynamicPartitionsDefinition,
    ExecuteInProcessResult,
    IOManagerDefinition,
    JobDefinition,
    MultiPartitionsDefinition,
    PartitionsDefinition,
    RepositoryDefinition,
    mem_io_manager,
)
from dagster._core.storage.tags import (
    ASSET_PARTITION_RANGE_END_TAG,
    ASSET_PARTITION_RANGE_START_TAG,
)
from dagster_shared.error import SerializableErrorInfo

from legacy_shim.snapshot import schema, values
from legacy_shim.snapshot.order import ALL, DBT_CLOUD, RANGE, Action

Partition = str | tuple[str, str] | None
"""None, one partition key, or the first and last key of one run over a range."""


@dataclass(frozen=True)
class Worker:
    """What a run needs."""

    repository: RepositoryDefinition
    instance: DagsterInstance
    begin_afresh: Callable[[], None]
    """Called before each run: what earlier ones left behind must not show in it."""


def execute(worker: Worker, action: Action) -> list[schema.Record]:
    """Run `action`; one record for each Dagster run that it takes. What a run raises is in its record."""
    if action.kind != "materialize":
        name, _, op = action.subject.partition(".")
        job = worker.repository.get_job(name)
        return [
            _record(str(action), part, _run(worker, job, None, part, op=op or None))
            for part in _parts(worker, job.partitions_def, None, action.partition)
        ]
    records = []
    for keys, partitions, policy in _selections(worker.repository, action):
        job_of_assets = worker.repository.get_implicit_job_def_for_assets(keys)
        if job_of_assets is None:
            raise LookupError(f"no job can materialize {', '.join(values.texts_of(keys))}")
        storage = _no_storage(worker.repository, job_of_assets, keys)
        for part in _parts(worker, partitions, policy, action.partition):
            records.append(_record(str(action), part, _run(worker, job_of_assets, keys, part, storage)))
    return records


def _selections(
    repository: RepositoryDefinition, action: Action
) -> list[tuple[list[AssetKey], PartitionsDefinition[Any] | None, BackfillPolicy | None]]:
    """The asset keys to materialize, in groups that one run can take."""
    graph = repository.asset_graph
    keys = sorted(graph.materializable_asset_keys, key=values.text_of)
    if _is_all_of_dbt_cloud(action):
        op = action.subject.removeprefix(DBT_CLOUD).removeprefix("/")
        keys = [key for key in keys if values.is_from_dbt_cloud(graph.get(key))]
        keys = [key for key in keys if not op or values.op_of(graph.get(key)) == op]
        if not keys:
            raise LookupError(f"dbt Cloud makes no asset{f' in an op {op}' if op else ''}")
    elif action.subject != ALL:
        wanted = {AssetKey.from_user_string(text.strip()) for text in action.subject.split(",")}
        unknown = wanted - set(keys)
        if unknown:
            raise LookupError(f"no asset to materialize: {', '.join(values.texts_of(unknown))}")
        keys = [key for key in keys if key in wanted]
    groups: dict[str, tuple[list[AssetKey], Any, Any]] = {}
    for key in keys:
        node = graph.get(key)
        # No policy means one run for each partition: what is partly migrated can still be one run.
        policy = node.backfill_policy or BackfillPolicy.multi_run(1)
        label = f"{values.plain(node.partitions_def)} {values.plain(policy)}"
        groups.setdefault(label, ([], node.partitions_def, node.backfill_policy))[0].append(key)
    return [groups[label] for label in sorted(groups)]


def _parts(
    worker: Worker,
    partitions: PartitionsDefinition[Any] | None,
    policy: BackfillPolicy | None,
    wanted: str | None,
) -> Sequence[Partition]:
    """The partitions of each run: without a wish the first key, over a range what the backfill policy makes of it."""
    if partitions is None:
        return [None]
    known = values.first_partitions(partitions) or []
    if wanted is None and not known:
        raise LookupError("no partition is known: name one with @KEY behind the action")
    wanted = known[0] if wanted is None else wanted
    first, is_range, last = wanted.partition(RANGE)
    for key in (first, last) if is_range else (first,):
        _add_where_dynamic(worker.instance, partitions, key)
    if not is_range:
        return [first]
    keys = list(partitions.get_partition_keys(dynamic_partitions_store=worker.instance))
    keys = keys[keys.index(first) : keys.index(last) + 1]
    size = 1 if policy is None else policy.max_partitions_per_run or len(keys)
    chunks = [keys[start : start + size] for start in range(0, len(keys), size)]
    return [chunk[0] if len(chunk) == 1 else (chunk[0], chunk[-1]) for chunk in chunks]


def _add_where_dynamic(instance: DagsterInstance, partitions: PartitionsDefinition[Any], key: str) -> None:
    """Dynamic partitions are those that an instance knows; this one is new and knows none."""
    if isinstance(partitions, DynamicPartitionsDefinition) and partitions.name is not None:
        instance.add_dynamic_partitions(partitions.name, [key])
    if isinstance(partitions, MultiPartitionsDefinition):
        parts = partitions.get_partition_key_from_str(key).keys_by_dimension
        for dimension in partitions.partitions_defs:
            _add_where_dynamic(instance, dimension.partitions_def, parts[dimension.name])


def _run(
    worker: Worker,
    job: JobDefinition,
    keys: Sequence[AssetKey] | None,
    part: Partition,
    resources: Mapping[str, Any] | None = None,
    op: str | None = None,
) -> ExecuteInProcessResult | BaseException:
    tags = (
        {ASSET_PARTITION_RANGE_START_TAG: part[0], ASSET_PARTITION_RANGE_END_TAG: part[1]}
        if isinstance(part, tuple)
        else {}
    )
    worker.begin_afresh()
    try:
        return job.execute_in_process(
            instance=worker.instance,
            asset_selection=keys,
            op_selection=[op] if op else None,
            partition_key=part if isinstance(part, str) else None,
            tags=tags,
            resources=resources,
            raise_on_error=False,
        )
    except (Exception, SystemExit) as error:  # a run that cannot even start is a result too
        return error


def _no_storage(
    repository: RepositoryDefinition, job: JobDefinition, keys: Sequence[AssetKey]
) -> Mapping[str, Any] | None:
    """Memory in place of each IO manager, for a run that dbt Cloud does alone: it stores nothing through them."""
    if not all(values.is_from_dbt_cloud(repository.asset_graph.get(key)) for key in keys):
        return None
    return {
        key: mem_io_manager
        for key, resource in job.resource_defs.items()
        if isinstance(resource, IOManagerDefinition)
    }


def _is_all_of_dbt_cloud(action: Action) -> bool:
    return action.subject == DBT_CLOUD or action.subject.startswith(f"{DBT_CLOUD}/")


def failed_record(action: Action, error: BaseException) -> schema.Record:
    """The record of an action that could not even be begun."""
    return _record(str(action), action.partition, error)


def _record(action: str, part: Partition, result: ExecuteInProcessResult | BaseException) -> schema.Record:
    record: schema.Record = {
        "action": action,
        "partition": list(part) if isinstance(part, tuple) else part,
        "success": False,
        "materialized": [],
        "observed": [],
        "checked": [],
        "outputs": {},
        "output_metadata": {},
        "errors": [],
    }
    if isinstance(result, BaseException):
        error: schema.StepError = {"step": None, "class": type(result).__name__, "message": str(result)}
        return {**record, "errors": [error]}
    events = list(result.all_events)
    outputs = dict(sorted(_outputs(result, events)))
    return {
        **record,
        "success": result.success,
        "materialized": sorted(_materializations(events), key=repr),
        "observed": sorted(_observations(events), key=repr),
        "checked": sorted(_evaluations(events), key=repr),
        "outputs": outputs,
        "output_metadata": dict(sorted(_output_metadata(events, outputs))),
        "errors": list(_errors(events)),
    }


def _materializations(events: Sequence[DagsterEvent]) -> Iterator[schema.Materialized]:
    for event in events:
        if event.event_type == DagsterEventType.ASSET_MATERIALIZATION:
            row = event.step_materialization_data.materialization
            yield {
                "asset": values.text_of(row.asset_key),
                "partition": row.partition,
                "metadata": sorted(row.metadata),
            }


def _observations(events: Sequence[DagsterEvent]) -> Iterator[schema.Observed]:
    for event in events:
        if event.event_type == DagsterEventType.ASSET_OBSERVATION:
            row = event.asset_observation_data.asset_observation
            yield {"asset": values.text_of(row.asset_key), "metadata": values.metadata(row.metadata)}


def _evaluations(events: Sequence[DagsterEvent]) -> Iterator[schema.Checked]:
    for event in events:
        if event.event_type == DagsterEventType.ASSET_CHECK_EVALUATION:
            row = event.asset_check_evaluation_data
            yield {
                "asset": values.text_of(row.asset_key),
                "check": row.check_name,
                "passed": row.passed,
                "severity": row.severity.value,
            }


def _outputs(result: ExecuteInProcessResult, events: Sequence[DagsterEvent]) -> Iterator[tuple[str, str]]:
    """The class of each value that an op put out, by ``op:output``; asset outputs without a value are left out."""
    for event in events:
        if event.event_type != DagsterEventType.STEP_OUTPUT or event.node_handle is None:
            continue
        name = event.step_output_data.step_output_handle.output_name
        try:
            value = result.output_for_node(str(event.node_handle), name)
        except Exception:  # an output that Dagster does not capture, as those of Nothing
            continue
        if value is not None:
            yield f"{event.node_handle}:{name}", type(value).__name__


def _output_metadata(
    events: Sequence[DagsterEvent], shown: Container[str]
) -> Iterator[tuple[str, list[str]]]:
    """The names of the metadata that the `shown` outputs have."""
    for event in events:
        if event.event_type == DagsterEventType.STEP_OUTPUT:
            data = event.step_output_data
            name = f"{event.node_handle}:{data.step_output_handle.output_name}"
            if data.metadata and name in shown:
                yield name, sorted(data.metadata)


def _errors(events: Sequence[DagsterEvent]) -> Iterator[schema.StepError]:
    for event in events:
        if event.event_type == DagsterEventType.STEP_FAILURE and event.step_failure_data.error:
            innermost = _innermost(event.step_failure_data.error)
            yield {"step": event.step_key, "class": innermost.cls_name, "message": innermost.message.strip()}
        elif event.event_type == DagsterEventType.PIPELINE_FAILURE and event.job_failure_data.error:
            innermost = _innermost(event.job_failure_data.error)
            yield {"step": None, "class": innermost.cls_name, "message": innermost.message.strip()}


def _innermost(error: SerializableErrorInfo) -> SerializableErrorInfo:
    while error.cause is not None:
        error = error.cause
    return error
