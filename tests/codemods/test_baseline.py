"""The ratchet: uses that were accepted pass, new ones fail."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cli_runner import LEGACY, make_project, run

MORE = "\nmore = load_assets_from_dbt_cloud_job(dbt_cloud=dbt_cloud, job_id=67891)\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A legacy project with a baseline of what it has."""
    make_project(tmp_path)
    done = run(tmp_path, "scan", ".", "--write-baseline", "known.json")
    assert done.returncode == 0, done.stderr
    assert done.stderr.endswith("2 legacy uses accepted in known.json.\n")
    return tmp_path


def compare(folder: Path, *more: str) -> tuple[int, str, str]:
    done = run(folder, "scan", ".", "--baseline", "known.json", *more)
    return done.returncode, done.stdout, done.stderr


def test_what_is_known_passes_and_is_not_told(folder: Path) -> None:
    assert compare(folder) == (0, "", "known.json: 2 legacy uses known, 0 new.\n")


def test_a_new_use_fails_and_is_told_alone(folder: Path) -> None:
    with (folder / "defs.py").open("a") as program:
        program.write(MORE)
    code, out, err = compare(folder)
    assert code == 1
    assert "defs.py:11:" in out and "defs.py:9:" not in out and "LDC101" not in out
    assert "1 legacy use in 1 Python file" in out
    assert err == "known.json: 2 legacy uses known, 1 new.\n"


def test_a_new_use_is_an_annotation_of_a_pull_request(folder: Path) -> None:
    (folder / "more.py").write_text("from defs import dbt_cloud\nfrom dagster_dbt import *\n" + MORE)
    code, out, _ = compare(folder, "--format", "github")
    assert code == 1
    assert "file=more.py,line=4" in out and "file=defs.py" not in out


def test_other_lines_and_a_use_that_is_edited_change_nothing(folder: Path) -> None:
    edited = "# A comment.\n" + LEGACY.replace("HOST", "https://cloud.getdbt.com/").replace(
        "67890", "67890 + 0"
    )
    (folder / "defs.py").write_text(edited)
    assert compare(folder)[0] == 0


def test_a_use_that_moved_is_known(folder: Path) -> None:
    (folder / "defs.py").rename(folder / "moved.py")
    assert compare(folder)[0] == 0


def test_a_use_that_is_gone_is_told_and_makes_no_room_elsewhere(folder: Path) -> None:
    lines = (folder / "defs.py").read_text().splitlines(keepends=True)
    (folder / "defs.py").write_text("".join(lines[:-1]))
    code, _, err = compare(folder)
    assert code == 0 and "1 legacy use known, 0 new, 1 gone" in err
    (folder / "other.py").write_text("from defs import dbt_cloud\nfrom dagster_dbt import *\n" + MORE)
    assert compare(folder)[0] == 1


def test_it_is_read_from_anywhere_and_holds_no_source(folder: Path) -> None:
    (folder / "sub").mkdir()
    done = run(folder / "sub", "scan", "..", "--baseline", "../known.json")
    assert done.returncode == 0, done.stdout
    text = (folder / "known.json").read_text()
    assert {use["path"] for use in json.loads(text)["uses"]} == {"defs.py"}
    assert "67890" not in text


def test_a_file_that_does_not_parse_fails_as_ever(folder: Path) -> None:
    (folder / "broken.py").write_text("from dagster_dbt import dbt_cloud_resource\nprint 1\n")
    code, out, _ = compare(folder)
    assert code == 2
    assert "LDC502" in out


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{", "it is no baseline"),
        ('{"version": 2}', "version 2"),
        ('{"version": 1, "uses": [{}]}', "it is no baseline"),
    ],
)
def test_a_file_that_is_no_baseline(folder: Path, text: str, told: str) -> None:
    (folder / "known.json").write_text(text)
    code, _, err = compare(folder)
    assert code == 2
    assert told in err


def test_one_mode_at_a_time(folder: Path) -> None:
    done = run(folder, "scan", ".", "--baseline", "known.json", "--usage", "usage.log")
    assert done.returncode == 2
    assert "exclude each other" in done.stderr
