"""What values are to the migration."""

from __future__ import annotations

from .legacy_names import RUN_OP
from .values import (
    LEGACY,
    External,
    Keyed,
    Made,
    Value,
    legacy_name,
    root,
)


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
        if name in {"dbt_cloud_resource", "DbtCloudClientResource", "DbtCloudResource", "DbtCloudResourceV2"}:
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
