"""Where a load is used as the sequence of its definitions, of which there is one: what takes its place there.

    for one in models: ...      ->  for one in [models]: ...
    (one,) = models             ->  (one,) = [models]
    models[0]                   ->  models
    @asset(deps=models)         ->  @asset(deps=[models])

What is taken out of it is an ``AssetsDefinition`` before and after. Source: ``legacy_shim.cloud.asset_defs``.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from ...analysis.dagster_api.decorators import is_builtin
from ...analysis.inference.values import External, Literal, Made, is_load
from ...analysis.syntax.functions import decorator_name
from ...analysis.syntax.source_module import Module
from ...analysis.uses.uses import Argument, Use, whole_of
from ...planning.claims import Context

_BUILTINS = frozenset({"all", "any", "bool", "enumerate", "len", "zip"})
"""Functions of Python that go through a sequence; those that copy one are followed where uses are judged."""
_PARAMETERS = frozenset({"asset_selection", "deps", "selection", "target"})
"""The parameters of Dagster that take a sequence of definitions, and place none."""
_CHANGING = "with_attributes"
"""The method of an ``AssetsDefinition`` that refuses what v2 assets have already, and under whose keys checks get no
results."""


@dataclass(eq=False)
class SequenceUses:
    """What becomes of each place where a load is used as a sequence."""

    wrapped: dict[ast.expr, Module] = field(default_factory=dict)
    """The expressions that become the one element of a list."""
    unstarred: dict[ast.expr, Module] = field(default_factory=dict)
    """The expressions that lose the star before them."""
    taken: dict[ast.expr, ast.Subscript] = field(default_factory=dict)
    """The expressions that stand for their own first element."""
    problems: list[tuple[Module, ast.expr, str]] = field(default_factory=list)
    is_taken_apart: bool = False
    """Whether its definition goes where nothing follows it, and must bring its workspace."""


def sequence_uses(context: Context, value: Made) -> SequenceUses:
    """Every use of a load as a sequence, in whatever file."""
    found = SequenceUses()
    for module, node in context.index.places_of(value):
        if is_load(value):
            _look_at(context, found, module, node)
    for module in {module for module, _ in context.index.places_of(value)}:
        found.problems += [(module, node, said) for node, said in _added_to(context, module, value)]
        found.problems += [(module, node, said) for node, said in _flattened(context, module, value)]
        if found.is_taken_apart:
            found.problems += [(module, node, said) for node, said in _changed(module)]
    return found


def may_be_other(context: Context, module: Module, node: ast.expr) -> bool:
    """Whether an expression may be something else than a load, which would not become a list."""
    if isinstance(node, ast.Call) and any(map(is_load, context.index.values(module, node))):
        return False
    origins = context.constants.origins(module, node)
    return not origins.is_all or not all(
        any(map(is_load, context.index.values(home, place))) for home, place in origins.places
    )


def takes_no_place(context: Context, use: Use) -> bool:
    """Whether a use hands a load, in a list or as one, to a parameter of Dagster that places nothing."""
    if not isinstance(use, Argument):
        return False
    callees = context.index.values(use.module, use.call.func)
    names = {one.name for one in callees if isinstance(one, External) and one.name.startswith("dagster.")}
    is_selection = "dagster.define_asset_job" in names and use.position == 1
    return bool(names) and (use.name in _PARAMETERS or is_selection)


def _look_at(context: Context, found: SequenceUses, module: Module, node: ast.expr) -> None:
    whole = whole_of(module, node)
    above = module.parent(whole)
    match above:
        case ast.For(iter=inner) | ast.AsyncFor(iter=inner) | ast.comprehension(iter=inner) if inner is whole:
            found.is_taken_apart = True
            found.wrapped[node] = module
        case ast.Starred() if whole is not node:
            found.wrapped[node] = module
        case ast.Starred():
            found.unstarred[node] = module
        case ast.Assign(targets=targets) if any(isinstance(one, (ast.Tuple, ast.List)) for one in targets):
            found.is_taken_apart = True
            if all(_takes_one(target) for target in targets):
                found.wrapped[node] = module
            else:
                found.problems.append((module, node, "is unpacked into several names"))
        case ast.Subscript(slice=place) if whole is node and _is_the_one(place):
            found.is_taken_apart = True
            found.taken[node] = above
        case ast.BinOp(left=left, right=right):
            other = right if left is whole else left
            if _is_tuple(context, module, other):
                found.problems.append((module, node, "is added to a tuple"))
        case ast.Compare(ops=ops, comparators=others) if whole in others:
            if isinstance(ops[others.index(whole)], (ast.In, ast.NotIn)):
                found.wrapped[node] = module
        case ast.Call(func=ast.Name(id=name) as func) if whole in above.args and name in _BUILTINS:
            if is_builtin(context.index.evaluator, module, func):
                found.is_taken_apart = True
                found.wrapped[node] = module


def _is_tuple(context: Context, module: Module, node: ast.expr) -> bool:
    """Whether an expression may be a tuple, which no list can be added to."""
    values = context.index.values(module, node)
    is_made = isinstance(node, ast.Call) and decorator_name(node) == "tuple"
    return is_made or any(isinstance(one, Literal) and isinstance(one.node, ast.Tuple) for one in values)


def _flattened(context: Context, module: Module, value: Made) -> Iterator[tuple[ast.expr, str]]:
    """Calls that go through what stands in a list, where that is a load: ``chain.from_iterable([models])``."""
    evaluator = context.index.evaluator
    for node in _flattening(module):
        for held in evaluator.values(module, node.args[0]):
            if isinstance(held, Literal) and value in evaluator.element_values(held):
                yield node, "is looped over inside a list"


@lru_cache(maxsize=8)
def _flattening(module: Module) -> tuple[ast.Call, ...]:
    """The calls that may go through what stands in a list: asked for each load of a file, which may have thousands."""
    calls = ((node, decorator_name(node)) for node in module.of(ast.Call) if node.args)
    return tuple(
        node
        for node, name in calls
        if name in {"from_iterable", "sum"} or (name == "chain" and isinstance(node.args[0], ast.Starred))
    )


def _takes_one(target: ast.expr) -> bool:
    return (
        isinstance(target, (ast.Tuple, ast.List))
        and len(target.elts) == 1
        and not isinstance(target.elts[0], ast.Starred)
    )


def _is_the_one(place: ast.expr) -> bool:
    if isinstance(place, ast.UnaryOp) and isinstance(place.op, ast.USub):
        return isinstance(place.operand, ast.Constant) and place.operand.value == 1
    return isinstance(place, ast.Constant) and place.value == 0 and type(place.value) is int


def _added_to(context: Context, module: Module, value: Made) -> Iterator[tuple[ast.expr, str]]:
    """``models += others``, where the name is no list any more."""
    names = context.index.tree.names(module)
    for node in module.of(ast.AugAssign):
        if isinstance(node.target, ast.Name):
            bindings = names.lookup(module, node.target.id, node.target)
            held = (
                context.index.evaluator.binding_values(module, one)
                for one in bindings
                if not one.adds and getattr(one.where, "lineno", 0) < node.lineno
            )
            if any(value in values for values in held):
                yield node.target, "is added to in place"


def _changed(module: Module) -> Iterator[tuple[ast.expr, str]]:
    """Changes of assets in a file that v2 assets take otherwise."""
    for node in module.attributes(_CHANGING):
        above = module.parent(node)
        if isinstance(above, ast.Call) and above.func is node:
            yield above, "is changed in a way that v2 assets do not support"
