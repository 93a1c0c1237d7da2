"""What an expression may also be, by a way that is not followed: a function among others that is not known, or ``__getattr__``.

for make in (real, lambda: Fake()): make().run_job_and_poll(67891)

class Service:
    def __getattr__(self, name): return Fake()
"""

from __future__ import annotations

import ast

from ..inference.interpreter import Evaluator
from ..inference.values import Instance, Local, Value
from ..syntax.classes import fields_of
from ..syntax.functions import renamed
from ..syntax.source_module import FUNCTIONS, Module
from .callees import is_all_known, is_spelled
from .carriers import Carriers, is_class

_ANSWERING = frozenset({"__getattr__", "__getattribute__"})


def answered_by_another(evaluator: Evaluator, carriers: Carriers, module: Module, node: ast.expr) -> str:
    """Why a call may be answered by something else than the functions that are known; empty where it is not."""
    if not isinstance(node, ast.Call):
        return ""
    callee = renamed(node)
    functions = [
        one
        for one in evaluator.values(module, callee)
        if isinstance(one, Local) and isinstance(one.node, FUNCTIONS)
    ]
    if not functions or not carriers.of_all(evaluator.values(module, node)):
        return ""
    is_chosen = not all(is_spelled(evaluator, module, callee, one) for one in functions)
    if not is_chosen or is_all_known(evaluator, module, callee):
        return ""
    shown = module.source_of(callee).split("\n", 1)[0]
    return f"is what `{shown}` answers, which may be another function too: call the function by its name"


def answered_by_getattr(evaluator: Evaluator, carriers: Carriers, value: Value, name: str) -> str:
    """Why an attribute may be something else than what the methods of its class assign; empty where it is not."""
    owner = value.owner if isinstance(value, Instance) else value
    if not isinstance(owner, Local) or not (isinstance(value, Instance) or is_class(value)):
        return ""
    objects = evaluator.objects
    if not carriers.of_all(objects.attribute(owner, name)):
        return ""
    owners = {one for heir in (owner, *objects.derived_from(owner)) for one in objects.lineage(heir)}
    if any(name in fields_of(one.node) for one in owners):
        return ""  # It is there before `__getattr__` is asked.
    metaclasses = {
        made
        for one in owners
        for word in getattr(one.node, "keywords", ())
        for made in evaluator.values(one.module, word.value)
        if isinstance(made, Local)
    }
    if any(fields_of(one.node) & _ANSWERING for one in (*owners, *metaclasses)):
        return f"is read as `.{name}`, which `__getattr__` of its class may answer too: set it in `__init__`, and name the methods"
    return ""
