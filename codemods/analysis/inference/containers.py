"""What is in a list or dict: what is written in its display, and what statements put into it later."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ..syntax.functions import decorator_name
from ..syntax.source_module import Module
from ..uses.uses import COPYING, JOINING, LOOKING_UP, is_dict_call, is_values_view
from .branches import EVERY_BRANCH, Branches
from .data_files import is_data
from .looking import Looking, is_read
from .possible import NOT_KNOWN, Place, Possible, made_at
from .texts import none_of, text_of
from .typed_dicts import is_typed_dict
from .values import NOTHING, Literal, Value, Values, in_order, is_list_of_modules, is_load
from .varargs import further_arguments
from .whole_displays import DISPLAYS, Find, is_whole, keys_of

if TYPE_CHECKING:
    from .interpreter import Evaluator

_VIEWS = frozenset({"values", "items", "keys", "copy"})


@dataclass(eq=False)
class Containers:
    """Answers what the displays of a tree hold."""

    evaluator: Evaluator

    def sequence_values(self, module: Module, node: ast.expr) -> Values:
        """What an expression may be where it is used as a sequence: a load is the list that it becomes."""
        values = self.evaluator.values(module, node)
        if not any(is_load(value) for value in values):
            return values
        return frozenset(value for value in values if not is_load(value)) | {Literal(module, node)}

    def under(self, literal: Literal) -> Values:
        """What stands anywhere in a container."""
        return frozenset().union(
            *(self.evaluator.values(module, value) for _, module, value in self.entries(literal))
        )

    def under_key(self, module: Module, holder: ast.expr, key: object) -> Values:
        """What stands under ``key`` in what ``holder`` may be; anywhere in it where ``key`` is None or not found."""
        chosen = (
            place
            for display in self._displays(module, holder)
            for place in self._chosen(module, holder, display, key)
        )
        return frozenset().union(*(self.evaluator.values(home, value) for home, value in chosen))

    def _chosen(self, module: Module, holder: ast.expr, display: Literal, key: object) -> list[Place]:
        """The expressions that may stand under ``key`` in a display that ``holder`` may be."""
        entries = list(self.entries(display))
        by_place = not isinstance(display.node, (ast.Dict, ast.Call))
        is_known = key is not None and (not by_place or self._keeps_places(module, holder, display))
        named = [(home, value) for name, home, value in entries if is_known and name == key]
        if not named:
            return [(home, value) for _, home, value in entries]
        unnamed = [(home, value) for name, home, value in entries if name is None and not by_place]
        anywhere = [
            (each.module, each.value)
            for each in self.evaluator.statements.added_to(display)
            if each.is_anywhere
        ]
        return list(dict.fromkeys([*named, *unnamed, *anywhere]))

    def _keeps_places(self, module: Module, holder: ast.expr, display: Literal) -> bool:
        """Whether each element is where the code writes it, also in what is read: not added up, sorted or shifted."""
        if self.evaluator.statements.shifts(display):
            return False
        return self._is_as_written(module, holder)

    def _is_as_written(self, module: Module, node: ast.expr) -> bool:
        asked = ("as written", node)
        return self.evaluator.answer(asked, lambda: self._is_display_or_copy(module, node), True)

    def _is_display_or_copy(self, module: Module, node: ast.expr) -> bool:
        found = self.evaluator.places(module, node, EVERY_BRANCH)
        for home, place in found.places:
            match place:
                case ast.List() | ast.Tuple():
                    continue
                case ast.Call(func=ast.Name("list" | "tuple"), args=[inner]):
                    pass
                case ast.Call(func=ast.Attribute(value=inner, attr="copy"), args=[]):
                    pass
                case _:
                    return False
            if not self._is_as_written(home, inner):
                return False
        return found.is_all

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
                    for inner in in_order(self.evaluator.values(module, value)):
                        yield from self._spread(inner, seen)
        elif isinstance(node, (ast.List, ast.Tuple, ast.Set)):
            yield from self._elements(module, node, seen)
        elif isinstance(node, (ast.ListComp, ast.SetComp, ast.GeneratorExp)):
            yield (None, module, node.elt)
        elif isinstance(node, ast.DictComp):
            yield (None, module, node.value)
        elif isinstance(node, ast.Call) and (is_dict_call(node) or self._is_typed_dict(module, node)):
            yield from ((word.arg, module, word.value) for word in node.keywords if word.arg)
            for spread in [*node.args, *(word.value for word in node.keywords if not word.arg)]:
                for inner in in_order(self.evaluator.values(module, spread)):
                    yield from self._spread(inner, seen)
        elif is_values_view(node):
            assert isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
            for inner in in_order(self.evaluator.values(module, node.func.value)):
                yield from ((None, home, value) for _, home, value in self._spread(inner, seen))
        elif not any(map(is_list_of_modules, self.evaluator.values(module, node))):
            yield (0, module, node)
        for addition in self.evaluator.statements.added_to(literal):
            if not addition.is_whole:
                yield (addition.key, addition.module, addition.value)
                continue
            for inner in self.sequence_values(addition.module, addition.value):
                yield from self._spread(inner, seen)

    def _is_typed_dict(self, module: Module, node: ast.Call) -> bool:
        made = self.evaluator.values(module, node.func)
        return any(is_typed_dict(self.evaluator.objects, value) for value in made)

    def _elements(
        self, module: Module, node: ast.List | ast.Tuple | ast.Set, seen: set[Literal]
    ) -> Iterator[tuple[object, Module, ast.expr]]:
        is_placed = not isinstance(node, ast.Set)
        for place, element in enumerate(node.elts):
            if not isinstance(element, ast.Starred):
                yield (place if is_placed else None, module, element)
                continue
            is_placed = False  # How many it takes is not known, nor where those behind it stand.
            inside = self.evaluator.values(module, element.value)
            if not inside or not all(isinstance(one, Literal) for one in inside):
                yield (None, module, element)
            for inner in inside:
                yield from ((None, home, value) for _, home, value in self._spread(inner, seen))

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
        found: list[tuple[Module, ast.expr]] = further_arguments(self.evaluator, module, iterated)
        for value in find(module, iterated):
            keys = keys_of(value)
            if keys is None:
                keys = [(home, node) for _, home, node in self.entries(value)]
            found += keys
        return self.inside(found, path, find)

    def _displays(self, module: Module, node: ast.expr) -> list[Literal]:
        return [
            value for value in in_order(self.evaluator.values(module, node)) if isinstance(value, Literal)
        ]

    def _viewed(
        self, module: Module, node: ast.expr, view: str, path: tuple[int, ...], find: Find
    ) -> list[tuple[Module, ast.expr]]:
        if view == "items" and path[:1] == (0,):
            view, path = "keys", path[1:]
        elif view == "items" and path[:1] == (1,):
            view, path = "values", path[1:]
        found: list[tuple[Module, ast.expr]] = []
        for value in find(module, node):
            if view == "keys":
                found += keys_of(value) or ()
            elif view in {"values", "copy"}:
                found += [(home, inner) for _, home, inner in self.entries(value)]
        return self.inside(found, path, find)

    def inside(
        self, nodes: list[tuple[Module, ast.expr]], path: tuple[int, ...], find: Find | None = None
    ) -> list[tuple[Module, ast.expr]]:
        """What stands at a path of places in each of some displays."""
        find = find or self._displays
        for place in path:
            if isinstance(find, Looking):
                find.note(nodes)
            nodes = [
                (inner_module, inner)
                for module, node in nodes
                for value in find(module, node)
                for inner_module, inner in self._chosen(module, node, value, place)
            ]
        return nodes

    def of_call(self, module: Module, node: ast.Call) -> Values | None:
        """What functions and methods answer that copy, join or look into containers."""
        name = decorator_name(node)
        if is_dict_call(node):
            return frozenset({Literal(module, node)})
        if is_values_view(node) and isinstance(node.func, ast.Attribute):
            held = self.evaluator.values(module, node.func.value)
            is_of_display = bool(held) and all(isinstance(value, Literal) for value in held)
            return frozenset({Literal(module, node)}) if is_of_display else None
        if isinstance(node.func, ast.Name) and name in COPYING and len(node.args) == 1:
            return self.sequence_values(module, node.args[0])
        if name in LOOKING_UP and isinstance(node.func, ast.Attribute) and (node.args or name == "pop"):
            holders = [
                value
                for value in in_order(self.evaluator.values(module, node.func.value))
                if isinstance(value, Literal)
            ]
            key = text_of(self.evaluator.tree, module, node.args[0]) or None if node.args else None
            other = self.evaluator.values(module, node.args[1]) if len(node.args) > 1 else NOTHING
            inside = self.under_key(module, node.func.value, key) if holders else NOTHING
            return other | inside or None
        if name == "copy" and isinstance(node.func, ast.Attribute) and not node.args:
            return (
                frozenset(
                    value
                    for value in in_order(self.evaluator.values(module, node.func.value))
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
        for outer in in_order(self.evaluator.values(module, node.args[0])):
            if isinstance(outer, Literal):
                for _, home, inner in self.entries(outer):
                    found |= self.sequence_values(home, inner)
        return frozenset(found)

    # -- where the values are made

    def looking(self, branches: Branches) -> Looking:
        """Finds displays in the branches that are taken."""
        return Looking(self, branches)

    def displays(self, module: Module, node: ast.expr, branches: Branches) -> list[Literal]:
        """The displays that an expression may be, in the branches that are taken."""
        values = self._displays(module, node)
        is_partial = values and self._is_partly_read(module, node)
        if values and (len(values) == 1 or branches is EVERY_BRANCH) and not is_partial:
            return values
        made = self.evaluator.places(module, node, branches)
        found = [Literal(home, place) for home, place in made.places if isinstance(place, DISPLAYS)]
        # What `x |= y` adds is among the values alone.
        if not made.is_all or (is_partial and branches is EVERY_BRANCH):
            return list(dict.fromkeys([*values, *found]))
        return found or values

    def _is_partly_read(self, module: Module, node: ast.expr) -> bool:
        """Whether a name is bound to something in a file that the index does not need, beside what is in it."""
        bound = self.evaluator.star_imports.bound(module, node) if isinstance(node, ast.Name) else ()
        return len(bound) > 1 and not all(self.evaluator.binding_values(module, one) for one in bound)

    def places_by_subscript(self, module: Module, node: ast.Subscript, branches: Branches) -> Possible:
        """Where the value of ``x[key]`` is made; there itself where nothing says that."""
        if isinstance(node.slice, ast.Slice):
            return made_at(module, node)
        key = branches.key(module, node.slice)
        return self._places_under(module, node.value, key, branches) or made_at(module, node)

    def places_by_get(self, module: Module, node: ast.Call, branches: Branches) -> Possible | None:
        """Where the value of ``x.get(key, default)`` is made; None where ``x`` is no container that is known."""
        if not (isinstance(node.func, ast.Attribute) and node.func.attr in LOOKING_UP and node.args):
            return None
        key = branches.key(module, node.args[0])
        found = self._places_under(module, node.func.value, key, branches)
        if found is None:
            return None
        default = self.evaluator.places_of_any([(module, other) for other in node.args[1:2]], branches)
        is_surely_there = key is not None and self._is_under(module, node.func.value, key, branches)
        if is_surely_there:
            return found
        if any(is_data(one.module) for one in self.displays(module, node.func.value, branches)):
            return NOT_KNOWN
        is_none = default is None and node.func.attr == "get"
        default = made_at(module, none_of(node)) if is_none else default
        if default is None:
            return found | NOT_KNOWN
        if self._is_absent(module, node.func.value, key, branches):
            return default
        if is_none:
            return found | default
        return found | default if key is None or isinstance(node.args[0], ast.Constant) else default

    def places_under(self, module: Module, holder: ast.expr, key: str, branches: Branches) -> Possible:
        """Where what stands under a key is made, where every display that ``holder`` may be has that key."""
        made = self.evaluator.places(module, holder, branches)
        displays = {(one.module, one.node) for one in self.displays(module, holder, branches)}
        is_known = made.is_all and bool(displays) and displays.issuperset(made.places)
        if not is_known or not self._is_under(module, holder, key, branches):
            return NOT_KNOWN
        return self._places_under(module, holder, key, branches) or NOT_KNOWN

    def _places_under(
        self, module: Module, holder: ast.expr, key: object, branches: Branches
    ) -> Possible | None:
        displays = self.displays(module, holder, branches)
        # Where a dict lacks the key, the code does not come here, or fails.
        having = [display for display in displays if not self._lacks(display, key)] or displays
        inside = [place for display in having for place in self._chosen(module, holder, display, key)]
        if not displays:
            return None
        found = self.evaluator.places_of_any(inside, branches) or NOT_KNOWN
        is_all = is_whole(self.evaluator, module, holder, self.looking(branches))
        is_all = is_all and is_read(self.evaluator, module, holder, branches)
        made = self.evaluator.places(module, holder, branches)
        return replace(found, is_all=found.is_all and is_all).read_in(made, displays)

    def is_absent(self, module: Module, node: ast.Subscript, branches: Branches) -> bool:
        """Whether no dict that ``x`` of ``x["key"]`` may be has the key, and nothing puts it in."""
        return self._is_absent(module, node.value, branches.key(module, node.slice), branches)

    def _is_absent(self, module: Module, holder: ast.expr, key: object, branches: Branches) -> bool:
        made = self.evaluator.places(module, holder, branches)
        displays = self.displays(module, holder, branches)
        is_known = made.is_all and {(one.module, one.node) for one in displays}.issuperset(made.places)
        is_read = bool(displays) and is_known and self.evaluator.is_all(made)
        return is_read and all(self._lacks(display, key) for display in displays)

    def _lacks(self, display: Literal, key: object) -> bool:
        """Whether a dict surely has nothing under a key: all of its keys are known, also of what is put into it."""
        if (
            not isinstance(key, str)
            or not isinstance(display.node, ast.Dict)
            or any(self.spread_in(display.node))
        ):
            return False
        added = self.evaluator.statements.added_to(display)
        names = [name for name, _, _ in self.entries(display)]
        return (
            not any(one.is_whole or one.is_anywhere for one in added)
            and None not in names
            and key not in names
        )

    def spread_in(self, display: ast.expr) -> Iterator[ast.expr]:
        """What a display, or a call of ``dict``, takes its elements from as a whole."""
        if isinstance(display, ast.Dict):
            yield from (value for key, value in zip(display.keys, display.values, strict=True) if key is None)
        elif isinstance(display, (ast.List, ast.Tuple, ast.Set)):
            yield from (each.value for each in display.elts if isinstance(each, ast.Starred))
        elif isinstance(display, ast.Call) and is_dict_call(display):
            yield from (*display.args, *(word.value for word in display.keywords if not word.arg))

    def _is_under(self, module: Module, holder: ast.expr, key: object, branches: Branches) -> bool:
        return all(
            any(name == key for name, _, _ in self.entries(display))
            for display in self.displays(module, holder, branches)
        )
