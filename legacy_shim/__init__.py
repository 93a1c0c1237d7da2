"""The way out of Dagster's legacy dbt Cloud integration.

Put ``legacy_shim`` where the code says ``dagster_dbt`` and every legacy name works, whatever dagster-dbt ships; each
use says in the logs where it stands and what replaces it. ``install()`` serves the old spellings themselves.

Names are resolved on first use: importing this package loads neither Dagster nor anything else of weight.
"""

TYPE_CHECKING = False  # type checkers take this for typing's, which costs more to import than this package
if TYPE_CHECKING:
    from typing import Any

    from legacy_shim.cloud.asset_defs import (
        DAGSTER_DBT_COMPILE_RUN_ID_ENV_VAR as DAGSTER_DBT_COMPILE_RUN_ID_ENV_VAR,
    )
    from legacy_shim.cloud.asset_defs import (
        DbtCloudCacheableAssetsDefinition as DbtCloudCacheableAssetsDefinition,
    )
    from legacy_shim.cloud.asset_defs import (
        load_assets_from_dbt_cloud_job as load_assets_from_dbt_cloud_job,
    )
    from legacy_shim.cloud.cli import cache_compile_references as cache_compile_references
    from legacy_shim.cloud.ops import (
        DbtCloudRunOpConfig as DbtCloudRunOpConfig,
    )
    from legacy_shim.cloud.ops import (
        dbt_cloud_run_op as dbt_cloud_run_op,
    )
    from legacy_shim.cloud.resources import (
        DBT_API_V2_PATH as DBT_API_V2_PATH,
    )
    from legacy_shim.cloud.resources import (
        DBT_API_V3_PATH as DBT_API_V3_PATH,
    )
    from legacy_shim.cloud.resources import (
        DBT_DEFAULT_HOST as DBT_DEFAULT_HOST,
    )
    from legacy_shim.cloud.resources import (
        DEFAULT_POLL_INTERVAL as DEFAULT_POLL_INTERVAL,
    )
    from legacy_shim.cloud.resources import (
        DbtCloudClient as DbtCloudClient,
    )
    from legacy_shim.cloud.resources import (
        DbtCloudClientResource as DbtCloudClientResource,
    )
    from legacy_shim.cloud.resources import (
        DbtCloudResource as DbtCloudResource,
    )
    from legacy_shim.cloud.resources import (
        DbtCloudResourceV2 as DbtCloudResourceV2,
    )
    from legacy_shim.cloud.resources import (
        DbtCloudRunStatus as DbtCloudRunStatus,
    )
    from legacy_shim.cloud.resources import (
        dbt_cloud_resource as dbt_cloud_resource,
    )
    from legacy_shim.cloud.types import DbtCloudOutput as DbtCloudOutput
    from legacy_shim.cloud.utils import (
        generate_events as generate_events,
    )
    from legacy_shim.cloud.utils import (
        generate_materializations as generate_materializations,
    )
    from legacy_shim.cloud.utils import (
        result_to_events as result_to_events,
    )
    from legacy_shim.facts import MissingFactError as MissingFactError
    from legacy_shim.facts import missing_fact as missing_fact
    from legacy_shim.facts import missing_row as missing_row
    from legacy_shim.import_hook import install as install
    from legacy_shim.import_hook import uninstall as uninstall
    from legacy_shim.warning_category import LegacyDbtCloudWarning as LegacyDbtCloudWarning

    __version__: str

_OWN = {
    "install": "import_hook",
    "uninstall": "import_hook",
    "missing_fact": "facts",
    "missing_row": "facts",
    "MissingFactError": "facts",
    "LegacyDbtCloudWarning": "warning_category",
}
"""What this package has beside the legacy names, and the module of each."""


def __getattr__(name: str) -> "Any":
    if name.startswith("__"):
        return _dunder(name)
    if name == "cloud" or name in _OWN:
        from importlib import import_module

        module = import_module(f"legacy_shim.{_OWN.get(name, name)}")
        return module if name == "cloud" else getattr(module, name)
    from legacy_shim.catalogue import BY_NAME

    if name in BY_NAME:
        from legacy_shim.module_access import serve

        return serve(name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def _dunder(name: str) -> "Any":
    if name == "__version__":
        from importlib.metadata import version

        return version("legacy-shim")
    if name == "__all__":
        return __dir__()
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    from legacy_shim.catalogue import BY_NAME

    return sorted([*BY_NAME, *_OWN, "__version__"])
