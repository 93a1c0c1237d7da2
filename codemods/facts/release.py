"""The dagster-dbt that the code will run with, and what of v2 it does not have yet.

Source: ``dagster_dbt.cloud_v2`` of the releases 0.28.0 to 0.29.27, compared.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from ..errors import UsageError

Feature = Literal["partitions", "quoting", "related", "cancel", "component"]
_SINCE: Mapping[Feature, tuple[tuple[int, ...], str]] = {
    "related": ((0, 28, 6), "`get_run_details` takes no `include_related`"),
    "partitions": ((0, 28, 20), "`@dbt_cloud_assets` takes no `partitions_def`"),
    "quoting": ((0, 28, 20), "`.cli([...])` does not quote the words of a command"),
    "component": ((0, 28, 21), "`DbtCloudComponent` takes no workspace from YAML"),
    "cancel": ((0, 29, 6), "the client has no `cancel_run`"),
}


@dataclass(frozen=True)
class Release:
    """A release of dagster-dbt. Without a version it is one that has everything."""

    version: tuple[int, ...] = ()

    def lacks(self, feature: Feature) -> str:
        """What the release does not have, and which does; empty where it has it."""
        since, what = _SINCE[feature]
        if not self.version or self.version >= since:
            return ""
        return f"{what} in dagster-dbt {_dotted(self.version)}; it does since {_dotted(since)}"


def read_release(text: str) -> Release:
    """The release that a string like ``0.28.3`` names. Raises UsageError."""
    match = re.match(r"(\d+)\.(\d+)(?:\.(\d+))?(?!\d)", text)
    if match is None:
        raise UsageError(f"{text!r} is not a version of dagster-dbt: write it as 0.28.3")
    version = tuple(int(part or 0) for part in match.groups())
    if version < (0, 28):
        raise UsageError(f"v2 needs dagster-dbt 0.28 or later, and {text} is older")
    return Release(version)


def installed_release() -> Release:
    """The release that is installed here; one that has everything where that is none, or a build of its own."""
    from importlib import metadata  # here, since it is slow to import and most trees need no version

    try:
        return read_release(metadata.version("dagster-dbt"))
    except (metadata.PackageNotFoundError, UsageError):
        return Release()


def _dotted(version: tuple[int, ...]) -> str:
    return ".".join(map(str, version))
