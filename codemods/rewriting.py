"""From decided units to changed texts: collect what the constructs ask for, then carry it out file by file."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from legacy_shim.catalogue import BY_NAME

from .claims import Context, Rewrite
from .edits import Edit, Import, ReplaceExpression
from .findings import Finding, Place
from .import_edits import ImportChanges, import_edits
from .index import Index
from .legacy_imports import FACADE, LegacyAlias, judge, legacy_aliases, newly_unused
from .modules import Module
from .namespace import unbound_names
from .plan import kept_findings
from .report import Change
from .rewrites import constructs
from .sources import Source
from .units import Unit
from .values import External, legacy_name


@dataclass(frozen=True, eq=False)
class Planned:
    """All that is decided before a byte changes."""

    context: Context
    units: tuple[Unit, ...]
    sources: Mapping[Path, Source]
    findings: tuple[Finding, ...]
    files: int
    outside: tuple[Path, ...]
    """Links that lead out of the given paths, which are not followed."""


@dataclass(eq=False)
class Collected:
    """What all rewrites ask for together."""

    edits: dict[Module, list[Edit]] = field(default_factory=lambda: defaultdict(list))
    imports: dict[Module, list[Import]] = field(default_factory=lambda: defaultdict(list))
    findings: list[Finding] = field(default_factory=list)
    rewritten: set[ast.AST] = field(default_factory=set)
    """The first nodes of the references that are rewritten."""


def collect(planned: Planned) -> Collected:
    """Ask each construct for the v2 form of its claims. Touches no file."""
    found = Collected()
    all_constructs = constructs()
    for unit in planned.units:
        if not unit.migrates:
            found.findings += kept_findings(unit)
            continue
        for claim in unit.claims:
            done: Rewrite = all_constructs[claim.construct].rewrite(claim, unit, planned.context)
            found.rewritten |= claim.covers
            found.findings += done.findings
            for module, edit in done.edits:
                if edit not in found.edits[module]:
                    found.edits[module].append(edit)
            for module, new in done.imports:
                found.imports[module].append(new)
    return found


def carry_out(planned: Planned, found: Collected) -> tuple[list[Change], list[Finding]]:
    """The new text of each file that changes; a finding for each that the tool cannot change faithfully."""
    index = planned.context.index
    rewritten = frozenset(found.rewritten)
    verdicts = judge(index, legacy_aliases(index), rewritten)
    to_facade = _by_module(alias for alias in verdicts.needed if not alias.is_facade and not alias.from_tree)
    dropped = _by_module(verdicts.dropped)
    for module, extra in _facade_chains(
        index, verdicts.untouched | verdicts.needed, verdicts.untouched, rewritten
    ).items():
        found.edits[module] += extra
        if any(alias.module is module for alias in verdicts.untouched):
            found.imports[module].append(Import(FACADE))
    for module, name in _starred_in(index, rewritten):
        found.imports[module].append(Import(FACADE, name))
    changes: list[Change] = []
    problems: list[Finding] = []
    for module in index.tree.modules.values():
        wanted = ImportChanges(
            dropped.get(module, frozenset()), to_facade.get(module, frozenset()), tuple(found.imports[module])
        )
        if not (found.edits[module] or wanted.drop or wanted.to_facade or wanted.add):
            continue
        change = _rewritten(planned, module, found.edits[module], wanted)
        if isinstance(change, Finding):
            problems.append(change)
        elif change.new_text != change.source.text:
            changes.append(change)
    return changes, [*problems, *_handed_out(verdicts.needed, found.findings)]


def _handed_out(needed: Iterable[LegacyAlias], findings: Iterable[Finding]) -> list[Finding]:
    """Imports that stay for no use in sight: for ``__all__``, a package's importers, an annotation in quotes."""
    told = {(finding.place.path, finding.name) for finding in findings if finding.is_left_for_a_person}
    return [
        Finding(
            alias.module.place(alias.alias),
            "LDC302",
            f"`{alias.alias.name}` is imported for others to use: it comes from the facade",
            alias.alias.name,
        )
        for alias in needed
        if alias.alias.name in BY_NAME
        and not alias.from_tree
        and (alias.module.path, alias.alias.name) not in told
    ]


def _rewritten(
    planned: Planned, module: Module, edits: Sequence[Edit], wanted: ImportChanges
) -> Change | Finding:
    """A file with its edits; imports that they left unused go too, so the edits are made twice where there are some."""
    style, source = planned.context.style(module), planned.sources[module.path]
    change = _apply(source, [*edits, *import_edits(module, wanted, style)])
    if isinstance(change, Finding):
        return change
    known = {alias.alias for alias in wanted.drop | wanted.to_facade}
    unused = newly_unused(planned.context.index, module, ast.parse(change.new_text))
    more = [alias for alias in unused if alias.alias not in known]
    if not more:
        return change
    wanted = replace(wanted, drop=wanted.drop | frozenset(more))
    return _apply(source, [*edits, *import_edits(module, wanted, style)])


def _by_module(aliases: Iterable[LegacyAlias]) -> dict[Module, frozenset[LegacyAlias]]:
    found: dict[Module, set[LegacyAlias]] = defaultdict(set)
    for alias in aliases:
        found[alias.module].add(alias)
    return {module: frozenset(those) for module, those in found.items()}


def _starred_in(index: Index, rewritten: frozenset[ast.AST]) -> list[tuple[Module, str]]:
    """Kept names that `from dagster_dbt import *` brings in: the facade's import behind it takes precedence."""
    found: list[tuple[Module, str]] = []
    for reference in index.references:
        module, first = reference.module, reference.chain[0]
        names = index.tree.names(module)
        if first in rewritten or not isinstance(first, ast.Name) or names.lookup(module, first.id, first):
            continue
        is_name = any(
            isinstance(value, External) and legacy_name(value) for value in index.values(module, first)
        )
        from_package = any(star.module.split(".")[0] == "dagster_dbt" for star in names.stars)
        if is_name and from_package and (module, first.id) not in found:
            found.append((module, first.id))
    return found


def _facade_chains(
    index: Index,
    aliases: Iterable[LegacyAlias],
    untouched: frozenset[LegacyAlias],
    rewritten: frozenset[ast.AST],
) -> dict[Module, list[Edit]]:
    """Kept uses that reach a legacy name through a module: ``d.dbt_cloud_resource`` must go through the facade."""
    modules = {
        (alias.module, alias.bound): alias for alias in aliases if not alias.is_name and not alias.is_facade
    }
    edits: dict[Module, list[Edit]] = defaultdict(list)
    for reference in index.references:
        first = reference.chain[0]
        if (
            first in rewritten
            or not isinstance(first, ast.Name)
            or (reference.module, first.id) not in modules
        ):
            continue
        alias = modules[reference.module, first.id]
        if isinstance(alias.node, ast.ImportFrom) or (alias.alias.asname and alias not in untouched):
            continue  # `from dagster_dbt.cloud import resources` comes from the facade under the same name.
        for link in reference.chain:
            named = [value for value in index.values(reference.module, link) if legacy_name(value)]
            if named and isinstance(link, ast.Attribute):
                text = f"{FACADE}.{legacy_name(named[0])}"
                edits[reference.module].append(ReplaceExpression(reference.module.span(link), text))
                break
    return edits


def _apply(source: Source, edits: Sequence[Edit]) -> Change | Finding:
    from .apply import NotApplied, apply_edits

    try:
        text = apply_edits(source.text, edits)
        tree = ast.parse(text)
    except NotApplied as error:
        return Finding(Place(source.path), "LDC507", str(error))
    except SyntaxError as error:
        return Finding(
            Place(source.path), "LDC507", f"the result would not parse: {error.msg}, line {error.lineno}"
        )
    left = _legacy_import_in(tree)
    if left is not None:
        return Finding(Place(source.path, left.lineno), "LDC507", "a legacy import would have been left")
    lost = unbound_names(tree) - unbound_names(ast.parse(source.text))
    if lost:
        return Finding(Place(source.path), "LDC507", f"`{min(lost)}` would have lost its import")
    return Change(source, text)


def _legacy_import_in(tree: ast.Module) -> ast.ImportFrom | None:

    for node in ast.walk(tree):
        if (
            isinstance(node, ast.ImportFrom)
            and not node.level
            and (node.module or "").split(".")[0] == "dagster_dbt"
        ):
            in_package = (node.module or "").split(".")[1:2] == ["cloud"]
            if in_package or any(alias.name in BY_NAME for alias in node.names):
                return node
    return None
