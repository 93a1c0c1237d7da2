"""From decided units to changed texts: collect what the constructs ask for, then carry it out file by file."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from legacy_shim.catalogue import BY_NAME

from .analysis.inference.legacy_names import LEGACY_PACKAGES
from .analysis.inference.values import (
    External,
    legacy_name,
)
from .analysis.syntax.scopes import Imported
from .analysis.syntax.source_module import Module
from .analysis.uses.index import (
    Index,
    Reference,
)
from .constructs import constructs
from .editing.brought_by_stars import brought_by_stars
from .editing.change import Task, change_all
from .editing.edits import Edit, Import, ReplaceExpression, defined_once
from .editing.excerpts import statement_lines
from .editing.facade_names import FACADE, facade_imports
from .editing.for_others import is_by_star, kept_for_others
from .editing.import_edits import ImportChanges, import_edits
from .editing.import_places import placed
from .editing.legacy_imports import (
    LegacyAlias,
    importers_of,
    judge,
    legacy_aliases,
)
from .editing.line_breaks import broken
from .editing.namespace import unbound_names
from .editing.scanned import names_added, scans_of
from .editing.unused_imports import newly_unused
from .files.sources import Change, Source, new_file
from .findings import Finding, Place
from .isolation import fault
from .planning.claims import Claim, Context, Rewrite, about
from .planning.keeping import kept_findings
from .planning.shared_uses import keep_what_is_shared
from .planning.units import Unit

_PACKAGES = frozenset(name for name in LEGACY_PACKAGES if not name.startswith(FACADE))


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
    interrupted: tuple[Path, ...] = ()
    """Journals of migrations that have not ended."""


@dataclass(eq=False)
class Collected:
    """What all rewrites ask for together."""

    edits: dict[Module, list[Edit]] = field(default_factory=lambda: defaultdict(list))
    imports: dict[Module, list[Import]] = field(default_factory=lambda: defaultdict(list))
    findings: list[Finding] = field(default_factory=list)
    files: dict[Path, str] = field(default_factory=dict)
    """The texts of new files."""
    units: dict[Path, list[Unit]] = field(default_factory=lambda: defaultdict(list))
    """The units that change each file."""
    faults: dict[Unit, Finding] = field(default_factory=dict)
    """The units whose rewrite broke down."""
    rewritten: set[ast.AST] = field(default_factory=set)
    """The first nodes of the references that are rewritten."""


def collect(planned: Planned) -> Collected:
    """Ask each construct for the v2 form of its claims. Touches no file."""
    found = Collected()
    for unit in planned.units:
        unit.start_over()
    for unit in planned.units:
        if not unit.migrates:
            found.findings += kept_findings(unit)
            continue
        try:
            rewrites = list(_rewrites(unit, planned.context))
        except Exception as error:
            # Whatever a rewrite stumbles over, other units and the files are not harmed.
            claim = unit.claims[0]
            found.faults[unit] = fault(claim.module.place(claim.node), error)
            continue
        for claim, done in rewrites:
            found.rewritten |= claim.covers
            refs = claim.jobs or unit.job_refs
            found.findings += (about(refs, finding) for finding in done.findings)
            for module, edit in done.edits:
                found.units[module.path].append(unit)
                if edit not in found.edits[module]:
                    found.edits[module].append(edit)
            for module, new in done.imports:
                found.imports[module].append(new)
            for path, text in done.files:
                found.units[path].append(unit)
                found.files[path] = text
    return found


def _rewrites(unit: Unit, context: Context) -> Iterator[tuple[Claim, Rewrite]]:
    all_constructs = constructs()
    for claim in unit.claims:
        yield claim, all_constructs[claim.construct.name].rewrite(claim, unit, context)


def settle(planned: Planned, jobs: int) -> tuple[Planned, Collected, list[Change], list[Finding]]:
    """Carry out what can be carried out whole: a unit with a file that cannot be changed stays on the facade.

    Otherwise one file of it would use a workspace where another still expects the legacy resource.
    """
    while True:
        found = collect(planned)
        changes, problems = ([], []) if found.faults else carry_out(planned, found, jobs)
        blocked = found.faults or {
            unit: problem
            for problem in problems
            if problem.code == "LDC507"
            for unit in found.units.get(problem.place.path, ())
        }
        if not blocked:
            return planned, found, changes, problems
        left = (replace(unit, kept=(blocked[unit],)) if unit in blocked else unit for unit in planned.units)
        units = keep_what_is_shared(left, planned.context)
        planned = replace(planned, units=units)


def carry_out(planned: Planned, found: Collected, jobs: int = 1) -> tuple[list[Change], list[Finding]]:
    """The new text of each file that changes; a finding for each that the tool cannot change faithfully.

    ``jobs`` is the number of processes to work with, at most.
    """
    index = planned.context.index
    rewritten = frozenset(found.rewritten)
    verdicts = judge(index, legacy_aliases(index), rewritten)
    stars, starred = brought_by_stars(index, verdicts.needed, verdicts.dropped, rewritten)
    to_facade = _by_module(
        alias for alias in verdicts.needed | stars if not alias.is_facade and not alias.from_tree
    )
    dropped, untouched = _by_module(verdicts.dropped - stars), _by_module(verdicts.untouched)
    for module, extra in _facade_chains(
        index, verdicts.untouched | verdicts.needed, verdicts.untouched, rewritten
    ).items():
        found.edits[module] += extra
        if module in untouched:
            found.imports[module].append(Import(FACADE))
    for module, edit in _reached_at_run_time(index, rewritten):
        if edit not in found.edits[module]:
            found.edits[module].append(edit)
        found.imports[module].append(Import(FACADE))
    for module, name in starred:
        found.imports[module].append(Import(FACADE, name))
    to_v2: dict[Module, dict[LegacyAlias, Import]] = defaultdict(dict)
    for alias, new in verdicts.to_v2.items():
        to_v2[alias.module][alias] = new
    tasks: list[Task] = []
    broken: list[Finding] = []
    for module in index.tree.modules.values():
        if module.path in planned.context.outside:
            continue
        wanted = ImportChanges(
            dropped.get(module, frozenset()),
            to_facade.get(module, frozenset()),
            to_v2.get(module, {}),
            tuple(dict.fromkeys(found.imports[module])),
            {},
        )
        if not (found.edits[module] or wanted.drop or wanted.to_facade or wanted.to_v2 or wanted.add):
            continue
        try:
            guards = [alias.node for alias in untouched.get(module, ())]
            tasks.append(_task(planned, module, defined_once(found.edits[module]), wanted, guards))
        except SyntaxError as error:
            broken.append(
                Finding(Place(module.path), "LDC507", f"what was to be written does not parse: {error.msg}")
            )
        except Exception as error:
            broken.append(fault(Place(module.path), error))
    done = [*change_all(tasks, jobs), *broken]
    changes = [each for each in done if isinstance(each, Change) and each.new_text != each.source.text]
    changes += [new_file(path, text) for path, text in found.files.items()]
    problems = [each for each in done if isinstance(each, Finding)]
    left = [
        *_scans(index, found, planned.context.outside),
        *_handed_out(index, verdicts.needed, found.findings, planned.context.outside),
        *_unknown(verdicts.unknown, planned.context.outside),
    ]
    return changes, [*problems, *left]


def _scans(index: Index, found: Collected, outside: frozenset[Path]) -> list[Finding]:
    """Code that looks through the names of files that get new ones."""
    changed = [module for module in found.edits if module.path not in outside]
    added = {each: names_added(each, found.edits[each], found.imports[each], index) for each in changed}
    return list(scans_of(index, added))


def _handed_out(
    index: Index, needed: Collection[LegacyAlias], findings: Iterable[Finding], outside: frozenset[Path]
) -> list[Finding]:
    """Imports that stay for no use in sight: for a package's importers, an annotation in quotes."""
    told = {(finding.place.path, finding.name) for finding in findings if finding.is_left_for_a_person}
    return [
        kept_for_others(alias, importers_of(index, alias, needed))
        for alias in needed
        if (alias.alias.name in BY_NAME or alias.bound == "*")
        and (not alias.from_tree or is_by_star(index, alias))
        and alias.module.path not in outside
        and (alias.module.path, alias.alias.name) not in told
    ]


def _unknown(unknown: Iterable[LegacyAlias], outside: frozenset[Path]) -> list[Finding]:
    """Imports of what neither the facade nor v2 has: code that rests on them is not changed by the migration."""
    return [
        Finding(
            alias.module.place(alias.alias),
            "LDC302",
            f"neither the facade nor v2 has `{alias.alias.name}` under this path: the import is left as it is",
            alias.alias.name,
        )
        for alias in unknown
        if alias.module.path not in outside
    ]


def _task(
    planned: Planned,
    module: Module,
    edits: Sequence[Edit],
    wanted: ImportChanges,
    guards: Sequence[ast.stmt],
) -> Task:
    """The edits of a file; imports that they leave unused go too. ``guards`` import modules that are still used."""
    style = planned.context.style(module)
    index = planned.context.index
    tree = index.tree

    def is_own(source: str) -> bool:
        return tree.resolve(module, source, 0) is not None

    nested = [node for node in guards if module.parent(node) is not module.tree]
    # What an earlier migration put in the place of a legacy import holds that place.
    legacy = {
        *(alias.node for alias in (*wanted.drop, *wanted.to_facade)),
        *nested,
        *facade_imports(module.nodes),
    }
    places = placed(module, tree.names(module), legacy, wanted.add, edits, style)
    edits = places.edits
    wanted = replace(
        wanted,
        add=places.at_top,
        in_place=places.in_place,
        used_from=min((edit.span.line for edit in edits), default=wanted.used_from),
    )
    imports = import_edits(module, wanted, style, is_own)
    known = {alias.alias for alias in (*wanted.drop, *wanted.to_facade, *wanted.to_v2)}
    unused = newly_unused(index, module, [*edits, *imports])
    more = [alias for alias in unused if alias.alias not in known]
    if more:
        wanted = replace(wanted, drop=wanted.drop | frozenset(more))
        imports = import_edits(module, wanted, style, is_own)
    return Task(
        planned.sources[module.path],
        statement_lines(module),
        (*(broken(edit, style) for edit in edits), *imports),
        style.indent,
        unbound_names(module.nodes),
        index.tree.is_forked(["dagster_dbt"]),
    )


def _by_module(aliases: Iterable[LegacyAlias]) -> dict[Module, frozenset[LegacyAlias]]:
    found: dict[Module, set[LegacyAlias]] = defaultdict(set)
    for alias in aliases:
        found[alias.module].add(alias)
    return {module: frozenset(those) for module, those in found.items()}


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
        edit = _through_facade(index, reference)
        if edit is not None:
            edits[reference.module].append(edit)
    return edits


def _through_facade(index: Index, reference: Reference) -> ReplaceExpression | None:
    """A legacy name that is an attribute of a module, taken from the facade instead."""
    for link in reference.chain:
        named = [value for value in index.values(reference.module, link) if legacy_name(value)]
        if named and isinstance(link, (ast.Attribute, ast.Call)):
            text = f"{FACADE}.{legacy_name(named[0])}"
            return ReplaceExpression(reference.module.span(link), text)
        if named:
            return None
    return None


def _reached_at_run_time(index: Index, rewritten: frozenset[ast.AST]) -> Iterator[tuple[Module, Edit]]:
    """Kept uses through ``getattr(dagster_dbt, ...)``, or a module that ``import_module`` answers."""
    for reference in index.references:
        module, first = reference.module, reference.chain[0]
        if first in rewritten or not isinstance(first, ast.Name):
            continue
        values = index.values(module, first)
        if not any(isinstance(value, External) and value.name in _PACKAGES for value in values):
            continue
        bindings = index.tree.names(module).lookup(module, first.id, first)
        is_imported = any(isinstance(binding, Imported) for binding in bindings)
        edit = _through_facade(index, reference)
        link = next((one for one in reference.chain if edit and module.span(one) == edit.span), None)
        if edit is not None and (not is_imported or isinstance(link, ast.Call)):
            yield module, edit
