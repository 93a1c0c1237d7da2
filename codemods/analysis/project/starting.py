"""Code that may have Dagster materialize assets: asset jobs, automation, selections. Asked of the bytes of all files.

Whoever wants assets that are only observed must know that nothing materializes them, in files that name nothing legacy too.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from ...findings import Place

_STARTS = re.compile(
    rb"\b(?:define_asset_job|materialize|materialize_to_memory|AutomationCondition|AutomationConditionSensorDefinition"
    rb"|AutoMaterializePolicy|AutoMaterializeRule|AssetSelection|asset_selection|automation_condition"
    rb"|auto_materialize_policy|build_asset_reconciliation_sensor|dbt_assets|build_schedule_from_dbt_selection)\b"
)
_TARGETS = re.compile(rb"\btarget\s*=")
_TICKS = re.compile(rb"\b(?:ScheduleDefinition|SensorDefinition|schedule|sensor)\b")
_OF_RUNS = "asset_selection"
"""What is read of a run by this name starts none."""
_OF_CHECKS = frozenset({"checks", "checks_for_assets"})
"""The selections of ``AssetSelection`` that hold no assets."""
_COMMENT = re.compile(rb"#[^\n]*")


def first_start(data: Mapping[Path, bytes]) -> Place | None:
    """The first place in the files that may have Dagster materialize assets; None where there is none."""
    return next((found for path in sorted(data) if (found := _start_in(path, data[path]))), None)


def _start_in(path: Path, data: bytes) -> Place | None:
    text = _COMMENT.sub(b"", data)
    found = _STARTS.search(text) or (_TARGETS.search(text) if _TICKS.search(text) else None)
    if found is None:
        return None
    try:
        tree = ast.parse(data)
    except (SyntaxError, ValueError, RecursionError):
        line = text.count(b"\n", 0, found.start()) + 1
        column = found.start() - text.rfind(b"\n", 0, found.start())
        return Place(path, line, column)
    starts = sorted(
        (node.lineno, node.col_offset + 1) for node in _starting(tree, has_ticks=bool(_TICKS.search(text)))
    )
    return Place(path, *starts[0]) if starts else None


def _starting(tree: ast.Module, *, has_ticks: bool) -> Iterator[ast.expr | ast.keyword | ast.alias]:
    """What in a file may start assets: not what is only imported, read of a run, or selects checks alone."""
    harmless = {inner for node in ast.walk(tree) if _selects_checks(node) for inner in _spelled_in(node)}
    for node in ast.walk(tree):
        if node in harmless:
            continue
        match node:
            case ast.Name(id=name) | ast.Constant(value=str(name)) if _STARTS.search(
                name.encode(errors="replace")
            ):
                yield node
            case ast.Attribute(attr=name) if name != _OF_RUNS and _STARTS.fullmatch(
                name.encode(errors="replace")
            ):
                yield node
            case ast.keyword(arg=str(name)) if _STARTS.fullmatch(name.encode()) or (
                has_ticks and name == "target"
            ):
                yield node
            case ast.alias(name=name, asname=str()) if _STARTS.search(name.encode()):
                yield node


def _selects_checks(node: ast.AST) -> bool:
    """Whether a node is ``define_asset_job(..., selection=AssetSelection.checks(...))``."""
    if not isinstance(node, ast.Call) or _last(node.func) != "define_asset_job":
        return False
    given = next(
        (word.value for word in node.keywords if word.arg == "selection"), next(iter(node.args[1:2]), None)
    )
    is_known = all(word.arg is not None for word in node.keywords)
    return is_known and isinstance(given, ast.Call) and _last(given.func) in _OF_CHECKS


def _spelled_in(call: ast.AST) -> Iterator[ast.AST]:
    """What a job of checks is spelled with: the function, and the class that selects."""
    assert isinstance(call, ast.Call)
    given = next(
        (word.value for word in call.keywords if word.arg == "selection"), next(iter(call.args[1:2]), None)
    )
    assert isinstance(given, ast.Call)
    yield from ast.walk(call.func)
    yield from ast.walk(given.func)


def _last(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""
