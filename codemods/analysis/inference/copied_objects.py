"""Copies of the user's own objects that have other values in some fields: ``replace(run, client=other)``."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from ..dagster_api.names import COPYING_OBJECTS
from ..syntax.classes import fields_of
from ..syntax.functions import takes_unwritten
from ..syntax.source_module import Module
from .values import NOTHING, Evaluates, External, Instance, Local, Value, Values

_NAMES = sorted({name.rpartition(".")[2] for name in COPYING_OBJECTS})
_OWN_WAYS = frozenset({"__init__", "__new__", "__replace__", "__getattribute__", "__getattr__"})
"""Methods by which a copy may have something else than the object, or than it is given."""


def objects_copied(evaluator: Evaluates, module: Module, call: ast.Call) -> Values:
    """The objects of which a call that copies may answer a copy; none where it may answer something else."""
    if len(call.args) != 1 or takes_unwritten(call):
        return NOTHING
    found = evaluator.values(module, call.args[0])
    return found if all(_is_copied_plainly(evaluator, one) for one in found) else NOTHING


def given_to_copies(evaluator: Evaluates, owner: Local) -> Iterator[tuple[str, Module, ast.expr]]:
    """What the calls that copy objects of a class, or of its kin, give to which field."""
    for name in _NAMES:
        for caller, call in evaluator.tables.calls(name):
            callees = evaluator.values(caller, call.func)
            if not any(isinstance(one, External) and one.name in COPYING_OBJECTS for one in callees):
                continue
            copied = evaluator.values(caller, call.args[0]) if call.args else NOTHING
            if any(isinstance(one, Instance) and _is_kin(evaluator, one.owner, owner) for one in copied):
                yield from ((word.arg, caller, word.value) for word in call.keywords if word.arg)


def _is_kin(evaluator: Evaluates, one: Local, other: Local) -> bool:
    return one in evaluator.lineage(other) or other in evaluator.lineage(one)


def _is_copied_plainly(evaluator: Evaluates, value: Value) -> bool:
    """Whether a copy of an object has what the object has, but for the fields that it is given."""
    if not isinstance(value, Instance):
        return False
    lineage = evaluator.lineage(value.owner)
    is_plain = all(_is_dataclass(one.node) for one in lineage)
    return is_plain and not any(fields_of(one.node) & _OWN_WAYS for one in lineage)


def _is_dataclass(node: ast.AST) -> bool:
    return isinstance(node, ast.ClassDef) and len(node.decorator_list) == 1 and not node.keywords
