"""Code that selects by what v2 adds to the assets of dbt: its tags become tags, v2 adds kinds and owners, its tests asset checks.

Legacy's assets have none of these (dagster_dbt.cloud.asset_defs), so a selection by a tag, a kind or an owner may take in dbt's
assets once they are v2's, or leave them out. Which it is depends on the dbt project, so each place is named.

A selection by checks gets what it got before: where the code has one, dbt's tests are made no asset checks. It would not
work with them: a run of models without their checks is given ``--indirect-selection empty`` as one word, which dbt refuses
(dagster_dbt.cloud_v2.resources, ``DbtCloudWorkspace.cli``).
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache

from ...analysis.dagster_api.decorators import decorators_of_dagster
from ...analysis.inference.values import External
from ...analysis.syntax.source_module import FUNCTIONS, Module
from ...planning.claims import Context, Rewrite

_SELECTION = External("dagster.AssetSelection")
_ADDED = "may now select dbt's assets, or leave them out"
_CHECKS = "dbt tests do not become asset checks, so that this selects what it selected before"
_OWN = "dbt tests are asset checks in v2, and Dagster refuses a second check of this name on this asset"
_BY_ADDED = frozenset({"kind", "owner", "tag", "tag_string"})
_BY_CHECK = frozenset({"all_asset_checks", "checks_for_assets", "checks", "without_checks"})
_TEXT = re.compile(r"(?:^|[\s(+*])(?:tag|kind|owner):")


def prepare(context: Context) -> Context:
    """The context in which jobs have no asset checks where the code selects by checks."""
    if not any(True for module in context.index.selecting for _ in _by_checks(context, module)):
        return context
    jobs = tuple(replace(job, checks_stay_out=True) for job in context.facts.jobs)
    return replace(context, facts=replace(context.facts, jobs=jobs))


def tell_of_selections(context: Context, done: Rewrite) -> None:
    """Report each place of the tree that selects by tags, kinds, owners or checks, or defines a check."""
    for module, node, code, said in _selections(context):
        done.report(module, node, code, said, "load_assets_from_dbt_cloud_job")


@lru_cache(maxsize=1)
def _selections(context: Context) -> tuple[tuple[Module, ast.AST, str, str], ...]:
    """The places, with what is to say of them: the same for each load."""
    found: list[tuple[Module, ast.AST, str, str]] = []
    for module in context.index.selecting:
        if module.path in context.outside:
            continue
        found += (
            (module, node, "LDC228", f"`{module.source_of(node)}` {_ADDED}")
            for node in _by_added(context, module)
        )
        found += (
            (module, node, "LDC205", f"`.{node.attr}`: {_CHECKS}") for node in _by_checks(context, module)
        )
        found += ((module, node, "LDC205", f"`{node.name}`: {_OWN}") for node in _own_checks(context, module))
    return tuple(found)


def _by_added(context: Context, module: Module) -> Iterator[ast.expr]:
    """What selects by tags, kinds or owners: ``AssetSelection.tag``, or a string in a call of Dagster's."""
    for node in module.of(ast.Attribute, ast.Constant):
        match node:
            case ast.Attribute(attr=name) if name in _BY_ADDED:
                if _SELECTION in context.index.values(module, node.value):
                    yield node
            case ast.Constant(value=str(text)) if _TEXT.search(text):
                if _is_given_to_dagster(context, module, node):
                    yield node


def _is_given_to_dagster(context: Context, module: Module, node: ast.expr) -> bool:
    above = module.parent(node)
    if isinstance(above, ast.keyword):
        if above.arg not in {"selection", "asset_selection", "target", "selection_str", "string", None}:
            return False
        above = module.parent(above)
    if not isinstance(above, ast.Call):
        return False
    called = context.index.values(module, above.func)
    return any(isinstance(value, External) and value.name.startswith("dagster.") for value in called)


def _by_checks(context: Context, module: Module) -> Iterator[ast.Attribute]:
    for node in module.of(ast.Attribute):
        if node.attr in _BY_CHECK and _starts_with_selection(context, module, node):
            yield node


def _own_checks(context: Context, module: Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    evaluator = context.index.evaluator
    for node in module.of(*FUNCTIONS):
        if "asset_check" in decorators_of_dagster(evaluator, module, node):
            yield node


def _starts_with_selection(context: Context, module: Module, node: ast.expr) -> bool:
    """Whether a chain of attributes and calls begins with ``AssetSelection``, or with a name of what does."""
    while isinstance(node, (ast.Attribute, ast.Call)):
        node = node.func if isinstance(node, ast.Call) else node.value
        if _SELECTION in context.index.values(module, node):
            return True
    return False
