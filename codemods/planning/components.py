"""The dbt Cloud components that a tree has, in the ``defs.yaml`` of each, and what those hold of a job.

Source: ``dagster_dbt.cloud_v2.component``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from ..facts.job_commands import EVERYTHING
from ..files.component_files import FILE, Cell, read_component
from ..findings import Place
from .claims import Context
from .v2 import job_of_op

_WHERE = {
    "project_id": ("attributes", "workspace", "project_id"),
    "environment_id": ("attributes", "workspace", "environment_id"),
    "name": ("attributes", "workspace", "adhoc_job_name"),
    "select": ("attributes", "select"),
    "exclude": ("attributes", "exclude"),
    "selector": ("attributes", "selector"),
    "command": ("attributes", "cli_args"),
}
_DEFAULTS = {"select": EVERYTHING, "exclude": "", "selector": ""}
"""What a component does where its file does not say it."""
_OP = ("attributes", "op", "name")


@dataclass(frozen=True)
class Component:
    """A component that runs dbt Cloud jobs, with the environment of its workspace in numbers."""

    path: Path
    """Its ``defs.yaml``."""
    job_id: int | None
    """The job whose load it was; None where its op has another name than a migration gives."""
    cells: Mapping[str, Cell]
    """What it holds of a job, by the columns of the tables that a migration writes."""

    def place(self, column: str) -> Place:
        """Where it says something of its job; where it does not, the workspace says which job that is."""
        cell = self.cells.get(column) or self.cells["environment_id"]
        return Place(self.path, cell.line, cell.column)

    def value(self, column: str) -> object:
        """What it says, or does where it says nothing; None where it does not say which."""
        return self.cells[column].value if column in self.cells else _DEFAULTS.get(column)


def components(context: Context) -> Iterator[Component]:
    """Those that can be read, in the order of their paths."""
    for path in context.other_files:
        if path.name == FILE:
            found = read_component(path.parent)
            cells = {name: found[keys] for name, keys in _WHERE.items() if keys in found}
            numbers = [cells[name].value for name in ("project_id", "environment_id") if name in cells]
            if len(numbers) == 2 and all(type(each) is int for each in numbers):
                op = found.get(_OP)
                yield Component(path, job_of_op(op.value) if op is not None else None, cells)


def columns() -> tuple[str, ...]:
    """What a component may hold of a job."""
    return tuple(_WHERE)
