"""How the assets of a load get their workspace: from ``Definitions``, by its key, or straight from their module.

A function that takes the workspace as a parameter needs its key bound wherever its assets are placed. Where that is
so, or can be made so, it takes a parameter; elsewhere it uses the workspace of its own module, which works as well.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass

from ...analysis.inference.legacy_names import KEY_OF_LOADS
from ...analysis.inference.values import (
    External,
    Made,
)
from ...analysis.syntax.functions import names_read
from ...analysis.syntax.scopes import (
    Assigned,
    Imported,
)
from ...analysis.syntax.source_module import TRIES, Module
from ...analysis.uses.escapes import (
    Placement,
    resource_uses,
)
from ...analysis.uses.uses import Argument
from ...editing.edits import (
    AddArgument,
    AddEntry,
    Import,
)
from ...planning.claims import (
    Claim,
    Context,
    Rewrite,
)
from ...planning.units import Unit
from .asset_text import has_postponed_annotations
from .bound_in_definitions import given_as_resources, look_for
from .read import Load


@dataclass(frozen=True, eq=False)
class Addition:
    """A ``Definitions(...)`` that lacks the workspace, and how to write the workspace there."""

    module: Module
    call: ast.Call
    display: ast.Dict | None
    """The dict given as ``resources``, if there is one."""
    workspace: str
    imported: Import | None


@dataclass(frozen=True, eq=False)
class HowBound:
    """``parameter`` is the resource key to take the workspace from; empty where the module's own is used."""

    parameter: str
    additions: tuple[Addition, ...] = ()


_OWN = HowBound("")


def binding_of(
    claim: Claim[Load], placements: tuple[Placement, ...], unit: Unit, context: Context
) -> HowBound:
    """Decide how the assets of a load get their workspace."""
    if not placements or unit.beside or unit.is_apart(claim) or has_postponed_annotations(claim.module):
        return _OWN
    if claim.value is not None and context.index.are_collected(claim.value, claim.module):
        return _OWN  # Nobody knows of all the places, and where the key lacks nothing loads.
    keys = {key for other in unit.claims for key in other.keys if other.resources & claim.resources}
    key = next(iter(keys)) if len(keys) == 1 else KEY_OF_LOADS
    if not key.isidentifier() or key == "context" or _is_read(key, claim):
        return _OWN
    additions: list[Addition] = []
    calls: set[ast.Call] = set()
    for place in placements:
        call, at = place.call, place.role.module
        if call is None and isinstance(place.role, Argument):
            continue  # A selection: it places nothing.
        if call is None or External("dagster.Definitions") not in context.index.values(at, call.func):
            return _OWN
        if call in calls:
            continue
        calls.add(call)
        found = look_for(context, at, call, key, claim.resources)
        if found == "bound":
            continue
        addition = _addition(context, claim, place, unit) if found == "free" else None
        if addition is None:
            return _OWN
        additions.append(addition)
    above = claim.module.parent(claim.module.statement_of(claim.node))
    if additions and isinstance(above, (ast.If, *TRIES, ast.Match)):
        return _OWN  # Where the branch is not taken, the key would be bound all the same.
    if additions and context.index.merges and len(context.index.resources) > 1:
        return _OWN  # Another resource may stand under the key in what is merged with this.
    return HowBound(key, tuple(additions))


def _is_read(key: str, claim: Claim[Load]) -> bool:
    """Whether a parameter of that name would hide what the partition's variables are made with."""
    function = claim.detail.arguments.get("partition_key_to_vars_fn")
    return function is not None and key in names_read(function)


def bind(binding: HowBound, context: Context, done: Rewrite) -> None:
    """Add the workspace to each ``Definitions`` that lacks it."""
    for addition in binding.additions:
        entry = context.style(addition.module).string(binding.parameter)
        if addition.display is not None:
            done.edit(
                addition.module, AddEntry(addition.module.span(addition.display), entry, addition.workspace)
            )
        else:
            text = f"{{{entry}: {addition.workspace}}}"
            done.edit(addition.module, AddArgument(addition.module.span(addition.call), "resources", text))
        if addition.imported is not None:
            done.need(addition.module, addition.imported)


def _addition(context: Context, claim: Claim[Load], place: Placement, unit: Unit) -> Addition | None:
    """How to bind the workspace in a ``Definitions(...)``; None where it cannot be, or where another would clash."""
    call, at, argument = place.call, place.role.module, claim.detail.resource
    assert call is not None
    if at.path in context.outside:
        return None
    given = given_as_resources(call)
    display = given if isinstance(given, ast.Dict) else None
    if not isinstance(argument, ast.Name) or claim.module.scope_of(claim.node) is not claim.module.tree:
        return None
    if given is not None and display is None:
        return None
    if len(context.placed[call]) > 1 or _is_bound_to_assets(context, claim):
        return None
    names = context.index.tree.names(claim.module)
    if not names.is_global(claim.module, argument.id, argument):
        return None
    if not _is_unconditional(context, claim.module, argument.id):
        return None
    if at is claim.module:
        is_there = _names_it(context, at, argument.id, call, claim.resources)
        return Addition(at, call, display, argument.id, None) if is_there else None
    for name in context.index.tree.names(at).tables.get(at.tree, {}):
        if _names_it(context, at, name, call, claim.resources) and _is_unconditional(context, at, name):
            return Addition(at, call, display, name, None)
    imported = import_beside(context, at, place.role.node, claim.module, argument.id, unit)
    return Addition(at, call, display, argument.id, imported) if imported is not None else None


def _names_it(context: Context, module: Module, name: str, at: ast.Call, resources: frozenset[Made]) -> bool:
    """Whether a module-level name holds one of the resources where a call stands."""
    bindings = context.index.tree.names(module).lookup(module, name, at)
    values = [context.index.evaluator.binding_values(module, binding) for binding in bindings]
    return bool(values) and all(found & resources for found in values)


def _is_bound_to_assets(context: Context, claim: Claim) -> bool:
    """Whether ``with_resources`` binds the resource to other assets: ``Definitions`` would bind it to them again."""
    return any(
        binding.call is not None
        and External("dagster.with_resources") in context.index.values(binding.role.module, binding.call.func)
        for resource in claim.resources
        for binding in resource_uses(context.index, resource).bindings
    )


def _is_unconditional(context: Context, module: Module, name: str) -> bool:
    """Whether a name is bound by a statement of the module itself, and not in a branch that may not run."""
    bindings = context.index.tree.names(module).tables.get(module.tree, {}).get(name, [])
    for binding in bindings:
        node = (
            binding.value
            if isinstance(binding, Assigned)
            else binding.node
            if isinstance(binding, Imported)
            else None
        )
        if node is not None and module.parent(module.statement_of(node)) is module.tree:
            return True
    return False


def import_beside(
    context: Context, at: Module, node: ast.expr, home: Module, name: str, unit: Unit
) -> Import | None:
    """Import what stands in a module where assets are imported from it; None where `at` does not import them there.

    ``node`` is what holds the assets, as they are placed. What the module imports itself comes from where it has it.
    """
    found = imports_from(context, at, node, home)
    if name in unit.namespace(at).taken or not found:
        return None
    return _import_of_its_own(context, at, home, name) or Import(found, name)


def imports_from(context: Context, at: Module, node: ast.expr, home: Module) -> str:
    """How `at` writes the module `home`, from which it imports a name that stands in `node`; empty where it does not."""
    names = context.index.tree.names(at)
    placed = [inner for inner in ast.walk(node) if isinstance(inner, ast.Name)]
    bindings = [binding for inner in placed for binding in names.lookup(at, inner.id, inner)]
    for binding in bindings:
        # In a function or a branch, an import may be there to run late, or not at all: none at the top follows it.
        if not isinstance(binding, Imported) or not binding.name or at.parent(binding.node) is not at.tree:
            continue
        if context.index.tree.resolve(at, binding.module, binding.level) == home.path:
            return "." * binding.level + binding.module
    return ""


def _import_of_its_own(context: Context, at: Module, home: Module, name: str) -> Import | None:
    """The import by which a module has a name, where another file can write it alike."""
    tree = context.index.tree
    bindings = tree.names(home).tables.get(home.tree, {}).get(name, [])
    if len(bindings) != 1 or not isinstance(bindings[0], Imported) or bindings[0].name != name:
        return None
    found = bindings[0]
    source = tree.resolve(home, found.module, found.level)
    if source is None or tree.resolve(at, found.module, found.level) != source:
        return None
    return Import("." * found.level + found.module, name)
