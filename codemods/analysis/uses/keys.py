"""The keys under which dicts hold their values, as far as the code says them: literals, names, f-strings, loops."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from ..inference.constants import Constants
from ..inference.interpreter import Evaluator
from ..inference.texts import text_of
from ..syntax.source_module import Module
from .uses import Element, Entry, Use

Texts = frozenset[str]
UNKNOWN: Texts = frozenset()


def entries_of(evaluator: Evaluator, module: Module, node: ast.AST) -> Iterator[tuple[str, ast.expr]]:
    """What a node puts under each key: a dict display or comprehension, ``dict(k=v)``, ``x["k"] = v``.

    The key is empty where it cannot be told.
    """
    for key, value in written_in(node):
        yield from ((text, value) for text in texts_of_key(evaluator, module, key))


def texts_of_key(evaluator: Evaluator, module: Module, key: str | ast.expr) -> Iterable[str]:
    """The strings that a key may be; an empty one where it is not known."""
    return (key,) if isinstance(key, str) else texts_of(evaluator, module, key) or ("",)


WRITING = (ast.Dict, ast.DictComp, ast.Call, ast.Assign)
"""The nodes that put something under a key."""


def written_in(node: ast.AST) -> Iterator[tuple[str | ast.expr, ast.expr]]:
    """What a node puts under each key, as it stands in the code."""
    if isinstance(node, ast.Dict):
        pairs = zip(node.keys, node.values, strict=True)
        yield from ((key, value) for key, value in pairs if key is not None)
    elif isinstance(node, ast.DictComp):
        yield node.key, node.value
    elif isinstance(node, ast.Call):
        yield from ((keyword.arg or "", keyword.value) for keyword in node.keywords)
    elif isinstance(node, ast.Assign):
        for target in node.targets:
            if isinstance(target, ast.Subscript):
                yield target.slice, node.value


def texts_of(evaluator: Evaluator, module: Module, node: ast.expr) -> Texts:
    """All strings that an expression may be; none where they are not known."""
    if text := text_of(evaluator.tree, module, node):
        return frozenset({text})
    found = Constants(evaluator, {}).possible(module, node) or ()
    texts = [constant.value for constant in found if isinstance(constant.value, str)]
    return frozenset(texts) if len(texts) == len(found) else UNKNOWN


def keys_of(evaluator: Evaluator, step: Use) -> Texts:
    """The keys that a value may have in the dict that it is put into; none where it is no dict, or they cannot be told."""
    if not isinstance(step, (Entry, Element)):
        return UNKNOWN
    name = step.name if isinstance(step, Entry) else ""
    if name:
        return frozenset({name}) if name != "**" else UNKNOWN
    holder: ast.AST | None = step.container
    if holder is None and isinstance(step, Entry):
        holder = step.module.statement_of(step.node)
    for key, value in written_in(holder) if holder is not None else ():
        if any(inner is step.node for inner in ast.walk(value)):
            return frozenset({key}) if isinstance(key, str) else texts_of(evaluator, step.module, key)
    return UNKNOWN
