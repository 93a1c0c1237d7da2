"""An attribute read of what may be an object of the user's or what another package answers: nobody knows what the other one has."""

from __future__ import annotations

import ast

from ..dagster_api.names import COPYING_OBJECTS
from ..inference.interpreter import Evaluator
from ..inference.values import Instance, Made, Value, in_order, kept_in_namespace, root
from ..project.test_files import is_test
from ..syntax.source_module import Module
from .carriers import Carriers


def beside_others(
    evaluator: Evaluator, carriers: Carriers, module: Module, value: Value, above: ast.Attribute
) -> str:
    """Why it is not known what an attribute is of; empty where it is."""
    if not isinstance(value, Instance) and kept_in_namespace(value) is None:
        return ""
    if not carriers.of_all(evaluator.values(module, above)):
        return ""
    for other in in_order(evaluator.values(module, above.value)):
        made_by = root(other)
        if isinstance(made_by, Made) and _is_of_others(made_by):
            shown = made_by.module.source_of(made_by.call).split("\n", 1)[0]
            return f"is read as `.{above.attr}` where it may also be `{shown}`: use the two in separate branches, under two names"
    return ""


def _is_of_others(value: Made) -> bool:
    """Whether code that is no test gets a value from a function of another package, which may hold anything."""
    is_known = kept_in_namespace(value) is not None or value.of in COPYING_OBJECTS
    return is_foreign(value) and not is_known and not is_test(value.module.path)


def is_foreign(value: Value) -> bool:
    """Whether a value is made by another package than Dagster's and the legacy one."""
    return isinstance(value, Made) and not value.of.startswith(("dagster", "legacy."))
