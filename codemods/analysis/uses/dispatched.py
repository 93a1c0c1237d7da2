"""Methods that code chooses by a name which it puts together: ``getattr(self, f"do_{action}")()``.

All methods whose names begin so may be meant. Where each takes nothing but its object, and answers nothing legacy, it does not
matter which is called: what they do is judged in them.
"""

from __future__ import annotations

import ast

from ..inference.values import Instance, Local, Value
from ..syntax.functions import is_property, nodes_run_by, returns_of
from .carriers import Carriers


def reads_a_plain_method(carriers: Carriers, value: Value, call: ast.Call) -> bool:
    """Whether ``getattr`` of an object reads one of its methods that take nothing, and answer nothing that matters."""
    prefix = _prefix(call.args[1]) if len(call.args) == 2 and not call.keywords else ""
    if not prefix or not isinstance(value, Instance):
        return False
    objects = carriers.index.evaluator.objects
    owners = (value.owner, *objects.derived_from(value.owner))
    names = {name for owner in owners for name in carriers.attributes(owner) if name.startswith(prefix)}
    found = [one for name in sorted(names) for one in objects.attribute(value.owner, name)]
    return (
        bool(found)
        and all(objects.attribute(value.owner, name) for name in names)
        and all(_is_plain(carriers, one) for one in found)
    )


def _prefix(node: ast.expr) -> str:
    match node:
        case (
            ast.JoinedStr(values=[ast.Constant(value=str(text)), *_])
            | ast.BinOp(left=ast.Constant(value=str(text)), op=ast.Add())
        ):
            return text if not text.startswith("__") else ""
    return ""


def _is_plain(carriers: Carriers, value: Value) -> bool:
    if not isinstance(value, Local) or not isinstance(value.node, ast.FunctionDef) or is_property(value.node):
        return False
    given = value.node.args
    taken = [*given.posonlyargs, *given.args, *given.kwonlyargs]
    is_alone = len(taken) == 1 and not (given.vararg or given.kwarg) and not value.node.decorator_list
    yields = any(isinstance(node, (ast.Yield, ast.YieldFrom)) for node in nodes_run_by(value.node))
    evaluator = carriers.index.evaluator
    answers = (evaluator.values(value.module, one) for one in returns_of(value.node))
    return is_alone and not yields and not any(carriers.of_all(each) for each in answers)
