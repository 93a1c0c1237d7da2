"""What one object was made with: ``FINANCE = Job(67891)`` and ``CORE = Job(67890)`` have two values of ``job_id``."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from ..syntax.classes import annotated_fields, fields_of
from ..syntax.scopes import Assigned, Binding, Imported
from ..syntax.source_module import Module
from .possible import Place
from .values import External, Local, Value

if TYPE_CHECKING:
    from .interpreter import Evaluator

_MAKERS = frozenset({"dataclasses.dataclass", "attr.s", "attrs.define", "attrs.frozen"})
_TUPLES = frozenset({"typing.NamedTuple"})
_COMPUTING = frozenset(
    {"__init__", "__new__", "__post_init__", "__attrs_post_init__", "__getattr__", "__getattribute__"}
)
"""Methods by which an object may have something else than it was made with."""
_NO_FIELD = ("ClassVar", "InitVar", "KW_ONLY")


def field_given(evaluator: Evaluator, bound: list[tuple[Module, Binding]], name: str) -> list[Place] | None:
    """The argument that became the field ``name``, for each binding of a name; None where that is not certain."""
    found: list[Place] = []
    for home, binding in bound:
        if isinstance(binding, Imported):
            continue  # What it imports is among the bindings too.
        is_made = isinstance(binding, Assigned) and not binding.path and not binding.adds
        argument = _argument(evaluator, home, binding.where, name) if is_made else None
        if argument is None:
            return None
        found.append((home, argument))
    return found or None


def _argument(evaluator: Evaluator, module: Module, call: ast.AST, name: str) -> ast.expr | None:
    if not isinstance(call, ast.Call) or any(isinstance(one, ast.Starred) for one in call.args):
        return None
    classes = list(evaluator.values(module, call.func))
    classes = classes or evaluator.attributes.unread_classes(module, call.func)
    if len(classes) != 1 or not _keeps_what_it_gets(evaluator, classes[0], name):
        return None
    owner = classes[0].node  # type: ignore[union-attr]
    assert isinstance(owner, ast.ClassDef)
    given = {word.arg: word.value for word in call.keywords}
    if None in given:
        return None
    place = annotated_fields(owner).index(name)
    return call.args[place] if place < len(call.args) else given.get(name)


def _keeps_what_it_gets(evaluator: Evaluator, owner: Value, name: str) -> bool:
    """Whether each object of a class surely has, in a field, what it was made with."""
    if not isinstance(owner, Local) or not isinstance(owner.node, ast.ClassDef):
        return False
    node = owner.node
    fields = annotated_fields(node)
    declared = [ast.unparse(one.annotation) for one in node.body if isinstance(one, ast.AnnAssign)]
    if name not in fields or node.keywords or fields_of(node) & _COMPUTING:
        return False
    if any(word in text for text in declared for word in _NO_FIELD):
        return False
    is_plain = len(node.decorator_list) == 1 and not node.bases and _is_one_of(evaluator, owner, _MAKERS)
    is_tuple = not node.decorator_list and len(node.bases) == 1 and _is_one_of(evaluator, owner, _TUPLES)
    return (is_plain or is_tuple) and not evaluator.tables.attributes_set(name)


def _is_one_of(evaluator: Evaluator, owner: Local, names: frozenset[str]) -> bool:
    assert isinstance(owner.node, ast.ClassDef)
    (node,) = owner.node.decorator_list or owner.node.bases
    callee = node.func if isinstance(node, ast.Call) else node
    if isinstance(node, ast.Call) and any(word.arg == "init" for word in node.keywords):
        return False
    found = evaluator.values(owner.module, callee)
    return bool(found) and all(isinstance(one, External) and one.name in names for one in found)
