"""Annotations that nobody reads but people: of helpers, of names, of private attributes, of classes that keep no fields.

    def with_client(fn: Callable[[DbtCloudClient], Any])        _client: DbtCloudClient = PrivateAttr()

Dagster reads the annotations of what it decorates, pydantic those of the fields of its classes, and code what it asks for.
"""

from __future__ import annotations

import ast

from ...analysis.dagster_api.decorators import resolved, unknown_decorators
from ...analysis.inference.interpreter import Evaluator
from ...analysis.inference.values import Local
from ...analysis.syntax.source_module import FUNCTIONS, Module

_READING = (
    "get_type_hints",
    "__annotations__",
    "signature",
    "get_annotations",
    "annotation",
    "beartype",
    "typeguard",
)
_KEEPING_NO_FIELDS = frozenset({"typing.Protocol", "typing_extensions.Protocol", "abc.ABC", "object"})
_CHECKED = ("dagster.", "pydantic.", "legacy.")
_LEAVING = frozenset({"staticmethod", "classmethod", "property", "abc.abstractmethod", "typing.overload"})


def says_it_to_readers(evaluator: Evaluator, module: Module, node: ast.expr) -> bool:
    """Whether an expression stands in an annotation that no code reads."""
    if any(module.named(name) for name in _READING):
        return False
    child: ast.AST = node
    for above in module.ancestors(node):
        match above:
            case ast.arg() if above.annotation is child:
                function = module.parents[module.parents[above]]
                return isinstance(function, FUNCTIONS) and _is_plain(evaluator, module, function)
            case ast.FunctionDef() | ast.AsyncFunctionDef() if above.returns is child:
                return _is_plain(evaluator, module, above)
            case ast.AnnAssign() if above.annotation is child:
                owner = module.parent(above)
                return not isinstance(owner, ast.ClassDef) or _is_no_field(evaluator, module, owner, above)
            case ast.Call() | ast.stmt():
                return False
        child = above
    return False


def _is_plain(evaluator: Evaluator, module: Module, function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    return not unknown_decorators(evaluator, module, function) and all(
        resolved(evaluator, module, one) <= _LEAVING and resolved(evaluator, module, one)
        for one in function.decorator_list
    )


def _is_no_field(evaluator: Evaluator, module: Module, owner: ast.ClassDef, node: ast.AnnAssign) -> bool:
    """Whether an annotation in the body of a class is checked by nobody."""
    is_private = isinstance(node.target, ast.Name) and node.target.id.startswith("_")
    for one in evaluator.objects.lineage(Local(module, owner)):
        assert isinstance(one.node, ast.ClassDef)
        for base in one.node.bases:
            names = resolved(evaluator, one.module, base)
            is_own = any(isinstance(value, Local) for value in evaluator.values(one.module, base))
            if is_own or (names and names <= _KEEPING_NO_FIELDS):
                continue
            if not (is_private and names and all(name.startswith(_CHECKED) for name in names)):
                return False
    return True
