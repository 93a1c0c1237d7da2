"""From bytes to decisions: parse what must be, index it, let the constructs claim, make units."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from .analysis.inference.constants import Constants
from .analysis.project.indexing import Parse, build_index
from .analysis.project.starting import first_start
from .analysis.syntax.source_module import (
    Module,
)
from .analysis.uses.index import Index
from .constructs import constructs, prepared
from .constructs.facts_beside import facts_to_change_by_hand
from .deep_stack import on_deep_stack
from .editing.forks import imports_of_forks
from .facts.release import installed_release
from .files.code_locations import declared_entries
from .garbage import with_few_collections
from .isolation import Broken, isolated, keep_what_may_be_used
from .options import Options
from .parsing import Parsing
from .planning.claims import Context
from .planning.deployments import jobs_that_deployments_lack
from .planning.half_migrated import half_migrated
from .planning.keeping import Limits
from .planning.plan import make_units
from .reading import FilesRead, read_files
from .rewriting import Planned


@on_deep_stack
@with_few_collections
def plan(paths: Sequence[Path], options: Options) -> Planned:
    """Read, index and decide. Changes nothing."""
    files = read_files(paths, options)
    return isolated(lambda broken: plan_without(files, options, broken))


def plan_without(files: FilesRead, options: Options, broken: Broken) -> Planned:
    """The same without the files in ``broken``."""
    around, data = files.around, files.data
    parsing = Parsing(files, broken)
    findings = list(files.findings)
    index = build_index(data, parsing.parse, files.matters, files.by_other_paths)
    evaluator = index.evaluator
    context = Context(
        index,
        options.facts,
        Constants(evaluator, options.in_deployments()[0].variables),
        options.in_deployments(),
        outside=frozenset(around),
        other_files=files.found.others,
        release=options.release or installed_release(),
        polling_sensor=options.polling_sensor,
        to=options.to,
        starts_assets=first_start(data) if options.to == "specs" else None,
        entries=declared_entries(index.tree.modules),
    )
    context = prepared(context)
    claims = [claim for construct in constructs().values() for claim in construct.claims(context)]
    units = make_units(claims, context, Limits(options.only, options.skip))
    units = keep_what_may_be_used(units, {**broken, **parsing.unread}, data, context)
    findings += [problem for problem in index.problems if problem.place.path not in around]
    findings += jobs_that_deployments_lack(claims, context)
    findings += facts_to_change_by_hand(context)
    findings += imports_of_forks(index, around)
    findings += half_migrated(
        {path: raw.data for path, raw in files.raws.items()}, partial(_module_of, index, parsing.parse)
    )
    return Planned(
        context,
        units,
        parsing.read,
        tuple(findings),
        len(files.found.python),
        files.found.outside,
        files.interrupted,
    )


def _module_of(index: Index, parse: Parse, path: Path) -> Module | None:
    """A file, parsed now where the index has no need of it; None where it cannot be parsed."""
    parsed = index.tree.modules.get(path) or parse(path, b"")
    return parsed if isinstance(parsed, Module) else None
