"""The part of a manifest.json that is needed to load a job, read while it is downloaded.

Most of a manifest is macros, tests, and the code and columns of models, of which a load reads nothing: it is never in memory as a whole.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from legacy_shim.cloud.answers import DEEPEST
from legacy_shim.cloud.api import AccountApi
from legacy_shim.cloud.artifacts import require_manifest
from legacy_shim.cloud.manifest import COLLECTIONS, Manifest, may_matter
from legacy_shim.cloud.transport import Transport
from legacy_shim.json_stream import entries

_LARGE = frozenset(
    [
        "raw_code",
        "compiled_code",
        "raw_sql",
        "compiled_sql",
        "extra_ctes",
        "language",
        "columns",
        "description",
        "docs",
        "doc_blocks",
        "constraints",
        "contract",
        "checksum",
        "refs",
        "sources",
        "metrics",
        "macros",
        "unrendered_config",
        "patch_path",
        "build_path",
        "compiled_path",
        "created_at",
        "deprecation_date",
        "primary_key",
        "time_spine",
    ]
)
"""What dagster-dbt's functions for asset keys, groups and policies do not read of a node."""
_NOT_READ = {"depends_on": "macros"}
"""What is large in an object of a node, and not read there."""
_OWN = {
    name: getattr(AccountApi, name)
    for name in ("get_manifest", "get_json_artifact", "_json_object", "get_run_artifact", "make_request")
}
"""The ways to a manifest, one by the other. Who replaces one has the whole manifest from it."""


def manifest_to_load(client: Any, run_id: int, step: int | None, *, of_users: bool) -> Manifest:
    """What a load needs of the manifest of a run; ``of_users``: whether functions of the user are given its nodes.

    Raises :class:`DbtCloudFailure`.
    """
    if not _is_plain(client):
        return require_manifest(client.get_manifest(run_id=run_id, step=step), run_id)

    def read(pieces: Iterable[str]) -> Any:
        return _needed(pieces, whole=of_users)

    return require_manifest(client._read_json_object(run_id, "manifest.json", step, read), run_id)


def _is_plain(client: Any) -> bool:
    """Whether nobody has changed how a client gets a manifest, in a subclass or a test."""
    return (
        isinstance(client, AccountApi)
        and type(client.transport) is Transport
        and "send" not in vars(client.transport)
        and not _OWN.keys() & vars(client).keys()
        and all(getattr(type(client), name) is own for name, own in _OWN.items())
    )


def _needed(pieces: Iterable[str], *, whole: bool) -> Mapping[str, Any]:
    found: dict[str, Any] = {}
    shared: dict[str, str] = {}
    for section, unique_id, value in entries(pieces, deepest=DEEPEST):
        if section not in COLLECTIONS:
            continue
        if unique_id is None:
            found[section] = value
        elif may_matter(value):
            found[section][unique_id] = value if whole else _without_large(value, shared)
        else:
            found[section].pop(unique_id, None)  # where it stands there twice, the last one counts
    return found


def _without_large(node: Any, shared: dict[str, str]) -> Any:
    """A node without what is large, and with one text for each name: each node was read for itself."""
    if not isinstance(node, dict):
        return node
    return {
        shared.setdefault(key, key): _with_shared_names(value, shared, but=_NOT_READ.get(key))
        for key, value in node.items()
        if key not in _LARGE
    }


def _with_shared_names(value: Any, shared: dict[str, str], but: str | None) -> Any:
    if not isinstance(value, dict):
        return value
    return {shared.setdefault(key, key): inner for key, inner in value.items() if key != but}
