"""The command line: usage, scan, migrate and what they print."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from cli_runner import CLEAN, KEPT, environment, make_project, run


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return make_project(tmp_path)


# help and usage


@pytest.mark.parametrize("command", ["scan", "migrate", "lookup"])
def test_help_shows_the_exit_codes(tmp_path: Path, command: str) -> None:
    done = run(tmp_path, command, "--help")
    assert done.returncode == 0
    assert re.search(r"Exit codes:\n\s+0  .*\n\s+1  .*\n(\s+\(.*\n)?\s+2  ", done.stdout)


def test_help_lists_the_commands_and_the_version_is_told(tmp_path: Path) -> None:
    commands = {"scan", "migrate", "lookup", "verify", "explain"}
    commands |= {"enable", "disable", "status", "emulator", "snapshot"}
    assert commands <= set(run(tmp_path, "--help").stdout.split())
    assert re.fullmatch(r"legacy-shim \d[\w.]*\n", run(tmp_path, "--version").stdout)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("scan",), "Missing argument"),
        (("scan", "nowhere"), "error: nowhere: no such file or folder"),
        (("migrate", ".", "--diff", "--check"), "--diff, --check and --commit exclude each other"),
        (("migrate", ".", "--diff", "--format", "json"), "give --output FILE for the json report"),
        (("migrate", ".", "--only", "LDC201"), "'LDC201' is not the code of a legacy name"),
        (("migrate", ".", "--skip", "LDC101,bogus"), "'BOGUS' is not the code of a legacy name"),
        (("migrate", ".", "--facts", "gone.json"), "error: gone.json: no such facts file"),
        (("migrate", ".", "--env-file", "gone.env"), "error: gone.env: no such file"),
        (("scan", ".", "--format", "xml"), "'xml' is not one of"),
        (("scan", ".", "--jobs", "-1"), "--jobs"),
        (("scan", ".", "--output", "no/such/folder.json"), "cannot be written"),
        (("migrate", ".", "--quiet", "--verbose"), "--quiet, --verbose and --statistics exclude each other"),
        (("explain", "LDC999"), "is neither a code nor a legacy name"),
        (("unknown",), "No such command"),
    ],
)
def test_wrong_usage_ends_with_2_and_changes_nothing(
    project: Path, arguments: tuple[str, ...], says: str
) -> None:
    before = (project / "defs.py").read_bytes()
    done = run(project, *arguments)
    assert done.returncode == 2
    assert says in done.stderr
    assert "Traceback" not in done.stderr
    assert (project / "defs.py").read_bytes() == before


@pytest.mark.parametrize("arguments", [("scan", "."), ("migrate", "--check", "."), ("explain", "LDC208")])
def test_the_package_has_the_commands_of_its_codemods(project: Path, arguments: tuple[str, ...]) -> None:
    other = subprocess.run(
        [sys.executable, "-m", "legacy_shim", *arguments],
        cwd=project,
        env=environment({}),
        capture_output=True,
        text=True,
        check=False,
    )
    done = run(project, *arguments)
    assert done.stdout
    assert (other.returncode, other.stdout, other.stderr) == (done.returncode, done.stdout, done.stderr)


@pytest.mark.parametrize(
    ("command", "says"),
    [("emulator", "--dbt-project DIR"), ("snapshot", "--redirect URL"), ("status", "--help")],
)
def test_other_commands_explain_themselves(tmp_path: Path, command: str, says: str) -> None:
    done = run(tmp_path, command, "--help")
    assert done.returncode == 0
    assert says in done.stdout


def test_a_tree_without_python_files_says_so(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("nothing")
    done = run(tmp_path, "scan", ".")
    assert done.stdout == "No Python files found: the paths are empty, or everything in them is excluded.\n"
    (tmp_path / "a.py").write_text("x = 1\n")
    assert "No Python files found" in run(tmp_path, "scan", ".", "--exclude", "*.py").stdout


def test_wrong_facts_end_with_2_before_anything_is_written(project: Path) -> None:
    (project / "dbt_cloud_jobs.json").write_text('{"version": 1, "account_id": "x"}')
    before = (project / "defs.py").read_bytes()
    done = run(project, "migrate", ".")
    assert done.returncode == 2
    assert "dbt_cloud_jobs.json: $.host: missing (expected a string)" in done.stderr
    assert (project / "defs.py").read_bytes() == before


# scan and migrate


def test_scan_of_clean_code_ends_with_0(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(CLEAN)
    done = run(tmp_path, "scan", ".")
    assert (done.returncode, done.stdout) == (0, "No use of the legacy dbt Cloud API in 1 Python file.\n")


def test_scan_of_legacy_code_ends_with_1_and_writes_nothing(project: Path) -> None:
    before = {path: path.read_bytes() for path in project.iterdir() if path.is_file()}
    done = run(project, "scan", ".")
    assert done.returncode == 1
    assert "migrate --diff ." in done.stdout
    assert {path: path.read_bytes() for path in project.iterdir() if path.is_file()} == before


def test_migrate_writes_and_a_second_run_finds_nothing(project: Path) -> None:
    done = run(project, "migrate", ".")
    assert done.returncode == 0, done.stdout + done.stderr
    text = (project / "defs.py").read_text()
    assert "DbtCloudWorkspace(" in text
    assert "project_id=11" in text
    assert "1 file changed:\n  defs.py\n" in done.stdout
    again = run(project, "migrate", ".")
    assert again.returncode == 0
    assert (project / "defs.py").read_text() == text


def test_a_missing_fact_ends_with_1(project: Path) -> None:
    (project / "dbt_cloud_jobs.json").unlink()
    done = run(project, "migrate", ".")
    assert done.returncode == 1
    assert "LDC401" in done.stdout
    assert "python -m legacy_shim.codemods lookup ." in done.stdout
    assert "missing_fact(" in (project / "defs.py").read_text()


def test_facts_are_taken_from_the_file_that_is_named(
    project: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    elsewhere = tmp_path_factory.mktemp("facts") / "f.json"
    (project / "dbt_cloud_jobs.json").rename(elsewhere)
    assert run(project, "migrate", ".", "--facts", str(elsewhere)).returncode == 0


def test_check_ends_with_1_while_there_is_something_to_migrate(project: Path) -> None:
    before = (project / "defs.py").read_bytes()
    done = run(project, "migrate", "--check", ".")
    assert done.returncode == 1
    assert "1 file would change; nothing was written:\n  defs.py\n" in done.stdout
    assert (project / "defs.py").read_bytes() == before
    assert run(project, "migrate", ".").returncode == 0
    assert run(project, "migrate", "--check", ".").returncode == 0


def test_diff_prints_a_patch_and_nothing_else_to_standard_output(project: Path) -> None:
    done = run(project, "migrate", "--diff", ".")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("--- a/defs.py\n+++ b/defs.py\n@@")
    assert "LDC205" in done.stderr
    assert "LDC" not in done.stdout
    before = (project / "defs.py").read_bytes()
    run(project, "migrate", ".")
    migrated = (project / "defs.py").read_bytes()
    (project / "defs.py").write_bytes(before)
    subprocess.run(
        ["git", "apply", "-"], input=done.stdout.encode(), cwd=project, check=True, env=_no_git_above(project)
    )
    assert (project / "defs.py").read_bytes() == migrated


def _no_git_above(folder: Path) -> dict[str, str]:
    """The fixture's ``.git`` is only a marker; git must not take it, or one above, for a repository."""
    (folder / ".git").rmdir()
    return {**os.environ, "GIT_CEILING_DIRECTORIES": str(folder.parent)}


def test_diff_keeps_carriage_returns(project: Path) -> None:
    (project / "defs.py").write_bytes((project / "defs.py").read_bytes().replace(b"\n", b"\r\n"))
    done = subprocess.run(
        [sys.executable, "-m", "legacy_shim.codemods", "migrate", "--diff", "."],
        cwd=project,
        env=environment({}),
        capture_output=True,
        check=False,
    )
    added = [
        line for line in done.stdout.split(b"\n") if line.startswith(b"+") and not line.startswith(b"+++")
    ]
    assert added
    assert all(line.endswith(b"\r") for line in added)


def test_a_file_that_does_not_parse_ends_with_2_and_the_others_are_done(project: Path) -> None:
    (project / "broken.py").write_text("from dagster_dbt import dbt_cloud_resource\ndef (:\n")
    done = run(project, "migrate", ".")
    assert done.returncode == 2
    assert "LDC502" in done.stdout
    assert "DbtCloudWorkspace(" in (project / "defs.py").read_text()


def test_kept_uses_end_with_1(project: Path) -> None:
    (project / "defs.py").write_text(KEPT)
    done = run(project, "migrate", ".")
    assert done.returncode == 1
    assert "LDC301" in done.stdout
    assert "from legacy_shim import dbt_cloud_resource" in (project / "defs.py").read_text()


def test_exclude(project: Path) -> None:
    done = run(project, "migrate", "--exclude", "defs.py", ".")
    assert done.returncode == 0
    assert "dbt_cloud_resource" in (project / "defs.py").read_text()


def test_skip_leaves_a_name_as_it_is(project: Path) -> None:
    before = (project / "defs.py").read_text()
    done = run(
        project, "migrate", "--check", "--skip", "load_assets_from_dbt_cloud_job", "--skip", "LDC101", "."
    )
    assert done.returncode == 1
    assert "LDC301" in done.stdout
    assert (project / "defs.py").read_text() == before


def test_a_job_id_from_an_environment_file(project: Path) -> None:
    text = (project / "defs.py").read_text().replace("67890", 'int(os.environ["THE_JOB"])')
    (project / "defs.py").write_text(text)
    assert "LDC402" in run(project, "scan", ".").stdout
    (project / ".env").write_text("export THE_JOB='67890'\n")
    done = run(project, "scan", "--env-file", ".env", ".")
    assert "LDC402" not in done.stdout
    assert "LDC214" in done.stdout


# output


@pytest.mark.parametrize("form", ["json", "sarif"])
def test_machine_formats_are_json_and_nothing_else(project: Path, form: str) -> None:
    done = run(project, "scan", "--format", form, ".")
    assert json.loads(done.stdout)["version"] in (1, "2.1.0")
    assert done.stderr == ""


def test_output_goes_to_a_file(project: Path) -> None:
    done = run(project, "migrate", "--diff", "--format", "json", "--output", "report.json", ".")
    assert done.stdout.startswith("--- a/defs.py")
    assert done.stderr == ""
    assert json.loads((project / "report.json").read_text())["changed"] == ["defs.py"]


def test_github_annotations_are_relative_to_the_workspace(project: Path) -> None:
    (project / "sub").mkdir()
    (project / "defs.py").rename(project / "sub" / "defs.py")
    done = run(project / "sub", "scan", "--format", "github", ".", GITHUB_WORKSPACE=str(project))
    assert "::notice file=sub/defs.py,line=" in done.stdout
    assert all(line.startswith("::") for line in done.stdout.splitlines())


def test_colours_only_where_they_are_wanted(project: Path) -> None:
    assert "\033" not in run(project, "scan", ".").stdout
    assert "\033[1m" in run(project, "scan", ".", FORCE_COLOR="1").stdout
    assert "\033" not in run(project, "scan", ".", FORCE_COLOR="1", NO_COLOR="1").stdout


def test_a_terminal_gets_colours_and_progress_and_the_report_stays_clean(project: Path) -> None:
    pty = pytest.importorskip("pty")
    parent, child = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-m", "legacy_shim.codemods", "scan", "--output", "report.txt", "."],
        cwd=project,
        env=environment({"TERM": "xterm"}),
        stdout=subprocess.PIPE,
        stderr=child,
    ) as process:
        os.close(child)
        shown = b""
        while True:
            try:
                piece = os.read(parent, 4096)
            except OSError:  # Linux says so when the other end is closed
                break
            if not piece:
                break
            shown += piece
        assert process.stdout is not None
        assert process.stdout.read() == b""
        assert process.wait() == 1
    os.close(parent)
    assert b"Scanning" in shown
    assert "\033" not in (project / "report.txt").read_text()


def test_a_file_name_that_is_not_text_is_shown_all_the_same(project: Path) -> None:
    try:
        (project / os.fsdecode(b"d\xff.py")).write_text(
            "from dagster_dbt import dbt_cloud_resource\ndef (:\n"
        )
    except OSError:
        pytest.skip("this file system takes no such names")
    for form in ("text", "json", "sarif", "github"):
        done = run(project, "migrate", "--check", "--format", form, ".")
        assert done.returncode == 2
        assert "LDC502" in done.stdout
        assert "Traceback" not in done.stderr
