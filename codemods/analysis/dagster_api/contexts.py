"""Dagster's contexts, and loggers: what code hands values to that only writes them down."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from ..inference.values import External, Made, Member, root
from ..syntax.functions import decorator_name
from ..syntax.scopes import Assigned, Parameter
from ..syntax.source_module import FUNCTIONS, Module
from .decorators import decorators_of_dagster
from .injection import is_injected
from .names import LOGGERS, LOGGING

if TYPE_CHECKING:
    from ..inference.interpreter import Evaluator

_GETTER = "Context.get"
"""``OpExecutionContext.get()`` answers the context of the op that runs."""
_DEEPEST = 6
"""Functions that hand a context to each other."""


def is_context(evaluator: Evaluator, module: Module, node: ast.expr, depth: int = _DEEPEST) -> bool:
    """Whether an expression is a context that Dagster made: of a decorated function, or annotated as one."""
    if not isinstance(node, ast.Name) or not depth:
        return False
    bindings = evaluator.tree.names(module).lookup(module, node.id, node)
    return bool(bindings) and all(
        (isinstance(one, Parameter) and _is_parameter(evaluator, module, one, depth))
        or (isinstance(one, Assigned) and _is_assigned(evaluator, module, one, depth))
        for one in bindings
    )


def _is_assigned(evaluator: Evaluator, module: Module, binding: Assigned, depth: int) -> bool:
    """``build_op_context(...)`` and its kin, or another name of a context."""
    return not binding.path and (
        is_context(evaluator, module, binding.value, depth - 1)
        or any(
            isinstance(value, Made) and (value.of.startswith("dagster.build_") or value.of.endswith(_GETTER))
            for value in evaluator.values(module, binding.value)
        )
    )


def _is_parameter(evaluator: Evaluator, module: Module, binding: Parameter, depth: int) -> bool:
    function, arg = binding.function, binding.arg
    if arg.annotation is not None and _is_annotated(evaluator, module, arg.annotation):
        return True
    if not isinstance(function, FUNCTIONS):
        return False
    first = next(iter([*function.args.posonlyargs, *function.args.args]), None)
    if first is arg and decorators_of_dagster(evaluator, module, function):
        return not is_injected(evaluator, module, function, arg)
    given = evaluator.calls.arguments(function, arg.arg)
    return bool(given) and all(is_context(evaluator, caller, one, depth - 1) for caller, one in given)


def _is_annotated(evaluator: Evaluator, module: Module, annotation: ast.expr) -> bool:
    if isinstance(annotation, ast.Constant) and isinstance(annotation.value, str):
        return annotation.value.rpartition(".")[2].endswith("Context")
    return any(
        isinstance(value, External) and value.name.startswith("dagster.") and value.name.endswith("Context")
        for value in evaluator.values(module, annotation)
    )


def is_logger(evaluator: Evaluator, module: Module, callee: ast.expr) -> bool:
    """Whether a callee is a method of a logger: ``context.log.info``, ``logging.getLogger(...).warning``."""
    if not isinstance(callee, ast.Attribute) or callee.attr not in LOGGING:
        return False
    logger = callee.value
    if (
        isinstance(logger, ast.Attribute)
        and logger.attr == "log"
        and is_context(evaluator, module, logger.value)
    ):
        return True
    if isinstance(logger, ast.Call) and decorator_name(logger) == "bind":
        return is_logger(evaluator, module, logger.func)
    values = evaluator.values(module, logger)
    return bool(values) and all(
        (isinstance(value, Made) and value.of in LOGGERS)
        or (isinstance(value, External) and value.name in {"logging", "loguru.logger"})
        or (isinstance(root(value), Made) and isinstance(value, Member) and value.attribute == "log")
        for value in values
    )


def writes_down(evaluator: Evaluator, module: Module, node: ast.expr, call: ast.Call) -> bool:
    """Whether a call is of a logger's method that writes down what it gets at ``node``; handlers get ``extra`` as it is."""
    above = module.parent(node)
    is_extra = isinstance(above, ast.keyword) and above.arg == "extra"
    return not is_extra and is_logger(evaluator, module, call.func)
