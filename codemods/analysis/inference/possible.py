"""The answer of the interpreter: what an expression may be, where that was made, and whether there can be others."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from dataclasses import dataclass, replace

from ..syntax.source_module import Module
from .values import NOTHING, Instance, Literal, Local, Values

Place = tuple[Module, ast.expr]
Holder = Literal | Local | Instance | tuple[Module, str]
"""What a value was read from: a container, a class, an object, a function, a name of a module."""


@dataclass(frozen=True)
class Possible:
    """What an expression may be.

    Not known is ``is_all=False``. Without places, and with ``is_all``, nothing was found *so far*: so begins what
    depends on itself, and nothing ends so.
    """

    values: Values = NOTHING
    """What of it matters to the migration: something legacy, a container, a function or class of the tree, and so on."""
    places: tuple[Place, ...] = ()
    """The expressions that make the values: calls and literals, mostly."""
    is_all: bool = True
    """Whether it can come from nowhere else."""
    is_default: bool = False
    """Whether something else may be set where the code runs, as in a class of settings that reads the environment."""
    held_by: frozenset[Holder] = frozenset()
    """What it was read from: whoever changes that changes the value."""

    def __or__(self, other: Possible) -> Possible:
        return Possible(
            self.values | other.values,
            tuple(dict.fromkeys([*self.places, *other.places])),
            self.is_all and other.is_all,
            self.is_default or other.is_default,
            self.held_by | other.held_by,
        )

    @property
    def is_undecided(self) -> bool:
        """Whether all that it comes from is being worked out at present."""
        return self.is_all and not self.places

    def read_from(self, holders: Iterable[Holder]) -> Possible:
        """The same, read from what holds it. What is undecided stays so, or circles would not settle for long."""
        return self if self.is_undecided else replace(self, held_by=self.held_by.union(holders))

    def read_in(self, holder: Possible, more: Iterable[Holder] = ()) -> Possible:
        """The same, read from what an expression holds: who changes that, or sets another there, changes the value."""
        found = self.read_from([*more, *holder.held_by])
        return replace(found, is_default=found.is_default or holder.is_default)


SO_FAR_NOTHING = Possible()
NOT_KNOWN = Possible(is_all=False)


def made_at(module: Module, node: ast.expr) -> Possible:
    """What comes from no other expression."""
    return Possible(places=((module, node),))


def union(found: Iterable[Possible]) -> Possible | None:
    """What may be one of several; None where there are none."""
    several = list(found)
    if len(several) < 2:
        return several[0] if several else None
    # All at once: with one after the other, what was gathered would be copied for each.
    return Possible(
        frozenset().union(*(one.values for one in several)),
        tuple(dict.fromkeys(place for one in several for place in one.places)),
        all(one.is_all for one in several),
        any(one.is_default for one in several),
        frozenset().union(*(one.held_by for one in several)),
    )
