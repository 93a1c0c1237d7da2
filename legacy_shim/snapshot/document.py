"""Puts a snapshot together: load, execute, describe, and leave out what must not be written down."""

from __future__ import annotations

import os
import tempfile
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from dagster import DagsterInstance, RepositoryDefinition, __version__

from legacy_shim.snapshot import graph, own_tree, runs
from legacy_shim.snapshot.environment import note_missing_variables
from legacy_shim.snapshot.execution import Worker, execute, failed_record
from legacy_shim.snapshot.failure import describe_error
from legacy_shim.snapshot.guard import guard_network
from legacy_shim.snapshot.loading import become_a_run_worker, import_roots, load_repository
from legacy_shim.snapshot.order import Action, Order
from legacy_shim.snapshot.own_tree import OwnTree
from legacy_shim.snapshot.run_state import remember
from legacy_shim.snapshot.schema import Done, Snapshot, Warned
from legacy_shim.snapshot.stored_state import store_state
from legacy_shim.snapshot.waits import Waits, watch_waits
from legacy_shim.snapshot.wire import Wire, redirect_requests

VERSION = 1
_SHORTEST_SECRET = 8
"""Characters. A shorter token is made up, and to blot it out everywhere would blot out much else."""


Choose = Callable[[Snapshot], Sequence[Action]]
"""Given the document as it is once the code is loaded, says what to execute."""


def take(order: Order, choose: Choose | None = None) -> Snapshot:
    """Load what `order` names, execute its actions, and return the snapshot as JSON data.

    Meant for a process of its own: the order's code is imported, requests are redirected, and neither is undone. An
    error of the user's code is part of the result (``error``), not raised. With `choose` the actions come from it
    instead, once the graph is known; it is not called where loading failed.
    """
    document = _empty(order)
    wire, programs = _guarded(order)
    missing = note_missing_variables(order.root or next(iter(order.path), None))
    tree = _own_tree(order)
    if tree is not None:
        own_tree.use(tree)
    waits: Waits = {}
    with _noted_warnings(document["warnings"]):
        try:
            if order.install:
                from legacy_shim import install

                install()
            if order.redirect:  # else the state would be that of the user's own project
                store_state(import_roots(order.target, order.path))
            repository = load_repository(order.target, order.path)
            document["graph"] = graph.describe(repository)
            if tree is not None:
                own_tree.require_own_modules(tree)
            become_a_run_worker(repository)
            waits = watch_waits()
            actions = order.actions if choose is None else choose(_finished(document, order, wire, programs))
            document["actions"] = _execute_all(actions, repository, wire)
        except (Exception, SystemExit) as error:
            document["error"] = describe_error(error, order.root or next(iter(order.path), None), missing)
    if wire is not None:
        document["runs"] = runs.describe_runs(wire, waits)
    return _finished(document, order, wire, programs)


def _empty(order: Order) -> Snapshot:
    return {
        "version": VERSION,
        "dagster": __version__,
        "target": order.target,
        "error": None,
        "warnings": [],
        "graph": None,
        "actions": [],
        "runs": [],
        "writes": [],
        "refused": [],
        "programs": [],
        "callers": [],
    }


def _guarded(order: Order) -> tuple[Wire | None, set[str]]:
    programs: set[str] = set()
    if not order.redirect:
        return None, programs
    wire = redirect_requests(order.redirect, order.hosts, order.token)
    guard_network(order.redirect, wire.refuse, programs)
    return wire, programs


def _finished(document: Snapshot, order: Order, wire: Wire | None, programs: set[str]) -> Snapshot:
    """The document as far as it goes, without what must not be written down."""
    told: Snapshot = {**document, "programs": sorted(programs)}
    if wire is not None:
        told["writes"], told["refused"] = wire.writes, wire.refused
        told["callers"] = [
            {"account": account, "host": host, "token": token}
            for account, host, token in sorted(wire.callers)
        ]
    folders = (order.root,) if order.root else order.path
    hidden = {str(folder.resolve()): "{path}" for folder in folders}
    secrets = wire.secrets if wire else set()
    hidden |= {secret: "***" for secret in secrets if len(secret) >= _SHORTEST_SECRET}
    cleaned: Snapshot = _cleaned(told, hidden)
    return cleaned


def _own_tree(order: Order) -> OwnTree | None:
    if order.instead_of is None or order.root is None:
        return None
    return OwnTree(order.instead_of.resolve(), order.root.resolve())


def _execute_all(
    actions: Sequence[Action], repository: RepositoryDefinition, wire: Wire | None
) -> list[Done]:
    records: list[Done] = []
    settings = {"telemetry": {"enabled": False}}
    with tempfile.TemporaryDirectory(prefix="snapshot-") as folder:
        os.environ.setdefault("DAGSTER_HOME", folder)  # some IO managers ask for it
        with DagsterInstance.ephemeral(tempdir=folder, settings=settings) as instance:
            worker = Worker(repository, instance, remember(repository))
            for number, action in enumerate(actions):
                if wire is not None:
                    wire.phase = str(number)
                try:
                    done = execute(worker, action)
                except Exception as error:  # one that cannot be carried out says so, and the others go on
                    done = [failed_record(action, error)]
                records += [{**record, "number": number} for record in done]
    return records


@contextmanager
def _noted_warnings(notes: list[Warned]) -> Iterator[None]:
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
