"""Where the code of a tree changes the environment of its process."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator
from functools import lru_cache

from ..dagster_api.decorators import resolved
from ..inference.interpreter import Evaluator
from ..project.test_files import is_test
from ..syntax.functions import decorator_name
from ..syntax.source_module import Module
from .owners import is_environment

_WORDS = (b"environ", b"putenv", b"dotenv", b"setenv", b"delenv")
_CHANGING = frozenset({"update", "setdefault", "pop", "popitem", "clear", "__setitem__", "__delitem__"})
_SETTING = frozenset({"os.putenv", "os.unsetenv"})
_OF_TESTS = frozenset({"setenv", "delenv"})


def changes_of_environment(evaluator: Evaluator, name: str) -> Iterator[tuple[Module, ast.expr]]:
    """Where a variable may be set or deleted; any where ``name`` is empty."""
    for module, node, changed in _changes(evaluator):
        if not name or not changed or name in changed:
            yield module, node


@lru_cache(maxsize=1)
def _changes(evaluator: Evaluator) -> tuple[tuple[Module, ast.expr, frozenset[str]], ...]:
    """Where variables may be set or deleted, and which: none where they are not written there."""
    modules = map(evaluator.tree.module_at, evaluator.tree.spelling(_WORDS))
    return tuple(
        (module, node, changed)
        for module in modules
        if module is not None
        for node, changed in _changes_in(evaluator, module)
    )


def _changes_in(evaluator: Evaluator, module: Module) -> Iterator[tuple[ast.expr, frozenset[str]]]:
    for node in module.of(ast.Subscript, ast.Call):
        changed = _changed(evaluator, module, node)
        if changed is not None:
            yield node, changed
    for added in module.of(ast.AugAssign):  # os.environ |= {"DBT_JOB_ID": "67890"}
        if is_environment(evaluator, module, added.target):
            yield added.target, _in_display(added.value)


def may_change(evaluator: Evaluator, name: str) -> bool:
    """Whether code that is no test sets a variable before it is read; what ``load_dotenv`` brings is set already."""
    asked = ("changes of the environment", name)
    return evaluator.answer(asked, lambda: any(_set_for_good(evaluator, name)), False)


def may_be_set(evaluator: Evaluator, variables: Collection[str], name: str) -> bool:
    """The same where these variables are set before the code runs: `load_dotenv` may bring others."""
    if name in variables:
        return may_change(evaluator, name)
    asked = ("brought into the environment", name)
    places = (not is_test(module.path) for module, _ in changes_of_environment(evaluator, name))
    return evaluator.answer(asked, lambda: any(places), False)


def _set_for_good(evaluator: Evaluator, name: str) -> Iterator[bool]:
    for module, node in changes_of_environment(evaluator, name):
        is_read_in = isinstance(node, ast.Call) and decorator_name(node) == "load_dotenv"
        yield not is_read_in and not is_test(module.path)


def _changed(evaluator: Evaluator, module: Module, node: ast.expr) -> frozenset[str] | None:
    """The variables that an expression changes, none where they are not written there; None where it changes none."""
    match node:
        case ast.Subscript(value=value, slice=key, ctx=ast.Store() | ast.Del()):
            return _named([key]) if is_environment(evaluator, module, value) else None
        case ast.Call(func=ast.Attribute(value=value, attr=attribute), args=args) if (
            attribute in _CHANGING and is_environment(evaluator, module, value)
        ):
            return _given(node) if attribute == "update" else _named(args[:1])
        case ast.Call(func=ast.Attribute(attr=attribute), args=args) if attribute in _OF_TESTS:
            return _named(args[:1]) or frozenset({"?"})
        case ast.Call(func=ast.Attribute(attr="dict"), args=[first, *_]) if _is_patched(
            evaluator, module, first
        ):
            return _given(node, 1) or frozenset({"?"})
        case ast.Call(func=func, args=args):
            names = resolved(evaluator, module, func)
            if names & _SETTING:
                return _named(args[:1])
            if any("dotenv" in name and name.endswith("load_dotenv") for name in names):
                return frozenset()
    return None


def _is_patched(evaluator: Evaluator, module: Module, node: ast.expr) -> bool:
    is_text = isinstance(node, ast.Constant) and node.value == "os.environ"
    return is_text or is_environment(evaluator, module, node)


def _given(call: ast.Call, first: int = 0) -> frozenset[str]:
    """The names in the dicts and keywords of ``update``; none where not all can be seen."""
    found = {word.arg for word in call.keywords if word.arg and word.arg not in {"clear", "values"}}
    given = [*call.args[first:], *(word.value for word in call.keywords if word.arg is None)]
    for each in given:
        named = _in_display(each)
        if not named:
            return frozenset()
        found |= named
    return frozenset(found)


def _in_display(node: ast.expr) -> frozenset[str]:
    """The keys of a dict; none where not all can be seen."""
    if not isinstance(node, ast.Dict) or None in node.keys:
        return frozenset()
    return _named([key for key in node.keys if key is not None])


def _named(keys: list[ast.expr]) -> frozenset[str]:
    texts = {key.value for key in keys if isinstance(key, ast.Constant) and isinstance(key.value, str)}
    return frozenset(texts) if len(texts) == len(keys) else frozenset()
