"""Clients that are looped over, or looked up, beside one that goes out of sight: nobody knows which of them a use is of.

clients = [other.get_dbt_client()] * 2
clients += [context.resources.dbt_cloud]
for client in clients:
    client.run_job_and_poll(67890)  # of both, and the evaluator knows of one
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from ..analysis.inference.legacy_names import is_op, is_output
from ..analysis.inference.values import Instance, Local, Value, Values, is_load
from ..analysis.syntax.functions import returns_of
from ..analysis.syntax.scopes import Assigned, Iterated, Parameter
from ..analysis.syntax.source_module import FUNCTIONS, Module
from ..analysis.uses.escape import Escape
from .claims import Claim, Context, receiver_of


def taken_out_beside(
    escape: Escape, claims: Sequence[Claim], context: Context, components: Mapping[Path, object]
) -> Values:
    """What the uses of what is taken out of containers are of, in the files that are connected with that of an escape."""
    if not any(_may_be_taken_out(one) for one in escape.carried):
        return frozenset()
    part = components[escape.module.path]
    return frozenset(
        claim.value
        for claim in claims
        if claim.value is not None and components[claim.module.path] == part
        if (base := receiver_of(claim)) is not None and _is_taken_out(context, claim.module, base, set())
    )


def _may_be_taken_out(value: Value) -> bool:
    return not is_load(value) and not is_op(value) and not is_output(value)


def _is_taken_out(context: Context, module: Module, node: ast.expr, seen: set[ast.AST]) -> bool:
    """Whether an expression may be what a loop goes through, or what stands somewhere in a container."""
    if node in seen:
        return False
    seen.add(node)
    match node:
        case ast.Subscript() | ast.Call(func=ast.Attribute(attr="pop" | "get" | "setdefault")):
            return True
        case ast.Attribute():
            held_by = context.index.values(module, node.value)
            return any(isinstance(one, Instance) for one in held_by)
    return any(
        _is_taken_out(context, home, one, seen) if one is not None else True
        for home, one in _from(context, module, node)
    )


def _from(context: Context, module: Module, node: ast.expr) -> Iterator[tuple[Module, ast.expr | None]]:
    """The expressions that another is, wherever they are written; None for what a container holds."""
    evaluator = context.index.evaluator
    match node:
        case ast.IfExp(body=body, orelse=orelse):
            yield from ((module, body), (module, orelse))
        case ast.BoolOp(values=values):
            yield from ((module, one) for one in values)
        case ast.NamedExpr(value=value) | ast.Await(value=value):
            yield module, value
        case ast.Call(func=func):
            yield module, func.value if isinstance(func, ast.Attribute) else func
            for callee in evaluator.values(module, func):
                if isinstance(callee, Local) and isinstance(callee.node, FUNCTIONS):
                    yield from ((callee.module, one) for one in returns_of(callee.node))
        case ast.Name():
            for binding in evaluator.star_imports.bound(module, node):
                match binding:
                    case Iterated():
                        yield module, None
                    case Assigned(path=path, value=value):
                        yield module, None if path else value
                    case Parameter(function=function) if isinstance(function, FUNCTIONS):
                        yield from evaluator.calls.arguments(function, binding.arg.arg)
