"""The matrix: each kind of value by each way, migrated; and what became of it."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from pathlib import Path

from correct import (
    BECOMES_A_DESCRIPTOR,
    MAY_BE_ANOTHER,
    MAY_MIGRATE,
    MUST_FOLLOW,
    MUST_MIGRATE,
    READ_BY_OTHERS_TOO,
    rule_of,
)
from rewriting import migrate
from value_kinds import KINDS, Kind
from way import Way

from legacy_shim.catalogue import BY_NAME

FILE = "program.py"
DEFINED = {
    "answer": "class DbtCloudOutput:",
    "answer at once": "class DbtCloudOutput:",
    "method of a client": "class DbtCloudOutput:",
    "status member": "class DbtCloudRunStatus(",
}
"""Kinds of which a file may define the class: what is led away is the same to whoever gets it."""
KNOWN_SILENT = Path(__file__).with_name("known_silent.txt")
"""The rows that fail today, a line each: ``kind | way``."""


@dataclass(frozen=True)
class Row:
    """A kind of value and the way that it takes."""

    kind: Kind
    way: Way

    @property
    def name(self) -> str:
        return f"{self.kind.name} | {self.way.name}"

    def is_right(self, verdict: str) -> bool:
        """Whether a verdict is parity, or a finding."""
        kind, way = self.kind.name, self.way.name
        if rule_of(MUST_MIGRATE, kind, way):
            return verdict in {"migrated", "followed", "served"}
        if rule_of(MAY_MIGRATE, kind, way):
            return verdict != "half"
        if way in MUST_FOLLOW.get(kind, ()):
            return verdict == "followed"
        if way in READ_BY_OTHERS_TOO or (kind, way) in MAY_BE_ANOTHER | BECOMES_A_DESCRIPTOR:
            return verdict in {"kept", "served"}
        return verdict in {"kept", "followed", "served"}


@dataclass(frozen=True)
class Outcome:
    """What a migration made of a row.

    ``verdict`` is ``kept`` (its statements stand as they stood, with a finding), ``followed`` (it migrated, and what reads
    the value in the tree was rewritten), ``served`` (it migrated, the file defines the class of the value, and whatever leads it
    away and reads it stands as it stood), ``migrated`` (the rest) or ``half`` (a part of the unit became v2, and the
    statements of the way changed).
    """

    verdict: str
    after: str
    codes: tuple[str, ...]


ROWS = tuple(Row(kind, way) for kind in KINDS for way in kind.ways)


def known_silent() -> frozenset[str]:
    """The names of the rows that fail today."""
    return frozenset(KNOWN_SILENT.read_text().splitlines())


def outcome_of(row: Row, folder: Path) -> Outcome:
    """Migrate the program of a row."""
    texts, report = migrate(folder, {FILE: row.kind.text(row.way)})
    after = texts[FILE]
    check_whole(FILE, after)
    has_reason = any(
        finding.code[3] in "34" and finding.place.path.name == FILE for finding in report.findings
    )
    codes = tuple(finding.code for finding in report.findings)
    return Outcome(_verdict(row, after, has_reason=has_reason), after, codes)


def check_whole(name: str, after: str) -> None:
    """Whether a text compiles and takes no legacy name from dagster_dbt."""
    compile(after, name, "exec")
    for node in ast.walk(ast.parse(after)):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("dagster_dbt"):
            legacy = sorted(alias.name for alias in node.names if alias.name in BY_NAME)
            assert not legacy, f"{name} takes {legacy} from {node.module}"


def _verdict(row: Row, after: str, *, has_reason: bool) -> str:
    way = row.kind.filled(row.way)
    if "from legacy_shim" not in after and _is_served(row, way, after):
        return "served"
    is_rewritten = row.way.returns_to_the_tree and not row.kind.left.search(after)
    if "from legacy_shim" in after:
        if has_reason and _lines(way.top + "\n" + way.body) <= _lines(after):
            return "kept"
        return "followed" if is_rewritten else "half"
    return "followed" if is_rewritten and not has_reason else "migrated"


def _is_served(row: Row, way: Way, after: str) -> bool:
    """Whether the file defines what the value was of, and each line that leads it away is as it was."""
    defined = DEFINED.get(row.kind.name)
    if defined is None or defined not in after:
        return False
    written = (
        "run_job(client.get_client(), ",
        "MethodType(run_job, client.get_client())",
        "partial(run_job, client.get_client())",
        "run_job, client.get_client()",
    )
    for new, old in zip(
        written,
        ("client.run_job_and_poll(", *["client.run_job_and_poll"] * 3),
        strict=True,
    ):
        after = after.replace(new, old)
    return _lines(way.top + "\n" + way.body) <= _lines(after)


def _lines(text: str) -> set[str]:
    """The lines of a text as they stand at any indentation, but for imports, which may be put in order."""
    lines = (line.strip() for line in text.splitlines())
    return {line for line in lines if line and not line.startswith(("from ", "import "))}
