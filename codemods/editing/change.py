"""The edits of one file, carried out and checked: whatever is wrong with the result, the file stays as it is.

Files do not depend on each other here, so many of them are shared out to processes.
"""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from legacy_shim.catalogue import BY_NAME

from ..analysis.syntax.source_module import nodes_in
from ..deep_stack import on_deep_stack
from ..files.sources import Change, Source
from ..findings import Finding, Place
from ..garbage import with_few_collections
from .edits import Edit
from .excerpts import Lines
from .facade_names import FACADE, has_name, missing_names
from .namespace import unbound_names

_WORTH_A_PROCESS = 50
"""Files. Starting a process and importing LibCST in it takes as long as changing about that many."""


@dataclass(frozen=True, eq=False)
class Task:
    """A file and what is to change in it."""

    source: Source
    statements: tuple[Lines, ...]
    """Where the statements at its top level stand."""
    edits: tuple[Edit, ...]
    indent: str
    """What a block in it is indented by."""
    unbound: frozenset[str]
    """The names that it reads and binds nowhere, as it is now."""
    has_own_package: bool = False
    """Whether ``dagster_dbt`` is a package of the tree, whose names are not the legacy ones."""


def change_all(tasks: Sequence[Task], jobs: int) -> list[Change | Finding]:
    """The new text of each file, in order; a finding (LDC507) for each that cannot be changed faithfully.

    The same bytes come out for any number of ``jobs``.
    """
    processes = min(jobs, len(tasks) // _WORTH_A_PROCESS)
    if processes > 1:
        # Here alone: to import them takes as long as many a file.
        import multiprocessing
        from concurrent.futures import ProcessPoolExecutor
        from concurrent.futures.process import BrokenProcessPool

        context = multiprocessing.get_context("spawn")  # the one way to start that every platform has
        try:
            with ProcessPoolExecutor(processes, mp_context=context) as pool:
                return list(pool.map(change_one, tasks, chunksize=4))
        except (OSError, BrokenProcessPool):
            pass  # No processes to be had here: the work is the same without.
    return [change_one(task) for task in tasks]


@on_deep_stack
@with_few_collections
def change_one(task: Task) -> Change | Finding:
    """The new text of a file."""
    from libcst import ParserSyntaxError

    from .apply import apply_edits
    from .edit_targets import NotApplied

    source = task.source
    try:
        text = apply_edits(source.text, task.statements, task.edits, task.indent)
        tree = ast.parse(text)
    except (NotApplied, ParserSyntaxError) as error:
        return _problem(source, str(error))
    except SyntaxError as error:
        return _problem(source, f"the result would not parse: {error.msg}, line {error.lineno}")
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:  # LibCST's parser, which is not Python, raises what is no Exception.
        return _problem(source, f"the tool failed on it: {type(error).__name__}: {error}")
    if not _compiles(tree) and _compiles(source.text):
        return _problem(source, "the result would not compile")
    nodes = nodes_in(tree)
    left = _legacy_import_in(nodes) if not task.has_own_package else None
    if left is not None:
        return Finding(Place(source.path, left.lineno), "LDC507", "a legacy import would have been left")
    for _, name in missing_names(nodes):
        return _problem(source, f"`{name}` would have been imported from the facade, which does not have it")
    lost = unbound_names(nodes) - task.unbound
    if lost:
        return _problem(source, f"`{min(lost)}` would have lost its import")
    return Change(source, text)


def _compiles(source: ast.Module | str) -> bool:
    """Whether Python compiles a source: that it parses does not show that its scopes and statements are in order."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compile(source, "<new text>", "exec", dont_inherit=True)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


def _problem(source: Source, message: str) -> Finding:
    return Finding(Place(source.path), "LDC507", message)


def _comes_from_facade(module: str, name: str) -> bool:
    """Whether the facade mirrors what is imported from a module of the legacy package."""
    in_package = module.split(".")[1:2] == ["cloud"]
    return in_package and has_name(FACADE + module.removeprefix("dagster_dbt"), name)


def _legacy_import_in(nodes: Iterable[ast.AST]) -> ast.ImportFrom | None:
    for node in nodes:
        if (
            isinstance(node, ast.ImportFrom)
            and not node.level
            and (node.module or "").split(".")[0] == "dagster_dbt"
        ):
            names = [alias.name for alias in node.names]
            if any(name in BY_NAME or _comes_from_facade(node.module or "", name) for name in names):
                return node
    return None
