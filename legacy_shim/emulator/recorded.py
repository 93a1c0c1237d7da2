"""The back end that answers from the artifacts of an earlier dbt run. It needs no dbt and no time."""

from __future__ import annotations

import json
import threading
import uuid
from collections.abc import Mapping
from datetime import datetime, timezone
from functools import cached_property
from pathlib import Path
from typing import Any

from legacy_shim.json_text import JsonError, parse_json
from legacy_shim.regular_file import read_bytes

from .backends import RunContext, StepOutcome
from .commands import Command, CommandError, parse_command
from .graph import ManifestGraph
from .selection import SelectionError, select_nodes

_EXECUTABLE = frozenset({"model", "test", "snapshot", "analysis", "operation", "seed", "function"})
_TOUCHED = {
    "run": frozenset({"model"}),
    "seed": frozenset({"seed"}),
    "snapshot": frozenset({"snapshot"}),
    "test": frozenset({"test", "unit_test"}),
    "clone": frozenset({"model", "seed", "snapshot"}),
    "compile": _EXECUTABLE,
    "docs generate": _EXECUTABLE,
    "build": frozenset(
        {"model", "seed", "snapshot", "test", "unit_test", "saved_query", "exposure", "function"}
    ),
}
_WITH_MANIFEST = frozenset({*_TOUCHED, "parse", "list", "show", "run-operation", "source freshness"})
_FILTERED_BY_TYPE = frozenset({"build", "test", "clone"})
_BAD = frozenset({"error", "fail", "runtime error"})
_TESTS = frozenset({"test", "unit_test"})
_RUN_RESULTS_VERSION = "https://schemas.getdbt.com/dbt/run-results/v6.json"


_LARGEST = 1024 * 1024 * 1024
"""Bytes of an artifact."""
_DEEPEST = 200
"""Levels of it: `meta` is the user's."""


class RecordedArtifacts:
    """Answers from ``manifest.json``, and ``run_results.json``, ``catalog.json``, ``sources.json`` where they are.

    A command's run results hold the nodes that it selects, with the recorded result of each where there is one
    and success where there is none. ``statuses`` sets the status of single nodes by unique id, for example
    ``{"model.shop.orders": "error"}``; what depends on a node that failed is skipped then.
    Raises FileNotFoundError where ``folder`` has no manifest.json.
    """

    connection = "recorded artifacts"

    def __init__(self, folder: Path | str, statuses: Mapping[str, str] | None = None) -> None:
        self.folder = Path(folder)
        self.statuses = dict(statuses or {})
        if not (self.folder / "manifest.json").is_file():
            raise FileNotFoundError(f"no manifest.json in {self.folder}")
        self._lock = threading.Lock()

    @cached_property
    def _graph(self) -> ManifestGraph:
        return ManifestGraph(self._artifact("manifest.json"))

    @cached_property
    def _recorded(self) -> Mapping[str, Any]:
        return self._artifact("run_results.json") if (self.folder / "run_results.json").is_file() else {}

    @cached_property
    def _results(self) -> Mapping[str, Mapping[str, Any]]:
        return {result["unique_id"]: result for result in self._recorded.get("results", ())}

    def _artifact(self, name: str) -> Mapping[str, Any]:
        path = self.folder / name
        try:
            document = parse_json(read_bytes(path, largest=_LARGEST), deepest=_DEEPEST)
        except (JsonError, OSError) as error:
            raise CommandError(f"{path}: {getattr(error, 'strerror', None) or error}") from None
        if not isinstance(document, dict):
            raise CommandError(f"{path}: it is no artifact of dbt")
        return document

    def clone(self, context: RunContext) -> str:
        return f"Recorded artifacts in {self.folder} for run {context.run_id}"

    def warm_up(self) -> None:
        """There is nothing to start."""

    def close(self) -> None:
        """There is nothing to stop."""

    def invoke(self, command: str, context: RunContext) -> StepOutcome:
        try:
            parsed = parse_command(command)
            with self._lock:  # cached properties are filled by one thread
                return self._invoke(parsed, context)
        except (CommandError, SelectionError) as error:
            return StepOutcome(False, f"Encountered an error:\n{error}")

    def _invoke(self, command: Command, context: RunContext) -> StepOutcome:
        wrong = next(filter(_is_no_option, command.arguments), None)
        if wrong is not None:
            return StepOutcome(False, f"Error: No such option {wrong!r}.")
        artifacts: dict[str, Path | bytes] = {}
        if command.verb in _WITH_MANIFEST:
            artifacts["manifest.json"] = self.folder / "manifest.json"
        for verb, name in (("docs generate", "catalog.json"), ("source freshness", "sources.json")):
            if command.verb == verb and (self.folder / name).is_file():
                artifacts[name] = self.folder / name
        if command.verb not in _TOUCHED:
            return StepOutcome(True, f"Done with {command.text}", artifacts=artifacts)
        results = self._run(command)
        artifacts["run_results.json"] = json.dumps(self._document(command, context, results)).encode()
        lines = [f"{result['status'].upper():10} {result['unique_id']}" for result in results]
        failed = any(result["status"] in _BAD for result in results)
        summary = "Completed with errors" if failed else "Completed successfully"
        return StepOutcome(not failed, "\n".join([*lines, summary]), artifacts=artifacts)

    def nodes_of(self, command: Command) -> list[str]:
        """The unique ids that have a result when ``command`` runs, in the order of its run."""
        types = _TOUCHED[command.verb]
        if command.verb in _FILTERED_BY_TYPE:
            types = types & frozenset(command.resource_types or types) - set(command.exclude_resource_types)
        selected = select_nodes(
            self._graph, command.select, command.exclude, command.selector, command.indirect_selection
        )
        members = self._graph.members
        return [u for u in self._graph.in_order if u in selected and _runs(members[u], types)]

    def _run(self, command: Command) -> list[Mapping[str, Any]]:
        chosen = self.nodes_of(command)
        statuses = {u: self._status(u, command.verb) for u in chosen}
        failed = [u for u in chosen if statuses[u] in _BAD and u in self.statuses]
        for unique_id in self._graph.descendants(failed, None) & statuses.keys() - set(failed):
            statuses[unique_id] = "skipped"
        return [self._result(unique_id, status) for unique_id, status in statuses.items()]

    def _status(self, unique_id: str, verb: str) -> str:
        if verb in ("compile", "docs generate"):
            return "success"
        recorded = self._results.get(unique_id, {}).get("status")
        resource_type = self._graph.resource_type(unique_id)
        usual = {"exposure": "no-op", "saved_query": "no-op"}.get(resource_type, "success")
        usual = "pass" if resource_type in _TESTS else usual
        if recorded == "success" and resource_type in _TESTS:
            recorded = None  # the recording is of a compilation
        return self.statuses.get(unique_id) or recorded or usual

    def _result(self, unique_id: str, status: str) -> Mapping[str, Any]:
        node = self._graph.members[unique_id]
        recorded = dict(self._results.get(unique_id, {}))
        now = _now()
        ran = status not in ("skipped", "no-op")
        timing = [{"name": name, "started_at": now, "completed_at": now} for name in ("compile", "execute")]
        defaults: dict[str, Any] = {
            "thread_id": "Thread-1 (worker)",
            "execution_time": 0.01 if ran else 0.0,
            "adapter_response": {},
            "message": None,
            "failures": 0 if status == "pass" else None,
            "compiled": node.get("compiled", False) if ran else None,
            "compiled_code": node.get("compiled_code"),
            "relation_name": node.get("relation_name"),
            "batch_results": None,
        }
        fresh = {"status": status, "timing": timing if ran else [], "unique_id": unique_id}
        if status != recorded.get("status"):
            recorded.pop("message", None)
            recorded.pop("failures", None)
        if status == "fail":
            defaults["failures"] = 1
        return {**defaults, **recorded, **fresh}

    def _document(
        self, command: Command, context: RunContext, results: list[Mapping[str, Any]]
    ) -> Mapping[str, Any]:
        metadata = dict(self._recorded.get("metadata", {}))
        cloud = {k: v for k, v in context.environment.items() if k.startswith("DBT_CLOUD_")}
        metadata.update(generated_at=_now(), invocation_id=str(uuid.uuid4()), env=cloud)
        metadata.setdefault("dbt_schema_version", _RUN_RESULTS_VERSION)
        return {
            "metadata": metadata,
            "results": results,
            "elapsed_time": 0.01 * len(results),
            "args": {
                "which": command.verb.split()[-1],
                "select": list(command.select),
                "exclude": list(command.exclude),
                "invocation_command": command.text,
            },
        }


def _is_no_option(word: str) -> bool:
    """Whether a word is an option and its value in one, which dbt refuses."""
    return word.startswith("--") and len(word.partition("=")[0].split()) > 1


def _runs(node: Mapping[str, Any], types: frozenset[str]) -> bool:
    """Whether dbt reports a result for a selected node: not for ephemeral models, nor for empty ones."""
    if node["resource_type"] not in types:
        return False
    if node["resource_type"] != "model":
        return True
    is_ephemeral = (node.get("config") or {}).get("materialized") == "ephemeral"
    is_empty = "raw_code" in node and not node["raw_code"].strip()
    return not is_ephemeral and not is_empty


def _now() -> str:
    return datetime.now(timezone.utc).isoformat().replace("+00:00", "Z")
