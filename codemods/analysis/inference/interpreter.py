"""Follow values through the code: from where they are made, through names, imports and calls, to where they are used.

The answer is what an expression *may* be, without regard to the order of statements: enough to know every
place that a legacy value reaches, and honest about the rest by returning nothing for it.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

from ..project.named_in_imports import NamedInImports
from ..project.source_tree import Tree
from ..syntax.functions import collected_by
from ..syntax.scopes import Binding, Parameter
from ..syntax.source_module import Module
from .answers import Answers
from .attributes import Attributes
from .bindings import Bindings
from .branches import EVERY_BRANCH, Branches
from .calls import Calls
from .changes import Changes, is_summary
from .class_fields import ClassFields
from .containers import Containers
from .data_files import is_data
from .fixpoint import Fixpoint
from .imports import Imports
from .modules_named import ModulesNamed
from .objects import Objects
from .possible import NOT_KNOWN, SO_FAR_NOTHING, Place, Possible, made_at, union
from .set_aside import SettingFiles
from .settings_fields import places_of_settings
from .star_imports import StarImports
from .statements import Statements
from .tables import Tables
from .texts import text_of
from .values import NOTHING, Literal, Local, Values, is_collected

A = TypeVar("A")
Function = ast.FunctionDef | ast.AsyncFunctionDef
_OF_NOTHING = (
    *(ast.Constant, ast.JoinedStr, ast.FormattedValue, ast.Compare, ast.UnaryOp),
    *(ast.Lambda, ast.Slice, ast.Yield, ast.YieldFrom),
)
"""Expressions that are nothing which is followed, whatever they are made of."""
CONSTANTS = "constants"
"""The question which constants an expression may be: None where it may be anything."""


@dataclass(eq=False)
class Evaluator:
    """Evaluates expressions of a tree, and remembers what it found; `take` brings it up to date with more files."""

    tree: Tree
    _given_up: dict[ast.expr, None] = field(default_factory=dict, repr=False)

    @cached_property
    def fixpoint(self) -> Fixpoint:
        """Works out what depends on each other."""
        return Fixpoint(self._give_up, is_summary)

    @cached_property
    def named_in_imports(self) -> NamedInImports:
        """Which files import statements name, of files that are not parsed too."""
        return NamedInImports(self.tree)

    @cached_property
    def tables(self) -> Tables:
        """What the files spell."""
        return Tables(self.fixpoint.watch)

    @cached_property
    def statements(self) -> Statements:
        """What statements do to values that were made elsewhere."""
        return Statements(self, self.fixpoint.watch, self.fixpoint.forget)

    @cached_property
    def containers(self) -> Containers:
        """What lists and dicts hold."""
        return Containers(self)

    @cached_property
    def calls(self) -> Calls:
        """Who calls what, and with which arguments."""
        return Calls(self)

    @cached_property
    def imports(self) -> Imports:
        """What import statements bring."""
        return Imports(self)

    @cached_property
    def objects(self) -> Objects:
        """What classes of the tree and their objects are."""
        return Objects(self, self.calls)

    @cached_property
    def star_imports(self) -> StarImports:
        """Which bindings names have, those by star imports among them."""
        return StarImports(self)

    @cached_property
    def modules_named(self) -> ModulesNamed:
        """Which files expressions are as modules."""
        return ModulesNamed(self)

    @cached_property
    def bindings(self) -> Bindings:
        """What names are."""
        return Bindings(self)

    @cached_property
    def attributes(self) -> Attributes:
        """What attributes are."""
        return Attributes(self)

    @cached_property
    def setting_files(self) -> SettingFiles:
        """Which files may set attributes, of those that are not parsed too."""
        return SettingFiles(self.tree.searched)

    @cached_property
    def fields(self) -> ClassFields:
        """What classes say of the attributes of their objects."""
        return ClassFields(self)

    @cached_property
    def answers(self) -> Answers:
        """What calls answer."""
        return Answers(self)

    @cached_property
    def changes(self) -> Changes:
        """What code that is not followed may change."""
        return Changes(self)

    # -- files and questions

    def take(self, modules: Iterable[Module]) -> list[Hashable]:
        """Take more files of the tree into account; the questions whose answers may be others now."""
        new = list(modules)
        changed: set[Hashable] = set()
        for module in new:
            changed |= self.tables.add(module)
        return self.statements.update(new, self.fixpoint.forget(changed))

    def file(self, path: Path | None) -> Module | None:
        """The parsed file of that path, where it is one of the index."""
        if path is None:
            return None
        self.fixpoint.watch(("file", path))
        return self.tree.modules.get(path)

    def answer(self, question: Hashable, work_out: Callable[[], A], nothing: A) -> A:
        """The answer to a question about the tree, worked out once; ``nothing`` is what it is at least."""
        return self.fixpoint.answer(question, work_out, nothing)

    @property
    def given_up(self) -> tuple[tuple[Module, ast.expr], ...]:
        """The expressions of which it is not known what they may be in the end."""
        modules = self.tree.modules.values()
        return tuple(
            (module, node) for node in self._given_up for module in modules if node in module.parents
        )

    def give_up(self, node: ast.expr) -> None:
        """Note that it is not known what an expression may be."""
        self._given_up[node] = None

    def is_given_up(self, node: ast.expr) -> bool:
        """Whether it is not known what an expression may be."""
        return node in self._given_up

    def _give_up(self, question: Hashable, answer: Any) -> Any:
        """What is answered where an answer does not settle: never that there is nothing else."""
        if isinstance(question, ast.expr):
            self.give_up(question)
        if isinstance(question, tuple) and question[0] == CONSTANTS:
            return None
        return replace(answer, is_all=False) if isinstance(answer, Possible) else answer

    # -- what is asked for

    def values(self, module: Module, node: ast.expr) -> Values:
        """What ``node`` may be. Empty where it is not known or is nothing that matters here."""
        if isinstance(node, _OF_NOTHING):
            return NOTHING
        return self.fixpoint.answer(node, lambda: self._evaluate(module, node), NOTHING)

    def global_values(self, module: Module, name: str) -> Values:
        """What a module-level name may be, seen from outside the module."""
        return self.fixpoint.answer(
            ("global", module, name), lambda: self.bindings.at_end(module, name), NOTHING
        )

    def bound(self, module: Module, node: ast.Name) -> list[Binding]:
        """The bindings that a name may have its value from where it is read, those by star imports among them."""
        return self.star_imports.bound(module, node)

    def binding_values(self, module: Module, binding: Binding) -> Values:
        """What a name may stand for through one of its bindings."""
        return self.bindings.values(module, binding)

    def parameter_values(self, module: Module, function: Function, arg: ast.arg) -> Values:
        """What a parameter of a function may be."""
        return self.bindings.parameter(module, Parameter(function, arg))

    def instances_of(self, module: Module, annotation: ast.expr | None) -> Values:
        """The objects of the user's own classes that an annotation names."""
        return self.attributes.instances_of(module, annotation)

    def element_values(self, literal: Literal) -> Values:
        """What stands anywhere in a display."""
        return self.containers.under(literal)

    def called(self, module: Module, node: ast.expr) -> Values:
        """What a call of ``node`` calls: of an object of the user's its ``__call__``."""
        return self.objects.called(self.values(module, node))

    def lineage(self, owner: Local) -> tuple[Local, ...]:
        """A class and those of the tree that it derives from."""
        return self.objects.lineage(owner)

    def heirs_of(self, owner: ast.AST) -> list[Local]:
        """The classes that have a class among their bases."""
        return self.statements.heirs_of(owner)

    def derived(self) -> list[Local]:
        """The classes of the tree that derive from something legacy."""
        return self.statements.derived()

    def is_derived(self, value: Local) -> bool:
        """Whether a class of the tree derives from something legacy."""
        return bool(self.bases(value))

    def bases(self, value: Local) -> list[str]:
        """The dotted legacy names that a class of the tree derives from."""
        return self.objects.bases(value)

    # -- where values are made

    def possible(self, module: Module, node: ast.expr, branches: Branches = EVERY_BRANCH) -> Possible:
        """What ``node`` may be, where that is made, and whether there can be others, in the branches that are taken."""
        found = self.places(module, node, branches)
        is_all = self.is_all(found) and bool(found.places) and node not in self._given_up
        # What a file beside the code says, it may say otherwise tomorrow: job ids are refused then, and nothing else is.
        is_all = is_all and not any(is_data(home) for home, _ in found.places)
        return replace(found, values=self.values(module, node), is_all=is_all)

    def is_all(self, found: Possible) -> bool:
        """Whether it can be nothing else, also where code that is not seen changes what it was read from."""
        return found.is_all and not any(map(self.changes.may_change, found.held_by))

    def places(self, module: Module, node: ast.expr, branches: Branches) -> Possible:
        """Where the value of ``node`` is made, as far as that is known so far."""
        asked = ("places", node, branches.sight)
        return self.fixpoint.answer(asked, lambda: self._places(module, node, branches), SO_FAR_NOTHING)

    def places_of_any(self, places: Iterable[Place], branches: Branches) -> Possible | None:
        """Where the value of one of several expressions is made; None where there are none."""
        return union(self.places(module, node, branches) for module, node in places)

    def _places(self, module: Module, node: ast.expr, branches: Branches) -> Possible:
        match node:
            case ast.Name():
                return self.bindings.places(module, node, branches)
            case ast.Attribute():
                of_settings = places_of_settings(self, module, node, branches)
                return of_settings or self.attributes.places(module, node, branches)
            case ast.Subscript():
                return self.containers.places_by_subscript(module, node, branches)
            case ast.IfExp():
                sides = [(module, side) for side in branches.sides(module, node)]
                return self.places_of_any(sides, branches) or NOT_KNOWN
            case ast.NamedExpr():
                return self.places(module, node.value, branches)
            case ast.Call():
                return self.answers.places(module, node, branches)
        return made_at(module, node)

    # -- expressions

    def _evaluate(self, module: Module, node: ast.expr) -> Values:
        match node:
            case ast.Name():
                return self.bindings.name(module, node)
            case ast.Attribute():
                return self.attributes.values(module, node)
            case ast.Call():
                return self.answers.values(module, node)
            case ast.Dict() | ast.List() | ast.Tuple() | ast.Set():
                return frozenset({Literal(module, node)})
            case ast.IfExp():
                return self.values(module, node.body) | self.values(module, node.orelse)
            case ast.BoolOp():
                return frozenset().union(*(self.values(module, value) for value in node.values))
            case ast.BinOp(op=ast.Add() | ast.BitOr()):
                sides = (self.containers.sequence_values(module, side) for side in (node.left, node.right))
                # Containers are added up; what an object of the user's answers is not known.
                return frozenset(
                    value
                    for side in sides
                    for value in side
                    if isinstance(value, Literal) or is_collected(value)
                )
            case ast.NamedExpr() | ast.Await() | ast.Starred():
                return self.values(module, node.value)
            case ast.Subscript():
                return self._subscript(module, node)
            case ast.ListComp() | ast.SetComp() | ast.GeneratorExp():
                collected = collected_by(node)
                if collected is not node.elt:
                    return self.containers.sequence_values(module, collected)
                return frozenset({Literal(module, node)})
            case ast.DictComp():
                return frozenset({Literal(module, node)})
        return NOTHING

    def _subscript(self, module: Module, node: ast.Subscript) -> Values:
        imported = self.imports.by_text(module, node)
        if imported is not None:
            return imported
        generic = [one for one in self.values(module, node.value) if self.objects.is_generic(one)]
        if generic:
            return frozenset(generic)  # `Runner[str]` is the class.
        if isinstance(node.slice, ast.Slice):
            # A part is taken for the whole, as a copy is: it holds nothing else.
            cut = self.values(module, node.value)
            return frozenset(one for one in cut if isinstance(one, Literal))
        key: object = node.slice.value if isinstance(node.slice, ast.Constant) else None
        key = text_of(self.tree, module, node.slice) or None if key is None else key
        return self.containers.under_key(module, node.value, key)
