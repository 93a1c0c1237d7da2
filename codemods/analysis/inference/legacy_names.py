"""One spelling for each legacy name, wherever it is imported from, and for what Dagster hands to the code."""

from __future__ import annotations

from legacy_shim.catalogue import BY_NAME, LEGACY_MODULES

from .values import LEGACY, External

_ROOTS = ("dagster_dbt", "legacy_shim")
LEGACY_PACKAGES = frozenset(
    set(_ROOTS)
    | {f"{root}.cloud" for root in _ROOTS}
    | {f"{root}.cloud.{module}" for root in _ROOTS for module in LEGACY_MODULES}
)
"""The modules that legacy names are imported from."""

RESOURCE_CLASSES = frozenset(
    {"DbtCloudClientResource", "DbtCloudResource", "DbtCloudResourceV2", "DbtCloudClient"}
)
RUN_OP = f"{LEGACY}dbt_cloud_run_op"
CONFIGURED = f"{LEGACY}dbt_cloud_resource.configured"
PLACEHOLDER = External("legacy_shim.missing_fact")
"""The function that stands in for a fact which an earlier migration did not know."""
CALLED = "()"
"""The member of an op whose result is what calling the op in a job's body hands on."""
RESOURCES = External("context.resources")
"""What Dagster hands to the code as ``context.resources``."""


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
