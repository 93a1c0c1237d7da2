"""The legacy resource, in each way to build it, becomes a ``DbtCloudWorkspace`` under its old name and key.

    dbt_cloud_resource.configured({"auth_token": {"env": "TOKEN"}, "account_id": 12345})
    dbt_cloud_resource(api_token=..., account_id=...)
    DbtCloudClientResource(auth_token=..., account_id=...)

Source: ``dagster_dbt.cloud_v2.resources``. ``DbtCloudCredentials`` is a NamedTuple, so an ``EnvVar`` or
``{"env": ...}`` in it is never resolved: it becomes a read of the environment.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from legacy_shim.catalogue import BY_NAME

from .. import render, sinks
from ..claims import Claim, Context, Rewrite, covered
from ..edits import InsertBefore, ReplaceExpression
from ..findings import Finding
from ..index import thing_kind
from ..job_differences import tell_of_schedules
from ..modules import Module
from ..render import Field
from ..units import Unit
from ..v2 import CLOUD_V2, DEFAULT_HOST, Use, missing_fact
from ..values import External, Literal, Made, legacy_name

_TOKEN = ("auth_token", "api_token")
_KNOWN = {
    *_TOKEN, "account_id", "disable_schedule_on_trigger", "request_max_retries", "request_retry_delay", "dbt_cloud_host"
}  # fmt: skip
_WITHOUT_COUNTERPART = frozenset({"disable_schedule_on_trigger"})
_POSITIONS = {
    "dbt_cloud_resource": ("api_token", "account_id", "disable_schedule_on_trigger"),
    "DbtCloudResource": ("auth_token", "account_id", "disable_schedule_on_trigger", "request_max_retries",
                         "request_retry_delay", "dbt_cloud_host"),
}  # fmt: skip


@dataclass(frozen=True, eq=False)
class Settings:
    """What a resource is built with: the expression of each setting, and the part that holds it."""

    values: dict[str, ast.expr]
    parts: tuple[tuple[ast.AST, str], ...]
    """The keyword or dict value that gives each setting, in the user's order."""


def claims(context: Context) -> Iterator[Claim]:
    """One claim for each place where a resource is built."""
    index = context.index
    seen: set[Made] = set()
    for reference in index.references:
        for link in reference.chain:
            for value in index.values(reference.module, link):
                is_new = isinstance(value, Made) and thing_kind(value) == "resource" and value not in seen
                if is_new and isinstance(value, Made) and value.call in reference.chain:
                    seen.add(value)
                    yield _claim(context, value)


def _claim(context: Context, value: Made) -> Claim:
    module, name = value.module, legacy_name(value)
    uses = sinks.resource_uses(context.index, value)
    problem, settings = _settings(context, value)
    blocked = [sinks.lost_trail(role, "the resource", name) for role in uses.escapes]
    if problem:
        blocked.append(Finding(module.place(value.call), "LDC302", problem, name))
    return Claim(
        construct="resource",
        module=module,
        node=value.call,
        name=name,
        code=BY_NAME[name].code,
        value=value,
        resources=frozenset({value}),
        keys=frozenset(binding.key for binding in uses.bindings if binding.key),
        blocked=tuple(blocked),
        covers=covered([value.call]),
        detail=settings,
    )


def _settings(context: Context, value: Made) -> tuple[str, Settings | None]:
    """The settings of a resource, or why they cannot be told."""
    module, call = value.module, value.call
    callee = context.index.values(module, call.func)
    if any(not isinstance(inner, (External,)) and not _is_configured(inner) for inner in callee):
        return "a subclass of the legacy resource is rewritten by hand", None
    dotted = value.of.removeprefix("legacy.")
    if dotted == "dbt_cloud_resource.configured" or dotted.endswith(".configured"):
        return _from_dict(context, module, call)
    if "." in dotted:
        return (
            f"`.{dotted.split('.', 1)[1]}()` is configured at launch, and a workspace when it is built",
            None,
        )
    return _from_arguments(call, dotted)


def _is_configured(value: object) -> bool:
    return not isinstance(value, External) and legacy_name(value) != ""  # type: ignore[arg-type]


def _from_dict(context: Context, module: Module, call: ast.Call) -> tuple[str, Settings | None]:
    config = (
        call.args[0]
        if call.args
        else next((k.value for k in call.keywords if k.arg == "config_or_config_fn"), None)
    )
    found = context.index.values(module, config) if config is not None else frozenset()
    displays = [value for value in found if isinstance(value, Literal) and isinstance(value.node, ast.Dict)]
    if len(displays) != 1 or len(found) != 1:
        return "its configuration is no dict that can be read here", None
    display = displays[0]
    if display.module is not module:
        return "its configuration stands in another file", None
    assert isinstance(display.node, ast.Dict)
    values: dict[str, ast.expr] = {}
    for key, inner in zip(display.node.keys, display.node.values, strict=True):
        if not (isinstance(key, ast.Constant) and isinstance(key.value, str)):
            return "its configuration has keys that cannot be read here", None
        values[key.value] = inner
    return _checked(values, tuple((inner, name) for name, inner in values.items()))


def _from_arguments(call: ast.Call, name: str) -> tuple[str, Settings | None]:
    values: dict[str, ast.expr] = {}
    parts: list[tuple[ast.AST, str]] = []
    positions = _POSITIONS.get(name, ())
    if any(isinstance(argument, ast.Starred) for argument in call.args) or len(call.args) > len(positions):
        return "its arguments cannot be read here", None
    for setting, argument in zip(positions, call.args, strict=False):
        values[setting] = argument
        parts.append((argument, setting))
    for keyword in call.keywords:
        if keyword.arg is None:
            return "its arguments are given with `**`, and cannot be read here", None
        values[keyword.arg] = keyword.value
        parts.append((keyword, keyword.arg))
    return _checked(values, tuple(parts))


def _checked(
    values: dict[str, ast.expr], parts: tuple[tuple[ast.AST, str], ...]
) -> tuple[str, Settings | None]:
    unknown = sorted(set(values) - _KNOWN)
    if unknown:
        return f"a workspace has nothing for `{unknown[0]}`", None
    if not any(name in values for name in _TOKEN) or "account_id" not in values:
        return "its token or account id is given elsewhere", None
    return "", Settings(values, parts)


def rewrite(claim: Claim, unit: Unit, context: Context) -> Rewrite:
    """Put a workspace where the resource is built."""
    done = Rewrite()
    module = claim.module
    assert isinstance(claim.value, Made)
    assert isinstance(claim.node, ast.Call)
    text = workspace_text(claim, unit, context, done)
    inline = unit.inline.get(claim.value)
    if inline is not None:
        statement = module.span(module.statement_of(claim.node))
        done.edit(module, InsertBefore(statement, f"{inline} = {text}\n", rank=0))
    else:
        done.edit(
            module, ReplaceExpression(module.span(claim.node), render.in_place(module, claim.node, text))
        )
    return done


def workspace_text(claim: Claim, unit: Unit, context: Context, done: Rewrite) -> str:
    """The workspace that does what a resource did; its imports and differences are noted in ``done``."""
    module, settings = claim.module, claim.detail
    assert isinstance(settings, Settings)
    assert isinstance(claim.node, ast.Call)
    style = context.style(module)
    use = unit.using(done, module)
    described = {"token": Field(_token(context, module, settings, use))}
    described["account_id"] = Field(_account(context, module, settings.values["account_id"], use))
    described["access_url"] = Field(
        _host(context, module, settings.values.get("dbt_cloud_host"), use, style.string)
    )
    order = {"account_id": 0, "token": 1, "access_url": 2}
    renamed = {"auth_token": "token", "api_token": "token", "dbt_cloud_host": "access_url"}
    parts = [(node, Field("", renamed.get(name, name))) for node, name in settings.parts]
    told, left = render.with_comments(module, style, claim.node, parts)
    by_name = {field.name: field for field in told}
    credentials = [
        Field(field.text, name, by_name[name].comments, by_name[name].trailing)
        if name in by_name
        else Field(field.text, name)
        for name, field in sorted(described.items(), key=lambda item: order[item[0]])
    ]
    workspace = use(CLOUD_V2, "DbtCloudWorkspace")
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
    fields = [Field(inner, "credentials", tuple(left)), *_place(unit, use, style.string)]
    for name in ("request_max_retries", "request_retry_delay"):
        if name in settings.values:
            text = module.source_of(settings.values[name])
            fields.append(Field(text, name, by_name[name].comments, by_name[name].trailing))
    _tell(claim, unit, settings, done)
    # A workspace is always laid out one argument a line: nobody reads four of them in one.
    return f"{workspace}(\n{render.exploded(fields, style)})"


def _tell(claim: Claim, unit: Unit, settings: Settings, done: Rewrite) -> None:
    said = "token and account are read when this module is imported"
    done.tell(claim.module, claim.node, "LDC201", said, claim.name)
    _tell_of_missing_facts(claim, unit, done)
    if not _leaves_schedules_alone(settings):
        tell_of_schedules(done, claim, unit)


def _token(context: Context, module: Module, settings: Settings, use: Use) -> str:
    node = settings.values.get("auth_token") or settings.values["api_token"]
    return _environment_read(context, module, node, use) or render.own_text(module, node)


def _account(context: Context, module: Module, node: ast.expr, use: Use) -> str:
    read = _environment_read(context, module, node, use)
    if read:
        return f"int({read})"
    if isinstance(node, ast.Constant):
        return str(int(str(node.value)))
    text = render.own_text(module, node)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "int":
        return text
    known = context.constants.read(module, node)
    if known is not None and isinstance(known.value, int) and not known.variable:
        return text
    return f"int({text})"


def _host(
    context: Context, module: Module, node: ast.expr | None, use: Use, string: Callable[[str], str]
) -> str:
    if node is None:
        return string(DEFAULT_HOST)
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return string(node.value.rstrip("/"))
    known = context.constants.read(module, node)
    if (
        known is not None
        and not known.variable
        and isinstance(known.value, str)
        and not known.value.endswith("/")
    ):
        return render.own_text(module, node)
    text = _environment_read(context, module, node, use) or render.own_text(module, node)
    simple = isinstance(node, (ast.Name, ast.Attribute, ast.Call, ast.Subscript, ast.Dict))
    return f"{text if simple else f'({text})'}.rstrip({string('/')})"


def _environment_read(context: Context, module: Module, node: ast.expr, use: Use) -> str:
    """``os.environ[...]`` for ``{"env": X}`` and ``EnvVar(X)``; empty for anything else."""
    variable: ast.expr | None = None
    if isinstance(node, ast.Dict) and len(node.keys) == 1:
        key = node.keys[0]
        if isinstance(key, ast.Constant) and key.value == "env":
            variable = node.values[0]
    elif isinstance(node, ast.Call) and len(node.args) == 1:
        callee = context.index.values(module, node.func)
        if callee & {External("dagster.EnvVar"), External("dagster.EnvVar.int")}:
            variable = node.args[0]
    return f"{use('os', '')}.environ[{render.own_text(module, variable)}]" if variable is not None else ""


def _place(unit: Unit, use: Use, string: Callable[[str], str]) -> list[Field]:
    """Project, environment and, where one can be reused, the job."""
    where = unit.environment
    job = "" if where else _job_text(unit, use, string)
    fields = [
        Field(str(where.project_id) if where else missing_fact(use, "project_id", job), "project_id"),
        Field(
            str(where.environment_id) if where else missing_fact(use, "environment_id", job),
            "environment_id",
        ),
    ]
    if unit.reused is not None:
        note = f"# runs job {unit.reused.id} itself, with its settings"
        fields.append(Field(string(unit.reused.name), "adhoc_job_name", trailing=note))
    return fields


def _job_text(unit: Unit, use: Use, string: Callable[[str], str]) -> str:
    """How a placeholder names the job whose facts are missing; empty where no text means it in this place."""
    for ref in unit.job_refs:
        if ref.job_id is not None:
            return str(ref.job_id)
        if ref.variable:
            return f"{use('os', '')}.environ.get({string(ref.variable)})"
    return ""


def _tell_of_missing_facts(claim: Claim, unit: Unit, done: Rewrite) -> None:
    if unit.environment is not None:
        return
    if not unit.job_refs:
        done.tell(
            claim.module,
            claim.node,
            "LDC403",
            "no job that this resource runs is named in the code",
            claim.name,
        )
        return
    for ref in unit.job_refs:
        if ref.job_id is None:
            said = (
                f"set {ref.variable}, or give it with --env-file"
                if ref.variable
                else "the job id cannot be read here"
            )
            done.tell(ref.module, ref.node, "LDC402", said, claim.name)
        elif unit.job_of(ref) is None:
            done.tell(
                claim.module,
                claim.node,
                "LDC401",
                f"job {ref.job_id}: its project and environment",
                claim.name,
            )


def _leaves_schedules_alone(settings: Settings) -> bool:
    switch = settings.values.get("disable_schedule_on_trigger")
    return isinstance(switch, ast.Constant) and switch.value is False
