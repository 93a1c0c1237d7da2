"""Workspaces that a tree has already, written by an earlier migration or by hand, and the job that each runs its commands in.

v2 keeps one state for each project and environment of a code location, so a workspace that is written beside one of them
must name the same job.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ..analysis.inference.values import External
from ..analysis.project.test_files import is_test
from ..analysis.syntax.source_module import Module
from ..facts.jobs import Job
from ..findings import Place
from .claims import Context
from .components import Component, components
from .deployments import PLACE
from .job_rows import cells_of, rows_of
from .units import Environment
from .v2 import CLOUD_V2

_WORKSPACE = External(f"{CLOUD_V2}.DbtCloudWorkspace")


@dataclass(frozen=True, eq=False)
class Existing:
    """A workspace, the row of a table that a workspace reads, or the component that makes its own."""

    at: Place
    beside: frozenset[Path]
    """Files of its code location."""
    node: ast.expr | None
    """Where it is code."""
    environment: Environment
    name: str | None
    """The name of the job, as ``adhoc_job_name`` has it; None where Dagster names it."""
    job: Job | None
    """The job of that name, where the facts have it."""

    @property
    def place(self) -> str:
        path = self.at.path
        name = path.name if self.node is not None else f"{path.parent.name}/{path.name}"
        return f"{name}:{self.at.line}"


def existing_workspaces(context: Context) -> tuple[Existing, ...]:
    """Those whose project, environment and job are known, in the order of the code; a test's stand beside no other."""
    modules = (module for module in context.index.tree.modules.values() if not is_test(module.path))
    return (
        *(one for module in modules for one in _of_module(module, context)),
        *(_of_component(one, context) for one in components(context)),
    )


def _of_component(one: Component, context: Context) -> Existing:
    where = Environment(_int(one.value("project_id")), _int(one.value("environment_id")))
    name = one.value("name")
    said = name if isinstance(name, str) else None
    return Existing(one.place("name"), _near(one, context), None, where, said, _named(said, where, context))


def _near(one: Component, context: Context) -> frozenset[Path]:
    """The files that are nearest to a component: what loads them loads the component."""
    for folder in one.path.parent.parents:
        found = frozenset(path for path in context.index.tree.modules if folder in path.parents)
        if found:
            return found
    return frozenset()


def _int(value: object) -> int:
    assert isinstance(value, int)
    return value


def _of_module(module: Module, context: Context) -> Iterator[Existing]:
    for node in module.nodes:
        if isinstance(node, ast.Call):
            yield from _of_call(module, node, context)
        elif isinstance(node, ast.Dict | ast.Assign):
            for job_id, row in rows_of(node):
                yield from _of_row(module, job_id, row, context)


def _of_call(module: Module, call: ast.Call, context: Context) -> Iterator[Existing]:
    given = {word.arg: word.value for word in call.keywords}
    if not {"project_id", "environment_id"} <= {*given}:
        return
    if _WORKSPACE not in context.index.values(module, call.func):
        return
    project = _number(module, given["project_id"], context)
    environment = _number(module, given["environment_id"], context)
    if project is None or environment is None:
        return
    if "adhoc_job_name" not in given:
        yield _existing(module, call, Environment(project, environment), None, context)
    elif (name := _text(module, given["adhoc_job_name"], context)) is not None:
        yield _existing(module, call, Environment(project, environment), name, context)


def _of_row(module: Module, job_id: int, row: ast.expr, context: Context) -> Iterator[Existing]:
    """A row of a table holds what differs; where it has no project, that is the one of its job."""
    job = context.facts.job(job_id)
    cells = dict(cells_of(row)) if job is not None else {}
    if job is None or not {"environment_id", "name"} <= {*cells}:
        return
    project, environment = (
        _number(module, cells[column], context) if column in cells else None for column in PLACE[:2]
    )
    name = _text(module, cells["name"], context)
    if name is not None:
        where = Environment(project or job.project_id, environment or job.environment_id)
        yield _existing(module, row, where, name, context)


def _existing(
    module: Module, node: ast.expr, environment: Environment, name: str | None, context: Context
) -> Existing:
    at, beside = module.place(node), frozenset({module.path})
    return Existing(at, beside, node, environment, name, _named(name, environment, context))


def _named(name: str | None, environment: Environment, context: Context) -> Job | None:
    jobs = (job for job in context.facts.jobs if job.name == name and Environment.of(job) == environment)
    return next(jobs, None)


def _number(module: Module, node: ast.expr, context: Context) -> int | None:
    found = context.constants.read(module, node)
    return found.value if found is not None and type(found.value) is int else None


def _text(module: Module, node: ast.expr, context: Context) -> str | None:
    found = context.constants.read(module, node)
    return found.value if found is not None and isinstance(found.value, str) else None
