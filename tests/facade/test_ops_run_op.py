"""The op that runs a job, in real Dagster jobs."""

import warnings
from collections.abc import Callable
from typing import Any

import pytest
from dagster import (
    DagsterInvalidConfigError,
    ExecuteInProcessResult,
    Failure,
    Nothing,
    OpExecutionContext,
    Output,
    build_op_context,
    job,
    op,
)

from legacy_shim.cloud.ops import DbtCloudRunOpConfig, dbt_cloud_run_op
from legacy_shim.cloud.resources import DbtCloudClientResource, DbtCloudResource
from legacy_shim.cloud.types import DbtCloudOutput
from legacy_shim.emulator import DbtCloud, Outcome, Server
from legacy_shim.warning_category import LegacyDbtCloudWarning

MakeClient = Callable[..., DbtCloudResource]
CONFIG = {"job_id": 67890, "poll_interval": 0.01}


@pytest.fixture
def resource(server: Server, token: str) -> DbtCloudClientResource:
    return DbtCloudClientResource(auth_token=token, account_id=12345, dbt_cloud_host=server.url)


def materialized(result: ExecuteInProcessResult) -> list[str]:
    return [
        event.asset_key.to_user_string()
        for event in result.all_events
        if event.asset_key and event.event_type_value == "ASSET_MATERIALIZATION"
    ]


def test_configured(cloud: DbtCloud, resource: DbtCloudClientResource) -> None:
    nightly = dbt_cloud_run_op.configured(CONFIG, name="nightly")

    @job(resource_defs={"dbt_cloud": resource})
    def the_job() -> None:
        nightly()

    result = the_job.execute_in_process()
    output = result.output_for_node("nightly")
    assert isinstance(output, DbtCloudOutput)
    assert output.run_id == cloud.runs[0].id
    keys = materialized(result)
    assert keys
    assert all(key.startswith(("dbt/model/", "dbt/seed/", "dbt/snapshot/")) for key in keys)
    [handled] = [event for event in result.all_events if event.event_type_value == "STEP_OUTPUT"]
    assert set(handled.step_output_data.metadata) == {
        "created_at",
        "started_at",
        "finished_at",
        "total_duration",
        "run_duration",
    }


@pytest.mark.parametrize(
    ("config", "expected"),
    [
        ({"yield_materializations": False}, set()),
        ({"asset_key_prefix": ["our", "dbt"]}, {"our/dbt"}),
        ({"asset_key_prefix": []}, {"model"}),
    ],
)
def test_options(resource: DbtCloudClientResource, config: dict[str, Any], expected: set[str]) -> None:
    @job(resource_defs={"dbt_cloud": resource})
    def the_job() -> None:
        dbt_cloud_run_op()

    run_config = {"ops": {"dbt_cloud_run_op": {"config": {**CONFIG, **config}}}}
    keys = materialized(the_job.execute_in_process(run_config=run_config))
    beginnings = {prefix for prefix in expected if any(key.startswith(prefix + "/") for key in keys)}
    assert beginnings == expected
    assert bool(keys) == bool(expected)


def test_starts_after_several_others(cloud: DbtCloud, resource: DbtCloudClientResource) -> None:
    order = []

    @op
    def before(context: OpExecutionContext) -> Nothing:
        order.append((context.op.name, len(cloud.runs)))

    nightly = dbt_cloud_run_op.configured(CONFIG, name="nightly")

    @job(resource_defs={"dbt_cloud": resource})
    def the_job() -> None:
        nightly(start_after=[before.alias("one")(), before.alias("two")()])

    assert the_job.execute_in_process().success
    assert sorted(order) == [("one", 0), ("two", 0)]
    assert len(cloud.runs) == 1


def test_failed_run_fails_the_op(cloud: DbtCloud, resource: DbtCloudClientResource) -> None:
    cloud.end_runs(Outcome(status=20))
    nightly = dbt_cloud_run_op.configured(CONFIG, name="nightly")

    @job(resource_defs={"dbt_cloud": resource})
    def the_job() -> None:
        nightly()

    with pytest.raises(Failure, match=r"Run \d+ failed"):
        the_job.execute_in_process()


def test_time_limit(cloud: DbtCloud, resource: DbtCloudClientResource) -> None:
    cloud.end_runs(Outcome(status=3))
    nightly = dbt_cloud_run_op.configured({**CONFIG, "poll_timeout": 0.2}, name="nightly")

    @job(resource_defs={"dbt_cloud": resource})
    def the_job() -> None:
        nightly()

    with pytest.raises(Failure, match="timed out"):
        the_job.execute_in_process()
    assert cloud.runs[0].status_humanized == "Cancelled"


def test_job_id_is_required(resource: DbtCloudClientResource) -> None:
    @job(resource_defs={"dbt_cloud": resource})
    def the_job() -> None:
        dbt_cloud_run_op()

    with pytest.raises(DagsterInvalidConfigError, match="job_id"):
        the_job.execute_in_process(run_config={"ops": {"dbt_cloud_run_op": {"config": {}}}})


def test_direct_invocation(make_client: MakeClient) -> None:
    client = make_client()
    events = list(dbt_cloud_run_op(build_op_context(op_config=CONFIG, resources={"dbt_cloud": client})))
    assert isinstance(events[-1], Output)
    config = DbtCloudRunOpConfig(**CONFIG)
    events = list(dbt_cloud_run_op(build_op_context(resources={"dbt_cloud": client}), config))
    assert isinstance(events[-1].value, DbtCloudOutput)


def test_documented_call_in_an_op(cloud: DbtCloud, make_client: MakeClient) -> None:
    client = make_client()

    @op(config_schema={"job_id": int})
    def ours(context: OpExecutionContext) -> bool:
        output = dbt_cloud_run_op(context, client, poll_interval=0.01)
        return bool(output.is_successful)

    @job
    def the_job() -> None:
        ours()

    result = the_job.execute_in_process(run_config={"ops": {"ours": {"config": {"job_id": 67890}}}})
    assert result.output_for_node("ours") is True
    assert materialized(result)
    assert len(cloud.runs) == 1


def test_documented_call_outside_of_a_run(make_client: MakeClient) -> None:
    output = dbt_cloud_run_op(build_op_context(), dbt_cloud=make_client(), **CONFIG)
    assert output.is_successful


def test_documented_call_says_what_it_lacks(make_client: MakeClient) -> None:
    with pytest.raises(ValueError, match="job_id=67890"):
        dbt_cloud_run_op(build_op_context(), make_client())


def test_description_of_the_op() -> None:
    assert dbt_cloud_run_op.name == "dbt_cloud_run_op"
    assert dbt_cloud_run_op.required_resource_keys == {"dbt_cloud"}
    assert set(dbt_cloud_run_op.ins) == {"start_after"}
    assert dbt_cloud_run_op.tags == {"dagster/compute_kind": "dbt_cloud"}
    fields = dbt_cloud_run_op.config_schema.as_field().config_type.fields
    assert set(fields) == {
        "job_id",
        "poll_interval",
        "poll_timeout",
        "yield_materializations",
        "asset_key_prefix",
    }
    assert fields["job_id"].is_required
    assert DbtCloudRunOpConfig(job_id=1).asset_key_prefix == ["dbt"]


def test_one_warning_for_each_use(resource: DbtCloudClientResource) -> None:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        nightly = dbt_cloud_run_op.configured(CONFIG, name="nightly")

        @job(resource_defs={"dbt_cloud": resource})
        def the_job() -> None:
            nightly()

        the_job.execute_in_process()
    told = [warning for warning in caught if issubclass(warning.category, LegacyDbtCloudWarning)]
    assert [str(warning.message).split()[1] for warning in told] == ["dbt_cloud_run_op"]
