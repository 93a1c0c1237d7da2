"""Run configuration in Python: what it says of a resource that is bound without being configured.

@job(resource_defs={"dbt_cloud": dbt_cloud_resource}, config={"resources": {"dbt_cloud": {"config": {...}}}})
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from ...analysis.inference.data_files import is_data
from ...analysis.inference.texts import text_of
from ...analysis.inference.values import External, Literal
from ...analysis.syntax.functions import place_of
from ...analysis.syntax.source_module import Module
from ...editing.edits import (
    DropArgument,
    DropEntry,
    Edit,
)
from ...planning.claims import Context
from .config_dicts import entries
from .run_config_reads import read_at
from .settings import Found, from_mapping, is_legacy_resource

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
    outer: ast.Dict | ast.Call
    """``{"resources": {...}}``, or ``RunConfig(resources={...})``."""

    def parts(self) -> Iterator[tuple[Module, ast.Dict | ast.Call]]:
        """All that loses something once the resource is configured where it is bound."""
        yield from ((self.module, one) for one in (self.config, self.entry, self.resources, self.outer))


def settings_from_run_config(context: Context, module: Module, name: ast.expr, key: str) -> Found:
    """The settings of the resource that is bound to ``key`` where ``name`` stands, or why they are not known.

    What stands in the call that binds it is for that job; what stands elsewhere may be for each job that has the key.
    """
    found = list(_sections(context, key))
    calls = [above for above in module.ancestors(name) if isinstance(above, ast.Call)][:1]
    own = [section for section in found if _is_inside(section, module, calls)]
    sections = own + [section for section in found if not _is_inside_binding(context, section)]
    if not sections:
        said = "its configuration is given when a run is launched, and a workspace is configured where it is built: write `.configured({...})` there"
        return said, None
    first, *others = sorted(sections, key=lambda section: section.module is not module)
    if any(not _is_same(context, first, other) for other in others):
        said = "its configuration differs from run to run, and a workspace is configured where it is built: bind two resources, each with `.configured({...})`"
        return said, None
    if not _is_readable_anywhere(context, first):
        said = "its configuration reads names of a function: write the values where the resource is built, `.configured({...})`"
        return said, None
    if first.module is not module and not _is_written_out(first.config):
        said = "its configuration uses names of another file: write it where the resource is built, `.configured({...})`"
        return said, None
    problem, settings = from_mapping(context, first.module, first.config)
    if settings is None:
        return problem, None
    parts = [part for section in sections for part in section.parts()]
    read = read_at(context, parts, {_SECTION, key, _CONFIG, *settings.values})
    if read is not None:
        said = f"its configuration is read at {read} too, and would be gone there: bind it with `.configured({{...}})`"
        return said, None
    leftovers = dict.fromkeys(edit for section in sections for edit in _leftovers(context, section, key))
    settings = replace(settings, leftovers=tuple(leftovers))
    # What comments another file has on its configuration goes with that.
    return "", settings if first.module is module else replace(settings, parts=(), whole=name)


def _is_same(context: Context, one: _Section, other: _Section) -> bool:
    """Whether two sections surely say the same: what is written in both, and names nothing that may differ between them."""
    if one.config is other.config:
        return True
    if not (_is_readable_anywhere(context, one) and _is_readable_anywhere(context, other)):
        return False
    said = _said(context, one)
    return said is not None and said == _said(context, other)


def _said(context: Context, section: _Section) -> dict[str, tuple[str, Module | None]] | None:
    """What a section says of each setting; an environment variable is one, whoever reads it. None where that is not known."""
    problem, values = entries(context, section.module, section.config)
    if problem:
        return None
    return {name: _said_of(context, value.module, value.node) for name, value in values.items()}


def _said_of(context: Context, module: Module, node: ast.expr) -> tuple[str, Module | None]:
    read = context.constants.variable_read_at(module, node)
    if isinstance(node, ast.Call) and len(node.args) != 1:
        read = None
    match node:
        case ast.Dict(keys=[ast.Constant("env")], values=[name]):
            read = name
    if isinstance(read, ast.Constant):
        return f"environment variable {read.value!r}", None
    names_something = any(isinstance(inner, ast.Name) for inner in ast.walk(node))
    return ast.dump(node), module if names_something else None


def _is_written_out(config: ast.Dict) -> bool:
    """Whether a dict is made of constants alone."""
    return all(isinstance(node, (ast.Dict, ast.Constant, ast.expr_context)) for node in ast.walk(config))


def _sections(context: Context, key: str) -> Iterator[_Section]:
    for module in context.index.tree.modules.values():
        for outer in module.of(ast.Dict, ast.Call):
            for resources in _resources_of(context, module, outer):
                for entry in _under(context, resources.module, resources.node, key):
                    for config in _under(context, entry.module, entry.node, _CONFIG):
                        if {config.module, entry.module, resources.module} == {module}:
                            yield _Section(module, config.node, entry.node, resources.node, outer)


def _resources_of(context: Context, module: Module, outer: ast.AST) -> Iterator[_Display]:
    """The configuration of resources in a dict, or in ``RunConfig(resources=...)``."""
    if isinstance(outer, ast.Dict):
        yield from _under(context, module, outer, _SECTION)
    elif isinstance(outer, ast.Call):
        given = [word.value for word in outer.keywords if word.arg == _SECTION]
        if given and External("dagster.RunConfig") in context.index.values(module, outer.func):
            yield from _displays(context, module, *given)


@dataclass(frozen=True, eq=False)
class _Display:
    module: Module
    node: ast.Dict


def _under(context: Context, module: Module, display: ast.Dict, key: str) -> Iterator[_Display]:
    for name, value in zip(display.keys, display.values, strict=True):
        if name is not None and text_of(context.index.tree, module, name) == key:
            yield from _displays(context, module, value)


def _displays(context: Context, module: Module, value: ast.expr) -> Iterator[_Display]:
    for found in context.index.values(module, value):
        if isinstance(found, Literal) and isinstance(found.node, ast.Dict) and not is_data(found.module):
            yield _Display(found.module, found.node)


def _is_inside(section: _Section, module: Module, calls: Iterable[ast.Call]) -> bool:
    around = set(section.module.ancestors(section.outer)) if section.module is module else set()
    return any(call in around for call in calls)


def _is_inside_binding(context: Context, section: _Section) -> bool:
    """Whether a section stands in the call that binds a resource without configuring it: it is for that job alone."""
    return any(
        is_legacy_resource(value)
        for above in section.module.ancestors(section.outer)
        if isinstance(above, ast.Call)
        for inner in ast.walk(above)
        if isinstance(inner, (ast.Name, ast.Attribute))
        for value in context.index.values(section.module, inner)
    )


def _is_readable_anywhere(context: Context, section: _Section) -> bool:
    """Whether the names in the configuration are those of the module, and not of a function around it."""
    module = section.module
    names = context.index.tree.names(module)
    return all(
        names.scope_that_binds(module, node.id, node) in (module.tree, None)
        for node in ast.walk(section.config)
        if isinstance(node, ast.Name)
    )


def _leftovers(context: Context, section: _Section, key: str) -> Iterator[tuple[Module, Edit]]:
    """The configuration goes, and the brackets around it as far as nothing else is in them."""
    module = section.module
    inner, name = section.resources, key
    above = module.parent(section.resources)
    is_alone = len(section.resources.keys) == 1
    if isinstance(section.outer, ast.Call):
        if is_alone and isinstance(above, ast.keyword) and module.parent(above) is section.outer:
            at = place_of(section.outer, section.resources)
            yield module, DropArgument(module.span(section.outer), at)
            return
    elif is_alone and above is section.outer:
        inner, name = section.outer, _SECTION
        keyword = module.parent(section.outer)
        call = module.parent(keyword) if isinstance(keyword, ast.keyword) else None
        if len(section.outer.keys) == 1 and isinstance(call, ast.Call):
            yield module, DropArgument(module.span(call), place_of(call, section.outer))
            return
    tree = context.index.tree
    places = [
        at for at, node in enumerate(inner.keys) if node is not None and text_of(tree, module, node) == name
    ]
    yield from ((module, DropEntry(module.span(inner), place)) for place in places)
