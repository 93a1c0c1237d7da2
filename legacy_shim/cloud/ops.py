"""The op that runs a dbt Cloud job (``dagster_dbt.cloud.ops``)."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from functools import update_wrapper
from typing import Any

from dagster import (
    Config,
    In,
    Nothing,
    OpDefinition,
    OpExecutionContext,
    Out,
    Output,
    op,
)
from pydantic import Field, ValidationError

from legacy_shim.cloud.client import DEFAULT_POLL_INTERVAL
from legacy_shim.cloud.dagster_private import DagsterInvalidPropertyError
from legacy_shim.cloud.failures import DbtCloudConfigurationError
from legacy_shim.cloud.types import DbtCloudOutput
from legacy_shim.cloud.user_calls import building, warn_construction
from legacy_shim.cloud.utils import generate_materializations
from legacy_shim.deprecation import warn_use
from legacy_shim.module_access import watch_module

__all__ = [
    "COMPUTE_KIND_TAG",
    "DEFAULT_POLL_INTERVAL",
    "DbtCloudOutput",
    "DbtCloudRunOpConfig",
    "dbt_cloud_run_op",
    "generate_materializations",
]

_NAME = "dbt_cloud_run_op"
COMPUTE_KIND_TAG = "dagster/compute_kind"
_RESUMES = "retry_from_failure"
"""The entry of a configuration that has a failed job go on where it failed. The op shows no field of that name."""


class DbtCloudRunOpConfig(Config):
    """What ``dbt_cloud_run_op`` is configured with. Times are in seconds."""

    job_id: int = Field(description="Id of the dbt Cloud job, a number in the address of its page.")
    poll_interval: float = Field(
        default=DEFAULT_POLL_INTERVAL, description="Seconds between two looks at the run."
    )
    poll_timeout: float | None = Field(
        default=None,
        description="Seconds after which the run is cancelled and the op fails; none by default.",
    )
    yield_materializations: bool = Field(
        default=True,
        description="Whether the op records a materialization for each node that the run updated.",
    )
    asset_key_prefix: list[str] = Field(
        default=["dbt"], description="What the asset keys of those materializations begin with."
    )

    def __init__(self, **data: Any):
        warn_construction("DbtCloudRunOpConfig", self)
        super().__init__(**data)

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if cls.__module__ != __name__:
            warn_use("DbtCloudRunOpConfig", what="subclass")


class _ResumingConfig(DbtCloudRunOpConfig):
    """The configuration of an op that may go on where the job failed. The legacy op has no such option."""

    retry_from_failure: bool = Field(
        default=False,
        description="Whether the job goes on where its last run failed, if that failed.",
    )


class RunOp(OpDefinition):
    """The op, which can also be called within another one: ``dbt_cloud_run_op(context, dbt_cloud)``."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Place the op in a job, invoke it as any op, or run a job with `dbt_cloud` right away."""
        warn_use(_NAME)
        if args and _is_client(args[1] if len(args) > 1 else kwargs.get("dbt_cloud")):
            return _run_in_op(*args, **kwargs)
        return super().__call__(*args, **kwargs)

    def configured(
        self, config_or_config_fn: Any, name: Any = None, config_schema: Any = None, description: Any = None
    ) -> Any:
        """Return the op with these values under another name, as ``OpDefinition.configured`` does."""
        warn_use(_NAME)
        if isinstance(config_or_config_fn, Mapping) and _RESUMES in config_or_config_fn:
            resuming = _make_op(_resume_dbt_cloud_job)
            return OpDefinition.configured(resuming, config_or_config_fn, name, config_schema, description)
        return super().configured(config_or_config_fn, name, config_schema, description)


def _run_dbt_cloud_job(context: OpExecutionContext, config: DbtCloudRunOpConfig) -> Iterator[Any]:
    output = _run(context.resources.dbt_cloud, config)
    if config.yield_materializations:
        yield from generate_materializations(output, config.asset_key_prefix)
    yield Output(output, metadata=_timestamps(output.run_details))


def _resume_dbt_cloud_job(context: OpExecutionContext, config: _ResumingConfig) -> Iterator[Any]:
    yield from _run_dbt_cloud_job(context, config)


def _run_in_op(context: OpExecutionContext, dbt_cloud: Any, **config: Any) -> DbtCloudOutput:
    """Run the job that `config`, or the configuration of the op around, names, and log its materializations."""
    values = {**(context.op_config or {}), **config}
    try:
        with building():
            parsed = (_ResumingConfig if _RESUMES in values else DbtCloudRunOpConfig)(**values)
    except ValidationError as error:
        wrong = ", ".join(sorted(".".join(map(str, part["loc"])) for part in error.errors()))
        raise DbtCloudConfigurationError(
            f"{_NAME} needs the configuration of DbtCloudRunOpConfig, as that of its op or as keywords, "
            f"for example job_id=67890. Missing or wrong: {wrong}."
        ) from None
    output = _run(dbt_cloud, parsed)
    if parsed.yield_materializations:
        for event in generate_materializations(output, parsed.asset_key_prefix):
            with suppress(DagsterInvalidPropertyError):  # outside of a run there is no log to add to
                context.log_event(event)
    return output


def _run(dbt_cloud: Any, config: DbtCloudRunOpConfig) -> DbtCloudOutput:
    more = {_RESUMES: True} if getattr(config, _RESUMES, False) else {}
    output: DbtCloudOutput = dbt_cloud.run_job_and_poll(
        config.job_id, poll_interval=config.poll_interval, poll_timeout=config.poll_timeout, **more
    )
    return output


def _is_client(value: Any) -> bool:
    return callable(getattr(value, "run_job_and_poll", None))


def _timestamps(run: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "created_at": run.get("created_at"),
        "started_at": run.get("started_at"),
        "finished_at": run.get("finished_at"),
        "total_duration": run.get("duration"),
        "run_duration": run.get("run_duration"),
    }


def _make_op(run: Callable[..., Iterator[Any]]) -> RunOp:
    made = op(
        name=_NAME,
        description="Runs a dbt Cloud job and waits until its run has succeeded.",
        required_resource_keys={"dbt_cloud"},
        ins={"start_after": In(Nothing)},
        out=Out(DbtCloudOutput, description="The run and its results."),
        tags={COMPUTE_KIND_TAG: "dbt_cloud"},
    )(run)
    run_op = RunOp(
        compute_fn=made.compute_fn,
        name=made.name,
        ins=made.ins,
        outs=made.outs,
        description=made.description,
        config_schema=made.config_schema,
        required_resource_keys=made.required_resource_keys,
        tags=made.tags,
    )
    update_wrapper(run_op, _run_dbt_cloud_job)
    return run_op


dbt_cloud_run_op = _make_op(_run_dbt_cloud_job)

watch_module(__name__)
