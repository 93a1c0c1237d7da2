"""Drives a client through a scenario, and judges what the user got and what was left behind in dbt Cloud."""

from __future__ import annotations

import logging
import threading
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from dagster import Failure
from raw_cloud import RUNNING, RawCloud, Script

TOKEN = "dbtc_pLanTed7Qx0vZ3kW9sYb2HfT5mNcR8gJ"
_PIECE = 8  # characters of the token in a row that count as told
Drive = Callable[[str, logging.Logger, "Scenario"], Any]
"""Runs a job and waits for it, as the user of a client does, on a host."""


@dataclass(frozen=True)
class Scenario:
    """What goes wrong, and what must come of it."""

    name: str
    script: Script
    ends: str = "any"
    """``success``, ``failure``, or ``any``: both are right, as long as it is true."""
    says: str = ""
    """What a failure must quote."""
    poll_timeout: float | None = None
    stop: bool = True
    """Whether dbt Cloud lets a run be cancelled at all, so that none needs to be left behind."""
    page: bool = True
    """Whether the client can know the run, so that a failure must have its page."""


@dataclass(frozen=True)
class Verdict:
    """What came of it."""

    doubles: int = 0
    hung: bool = False
    wrong_exception: str = ""
    left_running: int = 0
    token_found: bool = False
    wrong_end: str = ""

    @property
    def clean(self) -> bool:
        """Whether all is as promised."""
        return self == Verdict()


class _Records(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(record.getMessage())


def judge(scenario: Scenario, drive: Drive, limit: float) -> Verdict:
    """Run the scenario. After `limit` seconds it counts as hung."""
    log = logging.Logger("faults", logging.DEBUG)  # outside of the tree of loggers: nobody else hears it
    records = _Records()
    log.addHandler(records)
    outcome: list[Any] = []
    with RawCloud(scenario.script) as cloud:

        def run() -> None:
            try:
                outcome.append(drive(cloud.url, log, scenario))
            except BaseException as error:
                outcome.append(error)

        thread = threading.Thread(target=run, daemon=True)
        thread.start()
        thread.join(limit)
        hung = thread.is_alive()
        left = [one for one in cloud.started if one.status == RUNNING]
    if hung:
        return Verdict(hung=True, doubles=int(len(cloud.started) > 1), left_running=len(left))
    (ended,) = outcome
    failed = isinstance(ended, BaseException)
    return Verdict(
        doubles=int(len(cloud.started) > 1),
        wrong_exception=f"{type(ended).__name__}: {ended}"
        if failed and not isinstance(ended, Failure)
        else "",
        left_running=len(left) if scenario.stop else 0,
        token_found=_tells([*records.lines, *_texts(ended)], scenario.script.token),
        wrong_end=_wrong_end(scenario, ended, cloud),
    )


def _wrong_end(scenario: Scenario, ended: Any, cloud: RawCloud) -> str:
    if not isinstance(ended, BaseException):
        status = getattr(ended, "run_details", ended).get("status")
        if scenario.ends == "failure" or status != 10:
            return f"a success, of a run with status {status}"
        return ""
    if not isinstance(ended, Failure):
        return ""  # counted as a wrong exception
    told = f"{ended.description} {ended.metadata}"
    if scenario.ends == "success":
        return f"a failure: {ended.description}"
    if scenario.says not in told:
        return f"does not say {scenario.says!r}: {told}"
    pages = [f"/runs/{run.id}/" for run in cloud.started]
    if scenario.page and pages and not any(page in told for page in pages):
        return f"has no page: {told}"
    return ""


def _texts(ended: Any) -> list[str]:
    if isinstance(ended, BaseException):
        shown = "".join(traceback.format_exception(ended))
        return [shown, str(getattr(ended, "metadata", ""))]
    return []


def _tells(texts: list[str], token: str) -> bool:
    pieces = {token[at : at + _PIECE] for at in range(len(token) - _PIECE + 1)}
    return any(piece in text for text in texts for piece in pieces)
