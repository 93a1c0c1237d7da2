"""How to write the id of a job where a resource is built, which may be far from where the code names the job."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterator
from dataclasses import dataclass

from ..analysis.inference.constant_values import Constant
from ..analysis.inference.values import Made
from ..analysis.syntax.rebinding import is_bound_again
from ..analysis.syntax.scopes import Assigned, Binding, Imported
from ..analysis.syntax.source_module import Module
from ..editing import render
from .claims import Context, JobRef

_PLAIN = (
    ast.Name, ast.Attribute, ast.Subscript, ast.Call, ast.Constant, ast.keyword, ast.expr_context, ast.IfExp,
    ast.Compare, ast.cmpop, ast.BoolOp, ast.boolop,
)  # fmt: skip
"""What an expression may be made of that says the same in two places."""


@dataclass(frozen=True)
class FromEnvironment:
    """The id as a variable of the environment says it."""

    variable: str
    default: object = None


def text_in_place(context: Context, ref: JobRef, resource: Made) -> str | FromEnvironment | None:
    """How to write the id before the statement that builds the resource; None where no text says it there."""
    home = resource.module
    statement = home.statement_of(resource.call)
    inside = any(node is resource.call for node in ast.walk(ref.module.statement_of(ref.node)))
    node = ref.node if inside else _said_alike(context, ref.module, ref.node, home, statement)
    if node is not None:
        return _as_int(context, ref, render.own_text(ref.module, node))
    return _read_of(context, ref.module, ref.node)


def id_text(context: Context, ref: JobRef) -> str:
    """The id as the code names it, as an int: tables have numbers for keys."""
    return _as_int(context, ref, render.own_text(ref.module, ref.node))


def _as_int(context: Context, ref: JobRef, text: str) -> str:
    return text if _is_number(context, ref) else f"int({text})"


def _is_number(context: Context, ref: JobRef) -> bool:
    origins = context.constants.origins(ref.module, ref.node)
    if origins.places and all(_is_int_call(place) for _, place in origins.places):
        return not origins.is_default
    found = context.constants.possible(ref.module, ref.node) or ()
    return bool(found) and all(isinstance(constant.value, int) for constant in found)


def _is_int_call(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "int"


def _said_alike(
    context: Context, module: Module, node: ast.expr, home: Module, statement: ast.stmt
) -> ast.expr | None:
    """The expression, or that which its name stands for, where it says the same before the statement."""
    if _reads_alike(context, module, node, home, statement):
        return node
    names = context.index.tree.names(module)
    if not isinstance(node, ast.Name) or not names.is_global(module, node.id, node):
        return None
    bindings = names.tables[module.tree][node.id]
    if len(bindings) == 1 and isinstance(bindings[0], Assigned) and not bindings[0].path:
        return _said_alike(context, module, bindings[0].value, home, statement)
    return None


def _reads_alike(
    context: Context, module: Module, whole: ast.expr, home: Module, statement: ast.stmt
) -> bool:
    """Whether the names in an expression are the same things where the statement stands."""
    nodes = list(ast.walk(whole))
    if not all(isinstance(node, _PLAIN) for node in nodes):
        return False
    names = context.index.tree.names(module)
    for node in nodes:
        if not isinstance(node, ast.Name):
            continue
        bindings = names.lookup(module, node.id, node)
        if not bindings and hasattr(builtins, node.id):
            continue
        if not names.is_global(module, node.id, node) or is_bound_again(names, module, node.id, node):
            return False
        if module is home:
            line = home.top_statement_of(statement).lineno
            if not bindings or any(_line_of(binding) >= line for binding in bindings):
                return False
        elif not _is_imported_alike(context, module, bindings, home, node.id, statement):
            return False
    return True


def _line_of(binding: Binding) -> int:
    return int(getattr(binding.where, "lineno", 0))


def _is_imported_alike(
    context: Context, module: Module, bindings: list[Binding], home: Module, name: str, statement: ast.stmt
) -> bool:
    """Whether two files import one thing under one name, the second before a statement."""
    names = context.index.tree.names(home)
    there = [binding for binding in names.at_end(home, name) if _line_of(binding) < statement.lineno]
    if len(bindings) != 1 or len(there) != 1 or len(names.tables.get(home.tree, {}).get(name, ())) != 1:
        return False
    return bool(_imported(context, module, bindings[0])) and (
        _imported(context, module, bindings[0]) == _imported(context, home, there[0])
    )


def _imported(context: Context, module: Module, binding: Binding) -> object:
    if not isinstance(binding, Imported):
        return None
    file = context.index.tree.resolve(module, binding.module, binding.level)
    return (file or binding.module, binding.name)


def _read_of(context: Context, module: Module, node: ast.expr) -> FromEnvironment | None:
    """The variable that the id comes from, where it is that alone."""
    origins = context.constants.origins(module, node)
    if not origins.is_all or origins.is_default or len(origins.places) != 1:
        return None
    home, place = origins.places[0]
    match place:
        case ast.Call(func=ast.Name("int"), args=[argument]):
            return _read_of(context, home, argument)
        case ast.Call(func=ast.Attribute(value=inner, attr="get_value"), args=[]):
            return _read_of(context, home, inner)
    name = context.constants.variable_read_at(home, place)
    known = context.constants.read(home, name) if name is not None else None
    if known is None or not isinstance(known.value, str) or known.variable:
        return None
    defaults = list(_defaults(place))
    given = [context.constants.read(home, default) for default in defaults]
    values = [one.value for one in given if isinstance(one, Constant) and not one.variable]
    if len(values) != len(defaults) or any(not isinstance(value, (int, str)) for value in values):
        return None
    return FromEnvironment(known.value, *values)


def _defaults(place: ast.expr) -> Iterator[ast.expr]:
    if isinstance(place, ast.Call):
        yield from place.args[1:2]
        yield from (word.value for word in place.keywords)
