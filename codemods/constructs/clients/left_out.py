"""Arguments that v2's client has no parameter for: what they do beside having a value must still be done."""

from __future__ import annotations

import ast

DOES_MORE = "an argument that v2 has no parameter for does more than have a value: assign it to a name first"

_OF_TEXT = frozenset(
    {
        *(
            "format",
            "join",
            "strip",
            "lower",
            "upper",
            "title",
            "replace",
            "split",
            "removeprefix",
            "removesuffix",
        ),
        *("get", "getenv", "isoformat", "strftime", "now", "utcnow", "today", "date", "astimezone"),
    }
)
_OF_PYTHON = frozenset(
    {"str", "repr", "int", "len", "format", "type", "sorted", "getattr", "round", "min", "max"}
)


def does_more(node: ast.expr | None) -> bool:
    """Whether to leave an expression out is more than to lose its value: it calls, awaits or yields."""
    return node is not None and any(_does(inner) for inner in ast.walk(node))


def _does(node: ast.AST) -> bool:
    if isinstance(node, (ast.Await, ast.Yield, ast.YieldFrom)):
        return True
    if not isinstance(node, ast.Call):
        return False
    if isinstance(node.func, ast.Attribute):
        return node.func.attr not in _OF_TEXT
    return not (isinstance(node.func, ast.Name) and node.func.id in _OF_PYTHON)
