"""What code reads as the host of a resource: a workspace has that without its last ``/``, so the code reads what was configured.

    dbt_cloud.dbt_cloud_host    ->  os.environ["DBT_CLOUD_HOST"], or the text that it is, or the name that holds it

All resources of a tree have one host, or it is not known which is read.
"""

from __future__ import annotations

import ast

from ...analysis.inference.legacy_names import thing_kind
from ...analysis.inference.values import Made, Value
from ...analysis.syntax.scopes import Assigned
from ...analysis.syntax.source_module import Module
from ...planning.claims import Context
from ...planning.settings import Setting
from .env_vars import Kind, kind_of, variable_at
from .settings import settings_of

HOST = "dbt_cloud_host"
_DEFAULT = "https://cloud.getdbt.com/"
"""The host of a resource that is given none. Source: ``DBT_DEFAULT_HOST``."""
ENVIRONMENT = "os.environ"


def host_read(context: Context, module: Module, value: Value) -> str:
    """What to write in a file for the host that it reads of ``value``; empty where that is not known."""
    texts = {_text(context, module, made, value) for made in _resources(context)}
    return texts.pop() if len(texts) == 1 else ""


def _resources(context: Context) -> set[Made]:
    return {
        value
        for reference in context.index.references
        for link in reference.chain
        for value in context.index.values(reference.module, link)
        if isinstance(value, Made) and thing_kind(value) == "resource" and isinstance(value.call, ast.Call)
    }


def _text(context: Context, module: Module, made: Made, value: Value) -> str:
    _, settings = settings_of(context, made)
    if settings is None:
        return ""
    setting = settings.values.get(HOST)
    string = context.style(module).string
    if setting is None:
        return string(_DEFAULT)
    if setting.others:
        return ""
    known = context.constants.read(setting.module, setting.node)
    kind = kind_of(context, setting)
    if kind is Kind.ENV_VAR and not isinstance(
        value, Made
    ):  # one that is read where it is built is no text yet
        name = _variable(context, setting)
        return f"{ENVIRONMENT}[{string(name)}]" if name else ""
    if kind is not Kind.PLAIN:
        return ""
    if known is not None and not known.variable and isinstance(known.value, str):
        return string(known.value)
    match setting.node:
        case ast.Subscript(
            value=ast.Attribute(value=ast.Name("os"), attr="environ"), slice=ast.Constant(str(name))
        ):
            return f"{ENVIRONMENT}[{string(name)}]"
        case ast.Name() if setting.module is module and _is_given_once(context, setting):
            return setting.node.id
    return ""


def _variable(context: Context, setting: Setting) -> str:
    match variable_at(context, setting.module, setting.node):
        case ast.Constant(str(name)):
            return name
    return ""


def _is_given_once(context: Context, setting: Setting) -> bool:
    """Whether a name of a module is given a value once, and no function hides it."""
    assert isinstance(setting.node, ast.Name)
    module, name = setting.module, setting.node.id
    tables = context.index.tree.names(module).tables
    bound = tables.get(module.tree, {}).get(name, [])
    is_hidden = any(name in table for scope, table in tables.items() if scope is not module.tree)
    is_one = len(bound) == 1 and isinstance(bound[0], Assigned) and not bound[0].adds
    return is_one and not is_hidden and not context.index.evaluator.changes.may_change((module, name))
