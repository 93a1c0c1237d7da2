"""Compares what two code locations contain."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from .difference import Difference, Snapshot

_LINK_TO_JOB = "dbt Cloud Job"
_CLOUD_METADATA = frozenset({"dagster_dbt/cloud_account_id", _LINK_TO_JOB})
_CLOUD_KIND = "dbtcloud"
_CLOUD_IDS = "dagster_dbt/cloud_"
_METADATA_FIELDS = ("metadata", "kinds", "tags", "owners", "description", "code_version")
"""What LDC206 tells of, for assets that come from dbt Cloud."""
_KIND_OF_FIELD = {
    "deps": "dependencies",
    "op": "op name",
    "partitions": "partitions",
    "partition_mappings": "partition mappings",
    "auto_materialize_policy": "auto-materialize policy",
}
_OP_TAGS_OF_THE_LIBRARY = frozenset(
    {
        "dagster/compute_kind",
        "kind",
        "dagster_dbt/select",
        "dagster_dbt/exclude",
        "dagster_dbt/selector",
    }
)
_DERIVED = frozenset({"first_partitions"})
"""Follows from the partitions, and is there for whoever wants to try one."""
_MADE_ELSEWHERE = "UNEXECUTABLE"
_ONE_RUN_EACH = {"__class__": "BackfillPolicy", "max_partitions_per_run": 1}
_WORKSPACE = "DbtCloudWorkspace"
_LEGACY_OUTPUT = "DbtCloudOutput"
_PROVIDED = frozenset({"io_manager"})


def compare_graphs(before: Snapshot, after: Snapshot) -> Iterator[Difference]:
    """Every difference between the graphs of two snapshots."""
    old, new = before["graph"], after["graph"]
    cloud = cloud_assets(before)
    yield from _compare_assets(old, new, cloud)
    yield from _compare_checks(old, new, cloud)
    yield from _compare_asset_ops(old, new, cloud)
    yield from _compare_jobs(old, new)
    for section, kind in (("schedules", "schedule"), ("sensors", "sensor")):
        yield from _compare_rows(kind, old[section], new[section])
    yield from _compare_resources(old["resources"], new["resources"])


def cloud_assets(snapshot: Snapshot) -> frozenset[str]:
    """The keys of the assets that were loaded from dbt Cloud."""
    assets = (snapshot["graph"] or {}).get("assets", {})
    return frozenset(
        key
        for key, asset in assets.items()
        if _CLOUD_KIND in asset["kinds"] or not _CLOUD_METADATA.isdisjoint(asset["metadata"])
    )


def _compare_assets(
    old: Mapping[str, Any], new: Mapping[str, Any], cloud: frozenset[str]
) -> Iterator[Difference]:
    made = _made_here(old["assets"]), _made_here(new["assets"])
    yield from _lost_and_added("asset", *made)
    for row in _lost_and_added("external asset", old["assets"], new["assets"]):
        if (old["assets"].get(row.subject) or new["assets"][row.subject])["execution"] == _MADE_ELSEWHERE:
            yield row
    sources = _sources_of(cloud, old)
    for key in _shared(old["assets"], new["assets"]):
        if (key in made[0]) != (key in made[1]):
            continue  # lost or added as a whole: what else differs of it follows from that
        is_cloud = key in cloud or key in sources
        was, now = dict(old["assets"][key]), dict(new["assets"][key])
        requirement = (
            _visible(was.pop("required_resources"), old),
            _visible(now.pop("required_resources"), new),
        )
        if requirement[0] != requirement[1]:
            yield Difference("resource requirement", key, *requirement, "LDC211" if is_cloud else None)
        for field in sorted(set(was) - _DERIVED):
            if _comparable(field, was[field]) != _comparable(field, now[field]):
                code = "LDC206" if is_cloud and _only_adds(field, was[field], now[field]) else None
                kind = _KIND_OF_FIELD.get(field, field.replace("_", " "))
                yield Difference(kind, key, was[field], now[field], code)


def _made_here(assets: Mapping[str, Any]) -> Mapping[str, Any]:
    """The assets that Dagster can materialize; of the others it knows that something needs them."""
    return {key: asset for key, asset in assets.items() if asset["execution"] != _MADE_ELSEWHERE}


def _only_adds(field: str, was: Any, now: Any) -> bool:
    """Whether v2 merely tells more in this field: what the user had put there is there still."""
    if field not in _METADATA_FIELDS:
        return False
    if isinstance(was, dict):
        gone = {name for name in was if name not in now}
        known = all(name == _LINK_TO_JOB or name.startswith(_CLOUD_IDS) for name in gone)
        return known and all(now[name] == value for name, value in was.items() if name not in gone)
    if isinstance(was, list):
        return set(was) <= set(now)
    return was is None


def _sources_of(cloud: frozenset[str], graph: Mapping[str, Any]) -> frozenset[str]:
    """What dbt reads and nobody in Dagster makes."""
    upstream = {dep for key in cloud for dep in graph["assets"][key]["deps"]}
    return frozenset(key for key in upstream if graph["assets"][key]["execution"] == _MADE_ELSEWHERE)


def _comparable(field: str, value: Any) -> Any:
    """Equal for values that mean the same: one run for each partition is also what no backfill policy means."""
    return _ONE_RUN_EACH if field == "backfill_policy" and value is None else value


def _visible(required: list[str], graph: Mapping[str, Any]) -> list[str]:
    """The resources that an asset takes from its Definitions; one that it carries is its own affair."""
    return sorted(set(required) & set(graph["resources"]) - _PROVIDED)


def _compare_checks(
    old: Mapping[str, Any], new: Mapping[str, Any], cloud: frozenset[str]
) -> Iterator[Difference]:
    upstream = {dep for key in cloud for dep in old["assets"][key]["deps"]}
    for name in sorted(set(old["checks"]) | set(new["checks"])):
        was, now = old["checks"].get(name), new["checks"].get(name)
        if was is None and now is not None:
            is_told = now["asset"] in cloud or now["asset"] in upstream
            yield Difference("check added", name, None, now["asset"], "LDC205" if is_told else None)
        elif now is None:
            yield Difference("check lost", name, was, None, None)
        elif was != now:
            yield Difference("check", name, was, now, None)


def _compare_asset_ops(
    old: Mapping[str, Any], new: Mapping[str, Any], cloud: frozenset[str]
) -> Iterator[Difference]:
    cloud_ops = {old["assets"][key]["op"] for key in cloud}
    for name in _shared(old["asset_ops"], new["asset_ops"]):
        was, now = old["asset_ops"][name], new["asset_ops"][name]
        for field in sorted(set(was) - {"required_resources"}):
            values = was[field], now[field]
            if field == "tags" and name in cloud_ops:
                values = _own_tags(values[0]), _own_tags(values[1])
            if values[0] != values[1]:
                yield Difference(f"op {field.replace('_', ' ')}", name, *values, None)


def _own_tags(tags: Mapping[str, str]) -> dict[str, str]:
    """The tags that the user gave; those that dagster-dbt puts on its own ops say how it works."""
    return {name: value for name, value in tags.items() if name not in _OP_TAGS_OF_THE_LIBRARY}


def _compare_jobs(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Difference]:
    yield from _lost_and_added("job", old["jobs"], new["jobs"])
    for name in _shared(old["jobs"], new["jobs"]):
        was, now = dict(old["jobs"][name]), dict(new["jobs"][name])
        yield from _compare_job_ops(name, was.pop("ops"), now.pop("ops"))
        resources = was.pop("resources"), now.pop("resources")
        if was["assets"]:
            resources = _visible(resources[0], old), _visible(resources[1], new)
        if resources[0] != resources[1]:
            is_added = set(resources[0]) < set(resources[1]) and bool(was["assets"])
            yield Difference("job resources", name, *resources, "LDC211" if is_added else None)
        for field in sorted(was):
            if was[field] != now[field]:
                kind = f"job {field.replace('_', ' ')}"
                yield Difference(
                    kind, name, was[field], now[field], _code_of_job_field(field, was[field], now[field])
                )


def _code_of_job_field(field: str, was: Any, now: Any) -> str | None:
    if field == "run_config" and _without_resources(was) == now:
        return "LDC219"
    return "LDC205" if field == "checks" and set(was) <= set(now) else None


def _without_resources(run_config: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in run_config.items() if name != "resources"}


def _compare_job_ops(job: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Difference]:
    yield from _lost_and_added("op", old, new, f"{job}.")
    for name in _shared(old, new):
        was, now = old[name], new[name]
        is_legacy = _LEGACY_OUTPUT in was["outputs"].values()
        for field in sorted(was):
            if was[field] == now[field] or (field == "description" and is_legacy):
                continue  # the legacy op described itself at length; its successor need not
            code = (
                "LDC213"
                if field in {"inputs", "outputs"} and _is_now_a_mapping(was[field], now[field])
                else None
            )
            yield Difference(f"op {field.replace('_', ' ')}", f"{job}.{name}", was[field], now[field], code)


def _is_now_a_mapping(was: Mapping[str, str], now: Mapping[str, str]) -> bool:
    """Whether all that differs is that the legacy output's type went."""
    changed = {was[name] for name in was if name in now and was[name] != now[name]}
    return list(was) == list(now) and changed == {_LEGACY_OUTPUT}


def _compare_resources(old: Mapping[str, str], new: Mapping[str, str]) -> Iterator[Difference]:
    for key in sorted(set(old) | set(new)):
        was, now = old.get(key), new.get(key)
        if was == now or (was is not None and now == _WORKSPACE):
            continue  # a workspace under the old key is what migrating means
        if was is None:
            yield Difference("resource key added", key, None, now, "LDC211" if now == _WORKSPACE else None)
        else:
            yield Difference("resource key lost" if now is None else "resource", key, was, now, None)


def _compare_rows(kind: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Difference]:
    yield from _lost_and_added(kind, old, new)
    for name in _shared(old, new):
        for field in sorted(old[name]):
            if old[name][field] != new[name][field]:
                yield Difference(
                    f"{kind} {field.replace('_', ' ')}", name, old[name][field], new[name][field], None
                )


def _lost_and_added(
    kind: str, old: Mapping[str, Any], new: Mapping[str, Any], prefix: str = ""
) -> Iterator[Difference]:
    for name in sorted(set(old) - set(new)):
        yield Difference(f"{kind} lost", prefix + name, name, None, None)
    for name in sorted(set(new) - set(old)):
        yield Difference(f"{kind} added", prefix + name, None, name, None)


def _shared(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    return sorted(set(old) & set(new))
