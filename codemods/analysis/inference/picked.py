"""Functions of others that answer an expression which stands in their call.

next(job for job in JOBS if job.name == "nightly")          one of what the generator yields
field(default_factory=lambda: {"nightly": 67890})           what the field is where nothing else is given
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from ..dagster_api.decorators import is_builtin
from ..syntax.source_module import Module
from .values import External

if TYPE_CHECKING:
    from .interpreter import Evaluator

_DECLARING = frozenset(
    {"dataclasses.field", "attr.ib", "attrs.field", "pydantic.Field", "pydantic.fields.Field"}
)
_BY_PLACE = frozenset({"pydantic.Field", "pydantic.fields.Field"})
"""Those whose first argument is the default."""
_FACTORIES = frozenset({"default_factory", "factory"})


def picked(evaluator: Evaluator, module: Module, call: ast.Call) -> list[ast.expr] | None:
    """The expressions that a call may answer; None where it answers anything else."""
    match call:
        case ast.Call(func=ast.Name("next") as callee, args=[ast.GeneratorExp() as generator, *default]) if (
            is_builtin(evaluator, module, callee) and not call.keywords
        ):
            return [generator.elt, *default]
    default_given = declared_default(evaluator, module, call)
    return None if default_given is None else [default_given]


def declared_default(evaluator: Evaluator, module: Module, call: ast.Call) -> ast.expr | None:
    """What ``field(default=x)`` declares as a default, or its factory makes; None for other calls, and where that is not written."""
    names = {value.name for value in evaluator.values(module, call.func) if isinstance(value, External)}
    if not names or not names <= _DECLARING:
        return None
    given = {word.arg: word.value for word in call.keywords}
    if call.args and names <= _BY_PLACE:
        given["default"] = call.args[0]
    found = [value for name, value in given.items() if name == "default" or name in _FACTORIES]
    if len(found) != 1 or None in given or any(isinstance(one, ast.Starred) for one in call.args):
        return None
    factory = given.get("default") is None
    if not factory:
        return found[0]
    is_plain = isinstance(found[0], ast.Lambda) and not ast.unparse(found[0].args)
    return found[0].body if is_plain and isinstance(found[0], ast.Lambda) else None
