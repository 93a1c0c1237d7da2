"""``verify`` as people call it: what it prints, how it ends, and what it leaves alone."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from verify_rig import CLOUD, ENV, MANIFEST, TOKEN, TOP, run_of, run_verify

from legacy_shim.emulator import load_setup, serve

WITH = ("--definitions", "acme_data.definitions", "--manifest", str(MANIFEST))
ASSETS = "acme_data/assets/dbt.py"


def _state(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def tree(example_tree: Path, tmp_path: Path) -> Path:
    """A copy of the example with its facts, for a test to change."""
    return Path(shutil.copytree(example_tree, tmp_path / "legacy_project"))


@pytest.fixture
def migrated(example_tree: Path, tmp_path: Path) -> Path:
    folder = Path(shutil.copytree(example_tree, tmp_path / "migrated"))
    command = ["-m", "legacy_shim.codemods", "migrate", "."]
    subprocess.run(
        [sys.executable, *command], cwd=folder, env={**os.environ, **ENV}, check=False, capture_output=True
    )
    return folder


def test_the_example_as_text(example_tree: Path) -> None:
    before = _state(example_tree)
    done = run_verify(example_tree, ".", *WITH)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "No unexpected changes: " in done.stdout
    assert "LDC202 each command of the job is a dbt Cloud run of its own" in done.stdout
    assert "acme_data/assets/dbt.py:12  `dbt seed` and" in done.stdout
    assert "- dbt compile --select tag:daily" in done.stdout
    assert "+ dbt seed  (run 1 of job 67890, 3 nodes, no timeout)" in done.stdout
    assert (
        "LDC209 importing contacts dbt Cloud, and can time out" in done.stdout
    )  # told, although nothing of it shows
    assert "weekly_finance" in done.stdout
    assert max(map(len, done.stdout.splitlines())) < 250
    assert done.stderr == ""
    assert TOKEN not in done.stdout
    assert _state(example_tree) == before


def test_a_fault_as_json_from_a_tree_that_is_migrated(tree: Path, migrated: Path, tmp_path: Path) -> None:
    path = migrated / ASSETS
    path.write_text(path.read_text().replace('select="tag:daily"', 'select="tag:daily tag:weekly"'))
    output = tmp_path / "result.json"
    arguments = (
        "--migrated",
        str(migrated),
        "--format",
        "json",
        "-o",
        str(output),
        "--job",
        "weekly_finance",
    )
    done = run_verify(tree, ".", *WITH, *arguments)
    assert done.returncode == 1, done.stdout + done.stderr
    document = json.loads(output.read_text())
    assert (document["version"], document["as_reported"], document["after"]["what"]) == (
        1,
        False,
        f"the tree at {migrated}",
    )
    first = document["differences"][0]
    assert (first["verdict"], first["kind"], first["subject"]) == (
        "critical",
        "asset added",
        "finance/revenue_by_month",
    )
    assert {row["verdict"] for row in document["differences"]} == {"critical", "unexpected", "expected"}
    assert [row["action"] for row in document["attempts"]] == [
        "load",
        "materialize:dbt-cloud",
        "materialize:marts/orders",
        "job:weekly_finance",
    ]
    ran = document["attempts"][3]["before"]
    assert [(row["job"], row["command"], row["wait"]) for row in ran] == [
        (67891, "dbt run --select tag:weekly", "no timeout")
    ]
    assert "Unexpected changes: " in done.stdout


def test_a_revision_against_the_tree_as_it_is_on_real_dbt(tree: Path) -> None:
    (tree / ".git").rmdir()
    for command in (
        ["init", "-q"],
        ["add", "."],
        ["-c", "user.name=x", "-c", "user.email=x@example.com", "commit", "-qm", "legacy"],
    ):
        subprocess.run(
            ["git", *command], cwd=tree, check=True, env={**os.environ, "GIT_CONFIG_GLOBAL": os.devnull}
        )
    subprocess.run(
        [sys.executable, "-m", "legacy_shim.codemods", "migrate", "."],
        cwd=tree,
        env={**os.environ, **ENV},
        check=False,
    )
    state = _state(tree)
    project = str(TOP / "examples" / "dbt_project")
    arguments = ("--definitions", "acme_data.definitions", "--dbt-project", project, "--before", "HEAD")
    done = run_verify(tree, ".", *arguments)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "before  revision HEAD (" in done.stdout
    assert "after   the tree as it is" in done.stdout
    assert _state(tree) == state


def test_lookup_only_reads(tree: Path) -> None:
    (tree / "dbt_cloud_jobs.json").unlink()
    cloud = load_setup(CLOUD)
    with serve(cloud) as server:
        run_of(server.url, 67890)
        cloud.clear_journal()
        env = {**ENV, "DBT_CLOUD_HOST": server.url}
        done = run_verify(
            tree, ".", "--definitions", "acme_data.definitions", "--lookup", "--host", server.url, env=env
        )
    assert done.returncode == 0, done.stdout + done.stderr
    assert {request.method for request in cloud.journal} == {"GET"}
    assert len(cloud.runs) == 1
    assert "artifacts/manifest.json" in done.stderr
    assert TOKEN not in done.stdout + done.stderr
    assert not (tree / "dbt_cloud_jobs.json").exists()


def test_variables_that_are_missing_are_all_named(tree: Path, tmp_path: Path) -> None:
    path = tree / "acme_data/resources/slack.py"
    lines = 'import os\nHOST = os.environ["SLACK_HOST"]\nURL = os.environ["SLACK_URL"]\n'
    path.write_text(lines + 'PORT = int(os.environ["SLACK_PORT"])\n' + path.read_text())
    file = tmp_path / "file.env"
    file.write_text("SLACK_HOST=slack.example\n")
    done = run_verify(tree, ".", *WITH, "--env-file", str(file))
    assert done.returncode == 2
    assert "environment variables that are not set: SLACK_URL, SLACK_PORT\n" in done.stderr
    assert "Traceback" not in done.stderr


def test_code_that_fails_is_shown_by_its_own_lines(tree: Path) -> None:
    path = tree / "acme_data/jobs/__init__.py"
    path.write_text(path.read_text() + "\n\ndef broken():\n    return {}['nowhere']\n\n\nbroken()\n")
    done = run_verify(tree, ".", *WITH)
    assert done.returncode == 2
    lines = done.stderr.splitlines()
    assert lines[0] == "error: the definitions cannot be loaded from the tree as it is:"
    assert [line.split(":")[0].strip() for line in lines[1:-1]] == [
        "acme_data/__init__.py",
        "acme_data/definitions.py",
        "acme_data/jobs/__init__.py",
        "acme_data/jobs/__init__.py",
    ]
    assert "in broken: return {}['nowhere']" in lines[-2]
    assert lines[-1] == "  KeyError: 'nowhere'"


def test_the_network_is_closed_and_modules_come_from_the_copies(tree: Path) -> None:
    """Also where the search path names a folder of the user's own tree."""
    asking = """
        import contextlib, socket, subprocess, urllib.request
        from dagster_dbt import dbt_cloud_resource as made
        with contextlib.suppress(Exception):
            urllib.request.urlopen("http://metrics.example/up", timeout=2)
        with contextlib.suppress(Exception):
            socket.create_connection(("192.0.2.7", 80), timeout=2)
        subprocess.run(["true"])
    """
    (tree / "lib").mkdir()
    (tree / "lib" / "helpers.py").write_text(textwrap.dedent(asking))
    path = tree / "acme_data/resources/dbt_cloud.py"
    old, new = "from dagster_dbt import dbt_cloud_resource", "from helpers import made as dbt_cloud_resource"
    path.write_text(path.read_text().replace(old, new))
    done = run_verify(tree, ".", *WITH, env={**ENV, "PYTHONPATH": str(tree / "lib")})
    assert done.returncode in (0, 1), done.stderr
    said = "The network was closed to the code under observation: 192.0.2.7, metrics.example was refused."
    assert said in done.stdout
    assert "The code started other programs, whose network access was not watched: true." in done.stdout
    assert not list(tree.rglob("__pycache__"))


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("nowhere",), "nowhere: no such file or folder"),
        ((".", "--before", "HEAD", "--migrated", "."), "--before and --migrated exclude each other"),
        ((".", "--before", "HEAD"), "not a git repository"),
        ((".", "--migrated", "nowhere"), "nowhere: no such file or folder"),
        ((".", "--lookup"), "leave out --manifest"),
        ((".", "--host", "https://emea.dbt.com"), "--lookup"),
        ((".", "--facts", "nowhere.json"), "nowhere.json"),
        ((".", "--output", "nowhere/result.txt"), "there is no folder nowhere"),
        ((".", "--env-file", "nowhere.env"), "nowhere.env: no such file"),
    ],
)
def test_wrong_usage(tree: Path, arguments: tuple[str, ...], said: str) -> None:
    env = {**ENV, "GIT_CEILING_DIRECTORIES": str(tree.parent)}
    done = run_verify(tree, *arguments, *WITH, env=env)
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("definitions", "said"),
    [
        ("nowhere.definitions", "--definitions: there is no module 'nowhere.definitions' in "),
        ("nowhere.py", "--definitions nowhere.py: no such file"),
        ("acme_data.definitions:nothing", "acme_data.definitions has no attribute 'nothing'"),
    ],
)
def test_definitions_that_are_not_there(tree: Path, definitions: str, said: str) -> None:
    done = run_verify(tree, ".", "--definitions", definitions, "--manifest", str(MANIFEST))
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_what_is_missing_is_asked_for(tree: Path) -> None:
    done = run_verify(tree, ".", "--definitions", "acme_data.definitions")
    assert done.returncode == 2
    assert (
        "--manifest FILE" in done.stderr and "--dbt-project DIR" in done.stderr and "--lookup" in done.stderr
    )
    (tree / "dbt_cloud_jobs.json").unlink()
    done = run_verify(tree, ".", *WITH)
    assert done.returncode == 2
    assert "python -m legacy_shim.codemods lookup ." in done.stderr


def test_facts_of_another_job_are_not_enough(tree: Path) -> None:
    facts = tree / "dbt_cloud_jobs.json"
    document = json.loads(facts.read_text())
    del document["jobs"]["67890"]
    facts.write_text(json.dumps(document))
    done = run_verify(tree, ".", *WITH)
    assert done.returncode == 2
    assert "the facts are not complete:" in done.stderr
    assert "acme_data/assets/dbt.py:12:" in done.stderr and "LDC401" in done.stderr


def test_a_job_that_the_facts_do_not_have_is_named(tree: Path) -> None:
    facts = tree / "dbt_cloud_jobs.json"
    document = json.loads(facts.read_text())
    document["jobs"] = {"67890": document["jobs"]["67890"]}
    facts.write_text(json.dumps(document))
    done = run_verify(tree, ".", *WITH, "--job", "weekly_finance")
    assert done.returncode == 1, done.stdout + done.stderr
    assert "not shown: The job weekly_finance" in done.stdout
    assert "jobs that the facts do not have, so that the local dbt Cloud refused: 67891." in done.stdout


def test_a_manifest_that_is_none(tree: Path, tmp_path: Path) -> None:
    wrong = tmp_path / "manifest.json"
    wrong.write_text("{}")
    done = run_verify(tree, ".", "--definitions", "acme_data.definitions", "--manifest", str(wrong))
    assert done.returncode == 2
    assert "it is no manifest of dbt" in done.stderr
