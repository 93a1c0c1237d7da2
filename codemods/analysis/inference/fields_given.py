"""What one object was made with: ``FINANCE = Job(67891)`` and ``CORE = Job(67890)`` have two values of ``job_id``."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from typing import TYPE_CHECKING, TypeGuard

from ..dagster_api.names import COPYING_OBJECTS
from ..syntax.classes import annotated_fields, fields_of
from ..syntax.functions import takes_unwritten
from ..syntax.scopes import Assigned, Binding, Imported
from ..syntax.source_module import Module
from .branches import Branches
from .possible import Possible, union
from .set_aside import is_set_aside
from .values import External, Instance, Local

if TYPE_CHECKING:
    from .interpreter import Evaluator

_MAKERS = frozenset({"dataclasses.dataclass", "attr.s", "attrs.define", "attrs.frozen"})
_TUPLES = frozenset({"typing.NamedTuple", "collections.namedtuple"})
_COMPUTING = frozenset(
    {
        *("__init__", "__new__", "__post_init__", "__attrs_post_init__", "__getattr__", "__getattribute__"),
        "__replace__",
    }
)
"""Methods by which an object may have something else than it was made with."""
_HARMLESS = frozenset({"frozen", "kw_only", "slots", "eq", "order", "repr", "unsafe_hash"})
"""Arguments of a decorator that change nothing of what its class is made with."""
_NO_FIELD = ("ClassVar", "InitVar", "KW_ONLY")


def field_given(
    evaluator: Evaluator, bound: list[tuple[Module, Binding]], name: str, branches: Branches
) -> Possible | None:
    """What the field ``name`` was given, by each binding of the name of an object; None where that is not certain."""
    calls: list[tuple[Module, ast.AST]] = []
    for home, binding in bound:
        if isinstance(binding, Imported):
            continue  # What it imports is among the bindings too.
        if not isinstance(binding, Assigned) or binding.path or binding.adds:
            return None
        calls.append((home, binding.where))
    return _given_at(evaluator, calls, name, branches)


def field_of_made(
    evaluator: Evaluator, module: Module, node: ast.expr, name: str, branches: Branches
) -> Possible | None:
    """What the field ``name`` was given by each call that makes what an expression may be; None where that is not certain."""
    origins = evaluator.places(module, node, branches)
    if not evaluator.is_all(origins):
        return None
    return _given_at(evaluator, origins.places, name, branches)


def _given_at(
    evaluator: Evaluator, calls: Iterable[tuple[Module, ast.AST]], name: str, branches: Branches
) -> Possible | None:
    found = [_given(evaluator, home, call, name, branches) for home, call in calls]
    known = [one for one in found if one is not None]
    return union(known) if len(known) == len(found) else None


def _given(
    evaluator: Evaluator, module: Module, call: ast.AST, name: str, branches: Branches
) -> Possible | None:
    if isinstance(call, ast.Call) and _is_copied(evaluator, module, call):
        base = field_of_made(evaluator, module, call.args[0], name, branches)
        words = [word.value for word in call.keywords if word.arg == name]
        if base is None or not words:
            return base
        return evaluator.places(module, words[0], branches).read_from(base.held_by)
    made = _made(evaluator, module, call, name)
    if made is None:
        return None
    owner, home, argument = made
    return evaluator.places(home, argument, branches).read_from([owner, Instance(owner)])


def _is_copied(evaluator: Evaluator, module: Module, call: ast.Call) -> bool:
    """Whether a call answers a copy of an object with other values in some of its fields: ``replace(base, job_id=67891)``."""
    values = evaluator.values(module, call.func)
    is_named = bool(values) and all(
        isinstance(one, External) and one.name in COPYING_OBJECTS for one in values
    )
    return is_named and len(call.args) == 1 and not takes_unwritten(call)


def _made(
    evaluator: Evaluator, module: Module, call: ast.AST, name: str
) -> tuple[Local, Module, ast.expr] | None:
    """The class that a call makes an object of, and what that has in a field: an argument, or what the class says."""
    if not isinstance(call, ast.Call) or any(isinstance(one, ast.Starred) for one in call.args):
        return None
    classes = list(evaluator.values(module, call.func))
    classes = classes or evaluator.attributes.unread_classes(module, call.func)
    owner = classes[0] if len(classes) == 1 else None
    if not isinstance(owner, Local) or not _keeps_what_it_gets(evaluator, owner, name):
        return None
    assert isinstance(owner.node, ast.ClassDef)
    given = {word.arg: word.value for word in call.keywords}
    if None in given:
        return None
    place = annotated_fields(owner.node).index(name)
    argument = call.args[place] if place < len(call.args) else given.get(name)
    if argument is not None:
        return owner, module, argument
    default = next((one.value for one in owner.node.body if _declares(one, name)), None)
    return (owner, owner.module, default) if default is not None else None


def _declares(node: ast.stmt, name: str) -> TypeGuard[ast.AnnAssign]:
    return isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.target.id == name


def _keeps_what_it_gets(evaluator: Evaluator, owner: Local, name: str) -> bool:
    """Whether each object of a class surely has, in a field, what it was made with."""
    node = owner.node
    if not isinstance(node, ast.ClassDef):
        return False
    fields = annotated_fields(node)
    declared = [ast.unparse(one.annotation) for one in node.body if isinstance(one, ast.AnnAssign)]
    if name not in fields or node.keywords or fields_of(node) & _COMPUTING:
        return False
    if any(word in text for text in declared for word in _NO_FIELD) or _has_other_fields(node):
        return False
    is_plain = len(node.decorator_list) == 1 and not node.bases and _is_one_of(evaluator, owner, _MAKERS)
    is_tuple = not node.decorator_list and len(node.bases) == 1 and _is_one_of(evaluator, owner, _TUPLES)
    if not (is_plain or is_tuple) or evaluator.tables.attributes_set(name):
        return False
    sets_itself = any(
        isinstance(each, ast.Attribute) and each.attr == name and not isinstance(each.ctx, ast.Load)
        for each in ast.walk(node)
    )
    return not sets_itself and not is_set_aside(evaluator, owner, name)


def _has_other_fields(node: ast.ClassDef) -> bool:
    """Whether a field is declared by a call (``field(kw_only=True)``), which may change the order of the arguments."""
    calls = (
        one.value for one in node.body if isinstance(one, ast.AnnAssign) and isinstance(one.value, ast.Call)
    )
    words = {word.arg for call in calls for word in call.keywords}
    return not words <= {"default", "default_factory", "repr", "hash", "compare", "metadata", "factory"}


def _is_one_of(evaluator: Evaluator, owner: Local, names: frozenset[str]) -> bool:
    assert isinstance(owner.node, ast.ClassDef)
    (node,) = owner.node.decorator_list or owner.node.bases
    callee = node.func if isinstance(node, ast.Call) else node
    if isinstance(node, ast.Call) and any(word.arg not in _HARMLESS for word in node.keywords):
        return False
    found = evaluator.values(owner.module, callee)
    return bool(found) and all(isinstance(one, External) and one.name in names for one in found)
