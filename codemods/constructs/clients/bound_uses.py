"""What becomes of a client's method that is handed on as a value: what it is called with, and what is read of it beside."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from ...analysis.inference.legacy_names import RUN_AND_POLL, STARTING
from ...analysis.inference.values import Member
from ...analysis.syntax.functions import decorator_name, is_none
from ...analysis.syntax.source_module import FUNCTIONS, Module
from ...analysis.uses import escapes as sinks
from ...analysis.uses.uses import Argument, Chain, Element, Returned, Unknown, Use
from ...planning.claims import Context, JobRef
from .methods import read_loosely
from .second_argument import is_no_interval

CALLING = frozenset({"partial", "submit", "to_thread"})
"""Functions that call what they are given first with what they are given behind it."""
_MAPPING = frozenset({"map", "imap", "imap_unordered", "starmap", "filter"})
_ONLY_CALLING = (
    CALLING | _MAPPING | {"run_in_executor", "Thread", "apply_async", "apply", "call_soon_threadsafe"}
)
_COPYING_NAMES = frozenset({"wraps", "update_wrapper"})
OF_JOBS = STARTING | {"get_job", "update_job"}
"""Methods whose first argument is a job."""


class Read(Enum):
    """What the code may read of a method beside calling it."""

    NOTHING = 1
    NAME = 2
    """Its name, in sight or where the trail of it ends."""
    MORE = 3
    """What no function of the file has: what it is bound to, whether it is the same as another."""


@dataclass(frozen=True)
class Reading:
    """The most that is read of a method, and where; ``said`` in words."""

    read: Read
    in_sight: bool = False
    said: str = ""


def reading_of(context: Context, module: Module, link: ast.expr) -> Reading:
    """What is read of the method at ``link``, wherever it goes."""
    found = [Reading(Read.NOTHING)]
    for value in context.index.values(module, link):
        if isinstance(value, Member):
            found += (_read_by(context, use) for use in context.index.sinks(value))
    return max(found, key=lambda one: (one.read.value, one.in_sight))


def _read_by(context: Context, use: Use) -> Reading:
    module, node = use.module, use.node
    above = module.parent(node)
    if use.through:
        return Reading(Read.NOTHING)  # Of what holds it: what is taken out of that is a use of its own.
    match use, above:
        case Chain(), ast.Attribute():
            return _attribute(module, node, above.attr)
        case Chain(), ast.Subscript() if above.slice is node:
            return _more(module, node, "is a key")
        case Argument(), _:
            return _argument(context, use)
        case Element(), ast.Set() | ast.SetComp():
            return _more(module, node, "is in a set")
        case Unknown(), ast.Dict() if node in above.keys:
            return _more(module, node, "is a key")
        case _, ast.Compare() if not any(map(is_none, [above.left, *above.comparators])):
            return _more(module, node, "is compared")
        case Returned() | Unknown(), _:
            return Reading(Read.NAME)
    return Reading(Read.NOTHING)


def _attribute(module: Module, node: ast.expr, name: str) -> Reading:
    if name == "__name__":
        return Reading(Read.NAME, in_sight=True)
    return Reading(Read.NOTHING) if name == "__call__" else _more(module, node, f"is read as `.{name}`")


def _argument(context: Context, use: Argument) -> Reading:
    name, module = decorator_name(use.call), use.module
    if name == "getattr" and use.position == 0 and len(use.call.args) > 1:
        key = use.call.args[1]
        return _attribute(
            module, use.node, str(key.value) if isinstance(key, ast.Constant) else "an attribute"
        )
    if name in _COPYING_NAMES:
        return Reading(Read.NAME, in_sight=True)
    if name in {"signature", "getsource", "getdoc", "ismethod", "unwrap", "hash"}:
        return _more(module, use.node, f"is passed to `{name}`")
    if sinks.is_followed(context.index, use) or sinks.only_looks(context.index, use):
        return Reading(Read.NOTHING)
    is_known = name in _ONLY_CALLING and not _is_own(context, name)
    if is_known and not (name == "partial" and _is_looked_into(context, use.call)):
        return Reading(Read.NOTHING)
    return Reading(Read.NAME)


def _is_own(context: Context, name: str) -> bool:
    """Whether the tree has a function of that name."""
    return any(
        isinstance(node, FUNCTIONS) and node.name == name
        for module in context.index.tree.modules.values()
        for node in module.nodes
    )


def calls_it_with_the_rest(context: Context, call: ast.Call) -> bool:
    """Whether a call has what it is given first called with what it is given behind it, and is not the tree's own."""
    name = decorator_name(call)
    return name in CALLING and not _is_own(context, name)


def _is_looked_into(context: Context, partial: ast.Call) -> bool:
    """Whether what a ``partial`` was made with may be read off it."""
    for module in context.index.tree.modules.values():
        for node in module.nodes:
            if isinstance(node, ast.Attribute) and node.attr in {"func", "args", "keywords"}:
                values = context.index.values(module, node.value)
                if any(getattr(value, "call", None) is partial for value in values):
                    return True
                if node.attr == "func" and not values:
                    return True
    return False


def _more(module: Module, node: ast.expr, said: str) -> Reading:
    text = module.source_of(node).split("\n", 1)[0]
    return Reading(
        Read.MORE, in_sight=True, said=f"line {node.lineno}: `{text}`, which may be that value, {said}"
    )


def jobs_of(context: Context, module: Module, link: ast.Attribute) -> tuple[JobRef, ...]:
    """The jobs that a method is called with; one that is not known stands for those which cannot be read."""
    if link.attr not in OF_JOBS:
        return ()
    found = list(_jobs(context, module, link))
    if link.attr in STARTING:
        unknown = context.job_ref(module, link)
        found = [
            unknown if one is None or not (one.job_ids or one.variable) else one for one in found or [None]
        ]
    return tuple(dict.fromkeys(one for one in found if one is not None))


def _jobs(context: Context, module: Module, link: ast.Attribute) -> Iterator[JobRef | None]:
    """The jobs of each use; None for a use by which any job may be run."""
    for value in context.index.values(module, link):
        if not isinstance(value, Member):
            continue
        for use in context.index.sinks(value):
            if isinstance(use, Chain) and use.call is not None and not use.through:
                job = read_loosely(use.call, link.attr).argument("job_id")
                yield context.job_ref(use.module, job) if job is not None else None
            elif isinstance(use, Argument) and not use.through:
                behind = list(_behind(use))
                is_followed = sinks.is_followed(context.index, use)
                yield from (context.job_ref(use.module, job) for job in behind)
                if not behind and not is_followed:
                    yield None
            elif isinstance(use, (Unknown, Returned)):
                yield None


def second_argument_of(context: Context, module: Module, link: ast.Attribute) -> str:
    """Why what is passed second, wherever a method is called, cannot be passed on; empty where it can."""
    if link.attr != RUN_AND_POLL:
        return ""
    for value in context.index.values(module, link):
        for use in context.index.sinks(value) if isinstance(value, Member) else ():
            given: list[ast.expr] = []
            if isinstance(use, Chain) and use.call is not None and not use.through:
                given = use.call.args
            elif (
                isinstance(use, Argument)
                and use.position is not None
                and not use.through
                and decorator_name(use.call) not in _MAPPING
            ):
                given = use.call.args[use.position + 1 :]
            problem = is_no_interval(context, use.module, given)
            if problem:
                return problem
    return ""


def by_place(context: Context, module: Module, link: ast.Attribute) -> bool:
    """Whether the method may be called with arguments by position that are not seen."""
    if link.attr != RUN_AND_POLL:
        return False
    return any(
        _takes_more(context, use)
        for value in context.index.values(module, link)
        for use in (context.index.sinks(value) if isinstance(value, Member) else ())
    )


def _takes_more(context: Context, use: Use) -> bool:
    if isinstance(use, Chain):
        return use.call is not None and any(isinstance(one, ast.Starred) for one in use.call.args)
    if not isinstance(use, Argument):
        return isinstance(use, Unknown)
    if use.position is None or use.through:
        return not sinks.is_followed(context.index, use)
    name, behind = decorator_name(use.call), use.call.args[use.position + 1 :]
    is_known = name in _ONLY_CALLING and not _is_own(context, name)
    if any(isinstance(one, ast.Starred) for one in behind):
        return True
    if is_known and name == "partial":
        return len(behind) < 2
    if is_known and name in _MAPPING:
        return len(behind) > 1 or name == "starmap"
    return not is_known and (bool(behind) or not sinks.is_followed(context.index, use))


def _behind(use: Argument) -> Iterator[ast.expr]:
    """The jobs that stand behind a method in what it is handed to: ``partial(method, job_id)``, ``map(method, [a, b])``."""
    for word in use.call.keywords:
        if word.arg == "job_id":
            yield word.value
            return
    behind = use.call.args[use.position + 1 :] if use.position is not None else []
    if not behind or isinstance(behind[0], ast.Starred):
        return
    is_mapped = decorator_name(use.call) in _MAPPING and isinstance(behind[0], (ast.List, ast.Tuple))
    yield from behind[0].elts if is_mapped else [behind[0]]  # type: ignore[attr-defined]
