"""Parameters that Dagster fills with a resource: known by their annotation, in a function that it calls."""

from __future__ import annotations

import ast
from collections.abc import Collection

from ..inference.legacy_names import RESOURCE_CLASSES
from ..inference.values import (
    Evaluates,
    Keyed,
    Local,
    Made,
    Value,
    legacy_name,
    root,
)
from ..syntax.functions import (
    INJECTING,
    decorator_name,
)
from ..syntax.source_module import Module


def is_injected(
    evaluator: Evaluates, module: Module, function: ast.FunctionDef | ast.AsyncFunctionDef, arg: ast.arg
) -> bool:
    """Whether Dagster may fill a parameter with a dbt Cloud resource: by its annotation, in a decorated function.

    ``ResourceParam[...]`` asks for whatever is bound to the parameter's name, of any type.
    """
    if arg.annotation is None or not function.decorator_list:
        return False
    if not any(injects(evaluator, module, decorator) for decorator in function.decorator_list):
        return False
    annotation: ast.expr = arg.annotation
    if isinstance(annotation, ast.Subscript) and _last_part(annotation.value) == "ResourceParam":
        return True
    return annotates_resource(evaluator, module, annotation)


def injects(evaluator: Evaluates, module: Module, decorator: ast.expr) -> bool:
    """Whether a decorator is one of Dagster's that fill parameters, or a function of the tree that answers one."""
    if decorator_name(decorator) in INJECTING:
        return True
    return any(
        isinstance(value, Made)
        and value.of.startswith("dagster.")
        and value.of.rpartition(".")[2] in INJECTING
        for value in evaluator.values(module, decorator)
    )


def annotates_resource(evaluator: Evaluates, module: Module, annotation: ast.expr) -> bool:
    """Whether an annotation names a legacy resource, or a class of the tree that derives from one."""
    if isinstance(annotation, ast.Subscript):
        annotation = annotation.slice
    if isinstance(annotation, ast.Constant) and isinstance(annotation.value, str):
        return annotation.value.rpartition(".")[2] in RESOURCE_CLASSES
    values = evaluator.values(module, annotation)
    return any(
        legacy_name(value) in RESOURCE_CLASSES
        or (isinstance(value, Local) and bool(evaluator.is_derived(value)))
        for value in values
    )


def is_bound(evaluator: Evaluates, value: Keyed, keys: Collection[str]) -> bool:
    """Whether what Dagster hands to the code is something legacy.

    A parameter is known by its annotation, or as ``context.resources.x`` is: ``x`` is among the ``keys`` that something
    legacy is bound to.
    """
    annotation = value.node.annotation if isinstance(value.node, ast.arg) else None
    is_named = annotation is not None and annotates_resource(evaluator, value.module, annotation)
    return is_named or value.key in keys


def is_reached(evaluator: Evaluates, value: Value, keys: Collection[str]) -> bool:
    """Whether a value is reached from something legacy, which stands under one of the ``keys`` where a key leads to it."""
    base = root(value)
    return is_bound(evaluator, base, keys) if isinstance(base, Keyed) else bool(legacy_name(value))


def _last_part(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""
