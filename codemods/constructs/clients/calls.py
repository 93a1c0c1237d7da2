"""Calls of the legacy client become calls of the workspace's client, where both do the same.

    context.resources.dbt_cloud.run_job_and_poll(67890)     ->  trigger_job_run, poll_run, raise_for_status
    dbt_cloud.get_dbt_client().get_job(67890)               ->  dbt_cloud.get_client().get_job_details(67890)

Source: ``dagster_dbt.cloud_v2.client``. v2's ``poll_run`` returns a failed run, and gives up after 60 seconds.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping

from ...analysis.dagster_api.injection import is_reached
from ...analysis.inference.legacy_names import (
    GETTER,
    RUN_AND_POLL,
    is_client,
    is_output,
)
from ...analysis.inference.values import (
    Keyed,
    Made,
    Member,
    Result,
    Value,
    in_order,
    legacy_name,
)
from ...analysis.syntax.functions import (
    composes,
    is_getattr,
)
from ...analysis.syntax.source_module import Module
from ...analysis.uses import escapes as sinks
from ...analysis.uses.followed import is_added
from ...analysis.uses.index import Index, Reference
from ...analysis.uses.uses import (
    Argument,
    Chain,
    Element,
    Entry,
    Flow,
    Returned,
    Seen,
    Use,
    use_of,
)
from ...editing import render
from ...editing.edits import ReplaceAround, ReplaceExpression
from ...exhaustive import assert_never
from ...facts.release import Release
from ...findings import Finding
from ...planning.claims import (
    Claim,
    Context,
    JobRef,
    Kind,
    Rewrite,
    covered,
    goes_by_name,
)
from ...planning.names_bound_inside import names_bound_in
from ...planning.units import Unit
from ..resource.host_read import ENVIRONMENT, HOST, host_read
from .bound_methods import bound_claim, own_call, rewrite_bound
from .call_text import report_poll, rewrite_call, rewrite_poll, rewrite_poll_inside, rewrite_request
from .helper_places import with_place_of_helper
from .left_out import DOES_MORE, does_more
from .methods import (
    SETTINGS,
    UNSENT,
    Method,
    is_legacy_alone,
    is_written_for_v2,
    read_call,
    settings_of,
    unlike,
)
from .run_and_poll import (
    HELPERS,
    Fails,
    fails_in,
)
from .second_argument import cannot_be_told, is_documented
from .spreading import may_be_spread
from .unwrapped import is_unwrapped, not_unwrapped
from .uses import (
    Bound,
    Called,
    ClientUse,
    Getter,
    NotInV2,
    OfResource,
    Polled,
    PolledInside,
    Requested,
    client_claim,
    client_text,
    is_called,
    is_taken_here,
    rewrite_attribute,
)
from .written_anew import is_written_anew

CONSTRUCT = Kind[ClientUse]("client_calls")


def claims(context: Context) -> Iterator[Claim[ClientUse]]:
    """One claim for each use of a client, and for each place where the trail of a client or an output ends."""
    seen: set[ast.AST] = set()
    found = [
        claim for reference in context.index.references for claim in _of_reference(context, reference, seen)
    ]
    yield from with_place_of_helper(found)


def _of_reference(context: Context, reference: Reference, seen: set[ast.AST]) -> Iterator[Claim[ClientUse]]:
    module, index = reference.module, context.index
    for place, link in enumerate(reference.chain):
        if link in seen:
            continue
        values = in_order(index.values(module, link))
        base = reference.chain[place - 2] if place >= 2 else None
        for value in values:
            if is_written_for_v2(value) or not is_reached(index.evaluator, value, index.bound_keys):
                continue  # A key may also lead to an object of the user's, whose methods are followed.
            if _is_of_neither(module, link, value):
                seen.add(link)
                yield _of_neither(module, link, value)
                continue
            if (
                isinstance(value, Result)
                and value.call is link
                and base is not None
                and is_client(value.member.of)
                and _is_method_of(index, module, link, base, value)
            ):
                seen.add(link)
                yield _method_claim(context, module, link, base, value)
            elif not is_taken_here(index, module, link, value):
                continue
            elif _is_setting(value) and isinstance(link, ast.Attribute) and not is_called(module, link):
                seen.add(link)
                yield _of_setting(context, module, link, value)
            elif _is_unknown_attribute(module, link, value):
                seen.add(link)
                assert isinstance(link, ast.Attribute) and isinstance(value, Member)
                claim = bound_claim(context, module, link, value) or _without_counterpart(module, link, value)
                yield claim or _lost(use_of(module, link), value)
        yield from _read_by_name(context, module, link, seen)
    top = reference.node
    for value in in_order(index.values(module, top)):
        is_legacy = is_reached(index.evaluator, value, index.bound_keys)
        if top not in seen and is_legacy and (isinstance(value, Keyed) or is_output(value)):
            use = use_of(module, top)
            is_wiring = not isinstance(value, Keyed) and composes(module.function_of(top))
            # What a list or dict holds that is written there is followed to whoever takes it out.
            followed = isinstance(use, (Flow, Seen, Chain, Returned, Element, Entry)) or is_wiring
            if context.run_objects and is_output(value):
                continue
            if not followed and not _goes_to_a_function(context, use):
                seen.add(top)
                yield _lost(use, value)


def _is_method_of(index: Index, module: Module, link: ast.expr, base: ast.expr, value: Result) -> bool:
    """Whether a call spells its method: one that came by another name is written where it was taken from the client."""
    is_spelt = isinstance(link, ast.Call) and isinstance(link.func, ast.Attribute) and link.func.value is base
    return is_spelt and value.member.of in index.values(module, base)


def _read_by_name(
    context: Context, module: Module, link: ast.expr, seen: set[ast.AST]
) -> Iterator[Claim[ClientUse]]:
    """``getattr(output, "run_id")``: an attribute that is read by its name is not rewritten."""
    if not (isinstance(link, ast.Call) and is_getattr(link)) or context.index.values(module, link):
        return
    for value in context.index.values(module, link.args[0]):
        is_object = context.run_objects and is_output(value)
        if link not in seen and not is_object and (is_client(value) or is_output(value)):
            seen.add(link)
            yield _lost(use_of(module, link.args[0]), value)


def _is_setting(value: Value) -> bool:
    """Whether a value is a setting of the resource, or of the client that it hands out."""
    is_host = isinstance(value, Member) and value.attribute == HOST and isinstance(value.of, (Keyed, Made))
    return is_host or (isinstance(value, Member) and value.attribute in settings_of(value.of))


def _settings(context: Context, value: Value) -> Mapping[str, str]:
    return SETTINGS if is_unwrapped(context.index, value) else settings_of(value)


def _of_setting(context: Context, module: Module, link: ast.Attribute, value: Value) -> Claim[ClientUse]:
    assert isinstance(value, Member)
    if link.attr != HOST:
        return client_claim(
            CONSTRUCT, module, link, value, OfResource(_settings(context, value.of)[link.attr])
        )
    text = host_read(context, module, value.of) if isinstance(link.ctx, ast.Load) else ""
    said = f"`.{HOST}` is not rewritten: by hand, `.credentials.access_url`, which has no `/` at its end"
    blocked = () if text else (Finding(module.place(link), "LDC304", said, legacy_name(value)),)
    return client_claim(CONSTRUCT, module, link, value, OfResource(text), blocked=blocked)


def _is_unknown_attribute(module: Module, link: ast.expr, value: Value) -> bool:
    if (
        not (isinstance(link, ast.Attribute) and isinstance(link.ctx, ast.Load))
        or not isinstance(value, Member)
        or value.attribute == "configured"
    ):
        return False
    return is_client(value.of) and not is_called(module, link)


def _without_counterpart(module: Module, link: ast.Attribute, value: Member) -> Claim[ClientUse] | None:
    """The claim for an attribute that is no method of the client; None for a method."""
    said = unlike(link.attr, module.source_of(link.value).replace("\n", " "))
    if not said:
        return None
    finding = Finding(module.place(link), "LDC304", said, legacy_name(value))
    return client_claim(CONSTRUCT, module, link, value, NotInV2(), blocked=(finding,))


def _is_of_neither(module: Module, link: ast.expr, value: Value) -> bool:
    """Whether a method of the legacy client is called on v2's, which only a workspace hands out."""
    return (
        isinstance(value, Member)
        and isinstance(link, ast.Attribute)
        and is_called(module, link)
        and is_written_for_v2(value.of)
        and is_legacy_alone(value.attribute)
    )


def _of_neither(module: Module, link: ast.expr, value: Value) -> Claim[ClientUse]:
    assert isinstance(value, Member)
    said = f"`{value.attribute}` is a method of the legacy client, and `get_client()` returns v2's: call v2's method, or use the legacy resource"
    finding = Finding(module.place(link), "LDC310", said, legacy_name(value))
    return client_claim(CONSTRUCT, module, link, value, NotInV2(), blocked=(finding,))


def _goes_to_a_function(context: Context, use: Use) -> bool:
    return isinstance(use, Argument) and (
        sinks.is_followed(context.index, use) or is_added(context.index, use)
    )


def _method_claim(
    context: Context, module: Module, node: ast.expr, base: ast.expr, value: Result
) -> Claim[ClientUse]:
    assert isinstance(node, ast.Call)
    name = value.member.attribute
    if name == GETTER:
        blocked_here = _cannot_stand_around(context, module, node, base, name)
        blocked_here += not_unwrapped(context.index, module, node, name)
        return client_claim(CONSTRUCT, module, node, value, Getter(), blocked=tuple(blocked_here))
    documented = is_documented(context, module, node, name)
    method, problem, job_node = read_call(node, name, is_documented=documented)
    if method is not None and any(does_more(method.argument(each)) for each in UNSENT):
        method, problem = None, DOES_MORE
    own = own_call(context, module, node, base, name) if method is None else None
    if own is not None:
        problem, job_node = own.problem, own.job
    jobs: tuple[JobRef, ...] = (context.job_ref(module, job_node),) if job_node is not None else ()
    problem = problem or cannot_be_told(context, module, node, name)
    blocked = [Finding(module.place(node), "LDC304", problem, name)] if problem else []
    lacks = _lacks(context.release, method)
    if lacks:
        blocked.append(Finding(module.place(node), "LDC309", lacks, name))
    blocked += _cannot_stand_around(context, module, node, base, name)
    blocked += not_unwrapped(context.index, module, base, name)
    if name == RUN_AND_POLL and not context.run_objects:
        blocked += goes_by_name(context, module, node, name)
    detail: ClientUse = own.detail if own is not None else NotInV2()
    if method is not None:
        for left_out in UNSENT & dict(method.arguments).keys():
            blocked += names_bound_in(module, dict(method.arguments)[left_out], name)
        detail = _call_of(context, module, node, base, method)
        is_behind = len(node.args) > 1 and method.argument("cause") in node.args[:-1]
        if isinstance(detail, PolledInside) and is_behind:
            problem = "arguments follow the cause by position: pass them by name (`poll_interval=10`)"
            blocked.append(Finding(module.place(node), "LDC304", problem, name))
    function = module.function_of(node)
    is_mapping = name == RUN_AND_POLL and not context.run_objects
    returns = function.returns if function is not None and is_mapping and not blocked else None
    return client_claim(
        CONSTRUCT,
        module,
        node,
        value,
        detail,
        blocked=tuple(blocked),
        jobs=jobs,
        covers=covered([returns]) if isinstance(returns, (ast.Name, ast.Attribute)) else frozenset(),
    )


def _call_of(context: Context, module: Module, node: ast.Call, base: ast.expr, method: Method) -> ClientUse:
    """How a call of a method is written in v2."""
    if method.name not in HELPERS:
        return Called(method, base)
    is_alone = (
        method.name == RUN_AND_POLL
        and fails_in(context) is Fails.AS_V2
        and not is_written_anew(context.index, module, base)
        and may_be_spread(module, node, method)
        and not _holds_legacy(context, node)
        and not (context.run_objects and not isinstance(module.parent(node), ast.Expr))
    )
    if is_alone:
        return Polled(method, base, use_of(module, node))
    return PolledInside(method, base, use_of(module, node), module.top_statement_of(node))


def _cannot_stand_around(
    context: Context, module: Module, node: ast.Call, base: ast.expr, name: str
) -> list[Finding]:
    """Why a call stays whose client is rewritten itself: in an f-string one rewrite cannot stand around another."""
    is_in_text = any(isinstance(above, ast.JoinedStr) for above in module.ancestors(node))
    if not is_in_text or not is_written_anew(context.index, module, base):
        return []
    said = "the client is created inside of an f-string: assign it to a name first: `client = dbt_cloud.get_dbt_client()`"
    return [Finding(module.place(node), "LDC302", said, name)]


def _lacks(release: Release, method: Method | None) -> str:
    if method is not None and method.name == "cancel_run":
        return release.lacks("cancel")
    if method is not None and method.name == "get_run" and method.argument("include_related") is not None:
        return release.lacks("related")
    return ""


def _holds_legacy(context: Context, call: ast.Call) -> bool:
    """Whether the arguments of a call have something legacy in them, which is rewritten where it stands."""
    inside = {inner for argument in [*call.args, *call.keywords] for inner in ast.walk(argument)}
    return any(reference.chain[0] in inside for reference in context.index.references)


def _lost(use: Use, value: Value) -> Claim[ClientUse]:
    what = "the output" if is_output(value) else "the client"
    finding = sinks.lost_trail(use, what, legacy_name(value))
    return client_claim(CONSTRUCT, use.module, use.node, value, NotInV2(), blocked=(finding,))


def rewrite(claim: Claim[ClientUse], unit: Unit, context: Context) -> Rewrite:
    """Put the v2 form where the client is used."""
    done = Rewrite()
    module = claim.module
    match claim.detail:
        case Getter():
            assert isinstance(claim.node, ast.Call) and claim.value is not None
            if is_unwrapped(context.index, claim.value):
                assert isinstance(claim.node.func, ast.Attribute)
                text = render.operand(module, claim.node.func.value)
                done.edit(module, ReplaceExpression(module.span(claim.node), text))
            elif is_written_anew(context.index, module, claim.node):
                done.edit(module, ReplaceAround(module.span(claim.node.func), "{}.get_client"))
            elif not _is_rewritten_with_its_call(module, claim.node):
                text = client_text(context, module, claim.node)
                done.edit(module, ReplaceExpression(module.span(claim.node), text))
        case OfResource(replacement):
            if replacement.startswith(ENVIRONMENT):
                replacement = f"{unit.using(done, claim.module)('os', '')}{replacement.removeprefix('os')}"
            rewrite_attribute(claim, replacement, done)
        case Called() as called:
            rewrite_call(claim, called, context, done)
        case Polled() as polled:
            rewrite_poll(claim, polled, unit, context, done)
            report_poll(claim, polled, context, done)
        case PolledInside() as polled:
            rewrite_poll_inside(claim, polled, unit, context, done)
            report_poll(claim, polled, context, done)
        case Requested() as called:
            rewrite_request(claim, called, unit, context, done)
        case Bound() as bound:
            rewrite_bound(claim, bound, unit, context, done)
        case NotInV2():
            raise AssertionError("what is not in v2 is blocked")
        case _:
            assert_never(claim.detail)
    return done


def _is_rewritten_with_its_call(module: Module, node: ast.expr) -> bool:
    """Whether the client is asked for only to be called at once: then the call's rewrite holds it."""
    above = module.parent(node)
    return isinstance(above, ast.Attribute) and is_called(module, above)
