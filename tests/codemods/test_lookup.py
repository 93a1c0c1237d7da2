"""Looking up facts, on a dbt Cloud that answers over HTTP."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from legacy_shim.codemods.errors import UsageError
from legacy_shim.codemods.facts.jobs import load_facts, read_facts_file
from legacy_shim.codemods.lookup import Access, LookupResult, look_up
from legacy_shim.codemods.options import WantedJob
from legacy_shim.emulator import DbtCloud, Fault, RecordedArtifacts, serve

TOKEN = "dbtc_a-token-that-must-not-show"


@pytest.fixture
def cloud(tmp_path: Path) -> DbtCloud:
    """Account 12345 with two projects, account 777 with one; each with its own token."""
    artifacts = tmp_path / "artifacts"
    artifacts.mkdir()
    (artifacts / "manifest.json").write_text("{}")
    cloud = DbtCloud()
    cloud.add_account(12345, token=TOKEN)
    cloud.add_account(777, token="the-other-token")
    for project_id, account_id in ((11, 12345), (12, 12345), (71, 777)):
        cloud.add_project(project_id, account_id=account_id, backend=RecordedArtifacts(artifacts))
        cloud.add_environment(project_id * 2, project_id=project_id)
    cloud.add_job(
        67890,
        project_id=11,
        environment_id=22,
        name="Nightly",
        execute_steps=["dbt seed", "dbt build --select tag:daily"],
        generate_docs=True,
        settings={"threads": 8, "target_name": "prod"},
        triggers={"schedule": True, "github_webhook": False},
    )
    cloud.add_job(67891, project_id=11, environment_id=22, name="Weekly", execute_steps=["dbt run"])
    cloud.add_job(67892, project_id=12, environment_id=24, name="Nightly", execute_steps=["dbt run"])
    cloud.add_job(70001, project_id=71, environment_id=142, name="Theirs", execute_steps=["dbt run"])
    return cloud


@pytest.fixture
def host(cloud: DbtCloud) -> Iterator[str]:
    with serve(cloud) as server:
        yield server.url


class _Told:
    """What the user is told; never a token."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def __call__(self, line: str) -> None:
        assert TOKEN not in line
        self.lines.append(line)


@pytest.fixture
def told() -> _Told:
    return _Told()


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "dbt_cloud_jobs.json"


def _look_up(
    target: Path,
    told: _Told,
    *job_ids: int,
    host: str | None = None,
    existing: Sequence[Path] = (),
    **access: Any,
) -> LookupResult:
    settings = {"env": {"DBT_CLOUD_API_TOKEN": TOKEN}, "account_id": 12345, "host": host, **access}
    result = look_up(
        [WantedJob(job_id) for job_id in job_ids],
        Access(**settings),
        existing=[read_facts_file(path) for path in existing],
        target=target,
        told=told,
    )
    assert TOKEN not in repr(result)
    return result


def test_what_is_written_is_what_migrate_reads(host: str, target: Path, told: _Told) -> None:
    result = _look_up(target, told, 67890, host=host)
    assert result == LookupResult((67890,), (target,), ())
    document = json.loads(target.read_text())
    triggers = document["jobs"]["67890"].pop("triggers")
    assert triggers["schedule"] is True
    assert set(map(type, triggers.values())) == {bool}
    assert document == {
        "version": 1,
        "host": host,
        "account_id": 12345,
        "jobs": {
            "67890": {
                "name": "Nightly",
                "project_id": 11,
                "environment_id": 22,
                "execute_steps": ["dbt seed", "dbt build --select tag:daily"],
                "generate_docs": True,
                "settings": {"threads": 8, "target_name": "prod"},
                "name_is_unique": True,
            }
        },
    }
    job = load_facts([target]).job(67890, 12345)
    assert job is not None
    assert job.schedule_is_on is True


def test_only_get_requests_are_made_and_each_is_told(
    cloud: DbtCloud, host: str, target: Path, told: _Told
) -> None:
    _look_up(target, told, 67890, 67891, 67892, host=host)
    assert {request.method for request in cloud.journal} == {"GET"}
    assert [request.path for request in cloud.journal] == [
        "/api/v2/accounts/12345/jobs/67890/",
        "/api/v2/accounts/12345/jobs/67891/",
        "/api/v2/accounts/12345/jobs/67892/",
        "/api/v2/accounts/12345/jobs/",
        "/api/v2/accounts/12345/jobs/",
    ]
    assert told.lines[0] == f"account 12345 on {host}, with the token in DBT_CLOUD_API_TOKEN"
    assert told.lines[1] == f"GET {host}/api/v2/accounts/12345/jobs/67890/  200"
    assert len(told.lines) == 6


def test_a_name_that_two_jobs_of_an_environment_have(
    cloud: DbtCloud, host: str, target: Path, told: _Told
) -> None:
    cloud.add_job(67893, project_id=11, environment_id=22, name="Weekly")
    _look_up(target, told, 67890, 67891, 67892, host=host)
    facts = load_facts([target])
    unique = {job.id: job.name_is_unique for job in facts.jobs}
    assert unique == {67890: True, 67891: False, 67892: True}, "the Nightly of another project does not count"


def test_uniqueness_looks_at_every_page(cloud: DbtCloud, host: str, target: Path, told: _Told) -> None:
    for number in range(230):
        cloud.add_job(80_000 + number, project_id=11, environment_id=22, name=f"Job {number}")
    cloud.add_job(90_000, project_id=11, environment_id=22, name="Nightly")
    _look_up(target, told, 67890, host=host)
    job = load_facts([target]).job(67890)
    assert job is not None
    assert job.name_is_unique is False
    assert [request.query.get("offset") for request in cloud.journal[1:]] == ["0", "100", "200"]


def test_uniqueness_is_left_unsaid_where_jobs_cannot_be_listed(
    cloud: DbtCloud, host: str, target: Path, told: _Told
) -> None:
    cloud.fail(Fault(method="GET", path=r"/jobs/$", status=403))
    result = _look_up(target, told, 67890, host=host)
    assert result.found == (67890,)
    assert "whether the names of its jobs are unique is not known" in result.problems[0]
    job = load_facts([target]).job(67890)
    assert job is not None
    assert job.name_is_unique is None


def test_what_people_wrote_stays(host: str, target: Path, told: _Told) -> None:
    _look_up(target, told, 67890, 67891, host=host)
    document = json.loads(target.read_text())
    document["owner"] = "data team"
    document["jobs"]["67890"] |= {
        "name": "stale",
        "dbt_version": "1.0",
        "note": "ours",
        "environment_name": "Prod",
    }
    document["jobs"]["67891"]["name"] = "edited by hand"
    document["jobs"]["5"] = document["jobs"]["67891"]
    target.write_text(json.dumps(document))
    target.chmod(0o640)
    _look_up(target, told, 67890, host=host, existing=[target])
    after = json.loads(target.read_text())
    assert after["owner"] == "data team"
    assert (after["jobs"]["67890"]["name"], after["jobs"]["67890"]["note"]) == ("Nightly", "ours")
    assert after["jobs"]["67890"]["environment_name"] == "Prod", "not looked up, so a person's"
    assert "dbt_version" not in after["jobs"]["67890"], "the job follows its environment now"
    assert after["jobs"]["67891"]["name"] == "edited by hand"
    assert list(after["jobs"]) == ["5", "67890", "67891"]
    assert target.stat().st_mode & 0o777 == 0o640


def test_one_job_missing_does_not_lose_the_others(host: str, target: Path, told: _Told) -> None:
    result = _look_up(target, told, 1, 67890, 70001, host=host)
    assert result.found == (67890,)
    assert [problem.partition(":")[0] for problem in result.problems] == ["job 1", "job 70001"]
    assert "not found in account 12345 (404)" in result.problems[0]
    assert [job.id for job in load_facts([target]).jobs] == [67890]


def test_nothing_found_writes_nothing(host: str, target: Path, told: _Told) -> None:
    assert _look_up(target, told, 1, host=host).written == ()
    assert not target.exists()


@pytest.mark.parametrize(
    ("fault", "says"),
    [
        (Fault(status=401, times=None), "does not accept the token (401)"),
        (Fault(status=403, times=None), "the token may not read it in account 12345 (403)"),
        (Fault(status=400, times=None), "answered 400"),
        (
            Fault(body="<html>", times=None),
            "is not JSON (line 1, column 1: Expecting value); is it a dbt Cloud host?",
        ),
        (Fault(body='{"data": []}', times=None), "has no job"),
        (Fault(body='{"hello": 1}', times=None), "is not one of dbt Cloud"),
        (
            Fault(body='{"data": {"name": "x"}}', times=None),
            "has no project_id, environment_id, execute_steps",
        ),
    ],
    ids=["401", "403", "400", "html", "no job", "other JSON", "job without parts"],
)
def test_each_failure_is_said_clearly(
    cloud: DbtCloud, host: str, target: Path, told: _Told, fault: Fault, says: str
) -> None:
    cloud.fail(fault)
    result = _look_up(target, told, 67890, host=host)
    assert result.found == ()
    assert len(result.problems) == 1
    assert says in result.problems[0]


def test_a_refused_token_is_not_tried_for_each_job(
    cloud: DbtCloud, host: str, target: Path, told: _Told
) -> None:
    result = _look_up(target, told, 67890, 67891, host=host, env={"DBT_CLOUD_API_TOKEN": "wrong"})
    assert len(cloud.journal) == 1
    assert "not looked up: job 67890, 67891" in result.problems[0]


def test_passing_failures_are_retried(cloud: DbtCloud, host: str, target: Path, told: _Told) -> None:
    cloud.fail(Fault(path="67890", status=503))
    cloud.fail(Fault(path="67890", status=429, retry_after=0))
    assert _look_up(target, told, 67890, host=host).problems == ()
    assert [request.status for request in cloud.journal] == [503, 429, 200, 200]


def test_an_answer_that_breaks_off_is_no_crash(cloud: DbtCloud, host: str, target: Path, told: _Told) -> None:
    cloud.fail(Fault(cut=True, times=None))
    result = _look_up(target, told, 67890, host=host)
    assert "cannot be reached" in result.problems[0]


def test_what_was_found_is_kept_when_the_network_goes(
    cloud: DbtCloud, host: str, target: Path, told: _Told
) -> None:
    cloud.fail(Fault(path="67891", lost=True, times=None))
    result = _look_up(target, told, 67890, 67891, host=host)
    assert result.found == (67890,)
    assert "not looked up: job 67891" in result.problems[0]


def test_what_was_found_is_kept_when_the_user_interrupts(host: str, target: Path) -> None:
    def interrupt(line: str) -> None:
        if "67891" in line:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        look_up(
            [WantedJob(67890, 12345), WantedJob(67891, 12345)],
            Access({"DBT_CLOUD_API_TOKEN": TOKEN}, host=host),
            existing=[],
            target=target,
            told=interrupt,
        )
    assert [job.id for job in load_facts([target]).jobs] == [67890]


def test_no_one_there(target: Path, told: _Told) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    result = _look_up(target, told, 67890, host=f"http://127.0.0.1:{port}")
    assert "no connection" in result.problems[0]
    assert told.lines[-1].endswith("no answer")


def test_the_token_comes_from_the_variable_that_the_user_names(host: str, target: Path, told: _Told) -> None:
    wanted = [WantedJob(67890, 12345, token_env="ACME_TOKEN")]
    env = {"ACME_TOKEN": "wrong", "MINE": TOKEN, "DBT_CLOUD_API_TOKEN": "wrong"}
    access = Access(env, host=host, token_env="MINE")
    assert look_up(wanted, access, existing=[], target=target, told=told).found == (67890,)
    assert told.lines[0].endswith("with the token in MINE")


def test_no_token_names_the_variables_and_the_command(target: Path, told: _Told) -> None:
    wanted = [WantedJob(67890, 12345, token_env="ACME_TOKEN", token_place="a.py:3:1")]
    result = look_up(wanted, Access({}), existing=[], target=target, told=told)
    assert result.problems == (
        "account 12345 (not looked up: job 67890): no token: set the environment variable DBT_CLOUD_API_TOKEN, or set "
        "ACME_TOKEN (a.py:3:1) and run\n  python -m legacy_shim.codemods lookup --token-env ACME_TOKEN",
    )
    mine = look_up(wanted, Access({}, token_env="MINE"), existing=[], target=target, told=told)
    assert mine.problems[0].endswith("no token: set the environment variable MINE")
    assert told.lines == []


def test_a_malformed_token_is_not_shown(host: str, target: Path, told: _Told) -> None:
    result = _look_up(target, told, 67890, host=host, env={"DBT_CLOUD_API_TOKEN": f"{TOKEN}\r\nX: {TOKEN}"})
    assert "characters that no token has" in result.problems[0]


def test_a_netrc_does_not_replace_the_token(
    host: str, target: Path, told: _Told, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login someone password else\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    assert _look_up(target, told, 67890, host=host).found == (67890,)


@pytest.mark.parametrize(
    ("host", "says"),
    [
        ("ftp://cloud.getdbt.com", "is not a host"),
        ("https://user:secret@cloud.getdbt.com", "'https://cloud.getdbt.com' is not a host"),
        ("https://[", "is not a host"),
    ],
)
def test_hosts_that_get_no_token(target: Path, told: _Told, host: str, says: str) -> None:
    result = _look_up(target, told, 67890, host=host)
    assert says in result.problems[0]
    assert "secret@" not in result.problems[0]


def test_several_accounts_get_a_file_each(cloud: DbtCloud, host: str, target: Path, told: _Told) -> None:
    cloud.add_token(777, TOKEN)
    wanted = [WantedJob(67890, 12345), WantedJob(70001, 777)]
    access = Access({"DBT_CLOUD_API_TOKEN": TOKEN}, host=host + "/")
    result = look_up(wanted, access, existing=[], target=target, told=told)
    assert result.problems == ()
    assert [path.name for path in result.written] == ["dbt_cloud_jobs.json", "dbt_cloud_jobs.12345.json"]
    facts = load_facts(result.written)
    assert {job.id: job.account_id for job in facts.jobs} == {67890: 12345, 70001: 777}
    again = look_up(
        wanted, access, existing=[read_facts_file(path) for path in result.written], target=target, told=told
    )
    assert again.written == result.written


@pytest.mark.parametrize(
    ("wanted", "says"),
    [
        (
            WantedJob(67890, places=("src/a.py:3:1",)),
            "(src/a.py:3:1): its account is not known; give --account-id",
        ),
        (
            WantedJob(67890, account_env="ACCOUNT"),
            "its account is not known; set ACCOUNT, or give --account-id",
        ),
        (WantedJob(67890, 12345, host_env="HOST"), "its host is not known; set HOST, or give --host"),
    ],
)
def test_a_job_whose_account_or_host_nobody_knows(
    target: Path, told: _Told, wanted: WantedJob, says: str
) -> None:
    result = look_up([wanted], Access({"DBT_CLOUD_API_TOKEN": TOKEN}), existing=[], target=target, told=told)
    assert [problem.partition("67890")[2].strip(": ") for problem in result.problems] == [says]
    assert told.lines == []


def test_a_long_wait_that_dbt_cloud_asks_for_is_told(
    cloud: DbtCloud, host: str, target: Path, told: _Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits: list[float] = []
    monkeypatch.setattr("urllib3.util.retry.time.sleep", waits.append)
    cloud.fail(Fault(path="67890", status=429, retry_after=240))
    assert _look_up(target, told, 67890, host=host).found == (67890,)
    assert [line for line in told.lines if "240 seconds" in line]
    assert 240 in waits


def test_the_account_of_the_only_facts_file_serves_where_the_code_is_silent(
    host: str, target: Path, told: _Told
) -> None:
    _look_up(target, told, 67890, host=host)
    result = _look_up(target, told, 67891, host=host, existing=[target], account_id=None)
    assert result.found == (67891,)
    assert [job.id for job in load_facts([target]).jobs] == [67890, 67891]


def test_a_file_of_another_account_is_not_overwritten(host: str, target: Path, told: _Told) -> None:
    for name in ("dbt_cloud_jobs.json", "dbt_cloud_jobs.12345.json"):
        target.with_name(name).write_text("mine")
    result = _look_up(target, told, 67890, host=host)
    assert result.written[0].name.startswith("dbt_cloud_jobs.12345.127.0.0.1-")
    with pytest.raises(UsageError, match="name the file with --facts"):
        _look_up(target, told, 67890, host=host)
    assert target.read_text() == "mine"


def test_a_folder_that_cannot_be_written(host: str, tmp_path: Path, told: _Told) -> None:
    with pytest.raises(UsageError, match="cannot be written"):
        _look_up(tmp_path / "gone" / "dbt_cloud_jobs.json", told, 67890, host=host)


def test_the_token_never_reaches_the_file(host: str, target: Path, told: _Told) -> None:
    _look_up(target, told, 67890, host=host)
    assert TOKEN not in target.read_text()
    assert TOKEN not in repr(Access({"DBT_CLOUD_API_TOKEN": TOKEN}))


def test_each_deployment_asks_with_its_own_token(host: str, target: Path, told: _Told) -> None:
    wanted = [
        WantedJob(67890, 12345, host, token_env="ACME_TOKEN", deployment="prod"),
        WantedJob(67891, 12345, host, token_env="ACME_TOKEN", deployment="staging"),
        WantedJob(70001, 777, host, token_env="ACME_TOKEN", deployment="eu"),
    ]
    tokens = {"prod": TOKEN, "staging": "wrong", "eu": "the-other-token"}
    own = {name: {"ACME_TOKEN": token} for name, token in tokens.items()}
    access = Access({}, deployments=own, host=host, token_env="ACME_TOKEN")
    result = look_up(wanted, access, existing=[], target=target, told=told)
    assert result.found == (67890, 70001)
    assert "not looked up: job 67891" in result.problems[0]
    assert {job.id for job in load_facts(result.written).jobs} == {67890, 70001}


def test_facts_are_not_written_through_a_link_out_of_the_checkout(
    cloud: DbtCloud, host: str, told: _Told, tmp_path: Path
) -> None:
    theirs = tmp_path / "theirs.json"
    access = Access({"DBT_CLOUD_API_TOKEN": TOKEN}, host=host)
    wanted = [WantedJob(67890, account_id=12345)]
    look_up(wanted, access, existing=[], target=theirs, told=told)
    written = theirs.read_text()
    (tmp_path / "checkout" / ".git").mkdir(parents=True)
    link = tmp_path / "checkout" / "dbt_cloud_jobs.json"
    link.symlink_to(theirs)
    cloud.jobs[67890]["name"] = "Hourly"
    with pytest.raises(UsageError, match="leads out of the checkout"):
        look_up(wanted, access, existing=[read_facts_file(link)], target=link, told=told)
    assert theirs.read_text() == written


def test_a_job_of_no_deployment_is_asked_for_with_the_token_of_each(
    host: str, target: Path, told: _Told
) -> None:
    own = {"prod": {"DBT_CLOUD_API_TOKEN": "wrong"}, "staging": {"DBT_CLOUD_API_TOKEN": TOKEN}}
    access = Access({}, deployments=own, host=host)
    result = look_up([WantedJob(67890, 12345, host)], access, existing=[], target=target, told=told)
    assert result.found == (67890,)
    assert result.problems == ()


def test_the_token_of_the_process_comes_first(host: str, target: Path, told: _Told) -> None:
    access = Access(
        {"DBT_CLOUD_API_TOKEN": TOKEN}, deployments={"prod": {"DBT_CLOUD_API_TOKEN": "wrong"}}, host=host
    )
    result = look_up([WantedJob(67890, 12345, host)], access, existing=[], target=target, told=told)
    assert result.found == (67890,)


@pytest.mark.parametrize(("token", "is_gone"), [("wrong", False), (TOKEN, True)])
def test_a_job_is_gone_where_no_deployment_can_see_it(
    cloud: DbtCloud, host: str, target: Path, told: _Told, token: str, is_gone: bool
) -> None:
    wanted = [WantedJob(67890, 12345, host)]
    look_up(wanted, Access({"DBT_CLOUD_API_TOKEN": TOKEN}, host=host), existing=[], target=target, told=told)
    del cloud.jobs[67890]
    own = {"prod": {"DBT_CLOUD_API_TOKEN": token}, "staging": {"DBT_CLOUD_API_TOKEN": TOKEN}}
    access = Access({}, deployments=own, host=host)
    result = look_up(wanted, access, existing=[read_facts_file(target)], target=target, told=told)
    assert "67890" in " ".join(result.problems)
    assert load_facts([target]).jobs[0].is_gone is is_gone
