"""What a name is read from: a class, whose attributes have values, or the environment of the process."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from ..inference.interpreter import Evaluator
from ..inference.values import External, Local
from ..syntax.scopes import Assigned, Defined, Iterated
from ..syntax.source_module import Module


def members(evaluator: Evaluator, owner: Local, name: str) -> Iterator[tuple[Module, ast.AST]]:
    """What an attribute of a class, or of its objects, may be: methods, and what is assigned to it in the class."""
    for binding in evaluator.tree.names(owner.module).tables.get(owner.node, {}).get(name, ()):
        if isinstance(binding, Defined):
            yield owner.module, binding.node
        elif isinstance(binding, (Assigned, Iterated)):
            yield owner.module, binding.value
    for node in ast.walk(owner.node):
        match node:
            case ast.Assign(targets=targets, value=value) if any(
                _is_attribute(each, name) for each in targets
            ):
                yield owner.module, value
            case ast.AnnAssign(target=target, value=ast.expr() as value) if _is_attribute(target, name):
                yield owner.module, value


def is_environment(evaluator: Evaluator, module: Module, node: ast.expr) -> bool:
    """Whether an expression is ``os.environ``."""
    return External("os.environ") in evaluator.values(module, node)


def _is_attribute(node: ast.expr, name: str) -> bool:
    return isinstance(node, ast.Attribute) and node.attr == name
