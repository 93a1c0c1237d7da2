"""The Administrative API: tokens, paths, lists, jobs, runs, artifacts, environment variables."""

from __future__ import annotations

import socket
import time
from pathlib import Path

import pytest
import requests
from emulator_support import ACCOUNT, ENVIRONMENT, JOB, PROJECT, TOKEN, Api

from legacy_shim.emulator import DbtCloud, RateLimit, RecordedArtifacts, Server

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


@pytest.mark.parametrize("framing", ["Content-Length: 99999999999", "Transfer-Encoding: chunked"])
def test_a_body_without_a_token_is_not_read(server: Server, framing: str) -> None:
    with socket.create_connection(("127.0.0.1", server.port), timeout=30) as connection:
        head = f"POST /api/v2/accounts/{ACCOUNT}/jobs/ HTTP/1.1\r\nHost: x\r\n{framing}\r\n\r\n"
        connection.sendall(head.encode() + b"5\r\nhello\r\n")  # and no more of it comes
        assert b" 401 " in connection.recv(1024)


@pytest.mark.parametrize("body", [b"[" * 100_000, b" " * 5_000_000, b"9" * 10_000, b"\xff"])
def test_a_body_that_no_call_sends_is_refused(api: Api, body: bytes) -> None:
    response = api("POST", "jobs/", data=body)
    assert response.status_code in (400, 413)
    assert api("GET", "").status_code == 200, "it still answers"


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
    assert requests.get(url, headers={"Authorization": f"Token {TOKEN}"}, timeout=60).status_code == 404


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
    assert requests.get(url, headers={"Authorization": "Token other-token"}, timeout=60).status_code == 200
    time.sleep(0.6)
    assert api("GET", "").status_code == 200


def test_the_rate_limit_is_off_by_default(api: Api) -> None:
    assert api.cloud.rate_limit is None
    assert RateLimit() == RateLimit(requests=5000, window=60, penalty=300)
