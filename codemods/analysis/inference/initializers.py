"""How the objects of a class are made: by the ``__init__`` that it has or inherits.

class Runner:
    def __init__(self, client): ...

class Nightly(Runner): ...          Nightly(client) calls it, as super().__init__(client) does
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from ..syntax.classes import initializer_of, is_cls, may_have_metaclass
from ..syntax.source_module import Module
from .values import NOTHING, Evaluates, External, Local, Values

if TYPE_CHECKING:
    from .interpreter import Evaluator

_NEUTRAL = frozenset({"abc.ABC", "typing.Generic", "typing_extensions.Generic"})
"""Classes of others that add nothing to how objects are made."""


def inherited_initializer(evaluator: Evaluates, owner: Local) -> Local | None:
    """The ``__init__`` that a class without one inherits; None where not one line of plain classes of the tree leads to it."""
    seen = [owner]
    while True:
        one = seen[-1]
        above = only_base(evaluator, one) if not getattr(one.node, "decorator_list", ()) else None
        if above is None or above in seen or not isinstance(above.node, ast.ClassDef):
            return None
        found = initializer_of(above.node)
        if found is not None:
            return Local(above.module, found)
        seen.append(above)


def only_base(evaluator: Evaluates, owner: Local) -> Local | None:
    """The one class of the tree that a class derives from, beside those that add nothing; None where there are others."""
    assert isinstance(owner.node, ast.ClassDef)
    found = [
        evaluator.values(owner.module, base)
        for base in owner.node.bases
        if not _is_neutral(evaluator, owner.module, base)
    ]
    if len(found) != 1 or len(found[0]) != 1 or may_have_metaclass(owner.node):
        return None
    (only,) = found[0]
    return only if isinstance(only, Local) and isinstance(only.node, ast.ClassDef) else None


def _is_neutral(evaluator: Evaluates, module: Module, base: ast.expr) -> bool:
    """Whether a base is a class of others that adds nothing: ``ABC``, ``Generic[T]``."""
    values = evaluator.values(module, base.value if isinstance(base, ast.Subscript) else base)
    return bool(values) and all(isinstance(one, External) and one.name in _NEUTRAL for one in values)


def made_alike(evaluator: Evaluates, owner: Local) -> list[Local]:
    """A class, and those of the tree that derive from it and have no ``__init__`` of their own."""
    found = {owner: None}
    waiting = [owner]
    for one in waiting:  # grows as it goes
        for heir in evaluator.heirs_of(one.node):
            if (
                heir not in found
                and isinstance(heir.node, ast.ClassDef)
                and initializer_of(heir.node) is None
            ):
                found[heir] = None
                waiting.append(heir)
    return waiting


def is_made_like_heirs(evaluator: Evaluates, owner: Local) -> bool:
    """Whether ``cls(...)`` in a class calls the same ``__init__`` whichever class of the tree it is called of."""
    found = made_alike(evaluator, owner)
    heirs = [heir for one in found for heir in evaluator.heirs_of(one.node)]
    return not evaluator.is_derived(owner) and all(
        heir in found and only_base(evaluator, heir) is not None for heir in heirs
    )


def inherited(evaluator: Evaluator, module: Module, node: ast.Attribute) -> Values:
    """What ``super().name`` may be: what the one class above has, where no other can come in between."""
    owner = _class_of_super(module, node.value)
    if owner is None or evaluator.is_derived(owner):
        return NOTHING
    above = only_base(evaluator, owner)
    heirs = evaluator.objects.derived_from(owner)
    if above is None or not all(only_base(evaluator, heir) is not None for heir in heirs):
        return NOTHING
    return evaluator.objects.inherited_by(above, node.attr)


def class_of_method(module: Module, node: ast.Name) -> Local | None:
    """The class that a name is in a class method, ``cls``; None for other names."""
    function = module.function_of(node)
    owner = module.parent(function) if function is not None else None
    is_class = isinstance(owner, ast.ClassDef) and function is not None and is_cls(function, node.id)
    return Local(module, owner) if is_class else None  # type: ignore[arg-type]


def _class_of_super(module: Module, node: ast.expr) -> Local | None:
    """The class in whose method an expression is ``super()``."""
    is_super = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "super"
    if not is_super or node.args:  # type: ignore[attr-defined]
        return None
    function = module.function_of(node)
    owner = module.parent(function) if function is not None else None
    return Local(module, owner) if isinstance(owner, ast.ClassDef) else None
