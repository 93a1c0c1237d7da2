"""Methods of a client that code hands on as values do after the migration what they did before it."""

from __future__ import annotations

from before_and_after import HEAD, Bench

PROGRAM = """
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from dagster_dbt.cloud.resources import DbtCloudClient


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


defs = Definitions(assets=[waited, ran, kept_in_an_object], resources={"cloud": cloud})
"""


def test_methods_as_values_do_what_they_did(bench: Bench) -> None:
    done = bench.both(HEAD + PROGRAM, "materialize:all")
    assert "legacy_shim" not in done.migration.now(), [str(one) for one in done.migration.findings]
    assert [record["success"] for record in (*done.before.actions, *done.after.actions)] == [True, True]
