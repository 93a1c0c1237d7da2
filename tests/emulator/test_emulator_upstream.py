"""Both of dagster-dbt's own integrations, unchanged, against the local dbt Cloud.

Warehouse and artifacts are those of the test's back end: a recording, or dbt itself.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Any

import pytest
import requests
from dagster import (
    AssetExecutionContext,
    AssetKey,
    AssetsDefinition,
    AssetSelection,
    DagsterInstance,
    DailyPartitionsDefinition,
    Definitions,
    ExecuteInProcessResult,
    Failure,
    SensorResult,
    build_sensor_context,
    job,
    materialize,
)
from dagster_dbt import (
    DbtCloudClientResource,
    dbt_cloud_resource,
    dbt_cloud_run_op,
    load_assets_from_dbt_cloud_job,
)
from dagster_dbt.cloud.cli import app as legacy_cli
from dagster_dbt.cloud.resources import DbtCloudClient
from dagster_dbt.cloud_v2 import DbtCloudCredentials, DbtCloudWorkspace, dbt_cloud_assets
from dagster_dbt.cloud_v2.sensor_builder import build_dbt_cloud_polling_sensor
from emulator_support import ACCOUNT, ENVIRONMENT, JOB, PROJECT, TOKEN, Api
from typer.testing import CliRunner

from legacy_shim.emulator import Fault, Outcome

pytestmark = [
    pytest.mark.filterwarnings("ignore::dagster.BetaWarning"),
    pytest.mark.filterwarnings("ignore::dagster.SupersessionWarning"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
]
DAILY = {"customers", "big_spenders"}
PARTITIONS = DailyPartitionsDefinition(start_date="2024-01-01", end_date="2024-01-04")


def legacy_client(api: Api, **config: Any) -> DbtCloudClient:
    return DbtCloudClient(TOKEN, ACCOUNT, dbt_cloud_host=f"{api.server.url}/", **config)


def legacy_resource(api: Api) -> Any:
    host = f"{api.server.url}/"
    return dbt_cloud_resource.configured({"auth_token": TOKEN, "account_id": ACCOUNT, "dbt_cloud_host": host})


def workspace(api: Api, **fields: Any) -> DbtCloudWorkspace:
    credentials = DbtCloudCredentials(ACCOUNT, TOKEN, api.server.url)
    return DbtCloudWorkspace(
        credentials=credentials, project_id=PROJECT, environment_id=ENVIRONMENT, **fields
    )


def legacy_assets(api: Api, **fields: Any) -> AssetsDefinition:
    loaded = load_assets_from_dbt_cloud_job(dbt_cloud=legacy_resource(api), job_id=JOB, **fields)
    (assets,) = loaded.build_definitions(loaded.compute_cacheable_data())
    return assets


def v2_assets(
    api: Api, args: Sequence[str] = ("build",), **fields: Any
) -> tuple[AssetsDefinition, DbtCloudWorkspace]:
    space = workspace(api, adhoc_job_name="Nightly")

    @dbt_cloud_assets(workspace=space, name="dbt_cloud_job_67890", **fields)
    def assets(context: AssetExecutionContext, dbt_cloud: DbtCloudWorkspace) -> Iterator[Any]:
        yield from dbt_cloud.cli(list(args), context=context).wait(timeout=240)

    return assets, space


def names(assets: AssetsDefinition) -> set[str]:
    return {key.path[-1] for key in assets.keys}


def materialized(result: ExecuteInProcessResult) -> set[str]:
    return {
        event.asset_key.path[-1] for event in result.get_asset_materialization_events() if event.asset_key
    }


@pytest.fixture(params=["recorded", "real"])
def either(request: pytest.FixtureRequest) -> Iterator[Api]:
    """A dbt Cloud on each of the two back ends, with the job JOB."""
    if request.param == "recorded":
        yield request.getfixturevalue("api")
        return
    real: Api = request.getfixturevalue("real")
    real.cloud.add_job(
        JOB,
        project_id=PROJECT,
        environment_id=ENVIRONMENT,
        name="Nightly",
        execute_steps=["dbt seed", "dbt build --select tag:daily"],
    )
    yield real
    del real.cloud.jobs[JOB]


def test_legacy_assets_load_and_materialize(either: Api) -> None:
    assets = legacy_assets(either)
    assert names(assets) == DAILY
    result = materialize([assets])
    assert materialized(result) == DAILY
    compiled, built = either.cloud.runs[-2:]
    assert compiled.commands == ("dbt compile --select tag:daily",)
    assert compiled.cause == "Generating software-defined assets for Dagster."
    assert built.commands == ("dbt seed", "dbt build --select tag:daily")
    observed = result.all_events
    assert any(event.event_type_value == "ASSET_OBSERVATION" for event in observed)


def test_v2_assets_load_and_materialize_in_the_job_of_that_name(either: Api) -> None:
    assets, space = v2_assets(either, select="tag:daily")
    assert names(assets) == DAILY
    result = materialize([assets], resources={"dbt_cloud": space})
    assert materialized(result) == DAILY
    assert result.get_asset_check_evaluations()
    parsed, built = either.cloud.runs[-2:]
    assert parsed.commands == ("dbt parse",)
    assert built.commands == ("dbt build --select tag:daily",)
    assert {parsed.job_id, built.job_id} == {JOB}
    assert not [r for r in either.cloud.journal if r.method == "POST" and r.path.endswith("/jobs/")]


def test_legacy_with_generated_docs_finds_its_step(api: Api) -> None:
    api.cloud.jobs[JOB].update(generate_docs=True)
    assets = legacy_assets(api)
    assert names(assets) == DAILY
    assert materialized(materialize([assets])) == DAILY


@pytest.mark.parametrize("style", ["legacy", "v2"])
def test_a_subset_is_what_runs(api: Api, style: str) -> None:
    chosen = AssetSelection.keys(AssetKey("big_spenders"))
    if style == "legacy":
        result = materialize([legacy_assets(api)], selection=chosen)
        expected: tuple[str, ...] = ("dbt seed", "dbt build --select shop.marts.big_spenders")
    else:
        assets, space = v2_assets(api, select="tag:daily")
        result = materialize([assets], selection=chosen, resources={"dbt_cloud": space})
        expected = ("dbt build --select shop.marts.big_spenders",)
    assert materialized(result) == {"big_spenders"}
    assert api.cloud.runs[-1].commands == expected


def test_a_legacy_partition_goes_into_vars(api: Api) -> None:
    assets = legacy_assets(
        api,
        partitions_def=PARTITIONS,
        partition_key_to_vars_fn=lambda key: {"run_date": key},
    )
    result = materialize([assets], partition_key="2024-01-02")
    assert result.success
    assert api.cloud.runs[-1].commands[-1].endswith("""--vars '{"run_date": "2024-01-02"}'""")


def test_a_v2_partition_is_run(api: Api) -> None:
    assets, space = v2_assets(api, select="tag:daily", partitions_def=PARTITIONS)
    result = materialize([assets], partition_key="2024-01-02", resources={"dbt_cloud": space})
    assert {event.partition for event in result.get_asset_materialization_events()} == {"2024-01-02"}


def test_v2_creates_its_own_job_where_none_has_the_name(api: Api) -> None:
    space = workspace(api)
    space.get_or_fetch_workspace_data()
    (created,) = [job for job in api.cloud.jobs.values() if job["id"] != JOB]
    assert created["name"] == f"DAGSTER_ADHOC_JOB__{PROJECT}__{ENVIRONMENT}"
    workspace(api).fetch_workspace_data()
    assert len(api.cloud.jobs) == 2, "the second workspace found it"


@pytest.mark.parametrize("style", ["legacy", "v2"])
def test_a_failed_run_fails_the_step(api: Api, style: str) -> None:
    if style == "legacy":
        assets, resources = legacy_assets(api), {}
    else:
        assets, resources = (
            v2_assets(api, select="tag:daily")[0],
            {"dbt_cloud": workspace(api, adhoc_job_name="Nightly")},
        )
    backend: Any = api.cloud.projects[PROJECT].backend
    backend.statuses["model.shop.big_spenders"] = "error"
    result = materialize([assets], resources=resources, raise_on_error=False)
    assert not result.success
    assert materialized(result) == (set() if style == "legacy" else {"customers"})


@pytest.mark.parametrize("status", [20, 30])
def test_the_legacy_client_raises_for_a_run_that_did_not_succeed(api: Api, status: int) -> None:
    api.cloud.end_runs(Outcome(status=status, message="As told"))
    with pytest.raises(Failure, match="As told"):
        legacy_client(api).run_job_and_poll(JOB)


def test_the_legacy_client_cancels_what_takes_too_long(api: Api) -> None:
    api.cloud.end_runs(Outcome(status=3))
    with pytest.raises(Failure, match="timed out"):
        legacy_client(api).run_job_and_poll(JOB, poll_interval=0.1, poll_timeout=0.2)
    assert api.cloud.runs[-1].status_humanized == "Cancelled"


def test_the_v2_client_leaves_what_takes_too_long(api: Api) -> None:
    api.cloud.end_runs(Outcome(status=3))
    client = workspace(api).get_client()
    run = client.trigger_job_run(JOB)
    with pytest.raises(Exception, match="did not complete within"):
        client.poll_run(run["id"], poll_interval=0.1, poll_timeout=0.2)
    assert api.cloud.runs[-1].status_humanized == "Running"


def test_the_legacy_client_switches_the_schedule_off(api: Api) -> None:
    api.cloud.jobs[JOB]["triggers"]["schedule"] = True
    legacy_client(api, disable_schedule_on_trigger=False).run_job(JOB)
    assert api.cloud.jobs[JOB]["triggers"]["schedule"] is True
    legacy_client(api).run_job(JOB)
    assert api.cloud.jobs[JOB]["triggers"]["schedule"] is False
    assert api.cloud.jobs[JOB]["execute_steps"] == ["dbt seed", "dbt build --select tag:daily"]


def test_every_call_of_the_legacy_client(api: Api) -> None:
    client = legacy_client(api)
    assert [found["id"] for found in client.list_jobs(PROJECT)] == [JOB]
    assert client.get_job(JOB)["name"] == "Nightly"
    assert client.update_job(JOB, name="Renamed")["name"] == "Renamed"
    output = client.run_job_and_poll(JOB, cause="By hand", threads_override=2)
    assert (output.job_id, output.run_details["trigger"]["cause"]) == (JOB, "By hand")
    assert output.result["metadata"]["env"]["DBT_CLOUD_RUN_ID"] == str(output.run_id)
    assert client.get_run_steps(output.run_id) == ["dbt seed", "dbt build --select tag:daily"]
    assert [run["id"] for run in client.get_runs(job_id=JOB)] == [output.run_id]
    assert "manifest.json" in client.list_run_artifacts(output.run_id, step=4)
    assert client.get_manifest(output.run_id, step=4)["metadata"]["project_name"] == "shop"
    assert client.cancel_run(output.run_id)["status_humanized"] == "Success"
    variable = api.cloud.add_environment_variable(PROJECT, "DBT_DAGSTER_COMPILE_RUN_ID", "-1", job_id=JOB)
    client.set_job_environment_variable(PROJECT, JOB, variable.id, variable.name, "5")
    found = client.get_job_environment_variables(PROJECT, JOB)
    assert found["DBT_DAGSTER_COMPILE_RUN_ID"]["job"]["value"] == "5"


def test_every_call_of_the_v2_client(api: Api) -> None:
    client = workspace(api).get_client()
    client.verify_connection()
    assert client.get_account_details()["name"] == "Acme"
    assert client.get_project_details(PROJECT)["name"] == "shop"
    assert client.get_environment_details(ENVIRONMENT)["name"] == "Production"
    created = client.create_job(project_id=PROJECT, environment_id=ENVIRONMENT, job_name="Ad hoc")
    assert {found["id"] for found in client.list_jobs(PROJECT, ENVIRONMENT)} == {JOB, created["id"]}
    assert client.get_job_details(created["id"])["job_type"] == "other"
    since = datetime.fromisoformat(created["created_at"])
    run = client.trigger_job_run(JOB, steps_override=["dbt build"])
    assert client.poll_run(run["id"])["status"] == 10
    upto = datetime.fromisoformat(client.get_run_details(run["id"])["finished_at"])
    (found,), total = client.get_runs_batch(PROJECT, ENVIRONMENT, since, upto)
    assert (found["id"], total) == (run["id"], 1)
    assert client.get_active_job_ids(PROJECT, ENVIRONMENT, [JOB]) == set()
    assert "run_results.json" in client.list_run_artifacts(run["id"])
    assert client.get_run_manifest_json(run["id"])["nodes"]
    assert "=== Step: Invoke dbt with `dbt build` ===" in client.get_run_logs(run["id"])
    assert client.cancel_run(run["id"])["id"] == run["id"]


def test_v2_deletes_a_job_and_then_trips_over_the_empty_answer(api: Api) -> None:
    client = workspace(api).get_client()
    with pytest.raises(requests.exceptions.JSONDecodeError):
        client.destroy_job(JOB)
    assert JOB not in api.cloud.jobs
    assert client.destroy_job(JOB) is None


def test_v2_sees_active_runs(api: Api) -> None:
    api.cloud.end_runs(Outcome(status=3))
    run = api.trigger()
    assert workspace(api).get_client().get_active_job_ids(PROJECT, ENVIRONMENT, [JOB, 1]) == {JOB}
    api("POST", f"runs/{run['id']}/cancel/")


def test_the_run_op(api: Api) -> None:
    run_nightly = dbt_cloud_run_op.configured({"job_id": JOB}, name="run_nightly")

    @job(resource_defs={"dbt_cloud": legacy_resource(api)})
    def nightly() -> None:
        run_nightly()

    result = nightly.execute_in_process()
    keys = {
        event.asset_key.to_user_string()
        for event in result.get_asset_materialization_events()
        if event.asset_key
    }
    assert keys == {"dbt/model/shop/customers", "dbt/model/shop/big_spenders"}
    assert result.output_for_node("run_nightly").run_id == api.cloud.runs[-1].id


def test_the_legacy_resource_as_a_class(api: Api) -> None:
    resource = DbtCloudClientResource(
        auth_token=TOKEN, account_id=ACCOUNT, dbt_cloud_host=f"{api.server.url}/"
    )
    loaded = load_assets_from_dbt_cloud_job(dbt_cloud=resource, job_id=JOB)
    repository = Definitions(assets=[loaded]).get_repository_def()
    assert {key.path[-1] for key in repository.assets_defs_by_key} >= DAILY


def test_the_compile_run_of_the_command_line_is_reused(api: Api) -> None:
    api.cloud.add_environment_variable(PROJECT, "DBT_DAGSTER_COMPILE_RUN_ID", "-1", job_id=JOB)
    arguments = [
        "cache-compile-references",
        TOKEN,
        str(ACCOUNT),
        str(PROJECT),
        "--host",
        f"{api.server.url}/",
    ]
    done = CliRunner().invoke(legacy_cli, arguments)
    assert done.exit_code == 0, done.output
    (run,) = api.cloud.runs
    assert run.commands == ("dbt compile --select tag:daily",)
    assert names(legacy_assets(api)) == DAILY
    assert len(api.cloud.runs) == 1, "no other compilation"


def test_the_polling_sensor_reports_runs_of_other_jobs(api: Api) -> None:
    other = api.cloud.add_job(
        project_id=PROJECT, environment_id=ENVIRONMENT, name="By hand", execute_steps=["dbt run -s customers"]
    )
    assets, space = v2_assets(api, select="tag:daily")
    sensor = build_dbt_cloud_polling_sensor(workspace=space)
    api.run(job_id=other["id"])
    definitions = Definitions(assets=[assets], sensors=[sensor], resources={"dbt_cloud": space})
    with DagsterInstance.ephemeral() as instance:
        context = build_sensor_context(instance, repository_def=definitions.get_repository_def())
        result = sensor(context)
    assert isinstance(result, SensorResult)
    assert [event.asset_key.path[-1] for event in result.asset_events] == ["customers"]


def _get_job_legacy(api: Api) -> Any:
    return legacy_client(api, request_retry_delay=0.01).get_job(JOB)


def _get_job_v2(api: Api) -> Any:
    return workspace(api, request_retry_delay=0.01).get_client().get_job_details(JOB)


@pytest.mark.parametrize("get_job", [_get_job_legacy, _get_job_v2])
@pytest.mark.parametrize(
    "fault", [Fault(status=500), Fault(status=429, retry_after=0), Fault(cut=True), Fault(lost=True)]
)
def test_both_clients_retry(api: Api, get_job: Callable[[Api], Any], fault: Fault) -> None:
    api.cloud.fail(fault)
    assert get_job(api)["id"] == JOB
    calls = [request for request in api.cloud.journal if request.status != 308]
    assert len(calls) == 2


@pytest.mark.parametrize("style", ["legacy", "v2"])
def test_a_lost_answer_makes_both_clients_run_twice(api: Api, style: str) -> None:
    api.cloud.fail(Fault(method="POST", path=r"/run/$", lost=True))
    if style == "legacy":
        legacy_client(api).run_job(JOB)
    else:
        workspace(api).get_client().trigger_job_run(JOB)
    assert len(api.cloud.runs) == 2
