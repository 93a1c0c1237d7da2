"""Functions of the tree that read the variable of the environment whose name they are given: ``env("DBT_JOB_ID", "67890")``.

def env(name, default=None):
    value = os.environ.get(name, default)
    if value is None:
        raise RuntimeError(f"{name} is not set")
    return value

Each call reads its own variable, which is known there and not in the function.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass

from ..syntax.functions import argument_of, default_of, nodes_run_by, takes_unwritten
from ..syntax.source_module import Module
from .values import Evaluates, External, Local

_READING = frozenset({External("os.getenv"), External("os.environ.get")})
_Place = tuple[Module, ast.expr]


@dataclass(frozen=True)
class VariableRead:
    """What a call of such a function reads, and what it answers where that is not set."""

    name: _Place
    default: _Place | None


def variable_read_by(evaluator: Evaluates, module: Module, call: ast.Call) -> VariableRead | None:
    """The variable that a call of a function of the tree reads; None for other calls."""
    if not call.args or takes_unwritten(call) or not isinstance(call.func, (ast.Name, ast.Attribute)):
        return None
    values = evaluator.values(module, call.func)
    (only,) = values if len(values) == 1 else (None,)
    if not isinstance(only, Local) or not isinstance(only.node, ast.FunctionDef):
        return None
    function = only.node
    read = evaluator.answer(
        ("reads a variable", function), lambda: _read_in(evaluator, only.module, function), None
    )
    if read is None:
        return None
    name, default = read
    named = argument_of(call, function, name)
    if named is None:
        return None
    if default is None or isinstance(default, ast.Constant):
        return VariableRead((module, named), None if default is None else (only.module, default))
    assert isinstance(default, ast.Name)
    given = argument_of(call, function, default.id)
    otherwise = default_of(function, default.id)
    if given is None and otherwise is None:
        return None
    return VariableRead((module, named), (module, given) if given is not None else (only.module, otherwise))  # type: ignore[arg-type]


def _read_in(
    evaluator: Evaluates, module: Module, function: ast.FunctionDef
) -> tuple[str, ast.Name | ast.Constant | None] | None:
    """The parameter that names the variable, and what is answered where that is not set; None for other functions."""
    if function.decorator_list or isinstance(module.parent(function), ast.ClassDef):
        return None
    given = function.args
    parameters = {arg.arg for arg in (*given.args, *given.kwonlyargs)}
    if given.vararg or given.kwarg or given.posonlyargs or _binds_again(function, parameters):
        return None
    answer = _answer(function)
    while (
        isinstance(answer, ast.Call)
        and isinstance(answer.func, ast.Name)
        and answer.func.id in {"int", "str"}
    ):
        answer = answer.args[0] if len(answer.args) == 1 and not answer.keywords else None
    match answer:
        case ast.Subscript(value=held, slice=ast.Name(id=name)) if evaluator.values(module, held) == {
            External("os.environ")
        }:
            default = None
        case ast.Call(func=func, args=[ast.Name(id=name), *others], keywords=[]) if (
            len(others) < 2 and bool(read := evaluator.values(module, func)) and read <= _READING
        ):
            default = others[0] if others else None
        case _:
            return None
    if name not in parameters:
        return None
    if isinstance(default, ast.Name):
        return (name, default) if default.id in parameters else None
    return (name, default) if default is None or isinstance(default, ast.Constant) else None


def _binds_again(function: ast.FunctionDef, names: set[str]) -> bool:
    return any(
        isinstance(node, ast.Name) and node.id in names and not isinstance(node.ctx, ast.Load)
        for node in nodes_run_by(function)
    )


def _answer(function: ast.FunctionDef) -> ast.expr | None:
    """What a function answers that does nothing else but refuse: ``return x``, or ``value = x``, a test, ``return value``."""
    body = [node for node in function.body if not _is_said(node)]
    match body:
        case [ast.Return(value=ast.expr() as answer)]:
            return answer
        case [
            ast.Try(body=[ast.Return(value=ast.expr() as answer)], handlers=handlers, orelse=[], finalbody=[])
        ]:
            return answer if all(_only_raises(one.body) for one in handlers) else None
        case [
            ast.Assign(targets=[ast.Name(id=held)], value=answer),
            ast.If(body=refusing, orelse=[]),
            ast.Return(value=ast.expr() as returned),
        ] if _only_raises(refusing):
            while isinstance(returned, ast.Call) and len(returned.args) == 1 and not returned.keywords:
                if not isinstance(returned.func, ast.Name) or returned.func.id not in {"int", "str"}:
                    return None
                returned = returned.args[0]
            return answer if isinstance(returned, ast.Name) and returned.id == held else None
    return None


def _only_raises(body: list[ast.stmt]) -> bool:
    return len(body) == 1 and isinstance(body[0], ast.Raise)


def _is_said(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
