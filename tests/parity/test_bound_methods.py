"""Methods of a client that code hands on as values do after the migration what they did before it."""

from __future__ import annotations

import pytest
from before_and_after import HEAD, Bench, slow

PROGRAM = """
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from dagster_dbt.cloud.resources import DbtCloudClient


def timed(names, fn, *args, **options):
    names.append(fn.__name__)
    return fn(*args, **options)


class Worker:
    def __init__(self, client: DbtCloudClient):
        self.run_job = client.run_job
        self.wait = client.poll_run

    def fire(self, job_id, **settings):
        run = self.run_job(job_id, **settings)
        return self.wait(run["id"], poll_interval=0.01)


@asset(required_resource_keys={"cloud"})
def waited(context):
    client = context.resources.cloud
    ids = [client.run_job(67891, threads_override=7)["id"], client.run_job(67891, threads_override=3)["id"]]
    assert [run["id"] for run in map(client.poll_run, ids)] == ids
    wait = client.poll_run
    run = client.get_run(ids[0])
    assert wait(ids[0], 0.01, None, run["href"])["trigger"]["threads_override"] == 7
    assert client.poll_run(ids[1], href=run["href"])["trigger"]["threads_override"] == 3


@asset(required_resource_keys={"cloud"})
def ran(context):
    client = context.resources.cloud
    run = client.run_job_and_poll(67891, poll_interval=0.01, schema_override="pr_8")
    with ThreadPoolExecutor(2) as pool:
        again = pool.submit(client.run_job_and_poll, 67891, poll_interval=0.01).result()
        done = pool.submit(client.poll_run, again.run_id, 0.01, 20).result()
    assert run.run_details["trigger"]["schema_override"] == "pr_8"
    assert done["id"] == again.run_id == run.run_id + 1


@asset(required_resource_keys={"cloud"})
def kept_in_an_object(context):
    worker = Worker(context.resources.cloud)
    assert worker.fire(67891)["job_definition_id"] == 67891
    assert worker.fire(67891, cause="c")["trigger"]["cause"] == "c"
    assert list(map(worker.run_job, [67891]))[0]["job_definition_id"] == 67891


@asset(required_resource_keys={"cloud"})
def named(context):
    client = context.resources.cloud
    names = []
    run = timed(names, client.run_job, 67891)
    assert timed(names, client.poll_run, run["id"], 0.01)["id"] == timed(names, client.get_run, run["id"])["id"]
    assert timed(names, client.run_job_and_poll, 67891, poll_interval=0.01).job_id == 67891
    assert timed(names, client.get_job, 67891)["id"] == timed(names, client.get_runs, limit=1)[0]["job_definition_id"]
    assert names == ["run_job", "poll_run", "get_run", "run_job_and_poll", "get_job", "get_runs"], names


defs = Definitions(assets=[waited, ran, kept_in_an_object, named], resources={"cloud": cloud})
"""


def test_methods_as_values_do_what_they_did(bench: Bench) -> None:
    done = bench.both(HEAD + PROGRAM, "materialize:all")
    assert "legacy_shim" not in done.migration.now(), [str(one) for one in done.migration.findings]
    assert [record["success"] for record in (*done.before.actions, *done.after.actions)] == [True, True]


LATE = """
@asset(required_resource_keys={"cloud"})
def called(context):
    context.resources.cloud.run_job_and_poll(67891, poll_interval=0.9, poll_timeout=0.5)


@asset(required_resource_keys={"cloud"})
def handed_on(context):
    assert [run.job_id for run in map(context.resources.cloud.run_job_and_poll, [67891], [0.9], [0.5])] == [67891]


@asset(required_resource_keys={"cloud"})
def waited(context):
    client = context.resources.cloud
    assert client.poll_run(client.run_job(67891)["id"], 0.9, 0.5)["status"] == 10


defs = Definitions(assets=[called, handed_on, waited], resources={"cloud": cloud})
"""
READS = """

def alert():
    try:
        called(build_op_context())
    except Failure as failure:
        print(failure.metadata)
"""


@pytest.mark.parametrize("reads", ["", READS], ids=["failures as in v2", "failures as in legacy"])
def test_a_run_that_ends_during_the_last_pause_has_succeeded(bench: Bench, reads: str) -> None:
    done = bench.both(HEAD + LATE + reads, "materialize:all", change=slow(running=0.3))
    assert "legacy_shim" not in done.migration.now(), [str(one) for one in done.migration.findings]
    assert ("LDC225" in {one.code for one in done.migration.findings}) == (not reads)
    assert [record["success"] for record in (*done.before.actions, *done.after.actions)] == [True, True]


BY_PLACE = """
from functools import partial
from itertools import starmap


class Holder:
    pass


def apart(client, *args, **more):
    return client.run_job_and_poll(*args, **more)


@asset(required_resource_keys={"cloud"})
def both_forms(context):
    client = context.resources.cloud
    holder = Holder()
    holder.run = client.run_job_and_poll
    again = partial(client.run_job_and_poll, 67891)
    said = (67891, "by place", ["dbt run"])
    done = [apart(client, *said), holder.run(*said), again("by place", ["dbt run"]), *starmap(client.run_job_and_poll, [said])]
    timed = [apart(client, 67891, 0.01, 20), holder.run(67891, 0.01), again(0.01, 20), apart(client, 67891, cause=None, poll_interval=0.01)]
    assert {run.run_details["trigger"]["cause"] for run in done} == {"by place"}
    assert {run.run_details["trigger"]["steps_override"] is None for run in timed} == {True}


defs = Definitions(assets=[both_forms], resources={"cloud": cloud})
"""


def test_the_cause_by_position_is_told_from_the_interval_when_the_method_is_called(bench: Bench) -> None:
    done = bench.both(HEAD + BY_PLACE, "materialize:all")
    assert "legacy_shim" not in done.migration.now(), [str(one) for one in done.migration.findings]
    assert [record["success"] for record in (*done.before.actions, *done.after.actions)] == [True, True]
    assert len(done.after.runs) == 8
