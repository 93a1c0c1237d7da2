"""Whether code depends on the exception of a dbt Cloud run that failed or was late: by its type, its text or its metadata."""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Iterator

from ..syntax.source_module import FUNCTIONS, Module

_FAILURES = frozenset({"Failure", "DbtCloudFailure"})
_ALERT = re.compile(
    r"failure_hook|failure_sensor|on_(?:run_)?failure|op_exception|failure_event|failure_data|^FAILURE$"
)
"""Names by which hooks, sensors and alerts go that show a failure."""
_SHOWING = frozenset(
    {
        "assertRaisesRegex",
        "exc_info",
        "format_exc",
        "format_exception",
        "format_exception_only",
        "print_exc",
        "print_exception",
        "serializable_error_info_from_exc_info",
    }
)
"""Functions that show an exception."""
_EXPECTING = frozenset({"raises", "RaisesGroup"})
"""Functions of pytest that may check an exception by its text."""
_SAID = ("run_page_url", "Status Message", "timed out after", "Attempted to cancel")
"""What legacy's failures say."""
_WORDS = (b"Failure", b"FAILURE", b"failure_", b"on_run_failure", b"on_failure", b"op_exception")


def may_read_failures(data: bytes) -> bool:
    """Whether a file may depend on a failure, by its bytes."""
    return any(word in data for word in _WORDS) or any(text.encode() in data for text in _SAID)


def reads_failures(module: Module) -> bool:
    """Whether a file names the failures of Dagster, or what is shown of them."""
    names = _FAILURES | {
        alias.asname
        for node in module.of(ast.ImportFrom)
        for alias in node.names
        if alias.name in _FAILURES and alias.asname
    }
    return any(_reads(module, node, names) for node in module.of(ast.Name, ast.Attribute, ast.Constant))


def _reads(module: Module, node: ast.AST, names: frozenset[str | None]) -> bool:
    if isinstance(node, ast.Constant):
        return isinstance(node.value, str) and any(text in node.value for text in _SAID)
    name = node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""
    if name in names:
        above = module.parent(node)
        return not (isinstance(above, ast.Call) and above.func is node)  # `raise Failure(...)` makes one
    return bool(name and _ALERT.search(name))


def reads_what_it_catches(module: Module) -> bool:
    """Whether some code of a file reads a failure that it catches, or shows it, and does more than raise it on."""
    return any(
        (isinstance(node, ast.ExceptHandler) and _reads_its_exception(module, node))
        or _shows_exception(node)
        or (isinstance(node, FUNCTIONS) and _reads_on_exit(node))
        for node in module.of(*FUNCTIONS, ast.ExceptHandler, ast.Call)
    )


def _reads_its_exception(module: Module, handler: ast.ExceptHandler) -> bool:
    return _may_catch(handler.type) and (any(_reads_of(module, handler)) or any(_logs(handler)))


def _logs(handler: ast.ExceptHandler) -> Iterator[ast.Call]:
    """The calls that log what is caught: ``logger.exception("failed")``, ``logger.error("failed", exc_info=True)``."""
    for node in ast.walk(handler):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            by_keyword = any(word.arg in {"exc_info", "serializable_error_info"} for word in node.keywords)
            if node.func.attr == "exception" or by_keyword:
                yield node


def _shows_exception(node: ast.AST) -> bool:
    """Whether a call answers or checks an exception that no ``except`` names: ``format_exc()``, ``future.exception()``."""
    if not isinstance(node, ast.Call):
        return False
    name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    words = {word.arg for word in node.keywords}
    if name == "exception":
        return isinstance(node.func, ast.Attribute) and not node.args and words <= {"timeout"}
    return (
        name in _SHOWING
        or (name in _EXPECTING and bool(words & {"match"}))
        or bool(words & {"return_exceptions", "giveup"})
    )


def _reads_on_exit(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Whether a context manager reads the exception that leaves its block."""
    if function.name not in {"__exit__", "__aexit__"}:
        return False
    given = {arg.arg for arg in function.args.args[2:]}
    return any(isinstance(node, ast.Name) and node.id in given for node in ast.walk(function))


def _may_catch(kind: ast.expr | None) -> bool:
    kinds: list[ast.expr | None] = [*kind.elts] if isinstance(kind, ast.Tuple) else [kind]
    named = [one.id if isinstance(one, ast.Name) else "" for one in kinds]
    return any(name in {"Exception", "BaseException"} or not hasattr(builtins, name or "-") for name in named)


def _reads_of(module: Module, handler: ast.ExceptHandler) -> Iterator[ast.Name]:
    for node in ast.walk(handler):
        is_read = isinstance(node, ast.Name) and node.id == handler.name and isinstance(node.ctx, ast.Load)
        if is_read and isinstance(node, ast.Name) and not isinstance(module.parent(node), ast.Raise):
            yield node
