"""The value of an expression that a person can read off the code: literals, names of literals, the environment."""

from __future__ import annotations

import ast
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from ..dagster_api.decorators import is_builtin
from ..syntax.scopes import Iterated, Parameter
from ..syntax.source_module import Module
from .asked_first import is_none_passed_by
from .branches import EVERY_BRANCH, UNKNOWN_VALUE, Branches
from .caught_reads import is_caught
from .constant_values import Constant, Found, as_kind, joint
from .data_files import is_data
from .environment_helpers import variable_read_by
from .interpreter import CONSTANTS, Evaluator
from .possible import Possible
from .settings_fields import SettingsField, settings_field
from .values import External

_READERS = ("os.getenv", "os.environ.get", "dagster.EnvVar", "dagster.EnvVar.int")
ENV_VARS = ("dagster.EnvVar", "dagster.EnvVar.int")
CUTTING = frozenset({"strip", "lstrip", "rstrip", "removeprefix", "removesuffix"})
"""Methods of strings that answer a part of them."""
_MAKING = CUTTING | {"upper", "lower", "replace"}
"""Methods of strings that answer another, which depends on nothing else."""
_AS_IT_IS = -1
"""The conversion of ``{x}`` in an f-string, where it has none."""
_MANY = 1000
"""Strings that parts may make together: with more than so many, none is read off."""
_LONGEST = 100_000
"""Characters of these strings together: twenty lines of `b = f"{a}{a}"` make a megabyte."""


_NONE_SO_FAR: Found = ()


def _is_never_set(_variable: str) -> bool:
    return False


@dataclass(frozen=True, eq=False)
class Constants:
    """Reads constants off a tree, with the environment that the user gave: a view of what the interpreter answers."""

    evaluator: Evaluator
    environment: Mapping[str, str]
    is_whole: bool = False
    """Whether the environment is that of a deployment, which says what branches the code takes."""
    may_be_set: Callable[[str], bool] = _is_never_set
    """Whether code may have given a variable another value, once a branch goes by it."""

    @cached_property
    def _sight(self) -> Hashable:
        return (self.is_whole, frozenset(self.environment.items()))

    @cached_property
    def _branches(self) -> Branches:
        return Branches(self._said, self._sight) if self.is_whole else EVERY_BRANCH

    def origins(self, module: Module, node: ast.expr) -> Possible:
        """Where the value of an expression comes from."""
        return self.evaluator.possible(module, node, self._branches)

    def under(self, module: Module, holder: ast.expr, key: str) -> Possible:
        """Where what stands under a key of a dict comes from."""
        return self.evaluator.containers.places_under(module, holder, key, self._branches)

    def _said(self, module: Module, node: ast.expr) -> object:
        found = self.read(module, node)
        if found is None:
            return self._truth(module, node)
        variables = [name for name in (found.variable, *found.named_by) if name]
        if found.is_data or found.is_default or any(map(self.may_be_set, variables)):
            return UNKNOWN_VALUE
        return found.value

    def _truth(self, module: Module, node: ast.expr) -> object:
        """The value of a name for a comparison."""
        origins = self.origins(module, node)
        if not origins.is_all or len(origins.places) != 1:
            return UNKNOWN_VALUE
        home, place = origins.places[0]
        if not isinstance(place, ast.Compare) or place is node:
            return UNKNOWN_VALUE
        asked = ("truth", place, self._sight)
        nothing: bool | None = None
        truth = self.evaluator.answer(asked, lambda: self._branches.truth(home, place), nothing)
        return UNKNOWN_VALUE if truth is None else truth

    def is_text(self, module: Module, node: ast.expr) -> bool:
        """Whether a value is surely a string, whichever."""
        asked = ("is text", node, self._sight)
        return self.evaluator.answer(asked, lambda: self._is_text(module, node), False)

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
        return (
            isinstance(call.func, ast.Name) and call.func.id == "str" and self._is_builtin(module, call.func)
        )

    def possible(self, module: Module, node: ast.expr) -> Found:
        """All values that ``node`` may have, in the order of the code; None where they are not known."""
        return self._so_far(module, node) or None

    def _so_far(self, module: Module, node: ast.expr) -> Found:
        asked = (CONSTANTS, node, self._sight)
        return self.evaluator.answer(asked, lambda: self._possible(module, node), _NONE_SO_FAR)

    def _possible(self, module: Module, node: ast.expr) -> Found:
        origins = self.evaluator.places(module, node, self._branches)
        found: dict[Constant, None] = {}
        for home, place in origins.places:
            read = self._terminal(home, place)
            if read is None:
                return None
            if origins.is_default:
                said = module.source_of(node)
                read = tuple(replace(one, variable=one.variable or said, is_default=True) for one in read)
            found.update(dict.fromkeys(read))
        return tuple(found) if self.evaluator.is_all(origins) else None

    def read(self, module: Module, node: ast.expr) -> Constant | None:
        """The value of ``node``; None where it cannot be told, or may be one of several."""
        found = self.possible(module, node)
        return found[0] if found is not None and len(found) == 1 else None

    def integers(self, module: Module, node: ast.expr) -> tuple[Constant, ...] | None:
        """All values that ``node`` may have there, as ints; None where they are not known or one is no number."""
        found = self.possible(module, node)
        if found and is_none_passed_by(module, node):
            found = tuple(one for one in found if one.value is not None) or None
        if found is None or any(isinstance(constant.value, bool) for constant in found):
            return None
        try:
            numbers = [replace(constant, value=int(str(constant.value))) for constant in found]
        except ValueError:
            return None
        return tuple(dict.fromkeys(numbers))

    def variable_of(self, module: Module, node: ast.expr) -> str:
        """The environment variable that an expression reads, whether it is set or not; empty where it reads none."""
        for home, place in self.origins(module, node).places:
            field = self._settings_field(home, place)
            if field is not None:
                return field.names[0]
            for inner in ast.walk(place):
                name = self.variable_read_at(home, inner)
                if name is None:
                    continue
                known = self.read(home, name)
                if known is not None and isinstance(known.value, str):
                    return known.value
        return ""

    def _settings_field(self, module: Module, node: ast.expr) -> SettingsField | None:
        if not isinstance(node, ast.Attribute):
            return None
        return settings_field(self.evaluator, module, node, self._branches)

    def _of_settings(self, module: Module, node: ast.Attribute) -> Found:
        """What a field of settings says, which a variable of the environment fills."""
        field = self._settings_field(module, node)
        if field is None:
            return None
        said = field.value_in(self.environment)
        if said is not None:
            variable, value = said
            return None if value is None else (Constant(value, variable),)
        fallback = (
            self._so_far(*field.default) if field.default is not None and not field.reads_file else None
        )
        if fallback is None or any(constant.value is None for constant in fallback):
            return None
        return tuple(replace(constant, variable=field.names[0]) for constant in fallback)

    def is_absent(self, module: Module, node: ast.Subscript) -> bool:
        """Whether ``x["key"]`` raises a ``KeyError``: no dict that ``x`` may be has the key, and nothing puts it in."""
        return self.evaluator.containers.is_absent(module, node, self._branches)

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
        read = variable_read_by(self.evaluator, module, node) if isinstance(node, ast.Call) else None
        return read.name[1] if read is not None else None

    def default_read_at(self, module: Module, node: ast.expr) -> tuple[Module, ast.expr] | None:
        """What is answered where the variable is not set that a node reads."""
        read = variable_read_by(self.evaluator, module, node) if isinstance(node, ast.Call) else None
        if read is not None:
            return read.default
        return (module, node.args[1]) if isinstance(node, ast.Call) and len(node.args) > 1 else None

    def _is(self, module: Module, node: ast.expr, *dotted: str) -> bool:
        """Whether an expression is one of these things of other packages."""
        return any(External(name) in self.evaluator.values(module, node) for name in dotted)

    def _is_builtin(self, module: Module, node: ast.Name) -> bool:
        return is_builtin(self.evaluator, module, node)

    def _terminal(self, module: Module, node: ast.expr) -> Found:
        """What an expression that comes from no other says."""
        name = self.variable_read_at(module, node)
        if name is not None:
            is_left = isinstance(node, ast.Subscript) and self.is_whole and is_caught(module, node)
            return self._variable(module, name, self.default_read_at(module, node), is_left)
        match node:
            case ast.Constant():
                of_file = is_data(module)
                return (Constant(node.value, module.path.name if of_file else "", is_data=of_file),)
            case ast.Attribute():
                return self._of_settings(module, node)
            case ast.Call(func=ast.Name("int" | "str") as name, args=[argument]) if self._is_builtin(
                module, name
            ):
                return as_kind(self._so_far(module, argument), name.id)
            case ast.Call(func=ast.Attribute(value=inner, attr="get_value")):
                return self._so_far(module, inner)
            case ast.Call(func=ast.Attribute(attr=method)) if method in _MAKING:
                return self._cut(module, node)
            case ast.Subscript(value=ast.Call(func=ast.Attribute(attr="split")) as split):
                return self._cut(module, split, node.slice)
            case ast.Starred(value=ast.Call(func=ast.Attribute(attr="split")) as split):
                return self._parts(module, split)
            case ast.BoolOp(op=ast.Or()):
                return self._either(module, node.values)
            case ast.JoinedStr():
                return self._joined(module, node.values)
            case ast.BinOp(op=ast.Add()) if self.is_text(module, node.left):
                return self._joined(module, [node.left, node.right])
        return None

    def _either(self, module: Module, sides: Sequence[ast.expr]) -> Found:
        """What ``a or b or c`` may be: what is true of each side that may be reached, and all of the last."""
        found: dict[Constant, None] = {}
        for side in sides[:-1]:
            read = self._so_far(module, side)
            if read == _NONE_SO_FAR:
                return read
            if read is None and self.variable_of(module, side) in ("", *self.environment):
                return None  # It may be anything.
            if any(one.is_data for one in read or ()):
                return None
            # A variable that is not set, and has no default, is nothing.
            found.update(dict.fromkeys(one for one in read or () if one.value))
            if read is not None and all(one.value for one in read):
                return tuple(found)
        last = self._so_far(module, sides[-1])
        return None if last is None else tuple(found | dict.fromkeys(last))

    def _cut(self, module: Module, call: ast.Call, place: ast.expr | None = None) -> Found:
        """What a method makes of each text that it may be called of, or the part of that at ``place``."""
        assert isinstance(call.func, ast.Attribute)
        found = self._so_far(module, call.func.value)
        if found is None or call.keywords or not all(isinstance(one.value, str) for one in found):
            return None
        try:
            given = [ast.literal_eval(argument) for argument in call.args]
            longest = max((len(str(one.value)) for one in found), default=0) + 1
            if longest * max((len(str(one)) for one in given), default=1) > _LONGEST:
                return None  # `"a...".replace("a", "b...")` makes much of little.
            made = [getattr(one.value, call.func.attr)(*given) for one in found]
            parts = made if place is None else [one[ast.literal_eval(place)] for one in made]
        except (TypeError, ValueError, IndexError):
            return None
        return tuple(replace(one, value=part) for part, one in zip(parts, found, strict=True))

    def _parts(self, module: Module, split: ast.Call) -> Found:
        """Each part of each text that is split."""
        assert isinstance(split.func, ast.Attribute)
        found = self._so_far(module, split.func.value)
        if found is None or not all(isinstance(one.value, str) for one in found):
            return None
        try:
            given = [ast.literal_eval(argument) for argument in split.args]
            parts = [replace(one, value=part) for one in found for part in str(one.value).split(*given)]
        except (TypeError, ValueError):
            return None
        return tuple(dict.fromkeys(parts)) if len(parts) <= _MANY else None

    def _joined(self, module: Module, parts: Sequence[ast.expr]) -> Found:
        """All strings that some parts may make, each with each; None where one depends on more than the code."""
        texts = self._put_together(module, parts)
        return None if texts is None or any(one.named_by for one in texts) else texts

    def _put_together(self, module: Module, parts: Sequence[ast.expr]) -> Found:
        """The same, with the variables that they depend on."""
        texts = [Constant("")]
        for part in parts:
            if isinstance(part, ast.FormattedValue) and (part.format_spec or part.conversion != _AS_IT_IS):
                return None
            found = self._so_far(module, part.value if isinstance(part, ast.FormattedValue) else part)
            if found is None or len(texts) * len(found) > _MANY:
                return None
            if any(one.named_by or type(one.value) not in (str, int) for one in found):
                return None
            try:
                texts = [joint(text, one) for text in texts for one in found]
            except ValueError:  # a number of too many digits
                return None
            if sum(len(str(text.value)) for text in texts) > _LONGEST:
                return None
        return tuple(texts)

    def is_never_set(self, variable: str) -> bool:
        """Whether a deployment does not have a variable."""
        return self.is_whole and variable not in self.environment and not self.may_be_set(variable)

    def _variable(
        self, module: Module, name: ast.expr, default: tuple[Module, ast.expr] | None, is_left: bool
    ) -> Found:
        """What a variable says, or each of those that the name may be of; nothing where the code goes on without it."""
        names = self._names(module, name) or ()
        if is_left and names and all(self.is_never_set(str(one.value)) for one in names):
            return ()
        read = [self._of_variable(one, default) for one in names]
        if not read or None in read:
            return None
        return tuple(dict.fromkeys(constant for each in read for constant in each or ()))

    def _names(self, module: Module, name: ast.expr) -> Found:
        """The names that an expression may be, also where the environment says which."""
        found = self.possible(module, name)
        origins = self.evaluator.places(module, name, self._branches) if found is None else None
        if origins is None or not self.evaluator.is_all(origins) or len(origins.places) != 1:
            return found
        match origins.places[0]:
            case home, ast.JoinedStr(values=parts):
                return self._put_together(home, parts) or None
            case home, ast.BinOp(op=ast.Add(), left=left, right=right) if self.is_text(home, left):
                return self._put_together(home, [left, right]) or None
        return None

    def _of_variable(self, name: Constant, default: tuple[Module, ast.expr] | None) -> Found:
        if not isinstance(name.value, str) or name.variable:
            return None
        if name.value in self.environment:
            return (replace(name, value=self.environment[name.value], variable=name.value),)
        fallback = self._so_far(*default) if default is not None else None
        if fallback is None or any(constant.value is None for constant in fallback):
            return None
        return tuple(
            replace(
                constant,
                variable=name.value,
                named_by=name.named_by,
                is_default=name.is_default or constant.is_default,
            )
            for constant in fallback
        )
