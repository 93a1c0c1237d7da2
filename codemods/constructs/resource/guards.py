"""``if dbt_cloud_resource is not None`` behind a guarded import asks for the v2 name instead.

    try:
        from dagster_dbt import dbt_cloud_resource
    except ImportError:
        dbt_cloud_resource = None

The v2 names are imported where the legacy ones were, and the fallback is given to the v2 name.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from legacy_shim.catalogue import BY_NAME

from ...analysis.inference.legacy_names import thing_kind
from ...analysis.inference.values import (
    External,
    Made,
    in_order,
    legacy_name,
)
from ...analysis.syntax.scopes import (
    Assigned,
    Imported,
)
from ...analysis.syntax.source_module import Module, is_try
from ...editing.edits import ReplaceExpression
from ...planning.claims import (
    Claim,
    Context,
    Kind,
    Rewrite,
)
from ...planning.parts import Uses
from ...planning.units import Unit
from ...planning.v2 import CLOUD_V2

CONSTRUCT = Kind[None]("guards")

_V2_NAMES = {
    "dbt_cloud_resource": "DbtCloudWorkspace",
    "DbtCloudClientResource": "DbtCloudWorkspace",
    "DbtCloudResource": "DbtCloudWorkspace",
    "DbtCloudClient": "DbtCloudWorkspace",
    "load_assets_from_dbt_cloud_job": "dbt_cloud_assets",
}


def claims(context: Context) -> Iterator[Claim[None]]:
    """One claim for each test of a name whose import is guarded, where the file also builds a resource."""
    for reference in context.index.references:
        module, node = reference.module, reference.chain[0]
        found = in_order(context.index.values(module, node))
        names = [value for value in found if isinstance(value, External)]
        name = legacy_name(names[0]) if names else ""
        if len(reference.chain) != 1 or name not in _V2_NAMES or not _is_test(module, node):
            continue
        resources = _resources_of(context, module)
        if resources and _fallbacks(context, module, node):
            yield Claim(
                construct=CONSTRUCT,
                detail=None,
                part=Uses(),
                module=module,
                node=node,
                name=name,
                code=BY_NAME[name].code,
                resources=resources,
                covers=frozenset({node}),
            )


def _is_test(module: Module, node: ast.expr) -> bool:
    child: ast.AST = node
    above = module.parent(child)
    if isinstance(above, ast.Compare):
        against = [above.left, *above.comparators]
        if not any(isinstance(side, ast.Constant) and side.value is None for side in against):
            return False
        child, above = above, module.parent(above)
    while isinstance(above, (ast.UnaryOp, ast.BoolOp)):
        child, above = above, module.parent(above)
    return isinstance(above, (ast.If, ast.IfExp, ast.While, ast.Assert)) and above.test is child


def _resources_of(context: Context, module: Module) -> frozenset[Made]:
    return frozenset(
        value
        for reference in context.index.references
        if reference.module is module
        for link in reference.chain
        for value in context.index.values(module, link)
        if isinstance(value, Made) and thing_kind(value) == "resource" and value.module is module
    )


def _fallbacks(context: Context, module: Module, node: ast.expr) -> list[ast.Name]:
    """The names that the handler of a guarded import gives a fallback to, where ``node`` is one of them."""
    assert isinstance(node, ast.Name)
    bindings = context.index.tree.names(module).lookup(module, node.id, node)
    guards = [module.parent(binding.node) for binding in bindings if isinstance(binding, Imported)]
    targets = [
        target
        for guard in guards
        if is_try(guard)
        for handler in guard.handlers
        for statement in handler.body
        if isinstance(statement, ast.Assign)
        for target in statement.targets
        if isinstance(target, ast.Name)
    ]
    is_ours = any(isinstance(binding, Assigned) for binding in bindings)
    return targets if is_ours and any(target.id == node.id for target in targets) else []


def rewrite(claim: Claim[None], unit: Unit, context: Context) -> Rewrite:
    """Put the v2 name where the legacy one is tested and where it gets its fallback."""
    done = Rewrite()
    module, node = claim.module, claim.node
    assert isinstance(node, ast.Name)
    use = unit.using(done, module)
    done.edit(module, ReplaceExpression(module.span(node), use(CLOUD_V2, _V2_NAMES[claim.name])))
    imported = {
        binding.name
        for binding in context.index.tree.names(module).tables.get(module.tree, {}).get(node.id, [])
        if isinstance(binding, Imported)
    }
    for target in _fallbacks(context, module, node):
        legacy = next(iter(imported)) if target.id == node.id and imported else target.id
        if legacy in _V2_NAMES:
            done.edit(module, ReplaceExpression(module.span(target), use(CLOUD_V2, _V2_NAMES[legacy])))
    return done
