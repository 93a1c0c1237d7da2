"""Which calls hand a value to a function or class of the tree, so that its uses there are judged in turn."""

from __future__ import annotations

import ast
from dataclasses import replace

from ..dagster_api.names import NAMESPACES
from ..inference.initializers import inherited_initializer
from ..inference.values import External, Instance, Literal, Local, Value
from ..syntax.classes import annotated_fields, initializer_of, is_own_class
from ..syntax.functions import argument_of, decorator_name, hands_context, renamed
from ..syntax.handed_calls import handed_call, is_partial
from ..syntax.source_module import FUNCTIONS, Module
from .callees import is_all_known, is_spelled
from .index import Index
from .uses import ADDING, Argument

_OF_PARTIALS = tuple(
    before + name + after
    for name in (b"args", b"keywords")
    for before, after in ((b".", b""), (b'"', b'"'), (b"'", b"'"))
)
"""By what code reads the arguments of a ``partial``."""


def is_followed(index: Index, use: Argument) -> bool:
    """Whether a call hands the value to a function of the tree, whose parameter is followed."""
    if is_kept_in_namespace(index, use):
        return True
    found = False
    handed = called_later(index, use.module, use.call)
    use = use if handed is None else replace(use, call=handed)
    callee = renamed(use.call)
    for value in index.evaluator.called(use.module, callee):
        owner = (
            value.owner.node
            if isinstance(value, Instance)
            else value.node
            if isinstance(value, Local)
            else None
        )
        is_function = isinstance(value, Local) and isinstance(value.node, FUNCTIONS)
        varies = is_function and handed is None and not is_spelled(index.evaluator, use.module, callee, value)
        is_named = _is_by_name(index, value, use, handed) and not varies
        if not is_named and not (
            isinstance(value, Local)
            and (_is_by_name(index, value, use, handed) or _is_by_variable(index, value.node, use, handed))
            and is_all_known(index.evaluator, use.module, callee)
        ):
            return False  # by a way on which its parameters are not followed: `handlers()["dbt"](client)`
        if isinstance(owner, ast.ClassDef):
            initializer = initializer_of(owner) or _inherited(index, value)
            if initializer is None:
                fields = {
                    name
                    for one in index.evaluator.objects.lineage(_class_called(value))
                    if isinstance(one.node, ast.ClassDef)
                    for name in annotated_fields(one.node)
                }
                found = bool(fields & {word.arg for word in use.call.keywords} or use.call.args)
                continue
            owner = initializer
        if not isinstance(owner, FUNCTIONS):
            return False
        parameters = [*owner.args.posonlyargs, *owner.args.args, *owner.args.kwonlyargs]
        has_context = hands_context(use.call, use.module.function_of(use.node))
        taken = (argument_of(use.call, owner, one.arg, has_context=has_context) for one in parameters)
        if not any(argument is not None and _holds(argument, use.node) for argument in taken):
            return False
        found = True
    return found


def is_kept_in_namespace(index: Index, use: Argument) -> bool:
    """Whether a value becomes an attribute of a ``SimpleNamespace``, by its name."""
    values = index.values(use.module, use.call.func)
    is_namespace = all(isinstance(one, External) and one.name in NAMESPACES for one in values)
    return bool(values) and is_namespace and use.name not in {"", "**"}


def is_added(index: Index, use: Argument) -> bool:
    """Whether a call adds the value to a list that is written in the code, which holds it then: ``clients.append(client)``."""
    method = use.call.func
    if not isinstance(method, ast.Attribute) or method.attr not in ADDING:
        return False
    held = index.values(use.module, method.value)
    return bool(held) and all(isinstance(one, Literal) for one in held)


def called_later(index: Index, module: Module, call: ast.Call) -> ast.Call | None:
    """The call that a call of another package's has another thread make: ``run(client)`` of ``pool.submit(run, client)``."""
    values = index.values(module, renamed(call))
    handed = None if any(isinstance(value, Local) for value in values) else handed_call(call)
    if handed is not None and is_partial(handed):
        # Threads are told by their method, since nobody knows of which class a pool is.
        is_read = bool(index.tree.spelling(_OF_PARTIALS))
        return handed if values == {External("functools.partial")} and not is_read else None
    return handed


def _inherited(index: Index, value: Value) -> ast.FunctionDef | None:
    found = inherited_initializer(index.evaluator, _class_called(value))
    return found.node if found is not None and isinstance(found.node, ast.FunctionDef) else None


def _is_by_variable(index: Index, called: ast.AST, use: Argument, handed: ast.Call | None) -> bool:
    """Whether a call by a name that a function or class does not have is among those that are followed to it."""
    calls = index.evaluator.calls
    if handed is not None:
        return any(call is handed for _, call in calls.handed(called))
    if isinstance(called, ast.ClassDef):
        return any(call is use.call for _, call in calls.making_by_variables(called))
    return isinstance(called, FUNCTIONS) and calls.is_by_variable(called, use.call)


def _is_by_name(index: Index, value: Value, use: Argument, handed: ast.Call | None) -> bool:
    """Whether a call names what it calls, or is the one of a class in its own methods."""
    owner = value.owner if isinstance(value, Instance) else value
    if handed is not None:
        return decorator_name(handed.func) == _name_called(value)
    is_own = isinstance(owner, Local) and is_own_class(owner.module, owner.node, use.call.func)
    return is_own or any(call is use.call for _, call in index.evaluator.calls.of(_name_called(value)))


def _class_called(value: Value) -> Local:
    owner = value.owner if isinstance(value, Instance) else value
    assert isinstance(owner, Local)
    return owner


def _name_called(value: Value) -> str:
    owner = value.owner if isinstance(value, Instance) else value
    return owner.node.name if isinstance(owner, Local) else ""


def _holds(outer: ast.expr, inner: ast.expr) -> bool:
    return any(node is inner for node in ast.walk(outer))
