"""Whether code tells by the exception of a dbt Cloud run that failed or was late: by its type, its text or its metadata."""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Iterator

from ..syntax.source_module import Module

_FAILURES = frozenset({"Failure", "DbtCloudFailure"})
_ALERT = re.compile(
    r"failure_hook|failure_sensor|on_(?:run_)?failure|op_exception|failure_event|failure_data|^FAILURE$"
)
"""Names by which hooks, sensors and alerts go that show a failure."""
_SAID = ("run_page_url", "Status Message", "timed out after", "Attempted to cancel")
"""What legacy's failures say."""
_WORDS = (b"Failure", b"FAILURE", b"failure_", b"on_run_failure", b"on_failure", b"op_exception")


def may_read_failures(data: bytes) -> bool:
    """Whether a file may tell by a failure, asked of its bytes."""
    return any(word in data for word in _WORDS) or any(text.encode() in data for text in _SAID)


def reads_failures(module: Module) -> bool:
    """Whether a file names the failures of Dagster, or what is shown of them."""
    names = _FAILURES | {
        alias.asname
        for node in module.nodes
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
        if alias.name in _FAILURES and alias.asname
    }
    return any(_reads(module, node, names) for node in module.nodes)


def _reads(module: Module, node: ast.AST, names: frozenset[str | None]) -> bool:
    if isinstance(node, ast.Constant):
        return isinstance(node.value, str) and any(text in node.value for text in _SAID)
    name = node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""
    if name in names:
        above = module.parent(node)
        return not (isinstance(above, ast.Call) and above.func is node)  # `raise Failure(...)` makes one
    return bool(name and _ALERT.search(name))


def reads_what_it_catches(module: Module) -> bool:
    """Whether some ``except`` of a file may catch a failure and reads it, other than to raise it on."""
    return any(
        isinstance(node, ast.ExceptHandler) and _may_catch(node.type) and any(_reads_of(module, node))
        for node in module.nodes
    )


def _may_catch(kind: ast.expr | None) -> bool:
    kinds: list[ast.expr | None] = [*kind.elts] if isinstance(kind, ast.Tuple) else [kind]
    named = [one.id if isinstance(one, ast.Name) else "" for one in kinds]
    return any(name in {"Exception", "BaseException"} or not hasattr(builtins, name or "-") for name in named)


def _reads_of(module: Module, handler: ast.ExceptHandler) -> Iterator[ast.Name]:
    for node in ast.walk(handler):
        is_read = isinstance(node, ast.Name) and node.id == handler.name and isinstance(node.ctx, ast.Load)
        if is_read and isinstance(node, ast.Name) and not isinstance(module.parent(node), ast.Raise):
            yield node
