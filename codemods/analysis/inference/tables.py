"""What the files of a tree spell, by name: calls, other names of what is called, assets, what stands under a key.

Brought up to date file by file. What reads a table notes the row that it read, so that it is worked out again when a
file adds to it.
"""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from ..dagster_api.asset_inputs import name_of_asset
from ..dagster_api.names import EXECUTING
from ..syntax.bound_names import calls_by_variables, decorated_in, names_bound_in
from ..syntax.fixtures import name_of_fixture
from ..syntax.functions import decorator_name, renamed
from ..syntax.handed_calls import handed_call
from ..syntax.source_module import FUNCTIONS, Module

Function = ast.FunctionDef | ast.AsyncFunctionDef
Fact = tuple[str, Hashable]
"""A row of a table, by the name of the table and what is looked up in it."""


@dataclass(eq=False)
class Tables:
    """What is spelled where, in the order in which the files were read."""

    watch: Callable[[Fact], None] = field(repr=False)
    """Notes that what is worked out at present depends on a row."""
    _rows: dict[Fact, list[tuple[Module, ast.AST]]] = field(
        default_factory=lambda: defaultdict(list), repr=False
    )
    _also: dict[str, dict[str, None]] = field(default_factory=lambda: defaultdict(dict), repr=False)
    """The other names that something is given somewhere: of ``f`` in ``from x import f as g`` and ``g = x.f``."""
    _homes: dict[ast.AST, Module] = field(default_factory=dict, repr=False)
    _modules: list[Module] = field(default_factory=list, repr=False)
    _order: dict[ast.AST, int] = field(default_factory=dict, repr=False)
    """The calls, in the order of the code."""
    _uses: dict[str, list[tuple[Module, ast.expr]]] = field(
        default_factory=lambda: defaultdict(list), repr=False
    )
    _set_in: dict[Module, dict[str, list[ast.expr]]] = field(default_factory=dict, repr=False)
    _with_uses: int = 0
    """How many of the files the uses are noted of."""
    _worked_out: dict[str, None] = field(default_factory=dict, repr=False)
    """The names that are given something which an expression works out: ``f`` of ``f = make()``."""

    def add(self, module: Module) -> set[Fact]:
        """Take what a file spells; the rows that it adds to."""
        self._modules.append(module)
        changed: set[Fact] = {("file", module.path), ("files", None)}
        for fact, node in _spelled(module):
            self._rows[fact].append((module, node))
            changed.add(fact)
        for name, other in _aliases(module):
            if other not in self._also[name]:
                self._also[name][other] = None
                changed.add(("also", name))
        self._add_calls_by_variables(module, changed)
        self._homes |= dict.fromkeys(module.of(*FUNCTIONS, ast.ClassDef), module)
        for node in module.of(ast.Call):
            self._order[node] = len(self._order)
        return changed

    def _add_calls_by_variables(self, module: Module, changed: set[Fact]) -> None:
        bound = names_bound_in(module)
        if bound.worked_out - self._worked_out.keys():
            self._worked_out |= dict.fromkeys(sorted(bound.worked_out))
            changed.add(("worked out", None))
        found: list[tuple[Fact, ast.AST]] = [
            (("handed on", name), module.tree) for name in sorted(bound.handed_on)
        ]
        found += [(("decorated", None), function) for function in decorated_in(module)]
        found += [(("by a variable", None), call) for call in calls_by_variables(module, bound.varying)]
        for fact, node in found:
            self._rows[fact].append((module, node))
            changed.add(fact)

    def home_of(self, function: ast.AST) -> Module | None:
        """The file that a function or class stands in."""
        return self._homes.get(function)

    def calls(self, name: str) -> list[tuple[Module, ast.Call]]:
        """The calls of whatever has that name, or is called by another name that it has somewhere."""
        names = self._names_of(name)
        found = [place for each in names for place in self._row(("call", each))]
        if len(names) > 1:
            found.sort(key=lambda place: self._order[place[1]])
        return found  # type: ignore[return-value]

    def handed_calls(self) -> list[tuple[Module, ast.Call]]:
        """The calls that other threads make."""
        return self._row(("handed call", None))  # type: ignore[return-value]

    def is_handed_on(self, name: str) -> bool:
        """Whether something of that name is more than called somewhere, or what is called so somewhere."""
        return any(self._row(("handed on", each)) for each in self._names_of(name))

    def calls_by_variables(self) -> list[tuple[Module, ast.Call]]:
        """The calls that do not spell what they call: of a parameter, of what a loop goes through, of ``x["k"]``."""
        self.watch(("worked out", None))
        found = dict.fromkeys(self._row(("by a variable", None)))
        for name in self._worked_out:
            found |= dict.fromkeys(self._row(("call", name)))
        return list(found)  # type: ignore[arg-type]

    def decorated(self) -> list[tuple[Module, Function]]:
        """The functions with a decorator that may be one of the tree."""
        return self._row(("decorated", None))  # type: ignore[return-value]

    def _names_of(self, name: str) -> list[str]:
        names = [name]
        for each in names:  # grows as it goes
            self.watch(("also", each))
            names += [other for other in self._also.get(each, ()) if other not in names]
        return names

    def assets(self, name: str) -> list[tuple[Module, Function]]:
        """The functions that make an asset of that name."""
        return self._row(("asset", name))  # type: ignore[return-value]

    def fixtures(self, name: str) -> list[tuple[Module, Function]]:
        """The fixtures of pytest that tests ask for by that name."""
        return self._row(("fixture", name))  # type: ignore[return-value]

    def under(self, key: str) -> list[tuple[Module, ast.expr]]:
        """What is under a key in some dict of the tree, or is given to a parameter of that name."""
        return self._row(("key", key))  # type: ignore[return-value]

    def under_names(self) -> list[tuple[Module, ast.expr]]:
        """The keys in dicts of the tree that are no strings, but names of some perhaps."""
        return self._row(("named key", None))  # type: ignore[return-value]

    def attributes_set(self, name: str) -> list[tuple[Module, ast.expr]]:
        """Of what an attribute of that name is set, or one whose name is not written there."""
        return [*self._row(("set", name)), *self._row(("set", ""))]  # type: ignore[list-item]

    def set_in(self, module: Module) -> Mapping[str, Sequence[ast.expr]]:
        """Of what a file sets attributes, by their names, whether it is taken into account or not."""
        if module not in self._set_in:
            found: dict[str, list[ast.expr]] = defaultdict(list)
            for name, target in attributes_set_in(module):
                found[name].append(target)
            self._set_in[module] = found
        return self._set_in[module]

    def uses_under_any_name(self, name: str) -> list[tuple[Module, ast.expr]]:
        """Where a name or attribute of that name is read, or one that it is also called."""
        self.watch(("files", None))
        names = [name]
        for each in names:  # grows as it goes
            names += [other for other in self._also.get(each, ()) if other not in names]
        return [use for each in names for use in self.uses(each)]

    def uses(self, name: str) -> list[tuple[Module, ast.expr]]:
        """Where a name or an attribute of that name is read."""
        for module in self._modules[self._with_uses :]:
            for node in module.of(ast.Name, ast.Attribute):
                if isinstance(node.ctx, ast.Load):
                    self._uses[node.id if isinstance(node, ast.Name) else node.attr].append((module, node))
        self._with_uses = len(self._modules)
        return self._uses.get(name, [])

    def _row(self, fact: Fact) -> list[tuple[Module, ast.AST]]:
        self.watch(fact)
        return self._rows.get(fact, [])


def _spelled(module: Module) -> Iterator[tuple[Fact, ast.AST]]:
    yield from ((("set", name), target) for name, target in attributes_set_in(module))
    for node in module.of(*FUNCTIONS, ast.Call, ast.Dict, ast.Assign, ast.keyword):
        if isinstance(node, ast.Call):
            yield ("call", decorator_name(renamed(node))), node
            handed = handed_call(node)
            if handed is not None:
                yield ("handed call", None), handed
        elif isinstance(node, ast.Dict):
            for key, value in zip(node.keys, node.values, strict=True):
                yield from _under(key, value) if key is not None else ()
        elif isinstance(node, ast.Assign):
            for target in node.targets:
                yield from _under(target.slice, node.value) if isinstance(target, ast.Subscript) else ()
        elif isinstance(node, ast.keyword) and node.arg:
            yield ("key", node.arg), node.value
        elif isinstance(node, FUNCTIONS):
            if made := name_of_asset(node):
                yield ("asset", made), node
            if asked := name_of_fixture(node):
                yield ("fixture", asked), node


def _under(key: ast.expr, value: ast.expr) -> Iterator[tuple[Fact, ast.AST]]:
    if isinstance(key, ast.Constant) and isinstance(key.value, str):
        yield ("key", key.value), value
    elif isinstance(key, (ast.Name, ast.Attribute)):
        yield ("named key", None), key


def _aliases(module: Module) -> Iterator[tuple[str, str]]:
    """A name, and what it is also called: ``from x import f as g``, ``g = x.f``."""
    for node in module.of(ast.ImportFrom, ast.Assign):
        if isinstance(node, ast.ImportFrom):
            yield from ((alias.name, alias.asname) for alias in node.names if alias.asname)
        elif isinstance(node, ast.Assign) and isinstance(node.value, (ast.Name, ast.Attribute)):
            for target in node.targets:
                if isinstance(target, (ast.Name, ast.Attribute)):
                    yield decorator_name(node.value), decorator_name(target)


def attributes_set_in(module: Module) -> Iterator[tuple[str, ast.expr]]:
    """Each attribute that a file sets or deletes, or may set by ``vars(x)``, and of what: ``x.name = y``.

    The name is empty where it is not written there.
    """
    for node in module.of(ast.Attribute, ast.Call):
        match node:
            case ast.Attribute(attr="__dict__"):
                yield "", node.value
            case ast.Attribute(ctx=ast.Store() | ast.Del()):
                yield node.attr, node.value
            case ast.Call(func=ast.Name("vars"), args=[target]):
                yield "", target
            case ast.Call(func=ast.Name("setattr"), args=[target, name, _]):
                yield _text(name), target


def names_set_by_text(module: Module) -> Iterator[ast.Name]:
    """Where a file may bind names of its own that it does not spell: ``exec(code)``, ``globals()["x"] = y``."""
    for node in module.of(ast.Call):
        match node:
            case ast.Call(func=ast.Name(name) as func) if name in EXECUTING:
                yield func
            case ast.Call(func=ast.Name("globals" | "locals" | "vars") as func, args=[]):
                if not _is_only_read(module, node):
                    yield func


def _is_only_read(module: Module, node: ast.expr) -> bool:
    """Whether a dict of names is looked into where it is made."""
    above = module.parent(node)
    call = module.parent(above) if above is not None else None
    match above:
        case ast.Subscript(ctx=ast.Load()):
            return True
        case ast.Attribute(attr="get" | "items" | "keys" | "values" | "copy"):
            return isinstance(call, ast.Call) and call.func is above
    return isinstance(above, ast.Compare)


def _text(node: ast.expr) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""
