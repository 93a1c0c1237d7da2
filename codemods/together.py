"""Which changed files must be written together: those of a unit, and those that hand each other what they change."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

from .analysis.syntax.source_module import Module
from .analysis.uses.index import Index
from .editing.legacy_imports import legacy_aliases
from .files.sources import Change
from .planning.groups import Groups
from .planning.units import Unit
from .rewriting import Collected, Planned


def written_together(
    planned: Planned, collected: Collected, changes: Sequence[Change]
) -> Iterator[tuple[tuple[Path, ...], list[Unit]]]:
    """The changed files in groups, in order, each with the units that are in them."""
    changed = {change.path for change in changes}
    groups = Groups()
    edited: dict[Unit, set[Path]] = defaultdict(set)
    for path, units in collected.units.items():
        for unit in units:
            edited[unit].add(path)
    files: dict[Unit, set[Path]] = {}
    for unit in planned.units:
        files[unit] = {*(claim.module.path for claim in unit.claims), *edited[unit]} & changed
        groups.join([unit, *files[unit]])
    for linked in _handed_on(planned.context.index, changed):
        groups.join(linked)
    found: dict[object, list[Path]] = defaultdict(list)
    for change in changes:
        found[groups.find(change.path)].append(change.path)
    inside: dict[object, list[Unit]] = defaultdict(list)
    for unit, own in files.items():
        if own:
            inside[groups.find(unit)].append(unit)
    for root, paths in found.items():
        yield tuple(paths), inside[root]


def _handed_on(index: Index, changed: set[Path]) -> Iterator[set[Path]]:
    """For each import of a legacy name in a changed file, the changed files that have the name from there."""
    given: dict[tuple[Path, str], set[Path]] = defaultdict(set)
    for alias in legacy_aliases(index):
        if not alias.from_tree and alias.module.path in changed:
            given[alias.module.path, alias.bound].add(alias.module.path)
    importers = _importers(index)
    for (home, name), paths in given.items():
        reached = {(home, name)}
        steps = [(home, name)]
        for path, bound in steps:  # grows as it goes
            for importer, imported, as_name in importers.get(path, ()):
                if imported in (bound, "*", "") or bound == "*":
                    paths |= {importer} & changed
                    step = (importer, as_name if imported == bound and as_name else bound)
                    if imported and step not in reached:
                        reached.add(step)
                        steps.append(step)
        if len(paths) > 1:
            yield paths


def _importers(index: Index) -> dict[Path, list[tuple[Path, str, str]]]:
    """For each file who imports from it: the importing file, the name (``*`` for all, none for the file), and as what."""
    found: dict[Path, list[tuple[Path, str, str]]] = defaultdict(list)
    for module in index.tree.modules.values():
        for source, row in _imports(index, module):
            found[source].append(row)
    return found


def _imports(index: Index, module: Module) -> Iterator[tuple[Path, tuple[Path, str, str]]]:
    for node in module.nodes:
        if isinstance(node, ast.Import):
            for alias in node.names:
                path = index.tree.resolve(module, alias.name, 0)
                if path is not None:
                    yield path, (module.path, "", "")
        elif isinstance(node, ast.ImportFrom):
            source = index.tree.resolve(module, node.module or "", node.level)
            for alias in node.names:
                if source is not None:
                    yield source, (module.path, alias.name, alias.asname or alias.name)
                inner = index.tree.resolve(
                    module, ".".join(filter(None, [node.module, alias.name])), node.level
                )
                if inner is not None and inner != source:
                    yield inner, (module.path, "", "")
