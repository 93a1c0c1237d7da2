"""Code that may have Dagster materialize assets: asset jobs, automation, selections. Asked of the bytes of all files.

Whoever wants assets that are only observed must know that nothing materializes them, in files that name nothing legacy too.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from ...findings import Place

_STARTS = re.compile(
    rb"\b(?:define_asset_job|materialize|materialize_to_memory|AutomationCondition|AutomationConditionSensorDefinition"
    rb"|AutoMaterializePolicy|AutoMaterializeRule|AssetSelection|asset_selection|automation_condition"
    rb"|auto_materialize_policy|build_asset_reconciliation_sensor|dbt_assets|build_schedule_from_dbt_selection)\b"
)
_TARGETS = re.compile(rb"\btarget\s*=")
_TICKS = re.compile(rb"\b(?:ScheduleDefinition|SensorDefinition|schedule|sensor)\b")
_COMMENT = re.compile(rb"#[^\n]*")


def first_start(data: Mapping[Path, bytes]) -> Place | None:
    """The first place in the files that may have Dagster materialize assets; None where there is none."""
    return next((found for path in sorted(data) if (found := _start_in(path, data[path]))), None)


def _start_in(path: Path, data: bytes) -> Place | None:
    text = _COMMENT.sub(b"", data)
    found = _STARTS.search(text) or (_TARGETS.search(text) if _TICKS.search(text) else None)
    if found is None:
        return None
    line = text.count(b"\n", 0, found.start()) + 1
    column = found.start() - text.rfind(b"\n", 0, found.start())
    return Place(path, line, column)
