"""Dicts that a call hands over as a whole, whose entries become parameters of a function of the tree.

common = {"client": dbt_cloud.get_dbt_client(), "log": context.log}
refresh(job_id=67890, **common)
"""

from __future__ import annotations

import ast
from collections.abc import Callable

from ..inference.branches import EVERY_BRANCH
from ..inference.values import Literal, Local, Value, Values
from ..syntax.functions import argument_of, renamed
from ..syntax.source_module import FUNCTIONS, Module
from .callees import is_spelled
from .index import Index


def is_spread_over(
    index: Index, module: Module, node: ast.expr, value: Value, carried_by: Callable[[Values], Values]
) -> bool:
    """Whether a dict is given by ``**`` to a function that is spelled, and all of it that matters becomes parameters.

    Each of its keys must be known: what goes to ``**kwargs``, or to nobody knows which parameter, is not followed.
    """
    word = module.parent(node)
    call = module.parent(word) if isinstance(word, ast.keyword) and word.arg is None else None
    if not isinstance(call, ast.Call) or not isinstance(value, Literal):
        return False
    is_alone = sum(one.arg is None for one in call.keywords) == 1
    if not is_alone or any(isinstance(given, ast.Starred) for given in call.args):
        return False
    if not _is_one_of_places(index, module, node):
        return False
    entries = list(index.evaluator.containers.entries(value))
    matter = {key for key, home, one in entries if carried_by(index.values(home, one))}
    callees = index.evaluator.called(module, renamed(call))
    return all(isinstance(key, str) for key, _, _ in entries) and all(
        isinstance(one, Local)
        and is_spelled(index.evaluator, module, renamed(call), one)
        and any(each is call for _, each in index.evaluator.calls.of(getattr(one.node, "name", "")))
        and all(_takes(one.node, call, str(key)) for key in matter)
        for one in callees
    )


def _is_one_of_places(index: Index, module: Module, node: ast.expr) -> bool:
    """Whether the dicts that an expression may be are those that it is seen to be made of, and no others: not after ``x |= y``."""
    made = index.evaluator.places(module, node, EVERY_BRANCH)
    found = {(one.module, one.node) for one in index.values(module, node) if isinstance(one, Literal)}
    return made.is_all and len(found) == len(index.values(module, node)) and found == set(made.places)


def _takes(function: ast.AST, call: ast.Call, key: str) -> bool:
    """Whether a key is the name of a parameter of a function, which the call gives nothing else."""
    if not isinstance(function, FUNCTIONS):
        return False
    names = {arg.arg for arg in (*function.args.args, *function.args.kwonlyargs)}
    return key in names and argument_of(call, function, key) is None
