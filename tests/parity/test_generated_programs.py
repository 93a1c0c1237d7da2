"""Generated programs: what users see before is what they see after, or they were told.

A longer run: ``GENERATED_PROGRAMS=500 python -m pytest --timeout 0 tests/parity/test_generated_programs.py``.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from generated_programs import BALLAST, Program, programs
from hypothesis import HealthCheck, Phase, given, settings
from parity_case import ENV, Case, texts_of
from parity_run import Runner
from parity_warm import Warm

from legacy_shim.codemods.verify.judgement import judge
from legacy_shim.emulator import Outcome, load_setup, serve
from legacy_shim.snapshot import parse_action

EXAMPLES = int(os.getenv("GENERATED_PROGRAMS", "6"))


@settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=EXAMPLES < 10,
    phases=(Phase.generate, Phase.shrink),
    database=None,
    suppress_health_check=list(HealthCheck),
)
@given(programs())
def test_a_generated_program_stays_what_it_is(warm: Warm, program: Program) -> None:
    with tempfile.TemporaryDirectory() as folder:
        _check(program, warm, Path(folder))


def _failed_steps(row: Mapping[str, Any]) -> tuple[bool, list[str | None]]:
    return row["success"], [error["step"] for error in row["errors"]]


class _Failing(Runner):
    """A runner whose dbt Cloud lets every run end in an error."""

    @contextmanager
    def cloud(self) -> Iterator[str]:
        cloud = load_setup(self.case.cloud)
        cloud.end_runs(Outcome(times=None))
        with serve(cloud) as server:
            yield server.url


def _check(program: Program, warm: Warm, work: Path) -> None:
    source = work / "source"
    for path, text in program.files.items():
        (source / path).parent.mkdir(parents=True, exist_ok=True)
        (source / path).write_bytes(text.encode())
    actions = tuple(parse_action(text) for text in program.actions)
    case = Case("generated", work, program="source", env=ENV, actions=actions)
    runner = (_Failing if program.is_failing else Runner)(case, warm, work)

    before = runner.snapshot(runner.copy(), "before", install=True)
    assert before["error"] is None, before["error"]["traceback"]
    failed = [row for row in before["actions"] if not row["success"]]
    assert program.is_failing or not failed, json.dumps(failed, indent=1)

    folder = work / "program"
    migration = runner.migrate(folder)
    migrated = texts_of(folder)
    said = "\n".join([migration.said, *(f"### {path}\n{text}" for path, text in migrated.items())])
    after = runner.snapshot(folder, "after", install=False)
    assert after["error"] is None, after["error"]["traceback"] + said
    rows = [row.difference for row in judge(before, after, migration.told) if row.verdict != "expected"]
    if program.is_failing:
        assert list(map(_failed_steps, after["actions"])) == list(map(_failed_steps, before["actions"])), said
        rows = [row for row in rows if row.kind != "not shown"]  # It fails on both sides.
    assert not rows, "\n".join([*map(str, rows), said])

    for path, text in migrated.items():
        ballast = BALLAST.replace("\n", "\r\n") if "\r\n" in program.files[path] else BALLAST
        assert (ballast in text) == (ballast in program.files[path]), said
    runner.migrate(folder, "again")
    assert texts_of(folder) == migrated, "a second migration changed something"
