"""The warm process is shared by all tests of a worker."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from parity_warm import Warm


@pytest.fixture(scope="session")
def warm() -> Iterator[Warm]:
    with Warm() as process:
        yield process
