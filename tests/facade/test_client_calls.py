"""The methods of the client, each against the emulated API."""

from __future__ import annotations

import copy
import inspect
import pickle
from collections.abc import Callable
from typing import Any

import pytest
from dagster import EnvVar, Failure

from legacy_shim.cloud.resources import (
    DEFAULT_POLL_INTERVAL,
    DbtCloudClient,
    DbtCloudResource,
    DbtCloudResourceV2,
)
from legacy_shim.emulator import DbtCloud, Server

MakeClient = Callable[..., DbtCloudResource]


def test_jobs(make_client: MakeClient) -> None:
    client = make_client()
    assert client.get_job(67890)["name"] == "Nightly"
    assert [job["id"] for job in client.list_jobs(project_id=11)] == [67890]
    client.update_job(67890, settings={"threads": 9}, description="changed")
    job = client.get_job(67890)
    assert (job["settings"]["threads"], job["description"]) == (9, "changed")
    assert job["settings"]["target_name"] == "default"


def test_more_jobs_than_one_page(cloud: DbtCloud, make_client: MakeClient) -> None:
    for number in range(250):
        cloud.add_job(70_000 + number, project_id=11, environment_id=22, name=f"job {number}")
    assert len({job["id"] for job in make_client().list_jobs(project_id=11)}) == 251


def test_runs(make_client: MakeClient) -> None:
    client = make_client()
    ids = [client.run_job_and_poll(67890, poll_interval=0.01).run_id for _ in range(3)]
    listed: Any = client.get_runs(job_id=67890, limit=2)
    assert [run["id"] for run in listed] == ids[:0:-1]
    assert client.get_run(ids[0])["job"] is None
    assert client.get_run(ids[0], include_related=["job"])["job"]["name"] == "Nightly"
    assert client.get_run_steps(ids[0]) == ["dbt build"]


def test_steps_of_an_override(make_client: MakeClient) -> None:
    client = make_client()
    run = client.run_job(67890, steps_override=["dbt seed"])
    assert client.get_run_steps(run["id"]) == ["dbt seed"]


def test_artifacts(make_client: MakeClient) -> None:
    client = make_client()
    run_id = client.run_job_and_poll(67890, poll_interval=0.01).run_id
    assert {"manifest.json", "run_results.json"} <= set(client.list_run_artifacts(run_id))
    assert client.get_manifest(run_id)["nodes"]
    assert client.get_run_results(run_id, step=len(client.get_run(run_id, ["run_steps"])["run_steps"]))[
        "results"
    ]
    assert client.get_run_artifact(run_id, "run_results.json").startswith("{")
    with pytest.raises(Failure, match="404"):
        client.get_run_artifact(run_id, "nothing.json")


def test_environment_variables(cloud: DbtCloud, make_client: MakeClient) -> None:
    cloud.add_environment_variable(11, "DBT_COLOUR", "blue", job_id=67890)
    client = make_client()
    variable = client.get_job_environment_variables(11, 67890)["DBT_COLOUR"]["job"]
    assert variable["value"] == "blue"
    client.set_job_environment_variable(11, 67890, variable["id"], "DBT_COLOUR", "red")
    assert client.get_job_environment_variables(11, 67890)["DBT_COLOUR"]["job"]["value"] == "red"


@pytest.mark.parametrize(
    ("arguments", "keywords", "expected"),
    [
        ((), {}, {}),
        ((0.01,), {}, {}),
        ((0.01, 30), {}, {}),
        (("my cause",), {}, {"cause": "my cause"}),
        (("my cause", ["dbt seed"]), {}, {"cause": "my cause", "steps_override": ["dbt seed"]}),
        (("my cause", None, "pr_7", 0.01, 30), {}, {"cause": "my cause", "schema_override": "pr_7"}),
        ((), {"cause": "my cause", "steps_override": None}, {"cause": "my cause"}),
        ((0.01,), {"git_branch": "dev", "threads_override": 8}, {"git_branch": "dev", "threads_override": 8}),
        (
            ("my cause",),
            {"poll_timeout": 30, "schema_override": "x"},
            {"cause": "my cause", "schema_override": "x"},
        ),
    ],
)
def test_both_orders_of_arguments(
    cloud: DbtCloud,
    make_client: MakeClient,
    arguments: tuple[Any, ...],
    keywords: dict[str, Any],
    expected: dict[str, Any],
) -> None:
    if not any(isinstance(argument, float) for argument in arguments):
        keywords = {"poll_interval": 0.01, **keywords}
    assert make_client().run_job_and_poll(67890, *arguments, **keywords).is_successful
    sent = next(request.json for request in cloud.journal if request.path.endswith("/run/"))
    assert sent == {"cause": "Triggered via Dagster", **expected}


@pytest.mark.parametrize(
    ("arguments", "keywords", "says"),
    [
        ((1, 2, 3), {}, "takes job_id, poll_interval, poll_timeout"),
        (("cause", None, None, 1, 2, 3), {}, "takes job_id, cause"),
        (("cause",), {"cause": "again"}, "got cause twice"),
        ((1,), {"poll_interval": 2}, "got poll_interval twice"),
    ],
)
def test_wrong_arguments_trigger_nothing(
    cloud: DbtCloud, make_client: MakeClient, arguments: tuple[Any, ...], keywords: dict[str, Any], says: str
) -> None:
    with pytest.raises(TypeError, match=says):
        make_client().run_job_and_poll(67890, *arguments, **keywords)
    assert cloud.journal == []


def test_schedule_is_switched_off_by_a_trigger(cloud: DbtCloud, make_client: MakeClient) -> None:
    cloud.jobs[67890]["triggers"]["schedule"] = True
    make_client().run_job(67890)
    assert cloud.jobs[67890]["triggers"]["schedule"] is False


def test_schedule_is_left_alone_on_request(cloud: DbtCloud, make_client: MakeClient) -> None:
    cloud.jobs[67890]["triggers"]["schedule"] = True
    make_client(disable_schedule_on_trigger=False).run_job(67890)
    assert cloud.jobs[67890]["triggers"]["schedule"] is True


def test_job_that_has_no_schedule_is_not_written(cloud: DbtCloud, make_client: MakeClient) -> None:
    make_client().run_job(67890)
    assert [request.path for request in cloud.journal if request.method == "POST"] == [
        "/api/v2/accounts/12345/jobs/67890/run/"
    ]


@pytest.mark.parametrize("spelling", [{}, {"api_token": "planted", "auth_token": None}])
def test_attributes_of_both_dialects(make_client: MakeClient, token: str, spelling: dict[str, Any]) -> None:
    if spelling:
        spelling["api_token"] = token
    client = make_client(disable_schedule_on_trigger=False, **spelling)
    assert (client.api_token, client.auth_token) == (token, token)
    assert (client.account_id, client._account_id) == (12345, 12345)
    assert client.disable_schedule_on_trigger is False
    assert client.get_dbt_client() is client


def test_values_from_the_environment(server: Server, token: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """They are read when they are needed, so a module may be imported without them."""
    client = DbtCloudResource(
        EnvVar("T_TOKEN"), EnvVar.int("T_ACCOUNT"), dbt_cloud_host=EnvVar("T_HOST"), request_max_retries=0
    )
    with pytest.raises(ValueError, match=r"The environment variable T_\w+ is not set"):
        client.get_job(67890)
    for name, value in {"T_TOKEN": f"{token}\n", "T_ACCOUNT": "12345", "T_HOST": server.url}.items():
        monkeypatch.setenv(name, value)
    assert client.get_job(67890)["id"] == 67890


def test_account_as_text(make_client: MakeClient) -> None:
    assert make_client(account_id="12345").get_job(67890)["id"] == 67890


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("https://cloud.getdbt.com/", "https://cloud.getdbt.com/api/v2/accounts/"),
        ("https://emea.dbt.com", "https://emea.dbt.com/api/v2/accounts/"),
        ("ab123.us1.dbt.com", "https://ab123.us1.dbt.com/api/v2/accounts/"),
        ("https://proxy.example.com/dbt", "https://proxy.example.com/dbt/api/v2/accounts/"),
    ],
)
def test_addresses(host: str, expected: str) -> None:
    client = DbtCloudResource("token", 7, dbt_cloud_host=host)
    assert client.api_v2_base_url == expected
    assert client.api_v3_base_url == expected.replace("v2", "v3")


def test_pages() -> None:
    client = DbtCloudResource("token", 7, dbt_cloud_host="https://emea.dbt.com/")
    assert client.build_url_for_job(11, 67890) == "https://emea.dbt.com/next/deploy/7/projects/11/jobs/67890/"
    assert (
        client.build_url_for_cloud_docs(67890, "model", "model.a.b")
        == "https://emea.dbt.com/accounts/7/jobs/67890/docs/#!/model/model.a.b"
    )


@pytest.mark.parametrize(
    ("arguments", "keywords", "says"),
    [
        ((), {}, "auth_token=.*api_token="),
        (("token",), {}, "account_id="),
        (("token", 1), {"api_token": "token"}, "both auth_token and api_token"),
        ((), {"token": "x", "account_id": 1}, "did you mean 'auth_token'"),
        (("token", 1), {"host": "x"}, "did you mean 'dbt_cloud_host'"),
        ((12345, 67890), {}, "swapped"),
    ],
)
def test_mistakes_name_the_right_spelling(
    arguments: tuple[Any, ...], keywords: dict[str, Any], says: str
) -> None:
    for error in (TypeError, ValueError):
        with pytest.raises(error, match=says):
            DbtCloudResource(*arguments, **keywords)


def test_classes_are_one_family() -> None:
    assert issubclass(DbtCloudResource, DbtCloudClient)
    assert DbtCloudResourceV2 is DbtCloudResource
    assert DEFAULT_POLL_INTERVAL == 10


def test_client_is_copied_but_not_pickled(make_client: MakeClient) -> None:
    client = make_client()
    assert copy.deepcopy(client).get_job(67890)["id"] == 67890
    with pytest.raises(TypeError, match="not pickled"):
        pickle.dumps(client)


def test_signature_of_the_shipped_dialect() -> None:
    names = list(inspect.signature(DbtCloudResource).parameters)
    assert names[:8] == [
        *("auth_token", "account_id", "disable_schedule_on_trigger", "request_max_retries"),
        *("request_retry_delay", "dbt_cloud_host", "log", "log_requests"),
    ]
