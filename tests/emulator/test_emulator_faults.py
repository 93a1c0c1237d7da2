"""Failures on demand, of calls and of runs."""

from __future__ import annotations

import time
from types import SimpleNamespace

import pytest
import requests
from emulator_support import ENVIRONMENT, JOB, PROJECT, Api

from legacy_shim.emulator import DbtCloud, Fault, Outcome, RecordedArtifacts, RunStatus, Speed
from legacy_shim.emulator import api as emulator_api


def test_a_status_is_answered_and_the_call_not_carried_out(api: Api, cloud: DbtCloud) -> None:
    cloud.fail(Fault(method="POST", path=r"/run/$", status=503, times=2, retry_after=7))
    for _ in range(2):
        response = api("POST", f"jobs/{JOB}/run/", json={"cause": "x"})
        assert response.status_code == 503
        assert response.headers["Retry-After"] == "7"
        assert response.json()["status"]["is_success"] is False
    assert cloud.runs == []
    assert api("POST", f"jobs/{JOB}/run/", json={"cause": "x"}).status_code == 200


def test_only_calls_that_match_are_struck(api: Api, cloud: DbtCloud) -> None:
    cloud.fail(Fault(method="GET", path=r"/jobs/\d+/$", status=500, times=None))
    assert api("GET", "jobs/").status_code == 200
    assert api("POST", f"jobs/{JOB}/", json={}).status_code == 400
    assert [api("GET", f"jobs/{JOB}/").status_code for _ in range(3)] == [500, 500, 500]
    cloud.faults.clear()
    assert api("GET", f"jobs/{JOB}/").status_code == 200


def test_some_calls_pass_before_the_fault(api: Api, cloud: DbtCloud) -> None:
    cloud.fail(Fault(path="/jobs/", status=500, skip=2))
    assert [api("GET", "jobs/").status_code for _ in range(4)] == [200, 200, 500, 200]


def test_faults_follow_one_another(api: Api, cloud: DbtCloud) -> None:
    for status in (429, 500):
        cloud.fail(Fault(status=status))
    assert [api("GET", "jobs/").status_code for _ in range(3)] == [429, 500, 200]


def test_a_slow_answer(api: Api, cloud: DbtCloud, monkeypatch: pytest.MonkeyPatch) -> None:
    cloud.fail(Fault(delay=60))
    with pytest.raises(requests.exceptions.ReadTimeout):
        requests.get(f"{api.server.url}/api/v2/accounts/", timeout=(60, 0.2))
    slept: list[float] = []
    monkeypatch.setattr(emulator_api, "time", SimpleNamespace(sleep=slept.append, time=time.time))
    cloud.fail(Fault(delay=30))
    assert api("GET", "jobs/").status_code == 200
    assert slept == [30]


@pytest.mark.parametrize("fault", [Fault(lost=True), Fault(cut=True), Fault(cut=True, delay=0.05)])
def test_the_connection_breaks_but_the_run_has_begun(api: Api, cloud: DbtCloud, fault: Fault) -> None:
    cloud.fail(fault)
    with pytest.raises((requests.exceptions.ConnectionError, requests.exceptions.ChunkedEncodingError)):
        api("POST", f"jobs/{JOB}/run/", json={"cause": "Lost"})
    assert [run.cause for run in cloud.runs] == ["Lost"]
    assert [request.status for request in cloud.journal] == [200]


def test_a_cut_answer_has_begun(api: Api, cloud: DbtCloud) -> None:
    cloud.fail(Fault(cut=True))
    response = api("GET", "jobs/", stream=True)
    assert response.status_code == 200
    with pytest.raises(requests.exceptions.ChunkedEncodingError):
        _ = response.content


@pytest.mark.parametrize(
    ("body", "content_type"),
    [('{"data": [', "application/json"), ("<html>Bad gateway</html>", "text/html"), ("", "application/json")],
)
def test_another_body_is_sent(api: Api, cloud: DbtCloud, body: str, content_type: str) -> None:
    cloud.fail(Fault(path="jobs", body=body, content_type=content_type))
    cloud.fail(Fault(path="jobs", body=body, content_type=content_type, status=502))
    for status in (200, 502):
        response = api("GET", "jobs/")
        assert (response.status_code, response.text) == (status, body)
        assert response.headers["Content-Type"].startswith(content_type)
        with pytest.raises(requests.exceptions.JSONDecodeError):
            response.json()


def test_a_bad_pattern_is_refused_at_once(cloud: DbtCloud) -> None:
    with pytest.raises(Exception, match="unterminated"):
        cloud.fail(Fault(path="["))


@pytest.mark.parametrize(("status", "text"), [(20, "Error"), (30, "Cancelled"), (10, "Success")])
def test_a_run_ends_as_it_is_told(api: Api, cloud: DbtCloud, status: int, text: str) -> None:
    cloud.end_runs(Outcome(status=status, message="As told"))
    run = api.run()
    assert (run["status"], run["status_humanized"], run["status_message"]) == (status, text, "As told")
    assert api.run()["status_humanized"] == "Success"


def test_a_run_takes_a_status_that_dbt_cloud_does_not_have(api: Api, cloud: DbtCloud) -> None:
    cloud.end_runs(Outcome(status=99, humanized="Perplexed"))
    run = api.run()
    assert (run["status"], run["status_humanized"]) == (99, "Perplexed")


@pytest.mark.parametrize("status", [RunStatus.QUEUED, RunStatus.STARTING, RunStatus.RUNNING])
def test_a_run_never_ends_until_it_is_cancelled(api: Api, cloud: DbtCloud, status: RunStatus) -> None:
    cloud.speed = Speed(hold=0.1)
    cloud.end_runs(Outcome(status=status))
    run = api.trigger()
    time.sleep(0.2)
    assert api.data(f"runs/{run['id']}/")["status_humanized"] == status.humanized
    assert api("POST", f"runs/{run['id']}/cancel/").json()["data"]["status"] == 30


def test_outcomes_are_for_one_job(api: Api, cloud: DbtCloud) -> None:
    cloud.add_job(5, project_id=PROJECT, environment_id=ENVIRONMENT, name="Other", execute_steps=["dbt run"])
    cloud.end_runs(Outcome(job_id=5, times=None))
    assert api.run()["is_success"]
    assert [api.run(job_id=5)["is_error"] for _ in range(2)] == [True, True]


def test_some_commands_run_before_the_end_that_was_told(api: Api, cloud: DbtCloud) -> None:
    cloud.end_runs(Outcome(status=20, commands=1))
    run = api.run()
    assert [step["name"] for step in run["run_steps"]][3:] == ["Invoke dbt with `dbt seed`"]
    assert api.artifact(run, "run_results.json")["results"]


def test_nodes_fail_and_what_depends_on_them_is_skipped(api: Api, cloud: DbtCloud) -> None:
    backend = cloud.projects[PROJECT].backend
    assert isinstance(backend, RecordedArtifacts)
    backend.statuses["model.shop.customers"] = "error"
    run = api.run("dbt build --select +big_spenders")
    assert run["is_error"]
    found = {r["unique_id"]: r["status"] for r in api.artifact(run, "run_results.json")["results"]}
    assert found["model.shop.stg_customers"] == "success"
    assert found["model.shop.customers"] == "error"
    assert found["model.shop.big_spenders"] == found["test.shop.no_negative_totals"] == "skipped"
