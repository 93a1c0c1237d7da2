"""What a snapshot is to do. Plain data, so that an order can be made where Dagster is not loaded."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

ALL = "all"
"""As a selection: every asset that can be materialized."""

DBT_CLOUD = "dbt-cloud"
"""As a selection: every asset that dbt Cloud makes, and no other. With ``/OP`` behind it, those of one op."""

RANGE = "..."
"""Between two partition keys: both, and those between them."""


@dataclass(frozen=True)
class Action:
    """One thing to execute: some assets, a job by its name, or one op of a job alone."""

    kind: Literal["materialize", "job", "op"]
    subject: str
    """Asset keys as ``a/b``, joined by commas, or ``all``, or ``dbt-cloud``; or the name of a job; or ``job.op``."""
    partition: str | None = None
    """A partition key, or a range ``first...last``, which is executed as the backfill policy says."""

    def __str__(self) -> str:
        where = f"@{self.partition}" if self.partition else ""
        return f"{self.kind}:{self.subject}{where}"


def parse_action(text: str) -> Action:
    """Read ``materialize:all``, ``materialize:a/b,c@2024-01-01``, ``job:nightly`` or ``op:nightly.load``.

    Raises ValueError.
    """
    kind, _, rest = text.partition(":")
    subject, _, partition = rest.partition("@")
    if subject:
        for known in ("materialize", "job", "op"):
            if kind == known:
                return Action(known, subject, partition or None)
    raise ValueError(
        f"not an action: {text!r}; write materialize:KEYS[@PARTITION], job:NAME[@PARTITION] or op:JOB.OP[@PARTITION]"
    )


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
    root: Path | None = None
    """The folder that the code belongs to: its frames are the user's, and its name is left out of the document."""
    instead_of: Path | None = None
    """The folder that ``root`` is a copy of. A module that is loaded from there is an error: it is not the copy's."""
    hosts: tuple[str, ...] = ()
    """Names of further hosts that are dbt Cloud."""
    token: str | None = None
    """The token to show to ``redirect`` in place of the code's own, which then never leaves the process."""
