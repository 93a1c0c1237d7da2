"""The modules of ``dagster_dbt.cloud``, name for name, written anew on requests and Dagster.

What ``dagster_dbt.cloud`` exports is resolved on first use, as the names of ``legacy_shim`` are.
"""

from importlib import import_module

from legacy_shim.catalogue import BY_NAME, LEGACY_MODULES, LEGACY_NAMES
from legacy_shim.module_access import find, watch_module

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from legacy_shim.cloud.asset_defs import (
        load_assets_from_dbt_cloud_job as load_assets_from_dbt_cloud_job,
    )
    from legacy_shim.cloud.ops import dbt_cloud_run_op as dbt_cloud_run_op
    from legacy_shim.cloud.resources import (
        DbtCloudClientResource as DbtCloudClientResource,
    )
    from legacy_shim.cloud.resources import (
        DbtCloudResource as DbtCloudResource,
    )
    from legacy_shim.cloud.resources import (
        dbt_cloud_resource as dbt_cloud_resource,
    )
    from legacy_shim.cloud.types import DbtCloudOutput as DbtCloudOutput


def __getattr__(name: str) -> "Any":
    if name in LEGACY_MODULES:
        return import_module(f"{__name__}.{name}")
    if name in BY_NAME and BY_NAME[name].public:
        return find(name)
    if name == "__all__":
        return __dir__()
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*LEGACY_MODULES, *(row.name for row in LEGACY_NAMES if row.public)])


watch_module(__name__)
