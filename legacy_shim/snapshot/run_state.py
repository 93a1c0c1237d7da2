"""Undoes before each run what earlier ones left in this process: in production a run has a process of its own.

The legacy loader of dagster-dbt keeps the commands of a job in a list, and each run adds its options to what the last
one left there. Source: ``dagster_dbt.cloud.asset_defs``, ``_build_dbt_cloud_assets_from_metadata``.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator

from dagster import OpDefinition, RepositoryDefinition

_COMMANDS = "job_commands"


def remember(repository: RepositoryDefinition) -> Callable[[], None]:
    """A function that puts back what runs change, as it is now."""
    kept = [(commands, list(commands)) for op in _asset_ops(repository) for commands in _commands(op)]

    def put_back() -> None:
        for commands, original in kept:
            commands[:] = original

    return put_back


def _asset_ops(repository: RepositoryDefinition) -> Iterator[OpDefinition]:
    for definition in repository.asset_graph.assets_defs:
        if definition.computation:
            yield from definition.node_def.iterate_op_defs()


def _commands(op: OpDefinition) -> Iterator[list[object]]:
    function = getattr(op.compute_fn, "decorated_fn", None)
    if inspect.isfunction(function):
        commands = inspect.getclosurevars(function).nonlocals.get(_COMMANDS)
        if isinstance(commands, list):
            yield commands
