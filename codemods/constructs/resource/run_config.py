"""Run configuration in Python: what it says of a resource that is bound without being configured.

@job(resource_defs={"dbt_cloud": dbt_cloud_resource}, config={"resources": {"dbt_cloud": {"config": {...}}}})
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, replace

from ...analysis.inference.texts import text_of
from ...analysis.inference.values import Literal
from ...analysis.syntax.functions import place_of
from ...analysis.syntax.source_module import Module
from ...editing.edits import (
    DropArgument,
    DropEntry,
    Edit,
)
from ...planning.claims import Context
from .settings import Found, from_mapping

_SECTION, _CONFIG = "resources", "config"


@dataclass(frozen=True, eq=False)
class _Section:
    """The configuration of one resource: where it stands, from the inside out."""

    module: Module
    config: ast.Dict
    """``{"auth_token": ...}``."""
    entry: ast.Dict
    """``{"config": {...}}``."""
    resources: ast.Dict
    """``{"dbt_cloud": {"config": {...}}}``."""
    outer: ast.Dict
    """``{"resources": {...}}``."""


def settings_from_run_config(context: Context, module: Module, name: ast.expr, key: str) -> Found:
    """The settings of the resource that is bound to ``key`` where ``name`` stands, or why they are not known."""
    found = list(_sections(context, key))
    call = next((above for above in module.ancestors(name) if isinstance(above, ast.Call)), None)
    beside = [section for section in found if call is not None and _is_inside(section, module, call)]
    sections = beside or found
    if len(sections) != 1:
        said = "is given when a run is launched" if not sections else "differs from run to run"
        return (
            f"its configuration {said}, and a workspace is configured where it is built: write `.configured({{...}})` there",
            None,
        )
    (section,) = sections
    if section.module is not module or not _is_readable_anywhere(context, section):
        return "its configuration uses names of another file: write it where the resource is built", None
    problem, settings = from_mapping(context, module, section.config)
    if settings is None:
        return problem, None
    return "", replace(settings, leftovers=tuple(_leftovers(section, key)))


def _sections(context: Context, key: str) -> Iterator[_Section]:
    for module in context.index.tree.modules.values():
        for outer in module.nodes:
            if not isinstance(outer, ast.Dict):
                continue
            for resources in _under(context, module, outer, _SECTION):
                for entry in _under(context, resources.module, resources.node, key):
                    for config in _under(context, entry.module, entry.node, _CONFIG):
                        if {config.module, entry.module, resources.module} == {module}:
                            yield _Section(module, config.node, entry.node, resources.node, outer)


@dataclass(frozen=True, eq=False)
class _Display:
    module: Module
    node: ast.Dict


def _under(context: Context, module: Module, display: ast.Dict, key: str) -> Iterator[_Display]:
    for name, value in zip(display.keys, display.values, strict=True):
        if name is not None and text_of(context.index.tree, module, name) == key:
            for found in context.index.values(module, value):
                if isinstance(found, Literal) and isinstance(found.node, ast.Dict):
                    yield _Display(found.module, found.node)


def _is_inside(section: _Section, module: Module, call: ast.Call) -> bool:
    return section.module is module and any(above is call for above in module.ancestors(section.outer))


def _is_readable_anywhere(context: Context, section: _Section) -> bool:
    """Whether the names in the configuration are those of the module, and not of a function around it."""
    module = section.module
    names = context.index.tree.names(module)
    return all(
        names.scope_that_binds(module, node.id, node) in (module.tree, None)
        for node in ast.walk(section.config)
        if isinstance(node, ast.Name)
    )


def _leftovers(section: _Section, key: str) -> Iterator[tuple[Module, Edit]]:
    """The configuration goes, and the brackets around it as far as nothing else is in them."""
    module = section.module
    inner, name = section.resources, key
    above = module.parent(section.resources)
    if len(section.resources.keys) == 1 and above is section.outer:
        inner, name = section.outer, _SECTION
        keyword = module.parent(section.outer)
        call = module.parent(keyword) if isinstance(keyword, ast.keyword) else None
        if len(section.outer.keys) == 1 and isinstance(call, ast.Call):
            yield module, DropArgument(module.span(call), place_of(call, section.outer))
            return
    place = next(
        at for at, node in enumerate(inner.keys) if isinstance(node, ast.Constant) and node.value == name
    )
    yield module, DropEntry(module.span(inner), place)
