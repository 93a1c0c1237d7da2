"""Each kind of value, led by each way to code that is not seen, keeps its unit with a finding, or is followed.

Rows that are known to be lost in silence are strict expected failures: one that passes must leave ``known_silent.txt``
(``python tests/escapes/summary.py --accept`` writes it).
"""

from __future__ import annotations

from pathlib import Path

import pytest
from programs import PROGRAMS
from rows import ROWS, Row, known_silent, outcome_of

_KNOWN = known_silent()
_PARAMETERS = [
    pytest.param(
        row,
        id=row.name,
        marks=[pytest.mark.xfail(strict=True, reason="lost in silence")] if row.name in _KNOWN else [],
    )
    for row in ROWS
]


@pytest.mark.parametrize("row", _PARAMETERS)
def test_a_value_that_is_led_away_is_kept_or_followed(row: Row, tmp_path: Path) -> None:
    outcome = outcome_of(row, tmp_path)
    assert row.is_right(outcome.verdict), f"{outcome.verdict}, {outcome.codes}\n{outcome.after}"


def test_what_is_known_to_be_lost_is_in_the_matrix() -> None:
    names = [*(row.name for row in ROWS), *(program.line for program in PROGRAMS)]
    assert len(names) == len(set(names))
    assert set(names) >= _KNOWN
