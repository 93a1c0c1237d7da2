"""What an expression may also be, by a way that is not followed: a function among others that is not known, ``__getattr__``, ``match``.

for make in (real, lambda: Fake()): make().run_job_and_poll(67891)

class Service:
    def __getattr__(self, name): return Fake()

match override:
    case {"client": client}: ...
client.run_job_and_poll(67890)
"""

from __future__ import annotations

import ast
import sys

from ..inference.interpreter import Evaluator
from ..inference.values import Instance, InTree, Local, Value, legacy_name
from ..syntax.classes import fields_of
from ..syntax.functions import renamed
from ..syntax.scopes import Binding, Defined, Imported, Opaque
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


def bound_to_another(evaluator: Evaluator, carriers: Carriers, module: Module, node: ast.expr) -> str:
    """Why a name may be something else than what is known of it; empty where it is not."""
    if not isinstance(node, ast.Name) or isinstance(node.ctx, ast.Store):
        return ""
    bindings = evaluator.bound(module, node)
    known = {_written(one) for one in bindings if not _binds_another(evaluator, carriers, module, one)}
    if len(bindings) > 1 and any(
        _binds_another(evaluator, carriers, module, one) and _written(one) not in known for one in bindings
    ):
        return "may be something else too, by another statement that binds the name: use two names, in separate branches"
    return ""


def _written(binding: Binding) -> object:
    """What an import names: the same by two paths is one, `from .cloud import cloud` or `from cloud import cloud`."""
    if isinstance(binding, Imported) and binding.name:
        return binding.module.rpartition(".")[2], binding.name
    return binding


def _binds_another(evaluator: Evaluator, carriers: Carriers, module: Module, binding: Binding) -> bool:
    match binding:
        case Opaque():
            return True
        case Defined(node=defined):
            return not carriers.of(Local(module, defined))
        case Imported(module=source, adds=True) if source.partition(".")[0] in sys.stdlib_module_names:
            return False  # A star of Python's own library, of which nothing has the name.
        case Imported():
            values = evaluator.binding_values(module, binding)
            return not any(isinstance(value, InTree) or legacy_name(value) for value in values) and not (
                carriers.of_all(values)
            )
    return False


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
        return f"is read as `.{name}`, which `__getattr__` of its class may answer too: write the methods that the code calls in place of `__getattr__`, `def run_job_and_poll(self, job_id): ...`"
    return ""
