"""Rewrite tests are held to the whole texts that a migration leaves, besides what each says of its own.

``pytest tests/codemods -k rewrites --snapshot-update`` accepts what has changed; read the difference before.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import rewriting
from syrupy.assertion import SnapshotAssertion


@pytest.fixture(autouse=True)
def _whole_texts(request: pytest.FixtureRequest) -> Iterator[None]:
    if not request.module.__name__.startswith("test_rewrit") or _is_generated(request.node):
        yield
        return
    snapshot: SnapshotAssertion = request.getfixturevalue("snapshot")
    rewriting.MIGRATED.clear()
    yield
    for texts in rewriting.MIGRATED:
        assert texts == snapshot


def _is_generated(test: pytest.Item) -> bool:
    """Whether hypothesis makes the programs of a test: they differ from run to run."""
    return hasattr(test.obj, "hypothesis")  # type: ignore[attr-defined]
