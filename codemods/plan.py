"""Decide what migrates together, and what stays and why. Nothing is decided by file."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from legacy_shim.catalogue import BY_NAME

from .claims import Claim, Context, JobRef
from .facts import Job
from .findings import Finding
from .modules import Module
from .namespace import Namespace, namespace_of
from .roles import enclosing_annotation, role_of
from .scopes import Imported
from .settings import Setting
from .split import split
from .stand_ins import block_doubtful
from .units import Environment, Unit
from .v2 import DEFAULT_HOST
from .values import External, Made, legacy_name

_KEEP = re.compile(r"#\s*legacy-shim:\s*keep\b[\s:,.\-–—]*(.*)")


@dataclass(frozen=True)
class Limits:
    """What the user asked to leave alone, by the codes of legacy names."""

    only: frozenset[str] = frozenset()
    skip: frozenset[str] = frozenset()

    def leave(self, code: str) -> bool:
        return code in self.skip or (bool(self.only) and code not in self.only)


def make_units(claims: Sequence[Claim], context: Context, limits: Limits) -> tuple[Unit, ...]:
    """Group claims into units and decide each. In the order of the code."""
    claims = [*claims, *_unclaimed(claims, context)]
    claims = [_asked_to_keep(claim, context, limits) for claim in claims]
    claims = block_doubtful(claims, context, _components(context))
    claims = sorted(claims, key=lambda claim: (claim.module.place(claim.node), claim.construct))
    namespaces: dict[Module, Namespace] = {
        module: namespace_of(module, context.index.tree.names(module))
        for module in context.index.tree.modules.values()
    }
    reused: dict[Environment, Job] = {}
    units: list[Unit] = []
    for group in _groups(claims, context):
        parted = split(group, context, namespaces) if _may_be_parted(group) else None
        if parted is None:
            units.append(_unit(group, context, namespaces, reused))
        else:
            units.append(_unit(parted.migrating, context, namespaces, reused, parted.names))
            units.append(_unit(parted.staying, context, namespaces, reused))
    return tuple(units)


def _may_be_parted(claims: Iterable[Claim]) -> bool:
    """Whether some of a group is blocked, and nobody asked for its resource to be kept."""
    claims = list(claims)
    asked = any(
        finding.code == "LDC301"
        for claim in claims
        if claim.construct == "resource"
        for finding in claim.blocked
    )
    return any(claim.blocked for claim in claims) and not asked


def _unclaimed(claims: Iterable[Claim], context: Context) -> list[Claim]:
    """Uses of legacy names that no construct answers for: they stay on the facade."""
    answered = {node for claim in claims for node in claim.covers}
    found: list[Claim] = []
    for reference in context.index.references:
        first = reference.chain[0]
        if first in answered:
            continue
        for link in reference.chain:
            values = context.index.values(reference.module, link)
            named = [value for value in values if isinstance(value, External) and legacy_name(value)]
            if named:
                found.append(_stays(reference.module, first, link, legacy_name(named[0])))
                break
    return found


def _stays(module: Module, first: ast.expr, link: ast.expr, name: str) -> Claim:
    role = role_of(module, link)
    if role.kind == "annotation" or enclosing_annotation(module, link):
        said = f"`{name}` in this annotation"
    elif role.kind == "base":
        said = f"a subclass of `{name}` is rewritten by hand"
    elif role.kind == "flow":
        said = f"`{name}` gets another name here"
    else:
        said = f"this use of `{name}` is not rewritten"
    keys = frozenset({role.name}) if role.kind == "entry" and role.name != "**" else frozenset()
    return Claim(
        construct="",
        module=module,
        node=link,
        name=name,
        code=BY_NAME[name].code,
        keys=keys,
        blocked=(Finding(module.place(link), "LDC302", said, name),),
        covers=frozenset({first}),
    )


def _asked_to_keep(claim: Claim, context: Context, limits: Limits) -> Claim:
    if limits.leave(claim.code):
        finding = Finding(
            claim.module.place(claim.node), "LDC301", f"{claim.code} is left out on request", claim.name
        )
        return replace(claim, blocked=(finding, *claim.blocked))
    statement = claim.module.statement_of(claim.node)
    body = getattr(statement, "body", None)
    # Of a compound statement its head alone: what stands in it has statements of its own.
    last = body[0].lineno - 1 if body else statement.end_lineno
    for comment in context.style(claim.module).comments:
        if statement.lineno - 1 <= comment.line <= (last or statement.lineno):
            own_line_above = comment.line == statement.lineno - 1 and comment.trails
            found = _KEEP.search(comment.text)
            if found and not own_line_above:
                reason = found[1].strip() or "no reason is given"
                finding = Finding(claim.module.place(claim.node), "LDC301", reason, claim.name)
                return replace(claim, blocked=(finding, *claim.blocked))
    return claim


# -- groups


class _Groups:
    """Sets that are joined where something is in both (union-find)."""

    def __init__(self) -> None:
        self.above: dict[object, object] = {}

    def find(self, item: object) -> object:
        self.above.setdefault(item, item)
        while self.above[item] != item:
            self.above[item] = self.above[self.above[item]]
            item = self.above[item]
        return item

    def join(self, items: Iterable[object]) -> None:
        first, *rest = [self.find(item) for item in items]
        for other in rest:
            self.above[other] = first


def _groups(claims: Sequence[Claim], context: Context) -> list[list[Claim]]:
    parts = _components(context)
    groups = _Groups()
    bound: dict[str, set[object]] = defaultdict(set)
    for claim in claims:
        part = parts[claim.module.path]
        keys = [("key", part, key) for key in claim.keys]
        together = [("placeholders", part)] if claim.construct == "placeholders" else []
        groups.join([claim, *claim.resources, *keys, *together])
        if claim.resources or not claim.construct:
            for key in claim.keys:
                bound[key].add(("key", part, key))
    for claim in claims:
        for key in claim.keys:
            own = ("key", parts[claim.module.path], key)
            if own not in bound[key] and bound[key]:
                # Bound in no module that this one is connected with by imports we read: any of them may be meant.
                groups.join([own, *bound[key]])
    made = [claim for claim in claims if claim.construct == "resource"]
    for claim in claims:
        if claim.construct == "assets" and not claim.resources:
            # Its resource cannot be followed, so it may be any that is built in reach.
            part = parts[claim.module.path]
            groups.join([claim, *(other for other in made if parts[other.module.path] == part)])
    found: dict[object, list[Claim]] = defaultdict(list)
    for claim in claims:
        found[groups.find(claim)].append(claim)
    return list(found.values())


def _components(context: Context) -> dict[Path, object]:
    """Modules that import each other, directly or not, belong to one code location as far as we can tell."""
    tree = context.index.tree
    groups = _Groups()
    for module in tree.modules.values():
        groups.find(module.path)
        for table in tree.names(module).tables.values():
            for bindings in table.values():
                for binding in bindings:
                    if isinstance(binding, Imported):
                        inside = ".".join(filter(None, [binding.module, binding.name]))
                        for name in (binding.module, inside):
                            path = tree.resolve(module, name, binding.level)
                            if path in tree.modules:
                                groups.join([module.path, path])
    return {path: groups.find(path) for path in tree.modules}


# -- one unit


def _unit(
    claims: Sequence[Claim],
    context: Context,
    namespaces: Mapping[Module, Namespace],
    reused: dict[Environment, Job],
    beside: Mapping[Made, str] | None = None,
) -> Unit:
    resources = frozenset(resource for claim in claims for resource in claim.resources)
    loads = [ref for claim in claims if claim.construct in {"assets", "placeholders"} for ref in claim.jobs]
    refs = tuple(loads or [ref for claim in claims for ref in claim.jobs])
    jobs = _known_jobs(refs, context)
    all_jobs = _known_jobs([ref for claim in claims for ref in claim.jobs], context)
    kept = tuple(finding for claim in claims for finding in claim.blocked)
    environments = {Environment(job.project_id, job.environment_id) for job in jobs}
    if not kept and len(environments) > 1:
        kept = _several_environments(claims, jobs)
    if not kept:
        kept = _several_accounts(claims, context) or _facts_of_another_account(claims, all_jobs, context)
    if not kept and resources and not any(claim.construct in {"resource", "beside"} for claim in claims):
        kept = tuple(
            Finding(claim.module.place(claim.node), "LDC303", "its resource is not built here", claim.name)
            for claim in claims
        )
    if not kept and not resources and any(claim.keys for claim in claims):
        # A client or parameter whose resource is bound nowhere in sight.
        kept = tuple(
            Finding(
                claim.module.place(claim.node),
                "LDC303",
                f"no resource is bound to {_keys(claim)} in these files",
                claim.name,
            )
            for claim in claims
        )
    if not loads and not environments:
        # The client's calls depend on no environment, so the only one that the facts know does for it.
        environments = {Environment(job.project_id, job.environment_id) for job in context.facts.jobs}
    known = len(environments) == 1 and all(any(job.id == ref.job_id for job in jobs) for ref in loads)
    environment = environments.pop() if known else None
    job, reason = _reusable(loads, jobs, environment, reused) if not kept else (None, "")
    inline = _inline_names(claims, namespaces)
    return Unit(
        tuple(claims),
        resources,
        refs,
        all_jobs,
        environment,
        job,
        reason,
        kept,
        inline,
        beside or {},
        namespaces,
    )


def _inline_names(claims: Iterable[Claim], namespaces: Mapping[Module, Namespace]) -> dict[Made, str]:
    """A name for each resource that is built where the loader is called."""
    found: dict[Made, str] = {}
    inside = {id(node) for claim in claims if claim.construct == "assets" for node in ast.walk(claim.node)}
    for claim in claims:
        if claim.construct == "resource" and id(claim.node) in inside and isinstance(claim.value, Made):
            number = sum(value.module is claim.module for value in found) + 1
            wanted = "dbt_cloud" if number == 1 else f"dbt_cloud_{number}"
            found[claim.value] = namespaces[claim.module].fresh(wanted)
    return found


def _keys(claim: Claim) -> str:
    return " or ".join(f'"{key}"' for key in sorted(claim.keys)) or "it"


def _known_jobs(refs: Iterable[JobRef], context: Context) -> tuple[Job, ...]:
    found: dict[int, Job] = {}
    for ref in refs:
        job = context.facts.job(ref.job_id) if ref.job_id is not None else None
        if job is not None:
            found[job.id] = job
    return tuple(found.values())


def _several_environments(claims: Iterable[Claim], jobs: Iterable[Job]) -> tuple[Finding, ...]:
    told = ", ".join(
        f"job {job.id} in project {job.project_id}, environment {job.environment_id}" for job in jobs
    )
    return tuple(
        Finding(claim.module.place(claim.node), "LDC307", told, claim.name)
        for claim in claims
        if claim.construct == "resource"
    )


def _several_accounts(claims: Iterable[Claim], context: Context) -> tuple[Finding, ...]:
    """The facts of a job are those of one account: resources of several cannot share them."""
    accounts: dict[tuple[str, str], Claim] = {}
    for claim in claims:
        if claim.construct in {"resource", "beside"} and claim.detail is not None:
            account, host = (
                _told(context, claim.detail.values.get(name)) for name in ("account_id", "dbt_cloud_host")
            )
            accounts.setdefault((account, host.rstrip("/") or DEFAULT_HOST), claim)
    if len(accounts) < 2:
        return ()
    said = "its uses take resources of several accounts: " + ", ".join(
        f"{account} at {host}" for account, host in accounts
    )
    return tuple(
        Finding(claim.module.place(claim.node), "LDC307", said, claim.name) for claim in accounts.values()
    )


def _facts_of_another_account(
    claims: Iterable[Claim], jobs: Iterable[Job], context: Context
) -> tuple[Finding, ...]:
    """A job id of one account means another job, or none, in another."""
    found: list[Finding] = []
    for claim in claims:
        if claim.construct in {"resource", "beside"} and claim.detail is not None:
            account = _told(context, claim.detail.values.get("account_id"))
            found += [
                Finding(
                    claim.module.place(claim.node),
                    "LDC307",
                    f"the facts of job {job.id} are of account {job.account_id}, and this is account {account}",
                    claim.name,
                )
                for job in jobs
                if account.isdigit() and int(account) != job.account_id
            ]
    return tuple(found)


def _told(context: Context, setting: Setting | None) -> str:
    """What a setting is: its value, else the variable it is read from, else its text."""
    if setting is None:
        return ""
    module, node = setting.module, setting.node
    found = context.constants.read(module, node)
    if found is not None and not found.variable:
        return str(found.value)
    if isinstance(node, ast.Dict) and len(node.values) == 1:
        node = node.values[0]
    return context.constants.variable_of(module, node) or module.source_of(node).strip("\"'")


def _reusable(
    loads: Sequence[JobRef],
    jobs: Sequence[Job],
    environment: Environment | None,
    reused: dict[Environment, Job],
) -> tuple[Job | None, str]:
    """The user's job that a workspace can run by its name, or why there is none.

    v2 keeps one state for each project and environment, so all workspaces of one share one job.
    """
    if not loads or environment is None:
        return None, ""
    if environment in reused:
        return reused[environment], ""
    reason = ""
    for ref in loads:
        job = next(job for job in jobs if job.id == ref.job_id)
        if job.name_is_unique is False:
            reason = f"another job of its environment is called {job.name!r} too, and v2 finds jobs by name"
        elif job.generate_docs:
            reason = "it generates docs, whose results v2 would take for those of the run"
        else:
            reused[environment] = job
            return job, ""
    return None, reason


def kept_findings(unit: Unit) -> tuple[Finding, ...]:
    """What to tell of a unit that stays: each reason, and for the rest of it that it stays for them."""
    reasons = unit.kept
    places = {finding.place for finding in reasons}
    because = reasons[0]
    others = tuple(
        Finding(
            claim.module.place(claim.node),
            "LDC308",
            f"it belongs together with {because.place}",
            claim.name,
            related=(because.place,),
        )
        for claim in unit.claims
        if not claim.blocked and claim.module.place(claim.node) not in places
    )
    return (*reasons, *others)
