"""Migration units: one resource (or several that cannot be distinguished) and all that reaches it."""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

from ..analysis.inference.values import Made, Value
from ..analysis.syntax.source_module import Module
from ..editing.namespace import Namespace
from ..facts.jobs import Job
from ..findings import Finding
from .claims import Claim, JobRef, Rewrite
from .parts import BUILDING
from .v2 import Use, using


@dataclass(frozen=True)
class Environment:
    """The dbt Cloud environment that a workspace serves."""

    project_id: int
    environment_id: int

    @classmethod
    def of(cls, job: Job) -> Environment:
        """The environment that a job runs in."""
        return cls(job.project_id, job.environment_id)


@dataclass(frozen=True, eq=False)
class Table:
    """What deployments differ in, by the id of the job that each runs."""

    rows: Mapping[int, Mapping[str, object]] = field(default_factory=dict)
    columns: Mapping[Made | JobRef, Set[str]] = field(default_factory=dict)
    """What the workspace of a resource, or a load of a job, reads from it; the rest is the same everywhere."""
    keys: Mapping[Made, JobRef] = field(default_factory=dict)
    """The job that says where a resource belongs, for each that reads the table."""
    homes: Mapping[Made | JobRef, Module] = field(default_factory=dict)
    """The file whose table each of them reads."""
    missing: Set[int] = frozenset()
    """The jobs of deployments whose facts are not there yet: their rows hold placeholders."""
    apart: Set[Value] = frozenset()
    """The loads that make a workspace of their own, with the credentials of the one that they are given."""


@dataclass(frozen=True, eq=False)
class Reuse:
    """The user's own job that the workspaces of an environment run, and why there is none."""

    jobs: Mapping[Environment, Job]
    reasons: Mapping[Environment, str]


@dataclass(frozen=True, eq=False)
class Unit:
    """What migrates, or stays, together; and what is known of it."""

    claims: tuple[Claim, ...]
    resources: frozenset[Made]
    job_refs: tuple[JobRef, ...]
    jobs_by_ref: Mapping[JobRef, tuple[Job, ...]]
    """The facts of the jobs that each reference may mean, as far as they are known."""
    environments: Mapping[Made, Environment]
    """The environment of each resource; not of one for which a fact is missing."""
    reused: Mapping[Environment, Job]
    """The user's own job that the workspaces of an environment run, instead of one that Dagster creates."""
    not_reused: Mapping[Environment, str]
    """Why no job of an environment is reused."""
    kept: tuple[Finding, ...]
    """Why the unit stays on the facade; empty where it migrates."""
    inline: Mapping[Made, str]
    """The names for workspaces whose resource is built inside a call of the loader: they get a statement of their own."""
    beside: Mapping[Made, str]
    """The names of workspaces that are added beside resources; empty where the resource itself becomes one."""
    _namespaces: Mapping[Module, Namespace] = field(repr=False, default_factory=dict)
    table: Table = Table()
    reuse_in: Mapping[str, Reuse] = field(default_factory=dict)
    """What `reused` and `not_reused` are in each deployment."""
    outside: frozenset[Path] = frozenset()
    """Files that are not among the given ones."""

    @property
    def migrates(self) -> bool:
        return not self.kept

    @cached_property
    def waits(self) -> bool:
        """Whether facts of jobs are all that it lacks."""
        return bool(self.kept) and all(finding.code == "LDC401" for finding in self.kept)

    @property
    def claims_inside(self) -> tuple[Claim, ...]:
        """Those in the given files."""
        return tuple(claim for claim in self.claims if claim.module.path not in self.outside)

    @property
    def jobs(self) -> tuple[Job, ...]:
        """The facts of all of its jobs, as far as they are known."""
        return tuple(dict.fromkeys(job for ref in self.job_refs for job in self.jobs_by_ref[ref]))

    def jobs_of(self, ref: JobRef) -> tuple[Job, ...]:
        """The facts of the jobs that a reference may mean, as far as they are known."""
        return self.jobs_by_ref.get(ref, ())

    def job_of(self, ref: JobRef) -> Job | None:
        """The facts of the one job that a reference means."""
        jobs = self.jobs_of(ref)
        return jobs[0] if len(jobs) == 1 and ref.job_id is not None else None

    def where(self, ref: JobRef, job: Job) -> Unit:
        """The unit as a deployment has it in which a reference means a job."""
        names = (name for name, ids in ref.by_deployment.items() if job.id in ids)
        reuse = self.reuse_in.get(next(names, ""))
        return self if reuse is None else replace(self, reused=reuse.jobs, not_reused=reuse.reasons)

    def is_apart(self, load: Claim) -> bool:
        """Whether a load makes a workspace of its own, with the credentials of the one that it is given."""
        return load.value in self.table.apart

    def builders_of(self, load: Claim) -> tuple[Claim, ...]:
        """What builds the resources of a load."""
        return tuple(
            claim
            for claim in self.claims
            if isinstance(claim.part, BUILDING) and claim.value in load.resources
        )

    def namespace(self, module: Module) -> Namespace:
        return self._namespaces[module]

    def start_over(self) -> None:
        """Forget the names that rewrites of this unit have asked for."""
        for namespace in self._namespaces.values():
            namespace.start_over()

    def using(self, rewrite: Rewrite, module: Module) -> Use:
        """A function that imports a name into ``module`` and answers how to write it there."""
        return using(rewrite, module, self._namespaces[module])
