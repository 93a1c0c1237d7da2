"""The keys by which code asks for what stands under one: ``getattr(context.resources, constants.DBT)``."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from ..syntax.classes import is_own_object
from ..syntax.scopes import Defined, Imported
from ..syntax.source_module import Module
from .branches import EVERY_BRANCH
from .values import Local

if TYPE_CHECKING:
    from .interpreter import Evaluator

_HANDS_OUT = "__getattr__"
"""A function of a module that may answer any of its names."""


def texts_given(evaluator: Evaluator, module: Module, node: ast.expr) -> set[str]:
    """The texts that a parameter may be, by the calls in sight and its default, or a name of a module or class."""
    if not isinstance(node, ast.Name) and not is_name_of_owner(evaluator, module, node):
        return set()
    places = evaluator.places(module, node, EVERY_BRANCH).places
    given = (place.value for _, place in places if isinstance(place, ast.Constant))
    return {text for text in given if isinstance(text, str)}


def is_name_of_owner(evaluator: Evaluator, module: Module, node: ast.expr) -> bool:
    """Whether an expression reads a name of a module or class that is spelled there: ``constants.DBT``, ``Keys.DBT.value``.

    What an object holds is its own, and may be another in each.
    """
    if not isinstance(node, ast.Attribute):
        return False
    read = node.value if node.attr == "value" and isinstance(node.value, ast.Attribute) else node
    assert isinstance(read, ast.Attribute)
    if is_own_object(module, read.value):
        return False
    homes = evaluator.modules_named.homes(module, read.value, EVERY_BRANCH)
    if any(homes):
        tree = evaluator.tree
        return all(home is not None and not tree.names(home).at_end(home, _HANDS_OUT) for home in homes)
    owners = evaluator.values(module, read.value)
    if not owners:
        return _is_class_elsewhere(evaluator, module, read.value)
    return all(isinstance(owner, Local) and isinstance(owner.node, ast.ClassDef) for owner in owners)


def _is_class_elsewhere(evaluator: Evaluator, module: Module, node: ast.expr) -> bool:
    """Whether a name is imported from a file that the index does not need, which defines it as a class and nothing else."""
    bound = evaluator.tree.names(module).lookup(module, node.id, node) if isinstance(node, ast.Name) else []
    return bool(bound) and all(
        isinstance(one, Imported) and bool(one.name) and _defines_class(evaluator, module, one)
        for one in bound
    )


def _defines_class(evaluator: Evaluator, module: Module, imported: Imported) -> bool:
    tree = evaluator.tree
    home = tree.module_at(tree.resolve(module, imported.module, imported.level))
    found = tree.names(home).at_end(home, imported.name) if home is not None else []
    return len(found) == 1 and isinstance(found[0], Defined) and isinstance(found[0].node, ast.ClassDef)
