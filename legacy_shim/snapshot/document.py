"""Puts a snapshot together: load, execute, describe, and leave out what must not be written down."""

from __future__ import annotations

import os
import tempfile
import traceback
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from dagster import DagsterInstance, RepositoryDefinition, __version__

from legacy_shim.snapshot import graph, runs
from legacy_shim.snapshot.execution import execute
from legacy_shim.snapshot.loading import become_a_run_worker, load_repository
from legacy_shim.snapshot.order import Order
from legacy_shim.snapshot.wire import Wire, redirect_requests

VERSION = 1


def take(order: Order) -> dict[str, Any]:
    """Load what `order` names, execute its actions, and return the snapshot as JSON data.

    Meant for a process of its own: the order's code is imported, requests are redirected, and neither is undone. An
    error of the user's code is part of the result (``error``), not raised.
    """
    document: dict[str, Any] = {
        "version": VERSION,
        "dagster": __version__,
        "target": order.target,
        "error": None,
        "warnings": [],
        "graph": None,
        "actions": [],
        "runs": [],
        "writes": [],
    }
    wire = redirect_requests(order.redirect) if order.redirect else None
    with _noted_warnings(document["warnings"]):
        try:
            if order.install:
                from legacy_shim import install

                install()
            repository = load_repository(order.target, order.path)
            document["graph"] = graph.describe(repository)
            become_a_run_worker(repository)
            document["actions"] = _execute_all(order, repository, wire)
        except Exception as error:
            document["error"] = _error(error)
    if wire is not None:
        document["runs"] = runs.describe_runs(wire)
        document["writes"] = wire.writes
    hidden = {str(folder.resolve()): "{path}" for folder in order.path}
    hidden |= dict.fromkeys(wire.secrets, "***") if wire else {}
    cleaned: dict[str, Any] = _cleaned(document, hidden)
    return cleaned


def _execute_all(order: Order, repository: RepositoryDefinition, wire: Wire | None) -> list[dict[str, Any]]:
    records: list[dict[str, Any]] = []
    settings = {"telemetry": {"enabled": False}}
    with tempfile.TemporaryDirectory(prefix="snapshot-") as folder:
        os.environ.setdefault("DAGSTER_HOME", folder)  # some IO managers ask for it
        with DagsterInstance.ephemeral(tempdir=folder, settings=settings) as instance:
            for number, action in enumerate(order.actions):
                if wire is not None:
                    wire.phase = str(number)
                for record in execute(repository, action, instance):
                    records.append({"number": number, **record})
    return records


@contextmanager
def _noted_warnings(notes: list[dict[str, Any]]) -> Iterator[None]:
    """Note every warning that is shown, and let it be shown all the same."""
    show = warnings.showwarning

    def note(message: Any, category: type[Warning], filename: str, lineno: int, *rest: Any) -> None:
        notes.append(
            {"category": category.__name__, "message": str(message), "path": filename, "line": lineno}
        )
        show(message, category, filename, lineno, *rest)

    warnings.showwarning = note  # type: ignore[assignment]
    try:
        yield
    finally:
        warnings.showwarning = show


def _error(error: BaseException) -> dict[str, Any]:
    return {
        "class": type(error).__name__,
        "message": str(error),
        "traceback": "".join(traceback.format_exception(error)),
    }


def _cleaned(value: Any, hidden: dict[str, str]) -> Any:
    """`value` with every secret, and every folder of this machine, replaced."""
    if isinstance(value, str):
        for text, instead in hidden.items():
            value = value.replace(text, instead) if text else value
        return value
    if isinstance(value, dict):
        return {_cleaned(name, hidden): _cleaned(item, hidden) for name, item in value.items()}
    if isinstance(value, (list, Sequence)) and not isinstance(value, (bytes, bytearray)):
        return [_cleaned(item, hidden) for item in value]
    return value
