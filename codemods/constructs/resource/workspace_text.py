"""The workspace that does what a legacy resource did, argument by argument.

Source: ``dagster_dbt.cloud_v2.resources``. ``DbtCloudCredentials`` is a NamedTuple, so an ``EnvVar`` or
``{"env": ...}`` in it is never resolved: it becomes a read of the environment.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping
from urllib.parse import urljoin

from ...analysis.inference.values import (
    LEGACY,
    External,
    Local,
    Made,
)
from ...analysis.syntax.source_module import FUNCTIONS, Module
from ...editing import render
from ...editing.render import Field
from ...editing.style import Style, is_directive
from ...planning.claims import (
    Claim,
    Context,
    JobRef,
    Rewrite,
)
from ...planning.parts import Loads
from ...planning.settings import RETRIES, TOKEN, Setting, Settings
from ...planning.units import Unit
from ...planning.v2 import (
    CLOUD_V2,
    DEFAULT_HOST,
    Use,
    missing_fact,
)
from ..deployment_table import Lookup, of_resource, tell_of_clients
from ..job_differences import (
    REUSE_NOTE,
    reuse_note,
    tell_of_schedules,
    unknown_job,
)
from .env_vars import Kind, kind_of, variable_at
from .settings import LOGGING

ORDER = ("credentials", "project_id", "environment_id", "adhoc_job_name", *RETRIES)
"""The arguments of a workspace, as they are written; those of a class of the user's come behind them."""
_WITHOUT_COUNTERPART = LOGGING | {"disable_schedule_on_trigger"}


def workspace_text(claim: Claim, unit: Unit, context: Context, done: Rewrite) -> str:
    """The workspace that does what a resource did; its imports and differences are noted in ``done``."""
    module, settings = claim.module, claim.settings
    assert settings is not None
    style = context.style(module)
    use = unit.using(done, module)
    described = {"token": Field(_token(context, settings, use, style))}
    described["account_id"] = Field(_integer(context, settings.values["account_id"], use, style))
    described["access_url"] = Field(_host(context, settings.values.get("dbt_cloud_host"), use, style))
    order = {"account_id": 0, "token": 1, "access_url": 2}
    renamed = {"auth_token": "token", "api_token": "token", "dbt_cloud_host": "access_url"}
    parts = [(node, Field("", renamed.get(name, name))) for node, name in settings.parts]
    told, left = render.with_comments(module, style, _whole(claim, settings), parts)
    by_name = {field.name: field for field in told}
    credentials = [
        by_name.get(name, Field("", name)).saying(field.text)
        for name, field in sorted(described.items(), key=lambda item: order[item[0]])
    ]
    workspace = _class_text(claim, context, use)
    inner = render.call(
        use(CLOUD_V2, "DbtCloudCredentials"),
        credentials,
        style,
        before=f"{style.indent}credentials=",
        behind=",",
    )
    for setting, field in by_name.items():
        if setting in _WITHOUT_COUNTERPART:
            gone = field.saying("")
            left += [*gone.comments, *([gone.trailing] if gone.trailing else [])]
    for_tools = "".join(f"  {comment}" for comment in left if is_directive(comment))
    left = [comment for comment in left if not is_directive(comment)]
    lookup = of_resource(claim, unit, context, use, done)
    fields = [Field(inner, "credentials", tuple(left)), *_place(claim, unit, use, style, lookup)]
    for name in RETRIES:
        if name in settings.values:
            fields.append(_described(name, _number(context, settings.values[name], use, style), by_name))
    fields += [_described(name, setting.text(), by_name) for name, setting in settings.own.items()]
    if settings.spread:
        fields.append(Field(settings.spread))
    _report(claim, unit, settings, context, done)
    # A workspace is always laid out one argument a line: four of them in one are hard to read.
    return f"{workspace}({for_tools}\n{render.exploded(fields, style)})"


def _whole(claim: Claim, settings: Settings) -> ast.expr:
    """The expression that the workspace stands for, or the configuration where a function returns it."""
    assert isinstance(claim.node, ast.expr)
    function = decorated_by(claim.module, claim.node)
    is_in_lambda = any(isinstance(above, ast.Lambda) for above in claim.module.ancestors(settings.whole))
    return settings.whole if function is not None or is_in_lambda else claim.node


def decorated_by(module: Module, call: ast.expr) -> ast.FunctionDef | ast.AsyncFunctionDef | None:
    """The function that a call decorates."""
    above = module.parent(call)
    return above if isinstance(above, FUNCTIONS) and call in above.decorator_list else None


def _report(claim: Claim, unit: Unit, settings: Settings, context: Context, done: Rewrite) -> None:
    late = list(_read_at_launch(context, claim, settings))
    if late:
        scope = claim.module.scope_of(claim.node)
        when = f"`{scope.name}` is called" if isinstance(scope, FUNCTIONS) else "this module is imported"
        said = f"{' and '.join(late)} {'are' if len(late) > 1 else 'is'} read when {when}"
        done.report(claim.module, claim.node, "LDC201", said, claim.name)
    for name in (name for _, name in settings.parts if name in LOGGING):
        said = f"`{name}` is left out: v2's client logs errors alone, by Dagster's own logger"
        done.report(claim.module, claim.node, "LDC218", said, claim.name)
    _tell_of_missing_facts(claim, unit, done)
    tell_of_clients(claim, unit, done)
    if not _leaves_schedules_alone(settings):
        tell_of_schedules(done, claim, unit, context)


def _read_at_launch(context: Context, claim: Claim, settings: Settings) -> Iterator[str]:
    """What legacy read when a run started: what Dagster resolves, and what the body of a config function reads."""
    around = set(claim.module.ancestors(claim.node)) - {decorated_by(claim.module, claim.node)}
    for name, setting in settings.values.items():
        functions = (
            above
            for above in setting.module.ancestors(setting.node)
            if isinstance(above, (*FUNCTIONS, ast.Lambda))
        )
        is_in_function = not setting.access and not set(functions) <= around
        is_read = is_in_function and not isinstance(setting.node, ast.Constant)
        if is_read or kind_of(context, setting) is not Kind.PLAIN:
            yield "token" if name in TOKEN else name


def _described(name: str, text: str, by_name: Mapping[str, Field]) -> Field:
    return by_name.get(name, Field("", name)).saying(text)


def _class_text(claim: Claim, context: Context, use: Use) -> str:
    """What is called: the workspace, or the user's class that derives from it."""
    node, module = claim.node, claim.module
    if isinstance(node, ast.Call):
        for callee in context.index.values(module, node.func):
            if isinstance(callee, Local):
                return render.own_text(module, node.func)
    return use(CLOUD_V2, "DbtCloudWorkspace")


def _token(context: Context, settings: Settings, use: Use, style: Style) -> str:
    return _environment_read(context, settings.token, use, style) or settings.token.text()


def _integer(context: Context, setting: Setting, use: Use, style: Style) -> str:
    read = _environment_read(context, setting, use, style)
    if read:
        return f"{use('builtins', 'int')}({read})"
    node, text = setting.node, setting.text()
    if setting.others:
        said = [context.constants.read(each.module, each.node) for each in setting.each()]
        is_int = all(one is not None and isinstance(one.value, int) and not one.variable for one in said)
        return text if is_int else f"{use('builtins', 'int')}({text})"
    if isinstance(node, ast.Constant) and not setting.access:
        return str(int(str(node.value)))
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "int":
        return text
    known = context.constants.read(setting.module, node)
    if known is not None and isinstance(known.value, int) and not known.variable:
        return text
    return f"{use('builtins', 'int')}({text})"


def _number(context: Context, setting: Setting, use: Use, style: Style) -> str:
    read = _environment_read(context, setting, use, style)
    return f"{use('builtins', 'float')}({read})" if read else setting.text()


def _host(context: Context, setting: Setting | None, use: Use, style: Style) -> str:
    if setting is None:
        return style.string(DEFAULT_HOST)
    node = setting.node
    if setting.others:
        read = _environment_read(context, setting, use, style) or setting.text()
        return f"{read}.rstrip({style.string('/')})"
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and not setting.access:
        return style.string(_without_last(node.value))
    if External(f"{LEGACY}DBT_DEFAULT_HOST") in context.index.values(setting.module, node):
        return style.string(DEFAULT_HOST)
    known = context.constants.read(setting.module, node)
    if known is not None and not known.variable and isinstance(known.value, str):
        if _without_last(known.value) == known.value:
            return setting.text()
        if not known.value.endswith("/"):
            return style.string(_without_last(known.value))
    text = _environment_read(context, setting, use, style) or setting.text()
    return f"{text if setting.is_simple else f'({text})'}.rstrip({style.string('/')})"


def _without_last(host: str) -> str:
    """What legacy's requests began with: it joined their paths to the host, in place of what stood behind its last ``/``."""
    return (urljoin(host, ".") if "://" in host else host).rstrip("/")


def _environment_read(context: Context, setting: Setting, use: Use, style: Style) -> str:
    """A read of the environment for what Dagster would have resolved; empty for anything else."""
    kind = kind_of(context, setting)
    if kind is Kind.PLAIN:
        return ""
    written = _variable_written(context, setting)
    if written is not None:
        return f"{use('os', '')}.environ[{_text_of(setting, written, style)}]"
    text = setting.text() if setting.is_simple else f"({setting.text()})"
    if kind is Kind.ENV_VAR:
        return f"{text}.get_value()"
    return f"{use('os', '')}.environ[{text}[{style.string('env')}]]"


def _variable_written(context: Context, setting: Setting) -> ast.expr | None:
    """The expression that names the variable, where the setting is ``EnvVar(X)`` or ``{"env": X}`` itself."""
    found = None if setting.others else variable_at(context, setting.module, setting.node)
    # What stands elsewhere may name what is not known here.
    return found if not setting.access or isinstance(found, ast.Constant) else None


def _text_of(setting: Setting, variable: ast.expr, style: Style) -> str:
    if setting.access and isinstance(variable, ast.Constant) and isinstance(variable.value, str):
        return style.string(variable.value)
    return render.own_text(setting.module, variable)


def _place(claim: Claim, unit: Unit, use: Use, style: Style, lookup: Lookup) -> list[Field]:
    """Project, environment and, where one can be reused, the job."""
    assert isinstance(claim.value, Made)
    where = unit.environments.get(claim.value)
    job = "" if where else _job_text(claim, unit, use, style.string)
    fields = [
        Field(
            lookup.cell(name, style)
            or (str(getattr(where, name)) if where else missing_fact(use, name, job)),
            name,
        )
        for name in ("project_id", "environment_id")
    ]
    if "name" in lookup.columns:
        return [*fields, Field(lookup.cell("name", style), "adhoc_job_name", trailing=lookup.note)]
    reused = unit.reused.get(where) if where is not None and _loads_of(claim, unit) else None
    if reused is not None:
        varies = any(ref.varies and reused.id in ref.job_ids for ref in _refs_of(claim, unit))
        note = REUSE_NOTE if varies else reuse_note(reused)
        fields.append(Field(style.string(reused.name), "adhoc_job_name", trailing=note))
    return fields


def _loads_of(claim: Claim, unit: Unit) -> list[Claim]:
    """What is loaded with the resource."""
    return [
        other for other in unit.claims if isinstance(other.part, Loads) and other.resources & claim.resources
    ]


def _refs_of(claim: Claim, unit: Unit) -> tuple[JobRef, ...]:
    """The jobs that say where the resource belongs: those of its loads, else those of the unit."""
    return tuple(ref for other in _loads_of(claim, unit) for ref in other.jobs) or unit.job_refs


def _job_text(claim: Claim, unit: Unit, use: Use, string: Callable[[str], str]) -> str:
    """How a placeholder names the job whose facts are missing; empty where no text means it in this place."""
    refs = _refs_of(claim, unit)
    unknown = [ref for ref in refs if len(unit.jobs_of(ref)) < max(1, len(ref.job_ids))]
    for ref in unknown or refs:
        if ref.job_ids:
            return str(ref.job_ids[0])
        if ref.variable:
            return f"{use('os', '')}.environ.get({string(ref.variable)})"
    return ""


def _tell_of_missing_facts(claim: Claim, unit: Unit, done: Rewrite) -> None:
    assert isinstance(claim.value, Made)
    if claim.value in unit.environments:
        return
    for ref in _refs_of(claim, unit):
        known = {job.id for job in unit.jobs_of(ref)}
        for job_id in ref.job_ids:
            if job_id not in known:
                said = f"{ref.job_in_words(job_id)}: its project and environment"
                done.report(claim.module, claim.node, "LDC401", said, claim.name, jobs=(job_id,))
        if not ref.job_ids:
            done.report(ref.module, ref.node, "LDC402", unknown_job(ref), claim.name)


def _leaves_schedules_alone(settings: Settings) -> bool:
    switch = settings.values.get("disable_schedule_on_trigger")
    if switch is None:
        return False
    return all(isinstance(each.node, ast.Constant) and each.node.value is False for each in switch.each())
