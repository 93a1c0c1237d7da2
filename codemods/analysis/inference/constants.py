"""The value of an expression that a person can read off the code: literals, names of literals, the environment."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TypeVar

from ..syntax.scopes import (
    Iterated,
    Parameter,
)
from ..syntax.source_module import Module
from .branches import UNKNOWN_VALUE, Branches
from .interpreter import Evaluator
from .provenance import (
    EVERY_BRANCH,
    Origins,
    is_external,
    origins_of,
)

T = TypeVar("T")

_READERS = ("os.getenv", "os.environ.get", "dagster.EnvVar", "dagster.EnvVar.int")
ENV_VARS = ("dagster.EnvVar", "dagster.EnvVar.int")
CUTTING = frozenset({"strip", "lstrip", "rstrip", "removeprefix", "removesuffix"})
"""Methods of texts that answer a part of them."""
_AS_IT_IS = -1
"""The conversion of ``{x}`` in an f-string, where it has none."""
_DEEPEST = 40
"""Values that are read for one another, one inside the other."""
_MANY = 1000
"""Texts that parts may make together: of more than so many nobody reads them off."""


@dataclass(frozen=True)
class Constant:
    """A value, and the environment variable or the setting that it was read from, if any."""

    value: object
    variable: str = ""


@dataclass(frozen=True, eq=False)
class Constants:
    """Reads constants off a tree, with the environment that the user gave."""

    evaluator: Evaluator
    environment: Mapping[str, str]
    is_whole: bool = False
    """Whether the environment is that of a deployment, which says what branches the code takes."""
    _open: list[ast.expr] = field(default_factory=list, repr=False)
    """What is being read: a value that depends on itself, or lies deeper than this goes, is not known."""

    def origins(self, module: Module, node: ast.expr) -> Origins:
        """Where the value of an expression comes from."""
        branches = Branches(self._said) if self.is_whole else EVERY_BRANCH
        return origins_of(self.evaluator, module, node, branches)

    def _said(self, module: Module, node: ast.expr) -> object:
        found = self.read(module, node)
        if found is not None:
            return found.value
        return self._guarded(node, partial(self._truth, module, node), otherwise=UNKNOWN_VALUE)

    def _truth(self, module: Module, node: ast.expr) -> object:
        """The value of a name for a comparison."""
        origins = self.origins(module, node)
        if not origins.is_complete or len(origins.places) != 1:
            return UNKNOWN_VALUE
        home, place = origins.places[0]
        is_test = isinstance(place, ast.Compare) and place is not node
        truth = Branches(self._said).truth(home, place) if is_test else None
        return UNKNOWN_VALUE if truth is None else truth

    def is_text(self, module: Module, node: ast.expr) -> bool:
        """Whether a value is surely a text, whichever."""
        return self._guarded(node, partial(self._is_text, module, node), otherwise=False)

    def _guarded(self, node: ast.expr, read: Callable[[], T], otherwise: T) -> T:
        """What ``read`` answers; ``otherwise`` where the value of ``node`` depends on itself, or is too deep inside."""
        if node in self._open or len(self._open) >= _DEEPEST:
            return otherwise
        self._open.append(node)
        try:
            return read()
        finally:
            self._open.pop()

    def _is_text(self, module: Module, node: ast.expr) -> bool:
        origins = self.origins(module, node)
        return bool(origins.places) and all(
            isinstance(place, ast.JoinedStr)
            or (isinstance(place, ast.Constant) and isinstance(place.value, str))
            or (isinstance(place, ast.BinOp) and self.is_text(home, place.left))
            or (isinstance(place, ast.Call) and self._is_text_call(home, place))
            for home, place in origins.places
        )

    def _is_text_call(self, module: Module, call: ast.Call) -> bool:
        if isinstance(call.func, ast.Attribute):
            return call.func.attr in {"format", "join", "strip"} and self.is_text(module, call.func.value)
        return isinstance(call.func, ast.Name) and call.func.id == "str"

    def possible(self, module: Module, node: ast.expr) -> tuple[Constant, ...] | None:
        """All values that ``node`` may have, in the order of the code; None where they cannot be told."""
        return self._guarded(node, partial(self._possible, module, node), otherwise=None)

    def _possible(self, module: Module, node: ast.expr) -> tuple[Constant, ...] | None:
        origins = self.origins(module, node)
        found: dict[Constant, None] = {}
        for home, place in origins.places:
            read = self._terminal(home, place)
            if read is None:
                return None
            if origins.is_default:
                said = module.source_of(node)
                read = tuple(Constant(one.value, one.variable or said) for one in read)
            found.update(dict.fromkeys(read))
        return tuple(found) if origins.is_complete and found else None

    def read(self, module: Module, node: ast.expr) -> Constant | None:
        """The value of ``node``; None where it cannot be told, or may be one of several."""
        found = self.possible(module, node)
        return found[0] if found is not None and len(found) == 1 else None

    def integers(self, module: Module, node: ast.expr) -> tuple[Constant, ...] | None:
        """All values that ``node`` may have, as ints; None where they cannot be told or one is no number."""
        found = self.possible(module, node)
        if found is None or any(isinstance(constant.value, bool) for constant in found):
            return None
        try:
            numbers = [Constant(int(str(constant.value)), constant.variable) for constant in found]
        except ValueError:
            return None
        return tuple(dict.fromkeys(numbers))

    def variable_of(self, module: Module, node: ast.expr) -> str:
        """The environment variable that an expression reads, whether it is set or not; empty where it reads none."""
        for home, place in self.origins(module, node).places:
            for inner in ast.walk(place):
                name = self.variable_read_at(home, inner)
                if name is None:
                    continue
                known = self.read(home, name)
                if known is not None and isinstance(known.value, str):
                    return known.value
        return ""

    def parameter_of(self, module: Module, node: ast.expr) -> str:
        """The parameter or loop variable that an expression reads; empty where it reads none."""
        for inner in ast.walk(node):
            if isinstance(inner, ast.Name):
                bindings = self.evaluator.tree.names(module).lookup(module, inner.id, inner)
                if any(isinstance(binding, (Parameter, Iterated)) for binding in bindings):
                    return inner.id
        return ""

    def variable_read_at(self, module: Module, node: ast.AST) -> ast.expr | None:
        """The expression that names the variable, where a node reads one."""
        if isinstance(node, ast.Call) and node.args and self._is(module, node.func, *_READERS):
            return node.args[0]
        if isinstance(node, ast.Subscript) and self._is(module, node.value, "os.environ"):
            return node.slice
        return None

    def _is(self, module: Module, node: ast.expr, *dotted: str) -> bool:
        return is_external(self.evaluator, module, node, *dotted)

    def _terminal(self, module: Module, node: ast.expr) -> tuple[Constant, ...] | None:
        """What an expression that comes from no other says."""
        name = self.variable_read_at(module, node)
        if name is not None:
            default = node.args[1] if isinstance(node, ast.Call) and len(node.args) > 1 else None
            return self._variable(module, name, default)
        match node:
            case ast.Constant():
                return (Constant(node.value),)
            case ast.Call(func=ast.Name("int" | "str"), args=[argument]):
                return self.possible(module, argument)
            case ast.Call(func=ast.Attribute(value=inner, attr="get_value")):
                return self.possible(module, inner)
            case ast.Call(func=ast.Attribute(attr=method)) if method in CUTTING:
                return self._cut(module, node)
            case ast.Subscript(value=ast.Call(func=ast.Attribute(attr="split")) as split):
                return self._cut(module, split, node.slice)
            case ast.BoolOp(op=ast.Or()):
                first = self.possible(module, node.values[0])
                if first is not None and all(constant.value for constant in first):
                    return first
                if first is None and not self.variable_of(module, node.values[0]):
                    return None  # It may be anything.
                return self.possible(module, node.values[-1])
            case ast.JoinedStr():
                return self._joined(module, node.values)
            case ast.BinOp(op=ast.Add()) if self.is_text(module, node.left):
                return self._joined(module, [node.left, node.right])
        return None

    def _cut(
        self, module: Module, call: ast.Call, place: ast.expr | None = None
    ) -> tuple[Constant, ...] | None:
        """What a method makes of each text that it may be called of, or the part of that at ``place``."""
        assert isinstance(call.func, ast.Attribute)
        found = self.possible(module, call.func.value)
        if found is None or call.keywords or not all(isinstance(one.value, str) for one in found):
            return None
        try:
            given = [ast.literal_eval(argument) for argument in call.args]
            made = [getattr(one.value, call.func.attr)(*given) for one in found]
            parts = made if place is None else [one[ast.literal_eval(place)] for one in made]
        except (TypeError, ValueError, IndexError):
            return None
        return tuple(Constant(part, one.variable) for part, one in zip(parts, found, strict=True))

    def _joined(self, module: Module, parts: Sequence[ast.expr]) -> tuple[Constant, ...] | None:
        """All texts that some parts may make, each with each; None where one depends on more than the code."""
        texts = [""]
        for part in parts:
            if isinstance(part, ast.FormattedValue) and (part.format_spec or part.conversion != _AS_IT_IS):
                return None
            found = self.possible(module, part.value if isinstance(part, ast.FormattedValue) else part)
            if found is None or len(texts) * len(found) > _MANY:
                return None
            if any(constant.variable or type(constant.value) not in (str, int) for constant in found):
                return None
            texts = [f"{text}{constant.value}" for text in texts for constant in found]
        return tuple(Constant(text) for text in texts)

    def _variable(
        self, module: Module, name: ast.expr, default: ast.expr | None
    ) -> tuple[Constant, ...] | None:
        known = self.read(module, name)
        if known is None or not isinstance(known.value, str):
            return None
        if known.value in self.environment:
            return (Constant(self.environment[known.value], known.value),)
        fallback = self.possible(module, default) if default is not None else None
        if fallback is None or any(constant.value is None for constant in fallback):
            return None
        return tuple(Constant(constant.value, known.value) for constant in fallback)
