"""Runs over the API: what triggers them, how they show, how they end."""

from __future__ import annotations

import time
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from emulator_support import ACCOUNT, ENVIRONMENT, JOB, PROJECT, Api

from legacy_shim.emulator import DbtCloud, Speed


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
    cloud.speed = Speed(running=1.5, hold=0)  # long enough to be seen, also on a busy machine
    first, second, other = api.trigger(), api.trigger(), api.trigger(5)
    deadline = time.monotonic() + 60
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
