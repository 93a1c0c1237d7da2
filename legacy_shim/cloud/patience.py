"""How long trouble is sat out while a run goes on in dbt Cloud, and when the client gives up.

The rule, for requests that follow the trigger of a run. A run that may be healthy is not cancelled for one answer:

- No answer, an unusable one, 408, 423, 425, 429 or 5xx: given up when nothing else came for `silence` seconds.
- Any other refusal (401, 403, 404 ...), or a status of the run that is not known: given up when nothing else came for
  `refusal` seconds and it was at least the third in a row.

Whoever gives up cancels the run, and says whether that worked.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, TypeVar

from legacy_shim.cloud.failures import DbtCloudFailure, retold
from legacy_shim.cloud.retry import seconds_left

T = TypeVar("T")


@dataclass(frozen=True)
class Patience:
    """Limits of waiting. All times in seconds."""

    silence: float = 600.0
    """How long dbt Cloud may be out of reach while its run goes on."""
    refusal: float = 60.0
    """How long dbt Cloud may refuse to talk about a run, once there were `refusals` in a row."""
    refusals: int = 3
    shortest_pause: float = 1.0
    longest_pause: float = 30.0
    """Between two requests while there is trouble, whatever the poll interval is."""
    lookout: float = 10.0
    """How long a run is looked for, at least, whose trigger had no usable answer."""
    cancelling: float = 30.0
    """How long cancelling may take; Dagster kills a step that takes long to stop."""
    stopping: float = 20.0
    """How long a run is looked for, to cancel it, when Dagster is stopped while it triggers one."""


class OutOfTime(Exception):
    """The time limit of the run is over."""


class Connection(Protocol):
    """What the connection of a client must have, for its requests to be patient."""

    patience: Patience

    def warn(self, text: str) -> None:
        """Warn in the log."""


def patiently(
    connection: Connection, interval: float, ask: Callable[[], T], silence: float | None = None
) -> T:
    """Return what `ask` returns, however often it fails, unless it fails for too long.

    `silence` replaces that of the connection. Raises the last ``DbtCloudFailure``, or :class:`OutOfTime` if the block has a time limit.
    """
    patience = connection.patience
    silence = patience.silence if silence is None else silence
    pause = min(max(interval, patience.shortest_pause), patience.longest_pause)
    began: float | None = None
    refused_since: float | None = None
    tries = refusals = 0
    while True:
        try:
            return ask()
        except DbtCloudFailure as failure:
            now = time.monotonic()
            began, tries = began or now, tries + 1
            refusals = 0 if failure.passing else refusals + 1
            refused_since = (refused_since or now) if refusals else None
            if seconds_left() <= 0:
                raise OutOfTime from None
            silent = now - began >= silence and tries > 1
            refused = refusals >= patience.refusals and now - (refused_since or now) >= patience.refusal
            if silent or refused:
                seconds = f"{now - began:.0f} s"
                raise retold(
                    failure, f"Gave up after {tries} requests in {seconds}. {failure.description}"
                ) from None
            connection.warn(
                f"dbt Cloud cannot be asked at the moment; its run goes on. {failure.description}"
            )
        sleep(pause)


def sleep(seconds: float) -> None:
    """Sleep, but not beyond the time limit of the block. Raises :class:`OutOfTime` where that is over."""
    left = seconds_left()
    if left <= 0:
        raise OutOfTime
    time.sleep(max(min(seconds, left), 0.0))
