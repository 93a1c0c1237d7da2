"""What code changes of the legacy API itself: an attribute of its classes, modules and objects that is set or deleted.

    DbtCloudClient.run_job = traced              setattr(DbtCloudClient, "run_job", traced)
    client.run_job = traced                      dagster_dbt.cloud.resources.DbtCloudClient = Mine

A class or module is changed for all code of the process, and v2's classes stay as they are; v2's clients and resources are frozen.
What a test changes for itself does not keep the code that it tests.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from ..inference.legacy_names import LEGACY_PACKAGES
from ..inference.values import External, Instance, Local, Value, legacy_name
from ..project.test_files import is_test
from ..syntax.classes import is_own_object
from ..syntax.functions import decorator_name
from ..syntax.source_module import Module
from .carriers import NONE, Carriers
from .escape import Escape
from .index import Index

_SETTING = frozenset({"setattr", "delattr"})
_PATCHING = ("unittest.mock.", "mock.", "wrapt.")
_FIXTURES = frozenset({"monkeypatch", "mocker"})
"""The fixtures of pytest, and of pytest-mock, by which tests replace what they test with."""
_REPLACING = frozenset(
    {"setattr", "delattr", "object", "multiple", "spy", "Mock", "MagicMock", "create_autospec"}
)
_FOR_ALL = "is changed here for all code, and v2's is not: write what it adds as a function of your own, and call that"
_FOR_ONE = "is set here, and v2's client and resource take no attributes: keep it in a variable, or in an object of your own"


def patched_names(index: Index, carriers: Carriers) -> Iterator[Escape]:
    """Each place that sets or deletes an attribute of something legacy."""
    for path in sorted(index.tree.modules):
        module = index.tree.modules[path]
        for node in module.of(ast.Attribute):
            if not isinstance(node.ctx, ast.Load):
                yield from _of_target(index, carriers, module, node)
        for call in module.of(ast.Call):
            if call.args and _is_patching(index, module, call) and _is_for_all(index, module, call.args[0]):
                yield Escape(module, call.args[0], index.resources, _FOR_ALL)


def is_replaced_by_test(index: Index, module: Module, value: Value, call: ast.Call) -> bool:
    """Whether a test replaces something of a class or an object of the user's for itself, or makes a mock of its form.

    patch.object(Runner, "run")                monkeypatch.setattr(Runner, "run", fake)                Mock(spec=Runner)
    """
    is_own = isinstance(value, Instance) or (
        isinstance(value, Local) and isinstance(value.node, ast.ClassDef)
    )
    if not is_own or not is_test(module.path):
        return False
    called = index.values(module, call.func)
    if called:
        return all(isinstance(one, External) and one.name.startswith(_PATCHING[:2]) for one in called)
    held: ast.expr = call.func
    while isinstance(held, ast.Attribute):
        held = held.value
    return isinstance(held, ast.Name) and held.id in _FIXTURES and decorator_name(call) in _REPLACING


def _of_target(index: Index, carriers: Carriers, module: Module, node: ast.Attribute) -> Iterator[Escape]:
    if _is_for_all(index, module, node.value):
        yield Escape(module, node, index.resources, _FOR_ALL)
        return
    if is_own_object(module, node.value):
        return  # A class of the user's that derives from a legacy one keeps its own attributes.
    for value in index.values(module, node.value):
        carried = carriers.of(value) if carriers.is_legacy(value) else NONE
        if carried:
            yield Escape(module, node, carried, _FOR_ONE)


def _is_for_all(index: Index, module: Module, node: ast.expr) -> bool:
    """Whether an expression is a legacy class, function or module, and no test changes it."""
    return not is_test(module.path) and any(
        isinstance(value, External) and bool(legacy_name(value) or value.name in LEGACY_PACKAGES)
        for value in index.values(module, node)
    )


def _is_patching(index: Index, module: Module, call: ast.Call) -> bool:
    """Whether a call sets an attribute of what it is given first."""
    if isinstance(call.func, ast.Name) and call.func.id in _SETTING:
        return not index.tree.names(module).lookup(module, call.func.id, call)
    called = index.values(module, call.func)
    return any(isinstance(value, External) and value.name.startswith(_PATCHING) for value in called)
