"""The lines of a usage log: what they say, and how they are read and written.

A usage log is what :mod:`legacy_shim.usage_log` appends to. Reading it needs the standard library alone.

A line is one object in UTF-8, ASCII only, ended by a line feed:

    {"v": 1, "time": "2026-11-25T03:30:00.123+00:00", "code": "LDC104", "name": "load_assets_from_dbt_cloud_job",
     "use": "call", "file": "/app/shop/assets.py", "line": 12, "module": "shop.assets", "count": 10,
     "process": "9f2c51d07a3e", "pid": 4711, "python": "3.11.7", "run": null}

v        version of the format; lines of another version are not for this reader
time     of the latest use that `count` has, in UTC
code     the code of the use, as in the warning
name     the legacy name; for an import of a module as such (LDC114) its dotted name
use      what the line of code does with it: ``call``, ``import``, ``attribute`` or ``subclass``; ``load`` says that the file
         was loaded and may use a client that others built, with no code, name and line
file     the absolute path of the user's file, or ``<stdin>`` and the like
line     its line, from 1
module   the ``__name__`` of the user's module: what is left where the file is elsewhere, as in a container
count    uses so far, by this process: of this name, at this line, in this way, in this run
process  a random name of the process, since pids come again (in containers every process may be 1)
pid      its process id
python   the version of Python
run      the id of the Dagster run in which it was used; null outside of runs

A process writes a site again when its count has grown, so the line with the highest count is the one to read, and
counts of several processes and runs add up. A process that was killed may have counted more than it wrote.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import Final, Literal, get_args

from legacy_shim.json_text import parse_json
from legacy_shim.regular_file import read_given

VARIABLE: Final = "LEGACY_SHIM_USAGE_LOG"
"""The environment variable that names the file. Unset or empty: nothing is written."""
VERSION: Final = 1
"""The ``v`` of the lines that are written and understood here."""

_LARGEST: Final = 256 * 1024 * 1024
"""Bytes of a log: a million lines."""

Use = Literal["call", "import", "attribute", "subclass", "load"]
"""What the user's line does with the name, or that the file was loaded."""


@dataclass(frozen=True)
class UsageRecord:
    """One line. The fields are those of the format, less its version."""

    time: datetime
    code: str
    name: str
    use: Use
    file: str
    line: int
    module: str
    count: int
    process: str
    pid: int
    python: str
    run: str | None


@dataclass(frozen=True)
class Usage:
    """What a file says."""

    records: tuple[UsageRecord, ...]
    """One for each process, call site, kind of use and run, with its last count, in the order of their first lines."""
    unreadable: int
    """Lines that were passed over: cut short by a full disk, of another version, or not of this format."""


def read_usage(path: Path) -> Usage:
    """Read a usage log, whoever may still be writing to it. Raises ``OSError`` if the file cannot be read."""
    content = read_given(path, largest=_LARGEST)
    return usage_of(content.decode("utf-8", "replace").splitlines())


def usage_of(lines: Iterable[str]) -> Usage:
    """Put together what the lines of one or several usage logs say."""
    last: dict[tuple[object, ...], UsageRecord] = {}
    unreadable = 0
    for line in lines:
        record = parse_line(line)
        if record is None:
            unreadable += bool(line.strip())
            continue
        key = (record.process, record.file, record.line, record.name, record.use, record.run)
        if key not in last or last[key].count < record.count:
            last[key] = record
    return Usage(tuple(last.values()), unreadable)


def parse_line(line: str) -> UsageRecord | None:
    """Read one line; None if it is not a whole line of this version. Keys that are not known are ignored."""
    try:
        found = parse_json(line)
        if found["v"] != VERSION:
            return None
        values = {name: found[name] for name in UsageRecord.__dataclass_fields__}
        record = UsageRecord(**{**values, "time": datetime.fromisoformat(values["time"])})
    except (ValueError, TypeError, KeyError):
        return None
    texts = (record.code, record.name, record.file, record.module, record.process, record.python)
    numbers = (record.line, record.count, record.pid)
    sound = (
        all(isinstance(value, str) for value in (*texts, record.run or ""))
        and all(type(value) is int for value in numbers)
        and record.use in get_args(Use)
        and record.time.tzinfo is not None
    )
    return record if sound else None


def format_line(record: UsageRecord) -> str:
    """Return the line of a record, with its line feed."""
    moment = record.time.astimezone(timezone.utc).isoformat(timespec="milliseconds")
    return json.dumps({"v": VERSION, **asdict(record), "time": moment}) + "\n"
