"""Keeps what dbt Cloud answered for the processes that come after the load of a code location.

Dagster gives run and step workers the reconstruction metadata that the code server collected while it loaded. A load that
finds its state there asks dbt Cloud nothing. In a Dagster without that mechanism each process asks for itself. (The same mechanism serves dagster-dbt's ``cloud_v2``.)
"""

from __future__ import annotations

import base64
import zlib
from collections.abc import Hashable, Sequence
from typing import cast

from legacy_shim.cloud.dagster_private import (
    AssetsDefinitionCacheableData,
    DefinitionsLoadContext,
    DefinitionsLoadType,
    deserialize_value,
    hands_state_on,
    serialize_value,
)

State = Sequence[AssetsDefinitionCacheableData]


def recall(unique_id: str) -> State | None:
    """Return the state that the code server handed on for this load, or None if this process is the first to load."""
    if not _reconstructs():
        return None
    context = DefinitionsLoadContext.get()
    packed = context.reconstruction_metadata.get(_key(unique_id))
    if packed is not None:
        return _unpack(packed)
    for known_id, data in context.cacheable_asset_data.items():
        if f"{known_id}_".startswith(f"{unique_id}_"):  # Dagster's wrappers append to the id
            return cast(State, data)
    return None


def remember(unique_id: str, state: State) -> None:
    """Hand the state on to the processes that are started from the definitions which are loading now."""
    if not hands_state_on():
        return
    context = DefinitionsLoadContext.get()
    key = _key(unique_id)
    pending = context.get_pending_reconstruction_metadata()
    packed = pending.get(key) or _pack(state)
    if context.load_type == DefinitionsLoadType.RECONSTRUCTION:
        # Two things become the metadata of a repository that is made while reconstructing: this mapping, when it is
        # made, and what is pending, in place of all else, when it is asked for. So both must have what either has.
        handed_over = cast(dict[str, str], context.reconstruction_metadata)
        handed_over.setdefault(key, packed)
        for other_key, value in handed_over.items():
            if other_key not in pending:
                context.add_to_pending_reconstruction_metadata(other_key, value)
    elif key not in pending:
        context.add_to_pending_reconstruction_metadata(key, packed)


_of_this_process: dict[Hashable, State] = {}


def recall_in_process(identity: Hashable) -> State | None:
    """Return what this process has learned before, if it is reconstructing definitions and was not handed their state.

    ``dagster job execute`` and ``dagster asset materialize`` load a file twice in one process, the second time to
    reconstruct what they found the first time.
    """
    if not _reconstructs():
        return None
    return _of_this_process.get(identity)


def remember_in_process(identity: Hashable, state: State) -> None:
    """Keep the state for :func:`recall_in_process`. `identity` is the same only for the same line of the same file."""
    _of_this_process[identity] = state


def _reconstructs() -> bool:
    """Whether this process loads definitions that another process, or this one, has loaded before."""
    return hands_state_on() and bool(
        DefinitionsLoadContext.get().load_type == DefinitionsLoadType.RECONSTRUCTION
    )


def _key(unique_id: str) -> str:
    return f"legacy_shim/{unique_id}"


def _pack(state: State) -> str:
    """Return the state as text. Compressed, since it travels with every execution plan and is very repetitive."""
    return base64.b85encode(zlib.compress(serialize_value(list(state)).encode())).decode()


def _unpack(packed: str) -> State:
    return cast(State, deserialize_value(zlib.decompress(base64.b85decode(packed)).decode(), list))
