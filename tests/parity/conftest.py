"""What runs programs in the warm process is shared by all tests of a worker."""

from __future__ import annotations

import pytest
from before_and_after import Bench
from parity_warm import Warm


@pytest.fixture(scope="session")
def bench(warm: Warm, tmp_path_factory: pytest.TempPathFactory) -> Bench:
    return Bench(warm, tmp_path_factory.mktemp("programs"))
