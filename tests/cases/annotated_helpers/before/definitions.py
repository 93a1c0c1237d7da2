import os
from typing import Optional

from dagster import Definitions, ResourceParam, asset
from dagster_dbt import DbtCloudClientResource, DbtCloudOutput
from dagster_dbt.cloud.resources import DbtCloudClient


def build_resource(token: str, account_id: Optional[str]) -> DbtCloudClientResource:
    return DbtCloudClientResource(auth_token=token, account_id=int(account_id))


def name_of(client: DbtCloudClient, job_id: int) -> str:
    return client.get_job(job_id)["name"]


def run(resource: DbtCloudClientResource) -> DbtCloudOutput:
    """Run the nightly job."""
    client = resource.get_dbt_client()
    return client.run_job_and_poll(67890, poll_interval=1)


@asset
def nightly(dbt_cloud: DbtCloudClientResource) -> int:
    output: DbtCloudOutput = run(dbt_cloud)
    return output.job_id


@asset
def named(dbt_cloud: ResourceParam[DbtCloudClientResource]) -> str:
    return name_of(dbt_cloud.get_dbt_client(), 67890)


@asset
def untyped(dbt_cloud: ResourceParam[object]) -> str:
    return dbt_cloud.get_dbt_client().get_job(67890)["name"]


dbt_cloud: DbtCloudClientResource = build_resource(
    os.environ["DBT_CLOUD_API_TOKEN"], os.getenv("DBT_CLOUD_ACCOUNT_ID")
)
defs = Definitions(assets=[nightly, named, untyped], resources={"dbt_cloud": dbt_cloud})
