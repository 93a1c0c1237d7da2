"""Methods of a client that are handed on as values: each becomes the function that does what it did."""

from __future__ import annotations

from pathlib import Path

import pytest
from rewriting import migrate, migrate_one

HEAD = """
from functools import partial

from dagster import Definitions, op
from dagster_dbt import DbtCloudClientResource
from dagster_dbt.cloud.resources import DbtCloudClient

cloud = DbtCloudClientResource(auth_token="t", account_id=12345)

"""
OP = '@op(required_resource_keys={"cloud"})\ndef work(context):\n    client = context.resources.cloud\n'
DEFS = '\n\ndefs = Definitions(resources={"cloud": cloud})\n'
WAITS = """
def wait_for_run(client, run_id, poll_interval=10, poll_timeout=None, href=None):
    try:
        run = client.poll_run(
            run_id,
            poll_interval=poll_interval,
            poll_timeout=poll_timeout or float("inf"),
        )
    except Exception:
        # It may have ended since poll_run looked.
        run = client.get_run_details(run_id)
        if run["status"] < DbtCloudJobRunStatusType.SUCCESS:
            raise
    DbtCloudRun.from_run_details(run).raise_for_status()
"""
RUNS = """
def run_job(client, job_id, poll_interval=10, poll_timeout=None, **settings):
    run = start_run(client, job_id, **settings)
"""
OTHER_SETTINGS = (
    "client.run_job(67890, cause='x', schema_override='y')",
    "client.run_job_and_poll(67890, schema_override='y')",
    "client.run_job_and_poll(67890, **given)",
    "run = client.run_job_and_poll",
)


def _program(*lines: str) -> str:
    return HEAD + OP + "".join(f"    {line}\n" for line in ("client.get_job(67890)", *lines)) + DEFS


@pytest.mark.parametrize("other", OTHER_SETTINGS)
@pytest.mark.parametrize(
    ("line", "after"),
    [
        ("wait = client.poll_run", "wait = partial(wait_for_run, client.get_client())"),
        ("map(client.poll_run, ids)", "map(partial(wait_for_run, client.get_client()), ids)"),
        ("partial(client.poll_run, 1)", "partial(wait_for_run, client.get_client(), 1)"),
        ("client.poll_run(1, href=page)", "wait_for_run(client.get_client(), 1, href=page)"),
        ("client.poll_run(**given)", "wait_for_run(client.get_client(), **given)"),
    ],
)
def test_what_waits_for_a_run_never_starts_one(tmp_path: Path, line: str, after: str, other: str) -> None:
    text, _ = migrate_one(tmp_path, _program(other, line))
    assert f"    {after}\n" in text
    assert WAITS in text
    assert "start_run(" not in text.split("def wait_for_run(")[1].split("\n\n")[0]
    if "and_poll" in other:
        assert RUNS in text


def test_a_function_takes_no_more_than_what_v2_does_where_all_calls_are_read(tmp_path: Path) -> None:
    lines = ("print(client.poll_run(1, 5))", "print(client.run_job_and_poll(67890)['id'])")
    text, _ = migrate_one(tmp_path, _program("client.get_runs()", *lines))
    assert "def wait_for_run(client, run_id, poll_interval=10, poll_timeout=None):\n" in text
    assert "**settings" not in text


WORKER = """class Worker:
    def __init__(self, client: DbtCloudClient):
        self.{0} = client.run_job

    def fire(self, job_id):
        return self.{0}(job_id)["id"], list(map(self.{0}, [job_id]))

"""


@pytest.mark.parametrize("name", ["start", "run_job"])
def test_a_method_in_an_attribute_is_written_where_it_was_taken(tmp_path: Path, name: str) -> None:
    worker = WORKER.format(name)
    text, _ = migrate_one(
        tmp_path, HEAD + worker + "\n" + OP + "    print(Worker(client).fire(67890))\n" + DEFS
    )
    expected = worker.replace("DbtCloudClient", "DbtCloudWorkspace")
    assert expected.replace("client.run_job", "partial(start_run, client.get_client())") in text


TIMED = "def timed(fn, *args):\n    print(fn.__name__)\n    return fn(*args)\n\n\n"
POOL = "class Pool:\n    def submit(self, fn, *args):\n        self.todo.append((fn.__name__, args))\n\n\n"


@pytest.mark.parametrize(
    ("more", "line", "after", "named"),
    [
        (TIMED, "timed(client.run_job, 1)", "timed(MethodType(start_run, {}), 1)", ("start_run", "run_job")),
        (
            TIMED,
            "timed(client.poll_run, 1)",
            "timed(MethodType(wait_for_run, {}), 1)",
            ("wait_for_run", "poll_run"),
        ),
        (TIMED, "timed(client.get_run, 1)", "timed(MethodType(get_run, {}), 1)", ()),
        (TIMED, "timed(client.get_runs)", "timed(MethodType(get_runs, {}))", ()),
        (
            POOL,
            "Pool().submit(client.run_job, 1)",
            "Pool().submit(MethodType(start_run, {}), 1)",
            ("start_run", "run_job"),
        ),
        ("", "wraps(client.run_job)(go)", "wraps(MethodType(start_run, {}))(go)", ("start_run", "run_job")),
        ("", "backoff(client.get_runs)()", "backoff(MethodType(get_runs, {}))()", ()),
        ("", "backoff(client.get_run)()", "backoff({}.get_run_details)()", ()),
        ("", "pool.submit(client.run_job, 1)", "pool.submit(start_run, {}, 1)", ()),
        ("", "print(client.run_job)", "print(partial(start_run, {}))", ()),
        (
            "",
            "p = partial(client.run_job, 1); p.func",
            "p = partial(MethodType(start_run, {}), 1); p.func",
            ("start_run", "run_job"),
        ),
    ],
)
def test_a_method_whose_name_may_be_read_keeps_it(
    tmp_path: Path, more: str, line: str, after: str, named: tuple[str, ...]
) -> None:
    text, _ = migrate_one(tmp_path, (HEAD + more + OP + f"    {line}\n" + DEFS))
    assert f"    {after.format('client.get_client()')}\n" in text
    lines = [each for each in text.splitlines() if ".__name__ = " in each]
    expected = [f'{named[0]}.__name__ = "{named[1]}"  # code that gets it reads this name'] if named else []
    assert lines == expected


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("print(client.run_job.__self__)", "is read as `.__self__`"),
        ("print(client.run_job.__doc__)", "is read as `.__doc__`"),
        ("go = client.run_job; print(go == client.get_job)", "is compared"),
        ("done[client.run_job] = 1", "is a key"),
        ("done = {client.run_job: 1}", "is a key"),
        ("done = {client.run_job, client.get_job}", "is in a set"),
        ("inspect.signature(client.run_job)", "is passed to `signature`"),
        ("print(client.get_job, getattr(client.run_job, name))", "is read as `.an attribute`"),
    ],
)
def test_a_method_of_which_more_is_read_stays(tmp_path: Path, line: str, said: str) -> None:
    texts, report = migrate(tmp_path, {"program.py": _program(line)})
    assert f"    {line}\n" in texts["program.py"]
    assert any(said in one.message for one in report.findings if one.code == "LDC303")


RUN = "run = client.run_job_and_poll"
SCHEDULES = "the dbt Cloud schedules of the jobs that it runs may be on: the codemod cannot tell from `client.run_job_and_poll` which jobs these are"
NAMED = f"{SCHEDULES}; of those that the files name, that may be 67891 (Hourly)"
ON = "the dbt Cloud schedule of job 67891 (Hourly) is on now"


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (("partial(client.run_job_and_poll, 67891, poll_timeout=60)",), {ON}),
        (("pool.submit(client.run_job_and_poll, job_id=67891)",), {ON}),
        (("map(client.run_job_and_poll, [67890, 67891])",), {ON}),
        ((RUN, "run(67891)"), {ON}),
        ((RUN, "submit(run, 67890)", "go(run)"), {SCHEDULES}),
        (("run = partial(client.run_job_and_poll, poll_interval=1)", "run(67891)"), {NAMED}),
        ((RUN, "run(*ids)", "run(67891)"), {ON, SCHEDULES}),
        (("map(client.run_job_and_poll, ids)",), {SCHEDULES}),
    ],
)
def test_every_run_that_a_method_may_start_is_reported(
    tmp_path: Path, lines: tuple[str, ...], said: set[str]
) -> None:
    program = _program(*lines, "client.run_job_and_poll(67890)")
    _, report = migrate(tmp_path, {"program.py": program})
    at = next(n for n, line in enumerate(program.lstrip().splitlines(), 1) if "run_job_and_poll" in line)
    assert {one.code for one in report.findings if one.place.line == at} >= {"LDC216", "LDC218", "LDC225"}
    assert {one.message for one in report.findings if one.code == "LDC208"} == said


def test_what_only_waits_names_no_job(tmp_path: Path) -> None:
    _, report = migrate(
        tmp_path, {"program.py": _program("client.run_job(67890)", "map(client.poll_run, ids)")}
    )
    assert not {"LDC208", "LDC402"} & {one.code for one in report.findings}
