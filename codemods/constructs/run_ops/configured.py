"""``dbt_cloud_run_op.configured({...}, name=...)`` becomes an ``@op`` of the same name that runs the job.

v2 has no such op. The new one takes the same input, needs the same resource key, runs and awaits the same job, and
records the same asset keys. Source: ``dagster_dbt.cloud.ops`` and ``dagster_dbt.cloud.utils``.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, replace

from legacy_shim.catalogue import BY_NAME

from ...analysis.dagster_api.decorators import is_builtin
from ...analysis.inference.legacy_names import RESUMES, RUN_OP
from ...analysis.inference.values import (
    External,
    Literal,
)
from ...analysis.syntax.functions import names_read
from ...analysis.syntax.rebinding import may_change
from ...analysis.syntax.source_module import Module
from ...analysis.uses.index import Reference
from ...analysis.uses.uses import is_dict_call
from ...editing import render
from ...editing.edits import ReplaceStatement
from ...editing.render import Field
from ...editing.style import Style
from ...planning.claims import (
    Claim,
    Context,
    Kind,
    Rewrite,
    goes_by_name,
)
from ...planning.names_bound_inside import names_bound_in
from ...planning.parts import Uses
from ...planning.units import Unit
from ..clients import own_methods
from ..clients.methods import Method
from ..clients.run_and_poll import fails_in, poll_of
from .op_text import (
    LOCALS,
    NAME,
    PREFIX,
    Materializations,
    answers_of,
    op_text,
    tell_of_op,
)
from .places import KEY, places_of_op

_SETTINGS = frozenset(
    {"job_id", "poll_interval", "poll_timeout", "yield_materializations", "asset_key_prefix", RESUMES}
)


@dataclass(frozen=True, eq=False)
class RunOp:
    """A configured op: the variable that holds it, the name it has, and its configuration."""

    variable: str
    name: ast.expr | None
    description: ast.expr | None
    settings: dict[str, ast.expr]


CONSTRUCT = Kind[RunOp]("run_op")


def claims(context: Context) -> Iterator[Claim[RunOp]]:
    """One claim for each op that is configured with a dict and assigned to a name."""
    for reference, place in places_of_op(context):
        found = read(context, reference, place)
        if found is not None:
            yield _claim(context, reference, place, found)


def _claim(context: Context, reference: Reference, place: int, found: RunOp) -> Claim[RunOp]:
    module, chain = reference.module, reference.chain
    call = chain[place + 2]
    return Claim(
        construct=CONSTRUCT,
        part=Uses(),
        module=module,
        node=call,
        name=NAME,
        code=BY_NAME[NAME].code,
        keys=frozenset({KEY}),
        jobs=(context.job_ref(module, found.settings["job_id"]),),
        blocked=(
            *(() if context.run_objects else goes_by_name(context, module, call, NAME)),
            *names_bound_in(module, call, NAME),
        ),
        covers=frozenset({chain[0]}),
        detail=found,
    )


def read(context: Context, reference: Reference, place: int) -> RunOp | None:
    """What a configured op says; None where it is used in another way, or says what cannot be read here."""
    module, chain = reference.module, reference.chain
    if context.index.reads_config_in_hooks:
        return None  # It must have its configuration still.
    if context.index.values(module, chain[place]) != {External(RUN_OP)}:
        return None  # A variable that may stand for other ops too.
    rest = chain[place + 1 :]
    is_configured = len(rest) == 2 and isinstance(rest[0], ast.Attribute) and rest[0].attr == "configured"
    if not is_configured or not isinstance(rest[1], ast.Call):
        return None
    call = rest[1]
    statement = module.parent(call)
    target = (
        statement.targets[0] if isinstance(statement, ast.Assign) and len(statement.targets) == 1 else None
    )
    arguments = dict(zip(("config_or_config_fn", "name"), call.args, strict=False))
    arguments |= {keyword.arg: keyword.value for keyword in call.keywords if keyword.arg}
    config = _display(context, module, arguments.get("config_or_config_fn"))
    is_readable = config is not None and not set(arguments) - {"config_or_config_fn", "name", "description"}
    settings = _settings(config) if config is not None and is_readable else None
    if settings is None or not isinstance(target, ast.Name) or _is_other_inside(context, module, settings):
        return None
    return RunOp(target.id, arguments.get("name"), arguments.get("description"), settings)


def _is_other_inside(context: Context, module: Module, settings: dict[str, ast.expr]) -> bool:
    """Whether a name in the configuration may be something else in the body of an op, when that runs."""
    names = context.index.tree.names(module)
    return any(names_read(value) & LOCALS or may_change(names, module, value) for value in settings.values())


def _display(context: Context, module: Module, config: ast.expr | None) -> ast.expr | None:
    if isinstance(config, ast.Name):
        named = context.index.values(module, config)
        display = next(iter(named)) if len(named) == 1 else None
        # A dict that is read elsewhere too stays where it is, and the op says the same.
        is_bound_again = may_change(context.index.tree.names(module), module, config)
        config = None
        if (
            not is_bound_again
            and isinstance(display, Literal)
            and display.module is module
            and not is_changed(context, display)
        ):
            config = display.node
    evaluator = context.constants.evaluator
    if isinstance(config, ast.Call) and isinstance(config.func, ast.Name):
        return config if is_builtin(evaluator, module, config.func) else None
    return config


def is_changed(context: Context, display: Literal) -> bool:
    """Whether anything is put into a dict, which the op reads when it runs, or may be."""
    evaluator = context.constants.evaluator
    is_changed = evaluator.statements.added_to(display) or evaluator.statements.shifts(display)
    return bool(is_changed) or evaluator.changes.is_led_away(display)


def _entries(config: ast.expr) -> list[tuple[object, ast.expr]] | None:
    """What a dict says that is written out, ``{"job_id": 1}`` or ``dict(job_id=1)``; None for any other expression."""
    match config:
        case ast.Dict(keys, values):
            written = [key.value if isinstance(key, ast.Constant) else None for key in keys]
            return list(zip(written, values, strict=True))
        case ast.Call(args=[], keywords=words) if is_dict_call(config):
            return [(word.arg, word.value) for word in words]
    return None


def _settings(config: ast.expr) -> dict[str, ast.expr] | None:
    settings: dict[str, ast.expr] = {}
    entries = _entries(config)
    for key, value in entries or ():
        if key not in _SETTINGS or isinstance(value, ast.Dict):
            return None
        settings[str(key)] = value
    materializes = settings.get("yield_materializations")
    is_constant = materializes is None or isinstance(materializes, ast.Constant)
    return settings if "job_id" in settings and is_constant else None


def rewrite(claim: Claim[RunOp], unit: Unit, context: Context) -> Rewrite:
    """Put the op where the configured one is assigned."""
    done = Rewrite()
    module, found = claim.module, claim.detail
    assert isinstance(claim.node, ast.Call)
    style, use = context.style(module), unit.using(done, module)
    method = Method("run_job_and_poll", tuple(found.settings.items()))
    poll = poll_of(method, module, related=not context.release.lacks("related"), fails=fails_in(context))
    if RESUMES in found.settings:
        start = own_methods.define(
            context, module, unit, done, own_methods.START, module.top_statement_of(claim.node)
        )
        resumes = f"{RESUMES}={render.own_text(module, found.settings[RESUMES])}"
        poll = replace(poll, start=start, settings=(resumes,))
    materializations = _materializations(module, found, style)
    text = op_text(
        found.variable,
        _own_fields(module, found, style),
        poll,
        materializations,
        use,
        style,
        answers=answers_of(context, module, unit, done),
    )
    statement = module.statement_of(claim.node)
    done.edit(module, ReplaceStatement(module.span(statement), text))
    tell_of_op(
        done,
        claim,
        context,
        materializes=materializations is not None,
        limits="poll_timeout" in found.settings,
        undescribed=found.description is None,
        causes=not poll.start,
    )
    return done


def _own_fields(module: Module, found: RunOp, style: Style) -> list[Field]:
    fields: list[Field] = []
    is_named = isinstance(found.name, ast.Constant) and found.name.value == found.variable
    if not is_named:
        name = render.own_text(module, found.name) if found.name is not None else style.string(NAME)
        fields.append(Field(name, "name"))
    if found.description is not None:
        fields.append(Field(render.own_text(module, found.description), "description"))
    return fields


def _materializations(module: Module, found: RunOp, style: Style) -> Materializations | None:
    wanted = found.settings.get("yield_materializations")
    if isinstance(wanted, ast.Constant) and not wanted.value:
        return None
    prefix = found.settings.get("asset_key_prefix")
    if prefix is None:
        return Materializations(", ".join(style.string(part) for part in PREFIX))
    if isinstance(prefix, ast.List) and all(isinstance(part, ast.Constant) for part in prefix.elts):
        return Materializations(", ".join(module.source_of(part) for part in prefix.elts))
    return Materializations(f"*{render.operand(module, prefix)}")
