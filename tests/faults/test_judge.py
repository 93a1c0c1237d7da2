"""The judge of the scenarios sees every kind of wrong, so that a clean verdict means something."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
import requests
from dagster import Failure
from judge import TOKEN, Scenario, judge
from raw_cloud import ACCOUNT, ERROR, JOB, Script

_PLAIN = Scenario("plain", Script(TOKEN))
_FAILING = Scenario("failing", Script(TOKEN, ends=ERROR, looks=0), ends="failure")


def _trigger(url: str) -> Any:
    path = f"{url}/api/v2/accounts/{ACCOUNT}/jobs/{JOB}/run/"
    return requests.post(path, json={"cause": "x"}, timeout=10).json()["data"]


def _poll(url: str, run_id: int) -> Any:
    path = f"{url}/api/v2/accounts/{ACCOUNT}/runs/{run_id}/"
    return requests.get(path, timeout=10).json()["data"]


def _to_the_end(url: str) -> Any:
    run_id = _trigger(url)["id"]
    while (run := _poll(url, run_id))["status"] == 3:
        pass
    return run


def _well(url: str, *_: object) -> Any:
    return _to_the_end(url)


def _twice(url: str, *_: object) -> Any:
    _to_the_end(url)
    return _to_the_end(url)


def _never(*_: object) -> None:
    threading.Event().wait()


def _raising(error: Callable[[Any], Exception]) -> Any:
    def drive(url: str, *_: object) -> Any:
        raise error(_to_the_end(url))

    return drive


def test_one_run_to_its_end_is_clean() -> None:
    assert judge(_PLAIN, _well, 60).clean


def test_second_run_is_a_double() -> None:
    verdict = judge(_PLAIN, _twice, 60)
    assert (verdict.doubles, verdict.left_running) == (1, 0)


def test_run_that_nobody_waits_for_is_left_behind() -> None:
    def leave(url: str, *_: object) -> None:
        raise Failure(f"gave up on {_trigger(url)['href']}")

    assert judge(_PLAIN, leave, 60).left_running == 1


def test_what_does_not_return_hangs() -> None:
    assert judge(_PLAIN, _never, 0.1).hung


def test_other_exceptions_are_wrong() -> None:
    assert judge(_PLAIN, _raising(lambda run: KeyError(run["id"])), 60).wrong_exception == "KeyError: 1003"


@pytest.mark.parametrize("told", [TOKEN, TOKEN[5:15], f"…{TOKEN[-8:]}"])
def test_token_is_found_in_a_failure_and_in_the_log(told: str) -> None:
    assert judge(_PLAIN, _raising(lambda run: Failure(f"{run['href']} {told}")), 60).token_found
    assert judge(_PLAIN, _raising(lambda _: Failure("x", metadata={"page": told})), 60).token_found

    def logging(url: str, log: Any, _: object) -> Any:
        log.debug("sent %s", told)
        return _to_the_end(url)

    assert judge(_PLAIN, logging, 60).token_found


def test_ends_are_compared_with_what_happened() -> None:
    assert "a success" in judge(_FAILING, _well, 60).wrong_end
    assert (
        "a failure"
        in judge(
            Scenario("must succeed", Script(TOKEN), ends="success"),
            _raising(lambda run: Failure(run["href"])),
            60,
        ).wrong_end
    )
    assert "no page" in judge(_FAILING, _raising(lambda _: Failure("no")), 60).wrong_end
    quoting = Scenario("quoting", Script(TOKEN, ends=ERROR, looks=0), ends="failure", says="disk is full")
    assert "does not say" in judge(quoting, _raising(lambda run: Failure(run["href"])), 60).wrong_end
    assert judge(_FAILING, _raising(lambda run: Failure(run["href"])), 60).clean
