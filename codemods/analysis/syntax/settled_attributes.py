"""What a class surely gives its objects: an attribute that its ``__init__`` sets last, a name that its body binds in any case."""

from __future__ import annotations

import ast

from .classes import assigned_by, attribute_of_class, attribute_of_self, initializer_of
from .reaching_definitions import binds_surely, is_of_statement
from .scopes import Names
from .source_module import Module


def is_set_at_last(module: Module, owner: ast.ClassDef, name: str) -> bool:
    """Whether the ``__init__`` of a class sets an attribute whatever happens, and no ``__init__`` above runs after that."""
    made = initializer_of(owner)
    if made is None:
        return False
    places = [place for place, one in enumerate(made.body) if _sets(module, one, name)]
    if not places:
        return False
    before = (node for one in made.body[: places[-1]] for node in ast.walk(one))
    behind = (node for one in made.body[places[-1] + 1 :] for node in ast.walk(one))
    return not any(isinstance(node, ast.Return) for node in before) and not any(map(_initializes, behind))


def is_set_by_others(module: Module, owner: ast.AST, name: str) -> bool:
    """Whether a method of a class that is not its ``__init__`` sets an attribute of the object, or of the class."""
    made = initializer_of(owner) if isinstance(owner, ast.ClassDef) else None
    return any(
        attribute_of_class(module, target) == name
        or (attribute_of_self(module, target) == name and module.function_of(target) is not made)
        for node in ast.walk(owner)
        for target, _ in assigned_by(node)
    )


def is_bound_surely(module: Module, names: Names, owner: ast.ClassDef, name: str) -> bool:
    """Whether the body of a class binds or declares a name in any case."""
    bindings = names.tables.get(owner, {}).get(name, ())
    sure = {
        module.statement_of(one.where) for one in bindings if not one.adds and is_of_statement(module, one)
    }
    return any(_declares(one, name) for one in owner.body) or binds_surely(owner.body, sure)


def _sets(module: Module, statement: ast.stmt, name: str) -> bool:
    return any(attribute_of_self(module, target) == name for target, _ in assigned_by(statement))


def _initializes(node: ast.AST) -> bool:
    return isinstance(node, ast.Attribute) and node.attr == "__init__"


def _declares(node: ast.stmt, name: str) -> bool:
    return isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.target.id == name
