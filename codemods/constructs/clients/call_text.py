"""How a call of the legacy client is written in v2: as one call, or as what triggers a run and waits for it."""

from __future__ import annotations

import ast

from ...analysis.inference.legacy_names import RUN_AND_POLL
from ...analysis.inference.values import legacy_name
from ...analysis.syntax.functions import place_of
from ...analysis.syntax.source_module import Module
from ...analysis.uses.uses import Chain, Flow, Returned, Seen, use_of
from ...editing.edits import (
    DropArgument,
    HandFirst,
    InsertBefore,
    PrependArgument,
    ReplaceAround,
    ReplaceExpression,
    ReplaceStatement,
)
from ...planning.claims import (
    Claim,
    Context,
    Rewrite,
)
from ...planning.units import Unit
from ..given_up import CODE as GIVEN_UP
from ..given_up import left_going
from . import own_methods
from .methods import JOB_NAME_ATTRIBUTE, METHODS, Method
from .run_and_poll import (
    FAILS_AS_V2,
    FIXED_CAUSE,
    HELPERS,
    RELATED,
    Fails,
    fails_in,
    poll_of,
    run_and_poll,
    running_text,
    waiting_text,
    without_related,
)
from .run_class import answer_lines
from .run_objects import define
from .uses import (
    Bound,
    Called,
    Polled,
    PolledInside,
    Requested,
    client_around,
    client_text,
    own_name,
)
from .written_anew import is_written_anew


def rewrite_call(claim: Claim, called: Called, context: Context, done: Rewrite) -> None:
    """One call becomes one call."""
    module, node, method = claim.module, claim.node, called.method
    assert isinstance(node, ast.Call)
    # The arguments are the same in v2, and stay as they stand.
    if is_written_anew(context.index, module, called.base):
        text = f"{client_around(context, module, called.base)}.{METHODS[method.name]}"
        done.edit(module, ReplaceAround(module.span(node.func), text))
    else:
        text = f"{client_text(context, module, called.base)}.{METHODS[method.name]}"
        done.edit(module, ReplaceExpression(module.span(node.func), text))
    _drop_unsent(module, node, method, done)
    tell_of_cause(claim, method, context, done)
    said = _said_of(method.name) + (_OTHER_URL if context.index.reads_failures else "")
    done.report(module, node, "LDC218", said, claim.name)


_OTHER_URL = "; if the request fails, the URL in the text of `Failure` has no `/` at the end"


def _said_of(name: str) -> str:
    return (
        f"`{name}` becomes `{METHODS[name]}`"
        if METHODS[name] != name
        else f"`{name}` is now v2's method of the same name"
    )


def rewrite_request(claim: Claim, called: Requested, unit: Unit, context: Context, done: Rewrite) -> None:
    """A function of the file takes the client, and what the method was given."""
    module, node = claim.module, claim.node
    assert isinstance(node, ast.Call)
    name = own_methods.define(context, module, unit, done, called.name, called.first)
    _hand_client_to(name, module, node, called.base, context, done)
    sends = "request" in own_methods.METHODS[called.name].needs
    said = "a function of this file, which sends the request itself" if sends else "a function of this file"
    done.report(module, node, "LDC218", f"`{called.name}` becomes {said}", claim.name)


def _hand_client_to(
    function: str, module: Module, call: ast.Call, base: ast.expr, context: Context, done: Rewrite
) -> None:
    """Have a call of a client's method call a function with the client."""
    if is_written_anew(context.index, module, base):
        done.edit(module, HandFirst(module.span(call), function, client_around(context, module, base)))
        return
    done.edit(module, ReplaceExpression(module.span(call.func), function))
    done.edit(module, PrependArgument(module.span(call), client_text(context, module, base)))


def _drop_unsent(module: Module, call: ast.Call, method: Method, done: Rewrite) -> None:
    """Leave out what v2 has no parameter for."""
    href = method.argument("href")
    if href is not None:
        done.edit(module, DropArgument(module.span(call), place_of(call, href)))
    schema = method.argument("schema_override")
    if schema is not None:
        done.edit(module, DropArgument(module.span(call), place_of(call, schema)))
    cause = method.argument("cause")
    if cause is None:
        return
    done.edit(module, DropArgument(module.span(call), place_of(call, cause)))
    done.report(module, call, "LDC212", "the cause given here is not sent", method.name)


def rewrite_poll_inside(
    claim: Claim, polled: PolledInside, unit: Unit, context: Context, done: Rewrite
) -> None:
    """Several statements cannot stand where the call does: a function of the module has them."""
    module, node, method = claim.module, claim.node, polled.method
    assert isinstance(node, ast.Call)
    is_object = context.run_objects and method.name == RUN_AND_POLL
    name = define_helper(module, method.name, polled, unit, context, done)
    _hand_client_to(name, module, node, polled.base, context, done)
    if not polled.takes_any:
        _drop_unsent(module, node, method, done)
    statement = module.statement_of(node)
    if isinstance(statement, ast.Return) and statement.value is node and not is_object:
        _rewrite_return_annotation(claim, statement, context, done)


def define_helper(
    module: Module,
    method: str,
    needed: PolledInside | Bound,
    unit: Unit,
    context: Context,
    done: Rewrite,
) -> str:
    """Have a file define the function that does what a method did, before the first statement that needs it; its name."""
    first, takes_any = needed.first, needed.takes_any
    use, style = unit.using(done, module), context.style(module)
    name = unit.namespace(module).shared(own_name(context, module, HELPERS[method]))
    related, fails = not context.release.lacks("related"), fails_in(context)
    if method == RUN_AND_POLL:
        answer = ["return run"]
        if context.run_objects:
            answer = answer_lines(define(context, module, unit, done), use, style)
        start = own_methods.define(context, module, unit, done, own_methods.START, first) if takes_any else ""
        text = running_text(
            name, use, style, answer, related=related, fails=fails, start=start, by_place=needed.by_place
        )
    else:
        text = waiting_text(name, use, style, related=related, fails=fails, takes_href=takes_any)
    done.edit(module, InsertBefore(module.span(first), text, blank=True, rank=0))
    return name


def rewrite_poll(claim: Claim, polled: Polled, unit: Unit, context: Context, done: Rewrite) -> None:
    """A statement becomes several: trigger, poll, and raise for a run that failed."""
    module, node, method = claim.module, claim.node, polled.method
    assert isinstance(node, ast.Call)
    use = unit.using(done, module)
    statement = module.statement_of(node)
    namespace = unit.namespace(module)
    target = statement.targets[0] if isinstance(statement, ast.Assign) else None
    run = target.id if isinstance(target, ast.Name) else namespace.fresh("run", "dbt_run")
    client = client_text(context, module, polled.base)
    style = context.style(module)
    poll = poll_of(
        method, module, related=_needs_related(context, claim) and not context.release.lacks("related")
    )
    lines = run_and_poll(poll, run, client, namespace.fresh("client", "dbt_client"), use, style)
    if isinstance(statement, ast.Return):
        lines.append(f"return {run}")
    done.edit(module, ReplaceStatement(module.span(statement), "\n".join(lines) + "\n"))
    _rewrite_return_annotation(claim, statement, context, done)
    if method.argument("cause") is not None:
        done.report(module, node, "LDC212", "the cause given here is not sent", claim.name)


def tell_of_cause(claim: Claim, method: Method, context: Context, done: Rewrite) -> None:
    """Report the cause that v2 sends where legacy sent a default of its own, and code may read it."""
    starts = method.name in {"run_job", "run_job_and_poll"}
    if starts and method.argument("cause") is None and context.index.reads_causes:
        done.report(claim.module, claim.node, "LDC212", FIXED_CAUSE, claim.name)


def report_poll(claim: Claim, polled: Polled | PolledInside, context: Context, done: Rewrite) -> None:
    """Report what differs where a run is waited for."""
    method = polled.method
    module, node, name = claim.module, claim.node, claim.name
    tell_of_cause(claim, method, context, done)
    fails = fails_in(context)
    is_limited = method.argument("poll_timeout") is not None and fails is not Fails.AS_LEGACY
    for message in left_going(context.release, when_late=is_limited):
        done.report(module, node, GIVEN_UP, message, name)
    if fails is Fails.AS_V2:
        done.report(module, node, "LDC225", FAILS_AS_V2, name)
    done.report(module, node, "LDC218", "requests time out after 15 seconds, and v2's retries apply", name)
    if context.release.lacks("related") and (
        isinstance(polled, PolledInside) or _needs_related(context, claim)
    ):
        done.report(module, node, "LDC213", without_related(context.release), name)
    if context.run_objects and method.name == RUN_AND_POLL:
        return
    is_followed = isinstance(polled.use, (Chain, Flow, Seen))
    if not is_followed or _is_handed_on(context, claim):
        done.report(module, node, "LDC213", "the value is a mapping of run details", name)


def _needs_related(context: Context, claim: Claim) -> bool:
    """Whether the run's job, trigger or steps may be read off what the call answers."""
    assert claim.value is not None
    return any(
        not _reads_the_run_alone(module, node) for module, node in context.index.places_of(claim.value)
    )


def _reads_the_run_alone(module: Module, node: ast.expr) -> bool:
    above = module.parent(node)
    if isinstance(above, (ast.Expr, ast.Assign, ast.AnnAssign)):
        return True  # Nothing is read here: a name is followed to where it is.
    if not isinstance(above, ast.Attribute):
        return False
    entry = module.parent(above)
    if above.attr != "run_details":
        return above.attr != JOB_NAME_ATTRIBUTE
    key = entry.slice if isinstance(entry, ast.Subscript) and entry.value is above else None
    return isinstance(key, ast.Constant) and key.value not in RELATED


def _is_handed_on(context: Context, claim: Claim) -> bool:
    assert claim.value is not None
    return any(
        isinstance(use_of(module, node), Returned) for module, node in context.index.places_of(claim.value)
    )


def _rewrite_return_annotation(claim: Claim, statement: ast.stmt, context: Context, done: Rewrite) -> None:
    """An op that says it returns a ``DbtCloudOutput`` would fail Dagster's type check with run details."""
    function = claim.module.function_of(statement)
    if (
        function is None
        or function.returns is None
        or not isinstance(function.returns, (ast.Name, ast.Attribute))
    ):
        return
    values = context.index.values(claim.module, function.returns)
    if any(legacy_name(value) == "DbtCloudOutput" for value in values):
        done.edit(claim.module, ReplaceExpression(claim.module.span(function.returns), "dict"))
