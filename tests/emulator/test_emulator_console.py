"""What the terminal of the local dbt Cloud shows of names, requests and logs that others wrote."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from legacy_shim.emulator import DbtCloud, RecordedArtifacts
from legacy_shim.emulator.console import Monitor, introduce
from legacy_shim.emulator.records import Request, RunSnapshot, StepSnapshot
from legacy_shim.emulator.status import RunStatus

HOSTILE = "[red]\x1b]0;title\x07\x1b[2J\n::error::pwned\r\u202e\x9b2J[/]"


@pytest.fixture
def cloud(tmp_path: Path) -> DbtCloud:
    (tmp_path / "manifest.json").write_text("{}")
    cloud = DbtCloud()
    cloud.add_account(12345, token="t", name=HOSTILE)
    cloud.add_project(11, account_id=12345, name=HOSTILE, backend=RecordedArtifacts(tmp_path))
    cloud.add_environment(22, project_id=11, name=HOSTILE)
    cloud.add_job(67890, project_id=11, environment_id=22, name=HOSTILE, execute_steps=[HOSTILE])
    return cloud


def shown_by(show: object) -> str:
    stream = io.StringIO()
    console = Console(file=stream, width=200, force_terminal=True)
    assert callable(show)
    show(console)
    return re.sub(r"\x1b\[[\d;]*m", "", stream.getvalue())


def assert_harmless(shown: str) -> None:
    assert "pwned" in shown and "[red]" in shown and "[/]" in shown, "it is shown, and is no markup"
    assert not set("\x1b\x07\r\u202e\x9b") & set(shown), ascii(shown)
    assert not [line for line in shown.splitlines() if line.lstrip().startswith("::")]


def test_the_introduction(cloud: DbtCloud) -> None:
    assert_harmless(shown_by(lambda console: introduce(console, cloud, "http://127.0.0.1:1", "local-token")))


def test_requests_and_runs() -> None:
    request = Request(HOSTILE, HOSTILE, {HOSTILE: HOSTILE}, None, 404, at=1.0)
    assert_harmless(shown_by(lambda console: Monitor(console)(request)))
    step = StepSnapshot(1, HOSTILE, RunStatus.ERROR, f"first\n{HOSTILE}")
    run = RunSnapshot(
        *(1, 12345, 11, 22, 67890, HOSTILE, HOSTILE, (HOSTILE,), RunStatus.ERROR, HOSTILE, (step,), {})
    )
    queued = replace(run, status=RunStatus.QUEUED)
    for each in (run, queued):
        assert_harmless(shown_by(lambda console, each=each: Monitor(console)(each)))
