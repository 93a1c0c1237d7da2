"""What code sets from outside of it, so that it is something else than its file says: a name of a module, an attribute of a class or object.

    helpers.client_of = fake            Runner.client = property(fake)            runner.client = Fake()

Nobody but a test replaces functions so, but where one does, what was written for v2 is called of something that knows legacy's methods.
What a test changes for itself does not keep the code that it tests.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from ..dagster_api.names import MUTATING
from ..inference.handed_modules import all_handed_away
from ..inference.values import Instance, InTree, Local, Made, Value, Values, kept_in_namespace
from ..project.test_files import is_test
from ..syntax.classes import attribute_of_class, is_own_object
from ..syntax.source_module import FUNCTIONS, Module
from .carriers import NONE, Carriers, is_class
from .escape import Escape
from .index import Index

_HANDED = "is given to code that may set its names: pass the functions and objects that it needs instead"
_SAID = "gets another `.{name}` here, from outside: pass what differs as an argument, `run(client_of=other)`"


def set_from_outside(index: Index, carriers: Carriers) -> Iterator[Escape]:
    """Each place that puts something else into what carries something legacy."""
    if not index.references:
        return
    for module in _files(index, carriers):
        for name, targets in index.evaluator.tables.set_in(module).items():
            for target in targets:
                yield from _at(index, carriers, module, target, name)
    yield from _handed_away(index, carriers)


def _handed_away(index: Index, carriers: Carriers) -> Iterator[Escape]:
    """Each place that gives a module to code which may set its names: ``instrument(helpers)``."""
    for home in list(index.tree.modules.values()):
        if is_test(home.path):
            continue
        names = index.tree.names(home).tables.get(home.tree, {})
        lost = NONE.union(*(carriers.of_all(index.evaluator.global_values(home, name)) for name in names))
        for module, node in all_handed_away(index.evaluator, home) if lost else ():
            # What `vars()` answers is looked at where it is written to.
            if not is_test(module.path) and not _is_asked_for_names(module, node):
                yield Escape(module, node, lost, _HANDED)


def _is_asked_for_names(module: Module, node: ast.expr) -> bool:
    call = module.parent(node)
    return isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "vars"


def _files(index: Index, carriers: Carriers) -> Iterator[Module]:
    """The files that are parsed, and those beside them that may set a function which hands out a client."""
    parsed = [index.tree.modules[path] for path in sorted(index.tree.modules)]
    names = {
        node.name for module in parsed for node in module.of(*FUNCTIONS) if carriers.of(Local(module, node))
    }
    yield from (module for module in parsed if not is_test(module.path))
    others: dict[Module, None] = {}
    for name in sorted(names):
        for path in index.evaluator.setting_files.of(name.encode()):
            other = index.tree.module_at(path) if path not in index.tree.modules else None
            if other is not None and not is_test(path):
                others[other] = None
    yield from others


def _at(index: Index, carriers: Carriers, module: Module, target: ast.expr, name: str) -> Iterator[Escape]:
    if not name:
        yield from _by_computed_name(index, carriers, module, target)
        return
    if _is_own(module, target) or _is_nothing(module, target):
        return
    lost = NONE.union(
        *(_under(index, carriers, value, name) for value in index.evaluator.values(module, target))
    )
    if lost:
        yield Escape(module, target, lost, _SAID.format(name=name))


def _by_computed_name(index: Index, carriers: Carriers, module: Module, target: ast.expr) -> Iterator[Escape]:
    """A place that sets some name of a module: ``setattr(helpers, name, fake)``, ``vars(helpers).update(...)``."""
    place = module.parent(target)
    is_set = isinstance(place, ast.Call) and isinstance(place.func, ast.Name) and place.func.id == "setattr"
    if place is None or not (is_set or _is_written(module, place)):
        return
    homes = [value.module for value in index.evaluator.values(module, target) if isinstance(value, InTree)]
    lost = NONE.union(
        *(
            carriers.of_all(index.evaluator.global_values(home, name))
            for home in homes
            for name in index.tree.names(home).tables.get(home.tree, {})
        )
    )
    if lost:
        yield Escape(module, target, lost, _SAID.format(name="..."))


def _is_written(module: Module, names: ast.AST) -> bool:
    """Whether a dict of names is changed where it is made."""
    above = module.parent(names)
    if isinstance(above, ast.Subscript):
        return not isinstance(above.ctx, ast.Load)
    return isinstance(above, ast.Attribute) and above.attr in MUTATING


def _under(index: Index, carriers: Carriers, value: Value, name: str) -> Values:
    """The legacy values that a name of a module, or an attribute of a class or an object, hands out."""
    evaluator = index.evaluator
    match value:
        case InTree(home):
            return carriers.of_all(evaluator.global_values(home, name))
        case Instance(owner):
            return carriers.of_all(evaluator.objects.attribute(owner, name))
        case Made(home) if kept := kept_in_namespace(value):
            return carriers.of_all(evaluator.values(home, kept[name])) if name in kept else NONE
        case Local() if is_class(value):
            return carriers.of_all(evaluator.objects.attribute(value, name))
    return NONE


def _is_own(module: Module, target: ast.expr) -> bool:
    """Whether a method sets an attribute of its own object or class, which is followed."""
    place = module.parent(target)
    return is_own_object(module, target) or bool(place is not None and attribute_of_class(module, place))


def _is_nothing(module: Module, target: ast.expr) -> bool:
    """Whether None is put there, or it is deleted: whoever calls it then fails, as before."""
    place = module.parent(target)
    statement = module.parent(place) if place is not None else None
    is_none = isinstance(statement, ast.Assign | ast.AnnAssign) and isinstance(statement.value, ast.Constant)
    return is_none or isinstance(statement, ast.Delete)
