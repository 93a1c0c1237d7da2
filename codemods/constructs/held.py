"""One fact of a dbt Cloud job, as migrated code says it: a literal where it is used, or behind a name."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from ..analysis.inference.values import Made
from ..analysis.syntax.source_module import Module
from ..planning.claims import Context

Form = Literal["value", "default", "statements", "elsewhere", "shared", "alike"]
"""How a fact stands there: as a literal, as an argument that is left out, as more than one literal; behind a name or in another
form than the migration writes; or in assets that do what the job does, and do not name it."""


@dataclass(frozen=True, eq=False)
class Held:
    """One fact of a job, as the code says it."""

    job_id: int
    column: str
    """As in the tables that the migration writes; empty for the assets as such."""
    module: Module
    node: ast.expr
    value: object = None
    workspace: Made | None = None
    """The workspace whose argument it is: what it says, it says of all jobs on it."""
    form: Form = "value"


def said(context: Context, job_id: int, column: str, module: Module, node: ast.expr) -> Iterator[Held]:
    """What an expression says, if that is one value: developers give names to what the migration wrote."""
    try:
        yield Held(job_id, column, module, node, value_of(node))
    except ValueError:
        yield from _said_elsewhere(context, job_id, column, module, node)


def _said_elsewhere(
    context: Context, job_id: int, column: str, module: Module, node: ast.expr
) -> Iterator[Held]:
    origins = context.constants.origins(module, node)
    if origins.is_all and len(origins.places) == 1:
        home, place = origins.places[0]
        try:
            yield Held(job_id, column, home, place, value_of(place), form="elsewhere")
        except ValueError:
            read = context.constants.read(module, node)
            if read is not None:
                yield Held(job_id, column, home, place, read.value, form="elsewhere")


def value_of(node: ast.expr) -> object:
    """The value of a literal; ValueError for anything else."""
    try:
        return ast.literal_eval(node)
    except (TypeError, SyntaxError, MemoryError, RecursionError) as error:
        raise ValueError(str(error)) from error
