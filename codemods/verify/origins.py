"""From which dbt Cloud job the assets before the migration came: what was reported for one job excuses nothing of another."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .difference import MADE_ELSEWHERE, Jobs, assets_of

if TYPE_CHECKING:
    from legacy_shim.snapshot.schema import Snapshot

LINK_TO_JOB = "dbt Cloud Job"
"""The metadata that the legacy loader puts on each asset: the address of the job's page."""
_CLOUD_METADATA = frozenset({"dagster_dbt/cloud_account_id", LINK_TO_JOB})
_CLOUD_KIND = "dbtcloud"
_JOB_IN_LINK = re.compile(r"/jobs/(\d+)")


@dataclass(frozen=True)
class Origins:
    """The assets that the legacy loader made, and what stands before them."""

    job_of: Mapping[str, int]
    """The dbt Cloud job of each asset that the legacy loader made, by key."""
    readers_of: Mapping[str, frozenset[int]]
    """For an asset that is made elsewhere: the jobs that read it, which say what it is."""
    ops: frozenset[str]
    """The names of the ops that make the loaded assets."""

    def jobs(self, key: str) -> Jobs:
        """The job that an asset comes from, or one of those that read it; nothing where it is the user's own."""
        if key in self.job_of:
            return (frozenset({self.job_of[key]}),)
        return (self.readers_of[key],) if key in self.readers_of else ()

    def jobs_of_all(self, keys: Iterable[str]) -> Jobs | None:
        """The jobs of several assets; None where one of them comes from none."""
        found = [self.jobs(key) for key in keys]
        return tuple(dict.fromkeys(jobs for each in found for jobs in each)) if all(found) else None


def find_origins(before: Snapshot) -> Origins:
    """Read the graph before the migration."""
    assets = assets_of(before)
    job_of = {key: job for key, asset in assets.items() if (job := _job_of(asset)) is not None}
    readers: defaultdict[str, set[int]] = defaultdict(set)
    for key, job in job_of.items():
        for dep in assets[key]["deps"]:
            if dep not in job_of and dep in assets and assets[dep]["execution"] == MADE_ELSEWHERE:
                readers[dep].add(job)
    return Origins(
        job_of,
        {key: frozenset(jobs) for key, jobs in readers.items()},
        frozenset(str(assets[key]["op"]) for key in job_of),
    )


def _job_of(asset: Mapping[str, Any]) -> int | None:
    match = _JOB_IN_LINK.search(str(asset["metadata"].get(LINK_TO_JOB, "")))
    return int(match.group(1)) if match else None


def cloud_assets(snapshot: Snapshot) -> frozenset[str]:
    """The keys of the assets that come from dbt Cloud, by the legacy integration or by v2."""
    assets = assets_of(snapshot)
    return frozenset(key for key, asset in assets.items() if is_cloud_asset(asset))


def is_cloud_asset(asset: Mapping[str, Any]) -> bool:
    """Whether an asset comes from dbt Cloud."""
    return _CLOUD_KIND in asset["kinds"] or not _CLOUD_METADATA.isdisjoint(asset["metadata"])
