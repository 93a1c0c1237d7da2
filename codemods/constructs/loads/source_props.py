"""Whether a function of dbt's resource properties can be asked about a source, of which v2 asks as well."""

from __future__ import annotations

import ast

from ...analysis.inference.interpreter import Evaluator
from ...analysis.inference.values import (
    External,
    Local,
)
from ...analysis.syntax.source_module import (
    FUNCTIONS,
    Module,
)

_OF_SOURCES = frozenset(
    {
        "name",
        "resource_type",
        "package_name",
        "path",
        "original_file_path",
        "unique_id",
        "fqn",
        "database",
        "schema",
        "description",
        "columns",
        "meta",
        "tags",
        "config",
    }
)
"""What models and sources both have in a manifest. Source: dbt's manifest schema, version 12."""
_OF_EACH = frozenset({"meta", "config", "columns"})
"""Those of them in which each node has keys of its own."""


def takes_sources(evaluator: Evaluator, module: Module, function: ast.expr) -> bool:
    """Whether a function surely asks for nothing that sources lack."""
    if isinstance(function, ast.Lambda):
        return _reads_what_all_have(module, function)
    values = evaluator.values(module, function)
    return bool(values) and all(
        (isinstance(value, External) and value.name.startswith("dagster_dbt."))
        or (
            isinstance(value, Local)
            and isinstance(value.node, FUNCTIONS)
            and _reads_what_all_have(value.module, value.node)
        )
        for value in values
    )


def _reads_what_all_have(
    module: Module, function: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
) -> bool:
    parameters = [*function.args.posonlyargs, *function.args.args]
    names = {parameter.arg for parameter in parameters}
    return all(
        _is_of_sources(module, node)
        for node in ast.walk(function)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node.id in names
    )


def _is_of_sources(module: Module, node: ast.Name) -> bool:
    above = module.parent(node)
    if isinstance(above, ast.Attribute):
        return above.attr == "get"
    if not (
        isinstance(above, ast.Subscript) and above.value is node and isinstance(above.slice, ast.Constant)
    ):
        return False
    key, beyond = above.slice.value, module.parent(above)
    is_opened = isinstance(beyond, ast.Subscript) and beyond.value is above
    return key in _OF_SOURCES and not (is_opened and key in _OF_EACH)
