"""Where what a run answers goes out of sight: v2 answers details there, and code that is not followed reads an output."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from ..analysis.modules import FUNCTIONS, Module
from ..analysis.roles import role_of
from ..analysis.scopes import Assigned, Iterated
from ..analysis.values import LEGACY, External, Made, Value, root
from ..findings import Finding
from ..planning.claims import Context
from .client_methods import OUTPUT_ATTRIBUTES, RUN_AND_POLL, STATUS_ATTRIBUTE

_OF_OUTPUTS = (OUTPUT_ATTRIBUTES.keys() - {"job_id"}) | {STATUS_ATTRIBUTE, "docs_url", "get_artifact"}
"""Attributes by which an output is known, of whatever they are read."""


def lost_answers(context: Context, module: Module, call: ast.Call) -> Iterator[Finding]:
    """Why what ``call``, a ``run_job_and_poll``, answers may be read as an output where that cannot be seen."""

    def found(said: str) -> Finding:
        return Finding(module.place(call), "LDC303", said, RUN_AND_POLL)

    role, statement, function = role_of(module, call), module.statement_of(call), module.function_of(call)
    if isinstance(module.parent(call), ast.Lambda):
        yield found("what a lambda answers is not followed")
    elif (
        role.kind == "escape"
        and isinstance(statement, (ast.Assign, ast.AnnAssign))
        and _is_value(statement, call)
    ):
        yield found("its answer is kept in an attribute, which is not followed")
    elif role.kind == "flow" and isinstance(statement, ast.Return) and _is_handed_on(context, function):
        yield found("its function, which answers it, is handed on to whatever calls it")
    for read in _unknown_reads(context, module, call):
        yield found(
            f"`{module.source_of(read)}` in line {read.lineno} may read its answer, by a way that is not followed"
        )
        break


def _is_handed_on(context: Context, function: ast.AST | None) -> bool:
    return isinstance(function, FUNCTIONS) and context.index.evaluator.calls.uses_as_value(function)


def _is_value(statement: ast.Assign | ast.AnnAssign, call: ast.Call) -> bool:
    return statement.value is call


def _unknown_reads(context: Context, module: Module, call: ast.Call) -> Iterator[ast.Attribute]:
    """What is read, in the function around, as if of an output, but of something that is not known."""
    function = next(
        (above for above in reversed(list(module.ancestors(call))) if isinstance(above, FUNCTIONS)), None
    )
    if function is None:
        return
    given = {arg.arg for arg in ast.walk(function.args) if isinstance(arg, ast.arg)}
    for node in ast.walk(function):
        if not isinstance(node, ast.Attribute) or node.attr not in _OF_OUTPUTS:
            continue
        is_unknown = all(_is_foreign(value) for value in context.index.values(module, node.value))
        if is_unknown and not _is_of_dagster(context, module, node.value, given):
            yield node


def _is_of_dagster(context: Context, module: Module, node: ast.expr, given: set[str], depth: int = 5) -> bool:
    """Whether something comes from what the function is given, as a context, or from Dagster: runs have ids there too."""
    while isinstance(node, (ast.Attribute, ast.Subscript, ast.Call, ast.Await)):
        node = node.func if isinstance(node, ast.Call) else node.value
    if not isinstance(node, ast.Name) or not depth:
        return False
    values = context.index.values(module, node)
    if node.id in given or any(
        isinstance(value, External) and value.name.startswith("dagster.") for value in values
    ):
        return True
    bindings = context.index.tree.names(module).lookup(module, node.id, node)
    sources = [binding.value for binding in bindings if isinstance(binding, (Assigned, Iterated))]
    return any(_is_of_dagster(context, module, source, given, depth - 1) for source in sources)


def _is_foreign(value: Value) -> bool:
    """Whether a value is made by something that is neither the tree's nor Dagster's nor legacy."""
    maker = root(value)
    return isinstance(maker, Made) and not maker.of.startswith(("dagster.", LEGACY))
