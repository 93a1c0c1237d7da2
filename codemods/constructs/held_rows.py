"""What the rows of tables of jobs say; what is not in the form that a migration writes is brought up to date by hand."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from ..analysis.syntax.source_module import Module
from ..planning.claims import Context
from ..planning.job_rows import cells_of, is_as_written, rows_of
from .held import Form, Held, said


def held_of_rows(context: Context, module: Module, node: ast.AST) -> Iterator[Held]:
    """What rows say of their jobs."""
    for job_id, row in rows_of(node):
        cells = cells_of(row)
        if cells:
            yield Held(job_id, "", module, row)
        form: Form = "value" if is_as_written(row, cells) else "elsewhere"
        for name, value in cells:
            for one in said(context, job_id, name, module, value):
                yield Held(job_id, name, one.module, one.node, one.value, form=_worse(form, one.form))


def _worse(form: Form, other: Form) -> Form:
    return other if form == "value" else form


def tables_of(module: Module) -> Iterator[tuple[str, list[int]]]:
    """The tables of jobs at the top of a file: their names, and the jobs of their rows."""
    for statement in module.tree.body:
        match statement:
            case (
                ast.Assign(targets=[ast.Name(id=name)], value=ast.Dict() as table)
                | ast.AnnAssign(target=ast.Name(id=name), value=ast.Dict() as table)
            ):
                if any(cells_of(row) for _, row in rows_of(table)):
                    yield name, [job_id for job_id, _ in rows_of(table)]
