"""What a snapshot is asked to do. Plain data, so that an order can be made where Dagster is not loaded."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

ALL = "all"
"""As a selection: every asset that can be materialized."""

RANGE = "..."
"""Between two partition keys: both, and those between them."""


@dataclass(frozen=True)
class Action:
    """One thing to execute: some assets, or a job by its name."""

    kind: Literal["materialize", "job"]
    subject: str
    """Asset keys as ``a/b``, joined by commas, or ``all``; or the name of a job."""
    partition: str | None = None
    """A partition key, or a range ``first...last``, which is executed as the backfill policy says."""

    def __str__(self) -> str:
        where = f"@{self.partition}" if self.partition else ""
        return f"{self.kind}:{self.subject}{where}"


def parse_action(text: str) -> Action:
    """Read ``materialize:all``, ``materialize:a/b,c@2024-01-01`` or ``job:nightly``. Raises ValueError."""
    kind, _, rest = text.partition(":")
    subject, _, partition = rest.partition("@")
    if not subject or kind not in ("materialize", "job"):
        raise ValueError(
            f"not an action: {text!r}; write materialize:KEYS[@PARTITION] or job:NAME[@PARTITION]"
        )
    return Action("job" if kind == "job" else "materialize", subject, partition or None)


@dataclass(frozen=True)
class Order:
    """Which code to load, how, and what to execute."""

    target: str
    """A dotted module or a path to a file, and after a colon the name of its Definitions, repository or job."""
    path: tuple[Path, ...] = ()
    """Folders to put in front of the module search path."""
    redirect: str | None = None
    """The URL that every request to a dbt Cloud host goes to instead; other hosts are refused then."""
    install: bool = False
    """Whether the old spellings are served by the facade (``legacy_shim.install()``)."""
    actions: tuple[Action, ...] = ()
