"""IO managers, which Dagster hands the outputs of ops and assets to: which of them look at what they get is not followed.

Those of Dagster's packages store an object as it is, or take tables alone. Names are compared across files, without
following them: a name that two files give a meaning to is what either says.
"""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterable, Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

from ..syntax.functions import decorator_name
from ..syntax.source_module import FUNCTIONS, Module

DEFAULT_KEY = "io_manager"
"""The resource key of the IO manager of an output that names none."""
LOADING_INPUTS = frozenset({"load_input", "load_from_path"})
"""The methods of an IO manager, or of an input manager, whose answers Dagster hands to ops and assets."""
_NAMED = (b"io_manager", b"IOManager", b"handle_output", b"dump_to_path")
_STORING = frozenset({"handle_output", "dump_to_path", "create_io_manager"})
_MAKING = frozenset({"io_manager"})


def may_have_io_managers(data: bytes) -> bool:
    """Whether a file may define an IO manager, or bind one."""
    return any(name in data for name in _NAMED)


@dataclass(frozen=True)
class IOManagers:
    """What the tree's IO managers are bound as."""

    foreign: dict[str, str] = field(default_factory=dict)
    """How the code writes an IO manager that is not Dagster's own, by the resource key it is bound under."""
    own: frozenset[str] = frozenset()
    """The keys under which something of Dagster's is bound."""
    loose: str = ""
    """The name of an IO manager of the tree that is bound under no key which the code spells; empty for none."""

    def reading(self, key: str) -> str:
        """How to name what may look at the outputs stored under a key; empty where nothing of the tree does.

        An empty ``key`` is one that cannot be read.
        """
        if not key:
            return self.loose or next(iter(self.foreign.values()), "")
        if key != DEFAULT_KEY and key not in self.own and key not in self.foreign:
            return self.loose or f'resources["{key}"]'
        return self.foreign.get(key, "") or self.loose


def io_managers_of(modules: Iterable[Module]) -> IOManagers:
    """What is bound in some files, and what they define and bind nowhere."""
    names = _Names()
    for module in modules:
        names.take(module)
    foreign: dict[str, str] = {}
    own: set[str] = set()
    leading = names.leading_to(names.custom.keys() | _WRAPPING)
    spelled = [entry for entry in names.entries if entry[0]]
    for key, value, module in spelled:
        if names.is_of_dagster(value) and not _named_in(value) & leading:
            own.add(key)
        else:
            foreign.setdefault(key, module.source_of(value).split("\n", 1)[0])
    bound = names.reached_from(value for _, value, _ in spelled)
    others = names.reached_from(value for key, value, _ in names.entries if not key)
    loose = sorted(name for name in names.custom if name not in bound or name in others)
    return IOManagers(foreign, frozenset(own), next(iter(loose), ""))


@dataclass
class _Names:
    """What names mean, across files."""

    entries: list[tuple[str, ast.expr, Module]] = field(default_factory=list)
    custom: dict[str, list[ast.AST]] = field(default_factory=lambda: defaultdict(list))
    """The classes and functions that are IO managers, or make them."""
    assigned: dict[str, list[ast.expr]] = field(default_factory=lambda: defaultdict(list))
    defined: dict[str, list[ast.AST]] = field(default_factory=lambda: defaultdict(list))
    imported: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    _known: dict[str, bool] = field(default_factory=dict)
    """Which names are of Dagster, as far as that was asked."""

    def take(self, module: Module) -> None:
        for node in module.nodes:
            self.entries += [
                (key, value, module) for key, value in _entries(node) if not isinstance(value, _NO_MANAGER)
            ]
            if isinstance(node, ast.Assign):
                for target in node.targets:
                    if isinstance(target, ast.Name):
                        self.assigned[target.id].append(node.value)
            elif isinstance(node, ast.AnnAssign) and node.value and isinstance(node.target, ast.Name):
                self.assigned[node.target.id].append(node.value)
            elif isinstance(node, (*FUNCTIONS, ast.ClassDef)):
                self.defined[node.name].append(node)
                if _is_custom(node):
                    self.custom[node.name].append(node)
            elif isinstance(node, ast.Import):
                for alias in node.names:
                    self.imported[(alias.asname or alias.name).partition(".")[0]].add(alias.name)
            elif isinstance(node, ast.ImportFrom):
                for alias in node.names:
                    home = "." * node.level + (node.module or "")
                    if alias.name not in _MAKING:  # which is a decorator, and no IO manager
                        self.imported[alias.asname or alias.name].add(home)

    def is_of_dagster(self, node: ast.expr) -> bool:
        """Whether an expression is surely something of a package of Dagster's."""
        if isinstance(node, ast.IfExp):
            return self.is_of_dagster(node.body) and self.is_of_dagster(node.orelse)
        while isinstance(node, (ast.Call, ast.Attribute)):
            node = node.func if isinstance(node, ast.Call) else node.value
        if not isinstance(node, ast.Name) or node.id in self.defined:
            return False
        if node.id not in self._known:
            homes, assigned = self.imported.get(node.id, set()), self.assigned.get(node.id, [])
            # A file of the tree that imports the name from another says nothing of its own; nor does `x = x.configured()`.
            self._known[node.id] = bool(assigned) or any(home.startswith("dagster") for home in homes)
            self._known[node.id] &= all(map(self.is_of_dagster, assigned))
        return self._known[node.id]

    def reached_from(self, nodes: Iterable[ast.AST]) -> set[str]:
        """The names that expressions lead to, through what they are assigned, and the code of IO managers."""
        found: set[str] = set()
        left = [name for node in nodes for name in _named_in(node)]
        while left:
            name = left.pop()
            if name not in found:
                found.add(name)
                left += self._next(name)
        return found

    def leading_to(self, wanted: AbstractSet[str]) -> set[str]:
        """The names that lead to some of those wanted, which are among them."""
        before: dict[str, list[str]] = defaultdict(list)
        for name in {*self.assigned, *self.custom}:
            for after in self._next(name):
                before[after].append(name)
        found: set[str] = set()
        left = list(wanted)
        while left:
            name = left.pop()
            if name not in found:
                found.add(name)
                left += before[name]
        return found

    def _next(self, name: str) -> set[str]:
        nodes = (*self.assigned.get(name, ()), *self.custom.get(name, ()))
        return {inner for node in nodes for inner in _named_in(node)}


def _named_in(node: ast.AST) -> set[str]:
    return {
        inner.id if isinstance(inner, ast.Name) else inner.attr
        for inner in ast.walk(node)
        if isinstance(inner, (ast.Name, ast.Attribute))
    }


_WRAPPING = frozenset({"IOManagerDefinition"})
"""What makes an IO manager of Dagster's of a function."""
_NO_MANAGER = (ast.Dict, ast.DictComp, ast.Constant, ast.List, ast.Tuple, ast.Set)
"""Values that are run configuration, or anything else than a resource."""


def _is_custom(node: ast.AST) -> bool:
    if isinstance(node, ast.ClassDef):
        is_derived = any("IOManager" in decorator_name(base) for base in map(_unsubscripted, node.bases))
        return is_derived or any(
            isinstance(inner, FUNCTIONS) and inner.name in _STORING for inner in node.body
        )
    decorators = getattr(node, "decorator_list", ())
    return any(decorator_name(one) in _MAKING for one in decorators)


def _unsubscripted(base: ast.expr) -> ast.expr:
    return base.value if isinstance(base, ast.Subscript) else base


def _entries(node: ast.AST) -> Iterator[tuple[str, ast.expr]]:
    """What stands under a key, where the value may be an IO manager; the key is empty where the code does not spell it."""
    if isinstance(node, ast.Dict):
        pairs = zip(node.keys, node.values, strict=True)
        yield from ((_spelled(key), value) for key, value in pairs if key is not None)
    elif isinstance(node, ast.DictComp):
        yield _spelled(node.key), node.value
    elif isinstance(node, ast.Call) and decorator_name(node) in {"dict", "update"}:
        yield from ((word.arg, word.value) for word in node.keywords if word.arg)
    elif isinstance(node, ast.Assign):
        for target in node.targets:
            if isinstance(target, ast.Subscript):
                yield _spelled(target.slice), node.value


def _spelled(key: ast.expr) -> str:
    return str(key.value) if isinstance(key, ast.Constant) else ""
