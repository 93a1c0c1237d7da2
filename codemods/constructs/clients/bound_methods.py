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
from ...editing.edits import InsertBefore, ReplaceAround, ReplaceExpression
from ...facts.release import Feature
from ...findings import Finding
from ...planning.claims import Claim, Context, Kind, Rewrite
from ...planning.units import Unit
from ..given_up import CODE as GIVEN_UP
from ..given_up import left_going
from . import own_methods
from .bound_uses import Read, by_place, calls_it_with_the_rest, jobs_of, reading_of, second_argument_of
from .call_text import define_helper
from .methods import METHODS, read_loosely
from .run_and_poll import FAILS_AS_V2, FIXED_CAUSE, HELPERS, Fails, fails_in, without_related
from .second_argument import is_documented
from .uses import (
    Bound,
    ClientUse,
    NotInV2,
    PolledInside,
    Requested,
    client_around,
    client_claim,
    client_text,
)
from .written_anew import is_written_anew

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
        if is_documented(context, module, node, name):
            return None
        by_place = any(isinstance(argument, ast.Starred) for argument in node.args)
        detail = PolledInside(method, base, use_of(module, node), first, takes_any=True, by_place=by_place)
        return OwnCall(detail, "", job)
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
    if not is_client(value.of) or (name == RUN_AND_POLL and not context.run_objects):
        return None
    if _plain(context, name) is None and name not in own_methods.METHODS and name not in HELPERS:
        return None
    if name in own_methods.NEED_RELATED and context.release.lacks("related"):
        return None
    takes_any = name in HELPERS and not _is_called_there(context, module, link)
    reading = reading_of(context, module, link)
    is_lost = reading.read is Read.MORE or (
        reading.in_sight and _plain(context, name) and name not in own_methods.PLAIN
    )
    said = reading.said or f"its `__name__` is read, which is another in v2 (`{_plain(context, name)}`)"
    kept = (
        (
            Finding(
                module.place(link),
                "LDC303",
                f"`{name}` is passed on as a value, and {said}: pass a function of your own that calls it",
                name,
            ),
        )
        if is_lost
        else ()
    )
    second = second_argument_of(context, module, link)
    if second:
        kept = (*kept, Finding(module.place(link), "LDC304", second, name))
    detail = Bound(
        name,
        link.value,
        module.top_statement_of(link),
        takes_any,
        reading,
        takes_any and by_place(context, module, link),
    )
    jobs = jobs_of(context, module, link)
    return client_claim(_CALLS, module, link, value, detail, jobs=jobs, blocked=kept)


_FEATURES: dict[str, Feature] = {"cancel_run": "cancel", "get_run": "related"}


def _plain(context: Context, name: str) -> str | None:
    """The method of v2's client that takes the same and answers the same; None for no such."""
    if name in own_methods.METHODS or name not in METHODS or not METHODS[name]:
        return None
    feature = _FEATURES.get(name)
    return None if feature is not None and context.release.lacks(feature) else METHODS[name]


def rewrite_bound(claim: Claim[ClientUse], bound: Bound, unit: Unit, context: Context, done: Rewrite) -> None:
    """Hand on the function and the client, in place of the client's method."""
    module, node = claim.module, claim.node
    assert isinstance(node, ast.Attribute)
    use = unit.using(done, module)
    is_around = is_written_anew(context.index, module, bound.base)
    client = (client_around if is_around else client_text)(context, module, bound.base)
    edit = ReplaceAround if is_around else ReplaceExpression
    plain = _plain(context, bound.name)
    if plain is not None and not bound.reading.in_sight:
        done.edit(module, edit(module.span(node), f"{client}.{plain}"))
        is_read = bound.reading.read is Read.NAME and plain != bound.name
        also = f"; code that gets it may read its name, which is now `{plain}`" if is_read else ""
        done.report(module, node, "LDC218", f"`{bound.name}` becomes `{plain}`{also}", claim.name)
        return
    name = _function(claim, bound, unit, context, done)
    if bound.reading.read is Read.NAME:
        _name(context, module, bound, name, done)
        text = f"{use('types', 'MethodType')}({name}, {client})"
    elif _is_called_first(context, module, node):
        text = f"{name}, {client}"
    else:
        text = f"{use('functools', 'partial')}({name}, {client})"
    done.edit(module, edit(module.span(node), text))
    done.report(
        module, node, "LDC218", "requests time out after 15 seconds, and v2's retries apply", claim.name
    )
    _report_run(claim, bound, context, done)


def _function(claim: Claim[ClientUse], bound: Bound, unit: Unit, context: Context, done: Rewrite) -> str:
    """Have the file define what does the work of the method; its name."""
    module = claim.module
    if bound.name not in HELPERS:
        return own_methods.define(context, module, unit, done, bound.name, bound.first)
    return define_helper(module, bound.name, bound, unit, context, done)


def _name(context: Context, module: Module, bound: Bound, function: str, done: Rewrite) -> None:
    """Give the function the name of the method, where it has another."""
    if function == bound.name:
        return
    string = context.style(module).string(bound.name)
    text = f"{function}.__name__ = {string}  # code that gets it reads this name\n"
    done.edit(module, InsertBefore(module.span(bound.first), text, blank=True, rank=1))


def _report_run(claim: Claim[ClientUse], bound: Bound, context: Context, done: Rewrite) -> None:
    """Report what differs about the runs that the method waits for."""
    if bound.name not in HELPERS:
        return
    module, node, fails = claim.module, claim.node, fails_in(context)
    for message in left_going(context.release, when_late=fails is not Fails.AS_LEGACY):
        done.report(module, node, GIVEN_UP, message, claim.name)
    if fails is Fails.AS_V2:
        done.report(module, node, "LDC225", FAILS_AS_V2, claim.name)
    if bound.name == RUN_AND_POLL and not bound.takes_any and context.index.reads_causes:
        done.report(module, node, "LDC212", FIXED_CAUSE, claim.name)
    if context.release.lacks("related"):
        done.report(module, node, "LDC213", without_related(context.release), claim.name)


def _is_called_there(context: Context, module: Module, link: ast.Attribute) -> bool:
    """Whether what a method is handed to calls it with what is written there, and with nothing else."""
    use = use_of(module, link)
    if not isinstance(use, Argument) or decorator_name(use.call) == "partial":
        return False
    if not calls_it_with_the_rest(context, use.call):
        return False
    is_short = len(use.call.args) <= len(("method", "id", "interval", "timeout"))
    return is_short and not any(own_methods.spread_or_unknown(use.call, _TAKEN[link.attr]))


def _is_called_first(context: Context, module: Module, node: ast.expr) -> bool:
    use = use_of(module, node)
    if not isinstance(use, Argument) or use.position != 0 or module.parent(node) is not use.call:
        return False
    if not calls_it_with_the_rest(context, use.call):
        return False
    if decorator_name(use.call) == "partial":
        return External("functools.partial") in context.index.values(module, use.call.func)
    return isinstance(use.call.func, ast.Attribute)
