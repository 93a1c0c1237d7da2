"""Which legacy imports are still needed once the migrating uses are rewritten, file by file."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from legacy_shim.catalogue import BY_NAME

from ..analysis.inference.legacy_names import LEGACY_PACKAGES
from ..analysis.inference.values import (
    External,
    legacy_name,
)
from ..analysis.syntax.scopes import Imported
from ..analysis.syntax.source_module import (
    Module,
    Span,
)
from ..analysis.uses.index import Index
from .edits import (
    AddArgument,
    AddElement,
    AddEntry,
    DropArgument,
    DropEntry,
    Edit,
    PrependArgument,
    ReplaceAround,
    ReplaceExpression,
    ReplaceInString,
    ReplaceStatement,
    Unstar,
)

_PACKAGE = "dagster_dbt"
_WORD = re.compile(r"\w+")
FACADE = "legacy_shim"


@dataclass(frozen=True, eq=False)
class LegacyAlias:
    """One name that an import statement brings in, and that is legacy or leads to something legacy."""

    module: Module
    node: ast.Import | ast.ImportFrom
    alias: ast.alias
    bound: str
    is_name: bool
    """Whether it is a legacy name, and not a module that holds some."""
    from_tree: bool
    """Whether it is imported from a file of the tree, which imports it in turn."""

    @property
    def is_facade(self) -> bool:
        module = self.node.module if isinstance(self.node, ast.ImportFrom) else self.alias.name
        return (module or "").split(".")[0] == FACADE


@dataclass(frozen=True, eq=False)
class Verdicts:
    """What becomes of each legacy alias."""

    needed: frozenset[LegacyAlias]
    """Stays, and comes from the facade."""
    dropped: frozenset[LegacyAlias]
    untouched: frozenset[LegacyAlias]
    """Modules that are used for names that are not legacy."""


def legacy_aliases(index: Index) -> list[LegacyAlias]:
    """Every alias of the tree that brings in something legacy."""
    found: list[LegacyAlias] = []
    for module in index.tree.modules.values():
        for node in module.nodes:
            if isinstance(node, ast.ImportFrom):
                found += _from_aliases(index, module, node)
            elif isinstance(node, ast.Import):
                found += [
                    LegacyAlias(module, node, alias, alias.asname or alias.name.split(".")[0], False, False)
                    for alias in node.names
                    if alias.name in LEGACY_PACKAGES and (alias.name != FACADE or alias.asname)
                ]
    return found


def _from_aliases(index: Index, module: Module, node: ast.ImportFrom) -> list[LegacyAlias]:
    found: list[LegacyAlias] = []
    for alias in node.names:
        bound = alias.asname or alias.name
        if not node.level and node.module in LEGACY_PACKAGES:
            is_module = f"{node.module}.{alias.name}" in LEGACY_PACKAGES
            if alias.name == "*" and _lives_in_the_legacy_package(node.module or ""):
                # The names in use get imports of their own.
                found.append(LegacyAlias(module, node, alias, "*", False, False))
            elif alias.name in BY_NAME or (is_module and alias.name != "*"):
                found.append(LegacyAlias(module, node, alias, bound, alias.name in BY_NAME, False))
            elif alias.name != "*" and _lives_in_the_legacy_package(node.module or ""):
                # A private helper of the legacy package: the facade mirrors it, v2 has nothing for it.
                found.append(LegacyAlias(module, node, alias, bound, True, False))
        elif index.tree.resolve(module, node.module or "", node.level) in index.tree.modules:
            values = (
                index.evaluator.global_values(module, bound)
                if module.parent(node) is module.tree
                else frozenset()
            )
            if any(isinstance(value, External) and legacy_name(value) for value in values):
                found.append(LegacyAlias(module, node, alias, bound, True, True))
    return found


def _lives_in_the_legacy_package(module: str) -> bool:
    return module.startswith((f"{_PACKAGE}.cloud", f"{FACADE}.cloud"))


def judge(index: Index, aliases: Iterable[LegacyAlias], rewritten: frozenset[ast.AST]) -> Verdicts:
    """Decide each alias, given the name nodes that the rewrites replace."""
    aliases = list(aliases)
    needed: set[LegacyAlias] = set()
    untouched: set[LegacyAlias] = set()
    used: set[LegacyAlias] = set()
    for alias in aliases:
        reads = _reads(index, alias)
        legacy_left = [node for node in reads if node not in rewritten and _is_legacy_use(index, alias, node)]
        plain = [node for node in reads if node not in rewritten and not _is_legacy_use(index, alias, node)]
        if legacy_left or _is_told_of(alias, rewritten):
            needed.add(alias)
        if plain and not alias.is_name:
            untouched.add(alias)
        if reads:
            used.add(alias)
    _need_what_importers_need(index, aliases, needed)
    for alias in aliases:
        # A package's `__init__` imports names for others to import: nobody in sight does, but somebody may.
        handed_out = alias.module.is_package and alias not in used and not _importers(index, alias, aliases)
        if handed_out and alias.is_name:
            needed.add(alias)
    # `import dagster_dbt` stays for the other names of the package; the legacy ones get an import of the facade beside it.
    needed -= {alias for alias in untouched if alias.alias.name == _PACKAGE}
    dropped = set(aliases) - needed - untouched
    return Verdicts(frozenset(needed), frozenset(dropped), frozenset(untouched - needed))


def _reads(index: Index, alias: LegacyAlias) -> list[ast.Name]:
    names = index.tree.names(alias.module)
    return [
        node
        for node in alias.module.nodes
        if isinstance(node, ast.Name)
        and node.id == alias.bound
        and isinstance(node.ctx, ast.Load)
        and any(
            isinstance(binding, Imported) and binding.node is alias.node
            for binding in names.lookup(alias.module, node.id, node)
        )
    ]


def _is_legacy_use(index: Index, alias: LegacyAlias, node: ast.Name) -> bool:
    if alias.is_name:
        return True
    child: ast.AST = node
    while True:
        above = alias.module.parent(child)
        if not (isinstance(above, ast.Attribute) and above.value is child):
            return False
        if any(legacy_name(value) for value in index.values(alias.module, above)):
            return True
        child = above


def _is_told_of(alias: LegacyAlias, rewritten: frozenset[ast.AST]) -> bool:
    """Whether a string speaks of the name: ``__all__``, or an annotation in quotes."""
    if not alias.is_name:
        return False
    for node in alias.module.nodes:
        if node in rewritten:
            continue
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and alias.bound in node.value:
            in_all = node.value == alias.bound
            annotation = any(
                isinstance(above, ast.arg)
                or (isinstance(above, ast.AnnAssign) and above.annotation is not above.value)
                or (isinstance(above, (ast.FunctionDef, ast.AsyncFunctionDef)) and above.returns is node)
                for above in list(alias.module.ancestors(node))[:3]
            )
            if annotation or (in_all and _is_in_all(alias.module, node)):
                return True
    return False


def _is_in_all(module: Module, node: ast.AST) -> bool:
    statement = module.statement_of(node)
    return any(isinstance(inner, ast.Name) and inner.id == "__all__" for inner in ast.walk(statement))


def _importers(index: Index, alias: LegacyAlias, aliases: Iterable[LegacyAlias]) -> list[LegacyAlias]:
    found: list[LegacyAlias] = []
    for other in aliases:
        if other.from_tree and isinstance(other.node, ast.ImportFrom):
            path = index.tree.resolve(other.module, other.node.module or "", other.node.level)
            if path == alias.module.path and other.alias.name == alias.bound:
                found.append(other)
    return found


def _need_what_importers_need(index: Index, aliases: list[LegacyAlias], needed: set[LegacyAlias]) -> None:
    by_source: dict[LegacyAlias, list[LegacyAlias]] = defaultdict(list)
    for alias in aliases:
        by_source[alias] = _importers(index, alias, aliases)
    changed = True
    while changed:
        changed = False
        for alias, importers in by_source.items():
            if alias not in needed and any(importer in needed for importer in importers):
                needed.add(alias)
                changed = True


@dataclass(frozen=True)
class Reads:
    """The names that a file reads, and the texts in it that may speak of one."""

    names: frozenset[str]
    texts: frozenset[str]


def read_after(module: Module, edits: Iterable[Edit]) -> Reads:
    """What a file reads once it is edited."""
    replaced: list[Span] = []
    new: list[ast.AST] = []
    for edit in edits:
        if isinstance(edit, (ReplaceExpression, ReplaceStatement)):
            replaced.append(edit.span)
        texts = _new_texts(edit)
        new += [ast.parse(text.strip()) for text in texts]
    kept = (node for node in module.nodes if not _is_within(module, node, replaced))
    nodes = [*kept, *(inner for outer in new for inner in ast.walk(outer))]
    return Reads(
        frozenset(node.id for node in nodes if isinstance(node, ast.Name)),
        frozenset(
            node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)
        ),
    )


def _new_texts(edit: Edit) -> list[str]:
    match edit:
        case AddEntry():
            return [edit.key, edit.value]
        case AddArgument() | AddElement() | PrependArgument():
            return [edit.value]
        case ReplaceAround():
            return [edit.text.replace("{}", "_")]
        case Unstar() | ReplaceInString() | DropArgument() | DropEntry():
            return []
    return [edit.text]


def _is_within(module: Module, node: ast.AST, spans: Iterable[Span]) -> bool:
    if not isinstance(node, (ast.Name, ast.Constant)):
        return False
    # The span of a function begins at its `def`; what decorates it goes with it.
    function = _decorated_by(module, node)
    owns = [module.span(node), *([module.span(function)] if function is not None else [])]
    return any(
        (span.line, span.column) <= (own.line, own.column)
        and (own.end_line, own.end_column) <= (span.end_line, span.end_column)
        for span in spans
        for own in owns
    )


def _decorated_by(module: Module, node: ast.AST) -> ast.stmt | None:
    child = node
    for above in module.ancestors(node):
        if child in getattr(above, "decorator_list", ()):
            return above if isinstance(above, ast.stmt) else None
        if isinstance(above, ast.stmt):
            return None
        child = above
    return None


def newly_unused(index: Index, module: Module, after: Reads) -> list[LegacyAlias]:
    """Imports at module level that the file read before it was rewritten, and reads no more."""
    before = {node.id for node in module.nodes if isinstance(node, ast.Name)}
    spoken_of = {word for text in after.texts for word in _WORD.findall(text)}
    handed_out = _handed_out(index, module)
    found: list[LegacyAlias] = []
    for node in module.tree.body:
        if not isinstance(node, (ast.Import, ast.ImportFrom)):
            continue
        for alias in node.names:
            bound = alias.asname or alias.name.split(".")[0]
            if bound in before - after.names - spoken_of - handed_out:
                found.append(LegacyAlias(module, node, alias, bound, False, False))
    return found


def _handed_out(index: Index, module: Module) -> frozenset[str]:
    """The names of a file that other files import from it; with ``import *``, those that it says it exports, or they read."""
    imported = index.imported_names.get(module.path, frozenset())
    if "*" not in imported:
        return imported
    for node in module.tree.body:
        targets = node.targets if isinstance(node, ast.Assign) else []
        if any(isinstance(target, ast.Name) and target.id == "__all__" for target in targets):
            exported = {inner.value for inner in ast.walk(node) if isinstance(inner, ast.Constant)}
            return imported | {name for name in exported if isinstance(name, str)}
    return imported | index.read_through_stars(module)
