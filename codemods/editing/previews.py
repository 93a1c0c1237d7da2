"""Names that previews of v2 had under ``dagster_dbt.cloud``, and where ``dagster_dbt.cloud_v2`` has them now.

    from dagster_dbt.cloud.resources import DbtCloudWorkspace   ->  from dagster_dbt.cloud_v2 import DbtCloudWorkspace
    from dagster_dbt.cloud import client_v2                     ->  from dagster_dbt.cloud_v2 import client as client_v2

Source: ``dagster_dbt.cloud_v2`` of dagster-dbt 0.29, and the development versions around 0.26.
"""

from __future__ import annotations

from collections.abc import Mapping

from .edits import Import

_V2 = "dagster_dbt.cloud_v2"
_NAMES: Mapping[str, tuple[str, ...]] = {
    "": (
        "DbtCloudCredentials",
        "DbtCloudWorkspace",
        "build_dbt_cloud_polling_sensor",
        "dbt_cloud_assets",
        "load_dbt_cloud_asset_specs",
        "load_dbt_cloud_check_specs",
    ),
    "cli_invocation": ("DbtCloudCliInvocation",),
    "client": ("DbtCloudWorkspaceClient",),
    "resources": ("DbtCloudWorkspaceDefsLoader", "get_dagster_adhoc_job_name"),
    "run_handler": ("DbtCloudJobRunHandler", "DbtCloudJobRunResults", "get_completed_at_timestamp"),
    "sensor_builder": ("DbtCloudPollingSensorCursor",),
    "types": (
        "DbtCloudAccount",
        "DbtCloudEnvironment",
        "DbtCloudJob",
        "DbtCloudJobRunStatusType",
        "DbtCloudProject",
        "DbtCloudRun",
        "DbtCloudWorkspaceData",
    ),
}
"""The names of v2 by the module that has them; those of the package itself under the empty name."""
_HOME = {name: f"{_V2}.{module}".rstrip(".") for module, names in _NAMES.items() for name in names}
_MODULES = (
    "asset_decorator",
    "cli_invocation",
    "client",
    "resources",
    "run_handler",
    "sensor_builder",
    "types",
)


def v2_import(module: str, name: str, bound: str) -> Import | None:
    """The import of v2 for ``from module import name as bound``; None where no preview had that name."""
    if not module.startswith("dagster_dbt.cloud") or module.startswith(_V2):
        return None
    if name in _HOME:
        return Import(_HOME[name], name, bound if bound != name else "")
    inner = v2_module(f"{module}.{name}")
    if not inner:
        return None
    home, _, last = inner.rpartition(".")
    return Import(home, last, bound if bound != last else "")


def v2_module(module: str) -> str:
    """The module of v2 that a module of a preview became; empty for any other, those of legacy among them."""
    package, _, last = module.rpartition(".")
    if package != "dagster_dbt.cloud":
        return ""
    name = last.removesuffix("_v2")
    is_preview = name in _MODULES and (name != last or name not in ("resources", "types"))
    return f"{_V2}.{name}" if is_preview else ""
