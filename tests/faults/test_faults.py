"""The facade keeps its promises in every scenario. RELIABILITY.md says which they are."""

from __future__ import annotations

import os
import warnings

import clients
import pytest
from judge import Scenario, Verdict, judge
from scenarios import everything, sample

_LIMIT = 60.0  # seconds; the slowest scenario takes a tenth of it

SCENARIOS = everything() if os.environ.get("ALL_FAULTS") else sample()


@pytest.fixture(autouse=True)
def _quiet() -> object:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def test_names_are_distinct_and_there_are_many() -> None:
    names = [scenario.name for scenario in SCENARIOS]
    assert len(names) == len(set(names)) >= 500


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
def test_promises_are_kept(scenario: Scenario) -> None:
    assert judge(scenario, clients.facade, _LIMIT) == Verdict()
