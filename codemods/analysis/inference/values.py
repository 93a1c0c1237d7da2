"""What an expression may be, as far as the tool follows it."""

from __future__ import annotations

import ast
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TypeVar

from ..dagster_api.names import NAMESPACES
from ..project.source_tree import Tree
from ..syntax.scopes import Binding
from ..syntax.source_module import Module

if TYPE_CHECKING:
    from .tables import Tables

A = TypeVar("A")


@dataclass(frozen=True)
class External:
    """Something imported from outside the tree, by its dotted name: ``dagster.Definitions``.

    Legacy names have one spelling, ``legacy.<name>``, whatever module they were imported from.
    """

    name: str


@dataclass(frozen=True)
class InTree:
    """A module of the tree."""

    module: Module


@dataclass(frozen=True)
class Made:
    """What a call makes: ``of`` is the dotted name of the callee.

    For a legacy resource that is bound without being called, ``call`` is the name of it.
    """

    module: Module
    call: ast.expr
    of: str


@dataclass(frozen=True)
class Local:
    """A function or class of the tree."""

    module: Module
    node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


@dataclass(frozen=True)
class Literal:
    """A dict, list, tuple or set display, or the list that a load becomes where it is used as a sequence."""

    module: Module
    node: ast.expr


@dataclass(frozen=True)
class Instance:
    """An object of a class of the tree that derives from nothing legacy, whichever of them."""

    owner: Local


@dataclass(frozen=True)
class Keyed:
    """What Dagster hands to the code under a resource key: ``context.resources.<key>``, or a parameter."""

    module: Module
    node: ast.AST
    key: str


@dataclass(frozen=True)
class Member:
    """An attribute of a value that is followed: a method of a client, for example."""

    of: Value
    attribute: str

    def __hash__(self) -> int:
        return self._hash

    @cached_property
    def _hash(self) -> int:
        # Kept: that of what it was reached from takes as long as there are steps to it, and each look-up asks.
        return hash((self.of, self.attribute))

    @cached_property
    def root(self) -> Value:
        """What it was reached from."""
        return root(self.of)

    @cached_property
    def depth(self) -> int:
        """How many attributes and calls lead to it."""
        return depth_of(self.of) + 1


@dataclass(frozen=True)
class Result:
    """What calling a member returns: a client, a run, an output."""

    module: Module
    call: ast.Call
    member: Member

    def __hash__(self) -> int:
        return self._hash

    @cached_property
    def _hash(self) -> int:
        return hash((self.module, self.call, self.member))


Value = External | InTree | Made | Local | Literal | Instance | Keyed | Member | Result
Values = frozenset[Value]
NOTHING: Values = frozenset()

LEGACY = "legacy."


def root(value: Value) -> Value:
    """What a member or result was reached from."""
    if isinstance(value, Result):
        value = value.member
    return value.root if isinstance(value, Member) else value


def depth_of(value: Value) -> int:
    """How many attributes and calls lead to a value from what it was reached from."""
    if isinstance(value, Result):
        value = value.member
    return value.depth if isinstance(value, Member) else 0


def legacy_name(value: Value) -> str:
    """The legacy name that a value is, or was made with; empty where it has nothing to do with one."""
    base = root(value)
    dotted = base.name if isinstance(base, External) else base.of if isinstance(base, Made) else ""
    return dotted[len(LEGACY) :].split(".")[0] if dotted.startswith(LEGACY) else ""


def in_order(values: Iterable[Value]) -> list[Value]:
    """Some values by name and by where they were made: a set has no order, and what is said of the first must not vary."""
    found = list(values)
    return found if len(found) < 2 else sorted(found, key=_kept_position)


def _kept_position(value: Value) -> tuple[str, ...]:
    # Kept with the value, as its hash is: each question puts what it reads in order.
    found: tuple[str, ...] | None = value.__dict__.get("_position")
    if found is None:
        found = value.__dict__["_position"] = _position(value)
    return found


def _position(value: Value) -> tuple[str, ...]:
    base = root(value)
    owner = base.owner if isinstance(base, Instance) else base
    module, node = getattr(owner, "module", None), getattr(owner, "call", getattr(owner, "node", None))
    called = getattr(value, "call", None)
    places = ((getattr(one, "lineno", 0), getattr(one, "col_offset", 0)) for one in (node, called))
    numbers = (f"{number:08}" for place in places for number in place)
    return (legacy_name(value), type(value).__name__, str(module.path) if module else "", *numbers)


def is_load(value: Value) -> bool:
    """Whether a value is what ``load_assets_from_dbt_cloud_job`` loads."""
    return isinstance(value, Made) and value.of == f"{LEGACY}load_assets_from_dbt_cloud_job"


_LISTING = "dagster.load_assets_from_"
_COLLECTORS = (_LISTING, "dagster.load_definitions_from_", "dagster.load_from_defs_folder")


def kept_in_namespace(value: Value) -> dict[str, ast.expr] | None:
    """What an object has as attributes that was made of what it was given by name; None for any other value."""
    if not isinstance(value, Made) or value.of not in NAMESPACES or not isinstance(value.call, ast.Call):
        return None
    return {word.arg: word.value for word in value.call.keywords if word.arg}


def is_collected(value: Value) -> bool:
    """Whether a value is what Dagster collects from modules: a list of assets, or ``Definitions``."""
    return isinstance(value, Made) and value.of.startswith(_COLLECTORS)


def is_list_of_modules(value: Value) -> bool:
    """Whether a value is the list of assets that Dagster collects from modules; code may add to it."""
    return isinstance(value, Made) and value.of.startswith(_LISTING)


class Evaluates(Protocol):
    """What the helpers of the evaluator know of it."""

    tree: Tree

    @property
    def tables(self) -> Tables:
        """What the files spell."""
        ...

    def answer(self, question: Hashable, work_out: Callable[[], A], nothing: A) -> A:
        """The answer to a question about the tree, worked out once; ``nothing`` is what it is at least."""
        ...

    def file(self, path: Path | None) -> Module | None:
        """The parsed file of that path, where it is one of the index."""
        ...

    def values(self, module: Module, node: ast.expr) -> Values:
        """What ``node`` may be."""
        ...

    def global_values(self, module: Module, name: str) -> Values:
        """What a module-level name may be, seen from outside the module."""
        ...

    def bound(self, module: Module, node: ast.Name) -> list[Binding]:
        """The bindings that a name may have its value from where it is read, those by star imports among them."""
        ...

    def binding_values(self, module: Module, binding: Binding) -> Values:
        """What a name may stand for through one of its bindings."""
        ...

    def instances_of(self, module: Module, annotation: ast.expr | None) -> Values:
        """The objects of the user's own classes that an annotation names."""
        ...

    def called(self, module: Module, node: ast.expr) -> Values:
        """What a call of ``node`` calls: of an object of the user's its ``__call__``."""
        ...

    def lineage(self, owner: Local) -> tuple[Local, ...]:
        """A class and those of the tree that it derives from."""
        ...

    def heirs_of(self, owner: ast.AST) -> list[Local]:
        """The classes that have a class among their bases."""
        ...

    def derived(self) -> list[Local]:
        """The classes of the tree that derive from something legacy."""
        ...

    def is_derived(self, value: Local) -> bool:
        """Whether a class of the tree derives from something legacy."""
        ...
