"""What a construct says of a use: what it is, what it needs, and what stands in the way of its v2 form."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Generic, TypeGuard

from ..analysis.inference.asked_first import is_none_passed_by
from ..analysis.inference.constants import Constants
from ..analysis.inference.empty_loops import loops_over_nothing
from ..analysis.inference.known_if_set import known_if_set
from ..analysis.inference.left_out import is_left_out, is_none_left_out
from ..analysis.inference.values import (
    Made,
    Member,
    Result,
    Value,
)
from ..analysis.syntax.source_module import Module
from ..analysis.timing.environment import may_be_set, may_change
from ..analysis.uses.index import Index
from ..editing.edits import Edit, Import
from ..editing.style import Style, style_of
from ..facts.deployments import Deployment
from ..facts.jobs import Facts
from ..facts.release import Release
from ..files.code_locations import Entries
from ..findings import Finding, Place
from ..options import Target
from .parts import BUILDING, Loads, Part
from .settings import Settings

_SETS_NOTHING = Deployment("", {})
"""A deployment that nobody gave, and that sets no variable."""


@dataclass(frozen=True)
class JobRef:
    """A dbt Cloud job that the code names, or one of several."""

    module: Module
    node: ast.expr
    job_ids: tuple[int, ...]
    """Which it may be; none where that is not known."""
    variable: str = ""
    """The environment variable that the id comes from, if any."""
    is_computed: bool = False
    """Whether the id cannot be known from that variable: it is set in every deployment, or more is made of it than is followed."""
    parameter: str = ""
    """The parameter that the id comes from, if any: the one call in sight gives it."""
    by_deployment: Mapping[str, tuple[int, ...]] = field(default_factory=dict, compare=False)
    """Which it may be in each deployment, by name."""
    absent: tuple[str, ...] = field(default=(), compare=False)
    """The deployments where the code does not come here: their table has no such job."""
    may_be_left_out: bool = field(default=False, compare=False)
    """Whether the code does not come here in some deployment, given or not: nothing outside of the branch may read the id."""

    @property
    def job_id(self) -> int | None:
        """The id, where it is one; None where it may be several or is not known."""
        return self.job_ids[0] if len(self.job_ids) == 1 else None

    @property
    def source(self) -> str:
        """What the id comes from and could come otherwise from; empty where the code names it."""
        return self.variable or self.parameter

    @property
    def varies(self) -> bool:
        """Whether deployments run different jobs here."""
        return len({ids for ids in self.by_deployment.values() if ids}) > 1

    @property
    def at_once(self) -> int:
        """How many jobs it may be in one deployment."""
        return max(map(len, self.by_deployment.values()), default=len(self.job_ids))

    @property
    def in_words(self) -> str:
        """Which job it is in each deployment."""
        return ", ".join(
            f"job {' or '.join(map(str, ids))} in {name}"
            for name, ids in self.by_deployment.items()
            if ids and name not in self.absent
        )

    def job_in_words(self, job_id: int) -> str:
        """One of the jobs, with the deployments that run it where others do not."""
        names = [name for name, ids in self.by_deployment.items() if job_id in ids]
        return f"job {job_id} in deployment {' and '.join(names)}" if self.varies else f"job {job_id}"

    def surely_in(self, deployment: str) -> tuple[int, ...]:
        """The jobs that it is in a deployment, and not only may be."""
        ids = self.by_deployment.get(deployment, ()) if deployment not in self.absent else ()
        return ids if len(ids) == 1 or self.parameter else ()

    @property
    def lacking(self) -> tuple[str, ...]:
        """The named deployments that do not name the job."""
        return tuple(name for name, ids in self.by_deployment.items() if name and not ids)


if TYPE_CHECKING:
    from typing_extensions import TypeVar

    D_co = TypeVar("D_co", covariant=True, default=object)
else:
    from typing import TypeVar

    D_co = TypeVar("D_co", covariant=True)


@dataclass(frozen=True)
class Kind(Generic[D_co]):
    """The claims of one construct: its name, and the type of what they know beside what every claim does."""

    name: str

    def made(self, claim: Claim) -> TypeGuard[Claim[D_co]]:
        """Whether a claim is one of them."""
        return claim.construct == self

    def among(self, claims: Iterable[Claim]) -> list[Claim[D_co]]:
        """Those of some claims that are."""
        return [claim for claim in claims if self.made(claim)]


NO_CONSTRUCT = Kind[None]("")
"""The claims of planning itself, for uses that no construct answers for."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Claim(Generic[D_co]):
    """One site: a use of a legacy name that one construct is responsible for."""

    construct: Kind[D_co]
    part: Part
    """What it does in its unit, which is all that planning asks for."""
    module: Module
    node: ast.expr
    name: str
    """The legacy name."""
    code: str
    value: Value | None = None
    resources: frozenset[Made] = frozenset()
    """The resources that it uses or makes."""
    keys: frozenset[str] = frozenset()
    """The resource keys under which it finds or binds its resource."""
    jobs: tuple[JobRef, ...] = ()
    blocked: tuple[Finding, ...] = ()
    """Why it cannot become v2; empty where it can."""
    if_kept: tuple[Finding, ...] = ()
    """What to report beside the reasons, where it stays on the facade."""
    covers: frozenset[ast.AST] = frozenset()
    """The first nodes of the references that it answers for."""
    detail: D_co
    """What its construct has read of the use, for its rewrite."""
    is_site: bool = True
    """Whether it counts as a use of the legacy API: what only goes along with one does not."""

    @property
    def settings(self) -> Settings | None:
        """What the resource that it builds is built with, as far as that can be read."""
        return self.part.settings if isinstance(self.part, BUILDING) else None

    @property
    def makes_several(self) -> bool:
        """Whether it loads several jobs by one call."""
        return isinstance(self.part, Loads) and self.part.makes_several


@dataclass
class Rewrite:
    """What the v2 form of a claim takes: changes by file, imports by file, and findings."""

    edits: list[tuple[Module, Edit]] = field(default_factory=list)
    imports: list[tuple[Module, Import]] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    files: list[tuple[Path, str]] = field(default_factory=list)
    """New files: where none is, and their texts."""

    def edit(self, module: Module, edit: Edit) -> None:
        self.edits.append((module, edit))

    def need(self, module: Module, imported: Import) -> None:
        self.imports.append((module, imported))

    def create(self, path: Path, text: str) -> None:
        self.files.append((path, text))

    def report(
        self,
        module: Module,
        node: ast.AST,
        code: str,
        message: str,
        name: str = "",
        *,
        jobs: tuple[int, ...] = (),
        related: tuple[Place, ...] = (),
    ) -> None:
        """Report a finding. One that names no job is about all jobs of the claim."""
        self.findings.append(Finding(module.place(node), code, message, name, related, jobs))


@dataclass(frozen=True, eq=False)
class Context:
    """What the constructs work with."""

    index: Index
    facts: Facts
    constants: Constants
    """In the first of the deployments."""
    deployments: tuple[Deployment, ...] = (Deployment(),)
    outside: frozenset[Path] = frozenset()
    """Files that are read for what they import, and never changed: they are not among the given ones."""
    other_files: tuple[Path, ...] = ()
    """Files that are not Python: workflows, configuration, documents."""
    release: Release = field(default_factory=Release)
    """The dagster-dbt that the code will run with."""
    polling_sensor: bool = False
    """Whether the user asked for the sensor that records other runs of the environment."""
    to: Target = "decorator"
    """What the user asked loads to become."""
    starts_assets: Place | None = None
    """A place in whatever file that may have Dagster materialize assets; looked for where loads are to be observed."""
    entries: Entries = field(default_factory=Entries)
    """The code locations that the project declares."""
    run_classes: Mapping[Module, Import] = field(default_factory=dict)
    """What imports the class of these objects in each file that names it and does not define it."""
    run_objects: bool = False
    """Whether what ``run_job_and_poll`` answers stays an object: then nothing that reads one is rewritten."""
    no_run_objects: str = ""
    """Why it does not, although the run goes out of sight; empty where it does, or need not."""
    placed: dict[ast.Call, set[Made]] = field(default_factory=lambda: defaultdict(set), repr=False)
    """The resources of all loads that a call like ``Definitions(...)`` is given."""
    _styles: dict[Module, Style] = field(default_factory=dict, repr=False)

    def style(self, module: Module) -> Style:
        if module not in self._styles:
            self._styles[module] = style_of(module)
        return self._styles[module]

    def constants_in(self, deployment: Deployment) -> Constants:
        """What expressions are in a deployment."""
        is_whole = len(self.deployments) > 1  # one alone may be whatever shell the tool runs in
        evaluator = self.constants.evaluator
        is_set = partial(may_be_set, evaluator, deployment.variables)
        return Constants(evaluator, deployment.variables, is_whole, is_set)

    def job_ref(self, module: Module, node: ast.expr) -> JobRef:
        """The job that an expression names, in each deployment."""
        variable = self.constants.variable_of(module, node)
        found = {one.name: self._job_ids(one, module, node) for one in self.deployments}
        absent = [
            one.name
            for one in self.deployments
            if one.name and (self._is_absent(one, module, node) or self._is_left_out(one, module, node))
        ]
        elsewhere = next((ids for name, ids in found.items() if ids and name not in absent), {})
        # Where its key is in no table the code does not come here, and any job is right.
        found |= dict.fromkeys(absent, elsewhere)
        by_deployment = {name: tuple(ids) for name, ids in found.items()}
        read = tuple(dict.fromkeys(job_id for ids in found.values() for job_id in ids))
        if not read and variable and may_change(self.constants.evaluator, variable):
            return JobRef(module, node, ())
        if not read:
            is_set = all(variable in one.variables for one in self.deployments)
            is_computed = is_set or not known_if_set(self.constants, module, node)
            return JobRef(module, node, (), variable, is_computed, by_deployment=by_deployment)
        source = next((name for ids in found.values() for name in ids.values() if name), variable)
        read_from = {name for ids in found.values() for name in ids.values() if name}
        if any(may_change(self.constants.evaluator, name) for name in read_from):
            return JobRef(module, node, ())
        if not source and not all(found.values()):
            return JobRef(module, node, ())  # What is read in one deployment says nothing of another.
        if not source and (absent or self._may_be_another(module, node, read)):
            # A deployment that nobody gave may have another job there: it is refused.
            source = module.source_of(node)
        return JobRef(
            module,
            node,
            read,
            source,
            parameter=self.constants.parameter_of(module, node),
            by_deployment=by_deployment,
            absent=tuple(absent),
            may_be_left_out=bool(absent)
            or is_none_passed_by(module, node)
            or self._is_left_out(_SETS_NOTHING, module, node),
        )

    def _may_be_another(self, module: Module, node: ast.expr, read: Sequence[int]) -> bool:
        """Whether a deployment that nobody gave may take another branch, to a job that none of those given has."""
        if len(self.deployments) == 1:
            return False
        found = self.constants.integers(module, node)
        return found is None or any(int(str(one.value)) not in read for one in found)

    def _is_absent(self, deployment: Deployment, module: Module, node: ast.expr) -> bool:
        """Whether an id stands under a key that the table of a deployment surely does not have."""
        return isinstance(node, ast.Subscript) and self.constants_in(deployment).is_absent(module, node)

    def _is_left_out(self, deployment: Deployment, module: Module, node: ast.expr) -> bool:
        """Whether the code does not come to an id: it asks first for what a deployment does not set, or loops over nothing."""
        constants = self.constants_in(deployment)
        ways_past = (is_left_out, is_none_left_out, loops_over_nothing)
        return not self._job_ids(deployment, module, node) and any(
            leads_past(constants, module, node) for leads_past in ways_past
        )

    def _job_ids(self, deployment: Deployment, module: Module, node: ast.expr) -> dict[int, str]:
        """The ids that an expression may be in a deployment, and what each is read from."""
        found: dict[int, str] = {}
        constants = self.constants_in(deployment).integers(module, node) or ()
        if any(may_change(self.constants.evaluator, name) for one in constants for name in one.named_by):
            return found
        if len(self.deployments) > 1 and any(one.is_default for one in constants):
            return found  # Each deployment may set another; what stands here is of none.
        for constant in constants:
            job_id = int(str(constant.value))
            found[job_id] = (
                found.get(job_id, "") or constant.variable
            )  # Also where the code names it beside that.
        # What stands for none, as in `os.getenv("JOB_ID", 0)`.
        return found if found and min(found) > 0 else {}


def about(refs: Iterable[JobRef], finding: Finding) -> Finding:
    """The finding; where it names no job, as one about those that are referred to."""
    jobs = finding.jobs or tuple(sorted({job_id for ref in refs for job_id in ref.job_ids}))
    return finding if jobs == finding.jobs else replace(finding, jobs=jobs)


def covered(nodes: list[ast.AST]) -> frozenset[ast.AST]:
    """The names that stand in ``nodes``: what a claim answers for when it rewrites these as a whole."""
    return frozenset(inner for node in nodes for inner in ast.walk(node) if isinstance(inner, ast.Name))


def goes_by_name(context: Context, module: Module, node: ast.AST, name: str) -> tuple[Finding, ...]:
    """Why what a run answers as the output of an op, at ``node``, cannot be followed; nothing where it can."""
    if context.index.wires_by_name:
        said = "ops are wired with `DependencyDefinition`, through which its answer cannot be followed"
    elif context.index.reads_outputs_in_hooks:
        said = "a hook reads `op_output_values`, in which its answer cannot be followed"
    else:
        return ()
    return (Finding(module.place(node), "LDC303", said, name),)


def receiver_of(claim: Claim) -> ast.expr | None:
    """What an attribute is read of, or a method called of, where the claim is about that."""
    if not isinstance(claim.value, (Member, Result)):
        return None
    node = claim.node.func if isinstance(claim.node, ast.Call) else claim.node
    return node.value if isinstance(node, ast.Attribute) else None
