"""What stands in a list or dict: what is written in its display, and what statements put into it later."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from ..syntax.functions import decorator_name
from ..syntax.source_module import Module
from ..uses.uses import (
    ADDING,
    COPYING,
    EXTENDING,
    JOINING,
    LOOKING_UP,
    is_dict_call,
    key_set_by,
)
from .texts import text_of
from .values import (
    NOTHING,
    Evaluates,
    Literal,
    Value,
    Values,
    is_load,
)

_VIEWS = frozenset({"values", "items", "keys", "copy"})


@dataclass(frozen=True, eq=False)
class Addition:
    """Something that a statement puts into a container."""

    module: Module
    value: ast.expr
    key: str | None = None
    is_whole: bool = False
    """Whether it is a container itself, whose elements are put in."""


Find = Callable[[Module, ast.expr], list[Literal]]
"""Answers the displays that an expression may be."""

Additions = Mapping[Literal, Sequence[Addition]]
"""What statements put into containers, by the display of each."""


@dataclass(eq=False)
class Containers:
    """Answers what the displays of a tree hold."""

    evaluator: Evaluates
    additions: Additions = field(repr=False)

    def sequence_values(self, module: Module, node: ast.expr) -> Values:
        """What an expression may be where it is used as a sequence: a load is the list that it becomes."""
        values = self.evaluator.values(module, node)
        if not any(is_load(value) for value in values):
            return values
        return frozenset(value for value in values if not is_load(value)) | {Literal(module, node)}

    def under(self, literal: Literal, key: object = None) -> Values:
        """What stands under ``key``; in all places where ``key`` is None or not found."""
        named = [place for place in self.entries(literal) if key is not None and place[0] == key]
        chosen = named or list(self.entries(literal))
        return frozenset().union(*(self.evaluator.values(module, value) for _, module, value in chosen))

    def entries(self, literal: Literal) -> Iterator[tuple[object, Module, ast.expr]]:
        """Each key (or place, or None), the module, and the expression of what stands there."""
        yield from self._entries(literal, {literal})

    def _entries(self, literal: Literal, seen: set[Literal]) -> Iterator[tuple[object, Module, ast.expr]]:
        """The same; containers that are ``seen``, because one may be put into another and back, are passed over."""
        node, module = literal.node, literal.module
        if isinstance(node, ast.Dict):
            for name, value in zip(node.keys, node.values, strict=True):
                if name is not None:
                    yield (self._key(module, name), module, value)
                else:
                    for inner in self.evaluator.values(module, value):
                        yield from self._spread(inner, seen)
        elif isinstance(node, (ast.List, ast.Tuple, ast.Set)):
            for place, element in enumerate(node.elts):
                yield (None if isinstance(node, ast.Set) else place, module, element)
        elif isinstance(node, (ast.ListComp, ast.SetComp, ast.GeneratorExp)):
            yield (None, module, node.elt)
        elif isinstance(node, ast.DictComp):
            yield (None, module, node.value)
        elif isinstance(node, ast.Call) and is_dict_call(node):
            yield from ((word.arg, module, word.value) for word in node.keywords if word.arg)
            for spread in [*node.args, *(word.value for word in node.keywords if not word.arg)]:
                for inner in self.evaluator.values(module, spread):
                    yield from self._spread(inner, seen)
        else:
            yield (0, module, node)
        for addition in self.additions.get(literal, ()):
            if not addition.is_whole:
                yield (addition.key, addition.module, addition.value)
                continue
            for inner in self.sequence_values(addition.module, addition.value):
                yield from self._spread(inner, seen)

    def _spread(self, value: Value, seen: set[Literal]) -> Iterator[tuple[object, Module, ast.expr]]:
        if isinstance(value, Literal) and value not in seen:
            seen.add(value)
            yield from self._entries(value, seen)

    def _key(self, module: Module, node: ast.expr) -> object:
        if isinstance(node, ast.Constant):
            return node.value
        return text_of(self.evaluator.tree, module, node) or None

    def elements(self, module: Module, iterated: ast.expr, path: tuple[int, ...]) -> Values:
        """What the variable of a loop over ``iterated`` may be; ``path`` leads into a tuple of variables."""
        return frozenset().union(
            *(self.evaluator.values(home, node) for home, node in self.iterated(module, iterated, path))
        )

    def iterated(
        self, module: Module, iterated: ast.expr, path: tuple[int, ...], find: Find | None = None
    ) -> list[tuple[Module, ast.expr]]:
        """The expressions that the variable of a loop over ``iterated`` goes through; none where they are not known.

        ``find`` answers what displays an expression may be, where somebody knows more than the evaluator.
        """
        find = find or self._displays
        if isinstance(iterated, ast.Call):
            view = iterated.func.attr if isinstance(iterated.func, ast.Attribute) else ""
            if view in _VIEWS and isinstance(iterated.func, ast.Attribute) and not iterated.args:
                return self._viewed(module, iterated.func.value, view, path, find)
            name = iterated.func.id if isinstance(iterated.func, ast.Name) else ""
            if name == "enumerate" and iterated.args and path[:1] == (1,):
                return self.iterated(module, iterated.args[0], path[1:], find)
            if name in COPYING and len(iterated.args) == 1:
                return self.iterated(module, iterated.args[0], path, find)
            if name == "zip" and path and path[0] < len(iterated.args):
                return self.iterated(module, iterated.args[path[0]], path[1:], find)
        found: list[tuple[Module, ast.expr]] = []
        for value in find(module, iterated):
            if isinstance(value.node, ast.Dict):
                found += [(value.module, key) for key in value.node.keys if key is not None]
            else:
                found += [(home, node) for _, home, node in self.entries(value)]
        return self.inside(found, path, find)

    def _displays(self, module: Module, node: ast.expr) -> list[Literal]:
        return [value for value in self.evaluator.values(module, node) if isinstance(value, Literal)]

    def _viewed(
        self, module: Module, node: ast.expr, view: str, path: tuple[int, ...], find: Find
    ) -> list[tuple[Module, ast.expr]]:
        if view == "items" and path[:1] == (0,):
            view, path = "keys", path[1:]
        elif view == "items" and path[:1] == (1,):
            view, path = "values", path[1:]
        found: list[tuple[Module, ast.expr]] = []
        for value in find(module, node):
            if view == "keys" and isinstance(value.node, ast.Dict):
                found += [(value.module, key) for key in value.node.keys if key is not None]
            elif view in {"values", "copy"}:
                found += [(home, inner) for _, home, inner in self.entries(value)]
        return self.inside(found, path, find)

    def inside(
        self, nodes: list[tuple[Module, ast.expr]], path: tuple[int, ...], find: Find | None = None
    ) -> list[tuple[Module, ast.expr]]:
        """What stands at a path of places in each of some displays."""
        find = find or self._displays
        for place in path:
            nodes = [
                (inner_module, inner)
                for module, node in nodes
                for value in find(module, node)
                for at, inner_module, inner in self.entries(value)
                if at == place
            ]
        return nodes

    def of_call(self, module: Module, node: ast.Call) -> Values | None:
        """What functions and methods answer that copy, join or look into containers."""
        name = decorator_name(node)
        if is_dict_call(node):
            return frozenset({Literal(module, node)})
        if isinstance(node.func, ast.Name) and name in COPYING and len(node.args) == 1:
            return self.sequence_values(module, node.args[0])
        if name in LOOKING_UP and isinstance(node.func, ast.Attribute) and (node.args or name == "pop"):
            holders = [
                value
                for value in self.evaluator.values(module, node.func.value)
                if isinstance(value, Literal)
            ]
            key = text_of(self.evaluator.tree, module, node.args[0]) or None if node.args else None
            other = self.evaluator.values(module, node.args[1]) if len(node.args) > 1 else NOTHING
            return other.union(*(self.under(value, key) for value in holders)) or None
        if name == "copy" and isinstance(node.func, ast.Attribute) and not node.args:
            return (
                frozenset(
                    value
                    for value in self.evaluator.values(module, node.func.value)
                    if isinstance(value, Literal)
                )
                or None
            )
        if name in JOINING and node.args:
            return self._joined(module, node, name) or None
        return None

    def _joined(self, module: Module, node: ast.Call, name: str) -> Values:
        """``chain(a, b)``, ``chain.from_iterable(xs)``, ``sum(xs, [])``."""
        if name == "chain":
            return frozenset().union(*(self.sequence_values(module, argument) for argument in node.args))
        found: set[Value] = set()
        for outer in self.evaluator.values(module, node.args[0]):
            if isinstance(outer, Literal):
                for _, home, inner in self.entries(outer):
                    found |= self.sequence_values(home, inner)
        return frozenset(found)


def find_additions(evaluator: Evaluates) -> Additions:
    """What the statements of a tree put into its containers."""
    found: dict[Literal, list[Addition]] = defaultdict(list)
    for module in list(evaluator.tree.modules.values()):
        for node in module.nodes:
            for target, addition in _additions_of(module, node):
                for value in evaluator.values(module, target):
                    if isinstance(value, Literal):
                        found[value].append(addition)
    return dict(found)


def _additions_of(module: Module, node: ast.AST) -> Iterator[tuple[ast.expr, Addition]]:
    if isinstance(node, ast.Assign):
        for target in node.targets:
            if isinstance(target, ast.Subscript):
                yield target.value, Addition(module, node.value, key_set_by(target) or None)
    elif isinstance(node, ast.AugAssign) and not isinstance(node.target, ast.Name):
        yield node.target, Addition(module, node.value, is_whole=True)
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        name, target = node.func.attr, node.func.value
        if name in ADDING and node.args:
            yield target, Addition(module, node.args[-1])
        elif name == "setdefault" and len(node.args) == 2 and isinstance(node.args[0], ast.Constant):
            yield target, Addition(module, node.args[1], str(node.args[0].value))
        elif name in EXTENDING:
            for argument in node.args:
                yield target, Addition(module, argument, is_whole=True)
            for keyword in node.keywords:
                if name == "update" and keyword.arg:
                    yield target, Addition(module, keyword.value, keyword.arg)
