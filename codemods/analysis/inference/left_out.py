"""Whether the code comes to a place in a deployment that does not set a variable, which the code asks for first."""

from __future__ import annotations

import ast

from ..syntax.source_module import FUNCTIONS, Module
from .asked_first import is_none_passed_by, leads_past
from .constants import Constants


def is_left_out(constants: Constants, module: Module, node: ast.AST) -> bool:
    """Whether the code does not come to a node in a deployment: a test of what is not set there leads past it."""

    def is_unset(test: ast.expr) -> bool:
        return _is_unset(constants, module, test)

    if leads_past(module, node, is_unset):
        return True
    # A function is run only where the code came to its definition.
    around = (above for above in module.ancestors(node) if isinstance(above, (*FUNCTIONS, ast.Lambda)))
    return any(leads_past(module, function, is_unset) for function in around)


def is_none_left_out(constants: Constants, module: Module, node: ast.expr) -> bool:
    """Whether what is asked for is None in a deployment, and the code asks for that first."""
    found = constants.possible(module, node)
    return bool(found) and all(one.value is None for one in found or ()) and is_none_passed_by(module, node)


def _is_unset(constants: Constants, module: Module, node: ast.expr) -> bool:
    origins = constants.origins(module, node.value if isinstance(node, ast.NamedExpr) else node)
    if not origins.is_all or len(origins.places) != 1:
        return False
    home, place = origins.places[0]
    name: ast.expr | None = place
    if isinstance(place, ast.Call):
        has_default = constants.default_read_at(home, place) is not None
        name = None if has_default else constants.variable_read_at(home, place)
    elif not isinstance(place, ast.Constant):
        return False
    known = constants.read(home, name) if name is not None else None
    return known is not None and isinstance(known.value, str) and constants.is_never_set(known.value)
