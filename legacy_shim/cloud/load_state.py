"""Keeps what was asked of dbt Cloud for the processes that come after the load of a code location.

Dagster gives run and step workers the reconstruction metadata that the code server collected while it loaded. A load that
finds its state there asks dbt Cloud nothing. (The same mechanism serves dagster-dbt's ``cloud_v2``.)
"""

from __future__ import annotations

import base64
import zlib
from collections.abc import Sequence
from typing import cast

from dagster._core.definitions.assets.definition.cacheable_assets_definition import (
    AssetsDefinitionCacheableData,
)
from dagster._core.definitions.definitions_load_context import DefinitionsLoadContext, DefinitionsLoadType
from dagster._serdes import deserialize_value, serialize_value

State = Sequence[AssetsDefinitionCacheableData]


def recall(unique_id: str) -> State | None:
    """Return the state that the code server handed on for this load, or None if this process is the first to load."""
    context = DefinitionsLoadContext.get()
    if context.load_type != DefinitionsLoadType.RECONSTRUCTION:
        return None
    packed = context.reconstruction_metadata.get(_key(unique_id))
    if packed is not None:
        return _unpack(packed)
    for known_id, data in context.cacheable_asset_data.items():
        if known_id == unique_id or known_id.startswith(
            f"{unique_id}_"
        ):  # Dagster's wrappers append to the id
            return data
    return None


def remember(unique_id: str, state: State) -> None:
    """Hand the state on to the processes that are started from the definitions which are loading now."""
    context = DefinitionsLoadContext.get()
    pending = context.get_pending_reconstruction_metadata()
    if context.load_type == DefinitionsLoadType.RECONSTRUCTION:
        # What is pending replaces what was handed to this process, so the part of others must stay in it.
        for key, value in context.reconstruction_metadata.items():
            if key not in pending:
                context.add_to_pending_reconstruction_metadata(key, value)
    if _key(unique_id) not in pending:
        context.add_to_pending_reconstruction_metadata(_key(unique_id), _pack(state))


def _key(unique_id: str) -> str:
    return f"legacy_shim/{unique_id}"


def _pack(state: State) -> str:
    """Return the state as text. Compressed, since it travels with every execution plan and is very repetitive."""
    return base64.b85encode(zlib.compress(serialize_value(list(state)).encode())).decode()


def _unpack(packed: str) -> State:
    return cast(State, deserialize_value(zlib.decompress(base64.b85decode(packed)).decode(), list))
