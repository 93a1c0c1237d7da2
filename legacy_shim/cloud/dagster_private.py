"""Every private name of Dagster that the facade uses, each with what takes its place in a Dagster without it.

Dagster may move or remove such names in any release. The rest of the facade imports them from here and works without
asking which it got. :data:`MISSING` has those that this Dagster lacks; :func:`tell_losses` says what that costs.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any

from dagster import AssetsDefinition

if TYPE_CHECKING:
    import dagster._check as check
    from dagster import SupersessionWarning as SupersessionWarning
    from dagster._check import CheckError as CheckError
    from dagster._core.definitions.assets.definition.cacheable_assets_definition import (
        AssetsDefinitionCacheableData as AssetsDefinitionCacheableData,
    )
    from dagster._core.definitions.assets.definition.cacheable_assets_definition import (
        CacheableAssetsDefinition as CacheableAssetsDefinition,
    )
    from dagster._core.errors import DagsterInvalidPropertyError as DagsterInvalidPropertyError
    from dagster._utils.warnings import disable_dagster_warnings as disable_dagster_warnings

__all__ = [
    "MISSING",
    "AssetsDefinitionCacheableData",
    "CacheableAssetsDefinition",
    "CheckError",
    "DagsterInvalidPropertyError",
    "DefinitionsLoadContext",
    "DefinitionsLoadType",
    "SupersessionWarning",
    "attributes_of",
    "check",
    "deserialize_value",
    "disable_dagster_warnings",
    "resource_context_of",
    "serialize_value",
    "tell_losses",
]

MISSING: dict[str, str] = {}
"""The names that this Dagster lacks, each with why it could not be had."""

_NO_STATE = (
    "What the load of a code location has asked of dbt Cloud is not handed to run and step workers: each asks again, with a "
    "compile run of its own. `python -m legacy_shim.cloud.cli cache-compile-references` spares those runs."
)
_LOSSES = {
    "CacheableAssetsDefinition": (
        "What load_assets_from_dbt_cloud_job returns is a plain AssetsDefinition, no CacheableAssetsDefinition."
    ),
    "DefinitionsLoadContext": _NO_STATE,
    "DefinitionsLoadType": _NO_STATE,
    "serialize_value": _NO_STATE,
    "deserialize_value": _NO_STATE,
    "disable_dagster_warnings": "Dagster may warn of beta parameters once more for each load.",
}
"""What a user notices where a name is missing; nothing for the others."""


class MissingDagsterNameError(AttributeError):
    """This Dagster lacks a private name that nothing can take the place of."""


def _private(module: str, name: str) -> Any:
    try:
        return getattr(import_module(module), name)
    except (ImportError, AttributeError) as error:
        MISSING[name] = str(error)
        return None


class _OwnCheckError(Exception):
    """Takes the place of Dagster's CheckError."""


class _OwnCheck:
    """Takes the place of ``dagster._check``, as far as the facade uses it."""

    CheckError = _OwnCheckError

    @staticmethod
    def failed(message: str) -> Any:
        raise _OwnCheckError(f"Failure condition: {message}")

    @classmethod
    def invariant(cls, condition: bool, message: str) -> None:
        if not condition:
            cls.failed(message)

    @classmethod
    def mapping_param(cls, value: Any, name: str, key_type: type) -> Any:
        cls.invariant(
            isinstance(value, Mapping) and all(isinstance(key, key_type) for key in value),
            f"{name} must be a mapping with keys of {key_type.__name__}.",
        )
        return value

    @classmethod
    def opt_sequence_param(cls, value: Any, name: str, of_type: type) -> Any:
        items = [] if value is None else value
        cls.invariant(
            not isinstance(items, str) and all(isinstance(item, of_type) for item in items),
            f"{name} must be a sequence of {of_type.__name__}.",
        )
        return items


class _OwnInvalidPropertyError(Exception):
    """Takes the place of an error that this Dagster does not raise."""


@dataclass(frozen=True)
class _OwnCacheableData:
    """Takes the place of ``AssetsDefinitionCacheableData``."""

    keys_by_output_name: Any = None
    internal_asset_deps: Any = None
    metadata_by_output_name: Any = None
    legacy_freshness_policies_by_output_name: Any = None
    auto_materialize_policies_by_output_name: Any = None
    extra_metadata: Any = None


@contextmanager
def _own_disable_dagster_warnings() -> Iterator[None]:
    yield


_CACHEABLE = "dagster._core.definitions.assets.definition.cacheable_assets_definition"
_LOADING = "dagster._core.definitions.definitions_load_context"

DefinitionsLoadContext = _private(_LOADING, "DefinitionsLoadContext")
DefinitionsLoadType = _private(_LOADING, "DefinitionsLoadType")
serialize_value = _private("dagster._serdes", "serialize_value")
deserialize_value = _private("dagster._serdes", "deserialize_value")

if not TYPE_CHECKING:
    check = _private("dagster", "_check") or _OwnCheck
    CheckError = check.CheckError
    CacheableAssetsDefinition = _private(_CACHEABLE, "CacheableAssetsDefinition")
    AssetsDefinitionCacheableData = _private(_CACHEABLE, "AssetsDefinitionCacheableData") or _OwnCacheableData
    DagsterInvalidPropertyError = (
        _private("dagster._core.errors", "DagsterInvalidPropertyError") or _OwnInvalidPropertyError
    )
    SupersessionWarning = (
        _private("dagster", "SupersessionWarning")
        or _private("dagster_shared.utils.warnings", "SupersessionWarning")
        or FutureWarning
    )
    disable_dagster_warnings = (
        _private("dagster._utils.warnings", "disable_dagster_warnings") or _own_disable_dagster_warnings
    )


def hands_state_on() -> bool:
    """Whether this Dagster lets a load hand its state to the processes that come after it."""
    return None not in (DefinitionsLoadContext, DefinitionsLoadType, serialize_value, deserialize_value)


def attributes_of(assets: AssetsDefinition) -> dict[str, Any]:
    """Return the arguments that make a copy of `assets`."""
    attributes = getattr(AssetsDefinition, "get_attributes_dict", None)
    if attributes is None:
        raise MissingDagsterNameError(
            "This Dagster has no AssetsDefinition.get_attributes_dict, without which the assets of a dbt Cloud job cannot be "
            "made. Pin dagster to the release before, and upgrade legacy-shim."
        )
    return dict(attributes(assets))


def resource_context_of(resource: Any) -> Any:
    """Return the init context of a resource that is used in a run; None outside of one, or where it cannot be had."""
    return getattr(getattr(resource, "_state__internal__", None), "resource_context", None)


_told: set[str] = set()


def tell_losses() -> None:
    """Warn, once in each process, of what does not work as usual for the lack of a private name."""
    losses = {_LOSSES[name] for name in MISSING if name in _LOSSES} - _told
    _told.update(losses)
    for loss in sorted(losses):
        lacking = ", ".join(sorted(name for name in MISSING if _LOSSES.get(name) == loss))
        warnings.warn(f"This Dagster has no {lacking}. {loss}", RuntimeWarning, stacklevel=2)
