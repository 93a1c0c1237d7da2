"""Arguments that a call gives from a dict: ``refresh(**common)``."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from ..syntax.source_module import Module
from .values import Literal, Values, in_order

if TYPE_CHECKING:
    from .interpreter import Evaluator


def given_by_spread(evaluator: Evaluator, module: Module, call: ast.Call, name: str) -> Values:
    """What a parameter may get from the dicts that a call is given as a whole."""
    dicts = [word.value for word in call.keywords if word.arg is None]
    return frozenset().union(
        *(
            evaluator.values(home, value)
            for node in dicts
            for one in in_order(evaluator.values(module, node))
            if isinstance(one, Literal)
            for key, home, value in evaluator.containers.entries(one)
            if key in (name, None)
        )
    )
