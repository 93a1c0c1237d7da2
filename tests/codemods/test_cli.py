"""The command line, run as users run it."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from legacy_shim.emulator import DbtCloud, RecordedArtifacts, serve

LEGACY = """\
import os

from dagster_dbt import dbt_cloud_resource, load_assets_from_dbt_cloud_job

dbt_cloud = dbt_cloud_resource.configured(
    {"auth_token": os.environ["DBT_CLOUD_API_TOKEN"], "account_id": 12345, "dbt_cloud_host": "HOST"}
)

analytics = load_assets_from_dbt_cloud_job(dbt_cloud=dbt_cloud, job_id=67890)
"""
KEPT = """\
from dagster_dbt import dbt_cloud_resource

dbt_cloud = dbt_cloud_resource  # legacy-shim: keep until the other team has moved
"""
CLEAN = "import os\n"
FACTS = {
    "version": 1,
    "host": "https://cloud.getdbt.com",
    "account_id": 12345,
    "jobs": {
        "67890": {
            "name": "Nightly",
            "project_id": 11,
            "environment_id": 22,
            "execute_steps": ["dbt build --select tag:daily"],
            "generate_docs": False,
            "triggers": {"schedule": False},
            "name_is_unique": True,
        }
    },
}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A legacy project with its facts, in a repository."""
    (tmp_path / ".git").mkdir()
    (tmp_path / "defs.py").write_text(LEGACY.replace("HOST", "https://cloud.getdbt.com/"))
    (tmp_path / "dbt_cloud_jobs.json").write_text(json.dumps(FACTS))
    return tmp_path


def _environment(changes: Mapping[str, str]) -> dict[str, str]:
    names = ("NO_COLOR", "FORCE_COLOR", "GITHUB_WORKSPACE", "DBT_CLOUD_API_TOKEN")
    kept = {name: value for name, value in os.environ.items() if name not in names}
    return {**kept, "COLUMNS": "100", "PYTHONIOENCODING": "utf-8", **changes}


def _run(folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [sys.executable, "-m", "legacy_shim.codemods", *arguments],
        cwd=folder,
        env=_environment(environment),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
    )
    return subprocess.CompletedProcess(
        done.args, done.returncode, done.stdout.decode(errors="replace"), done.stderr.decode(errors="replace")
    )


# help and usage


@pytest.mark.parametrize("command", ["scan", "migrate", "lookup"])
def test_help_shows_the_exit_codes(tmp_path: Path, command: str) -> None:
    done = _run(tmp_path, command, "--help")
    assert done.returncode == 0
    assert re.search(r"Exit codes:\n\s+0  .*\n\s+1  .*\n(\s+\(.*\n)?\s+2  ", done.stdout)


def test_help_lists_the_commands_and_the_version_is_told(tmp_path: Path) -> None:
    assert {"scan", "migrate", "lookup", "explain"} <= set(_run(tmp_path, "--help").stdout.split())
    assert re.fullmatch(r"legacy-shim \d[\w.]*\n", _run(tmp_path, "--version").stdout)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("scan",), "Missing argument"),
        (("scan", "nowhere"), "error: nowhere: no such file or folder"),
        (("migrate", ".", "--diff", "--check"), "--diff and --check exclude each other"),
        (("migrate", ".", "--diff", "--format", "json"), "give --output FILE for the json report"),
        (("migrate", ".", "--only", "LDC201"), "'LDC201' is not the code of a legacy name"),
        (("migrate", ".", "--skip", "LDC101,bogus"), "'BOGUS' is not the code of a legacy name"),
        (("migrate", ".", "--facts", "gone.json"), "error: gone.json: no such facts file"),
        (("migrate", ".", "--env-file", "gone.env"), "error: gone.env: no such file"),
        (("scan", ".", "--format", "xml"), "'xml' is not one of"),
        (("scan", ".", "--jobs", "-1"), "--jobs"),
        (("scan", ".", "--output", "no/such/folder.json"), "cannot be written"),
        (("explain", "LDC999"), "is neither a code nor a legacy name"),
        (("unknown",), "No such command"),
    ],
)
def test_wrong_usage_ends_with_2_and_changes_nothing(
    project: Path, arguments: tuple[str, ...], says: str
) -> None:
    before = (project / "defs.py").read_bytes()
    done = _run(project, *arguments)
    assert done.returncode == 2
    assert says in done.stderr
    assert "Traceback" not in done.stderr
    assert (project / "defs.py").read_bytes() == before


def test_wrong_facts_end_with_2_before_anything_is_written(project: Path) -> None:
    (project / "dbt_cloud_jobs.json").write_text('{"version": 1, "account_id": "x"}')
    before = (project / "defs.py").read_bytes()
    done = _run(project, "migrate", ".")
    assert done.returncode == 2
    assert "dbt_cloud_jobs.json: $.host: expected a text, but it is not there" in done.stderr
    assert (project / "defs.py").read_bytes() == before


# scan and migrate


def test_scan_of_clean_code_ends_with_0(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(CLEAN)
    done = _run(tmp_path, "scan", ".")
    assert (done.returncode, done.stdout) == (0, "No use of the legacy dbt Cloud API in 1 Python file.\n")


def test_scan_of_legacy_code_ends_with_1_and_writes_nothing(project: Path) -> None:
    before = {path: path.read_bytes() for path in project.iterdir() if path.is_file()}
    done = _run(project, "scan", ".")
    assert done.returncode == 1
    assert "migrate --diff ." in done.stdout
    assert {path: path.read_bytes() for path in project.iterdir() if path.is_file()} == before


def test_migrate_writes_and_a_second_run_finds_nothing(project: Path) -> None:
    done = _run(project, "migrate", ".")
    assert done.returncode == 0, done.stdout + done.stderr
    text = (project / "defs.py").read_text()
    assert "DbtCloudWorkspace(" in text
    assert "project_id=11" in text
    assert "1 file changed:\n  defs.py\n" in done.stdout
    again = _run(project, "migrate", ".")
    assert again.returncode == 0
    assert (project / "defs.py").read_text() == text


def test_a_missing_fact_ends_with_1(project: Path) -> None:
    (project / "dbt_cloud_jobs.json").unlink()
    done = _run(project, "migrate", ".")
    assert done.returncode == 1
    assert "LDC401" in done.stdout
    assert "python -m legacy_shim.codemods lookup ." in done.stdout
    assert "missing_fact(" in (project / "defs.py").read_text()


def test_facts_are_taken_from_the_file_that_is_named(
    project: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    elsewhere = tmp_path_factory.mktemp("facts") / "f.json"
    (project / "dbt_cloud_jobs.json").rename(elsewhere)
    assert _run(project, "migrate", ".", "--facts", str(elsewhere)).returncode == 0


def test_check_ends_with_1_while_there_is_something_to_migrate(project: Path) -> None:
    before = (project / "defs.py").read_bytes()
    done = _run(project, "migrate", "--check", ".")
    assert done.returncode == 1
    assert "1 file would change; nothing was written:\n  defs.py\n" in done.stdout
    assert (project / "defs.py").read_bytes() == before
    assert _run(project, "migrate", ".").returncode == 0
    assert _run(project, "migrate", "--check", ".").returncode == 0


def test_diff_prints_a_patch_and_nothing_else_to_standard_output(project: Path) -> None:
    done = _run(project, "migrate", "--diff", ".")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("--- a/defs.py\n+++ b/defs.py\n@@")
    assert "LDC201" in done.stderr
    assert "LDC" not in done.stdout
    before = (project / "defs.py").read_bytes()
    _run(project, "migrate", ".")
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
        env=_environment({}),
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
    done = _run(project, "migrate", ".")
    assert done.returncode == 2
    assert "LDC502" in done.stdout
    assert "DbtCloudWorkspace(" in (project / "defs.py").read_text()


def test_kept_uses_end_with_1(project: Path) -> None:
    (project / "defs.py").write_text(KEPT)
    done = _run(project, "migrate", ".")
    assert done.returncode == 1
    assert "LDC301" in done.stdout
    assert "from legacy_shim import dbt_cloud_resource" in (project / "defs.py").read_text()


def test_exclude(project: Path) -> None:
    done = _run(project, "migrate", "--exclude", "defs.py", ".")
    assert done.returncode == 0
    assert "dbt_cloud_resource" in (project / "defs.py").read_text()


def test_skip_leaves_a_name_as_it_is(project: Path) -> None:
    before = (project / "defs.py").read_text()
    done = _run(
        project, "migrate", "--check", "--skip", "load_assets_from_dbt_cloud_job", "--skip", "LDC101", "."
    )
    assert done.returncode == 1
    assert "LDC301" in done.stdout
    assert (project / "defs.py").read_text() == before


def test_a_job_id_from_an_environment_file(project: Path) -> None:
    text = (project / "defs.py").read_text().replace("67890", 'int(os.environ["THE_JOB"])')
    (project / "defs.py").write_text(text)
    assert "LDC402" in _run(project, "scan", ".").stdout
    (project / ".env").write_text("export THE_JOB='67890'\n")
    done = _run(project, "scan", "--env-file", ".env", ".")
    assert "LDC402" not in done.stdout
    assert "LDC214" in done.stdout


# output


@pytest.mark.parametrize("form", ["json", "sarif"])
def test_machine_formats_are_json_and_nothing_else(project: Path, form: str) -> None:
    done = _run(project, "scan", "--format", form, ".")
    assert json.loads(done.stdout)["version"] in (1, "2.1.0")
    assert done.stderr == ""


def test_output_goes_to_a_file(project: Path) -> None:
    done = _run(project, "migrate", "--diff", "--format", "json", "--output", "report.json", ".")
    assert done.stdout.startswith("--- a/defs.py")
    assert done.stderr == ""
    assert json.loads((project / "report.json").read_text())["changed"] == ["defs.py"]


def test_github_annotations_are_relative_to_the_workspace(project: Path) -> None:
    (project / "sub").mkdir()
    (project / "defs.py").rename(project / "sub" / "defs.py")
    done = _run(project / "sub", "scan", "--format", "github", ".", GITHUB_WORKSPACE=str(project))
    assert "::notice file=sub/defs.py,line=" in done.stdout
    assert all(line.startswith("::") for line in done.stdout.splitlines())


def test_colours_only_where_they_are_wanted(project: Path) -> None:
    assert "\033" not in _run(project, "scan", ".").stdout
    assert "\033[1m" in _run(project, "scan", ".", FORCE_COLOR="1").stdout
    assert "\033" not in _run(project, "scan", ".", FORCE_COLOR="1", NO_COLOR="1").stdout


def test_a_terminal_gets_colours_and_progress_and_the_report_stays_clean(project: Path) -> None:
    pty = pytest.importorskip("pty")
    parent, child = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-m", "legacy_shim.codemods", "scan", "--output", "report.txt", "."],
        cwd=project,
        env=_environment({"TERM": "xterm"}),
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
        done = _run(project, "migrate", "--check", "--format", form, ".")
        assert done.returncode == 2
        assert "LDC502" in done.stdout
        assert "Traceback" not in done.stderr


# what goes wrong


def test_an_interrupt_ends_with_130_and_without_a_traceback(project: Path) -> None:
    os.mkfifo(project / "env.fifo")  # opening it waits for a writer: a command that is surely still going
    with subprocess.Popen(
        [sys.executable, "-m", "legacy_shim.codemods", "migrate", "--env-file", "env.fifo", "."],
        cwd=project,
        env=_environment({}),
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
    ) as process:
        deadline = time.monotonic() + 30
        while not _waits_for_a_writer(process.pid) and time.monotonic() < deadline:
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=30)
    assert process.returncode == 130
    assert errors.decode().startswith("Interrupted.")
    assert b"Traceback" not in errors


def _waits_for_a_writer(pid: int) -> bool:
    try:
        return (
            "fifo" in Path(f"/proc/{pid}/wchan").read_text()
            or "wait_for_partner" in Path(f"/proc/{pid}/stack").read_text()
        )
    except OSError:
        time.sleep(2)
        return True


def test_a_reader_that_leaves_is_no_crash(project: Path) -> None:
    for number in range(80):  # more than a pipe holds
        (project / f"m{number}.py").write_text(LEGACY)
    command = f"{sys.executable} -m legacy_shim.codemods migrate --diff . 2>/dev/null | head -n 1"
    done = subprocess.run(
        command, shell=True, cwd=project, env=_environment({}), capture_output=True, check=False
    )
    assert done.stdout.startswith(b"--- a/")
    assert done.stderr == b""


def test_a_bug_is_called_a_bug_and_names_the_file(project: Path) -> None:
    code = (
        "import sys\nfrom legacy_shim.codemods import cli, pipeline, sources\n"
        "def broken(raw):\n    raise ZeroDivisionError('boom')\n"
        "sources.decode = broken\nsys.argv = ['x', 'migrate', '.']\ncli.main()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=project, env=_environment({}), capture_output=True, check=False
    )
    errors = done.stderr.decode()
    assert done.returncode == 2
    assert "ZeroDivisionError: boom" in errors
    assert "This is a bug in legacy-shim while it handled defs.py. Nothing is lost" in errors


# lookup


@pytest.fixture
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    artifacts = tmp_path_factory.mktemp("artifacts")
    (artifacts / "manifest.json").write_text("{}")
    cloud = DbtCloud()
    cloud.add_account(12345, token="a-secret-token")
    cloud.add_project(11, account_id=12345, backend=RecordedArtifacts(artifacts))
    cloud.add_environment(22, project_id=11)
    cloud.add_job(
        67890,
        project_id=11,
        environment_id=22,
        name="Nightly",
        execute_steps=["dbt build --select tag:daily"],
    )
    with serve(cloud) as server:
        yield server.url


def test_lookup_then_migrate(project: Path, host: str) -> None:
    (project / "dbt_cloud_jobs.json").unlink()
    (project / "defs.py").write_text(LEGACY.replace("HOST", host))
    done = _run(project, "lookup", ".", DBT_CLOUD_API_TOKEN="a-secret-token")
    assert done.returncode == 0, done.stderr
    assert done.stdout == "1 job written to dbt_cloud_jobs.json.\n"
    assert f"GET {host}/api/v2/accounts/12345/jobs/67890/  200" in done.stderr
    assert "a-secret-token" not in done.stdout + done.stderr
    assert _run(project, "migrate", ".").returncode == 0
    assert "project_id=11" in (project / "defs.py").read_text()


def test_lookup_by_hand(tmp_path: Path, host: str) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / ".env").write_text("MY_TOKEN=a-secret-token\n")
    arguments = ("--job-id", "67890", "--job-id", "1", "--host", host, "--account-id", "12345")
    done = _run(
        tmp_path,
        "lookup",
        ".",
        *arguments,
        "--token-env",
        "MY_TOKEN",
        "--env-file",
        ".env",
        "--facts",
        "f.json",
    )
    assert done.returncode == 1, "one of two"
    assert "1 job written to f.json.\n" in done.stdout
    assert "job 1: not found in account 12345 (404)" in done.stdout
    assert list(json.loads((tmp_path / "f.json").read_text())["jobs"]) == ["67890"]


def test_lookup_without_a_token_ends_with_2(project: Path) -> None:
    done = _run(project, "lookup", ".")
    assert done.returncode == 2
    assert "set the environment variable DBT_CLOUD_API_TOKEN" in done.stdout


def test_lookup_where_the_code_names_no_job(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(CLEAN)
    done = _run(tmp_path, "lookup", ".")
    assert done.returncode == 0
    assert "names no dbt Cloud job" in done.stdout


def test_explain_prints_the_section(tmp_path: Path) -> None:
    done = _run(tmp_path, "explain", "ldc201")
    assert done.returncode == 0
    assert done.stdout.startswith("### LDC201 credentials are read when the module is imported\n")
