"""``del`` statements that name an import which goes: the name goes from them too.

from dagster_dbt import DbtCloudClientResource
...
del DbtCloudClientResource, Path          # del Path
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from collections.abc import Set as AbstractSet

from ..analysis.syntax.scopes import Imported, Names
from ..analysis.syntax.source_module import Module
from .edits import Edit, ReplaceStatement
from .legacy_imports import LegacyAlias


def without_deleted(module: Module, names: Names, dropped: Iterable[LegacyAlias]) -> Iterator[Edit]:
    """The edits that take names out of ``del`` which nothing binds any more."""
    gone = {(alias.node, alias.bound) for alias in dropped}
    for statement in module.of(ast.Delete) if gone else ():
        targets = [one for target in statement.targets for one in _parts(target)]
        left = [one for one in targets if not _is_gone(module, names, one, gone)]
        if len(left) == len(targets):
            continue
        is_alone = len(module.suites[statement][0]) == 1
        nothing = "pass\n" if is_alone and module.parent(statement) is not module.tree else ""
        text = f"del {', '.join(map(module.source_of, left))}\n" if left else nothing
        yield ReplaceStatement(module.span(statement), text)


def _parts(target: ast.expr) -> list[ast.expr]:
    return target.elts if isinstance(target, (ast.Tuple, ast.List)) else [target]


def _is_gone(module: Module, names: Names, target: ast.expr, gone: AbstractSet[tuple[ast.stmt, str]]) -> bool:
    bindings = names.lookup(module, target.id, target) if isinstance(target, ast.Name) else []
    return bool(bindings) and all(
        isinstance(one, Imported) and (one.node, target.id) in gone  # type: ignore[attr-defined]
        for one in bindings
    )
