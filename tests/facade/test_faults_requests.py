"""Requests are sent again where that can help, and only there."""

from __future__ import annotations

import logging
import socket
import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from email.utils import format_datetime

import pytest
from dagster import Failure

from legacy_shim.cloud import transport
from legacy_shim.cloud.deadline import Budget
from legacy_shim.cloud.failures import DbtCloudFailure
from legacy_shim.cloud.resources import DbtCloudResource
from legacy_shim.cloud.retry import Pauses, RetryPolicy, Trouble, retry_after_seconds, within
from legacy_shim.emulator import DbtCloud, Fault, RateLimit, state

MakeClient = Callable[..., DbtCloudResource]
LIMITED = Trouble("429", passing=True, reached=False, status_code=429)
MOST_REFUSALS = 7
"""How often a request is refused in the five minutes of a cool-down that does not say how long it is."""
DOWN = Trouble("503", passing=True, reached=True, status_code=503)


@pytest.mark.parametrize(
    "fault",
    [
        Fault(status=500),
        Fault(status=502),
        Fault(status=503, retry_after=0),
        Fault(status=429, retry_after=0),
        Fault(lost=True),
        Fault(cut=True),
        Fault(body="<html><title>Down for maintenance</title></html>", content_type="text/html"),
        Fault(body='{"data": {"id": 678'),
        Fault(body='{"status": {}}'),
    ],
    ids=lambda fault: str(fault)[:40],
)
def test_passing_trouble_is_survived(cloud: DbtCloud, make_client: MakeClient, fault: Fault) -> None:
    cloud.fail(fault)
    assert make_client().get_job(67890)["name"] == "Nightly"
    assert len(cloud.journal) == 2


@pytest.mark.timeout(100)  # the answer comes after 120 seconds
def test_answer_that_comes_too_late_is_not_waited_for(cloud: DbtCloud, make_client: MakeClient) -> None:
    cloud.fail(Fault(delay=120))
    assert make_client(request_timeout=2).get_job(67890)["name"] == "Nightly"


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 422])
def test_refusal_is_told_at_once_and_with_what_was_said(
    cloud: DbtCloud, make_client: MakeClient, status: int
) -> None:
    said = '{"status": {"user_message": "No seats left.", "developer_message": "seat 7"}, "data": null}'
    cloud.fail(Fault(status=status, body=said, times=None))
    with pytest.raises(DbtCloudFailure, match=r"No seats left\. seat 7") as caught:
        make_client().get_job(67890)
    assert caught.value.status_code == status
    assert not caught.value.passing
    assert len(cloud.journal) == 1


@pytest.mark.parametrize("retries", [0, 1, 4])
def test_as_often_as_the_resource_says(cloud: DbtCloud, make_client: MakeClient, retries: int) -> None:
    cloud.fail(Fault(status=500, times=None))
    with pytest.raises(
        Failure, match=rf"Max retries \({retries}\) exceeded with url: .*/jobs/67890/\."
    ) as caught:
        make_client(request_max_retries=retries).get_job(67890)
    assert "500" in str(caught.value)
    assert len(cloud.journal) == retries + 1


def test_long_bodies_are_shortened(cloud: DbtCloud, make_client: MakeClient) -> None:
    cloud.fail(Fault(status=400, body="x" * 100_000, content_type="text/plain"))
    with pytest.raises(Failure) as caught:
        make_client().get_job(67890)
    assert len(str(caught.value)) < 1000


def test_html_says_that_the_host_may_be_wrong(cloud: DbtCloud, make_client: MakeClient) -> None:
    page = "<!doctype html><html><head><title>Sign in</title></head></html>"
    cloud.fail(Fault(body=page, content_type="text/html", times=None))
    with pytest.raises(Failure, match=r"an HTML page \(Sign in\) in place of JSON"):
        make_client(request_max_retries=1).get_job(67890)


def test_cut_artifact_is_fetched_again(cloud: DbtCloud, make_client: MakeClient) -> None:
    client = make_client()
    run_id = client.run_job_and_poll(67890, poll_interval=0.01).run_id
    cloud.fail(Fault(path="manifest.json", cut=True))
    cloud.fail(Fault(path="manifest.json", body='{"nodes": {'))
    assert client.get_manifest(run_id)["nodes"]


def test_artifact_that_stays_incomplete_is_an_error(cloud: DbtCloud, make_client: MakeClient) -> None:
    client = make_client(request_max_retries=1)
    run_id = client.run_job_and_poll(67890, poll_interval=0.01).run_id
    cloud.fail(Fault(path="manifest.json", body='{"nodes": {', times=None))
    with pytest.raises(Failure, match=rf"manifest.json of run {run_id} is no complete JSON"):
        client.get_manifest(run_id)


def test_host_that_never_answers_is_given_up(make_client: MakeClient) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        host = f"http://127.0.0.1:{silent.getsockname()[1]}"
        client = make_client(dbt_cloud_host=host, request_timeout=0.5, request_max_retries=1)
        with pytest.raises(
            Failure, match="ReadTimeout"
        ):  # waiting for ever would end at the test's own time limit
            client.get_job(67890)


def test_one_connection_for_all_requests(make_client: MakeClient) -> None:
    """A server that counts its connections, and keeps them open."""
    body = b'{"data": {"id": 1}}'
    answer = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\nContent-Type: application/json\r\n\r\n%s" % (
        len(body),
        body,
    )
    connections = 0

    def answer_all(listener: socket.socket) -> None:
        nonlocal connections
        connection, _ = listener.accept()
        connections += 1
        with connection:
            while connection.recv(65536):
                connection.sendall(answer)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=answer_all, args=(listener,), daemon=True)
        thread.start()
        client = make_client(
            dbt_cloud_host=f"http://127.0.0.1:{listener.getsockname()[1]}", request_timeout=120
        )
        assert [client.get_job(1)["id"] for _ in range(5)] == [1] * 5
    assert connections == 1


def test_netrc_does_not_replace_the_token(
    cloud: DbtCloud, make_client: MakeClient, tmp_path: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = f"{tmp_path}/netrc"
    with open(netrc, "w", encoding="utf-8") as file:  # noqa: PTH123
        file.write("machine 127.0.0.1 login someone password else\n")
    monkeypatch.setenv("NETRC", netrc)
    assert make_client().get_job(67890)["id"] == 67890
    assert [request.status for request in cloud.journal] == [200]


def test_retries_are_told_in_the_log(
    cloud: DbtCloud, make_client: MakeClient, caplog: pytest.LogCaptureFixture
) -> None:
    cloud.fail(Fault(status=503))
    make_client(log=logging.getLogger("test_retries")).get_job(67890)
    assert [record.levelname for record in caplog.records if "next try in" in record.message] == ["WARNING"]


def pauses(policy: RetryPolicy, troubles: list[Trouble]) -> list[float | None]:
    asked = Pauses(policy)
    return [asked.next(trouble) for trouble in troubles]


def test_pauses_double_up_to_a_bound() -> None:
    waits = pauses(RetryPolicy(max_retries=10, delay=1, longest_delay=8), [DOWN] * 11)
    assert waits[-1] is None
    for wait, bound in zip(waits[:-1], [1, 2, 4, 8, 8, 8, 8, 8, 8, 8], strict=True):
        assert wait is not None
        assert bound * 0.75 <= wait <= bound


def test_limit_without_a_time_is_waited_out_for_the_five_minutes_it_lasts() -> None:
    waits = [wait for wait in pauses(RetryPolicy(), [LIMITED] * 30) if wait is not None]
    assert 300 < sum(waits) <= 360
    refused_at = [sum(waits[:count]) for count in range(len(waits) + 1)]
    assert sum(seconds < 300 for seconds in refused_at) <= MOST_REFUSALS  # each try counts against the limit


def test_limit_that_lasts_too_long_is_an_error_at_once() -> None:
    asked = Trouble("429", passing=True, reached=False, status_code=429, retry_after=3600)
    assert pauses(RetryPolicy(), [asked]) == [None]


def test_limit_without_any_wait_is_not_asked_for_ever() -> None:
    asked = Trouble("429", passing=True, reached=False, status_code=429, retry_after=0)
    assert None in pauses(RetryPolicy(), [asked] * 400)


def test_no_retries_means_none_for_limits_too() -> None:
    assert pauses(RetryPolicy(max_retries=0), [LIMITED]) == [None]


def test_no_pause_outlasts_the_time_that_is_left() -> None:
    with within(5):
        assert pauses(RetryPolicy(), [LIMITED]) == [None]


class Clock:
    """Stands for the module ``time`` in the client and in dbt Cloud: who sleeps has slept at once."""

    def __init__(self) -> None:
        self.slept = 0.0

    def sleep(self, seconds: float) -> None:
        self.slept += seconds

    def monotonic(self) -> float:
        return time.monotonic() + self.slept


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(transport, "time", clock)
    monkeypatch.setattr(state, "time", clock)
    return clock


def test_cool_down_of_the_account_is_sat_out(cloud: DbtCloud, make_client: MakeClient, clock: Clock) -> None:
    """So many requests in a window are allowed; then comes 429 with a Retry-After until a while has passed."""
    cloud.rate_limit = RateLimit(requests=2, window=90, penalty=60)
    client = make_client()
    assert [client.get_job(67890)["name"] for _ in range(3)] == ["Nightly"] * 3
    assert 60 <= clock.slept < 90
    assert [request.status for request in cloud.journal] == [200, 200, 429, 200]


def test_cool_down_that_does_not_say_how_long_is_sat_out(
    cloud: DbtCloud, make_client: MakeClient, clock: Clock
) -> None:
    cloud.fail(Fault(status=429, times=MOST_REFUSALS))
    assert make_client(request_retry_delay=None).get_job(67890)["name"] == "Nightly"
    assert 300 <= clock.slept < 420
    assert [request.status for request in cloud.journal] == [*[429] * MOST_REFUSALS, 200]


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("0", 0),
        ("007", 7),
        (" 12 ", 12),
        ("1.5", 1.5),
        ("9" * 12, 999_999_999_999),
        ("Wed, 21 Oct 2015 07:28:30 GMT", 30),
        ("Wednesday, 21-Oct-15 07:28:30 GMT", 30),
        ("Wed Oct 21 07:28:30 2015", 30),
        ("Wed, 21 Oct 2015 07:27:00 GMT", 0),
        *((illegal, None) for illegal in ("", " ", "-1", "+1", "1e3", "inf", "nan", "0x10", "1_000", "5, 6")),
        *(
            (illegal, None)
            for illegal in ("9" * 400, "½", "٣", "soon", "21 Oct", "Wed, 99 Foo 2015 07:28:00 GMT")
        ),
    ],
)
def test_retry_after_in_every_form(header: str, seconds: float | None) -> None:
    """A date counts from the Date of the same answer, whatever the clock of this machine says."""
    assert retry_after_seconds(header, "Wed, 21 Oct 2015 07:28:00 GMT") == seconds


@pytest.mark.parametrize(
    ("received", "after", "left"),
    [
        (0, 0, 60),
        (0, 59, 1),
        (0, 61, -1),
        (10**6, 90, 10),
        (10**6, 101, -1),
        (10**9, 599, 1),
        (10**9, 601, -1),
    ],
)
def test_download_may_take_longer_while_it_comes_fast(
    monkeypatch: pytest.MonkeyPatch, received: int, after: float, left: float
) -> None:
    budget = Budget(seconds=60, download=True, began=1000.0)
    budget.count(received)
    monkeypatch.setattr(time, "monotonic", lambda: 1000.0 + after)
    assert budget.seconds_left() == left
    plain = Budget(seconds=60, download=False, began=1000.0)
    assert plain.seconds_left() == 60 - after


def test_answer_without_end_is_no_answer() -> None:
    budget = Budget(seconds=60, download=False, began=0.0)
    with pytest.raises(OSError, match="more than"):
        budget.count(65 * 1024 * 1024)


@pytest.mark.parametrize("status", [408, 423, 425])
def test_refusals_that_pass_are_survived(cloud: DbtCloud, make_client: MakeClient, status: int) -> None:
    cloud.fail(Fault(status=status))
    assert make_client().get_job(67890)["name"] == "Nightly"


@pytest.mark.parametrize("path", ["12345/jobs/67890/", "12345/runs/", "12345/jobs/"])
def test_answer_of_the_wrong_shape_is_asked_for_again(
    cloud: DbtCloud, make_client: MakeClient, path: str
) -> None:
    cloud.fail(Fault(body='{"data": "ok"}', times=None))
    with pytest.raises(Failure, match='200 with "ok" in place of'):
        make_client(request_max_retries=1).make_request("GET", path)
    assert len(cloud.journal) == 2


def test_retry_after_is_seconds_or_a_date() -> None:
    assert retry_after_seconds("7") == 7
    assert retry_after_seconds(None) is None
    assert retry_after_seconds("soon") is None
    later = format_datetime(datetime.now(timezone.utc) + timedelta(hours=1), usegmt=True)
    seconds = retry_after_seconds(later)
    assert seconds is not None
    assert 3000 < seconds <= 3600
    assert retry_after_seconds("Wed, 21 Oct 2015 07:28:00 GMT") == 0
