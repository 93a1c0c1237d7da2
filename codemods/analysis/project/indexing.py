"""Build the index: find the files that matter, and what in them stands for something legacy.

Only files that must be are parsed: those that name something legacy, then files that import a name which
such a file hands on, then files that reach a resource by its key, and files whose functions are given one.
"""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from pathlib import Path
from types import MappingProxyType

from ...findings import Finding
from ..dagster_api.failures import may_read_failures, reads_failures, reads_what_it_catches
from ..dagster_api.hook_configs import may_be_of_hooks, names_op_config, reads_config_for_hooks
from ..dagster_api.io_managers import IOManagers, io_managers_of, may_have_io_managers
from ..inference.interpreter import Evaluator
from ..inference.legacy_names import KEY_OF_LOADS
from ..inference.values import Literal, Value, is_load
from ..syntax.functions import is_getattr
from ..syntax.source_module import Module
from ..uses.index import Index, Reference
from ..uses.uses import displays_around, spread_at, whole_of
from .interests import Interests, Reach
from .named_in_imports import NamedInImports
from .prefilter import (
    Importers,
    asks_for,
    calls_legacy,
    gives_run_config,
    has_words_of_answers,
    loads_asset,
    loads_computed_asset,
    loads_jobs,
    loads_packages,
    may_patch,
    merges_definitions,
    names_class_of_loads,
    names_dagster,
    names_legacy,
    reaches_computed_key,
    reaches_key,
    reads_causes,
    reads_outputs_in_hooks,
    resumes,
    scans_modules,
    selects_by_what_is_added,
    without_dagster,
)
from .scanning import looks_through_imported
from .source_tree import Tree
from .spelled import spells

NO_PATHS: Mapping[Path, Path] = MappingProxyType({})
Parse = Callable[[Path, bytes], "Module | Finding"]


def build_index(
    files: Mapping[Path, bytes],
    parse: Parse,
    matters: Callable[[bytes], bool] = names_legacy,
    by_other_paths: Mapping[Path, Path] = NO_PATHS,
) -> Index:
    """Index the legacy values of ``files``; ``parse`` answers a finding for a file that cannot be parsed.

    ``matters`` says by its bytes which file is parsed to begin with; ``by_other_paths`` are files by other paths of theirs.
    """
    problems: list[Finding] = []

    def load(path: Path) -> Module | None:
        parsed = parse(path, files[path])
        return parsed if isinstance(parsed, Module) else None

    asked = without_dagster(files)
    importers = Importers(asked)

    def importing(home: Module, name: str) -> Iterator[Path]:
        found = importers.importing(home.dotted, name)
        return (path for path in found if named.may_import(path, home.path))

    tree = Tree(tuple(files), load, importing, files, importers.naming, by_other_paths)
    evaluator = Evaluator(tree)
    named = evaluator.named_in_imports
    failed: set[Path] = set()

    def take(paths: Iterable[Path]) -> list[Module]:
        took: list[Module] = []
        for path in paths:
            if path not in tree.modules and path not in failed:
                parsed = tree.aside(path) or parse(path, files[path])
                if isinstance(parsed, Module):
                    tree.add(parsed)
                    took.append(parsed)
                else:
                    failed.add(path)
                    problems.append(parsed)
        return took

    interests = Interests(evaluator)
    new = take(path for path, data in files.items() if matters(data))
    while new:
        new = take(_more(asked, importers, named, interests.take(new)))
    return _index_of(asked, interests, problems)


def _more(
    files: Mapping[Path, bytes], importers: Importers, named: NamedInImports, reach: Reach
) -> Iterator[Path]:
    """The files to read next."""
    tree = named.tree
    importing = {
        path
        for (home, through), names in reach.names.items()
        if named.may_hand_out(through, home)
        for path in importers.of(names)
        if named.may_import(path, through)
    }
    yield from (path for path in files if path in importing)
    read = list(tree.modules)
    is_brought = reach.is_first and any(loads_jobs(data) for data in files.values())
    keys = reach.keys | ({KEY_OF_LOADS.encode()} if is_brought else set())
    if keys:
        yield from (
            path
            for path, data in files.items()
            if gives_run_config(data)
            or reaches_computed_key(data)
            or (reaches_key(data, keys) and _spells(tree, path, keys))
        )
    if reach.assets:
        assets = reach.assets
        loading = (path for path, data in files.items() if loads_asset(data, assets))
        yield from (path for path in loading if _spells(tree, path, assets))
        yield from _reading_computed_assets(files, importers, named)
    if reach.fixtures:
        yield from (path for path, data in files.items() if asks_for(data, reach.fixtures))
    if reach.is_first:
        yield from (path for path, data in files.items() if may_patch(data) or calls_legacy(data))
        yield from (path for path, data in files.items() if loads_packages(data))
    if is_brought:
        yield from _scanning(files, named, read, importers.by_text)
    yield from reach.called


def _reading_computed_assets(
    files: Mapping[Path, bytes], importers: Importers, named: NamedInImports
) -> Iterator[Path]:
    """The files that load an asset whose key is not written there, and those to which they may hand what a run answered."""
    loading = [path for path, data in files.items() if loads_computed_asset(data)]
    # What loads it may be a decorator of theirs, above a function of another file.
    stems = {(path.parent if path.stem == "__init__" else path).stem for path in loading}
    by_others = {
        path
        for stem in sorted(stems)
        for path in importers.naming(stem.encode(errors="surrogateescape"), True)
    }
    yield from loading
    reached = named.imported_from([*loading, *sorted(by_others)]) if loading else {}
    readers = [path for path in files if path in reached and has_words_of_answers(files[path])]
    if readers:
        yield from (*readers, *sorted(by_others))


def _spells(tree: Tree, path: Path, words: Iterable[bytes]) -> bool:
    """Whether the code of a file has one of some words, which its bytes have; one that cannot be parsed has a finding."""
    module = tree.modules.get(path) or tree.module_at(path)
    return module is None or spells(module, [word.decode(errors="replace") for word in words])


def _scanning(
    files: Mapping[Path, bytes], named: NamedInImports, read: Iterable[Path], by_text: AbstractSet[Path]
) -> Iterator[Path]:
    """The files that may look through a module of the tree: it is handed to them, or they import it by a string.

    With those by which they are reached, from what is ``read`` or uses Dagster.
    """
    using = (path for path, data in files.items() if names_dagster(data))
    tree = named.tree
    reached = named.imported_from([*read, *using])
    for path, data in files.items():
        if not (path in reached or path in by_text) or not scans_modules(data):
            continue
        if path not in reached:
            module = tree.module_at(path)
            yield from [path] if module is None or looks_through_imported(module) else []
        on_the_way: Path | None = path if path in reached else None
        while on_the_way is not None:
            yield on_the_way
            on_the_way = reached[on_the_way]


def _index_of(files: Mapping[Path, bytes], interests: Interests, problems: list[Finding]) -> Index:
    evaluator = interests.evaluator
    tree = evaluator.tree
    references = tuple(_references(interests))
    if not references:
        return Index(tree, evaluator, (), tuple(problems), _by_value=_by_value(evaluator, ()))
    return Index(
        tree,
        evaluator,
        references,
        tuple(problems),
        merges=any(merges_definitions(data) for data in files.values()),
        loads_packages=any(loads_packages(data) for data in files.values()),
        reads_outputs_in_hooks=any(reads_outputs_in_hooks(data) for data in files.values()),
        reads_config_in_hooks=_read_config_in_hooks(tree, files),
        io_managers=_io_managers(tree, files),
        bound_keys=frozenset(interests.bound),
        reads_failures=_read_failures(tree, files),
        reads_causes=any(map(reads_causes, files.values())),
        resumes=any(map(resumes, files.values())),
        naming_class=tuple(_parsed(tree, files, names_class_of_loads)),
        selecting=tuple(_parsed(tree, files, selects_by_what_is_added)),
        _by_value=_by_value(evaluator, references),
    )


def _io_managers(tree: Tree, files: Mapping[Path, bytes]) -> IOManagers:
    modules = (tree.module_at(path) for path, data in files.items() if may_have_io_managers(data))
    return io_managers_of(module for module in modules if module is not None)


def _read_failures(tree: Tree, files: Mapping[Path, bytes]) -> bool:
    """Whether some code depends on the exception of a run that failed."""
    if any(reads_what_it_catches(module) for module in tree.modules.values()):
        return True
    modules = (tree.module_at(path) for path, data in files.items() if may_read_failures(data))
    return any(module is not None and reads_failures(module) for module in modules)


def _read_config_in_hooks(tree: Tree, files: Mapping[Path, bytes]) -> bool:
    if not any(map(may_be_of_hooks, files.values())):
        return False
    return any(map(reads_config_for_hooks, _parsed(tree, files, names_op_config)))


def _parsed(tree: Tree, files: Mapping[Path, bytes], matters: Callable[[bytes], bool]) -> Iterator[Module]:
    """The files that matter for one question. Most of them hold nothing legacy."""
    for path in sorted(path for path, data in files.items() if matters(data)):
        module = tree.module_at(path)
        if module is not None:
            yield module


def _references(interests: Interests) -> Iterator[Reference]:
    evaluator = interests.evaluator
    for path in sorted(evaluator.tree.modules):
        module = evaluator.tree.modules[path]
        for node in module.of(ast.Name):
            if not isinstance(node.ctx, ast.Load):
                continue
            chain = tuple(_chain(module, node))
            for link in chain:
                if any(interests.are_of_interest(value) for value in evaluator.values(module, link)):
                    yield Reference(module, chain)
                    break


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
        around = displays_around(reference.module, reference.node)
        displays |= {Literal(reference.module, display) for display in around}
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
