"""Code that looks through the names of a module: it finds what the migration adds to the file as well.

STEPS = {name: step for name, step in vars(steps).items() if inspect.isclass(step)}
tasks = inspect.getmembers(steps, inspect.isfunction)
"""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from ..analysis.inference.values import InTree
from ..analysis.syntax.functions import decorator_name
from ..analysis.syntax.scopes import Assigned
from ..analysis.syntax.source_module import FUNCTIONS, Module
from ..analysis.uses.index import Index
from ..findings import Finding
from .edits import Edit, Import, InsertAfter, InsertBefore, ReplaceStatement
from .handed_on import star_readers

_OF_ANOTHER = frozenset({"vars", "dir", "getmembers", "getmembers_static"})
_OF_ITSELF = frozenset({"vars", "dir", "globals", "locals"})
_LOADING = frozenset({"import_module", "__import__"})
_SPELLED = (b"vars(", b"dir(", b"getmembers", b"__dict__", b"globals(", b"locals(")
_FEW = 6

Added = Mapping[Module, Collection[str]]


def names_added(module: Module, edits: Iterable[Edit], imports: Iterable[Import], index: Index) -> list[str]:
    """The names at the top level of a file that edits and new imports bind, and it did not."""
    found = [name for edit in edits for name in _defined_by(edit)]
    found += [new.bound_name.split(".")[0] for new in imports]
    had = index.tree.names(module).tables.get(module.tree, {})
    return [name for name in dict.fromkeys(found) if name not in had]


def _defined_by(edit: Edit) -> Iterator[str]:
    if not isinstance(edit, (InsertBefore, InsertAfter, ReplaceStatement)) or edit.span.column:
        return
    for node in ast.parse(edit.text).body:
        if isinstance(node, (*FUNCTIONS, ast.ClassDef)):
            yield node.name
        elif isinstance(node, ast.Assign):
            yield from (target.id for target in node.targets if isinstance(target, ast.Name))


def scans_of(index: Index, added: Added) -> Iterator[Finding]:
    """What finds the names that are added, where nothing says which names it looks for."""
    seen = _with_star_readers(index, {module: names for module, names in added.items() if names})
    stems = {module.dotted[-1].encode(errors="replace") for module in seen}
    for path in index.tree.spelling(_SPELLED) if seen else ():
        is_near = any(path == module.path for module in seen)
        if not is_near and not any(stem in index.tree.data[path] for stem in stems):
            continue
        module = index.tree.module_at(path)
        for node in module.of(ast.Call, ast.Attribute) if module is not None else ():
            assert module is not None
            if isinstance(node, (ast.Call, ast.Attribute)) and not _names_one(module, node):
                homes = list(_scanned(index, module, node, seen))
                if homes:
                    yield _finding(module, node, homes, seen)


def _with_star_readers(index: Index, added: Added) -> dict[Module, list[str]]:
    found: dict[Module, list[str]] = defaultdict(list)
    for module, names in added.items():
        found[module] += names
        public = [name for name in names if not name.startswith("_")]
        for reader in star_readers(index.tree, module) if public else ():
            found[reader] += public
    return found


def _scanned(
    index: Index, module: Module, node: ast.Call | ast.Attribute, added: Collection[Module]
) -> Iterator[Module]:
    """The files with new names that an expression looks through."""
    if isinstance(node, ast.Attribute):
        subject = node.value if node.attr == "__dict__" else None
    else:
        name = decorator_name(node)
        is_own = isinstance(node.func, ast.Name) and name in _OF_ITSELF and not node.args
        if is_own and module in added and (name == "globals" or module.function_of(node) is None):
            yield module
        subject = node.args[0] if name in _OF_ANOTHER and node.args else None
    if subject is None:
        return
    values = index.values(module, subject)
    homes = {value.module for value in values if isinstance(value, InTree)}
    if ast.unparse(subject) == "sys.modules[__name__]":
        homes.add(module)
    if not homes and _is_loaded(index, module, subject):
        homes |= {*added} - {module}
    yield from (home for home in added if home in homes)


def _is_loaded(index: Index, module: Module, node: ast.expr) -> bool:
    """Whether a module is loaded by a name that the code computes."""
    made = [node]
    if isinstance(node, ast.Name):
        bindings = index.tree.names(module).lookup(module, node.id, node)
        made = [one.value for one in bindings if isinstance(one, Assigned)]
    return any(isinstance(one, ast.Call) and decorator_name(one) in _LOADING for one in made)


def _names_one(module: Module, node: ast.expr) -> bool:
    """Whether one name is looked up in what an expression answers, or it says what the file exports."""
    above = module.parent(node)
    statement = module.statement_of(node)
    if isinstance(statement, ast.Assign) and ast.unparse(statement.targets[0]) == "__all__":
        return True
    if isinstance(above, ast.Subscript) and above.value is node:
        return True
    if isinstance(above, ast.Compare):
        return above.left is not node
    call = module.parent(above) if isinstance(above, ast.Attribute) else None
    return (
        isinstance(above, ast.Attribute)
        and above.attr in {"get", "pop", "setdefault", "update", "__setitem__", "__getitem__"}
        and isinstance(call, ast.Call)
    )


def _finding(module: Module, node: ast.expr, homes: Sequence[Module], added: Added) -> Finding:
    names = [f"`{name}`" for home in homes for name in added[home]]
    files = [home.path.name for home in homes]
    said = (
        f"`{ast.unparse(node)}` looks through the names of {_listed(files)}, which has new ones now: {_listed(names)}; "
        "leave them out here"
    )
    return Finding(module.place(node), "LDC302", said)


def _listed(words: Sequence[str]) -> str:
    words = list(dict.fromkeys(words))
    more = len(words) - _FEW
    return ", ".join(words[:_FEW]) + (f" and {more} more" if more > 0 else "")
