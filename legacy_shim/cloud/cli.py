"""``cache-compile-references``, for workflows that compile jobs ahead of a load (``dagster_dbt.cloud.cli``).

Run as ``python -m legacy_shim.cloud.cli cache-compile-references``.
"""

from collections.abc import Mapping
from typing import Annotated, Any

import typer
from dagster import Failure

from legacy_shim.cloud.asset_defs import (
    DAGSTER_DBT_COMPILE_RUN_ID_ENV_VAR as DAGSTER_DBT_COMPILE_RUN_ID_ENV_VAR,
)
from legacy_shim.cloud.asset_defs import (
    DbtCloudCacheableAssetsDefinition as DbtCloudCacheableAssetsDefinition,
)
from legacy_shim.cloud.client import DbtCloudClient
from legacy_shim.cloud.compiled_job import only_materialization_step
from legacy_shim.cloud.failures import DbtCloudConfigurationError
from legacy_shim.cloud.resource_definition import DbtCloudResource
from legacy_shim.cloud.settings import DBT_DEFAULT_HOST
from legacy_shim.cloud.user_calls import building, warn_call
from legacy_shim.dbt_commands import parse_command, selection_options
from legacy_shim.module_access import watch_module
from legacy_shim.visible import message, one_line

__all__ = [
    "DAGSTER_DBT_COMPILE_RUN_ID_ENV_VAR",
    "DBT_DEFAULT_HOST",
    "DbtCloudCacheableAssetsDefinition",
    "DbtCloudResource",
    "app",
    "cache_compile_references",
    "callback",
]

_CAUSE = "Generating software-defined assets for Dagster."

# A traceback that shows local variables would show the token.
app = typer.Typer(pretty_exceptions_show_locals=False)


@app.command()
def cache_compile_references(
    auth_token: Annotated[
        str,
        typer.Argument(
            envvar=["DBT_CLOUD_API_TOKEN", "DBT_CLOUD_API_KEY"], help="Token for the dbt Cloud API."
        ),
    ],
    account_id: Annotated[
        int, typer.Argument(envvar="DBT_CLOUD_ACCOUNT_ID", help="Id of the dbt Cloud account.")
    ],
    project_id: Annotated[
        int,
        typer.Argument(
            envvar="DBT_CLOUD_PROJECT_ID", help="Id of the dbt Cloud project whose jobs are compiled."
        ),
    ],
    host: Annotated[
        str, typer.Option(envvar="DBT_CLOUD_HOST", help="Address of the dbt Cloud host.")
    ] = DBT_DEFAULT_HOST,
) -> None:
    """Compile the jobs of a project that ask for it, and note the run in their environment variable.

    A job asks for it with a value of its own for DBT_DAGSTER_COMPILE_RUN_ID; start with -1.
    """
    warn_call("cache_compile_references")
    with building():
        client = DbtCloudResource(
            auth_token=auth_token,
            account_id=account_id,
            disable_schedule_on_trigger=False,
            dbt_cloud_host=host,
        )
    try:
        for job in client.list_jobs(project_id=project_id):
            _cache_compile_run(client, project_id, job)
    except (Failure, DbtCloudConfigurationError) as error:
        typer.echo(message(f"Error: {getattr(error, 'description', None) or error}"), err=True)
        raise typer.Exit(1) from None


def _cache_compile_run(client: DbtCloudClient, project_id: int, job: Mapping[str, Any]) -> None:
    job_id: int = job["id"]
    name = DAGSTER_DBT_COMPILE_RUN_ID_ENV_VAR
    variables = client.get_job_environment_variables(project_id=project_id, job_id=job_id) or {}
    variable = (variables.get(name) or {}).get("job")
    if not variable:
        typer.echo(
            f"Skipping job {one_line(job_id)}: it has no value of its own for {name}. Set it to -1 to begin."
        )
        return
    commands = job["execute_steps"]
    command = parse_command(commands[only_materialization_step(commands)])
    options = selection_options(command.select, command.exclude, command.selector)
    run = client.run_job(
        job_id=job_id,
        cause=_CAUSE,
        steps_override=[" ".join(["dbt compile", *options])],
        generate_docs_override=job.get("generate_docs", False),
    )
    typer.echo(f"Compiling job {one_line(job_id)} in run {one_line(run['id'])}.")
    client.set_job_environment_variable(
        project_id=project_id,
        job_id=job_id,
        environment_variable_id=variable["id"],
        name=name,
        value=str(run["id"]),
    )
    typer.echo(f"{name} of job {one_line(job_id)} is now {one_line(run['id'])}.")


@app.callback()
def callback() -> None:
    """Tools for the legacy dbt Cloud integration of Dagster."""


if __name__ == "__main__":
    app()
else:
    watch_module(__name__)
