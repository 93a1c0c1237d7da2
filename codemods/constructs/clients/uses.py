"""What the constructs that deal with clients and their outputs share: the uses, their claims, and the client in v2."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TypeVar

from legacy_shim.catalogue import BY_NAME

from ...analysis.inference.legacy_names import GETTER, is_op
from ...analysis.inference.values import (
    Keyed,
    Made,
    Member,
    Result,
    Value,
    legacy_name,
    root,
)
from ...analysis.syntax.source_module import Module
from ...analysis.uses.index import Index
from ...analysis.uses.uses import Use
from ...editing import render
from ...editing.edits import (
    ReplaceAround,
    ReplaceInString,
)
from ...findings import Finding
from ...planning.claims import (
    Claim,
    Context,
    JobRef,
    Kind,
    Rewrite,
)
from ...planning.parts import Uses
from ..run_ops.places import KEY
from .bound_uses import Reading
from .methods import Method
from .unwrapped import is_client_of_v2


@dataclass(frozen=True, eq=False)
class Getter:
    """A call that hands out the client."""


@dataclass(frozen=True, eq=False)
class OfResource:
    """A setting that is read of the resource."""

    replacement: str


@dataclass(frozen=True, eq=False)
class Called:
    """A call of a method that v2's client has."""

    method: Method
    base: ast.expr
    """The expression that stands for the client."""


@dataclass(frozen=True, eq=False)
class Polled:
    """``run_job_and_poll`` as a statement."""

    method: Method
    base: ast.expr
    use: Use


@dataclass(frozen=True, eq=False)
class PolledInside:
    """A method that takes several calls in v2, inside of an expression."""

    method: Method
    base: ast.expr
    use: Use
    first: ast.stmt
    """The first statement of the module that calls the method inside of an expression."""
    takes_any: bool = False
    """Whether the method is called with what v2's client does not take, or what is not written there, here or in the module."""
    by_place: bool = False
    """Whether what is passed by position is not written there, so that it may be the interval or the cause."""


@dataclass(frozen=True, eq=False)
class Requested:
    """A call of what v2's client has no method for: the file defines a function that asks dbt Cloud."""

    name: str
    base: ast.expr
    first: ast.stmt
    """The first statement of the module that needs such a function."""


@dataclass(frozen=True, eq=False)
class Bound:
    """A method that is handed on, and not called here."""

    name: str
    base: ast.expr
    first: ast.stmt
    takes_any: bool
    """Whether the method may be called with what v2's client does not take, here or in the module."""
    reading: Reading
    by_place: bool = False
    """Whether what is passed by position is not seen, so that it may be the interval or the cause."""


@dataclass(frozen=True, eq=False)
class NotInV2:
    """A use that is blocked: v2 has nothing like it, or the trail of the client ends there."""


ClientUse = Getter | OfResource | Called | Polled | PolledInside | Requested | Bound | NotInV2

D = TypeVar("D")


def is_taken_here(index: Index, module: Module, link: ast.expr, value: Value) -> bool:
    """Whether an attribute is read of what a value is a member of, and is no attribute of another object that holds it."""
    if not (isinstance(link, ast.Attribute) and isinstance(value, Member)):
        return True
    return link.attr == value.attribute and value.of in index.values(module, link.value)


def client_claim(
    construct: Kind[D],
    module: Module,
    node: ast.expr,
    value: Value,
    detail: D,
    *,
    blocked: tuple[Finding, ...] = (),
    jobs: tuple[JobRef, ...] = (),
    covers: frozenset[ast.AST] = frozenset(),
) -> Claim[D]:
    """The claim for a use of what ``value`` is: the client or the output of a resource, whichever that is."""
    owner = root(value)
    name = legacy_name(value) or "DbtCloudClientResource"
    of_op = is_op(owner)
    return Claim(
        construct=construct,
        part=Uses(),
        module=module,
        node=node,
        name=name,
        code=BY_NAME[name].code,
        value=value,
        resources=frozenset({owner}) if isinstance(owner, Made) and not of_op else frozenset(),
        keys=frozenset({owner.key} if isinstance(owner, Keyed) else {KEY} if of_op else ()),
        jobs=jobs,
        blocked=blocked,
        covers=covers,
        detail=detail,
        is_site=not isinstance(detail, Getter),
    )


def own_name(context: Context, module: Module, wanted: str) -> str:
    """A name for what a file defines, which ``from file import *`` does not bring along: it might hide another there."""
    is_starred = "*" in context.index.imported_names.get(module.path, frozenset())
    return f"_{wanted}" if is_starred else wanted


def is_called(module: Module, link: ast.expr) -> bool:
    """Whether an expression is what a call calls."""
    above = module.parent(link)
    return isinstance(above, ast.Call) and above.func is link


def client_text(context: Context, module: Module, node: ast.expr) -> str:
    """How to write the v2 client that takes the place of the legacy client ``node``."""
    values = context.index.values(module, node)
    if any(isinstance(value, Result) for value in values):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == GETTER:
            return f"{render.operand(module, node.func.value)}.get_client()"
        if is_client_of_v2(context.index, values):
            return render.operand(module, node)  # A name that an assignment gave the v2 client.
    return f"{render.operand(module, node)}.get_client()"


def client_around(context: Context, module: Module, node: ast.expr) -> str:
    """The same, with ``{}`` for ``node``, where that is rewritten itself."""
    return "{}" if is_client_of_v2(context.index, context.index.values(module, node)) else "{}.get_client()"


def rewrite_attribute(claim: Claim, replacement: str, done: Rewrite) -> None:
    """Put ``replacement`` where an attribute stands, with ``{}`` in it for what the attribute is taken from."""
    module, node = claim.module, claim.node
    assert isinstance(node, ast.Attribute)
    if isinstance(module.parent(node), ast.FormattedValue):
        replacement = replacement.removeprefix("(").removesuffix(")")
    if module.is_placed(node):
        done.edit(module, ReplaceAround(module.span(node), replacement))
        return
    base = ast.unparse(node.value)
    replace_in_string(module, node, replacement.format(base), done)


def replace_in_string(module: Module, node: ast.expr, text: str, done: Rewrite) -> None:
    """Put ``text`` where an expression stands in an f-string, wherever that is: before Python 3.12 not all have a position."""
    string = [above for above in module.ancestors(node) if isinstance(above, ast.JoinedStr)][-1]
    done.edit(module, ReplaceInString(module.span(string), ast.unparse(node), text))
