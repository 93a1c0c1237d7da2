"""The warm process, and what runs programs in it, are shared by all tests of a worker."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from before_and_after import Bench
from parity_warm import Warm


@pytest.fixture(scope="session")
def warm() -> Iterator[Warm]:
    with Warm() as process:
        yield process


@pytest.fixture(scope="session")
def bench(warm: Warm, tmp_path_factory: pytest.TempPathFactory) -> Bench:
    return Bench(warm, tmp_path_factory.mktemp("programs"))
