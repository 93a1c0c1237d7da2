"""Asset checks of the tree that go by the name of a dbt test, of which v2 makes an asset check too."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import lru_cache

from ...analysis.inference.values import External, Local
from ...analysis.syntax.source_module import FUNCTIONS, Module
from ...facts.job_commands import plan_if_single
from ...findings import Finding, Place
from ...planning.claims import Context, JobRef

_MAKERS = frozenset({"dagster.asset_check", "dagster.AssetCheckSpec"})
_TESTS = ("unique_", "not_null_", "accepted_values_", "relationships_", "dbt_utils_", "dbt_expectations_")
"""How the names of dbt's tests begin, and those of its two best known packages."""


def checks_named_like_tests(context: Context, ref: JobRef, name: str) -> Iterator[Finding]:
    """A finding for each check that Dagster may refuse beside those of the job's tests."""
    plans = [plan_if_single(context.facts.job(job_id)) for job_id in ref.job_ids]
    if plans and all(plan is not None and not plan.has_checks for plan in plans):
        return
    for place, check in _checks_named_like_tests(context):
        said = (
            f"the asset check `{check}` has the name of a check that v2 makes from a dbt test, and Dagster refuses two "
            "checks of one name on an asset: rename it"
        )
        yield Finding(place, "LDC302", said, name)


@lru_cache(maxsize=1)
def _checks_named_like_tests(context: Context) -> tuple[tuple[Place, str], ...]:
    """Where they are: the same for each load."""
    return tuple(
        (module.place(node), check)
        for module in context.index.selecting
        for node in module.of(*FUNCTIONS, ast.Call)
        if (check := _check_of(context, module, node)).startswith(_TESTS)
    )


def _check_of(context: Context, module: Module, node: ast.AST) -> str:
    """The name of the check that a node makes of an asset that is not one of the tree's own; empty for none."""
    if isinstance(node, FUNCTIONS):
        for decorator in node.decorator_list:
            if isinstance(decorator, ast.Call) and _makes_check(context, module, decorator):
                return _name(decorator, None) or node.name
    elif isinstance(node, ast.Call) and not _decorates(module, node) and _makes_check(context, module, node):
        return _name(node, node.args[0] if node.args else None)
    return ""


def _decorates(module: Module, call: ast.Call) -> bool:
    above = module.parent(call)
    return isinstance(above, FUNCTIONS) and call in above.decorator_list


def _makes_check(context: Context, module: Module, call: ast.Call) -> bool:
    makers = {value.name for value in context.index.values(module, call.func) if isinstance(value, External)}
    if not makers & _MAKERS:
        return False
    asset = next((word.value for word in call.keywords if word.arg == "asset"), None)
    return asset is None or not any(isinstance(one, Local) for one in context.index.values(module, asset))


def _name(call: ast.Call, first: ast.expr | None) -> str:
    given = next((word.value for word in call.keywords if word.arg == "name"), first)
    return str(given.value) if isinstance(given, ast.Constant) and given.value else ""
