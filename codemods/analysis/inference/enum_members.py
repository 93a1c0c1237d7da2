"""What the members of an ``Enum`` say: ``Jobs.DAILY.value``, ``Jobs["DAILY"].value``, and ``each.value`` of a loop over it."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from ..syntax.scopes import Assigned, Iterated
from ..syntax.source_module import Module
from .branches import Branches
from .possible import Possible, union
from .texts import text_of
from .values import Local

if TYPE_CHECKING:
    from .interpreter import Evaluator


def places_of_member(
    evaluator: Evaluator, module: Module, node: ast.expr, branches: Branches
) -> Possible | None:
    """What ``Jobs.DAILY.value`` and ``Jobs["DAILY"].value`` come from, where ``Jobs`` is an ``Enum``."""
    if isinstance(node, ast.Name):
        members = _places_of_members(evaluator, module, node, branches)
        return members or _places_of_chosen(evaluator, module, node, branches)
    if isinstance(node, ast.Attribute):
        name = node.attr
    elif isinstance(node, ast.Subscript):
        key = branches.key(module, node.slice)
        name = key if isinstance(key, str) else text_of(evaluator.tree, module, node.slice)
    else:
        return _places_of_chosen(evaluator, module, node, branches)
    owners = [*evaluator.values(module, node.value), *evaluator.attributes.unread_classes(module, node.value)]
    found = (
        evaluator.fields.places_of_field(owner, name, branches)
        for owner in owners
        if name and isinstance(owner, Local) and evaluator.objects.is_enum(owner)
    )
    return union(one for one in found if one is not None)


def _places_of_chosen(
    evaluator: Evaluator, module: Module, node: ast.expr, branches: Branches
) -> Possible | None:
    """What ``(Jobs.PROD if is_prod else Jobs.STAGING).value`` comes from, and that of a name for it."""
    chosen = evaluator.places(module, node, branches)
    if not chosen.is_all or any(place is node for _, place in chosen.places):
        return None
    found = [places_of_member(evaluator, home, place, branches) for home, place in chosen.places]
    return None if None in found else union(one for one in found if one is not None)


def _places_of_members(
    evaluator: Evaluator, module: Module, node: ast.Name, branches: Branches
) -> Possible | None:
    """What ``each.value`` comes from, where ``each`` goes through an ``Enum``; None where it goes through else."""
    found: list[Possible | None] = []
    for binding in evaluator.tree.names(module).lookup(module, node.id, node):
        if not isinstance(binding, Iterated) or binding.path:
            return None
        owners = {
            value
            for value in (
                *evaluator.values(module, binding.value),
                *evaluator.attributes.unread_classes(module, binding.value),
            )
            if isinstance(value, Local) and evaluator.objects.is_enum(value)
        }
        if len(owners) != 1:
            return None
        owner = owners.pop()
        found += [
            evaluator.fields.places_of_field(owner, name, branches) for name in _members(evaluator, owner)
        ]
    known = [one for one in found if one is not None]
    return union(known) if len(known) == len(found) else None


def _members(evaluator: Evaluator, owner: Local) -> list[str]:
    """The names that the body of an ``Enum`` gives values to."""
    bound = evaluator.tree.names(owner.module).tables.get(owner.node, {})
    return [
        name
        for name, bindings in bound.items()
        if not name.startswith("_") and any(isinstance(one, Assigned) for one in bindings)
    ]
