"""The legacy resource, in each way to build it, becomes a ``DbtCloudWorkspace`` under its old name and key.

    dbt_cloud_resource.configured({"auth_token": {"env": "TOKEN"}, "account_id": 12345})
    dbt_cloud_resource(api_token=..., account_id=...)
    DbtCloudClientResource(auth_token=..., account_id=...)

Source: ``dagster_dbt.cloud_v2.resources``. ``DbtCloudCredentials`` is a NamedTuple, so an ``EnvVar`` or
``{"env": ...}`` in it is never resolved: it becomes a read of the environment.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping

from legacy_shim.catalogue import BY_NAME

from ...analysis.inference.kinds import thing_kind
from ...analysis.inference.legacy_names import CONFIGURED
from ...analysis.inference.values import (
    LEGACY,
    External,
    Local,
    Made,
    legacy_name,
)
from ...analysis.syntax.source_module import (
    FUNCTIONS,
    Module,
)
from ...analysis.uses import escapes as sinks
from ...analysis.uses.index import Reference
from ...analysis.uses.keys import keys_of
from ...analysis.uses.uses import role_of
from ...editing import render
from ...editing.edits import (
    InsertBefore,
    ReplaceExpression,
    ReplaceStatement,
)
from ...editing.render import Field
from ...editing.style import Style
from ...findings import Finding
from ...planning.claims import (
    Claim,
    Context,
    JobRef,
    Rewrite,
    covered,
)
from ...planning.settings import TOKEN, Setting, Settings
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
from .launch_config import kept_for_launch
from .run_config import settings_from_run_config
from .settings import (
    Kind,
    is_env_call,
    is_legacy_resource,
    kind_of,
    settings_of,
)

CONSTRUCT = "resource"

_WITHOUT_COUNTERPART = frozenset({"disable_schedule_on_trigger"})
_RETRIES = ("request_max_retries", "request_retry_delay")


def claims(context: Context) -> Iterator[Claim]:
    """One claim for each place where a resource is built, or bound without being configured."""
    yield from kept_for_launch(context, list(_claims(context)))


def _claims(context: Context) -> Iterator[Claim]:
    index = context.index
    seen: set[Made] = set()
    for reference in index.references:
        for link in reference.chain:
            for value in _built_at(context, reference, link):
                if value not in seen:
                    seen.add(value)
                    yield _claim(context, value)
            for key in _bound_bare(context, reference.module, link):
                yield _bare_claim(context, reference, link, key)


def _built_at(context: Context, reference: Reference, link: ast.expr) -> Iterator[Made]:
    module = reference.module
    for value in context.index.values(module, link):
        if isinstance(value, Made) and thing_kind(value) == "resource" and value.call in reference.chain:
            yield value
        if is_legacy_resource(value):
            yield from _built_around(context, module, link)


def _built_around(context: Context, module: Module, link: ast.expr) -> Iterator[Made]:
    """``configured(dbt_cloud_resource)``, called or as a decorator."""
    role = role_of(module, link)
    call = role.call if role.kind == "argument" and role.position == 0 else None
    if call is not None and External("dagster.configured") in context.index.values(module, call.func):
        outer = module.parent(call)
        if isinstance(outer, ast.Call) and outer.func is call:
            yield Made(module, outer, CONFIGURED)
        elif isinstance(outer, FUNCTIONS):
            yield Made(module, call, CONFIGURED)


def _claim(context: Context, value: Made) -> Claim:
    module, name = value.module, legacy_name(value)
    uses = sinks.resource_uses(context.index, value)
    problem, settings = settings_of(context, value)
    blocked = [sinks.lost_trail(role, "the resource", name) for role in uses.escapes]
    blocked += [sinks.unreadable_key(role, name) for role in uses.unreadable]
    if not problem and isinstance(module.scope_of(value.call), ast.ClassDef):
        problem = "it is an attribute of a class, where a workspace would be a descriptor"
    if problem:
        blocked.append(Finding(module.place(value.call), "LDC302", problem, name))
    function = _decorated_by(module, value.call)
    return Claim(
        construct=CONSTRUCT,
        module=module,
        node=value.call,
        name=name,
        code=BY_NAME[name].code,
        value=value,
        resources=frozenset({value}),
        keys=frozenset(binding.key for binding in uses.bindings if binding.key),
        blocked=tuple(blocked),
        covers=covered([function or value.call]),
        detail=settings,
    )


def _decorated_by(module: Module, call: ast.expr) -> ast.FunctionDef | ast.AsyncFunctionDef | None:
    above = module.parent(call)
    return above if isinstance(above, FUNCTIONS) and call in above.decorator_list else None


def _bound_bare(context: Context, module: Module, link: ast.expr) -> Iterator[str]:
    """The key to which the legacy resource itself is bound: its configuration comes with each run."""
    if any(is_legacy_resource(value) for value in context.index.values(module, link)):
        role = role_of(module, link)
        if role.kind == "entry" and role.name != "**" and role.container is not None:
            keys = keys_of(context.index.evaluator, role)
            yield from keys if len(keys) == 1 else ()


def _bare_claim(context: Context, reference: Reference, link: ast.expr, key: str) -> Claim:
    module, name = reference.module, "dbt_cloud_resource"
    problem, settings = settings_from_run_config(context, module, link, key)
    value = Made(module, link, f"{LEGACY}{name}")
    return Claim(
        construct=CONSTRUCT,
        module=module,
        node=link,
        name=name,
        code=BY_NAME[name].code,
        value=value,
        resources=frozenset({value}),
        keys=frozenset({key}),
        blocked=(Finding(module.place(link), "LDC302", problem, name),) if problem else (),
        covers=frozenset({reference.chain[0]}),
        detail=settings,
    )


def rewrite(claim: Claim, unit: Unit, context: Context) -> Rewrite:
    """Put a workspace where the resource is built."""
    done = Rewrite()
    module = claim.module
    assert isinstance(claim.value, Made) and isinstance(claim.node, ast.expr)
    text = workspace_text(claim, unit, context, done)
    inline = unit.inline.get(claim.value)
    function = _decorated_by(module, claim.node)
    if inline is not None:
        statement = module.span(module.statement_of(claim.node))
        done.edit(module, InsertBefore(statement, f"{inline} = {text}\n", rank=0))
    elif function is not None:
        done.edit(module, ReplaceStatement(module.span(function), f"{function.name} = {text}\n"))
    else:
        done.edit(
            module, ReplaceExpression(module.span(claim.node), render.in_place(module, claim.node, text))
        )
    for home, edit in claim.detail.leftovers:
        done.edit(home, edit)
    if claim.detail.leftovers:
        said = "the configuration of the resource is written where it is built; what is given at launch is refused"
        done.tell(module, claim.node, "LDC219", said, claim.name)
    return done


def workspace_text(claim: Claim, unit: Unit, context: Context, done: Rewrite) -> str:
    """The workspace that does what a resource did; its imports and differences are noted in ``done``."""
    module, settings = claim.module, claim.detail
    assert isinstance(settings, Settings) and isinstance(claim.node, ast.expr)
    style = context.style(module)
    use = unit.using(done, module)
    described = {"token": Field(_token(context, settings, use, style))}
    described["account_id"] = Field(_integer(context, settings.values["account_id"], use, style))
    described["access_url"] = Field(_host(context, settings.values.get("dbt_cloud_host"), use, style))
    order = {"account_id": 0, "token": 1, "access_url": 2}
    renamed = {"auth_token": "token", "api_token": "token", "dbt_cloud_host": "access_url"}
    parts = [(node, Field("", renamed.get(name, name))) for node, name in settings.parts]
    told, left = render.with_comments(module, style, settings.whole, parts)
    by_name = {field.name: field for field in told}
    credentials = [
        Field(field.text, name, by_name[name].comments, by_name[name].trailing)
        if name in by_name
        else Field(field.text, name)
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
            left += [*field.comments, *([field.trailing] if field.trailing else [])]
    lookup = of_resource(claim, unit, context, use, done)
    fields = [Field(inner, "credentials", tuple(left)), *_place(claim, unit, use, style, lookup)]
    for name in _RETRIES:
        if name in settings.values:
            fields.append(_described(name, _number(context, settings.values[name], use, style), by_name))
    fields += [_described(name, setting.text(), by_name) for name, setting in settings.own.items()]
    _tell(claim, unit, settings, context, done)
    # A workspace is always laid out one argument a line: nobody reads four of them in one.
    return f"{workspace}(\n{render.exploded(fields, style)})"


def _tell(claim: Claim, unit: Unit, settings: Settings, context: Context, done: Rewrite) -> None:
    late = list(_read_at_launch(context, claim, settings))
    if late:
        said = f"{' and '.join(late)} {'are' if len(late) > 1 else 'is'} read when this module is imported"
        done.tell(claim.module, claim.node, "LDC201", said, claim.name)
    _tell_of_missing_facts(claim, unit, done)
    tell_of_clients(claim, unit, done)
    if not _leaves_schedules_alone(settings):
        tell_of_schedules(done, claim, unit)


def _read_at_launch(context: Context, claim: Claim, settings: Settings) -> Iterator[str]:
    """What legacy read when a run started: what Dagster resolves, and what the body of a config function reads."""
    around = set(claim.module.ancestors(claim.node)) - {_decorated_by(claim.module, claim.node)}
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
    have = by_name.get(name, Field(""))
    return Field(text, name, have.comments, have.trailing)


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
        return f"int({read})"
    node, text = setting.node, setting.text()
    if isinstance(node, ast.Constant) and not setting.access:
        return str(int(str(node.value)))
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "int":
        return text
    known = context.constants.read(setting.module, node)
    if known is not None and isinstance(known.value, int) and not known.variable:
        return text
    return f"int({text})"


def _number(context: Context, setting: Setting, use: Use, style: Style) -> str:
    read = _environment_read(context, setting, use, style)
    return f"float({read})" if read else setting.text()


def _host(context: Context, setting: Setting | None, use: Use, style: Style) -> str:
    if setting is None:
        return style.string(DEFAULT_HOST)
    node = setting.node
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and not setting.access:
        return style.string(node.value.rstrip("/"))
    if External(f"{LEGACY}DBT_DEFAULT_HOST") in context.index.values(setting.module, node):
        return style.string(DEFAULT_HOST)
    known = context.constants.read(setting.module, node)
    is_told = known is not None and not known.variable and isinstance(known.value, str)
    if is_told and not str(known.value if known else "").endswith("/"):
        return setting.text()
    text = _environment_read(context, setting, use, style) or setting.text()
    return f"{text if setting.is_simple else f'({text})'}.rstrip({style.string('/')})"


def _environment_read(context: Context, setting: Setting, use: Use, style: Style) -> str:
    """A read of the environment for what Dagster would have resolved; empty for anything else."""
    kind = kind_of(context, setting)
    if kind is Kind.PLAIN:
        return ""
    written = _variable_written(setting)
    if written is not None:
        return f"{use('os', '')}.environ[{_text_of(setting, written, style)}]"
    text = setting.text() if setting.is_simple else f"({setting.text()})"
    if kind is Kind.ENV_VAR:
        return f"{text}.get_value()"
    return f"{use('os', '')}.environ[{text}[{style.string('env')}]]"


def _variable_written(setting: Setting) -> ast.expr | None:
    """The expression that names the variable, where the setting is ``EnvVar(X)`` or ``{"env": X}`` itself."""
    node = setting.node
    if isinstance(node, ast.Dict):
        return node.values[0]
    if isinstance(node, ast.Call) and is_env_call(node):
        return node.keywords[0].value
    return node.args[0] if isinstance(node, ast.Call) and len(node.args) == 1 else None


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
        note = REUSE_NOTE if any(ref.varies for ref in _refs_of(claim, unit)) else reuse_note(reused)
        fields.append(Field(style.string(reused.name), "adhoc_job_name", trailing=note))
    return fields


def _loads_of(claim: Claim, unit: Unit) -> list[Claim]:
    """What is loaded with the resource."""
    return [
        other for other in unit.claims if other.construct == "assets" and other.resources & claim.resources
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
                said = f"job {job_id}: its project and environment"
                done.tell(claim.module, claim.node, "LDC401", said, claim.name)
        if not ref.job_ids:
            done.tell(ref.module, ref.node, "LDC402", unknown_job(ref), claim.name)


def _leaves_schedules_alone(settings: Settings) -> bool:
    switch = settings.values.get("disable_schedule_on_trigger")
    return switch is not None and isinstance(switch.node, ast.Constant) and switch.node.value is False
