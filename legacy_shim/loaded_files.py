"""Which files of the user's program were loaded and may use a dbt Cloud client that other files built."""

from __future__ import annotations

import sys
import sysconfig
from collections.abc import Collection, Iterator
from contextlib import suppress
from pathlib import Path

_OF_OTHERS = ("dagster", "dbt", "legacy_shim")
"""What the names of packages begin with whose files are no code of the user's."""
_INSTALLED = frozenset({"site-packages", "dist-packages"})
_WORDS = (b"dbt", b"Dbt", b"_job", b"get_run", b"poll_run", b"cancel_run", b"list_run")
"""What a file has in it that uses a client, its resource or its methods."""
_LARGEST = 4 * 1024 * 1024


def loaded_files(packages: Collection[str]) -> Iterator[tuple[str, str]]:
    """The path and the module of each such file. Of what is installed, the files of these packages alone."""
    standard = tuple({sysconfig.get_path(name) for name in ("stdlib", "platstdlib")})
    for name, module in list(sys.modules.items()):
        path = getattr(module, "__file__", None)
        if not isinstance(path, str) or not path.endswith(".py") or name.startswith(_OF_OTHERS):
            continue
        is_installed = not _INSTALLED.isdisjoint(Path(path).parts)
        if is_installed and name.partition(".")[0] not in packages:
            continue
        if not is_installed and path.startswith(standard):
            continue
        with suppress(OSError):
            if _may_use_a_client(path):
                yield str(Path(path).absolute()), name


def _may_use_a_client(path: str) -> bool:
    with Path(path).open("rb") as file:
        content = file.read(_LARGEST)
    return any(word in content for word in _WORDS)
