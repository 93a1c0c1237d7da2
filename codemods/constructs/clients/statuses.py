"""``DbtCloudRunStatus`` in comparisons becomes the status that v2's run details hold.

    output.run_status == DbtCloudRunStatus.SUCCESS      ->  run["status"] == DbtCloudJobRunStatusType.SUCCESS
    run["status_humanized"] == DbtCloudRunStatus.ERROR  ->  run["status_humanized"] == "Error"

The legacy statuses equal strings, v2's equal numbers. Source: ``dagster_dbt.cloud.resources``, ``dagster_dbt.cloud_v2.types``.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, replace

from legacy_shim.catalogue import BY_NAME

from ...analysis.inference.legacy_names import is_op, is_output
from ...analysis.inference.values import (
    LEGACY,
    External,
    Keyed,
    Made,
    Member,
    Value,
    root,
)
from ...analysis.syntax.source_module import Module
from ...analysis.uses.index import Reference
from ...editing.edits import ReplaceExpression
from ...findings import Finding
from ...planning.claims import (
    Claim,
    Context,
    Kind,
    Rewrite,
)
from ...planning.parts import Uses
from ...planning.units import Unit
from ...planning.v2 import CLOUD_V2
from ..run_ops.places import KEY
from .methods import STATUS_ATTRIBUTE
from .uses import replace_in_string


@dataclass(frozen=True)
class Compared:
    """A member of the enumeration, and the entry of run details that it is compared with."""

    entry: str
    member: str


CONSTRUCT = Kind[Compared | None]("run_statuses")

NAME = "DbtCloudRunStatus"
_PREFIX = f"{LEGACY}{NAME}."
_CHANGING = frozenset({"pop", "setdefault"})
"""Methods of containers that answer what stands there, and change them."""
_DISPLAYS = (ast.Tuple, ast.List, ast.Set)
_BODIES = ("body", "orelse", "finalbody", "handlers", "cases")
NUMBER, _TEXT = "status", "status_humanized"
"""The entries of run details that hold a status."""


def claims(context: Context) -> Iterator[Claim[Compared | None]]:
    """One claim for each member that is compared with a status that is known: a number or a string."""
    for reference in context.index.references:
        module = reference.module
        for place, link in enumerate(reference.chain):
            member = status_of(context, module, link)
            found = _claim(context, reference, place, member) if member.isidentifier() else None
            if found is not None:
                yield replace(found, if_kept=_told_of_value(module, found.node))
                break


def kept_values(context: Context, reference: Reference) -> Iterator[Claim[Compared | None]]:
    """One claim for a ``.value`` that is read otherwise, which the facade answers otherwise than ``dagster_dbt``."""
    module = reference.module
    for place, link in enumerate(reference.chain):
        if status_of(context, module, link) or External(f"{LEGACY}{NAME}") in context.index.values(
            module, link
        ):
            told = _told_of_value(module, reference.node)
            if told and place + 1 >= _links_of_status(context, reference):
                yield _kept(module, link, reference, told)
                return


def _links_of_status(context: Context, reference: Reference) -> int:
    """How many links of a chain are the enumeration or a member of it."""
    statuses = (
        bool(status_of(context, reference.module, link))
        or External(f"{LEGACY}{NAME}") in context.index.values(reference.module, link)
        for link in reference.chain
    )
    return max((place for place, is_status in enumerate(statuses, 1) if is_status), default=0)


def _kept(
    module: Module, link: ast.expr, reference: Reference, told: tuple[Finding, ...]
) -> Claim[Compared | None]:
    return Claim(
        construct=CONSTRUCT,
        part=Uses(),
        module=module,
        node=link,
        name=NAME,
        code=BY_NAME[NAME].code,
        detail=None,
        blocked=told,
        covers=frozenset({reference.chain[0]}),
    )


def _told_of_value(module: Module, node: ast.AST) -> tuple[Finding, ...]:
    """What to report of code that stays and reads ``.value`` of a status in the statement of ``node``."""
    statement = module.statement_of(node)
    body = {inner for part in _BODIES for one in getattr(statement, part, ()) for inner in ast.walk(one)}
    if isinstance(statement, (ast.For, ast.Match)):
        body = set()  # What a loop goes through, and what is matched, is read inside.
    is_read = any(
        isinstance(inner, ast.Attribute)
        and inner.attr == "value"
        and inner not in body
        and _may_be_of(statement, inner.value, node)
        for inner in ast.walk(statement)
    )
    if not is_read:
        return ()
    said = "`.value` of a status is dbt Cloud's number on the facade, and its text in dagster_dbt: write the one that you mean"
    return (Finding(module.place(node), "LDC302", said, NAME),)


def _may_be_of(statement: ast.AST, read: ast.expr, status: ast.AST) -> bool:
    """Whether what ``.value`` is read of is, or may be by a name that the statement binds, a status that it names."""
    inside = set(ast.walk(read))
    if status in inside or read in ast.walk(status):
        return True
    bound = {
        inner.id
        for inner in ast.walk(statement)
        if isinstance(inner, ast.Name) and isinstance(inner.ctx, ast.Store)
    }
    bound |= {inner.arg for inner in ast.walk(statement) if isinstance(inner, ast.arg)}
    captures = (ast.MatchAs, ast.MatchStar)
    bound |= {inner.name for inner in ast.walk(statement) if isinstance(inner, captures) and inner.name}
    return any(isinstance(inner, ast.Name) and inner.id in bound for inner in inside)


def _claim(context: Context, reference: Reference, place: int, member: str) -> Claim[Compared | None] | None:
    module, whole = reference.module, reference.chain[place]
    rest = reference.chain[place + 1 :]
    if len(rest) == 1 and isinstance(rest[0], ast.Attribute) and rest[0].attr == "value":
        whole = rest[0]
    elif rest:
        return None
    entries = {_entry(context, module, other) for other in opposites(module, whole)}
    owners = {owner for other in opposites(module, whole) for owner in _owners(context, module, other)}
    if len(entries) != 1 or None in entries:
        return None
    if NUMBER in entries and not owners and whole is reference.chain[place]:
        return None  # A number never equals a member itself, only its value: no v2 form is as false.
    return Claim(
        construct=CONSTRUCT,
        part=Uses(),
        module=module,
        node=whole,
        name=NAME,
        code=BY_NAME[NAME].code,
        resources=frozenset(owner for owner in owners if isinstance(owner, Made) and not is_op(owner)),
        keys=frozenset(_key(owner) for owner in owners if isinstance(owner, Keyed) or is_op(owner)),
        covers=frozenset({reference.chain[0]}),
        detail=Compared(str(entries.pop()), member),
    )


def _entry(context: Context, module: Module, node: ast.expr) -> str | None:
    """Which entry of run details an expression reads, or its counterpart on an output."""
    if any(_is_status(value) for value in context.index.values(module, node)):
        return NUMBER
    key: ast.expr | None = None
    if isinstance(node, ast.Subscript):
        key = node.slice
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "get":
        key = node.args[0] if node.args else None
    if isinstance(key, ast.Constant) and key.value in (NUMBER, _TEXT):
        return str(key.value)
    return None


def _owners(context: Context, module: Module, node: ast.expr) -> Iterator[Value]:
    yield from (root(value) for value in context.index.values(module, node) if _is_status(value))


def _is_status(value: Value) -> bool:
    return isinstance(value, Member) and value.attribute == STATUS_ATTRIBUTE and is_output(value.of)


def _key(owner: Value) -> str:
    return owner.key if isinstance(owner, Keyed) else KEY


def rewrite(claim: Claim[Compared | None], unit: Unit, context: Context) -> Rewrite:
    """Put the number's name, or the text, where the legacy status is named."""
    done = Rewrite()
    module, compared = claim.module, claim.detail
    assert compared is not None, "what is not compared is blocked"
    if compared.entry == _TEXT:
        text = context.style(module).string(compared.member.capitalize())
    else:
        text = (
            f"{unit.using(done, module)(f'{CLOUD_V2}.types', 'DbtCloudJobRunStatusType')}.{compared.member}"
        )
    assert isinstance(claim.node, ast.expr)
    if module.is_placed(claim.node):
        done.edit(module, ReplaceExpression(module.span(claim.node), text))
    else:
        replace_in_string(module, claim.node, text, done)
    return done


def status_of(context: Context, module: Module, node: ast.expr) -> str:
    """The member of ``DbtCloudRunStatus`` that an expression spells, ``SUCCESS`` for example; empty for none.

    What may be something else too, or does more than answer it, is not written anew where it is compared.
    """
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _CHANGING:
        return ""
    member = member_of(context, module, node)
    if not member:
        return ""
    origins = context.index.evaluator.possible(module, node)
    is_sure = origins.is_all and all(member_of(context, *place) == member for place in origins.places)
    return member if is_sure else ""


def member_of(context: Context, module: Module, node: ast.expr) -> str:
    """A member of ``DbtCloudRunStatus`` that an expression may be; empty for none."""
    for value in context.index.values(module, node):
        if isinstance(value, External) and value.name.startswith(_PREFIX):
            return value.name.removeprefix(_PREFIX)
    return ""


def compared_statuses(context: Context, module: Module, node: ast.expr) -> bool:
    """Whether an expression is compared with members of ``DbtCloudRunStatus``, and with nothing else."""
    others = list(opposites(module, node))
    return bool(others) and all(
        status_of(context, module, part).isidentifier() for other in others for part in _parts(other)
    )


def opposites(module: Module, node: ast.expr) -> Iterator[ast.expr]:
    """What an expression is compared with, alone or as an element of a display; nothing where it is not compared."""
    above = module.parent(node)
    if isinstance(above, _DISPLAYS):
        node, above = above, module.parent(above)
    if isinstance(above, ast.Compare):
        yield from (side for side in (above.left, *above.comparators) if side is not node)


def _parts(node: ast.expr) -> list[ast.expr]:
    return list(node.elts) if isinstance(node, _DISPLAYS) else [node]
