"""The shape of a snapshot: what ``legacy_shim.snapshot`` writes down, and ``verify`` reads. Version 1."""

from __future__ import annotations

from typing import Any, TypedDict


class Asset(TypedDict):
    """An asset, as its definition has it."""

    deps: list[str]
    group: str | None
    kinds: list[str]
    tags: dict[str, str]
    owners: list[str]
    description: str | None
    code_version: str | None
    metadata: dict[str, Any]
    partitions: Any
    first_partitions: list[str] | None
    partition_mappings: dict[str, Any]
    backfill_policy: Any
    automation_condition: Any
    auto_materialize_policy: Any
    freshness_policy: Any
    legacy_freshness_policy: Any
    auto_observe_interval_minutes: float | None
    execution: str
    is_virtual: bool
    can_subset: bool
    pools: list[str]
    op: str | None
    required_resources: list[str]


class Check(TypedDict):
    """An asset check."""

    asset: str
    description: str | None
    blocking: bool
    metadata: dict[str, Any]
    automation_condition: Any
    deps: list[str]
    partitions: Any


class Op(TypedDict):
    """An op that makes assets."""

    config_schema: Any
    tags: dict[str, str]
    pool: str | None
    required_resources: list[str]
    description: str | None
    retry_policy: Any


class JobOp(Op):
    """An op of a job, and what it waits for."""

    inputs: dict[str, str]
    outputs: dict[str, str]
    after: list[str]


class Job(TypedDict):
    """A job of Dagster."""

    assets: list[str]
    checks: list[str]
    description: str | None
    tags: dict[str, str]
    run_config: Any
    partitions: Any
    metadata: dict[str, Any]
    owners: list[str]
    executor: str
    loggers: list[str]
    retry_policy: Any
    launch: Any
    resources: dict[str, str]
    hooks: list[str]
    ops: dict[str, JobOp]


class Schedule(TypedDict):
    cron: str | list[str]
    timezone: str | None
    job: str
    status: str
    tags: dict[str, str]
    run_config: Any
    metadata: dict[str, Any]
    owners: list[str]
    description: str | None
    required_resources: list[str]


class Sensor(TypedDict):
    type: str
    jobs: list[str]
    selection: str | None
    watches: list[str]
    condition: Any
    run_tags: dict[str, str]
    metadata: dict[str, Any]
    owners: list[str]
    status: str
    minimum_interval_seconds: int | None
    description: str | None
    required_resources: list[str]


class Graph(TypedDict):
    """What a repository contains."""

    assets: dict[str, Asset]
    checks: dict[str, Check]
    """By ``asset:check``."""
    asset_ops: dict[str, Op]
    jobs: dict[str, Job]
    schedules: dict[str, Schedule]
    sensors: dict[str, Sensor]
    resources: dict[str, str]
    """The class behind each top-level resource key."""


Cause = TypedDict("Cause", {"class": str, "message": str})
"""What led to an error."""


class Frame(TypedDict):
    """A line of the user's own code that an error went through."""

    path: str
    line: int | None
    function: str
    text: str


Error = TypedDict(
    "Error",
    {
        "class": str,
        "message": str,
        "traceback": str,
        "causes": list[Cause],
        "variables": list[str],
        "unset": list[str],
        "frames": list[Frame],
    },
)
"""An error of the code under observation."""

StepError = TypedDict("StepError", {"step": str | None, "class": str | None, "message": str})
"""What a step, or a run as a whole, raised."""


class Materialized(TypedDict):
    asset: str
    partition: str | None
    metadata: list[str]


class Observed(TypedDict):
    asset: str
    metadata: dict[str, Any]


class Checked(TypedDict):
    asset: str
    check: str
    passed: bool
    severity: str


class Record(TypedDict):
    """What one run of Dagster came to."""

    action: str
    partition: str | list[str] | None
    success: bool
    materialized: list[Materialized]
    observed: list[Observed]
    checked: list[Checked]
    outputs: dict[str, str]
    output_metadata: dict[str, list[str]]
    errors: list[StepError]


class Done(Record):
    """The same with the number of its action."""

    number: int


class Step(TypedDict):
    """A command of a dbt Cloud run."""

    command: str
    status: str | None
    nodes: dict[str, str] | None


class _Run(TypedDict, total=False):
    job_name: str | None
    """Missing where dbt Cloud did not answer what became of the run."""


class Run(_Run):
    """A dbt Cloud run that the code triggered."""

    phase: str
    job_id: int
    run_id: int
    cause: Any
    overrides: dict[str, Any]
    status: str | None
    commands: list[str]
    steps: list[Step]
    awaited: bool
    wait: float | None
    """Seconds at most; None for no limit."""


class Warned(TypedDict):
    category: str
    message: str
    path: str
    line: int


class Caller(TypedDict):
    """With what the code asked dbt Cloud."""

    account: Any
    host: Any
    token: Any


class Snapshot(TypedDict):
    """A code location, and what it did."""

    version: int
    dagster: str
    target: str
    error: Error | None
    warnings: list[Warned]
    graph: Graph | None
    """None where the code does not load."""
    actions: list[Done]
    runs: list[Run]
    writes: list[dict[str, Any]]
    refused: list[dict[str, Any]]
    programs: list[str]
    callers: list[Caller]
