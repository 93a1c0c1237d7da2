"""Which code reports a difference, by its shape: exactly what the LDC2xx says, and nothing beside it.

Whether the migration did report it, and for that job, is for ``judgement`` to say.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from .origins import LINK_TO_JOB

WORKSPACE = "DbtCloudWorkspace"
LEGACY_OUTPUT = "DbtCloudOutput"
_AROUND_TYPES = "[]?"
"""What Dagster writes around the name of a type: a list of it, or it or nothing."""
LEGACY_RESOURCES = frozenset(
    {"dbt_cloud_resource", "DbtCloudClientResource", "DbtCloudResource", "DbtCloudClient"}
)
"""What snapshots call the resources that a workspace stands in for."""
_KINDS_OF_DBT = frozenset({"dbtcloud", "dbt"})
"""What v2 shows of each of its assets; the second of a component's."""
_CLOUD_IDS = "dagster_dbt/cloud_"
_LINKS = frozenset({LINK_TO_JOB, "dbt Cloud Documentation"})
"""What the legacy loader says of each asset of a job; the second where the job makes docs."""
_OF_DAGSTER = ("dagster/", "dagster_dbt/", "dagster-dbt/")
_STORAGE = "dagster/storage_kind"
_RESOURCES = "resources"
"""The section of run config that configures resources."""
_UNIQUE_ID = "dagster_dbt/unique_id"
_TESTS = ("test.", "unit_test.")
_LEGACY_TEST = "Test ID"
_KEPT_BY_OPS = frozenset({"Status", "Execution Time (seconds)"})
"""Of the metadata that the legacy op gave to what a dbt result materialized."""


def of_asset_field(field: str, was: Mapping[str, Any], now: Mapping[str, Any]) -> str | None:
    """LDC206 where v2 merely shows more of an asset: what was there is there still, but for links to dbt Cloud."""
    old, new = was[field], now[field]
    if field == "kinds":
        is_reported = set(old) <= set(new) and _is_adapter(
            set(new) - set(old) - _KINDS_OF_DBT, now["metadata"]
        )
    elif field == "owners":
        is_reported = set(old) <= set(new)
    elif field == "tags":
        is_reported = _keeps(old, new) and all(new[name] == "" for name in new if name not in old)
    elif field == "metadata":
        dropped = {name for name in old if name in _LINKS or name.startswith(_CLOUD_IDS)}
        kept = {name: value for name, value in old.items() if name in new or name not in dropped}
        is_reported = _keeps(kept, new) and all(
            name.startswith(_OF_DAGSTER) for name in new if name not in old
        )
    else:
        is_reported = field in ("description", "code_version") and old is None
    return "LDC206" if is_reported else None


def _is_adapter(kinds: set[str], metadata: Mapping[str, Any]) -> bool:
    """Whether those kinds are dbt's adapter, or none. Its name is in the metadata, but with dagster-dbt 0.28.0."""
    if _STORAGE not in metadata and _UNIQUE_ID in metadata:
        return len(kinds) <= 1
    return kinds <= {str(metadata.get(_STORAGE, ["", ""])[1])}


def _keeps(old: Mapping[str, Any], new: Mapping[str, Any]) -> bool:
    return all(name in new and new[name] == value for name, value in old.items())


def of_requirement(
    was: Iterable[str], now: Iterable[str], classes: tuple[Mapping[str, str], Mapping[str, str]]
) -> str | None:
    """LDC211 where a workspace is new, or a legacy resource goes: the assets use the workspace of their module.

    `classes` are the classes of the resources by key, before and after.
    """
    added, lost = set(now) - set(was), set(was) - set(now)
    is_reported = all(is_workspace(classes[1].get(key)) for key in added)
    is_reported = is_reported and all(_of_library(classes[0].get(key)) in LEGACY_RESOURCES for key in lost)
    return "LDC211" if is_reported else None


def of_op_metadata(was: Iterable[str], now: Iterable[str]) -> str | None:
    """LDC206 where a materialization that an op records keeps what is kept, and nothing is new."""
    old, new = set(was), set(now)
    return "LDC206" if new <= old and old & _KEPT_BY_OPS == new & _KEPT_BY_OPS != set() else None


def records_runs(sensor: str) -> bool:
    """Whether a sensor is the one that dagster-dbt makes to record the runs of an environment, by its name."""
    return sensor.endswith("__run_status_sensor")


def is_of_dbt(check: Mapping[str, Any] | None) -> bool:
    """Whether a check is a test of dbt, and not the user's own."""
    entry = (check or {}).get("metadata", {}).get(_UNIQUE_ID)
    return bool(entry) and str(entry[1]).startswith(_TESTS)


def is_of_a_test(observation: Mapping[str, Any]) -> bool:
    """Whether an observation is what the legacy integration recorded of a test of dbt."""
    return _LEGACY_TEST in observation["metadata"]


def test_of(observation: Mapping[str, Any]) -> str:
    """The unique id of the test that such an observation is of."""
    return str(observation["metadata"][_LEGACY_TEST][1])


def is_now_a_workspace(was: str | None, now: str | None) -> bool:
    """Whether a legacy resource became a workspace: that is what migrating means, and no difference."""
    is_migrated = _of_library(was) in LEGACY_RESOURCES and is_workspace(now)
    return is_migrated and _of_user(was) == _of_user(now)


def is_workspace(name: str | None) -> bool:
    """Whether a resource is a workspace, or of a class of the user's that derives from it."""
    return _of_library(name) == WORKSPACE


def _of_library(name: str | None) -> str:
    """The class of dagster-dbt that a resource is of, as snapshots write it: ``Ours (DbtCloudWorkspace)``."""
    return (name or "").rpartition(" (")[2].removesuffix(")")


def _of_user(name: str | None) -> str:
    """The user's own class that a resource is of; empty where it is of none."""
    return (name or "").rpartition(" (")[0]


def of_types(was: Mapping[str, str], now: Mapping[str, str]) -> str | None:
    """LDC213 where all that differs of an op's inputs or outputs is that the legacy result became a mapping."""
    changed = {was[name].strip(_AROUND_TYPES) for name in was if name in now and was[name] != now[name]}
    return "LDC213" if list(was) == list(now) and changed == {LEGACY_OUTPUT} else None


def _fields_missing(said: str | None) -> frozenset[str]:
    """The fields of run config that a launch lacks: `missing required fields ops, resources at the root`."""
    found = re.fullmatch(r"missing required fields? ([\w, ]+) at the root", said or "")
    return frozenset(found[1].split(", ")) if found else frozenset({said} if said else ())


def of_launch(field: str, was: Any, now: Any) -> str | None:
    """LDC219 where all that is gone is the configuration of resources: from run config, or from what a launch needs."""
    if field == "launch":
        return (
            "LDC219"
            if _fields_missing(was) - {_RESOURCES} == _fields_missing(now) != _fields_missing(was)
            else None
        )
    if field != "run_config" or not isinstance(was, dict) or not isinstance(now, dict):
        return None
    old, new = was.get(_RESOURCES, {}), now.get(_RESOURCES, {})
    is_kept = all(name in old and old[name] == value for name, value in new.items())
    rest = {name: value for name, value in was.items() if name != _RESOURCES}
    return "LDC219" if is_kept and rest == {name: now[name] for name in now if name != _RESOURCES} else None


def of_outputs(was: Mapping[str, str], now: Mapping[str, str]) -> str | None:
    """LDC213 where each value that differs was the legacy result, and is a mapping or of a class of the code's own now."""
    names = [name for name in was.keys() | now.keys() if was.get(name) != now.get(name)]
    is_migrated = all(
        was.get(name) == LEGACY_OUTPUT and (now.get(name) == "dict" or LEGACY_OUTPUT in now.get(name, ""))
        for name in names
    )
    return "LDC213" if names and is_migrated else None
