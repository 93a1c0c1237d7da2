"""What each name of a scope may stand for: the assignments, imports, definitions and parameters of a module."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TypeGuard

from .functions import BUILD_RESOURCES, decorator_name
from .reaching_definitions import (
    reaching,
    reaching_end,
)
from .source_module import (
    FUNCTIONS,
    Module,
)


@dataclass(frozen=True, eq=False)
class Assigned:
    """``name = value``; ``path`` leads into ``value`` where the target is a tuple (``a, (b, c) = value``)."""

    value: ast.expr
    path: tuple[int, ...] = ()
    adds: bool = False
    """Whether it is ``name += value``: what was there before is there still."""

    @property
    def where(self) -> ast.AST:
        return self.value


@dataclass(frozen=True, eq=False)
class Iterated:
    """``for name in value``; ``path`` leads into each element where the target is a tuple."""

    value: ast.expr
    path: tuple[int, ...] = ()
    adds: bool = True

    @property
    def where(self) -> ast.AST:
        return self.value


@dataclass(frozen=True, eq=False)
class Imported:
    """``from module import name`` or, where ``name`` is empty, ``import module``."""

    node: ast.Import | ast.ImportFrom
    module: str
    level: int
    name: str = ""
    adds: bool = False

    @property
    def is_star(self) -> bool:
        """Whether it is the name that a star import brings."""
        return self.node.names[0].name == "*"

    @property
    def where(self) -> ast.AST:
        return self.node


@dataclass(frozen=True, eq=False)
class Defined:
    """``def name`` or ``class name``."""

    node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
    adds: bool = False

    @property
    def where(self) -> ast.AST:
        return self.node


@dataclass(frozen=True, eq=False)
class Parameter:
    """A parameter of a function."""

    function: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
    arg: ast.arg
    adds: bool = False

    @property
    def where(self) -> ast.AST:
        return self.arg


@dataclass(frozen=True, eq=False)
class Opaque:
    """A name bound in a way that is not followed: a part of what a ``with`` hands out, an ``except``, a starred target and those behind it."""

    node: ast.AST
    adds: bool = True

    @property
    def where(self) -> ast.AST:
        return self.node


@dataclass(frozen=True, eq=False)
class Entered:
    """``with manager as name``: the name is what the manager hands out."""

    item: ast.withitem
    adds: bool = True

    @property
    def where(self) -> ast.AST:
        return self.item.context_expr


Binding = Assigned | Iterated | Imported | Defined | Parameter | Opaque | Entered
Table = dict[str, list[Binding]]
Declared = dict[ast.AST, list[ast.Global | ast.Nonlocal]]
"""The ``global`` and ``nonlocal`` statements of each function or class."""
_BINDING = (
    *FUNCTIONS,
    *(ast.ClassDef, ast.Lambda, ast.Assign, ast.AnnAssign, ast.AugAssign, ast.NamedExpr),
    *(ast.Import, ast.ImportFrom, ast.For, ast.AsyncFor, ast.comprehension, ast.withitem),
    *(ast.ExceptHandler, ast.MatchAs, ast.MatchStar),
)
"""The nodes that bind names."""


@dataclass(frozen=True, eq=False)
class Names:
    """The names bound in each scope of a module, and the modules it star-imports."""

    tables: dict[ast.AST, Table]
    stars: tuple[Imported, ...]
    _declared: Declared = field(default_factory=dict, repr=False)

    @cached_property
    def imported(self) -> dict[str, list[tuple[ast.AST, str, Imported]]]:
        """The imports of each name: the scope that it is bound in, under which name, and the binding."""
        found: dict[str, list[tuple[ast.AST, str, Imported]]] = defaultdict(list)
        for scope, table in self.tables.items():
            for name, bindings in table.items():
                for one in bindings:
                    if isinstance(one, Imported):
                        found[one.name].append((scope, name, one))
        return found

    def lookup(self, module: Module, name: str, at: ast.AST) -> list[Binding]:
        """The bindings that a name read at ``at`` may mean: those of the innermost scope that binds it."""
        scope = self.scope_that_binds(module, name, at)
        if scope is None:
            return []
        found = self.tables[scope][name]
        # A function runs later, when all of the scope around it has run.
        return reaching(module, scope, found, at) if runs_at_once(module, at, scope) else found

    def at_end(self, module: Module, name: str) -> list[Binding]:
        """The bindings of a module-level name that an importer of the module may see."""
        return reaching_end(module, module.tree, self.tables.get(module.tree, {}).get(name, []))

    def in_class(self, module: Module, owner: ast.ClassDef, name: str) -> list[Binding]:
        """The bindings of a name in the body of a class that may hold once the body has run."""
        return reaching_end(module, owner, self.tables.get(owner, {}).get(name, []))

    def scope_that_binds(self, module: Module, name: str, at: ast.AST) -> ast.AST | None:
        """The innermost scope around ``at`` that binds a name; None where no scope of the module does."""
        scope = module.scope_of(at)
        innermost = True
        while True:
            declared = self._declared.get(scope, ())
            if any(isinstance(one, ast.Global) and name in one.names for one in declared):
                return module.tree if self.tables.get(module.tree, {}).get(name) else None
            # A class body's names are seen in the body alone, not in the functions inside it.
            if (innermost or not isinstance(scope, ast.ClassDef)) and self.tables.get(scope, {}).get(name):
                return scope
            if isinstance(scope, ast.Module):
                return None
            scope, innermost = module.scope_of(scope), False

    def is_global(self, module: Module, name: str, at: ast.AST) -> bool:
        """Whether a name read at ``at`` is one of the module's own."""
        return self.scope_that_binds(module, name, at) is module.tree


def runs_at_once(module: Module, at: ast.AST, scope: ast.AST) -> bool:
    """Whether a place is run as the statements of a scope are: it is in no function inside of that scope."""
    inner = module.scope_of(at)
    while inner is not scope:
        if isinstance(inner, (*FUNCTIONS, ast.Lambda)):
            return False
        inner = module.scope_of(inner)
    return True


def collect_names(module: Module) -> Names:
    """Walk a module once and note each binding in its scope."""
    tables: dict[ast.AST, Table] = defaultdict(lambda: defaultdict(list))
    stars: list[Imported] = []
    declared = _declared_elsewhere(module)
    of_others: list[tuple[ast.AST, str, Binding]] = []
    for node in module.of(*_BINDING):
        if isinstance(node, ast.ImportFrom) and any(alias.name == "*" for alias in node.names):
            stars.append(Imported(node, node.module or "", node.level, "*"))
            continue
        for name, binding in _bindings_of(node):
            is_parameter = isinstance(binding.where, ast.arg)
            scope = node if is_parameter else _binding_scope(module, node)
            elsewhere = [one for one in declared.get(scope, ()) if name in one.names]
            if is_parameter or not elsewhere:
                tables[scope][name].append(binding)
            elif isinstance(elsewhere[0], ast.Global):
                tables[module.tree][name].append(binding)
            else:
                of_others.append((scope, name, binding))
    for scope, name, binding in of_others:
        tables[_outer_scope(module, scope, name, tables)][name].append(binding)
    return Names({scope: dict(table) for scope, table in tables.items()}, tuple(stars), declared)


def _declared_elsewhere(module: Module) -> Declared:
    found: Declared = defaultdict(list)
    for statement in module.of(ast.Global, ast.Nonlocal):
        found[module.scope_of(statement)].append(statement)
    return found


def _binding_scope(module: Module, node: ast.AST) -> ast.AST:
    scope = module.scope_of(node)
    if isinstance(node, ast.NamedExpr):
        # A walrus in a comprehension binds in the function around it.
        while isinstance(scope, (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)):
            scope = module.scope_of(scope)
    return scope


def _outer_scope(module: Module, scope: ast.AST, name: str, tables: Mapping[ast.AST, Table]) -> ast.AST:
    """The function around another one that ``nonlocal`` speaks of: the nearest that binds the name itself."""
    outer = module.scope_of(scope)
    while not isinstance(outer, ast.Module):
        if isinstance(outer, (*FUNCTIONS, ast.Lambda)) and name in tables.get(outer, {}):
            return outer
        outer = module.scope_of(outer)
    return module.scope_of(scope)


def _bindings_of(node: ast.AST) -> Iterator[tuple[str, Binding]]:
    if isinstance(node, ast.Assign):
        for target in node.targets:
            yield from _targets(target, node.value, ())
    elif isinstance(node, (ast.AnnAssign, ast.NamedExpr)):
        if node.value is not None:  # `name: Type` alone binds nothing
            yield from _targets(node.target, node.value, ())
    elif isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name):
        # `xs += [...]` leaves what was there and adds to it.
        yield node.target.id, Assigned(node.value, adds=True)
    elif isinstance(node, ast.Import):
        for alias in node.names:
            if alias.asname:
                yield alias.asname, Imported(node, alias.name, 0)
            else:
                yield alias.name.split(".")[0], Imported(node, alias.name.split(".")[0], 0)
    elif isinstance(node, ast.ImportFrom):
        for alias in node.names:
            yield alias.asname or alias.name, Imported(node, node.module or "", node.level, alias.name)
    elif isinstance(node, (*FUNCTIONS, ast.ClassDef)):
        yield node.name, Defined(node)
        if not isinstance(node, ast.ClassDef):
            yield from _parameters(node)
    elif isinstance(node, ast.Lambda):
        yield from _parameters(node)
    else:
        yield from _opaque(node)


def _parameters(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) -> Iterator[tuple[str, Binding]]:
    arguments = node.args
    for arg in [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]:
        yield arg.arg, Parameter(node, arg)
    for star in (arguments.vararg, arguments.kwarg):
        if star is not None:
            yield star.arg, Opaque(star)


def _targets(
    target: ast.expr, value: ast.expr, path: tuple[int, ...], kind: type[Assigned] | type[Iterated] = Assigned
) -> Iterator[tuple[str, Binding]]:
    if isinstance(target, ast.Name):
        yield target.id, kind(value, path)
    elif isinstance(target, (ast.Tuple, ast.List)):
        starred = [place for place, element in enumerate(target.elts) if isinstance(element, ast.Starred)]
        is_rest = kind is Assigned and not path and starred == [len(target.elts) - 1]
        for place, element in enumerate(target.elts):
            if isinstance(element, ast.Starred) and isinstance(element.value, ast.Name) and is_rest:
                # What is left over is of what the whole has, in other places.
                yield element.value.id, Assigned(value, adds=True)
            elif starred and place >= starred[0]:
                # How many elements a star takes, and which stand behind it, depends on how many there are.
                yield from ((name.id, Opaque(name)) for name in ast.walk(element) if _is_bound(name))
            else:
                yield from _targets(element, value, (*path, place), kind)


def _is_bound(node: ast.AST) -> TypeGuard[ast.Name]:
    return isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)


def _opaque(node: ast.AST) -> Iterator[tuple[str, Binding]]:
    if isinstance(node, (ast.For, ast.AsyncFor, ast.comprehension)):
        yield from _targets(node.target, node.iter, (), Iterated)
    elif isinstance(node, ast.withitem) and node.optional_vars is not None:
        if isinstance(node.context_expr, ast.Call) and decorator_name(node.context_expr) == BUILD_RESOURCES:
            yield from _targets(node.optional_vars, node.context_expr, ())
            return
        if isinstance(node.optional_vars, ast.Name):
            yield node.optional_vars.id, Entered(node)
            return
        yield from ((name.id, Opaque(name)) for name in ast.walk(node.optional_vars) if _is_bound(name))
    elif (isinstance(node, ast.ExceptHandler) and node.name) or (
        isinstance(node, (ast.MatchAs, ast.MatchStar)) and node.name
    ):
        yield node.name, Opaque(node)
