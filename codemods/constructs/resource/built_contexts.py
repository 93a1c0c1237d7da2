"""Contexts that code builds, and does not enter, hold a workspace as an object: Dagster makes none for them.

    finished(build_sensor_context(resources={"dbt": dbt}))
    ->  ... resources={"dbt": ResourceDefinition.hardcoded_resource(dbt)} ...

Dagster takes a workspace for a resource that must be entered, for its credentials. Source: ``_is_cm_resource_cls`` in
``dagster._config.pythonic_config.resource``, ``dagster._core.execution.build_resources``.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from legacy_shim.catalogue import BY_NAME

from ...analysis.dagster_api.names import CONTEXT_BUILDERS
from ...analysis.inference.legacy_names import thing_kind
from ...analysis.inference.values import External, Literal, Made, Values, legacy_name
from ...analysis.syntax.source_module import Module
from ...editing.edits import ReplaceExpression
from ...findings import Finding
from ...planning.claims import Claim, Context, Kind, Rewrite
from ...planning.parts import Uses
from ...planning.units import Unit

CONSTRUCT = Kind[None]("built_contexts")


def claims(context: Context) -> Iterator[Claim[None]]:
    """One claim for each legacy resource in a context that is built, and not entered where it is."""
    builders = {External(name) for name in CONTEXT_BUILDERS}
    for module in context.index.tree.modules.values():
        for node in module.of(ast.Call) if "build_" in module.text else ():
            if not builders & context.index.values(module, node.func):
                continue
            if not isinstance(module.parent(node), ast.withitem):
                yield from _of_call(context, module, node)


def _of_call(context: Context, module: Module, call: ast.Call) -> Iterator[Claim[None]]:
    given = next((word.value for word in call.keywords if word.arg == "resources"), None)
    if given is None:
        return
    if not isinstance(given, ast.Dict):
        held = [one for one in context.index.values(module, given) if isinstance(one, Literal)]
        inside = frozenset().union(*(context.index.evaluator.element_values(one) for one in held))
        if _resources(inside):
            said = "it is in a context that is never entered, which cannot hold a workspace: "
            said += f"write `with {module.source_of(call.func)}(...) as context:`"
            yield _claim(
                module, given, inside, (Finding(module.place(given), "LDC302", said, _name(inside)),)
            )
        return
    for value in given.values:
        found = context.index.values(module, value)
        if not _resources(found):
            continue
        said = "it is built inside a context: assign it to a name first: `dbt_cloud = DbtCloudClientResource(...)`"
        is_named = isinstance(value, (ast.Name, ast.Attribute))
        blocked = () if is_named else (Finding(module.place(value), "LDC302", said, _name(found)),)
        yield _claim(module, value, found, blocked)


def _resources(values: Values) -> frozenset[Made]:
    return frozenset(one for one in values if isinstance(one, Made) and thing_kind(one) == "resource")


def _name(values: Values) -> str:
    return next(filter(None, map(legacy_name, _resources(values))), "DbtCloudClientResource")


def _claim(module: Module, node: ast.expr, values: Values, blocked: tuple[Finding, ...]) -> Claim[None]:
    name = _name(values)
    return Claim(
        construct=CONSTRUCT,
        part=Uses(),
        module=module,
        node=node,
        name=name,
        code=BY_NAME[name].code,
        resources=_resources(values),
        blocked=blocked,
        detail=None,
        is_site=False,
    )


def rewrite(claim: Claim[None], unit: Unit, context: Context) -> Rewrite:  # noqa: ARG001  a construct's signature
    """Hand the workspace over as it is."""
    done = Rewrite()
    assert isinstance(claim.node, ast.expr)
    made = f"{unit.using(done, claim.module)('dagster', 'ResourceDefinition')}.hardcoded_resource"
    text = f"{made}({claim.module.source_of(claim.node)})"
    done.edit(claim.module, ReplaceExpression(claim.module.span(claim.node), text))
    return done
