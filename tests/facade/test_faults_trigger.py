"""A job is triggered once, whatever becomes of the answer."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from dagster import Failure
from loading import start_after_a_look

from legacy_shim.cloud.resources import DbtCloudResource
from legacy_shim.emulator import DbtCloud, Fault

MakeClient = Callable[..., DbtCloudResource]
TRIGGER = r"/run/$"


def triggers(cloud: DbtCloud) -> int:
    return sum(request.method == "POST" and request.path.endswith("/run/") for request in cloud.journal)


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_server_error_that_started_nothing_is_retried(
    cloud: DbtCloud, make_client: MakeClient, status: int
) -> None:
    cloud.fail(Fault(method="POST", path=TRIGGER, status=status))
    run = make_client().run_job(67890)
    assert [started.id for started in cloud.runs] == [run["id"]]
    assert triggers(cloud) == 2


@pytest.mark.parametrize(
    "fault",
    [
        Fault(method="POST", path=TRIGGER, lost=True),
        Fault(method="POST", path=TRIGGER, cut=True),
        Fault(
            method="POST",
            path=TRIGGER,
            body="<html><title>Bad gateway</title></html>",
            content_type="text/html",
        ),
        Fault(method="POST", path=TRIGGER, body='{"data": {"id": 1'),
        Fault(method="POST", path=TRIGGER, body=""),
    ],
    ids=["lost", "cut", "html", "half a document", "empty"],
)
def test_run_whose_answer_is_lost_is_found(cloud: DbtCloud, make_client: MakeClient, fault: Fault) -> None:
    cloud.fail(fault)
    output = make_client().run_job_and_poll(67890, poll_interval=0.01)
    assert [run.id for run in cloud.runs] == [output.run_id]
    assert triggers(cloud) == 1


def test_run_that_starts_after_the_time_out_is_found(
    cloud: DbtCloud, make_client: MakeClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And only once its runs have been looked through in vain."""
    start_after_a_look(cloud, monkeypatch)
    run = make_client(request_timeout=4).run_job(67890)
    assert [started.id for started in cloud.runs] == [run["id"]]


def test_run_is_found_without_any_retry_allowed(cloud: DbtCloud, make_client: MakeClient) -> None:
    cloud.fail(Fault(method="POST", path=TRIGGER, lost=True))
    assert make_client(request_max_retries=0).run_job(67890)["id"] == cloud.runs[0].id


def test_raw_request_is_as_safe(cloud: DbtCloud, make_client: MakeClient) -> None:
    cloud.fail(Fault(method="POST", path=TRIGGER, lost=True))
    run = make_client().make_request("POST", "12345/jobs/67890/run/", data={"cause": "by hand"})
    assert [started.id for started in cloud.runs] == [run["id"]]


def test_older_run_of_the_same_cause_is_not_taken(cloud: DbtCloud, make_client: MakeClient) -> None:
    client = make_client()
    earlier = client.run_job(67890)
    cloud.fail(Fault(method="POST", path=TRIGGER, status=500))
    assert client.run_job(67890)["id"] != earlier["id"]
    assert len(cloud.runs) == 2


def test_run_that_somebody_else_triggered_is_not_taken(cloud: DbtCloud, make_client: MakeClient) -> None:
    client = make_client()
    job = cloud.jobs[67890]
    theirs = cloud.trigger(job, {"cause": "Scheduled"})
    cloud.start(theirs)
    cloud.fail(Fault(method="POST", path=TRIGGER, status=502))
    assert client.run_job(67890, cause="ours")["id"] != theirs.id


def test_run_with_other_overrides_is_not_taken(cloud: DbtCloud, make_client: MakeClient) -> None:
    theirs = cloud.trigger(cloud.jobs[67890], {"cause": "ours", "steps_override": ["dbt seed"]})
    cloud.start(theirs)
    cloud.fail(Fault(method="POST", path=TRIGGER, status=502))
    run = make_client().run_job(67890, cause="ours", steps_override=["dbt run"])
    assert run["id"] != theirs.id


def test_crossing_triggers_start_nothing_more(
    cloud: DbtCloud, make_client: MakeClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two runs could be ours: another Dagster run, in another process, triggered the same at the same moment."""
    trigger = cloud.trigger

    def crossed(job: Any, body: Any) -> Any:
        cloud.start(trigger(job, body))
        return trigger(job, body)

    monkeypatch.setattr(cloud, "trigger", crossed)
    cloud.fail(Fault(method="POST", path=TRIGGER, lost=True))
    with pytest.raises(Failure, match="several runs could be") as caught:
        make_client().run_job(67890, cause="same")
    assert all(f"/runs/{run.id}/" in str(caught.value) for run in cloud.runs)
    assert len(cloud.runs) == 2
    assert triggers(cloud) == 1


def test_threads_of_one_process_never_share_a_run(cloud: DbtCloud, make_client: MakeClient) -> None:
    """Each second answer is lost; the runs of the others are known to be theirs."""
    client = make_client()
    known = [client.run_job(67890)["id"] for _ in range(3)]
    cloud.fail(Fault(method="POST", path=TRIGGER, lost=True))
    taken: list[int] = []
    thread = threading.Thread(target=lambda: taken.append(client.run_job(67890)["id"]))
    thread.start()
    thread.join()
    assert len(taken) == 1
    assert taken[0] not in known
    assert len(cloud.runs) == 4


def test_nothing_is_started_where_dbt_cloud_cannot_be_asked(cloud: DbtCloud, make_client: MakeClient) -> None:
    cloud.fail(Fault(method="POST", path=TRIGGER, lost=True))
    cloud.fail(Fault(method="GET", path=r"/runs/$", status=503, times=None))
    with pytest.raises(Failure, match="could not be asked for its runs"):
        make_client().run_job(67890)
    assert triggers(cloud) == 1


def test_refused_connection_is_tried_again_without_a_look(cloud: DbtCloud, make_client: MakeClient) -> None:
    with pytest.raises(Failure, match=r"Max retries \(2\) exceeded"):
        make_client(dbt_cloud_host="http://127.0.0.1:1", request_max_retries=2).run_job(67890)
    assert cloud.journal == []


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409])
def test_refusal_is_final(cloud: DbtCloud, make_client: MakeClient, status: int) -> None:
    cloud.fail(Fault(method="POST", path=TRIGGER, status=status, times=None))
    with pytest.raises(Failure, match=str(status)):
        make_client().run_job(67890)
    assert triggers(cloud) == 1


def test_rate_limit_is_waited_out(cloud: DbtCloud, make_client: MakeClient) -> None:
    cloud.fail(Fault(method="POST", path=TRIGGER, status=429, retry_after=0, times=2))
    make_client(request_max_retries=1).run_job(67890)
    assert triggers(cloud) == 3
    assert len(cloud.runs) == 1
    looks = [at for at, request in enumerate(cloud.journal) if request.path.endswith("/runs/")]
    assert looks == [0], "only the one before the trigger"


def test_unknown_post_is_not_repeated(cloud: DbtCloud, make_client: MakeClient) -> None:
    """Creating a job twice would make two."""
    cloud.fail(Fault(method="POST", path=r"/jobs/$", status=502))
    with pytest.raises(Failure, match="not sent again"):
        make_client().make_request("POST", "12345/jobs/", data={"name": "new"})
    assert len(cloud.journal) == 1


def test_schedule_that_cannot_be_switched_off_stops_the_run(cloud: DbtCloud, make_client: MakeClient) -> None:
    """Its id is lost with the exception, so nobody else could stop it."""
    cloud.jobs[67890]["triggers"]["schedule"] = True
    cloud.speed = type(cloud.speed)(running=30, hold=0)
    cloud.fail(Fault(method="POST", path=r"/jobs/67890/$", status=403, times=None))
    with pytest.raises(Failure, match="403"):
        make_client().run_job(67890)
    assert [run.status_humanized for run in cloud.runs] == ["Cancelled"]
