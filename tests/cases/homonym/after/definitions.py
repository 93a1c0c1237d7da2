"""Nothing here is dagster-dbt's: dbt_cloud_resource, load_assets_from_dbt_cloud_job and DbtCloudClient are ours."""

from dagster import Definitions, job, op, resource


class DbtCloudClient:
    def run_job_and_poll(self, job_id):
        return f"dagster_dbt is not asked about {job_id}"  # from dagster_dbt import dbt_cloud_resource


@resource
def dbt_cloud_resource(_):
    return DbtCloudClient()


def load_assets_from_dbt_cloud_job(dbt_cloud, job_id):
    return []


@op(required_resource_keys={"dbt_cloud"})
def run_it(context):
    return context.resources.dbt_cloud.run_job_and_poll(job_id=1)


@job(resource_defs={"dbt_cloud": dbt_cloud_resource})
def our_job():
    run_it()


defs = Definitions(jobs=[our_job], assets=load_assets_from_dbt_cloud_job(dbt_cloud_resource, job_id=1))
