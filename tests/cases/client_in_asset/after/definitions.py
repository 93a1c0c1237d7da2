import os

from dagster import AssetExecutionContext, Definitions, asset
from dagster_dbt.cloud_v2 import DbtCloudCredentials, DbtCloudWorkspace
from dagster_dbt.cloud_v2.types import DbtCloudJobRunStatusType, DbtCloudRun


@asset
def dbt_project_run(context: AssetExecutionContext, dbt_cloud: DbtCloudWorkspace) -> None:
    client = dbt_cloud.get_client()
    output = client.trigger_job_run(67893)

    try:
        output = client.poll_run(output["id"], poll_interval=2.5, poll_timeout=600)
    except Exception:
        # It may have ended since poll_run looked.
        output = client.get_run_details(output["id"])
        if output["status"] < DbtCloudJobRunStatusType.SUCCESS:
            raise

    DbtCloudRun.from_run_details(output).raise_for_status()
    context.log.info(f"dbt Cloud run {output['id']} done")


defs = Definitions(
    assets=[dbt_project_run],
    resources={
        "dbt_cloud": DbtCloudWorkspace(
            credentials=DbtCloudCredentials(
                account_id=int(os.environ["DBT_CLOUD_ACCOUNT_ID"]),
                token=os.environ["DBT_CLOUD_API_TOKEN"],
                access_url="https://emea.dbt.com",
            ),
            project_id=11,
            environment_id=23,
        )
    },
)
