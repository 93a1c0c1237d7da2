import os
from typing import Optional

from dagster import Definitions, ResourceParam, asset
from dagster_dbt.cloud_v2 import DbtCloudCredentials, DbtCloudWorkspace
from dagster_dbt.cloud_v2.client import DbtCloudWorkspaceClient
from dagster_dbt.cloud_v2.types import DbtCloudRun


def build_resource(token: str, account_id: Optional[str]) -> DbtCloudWorkspace:
    return DbtCloudWorkspace(
        credentials=DbtCloudCredentials(
            account_id=int(account_id),
            token=token,
            access_url="https://cloud.getdbt.com",
        ),
        project_id=11,
        environment_id=22,
    )


def name_of(client: DbtCloudWorkspaceClient, job_id: int) -> str:
    return client.get_job_details(job_id)["name"]


def run(resource: DbtCloudWorkspace) -> dict:
    """Run the nightly job."""
    client = resource.get_client()
    dbt_run = client.trigger_job_run(67890)
    dbt_run = client.poll_run(dbt_run["id"], poll_interval=1, poll_timeout=float("inf"))
    DbtCloudRun.from_run_details(dbt_run).raise_for_status()
    dbt_run = client.get_run_details(
        dbt_run["id"],
        include_related=["job", "trigger", "run_steps"],
    )
    return dbt_run


@asset
def nightly(dbt_cloud: DbtCloudWorkspace) -> int:
    output: dict = run(dbt_cloud)
    return output["job_definition_id"]


@asset
def named(dbt_cloud: DbtCloudWorkspace) -> str:
    return name_of(dbt_cloud.get_client(), 67890)


@asset
def untyped(dbt_cloud: ResourceParam[object]) -> str:
    return dbt_cloud.get_client().get_job_details(67890)["name"]


dbt_cloud: DbtCloudWorkspace = build_resource(
    os.environ["DBT_CLOUD_API_TOKEN"], os.getenv("DBT_CLOUD_ACCOUNT_ID")
)
defs = Definitions(assets=[nightly, named, untyped], resources={"dbt_cloud": dbt_cloud})
