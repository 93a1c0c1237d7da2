"""What a function hands on to the resource that it builds, as ``**extra``, by what its calls give it.

def make(**extra):
    return DbtCloudClientResource(auth_token=..., account_id=1, **extra)   ->  DbtCloudWorkspace(..., **extra)

make(request_max_retries=5)                    stays as it is: a workspace takes it too
make(disable_schedule_on_trigger=False)        ->  make()
"""

from __future__ import annotations

import ast
from dataclasses import replace

from ...analysis.syntax.source_module import Module
from ...planning.claims import Context
from ...planning.settings import RETRIES, Dropped, Setting, Settings

SPREAD = "**"
"""The key under which entries have what a function hands on."""
_SWITCH = "disable_schedule_on_trigger"


def is_keywords(module: Module, name: ast.Name) -> bool:
    """Whether a name is ``**extra`` of the function around it, and is used there once."""
    function = module.function_of(name)
    if function is None or function.args.kwarg is None or function.args.kwarg.arg != name.id:
        return False
    return sum(isinstance(node, ast.Name) and node.id == name.id for node in ast.walk(function)) == 1


def with_keywords(context: Context, settings: Settings) -> tuple[str, Settings]:
    """The settings with what is handed on to them, or why that is not known."""
    values = dict(settings.values)
    spread = values.pop(SPREAD, None)
    if spread is None:
        return "", settings
    module = spread.module
    function = module.function_of(spread.node)
    assert function is not None and function.args.kwarg is not None
    name = function.args.kwarg.arg
    calls = context.index.evaluator.calls
    if function.decorator_list or calls.may_spread(function) or any(calls.uses_as_value(function)):
        return (
            f"what `**{name}` gives it is not known: not all calls of `{function.name}` are followed",
            settings,
        )
    own = {arg.arg for arg in (*function.args.args, *function.args.kwonlyargs)}
    dropped: list[Dropped] = []
    switches: list[Setting | None] = []
    for caller, call in calls.calling(function):
        switches.append(None)
        for place, word in enumerate(call.keywords):
            if word.arg in own or word.arg is None:
                continue
            if word.arg in values or word.arg not in (*RETRIES, _SWITCH):
                return (
                    f"`{function.name}({word.arg}=...)` at {caller.place(call)} gives it by `**{name}`",
                    settings,
                )
            if word.arg in RETRIES:
                if not _is_plain(context, caller, word.value):
                    return f"its `{word.arg}` at {caller.place(call)} is resolved by Dagster", settings
                continue
            if not isinstance(word.value, ast.Constant):
                return f"its `{word.arg}` at {caller.place(call)} is no constant", settings
            switches[-1] = Setting(caller, word.value)
            dropped.append(Dropped(caller, call, len(call.args) + place))
    known = [one for one in switches if one is not None and _is_off(one)]
    if switches and len(known) == len(switches):
        values[_SWITCH] = known[0]
    return "", replace(settings, values=values, spread=f"**{name}", dropped=tuple(dropped))


def _is_off(setting: Setting) -> bool:
    return isinstance(setting.node, ast.Constant) and setting.node.value is False


def _is_plain(context: Context, module: Module, node: ast.expr) -> bool:
    origins = context.constants.origins(module, node)
    return bool(origins.places) and all(isinstance(place, ast.Constant) for _, place in origins.places)
