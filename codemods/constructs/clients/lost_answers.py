"""Where what a run answers goes out of sight: v2 answers details there, and code that is not followed reads an output."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from ...analysis.inference.legacy_names import RUN_AND_POLL
from ...analysis.inference.values import (
    LEGACY,
    External,
    Made,
    Result,
    Value,
    root,
)
from ...analysis.syntax.functions import (
    composes,
    decorator_name,
)
from ...analysis.syntax.scopes import (
    Assigned,
    Iterated,
)
from ...analysis.syntax.source_module import (
    FUNCTIONS,
    Module,
)
from ...analysis.uses import escapes as sinks
from ...analysis.uses.uses import (
    Argument,
    Chain,
    Flow,
    Returned,
    Unknown,
    Use,
    use_of,
)
from ...findings import Finding
from ...planning.claims import Context
from .methods import OUTPUT_ATTRIBUTES, STATUS_ATTRIBUTE

_OF_OUTPUTS = (OUTPUT_ATTRIBUTES.keys() - {"job_id"}) | {STATUS_ATTRIBUTE, "docs_url", "get_artifact"}
"""Attributes by which an output is known, of whatever they are read."""

_SIDE_BY_SIDE = frozenset({"zip", "enumerate"})
"""Functions whose answers are followed where a loop goes through them."""


def lost_answers(context: Context, module: Module, call: ast.Call) -> Iterator[Finding]:
    """Why what ``call``, a ``run_job_and_poll``, answers may be read as an output where that cannot be seen."""

    def found(said: str) -> Finding:
        return Finding(module.place(call), "LDC303", said, RUN_AND_POLL)

    use, statement, function = use_of(module, call), module.statement_of(call), module.function_of(call)
    if isinstance(module.parent(call), ast.Lambda):
        yield found("what a lambda answers is not followed")
    elif (
        isinstance(use, Unknown)
        and isinstance(statement, (ast.Assign, ast.AnnAssign))
        and _is_value(statement, call)
    ):
        yield found("its answer is kept in an attribute, which is not followed")
    elif isinstance(use, Flow) and isinstance(statement, ast.Return) and _is_handed_on(context, function):
        yield found("its function, which answers it, is handed on to whatever calls it")
    for sink in _sinks(context, module, call):
        is_own = bool(sink.through or sink.node is call)
        if isinstance(sink, Argument) and is_own and not _is_in_sight(context, sink):
            callee = sink.module.source_of(sink.call.func).split("\n", 1)[0]
            yield found(
                f"its answer is handed to `{callee}(...)`, which the tool does not follow: read what it needs here, `output.run_id`, and hand that on"
            )
            break
        if isinstance(sink, Unknown) and isinstance(
            sink.module.parent(sink.node), (ast.Yield, ast.YieldFrom)
        ):
            yield found("its answer is yielded to what the tool does not follow")
            break
        if isinstance(sink, Chain) and sink.through:
            text = sink.module.source_of(sink.module.statement_of(sink.node)).split("\n", 1)[0]
            yield found(f"its answer is in what `{text}` reads, by a way that cannot be traced")
            break
        if isinstance(sink, Returned) and _is_mapped(context, sink.module.function_of(sink.node)):
            yield found("its op is mapped over a dynamic output, through which its answer is not followed")
            break
    for read in _unknown_reads(context, module, call):
        yield found(
            f"line {read.lineno} reads `{module.source_of(read)}`, which may be of its answer: what `{module.source_of(read.value)}` is cannot be traced"
        )
        break


def _is_handed_on(context: Context, function: ast.AST | None) -> bool:
    return isinstance(function, FUNCTIONS) and any(context.index.evaluator.calls.uses_as_value(function))


def _sinks(context: Context, module: Module, call: ast.Call) -> Iterator[Use]:
    for value in context.index.values(module, call):
        if isinstance(value, Result) and value.call is call:
            yield from context.index.sinks(value)


def _is_in_sight(context: Context, use: Argument) -> bool:
    """Whether what a call is given goes to a function that is followed, to Dagster or an op, or is only looked at."""
    index = context.index
    callee = index.values(use.module, use.call.func)
    # What `Output` is given besides is one of several outputs, which are not distinguished.
    to_dagster = any(
        isinstance(value, External) and value.name.startswith("dagster.") and value.name != "dagster.Output"
        for value in callee
    )
    is_wired = composes(use.module.function_of(use.node))
    if decorator_name(use.call) in _SIDE_BY_SIDE:
        above = use.module.parent(use.call)
        return isinstance(above, (ast.For, ast.AsyncFor, ast.comprehension)) and above.iter is use.call
    return to_dagster or is_wired or sinks.is_followed(index, use) or sinks.only_looks(index, use)


def _is_mapped(context: Context, function: ast.AST | None) -> bool:
    """Whether ``ids.map(run_one)`` runs an op once for each of several, and something becomes of what that answers."""
    if not isinstance(function, FUNCTIONS):
        return False
    uses = context.index.evaluator.calls.uses_as_value(function)
    calls = ((module, module.parent(node)) for module, node in uses)
    return any(
        isinstance(call, ast.Call)
        and isinstance(call.func, ast.Attribute)
        and call.func.attr == "map"
        and not isinstance(module.parent(call), ast.Expr)
        for module, call in calls
    )


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
