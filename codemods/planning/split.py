"""Where a group does not migrate on one workspace: the loads that get one of their own, beside the resource.

Either because other uses of the resource cannot become v2, or because its jobs are in several environments.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from ..analysis.inference.values import (
    InTree,
    Made,
)
from ..analysis.project.source_tree import Tree
from ..analysis.syntax.scopes import Imported
from ..analysis.syntax.source_module import Module
from ..editing.edits import Import
from ..editing.namespace import Namespace, planned_name
from ..facts.jobs import Job
from .claims import Claim, Context
from .environments import is_of_own_class
from .parts import Adds, Builds, Loads
from .units import Environment


@dataclass(frozen=True, eq=False)
class Portion:
    """Claims that are decided together."""

    claims: tuple[Claim, ...]
    names: Mapping[Made, str] = field(default_factory=dict)
    """The name of the workspace that is added beside each resource; empty where the resource itself becomes one."""


def split(claims: Sequence[Claim], context: Context, namespaces: Mapping[Module, Namespace]) -> list[Portion]:
    """Part a group of claims: those that belong to the resource itself, and loads with a workspace of their own."""
    homes = {
        claim.value: claim
        for claim in claims
        if isinstance(claim.value, Made)
        and isinstance(claim.part, Builds)
        and _can_stand_beside(claim, context)
        and claim.module.path not in context.outside
    }
    free = [claim for claim in claims if _is_free(claim, homes, context)]
    if _is_asked_to_stay(claims):
        free = []
    elif not any(claim.blocked for claim in claims):
        free = _of_further_environments(claims, free, context)
    by_environment = _by_environment(free, context)
    # Several workspaces beside one resource are distinguished by their environments.
    is_alone = not any(claim.blocked for claim in claims) or len(by_environment) > 1
    parts = [
        _beside(loads, environment, homes, namespaces, is_alone=is_alone)
        for environment, loads in by_environment.items()
    ]
    staying = tuple(claim for claim in claims if claim not in free)
    return [*parts, Portion(staying)]


def _is_asked_to_stay(claims: Iterable[Claim]) -> bool:
    return any(
        finding.code == "LDC301"
        for claim in claims
        if isinstance(claim.part, Builds)
        for finding in claim.blocked
    )


def _of_further_environments(claims: Sequence[Claim], free: list[Claim], context: Context) -> list[Claim]:
    """The loads whose jobs are in another environment than those of the first load on their resource."""
    first: dict[Made, Environment] = {}
    found: list[Claim] = []
    for claim in claims:
        environment = _environment_of(claim, context) if isinstance(claim.part, Loads) else None
        if environment is None or len(claim.resources) != 1:
            continue
        (resource,) = claim.resources
        if first.setdefault(resource, environment) != environment and claim in free:
            found.append(claim)
    return found


def _jobs_of(claim: Claim, context: Context) -> list[Job]:
    jobs = (context.facts.job(job_id) for ref in claim.jobs for job_id in ref.job_ids)
    return [job for job in jobs if job is not None]


def _environment_of(claim: Claim, context: Context) -> Environment | None:
    """The one environment of the jobs of a load; None where it is not known, or where there are several."""
    told = {Environment.of(job) for job in _jobs_of(claim, context)}
    return told.pop() if len(told) == 1 else None


def _by_environment(loads: Iterable[Claim], context: Context) -> dict[Environment | None, list[Claim]]:
    found: dict[Environment | None, list[Claim]] = {}
    for claim in loads:
        found.setdefault(_environment_of(claim, context), []).append(claim)
    return found


def _beside(
    loads: Sequence[Claim],
    environment: Environment | None,
    homes: Mapping[Made, Claim],
    namespaces: Mapping[Module, Namespace],
    *,
    is_alone: bool,
) -> Portion:
    """Loads with a workspace beside each of their resources."""
    used = dict.fromkeys(resource for claim in loads for resource in claim.resources)
    beside = [
        replace(homes[resource], part=Adds(settings), blocked=(), covers=frozenset(), is_site=False)
        for resource in used
        if (settings := homes[resource].settings) is not None
    ]
    suffix = f"environment_{environment.environment_id}" if environment and is_alone else "workspace"
    names: dict[Made, str] = {}
    for resource in used:
        # Two resources may have one name, in one file or where a file imports both.
        modules = {claim.module for claim in loads if resource in claim.resources} | {resource.module}
        wanted = f"{_target(homes[resource])}_{suffix}"
        names[resource] = planned_name(wanted, (namespaces[module] for module in modules))
    return Portion((*loads, *beside), names)


def _can_stand_beside(claim: Claim, context: Context) -> bool:
    """Whether a resource is assigned to a name at module level, and its settings can be read.

    Where the user's own class stays on the facade, no workspace can be built with it.
    """
    return claim.settings is not None and bool(_target(claim)) and not is_of_own_class(claim, context)


def _target(claim: Claim) -> str:
    """The name that a resource is assigned to at module level, and to nothing else."""
    statement = claim.module.parent(claim.node)
    if statement is None or claim.module.parent(statement) is not claim.module.tree:
        return ""
    match statement:
        case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
            return name
    return ""


def _is_free(claim: Claim, homes: Mapping[Made, Claim], context: Context) -> bool:
    if not isinstance(claim.part, Loads) or claim.blocked or len(claim.resources) != 1:
        return False
    (resource,) = claim.resources
    argument = claim.part.resource
    if resource not in homes or argument is None:
        return False
    return beside_text(context, claim.module, argument, resource, "x") is not None


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
