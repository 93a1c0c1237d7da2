"""Run configuration that gives a resource its settings anew for each run, which a workspace would refuse.

    RunRequest(run_config={"resources": {"dbt_cloud": {"config": {"auth_token": ...}}}})
    ScheduleDefinition(run_config=...)   define_asset_job(config=...)   RunConfig(resources={"dbt_cloud": ...})
    config_from_files(["nightly.yaml"])  # resources: {dbt_cloud: {config: ...}}

The settings of a workspace have other names, and its credentials are none of them.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence, Set
from dataclasses import replace

from ...analysis.dagster_api.resource_functions import makes_resource
from ...analysis.inference.legacy_names import CONFIGURED, is_resource
from ...analysis.inference.values import External, Literal, Made, Value
from ...analysis.syntax.source_module import Module
from ...analysis.uses.keys import entries_of
from ...analysis.uses.uses import is_dict_call
from ...findings import Finding, Place
from ...planning.claims import Claim, Context

_RESOURCES, _CONFIG = "resources", "config"
_BESIDE = frozenset({"ops", "solids", "execution", "loggers", "inputs"})
"""What else stands in run configuration, at its top."""
_LARGEST = 1024 * 1024
"""Bytes. What is larger is data."""
_LINE = re.compile(r"^(?P<blank>\s*)(?:[-{]\s*)*[\"']?(?P<key>[\w./-]+)[\"']?\s*:(?P<rest>.*)$")


def kept_for_launch(context: Context, claims: Sequence[Claim[None]]) -> Iterator[Claim[None]]:
    """The claims of resources, those blocked that run configuration gives settings anew."""
    taking = [claim for claim in claims if takes_run_config(context, claim)]
    given = dict(configured_at_launch(context, frozenset(key for claim in taking for key in claim.keys)))
    for claim in claims:
        places = [given[key] for key in sorted(claim.keys & given.keys())] if claim in taking else []
        yield replace(claim, blocked=(*claim.blocked, *(_at_launch(claim, place) for place in places)))


def takes_run_config(context: Context, claim: Claim) -> bool:
    """Whether run configuration may give the settings of a resource anew: not of one that is configured for good.

    What a function of the user's builds has what the function gives it.
    """
    if claim.value is None or not is_configured_by_runs(claim.value):
        return False
    return not makes_resource(context.index.evaluator, claim.module, claim.module.function_of(claim.node))


def is_configured_by_runs(value: Value) -> bool:
    """The same, of a resource as it was made."""
    return isinstance(value, Made) and isinstance(value.call, ast.Call) and value.of != CONFIGURED


def _at_launch(claim: Claim, place: Place) -> Finding:
    said = f"run configuration at {place} gives it other settings for a run, which a workspace refuses: build a second resource with these settings"
    return Finding(claim.module.place(claim.node), "LDC302", said, claim.name, related=(place,))


def configured_at_launch(context: Context, keys: Set[str]) -> Iterator[tuple[str, Place]]:
    """The resource keys whose resources may be configured when a run is launched, with the places that do so."""
    if not keys:
        return
    for module in context.index.tree.modules.values():
        if _RESOURCES not in module.text or _CONFIG not in module.text.lower():
            continue
        for node in module.nodes:
            yield from ((key, module.place(node)) for key in _configured_by(context, module, node, keys))
    for path in context.other_files:
        if path.suffix in {".yaml", ".yml"} and path.stat().st_size < _LARGEST:
            text = path.read_text(encoding="utf-8", errors="replace")
            yield from ((key, Place(path, line)) for key, line in _in_yaml(text, keys))


def _configured_by(context: Context, module: Module, node: ast.AST, keys: Set[str]) -> Iterator[str]:
    """The keys that a node has configuration of."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and _RESOURCES in node.value:
        yield from (key for key, _ in _in_yaml(node.value, keys))
    is_run_config = _makes_run_config(context, module, node)
    if isinstance(node, ast.Call) and not is_run_config and not is_dict_call(node):
        return
    for key, value in entries_of(context.index.evaluator, module, node):
        if key in keys and _holds_config(context, module, value) and not _is_of_ops(context, module, node):
            yield key
        elif key == _RESOURCES:
            is_known = is_run_config or _is_run_config(context, module, node)
            yield from _in_resources(context, module, value, keys, is_run_config=is_known)


def _in_resources(
    context: Context, module: Module, value: ast.expr, keys: Set[str], *, is_run_config: bool
) -> Iterator[str]:
    evaluator = context.index.evaluator
    found = [inner for inner in context.index.values(module, value) if isinstance(inner, Literal)]
    for inner in found:
        for key, held in entries_of(evaluator, inner.module, inner.node):
            is_bound = any(is_resource(one) for one in context.index.values(inner.module, held))
            if is_run_config or not is_bound:
                yield from keys if not key else keys & {key}
    if not found and is_run_config:
        yield from keys  # what cannot be read may configure any


def _makes_run_config(context: Context, module: Module, node: ast.AST) -> bool:
    if not isinstance(node, ast.Call) or "RunConfig" not in module.text:
        return False
    return External("dagster.RunConfig") in context.index.values(module, node.func)


def _is_run_config(context: Context, module: Module, node: ast.AST) -> bool:
    """Whether a dict has what run configuration has beside resources."""
    return any(key in _BESIDE for key, _ in entries_of(context.index.evaluator, module, node))


def _holds_config(context: Context, module: Module, value: ast.expr) -> bool:
    """Whether something is ``{"config": ...}``."""
    if isinstance(value, ast.Call) and is_dict_call(value):
        return any(word.arg == _CONFIG for word in value.keywords)
    return any(
        key == _CONFIG
        for inner in context.index.values(module, value)
        if isinstance(inner, Literal)
        for key, _ in entries_of(context.index.evaluator, inner.module, inner.node)
    )


def _is_of_ops(context: Context, module: Module, node: ast.AST) -> bool:
    """Whether a dict is what stands under ``ops``: an op may have the name of the key."""
    above = module.parent(node)
    if isinstance(above, ast.keyword):
        return above.arg in _BESIDE
    entries = entries_of(context.index.evaluator, module, above) if above is not None else ()
    return any(key in _BESIDE for key, value in entries if value is node)


def _in_yaml(text: str, keys: Set[str]) -> Iterator[tuple[str, int]]:
    """The keys directly under ``resources`` in YAML, or in JSON laid out as such, with their lines."""
    depth, level = -1, -1
    for number, line in enumerate(text.splitlines(), 1):
        found = _LINE.match(line)
        if found is None:
            continue
        indent = len(found["blank"])
        if found["key"] == _RESOURCES:
            depth, level = indent, -1
            named = (
                key for key in keys if re.search(rf"[{{\s,\"']{re.escape(key)}[\"']?\s*:", found["rest"])
            )
            yield from ((key, number) for key in named)
        elif indent <= depth:
            depth = -1
        elif depth >= 0 and level in (-1, indent):
            level = indent
            yield from ((key, number) for key in keys & {found["key"]})
