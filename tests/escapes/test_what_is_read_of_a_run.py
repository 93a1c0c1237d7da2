"""What is read of a run is no run: led away by each way, only where it is read is written anew."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from rewriting import migrate
from rows import FILE, check_whole
from value_kinds import ALL, KINDS
from way import Way

_ANSWER = next(kind for kind in KINDS if kind.name == "answer")
_READ = {"ran.run_id": "id", "ran.job_id": "job_definition_id"}
_WAYS = [(way, [*_READ][number % 2]) for number, way in enumerate(ALL)]


@pytest.mark.parametrize(("way", "read"), [pytest.param(*each, id=each[0].name) for each in _WAYS])
def test_only_the_read_is_written_anew(tmp_path: Path, way: Way, read: str) -> None:
    filled = way.filled(read, "print({} + 1)")
    texts, _ = migrate(tmp_path, {FILE: _ANSWER.program(filled)})
    after = texts[FILE]

    check_whole(FILE, after)
    as_before = re.sub(rf"ran\[['\"]{_READ[read]}['\"]\]", read, after)
    missing = _lines(filled.top + "\n" + filled.body) - _lines(as_before)
    assert not missing, after


def _lines(text: str) -> set[str]:
    lines = (line.strip() for line in text.splitlines())
    return {line for line in lines if line and not line.startswith(("from ", "import "))}
