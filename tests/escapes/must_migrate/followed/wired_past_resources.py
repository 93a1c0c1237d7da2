"""Ops that are wired by position, behind the resources, the configuration and the context that Dagster fills."""

from dagster import (
    Config,
    ConfigurableResource,
    Definitions,
    EnvVar,
    OpExecutionContext,
    Output,
    ResourceParam,
    job,
    op,
)
from dagster_dbt import DbtCloudClientResource

dbt_cloud = DbtCloudClientResource(auth_token=EnvVar("DBT_CLOUD_API_TOKEN"), account_id=12345)


class Threshold(Config):
    seconds: int = 600


class Store(ConfigurableResource):
    bucket: str = "runs"


class Archive(Store):
    """A store of another kind."""


@op
def build(dbt_cloud: DbtCloudClientResource):
    return dbt_cloud.get_dbt_client().run_job_and_poll(67890)


@op
def within_time(context: OpExecutionContext, config: Threshold, run):
    context.log.info(f"run {run.run_id}")
    return Output(run, metadata={"job": run.job_id, "limit": config.seconds})


@op
def described(dbt_cloud: DbtCloudClientResource, run):
    name = dbt_cloud.get_dbt_client().get_job(run.job_id)["name"]
    return Output(run, metadata={"name": name})


@op
def stored(store: Archive, prefix: ResourceParam[str], run, other):
    return Output(
        None,
        metadata={"at": f"{prefix}/{store.bucket}/{run.job_id}", "same": run.run_id == other.run_id},
    )


@job
def wired_past_resources():
    run = build()
    stored(within_time(run), described(run))


defs = Definitions(
    jobs=[wired_past_resources], resources={"dbt_cloud": dbt_cloud, "store": Archive(), "prefix": "s3"}
)
