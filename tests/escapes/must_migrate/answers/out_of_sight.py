"""Answers of runs that go where nobody follows them: sorted, mapped, yielded, kept in objects, handed to other packages."""

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial, wraps
from typing import NamedTuple

from dagster import Definitions, DynamicOut, DynamicOutput, EnvVar, Failure, OpExecutionContext, job, op
from dagster_dbt import DbtCloudClientResource, DbtCloudOutput

dbt_cloud = DbtCloudClientResource(auth_token=EnvVar("DBT_CLOUD_API_TOKEN"), account_id=12345)


class Ran(NamedTuple):
    name: str
    output: DbtCloudOutput


def logged(function):
    @wraps(function)
    def wrapper(*args, **kwargs):
        print("running", function.__name__)
        return function(*args, **kwargs)

    return wrapper


def with_retries(function, *args, attempts: int = 3):
    for attempt in range(attempts):
        try:
            return function(*args)
        except Failure:
            if attempt == attempts - 1:
                raise
    return None


def seconds(output: DbtCloudOutput) -> bool:
    return (output.finished_at - output.started_at).total_seconds() >= 0


@op
def all_ways(context: OpExecutionContext, dbt_cloud: DbtCloudClientResource):
    client = dbt_cloud.get_dbt_client()

    def runs(*job_ids: int) -> Iterator[DbtCloudOutput]:
        for job_id in job_ids:
            yield client.run_job_and_poll(job_id)

    @logged
    def weekly():
        return client.run_job_and_poll(67891, poll_interval=1)

    async def in_a_thread():
        return await asyncio.to_thread(client.run_job_and_poll, 67891)

    with ThreadPoolExecutor(max_workers=1) as pool:
        submitted = pool.submit(client.run_job_and_poll, 67891, poll_interval=1).result()
        mapped = list(pool.map(client.run_job_and_poll, [67891]))
    later = partial(client.run_job_and_poll, 67891)
    by_name = {"weekly": lambda: client.run_job_and_poll(67891), "later": later}
    kept = Ran("kept", max(runs(67891), key=lambda output: output.run_id))
    outputs = [
        submitted,
        *mapped,
        kept.output,
        with_retries(client.run_job_and_poll, 67891),
        asyncio.run(in_a_thread()),
        *(each() for each in by_name.values()),
    ]
    newest = sorted(outputs, key=lambda output: -output.run_id)[0]
    context.add_output_metadata(
        {
            "jobs": [output.job_id for output in outputs],
            "job_name": newest.job_name or "",
            "status": newest.run_details["status_humanized"],
            "results": len(newest.result["results"]),
            "documented": newest.docs_url is not None,
            "seconds": all(map(seconds, outputs)),
            "types": all(isinstance(output, DbtCloudOutput) for output in outputs),
            "decorated": weekly().job_id,
        }
    )
    return newest


@op(out=DynamicOut())
def each_job():
    yield DynamicOutput(67891, mapping_key="weekly")


@op(required_resource_keys={"dbt_cloud"})
def one_job(context, job_id: int) -> DbtCloudOutput:
    return context.resources.dbt_cloud.run_job_and_poll(job_id)


@op
def gathered(context: OpExecutionContext, newest: DbtCloudOutput, outputs):
    context.add_output_metadata({"newest": newest.job_id, "jobs": [output.job_id for output in outputs]})


@job(resource_defs={"dbt_cloud": dbt_cloud})
def out_of_sight():
    gathered(all_ways(), each_job().map(one_job).collect())


defs = Definitions(jobs=[out_of_sight])
