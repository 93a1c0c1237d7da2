"""What a test puts in place of a function or name of the user's that hands out something legacy, or of its requests.

    @patch("flow.client")                        monkeypatch.setattr(flow, "client", FakeClient)
    @patch("requests.request")                   responses.add("GET", ".../api/v2/accounts/1/jobs/2/", ...)

The stand-in gets the calls of the legacy client until `flow` is migrated, and those of v2's from then on.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from pathlib import Path

from ..analysis.inference.legacy_names import thing_kind
from ..analysis.inference.values import Local, Value
from ..analysis.syntax.functions import decorator_name, returns_of
from ..analysis.syntax.scopes import Imported
from ..analysis.syntax.source_module import FUNCTIONS, Module
from .claims import Context

_BY_TEXT = frozenset({"patch", "setattr", "multiple"})
_BY_OBJECT = frozenset({"object", "setattr"})
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
        found = _by_text(context, module, first.value)
        return f"this replaces `{first.value}`" if _hands_out(context, found) else ""
    second = call.args[1] if len(call.args) > 1 else None
    if name in _BY_OBJECT and isinstance(second, ast.Constant) and isinstance(second.value, str):
        home = context.index.evaluator.attributes.module_named(module, first)
        if home is None:
            return ""
        found = context.index.evaluator.global_values(home, second.value)
        shown = f"`{module.source_of(first)}.{second.value}`"
        return f"this replaces {shown}" if _hands_out(context, found) else ""
    return ""


def _by_text(context: Context, module: Module, text: str) -> Iterable[Value]:
    """What a dotted name means: a name of a module of the tree."""
    home, _, name = text.rpartition(".")
    found = context.index.tree.module_at(context.index.tree.resolve(module, home, 0)) if home else None
    return context.index.evaluator.global_values(found, name) if found is not None else ()


def _hands_out(context: Context, values: Iterable[Value]) -> bool:
    """Whether one of them is a resource or a client, or a function of the user's that answers one, or a run."""
    for value in values:
        answered = [value]
        if isinstance(value, Local) and isinstance(value.node, FUNCTIONS):
            inside = (context.index.values(value.module, one) for one in returns_of(value.node))
            answered = [one for each in inside for one in each]
        if any(thing_kind(one) not in {"", "name"} for one in answered):
            return True
    return False


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
