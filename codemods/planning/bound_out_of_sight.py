"""A key that legacy code asks for, where what is bound to it cannot be traced: any resource of the tree may be that.

resources={"dbt_cloud": acme.cloud}         `acme` hands it out by `__getattr__`
resources={"dbt_cloud": vars(resources)["cloud"]}
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import lru_cache

from ..analysis.dagster_api.decorators import is_builtin
from ..analysis.inference.values import Made
from ..analysis.syntax.functions import decorator_name
from ..analysis.syntax.scopes import Imported
from ..analysis.syntax.source_module import Module
from ..analysis.uses.index import Index
from ..analysis.uses.keys import WRITING, written_in
from ..findings import Finding
from .claims import Claim, Context
from .parts import Builds

_LOOKING_UP = frozenset(
    {"resolve_name", "locate", "import_module", "__import__", "attrgetter", "run_path", "run_module"}
)
"""Functions of Python's that answer what a string names."""
_OF_PYTHON = frozenset({"importlib", "operator", "pkgutil", "pydoc", "runpy", "sys"})
"""Where these are from."""
_OF_DICTS = frozenset({"dict", "update"})
_IN_MODULES = frozenset({"vars", "getattr", "globals", "locals", "eval"})


def keep_what_may_be_bound(groups: Sequence[list[Claim]], context: Context) -> list[list[Claim]]:
    """The groups; those that build a resource blocked, where one that cannot be traced is bound to a key that is asked for."""
    keys = frozenset(
        key for group in groups if _is_without_resource(group) for claim in group for key in claim.keys
    )
    found = next(_bound(context.index, keys), None) if keys else None
    if found is None:
        return list(groups)
    key, module, node = found
    return [[_blocked(claim, key, module, node) for claim in group] for group in groups]


def _is_without_resource(group: Sequence[Claim]) -> bool:
    return not any(claim.resources for claim in group)


def _blocked(claim: Claim, key: str, module: Module, node: ast.expr) -> Claim:
    if not isinstance(claim.part, Builds):
        return claim
    shown, place = module.source_of(node).split("\n", 1)[0], module.place(node)
    said = f'it may be `{shown}`, which is bound to "{key}" at {place} and cannot be traced: import it there by its name'
    finding = Finding(claim.module.place(claim.node), "LDC303", said, claim.name, (place,))
    return replace(claim, blocked=(*claim.blocked, finding))


def _bound(index: Index, keys: frozenset[str]) -> Iterator[tuple[str, Module, ast.expr]]:
    """What is bound to one of some keys, and cannot be traced."""
    for module in (*index.tree.modules.values(), *_aside(index, keys)):
        for node in module.of(*WRITING):
            if isinstance(node, ast.Call) and decorator_name(node) not in _OF_DICTS:
                continue
            for key, value in written_in(node):
                text = key if isinstance(key, str) else getattr(key, "value", None)
                if isinstance(text, str) and text in keys and _is_out_of_sight(index, module, value):
                    yield text, module, value


@lru_cache(maxsize=1)
def _aside(index: Index, keys: frozenset[str]) -> tuple[Module, ...]:
    """The files that take no part in the index, and may bind something to one of the keys."""
    tree, words = index.tree, [key.encode(errors="replace") for key in sorted(keys)]
    paths = [
        path
        for path, data in tree.data.items()
        if path not in tree.modules and b"resource" in data and any(word in data for word in words)
    ]
    return tuple(module for path in paths if (module := tree.module_at(path)) is not None)


def _is_out_of_sight(index: Index, module: Module, node: ast.expr) -> bool:
    is_read = module.path in index.tree.modules
    values = index.values(module, node) if is_read else frozenset()
    if values:
        return all(isinstance(one, Made) and one.of.rpartition(".")[2] in _LOOKING_UP for one in values)
    if isinstance(node, ast.Constant):
        return False
    first = node
    while isinstance(first, (ast.Attribute, ast.Subscript, ast.Call)):
        first = first.func if isinstance(first, ast.Call) else first.value
    if not isinstance(first, ast.Name):
        return False
    bound = index.tree.names(module).lookup(module, first.id, first)
    if not bound:
        is_plain = is_builtin(index.evaluator, module, first) if is_read else False
        return first.id in _IN_MODULES or not is_plain
    imported = [one for one in bound if isinstance(one, Imported)]
    return len(imported) < len(bound) or any(
        index.tree.resolve(module, one.module, one.level) is not None
        or one.module.split(".")[0] in _OF_PYTHON
        for one in imported
    )
