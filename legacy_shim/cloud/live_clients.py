"""Finds a client for a result that must not hold one.

A ``DbtCloudOutput`` is stored by IO managers, so neither the token nor anything that leads to it may hang on it.
What it offers to fetch later is fetched through the client that made it, or through any other client of its account
that lives in this process: in a downstream op, that of the resource which the op requires.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import Any, Protocol
from weakref import WeakSet


class Client(Protocol):
    """What the client of an account must have to be found, and to fetch the artifacts of its runs."""

    @property
    def account_id(self) -> int: ...

    @property
    def host(self) -> str: ...

    def get_run_artifact(self, run_id: int, path: str) -> str: ...

    def get_json_artifact(self, run_id: int, path: str) -> Any: ...


_MOST_RUNS = 128
_clients: WeakSet[Client] = WeakSet()
_of_runs: OrderedDict[int, Client] = OrderedDict()
_lock = threading.Lock()


def register(client: Client) -> None:
    """Note that `client` exists, as long as it does."""
    with _lock:
        _clients.add(client)


def remember_run(run_id: int, client: Client) -> None:
    """Note that `client` made the result of a run; kept for the last runs of this process."""
    with _lock:
        _of_runs[run_id] = client
        _of_runs.move_to_end(run_id)
        while len(_of_runs) > _MOST_RUNS:
            _of_runs.popitem(last=False)


def find(run_id: int, account_id: Any, host: str | None) -> Client | None:
    """Return a client that can ask for the run, or None if this process has none."""
    with _lock:
        made_it = _of_runs.get(run_id)
        alive = list(_clients)
    candidates = [
        client for client in ([made_it] if made_it else []) + alive if _serves(client, account_id, host)
    ]
    return candidates[0] if candidates else None


def _serves(client: Client, account_id: Any, host: str | None) -> bool:
    try:
        same_account = account_id is None or client.account_id == int(account_id)
        return same_account and (host is None or client.host == host)
    except ValueError:  # a client whose environment variables are not set here
        return False
