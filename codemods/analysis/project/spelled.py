"""Whether a file may reach something by a word: a resource by its key, an asset by its name."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator

from ..syntax.source_module import FUNCTIONS, Module

_SEPARATORS = re.compile(r"[\s,;|/:.]+")
_SPELLING = (ast.Name, ast.Attribute, ast.arg, ast.keyword, ast.Constant, ast.ClassDef, *FUNCTIONS)


def spells(module: Module, words: Iterable[str]) -> bool:
    """Whether one of some words stands in the code of a file: as an attribute, a parameter, a name that is bound, in a string.

    What a file imports, what it only reads by a name of its own, and sentences are none of these.
    """
    wanted = frozenset(words)
    return any(
        not wanted.isdisjoint(_spelled(module, node)) or _is_part(module, node, wanted)
        for node in module.of(*_SPELLING)
    )


def _spelled(module: Module, node: ast.AST) -> Iterator[str]:
    match node:
        case ast.Name(id=name, ctx=ast.Store()) | ast.Attribute(attr=name) | ast.ClassDef(name=name):
            yield name
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.arg(arg=name):
            yield name
        case ast.keyword(arg=str(name)):
            yield name
        case ast.Constant(value=str(text)) if not isinstance(module.parent(node), ast.Expr):
            yield text
            several = [each for each in _SEPARATORS.split(text) if each]
            # `"dbt, warehouse"` names keys; a sentence has other signs, or words that are no names.
            if all(each.isidentifier() for each in several):
                yield from several


def _is_part(module: Module, node: ast.AST, words: Iterable[str]) -> bool:
    """Whether a string with one of the words in it is a part of a longer one, and no sentence: ``f"{env}_dbt_cloud"``."""
    match node:
        case ast.Constant(value=str(text)) if isinstance(
            module.parent(node), (ast.JoinedStr, ast.BinOp, ast.Attribute)
        ):
            return len(text.split()) < 2 and any(word in text for word in words)
    return False
