"""Where a token may go, and from which environment variable, without a word from the user.

The code and the facts files of a checkout are written by others. They may name any host and any variable, so that a token
goes only to dbt Cloud's own hosts, and only the variable that is meant for it is read.
"""

from __future__ import annotations

import re
from typing import Final

DEFAULT_HOST: Final = "https://cloud.getdbt.com"
"""What the legacy API assumes where the code names no host."""
DEFAULT_TOKEN_ENV: Final = "DBT_CLOUD_API_TOKEN"

# Stricter than the standard of URLs: what parsers read differently (user info, backslashes, escapes) is no host here.
_HOST = re.compile(
    r"(?P<scheme>https?)://(?P<name>[a-z0-9]([a-z0-9._-]*[a-z0-9])?|\[[0-9a-f:.]+\])(:[0-9]{1,5})?(/[A-Za-z0-9._~/-]*)?"
)
_DBT_CLOUD = re.compile(r"https://([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+(getdbt|dbt)\.com")
_LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "[::1]"})


def is_host(host: str) -> bool:
    """Whether a string, as `normal_host` leaves it, is the URL of a host and nothing else."""
    return _HOST.fullmatch(host) is not None


def is_dbt_cloud(host: str) -> bool:
    """Whether a host is one of dbt Cloud's: ``https``, a name below getdbt.com or dbt.com, no port, no path."""
    return _DBT_CLOUD.fullmatch(host) is not None


def is_private_line(host: str) -> bool:
    """Whether nobody on the way can read what goes to a host: it is encrypted, or stays on this machine."""
    match = _HOST.fullmatch(host)
    return match is not None and (match["scheme"] == "https" or match["name"] in _LOOPBACK)
