"""The wait for a run survives what passes, and stops the run when nobody waits any more."""

from __future__ import annotations

import logging
import os
import re
import signal
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable
from dataclasses import replace

import pytest
from dagster import DagsterExecutionInterruptedError, Failure
from dagster import _check as check
from loading import SHORT, start_after_a_look

from legacy_shim.cloud.resources import DbtCloudResource
from legacy_shim.cloud.transport import Transport
from legacy_shim.emulator import DbtCloud, Fault, Outcome, Server, Speed

MakeClient = Callable[..., DbtCloudResource]
RUN = r"/runs/\d+/$"
CANCEL = r"/cancel/$"


def statuses(cloud: DbtCloud) -> list[str]:
    """Those of the runs once dbt Cloud has ended them, which may take longer than the client waits for its answer."""
    deadline = time.monotonic() + 60
    while any(run.status_humanized == "Running" for run in cloud.runs) and time.monotonic() < deadline:
        time.sleep(0.01)
    return [run.status_humanized for run in cloud.runs]


def cancels(cloud: DbtCloud) -> int:
    return sum(request.path.endswith("/cancel/") for request in cloud.journal)


def run_page(failure: Failure) -> str:
    """The page of the run that a failure points at, without its host."""
    page = str(failure.metadata["run_page_url"].value)
    return page[page.index("/deploy/") :]


def page_of_last_run(cloud: DbtCloud) -> str:
    return f"/deploy/12345/projects/11/runs/{cloud.runs[-1].id}/"


def test_trouble_while_polling_is_survived(cloud: DbtCloud, make_client: MakeClient) -> None:
    cloud.speed = Speed(running=0.3, hold=0)
    cloud.fail(Fault(method="GET", path=RUN, status=502, times=9))
    output = make_client(request_max_retries=1).run_job_and_poll(67890, poll_interval=0.01)
    assert output.is_successful
    assert cancels(cloud) == 0


def test_trouble_after_the_end_is_survived(cloud: DbtCloud, make_client: MakeClient) -> None:
    cloud.fail(Fault(method="GET", path=RUN, status=502, times=4, skip=1))
    assert make_client(request_max_retries=1).run_job_and_poll(67890, poll_interval=0.01).is_successful


def test_details_that_cannot_be_read_after_a_success_do_not_fail_it(
    cloud: DbtCloud, make_client: MakeClient
) -> None:
    cloud.speed = Speed(hold=60)
    cloud.fail(Fault(method="GET", path=RUN, status=404, skip=1, times=None))
    assert make_client().run_job_and_poll(67890, poll_interval=0.01).is_successful


def test_silence_is_not_survived_for_ever(
    cloud: DbtCloud, make_client: MakeClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Transport, "patience", replace(SHORT, silence=0.2))
    cloud.speed = Speed(running=60, hold=0)
    cloud.fail(Fault(method="GET", path=RUN, status=502, times=None))
    with pytest.raises(Failure, match="502") as caught:
        make_client(request_max_retries=1).run_job_and_poll(67890, poll_interval=0.01)
    assert run_page(caught.value) == page_of_last_run(cloud)
    assert cancels(cloud) == 1


@pytest.mark.parametrize("status", [401, 403, 404, 408, 409, 423, 425])
def test_refusals_while_polling_are_sat_out(cloud: DbtCloud, make_client: MakeClient, status: int) -> None:
    cloud.speed = Speed(running=0.2, hold=0)
    cloud.fail(Fault(method="GET", path=RUN, status=status, times=2))
    assert make_client(request_max_retries=0).run_job_and_poll(67890, poll_interval=0.01).is_successful
    assert cancels(cloud) == 0


def test_refusal_while_polling_is_final_when_it_lasts(cloud: DbtCloud, make_client: MakeClient) -> None:
    cloud.speed = Speed(running=60, hold=0)
    cloud.fail(Fault(method="GET", path=RUN, status=401, times=None))
    with pytest.raises(Failure, match="401") as caught:
        make_client().run_job_and_poll(67890, poll_interval=0.01)
    assert run_page(caught.value) == page_of_last_run(cloud)
    assert cancels(cloud) == 1


@pytest.mark.parametrize("status", ["Queued", "Starting", "Running"])
def test_run_that_never_ends_is_cancelled_once(cloud: DbtCloud, make_client: MakeClient, status: str) -> None:
    number = {"Queued": 1, "Starting": 2, "Running": 3}[status]
    cloud.end_runs(Outcome(status=number))
    with pytest.raises(
        Failure, match=r"Run \d+ timed out after 0:\d\d:\d\d\.\d+\. Attempted to cancel\."
    ) as caught:
        make_client().run_job_and_poll(67890, poll_interval=0.05, poll_timeout=0.3)
    assert run_page(caught.value) == page_of_last_run(cloud)
    assert cancels(cloud) == 1
    assert cloud.runs[0].status_humanized == "Cancelled"


@pytest.mark.timeout(60)  # a limit of the account lasts five minutes
def test_time_limit_holds_while_dbt_cloud_is_silent(cloud: DbtCloud, make_client: MakeClient) -> None:
    cloud.end_runs(Outcome(status=3))
    cloud.fail(Fault(method="GET", path=RUN, status=429, times=None))
    with pytest.raises(Failure, match="timed out"):
        make_client().run_job_and_poll(67890, poll_interval=0.05, poll_timeout=1)
    assert cancels(cloud) == 1


@pytest.mark.timeout(100)  # the interval is twice that
def test_long_interval_does_not_stretch_the_limit(cloud: DbtCloud, make_client: MakeClient) -> None:
    cloud.end_runs(Outcome(status=3))
    with pytest.raises(Failure, match="timed out"):
        make_client().run_job_and_poll(67890, poll_interval=200, poll_timeout=0.3)


def test_failed_run_says_which_step_and_why(cloud: DbtCloud, make_client: MakeClient) -> None:
    cloud.end_runs(Outcome(status=20, message="dbt build failed", commands=0))
    with pytest.raises(Failure, match=r"Run \d+ failed\. Status Message: dbt build failed") as caught:
        make_client().run_job_and_poll(67890, poll_interval=0.01)
    assert set(caught.value.metadata) == {"run_details", "run_page_url", "run_status"}
    assert cancels(cloud) == 0


def test_run_cancelled_in_dbt_cloud(cloud: DbtCloud, make_client: MakeClient) -> None:
    cloud.end_runs(Outcome(status=30))
    with pytest.raises(
        Failure, match=r"Run \d+ failed\. Status Message: .*\nIt was cancelled in dbt Cloud\."
    ) as caught:
        make_client().run_job_and_poll(67890, poll_interval=0.01)
    assert run_page(caught.value) == page_of_last_run(cloud)
    assert cancels(cloud) == 0


def test_unknown_status_is_an_error(cloud: DbtCloud, make_client: MakeClient) -> None:
    cloud.end_runs(Outcome(status=99, humanized="Paused"))
    with pytest.raises(check.CheckError, match="Received unexpected status 'Paused'"):
        make_client().run_job_and_poll(67890, poll_interval=0.01)
    assert cancels(cloud) == 1


def test_failure_to_cancel_does_not_hide_the_cause(cloud: DbtCloud, make_client: MakeClient) -> None:
    cloud.end_runs(Outcome(status=3))
    cloud.fail(Fault(method="POST", path=CANCEL, status=403))
    with pytest.raises(Failure, match="timed out"):
        make_client().run_job_and_poll(67890, poll_interval=0.05, poll_timeout=0.2)


@pytest.mark.parametrize("interruption", [KeyboardInterrupt, DagsterExecutionInterruptedError])
def test_interruption_cancels_once(
    cloud: DbtCloud,
    make_client: MakeClient,
    monkeypatch: pytest.MonkeyPatch,
    interruption: type[BaseException],
) -> None:
    cloud.end_runs(Outcome(status=3))
    real_sleep = time.sleep

    def interrupt(seconds: float) -> None:
        if threading.current_thread() is threading.main_thread() and seconds == 7:
            raise interruption
        real_sleep(seconds)

    monkeypatch.setattr(time, "sleep", interrupt)
    with pytest.raises(interruption):
        make_client().run_job_and_poll(67890, poll_interval=7)
    assert cancels(cloud) == 1


def test_interruption_while_the_trigger_is_answered_stops_the_run(
    cloud: DbtCloud, make_client: MakeClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And the run starts only once its runs have been looked through in vain."""
    cloud.end_runs(Outcome(status=3))
    start_after_a_look(cloud, monkeypatch, first=lambda: os.kill(os.getpid(), signal.SIGINT))
    with pytest.raises(KeyboardInterrupt):
        make_client().run_job_and_poll(67890)
    assert statuses(cloud) == ["Cancelled"]


class _Interrupting(logging.Handler):
    """What a log that writes to a database is when the signal comes while it does."""

    def emit(self, record: logging.LogRecord) -> None:
        if "Run initialized" in record.getMessage():
            raise KeyboardInterrupt


def test_interruption_between_the_trigger_and_the_wait_stops_the_run(
    cloud: DbtCloud, make_client: MakeClient
) -> None:
    cloud.end_runs(Outcome(status=3))
    log = logging.getLogger("test_interruption")
    log.setLevel(logging.INFO)
    log.addHandler(_Interrupting())
    with pytest.raises(KeyboardInterrupt):
        make_client(log=log).run_job_and_poll(67890)
    assert statuses(cloud) == ["Cancelled"]


LATER: dict[str, tuple[Fault, Callable[[DbtCloudResource], object]]] = {
    "switching the schedule off": (
        Fault(method="POST", path=r"/jobs/67890/$", status=403, times=None),
        lambda client: client.run_job(67890),
    ),
    "an artifact": (
        Fault(method="GET", path="manifest.json", status=403),
        lambda client: client.run_job_and_poll(67890, poll_interval=0.01).get_artifact("manifest.json"),
    ),
}


@pytest.mark.parametrize("what", LATER)
def test_whatever_fails_after_the_trigger_tells_the_page_of_the_run(
    cloud: DbtCloud, make_client: MakeClient, what: str
) -> None:
    fault, do = LATER[what]
    cloud.jobs[67890]["triggers"]["schedule"] = True
    cloud.fail(fault)
    with pytest.raises(Failure, match=str(fault.status)) as caught:
        do(make_client())
    assert run_page(caught.value) == page_of_last_run(cloud)


def test_run_terminated_by_dagster_is_cancelled_in_dbt_cloud(
    cloud: DbtCloud, server: Server, token: str, tmp_path: object
) -> None:
    """A real Dagster run in a process of its own, terminated as the daemon does: with SIGINT."""
    cloud.end_runs(Outcome(status=3))
    script = textwrap.dedent(
        f"""
        from dagster import job
        from legacy_shim import dbt_cloud_resource, dbt_cloud_run_op

        dbt_cloud = dbt_cloud_resource({token!r}, 12345, dbt_cloud_host={server.url!r})
        nightly = dbt_cloud_run_op.configured({{"job_id": 67890, "poll_interval": 0.2}}, name="nightly")

        @job(resource_defs={{"dbt_cloud": dbt_cloud}})
        def nightly_job():
            nightly()

        nightly_job.execute_in_process()
        """
    )
    process = subprocess.Popen([sys.executable, "-W", "ignore", "-c", script], cwd=str(tmp_path))
    try:
        deadline = time.monotonic() + 120
        while not any(re.search(RUN, request.path) for request in cloud.journal):
            assert time.monotonic() < deadline, "the run was not polled"
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        process.wait(120)
    finally:
        process.kill()
    assert process.returncode != 0
    assert cancels(cloud) == 1
    assert cloud.runs[0].status_humanized == "Cancelled"
