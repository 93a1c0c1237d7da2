"""Where part of a unit cannot migrate: the loads that can get a workspace of their own, beside the legacy resource."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from .claims import Claim, Context
from .edits import Import
from .modules import Module
from .namespace import Namespace
from .scopes import Imported
from .tree import Tree
from .values import InTree, Made


@dataclass(frozen=True, eq=False)
class Split:
    """The claims that migrate on a workspace of their own, and those that stay."""

    migrating: tuple[Claim, ...]
    staying: tuple[Claim, ...]
    names: Mapping[Made, str]
    """The name of the workspace that is added beside each resource."""


def split(claims: Sequence[Claim], context: Context, namespaces: Mapping[Module, Namespace]) -> Split | None:
    """Part a group of claims, of which some are blocked; None where nothing in it can migrate by itself."""
    homes = {
        claim.value: claim
        for claim in claims
        if isinstance(claim.value, Made) and claim.construct == "resource" and _can_stand_beside(claim)
    }
    loads = [claim for claim in claims if _is_free(claim, homes, context)]
    if not loads:
        return None
    used = {resource for claim in loads for resource in claim.resources}
    beside = [
        replace(homes[resource], construct="beside", blocked=(), covers=frozenset(), is_site=False)
        for resource in used
        if resource in homes
    ]
    names = {
        resource: namespaces[resource.module].fresh(f"{_target(homes[resource])}_workspace")
        for resource in used
    }
    staying = tuple(claim for claim in claims if claim not in loads)
    return Split((*loads, *beside), staying, names)


def _can_stand_beside(claim: Claim) -> bool:
    """Whether a resource is assigned to a name at module level, and its settings can be read."""
    return claim.detail is not None and bool(_target(claim))


def _target(claim: Claim) -> str:
    statement = claim.module.parent(claim.node)
    if not isinstance(statement, ast.Assign) or claim.module.parent(statement) is not claim.module.tree:
        return ""
    target = statement.targets[0]
    return target.id if len(statement.targets) == 1 and isinstance(target, ast.Name) else ""


def _is_free(claim: Claim, homes: Mapping[Made, Claim], context: Context) -> bool:
    if claim.construct != "assets" or claim.blocked or len(claim.resources) != 1:
        return False
    (resource,) = claim.resources
    argument = claim.detail.arguments["dbt_cloud"]
    return resource in homes and beside_text(context, claim.module, argument, resource, "x") is not None


def beside_text(
    context: Context, module: Module, argument: ast.expr, resource: Made, name: str
) -> tuple[str, Import | None] | None:
    """How to write the workspace ``name`` that stands beside ``resource``, where ``argument`` writes the resource.

    None where it cannot be reached from there.
    """
    tree: Tree = context.index.tree
    if isinstance(argument, ast.Attribute):
        owners = context.index.values(module, argument.value)
        if owners == {InTree(resource.module)}:
            return f"{module.source_of(argument.value)}.{name}", None
        return None
    if not isinstance(argument, ast.Name):
        return None
    bindings = tree.names(module).lookup(module, argument.id, argument)
    if module is resource.module:
        return (name, None) if tree.names(module).is_global(module, argument.id, argument) else None
    return _imported(tree, module, bindings, resource, name)


def _imported(
    tree: Tree, module: Module, bindings: Iterable[object], resource: Made, name: str
) -> tuple[str, Import | None] | None:
    for binding in bindings:
        if not isinstance(binding, Imported) or not binding.name:
            continue
        if tree.resolve(module, binding.module, binding.level) == resource.module.path:
            return name, Import("." * binding.level + binding.module, name)
    return None
