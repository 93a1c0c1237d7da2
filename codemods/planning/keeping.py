"""What stays on the facade without being looked at further: on request, or because no construct answers for it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from legacy_shim.catalogue import BY_NAME

from ..analysis.inference.values import (
    External,
    in_order,
    legacy_name,
)
from ..analysis.syntax.functions import decorator_name, is_getattr
from ..analysis.syntax.source_module import (
    FUNCTIONS,
    Module,
)
from ..analysis.uses.keys import keys_of
from ..analysis.uses.uses import (
    Annotation,
    Base,
    Entry,
    Flow,
    enclosing_annotation,
    use_of,
)
from ..findings import Finding
from .claims import NO_CONSTRUCT, Claim, Context
from .parts import Stays
from .units import Unit

_KEEP = re.compile(r"#\s*legacy-shim:\s*keep\b[\s:,.\-–—]*(.*)")


_BY_HAND = {
    "load_assets_from_dbt_cloud_job": "call it where its assets are given to Definitions, with its arguments written out: "
    "`load_assets_from_dbt_cloud_job(dbt_cloud=dbt_cloud, job_id=67890)`",
    "dbt_cloud_run_op": 'give it its job and a name: `run_it = dbt_cloud_run_op.configured({"job_id": 67890}, name="run_it")`',
    "dbt_cloud_resource": 'configure it where it is bound: `dbt_cloud_resource.configured({"auth_token": {"env": "DBT_CLOUD_API_TOKEN"}, '
    '"account_id": 12345})`',
    "DbtCloudClient": "build the resource at the top of the file and take the client from it: "
    "`DbtCloudClientResource(auth_token=..., account_id=...).get_dbt_client()`",
    "DbtCloudRunStatus": 'write what dbt Cloud answers: `run["status_humanized"] == "Success"`, or `run["status"] == 10`',
    "DbtCloudRunOpConfig": 'write `{"config": {"job_id": 67890}}` in its place in run configuration, or declare a `Config` class of your own',
    "DbtCloudOutput": 'read the details of the run: `run["id"]`, `run["job_definition_id"]`, `run["status_humanized"]`',
}
"""What to write instead, where a use has no v2 form."""
_TYPES = {
    "dbt_cloud_resource": "DbtCloudWorkspace",
    "DbtCloudClientResource": "DbtCloudWorkspace",
    "DbtCloudResource": "DbtCloudWorkspaceClient",
    "DbtCloudClient": "DbtCloudWorkspaceClient",
    "DbtCloudOutput": "dict",
    "DbtCloudRunStatus": "str",
}
"""The types that take the place of legacy ones in annotations."""
_OWN_TYPES = {"DbtCloudRunOpConfig": "name a `Config` class of your own"}
_BASE = "put what it changes into functions that take v2's client"
_BASES = {
    "DbtCloudRunOpConfig": "derive it from `dagster.Config`, and declare the fields that you read: `job_id: int`, `poll_interval: float = 10`"
}
"""What to do with classes that derive from legacy ones."""


@dataclass(frozen=True)
class Limits:
    """What the user asked to leave alone, by the codes of legacy names."""

    only: frozenset[str] = frozenset()
    skip: frozenset[str] = frozenset()

    def leave(self, code: str) -> bool:
        return code in self.skip or (bool(self.only) and code not in self.only)


def unclaimed(claims: Iterable[Claim], context: Context) -> list[Claim]:
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
            if named and not _only_copies(context, reference.module, link):
                found.append(_stays(context, reference.module, first, link, legacy_name(in_order(named)[0])))
                break
    return found


def _only_copies(context: Context, module: Module, link: ast.expr) -> bool:
    """Whether a link is ``list(x)``, where ``x`` is what is legacy: that is a reference itself."""
    if not isinstance(link, ast.Call) or is_getattr(link):
        return False
    return not any(legacy_name(value) for value in context.index.values(module, link.func))


def _of_fake(module: Module, link: ast.expr, name: str) -> str:
    """What to write where a test makes a fake of a client, or the run that it answers; empty for other uses."""
    above = module.parent(link)
    call = module.parent(above) if isinstance(above, ast.keyword) else above
    if not isinstance(call, ast.Call):
        return ""
    is_spec = isinstance(above, ast.keyword) and above.arg in {"spec", "spec_set", "autospec"}
    if (is_spec or decorator_name(call) == "create_autospec") and name in _TYPES:
        return (
            f"a fake is made of `{name}`, which the migrated code does not call: name `{_TYPES[name]}` here, "
            "and give the fake the methods that the migrated code calls"
        )
    if name != "DbtCloudOutput" or call.func is not link:
        return ""
    given = next((word.value for word in call.keywords if word.arg == "run_details"), None)
    details = module.source_of(given).split("\n", 1)[0] if given is not None else '{"id": 1, "status": 10}'
    return f"an object of `{name}` is made here, and the migrated code reads the details of the run: write `{details}` in its place"


def _stays(context: Context, module: Module, first: ast.expr, link: ast.expr, name: str) -> Claim:
    use = use_of(module, link)
    by_hand = _BY_HAND.get(name, f"use {BY_NAME[name].replacement}")
    if isinstance(use, Annotation) or enclosing_annotation(module, link):
        by_hand = f"name `{_TYPES[name]}`" if name in _TYPES else _OWN_TYPES.get(name, "name v2's type")
        said = f"`{name}` in this annotation is not rewritten: {by_hand} here, or no type"
    elif isinstance(use, Base):
        said = f"a subclass of `{name}` must be rewritten by hand: {_BASES.get(name, _BASE)}"
    elif fake := _of_fake(module, link, name):
        said = fake
    elif isinstance(use, Flow):
        said = f"`{name}` is assigned to another name here: {by_hand}"
    else:
        said = f"this use of `{name}` has no v2 form: {by_hand}"
    keys = keys_of(context.index.evaluator, use) if isinstance(use, Entry) else frozenset()
    keys |= _filled_by_a_decorator(module, link)
    return Claim(
        construct=NO_CONSTRUCT,
        part=Stays(),
        detail=None,
        module=module,
        node=link,
        name=name,
        code=BY_NAME[name].code,
        keys=keys,
        blocked=(Finding(module.place(link), "LDC302", said, name),),
        covers=frozenset({first}),
    )


def _filled_by_a_decorator(module: Module, annotation: ast.expr) -> frozenset[str]:
    """The resource key that a parameter may be filled by, where something decorates its function."""
    arg = next((above for above in module.ancestors(annotation) if isinstance(above, ast.arg)), None)
    function = module.function_of(annotation)
    decorated = isinstance(function, FUNCTIONS) and bool(function.decorator_list)
    return frozenset({arg.arg}) if arg is not None and decorated else frozenset()


def asked_to_keep(claim: Claim, context: Context, limits: Limits) -> Claim:
    """The claim, blocked where the user asked for it to be kept: by a comment, by its code, or by the paths given."""
    if claim.module.path in context.outside:
        said = f"{claim.module.path} is not among the files to migrate"
        finding = Finding(claim.module.place(claim.node), "LDC301", said, claim.name)
        return replace(claim, blocked=(finding, *claim.blocked))
    if limits.leave(claim.code):
        finding = Finding(
            claim.module.place(claim.node),
            "LDC301",
            f"{claim.code} is left out by --only or --skip",
            claim.name,
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


def kept_findings(unit: Unit) -> tuple[Finding, ...]:
    """The findings of a unit that stays: each reason, and for its other uses that they stay because of them."""
    reasons = tuple(finding for finding in unit.kept if finding.place.path not in unit.outside)
    places = {finding.place for finding in reasons}
    because = reasons[0] if reasons else unit.kept[0]
    why = "" if reasons else ", which is not among the files to migrate"
    code, together = (
        ("LDC401", "it waits for the facts of") if unit.waits else ("LDC308", "it must stay together with")
    )
    others = tuple(
        Finding(
            claim.module.place(claim.node),
            code,
            f"{together} {because.place}{why}",
            claim.name,
            related=(because.place,),
        )
        for claim in unit.claims_inside
        if not claim.blocked and claim.module.place(claim.node) not in places
    )
    more = tuple(finding for claim in unit.claims_inside for finding in claim.if_kept)
    return (*reasons, *others, *more)
