"""What a legacy resource is built with, in each way to build it.

dbt_cloud_resource(api_token=..., account_id=...)          dbt_cloud_resource.configured({"auth_token": ...})
DbtCloudClientResource(auth_token=..., account_id=...)     dbt_cloud_resource.configured(lambda _: {...})
@configured(dbt_cloud_resource) def cloud(_): return {...}
"""

from __future__ import annotations

import ast
from collections.abc import Mapping

from ...analysis.inference.values import (
    External,
    Local,
    Made,
    Value,
)
from ...analysis.syntax.functions import returns_of
from ...analysis.syntax.source_module import (
    FUNCTIONS,
    Module,
)
from ...planning.claims import Context
from ...planning.settings import TOKEN, Setting, Settings
from .class_defaults import defaults_of, goes_along
from .config_dicts import UNREADABLE, entries
from .env_vars import Kind, kind_of
from .handed_keywords import with_keywords
from .unseen_variables import may_be_from_a_file, may_name_a_variable

KNOWN = {
    *TOKEN, "account_id", "disable_schedule_on_trigger", "request_max_retries", "request_retry_delay", "dbt_cloud_host"
}  # fmt: skip
_OF_CLIENT = ("auth_token", "account_id", "disable_schedule_on_trigger", "request_max_retries",
              "request_retry_delay", "dbt_cloud_host", "log", "log_requests")  # fmt: skip
LOGGING = frozenset({"log", "log_requests"})
"""What says where a client of legacy's logs. v2's logs errors alone, by Dagster's own logger."""
_LOGGING_CLIENTS = frozenset({"DbtCloudClient", "DbtCloudResource"})
_POSITIONS = {
    "dbt_cloud_resource": ("api_token", "account_id", "disable_schedule_on_trigger"),
    "DbtCloudClient": _OF_CLIENT,
    "DbtCloudResource": _OF_CLIENT,
}


Found = tuple[str, Settings | None]
"""Why the settings are not known, or the settings."""


def settings_of(context: Context, value: Made) -> Found:
    """The settings of a resource that is called, or why they are not known."""
    module, call = value.module, value.call
    assert isinstance(call, ast.Call)
    dotted = value.of.removeprefix("legacy.")
    if dotted.endswith(".configured"):
        return _of_configured(context, module, call)
    if "." in dotted:
        return _of_a_method(*dotted.split(".", 1)), None
    config = _config_of_context(context, module, call) if dotted == "dbt_cloud_resource" else None
    if config is not None:
        return from_mapping(context, module, config)
    fields: frozenset[str] = frozenset()
    defaults: dict[str, Setting] = {}
    for callee in context.index.values(module, call.func):
        if isinstance(callee, Local) and isinstance(callee.node, ast.ClassDef):
            if dotted != "DbtCloudClientResource":
                return (
                    f"a subclass of `{dotted}` must be rewritten by hand: give its settings where the resource is built",
                    None,
                )
            defaults = _defaults(context, callee)
            fields = own_fields(context, callee) - defaults.keys()
    return _from_arguments(context, module, call, dotted, fields, defaults)


def _defaults(context: Context, owner: Local) -> dict[str, Setting]:
    """The settings that a class of the tree has defaults for, and those that it derives from."""
    found: dict[str, Setting] = {}
    for one in context.index.evaluator.objects.lineage(owner):
        for name, node in defaults_of(context, one, frozenset(KNOWN)).items():
            if node.value is not None and not goes_along(name):
                found.setdefault(name, Setting(one.module, node.value))
    return found


def _of_a_method(owner: str, method: str) -> str:
    """Why what a method of a legacy class makes, which is called of the class itself, has no settings to read."""
    if method == "configure_at_launch":
        return f"`.{method}()` is configured at launch, and a workspace where it is built: write its settings there"
    if method in _OF_MODELS:
        return f"what `.{method}()` is given cannot be read: call the class itself, `{owner}(auth_token=..., account_id=...)`"
    return f"`{method}` is called of the class `{owner}`: call it of what it is about, `client.{method}(...)`"


_OF_MODELS = frozenset(
    {
        "model_validate",
        "model_validate_json",
        "model_construct",
        "parse_obj",
        "construct",
        "validate",
        "partial",
    }
)
"""Methods of pydantic's models and of Dagster's resources that make an object."""


def _config_of_context(context: Context, module: Module, call: ast.Call) -> ast.expr | None:
    """The configuration of a resource that is called by hand: ``dbt_cloud_resource(build_init_resource_context(config=x))``."""
    if len(call.args) != 1 or call.keywords or not isinstance(call.args[0], ast.Call):
        return None
    given = call.args[0]
    if External("dagster.build_init_resource_context") not in context.index.values(module, given.func):
        return None
    found = [word.value for word in given.keywords if word.arg == "config"]
    return found[0] if len(found) == len(given.keywords) == 1 and not given.args else None


def own_fields(context: Context, owner: Local) -> frozenset[str]:
    """The annotated fields of a class of the tree, and of those of the tree that it derives from."""
    assert isinstance(owner.node, ast.ClassDef)
    found = {
        node.target.id
        for node in owner.node.body
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name)
    }
    for base in owner.node.bases:
        for value in context.index.values(owner.module, base):
            if isinstance(value, Local) and isinstance(value.node, ast.ClassDef) and value != owner:
                found |= own_fields(context, value)
    return frozenset(found)


def _of_configured(context: Context, module: Module, call: ast.Call) -> Found:
    given = next((word.value for word in call.keywords if word.arg == "config_or_config_fn"), None)
    config = call.args[0] if call.args else given
    decorated = module.parent(call)
    if isinstance(decorated, FUNCTIONS) and call in decorated.decorator_list:
        return _from_function(context, module, decorated)
    if config is None:
        return (
            "its configuration is given elsewhere: write it where the resource is built, `.configured({...})`",
            None,
        )
    if isinstance(config, ast.Lambda):
        return _from_function(context, module, config)
    for value in context.index.values(module, config):
        if isinstance(value, Local) and isinstance(value.node, FUNCTIONS):
            if value.module is not module:
                return (
                    "the function that configures it is in another file: move it beside the resource, or write `.configured({...})`",
                    None,
                )
            return _from_function(context, module, value.node)
    return from_mapping(context, module, config)


def _from_function(
    context: Context, module: Module, function: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
) -> Found:
    """What a config function returns, where that does not depend on what it is given."""
    if isinstance(function, ast.Lambda):
        returned: list[ast.expr] = [function.body]
        statements: list[ast.stmt] = []
    else:
        returned = returns_of(function)
        statements = [node for node in function.body if not _is_docstring(node)]
    parameters = {arg.arg for arg in [*function.args.posonlyargs, *function.args.args]}
    read = {inner.id for node in returned for inner in ast.walk(node) if isinstance(inner, ast.Name)}
    if len(returned) != 1 or len(statements) > 1 or parameters & read:
        return (
            "the function that configures it reads configuration given at launch: write the values into it",
            None,
        )
    return from_mapping(context, module, returned[0])


def _is_docstring(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def from_mapping(context: Context, module: Module, config: ast.expr) -> Found:
    """The settings in a dict, displayed here or elsewhere."""
    problem, values = entries(context, module, config)
    if problem:
        return problem, None
    for name, value in values.items():
        if may_be_from_a_file(context, value):
            return _UNSEEN.format(name), None
    is_here = isinstance(config, ast.Dict)
    parts = tuple((value.node, name) for name, value in values.items() if is_here and not value.access)
    return checked(context, Settings(values, parts, config))


def _from_arguments(
    context: Context,
    module: Module,
    call: ast.Call,
    name: str,
    fields: frozenset[str],
    defaults: Mapping[str, Setting],
) -> Found:
    values: dict[str, Setting] = {}
    parts: list[tuple[ast.AST, str]] = []
    positions = _POSITIONS.get(name, ())
    if any(isinstance(argument, ast.Starred) for argument in call.args) or len(call.args) > len(positions):
        return "its arguments cannot be determined: write them out by name", None
    for setting, argument in zip(positions, call.args, strict=False):
        values[setting] = Setting(module, argument)
        parts.append((argument, setting))
    for keyword in call.keywords:
        if keyword.arg is None:
            problem, spread = entries(context, module, keyword.value)
            if problem:
                said = "its arguments are passed with `**` and cannot be determined: write them out, `auth_token=..., account_id=...`"
                return said if problem == UNREADABLE else problem, None
            values |= spread
            continue
        values[keyword.arg] = Setting(module, keyword.value)
        parts.append((keyword, keyword.arg))
    if name in _LOGGING_CLIENTS:
        for left_out in LOGGING & values.keys():
            if not _may_be_left_out(context, values.pop(left_out)):
                return (
                    f"its `{left_out}` is made in the call, and a workspace has none: assign it to a name, or leave it out",
                    None,
                )
    is_token_given = any(token in values for token in TOKEN)
    for setting, default in defaults.items():
        if setting not in TOKEN or not is_token_given:
            values.setdefault(setting, default)
    own = {key: values.pop(key) for key in sorted(fields & values.keys(), key=list(values).index)}
    return checked(context, Settings(values, tuple(parts), call, own))


def _may_be_left_out(context: Context, setting: Setting) -> bool:
    """Whether nothing happens, and nothing is missing, where an expression is no longer evaluated."""
    loggers = {External("dagster.get_dagster_logger"), External("logging.getLogger")}
    return all(
        bool(loggers & context.index.values(setting.module, node.func))
        for node in ast.walk(setting.node)
        if isinstance(node, ast.Call)
    ) and not any(isinstance(node, (ast.NamedExpr, ast.Await, ast.Yield)) for node in ast.walk(setting.node))


_HAVING = {
    "request_timeout": "only the facade has",
    "log": "v2 uses Dagster's own logger, and a workspace has no",
    "log_requests": "a workspace has no",
}
"""What to say of settings that only the legacy resource has, or the facade's."""


_UNSEEN = 'its `{0}` may be `EnvVar("NAME")` or `{{"env": "NAME"}}`, which cannot be traced: write it where the resource is built'


def checked(context: Context, settings: Settings) -> Found:
    """The settings, if a workspace can be built with them."""
    problem, settings = with_keywords(context, settings)
    if problem:
        return problem, None
    for name, setting in settings.values.items():
        kind = kind_of(context, setting)
        if kind is Kind.MIXED:
            said = f"its `{name}` is an EnvVar, or a dict with `env`, in one place and something else in another: use one of the two"
            return said, None
        if may_name_a_variable(context, setting):
            return _UNSEEN.format(name), None
    unknown = sorted(set(settings.values) - KNOWN)
    if unknown:
        who = _HAVING.get(unknown[0], "neither the legacy resource nor a workspace has")
        return f"{who} `{unknown[0]}`: leave it out", None
    if not any(name in settings.values for name in TOKEN) or "account_id" not in settings.values:
        return (
            "its token or account id is given elsewhere: write `auth_token` and `account_id` where the resource is built",
            None,
        )
    return "", settings


def is_legacy_resource(value: Value) -> bool:
    """Whether a value is the resource definition itself, not yet configured or called."""
    return value == External("legacy.dbt_cloud_resource")
