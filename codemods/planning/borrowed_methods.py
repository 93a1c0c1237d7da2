"""Methods that are taken from their class, and may be called with an object of another: ``run = Runner.run``, ``Runner.run(fake)``."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import replace

from ..analysis.inference.values import Instance, Local
from ..analysis.project.test_files import is_test
from ..analysis.syntax.source_module import FUNCTIONS, Module
from ..findings import Finding
from .claims import Claim, Context, receiver_of


def block_borrowed(claims: Sequence[Claim], context: Context) -> list[Claim]:
    """Block each use of a client of `self` in a method that may be called with an object of which nobody knows the client."""
    found: dict[ast.AST, tuple[Module, ast.Attribute] | None] = {}
    return [_blocked(claim, context, found) for claim in claims]


def _blocked(
    claim: Claim, context: Context, found: dict[ast.AST, tuple[Module, ast.Attribute] | None]
) -> Claim:
    base = receiver_of(claim)
    method = _method_around(claim.module, base) if base is not None else None
    if method is None:
        return claim
    if method not in found:
        found[method] = next(_borrowings(context, claim.module, method), None)
    borrowing = found[method]
    if borrowing is None:
        return claim
    module, node = borrowing
    place = module.place(node)
    said = (
        f"`{module.source_of(node)}` at {place} may be called with an object of another class: "
        "call it as a method of an object that is made in these files"
    )
    finding = Finding(claim.module.place(claim.node), "LDC303", said, claim.name, related=(place,))
    return replace(claim, blocked=(*claim.blocked, finding))


def _method_around(module: Module, node: ast.expr) -> ast.FunctionDef | ast.AsyncFunctionDef | None:
    """The method that an expression reads its own object in: ``self.client``, ``self.clients[0]``."""
    named = {one.id for one in ast.walk(node) if isinstance(one, ast.Name)}
    for above in module.ancestors(node):
        if isinstance(above, FUNCTIONS) and isinstance(module.parent(above), ast.ClassDef):
            own = [*above.args.posonlyargs, *above.args.args][:1]
            return above if not above.decorator_list and own and own[0].arg in named else None
    return None


def _borrowings(
    context: Context, module: Module, method: ast.FunctionDef | ast.AsyncFunctionDef
) -> Iterator[tuple[Module, ast.Attribute]]:
    """Where a method is read of its class, or of an heir, and not called with an object of these."""
    evaluator = context.index.evaluator
    kind = module.parent(method)
    assert isinstance(kind, ast.ClassDef)
    own = Local(module, kind)
    owners = {own, *evaluator.objects.derived_from(own)}
    for home in context.index.tree.modules.values():
        if is_test(home.path):
            continue
        for node in home.of(ast.Attribute):
            is_read = node.attr == method.name and isinstance(node.ctx, ast.Load)
            if not is_read or owners.isdisjoint(context.index.values(home, node.value)):
                continue
            above = home.parent(node)
            if isinstance(above, ast.Attribute):
                continue  # `Runner.run.__name__`
            if not isinstance(above, ast.Call) or above.func is not node or not above.args:
                yield home, node
                continue
            given = context.index.values(home, above.args[0])
            if not given or not all(isinstance(one, Instance) and one.owner in owners for one in given):
                yield home, node
