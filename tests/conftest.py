"""What every test stands on."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from parity_warm import Warm

# A shell that starts the tests in the background has them ignore SIGINT, and their children inherit that:
# tests of interruption would wait for ever.
signal.signal(signal.SIGINT, signal.default_int_handler)

_PARITY = str(Path(__file__).parent / "parity")


@pytest.fixture(scope="session")
def warm() -> Iterator[Warm]:
    """A process that has Dagster loaded; one for all tests of a worker."""
    if _PARITY not in sys.path:
        sys.path.append(_PARITY)
    from parity_warm import Warm

    with Warm() as process:
        yield process
