"""Assets that are collected from modules, loads among them: what is done with each of them.

    loaded = load_assets_from_modules([dbt])
    python = [one for one in loaded if isinstance(one, AssetsDefinition)]

A load is no ``AssetsDefinition`` and has no keys, and v2 assets are and have. Whoever hands on all that was collected
makes no difference; whoever looks at each of it does.
"""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from ...analysis.inference.values import External, Literal, Made, Member, Value, is_collected
from ...analysis.syntax.source_module import Module
from ...analysis.uses.escapes import Placement
from ...findings import Finding
from ...planning.claims import Context
from .collected_places import Places, uses_of
from .collecting import collecting, collects, handed_on
from .module_scans import scans

NAME = "load_assets_from_dbt_cloud_job"
_ASSETS = "assets"
_DEFINITIONS = ("dagster.Definitions", "dagster.load_definitions_from_", "dagster.load_from_defs_folder")


@dataclass(frozen=True, eq=False)
class _Look:
    """Where each of the assets that were collected is looked at."""

    source: ast.expr
    home: Module
    name: str
    """The function that collects; empty for the assets of ``Definitions``."""
    module: Module
    node: ast.expr
    said: str
    is_of_modules: bool
    """Whether it is what Dagster collects from modules, or was given such."""


def looked_at(context: Context, load: Made, placements: Sequence[Placement]) -> Iterator[Finding]:
    """What is reported of a load that is looked at among the assets of its modules."""
    homes = _homes(context).get(load, [])
    for scan in scans(context):
        if any(scan.is_of(home) for home in homes):
            said = "looks through a module that holds the loaded assets"
            yield _finding(load, scan.module, scan.node, f"{said}: v2 assets are of another class")
    placed = {place.call for place in placements if place.call is not None}
    for look in _looks(context):
        if look.source in placed or any(_may_hold(context, look, home) for home in homes):
            said = f"holds the loaded assets among others, and {look.said}: v2 assets are of another class, with keys"
            yield _finding(load, look.module, look.node, said)


def _finding(load: Made, module: Module, node: ast.expr, said: str) -> Finding:
    shown, place = module.source_of(node).split("\n", 1)[0], module.place(node)
    return Finding(load.module.place(load.call), "LDC303", f"`{shown}` at {place} {said}", NAME, (place,))


def _may_hold(context: Context, look: _Look, home: Module) -> bool:
    """Whether what was collected may hold what a module has."""
    if look.name and isinstance(look.source, ast.Call):
        return collects(context, look.home, look.name, look.source, home)
    return look.is_of_modules


@lru_cache(maxsize=1)
def _homes(context: Context) -> Mapping[Value, list[Module]]:
    """The modules that hold each load under a name, or in a container under one."""
    evaluator = context.index.evaluator
    found: dict[Value, list[Module]] = defaultdict(list)
    for module in context.index.tree.modules.values():
        for name in context.index.tree.names(module).tables.get(module.tree, {}):
            for value in evaluator.global_values(module, name):
                held = evaluator.element_values(value) if isinstance(value, Literal) else {value}
                for one in held:
                    if isinstance(one, Made) and module not in found[one]:
                        found[one].append(module)
    by_star = _by_star(context)
    for modules in found.values():
        for home in modules:  # grows as it goes
            modules += [module for module in by_star.get(home.path, ()) if module not in modules]
    return found


def _by_star(context: Context) -> Mapping[Path, Iterable[Module]]:
    """The modules that have what a file holds from a ``from module import *``."""
    tree = context.index.tree
    found: dict[Path, dict[Module, None]] = defaultdict(dict)
    for module in tree.modules.values():
        for star in tree.names(module).stars:
            path = tree.resolve(module, star.module, star.level)
            if path is not None:
                found[path][module] = None
    return found


@lru_cache(maxsize=1)
def _looks(context: Context) -> tuple[_Look, ...]:
    return tuple(_find_looks(context))


def _find_looks(context: Context) -> Iterator[_Look]:
    for home, node in handed_on(context):
        yield _Look(node, home, "", home, node, "collects where it is handed to", is_of_modules=True)
    sources = list(_sources(context))
    if not sources:
        return
    places = Places(context.index)
    for home, name, call, value in sources:
        for module, node, said in uses_of(context, places, value):
            yield _Look(call, home, name, module, node, said, _is_of_modules(context, home, call))
            break


def _is_of_modules(context: Context, module: Module, call: ast.expr) -> bool:
    """Whether ``Definitions`` may have assets that Dagster, or nobody knows what, collects."""
    if not isinstance(call, ast.Call) or External("dagster.Definitions") not in context.index.values(
        module, call.func
    ):
        return True
    given = next(
        (word.value for word in call.keywords if word.arg == _ASSETS), next(iter(call.args[:1]), None)
    )
    values = context.index.values(module, given) if given is not None else frozenset()
    inside = [
        one
        for value in values
        if isinstance(value, Literal)
        for one in context.index.evaluator.element_values(value)
    ]
    return any(map(is_collected, [*values, *inside]))


def _sources(context: Context) -> Iterator[tuple[Module, str, ast.expr, Value]]:
    """What collects assets: the functions of Dagster's, and ``Definitions(...).assets``."""
    for home, name, call in collecting(context):
        yield home, name, call, Made(home, call, f"dagster.{name}")
    seen: set[Value] = set()
    for module in context.index.tree.modules.values():
        if f".{_ASSETS}" not in module.text:
            continue
        for node in module.of(ast.Attribute):
            if node.attr != _ASSETS:
                continue
            for value in context.index.values(module, node):
                made = value.of if isinstance(value, Member) else None
                if value not in seen and isinstance(made, Made) and made.of.startswith(_DEFINITIONS):
                    seen.add(value)
                    yield made.module, "", made.call, value
