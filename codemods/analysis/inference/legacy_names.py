"""The legacy names: one spelling for each, wherever it is imported from, and what the values made with them are."""

from __future__ import annotations

from legacy_shim.catalogue import BY_NAME, LEGACY_MODULES

from .values import (
    LEGACY,
    External,
    Keyed,
    Made,
    Result,
    Value,
    legacy_name,
    root,
)

_ROOTS = ("dagster_dbt", "legacy_shim")
LEGACY_PACKAGES = frozenset(
    set(_ROOTS)
    | {f"{package}.cloud" for package in _ROOTS}
    | {f"{package}.cloud.{module}" for package in _ROOTS for module in LEGACY_MODULES}
)
"""The modules that legacy names are imported from."""

RESOURCE_CLASSES = frozenset(
    {"DbtCloudClientResource", "DbtCloudResource", "DbtCloudResourceV2", "DbtCloudClient"}
)
RUN_OP = f"{LEGACY}dbt_cloud_run_op"
CONFIGURED = f"{LEGACY}dbt_cloud_resource.configured"
PLACEHOLDER = External("legacy_shim.missing_fact")
"""The function that stands in for a fact which an earlier migration did not know."""
MISSING_ROW = External("legacy_shim.missing_row")
"""The function that stands in for the row of a job in the table of what deployments differ in."""
KEY_OF_LOADS = "dbt_cloud"
"""The resource key under which a load brings its resource to the jobs of its assets."""
CALLED = "()"
"""The member of an op whose result is what calling the op in a job's body hands on."""
GETTER = "get_dbt_client"
"""The method of the legacy resource that answers its client."""
RUN_AND_POLL = "run_job_and_poll"
"""The method of the legacy client that answers a ``DbtCloudOutput``."""
STARTING = frozenset({RUN_AND_POLL, "run_job", "rerun_job"})
"""Methods of the client that start a run of a job."""
OF_LEGACY = frozenset(
    {
        *(GETTER, RUN_AND_POLL, "auth_token", "account_id", "disable_schedule_on_trigger", "dbt_cloud_host"),
        *("request_max_retries", "request_retry_delay", "api_v2_base_url", "api_v3_base_url"),
        *("make_request", "list_jobs", "get_job", "update_job", "run_job", "get_runs", "get_run", "poll_run"),
        *("get_run_steps", "cancel_run", "list_run_artifacts", "get_run_artifact", "get_manifest"),
        *("get_run_results", "get_job_environment_variables", "set_job_environment_variable"),
        *("build_url_for_job", "build_url_for_cloud_docs", "rerun_job", "get_json_artifact"),
    }
)
"""What the legacy resource, or the client that stands under its key, has as attributes."""
RESUMES = "retry_from_failure"
"""The keyword by which the facade's client and op have a job go on where its last run failed."""
RESOURCES = External("context.resources")
"""What Dagster hands to the code as ``context.resources``."""
WHOLE = frozenset({"_asdict", "original_resource_dict", "_original_resource_dict"})
"""Attributes of ``context.resources`` that hand out all resources at once."""


def canonical(dotted: str) -> str:
    """One spelling for a legacy name, wherever it was imported from; other names as they are."""
    package, _, rest = dotted.partition(".")
    if package not in _ROOTS:
        return dotted
    parts = rest.split(".") if rest else []
    if parts and parts[0] == "cloud":
        parts = parts[1:]
        if parts and parts[0] in LEGACY_MODULES:
            parts = parts[1:]
    if parts and parts[0] in BY_NAME:
        return LEGACY + ".".join(parts)
    return dotted


def thing_kind(value: Value) -> str:
    """What a value is to the migration: a resource, a load, an op, a client's method or answer, a name, or nothing."""
    name = legacy_name(value)
    if isinstance(value, External):
        return "name" if name else ""
    if isinstance(value, Made):
        if name == "load_assets_from_dbt_cloud_job":
            return "load"
        if name == "dbt_cloud_run_op":
            return "op"
        if name == "dbt_cloud_resource" or name in RESOURCE_CLASSES:
            return "resource"
        return "made" if name else ""
    if isinstance(value, Keyed):
        return "keyed"
    if isinstance(root(value), Keyed) or name:
        return "client"
    return ""


def is_op(value: Value) -> bool:
    """Whether a value is ``dbt_cloud_run_op``, configured or not: calling it in a job runs a dbt Cloud job."""
    return value == External(RUN_OP) or thing_kind(value) == "op"


def is_resource(value: Value) -> bool:
    """Whether a value is a legacy resource, or what makes one."""
    return thing_kind(value) == "resource" or value == External(f"{LEGACY}dbt_cloud_resource")


def is_client(value: Value) -> bool:
    """Whether a value has the methods of the legacy client."""
    if isinstance(value, Result):
        return value.member.attribute == GETTER and is_client(value.member.of)
    return (
        isinstance(value, Keyed)
        or thing_kind(value) == "resource"
        or (legacy_name(value) == "DbtCloudClient" and not is_output(value))
    )


def is_run(value: Value) -> bool:
    """Whether a value is what ``run_job_and_poll`` answers, and not the output of an op that runs a job."""
    return isinstance(value, Result) and value.member.attribute == RUN_AND_POLL and is_output(value)


def is_output(value: Value) -> bool:
    """Whether a value is a ``DbtCloudOutput``: what running a job answers, or an op that runs one."""
    if not isinstance(value, Result):
        return False
    member = value.member
    return (member.attribute == RUN_AND_POLL and is_client(member.of)) or (
        member.attribute == CALLED and is_op(member.of)
    )
