"""Which names the facade has in each of its modules, read off its files: importing them would import Dagster."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

import legacy_shim
from legacy_shim.catalogue import BY_NAME, LEGACY_MODULES

FACADE = "legacy_shim"
_ROOT = Path(legacy_shim.__file__).parent


def has_name(module: str, name: str) -> bool:
    """Whether ``from module import name`` works, where ``module`` is one of the facade."""
    return name == "*" or name in _names_of(module)


@cache
def _names_of(module: str) -> frozenset[str]:
    path = _ROOT.joinpath(*module.split(".")[1:])
    file = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    if not file.is_file():
        return frozenset()
    found = frozenset(_bound(ast.parse(file.read_bytes())))
    if module == FACADE:
        return found | BY_NAME.keys() | {"cloud"}
    if module == f"{FACADE}.cloud":
        return found | set(LEGACY_MODULES) | {name for name, row in BY_NAME.items() if row.public}
    return found


def _bound(tree: ast.Module) -> Iterator[str]:
    """The names at the top level of a module, and those that its ``__getattr__`` finds in a table."""
    body: list[ast.stmt] = [*tree.body]
    for node in body:  # grows as it goes
        match node:
            case ast.If():
                body += node.body
            case ast.Import() | ast.ImportFrom():
                yield from (alias.asname or alias.name.split(".")[0] for alias in node.names)
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                yield node.name
            case ast.Assign() | ast.AnnAssign():
                targets = node.targets if isinstance(node, ast.Assign) else [node.target]
                yield from (target.id for target in targets if isinstance(target, ast.Name))
                if isinstance(node.value, ast.Dict):
                    keys = (key.value for key in node.value.keys if isinstance(key, ast.Constant))
                    yield from (key for key in keys if isinstance(key, str))


def facade_imports(nodes: Iterable[ast.AST]) -> Iterator[ast.Import | ast.ImportFrom]:
    """The statements that import from the facade."""
    for node in nodes:
        if isinstance(node, ast.ImportFrom) and not node.level:
            sources = [node.module or ""]
        else:
            sources = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, (ast.Import, ast.ImportFrom)) and any(
            source.split(".")[0] == FACADE for source in sources
        ):
            yield node


def missing_names(nodes: Iterable[ast.AST]) -> Iterator[tuple[ast.ImportFrom, str]]:
    """The imports from the facade of what it does not have."""
    for node in nodes:
        if isinstance(node, ast.ImportFrom) and not node.level:
            module = node.module or ""
            if module.split(".")[0] == FACADE:
                yield from ((node, alias.name) for alias in node.names if not has_name(module, alias.name))
