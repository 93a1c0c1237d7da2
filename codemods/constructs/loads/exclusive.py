"""Whether one run of the code comes to only one of two places: the branches of a condition, or what a return skips."""

from __future__ import annotations

import ast

from ...analysis.syntax.source_module import Module

_ENDING = (ast.Return, ast.Raise, ast.Continue, ast.Break)


def are_exclusive(module: Module, one: ast.AST, other: ast.AST) -> bool:
    """Whether the code that comes to ``one`` does not come to ``other``, where both stand in one file."""
    first, second = (_path(module, node) for node in (one, other))
    at = next(
        (at for at, pair in enumerate(zip(first, second, strict=False)) if pair[0] is not pair[1]), None
    )
    if not at:
        return False
    fork, left, right = first[at - 1], first[at], second[at]
    match fork:
        case ast.If() | ast.IfExp():
            return _side(fork, left) != _side(fork, right)
        case ast.Match():
            return left is not right
    return any(
        isinstance(branch, ast.If)
        and isinstance(later, ast.stmt)
        and branch.lineno < later.lineno
        and _ends(branch, path)
        for branch, later, path in ((left, right, first), (right, left, second))
    )


def _path(module: Module, node: ast.AST) -> list[ast.AST]:
    """What a node stands in, from the outside in, itself last."""
    return [*reversed(list(module.ancestors(node))), node]


def _side(fork: ast.If | ast.IfExp, child: ast.AST) -> int:
    sides = (fork.body, fork.orelse)
    for at, side in enumerate(sides):
        if child is side or (isinstance(side, list) and any(child is statement for statement in side)):
            return at
    return -1


def _ends(fork: ast.If, path: list[ast.AST]) -> bool:
    """Whether the branch that a path goes through ends the function or the turn of the loop."""
    block = fork.body if any(node is statement for node in path for statement in fork.body) else fork.orelse
    return bool(block) and isinstance(block[-1], _ENDING)
