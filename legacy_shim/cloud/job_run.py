"""Runs a loaded job in dbt Cloud for the assets that Dagster asks for, and reports what the run built."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from dagster import AssetExecutionContext, AssetObservation, Output

from legacy_shim.cloud.api import AccountApi
from legacy_shim.cloud.artifacts import require_manifest, require_results
from legacy_shim.cloud.asset_specs import NodeTranslation
from legacy_shim.cloud.compiled_job import job_error, run_error, vars_option
from legacy_shim.cloud.failures import telling_run_page
from legacy_shim.cloud.loaded_assets import RESOURCE_KEY
from legacy_shim.cloud.manifest import Manifest, dependency_order, find_node, is_asset, is_asset_id
from legacy_shim.cloud.patience import patiently
from legacy_shim.cloud.utils import result_to_events
from legacy_shim.dbt_commands import without_selection

PartitionVars = Callable[[str], Mapping[str, Any]]


@dataclass(frozen=True)
class LoadedJob:
    """What running the assets of a loaded job takes."""

    job_id: int
    commands: tuple[str, ...]
    materialization_step: int
    fqns: Mapping[str, list[str]]
    """dbt's fully qualified name of the node behind each output."""
    unique_ids: Mapping[str, str]
    """dbt's id of the node behind each output."""
    translation: NodeTranslation
    partition_vars: PartitionVars | None


def run_job(context: AssetExecutionContext, job: LoadedJob) -> Iterator[Output[None] | AssetObservation]:
    """Run the job in dbt Cloud and yield an output for each asset built and an observation for each test.

    A run that fails raises ``dagster.Failure`` and reports nothing. A selected model that no longer exists is an
    error that names it, raised after what was built is reported.
    """
    client = _client(context)
    output = client.run_job_and_poll(
        job_id=job.job_id,
        cause=f"Materializing software-defined assets in Dagster run {context.run.run_id[:8]}",
        steps_override=commands_for(context, job),
    )
    step = _artifact_step(output.run_details, job)
    with telling_run_page(output.run_details.get("href")):
        manifest, results = _artifacts(client, output.run_id, step)
    selected = set(context.op_execution_context.selected_output_names) & set(job.unique_ids)
    for event in _events(context, job, output.docs_url, manifest, results):
        if isinstance(event, Output):
            if event.output_name not in selected:
                context.log.info(
                    f"dbt Cloud also built {event.output_name}, which this step does not produce."
                )
                continue
            selected.discard(event.output_name)
        yield event
    with telling_run_page(output.run_details.get("href")):
        _judge_the_rest(context, output.run_id, job, selected, manifest, results)


def commands_for(context: AssetExecutionContext, job: LoadedJob) -> list[str]:
    """Return the job's commands, the materialization narrowed to the selected assets and given the partition's vars."""
    command = job.commands[job.materialization_step]
    options = []
    if context.has_partition_key and job.partition_vars is not None:
        options.append(vars_option(job.partition_vars(context.partition_key)))
    if context.is_subset:
        names = context.op_execution_context.selected_output_names
        fqns = sorted(".".join(job.fqns[name]) for name in names if name in job.fqns)
        command = without_selection(command)
        options.append(f"--select {' '.join(fqns)}")
    commands = list(job.commands)
    commands[job.materialization_step] = " ".join([command, *options])
    return commands


def _client(context: AssetExecutionContext) -> Any:
    client = getattr(context.resources, RESOURCE_KEY)
    if not hasattr(client, "run_job_and_poll"):
        raise job_error(
            f"The resource {RESOURCE_KEY!r} is a {type(client).__name__}, which cannot run the dbt Cloud job of these "
            "assets. Bind the legacy dbt Cloud resource under this key, or none: the assets carry their own."
        )
    return client


def _artifacts(client: Any, run_id: int, step: int | None) -> tuple[Manifest, list[dict[str, Any]]]:
    """Fetch what the run wrote. It may take dbt Cloud a moment to have that after the end of the run."""

    def ask() -> tuple[Manifest, list[dict[str, Any]]]:
        manifest = require_manifest(client.get_manifest(run_id=run_id, step=step), run_id)
        results = require_results(client.get_run_results(run_id=run_id, step=step), run_id)
        return manifest, results.get("results") or []

    if not isinstance(client, AccountApi):  # dagster-dbt's own, or a user's
        return ask()
    patience = client.transport.patience
    return patiently(client.transport, patience.shortest_pause, ask, silence=patience.refusal)


def _artifact_step(run_details: Mapping[str, Any], job: LoadedJob) -> int | None:
    """Return the 1-based step of the run that materialized. dbt Cloud puts steps of its own first, and docs last."""
    steps, of_job = run_details.get("run_steps"), run_details.get("job")
    number = len(steps) if isinstance(steps, list) else 0
    number -= len(job.commands) - job.materialization_step - 1
    if isinstance(of_job, Mapping) and of_job.get("generate_docs"):
        number -= 1
    return number if number > 0 else None


def _events(
    context: AssetExecutionContext,
    job: LoadedJob,
    docs_url: str | None,
    manifest: Manifest,
    results: list[dict[str, Any]],
) -> Iterator[Any]:
    result_of = {result["unique_id"]: result for result in results}
    for unique_id in dependency_order(manifest, result_of):  # Dagster takes outputs in no other order
        if not (is_asset_id(unique_id) or unique_id.startswith("test.")):
            continue  # exposures, unit tests, operations: they have no asset
        if unique_id not in manifest["nodes"]:
            context.log.warning(
                f"dbt Cloud reports a result for {unique_id}, which its manifest does not have."
            )
            continue
        yield from result_to_events(
            result=result_of[unique_id],
            docs_url=docs_url,
            node_info_to_asset_key=job.translation.key_of,
            manifest_json=manifest,
            extra_metadata=None,
            generate_asset_outputs=True,
        )


def _judge_the_rest(
    context: AssetExecutionContext,
    run_id: int,
    job: LoadedJob,
    output_names: set[str],
    manifest: Manifest,
    results: list[dict[str, Any]],
) -> None:
    """Raise if the run cannot have built some of the selected assets; else say that it has no result for them."""
    status_of = {result["unique_id"]: result.get("status") for result in results}
    unbuilt: list[str] = []
    untold: list[str] = []
    for unique_id in sorted(job.unique_ids[name] for name in output_names):
        reason = _why_not_built(unique_id, status_of, manifest)
        (unbuilt if reason else untold).append(f"{unique_id}{reason}")
    if untold:
        context.log.warning(
            f"The dbt Cloud run {run_id} succeeded without a result for {', '.join(untold)}. Dagster takes them as built."
        )
    if unbuilt:
        raise run_error(
            f"The dbt Cloud run {run_id} of job {job.job_id} succeeded but cannot have built all that was selected: "
            f"{', '.join(unbuilt)}. Reload the code location if the dbt project has changed."
        )


def _why_not_built(unique_id: str, status_of: Mapping[str, Any], manifest: Manifest) -> str:
    if unique_id in status_of:
        return f" (its status is {status_of[unique_id]!r})"
    node = find_node(manifest, unique_id)
    if node is None and unique_id in (manifest.get("disabled") or {}):
        return " (it is disabled in the dbt project now)"
    if node is None:
        return " (it no longer exists in the dbt project)"
    return "" if is_asset(node) else " (it is ephemeral now)"
