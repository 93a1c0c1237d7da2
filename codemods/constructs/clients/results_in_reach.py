"""How v2 comes by the results of a run where they are read, and where it does not.

output.result    ->    client.get_run_results_json(output["id"])
"""

from __future__ import annotations

import ast

from ...analysis.inference.legacy_names import GETTER, is_run
from ...analysis.inference.values import Member, Result, Value
from ...analysis.syntax.source_module import Module
from ...planning.claims import Context
from .same_client import is_same_client
from .uses import client_text
from .written_anew import is_written_anew


def results_text(context: Context, module: Module, node: ast.Attribute) -> str | None:
    """How v2 comes by the results of a run; None where the client that ran it is out of reach."""
    texts = {_client_at(context, module, node, value) for value in context.index.values(module, node)}
    client = texts.pop()
    if texts or not client:
        return None
    return f'{client.replace("{", "{{").replace("}", "}}")}.get_run_results_json({{}}["id"])'


def _client_at(context: Context, module: Module, node: ast.Attribute, value: Value) -> str:
    """How to write, at ``node``, the v2 client that ran what ``value`` is read of; empty where it cannot be."""
    run = value.of if isinstance(value, Member) else None
    if (
        not isinstance(run, Result)
        or not is_run(run)
        or run.module is not module
        or not isinstance(run.call.func, ast.Attribute)
    ):
        return ""
    client = run.call.func.value
    if not _can_be_written_again(context, module, client):
        return ""
    if not is_same_client(context.index, module, client, run.call, node):
        return ""
    return client_text(context, module, client)


def _can_be_written_again(context: Context, module: Module, client: ast.expr) -> bool:
    """Whether the expression of a client says the same, and does nothing, where it is written a second time."""
    getter = client.func if isinstance(client, ast.Call) and not client.args else None
    held = getter.value if isinstance(getter, ast.Attribute) and getter.attr == GETTER else client
    does = (inner for inner in ast.walk(held) if isinstance(inner, (ast.Call, ast.NamedExpr, ast.Await)))
    return not any(does) and not is_written_anew(context.index, module, client)
