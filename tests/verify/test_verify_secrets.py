"""What the code under observation gets of the environment that `verify` runs in, and what it cannot reach."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
from pathlib import Path
from typing import Any

import pytest
from verify_rig import ENV, MANIFEST, run_verify

from legacy_shim.codemods.errors import UsageError
from legacy_shim.codemods.files.git import git_environment
from legacy_shim.codemods.verify.code_environment import code_environment, with_made_up_tokens

WITH = ("--definitions", "acme_data.definitions", "--manifest", str(MANIFEST))
SPY = """
import json, os, pathlib, socket, subprocess

def _spy():
    seen = {"environ": dict(os.environ), "git": {}}
    try:
        with socket.socket(socket.AF_UNIX) as client:
            client.connect(%(socket)r)
            client.sendall(b"hello")
        seen["socket"] = "reached"
    except OSError as error:
        seen["socket"] = str(error)
    for words in ("rev-parse HEAD", "config --get remote.origin.url", "update-ref refs/heads/pushed HEAD"):
        done = subprocess.run(["git", *words.split()], capture_output=True, text=True)
        seen["git"][words] = (done.returncode, done.stdout.strip())
    pathlib.Path(%(result)r).write_text(json.dumps(seen))

_spy()
"""


def _git(folder: Path, *arguments: str) -> str:
    who = ["-c", "user.name=x", "-c", "user.email=x@example.com"]
    env = {**git_environment(), "GIT_CONFIG_GLOBAL": os.devnull}
    done = subprocess.run(["git", *who, *arguments], cwd=folder, env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.fixture
def seen(example_tree: Path, tmp_path: Path) -> dict[str, Any]:
    """What the code of a repository saw, with secrets and git's own variables in the environment of `verify`."""
    tree = Path(shutil.copytree(example_tree, tmp_path / "legacy_project"))
    (tree / ".git").rmdir()
    place, result = str(tmp_path / "s"), tmp_path / "seen.json"
    path = tree / "acme_data" / "definitions.py"
    path.write_text(path.read_text() + SPY % {"socket": place, "result": str(result)})
    _git(tree, "init", "-q")
    _git(tree, "add", ".")
    _git(tree, "commit", "-qm", "legacy")
    _git(tree, "remote", "add", "origin", "https://someone:password@git.example/x.git")
    (tmp_path / "more.env").write_text("FROM_FILE=file\n")
    secrets = {
        "AWS_SECRET_ACCESS_KEY": "aws-secret",
        "GITHUB_TOKEN": "github-secret",
        "NAMED": "named",
        "GIT_DIR": str(tmp_path / "elsewhere"),
        "GIT_ASKPASS": "/bin/false",
        "SSH_AUTH_SOCK": place,
    }
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(place)
        listener.listen()
        listener.setblocking(False)
        more = ("--pass-env", "NAMED", "--env-file", str(tmp_path / "more.env"))
        done = run_verify(tree, ".", *WITH, *more, env={**ENV, **secrets})
        with pytest.raises(BlockingIOError):
            listener.accept()
    assert done.returncode == 0, done.stdout + done.stderr
    found: dict[str, Any] = json.loads(result.read_text())
    found["head"], found["tree"], found["said"] = _git(tree, "rev-parse", "HEAD"), tree, done.stdout
    return found


def test_the_code_sees_what_was_named_and_nothing_else(seen: dict[str, Any]) -> None:
    environ = seen["environ"]
    assert (environ["NAMED"], environ["FROM_FILE"]) == ("named", "file")
    assert environ["DBT_CLOUD_ACCOUNT_ID"] == ENV["DBT_CLOUD_ACCOUNT_ID"]
    assert environ["DBT_CLOUD_API_TOKEN"] == "made-up-by-legacy-shim-for-DBT_CLOUD_API_TOKEN"
    values = json.dumps(environ)
    assert not [
        secret for secret in ("aws-secret", "github-secret", ENV["DBT_CLOUD_API_TOKEN"]) if secret in values
    ]
    assert not [name for name in environ if name.startswith(("GIT_", "SSH_"))]
    assert "the socket" in seen["socket"] and "refused" in seen["socket"]
    assert "s' " in seen["said"] or "the socket" in seen["said"], "the result says what it asked for"
    git = seen["git"]
    assert git["rev-parse HEAD"] == [0, seen["head"]]
    assert git["config --get remote.origin.url"][1] == ""
    assert git["update-ref refs/heads/pushed HEAD"][0] == 0
    assert "pushed" not in _git(seen["tree"], "branch", "--list"), "what it writes stays in the copy"


def test_what_the_code_environment_is_made_of() -> None:
    process = {"PATH": "/bin", "LC_ALL": "C", "SECRET": "s", "ID": "5", "HTTPS_PROXY": "http://u:p@proxy"}
    assert code_environment(process, {"A": "1", "ID": "6"}, ["ID"]) == {
        "PATH": "/bin",
        "LC_ALL": "C",
        "ID": "6",
        "A": "1",
    }
    with pytest.raises(UsageError, match="--pass-env NOWHERE: it is not set"):
        code_environment(process, {}, ["NOWHERE"])


def test_tokens_are_made_up_where_none_was_named() -> None:
    made = with_made_up_tokens({"GIVEN": "mine"}, ["GIVEN", "ONE", "TWO"])
    assert made["GIVEN"] == "mine"
    assert made["ONE"] != made["TWO"], "two tokens stay two"


def test_a_variable_that_was_not_named_is_said_with_the_option(example_tree: Path, tmp_path: Path) -> None:
    tree = Path(shutil.copytree(example_tree, tmp_path / "legacy_project"))
    path = tree / "acme_data" / "definitions.py"
    path.write_text(f'import os\nSLACK = os.environ["SLACK_URL"]\n{path.read_text()}')
    done = run_verify(tree, ".", *WITH, env={**ENV, "SLACK_URL": "https://hooks.example/secret"})
    assert done.returncode == 2
    assert "not set: SLACK_URL\n" in done.stderr
    assert "--pass-env SLACK_URL" in done.stderr
    assert "hooks.example" not in done.stdout + done.stderr
