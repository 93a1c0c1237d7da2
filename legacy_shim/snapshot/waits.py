"""Notes how long code under observation would wait for each dbt Cloud run, without waiting that long.

All three clients come to one function that waits for a run: there the limit is read off, as that client understands
it. Sources: ``dagster_dbt.cloud.resources``, ``dagster_dbt.cloud_v2.client``, ``legacy_shim.cloud.polling``.
"""

from __future__ import annotations

import functools
import inspect
import math
import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any

FOR_EVER = math.inf

Waits = dict[int, float]
"""The longest wait for each run, in seconds."""


def watch_waits() -> Waits:
    """Note from now on what the clients that are loaded in this process are made to wait."""
    waits: Waits = {}
    for name, owner, method, seconds in _CLIENTS:
        module = sys.modules.get(name)
        holder = getattr(module, owner, None) if owner else module
        if module is None or holder is None:
            continue
        if owner and holder.__module__ != name:
            continue  # the facade stands under this name, and is watched under its own
        _watch(holder, method, seconds, module, waits)
    return waits


def _watch(
    owner: Any,
    method: str,
    seconds: Callable[[Any, ModuleType], float],
    module: ModuleType,
    waits: Waits,
) -> None:
    original = getattr(owner, method)
    signature = inspect.signature(original)

    @functools.wraps(original)
    def watched(*args: Any, **kwargs: Any) -> Any:
        given = signature.bind(*args, **kwargs).arguments
        limit = given.get("poll_timeout", given.get("timeout"))
        run_id = int(given["run_id"])
        waits[run_id] = max(seconds(limit, module), waits.get(run_id, 0.0))
        return original(*args, **kwargs)

    setattr(owner, method, watched)


def _for_ever_unless_told(limit: float | None, _: ModuleType) -> float:
    """The legacy clients: None and 0 mean no limit."""
    return float(limit) if limit else FOR_EVER


def _as_configured_unless_told(limit: float | None, module: ModuleType) -> float:
    """v2: no limit, and 0, mean what an environment variable said when it was imported."""
    return float(limit or module.DAGSTER_DBT_CLOUD_POLL_TIMEOUT)


_CLIENTS: tuple[tuple[str, str, str, Callable[[Any, ModuleType], float]], ...] = (
    ("legacy_shim.cloud.polling", "", "wait_for_run", _for_ever_unless_told),
    ("dagster_dbt.cloud.resources", "DbtCloudClient", "poll_run", _for_ever_unless_told),
    ("dagster_dbt.cloud_v2.client", "DbtCloudWorkspaceClient", "poll_run", _as_configured_unless_told),
)
