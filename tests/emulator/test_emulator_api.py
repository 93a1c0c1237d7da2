"""The Administrative API: tokens, paths, lists, jobs, runs, artifacts, environment variables."""

from __future__ import annotations

import time
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
import requests
from conftest import ACCOUNT, ENVIRONMENT, JOB, PROJECT, TOKEN, Api

from legacy_shim.emulator import DbtCloud, RateLimit, RecordedArtifacts, Server, Speed

OTHER = 54321


@pytest.fixture
def other_account(cloud: DbtCloud, recordings: dict[str, Path]) -> int:
    """A second account, with a job of its own; returns the job."""
    cloud.add_account(OTHER, token="other-token")
    cloud.add_project(98, account_id=OTHER, backend=RecordedArtifacts(recordings["shop"]))
    cloud.add_environment(99, project_id=98)
    return int(cloud.add_job(97, project_id=98, environment_id=99, name="Theirs")["id"])


# tokens


@pytest.mark.parametrize("scheme", ["Token", "Bearer", "bearer"])
def test_token_and_bearer_are_equal(api: Api, scheme: str) -> None:
    assert api("GET", "", headers={"Authorization": f"{scheme} {TOKEN}"}).status_code == 200


@pytest.mark.parametrize("header", ["", f"Basic {TOKEN}", TOKEN, "Token", "Token wrong"])
def test_a_missing_or_wrong_token_is_401(api: Api, header: str) -> None:
    response = api("GET", f"jobs/{JOB}/", headers={"Authorization": header})
    assert response.status_code == 401
    assert response.json()["status"]["code"] == 401
    assert response.json()["data"] is None


def test_what_a_token_may_not_see_is_404(api: Api, cloud: DbtCloud, other_account: int) -> None:
    run = cloud.trigger(cloud.jobs[other_account], {"cause": "x"})
    for path in (f"jobs/{other_account}/", f"runs/{run.id}/", "projects/98/", "environments/99/", "jobs/1/"):
        assert api("GET", path).status_code == 404, path
    theirs = requests.get(
        f"{api.server.url}/api/v2/accounts/{OTHER}/", headers={"Authorization": f"Token {TOKEN}"}, timeout=9
    )
    assert theirs.status_code == 404


def test_a_token_may_use_several_accounts(api: Api, cloud: DbtCloud, other_account: int) -> None:
    cloud.add_token(OTHER, TOKEN)
    response = requests.get(
        f"{api.server.url}/api/v2/accounts/", headers={"Authorization": f"Token {TOKEN}"}, timeout=9
    )
    assert [account["id"] for account in response.json()["data"]] == [ACCOUNT, OTHER]
    assert other_account in cloud.jobs


def test_the_journal_never_holds_a_token(api: Api, cloud: DbtCloud) -> None:
    api.run()
    api("GET", "jobs/", headers={"Authorization": "Token wrong"})
    assert TOKEN not in repr(cloud.journal)
    assert "wrong" not in repr(cloud.journal)


# paths


@pytest.mark.parametrize(
    "path", ["jobs", f"jobs/{JOB}", "runs?limit=1&offset=2", "projects", f"environments/{ENVIRONMENT}"]
)
def test_a_missing_trailing_slash_is_308(api: Api, path: str) -> None:
    response = api("GET", path, allow_redirects=False)
    assert response.status_code == 308
    head, _, query = path.partition("?")
    assert response.headers["Location"].endswith(f"/{head}/" + (f"?{query}" if query else ""))
    assert api("GET", path).status_code == 200


def test_a_redirected_post_keeps_its_body(api: Api) -> None:
    response = api("POST", f"jobs/{JOB}/run", json={"cause": "Redirected"})
    assert [old.status_code for old in response.history] == [308]
    assert api.cloud.runs[-1].cause == "Redirected"


def test_artifacts_have_no_trailing_slash(api: Api) -> None:
    run = api.run()
    response = api("GET", f"runs/{run['id']}/artifacts/manifest.json", allow_redirects=False)
    assert response.status_code == 200
    assert response.json()["metadata"]["project_name"] == "shop"
    assert api("GET", f"runs/{run['id']}/artifacts/manifest.json/").status_code == 404
    assert api("GET", f"runs/{run['id']}/artifacts", allow_redirects=False).status_code == 308


@pytest.mark.parametrize("path", ["/jobs/", "jobs//", f"jobs//{JOB}/"])
def test_double_slashes_are_404(api: Api, path: str) -> None:
    assert api("GET", path).status_code == 404


def test_double_slashes_before_the_path_are_404(server: Server) -> None:
    url = f"{server.url}//api/v2/accounts/{ACCOUNT}/"
    assert requests.get(url, headers={"Authorization": f"Token {TOKEN}"}, timeout=9).status_code == 404


@pytest.mark.parametrize(
    ("method", "path"), [("PUT", "jobs/"), ("DELETE", f"projects/{PROJECT}/"), ("PATCH", f"jobs/{JOB}/")]
)
def test_a_method_that_is_not_there_is_405(api: Api, method: str, path: str) -> None:
    response = api(method, path)
    assert response.status_code == 405
    assert "GET" in response.headers["Allow"]


# details and lists


def test_account_project_and_environment(api: Api) -> None:
    assert api.data("")["name"] == "Acme"
    assert api.data(f"projects/{PROJECT}/")["name"] == "shop"
    assert api.data(f"environments/{ENVIRONMENT}/")["project_id"] == PROJECT
    assert [row["id"] for row in api.data("projects/")] == [PROJECT]
    assert [row["id"] for row in api.data("environments/")] == [ENVIRONMENT]


def test_lists_are_paged_at_100(api: Api, cloud: DbtCloud) -> None:
    for number in range(130):
        cloud.add_job(number, project_id=PROJECT, environment_id=ENVIRONMENT, name=f"Job {number}")
    first = api("GET", "jobs/", params={"order_by": "id", "limit": 1000}).json()
    assert len(first["data"]) == 100
    assert first["extra"]["pagination"] == {"count": 100, "total_count": 131}
    rest = api("GET", "jobs/", params={"order_by": "id", "offset": 100}).json()
    assert rest["extra"]["pagination"] == {"count": 31, "total_count": 131}
    assert not {job["id"] for job in first["data"]} & {job["id"] for job in rest["data"]}
    assert api.data("jobs/", params={"offset": 500}) == []
    assert api("GET", "jobs/", params={"limit": "many"}).status_code == 400


def test_jobs_are_filtered_by_project_and_environment(
    api: Api, cloud: DbtCloud, recordings: dict[str, Path]
) -> None:
    cloud.add_project(12, account_id=ACCOUNT, backend=RecordedArtifacts(recordings["wide"]))
    cloud.add_environment(23, project_id=12)
    cloud.add_environment(24, project_id=12)
    for job_id, environment in ((1, 23), (2, 24)):
        cloud.add_job(job_id, project_id=12, environment_id=environment, name=f"J{job_id}")
    assert {job["id"] for job in api.data("jobs/", params={"project_id": 12})} == {1, 2}
    assert {job["id"] for job in api.data("jobs/", params={"environment_id": 24})} == {2}
    assert {job["id"] for job in api.data("jobs/", params={"name__icontains": "nIGHT"})} == {JOB}
    assert [job["id"] for job in api.data("jobs/", params={"order_by": "-id"})] == [JOB, 2, 1]


# jobs


def test_a_job_is_created_with_the_defaults_of_dbt_cloud(api: Api) -> None:
    body = {"account_id": ACCOUNT, "project_id": PROJECT, "environment_id": ENVIRONMENT, "name": "Ad hoc"}
    created = api("POST", "jobs/", json=body).json()["data"]
    job = api.data(f"jobs/{created['id']}/")
    assert job == created
    assert (job["name"], job["state"], job["execute_steps"]) == ("Ad hoc", 1, [])
    assert job["settings"] == {"threads": 4, "target_name": "default"}
    assert job["triggers"]["schedule"] is False


@pytest.mark.parametrize("missing", ["account_id", "project_id", "environment_id", "name"])
def test_a_job_needs_its_fields(api: Api, missing: str) -> None:
    body = {"account_id": ACCOUNT, "project_id": PROJECT, "environment_id": ENVIRONMENT, "name": "Ad hoc"}
    del body[missing]  # type: ignore[arg-type]
    response = api("POST", "jobs/", json=body)
    assert response.status_code == 400
    assert missing in response.json()["status"]["user_message"]


def test_a_job_is_updated_with_its_whole_self(api: Api) -> None:
    job = api.data(f"jobs/{JOB}/")
    changed = {**job, "triggers": {"schedule": True}, "settings": {"threads": 9}, "name": "Renamed"}
    assert api("POST", f"jobs/{JOB}/", json=changed).status_code == 200
    found = api.data(f"jobs/{JOB}/")
    assert (found["name"], found["settings"]) == ("Renamed", {"threads": 9, "target_name": "default"})
    assert found["triggers"] == {**job["triggers"], "schedule": True}
    assert found["created_at"] == job["created_at"]
    assert found["execute_steps"] == job["execute_steps"]


def test_an_update_without_the_id_is_400(api: Api) -> None:
    response = api("POST", f"jobs/{JOB}/", json={"triggers": {"schedule": False}})
    assert response.status_code == 400
    assert "id" in response.json()["status"]["user_message"]


def test_a_deleted_job_is_gone_but_its_runs_stay(api: Api) -> None:
    run = api.run()
    response = api("DELETE", f"jobs/{JOB}/")
    assert (response.status_code, response.content) == (204, b"")
    assert api("GET", f"jobs/{JOB}/").status_code == 404
    assert api("DELETE", f"jobs/{JOB}/").status_code == 404
    assert api.data(f"runs/{run['id']}/?include_related=job")["job"]["name"] == "Nightly"


# runs


@pytest.mark.parametrize("body", [{}, {"cause": ""}, None, ["cause"], {"steps_override": ["dbt run"]}])
def test_a_run_needs_a_cause(api: Api, body: Any) -> None:
    assert api("POST", f"jobs/{JOB}/run/", json=body).status_code == 400
    assert api.cloud.runs == []


@pytest.mark.parametrize("field", [{"steps_override": "dbt run"}, {"threads_override": "4"}, {"git_sha": 4}])
def test_an_override_of_the_wrong_type_is_400(api: Api, field: dict[str, Any]) -> None:
    assert api("POST", f"jobs/{JOB}/run/", json={"cause": "x", **field}).status_code == 400


def test_a_new_run_is_queued_and_tells_its_job_and_trigger(api: Api) -> None:
    run = api.trigger(JOB, "dbt run", threads_override=2, schema_override="ci")
    assert (run["status"], run["status_humanized"], run["is_complete"]) == (1, "Queued", False)
    assert run["job"]["id"] == run["job_id"] == run["job_definition_id"] == JOB
    assert run["trigger"]["steps_override"] == ["dbt run"]
    assert run["trigger"]["generate_docs_override"] is None
    assert run["href"] == f"{api.server.url}/deploy/{ACCOUNT}/projects/{PROJECT}/runs/{run['id']}/"
    assert api.cloud.runs[-1].overrides == {"threads_override": 2, "schema_override": "ci"}


def test_relations_that_are_not_asked_for_are_null(api: Api) -> None:
    run = api.run()
    bare = api.data(f"runs/{run['id']}/")
    names = ("trigger", "job", "environment", "repository", "run_steps")
    assert all(bare[name] is None for name in names)
    for related in (
        "trigger,job,environment,repository,run_steps",
        "['trigger', 'job', 'environment', 'repository', 'run_steps']",
        '["trigger","job","environment","repository","run_steps"]',
    ):
        full = api.data(f"runs/{run['id']}/", params={"include_related": related})
        assert all(full[name] is not None for name in names)
    assert bare["status_humanized"] == "Success"
    assert full["run_steps"][-1]["debug_logs"] is None
    with_logs = api.data(f"runs/{run['id']}/", params={"include_related": "run_steps,debug_logs"})
    assert with_logs["run_steps"][-1]["debug_logs"]


def test_steps_begin_with_clone_and_deps_and_all_have_logs(api: Api) -> None:
    run = api.run(generate_docs_override=True)
    assert [step["name"] for step in run["run_steps"]] == [
        "Clone git repository",
        "Create profile from connection recorded artifacts",
        "Invoke dbt with `dbt deps`",
        "Invoke dbt with `dbt seed`",
        "Invoke dbt with `dbt build --select tag:daily`",
        "Invoke dbt with `dbt docs generate`",
    ]
    assert [step["index"] for step in run["run_steps"]] == [1, 2, 3, 4, 5, 6]
    assert all(step["logs"] and step["status_humanized"] == "Success" for step in run["run_steps"])
    assert run["has_docs_generated"]


def test_each_step_has_its_own_artifacts_and_the_last_is_the_default(api: Api) -> None:
    run = api.run()
    last = api.artifact(run, "run_results.json")
    assert api.artifact(run, "run_results.json", step=5) == last
    seeds = api.artifact(run, "run_results.json", step=4)
    assert {result["unique_id"].split(".")[0] for result in seeds["results"]} == {"seed"}
    assert api.data(f"runs/{run['id']}/artifacts/") == ["manifest.json", "run_results.json"]
    assert api.data(f"runs/{run['id']}/artifacts/?step=1") == []
    for step in ("0", "6", "x"):
        assert api("GET", f"runs/{run['id']}/artifacts/manifest.json?step={step}").status_code == 404
    assert api("GET", f"runs/{run['id']}/artifacts/catalog.json").status_code == 404


def test_run_results_always_name_the_run(api: Api) -> None:
    run = api.run()
    env = api.artifact(run, "run_results.json")["metadata"]["env"]
    assert env["DBT_CLOUD_RUN_ID"] == str(run["id"])
    assert env["DBT_CLOUD_JOB_ID"] == str(JOB)


def test_runs_are_filtered_and_ordered(api: Api, cloud: DbtCloud) -> None:
    cloud.add_job(5, project_id=PROJECT, environment_id=ENVIRONMENT, name="Other", execute_steps=["dbt run"])
    first, second, third = api.run(), api.run(job_id=5), api.run("dbt fly")
    ids = [first["id"], second["id"], third["id"]]

    def found(**query: Any) -> list[int]:
        return [run["id"] for run in api.data("runs/", params=query)]

    assert found(order_by="-id") == ids[::-1]
    assert found(order_by="finished_at") == ids
    assert found(job_definition_id=JOB) == [ids[0], ids[2]]
    assert found(status__in="[10]") == ids[:2]
    assert found(status__in="[1,2,3]") == []
    assert found(status=20) == [ids[2]]
    assert found(project_id=PROJECT, environment_id=ENVIRONMENT, limit=1, offset=1) == [ids[1]]
    assert found(environment_id=1) == []
    upto = datetime.fromisoformat(second["finished_at"])
    since = upto - timedelta(hours=1)
    assert found(finished_at__range=f'["{since.isoformat()}", "{upto.isoformat()}"]') == ids[:2]
    later = datetime.now(timezone.utc) + timedelta(hours=1)
    assert found(finished_at__range=f'["{later.isoformat()}", "{later.isoformat()}"]') == []
    assert api("GET", "runs/?finished_at__range=[1]").status_code == 400
    assert api("GET", "runs/?order_by=nothing").status_code == 400


def test_listed_runs_take_include_related_as_the_legacy_client_writes_it(api: Api) -> None:
    api.run()
    (run,) = api.data(
        "runs/?include_related=%5B%27trigger%27%2C+%27job%27%5D&order_by=-id&offset=0&limit=100"
    )
    assert run["trigger"]["cause"] == "A test"
    assert run["job"]["id"] == JOB
    (bare,) = api.data("runs/?include_related=%5B%5D")
    assert bare["job"] is None


def test_runs_of_one_job_are_serial_and_those_of_two_are_not(api: Api, cloud: DbtCloud) -> None:
    cloud.add_job(5, project_id=PROJECT, environment_id=ENVIRONMENT, name="Other", execute_steps=["dbt run"])
    cloud.speed = Speed(running=0.4, hold=0)
    first, second, other = api.trigger(), api.trigger(), api.trigger(5)
    deadline = time.monotonic() + 5
    while api.data(f"runs/{first['id']}/")["status"] != 3 or api.data(f"runs/{other['id']}/")["status"] != 3:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    assert api.data(f"runs/{second['id']}/")["status"] == 1
    assert api.ended(first)["finished_at"] <= api.ended(second)["started_at"]


def test_a_run_walks_through_its_statuses(api: Api, cloud: DbtCloud) -> None:
    seen: list[str] = []
    cloud.listen(lambda event: seen.append(event.status_humanized) if hasattr(event, "job_name") else None)
    cloud.speed = Speed(queued=0.01, starting=0.01, running=0.01)
    run = api.run()
    assert seen == ["Queued", "Starting", "Running", "Success"]
    times = [run[name] for name in ("created_at", "dequeued_at", "started_at", "finished_at")]
    assert times == sorted(times)


def test_a_run_is_cancelled_while_it_runs_and_while_it_waits(api: Api, cloud: DbtCloud) -> None:
    cloud.speed = Speed(running=60, hold=0)
    running, waiting = api.trigger(), api.trigger()
    for run in (waiting, running):
        cancelled = api("POST", f"runs/{run['id']}/cancel/", json=None).json()["data"]
        assert (cancelled["status"], cancelled["is_cancelled"]) == (30, True)
        assert api.ended(run)["status_humanized"] == "Cancelled"


def test_cancelling_a_run_that_has_ended_changes_nothing(api: Api) -> None:
    run = api.run()
    assert api("POST", f"runs/{run['id']}/cancel/").json()["data"]["status_humanized"] == "Success"


def test_a_failing_command_fails_the_run_and_skips_the_rest(api: Api) -> None:
    run = api.run("dbt seed", "dbt fly", "dbt run", generate_docs_override=True)
    assert (run["status_humanized"], run["is_error"]) == ("Error", True)
    assert [step["status_humanized"] for step in run["run_steps"]] == ["Success"] * 4 + ["Error"]
    assert "dbt fly" in run["status_message"]
    assert "no such command" in run["run_steps"][-1]["logs"]


def test_a_timeout_cancels_the_run(api: Api, cloud: DbtCloud) -> None:
    cloud.speed = Speed(running=30, hold=0)
    run = api.ended(api.trigger(timeout_seconds_override=1))
    assert run["status_humanized"] == "Cancelled"
    assert "timeout of 1 seconds" in run["status_message"]


# environment variables


def test_environment_variables_of_a_job(api: Api, cloud: DbtCloud) -> None:
    cloud.add_environment_variable(PROJECT, "DBT_LEVEL", "of the project")
    override = cloud.add_environment_variable(PROJECT, "DBT_LEVEL", "-1", job_id=JOB)
    cloud.add_environment_variable(PROJECT, "DBT_PLAIN", "x")
    path = f"projects/{PROJECT}/environment-variables/"
    found = api.data(f"{path}job/", version=3, params={"job_definition_id": JOB})
    assert found["DBT_LEVEL"]["job"] == {"id": override.id, "value": "-1"}
    assert found["DBT_LEVEL"]["project"]["value"] == "of the project"
    assert "job" not in found["DBT_PLAIN"]
    body = {
        "id": override.id,
        "account_id": ACCOUNT,
        "project_id": PROJECT,
        "job_definition_id": JOB,
        "type": "job",
        "name": "DBT_LEVEL",
        "raw_value": "77",
    }
    assert api("POST", f"{path}{override.id}/", version=3, json=body).status_code == 200
    found = api.data(f"{path}job/", version=3, params={"job_definition_id": JOB})
    assert found["DBT_LEVEL"]["job"]["value"] == "77"
    assert api("POST", f"{path}1/", version=3, json={**body, "id": 1}).status_code == 404
    assert api("GET", f"{path}job/", version=3).status_code == 400


# the rate limit


def test_the_rate_limit_shuts_an_account_out(api: Api, cloud: DbtCloud, other_account: int) -> None:
    cloud.rate_limit = RateLimit(requests=3, window=60, penalty=0.5)
    assert [api("GET", "").status_code for _ in range(5)] == [200, 200, 200, 429, 429]
    blocked = api("GET", "")
    assert blocked.headers["Retry-After"] == "1"
    url = f"{api.server.url}/api/v2/accounts/{OTHER}/jobs/{other_account}/"
    assert requests.get(url, headers={"Authorization": "Token other-token"}, timeout=9).status_code == 200
    time.sleep(0.6)
    assert api("GET", "").status_code == 200


def test_the_rate_limit_is_off_by_default(api: Api) -> None:
    assert api.cloud.rate_limit is None
    assert RateLimit() == RateLimit(requests=5000, window=60, penalty=300)
