"""The verification: make both trees, load both, try the same on both, judge."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import UsageError
from ..facts.trust import DEFAULT_TOKEN_ENV
from ..findings import Finding
from ..reporting.classes import ACT, class_of
from .actions import Plan, make_plan
from .code_environment import with_made_up_tokens
from .facts_at_hand import ask_dbt_cloud, require_facts
from .judgement import Judged, judge
from .local_cloud import LocalCloud, local_cloud
from .notes import notes, uses_kept
from .observation import Stage, environment_error, load_error, missing_variables, observe
from .request import Request
from .trees import Tree, Trees, give_own_repository, make_trees

if TYPE_CHECKING:
    from legacy_shim.snapshot.schema import Snapshot

Note = Callable[[str], None]

_PASS = "A variable of your environment is used where --pass-env NAME, or a file of --env-file, names it."


@dataclass(frozen=True)
class Side:
    """One side as it was seen."""

    what: str
    """Which tree it is, in words."""
    snapshot: Snapshot


@dataclass(frozen=True)
class Result:
    """What a verification came to."""

    before: Side
    after: Side
    differences: tuple[Judged, ...]
    plan: Plan
    notes: tuple[str, ...]
    findings: tuple[Finding, ...]
    """Every behaviour change that the migration reported (LDC2xx), without those of jobs that other deployments run."""

    @property
    def unseen(self) -> tuple[Finding, ...]:
        """What was reported and is not visible in this comparison: failures, time limits, requests."""
        seen = {reason for row in self.differences for reason in row.reasons}
        return tuple(finding for finding in self.findings if finding not in seen)

    @property
    def needs_action(self) -> tuple[str, ...]:
        """The codes of what somebody must do before the migrated code is deployed, as jobs that share a dbt Cloud job."""
        return tuple(sorted({finding.code for finding in self.findings if class_of(finding) is ACT}))

    def of(self, verdict: str) -> tuple[Judged, ...]:
        return tuple(row for row in self.differences if row.verdict == verdict)

    @property
    def is_as_reported(self) -> bool:
        """Whether every difference is one that the migration reported."""
        return all(row.verdict == "expected" for row in self.differences)


@contextmanager
def _work() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="legacy-shim-verify-") as temporary:
        yield Path(temporary).resolve()


@contextmanager
def with_facts(request: Request, note: Note, step: Callable[[str], None]) -> Iterator[Request]:
    """The request with what ``--lookup`` asks for, once for all deployments. `note` gets a line for each request."""
    with _work() as work:
        if request.dbt.lookup:
            step("Asking dbt Cloud")
            facts, dbt = ask_dbt_cloud(request, work, note)
            dbt = replace(dbt, lookup=False)
            request = replace(request, dbt=dbt, options=replace(request.options, facts=facts))
        yield request


def verify(request: Request, step: Callable[[str], None]) -> Result:
    """Verify. `step` gets what is being done.

    Nothing in the user's tree changes, and nothing goes to dbt Cloud.
    Raises UsageError where a side cannot be loaded, with the user's part of the traceback.
    """
    with _work() as work:
        require_facts(request)
        step("Migrating a copy")
        trees = make_trees(request, request.options, work)
        _require_complete(trees)
        step("Starting a local dbt Cloud")
        with local_cloud(request.options.facts, request.dbt, work, request.options.env) as cloud:
            before, after, plan = _observe_both(request, trees, cloud, work, step)
    step("Comparing")
    report = trees.migration
    differences = judge(before, after, report.findings)
    return Result(
        Side(trees.before.what, before),
        Side(trees.after.what, after),
        tuple(differences),
        plan,
        (*notes(before, after, plan, report), *(uses_kept(report) if trees.migrated_here else ())),
        tuple(
            one for one in report.findings if one.is_difference and report.concerns(one, request.deployment)
        ),
    )


def _require_complete(trees: Trees) -> None:
    """Where a fact is missing, the migrated code raises when it loads, and says less than this."""
    missing = [finding for finding in trees.migration.findings if finding.code.startswith("LDC4")]
    if missing:
        hint = [_PASS] if any(finding.code == "LDC402" for finding in missing) else []
        rows = [f"  {_line(row)}" for row in missing]
        raise UsageError("\n".join(["the facts are not complete:", *rows, *hint]))


def _line(finding: Finding) -> str:
    return f"{finding.place}  {finding.code} {finding.message or finding.title}"


def _observe_both(
    request: Request, trees: Trees, cloud: LocalCloud, work: Path, step: Callable[[str], None]
) -> tuple[Snapshot, Snapshot, Plan]:
    tokens = (DEFAULT_TOKEN_ENV, *trees.migration.token_variables)
    env = with_made_up_tokens(request.options.env, tokens)
    stages = [
        _stage(trees.before, cloud, env, work / "of_before", serves_old_names=True),
        _stage(trees.after, cloud, env, work / "of_after", serves_old_names=not trees.migrated_here),
    ]
    step("Loading both sides")
    with ExitStack() as stack:
        sides = [stack.enter_context(observe(stage, "snapshot")) for stage in stages]
        documents = [side.loaded() for side in sides]
        _require_loaded(stages, documents, step)
        plan = make_plan(documents[0], documents[1], request)
        step("Materializing on both sides")
        for side in sides:
            side.execute(tuple(plan.actions))
        before, after = (side.finished() for side in sides)
        _require_loaded(stages, (before, after), step)
    return before, after, plan


def _stage(
    tree: Tree, cloud: LocalCloud, env: Mapping[str, str], work: Path, *, serves_old_names: bool
) -> Stage:
    work.mkdir()
    give_own_repository(tree, work / "repository")
    return Stage(tree, cloud, env, serves_old_names, work)


def _require_loaded(
    stages: Sequence[Stage], documents: Sequence[Snapshot], step: Callable[[str], None]
) -> None:
    if any(document["error"] and document["error"]["variables"] for document in documents):
        step("Finding out which environment variables are missing")
        names: list[str] = []
        for stage, document in zip(stages, documents, strict=True):
            names = missing_variables(stage, document, names)
        if names:
            raise environment_error(names)
    for stage, document in zip(stages, documents, strict=True):
        if document["error"]:
            raise load_error(stage, document)
