"""Finds assets that have another key than before: their history in Dagster stays behind under the old one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from .difference import MADE_ELSEWHERE, graph_of

if TYPE_CHECKING:
    from legacy_shim.snapshot.schema import Asset, Done, Job, Sensor, Snapshot

_UNIQUE_ID = "dagster_dbt/unique_id"


def find_renames(before: Snapshot, after: Snapshot) -> dict[str, str]:
    """The new key of each asset that was renamed, by its old one.

    A lost and an added asset are one where no others have the same op and the name of the same dbt node; the same
    name; or the same op and dependencies.
    """
    old, new = graph_of(before)["assets"], graph_of(after)["assets"]
    lost = [key for key in old if _is_made_here(old, key) and not _is_made_here(new, key)]
    added = [key for key in new if _is_made_here(new, key) and key not in old]
    renames: dict[str, str] = {}
    for marks in (_by_name_and_op, _by_name, _by_place):
        taken = set(renames.values())
        ours = _grouped((mark, key) for key in lost if key not in renames for mark in marks(key, old[key]))
        theirs = _grouped((mark, key) for key in added if key not in taken for mark in marks(key, new[key]))
        for mark, keys in ours.items():
            candidates = theirs.get(mark, [])
            if len(keys) == 1 and len(candidates) == 1 and candidates[0] not in taken:
                taken.add(candidates[0])
                renames.setdefault(keys[0], candidates[0])
    return renames


def with_new_keys(before: Snapshot, renames: Mapping[str, str]) -> Snapshot:
    """The snapshot as if the assets had had their new keys all along, so that what follows from it shows once."""
    if not renames:
        return before
    graph = graph_of(before)
    return {
        **before,
        "graph": {
            **graph,
            "assets": {renames.get(key, key): _asset(row, renames) for key, row in graph["assets"].items()},
            "checks": {
                _check(name, renames): {
                    **row,
                    "asset": renames.get(row["asset"], row["asset"]),
                    "deps": _renamed(row["deps"], renames),
                }
                for name, row in graph["checks"].items()
            },
            "jobs": {name: _job(row, renames) for name, row in graph["jobs"].items()},
            "sensors": {name: _sensor(row, renames) for name, row in graph["sensors"].items()},
        },
        "actions": [_action(row, renames) for row in before["actions"]],
    }


def _is_made_here(assets: Mapping[str, Any], key: str) -> bool:
    """Whether it is there, and more than a name that others depend on."""
    return key in assets and assets[key]["execution"] != MADE_ELSEWHERE


def _by_name(key: str, asset: Mapping[str, Any]) -> set[str]:
    """The last part of the key, and the name of the dbt node where it is known."""
    entry = asset["metadata"].get(_UNIQUE_ID)
    return {key.rpartition("/")[2]} | ({str(entry[1]).split(".")[2]} if _is_unique_id(entry) else set())


def _by_name_and_op(key: str, asset: Mapping[str, Any]) -> set[str]:
    return {f"{asset['op']} {name}" for name in _by_name(key, asset)}


def _by_place(_: str, asset: Mapping[str, Any]) -> set[str]:
    """The op, and what the asset depends on where that is anything."""
    return {f"{asset['op']} {','.join(asset['deps'])}"} if asset["deps"] else set()


def _is_unique_id(entry: Any) -> bool:
    return bool(entry) and str(entry[1]).count(".") >= 2


def _grouped(rows: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    groups: defaultdict[str, list[str]] = defaultdict(list)
    for mark, key in rows:
        groups[mark].append(key)
    return groups


def _renamed(keys: Iterable[str], renames: Mapping[str, str]) -> list[str]:
    return sorted(renames.get(key, key) for key in keys)


def _asset(row: Asset, renames: Mapping[str, str]) -> Asset:
    mappings = row["partition_mappings"]
    return {
        **row,
        "deps": _renamed(row["deps"], renames),
        "partition_mappings": {renames.get(key, key): value for key, value in mappings.items()},
    }


def _sensor(row: Sensor, renames: Mapping[str, str]) -> Sensor:
    return {**row, "watches": _renamed(row["watches"], renames)}


def _job(row: Job, renames: Mapping[str, str]) -> Job:
    return {
        **row,
        "assets": _renamed(row["assets"], renames),
        "checks": sorted(_check(name, renames) for name in row["checks"]),
    }


def _check(name: str, renames: Mapping[str, str]) -> str:
    key, _, check = name.rpartition(":")
    return f"{renames.get(key, key)}:{check}"


def _action(row: Done, renames: Mapping[str, str]) -> Done:
    def now(key: str) -> str:
        return renames.get(key, key)

    return {
        **row,
        "materialized": [{**each, "asset": now(each["asset"])} for each in row["materialized"]],
        "observed": [{**each, "asset": now(each["asset"])} for each in row["observed"]],
        "checked": [{**each, "asset": now(each["asset"])} for each in row["checked"]],
    }
