"""Clients that code asks a resource for, where they meet clients that Dagster hands out under the key of a resource.

    name_of(context.resources.dbt_cloud)        a workspace in v2, of which `name_of` asks the client
    name_of(other.get_dbt_client())             ->  name_of(other), since `name_of` is written one way

In legacy both are clients. All clients that come to the same places as these are handed on as workspaces.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import lru_cache

from ...analysis.inference.legacy_names import GETTER, is_client
from ...analysis.inference.values import Keyed, Made, Result, Value, Values
from ...analysis.syntax.source_module import Module
from ...analysis.uses.index import Index
from ...findings import Finding
from .written_anew import is_written_anew


def is_unwrapped(index: Index, value: Value) -> bool:
    """Whether a value is a client that is handed on as a workspace."""
    return isinstance(value, Result) and value.call in _unwrapped(index)


def is_client_of_v2(index: Index, values: Values) -> bool:
    """Whether what may be some values is v2's client after the migration, and no workspace."""
    return any(_is_asked_for(value) and not is_unwrapped(index, value) for value in values)


def not_unwrapped(index: Index, module: Module, node: ast.expr, name: str) -> tuple[Finding, ...]:
    """Why a use stays where a client cannot be handed on as a workspace: the resource has no expression of its own."""
    for value in index.values(module, node):
        if isinstance(value, Result) and is_unwrapped(index, value) and not _is_plain(index, value):
            said = (
                f"`{module.source_of(node)}` may be the client at {value.module.place(value.call)} or what Dagster hands out under a key, "
                "which is a workspace in v2: build the resource under a name of its own there"
            )
            return (Finding(module.place(node), "LDC303", said, name),)
    return ()


def _is_plain(index: Index, value: Result) -> bool:
    """Whether a client is asked for by the method's name, of an expression that is not written anew itself."""
    method = value.call.func
    is_spelt = isinstance(method, ast.Attribute) and method.attr == GETTER
    return is_spelt and not is_written_anew(index, value.module, value.call)


def _is_asked_for(value: Value) -> bool:
    return isinstance(value, Result) and is_client(value)


@lru_cache(maxsize=1)
def _unwrapped(index: Index) -> frozenset[ast.Call]:
    """The calls that ask for such clients: those that come to a place with a workspace, or with another such client."""
    together = list(_together(index))
    found: set[ast.Call] = set()
    while True:
        before = len(found)
        for calls, has_workspace in together:
            if has_workspace or calls & found:
                found |= calls
        if len(found) == before:
            return frozenset(found)


def _together(index: Index) -> Iterator[tuple[frozenset[ast.Call], bool]]:
    """The calls whose clients come to one place, and whether a workspace comes there too."""
    for reference in index.references:
        for link in reference.chain:
            values = index.values(reference.module, link)
            clients = [one for one in values if is_client(one) and isinstance(one, (Keyed, Made, Result))]
            calls = frozenset(value.call for value in clients if isinstance(value, Result))
            if calls and len(clients) > 1:
                yield calls, len(calls) < len(clients)
