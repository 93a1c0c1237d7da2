"""Calls that v2's client cannot take as they are, and methods that are handed on: both go by a function of the file.

client.run_job_and_poll(67890, **options)           ->  run_job(client, 67890, **options)
pool.submit(client.run_job_and_poll, 67890)         ->  pool.submit(run_job, client, 67890)
with_retries(fn=client.run_job_and_poll)            ->  with_retries(fn=partial(run_job, client))
"""

from __future__ import annotations

import ast
from dataclasses import dataclass

from ...analysis.inference.legacy_names import RUN_AND_POLL, is_client
from ...analysis.inference.values import External, Member
from ...analysis.syntax.functions import decorator_name
from ...analysis.syntax.source_module import Module
from ...analysis.uses.uses import Argument, use_of
from ...editing.edits import ReplaceExpression
from ...facts.release import Feature
from ...planning.claims import Claim, Context, JobRef, Kind, Rewrite
from ...planning.units import Unit
from . import own_methods
from .call_text import define_helper
from .methods import METHODS, read_loosely
from .run_and_poll import HELPERS
from .uses import (
    Bound,
    ClientUse,
    NotInV2,
    PolledInside,
    Requested,
    client_claim,
    client_text,
    is_written_anew,
)

_CALLING = frozenset({"partial", "submit", "to_thread"})
"""Functions that call what they are given first with what they are given behind it."""
_TAKEN = {
    RUN_AND_POLL: frozenset({"job_id", "poll_interval", "poll_timeout", "steps_override"}),
    "poll_run": frozenset({"run_id", "poll_interval", "poll_timeout"}),
}
"""What the functions take that are written where v2's client takes the same."""
_CALLS: Kind[ClientUse] = Kind("client_calls")


@dataclass(frozen=True, eq=False)
class OwnCall:
    """How a call is written that v2's client cannot take."""

    detail: ClientUse
    problem: str
    """Why it cannot be written either; empty where it can."""
    job: ast.expr | None


def own_call(context: Context, module: Module, node: ast.Call, base: ast.expr, name: str) -> OwnCall | None:
    """A call that a function of the file can take; None where there is no such function."""
    method = read_loosely(node, name)
    job = method.argument("job_id")
    first = module.top_statement_of(node)
    if name == RUN_AND_POLL:
        if len(node.args) > 3 or (len(node.args) > 1 and context.constants.is_text(module, node.args[1])):
            return None
        return OwnCall(PolledInside(method, base, use_of(module, node), first, takes_any=True), "", job)
    if name in HELPERS:
        return OwnCall(PolledInside(method, base, use_of(module, node), first, takes_any=True), "", None)
    if name not in own_methods.METHODS:
        return None
    problem = own_methods.refusal(node, name)
    if not problem and name in own_methods.NEED_RELATED:
        problem = context.release.lacks("related")
    return OwnCall(NotInV2() if problem else Requested(name, base, first), problem, job)


def bound_claim(
    context: Context, module: Module, link: ast.Attribute, value: Member
) -> Claim[ClientUse] | None:
    """The claim for a method that is handed on; None where nothing does what it did."""
    name = link.attr
    if is_written_anew(context, module, link.value):
        return None
    if not is_client(value.of) or (name == RUN_AND_POLL and not context.run_objects):
        return None
    if _plain(context, name) is None and name not in own_methods.METHODS and name not in HELPERS:
        return None
    if name in own_methods.NEED_RELATED and context.release.lacks("related"):
        return None
    job = _job_behind(module, link)
    jobs: tuple[JobRef, ...] = (context.job_ref(module, job),) if job is not None else ()
    takes_any = name in HELPERS and not _is_called_there(module, link)
    detail = Bound(name, link.value, module.top_statement_of(link), takes_any)
    return client_claim(_CALLS, module, link, value, detail, jobs=jobs)


_FEATURES: dict[str, Feature] = {"cancel_run": "cancel", "get_run": "related"}


def _plain(context: Context, name: str) -> str | None:
    """The method of v2's client that takes the same and answers the same; None for no such."""
    if name in own_methods.METHODS or name not in METHODS or not METHODS[name]:
        return None
    feature = _FEATURES.get(name)
    return None if feature is not None and context.release.lacks(feature) else METHODS[name]


def _job_behind(module: Module, link: ast.expr) -> ast.expr | None:
    """The job that a method is called with by what it is handed to: ``partial(method, job_id)``."""
    use = use_of(module, link)
    if not isinstance(use, Argument):
        return None
    for word in use.call.keywords:
        if word.arg == "job_id":
            return word.value
    behind = use.call.args[(use.position or 0) + 1 :] if use.position is not None else []
    return behind[0] if behind and not isinstance(behind[0], ast.Starred) else None


def rewrite_bound(claim: Claim[ClientUse], bound: Bound, unit: Unit, context: Context, done: Rewrite) -> None:
    """Hand on the function and the client, in place of the client's method."""
    module, node = claim.module, claim.node
    assert isinstance(node, ast.expr)
    client = client_text(context, module, bound.base)
    plain = _plain(context, bound.name)
    if plain is not None:
        done.edit(module, ReplaceExpression(module.span(node), f"{client}.{plain}"))
        done.report(module, node, "LDC218", f"`{bound.name}` becomes `{plain}`", claim.name)
        return
    name = _function(claim, bound, unit, context, done)
    if _is_called_first(context, module, node):
        text = f"{name}, {client}"
    else:
        text = f"{unit.using(done, module)('functools', 'partial')}({name}, {client})"
    done.edit(module, ReplaceExpression(module.span(node), text))
    done.report(
        module, node, "LDC218", "requests time out after 15 seconds, and are retried as v2 does", claim.name
    )


def _function(claim: Claim[ClientUse], bound: Bound, unit: Unit, context: Context, done: Rewrite) -> str:
    """Have the file define what does the work of the method; its name."""
    module = claim.module
    if bound.name not in HELPERS:
        return own_methods.define(context, module, unit, done, bound.name, bound.first)
    return define_helper(module, bound.name, bound.first, unit, context, done, takes_any=bound.takes_any)


def _is_called_there(module: Module, link: ast.Attribute) -> bool:
    """Whether what a method is handed to calls it with what is written there, and with nothing else."""
    use = use_of(module, link)
    if not isinstance(use, Argument) or decorator_name(use.call) not in _CALLING - {"partial"}:
        return False
    is_short = len(use.call.args) <= len(("method", "id", "interval", "timeout"))
    return is_short and not any(own_methods.spread_or_unknown(use.call, _TAKEN[link.attr]))


def _is_called_first(context: Context, module: Module, node: ast.expr) -> bool:
    use = use_of(module, node)
    if not isinstance(use, Argument) or use.position != 0 or module.parent(node) is not use.call:
        return False
    name = decorator_name(use.call)
    if name == "partial":
        return External("functools.partial") in context.index.values(module, use.call.func)
    return name in _CALLING and isinstance(use.call.func, ast.Attribute)
