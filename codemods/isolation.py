"""A file that the analysis breaks down over is set aside with a finding; what it may use stays, and the rest goes on."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import FrameType
from typing import TypeVar

from .analysis.syntax.source_module import Module
from .errors import SourceError, UsageError
from .findings import Finding, Place
from .planning.claims import Context
from .planning.groups import components_of
from .planning.units import Unit

Answer = TypeVar("Answer")
Broken = Mapping[Path, Finding]
"""The files that are set aside, each with the finding (LDC507) that says why."""
_FROM = rb"(?m)^[^\n#]*?\bfrom\s+(\.*)\s*([\w.]*)\s+import\s+(\([^)]*\)?|[^\n#;]*)"
_IMPORT = rb"(?m)(?:^|[;:])[ \t]*import\s+([^\n#;]+)"
"""How import statements begin, also in code that does not parse."""


def isolated(work: Callable[[Broken], Answer]) -> Answer:
    """What ``work`` answers once each file that it breaks down over is set aside.

    It starts over each time: what is remembered of an evaluation that was cut short is not to be relied on.
    Raises what cannot be laid to a file.
    """
    broken: dict[Path, Finding] = {}
    while True:
        try:
            return work(broken)
        except (UsageError, SourceError):
            raise
        except Exception as error:
            module = _blamed(error)
            if module is None or module.path in broken:
                raise
            broken[module.path] = fault(Place(module.path), error)


def fault(place: Place, error: BaseException) -> Finding:
    """The finding for what the tool broke down over."""
    said = "it is nested or chained too deeply" if isinstance(error, RecursionError) else str(error)
    return Finding(place, "LDC507", f"the tool failed on it: {type(error).__name__}: {said}")


def keep_what_may_be_used(
    units: Iterable[Unit], broken: Broken, files: Mapping[Path, bytes], context: Context
) -> tuple[Unit, ...]:
    """The units, of which those stay that a file which was set aside may use: by an import, or by a resource key."""
    units = tuple(units)
    if not broken:
        return units
    parts = components_of(context)
    reached = {
        path: {parts[near] for near in _connected(path, files[path], context) if near in parts}
        for path in broken
    }
    return tuple(_kept(unit, reached, files, parts) for unit in units)


def _kept(
    unit: Unit,
    reached: Mapping[Path, set[object]],
    files: Mapping[Path, bytes],
    parts: Mapping[Path, object],
) -> Unit:
    own = {parts.get(claim.module.path) for claim in unit.claims}
    keys = {key.encode(errors="replace") for claim in unit.claims for key in claim.keys}
    for path, near in reached.items():
        if unit.migrates and (own & near or any(_names_key(files[path], key) for key in keys)):
            claim = next(iter(unit.claims_inside))
            said = f"{path}, which could not be analysed, may use it"
            place = claim.module.place(claim.node)
            return replace(unit, kept=(Finding(place, "LDC303", said, claim.name),))
    return unit


def _names_key(data: bytes, key: bytes) -> bool:
    """Whether a file may ask for a resource by its key: ``.resources.key``, ``"key"``, ``key: Client``."""
    word = re.escape(key)
    return re.search(rb"\." + word + rb"\b|([\"'])" + word + rb"\1|\b" + word + rb"\s*:", data) is not None


def _connected(path: Path, data: bytes, context: Context) -> Iterator[Path]:
    """The files that one which was set aside imports from, or that import from it."""
    tree = context.index.tree
    own = _syntax_of(path, data)
    importer = own or Module(path, "", ast.Module([], []), (), (), {})
    for module in tree.modules.values():
        imported = {name for node in module.nodes for name in _imported(node)}
        if any(tree.resolve(module, name, level) == path for name, level in imported):
            yield module.path
    names = (
        _spelled(data) if own is None else {name for node in ast.walk(own.tree) for name in _imported(node)}
    )
    for name, level in names:
        found = tree.resolve(importer, name, level)
        if found is not None:
            yield found


def _spelled(data: bytes) -> set[tuple[str, int]]:
    """What the import statements name of a file that does not parse, as far as they can be told by their words."""
    found: set[tuple[str, int]] = set()
    for dots, name, rest in re.findall(_FROM, data):
        module = name.decode(errors="replace")
        inner = re.findall(rb"(\w+)(?:\s+as\s+\w+)?", rest)
        names = [".".join(filter(None, [module, each.decode(errors="replace")])) for each in inner]
        found |= {(each, len(dots)) for each in (module, *names)}
    for rest in re.findall(_IMPORT, data):
        found |= {(each.decode(errors="replace"), 0) for each in re.findall(rb"[\w.]+", rest)}
    return found


def _imported(node: ast.AST) -> Sequence[tuple[str, int]]:
    if isinstance(node, ast.Import):
        return [(alias.name, 0) for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        inner = [".".join(filter(None, [node.module, alias.name])) for alias in node.names]
        return [(name, node.level) for name in (node.module or "", *inner)]
    return []


def _syntax_of(path: Path, data: bytes) -> Module | None:
    """The file as far as its imports go; None where not even that can be read."""
    try:
        return Module(path, "", ast.parse(data), (), (), {})
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _blamed(error: Exception) -> Module | None:
    """The file that was being worked on: what the outermost function that knows one was called with."""
    trace = error.__traceback__
    loose: Module | None = None
    while trace is not None:
        given, others = _modules_in(trace.tb_frame)
        if given is not None:
            return given
        loose = loose or others
        trace = trace.tb_next
    return loose


def _modules_in(frame: FrameType) -> tuple[Module | None, Module | None]:
    """The file among the arguments of a function, and the one among its other variables, which may be out of date."""
    code = frame.f_code
    arguments = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
    found: list[Module | None] = [None, None]
    for name, value in frame.f_locals.items():
        module = value if isinstance(value, Module) else getattr(value, "module", None)
        place = 0 if name in arguments else 1
        if isinstance(module, Module) and found[place] is None:
            found[place] = module
    return found[0], found[1]
