"""The states of a dbt Cloud run, which one dialect writes as text and the other as numbers."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from enum import Enum
from typing import Any, cast


class DbtCloudRunStatus(str, Enum):
    """The state of a run (``status`` and ``status_humanized`` of ``GET runs/{id}/``).

    A member is a string and equals it (``DbtCloudRunStatus.SUCCESS == "Success"``); its ``value`` is dbt Cloud's
    number (10). It can be looked up by either, in any letter case for the text.
    """

    QUEUED = (1, "Queued")
    STARTING = (2, "Starting")
    RUNNING = (3, "Running")
    SUCCESS = (10, "Success")
    ERROR = (20, "Error")
    CANCELLED = (30, "Cancelled")

    def __new__(cls, number: int, text: str) -> DbtCloudRunStatus:
        member = str.__new__(cls, text)
        member._value_ = number
        return member

    @classmethod
    def _missing_(cls, value: object) -> DbtCloudRunStatus | None:
        if not isinstance(value, str):
            return None
        return next((member for member in cls if member.lower() == value.lower()), None)

    @classmethod
    def of_run(cls, run: Mapping[str, Any]) -> DbtCloudRunStatus:
        """Return the state that the details of a run show. Raises ``ValueError`` if it is none that is known."""
        told = run.get("status_humanized") or run.get("status")
        if isinstance(told, str) and _NUMBER.fullmatch(told):
            told = int(told)
        try:
            return cast(Any, cls)(told)  # type: ignore[no-any-return]
        except TypeError:  # what cannot be looked up at all
            raise ValueError(f"{told!r} is no status of a dbt Cloud run") from None

    @property
    def text(self) -> str:
        """As dbt Cloud writes it. What a format shows depends on the Python."""
        return str.__str__(self)

    def __repr__(self) -> str:
        return f"<{type(self).__name__}.{self.name}: {self.text!r}>"  # Enum's own shows the value, a number

    def __format__(self, spec: str) -> str:
        # As upstream's: an Enum whose members are strings was formatted as its value before Python 3.11, and by its name since.
        return format(self.text if sys.version_info < (3, 11) else str(self), spec)

    @property
    def is_final(self) -> bool:
        """Whether a run in this state is over."""
        return self in _FINAL


_NUMBER = re.compile(r"[0-9]{1,3}")
_FINAL = frozenset({DbtCloudRunStatus.SUCCESS, DbtCloudRunStatus.ERROR, DbtCloudRunStatus.CANCELLED})
