"""Migration units: one resource (or several that cannot be told apart) and all that reaches it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from .claims import Claim, JobRef, Rewrite
from .facts import Job
from .findings import Finding
from .modules import Module
from .namespace import Namespace
from .v2 import Use, using
from .values import Made


@dataclass(frozen=True)
class Environment:
    """The dbt Cloud environment that a workspace serves."""

    project_id: int
    environment_id: int


@dataclass(frozen=True, eq=False)
class Unit:
    """What migrates, or stays, together; and what is known of it."""

    claims: tuple[Claim, ...]
    resources: frozenset[Made]
    job_refs: tuple[JobRef, ...]
    jobs: tuple[Job, ...]
    """The facts of its jobs, as far as they are known."""
    environment: Environment | None
    """None where a fact is missing."""
    reused: Job | None
    """The user's own job that the workspace runs, instead of one that Dagster creates."""
    not_reused: str
    """Why no job is reused; empty where one is, or where the unit loads no assets."""
    kept: tuple[Finding, ...]
    """Why the unit stays on the facade; empty where it migrates."""
    inline: Mapping[Made, str]
    """The names for workspaces whose resource is built inside a call of the loader: they get a statement of their own."""
    beside: Mapping[Made, str]
    """The names of workspaces that are added beside resources which stay; empty where the resource itself migrates."""
    _namespaces: Mapping[Module, Namespace] = field(repr=False, default_factory=dict)

    @property
    def migrates(self) -> bool:
        return not self.kept

    def job_of(self, ref: JobRef) -> Job | None:
        """The facts of the job that a claim names."""
        return next((job for job in self.jobs if job.id == ref.job_id), None)

    def namespace(self, module: Module) -> Namespace:
        return self._namespaces[module]

    def start_over(self) -> None:
        """Forget the names that rewrites of this unit have asked for."""
        for namespace in self._namespaces.values():
            namespace.start_over()

    def using(self, rewrite: Rewrite, module: Module) -> Use:
        """A function that imports a name into ``module`` and answers how to write it there."""
        return using(rewrite, module, self._namespaces[module])
