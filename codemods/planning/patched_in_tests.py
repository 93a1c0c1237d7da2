"""What a test puts in place of a function or name of the user's that hands out something legacy, or of its requests.

    @patch("flow.client")                        monkeypatch.setattr(flow, "client", FakeClient)
    @patch.multiple("flow", client=DEFAULT)
    @patch("requests.request")                   responses.add("GET", ".../api/v2/accounts/1/jobs/2/", ...)

The stand-in gets the calls of the legacy client until `flow` is migrated, and those of v2's from then on.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from pathlib import Path

from ..analysis.inference.legacy_names import thing_kind
from ..analysis.inference.values import External, Instance, Local, Value, Values
from ..analysis.syntax.functions import decorator_name, returns_of
from ..analysis.syntax.scopes import Imported
from ..analysis.syntax.source_module import FUNCTIONS, Module
from .claims import Context

_BY_TEXT = frozenset({"patch", "setattr"})
_BY_OBJECT = frozenset({"object", "setattr"})
_MULTIPLE = "multiple"
_OPTIONS = frozenset({"spec", "create", "spec_set", "autospec", "new_callable"})
"""What ``patch.multiple`` takes beside the names that it replaces."""
_MOCKS = ("unittest.mock.", "mock.")
_REQUESTS = ("requests.", "urllib3.")
_PATH = "/api/v2/accounts/"


def patched_in(context: Context, module: Module) -> Iterator[tuple[ast.expr, str]]:
    """Each place of a test file that replaces what hands out something legacy, or answers its requests."""
    users = {reference.module.path for reference in context.index.references}
    for node in module.nodes:
        if isinstance(node, ast.Call) and node.args:
            said = _said_of(context, module, node, users)
            if said:
                yield node.args[0], said
        elif isinstance(node, ast.Constant) and _is_path(node.value) and _imports_any(context, module, users):
            yield (
                node,
                "this mocks a request of the legacy client, and v2 sends others: mock v2's request instead",
            )


def patched_by_mocks(context: Context, module: Module) -> Iterator[tuple[ast.expr, str]]:
    """Each place of another file that does so by ``unittest.mock``: a helper of tests, a dry run."""
    for node in module.of(ast.Call) if "mock" in module.text else ():
        called = context.index.values(module, node.func) if node.args else ()
        if any(isinstance(value, External) and value.name.startswith(_MOCKS) for value in called):
            said = _said_of(context, module, node, set())
            if said:
                yield node.args[0], said


def _is_path(value: object) -> bool:
    return isinstance(value, str) and _PATH in value


def _said_of(context: Context, module: Module, call: ast.Call, users: set[Path]) -> str:
    name, first = decorator_name(call), call.args[0]
    if name in _BY_TEXT and isinstance(first, ast.Constant) and isinstance(first.value, str):
        if first.value.startswith(_REQUESTS):
            is_used = _imports_any(context, module, users)
            return (
                f"this replaces `{first.value}`, which sends the requests of the legacy client"
                if is_used
                else ""
            )
        home, _, own = first.value.rpartition(".")
        return _said_of_names(context, module, ast.Constant(home), [own]) if home else ""
    second = call.args[1] if len(call.args) > 1 else None
    if name in _BY_OBJECT and isinstance(second, ast.Constant) and isinstance(second.value, str):
        return _said_of_names(context, module, first, [second.value])
    if name == _MULTIPLE:
        return _said_of_names(context, module, first, [word.arg for word in call.keywords if word.arg])
    return ""


def _said_of_names(context: Context, module: Module, first: ast.expr, names: Iterable[str]) -> str:
    """Which names are replaced that hand out something legacy, of a module or a class, given itself or its name."""
    evaluator = context.index.evaluator
    if isinstance(first, ast.Constant) and isinstance(first.value, str):
        shown = first.value
        found = {name: _by_text(context, module, f"{shown}.{name}") for name in names if name not in _OPTIONS}
    else:
        inner, shown = evaluator.attributes.module_named(module, first), module.source_of(first)
        owners = context.index.values(module, first)
        found = {
            name: evaluator.global_values(inner, name) if inner else _of_class(context, owners, name)
            for name in names
        }
    replaced = next((name for name, values in found.items() if _hands_out(context, values)), "")
    return f"this replaces `{shown}.{replaced}`" if replaced else ""


def _by_text(context: Context, module: Module, text: str) -> Values:
    """What a dotted name means: a name of a module of the tree, or an attribute of a class there."""
    tree, evaluator = context.index.tree, context.index.evaluator
    home, _, name = text.rpartition(".")
    found = tree.module_at(tree.resolve(module, home, 0)) if home else None
    if found is not None:
        return evaluator.global_values(found, name)
    outer, _, owner = home.rpartition(".")
    found = tree.module_at(tree.resolve(module, outer, 0)) if outer else None
    owners = evaluator.global_values(found, owner) if found is not None else frozenset()
    return _of_class(context, owners, name)


def _of_class(context: Context, owners: Values, name: str) -> Values:
    """What classes of the tree, or their objects, have under a name."""
    objects = context.index.evaluator.objects
    classes = [one.owner if isinstance(one, Instance) else one for one in owners]
    own = (one for one in classes if isinstance(one, Local) and isinstance(one.node, ast.ClassDef))
    return frozenset().union(*(objects.attribute(one, name) for one in own))


def _hands_out(context: Context, values: Iterable[Value]) -> bool:
    """Whether one of them is a resource or a client, or a function, class or object of the user's that hands one out, or a run."""
    waiting = dict.fromkeys(values)
    for value in (known := list(waiting)):  # grows as it goes
        if thing_kind(value) not in {"", "name"}:
            return True
        found = [one for one in _inside(context, value) if one not in waiting]
        waiting |= dict.fromkeys(found)
        known += found
    return False


def _inside(context: Context, value: Value) -> Iterator[Value]:
    """What a function answers, and the methods that an object has."""
    match value.owner if isinstance(value, Instance) else value:
        case Local(module, ast.FunctionDef() | ast.AsyncFunctionDef() as function):
            for returned in returns_of(function):
                yield from context.index.values(module, returned)
        case Local(module, ast.ClassDef(body=body)):
            yield from (Local(module, one) for one in body if isinstance(one, FUNCTIONS))


def _imports_any(context: Context, module: Module, users: set[Path]) -> bool:
    """Whether a file imports one that uses the legacy API."""
    tree = context.index.tree
    bindings = (one for found in tree.names(module).tables.get(module.tree, {}).values() for one in found)
    for binding in bindings:
        if isinstance(binding, Imported):
            inside = ".".join(filter(None, [binding.module, binding.name]))
            for dotted in (inside, binding.module):
                if tree.resolve(module, dotted, binding.level) in users:
                    return True
    return False
