"""The command that runs dagster-dbt's own tests says what is wrong where it cannot, and never passes by running nothing."""

from __future__ import annotations

import sys
import tarfile
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
import run_suite

PLAIN_TEST = "def test_one(): assert True\ndef test_two(): assert {0}\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of sdists, of a made-up release 9.9.9 that is installed."""
    monkeypatch.setattr(run_suite, "FOLDER", tmp_path)
    monkeypatch.setattr(run_suite, "version", lambda _: "9.9.9")
    return tmp_path


def put_sdist(folder: Path, inside: str, text: str) -> None:
    file = folder / "test_made_up.py"
    file.write_text(text)
    with tarfile.open(folder / "dagster_dbt-9.9.9.tar.gz", "w:gz") as tar:
        tar.add(file, f"dagster_dbt-9.9.9/{inside}/test_made_up.py")


def run(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.setattr(sys, "argv", ["run_suite.py", *arguments])
    return run_suite.main()


@pytest.mark.usefixtures("folder")
def test_an_index_that_does_not_answer_is_told_without_a_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, value in {
        "PIP_INDEX_URL": "http://127.0.0.1:1/simple",
        "PIP_EXTRA_INDEX_URL": "",
        "PIP_RETRIES": "0",
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("PIP_FIND_LINKS", raising=False)
    assert run(monkeypatch) == 2
    said = capsys.readouterr().err
    assert "pip cannot fetch the sdist of dagster-dbt 9.9.9" in said
    assert "Traceback" not in said


def test_a_broken_archive_is_removed(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "dagster_dbt-9.9.9.tar.gz").write_bytes(b"half of it")
    assert run(monkeypatch) == 2
    assert "run this again" in capsys.readouterr().err
    assert not (folder / "dagster_dbt-9.9.9.tar.gz").exists()


def test_a_release_without_tests_of_the_legacy_package(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    put_sdist(folder, "dagster_dbt_tests/core", PLAIN_TEST)
    assert run(monkeypatch) == 2
    assert "has no tests of the legacy package" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("passes", "arguments", "code"),
    [
        ("True", ["--floor", "2"], 0),
        ("False", ["--floor", "2"], 1),
        ("False", ["--floor", "1"], 0),
        ("False", ["-k", "two"], 1),
        ("True", ["-k", "nothing"], 1),
    ],
)
def test_the_floor_is_for_all_of_them_alone(
    folder: Path, monkeypatch: pytest.MonkeyPatch, passes: str, arguments: list[str], code: int
) -> None:
    put_sdist(folder, "dagster_dbt_tests/cloud", PLAIN_TEST.format(passes))
    assert run(monkeypatch, "--jobs", "0", *arguments) == code
