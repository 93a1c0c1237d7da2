"""Which asset a parameter of a decorated function loads, and under which name a function makes one."""

from __future__ import annotations

import ast

from ..syntax.functions import decorator_name, takes_context

_CHECK = "asset_check"
LOADING = frozenset({"asset", "multi_asset", "graph_asset", "graph_multi_asset", _CHECK, "multi_asset_check"})
"""The decorators whose functions load assets through their parameters."""

Function = ast.FunctionDef | ast.AsyncFunctionDef


def name_of_asset(function: Function) -> str:
    """The last part of the key of the one asset that a function makes; empty where it makes none, or the key is not written."""
    for decorator in function.decorator_list:
        if decorator_name(decorator) in {"asset", "graph_asset"}:
            words = _words(decorator)
            said = words.get("key") or words.get("name")
            is_open = isinstance(decorator, ast.Call) and any(word.arg is None for word in decorator.keywords)
            return _last_part(said) if said is not None else "" if is_open else function.name
    return ""


def name_loaded_by(function: Function, parameter: str) -> str:
    """The last part of the key of the asset that a parameter loads; empty where it loads none, or the key is not written.

    ``AssetIn`` names it, else the parameter is called as the asset is. A check gets its asset by whatever parameter.
    """
    for decorator in function.decorator_list:
        if decorator_name(decorator) in LOADING:
            words = _words(decorator)
            ins = words.get("ins") or words.get("additional_ins")
            if ins is not None and not _is_written(ins):
                return ""
            named = _named_in(ins, parameter)
            if named is not None:
                key = next(iter(named.args), None) or _words(named).get("key")
                return _last_part(key) if key is not None else parameter
            return _checked(decorator) if decorator_name(decorator) == _CHECK else parameter
    return ""


def may_load(function: Function, parameter: str) -> bool:
    """Whether a parameter may load an asset: Dagster gives the first one a context where it is called so."""
    first = next((arg.arg for arg in (*function.args.posonlyargs, *function.args.args)), "")
    return parameter != first or not takes_context(function, first)


def _checked(decorator: ast.expr) -> str:
    """The asset that a check is of: ``asset="orders"``, ``asset=orders``, ``asset=orders.key``."""
    given = _words(decorator).get("asset")
    if given is None and isinstance(decorator, ast.Call) and decorator.args:
        given = decorator.args[0]
    if isinstance(given, ast.Attribute) and given.attr == "key":
        given = given.value
    return decorator_name(given) if isinstance(given, (ast.Name, ast.Attribute)) else _last_part(given)


def _words(decorator: ast.expr) -> dict[str, ast.expr]:
    keywords = decorator.keywords if isinstance(decorator, ast.Call) else []
    return {word.arg: word.value for word in keywords if word.arg}


def _is_written(ins: ast.expr) -> bool:
    return isinstance(ins, ast.Dict) and all(isinstance(key, ast.Constant) for key in ins.keys)


def _named_in(ins: ast.expr | None, parameter: str) -> ast.Call | None:
    if not isinstance(ins, ast.Dict):
        return None
    for key, value in zip(ins.keys, ins.values, strict=True):
        if isinstance(key, ast.Constant) and key.value == parameter and isinstance(value, ast.Call):
            return value
    return None


def _last_part(key: ast.expr | None) -> str:
    """Of ``"a"``, ``["x", "a"]``, ``AssetKey("a")`` and ``AssetKey(["x", "a"])``: ``a``."""
    if isinstance(key, ast.Call):
        key = next(iter(key.args), None) or _words(key).get("path")
    if isinstance(key, (ast.List, ast.Tuple)) and key.elts:
        key = key.elts[-1]
    return (
        key.value.rpartition("/")[2] if isinstance(key, ast.Constant) and isinstance(key.value, str) else ""
    )
