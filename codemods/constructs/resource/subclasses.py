"""A class that derives from ``DbtCloudClientResource`` derives from ``DbtCloudWorkspace``.

    class Nightly(DbtCloudClientResource):          ->  class Nightly(DbtCloudWorkspace):
        def run(self): self.get_dbt_client()...             def run(self): self.get_client()...

Both are Dagster's ``ConfigurableResource``: fields and methods of the user's stay.
Source: ``dagster_dbt.cloud.resources`` and ``dagster_dbt.cloud_v2.resources``.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from legacy_shim.catalogue import BY_NAME

from ...analysis.inference.legacy_names import GETTER, thing_kind
from ...analysis.inference.values import (
    External,
    Local,
    Made,
)
from ...analysis.syntax.classes import fields_of
from ...analysis.syntax.source_module import Module
from ...analysis.uses.index import Reference
from ...analysis.uses.uses import Annotation, Base, enclosing_annotation, use_of
from ...editing.edits import ReplaceExpression, ReplaceStatement
from ...findings import Finding
from ...planning.claims import (
    Claim,
    Context,
    Kind,
    Rewrite,
)
from ...planning.parts import Uses
from ...planning.units import Unit
from ...planning.v2 import CLOUD_V2
from ..clients.methods import METHODS, OF_A_WORKSPACE
from .class_defaults import defaults_of, goes_along, read_somewhere
from .settings import KNOWN

CONSTRUCT = Kind[None]("subclasses")

NAME = "DbtCloudClientResource"
_OURS = frozenset(METHODS) | {GETTER, "get_object_to_set_on_execution_context", "create_resource"}


def claims(context: Context) -> Iterator[Claim[None]]:
    """One claim for each class that names the legacy resource as a base."""
    for reference in context.index.references:
        for link in reference.chain:
            if External(f"legacy.{NAME}") in context.index.values(reference.module, link):
                owner = reference.module.parent(link)
                if isinstance(use_of(reference.module, link), Base) and isinstance(owner, ast.ClassDef):
                    yield _claim(context, reference, link, owner)
                break


def _claim(context: Context, reference: Reference, link: ast.expr, owner: ast.ClassDef) -> Claim[None]:
    module = reference.module
    objects = context.index.evaluator.objects
    heirs = objects.heirs(Local(module, owner))
    resources = frozenset(
        value
        for heir in heirs
        for value in objects.made_by(heir)
        if isinstance(value, Made) and thing_kind(value) == "resource"
    )
    by_variables = _made_by_variables(context, heirs) - resources
    problem = next(filter(None, (_problem(context, heir) for heir in heirs)), "")
    if not problem and (by_variables or not resources):
        problem = _not_built(context, module, owner)
    return Claim(
        construct=CONSTRUCT,
        detail=None,
        part=Uses(),
        module=module,
        node=link,
        name=NAME,
        code=BY_NAME[NAME].code,
        resources=resources | by_variables,
        blocked=(Finding(module.place(link), "LDC302", problem, NAME),) if problem else (),
        covers=frozenset({reference.chain[0]}),
    )


def _made_by_variables(context: Context, heirs: list[Local]) -> frozenset[Made]:
    """What calls make that do not name the class: ``KINDS["prod"](auth_token=...)``. They stay with it."""
    calls = context.index.evaluator.objects.calls
    return frozenset(
        value
        for heir in heirs
        if isinstance(heir.node, ast.ClassDef)
        for caller, call in calls.making_by_variables(heir.node)
        for value in context.index.values(caller, call)
        if isinstance(value, Made) and thing_kind(value) == "resource"
    )


def _not_built(context: Context, module: Module, owner: ast.ClassDef) -> str:
    """Why nothing is known to build a class: it is handed on and built elsewhere, or no file in reach builds it."""
    build = f"`{owner.name}(auth_token=..., account_id=...)`"
    for home in context.index.tree.modules.values():
        for node in home.of(ast.Name, ast.Attribute):
            if Local(module, owner) not in context.index.values(home, node) or not isinstance(
                node.ctx, ast.Load
            ):
                continue
            if not isinstance(use_of(home, node), (Base, Annotation)) and not enclosing_annotation(
                home, node
            ):
                at = f"{home.path.name}:{node.lineno}"
                return f"`{owner.name}` is passed on as a class ({at}), and built where its name is not written: call it by its name, {build}"
    return f"no call in these files builds `{owner.name}`: migrate the file that does in the same run, or build it by its name, {build}"


def _problem(context: Context, heir: Local) -> str:
    module, owner = heir.module, heir.node
    assert isinstance(owner, ast.ClassDef)
    fields = fields_of(owner)
    given = frozenset(defaults_of(context, heir, frozenset(KNOWN)))
    moved = frozenset(name for name in given if not goes_along(name))
    overridden = sorted((fields & (_OURS | KNOWN)) - given) or list(read_somewhere(context, moved))
    if overridden:
        return f"`{owner.name}` overrides `{overridden[0]}` of the legacy resource: pass that value where the resource is built"
    clashing = sorted(fields & OF_A_WORKSPACE)
    if clashing:
        return f"`{owner.name}` defines `{clashing[0]}`, which a workspace has too: rename it"
    for node in ast.walk(owner):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "super":
            above = module.parent(node)
            if isinstance(above, ast.Attribute) and above.attr in _OURS:
                return f"`{owner.name}` calls `super().{above.attr}`, which a workspace does not have: call `self.get_dbt_client()` instead"
    return ""


def rewrite(claim: Claim[None], unit: Unit, context: Context) -> Rewrite:
    """Put the workspace where the legacy resource is named as a base."""
    done = Rewrite()
    assert isinstance(claim.node, ast.expr)
    owner = claim.module.parent(claim.node)
    assert isinstance(owner, ast.ClassDef)
    for heir in context.index.evaluator.objects.heirs(Local(claim.module, owner)):
        _drop_defaults(context, heir, done)
    use = unit.using(done, claim.module)
    done.edit(
        claim.module, ReplaceExpression(claim.module.span(claim.node), use(CLOUD_V2, "DbtCloudWorkspace"))
    )
    return done


def _drop_defaults(context: Context, heir: Local, done: Rewrite) -> None:
    """Take the defaults out of a class that its objects are given where they are built."""
    assert isinstance(heir.node, ast.ClassDef)
    found = defaults_of(context, heir, frozenset(KNOWN))
    gone = [node for name, node in found.items() if not goes_along(name)]
    for place, node in enumerate(gone):
        is_last_left = place == 0 and len(gone) == len(heir.node.body)
        done.edit(heir.module, ReplaceStatement(heir.module.span(node), "pass\n" if is_last_left else ""))
