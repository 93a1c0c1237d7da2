"""Whether a function of dbt's resource properties can be called for nodes that its load does not build.

Legacy called the functions for the nodes that a job builds, and that for keys for their parents as well; v2 calls each for
every source and model upstream, too. Source: ``dagster_dbt.dagster_dbt_translator.DagsterDbtTranslator.get_asset_spec``.

A function can be called if nothing that it does fails for one node and not for another, as far as that can be read here.
What depends on no node fails for all of them, so it does not count.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from ...analysis.inference.interpreter import Evaluator
from ...analysis.inference.values import External, Local
from ...analysis.syntax.source_module import FUNCTIONS, Module

Others = Literal["sources", "models"]
_Kind = Literal["text", "list", "dict", "node", "any"]
_Function = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda

_TEXT: _Kind = "text"
_LIST: _Kind = "list"
_DICT: _Kind = "dict"
_ANY: _Kind = "any"
_OF_ALL: Mapping[str, _Kind] = {
    **dict.fromkeys(("name", "resource_type", "package_name", "path", "original_file_path"), _TEXT),
    **dict.fromkeys(("unique_id", "schema", "description"), _TEXT),
    **dict.fromkeys(("fqn", "tags"), _LIST),
    **dict.fromkeys(("meta", "config", "columns"), _DICT),
    "database": "any",
}
"""What every node of a manifest has. Source: dbt's manifest schema, version 12."""
_OF_MODELS: Mapping[str, _Kind] = {
    **dict.fromkeys(("alias", "raw_code"), _TEXT),
    **dict.fromkeys(("source_name", "identifier", "loader"), _TEXT),
}
"""What models have besides, and what is only read where a function has found that it has a source."""
_IN_CONFIG: Mapping[str, _Kind] = {"materialized": "text", "tags": "list", "meta": "dict", "enabled": "any"}
"""What the configuration of each model, seed and snapshot has."""
_OF_TEXT: Mapping[str, _Kind] = {
    **dict.fromkeys(("capitalize", "casefold", "lower", "lstrip", "removeprefix", "removesuffix"), _TEXT),
    **dict.fromkeys(("replace", "rstrip", "strip", "title", "upper"), _TEXT),
    **dict.fromkeys(("split", "rsplit"), _LIST),
    **dict.fromkeys(("count", "endswith", "find", "isdigit", "islower", "isupper", "startswith"), _ANY),
}
"""What the methods of a string answer."""
_OF_ANYTHING: Mapping[str, _Kind] = {
    **dict.fromkeys(("str", "repr"), _TEXT),
    **dict.fromkeys(("bool", "isinstance", "print"), _ANY),
}
_ASKED = frozenset({"debug", "error", "fullmatch", "get", "info", "match", "search", "warning"})
"""Methods that answer whatever they are given: of a dict, a logger, a pattern."""
_CATCH_ALL = frozenset({"BaseException", "Exception"})
_DEEPEST = 4


@dataclass(frozen=True)
class _Scope:
    """Where an expression stands, and of what kind the names are that depend on the node."""

    evaluator: Evaluator
    module: Module
    others: Others
    names: dict[str, _Kind]
    depth: int = 0


def can_be_asked(evaluator: Evaluator, module: Module, function: ast.expr, others: Others) -> bool:
    """Whether a function surely fails for none of these nodes where it does not fail for the others."""
    return _is_total(_Scope(evaluator, module, others, {}), function)


def _is_total(scope: _Scope, function: ast.expr) -> bool:
    if isinstance(function, ast.Lambda):
        return _returns(scope, function)
    values = scope.evaluator.values(scope.module, function)
    return bool(values) and all(
        (isinstance(value, External) and value.name.startswith("dagster_dbt."))
        or (
            isinstance(value, Local)
            and isinstance(value.node, FUNCTIONS)
            and _returns(_Scope(scope.evaluator, value.module, scope.others, {}, scope.depth), value.node)
        )
        for value in values
    )


def _returns(scope: _Scope, function: _Function) -> bool:
    """Whether a function that is called with the node returns."""
    parameters = [*function.args.posonlyargs, *function.args.args]
    is_decorated = not isinstance(function, ast.Lambda) and bool(function.decorator_list)
    if not parameters or scope.depth > _DEEPEST or is_decorated:
        return False
    first = parameters[1:] if parameters[0].arg in ("self", "cls") else parameters
    if not first:
        return False
    inner = _Scope(scope.evaluator, scope.module, scope.others, {first[0].arg: "node"}, scope.depth)
    if isinstance(function, ast.Lambda):
        return _kind(inner, function.body) is not None
    return _all_run(inner, function.body)


def _all_run(scope: _Scope, body: Iterable[ast.stmt]) -> bool:
    return all(_runs(scope, statement) for statement in body)


def _runs(scope: _Scope, statement: ast.stmt) -> bool:
    if isinstance(statement, (ast.Pass, ast.Break, ast.Continue)):
        return True
    if isinstance(statement, (ast.Return, ast.Expr)):
        return statement.value is None or _kind(scope, statement.value) is not None
    if isinstance(statement, (ast.Assign, ast.AnnAssign)):
        return _is_assigned(scope, statement)
    if isinstance(statement, ast.If):
        return _kind(scope, statement.test) is not None and _all_run(
            scope, [*statement.body, *statement.orelse]
        )
    if isinstance(statement, ast.For):
        return _is_loop_run(scope, statement)
    if isinstance(statement, ast.Try):
        caught = any(_catches_all(handler) for handler in statement.handlers)
        handled = [line for handler in statement.handlers for line in handler.body]
        return caught and _all_run(scope, [*handled, *statement.finalbody])
    return False


def _is_assigned(scope: _Scope, statement: ast.Assign | ast.AnnAssign) -> bool:
    targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
    if statement.value is None or not _depends(scope, statement.value):
        return all(isinstance(target, ast.Name) for target in targets)
    kind = _kind(scope, statement.value)
    for target in targets:
        if kind is None or not isinstance(target, ast.Name):
            return False
        is_other = scope.names.get(target.id, kind) != kind
        scope.names[target.id] = "any" if is_other else kind
    return True


def _is_loop_run(scope: _Scope, loop: ast.For) -> bool:
    """A loop over what depends on no node, or over a list of strings that a node has."""
    if _depends(scope, loop.iter):
        if _kind(scope, loop.iter) != "list" or not isinstance(loop.target, ast.Name):
            return False
        scope.names[loop.target.id] = "text"
    return _all_run(scope, [*loop.body, *loop.orelse])


def _catches_all(handler: ast.ExceptHandler) -> bool:
    return handler.type is None or (isinstance(handler.type, ast.Name) and handler.type.id in _CATCH_ALL)


def _depends(scope: _Scope, node: ast.expr) -> bool:
    return any(isinstance(inner, ast.Name) and inner.id in scope.names for inner in ast.walk(node))


def _kind(scope: _Scope, node: ast.expr) -> _Kind | None:
    """What an expression is for each node; None where it may fail for one of them."""
    if not _depends(scope, node):
        return _kind_of_display(node)
    if isinstance(node, ast.Name):
        return scope.names[node.id]
    if isinstance(node, ast.Subscript):
        return _item(scope, node)
    if isinstance(node, ast.Call):
        return _answer(scope, node)
    if isinstance(node, ast.JoinedStr):
        return _if_all("text", scope, [part for part in node.values if not isinstance(part, ast.Constant)])
    if isinstance(node, ast.FormattedValue):
        return _kind(scope, node.value) if node.format_spec is None else None
    if isinstance(node, (ast.List, ast.Tuple)):
        return _if_all("list", scope, node.elts)
    if isinstance(node, ast.Dict):
        return _if_all("dict", scope, [*filter(None, node.keys), *node.values])
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        return _if_all("any", scope, [node.operand])
    if isinstance(node, ast.Compare):
        return _compared(scope, node)
    return _joined(scope, node)


def _joined(scope: _Scope, node: ast.expr) -> _Kind | None:
    """One of several, or two that are added."""
    if isinstance(node, ast.IfExp):
        if _kind(scope, node.test) is None:
            return None
        return _one_of(scope, [node.body, node.orelse])
    if isinstance(node, ast.BoolOp):
        return _one_of(scope, node.values)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        # What depends on no node is of one kind, which fits all of them or none.
        given = [_kind(scope, side) for side in (node.left, node.right) if _depends(scope, side)]
        return given[0] if given[0] in ("text", "list") and given[0] == given[-1] else None
    return None


def _kind_of_display(node: ast.expr) -> _Kind:
    if isinstance(node, (ast.Constant, ast.JoinedStr)):
        return "text" if isinstance(getattr(node, "value", ""), str) else "any"
    if isinstance(node, (ast.List, ast.Tuple)):
        return "list"
    return "dict" if isinstance(node, ast.Dict) else "any"


def _if_all(kind: _Kind, scope: _Scope, nodes: Iterable[ast.expr]) -> _Kind | None:
    return kind if all(_kind(scope, node) is not None for node in nodes) else None


def _one_of(scope: _Scope, nodes: Iterable[ast.expr]) -> _Kind | None:
    kinds = {_kind(scope, node) for node in nodes}
    if None in kinds:
        return None
    return kinds.pop() if len(kinds) == 1 else "any"


def _compared(scope: _Scope, node: ast.Compare) -> _Kind | None:
    sides = [node.left, *node.comparators]
    for operator, right in zip(node.ops, node.comparators, strict=True):
        is_of_any = isinstance(operator, (ast.Eq, ast.NotEq, ast.Is, ast.IsNot))
        is_in = isinstance(operator, (ast.In, ast.NotIn)) and _can_hold(scope, node.left, right)
        if not (is_of_any or is_in):
            return None
    return _if_all("any", scope, sides)


def _can_hold(scope: _Scope, left: ast.expr, right: ast.expr) -> bool:
    kind = _kind(scope, right)
    return (
        not _depends(scope, right)
        or kind in ("list", "dict", "node")
        or (kind == "text" and _kind(scope, left) == "text")
    )


def _item(scope: _Scope, node: ast.Subscript) -> _Kind | None:
    base = _kind(scope, node.value)
    if isinstance(node.slice, ast.Slice):
        return base if base in ("text", "list") and not _depends(scope, node.slice) else None
    if not isinstance(node.slice, (ast.Constant, ast.UnaryOp)):
        return None
    if base == "node" and isinstance(node.slice, ast.Constant):
        return _field(scope, node.slice.value)
    if _is_field(scope, node.value, "config") and isinstance(node.slice, ast.Constant):
        return _IN_CONFIG.get(str(node.slice.value)) if scope.others == "models" else None
    # The name of the package and the name of the node are always there.
    is_there = ast.unparse(node.slice) in ("0", "1", "-1", "-2")
    if _is_field(scope, node.value, "fqn"):
        return "text" if is_there else None
    is_split = isinstance(node.value, ast.Call) and _method(node.value) in ("split", "rsplit")
    return "text" if is_split and base == "list" and ast.unparse(node.slice) in ("0", "-1") else None


def _field(scope: _Scope, name: object) -> _Kind | None:
    fields = _OF_ALL if scope.others == "sources" else {**_OF_ALL, **_OF_MODELS}
    return fields.get(name) if isinstance(name, str) else None


def _is_field(scope: _Scope, node: ast.expr, name: str) -> bool:
    return (
        isinstance(node, ast.Subscript)
        and _kind(scope, node.value) == "node"
        and isinstance(node.slice, ast.Constant)
        and node.slice.value == name
    )


def _method(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else ""


def _answer(scope: _Scope, call: ast.Call) -> _Kind | None:
    given = [*call.args, *(word.value for word in call.keywords)]
    if any(isinstance(one, ast.Starred) for one in given):
        return None
    is_handed_on = len(given) == 1 and _kind(scope, given[0]) == "node"
    if is_handed_on and not _depends(scope, call.func):
        deeper = _Scope(scope.evaluator, scope.module, scope.others, {}, scope.depth + 1)
        return "any" if _is_total(deeper, call.func) else _of_anything(call)
    if _if_all("any", scope, given) is None:
        return None
    if not isinstance(call.func, ast.Attribute):
        return _of_anything(call) or _of_dagster(scope, call)
    return _of_method(scope, call, call.func, given)


def _of_anything(call: ast.Call) -> _Kind | None:
    return _OF_ANYTHING.get(call.func.id) if isinstance(call.func, ast.Name) else None


def _of_dagster(scope: _Scope, call: ast.Call) -> _Kind | None:
    values = scope.evaluator.values(scope.module, call.func)
    is_known = values and all(
        isinstance(value, External) and value.name.startswith(("dagster.", "dagster_dbt."))
        for value in values
    )
    return "any" if is_known else None


def _of_method(scope: _Scope, call: ast.Call, function: ast.Attribute, given: list[ast.expr]) -> _Kind | None:
    if not _depends(scope, function.value):
        if function.attr == "join" and isinstance(function.value, ast.Constant):
            return "text" if _kind(scope, given[0]) == "list" else None
        return "any" if function.attr in _ASKED else _of_dagster(scope, call)
    base = _kind(scope, function.value)
    if function.attr == "get" and given and base in ("node", "dict"):
        return _got(scope, call, base, given)
    if base == "text":
        return _OF_TEXT.get(function.attr)
    return None


def _got(scope: _Scope, call: ast.Call, base: _Kind, given: list[ast.expr]) -> _Kind:
    """What ``.get(...)`` answers: a field that all have, else it may be the default, or anything."""
    name = given[0].value if isinstance(given[0], ast.Constant) else None
    if base == "node":
        return _field(scope, name) or "any"
    assert isinstance(call.func, ast.Attribute)
    is_config = _is_field(scope, call.func.value, "config")
    known = _IN_CONFIG.get(name) if is_config and isinstance(name, str) else None
    default = _kind(scope, given[1]) if len(given) > 1 else None
    if known:
        return known if scope.others == "models" or default == known else "any"
    # `meta.get("dagster", {}).get("group")` is how projects are read, and theirs are alike.
    return "dict" if default == "dict" and scope.others == "models" else "any"
