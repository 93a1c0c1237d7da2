"""Which files hold tests."""

from __future__ import annotations

from pathlib import Path


def is_test(path: Path) -> bool:
    """Whether a file holds tests, by its name."""
    return path.stem.startswith("test_") or path.stem.endswith("_test") or path.stem == "conftest"
