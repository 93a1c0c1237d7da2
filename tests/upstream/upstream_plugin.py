"""The pytest plugin under which dagster-dbt's own tests run: the old spellings are served by the facade."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from typing import Any
from unittest import mock

import pytest

import legacy_shim

legacy_shim.install()


def pytest_configure() -> None:
    import dagster_dbt
    import dagster_dbt.cloud.resources as resources

    assert resources.__name__ == "legacy_shim.cloud.resources", "the facade is what is tested"
    assert importlib.util.find_spec("dagster_dbt_tests") is not None
    assert dagster_dbt.__file__ is not None


if importlib.util.find_spec("pytest_mock") is None:

    class _Mocker:
        """As much of pytest-mock as those tests use."""

        def __init__(self) -> None:
            self._started: list[Any] = []

        def patch(self, target: str, **options: Any) -> Any:
            patcher = mock.patch(target, **options)
            self._started.append(patcher)
            return patcher.start()

        def stop(self) -> None:
            for patcher in reversed(self._started):
                patcher.stop()

    @pytest.fixture
    def mocker() -> Iterator[_Mocker]:
        mocker = _Mocker()
        yield mocker
        mocker.stop()
