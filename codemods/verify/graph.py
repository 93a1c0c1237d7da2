"""Compares what two code locations contain."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from . import excuses
from .difference import MADE_ELSEWHERE, Difference, Jobs, graph_of
from .origins import Origins, is_cloud_asset

if TYPE_CHECKING:
    from legacy_shim.snapshot.schema import Snapshot

_KIND_OF_FIELD = {
    "deps": "dependencies",
    "op": "op name",
    "auto_materialize_policy": "auto-materialize policy",
}
"""Where a field is not what people call it."""
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
_OF_RUNS = frozenset({"execution", "op", "can_subset", "backfill_policy"})
"""What an asset that Dagster does not run has otherwise, or not at all."""
_ONE_RUN_EACH = {"__class__": "BackfillPolicy", "max_partitions_per_run": 1}
_LEGACY_DESCRIPTIONS = ("Initiates a run for a dbt Cloud job,", "Runs a dbt Cloud job and waits until")
"""How the legacy op describes itself, upstream's and the facade's."""
_PROVIDED = frozenset({"io_manager"})


def compare_graphs(before: Snapshot, after: Snapshot, origins: Origins) -> Iterator[Difference]:
    """Every difference between the graphs of two snapshots."""
    old, new = graph_of(before), graph_of(after)
    yield from _compare_assets(old, new, origins)
    yield from _compare_checks(old, new, origins)
    yield from _compare_asset_ops(old, new, origins)
    yield from _compare_jobs(old, new, origins)
    yield from _compare_rows("schedule", old["schedules"], new["schedules"])
    for row in _compare_rows("sensor", old["sensors"], new["sensors"]):
        is_reported = row.kind == "sensor added" and excuses.records_runs(row.subject)
        yield replace(row, code="LDC221") if is_reported else row
    yield from _compare_resources(old, new, origins)


def _compare_assets(old: Mapping[str, Any], new: Mapping[str, Any], origins: Origins) -> Iterator[Difference]:
    made = _made_here(old["assets"]), _made_here(new["assets"])
    for row in _lost_and_added("asset", *made):
        yield _observed(row.subject, new, origins) or row
    for row in _lost_and_added("external asset", old["assets"], new["assets"]):
        if (old["assets"].get(row.subject) or new["assets"][row.subject])["execution"] == MADE_ELSEWHERE:
            yield row
    for key in _shared(old["assets"], new["assets"]):
        is_made = key in made[0], key in made[1]
        if is_made[0] == is_made[1]:  # else lost or added as a whole, and what else differs follows
            yield from _compare_asset(key, old, new, origins)
        elif _observed(key, new, origins):
            yield from _compare_asset(key, old, new, origins, _OF_RUNS)


def _observed(key: str, new: Mapping[str, Any], origins: Origins) -> Difference | None:
    """That an asset which dbt Cloud makes is known to Dagster still, which no longer runs it; None for any other."""
    jobs, now = origins.jobs(key), new["assets"].get(key)
    if not jobs or now is None or now["execution"] != MADE_ELSEWHERE or not is_cloud_asset(now):
        return None
    return Difference("asset observed", key, "run by Dagster", "observed", "LDC230", jobs)


def _compare_asset(
    key: str,
    old: Mapping[str, Any],
    new: Mapping[str, Any],
    origins: Origins,
    without: frozenset[str] = frozenset(),
) -> Iterator[Difference]:
    was, now, jobs = old["assets"][key], new["assets"][key], origins.jobs(key)
    required = _visible(was["required_resources"], old), _visible(now["required_resources"], new)
    if required[0] != required[1]:
        code = excuses.of_requirement(*required, (old["resources"], new["resources"])) if jobs else None
        yield Difference("resource requirement", key, *required, code, jobs)
    for field in sorted(set(was) - _DERIVED - {"required_resources"} - without):
        if _comparable(field, was[field]) != _comparable(field, now[field]):
            code = excuses.of_asset_field(field, was, now) if jobs else None
            kind = _KIND_OF_FIELD.get(field, field.replace("_", " "))
            yield Difference(kind, key, was[field], now[field], code, jobs)


def _made_here(assets: Mapping[str, Any]) -> Mapping[str, Any]:
    """The assets that Dagster can materialize; of the others it knows that something needs them."""
    return {key: asset for key, asset in assets.items() if asset["execution"] != MADE_ELSEWHERE}


def _comparable(field: str, value: Any) -> Any:
    """Equal for values that mean the same: one run for each partition is also what no backfill policy means."""
    return _ONE_RUN_EACH if field == "backfill_policy" and value is None else value


def _visible(required: list[str], graph: Mapping[str, Any]) -> list[str]:
    """The resources that an asset takes from its Definitions; one that it carries is its own affair."""
    return sorted(set(required) & set(graph["resources"]) - _PROVIDED)


def _compare_checks(old: Mapping[str, Any], new: Mapping[str, Any], origins: Origins) -> Iterator[Difference]:
    for name in sorted(set(old["checks"]) | set(new["checks"])):
        was, now = old["checks"].get(name), new["checks"].get(name)
        if now is None:
            yield Difference("check lost", name, was, None, None)
        elif was is None:
            jobs = origins.jobs(now["asset"])
            code = "LDC205" if jobs and excuses.is_of_dbt(now) else None
            yield Difference("check added", name, None, now["asset"], code, jobs)
        else:
            yield from _compare_fields("check", name, was, now)


def _compare_asset_ops(
    old: Mapping[str, Any], new: Mapping[str, Any], origins: Origins
) -> Iterator[Difference]:
    for name in _shared(old["asset_ops"], new["asset_ops"]):
        was, now = dict(old["asset_ops"][name]), dict(new["asset_ops"][name])
        for op in (was, now):
            op.pop("required_resources")  # shown with the assets
            if name in origins.ops:
                op["tags"] = _own_tags(op["tags"])
        if _is_of_the_library(was.get("description")):
            now["description"] = was["description"]  # as for the ops of jobs, below
        yield from _compare_fields("op", name, was, now)


def _own_tags(tags: Mapping[str, str]) -> dict[str, str]:
    """The tags that the user gave; those that dagster-dbt puts on its own ops say how it works."""
    return {name: value for name, value in tags.items() if name not in _OP_TAGS_OF_THE_LIBRARY}


def _compare_jobs(old: Mapping[str, Any], new: Mapping[str, Any], origins: Origins) -> Iterator[Difference]:
    yield from _lost_and_added("job", old["jobs"], new["jobs"])
    for name in _shared(old["jobs"], new["jobs"]):
        was, now = dict(old["jobs"][name]), dict(new["jobs"][name])
        yield from _compare_job_ops(name, was.pop("ops"), now.pop("ops"))
        yield from _compare_job_resources(
            name, was.pop("resources"), now.pop("resources"), (old, new), origins
        )
        yield from _compare_job_checks(
            name, was.pop("checks", []), now.pop("checks", []), (old, new), origins
        )
        for field in sorted(was):
            if was[field] != now[field]:
                code = excuses.of_launch(field, was[field], now[field])
                yield Difference(f"job {field.replace('_', ' ')}", name, was[field], now[field], code)


def _compare_job_resources(
    name: str,
    was: Mapping[str, str],
    now: Mapping[str, str],
    graphs: tuple[Mapping[str, Any], Mapping[str, Any]],
    origins: Origins,
) -> Iterator[Difference]:
    assets = graphs[0]["jobs"][name]["assets"]
    if assets:
        was = {key: was[key] for key in _visible(list(was), graphs[0])}
        now = {key: now[key] for key in _visible(list(now), graphs[1])}
    for key in sorted(set(was) & set(now)):
        if was[key] != now[key] and not excuses.is_now_a_workspace(was[key], now[key]):
            yield Difference("job resource", f"{name}.{key}", was[key], now[key], None)
    if set(was) != set(now):
        jobs = _any_of(assets, origins)
        code = excuses.of_requirement(was, now, (was, now)) if jobs else None
        yield Difference("job resources", name, sorted(was), sorted(now), code, jobs)


def _compare_job_checks(
    name: str,
    was: list[str],
    now: list[str],
    graphs: tuple[Mapping[str, Any], Mapping[str, Any]],
    origins: Origins,
) -> Iterator[Difference]:
    if was == now:
        return
    added = [graphs[1]["checks"][check] for check in now if check not in was]
    jobs = origins.jobs_of_all(check["asset"] for check in added)
    is_reported = set(was) <= set(now) and all(map(excuses.is_of_dbt, added)) and jobs is not None
    yield Difference("job checks", name, was, now, "LDC205" if is_reported else None, jobs or ())


def _any_of(assets: list[str], origins: Origins) -> Jobs:
    """One of the dbt Cloud jobs that some assets come from."""
    found = frozenset(origins.job_of[key] for key in assets if key in origins.job_of)
    return (found,) if found else ()


def _compare_job_ops(job: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Difference]:
    yield from _lost_and_added("op", old, new, f"{job}.")
    for name in _shared(old, new):
        was, now = old[name], new[name]
        for field in sorted(was):
            if was[field] == now[field] or (field == "description" and _is_of_the_library(was[field])):
                continue  # the legacy op described itself at length; its successor need not
            code = excuses.of_types(was[field], now[field]) if field in ("inputs", "outputs") else None
            yield Difference(f"op {field.replace('_', ' ')}", f"{job}.{name}", was[field], now[field], code)


def _is_of_the_library(description: str | None) -> bool:
    return " ".join((description or "").split()).startswith(_LEGACY_DESCRIPTIONS)


def _compare_resources(
    old: Mapping[str, Any], new: Mapping[str, Any], origins: Origins
) -> Iterator[Difference]:
    for key in sorted(set(old["resources"]) | set(new["resources"])):
        was, now = old["resources"].get(key), new["resources"].get(key)
        if was == now or excuses.is_now_a_workspace(was, now):
            continue
        if was is None:
            users = [name for name, asset in new["assets"].items() if key in asset["required_resources"]]
            jobs = _any_of(users, origins)
            code = "LDC211" if jobs and excuses.is_workspace(now) else None
            yield Difference("resource key added", key, None, now, code, jobs)
        else:
            yield Difference("resource key lost" if now is None else "resource", key, was, now, None)


def _compare_rows(kind: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Difference]:
    yield from _lost_and_added(kind, old, new)
    for name in _shared(old, new):
        yield from _compare_fields(kind, name, old[name], new[name])


def _compare_fields(
    kind: str, name: str, was: Mapping[str, Any], now: Mapping[str, Any]
) -> Iterator[Difference]:
    for field in sorted(was):
        if was[field] != now[field]:
            code = excuses.of_launch(field, was[field], now[field])
            yield Difference(f"{kind} {field.replace('_', ' ')}", name, was[field], now[field], code)


def _lost_and_added(
    kind: str, old: Mapping[str, Any], new: Mapping[str, Any], prefix: str = ""
) -> Iterator[Difference]:
    for name in sorted(set(old) - set(new)):
        yield Difference(f"{kind} lost", prefix + name, name, None, None)
    for name in sorted(set(new) - set(old)):
        yield Difference(f"{kind} added", prefix + name, None, name, None)


def _shared(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    return sorted(set(old) & set(new))
