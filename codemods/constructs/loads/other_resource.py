"""Loads whose assets run with another resource than they are loaded with.

Dagster hands legacy assets what is bound to ``dbt_cloud``. v2's use the workspace that they are loaded with.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable
from dataclasses import dataclass

from ...analysis.inference.legacy_names import KEY_OF_LOADS, thing_kind
from ...analysis.inference.values import External, Made
from ...analysis.syntax.source_module import Module
from ...analysis.uses.escapes import Placement
from ...planning.claims import Context
from ...planning.settings import Setting
from ...planning.v2 import DEFAULT_HOST
from ..resource.env_vars import variable_at
from ..resource.settings import settings_of
from .bound_in_definitions import bound_under


@dataclass(frozen=True)
class _Credentials:
    """What a resource asks dbt Cloud as. What is not known may be the same."""

    token: str
    """The variable that gives it, or what it is written as."""
    account: str | None
    host: str | None

    def differ_from(self, other: _Credentials) -> bool:
        known = [(self.account, other.account), (self.host, other.host)]
        return self.token != other.token or any(None not in pair and pair[0] != pair[1] for pair in known)


def runs_with_another(context: Context, placements: Iterable[Placement], resources: frozenset[Made]) -> str:
    """Why a load stays whose assets run with other credentials; empty where they run with those that they are loaded with."""
    own = [_credentials(context, one) for one in resources]
    for place in placements:
        call, module = place.call, place.role.module
        if call is None or External("dagster.Definitions") not in context.index.values(module, call.func):
            continue
        bound = bound_under(context, module, call, KEY_OF_LOADS)
        others = [one for one in bound if isinstance(one, Made) and thing_kind(one) == "resource"]
        for other in [] if resources.intersection(others) else others:
            given = _credentials(context, other)
            if given and all(one is not None and one.differ_from(given) for one in own):
                return (
                    f"its assets run with the resource that is bound to `{KEY_OF_LOADS}` at {other.module.place(other.call)}, which has another "
                    "token, account or host: load them with that one, or bind the one that loads them"
                )
    return ""


def _credentials(context: Context, resource: Made) -> _Credentials | None:
    if not isinstance(resource.call, ast.Call):
        return None
    settings = settings_of(context, resource)[1]
    if settings is None:
        return None
    host = settings.values.get("dbt_cloud_host")
    return _Credentials(
        _variable_or_text(context, settings.token),
        _value(context, settings.values["account_id"]),
        _value(context, host) if host is not None else DEFAULT_HOST,
    )


def _value(context: Context, setting: Setting) -> str | None:
    known = context.constants.read(setting.module, setting.node)
    return str(known.value).rstrip("/") if known is not None else None


def _variable_or_text(context: Context, setting: Setting) -> str:
    for module, node in context.constants.origins(setting.module, setting.node).places:
        name = variable_at(context, module, node)
        if name is not None:
            return _named(context, module, name)
    variable = context.constants.variable_of(setting.module, setting.node)
    return f"${variable}" if variable else _value(context, setting) or setting.text()


def _named(context: Context, module: Module, name: ast.expr) -> str:
    known = context.constants.read(module, name)
    return f"${known.value if known is not None else module.source_of(name)}"
