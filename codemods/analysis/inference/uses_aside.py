"""What files that the index does not need name, and what they change a part of: of each file once, for all that it may name."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..syntax.functions import is_getattr
from ..syntax.source_module import Module
from ..uses.uses import ADDING, EXTENDING
from .branches import EVERY_BRANCH
from .values import Instance, Literal, Local, Value, in_order

if TYPE_CHECKING:
    from .interpreter import Evaluator

_CHANGING = ADDING | EXTENDING | {"clear", "insert", "pop", "popitem", "remove", "setdefault"}
"""Methods that change a container."""
_NAMED, _CHANGED = "named aside", "changed aside"
SUMMARIES_ASIDE = (_NAMED, _CHANGED)
"""The questions about all expressions of such a file."""
Holder = Literal | Local | Instance
Nodes = dict[Value, tuple[ast.expr, ...]]
_NONE: Nodes = {}


@dataclass(eq=False)
class UsesAside:
    """Answers which expressions of such files may be what holds a value."""

    evaluator: Evaluator

    def naming(self, module: Module, holder: Holder) -> tuple[ast.expr, ...]:
        """The expressions that may be it, and what is reached from it and changed there perhaps."""
        kind = type(holder)
        asked = (_NAMED, module, kind)
        work_out = lambda: self._by_holder(module, _names_read(module), kind)  # noqa: E731
        return self.evaluator.answer(asked, work_out, _NONE).get(holder, ())

    def changing(self, module: Module, holder: Holder) -> tuple[ast.expr, ...]:
        """The expressions that may be it, of which a part is changed there."""
        kind = type(holder)
        asked = (_CHANGED, module, kind)
        work_out = lambda: self._by_holder(module, _changed_in(module), kind)  # noqa: E731
        return self.evaluator.answer(asked, work_out, _NONE).get(holder, ())

    def may_name(self, module: Module, node: ast.expr, holder: Holder) -> bool:
        """Whether one expression may be it."""
        return holder in self._holders(module, node, type(holder))

    def _by_holder(self, module: Module, nodes: Iterator[ast.expr], kind: type[Holder]) -> Nodes:
        found: dict[Value, list[ast.expr]] = defaultdict(list)
        for node in nodes:
            for value in in_order(self._holders(module, node, kind)):
                found[value].append(node)
        return {value: tuple(nodes) for value, nodes in found.items()}

    def _holders(self, module: Module, node: ast.expr, kind: type[Holder]) -> set[Value]:
        """What an expression may be, of one kind."""
        found: set[Value] = {
            value for value in self.evaluator.values(module, node) if isinstance(value, kind)
        }
        if kind is Local:
            return found.union(self.evaluator.attributes.unread_classes(module, node))
        places = self.evaluator.places(module, node, EVERY_BRANCH).places
        if kind is Literal:
            return found | {Literal(home, place) for home, place in places}
        made = (owner for home, place in places for owner in self._made_by(home, place))
        return found | {Instance(owner) for owner in made}

    def _made_by(self, module: Module, place: ast.expr) -> Iterator[Local]:
        """The classes of which a call makes an object, in a file that the index does not need perhaps."""
        if isinstance(place, ast.Call):
            classes = self.evaluator.attributes.unread_classes(module, place.func)
            for owner in (*self.evaluator.values(module, place.func), *classes):
                if isinstance(owner, Local):
                    yield owner


def _names_read(module: Module) -> Iterator[ast.expr]:
    """What may be a holder: names, and what is reached from them and changed there perhaps."""
    return (
        node
        for node in module.nodes
        if (
            isinstance(node, (ast.Name, ast.Attribute, ast.Subscript)) and not isinstance(node.ctx, ast.Store)
        )
        or (isinstance(node, ast.Call) and (is_getattr(node) or _is_looked_into(module, node)))
    )


def _changed_in(module: Module) -> Iterator[ast.expr]:
    """What a file changes a part of."""
    for node in module.of(ast.Subscript, ast.Call):
        match node:
            case ast.Subscript(ctx=ast.Store() | ast.Del()):
                yield node.value
            case ast.Call(func=ast.Attribute(value=changed, attr=name)) if name in _CHANGING:
                yield changed


def _is_looked_into(module: Module, node: ast.Call) -> bool:
    above = module.parent(node)
    return isinstance(above, (ast.Attribute, ast.Subscript)) and above.value is node
