"""The run: sources, index, plan, rewrites, sources. Each step takes what the one before made."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from . import sources, walk
from .claims import Claim, Context, Rewrite
from .constants import Constants
from .edits import Edit, Import, ReplaceExpression
from .errors import SourceError
from .findings import Finding, Place
from .import_edits import ImportChanges, import_edits
from .index import Index, build_index
from .legacy_imports import FACADE, LegacyAlias, judge, legacy_aliases, newly_unused
from .modules import Module, dotted_name, parse_module
from .namespace import unbound_names
from .options import JobsInCode, Options, WantedJob
from .other_files import other_findings
from .plan import Limits, kept_findings, make_units
from .report import Change, Report, Sites, Units, sorted_findings
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


def scan(paths: Sequence[Path], options: Options) -> Report:
    """What is legacy in these files, and what a migration would do with it. Writes nothing."""
    planned = plan(paths, options)
    report = _report(planned, options)
    sites = [
        Finding(claim.module.place(claim.node), claim.code, _fate(unit), claim.name)
        for unit in planned.units
        for claim in unit.claims
        if _is_site(claim) and claim.code.startswith("LDC1")
    ]
    return replace(report, findings=sorted_findings([*report.findings, *sites]))


def _fate(unit: Unit) -> str:
    return "can become v2" if unit.migrates else "stays on the facade"


def migrate(paths: Sequence[Path], options: Options) -> Report:
    """What a migration changes, and all there is to tell of it. ``write`` writes the changes."""
    return _report(plan(paths, options), options)


def write(report: Report) -> Report:
    """Write the changes of a report, each file in one step. A file that cannot be written is left as it is."""
    problems = _write(report.changes)
    failed = {problem.place.path for problem in problems}
    return replace(
        report,
        findings=sorted_findings([*report.findings, *problems]),
        changes=tuple(change for change in report.changes if change.path not in failed),
        wrote=True,
    )


def _report(planned: Planned, options: Options) -> Report:
    changes, findings = _changes(planned)
    return Report(
        findings=sorted_findings([*planned.findings, *findings]),
        changes=tuple(changes),
        sites=_sites(planned.units),
        units=_units(planned.units),
        files=planned.files,
        facts_files=options.facts.files,
        outside=planned.outside,
    )


def jobs_in_code(paths: Sequence[Path], options: Options) -> JobsInCode:
    """The dbt Cloud jobs that the code names, with what it says of where they live."""
    planned = plan(paths, options)
    found: dict[tuple[int, int | None, str | None], list[str]] = defaultdict(list)
    tokens: dict[tuple[int, int | None, str | None], str | None] = {}
    unknown: list[Finding] = []
    for unit in planned.units:
        account, host, token = _whereabouts(planned.context, unit)
        for claim in unit.claims:
            for ref in claim.jobs:
                place = ref.module.place(ref.node)
                if ref.job_id is None:
                    said = f"set {ref.variable}, or give it with --env-file" if ref.variable else ""
                    unknown.append(
                        Finding(place, "LDC402", said or "the job id cannot be read here", claim.name)
                    )
                    continue
                key = (ref.job_id, account, host)
                found[key].append(str(place))
                tokens[key] = token
    wanted = (
        WantedJob(key[0], key[1], key[2], tokens[key], tuple(places))
        for key, places in sorted(found.items(), key=lambda item: str(item[0]))
    )
    return JobsInCode(tuple(wanted), tuple(dict.fromkeys(unknown)))


def _whereabouts(context: Context, unit: Unit) -> tuple[int | None, str | None, str | None]:
    """Account, host and token variable of a unit, as far as its code says."""
    for claim in unit.claims:
        values = getattr(claim.detail, "values", None)
        if claim.construct == "resource" and isinstance(values, dict):
            account = _setting(context, claim.module, values.get("account_id"))
            host = _setting(context, claim.module, values.get("dbt_cloud_host"))
            token = values.get("auth_token") or values.get("api_token")
            variable = _variable(context, claim.module, token) if token is not None else ""
            number = int(str(account)) if account is not None and str(account).isdigit() else None
            return number, str(host).rstrip("/") if host else None, variable or None
    return None, None, None


def _setting(context: Context, module: Module, node: ast.expr | None) -> object:
    if node is None:
        return None
    if isinstance(node, ast.Dict):
        variable = _variable(context, module, node)
        return context.environment.get(variable)
    found = context.constants.read(module, node)
    return found.value if found is not None else None


def _variable(context: Context, module: Module, node: ast.expr) -> str:
    if isinstance(node, ast.Dict) and node.values and isinstance(node.values[0], ast.Constant):
        return str(node.values[0].value)
    return context.constants.variable_of(module, node)


# -- the steps


def plan(paths: Sequence[Path], options: Options) -> Planned:
    """Read, index and decide. Changes nothing."""
    found = walk.find_sources(paths, exclude=options.exclude)
    findings: list[Finding] = [*found.problems]
    raws: dict[Path, sources.RawFile] = {}
    for path in found.python:
        if options.on_file is not None:
            options.on_file(path)
        try:
            raws[path] = sources.read_raw(path)
        except SourceError as error:
            findings.append(error.finding)
    read: dict[Path, Source] = {}

    def parse(path: Path, _: bytes) -> Module | Finding:
        try:
            read[path] = sources.decode(raws[path])
            return parse_module(path, read[path].text, dotted_name(path))
        except SourceError as error:
            return error.finding
        except SyntaxError as error:
            return Finding(
                Place(path, error.lineno or 1, error.offset or 1), "LDC502", error.msg or "it does not parse"
            )
        except (ValueError, RecursionError) as error:
            return Finding(Place(path), "LDC502", str(error))

    index = build_index({path: raw.data for path, raw in raws.items()}, parse)
    evaluator = index.evaluator
    context = Context(index, options.facts, Constants(evaluator, options.env), options.env)
    claims = [claim for construct in constructs().values() for claim in construct.claims(context)]
    units = make_units(claims, context, Limits(options.only, options.skip))
    findings += index.problems
    findings += other_findings(found.notebooks, found.others)
    return Planned(context, units, read, tuple(findings), len(found.python), found.outside)


def _changes(planned: Planned) -> tuple[list[Change], list[Finding]]:
    """What becomes of each file, and what there is to tell of it."""
    findings: list[Finding] = []
    edits: dict[Module, list[Edit]] = defaultdict(list)
    imports: dict[Module, list[Import]] = defaultdict(list)
    rewritten: set[ast.AST] = set()
    all_constructs = constructs()
    for unit in planned.units:
        if not unit.migrates:
            findings += kept_findings(unit)
            continue
        for claim in unit.claims:
            done: Rewrite = all_constructs[claim.construct].rewrite(claim, unit, planned.context)
            rewritten |= claim.covers
            findings += done.findings
            for module, edit in done.edits:
                if edit not in edits[module]:
                    edits[module].append(edit)
            for module, new in done.imports:
                imports[module].append(new)
    index = planned.context.index
    verdicts = judge(index, legacy_aliases(index), frozenset(rewritten))
    to_facade = _by_module(alias for alias in verdicts.needed if not alias.is_facade and not alias.from_tree)
    dropped = _by_module(verdicts.dropped)
    for module, extra in _facade_chains(
        index, verdicts.untouched | verdicts.needed, frozenset(rewritten)
    ).items():
        edits[module] += extra
        if any(alias.module is module and alias in verdicts.untouched for alias in verdicts.untouched):
            imports[module].append(Import(FACADE))
    for module, name in _starred_in(index, frozenset(rewritten)):
        imports[module].append(Import(FACADE, name))
    changes: list[Change] = []
    for module in index.tree.modules.values():
        wanted = ImportChanges(
            dropped.get(module, frozenset()), to_facade.get(module, frozenset()), tuple(imports[module])
        )
        if not (edits[module] or wanted.drop or wanted.to_facade or wanted.add):
            continue
        change = _rewritten(planned, module, edits[module], wanted)
        if isinstance(change, Finding):
            findings.append(change)
        elif change.new_text != change.source.text:
            changes.append(change)
    return changes, findings


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
    index: Index, aliases: Iterable[LegacyAlias], rewritten: frozenset[ast.AST]
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
        if isinstance(alias.node, ast.ImportFrom):
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
    from legacy_shim.catalogue import BY_NAME

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


def _write(changes: Sequence[Change]) -> list[Finding]:
    problems: list[Finding] = []
    for change in changes:
        try:
            sources.write_atomically(change.source, change.new_text)
        except SourceError as error:
            problems.append(error.finding)
    return problems


def _is_site(claim: Claim) -> bool:
    if claim.construct == "beside":
        return False  # The resource stays, and counts there.
    return claim.construct != "client_calls" or claim.detail.kind != "getter"


def _sites(units: Iterable[Unit]) -> Sites:
    total = Sites()
    for unit in units:
        for claim in unit.claims:
            if _is_site(claim):
                total += Sites(1, int(unit.migrates), int(not unit.migrates))
    return total


def _units(units: Sequence[Unit]) -> Units:
    migrated = [unit for unit in units if unit.resources and unit.migrates and not unit.beside]
    parted = {resource for unit in units for resource in unit.beside}
    kept = [unit for unit in units if unit.resources and not unit.migrates]
    partial = [unit for unit in kept if unit.resources & parted]
    return Units(len(migrated) + len(kept), len(migrated), len(partial), len(kept) - len(partial))
