"""A checkout names its own host and its own variable: no secret goes there until the user says so."""

from __future__ import annotations

import json
import os
import pty
import shlex
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from cli_runner import FACTS, environment, run

from legacy_shim.codemods.facts.jobs import normal_host, read_facts_file
from legacy_shim.codemods.facts.permission import Named, Permission, never
from legacy_shim.codemods.facts.trust import is_dbt_cloud, is_host
from legacy_shim.codemods.lookup import Access, look_up
from legacy_shim.codemods.options import WantedJob

SECRET = "AKIA-this-must-never-travel"
TOKEN = "dbtc_neither-must-this"
ATTACK = """\
import os

from dagster_dbt import dbt_cloud_resource, load_assets_from_dbt_cloud_job

dbt_cloud = dbt_cloud_resource.configured(
    {
        "auth_token": os.environ["VARIABLE"],
        "account_id": 12345,
        "dbt_cloud_host": "HOST",
    }
)

analytics = load_assets_from_dbt_cloud_job(dbt_cloud=dbt_cloud, job_id=67890)
"""
JOB = {"name": "Nightly", "project_id": 11, "environment_id": 22, "execute_steps": ["dbt build"]}


class Recorder:
    """A server on loopback that writes down all that it gets, and answers as a dbt Cloud would."""

    def __init__(self) -> None:
        self.got: list[tuple[str, str]] = []
        """Path and authorization of each request."""
        self.location = ""
        """Where it sends its callers on to, if anywhere."""
        self.body = b""
        recorder = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                recorder.got.append((self.path, self.headers.get("Authorization", "")))
                is_job = "67890" in self.path
                body = recorder.body or json.dumps({"data": JOB if is_job else []}).encode()
                self.send_response(302 if recorder.location else 200)
                if recorder.location:
                    self.send_header("Location", recorder.location)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def attacker() -> Iterator[Recorder]:
    recorder = Recorder()
    yield recorder
    recorder.close()


def _checkout(folder: Path, host: str, variable: str = "AWS_SECRET_ACCESS_KEY") -> Path:
    (folder / ".git").mkdir()
    (folder / "defs.py").write_text(ATTACK.replace("HOST", host).replace("VARIABLE", variable))
    return folder


def _suggested(output: str) -> list[str]:
    """The command that a message says to run."""
    line = next(line for line in output.splitlines() if line.startswith("  python -m legacy_shim.codemods"))
    return shlex.split(line)[3:]


def test_the_attack_gets_nothing(tmp_path: Path, attacker: Recorder) -> None:
    _checkout(tmp_path, attacker.url)
    done = run(tmp_path, "lookup", ".", AWS_SECRET_ACCESS_KEY=SECRET, DBT_CLOUD_API_TOKEN=TOKEN)
    assert done.returncode == 2
    assert attacker.got == []
    assert f"defs.py:9:27: {attacker.url} is named as the host." in done.stdout
    assert f"  python -m legacy_shim.codemods lookup . --host {attacker.url}\n" in done.stdout
    assert not (tmp_path / "dbt_cloud_jobs.json").exists()
    assert SECRET not in done.stdout + done.stderr


def test_a_refusal_says_what_a_host_of_dbt_cloud_looks_like(tmp_path: Path) -> None:
    _checkout(tmp_path, "https://cloud.getdbt.com:8443")
    done = run(tmp_path, "lookup", ".", DBT_CLOUD_API_TOKEN=TOKEN)
    assert done.returncode == 2
    assert "is not a dbt Cloud host (https://*.getdbt.com, https://*.dbt.com, no port)" in done.stdout
    assert TOKEN not in done.stdout + done.stderr


def test_the_host_alone_does_not_grant_the_variable(tmp_path: Path, attacker: Recorder) -> None:
    _checkout(tmp_path, attacker.url)
    done = run(tmp_path, "lookup", ".", "--host", attacker.url, AWS_SECRET_ACCESS_KEY=SECRET)
    assert done.returncode == 2
    assert attacker.got == []
    assert "defs.py:7:23: the token is read from AWS_SECRET_ACCESS_KEY" in done.stdout
    command = _suggested(done.stdout)
    assert command == ["lookup", ".", "--host", attacker.url, "--token-env", "AWS_SECRET_ACCESS_KEY"]
    again = run(tmp_path, *command, AWS_SECRET_ACCESS_KEY=SECRET)
    assert again.returncode == 0, again.stdout
    assert {authorization for _, authorization in attacker.got} == {f"Token {SECRET}"}


def test_the_variable_alone_does_not_grant_the_host(tmp_path: Path, attacker: Recorder) -> None:
    _checkout(tmp_path, attacker.url)
    done = run(tmp_path, "lookup", ".", "--token-env", "MINE", MINE=TOKEN)
    assert (done.returncode, attacker.got) == (2, [])
    assert _suggested(done.stdout) == ["lookup", ".", "--token-env", "MINE", "--host", attacker.url]


def test_the_default_variable_is_used_where_the_user_named_no_other(
    tmp_path: Path, attacker: Recorder
) -> None:
    _checkout(tmp_path, attacker.url)
    variables = {"AWS_SECRET_ACCESS_KEY": SECRET, "DBT_CLOUD_API_TOKEN": TOKEN}
    done = run(tmp_path, "lookup", ".", "--host", attacker.url, **variables)
    assert done.returncode == 0, done.stdout
    assert {authorization for _, authorization in attacker.got} == {f"Token {TOKEN}"}
    assert "defs.py:7:23: the code reads AWS_SECRET_ACCESS_KEY; --token-env would use it" in done.stderr


def test_the_command_that_is_suggested_repeats_the_options(tmp_path: Path, attacker: Recorder) -> None:
    _checkout(tmp_path, attacker.url)
    (tmp_path / "a b.env").write_text("DBT_CLOUD_API_TOKEN=x\n")
    options = ["--facts", "f.json", "--account-id", "5", "--job-id", "67890", "--env-file", "a b.env"]
    options += ["--exclude", "old", "--exclude", "older"]
    done = run(tmp_path, "lookup", "defs.py", ".", *options)
    assert _suggested(done.stdout) == ["lookup", "defs.py", ".", *options, "--host", attacker.url]
    assert attacker.got == []


def test_the_users_host_wins_over_the_codes(tmp_path: Path, attacker: Recorder) -> None:
    mine = Recorder()
    _checkout(tmp_path, attacker.url, "DBT_CLOUD_API_TOKEN")
    done = run(tmp_path, "lookup", ".", "--host", mine.url, DBT_CLOUD_API_TOKEN=TOKEN)
    mine.close()
    assert done.returncode == 0, done.stdout
    assert attacker.got == []
    assert mine.got[0][0] == "/api/v2/accounts/12345/jobs/67890/"
    assert f"defs.py:9:27: the code names {attacker.url}; --host was used" in done.stderr
    assert json.loads((tmp_path / "dbt_cloud_jobs.json").read_text())["host"] == mine.url


def test_a_facts_file_is_no_word_of_the_user(tmp_path: Path, attacker: Recorder) -> None:
    (tmp_path / ".git").mkdir()
    text = ATTACK.replace("VARIABLE", "DBT_CLOUD_API_TOKEN").replace(
        '        "dbt_cloud_host": "HOST",\n', ""
    )
    (tmp_path / "defs.py").write_text(text)
    (tmp_path / "dbt_cloud_jobs.json").write_text(json.dumps({**FACTS, "host": attacker.url}))
    done = run(tmp_path, "lookup", ".", DBT_CLOUD_API_TOKEN=TOKEN)
    assert (done.returncode, attacker.got) == (2, [])
    assert f"dbt_cloud_jobs.json: {attacker.url} is named as the host." in done.stdout


def test_a_host_from_the_environment_is_the_codes_choice_too(tmp_path: Path, attacker: Recorder) -> None:
    _checkout(tmp_path, "HOST", "DBT_CLOUD_API_TOKEN")
    text = (tmp_path / "defs.py").read_text().replace('"HOST"', 'os.environ["ELSEWHERE"]')
    (tmp_path / "defs.py").write_text(text)
    done = run(tmp_path, "lookup", ".", DBT_CLOUD_API_TOKEN=TOKEN, ELSEWHERE=attacker.url)
    assert (done.returncode, attacker.got) == (2, [])


@pytest.mark.parametrize("command", ["lookup", "verify"])
def test_verify_asks_for_the_same_permission(tmp_path: Path, attacker: Recorder, command: str) -> None:
    _checkout(tmp_path, attacker.url)
    more = ["--definitions", "defs", "--lookup"] if command == "verify" else []
    done = run(tmp_path, command, ".", *more, AWS_SECRET_ACCESS_KEY=SECRET, DBT_CLOUD_API_TOKEN=TOKEN)
    said = done.stdout + done.stderr
    assert (done.returncode, attacker.got) == (2, [])
    assert _suggested(said) == [command, ".", *more, "--host", attacker.url]


def _at_a_terminal(folder: Path, answer: bytes, **variables: str) -> tuple[int, str]:
    """A look-up by someone who sits at a terminal and answers each question alike."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "legacy_shim.codemods", "lookup", "."],
        cwd=folder,
        env=environment({**variables, "NO_COLOR": "1", "TERM": "dumb"}),
        stdin=theirs,
        stdout=subprocess.PIPE,
        stderr=theirs,
    )
    os.close(theirs)
    os.write(ours, answer)
    said = bytearray()
    try:
        while part := os.read(ours, 1024):
            said += part
    except OSError:  # the other end is closed: the process has ended
        pass
    out, _ = process.communicate(timeout=60)
    os.close(ours)
    return process.returncode, (bytes(said) + out).decode()


def test_a_yes_at_a_terminal_grants_both(tmp_path: Path, attacker: Recorder) -> None:
    _checkout(tmp_path, attacker.url)
    code, said = _at_a_terminal(tmp_path, b"y\n", AWS_SECRET_ACCESS_KEY=SECRET)
    assert code == 0, said
    assert f"defs.py:9:27: the host {attacker.url} is named, which is not a dbt Cloud host." in said
    assert "defs.py:7:23: the token is read from AWS_SECRET_ACCESS_KEY." in said
    assert f"Send the value of AWS_SECRET_ACCESS_KEY to {attacker.url}? [y/N]" in said
    assert {authorization for _, authorization in attacker.got} == {f"Token {SECRET}"}


@pytest.mark.parametrize("answer", [b"n\n", b"\n"])
def test_anything_else_grants_nothing(tmp_path: Path, attacker: Recorder, answer: bytes) -> None:
    _checkout(tmp_path, attacker.url)
    code, said = _at_a_terminal(tmp_path, answer, AWS_SECRET_ACCESS_KEY=SECRET, DBT_CLOUD_API_TOKEN=TOKEN)
    assert (code, attacker.got) == (2, []), said


def _ask(target: Path, host: str, **access: str) -> tuple[str, ...]:
    found = Access({"DBT_CLOUD_API_TOKEN": TOKEN}, host=host, **access)
    told: list[str] = []
    result = look_up([WantedJob(67890, 12345)], found, existing=[], target=target, told=told.append)
    assert TOKEN not in "".join((*told, *result.problems))
    return result.problems


def test_a_redirect_to_another_host_gets_nothing_and_is_no_fact(tmp_path: Path, attacker: Recorder) -> None:
    other = Recorder()
    attacker.location = f"{other.url}/api/v2/accounts/12345/jobs/67890/"
    target = tmp_path / "dbt_cloud_jobs.json"
    problems = _ask(target, attacker.url)
    other.close()
    assert other.got == []
    assert f"redirects to {other.url}, another host: nothing was sent there" in problems[0]
    assert not target.exists()


@pytest.mark.parametrize(
    "location", ["https://127.0.0.1/x", "//elsewhere.example/x", "ftp://127.0.0.1/x", "http://["]
)
def test_redirects_that_leave_the_origin(tmp_path: Path, attacker: Recorder, location: str) -> None:
    attacker.location = location
    assert "another host" in _ask(tmp_path / "f.json", attacker.url)[0]
    assert len(attacker.got) == 1


def test_a_redirect_on_the_same_host_is_followed_but_not_for_ever(tmp_path: Path, attacker: Recorder) -> None:
    attacker.location = "/again/67890/"
    assert "redirects without end" in _ask(tmp_path / "f.json", attacker.url)[0]
    assert {authorization for _, authorization in attacker.got} == {f"Token {TOKEN}"}
    assert len(attacker.got) == 5


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"[" * 100_000, "nested too deeply"),
        (b'{"data": ' + b"[" * 60 + b"]" * 60 + b"}", ""),
        (b'{"data": ' + b"9" * 100_000 + b"}", "more than 100 digits"),
        (b'{"data": "\xff"}', "not UTF-8"),
        (b"{}", "not one of dbt Cloud"),
        (json.dumps({"data": {**JOB, "project_id": "11"}}).encode(), "project_id in the answer"),
    ],
    ids=["deep", "not so deep", "long number", "bytes", "empty", "text for a number"],
)
def test_answers_that_are_no_facts(tmp_path: Path, attacker: Recorder, body: bytes, said: str) -> None:
    attacker.body = body
    problems = _ask(tmp_path / "f.json", attacker.url)
    assert said in problems[0]
    assert not (tmp_path / "f.json").exists()


def test_an_answer_without_end_is_given_up(
    tmp_path: Path, attacker: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("legacy_shim.codemods.facts.cloud_reader._LARGEST_ANSWER", 1024)
    monkeypatch.setattr(
        "legacy_shim.codemods.facts.cloud_reader.CloudReader._document.__kwdefaults__", {"largest": 1024}
    )
    attacker.body = b" " * 200_000
    assert "its answer is larger than" in _ask(tmp_path / "f.json", attacker.url)[0]


KNOWN = [
    "https://cloud.getdbt.com",
    "https://cloud.getdbt.com/",
    "HTTPS://Cloud.GetDBT.com",
    "cloud.getdbt.com",
    "https://emea.dbt.com",
    "https://au.dbt.com",
    "https://ab123.us1.dbt.com",
    "https://acme.getdbt.com",
]
OTHERS = [
    "http://cloud.getdbt.com",
    "https://evil-getdbt.com",
    "https://getdbt.com.evil.example",
    "https://cloud.getdbt.com.evil.example",
    "https://evildbt.com",
    "https://getdbt.com",
    "https://dbt.com",
    "https://.getdbt.com",
    "https://-.getdbt.com",
    "https://cloud..getdbt.com",
    "https://cloud.getdbt.com.",
    "https://cloud.getdbt.com:443",
    "https://cloud.getdbt.com:8443",
    "https://cloud.getdbt.com@evil.example",
    "https://user@cloud.getdbt.com",
    "https://user:password@cloud.getdbt.com",
    "https://evil.example/cloud.getdbt.com",
    "https://evil.example#.getdbt.com",
    "https://evil.example?.getdbt.com",
    "https://evil.example\\.getdbt.com",
    "https://evil.example/.getdbt.com",
    "https://evil.example%2f.getdbt.com",
    "https://cloud.getdbt.com/x",
    "https://cloud\u3002getdbt\u3002com",
    "https://\uff43loud.getdbt.com",
    "https://cloud.getdbt\uff0ecom",
    "https://cloud.g\u0435tdbt.com",
    "https://evil.example\u2044.getdbt.com",
    "https://evil.example\t.getdbt.com",
    "https://evil.example\n.getdbt.com",
    "https://cloud.getdbt.com\n.evil.example",
    "https://evil.example\x00.getdbt.com",
    "https:cloud.getdbt.com",
    "https:///cloud.getdbt.com",
    "ftp://cloud.getdbt.com",
    "https://127.0.0.1",
    "http://localhost",
    "https://[::1]",
]


@pytest.mark.parametrize("host", KNOWN)
def test_dbt_clouds_own_hosts(host: str) -> None:
    assert is_dbt_cloud(normal_host(host))


@pytest.mark.parametrize("host", OTHERS)
def test_hosts_that_are_not_dbt_clouds_get_no_token(tmp_path: Path, host: str) -> None:
    assert not is_dbt_cloud(normal_host(host))
    told: list[str] = []
    wanted = [WantedJob(67890, 12345, host, host_place="defs.py:9:27")]
    access = Access({"DBT_CLOUD_API_TOKEN": TOKEN})
    result = look_up(wanted, access, existing=[], target=tmp_path / "f.json", told=told.append)
    assert (result.found, told) == ((), [])
    assert "defs.py:9:27: " in result.problems[0]
    assert "password" not in result.problems[0]
    steering = {char for char in result.problems[0] if char != "\n" and not char.isprintable()}
    assert not steering


@pytest.mark.parametrize("host", [host for host in OTHERS if not is_host(normal_host(host))])
def test_what_is_no_host_is_not_offered_as_one(host: str) -> None:
    permission = Permission({"DBT_CLOUD_API_TOKEN": TOKEN}, None, None, lambda _: True, ("lookup",))
    with pytest.raises(Exception, match="is not a host"):
        permission.token_for(normal_host(host), "a.py:1:1", [])


def test_a_yes_does_not_send_a_token_in_the_open() -> None:
    asked: list[str] = []

    def yes(question: str) -> bool:
        asked.append(question)
        return True

    permission = Permission({"DBT_CLOUD_API_TOKEN": TOKEN}, None, None, yes, ("lookup", "."))
    with pytest.raises(Exception, match="without encryption") as caught:
        permission.token_for("http://dbt.example", "a.py:1:1", [])
    assert str(caught.value).endswith("lookup . --host http://dbt.example")
    assert asked == []
    given = Permission({"DBT_CLOUD_API_TOKEN": TOKEN}, None, "http://dbt.example", never, ())
    assert given.token_for("http://dbt.example", "", []).token == TOKEN


def test_a_variable_that_the_code_reads_beside_the_usual_one_is_not_asked_for() -> None:
    env = {"DBT_CLOUD_API_TOKEN": TOKEN, "OTHER": SECRET}
    permission = Permission(env, None, None, lambda _: True, ())
    named = [Named("OTHER", "a.py:1:1"), Named("DBT_CLOUD_API_TOKEN", "b.py:1:1")]
    assert permission.token_for("https://cloud.getdbt.com", "", named).variable == "DBT_CLOUD_API_TOKEN"


def test_names_cannot_steer_the_terminal(tmp_path: Path) -> None:
    variable = "X\x1b]0;title\x07\n::error::"
    wanted = [WantedJob(67890, 12345, token_env=variable, token_place="a\x1b[31m.py:1:1")]
    result = look_up(wanted, Access({variable: SECRET}), existing=[], target=tmp_path / "f.json", told=print)
    assert "\x1b" not in result.problems[0] and "\x07" not in result.problems[0]
    assert not [line for line in result.problems[0].splitlines() if line.lstrip().startswith("::")]


def test_the_facts_keep_the_host_that_was_asked(tmp_path: Path, attacker: Recorder) -> None:
    target = tmp_path / "f.json"
    assert _ask(target, attacker.url) == ()
    assert read_facts_file(target).host == attacker.url
