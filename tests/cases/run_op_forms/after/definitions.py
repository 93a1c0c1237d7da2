import os

import dagster as dg
from dagster_dbt.cloud_v2 import DbtCloudCredentials, DbtCloudWorkspace
from dagster_dbt.cloud_v2.types import DbtCloudJobRunStatusType, DbtCloudRun

JOB_ID = int(os.getenv("DBT_JOB_ID", "67890"))
RESOURCES = {
    "dbt_cloud": DbtCloudWorkspace(
        credentials=DbtCloudCredentials(
            account_id=12345,
            token=os.getenv("DBT_CLOUD_API_TOKEN"),
            access_url="https://cloud.getdbt.com",
        ),
        project_id=11,
        environment_id=22,
    )
}


@dg.success_hook
def celebrate(context: dg.HookContext):
    context.log.info("done")


def run_of(job_id: int):
    return {"config": {"job_id": job_id, "poll_interval": 1, "asset_key_prefix": ["warehouse", "dbt"]}}


@dg.op(
    config_schema={
        "job_id": dg.IntSource,
        "poll_interval": dg.Field(float, default_value=10.0),
        "poll_timeout": dg.Field(dg.Noneable(float), default_value=None),
        "yield_materializations": dg.Field(dg.BoolSource, default_value=True),
        "asset_key_prefix": dg.Field([dg.StringSource], default_value=["dbt"]),
    },
    ins={"start_after": dg.In(dg.Nothing)},
    required_resource_keys={"dbt_cloud"},
    tags={"dagster/compute_kind": "dbt_cloud"},
)
def dbt_cloud_run_op(context):
    config = context.op_config
    client = context.resources.dbt_cloud.get_client()
    run = client.trigger_job_run(config["job_id"])
    try:
        run = client.poll_run(
            run["id"],
            poll_interval=config["poll_interval"],
            poll_timeout=config["poll_timeout"] or float("inf"),
        )
    except Exception:
        # It may have ended since poll_run looked.
        run = client.get_run_details(run["id"])
        if run["status"] < DbtCloudJobRunStatusType.SUCCESS:
            raise
    DbtCloudRun.from_run_details(run).raise_for_status()
    run = client.get_run_details(
        run["id"],
        include_related=["job", "trigger", "run_steps"],
    )
    artifacts = client.list_run_artifacts(run["id"])
    if config["yield_materializations"] and "run_results.json" in artifacts:
        for result in client.get_run_results_json(run["id"])["results"]:
            node = result["unique_id"].split(".")
            built = node[0] in ("model", "seed", "snapshot")
            if built and result["status"] in ("success", "no-op", "reused", "warn"):
                yield dg.AssetMaterialization(
                    [*config["asset_key_prefix"], *node],
                    metadata={
                        "Status": result["status"],
                        "Execution Time (seconds)": result["execution_time"],
                    },
                )
    yield dg.Output(
        run,
        metadata={
            "created_at": run["created_at"],
            "started_at": run["started_at"],
            "finished_at": run["finished_at"],
            "total_duration": run["duration"],
            "run_duration": run["run_duration"],
        },
    )


@dg.job(
    resource_defs=RESOURCES,
    config={"ops": {"dbt_cloud_run_op": run_of(JOB_ID)}},
)
def in_the_job():
    dbt_cloud_run_op()


@dg.graph
def twice():
    first = dbt_cloud_run_op.alias("first").with_hooks({celebrate})
    second = dbt_cloud_run_op.alias("second").tag({"team": "data"})
    second(start_after=[first()])


in_turn = twice.to_job(
    resource_defs=RESOURCES,
    config={
        "ops": {
            "first": {"config": {"job_id": 67890, "poll_interval": 1}},
            "second": {"config": {"job_id": 67891, "poll_interval": 1, "yield_materializations": False}},
        }
    },
)

configured = dg.configured(dbt_cloud_run_op, name="configured")({"job_id": 67890, "poll_interval": 1})


@dg.job(resource_defs=RESOURCES)
def outside():
    configured()


defs = dg.Definitions(jobs=[in_the_job, in_turn, outside])
