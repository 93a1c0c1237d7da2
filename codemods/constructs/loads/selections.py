"""Code that selects by what v2 adds to the assets of dbt: its tags become tags, its tests asset checks.

Legacy's assets have neither (dagster_dbt.cloud.asset_defs), so a job that selects by a tag, or selects checks, may take in
dbt's assets once they are v2's, or leave them out. Which it is depends on the dbt project, so each place is named.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from ...analysis.dagster_api.decorators import decorators_of_dagster
from ...analysis.inference.values import External
from ...analysis.syntax.source_module import FUNCTIONS, Module
from ...planning.claims import Context, Rewrite

_SELECTION = External("dagster.AssetSelection")
_TAGS = "dbt's tags are Dagster tags in v2, so this may select dbt's assets, or leave them out"
_CHECKS = "dbt's tests are asset checks in v2, so this may select them, or leave them out"
_OWN = "dbt's tests are asset checks in v2: one of this name on this asset would be refused"
_BY_TAG = frozenset({"tag", "tag_string"})
_BY_CHECK = frozenset({"all_asset_checks", "checks_for_assets", "checks", "without_checks"})


def tell_of_selections(context: Context, done: Rewrite) -> None:
    """Report each place of the tree that selects by tags or checks, or defines a check."""
    for module in context.index.selecting:
        if module.path in context.outside:
            continue
        for node, code, said in _found(context, module):
            done.report(module, node, code, said, "load_assets_from_dbt_cloud_job")


def _found(context: Context, module: Module) -> Iterator[tuple[ast.AST, str, str]]:
    evaluator = context.index.evaluator
    for node in module.nodes:
        if isinstance(node, ast.Attribute) and node.attr in _BY_TAG:
            if _SELECTION in evaluator.values(module, node.value):
                yield node, "LDC206", f"`{module.source_of(node)}`: {_TAGS}"
        elif isinstance(node, ast.Attribute) and node.attr in _BY_CHECK:
            if _starts_with_selection(context, module, node):
                yield node, "LDC205", f"`.{node.attr}`: {_CHECKS}"
        elif isinstance(node, ast.keyword) and node.arg == "selection":
            inside = node.value
            if isinstance(inside, ast.Constant) and isinstance(inside.value, str) and "tag:" in inside.value:
                yield inside, "LDC206", f"`{inside.value}`: {_TAGS}"
        elif isinstance(node, FUNCTIONS) and "asset_check" in decorators_of_dagster(evaluator, module, node):
            yield node, "LDC205", f"`{node.name}`: {_OWN}"


def _starts_with_selection(context: Context, module: Module, node: ast.expr) -> bool:
    """Whether a chain of attributes and calls begins with ``AssetSelection``."""
    while isinstance(node, (ast.Attribute, ast.Call)):
        node = node.func if isinstance(node, ast.Call) else node.value
        if _SELECTION in context.index.values(module, node):
            return True
    return False
