"""What the statements of a tree do to values that were made elsewhere: put something into a container, derive a class.

Which container a statement adds to depends on values, and what a container holds on such statements. So this is brought
up to date after each file, before anything else is asked: file by file, those again whose answers have changed.
"""

from __future__ import annotations

import ast
from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass, field

from ..syntax.classes import assigned_by
from ..syntax.scopes import Assigned
from ..syntax.source_module import Module
from ..uses.uses import ADDING, EXTENDING
from .values import NOTHING, Evaluates, Literal, Local, in_order

_SETTLED = 8
"""How often what a file does is worked out anew before it may only be more, and no more be something else."""
_SHIFTING = frozenset(
    {"insert", "appendleft", "extendleft", "popleft", "reverse", "sort", "remove", "rotate"}
)
"""Methods after which elements stand in other places."""
Fact = tuple[str, Hashable]


@dataclass(frozen=True)
class Addition:
    """Something that a statement puts into a container."""

    module: Module
    value: ast.expr
    key: object = None
    is_whole: bool = False
    """Whether it is a container itself, whose elements are put in."""
    is_anywhere: bool = False
    """Whether it may be put under any key, in place of what stands there."""


Effects = dict[Fact, tuple[object, ...]]
"""What the statements of a file do: additions by container, heirs by class, classes that derive from something legacy."""
_DERIVED: Fact = ("derived", None)
_NONE: Effects = {}


@dataclass(eq=False)
class Statements:
    """What the statements of the files read so far do."""

    evaluator: Evaluates
    watch: Callable[[Fact], None] = field(repr=False)
    """Notes that what is worked out at present depends on a fact."""
    forget: Callable[[set[Fact]], list[Hashable]] = field(repr=False)
    """Drops the answers that depend on facts which have changed; which those are."""
    _effects: dict[Module, Effects] = field(default_factory=dict, repr=False)
    _order: dict[Module, int] = field(default_factory=dict, repr=False)
    _by_fact: dict[Fact, dict[Module, tuple[object, ...]]] = field(
        default_factory=lambda: defaultdict(dict), repr=False
    )

    def added_to(self, container: Literal) -> list[Addition]:
        """What statements put into a container."""
        return self._of(("added", container))  # type: ignore[return-value]

    def shifts(self, container: Literal) -> bool:
        """Whether some statement lets elements of a container stand in other places than the code writes them."""
        return bool(self._of(("shifted", container)))

    def heirs_of(self, owner: ast.AST) -> list[Local]:
        """The classes that have a class among their bases."""
        return self._of(("heirs", owner))  # type: ignore[return-value]

    def derived(self) -> list[Local]:
        """The classes that derive from something legacy."""
        return self._of(_DERIVED)  # type: ignore[return-value]

    def _of(self, fact: Fact) -> list[object]:
        self.watch(fact)
        by_module = self._by_fact.get(fact)
        if not by_module:
            return []
        if len(by_module) == 1:
            return list(*by_module.values())
        return [
            each for module in sorted(by_module, key=self._order.__getitem__) for each in by_module[module]
        ]

    def update(self, modules: list[Module], dropped: list[Hashable]) -> list[Hashable]:
        """Take the statements of more files, and again those of files of which answers were ``dropped``."""
        for module in modules:
            self._effects[module] = {}
            self._order[module] = len(self._order)
        turns: Counter[Module] = Counter()
        todo = [*modules, *self._concerned(dropped)]
        all_dropped = list(dropped)
        while todo:
            changed: set[Fact] = set()
            for module in dict.fromkeys(todo):
                turns[module] += 1
                changed |= self._take(module, only_more=turns[module] > _SETTLED)
            dropped = self.forget(changed)
            all_dropped += dropped
            todo = self._concerned(dropped)
        return all_dropped

    def _concerned(self, dropped: list[Hashable]) -> list[Module]:
        return [each[1] for each in dropped if isinstance(each, tuple) and each[0] == "effects"]

    def _take(self, module: Module, *, only_more: bool) -> set[Fact]:
        """Bring one file up to date; the facts that are others now."""
        before = self._effects[module]
        after = self.evaluator.answer(("effects", module), lambda: self._effects_of(module), _NONE)
        if only_more:
            facts = dict.fromkeys([*before, *after])
            after = {
                fact: tuple(dict.fromkeys([*before.get(fact, ()), *after.get(fact, ())])) for fact in facts
            }
        changed = {
            fact for fact in before.keys() | after.keys() if before.get(fact, ()) != after.get(fact, ())
        }
        self._effects[module] = after
        for fact in changed:
            if fact in after:
                self._by_fact[fact][module] = after[fact]
            else:
                del self._by_fact[fact][module]
        return changed

    def _effects_of(self, module: Module) -> Effects:
        found: dict[Fact, list[object]] = defaultdict(list)
        for node in module.of(ast.ClassDef, ast.Assign, ast.AugAssign, ast.Call, ast.Subscript):
            if isinstance(node, ast.ClassDef):
                self._bases_of(module, node, found)
                continue
            for target, addition in _additions_of(module, node):
                for value in in_order(self.evaluator.values(module, target)):
                    if isinstance(value, Literal):
                        found["added", value].append(addition)
            if isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name):
                for value in self._of_others(module, node.target):
                    found["added", value].append(Addition(module, node.value, is_whole=True))
            for target in _shifted_by(node):
                for value in in_order(self.evaluator.values(module, target)):
                    if isinstance(value, Literal):
                        found["shifted", value].append(node)
        return {fact: tuple(each) for fact, each in found.items()}

    def _of_others(self, module: Module, target: ast.Name) -> Iterator[Literal]:
        """The containers that a name is to which `name += more` adds, where other names have them: a parameter, `mine = CONF`."""
        bound = self.evaluator.bound(module, target)
        own = {one.value for one in bound if isinstance(one, Assigned) and not one.path}
        for binding in bound:
            is_added = isinstance(binding, Assigned) and binding.adds
            values = NOTHING if is_added else self.evaluator.binding_values(module, binding)
            yield from (
                value for value in in_order(values) if isinstance(value, Literal) and value.node not in own
            )

    def _bases_of(self, module: Module, node: ast.ClassDef, found: dict[Fact, list[object]]) -> None:
        owner = Local(module, node)
        for base in node.bases:
            for value in in_order(self.evaluator.values(module, base)):
                if isinstance(value, Local):
                    found["heirs", value.node].append(owner)
        if node.bases and self.evaluator.is_derived(owner):
            found[_DERIVED].append(owner)


def _additions_of(module: Module, node: ast.AST) -> Iterator[tuple[ast.expr, Addition]]:
    if isinstance(node, ast.Assign):
        for target, value in assigned_by(node):
            if isinstance(target, ast.Subscript):
                is_known = isinstance(target.slice, ast.Constant)
                key = target.slice.value if isinstance(target.slice, ast.Constant) else None
                yield target.value, Addition(module, value, key, is_anywhere=not is_known)
    elif isinstance(node, ast.AugAssign) and not isinstance(node.target, ast.Name):
        yield node.target, Addition(module, node.value, is_whole=True)
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        name, target = node.func.attr, node.func.value
        if name in ADDING and node.args:
            yield target, Addition(module, node.args[-1])
        elif name == "setdefault" and len(node.args) == 2:
            key = str(node.args[0].value) if isinstance(node.args[0], ast.Constant) else None
            yield target, Addition(module, node.args[1], key, is_anywhere=key is None)
        elif name in EXTENDING:
            for argument in node.args:
                yield target, Addition(module, argument, is_whole=True)
            for keyword in node.keywords:
                if name == "update" and keyword.arg:
                    yield target, Addition(module, keyword.value, keyword.arg)


def _shifted_by(node: ast.AST) -> Iterator[ast.expr]:
    """The containers whose elements a statement moves from their places, or takes out."""
    match node:
        case ast.Call(func=ast.Attribute(value=target, attr=name)) if name in _SHIFTING:
            yield target
        case ast.Call(func=ast.Attribute(value=target, attr="pop"), args=[_]):
            yield target
        case ast.Subscript(value=target, ctx=ast.Del()):
            yield target
        case ast.Subscript(value=target, slice=ast.Slice(), ctx=ast.Store()):
            yield target
