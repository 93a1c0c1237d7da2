"""The legacy resource, in each way to build it, becomes a ``DbtCloudWorkspace`` under its old name and key.

    dbt_cloud_resource.configured({"auth_token": {"env": "TOKEN"}, "account_id": 12345})
    dbt_cloud_resource(api_token=..., account_id=...)
    DbtCloudClientResource(auth_token=..., account_id=...)

Source: ``dagster_dbt.cloud_v2.resources``. ``DbtCloudCredentials`` is a NamedTuple, so an ``EnvVar`` or
``{"env": ...}`` in it is never resolved: it becomes a read of the environment.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from legacy_shim.catalogue import BY_NAME

from ...analysis.inference.legacy_names import CONFIGURED, thing_kind
from ...analysis.inference.values import (
    LEGACY,
    External,
    Made,
    legacy_name,
)
from ...analysis.syntax.source_module import (
    FUNCTIONS,
    Module,
)
from ...analysis.uses import escapes as sinks
from ...analysis.uses.index import Reference
from ...analysis.uses.keys import keys_of
from ...analysis.uses.uses import Argument, Entry, use_of
from ...editing import render
from ...editing.edits import (
    DropArgument,
    InsertBefore,
    ReplaceExpression,
    ReplaceStatement,
)
from ...findings import Finding
from ...planning.claims import (
    Claim,
    Context,
    Kind,
    Rewrite,
    covered,
)
from ...planning.parts import Adds, Builds
from ...planning.units import Unit
from .beside import add_beside
from .definitions_only import taken_as_definitions
from .launch_config import kept_for_launch, takes_run_config
from .run_config import settings_from_run_config
from .settings import (
    is_legacy_resource,
    settings_of,
)
from .unread_config import unread_run_config
from .workspace_text import decorated_by, workspace_text

CONSTRUCT = Kind[None]("resource_built")


def claims(context: Context) -> Iterator[Claim[None]]:
    """One claim for each place where a resource is built, or bound without being configured."""
    yield from kept_for_launch(context, list(_claims(context)))


def _claims(context: Context) -> Iterator[Claim[None]]:
    index = context.index
    seen: set[Made] = set()
    for reference in index.references:
        for link in reference.chain:
            for value in _built_at(context, reference, link):
                if value not in seen:
                    seen.add(value)
                    yield _claim(context, value)
            for key in _bound_bare(context, reference.module, link):
                yield _bare_claim(context, reference, link, key)


def _built_at(context: Context, reference: Reference, link: ast.expr) -> Iterator[Made]:
    module = reference.module
    for value in context.index.values(module, link):
        if isinstance(value, Made) and thing_kind(value) == "resource" and value.call in reference.chain:
            yield value
        if is_legacy_resource(value):
            yield from _built_around(context, module, link)


def _built_around(context: Context, module: Module, link: ast.expr) -> Iterator[Made]:
    """``configured(dbt_cloud_resource)``, called or as a decorator."""
    use = use_of(module, link)
    call = use.call if isinstance(use, Argument) and use.position == 0 else None
    if call is not None and External("dagster.configured") in context.index.values(module, call.func):
        outer = module.parent(call)
        if isinstance(outer, ast.Call) and outer.func is call:
            yield Made(module, outer, CONFIGURED)
        elif isinstance(outer, FUNCTIONS):
            yield Made(module, call, CONFIGURED)


def _claim(context: Context, value: Made) -> Claim[None]:
    module, name = value.module, legacy_name(value)
    uses = sinks.resource_uses(context.index, value)
    problem, settings = settings_of(context, value)
    blocked = [sinks.lost_trail(use, "the resource", name) for use in uses.escapes]
    blocked += [sinks.unreadable_key(use, name) for use in uses.unreadable]
    blocked += taken_as_definitions(context, uses.bindings, name)
    if not problem and isinstance(module.scope_of(value.call), ast.ClassDef):
        problem = "it is an attribute of a class, where a workspace would be a descriptor: move it to the top level of the module"
    if problem:
        blocked.append(Finding(module.place(value.call), "LDC302", problem, name))
    function = decorated_by(module, value.call)
    return Claim(
        construct=CONSTRUCT,
        part=Builds(settings),
        module=module,
        node=value.call,
        name=name,
        code=BY_NAME[name].code,
        value=value,
        resources=frozenset({value}),
        keys=frozenset(binding.key for binding in uses.bindings if binding.key),
        blocked=tuple(blocked),
        covers=covered([function or value.call]),
        detail=None,
    )


def _bound_bare(context: Context, module: Module, link: ast.expr) -> Iterator[str]:
    """The key to which the legacy resource itself is bound: its configuration comes with each run."""
    if any(is_legacy_resource(value) for value in context.index.values(module, link)):
        use = use_of(module, link)
        if isinstance(use, Entry) and use.name != "**" and use.container is not None:
            keys = keys_of(context.index.evaluator, use)
            yield from keys if len(keys) == 1 else ()


def _bare_claim(context: Context, reference: Reference, link: ast.expr, key: str) -> Claim[None]:
    module, name = reference.module, "dbt_cloud_resource"
    problem, settings = settings_from_run_config(context, module, link, key)
    value = Made(module, link, f"{LEGACY}{name}")
    return Claim(
        construct=CONSTRUCT,
        part=Builds(settings),
        module=module,
        node=link,
        name=name,
        code=BY_NAME[name].code,
        value=value,
        resources=frozenset({value}),
        keys=frozenset({key}),
        blocked=(Finding(module.place(link), "LDC302", problem, name),) if problem else (),
        covers=frozenset({reference.chain[0]}),
        detail=None,
    )


def rewrite(claim: Claim[None], unit: Unit, context: Context) -> Rewrite:
    """Put a workspace where the resource is built, or add one beside it."""
    if isinstance(claim.part, Adds):
        return add_beside(claim, unit, context)
    done = Rewrite()
    settings = claim.settings
    assert settings is not None
    module = claim.module
    assert isinstance(claim.value, Made) and isinstance(claim.node, ast.expr)
    text = workspace_text(claim, unit, context, done)
    inline = unit.inline.get(claim.value)
    function = decorated_by(module, claim.node)
    if inline is not None:
        statement = module.span(module.statement_of(claim.node))
        done.edit(module, InsertBefore(statement, f"{inline} = {text}\n", rank=0))
    elif function is not None:
        done.edit(module, ReplaceStatement(module.span(function), f"{function.name} = {text}\n"))
    else:
        done.edit(
            module, ReplaceExpression(module.span(claim.node), render.in_place(module, claim.node, text))
        )
    for gone in settings.dropped:
        done.edit(gone.module, DropArgument(gone.module.span(gone.call), gone.place))
    for home, edit in settings.leftovers:
        done.edit(home, edit)
    if settings.leftovers:
        said = "the configuration of the resource is now fixed where it is built, and Dagster refuses configuration for it at launch"
        done.report(module, claim.node, "LDC219", said, claim.name)
    if takes_run_config(context, claim):
        _tell_of_unread_config(claim, context, done)
    return done


def _tell_of_unread_config(claim: Claim, context: Context, done: Rewrite) -> None:
    """Report run configuration that may give the resource settings, which nobody reads off the code."""
    for module, node in unread_run_config(context):
        for key in sorted(claim.keys):
            said = (
                f"this run configuration cannot be determined: the workspace refuses settings in it for `{key}`, "
                "which the legacy resource accepted"
            )
            done.report(module, node, "LDC219", said, claim.name)
