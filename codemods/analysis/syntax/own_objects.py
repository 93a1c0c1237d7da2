"""Classes that hand out one object for all, by a ``__new__`` that answers an object of the class and nothing else.

def __new__(cls, *args, **kwargs):
    if cls._instance is None:
        cls._instance = super().__new__(cls)
    return cls._instance
"""

from __future__ import annotations

import ast

from .functions import nodes_run_by, returns_of

NEW = "__new__"


def is_new_object(function: ast.AST | None, call: ast.AST) -> bool:
    """Whether a call in ``__new__`` makes an object of the class: ``super().__new__(cls)``, ``object.__new__(cls)``."""
    if not isinstance(function, ast.FunctionDef) or function.name != NEW or not function.args.args:
        return False
    own = function.args.args[0].arg
    match call:
        case ast.Call(
            func=ast.Attribute(
                value=ast.Call(func=ast.Name("super"), args=[]) | ast.Name("object"), attr="__new__"
            ),
            args=[ast.Name(id=name)],
            keywords=[],
        ):
            return name == own
    return False


def answers_own_object(owner: ast.ClassDef, function: ast.AST) -> bool:
    """Whether a function is the ``__new__`` of a class, and answers an object of the class that was made in it."""
    new = [node for node in owner.body if getattr(node, "name", "") == NEW]
    if new != [function] or not isinstance(function, ast.FunctionDef):
        return False
    if function.decorator_list or not function.args.args:
        return False
    own = function.args.args[0].arg
    returned = returns_of(function)
    kept = {one.attr for one in returned if isinstance(one, ast.Attribute)}
    return (
        bool(returned)
        and all(
            _is_kept(one, own) or is_new_object(function, one) or _is_made(function, one) for one in returned
        )
        and all(_is_set_plainly(owner, function, own, name) for name in kept)
    )


def makes_own_objects(owner: ast.ClassDef) -> bool:
    """Whether a class that derives from no other has no ``__new__``, or one that answers an object of it."""
    new = [node for node in owner.body if getattr(node, "name", "") == NEW]
    return not new or (not owner.bases and answers_own_object(owner, new[0]))


def _is_kept(node: ast.expr, own: str) -> bool:
    return isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == own


def _is_made(function: ast.FunctionDef, node: ast.expr) -> bool:
    """Whether an expression is a name that is given a new object, and nothing else."""
    if not isinstance(node, ast.Name):
        return False
    given = [
        one.value
        for one in nodes_run_by(function)
        if isinstance(one, ast.Assign)
        for target in one.targets
        if isinstance(target, ast.Name) and target.id == node.id
    ]
    stored = [
        one
        for one in nodes_run_by(function)
        if isinstance(one, ast.Name) and one.id == node.id and not isinstance(one.ctx, ast.Load)
    ]
    return bool(given) and len(given) == len(stored) and all(is_new_object(function, one) for one in given)


def _is_set_plainly(owner: ast.ClassDef, function: ast.FunctionDef, own: str, name: str) -> bool:
    """Whether an attribute of the class is given None in its body, and a new object in ``__new__``, and nothing else in the class."""
    for node in ast.walk(owner):
        is_set = isinstance(node, ast.Attribute) and node.attr == name and not isinstance(node.ctx, ast.Load)
        if is_set and not _is_given_new(function, own, node):  # type: ignore[arg-type]
            return False
        in_body = isinstance(node, ast.Name) and node.id == name and not isinstance(node.ctx, ast.Load)
        if in_body and not any(_gives_nothing(statement, node) for statement in owner.body):
            return False
    return True


def _gives_nothing(statement: ast.stmt, target: ast.AST) -> bool:
    """Whether a statement gives a name None."""
    match statement:
        case (
            ast.Assign(targets=[one], value=ast.Constant(None))
            | ast.AnnAssign(target=one, value=ast.Constant(None) | None)
        ):
            return one is target
    return False


def _is_given_new(function: ast.FunctionDef, own: str, target: ast.Attribute) -> bool:
    return any(
        isinstance(node, ast.Assign)
        and node.targets == [target]
        and _is_kept(target, own)
        and (is_new_object(function, node.value) or _is_made(function, node.value))
        for node in nodes_run_by(function)
    )
