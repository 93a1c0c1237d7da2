"""Programs as engineers write them, in groups by what they use: each becomes v2 whole, and runs as it did.

A group is a folder of `must_migrate`; a program in it defines a job or assets of its own. Adding one is adding a file.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from before_and_after import Bench

GROUPS = Path(__file__).with_name("must_migrate")


def _merged(names: list[str]) -> str:
    imports = "".join(f"import {name}\n" for name in names)
    return f"{imports}from dagster import Definitions\n\ndefs = Definitions.merge({', '.join(f'{name}.defs' for name in names)})\n"


def _programs(group: Path) -> Iterator[tuple[str, str]]:
    for path in sorted(group.glob("*.py")):
        yield path.stem, path.read_text(encoding="utf-8")


@pytest.mark.parametrize("group", sorted(path.name for path in GROUPS.iterdir() if path.is_dir()))
def test_each_program_becomes_v2_and_runs_as_it_did(bench: Bench, group: str) -> None:
    programs = dict(_programs(GROUPS / group))
    jobs = [f"job:{name}" for name, text in programs.items() if f"def {name}(" in text]
    actions = jobs or ["materialize:all"]
    files = {f"{name}.py": text for name, text in programs.items()}
    done = bench.both({**files, "definitions.py": _merged(list(programs))}, *actions)
    left = [finding for finding in done.migration.findings if finding.is_left_for_a_person]
    assert not left, "\n".join(map(str, left))
    for name in files:
        assert "legacy_shim" not in done.migration.now(name)
    assert all(action["success"] for action in done.after.actions), done.after.actions
    assert [action["output_metadata"] for action in done.after.actions] == [
        action["output_metadata"] for action in done.before.actions
    ]
