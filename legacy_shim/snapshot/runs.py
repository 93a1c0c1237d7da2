"""What dbt Cloud did: each run that was triggered, its commands, and the dbt nodes that each command executed."""

from __future__ import annotations

import re
from typing import Any

import requests

from legacy_shim.snapshot.schema import Run, Step
from legacy_shim.snapshot.waits import FOR_EVER, Waits
from legacy_shim.snapshot.wire import Trigger, Wire

_COMMAND = re.compile(r"`(.+)`", re.DOTALL)
_GIT = frozenset({"git_sha", "git_branch"})
_NOT_SET: tuple[object, ...] = (None, "", [], False)


def describe_runs(wire: Wire, waits: Waits) -> list[Run]:
    """One record for each triggered run, in the order of the triggers.

    ``awaited`` says whether the code waited for its end, ``wait`` for how many seconds at most (None: no limit).
    """
    return [_describe(wire, trigger, waits.get(trigger.run_id)) for trigger in wire.triggers]


def _describe(wire: Wire, trigger: Trigger, seconds: float | None) -> Run:
    record: Run = {
        "phase": trigger.phase,
        "job_id": trigger.job_id,
        "run_id": trigger.run_id,
        "cause": trigger.body.get("cause"),
        "overrides": {
            name: value
            for name, value in sorted(trigger.body.items())
            if _is_setting(name) and value not in _NOT_SET
        },
        "status": None,
        "commands": list(trigger.body.get("steps_override") or []),
        "steps": [],
        "awaited": seconds is not None,
        "wait": None if seconds in (None, FOR_EVER) else seconds,
    }
    answer = wire.read(
        trigger.account_id, f"runs/{trigger.run_id}/", {"include_related": "run_steps,job,trigger"}
    )
    if not answer.ok:
        return record
    run = answer.json()["data"]
    job = run.get("job") or {}
    record["status"] = run.get("status_humanized")
    record["job_name"] = job.get("name")
    record["commands"] = record["commands"] or list(job.get("execute_steps") or [])
    for index, step in enumerate(run.get("run_steps") or [], start=1):
        command = _COMMAND.search(step.get("name") or "")
        if command:
            record["steps"].append(
                _describe_step(wire, trigger, step.get("index") or index, command.group(1), step)
            )
    if trigger.continues:
        record["commands"] = _from_first_executed(record["commands"], record["steps"])
    return record


def _from_first_executed(commands: list[str], steps: list[Step]) -> list[str]:
    """The commands that a run went on with; `dbt deps` and the like come before those of every run."""
    executed = {step["command"] for step in steps}
    first = next((place for place, command in enumerate(commands) if command in executed), 0)
    return commands[first:]


def _is_setting(name: str) -> bool:
    """Whether an entry of a trigger changes the run, beside its commands."""
    return name in _GIT or (name.endswith("_override") and name != "steps_override")


def _describe_step(wire: Wire, trigger: Trigger, index: int, command: str, step: dict[str, Any]) -> Step:
    path = f"runs/{trigger.run_id}/artifacts/run_results.json"
    answer = wire.read(trigger.account_id, path, {"step": str(index)})
    return {"command": command, "status": step.get("status_humanized"), "nodes": _nodes(answer)}


def _nodes(answer: requests.Response) -> dict[str, str] | None:
    """The result of each node by unique id; None where the command leaves no results, as ``dbt parse`` does."""
    if not answer.ok:
        return None
    return dict(sorted((row["unique_id"], row["status"]) for row in answer.json().get("results", [])))
