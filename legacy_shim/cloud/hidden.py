"""Keeps tokens out of everything that Dagster stores, shows or serializes.

Dagster writes the literal values of a resource into the snapshots of jobs and shows them in its UI. So what it is
given in place of a literal token is a handle, which this process can turn back and nobody else.
"""

from __future__ import annotations

import re
from hashlib import blake2b

from legacy_shim.cloud.failures import DbtCloudConfigurationError

_HANDLE = re.compile(r"hidden-token-[0-9a-f]{8}")
_tokens: dict[str, str] = {}
_MASK = "***"
_SHORTEST_SECRET = 4  # shorter texts are no secrets, and masking them would blot out innocent words


def hide(token: str) -> str:
    """Return the handle of `token`: the same for the same token in every process, and no way back from it."""
    if _HANDLE.fullmatch(token):
        return token
    handle = f"hidden-token-{blake2b(token.encode(), digest_size=4, person=b'legacy-shim').hexdigest()}"
    _tokens[handle] = token
    return handle


def reveal(text: str) -> str:
    """Return the token behind a handle; any other text is the token itself."""
    if not _HANDLE.fullmatch(text):
        return text
    try:
        return _tokens[text]
    except KeyError:
        raise DbtCloudConfigurationError(
            "This dbt Cloud resource came from another process, and its token stayed there. "
            "Build the resource in this process, or give its token as an EnvVar."
        ) from None


def redact(text: str, token: str) -> str:
    """Return `text` without `token`."""
    return text.replace(token, _MASK) if len(token) >= _SHORTEST_SECRET else text
