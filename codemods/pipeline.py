"""The run: sources, index, plan, rewrites, sources. Each step takes what the one before made."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from .analysis.inference.constants import Constants
from .analysis.project.indexing import build_index
from .analysis.syntax.source_module import (
    Module,
    dotted_name,
    parse_module,
)
from .constructs import constructs
from .constructs.job_differences import unknown_job
from .editing.forks import imports_of_forks
from .errors import SourceError
from .facts.deployments import Deployment
from .files import recovery, sources, walk
from .files.code_locations import declared_entries
from .files.other_files import other_findings
from .files.sources import Change, Source
from .files.surroundings import files_around
from .files.transaction import write_groups
from .findings import Finding, Place
from .isolation import Broken, fault, isolated, keep_what_may_be_used
from .options import JobsInCode, Options, WantedJob
from .planning.claims import Context
from .planning.configured_jobs import configured_job_ids
from .planning.deployments import jobs_that_deployments_lack
from .planning.keeping import Limits
from .planning.plan import make_units
from .planning.settings import Setting, Settings
from .planning.units import Unit
from .reporting.report import (
    Report,
    Sites,
    Together,
    Units,
    sorted_findings,
)
from .rewriting import Collected, Planned, collect, settle
from .together import written_together


def scan(paths: Sequence[Path], options: Options) -> Report:
    """What is legacy in these files, and what a migration would do with it. Writes nothing."""
    planned, collected = isolated(lambda broken: _collected(paths, options, broken))
    report = _report(planned, options, (), [*collected.findings, *collected.faults.values()])
    sites = [
        Finding(claim.module.place(claim.node), claim.code, _fate(unit), claim.name)
        for unit in planned.units
        for claim in unit.claims_inside
        if claim.is_site and claim.code.startswith("LDC1")
    ]
    return replace(report, findings=sorted_findings([*report.findings, *sites]))


def _collected(paths: Sequence[Path], options: Options, broken: Broken) -> tuple[Planned, Collected]:
    planned = _plan(paths, options, broken)
    return planned, collect(planned)


def _fate(unit: Unit) -> str:
    return "can become v2" if unit.migrates else "stays on the facade"


def migrate(paths: Sequence[Path], options: Options) -> Report:
    """What a migration changes, and all there is to tell of it. ``write`` writes the changes."""
    planned, collected, changes, problems = isolated(
        lambda broken: settle(_plan(paths, options, broken), options.jobs)
    )
    report = _report(planned, options, changes, [*collected.findings, *problems])
    return replace(report, together=_together(planned, collected, changes))


def write(report: Report) -> Report:
    """Write the changes of a report, each unit whole. A unit with a file that cannot be written stays as it is."""
    by_path = {change.path: change for change in report.changes}
    written = write_groups([[by_path[path] for path in group.paths] for group in report.together])
    for group in report.together:
        if written.unwritten & set(group.paths):
            report = replace(
                report, sites=report.sites.without(group.sites), units=report.units.without(group.units)
            )
    told = [finding for finding in report.findings if not _is_of_unwritten(finding, written.unwritten)]
    return replace(
        report,
        findings=sorted_findings([*told, *written.problems]),
        changes=tuple(change for change in report.changes if change.path not in written.unwritten),
        together=(),
        wrote=True,
        notes=written.notes,
    )


def recover(report: Report, paths: Sequence[Path]) -> Iterator[str]:
    """Bring to an end what interrupted migrations began: a line for each. What was read before is out of date then.

    Raises UsageError where that cannot be done.
    """
    yield from recovery.recover(report.interrupted, paths)


def _is_of_unwritten(finding: Finding, unwritten: frozenset[Path]) -> bool:
    """Whether it tells of a difference in code that was not written."""
    return finding.place.path in unwritten and finding.code.startswith("LDC2")


def _together(planned: Planned, collected: Collected, changes: Sequence[Change]) -> tuple[Together, ...]:
    found = []
    for paths, units in written_together(planned, collected, changes):
        migrating = [unit for unit in units if unit.migrates]
        counts = _units(units, planned.units)
        found.append(Together(paths, _sites(migrating), replace(counts, kept=0)))
    return tuple(found)


def _report(
    planned: Planned, options: Options, changes: Sequence[Change], findings: Sequence[Finding]
) -> Report:
    return Report(
        findings=sorted_findings([*planned.findings, *findings]),
        changes=tuple(changes),
        sites=_sites(planned.units),
        units=_units(planned.units, planned.units),
        files=planned.files,
        facts_files=options.facts.files,
        outside=planned.outside,
        interrupted=planned.interrupted,
    )


def jobs_in_code(paths: Sequence[Path], options: Options) -> JobsInCode:
    """The dbt Cloud jobs that the code names, with what it says of where they live."""
    planned = plan(paths, options)
    context = planned.context
    found: dict[tuple[int, int | None, str | None], list[str]] = defaultdict(list)
    told: dict[tuple[int, int | None, str | None], tuple[_Whereabouts, str]] = {}
    unknown: list[Finding] = []
    for unit in planned.units:
        for deployment in context.deployments:
            whereabouts = _whereabouts(context, unit, deployment)
            for claim in unit.claims_inside:
                for ref in claim.jobs:
                    place = ref.module.place(ref.node)
                    job_ids = ref.by_deployment.get(deployment.name, ()) or configured_job_ids(context, ref)
                    if not job_ids:
                        unknown.append(Finding(place, "LDC402", unknown_job(ref), claim.name))
                    for job_id in job_ids:
                        key = (job_id, whereabouts.account_id, whereabouts.host)
                        found[key].append(str(place))
                        told.setdefault(key, (whereabouts, deployment.name))
    wanted = (
        WantedJob(key[0], **vars(told[key][0]), places=tuple(dict.fromkeys(places)), deployment=told[key][1])
        for key, places in sorted(found.items(), key=lambda item: str(item[0]))
    )
    return JobsInCode(tuple(wanted), tuple(dict.fromkeys(unknown)))


@dataclass(frozen=True)
class _Whereabouts:
    """Account, host and the variables that hold them and the token, as far as the code says; see WantedJob."""

    account_id: int | None = None
    host: str | None = None
    token_env: str | None = None
    account_env: str | None = None
    host_env: str | None = None
    host_place: str = ""
    token_place: str = ""


def _whereabouts(context: Context, unit: Unit, deployment: Deployment) -> _Whereabouts:
    for claim in unit.claims:
        if isinstance(claim.detail, Settings):
            values = claim.detail.values
            account = _value_of(context, values.get("account_id"), deployment)
            host = _value_of(context, values.get("dbt_cloud_host"), deployment)
            return _Whereabouts(
                int(str(account)) if account is not None and str(account).isdigit() else None,
                str(host).rstrip("/") if host else None,
                _variable(context, claim.detail.token) or None,
                _variable(context, values.get("account_id")) or None,
                _variable(context, values.get("dbt_cloud_host")) or None,
                _place_of(values.get("dbt_cloud_host")),
                _place_of(claim.detail.token),
            )
    return _Whereabouts()


def token_variables(planned: Planned) -> tuple[str, ...]:
    """The environment variables that the code takes its tokens from."""
    settings = (claim.detail for unit in planned.units for claim in unit.claims)
    names = (_variable(planned.context, each.token) for each in settings if isinstance(each, Settings))
    return tuple(dict.fromkeys(name for name in names if name))


def _place_of(setting: Setting | None) -> str:
    return str(setting.module.place(setting.node)) if setting is not None else ""


def _value_of(context: Context, setting: Setting | None, deployment: Deployment) -> object:
    if setting is None:
        return None
    if isinstance(setting.node, ast.Dict):
        return deployment.variables.get(_variable(context, setting))
    found = context.constants_in(deployment).read(setting.module, setting.node)
    return found.value if found is not None else None


def _variable(context: Context, setting: Setting | None) -> str:
    if setting is None:
        return ""
    node = setting.node
    if isinstance(node, ast.Dict) and node.values and isinstance(node.values[0], ast.Constant):
        return str(node.values[0].value)
    return context.constants.variable_of(setting.module, node)


# -- the steps


def plan(paths: Sequence[Path], options: Options) -> Planned:
    """Read, index and decide. Changes nothing."""
    return isolated(lambda broken: _plan(paths, options, broken))


def _plan(paths: Sequence[Path], options: Options, broken: Broken) -> Planned:
    """The same without the files in ``broken``."""
    found = walk.find_sources(paths, exclude=options.exclude)
    findings: list[Finding] = [*found.problems]
    raws, problems = _read(found.python, options)
    around, _ = _read(files_around(paths, found), options)
    findings += problems
    read: dict[Path, Source] = {}
    unread: dict[Path, Finding] = {}

    def parse(path: Path, _: bytes) -> Module | Finding:
        if path in broken:
            return broken[path]
        try:
            read[path] = sources.decode(raws[path] if path in raws else around[path])
            return parse_module(path, read[path].text, dotted_name(path))
        except SourceError as error:
            return error.finding
        except SyntaxError as error:
            return Finding(
                Place(path, error.lineno or 1, error.offset or 1), "LDC502", error.msg or "it does not parse"
            )
        except ValueError as error:
            return Finding(Place(path), "LDC502", str(error))
        except (RecursionError, MemoryError):  # Python's own parser says either.
            unread[path] = Finding(Place(path), "LDC502", "it is nested too deeply to be parsed")
            return unread[path]
        except Exception as error:
            unread[path] = fault(Place(path), error)
            return unread[path]

    data = {path: raw.data for path, raw in {**raws, **around}.items()}
    index = build_index(data, parse)
    evaluator = index.evaluator
    context = Context(
        index,
        options.facts,
        Constants(evaluator, options.in_deployments()[0].variables),
        options.in_deployments(),
        outside=frozenset(around),
        other_files=found.others,
        release=options.release,
        polling_sensor=options.polling_sensor,
        entries=declared_entries(index.tree.modules),
    )
    claims = [claim for construct in constructs().values() for claim in construct.claims(context)]
    units = make_units(claims, context, Limits(options.only, options.skip))
    units = keep_what_may_be_used(units, {**broken, **unread}, data, context)
    findings += [problem for problem in index.problems if problem.place.path not in around]
    findings += jobs_that_deployments_lack(claims, context)
    findings += imports_of_forks(index)
    findings += other_findings(found.notebooks, found.others)
    interrupted = recovery.interrupted(paths, found.journals)
    findings += recovery.half_written(interrupted)
    return Planned(context, units, read, tuple(findings), len(found.python), found.outside, interrupted)


def _read(paths: Sequence[Path], options: Options) -> tuple[dict[Path, sources.RawFile], list[Finding]]:
    raws: dict[Path, sources.RawFile] = {}
    problems: list[Finding] = []
    for path in paths:
        if options.on_file is not None:
            options.on_file(path)
        try:
            raws[path] = sources.read_raw(path)
        except SourceError as error:
            problems.append(error.finding)
    return raws, problems


def _sites(units: Iterable[Unit]) -> Sites:
    total = Sites()
    for unit in units:
        for claim in unit.claims_inside:
            if claim.is_site:
                total += Sites(1, int(unit.migrates), int(not unit.migrates))
    return total


def _units(units: Sequence[Unit], all_units: Sequence[Unit]) -> Units:
    migrated = [unit for unit in units if unit.resources and unit.migrates and not unit.beside]
    parted = {resource for unit in all_units for resource in unit.beside}
    kept = [unit for unit in units if unit.resources and not unit.migrates]
    partial = [unit for unit in kept if unit.resources & parted]
    return Units(len(migrated) + len(kept), len(migrated), len(partial), len(kept) - len(partial))
