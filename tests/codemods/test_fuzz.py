"""Random programs: pieces of the standard library with legacy uses and odd syntax between them."""

from __future__ import annotations

from pathlib import Path

import pytest
from fuzzing import BATCH, pieces, troubles
from rewriting import migrate_one


@pytest.mark.parametrize("seed", range(5))
def test_whatever_a_program_is_it_is_handled(seed: int) -> None:
    """The first 300 programs of those that `fuzzing.py` makes."""
    found = list(troubles(5 * BATCH, seed))
    assert not found, found[0]


def test_there_are_pieces_to_choose_from() -> None:
    assert len(pieces()) > 1000


@pytest.mark.parametrize("own", ["x = 1; \\\n  y = 2", "x = 1 ; \\\n  y = '\\N{BULLET}'  # é"])
def test_a_statement_that_goes_on_from_the_line_of_another(tmp_path: Path, own: str) -> None:
    text = f"import os\n{own}\nimport dagster_dbt\n\ncloud = dagster_dbt.dbt_cloud_resource\n{own}\n"
    after, codes = migrate_one(tmp_path, text)
    assert "LDC507" not in codes
    assert after.count(own) == 2
    assert "legacy_shim" in after


def test_a_form_feed_before_a_statement_which_libcst_loses_keeps_the_file_as_it_is(tmp_path: Path) -> None:
    text = "import os\nimport dagster_dbt\n\x0cx = 1\ncloud = dagster_dbt.dbt_cloud_resource\n"
    after, codes = migrate_one(tmp_path, text)
    assert after == text
    assert "LDC507" in codes
