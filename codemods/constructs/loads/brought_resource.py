"""The resource that a load brings to the jobs of its assets: what else in them reads or configures it by its key.

    @success_hook(required_resource_keys={"dbt_cloud"})
    def link(context):
        context.resources.dbt_cloud.get_job(67890)

    define_asset_job("nightly", config={"resources": {"dbt_cloud": {"config": {"request_max_retries": 9}}}})

A v2 load brings none: those who read it need it bound there, and a run refuses settings of what it does not have.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence, Set
from functools import lru_cache

from ...analysis.inference.legacy_names import KEY_OF_LOADS
from ...analysis.inference.texts import text_of
from ...analysis.inference.values import External, Literal, Local, Made
from ...analysis.syntax.functions import decorator_name
from ...analysis.syntax.source_module import FUNCTIONS, Module
from ...analysis.uses.escapes import Placement
from ...findings import Place
from ...planning.claims import Claim, Context, Rewrite
from ..resource.launch_config import configured_at_launch, is_configured_by_runs
from ..resource.unread_config import unread_run_config
from .bound_in_definitions import is_bound_in

_HOOKS = frozenset({"success_hook", "failure_hook", "event_list_hook", "HookDefinition"})
_REQUIRED = "required_resource_keys"


def read_elsewhere(context: Context, placements: Sequence[Placement], resources: Set[Made]) -> str:
    """The reason against a v2 form where something reads what the load alone brings; empty where nothing does."""
    readers = list(_readers(context))
    if not readers or _is_bound_for_all(context, placements, frozenset(resources)):
        return ""
    module, node = readers[0]
    return (
        f"what stands at {module.place(node)} requires the resource `{KEY_OF_LOADS}`, which the load brings to its "
        f'jobs, and v2 assets bring none: bind it there too, `Definitions(resources={{"{KEY_OF_LOADS}": ...}})`'
    )


def configured_by_runs(context: Context, resources: Set[Made]) -> str:
    """The reason against a v2 form where run configuration gives what a load brings other settings."""
    place = _configured_at(context) if any(map(is_configured_by_runs, resources)) else None
    if place is None:
        return ""
    return (
        f"run configuration at {place} gives the resource that it brings to its jobs, `{KEY_OF_LOADS}`, other settings "
        "for a run, and v2 assets bring none: build the resource with those settings, and take them out there"
    )


@lru_cache(maxsize=1)
def _configured_at(context: Context) -> Place | None:
    return next((place for _, place in configured_at_launch(context, {KEY_OF_LOADS})), None)


def tell_of_unread_config(claim: Claim, context: Context, done: Rewrite) -> None:
    """Report run configuration that may give what a load brings settings, which nobody reads off the code."""
    if KEY_OF_LOADS in context.index.bound_keys or not any(map(is_configured_by_runs, claim.resources)):
        return  # Its resource reports that itself.
    for module, node in unread_run_config(context):
        said = (
            f"this run configuration cannot be read here: settings in it for `{KEY_OF_LOADS}`, "
            "which loads brought to the jobs of their assets, are refused"
        )
        done.report(module, node, "LDC219", said, claim.name)


@lru_cache(maxsize=1)
def _readers(context: Context) -> tuple[tuple[Module, ast.Call], ...]:
    """What requires the key and may have it from a load: a hook, and all else where the key is bound nowhere."""
    return tuple(_find_readers(context))


def _find_readers(context: Context) -> Iterator[tuple[Module, ast.Call]]:
    for module in context.index.tree.modules.values():
        if _REQUIRED not in module.text:
            continue
        for call in module.of(ast.Call):
            if not any(
                word.arg == _REQUIRED and _names_key(context, module, word.value) for word in call.keywords
            ):
                continue
            if decorator_name(call) in _HOOKS:
                if not _hangs_on_bound_jobs(context, module, call):
                    yield module, call
            elif KEY_OF_LOADS not in context.index.bound_keys:
                yield module, call


def _names_key(context: Context, module: Module, node: ast.expr) -> bool:
    """Whether some keys have that of loads among them."""
    if any(_is_key(context, module, inner) for inner in ast.walk(node)):
        return True
    displays = (one for one in context.index.values(module, node) if isinstance(one, Literal))
    return any(
        _is_key(context, one.module, inner) for one in displays for inner in ast.walk(one.node)
    ) or any(place.value == KEY_OF_LOADS for place in context.constants.possible(module, node) or ())


def _is_key(context: Context, module: Module, node: ast.AST) -> bool:
    if isinstance(node, ast.Constant):
        return bool(node.value == KEY_OF_LOADS)
    if not isinstance(node, (ast.Name, ast.Attribute)):
        return False
    return text_of(context.index.tree, module, node) == KEY_OF_LOADS


def _hangs_on_bound_jobs(context: Context, module: Module, decorator: ast.Call) -> bool:
    """Whether each job that a hook hangs on has the key from the job itself: ``@job(resource_defs=..., hooks={link})``."""
    function = module.parent(decorator)
    if not isinstance(function, FUNCTIONS):
        return False
    hook = Local(module, function)
    uses = [
        (home, node)
        for home, node in context.index.evaluator.tables.uses_under_any_name(function.name)
        if hook in context.index.values(home, node)
    ]
    return bool(uses) and all(_is_of_bound_job(home, node) for home, node in uses)


def _is_of_bound_job(module: Module, node: ast.expr) -> bool:
    call = next((above for above in module.ancestors(node) if isinstance(above, ast.Call)), None)
    if call is None or decorator_name(call) not in {"job", "to_job"}:
        return False
    bound = next((word.value for word in call.keywords if word.arg == "resource_defs"), None)
    return isinstance(bound, ast.Dict) and any(
        isinstance(key, ast.Constant) and key.value == KEY_OF_LOADS for key in bound.keys
    )


def _is_bound_for_all(context: Context, placements: Sequence[Placement], resources: frozenset[Made]) -> bool:
    """Whether all ``Definitions`` that the assets may be in have the resource under the key."""
    calls = [(place.role.module, place.call) for place in placements if place.call is not None]
    if not placements:
        calls = [
            (module, call)
            for module in context.index.tree.modules.values()
            for call in module.of(ast.Call)
            if External("dagster.Definitions") in context.index.values(module, call.func)
        ]
    is_seen = bool(calls) and len(calls) >= len(placements)
    return is_seen and all(
        is_bound_in(context, module, call, KEY_OF_LOADS, resources) for module, call in calls
    )
