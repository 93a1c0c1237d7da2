"""Uses of legacy values that are not accounted for keep what they may reach on the facade."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from legacy_shim.catalogue import BY_NAME

from ..analysis.inference.legacy_names import is_op, is_output, thing_kind
from ..analysis.inference.values import Keyed, Made, Value, Values, is_load, legacy_name, root
from ..analysis.project.test_files import is_test
from ..analysis.uses.accounting import escapes_of
from ..analysis.uses.escape import Escape
from ..findings import Finding
from .claims import NO_CONSTRUCT, Claim, Context
from .parts import Escapes
from .taken_out import taken_out_beside

OP_KEY = "dbt_cloud"
"""The resource key of ``dbt_cloud_run_op``."""
_CLIENT = "DbtCloudClientResource"


def block_escapes(
    claims: Sequence[Claim], context: Context, components: Mapping[Path, object]
) -> list[Claim]:
    """The claims, with those blocked, or joined by one that is, whose values go out of sight."""
    found = list(claims)
    blocked = {(finding.place, finding.code) for claim in claims for finding in claim.blocked}
    for escape in escapes_of(context.index):
        finding = _finding(escape, context)
        if (finding.place, finding.code) in blocked:
            continue
        if context.run_objects and _are_runs(escape):
            continue  # Whoever gets one finds what legacy's had.
        if not escape.carried and not escape.keys and is_test(escape.module.path):
            continue  # A fake, or a mock: the tests of the user's own do not keep the code that they test.
        loads = {value for value in escape.carried if is_load(value)}
        found = [_with(claim, finding) if claim.value in loads else claim for claim in found]
        others = escape.carried - loads
        if others or escape.keys or not escape.carried:
            beside = taken_out_beside(escape, claims, context, components)
            found.append(_claim(escape, (others or _in_reach(escape, claims, components)) | beside, finding))
    return found


def _with(claim: Claim, finding: Finding) -> Claim:
    return replace(claim, blocked=(*claim.blocked, finding))


def _finding(escape: Escape, context: Context) -> Finding:
    shown = escape.module.source_of(escape.node).split("\n", 1)[0]
    said = f"`{shown}` {escape.said}"
    if context.no_run_objects and _are_runs(escape):
        said += f". A class `DbtCloudOutput` of this file could take the place of the run, {context.no_run_objects}"
    return Finding(escape.module.place(escape.node), "LDC303", said, _name(escape))


def _are_runs(escape: Escape) -> bool:
    return bool(escape.carried) and all(is_output(one) or is_op(one) for one in escape.carried)


def _name(escape: Escape) -> str:
    names = sorted(filter(None, (legacy_name(value) for value in escape.carried)))
    return names[0] if names else _CLIENT


def _in_reach(escape: Escape, claims: Sequence[Claim], components: Mapping[Path, object]) -> Values:
    """Every resource in the files that are connected with this one by imports; none where keys say which it is."""
    if escape.keys:
        return frozenset()
    part = components[escape.module.path]
    inside = [claim for claim in claims if components[claim.module.path] == part]
    return frozenset(resource for claim in inside or claims for resource in claim.resources)


def _claim(escape: Escape, carried: Values, finding: Finding) -> Claim:
    roots = frozenset(map(root, carried))
    return Claim(
        construct=NO_CONSTRUCT,
        part=Escapes(),
        detail=None,
        module=escape.module,
        node=escape.node,
        name=finding.name,
        code=BY_NAME[finding.name].code,
        resources=frozenset(one for one in roots if isinstance(one, Made) and thing_kind(one) == "resource"),
        keys=escape.keys | {key for one in roots for key in _keys(one)},
        blocked=(finding,),
        is_site=False,
    )


def _keys(value: Value) -> list[str]:
    if isinstance(value, Keyed):
        return [value.key]
    return [OP_KEY] if is_op(value) else []
