"""What to write by hand where a job id comes out of something that is not read: with the names of the code."""

from __future__ import annotations

import ast

from ..analysis.inference.constants import Constants
from ..analysis.syntax.functions import decorator_name
from ..analysis.syntax.source_module import Module

PLAIN = "write the number in the code, or loop over a plain list of numbers, `JOB_IDS = [67890, 67891]`"
_PARSING = frozenset({"loads", "safe_load", "load", "literal_eval"})
_IN_VARIABLES = (
    'read a variable for each job, `int(os.environ["DBT_JOB_ID"])`, or write the ids in the code, '
    '`{name} = {{"nightly": 67890}}`'
)


def ids_by_hand(constants: Constants, module: Module, node: ast.AST) -> str:
    """What to write in place of what holds the ids that an expression or a loop reads."""
    holder = _holder(node)
    places = constants.origins(module, holder).places if holder is not None else ()
    made = (place for _, place in places if isinstance(place, ast.Call))
    said = (_of_call(holder.id, call) for call in made) if holder is not None else ()
    return next(filter(None, said), PLAIN)


def _holder(node: ast.AST) -> ast.Name | None:
    """The name that an expression, or the loop of a statement, reads something of."""
    match node:
        case ast.For(iter=inner) | ast.AsyncFor(iter=inner) | ast.comprehension(iter=inner):
            return _holder(inner)
        case ast.Call(func=ast.Name("int" | "enumerate" | "sorted" | "list" | "tuple"), args=[inner, *_]):
            return _holder(inner)
        case (
            ast.Call(func=ast.Attribute(value=inner))
            | ast.Subscript(value=inner)
            | ast.Attribute(value=inner)
        ):
            return _holder(inner)
        case ast.Name():
            return node
    return None


def _of_call(name: str, made: ast.Call) -> str:
    """What to write in place of a call that makes what ``name`` holds; empty for others."""
    callee, given = decorator_name(made), made.args
    if callee == "SimpleNamespace" and made.keywords:
        word = next((one.arg for one in made.keywords if one.arg), "nightly")
        return f"make `{name}` a class, `class {name}:` with a line `{word} = 67890` for each job"
    is_zipped = callee == "dict" and any(isinstance(one, ast.Call) for one in given)
    if callee == "defaultdict" or is_zipped:
        return f'write `{name}` as a plain dict, `{name} = {{"nightly": 67890, "weekly": 67891}}`'
    return _IN_VARIABLES.format(name=name) if callee in _PARSING and given else ""
