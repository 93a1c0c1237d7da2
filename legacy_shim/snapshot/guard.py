"""Keeps a process off the network, but for one address, whatever library asks: Python's audit events report it.

Source: https://docs.python.org/3/library/audit_events.html. What a library does in C without Python's sockets, and what
another program does, is not seen there; programs that are started are noted for that reason.
"""

from __future__ import annotations

import ipaddress
import os
import socket
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn
from urllib.parse import urlsplit

_SENDS = frozenset({"socket.connect", "socket.sendto", "socket.sendmsg"})
_LOOKS_UP = frozenset({"socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr"})
_STARTS = frozenset({"subprocess.Popen", "os.exec", "os.posix_spawn", "os.spawn"})


def guard_network(allowed_url: str, refuse: Callable[[str], NoReturn], programs: set[str]) -> None:
    """From now on call `refuse` for each address but that of `allowed_url`; note in `programs` what is started.

    Lasts as long as the process: audit hooks cannot be taken back.
    """
    parts = urlsplit(allowed_url)
    allowed = {(parts.hostname, parts.port)}
    own_names = {socket.gethostname(), "localhost", "", None, parts.hostname}

    def watch(event: str, arguments: tuple[object, ...]) -> None:
        if event in _SENDS:
            address = arguments[1]
            if isinstance(address, tuple):
                if address[:2] not in allowed:
                    refuse(str(address[0]))
            elif address is not None:  # a socket file: behind it may be a service that sends on
                refuse(f"the socket {_text(address)!r}")
        elif event in _LOOKS_UP:
            name = arguments[0]
            name = name.decode("ascii", "replace") if isinstance(name, bytes) else name
            if name not in own_names and not _is_address(name):
                refuse(str(name))
        elif event in _STARTS:
            programs.add(Path(os.fsdecode(_text(arguments[0]))).name)
        elif event == "os.system":
            programs.add("a shell")

    sys.addaudithook(watch)


def _is_address(name: object) -> bool:
    try:
        ipaddress.ip_address(str(name))
    except ValueError:
        return False
    return True


def _text(value: object) -> str | bytes:
    return value if isinstance(value, (str, bytes)) else str(value)
