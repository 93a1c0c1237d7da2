"""The matrix migrates programs as the tests of the codemod do, and runs some as those of parity do."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

_TESTS = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(_TESTS / "codemods"), str(_TESTS / "parity")]

from before_and_after import Bench  # noqa: E402
from parity_warm import Warm  # noqa: E402


@pytest.fixture(scope="session")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    with Warm() as warm:
        yield Bench(warm, tmp_path_factory.mktemp("programs"))
