import os

from dagster import AssetExecutionContext, AssetSelection, Definitions, define_asset_job
from dagster_dbt import DagsterDbtTranslator, DagsterDbtTranslatorSettings
from dagster_dbt.cloud_v2 import DbtCloudCredentials, DbtCloudWorkspace
from dagster_dbt.cloud_v2 import dbt_cloud_assets as dbt_cloud_assets_v2

DBT_CLOUD_JOBS = (67890, 67891)

dbt_cloud = DbtCloudWorkspace(
    credentials=DbtCloudCredentials(
        account_id=int(os.environ["DBT_CLOUD_ACCOUNT_ID"]),
        token=os.environ["DBT_CLOUD_API_TOKEN"],
        access_url="https://cloud.getdbt.com",
    ),
    project_id=11,
    environment_id=22,
    adhoc_job_name="Nightly",  # runs job 67890 itself, with its settings
)

DBT_CLOUD_JOBS_2 = {
    67890: {
        "select": "tag:daily",
        "before": [["seed"]],
        "command": ["build"],
        "checks": True,
    },
    67891: {
        "select": "tag:weekly",
        "before": [],
        "command": ["run"],
        "checks": False,
    },
}


def dbt_cloud_job(workspace: DbtCloudWorkspace, job_id: int):
    job = DBT_CLOUD_JOBS_2[job_id]

    @dbt_cloud_assets_v2(
        workspace=workspace,
        select=job["select"],
        name=f"dbt_cloud_job_{job_id}",
        dagster_dbt_translator=DagsterDbtTranslator(
            DagsterDbtTranslatorSettings(enable_asset_checks=job["checks"])
        ),
    )
    def models(context: AssetExecutionContext):
        for command in job["before"]:
            list(workspace.cli(command).wait(timeout=float("inf")))
        yield from workspace.cli(job["command"], context=context).wait(
            timeout=float("inf")
        )

    return models


dbt_cloud_assets = [
    dbt_cloud_job(dbt_cloud, job_id) for job_id in DBT_CLOUD_JOBS
]

everything = define_asset_job("everything", selection=AssetSelection.all())

defs = Definitions(assets=dbt_cloud_assets, jobs=[everything])
