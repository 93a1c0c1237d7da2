"""What goes wrong between Dagster and dbt Cloud, as exceptions for people."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from dagster import Failure, MetadataValue

from legacy_shim.cloud.dagster_private import CheckError

AnyFailure = TypeVar("AnyFailure", bound=Failure)


class DbtCloudConfigurationError(TypeError, ValueError):
    """A resource was given arguments that cannot be right. The message names what is expected.

    Both a ``TypeError`` and a ``ValueError``: what the legacy classes raised for it was one or the other.
    """


class DbtCloudFailure(Failure):
    """A request or a run failed. Shown by Dagster with what dbt Cloud said and where to look.

    `passing` says whether the same request may succeed later (no connection, 429, 5xx); `status_code` is the HTTP
    status, None where there was no answer.
    """

    def __init__(
        self,
        description: str,
        *,
        metadata: dict[str, Any] | None = None,
        passing: bool = False,
        status_code: int | None = None,
    ):
        super().__init__(description=description, metadata=metadata)
        self.passing = passing
        self.status_code = status_code


class UnexpectedStatus(DbtCloudFailure, CheckError):
    """A run has a status that dbt Cloud did not have so far.

    A ``CheckError`` too, which is what the legacy client raises for it.
    """


def retold(failure: AnyFailure, description: str) -> AnyFailure:
    """Return `failure` with another description."""
    failure.description = description
    failure.args = (description,)
    return failure


def with_run_page(metadata: dict[str, Any], href: object) -> dict[str, Any]:
    """Add the page of a run to the metadata of a failure, if dbt Cloud gave it."""
    if isinstance(href, str) and href:
        return {**metadata, "run_page_url": MetadataValue.url(href)}
    return metadata


@contextmanager
def telling_run_page(href: object) -> Iterator[None]:
    """Add the page of a run, if dbt Cloud gave it, to every failure of this block."""
    try:
        yield
    except Failure as failure:
        failure.metadata = with_run_page(dict(failure.metadata), href)
        raise
