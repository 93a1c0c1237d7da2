"""What v2's client has no method for, or only one that answers otherwise."""

import json

from dagster import Definitions, Failure, OpExecutionContext, job, op
from dagster_dbt import dbt_cloud_resource

dbt_cloud = dbt_cloud_resource.configured({"auth_token": {"env": "DBT_CLOUD_API_TOKEN"}, "account_id": 12345})
POLLING = {"poll_interval": 1, "poll_timeout": 3600}


@op(required_resource_keys={"dbt_cloud"})
def ask(context: OpExecutionContext):
    client = context.resources.dbt_cloud
    branch = {"git_branch": "release", "threads_override": 8}
    output = client.run_job_and_poll(67891, **POLLING, **branch, cause="a release")
    run = client.run_job(67891, schema_override="ci")
    final = client.poll_run(run["id"], href=run["href"], poll_interval=1)
    trigger = client.get_run(output.run_id, include_related=["trigger"])["trigger"]
    manifest = json.loads(client.get_run_artifact(output.run_id, "manifest.json"))
    results = json.loads(client.get_run_artifact(run_id=output.run_id, path="run_results.json"))
    step = len(client.get_run(output.run_id, include_related=["run_steps"])["run_steps"])
    try:
        client.get_run_artifact(output.run_id, "no such file.json")
        missing = ""
    except Failure as failure:
        missing = str(failure.description)[:15]
    context.add_output_metadata(
        {
            "branch": trigger["git_branch"],
            "cause": trigger["cause"],
            "status": final["status_humanized"],
            "nodes": len(manifest["nodes"]),
            "results": [
                len(results["results"]),
                len(client.get_run_results(output.run_id, step=step)["results"]),
            ],
            "files": sorted(client.list_run_artifacts(output.run_id, step=step))[:1],
            "steps": list(client.get_run_steps(output.run_id)),
            "runs": [each["job_definition_id"] for each in client.get_runs(job_id=67891, limit=2)],
            "related": client.get_runs(["job"], job_id=67891, limit=1)[0]["status_humanized"],
            "jobs": [each["name"] for each in client.list_jobs(project_id=11, order_by="id")],
            "raw": client.make_request("GET", "12345/jobs/67891/")["name"],
            "based": client.make_request("GET", "12345/jobs/67891/", base_url=client.api_v2_base_url)["name"],
            "rooted": client.make_request("GET", "/api/v2/accounts/12345/jobs/67891/", return_text=True)[
                "text"
            ][:5],
            "missing": missing,
        }
    )
    changed = client.update_job(67891, triggers={"schedule": True}, name="Renamed")
    context.log.info(str(changed["triggers"]))


@job(resource_defs={"dbt_cloud": dbt_cloud})
def lacking_methods():
    ask()


defs = Definitions(jobs=[lacking_methods])
