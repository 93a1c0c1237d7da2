"""Contexts that code builds, and does not enter, hold a workspace as an object: Dagster makes none for them.

    finished(build_sensor_context(resources={"dbt": dbt}))
    ->  ... resources={"dbt": ResourceDefinition.hardcoded_resource(dbt)} ...
    finished(build_sensor_context(), dbt=dbt)              # a sensor or schedule puts it into its context
    ->  finished(build_sensor_context(), dbt=ResourceDefinition.hardcoded_resource(dbt))

Dagster takes a workspace for a resource that must be entered, for its credentials. Source: ``_is_cm_resource_cls`` in
``dagster._config.pythonic_config.resource``, ``dagster._core.execution.build_resources``, and ``merge_resources`` of the contexts of
sensors and schedules.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from legacy_shim.catalogue import BY_NAME

from ...analysis.dagster_api.decorators import decorators_of_dagster
from ...analysis.dagster_api.names import CONTEXT_BUILDERS
from ...analysis.inference.legacy_names import thing_kind
from ...analysis.inference.values import External, Keyed, Literal, Local, Made, Values, legacy_name
from ...analysis.syntax.source_module import FUNCTIONS, Module
from ...editing.edits import ReplaceExpression
from ...findings import Finding
from ...planning.claims import Claim, Context, Kind, Rewrite
from ...planning.parts import Uses
from ...planning.units import Unit

CONSTRUCT = Kind[None]("built_contexts")


_HARDCODED = "dagster.ResourceDefinition.hardcoded_resource"
_EVALUATED = frozenset(
    {
        "asset_sensor",
        "multi_asset_sensor",
        "run_failure_sensor",
        "run_status_sensor",
        "schedule",
        "sensor",
    }
)
"""The decorators of functions that Dagster evaluates with a context, which holds the resources that a call gives them."""


def claims(context: Context) -> Iterator[Claim[None]]:
    """One claim for each legacy resource in a context that is built, and not entered where it is."""
    builders = {External(name) for name in CONTEXT_BUILDERS}
    for module in context.index.tree.modules.values():
        for node in module.of(ast.Call) if "build_" in module.text else ():
            if not builders & context.index.values(module, node.func):
                continue
            if not isinstance(module.parent(node), ast.withitem):
                yield from _of_call(context, module, node)
    yield from _of_evaluated(context)


def _of_evaluated(context: Context) -> Iterator[Claim[None]]:
    """One claim for each legacy resource that a sensor or a schedule is called with."""
    index = context.index
    evaluated = {
        Local(module, function): function.name
        for module in index.tree.modules.values()
        for function in module.of(*FUNCTIONS)
        if function.decorator_list and _EVALUATED & decorators_of_dagster(index.evaluator, module, function)
    }
    for name in dict.fromkeys(evaluated.values()):
        for module, use in index.evaluator.tables.uses_under_any_name(name):
            call = module.parent(use)
            if (
                not isinstance(call, ast.Call)
                or call.func is not use
                or not evaluated.keys() & index.values(module, use)
            ):
                continue
            for given in (*call.args, *(word.value for word in call.keywords)):
                found = index.values(module, given)
                if _resources(found) or (_keys(found) and isinstance(given, ast.Name)):
                    yield from _in_place(context, module, given, found)


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
        if _resources(found):
            yield from _in_place(context, module, value, found)


def _in_place(context: Context, module: Module, node: ast.expr, found: Values) -> Iterator[Claim[None]]:
    """One claim for a resource that is not handed over as it is already."""
    made = context.constants.origins(module, node).places
    hardcoded = [place for home, place in made if _is_hardcoded(context, home, place)]
    if hardcoded and len(hardcoded) == len(made):
        return
    said = (
        "it may be hardcoded already, or not: call `ResourceDefinition.hardcoded_resource` here, or nowhere"
        if hardcoded
        else "it is built inside a context: assign it to a name first: `dbt_cloud = DbtCloudClientResource(...)`"
    )
    is_named = isinstance(node, (ast.Name, ast.Attribute)) and not hardcoded
    blocked = () if is_named else (Finding(module.place(node), "LDC302", said, _name(found)),)
    yield _claim(module, node, found, blocked)


def _is_hardcoded(context: Context, module: Module, node: ast.expr) -> bool:
    """Whether an expression makes a resource of Dagster's that is what it is given."""
    called = context.index.values(module, node.func) if isinstance(node, ast.Call) else ()
    return External(_HARDCODED) in called


def _resources(values: Values) -> frozenset[Made]:
    return frozenset(one for one in values if isinstance(one, Made) and thing_kind(one) == "resource")


def _keys(values: Values) -> frozenset[str]:
    return frozenset(one.key for one in values if isinstance(one, Keyed))


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
        keys=_keys(values),
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
