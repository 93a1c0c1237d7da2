"""Build the index: find the files that matter, and what in them stands for something legacy.

Only files that must be are parsed: those that name something legacy, then files that import a name which
such a file hands on, then files that reach a resource by its key, and files whose functions are given one.
"""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path

from legacy_shim.catalogue import BY_NAME

from ...findings import Finding
from ..dagster_api.asset_inputs import name_of_asset
from ..dagster_api.failures import may_read_failures, reads_failures, reads_what_it_catches
from ..dagster_api.injection import is_bound
from ..dagster_api.op_outputs import outputs_yielded
from ..inference.interpreter import (
    Evaluator,
    evaluator_of,
)
from ..inference.kinds import (
    is_resource,
    thing_kind,
)
from ..inference.legacy_names import LEGACY_PACKAGES, PLACEHOLDER
from ..inference.values import (
    Keyed,
    Literal,
    Local,
    Value,
    is_load,
    legacy_name,
    root,
)
from ..syntax.functions import (
    is_getattr,
    returns_of,
)
from ..syntax.source_module import (
    FUNCTIONS,
    Module,
)
from ..uses.index import (
    Index,
    Reference,
)
from ..uses.keys import entries_of
from ..uses.uses import (
    role_of,
    spread_at,
    whole_of,
)
from .handed_to import files_handed_to
from .prefilter import (
    Importers,
    calls_legacy,
    gives_run_config,
    loads_asset,
    loads_packages,
    may_patch,
    merges_definitions,
    names_legacy,
    reaches_key,
    reads_outputs_in_hooks,
    sorts_out_loads,
)
from .source_tree import Tree

Parse = Callable[[Path, bytes], "Module | Finding"]


def build_index(files: Mapping[Path, bytes], parse: Parse) -> Index:
    """Index the legacy values of ``files``; ``parse`` answers a finding for a file that cannot be parsed."""
    problems: list[Finding] = []

    def load(path: Path) -> Module | None:
        parsed = parse(path, files[path])
        return parsed if isinstance(parsed, Module) else None

    tree = Tree(tuple(files), load)

    def take(paths: Iterable[Path]) -> bool:
        took = False
        for path in paths:
            if path not in tree.modules and path not in failed:
                parsed = parse(path, files[path])
                if isinstance(parsed, Module):
                    tree.add(parsed)
                    took = True
                else:
                    failed.add(path)
                    problems.append(parsed)
        return took

    failed: set[Path] = set()
    take(path for path, data in files.items() if names_legacy(data))
    importers = Importers(files)
    handed_on: set[tuple[bytes, bytes]] = set()
    keys: set[bytes] = set()
    assets: set[bytes] = set()
    evaluator = Evaluator(tree)
    while tree.modules:
        evaluator = evaluator_of(tree)
        bound = set(_bound_keys(tree, evaluator))
        new_names = set(_handed_on(tree, evaluator, bound)) - handed_on
        new_keys = {key.encode(errors="replace") for key in bound} - keys
        by_key = (
            path
            for path, data in files.items()
            if new_keys and (reaches_key(data, new_keys) or gives_run_config(data))
        )
        new_assets = {name.encode(errors="replace") for name in _assets_of_outputs(tree, evaluator)} - assets
        by_asset = (path for path, data in files.items() if new_assets and loads_asset(data, new_assets))
        by_text = (
            path for path, data in files.items() if not handed_on and (may_patch(data) or calls_legacy(data))
        )
        by_package = (path for path, data in files.items() if not handed_on and loads_packages(data))
        by_call = files_handed_to(tree, evaluator, partial(_of_interest, evaluator, keys=bound))
        if not take([*importers.of(new_names), *by_key, *by_asset, *by_text, *by_package, *by_call]):
            break
        handed_on |= new_names
        keys |= new_keys
        assets |= new_assets
    references = tuple(_references(tree, evaluator))
    by_value = _by_value(evaluator, references)
    merges = any(merges_definitions(data) for data in files.values()) if references else False
    collects = any(loads_packages(data) for data in files.values()) if references else False
    by_class = any(sorts_out_loads(data) for data in files.values()) if references else False
    hooks = any(reads_outputs_in_hooks(data) for data in files.values()) if references else False
    bound_keys = frozenset(_bound_keys(tree, evaluator)) if references else frozenset()
    failures = bool(references) and _read_failures(tree, files)
    return Index(
        tree,
        evaluator,
        references,
        tuple(problems),
        merges,
        collects,
        hooks,
        bound_keys,
        failures,
        by_class,
        by_value,
    )


def _read_failures(tree: Tree, files: Mapping[Path, bytes]) -> bool:
    """Whether some code tells by the exception of a run that failed."""
    if any(reads_what_it_catches(module) for module in tree.modules.values()):
        return True
    modules = (tree.module_at(path) for path, data in files.items() if may_read_failures(data))
    return any(module is not None and reads_failures(module) for module in modules)


def _handed_on(tree: Tree, evaluator: Evaluator, keys: set[str]) -> Iterator[tuple[bytes, bytes]]:
    """The last part of a module's name and a name to import from it, for each name that holds something legacy."""
    for module in tree.modules.values():
        stem = (module.path.parent.name if module.is_package else module.path.stem).encode(
            errors="surrogateescape"
        )
        handed = False
        for name in _names_of(tree, module):
            if any(_matters(evaluator, value, 4, keys) for value in evaluator.global_values(module, name)):
                handed = True
                yield (stem, name.encode(errors="replace"))
        if handed:
            yield (stem, b"import *")
            for package in module.dotted[:-1][-1:]:
                # `from . import resources` and `from package import resources` name the module alone.
                yield (package.encode(errors="surrogateescape"), stem)
            yield (stem, stem)


def _names_of(tree: Tree, module: Module) -> Iterator[str]:
    """The names that may be imported from a module, those included that stars bring there."""
    homes = (module, *tree.behind_stars(module))
    if any(star.module in LEGACY_PACKAGES for home in homes for star in tree.names(home).stars):
        yield from BY_NAME
    for home in homes:
        yield from tree.names(home).tables.get(home.tree, {})


def _matters(evaluator: Evaluator, value: Value, depth: int, keys: set[str]) -> bool:
    if _is_legacy(evaluator, value, keys):
        return True
    if depth == 0:
        return False
    if isinstance(value, Literal):
        return any(_matters(evaluator, inner, depth - 1, keys) for inner in evaluator.element_values(value))
    if isinstance(value, Local):
        if isinstance(value.node, ast.ClassDef):
            return bool(evaluator.bases(value)) or _mentions_legacy(evaluator, value, keys)
        return _mentions_legacy(evaluator, value, keys)
    return False


def _mentions_legacy(evaluator: Evaluator, value: Local, keys: set[str]) -> bool:
    if value not in evaluator.mentions:
        evaluator.mentions[value] = _looks_legacy(evaluator, value, keys)
    return evaluator.mentions[value]


def _looks_legacy(evaluator: Evaluator, value: Local, keys: set[str]) -> bool:
    """Whether a function or class names something legacy, or reaches a resource that is bound to something legacy."""
    return any(
        inner == PLACEHOLDER or _is_legacy(evaluator, inner, keys)
        for node in ast.walk(value.node)
        if isinstance(node, (ast.Name, ast.Attribute))
        for inner in evaluator.values(value.module, node)
    )


def _assets_of_outputs(tree: Tree, evaluator: Evaluator) -> Iterator[str]:
    """The names of the assets that hold what a run answered, which functions of any file may load."""
    for module in tree.modules.values():
        for node in module.nodes:
            if not isinstance(node, FUNCTIONS) or not name_of_asset(node):
                continue
            returned = (*returns_of(node), *outputs_yielded(node))
            answers = [value for each in returned for value in evaluator.values(module, each)]
            if any(thing_kind(value) for value in answers):
                yield name_of_asset(node)


def _bound_keys(tree: Tree, evaluator: Evaluator) -> Iterator[str]:
    """The resource keys under which a legacy resource stands in some dict."""
    for module in tree.modules.values():
        for node in module.nodes:
            for key, value in entries_of(evaluator, module, node):
                if key and any(is_resource(inner) for inner in evaluator.values(module, value)):
                    yield key


def _references(tree: Tree, evaluator: Evaluator) -> Iterator[Reference]:
    keys = set(_bound_keys(tree, evaluator))
    for path in sorted(tree.modules):
        module = tree.modules[path]
        for node in module.nodes:
            if not (isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)):
                continue
            chain = tuple(_chain(module, node))
            for link in chain:
                values = evaluator.values(module, link)
                if any(_of_interest(evaluator, value, keys) for value in values):
                    yield Reference(module, chain)
                    break


def _of_interest(evaluator: Evaluator, value: Value, keys: set[str]) -> bool:
    if isinstance(value, Literal):
        return _matters(evaluator, value, 4, keys)
    return _is_legacy(evaluator, value, keys)


def _is_legacy(evaluator: Evaluator, value: Value, keys: set[str]) -> bool:
    base = root(value)
    if not isinstance(base, Keyed):
        return bool(legacy_name(value))
    return is_bound(evaluator, base, keys)


def _chain(module: Module, node: ast.expr) -> Iterator[ast.expr]:
    while True:
        yield node
        whole = whole_of(module, node)
        above = module.parent(whole)
        grows = (
            (isinstance(above, ast.Attribute) and above.value is whole)
            or (isinstance(above, ast.Call) and above.func is whole)
            or (isinstance(above, ast.Call) and _is_getattr_of(above, whole))
            or (isinstance(above, ast.Subscript) and above.value is whole)
            or isinstance(above, ast.Await)
        )
        if not grows or not isinstance(above, ast.expr):
            return
        if whole is not node:
            yield whole
        node = above


def _is_getattr_of(call: ast.Call, node: ast.expr) -> bool:
    return is_getattr(call) and call.args[0] is node


def _by_value(
    evaluator: Evaluator, references: Iterable[Reference]
) -> dict[Value, list[tuple[Module, ast.expr]]]:
    found: dict[Value, list[tuple[Module, ast.expr]]] = defaultdict(list)
    displays: set[Literal] = set()
    for reference in references:
        for link in reference.chain:
            for value in evaluator.values(reference.module, link):
                found[value].append((reference.module, link))
                if isinstance(value, Literal):
                    displays.add(value)
        role = role_of(reference.module, reference.node)
        while role.container is not None:
            displays.add(Literal(reference.module, role.container))
            role = role_of(reference.module, role.container)
    for reference in references:
        for link in reference.chain:
            if any(is_load(value) for value in evaluator.values(reference.module, link)):
                spread = spread_at(reference.module, link)
                if spread is not None:
                    displays.add(Literal(reference.module, spread))
    for display in displays:
        # A display is a place of its own value: `resources={"dbt_cloud": x}`.
        found[display].append((display.module, display.node))
    return dict(found)
