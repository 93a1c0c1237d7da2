"""The branch that type checkers alone read."""

from __future__ import annotations

import ast


def names_type_checking(node: ast.If) -> bool:
    """Whether an ``if`` asks for ``TYPE_CHECKING``."""
    return ast.unparse(node.test).rpartition(".")[2] == "TYPE_CHECKING"
