"""Legacy values that code takes out of a module otherwise than by a name which the module binds.

    import acme                             `acme/__init__.py` has a `__getattr__` that answers names of other modules
    acme.cloud.account_id
    vars(resources)["cloud"]                resources.__dict__["cloud"], getattr(resources, name), resolve_name("resources:cloud")

What comes of such a value is not followed, so it goes out of sight there.
"""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from ..inference.branches import EVERY_BRANCH
from ..inference.values import Local, Made, Value, Values
from ..syntax.classes import initializer_of
from ..syntax.functions import decorator_name, is_getattr
from ..syntax.scopes import Imported, Iterated
from ..syntax.source_module import FUNCTIONS, Module
from .carriers import NONE, Carriers
from .escape import Escape
from .index import Index

HANDS_OUT = "__getattr__"
_PATH = re.compile(r"[\w.]+[.:](\w+)")
_BY_PATH = frozenset({"resolve_name", "locate"})
_SAID = "is taken out of a module by a name that it does not bind, or that is computed: import the name from the file that binds it"


def looked_up_in_modules(index: Index, carriers: Carriers) -> Iterator[Escape]:
    """Each place where something legacy may be taken out of a module so."""
    search = _Search(index, carriers)
    if not search.held:
        return
    for module in index.tree.modules.values():
        for node in module.of(ast.Name, ast.Attribute, ast.Subscript, ast.Call):
            if isinstance(getattr(node, "ctx", ast.Load()), ast.Load):
                assert isinstance(node, ast.expr)
                carried = search.taken(module, node)
                if carried:
                    yield Escape(module, node, carried, _SAID)


@dataclass(frozen=True, eq=False)
class _Search:
    index: Index
    carriers: Carriers

    @cached_property
    def held(self) -> dict[str, Values]:
        """What names at the top of modules carry that is legacy, whichever module has them."""
        found: dict[str, Values] = defaultdict(frozenset)
        for module in self.index.tree.modules.values():
            for name, carried in self._held_in(module).items():
                found[name] |= carried
        return dict(found)

    def _held_in(self, module: Module) -> dict[str, Values]:
        evaluator = self.index.evaluator
        found = {}
        for name in self.index.tree.names(module).tables.get(module.tree, {}):
            values = evaluator.global_values(module, name)
            carried = self.carriers.of_all(frozenset(one for one in values if not self._is_given(one)))
            if carried:
                found[name] = carried
        return found

    def _is_given(self, value: Value) -> bool:
        """Whether a function or class has what it carries from those who call it, which is judged there."""
        evaluator = self.index.evaluator
        if not isinstance(value, Local):
            return False
        function = initializer_of(value.node) if isinstance(value.node, ast.ClassDef) else value.node
        if not isinstance(function, FUNCTIONS):
            return False
        arguments = function.args
        given = (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)
        return any(
            self.carriers.of_all(evaluator.parameter_values(value.module, function, one))
            for one in given
            if one.arg not in {"self", "cls"}
        )

    def taken(self, module: Module, node: ast.expr) -> Values:
        match node:
            case ast.Name(id=name):
                return self._imported(module, node) if self._is_spelled(name) else NONE
            case ast.Attribute(value=base, attr=name) if name in self.held:
                homes = self._homes(module, base) if self._is_not_known(module, node) else []
                return self.held[name] if any(self._hands_out(home, name) for home in homes) else NONE
            case ast.Subscript(value=base, slice=key):
                scanned = _scanned(base)
                return self._under(module, scanned, key) if scanned is not None else NONE
            case ast.Call() if is_getattr(node) and self._is_looked_up(module, node):
                return self._under(module, node.args[0], node.args[1])
            case ast.Call(args=[ast.Constant(value=str(path))]) if decorator_name(node) in _BY_PATH:
                found = _PATH.fullmatch(path)
                is_looked_up = found is not None and self._is_not_known(module, node)
                return self.held.get(found[1], NONE) if found is not None and is_looked_up else NONE
        return NONE

    def _is_spelled(self, name: str) -> bool:
        return name in self.held or name in self._aliases

    @cached_property
    def _aliases(self) -> frozenset[str]:
        """Other names by which something may be imported that is held somewhere."""
        return frozenset(
            alias.asname
            for module in self.index.tree.modules.values()
            for node in module.of(ast.ImportFrom)
            for alias in node.names
            if alias.asname and alias.name in self.held
        )

    def _imported(self, module: Module, node: ast.Name) -> Values:
        """What a name carries that an import takes from a package which does not bind it."""
        evaluator = self.index.evaluator
        found = NONE
        for binding in evaluator.bound(module, node):
            if isinstance(binding, Imported) and binding.name in self.held:
                home = evaluator.bindings.imported(module, binding)
                inside = ".".join(filter(None, [binding.module, binding.name]))
                is_module = self.index.tree.resolve(module, inside, binding.level) is not None
                if home is not None and not is_module and self._hands_out(home, binding.name):
                    found |= self.held[binding.name]
        return found

    def _is_looked_up(self, module: Module, node: ast.Call) -> bool:
        """Whether ``getattr`` is asked for one name: not for all that a loop finds, nor by what hands out the names of a module."""
        function = module.function_of(node)
        is_own = (
            function is not None and function.name == HANDS_OUT and module.parent(function) is module.tree
        )
        key = node.args[1]
        bound = self.index.evaluator.bound(module, key) if isinstance(key, ast.Name) else []
        is_scan = any(isinstance(one, Iterated) and _looks_through(one.value) for one in bound)
        return not is_own and not is_scan and self._is_not_known(module, node)

    def _is_not_known(self, module: Module, node: ast.expr) -> bool:
        """Whether nothing of the tree is known that an expression is: a function of Python's may answer anything."""
        values = self.index.values(module, node)
        return not any(self._is_of_tree(value) for value in values)

    def _is_of_tree(self, value: Value) -> bool:
        return bool(self.carriers.of(value)) or not isinstance(value, Made)

    def _homes(self, module: Module, node: ast.expr) -> list[Module]:
        homes = self.index.evaluator.modules_named.homes(module, node, EVERY_BRANCH)
        return [home for home in homes if home is not None]

    def _hands_out(self, home: Module, name: str) -> bool:
        """Whether a module answers a name that it does not bind."""
        table = self.index.tree.names(home).tables.get(home.tree, {})
        return HANDS_OUT in table and name not in table

    def _under(self, module: Module, scanned: ast.expr, key: ast.expr) -> Values:
        """What a module holds under a name that is computed, or by which its `__dict__` is asked."""
        homes = self._homes(module, scanned)
        held = [self._held_in(home) for home in homes]
        name = key.value if isinstance(key, ast.Constant) and isinstance(key.value, str) else ""
        if name in self.held and any(self._hands_out(home, name) for home in homes):
            return self.held[name]
        return NONE.union(
            *(
                values
                for each in held
                for known, values in each.items()
                if known == name or not isinstance(key, ast.Constant)
            )
        )


def _looks_through(node: ast.expr) -> bool:
    """Whether an expression goes through the names of a module."""
    spelled = {inner.attr for inner in ast.walk(node) if isinstance(inner, ast.Attribute)}
    called = {decorator_name(inner) for inner in ast.walk(node) if isinstance(inner, ast.Call)}
    return bool(spelled & {"__dict__", "__all__"} or called & {"dir", "vars"})


def _scanned(node: ast.expr) -> ast.expr | None:
    """The module whose names an expression is a dict of: ``vars(x)``, ``x.__dict__``."""
    match node:
        case ast.Call(func=ast.Name("vars"), args=[scanned]):
            return scanned
        case ast.Attribute(value=scanned, attr="__dict__"):
            return scanned
    return None
