"""Statuses by `match`, by a look-up, and as a type."""

from enum import Enum

from dagster import Definitions, EnvVar, Failure, OpExecutionContext, job, op
from dagster_dbt import DbtCloudClientResource, DbtCloudRunStatus

dbt_cloud = DbtCloudClientResource(auth_token=EnvVar("DBT_CLOUD_API_TOKEN"), account_id=12345)


class Severity(Enum):
    LOW = 1
    HIGH = 2


def severity(status: DbtCloudRunStatus) -> int:
    if status == DbtCloudRunStatus.SUCCESS:
        return Severity.LOW.value
    return Severity.HIGH.value


@op
def judge(context: OpExecutionContext, dbt_cloud: DbtCloudClientResource):
    client = dbt_cloud.get_dbt_client()
    run = client.poll_run(client.run_job(67891)["id"])
    match run["status_humanized"]:
        case DbtCloudRunStatus.SUCCESS:
            said = "ok"
        case DbtCloudRunStatus.ERROR | DbtCloudRunStatus.CANCELLED:
            raise Failure("failed")
        case _:
            said = "running"
    status = DbtCloudRunStatus(run["status_humanized"])
    known = [one.name for one in DbtCloudRunStatus]
    context.add_output_metadata({"said": said, "severity": severity(status), "known": known})


@job(resource_defs={"dbt_cloud": dbt_cloud})
def status_lookups():
    judge()


defs = Definitions(jobs=[status_lookups])
