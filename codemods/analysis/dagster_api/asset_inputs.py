"""Which asset a parameter of a decorated function loads, and under which name a function makes one."""

from __future__ import annotations

import ast

from ..syntax.functions import decorator_name

LOADING = frozenset({"asset", "multi_asset", "graph_asset", "asset_check", "multi_asset_check"})
"""The decorators whose functions load assets through their parameters."""

Function = ast.FunctionDef | ast.AsyncFunctionDef


def name_of_asset(function: Function) -> str:
    """The last part of the key of the one asset that a function makes; empty where it makes none."""
    for decorator in function.decorator_list:
        if decorator_name(decorator) in {"asset", "graph_asset"}:
            words = _words(decorator)
            return _last_part(words.get("key")) or _last_part(words.get("name")) or function.name
    return ""


def name_loaded_by(function: Function, parameter: str) -> str:
    """The last part of the key of the asset that a parameter loads; empty where it loads none.

    ``AssetIn`` names it, else the parameter is called as the asset is.
    """
    for decorator in function.decorator_list:
        if decorator_name(decorator) in LOADING:
            ins = _words(decorator).get("ins") or _words(decorator).get("additional_ins")
            return _last_part(_named_in(ins, parameter)) or parameter
    return ""


def _words(decorator: ast.expr) -> dict[str, ast.expr]:
    keywords = decorator.keywords if isinstance(decorator, ast.Call) else []
    return {word.arg: word.value for word in keywords if word.arg}


def _named_in(ins: ast.expr | None, parameter: str) -> ast.expr | None:
    if not isinstance(ins, ast.Dict):
        return None
    for key, value in zip(ins.keys, ins.values, strict=True):
        if isinstance(key, ast.Constant) and key.value == parameter and isinstance(value, ast.Call):
            return next(iter(value.args), None) or _words(value).get("key")
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
