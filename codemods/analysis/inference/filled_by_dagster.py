"""Parameters that Dagster fills: a resource, ``config``, a context. What a job's body passes by position goes to the others.

@op
def second(context, config: Settings, dbt_cloud: DbtCloudClientResource, output): ...

second(first())     passes what `first` returns as `output`
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from ..syntax.functions import argument_of, composes, hands_context, is_injected
from ..syntax.source_module import Module
from .values import LEGACY, Evaluates, External, Local, Value

Function = ast.FunctionDef | ast.AsyncFunctionDef

_FILLED_BY_NAME = "config"
_RESOURCES = (
    f"{LEGACY}DbtCloudClientResource",
    "dagster.ConfigurableResource",
    "dagster.ConfigurableLegacyResource",
)
_ENDINGS = ("Resource", "Workspace", "Client")
"""What the names of resources of Dagster's packages end with."""


def arguments_given(
    evaluator: Evaluates, caller: Module, call: ast.Call, home: Module | None, function: Function, name: str
) -> Iterator[ast.expr]:
    """The arguments that a call may give to a parameter: one, or several where it is not known what Dagster fills."""
    if home is None or not call.args or not is_injected(function):
        given = argument_of(call, function, name)
        if given is not None:
            yield given
        return
    surely, maybe = _filled(evaluator, home, function)
    readings = [surely, surely | maybe]
    if not composes(caller.function_of(call)):
        readings.insert(
            0, frozenset()
        )  # A function of Dagster's that is called by hand may be given all of them.
    has_context = hands_context(call, caller.function_of(call))
    found = (argument_of(call, function, name, filled, has_context=has_context) for filled in readings)
    yield from dict.fromkeys(one for one in found if one is not None)


def _filled(evaluator: Evaluates, home: Module, function: Function) -> tuple[frozenset[str], frozenset[str]]:
    """The parameters that Dagster surely fills, and those that it may fill."""
    nothing: tuple[frozenset[str], frozenset[str]] = (frozenset(), frozenset())
    return evaluator.answer(("filled", function), lambda: _find_filled(evaluator, home, function), nothing)


def _find_filled(
    evaluator: Evaluates, home: Module, function: Function
) -> tuple[frozenset[str], frozenset[str]]:
    surely: set[str] = set()
    maybe: set[str] = set()
    for arg in (*function.args.posonlyargs, *function.args.args):
        is_resource = True if arg.arg == _FILLED_BY_NAME else _is_resource(evaluator, home, arg.annotation)
        if is_resource is not False:
            (surely if is_resource else maybe).add(arg.arg)
    return frozenset(surely), frozenset(maybe)


def _is_resource(evaluator: Evaluates, module: Module, annotation: ast.expr | None) -> bool | None:
    """Whether an annotation is the class of a resource; None where that is not known."""
    if annotation is None or isinstance(annotation, (ast.BinOp, ast.Constant)):
        return False if not isinstance(getattr(annotation, "value", None), str) else None
    if isinstance(annotation, ast.Subscript):
        whole = annotation.value
        return (
            whole.attr if isinstance(whole, ast.Attribute) else getattr(whole, "id", "")
        ) == "ResourceParam"
    answers = [_of_value(evaluator, value, set()) for value in evaluator.values(module, annotation)]
    if not answers or all(answer is False for answer in answers):
        return False
    return True if all(answers) else None


def _of_value(evaluator: Evaluates, value: Value, seen: set[Value]) -> bool | None:
    if isinstance(value, External):
        if value.name in _RESOURCES:
            return True
        is_named_so = value.name.endswith(_ENDINGS)
        return is_named_so if value.name.startswith("dagster") or not is_named_so else None
    if not isinstance(value, Local) or not isinstance(value.node, ast.ClassDef) or value in seen:
        return False
    seen.add(value)
    answers = [
        _of_value(evaluator, inherited, seen)
        for base in value.node.bases
        for inherited in evaluator.values(value.module, base)
    ]
    return True if True in answers else None if None in answers else False
