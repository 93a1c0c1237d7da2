"""What the files read so far hand to files that are not read: names, resource keys, assets, arguments.

Each is a question to the evaluator, file by file, so that after more files only those are asked again whose answers may
be others.
"""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from legacy_shim.catalogue import BY_NAME

from ..dagster_api.asset_inputs import name_of_asset
from ..dagster_api.injection import is_reached
from ..dagster_api.op_outputs import outputs_yielded
from ..dagster_api.resource_functions import answers_of
from ..inference.interpreter import Evaluator
from ..inference.legacy_names import (
    LEGACY_PACKAGES,
    MISSING_ROW,
    PLACEHOLDER,
    RESOURCES,
    WHOLE,
    is_resource,
    thing_kind,
)
from ..inference.values import Instance, Keyed, Literal, Local, Value, is_collected, root
from ..syntax.fixtures import answers_of_fixture, name_of_fixture
from ..syntax.functions import is_getattr, returns_of
from ..syntax.source_module import FUNCTIONS, Module, nodes_in
from ..uses.keys import WRITING, texts_of_key, written_in
from .handed_to import files_handed_to
from .prefilter import hands_out_names
from .settings_read import files_read_for_settings

Handing = tuple[Path, Path]
"""A file that has names which hold something legacy, and the file from which they are imported: itself, mostly."""
_BOUND = ("bound keys", None)
"""The fact that certain resource keys are bound."""


@dataclass(frozen=True)
class Reach:
    """What was found to reach other files, since the last time."""

    names: Mapping[Handing, Sequence[tuple[bytes, bytes]]]
    """The last part of a module's name and a name to import from it, for each name that holds something legacy."""
    keys: frozenset[bytes]
    assets: frozenset[bytes]
    fixtures: frozenset[bytes]
    """The names by which tests ask for something legacy."""
    called: tuple[Path, ...]
    """The files of functions that are given something legacy."""
    is_first: bool
    """Whether no name was handed on before."""


@dataclass(eq=False)
class Interests:
    """Answers what matters of a tree, and keeps it up to date."""

    evaluator: Evaluator
    bound: dict[str, None] = field(default_factory=dict)
    """The resource keys under which a legacy resource stands in some dict."""
    _names: set[tuple[Handing, bytes, bytes]] = field(default_factory=set)
    _keys: set[bytes] = field(default_factory=set)
    _assets: set[bytes] = field(default_factory=set)
    _fixtures: set[bytes] = field(default_factory=set)

    def take(self, modules: list[Module]) -> Reach:
        """Take more files of the tree into account; what is new to others."""
        is_first = not self._names
        stale = [*modules, *_modules_in(self.evaluator.take(modules))]
        bound = {key: None for module in dict.fromkeys(stale) for key in self._bound_in(module)}
        if bound.keys() - self.bound.keys():
            self.bound |= bound
            stale += _modules_in(self.evaluator.fixpoint.forget([_BOUND]))
        again = list(dict.fromkeys(stale))
        names = self._new_names(again)
        holding = (key for module in again for key in self._bound_to_holders_in(module))
        keys = {key.encode(errors="replace") for key in (*self.bound, *holding)}
        assets = {name.encode(errors="replace") for module in again for name in self._assets_in(module)}
        fixtures = {name.encode(errors="replace") for module in again for name in self._fixtures_in(module)}
        called = tuple(dict.fromkeys(path for module in again for path in self._called(module)))
        reach = Reach(
            names,
            frozenset(keys - self._keys),
            frozenset(assets - self._assets),
            frozenset(fixtures - self._fixtures),
            called,
            is_first,
        )
        self._keys |= keys
        self._assets |= assets
        self._fixtures |= fixtures
        return reach

    def _new_names(self, modules: Iterable[Module]) -> dict[Handing, list[tuple[bytes, bytes]]]:
        found: dict[Handing, list[tuple[bytes, bytes]]] = defaultdict(list)
        for each in dict.fromkeys(each for module in modules for each in self._handed_on(module)):
            if each not in self._names:
                handing, stem, name = each
                found[handing].append((stem, name))
                self._names.add(each)
        return dict(found)

    # -- file by file

    def _ask(self, what: str, module: Module, work_out: Callable[[Module], Iterator[Hashable]]) -> tuple:  # type: ignore[type-arg]
        return self.evaluator.answer((what, module), lambda: tuple(work_out(module)), ())

    def _bound_in(self, module: Module) -> tuple[str, ...]:
        return self._ask("bound", module, self._find_bound)

    def _find_bound(self, module: Module) -> Iterator[str]:
        return self._keys_of(module, self._is_resource)

    def _keys_of(self, module: Module, is_wanted: Callable[[Value], bool]) -> Iterator[str]:
        """The keys under which a file puts something."""
        # What a key is may take long to find out, and most entries are no resources.
        for node in module.of(*WRITING):
            for key, value in written_in(node):
                if any(is_wanted(inner) for inner in self.evaluator.values(module, value)):
                    yield from filter(None, texts_of_key(self.evaluator, module, key))

    def _is_resource(self, value: Value) -> bool:
        """Whether a value is a legacy resource, or a function of the user's that answers one."""
        return is_resource(value) or any(
            is_resource(made)
            for home, node in answers_of(self.evaluator, value)
            for made in self.evaluator.values(home, node)
        )

    def _bound_to_holders_in(self, module: Module) -> tuple[str, ...]:
        """The keys under which an object of the user's own stands that holds something legacy, or a function that makes one."""
        return self._ask("holders", module, self._find_bound_to_holders)

    def _find_bound_to_holders(self, module: Module) -> Iterator[str]:
        return self._keys_of(module, self._makes_holder)

    def _makes_holder(self, value: Value) -> bool:
        made = [value]
        for home, node in answers_of(self.evaluator, value):
            made += self.evaluator.values(home, node)
        return any(
            isinstance(one, Instance) and any(map(self.matters, self.evaluator.objects.lineage(one.owner)))
            for one in made
        )

    def _handed_on(self, module: Module) -> tuple[tuple[Handing, bytes, bytes], ...]:
        return self._ask("handed on", module, self._find_handed_on)

    def _find_handed_on(self, module: Module) -> Iterator[tuple[Handing, bytes, bytes]]:
        itself, stem = (module.path, module.path), _stem(module.path)
        names = self._names_handed_on(module)
        yield from ((itself, stem, name.encode(errors="replace")) for name in names)
        if names:
            own = self.evaluator.tree.names(module).tables.get(module.tree, {})
            for path in self._handing_out:
                yield from (((module.path, path), _stem(path), name.encode(errors="replace")) for name in own)
            yield (itself, stem, b"import *")
            for package in module.dotted[:-1][-1:]:
                # `from . import resources` and `from package import resources` name the module alone.
                yield (itself, package.encode(errors="surrogateescape"), stem)
            yield (itself, stem, stem)
            for path in self.evaluator.tree.other_paths_of(module.path):
                other = _stem(path)
                yield from ((itself, other, name.encode(errors="replace")) for name in names)
                folder = path.parent.parent if module.is_package else path.parent
                yield (itself, folder.name.encode(errors="surrogateescape"), other)

    @cached_property
    def _handing_out(self) -> tuple[Path, ...]:
        """The modules that may answer names of others by a ``__getattr__``."""
        tree = self.evaluator.tree
        paths = tree.spelling([b"__getattr__"])
        return tuple(path for path in paths if hands_out_names(tree.data[path]))

    def _names_handed_on(self, module: Module) -> tuple[str, ...]:
        """The names to be imported from a module that hold something legacy, those included that stars bring there."""
        return self._ask("names", module, self._find_names)

    def _find_names(self, module: Module) -> Iterator[str]:
        names = self.evaluator.tree.names(module)
        own = dict.fromkeys(names.tables.get(module.tree, {}))
        if any(star.module in LEGACY_PACKAGES for star in names.stars):
            own = dict.fromkeys([*BY_NAME, *own])
        found = {name: None for name in own if self._is_handed_on(module, name)}
        for star in names.stars:
            home = self.evaluator.file(self.evaluator.tree.resolve(module, star.module, star.level))
            brought = self._names_handed_on(home) if home is not None else ()
            found |= {name: None for name in brought if name not in own}
        yield from found

    def _is_handed_on(self, module: Module, name: str) -> bool:
        return any(self.matters(value) for value in self.evaluator.global_values(module, name))

    def _assets_in(self, module: Module) -> tuple[str, ...]:
        """The names of the assets that hold what a run answered, which functions of any file may load."""
        return self._ask("assets", module, self._find_assets)

    def _find_assets(self, module: Module) -> Iterator[str]:
        for node in module.of(*FUNCTIONS):
            if not name_of_asset(node):
                continue
            returned = (*returns_of(node), *outputs_yielded(node))
            answers = [value for each in returned for value in self.evaluator.values(module, each)]
            if any(thing_kind(value) for value in answers):
                yield name_of_asset(node)

    def _fixtures_in(self, module: Module) -> tuple[str, ...]:
        """The names of the fixtures that answer something legacy, for which tests of any file may ask."""
        return self._ask("fixtures", module, self._find_fixtures)

    def _find_fixtures(self, module: Module) -> Iterator[str]:
        for node in module.of(*FUNCTIONS):
            asked = name_of_fixture(node)
            answers = answers_of_fixture(node) if asked else []
            if any(self.matters(value) for each in answers for value in self.evaluator.values(module, each)):
                yield asked

    def _called(self, module: Module) -> tuple[Path, ...]:
        return self._ask("called", module, self._find_called)

    def _find_called(self, module: Module) -> Iterator[Path]:
        yield from files_handed_to(self.evaluator, module, self.are_of_interest)
        yield from files_read_for_settings(self.evaluator, module)

    # -- values

    def are_of_interest(self, value: Value) -> bool:
        """Whether a value is something legacy, or a container that holds something of the kind."""
        if isinstance(value, Literal):
            return self.matters(value)
        return self._is_legacy(value) or is_collected(value)

    def matters(self, value: Value) -> bool:
        """Whether a value is or holds something legacy, or is a function or class that names something legacy."""
        if self._is_legacy(value) or is_collected(value):
            return True
        if isinstance(value, (Literal, Local)):
            return self.evaluator.answer(("matters", value), lambda: self._holds_legacy(value), False)
        return False

    def _holds_legacy(self, value: Literal | Local) -> bool:
        if isinstance(value, Literal):
            return any(self.matters(inner) for inner in self.evaluator.element_values(value))
        if isinstance(value.node, ast.ClassDef) and self.evaluator.bases(value):
            return True
        return any(
            inner in (PLACEHOLDER, MISSING_ROW)
            or self._is_legacy(inner)
            or (inner == RESOURCES and _is_whole(value.module, node))
            for node in nodes_in(value.node)
            if isinstance(node, (ast.Name, ast.Attribute, ast.Subscript))
            or (isinstance(node, ast.Call) and is_getattr(node))
            for inner in self.evaluator.values(value.module, node)
        )

    def _is_legacy(self, value: Value) -> bool:
        if isinstance(root(value), Keyed):
            self.evaluator.fixpoint.watch(_BOUND)
        return is_reached(self.evaluator, value, self.bound.keys())


def _is_whole(module: Module, node: ast.AST) -> bool:
    """Whether all resources are taken, and not the one of a name that is written there."""
    above = module.parent(node)
    return not isinstance(above, ast.Attribute) or above.attr in WHOLE


def _stem(path: Path) -> bytes:
    """The last part of the name by which a file is imported."""
    name = path.parent.name if path.stem == "__init__" else path.stem
    return name.encode(errors="surrogateescape")


def _modules_in(questions: list[Hashable]) -> list[Module]:
    """The files that questions of this room are about."""
    asked = {"bound", "holders", "handed on", "assets", "fixtures", "called"}
    return [each[1] for each in questions if isinstance(each, tuple) and each[0] in asked]
