"""Whether a value would be known if the environment variables were set that it is read from.

int(os.environ["DBT_JOB_ID"])                                   it would
int(os.environ.get("BASE", "0")) + int(os.environ["OFFSET"])    it would not: sums are not worked out
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import replace

from ..syntax.source_module import Module
from .constants import Constants

_SAMPLES = ("1", *(sign.join("1" * 9) for sign in ",/:;|-_= "))
"""Texts that a variable may hold: a number, or several behind one another."""
_DEEPEST = 3
"""Variables that name variables, one behind the other."""


def known_if_set(constants: Constants, module: Module, node: ast.expr) -> bool:
    """Whether a number would be known if the variables were set that it is read from."""
    return any(_is_known(constants, module, node, sample) for sample in _SAMPLES)


def lacking(constants: Constants, module: Module, node: ast.expr) -> tuple[str, ...]:
    """The variables that are not set, and with which a number would be known; none where it would not be, with any."""
    names = set(_all_read(constants, module, node, _DEEPEST))
    for sample in _SAMPLES:
        given = {**dict.fromkeys(names, sample), **constants.environment}
        if names and replace(constants, environment=given).integers(module, node) is not None:
            return tuple(sorted(names - constants.environment.keys()))
    return ()


def _all_read(constants: Constants, module: Module, node: ast.expr, depth: int) -> Iterator[str]:
    """The variables that an expression may read, also by what a loop goes through: ``os.getenv(name)``."""
    for home, place in constants.origins(module, node).places:
        for inner in ast.walk(place):
            name = constants.variable_read_at(home, inner)
            if name is not None:
                found = constants.possible(home, name) or ()
                yield from (one.value for one in found if isinstance(one.value, str))
            elif isinstance(inner, ast.Name) and inner is not node and depth:
                yield from _all_read(constants, home, inner, depth - 1)


def _is_known(constants: Constants, module: Module, node: ast.expr, sample: str) -> bool:
    for _ in range(_DEEPEST):
        names = {constants.variable_of(module, node), *_variables(constants, module, node)}
        given = dict.fromkeys(names - {""}, sample)
        constants = replace(constants, environment={**given, **constants.environment})
        if constants.integers(module, node) is not None:
            return True
    return False


def _variables(constants: Constants, module: Module, node: ast.expr) -> Iterator[str]:
    for home, place in constants.origins(module, node).places:
        for inner in ast.walk(place):
            name = constants.variable_read_at(home, inner)
            known = constants.read(home, name) if name is not None else None
            if known is not None and isinstance(known.value, str):
                yield known.value
