"""A failed job goes on where it failed, where the user asks for it (``POST jobs/{id}/rerun/``)."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from dagster import Failure, GraphDefinition, build_op_context

from legacy_shim.cloud.failures import DbtCloudConfigurationError
from legacy_shim.cloud.ops import dbt_cloud_run_op
from legacy_shim.cloud.resources import DbtCloudClientResource, DbtCloudResource
from legacy_shim.emulator import DbtCloud, Fault, Outcome, Server

MakeClient = Callable[..., DbtCloudResource]


@pytest.fixture
def failed(cloud: DbtCloud, make_client: MakeClient) -> DbtCloud:
    """A dbt Cloud whose job failed at its second command."""
    cloud.jobs[67890]["execute_steps"] = ["dbt seed", "dbt build", "dbt source freshness"]
    cloud.end_runs(Outcome(status=20, commands=1))
    with pytest.raises(Failure):
        make_client().run_job_and_poll(67890, poll_interval=0.01, schema_override="ci")
    return cloud


def test_failed_run_is_continued(failed: DbtCloud, make_client: MakeClient) -> None:
    output = make_client().run_job_and_poll(67890, poll_interval=0.01, retry_from_failure=True)
    assert output.is_successful
    last = failed.runs[-1]
    assert last.id == output.run_id
    assert list(last.commands) == ["dbt build", "dbt source freshness"]
    assert last.overrides == {"schema_override": "ci"}


def test_without_it_a_failed_job_starts_anew(failed: DbtCloud, make_client: MakeClient) -> None:
    make_client().run_job_and_poll(67890, poll_interval=0.01)
    assert list(failed.runs[-1].commands) == ["dbt seed", "dbt build", "dbt source freshness"]


def test_job_that_did_not_fail_runs_as_usual(cloud: DbtCloud, make_client: MakeClient) -> None:
    client = make_client()
    for _ in range(2):
        client.run_job_and_poll(67890, "by hand", ["dbt run"], poll_interval=0.01, retry_from_failure=True)
    assert [(run.cause, list(run.commands)) for run in cloud.runs] == [("by hand", ["dbt run"])] * 2


def test_cancelled_run_is_not_continued(cloud: DbtCloud, make_client: MakeClient) -> None:
    cloud.end_runs(Outcome(status=30))
    client = make_client()
    with pytest.raises(Failure):
        client.run_job_and_poll(67890, poll_interval=0.01)
    client.run_job_and_poll(67890, poll_interval=0.01, retry_from_failure=True)
    assert not any(request.path.endswith("/rerun/") for request in cloud.journal)


def test_overrides_that_could_not_go_along_are_an_error(failed: DbtCloud, make_client: MakeClient) -> None:
    with pytest.raises(DbtCloudConfigurationError, match="Leave out git_branch, steps_override"):
        make_client().run_job_and_poll(
            67890, steps_override=["dbt run"], git_branch="x", retry_from_failure=True
        )
    assert len(failed.runs) == 1


def test_started_and_not_awaited(failed: DbtCloud, make_client: MakeClient) -> None:
    make_client().run_job(67890, steps_override=None, retry_from_failure=True)
    assert list(failed.runs[-1].commands) == ["dbt build", "dbt source freshness"]


def test_op_goes_on_where_its_job_failed(failed: DbtCloud, make_client: MakeClient) -> None:
    config = {"job_id": 67890, "poll_interval": 0.01, "retry_from_failure": True}
    resume = dbt_cloud_run_op.configured(config, name="resume")
    graph = GraphDefinition(name="nightly", node_defs=[resume])
    assert graph.to_job(resource_defs={"dbt_cloud": make_client()}).execute_in_process().success
    assert list(failed.runs[-1].commands) == ["dbt build", "dbt source freshness"]
    dbt_cloud_run_op(build_op_context(), make_client(), **config)
    assert list(failed.runs[-1].commands) == ["dbt seed", "dbt build", "dbt source freshness"]


def test_class_has_it_too(failed: DbtCloud, server: Server, token: str) -> None:
    resource = DbtCloudClientResource(auth_token=token, account_id=12345, dbt_cloud_host=server.url)
    run = resource.rerun_job(67890)
    assert run["id"] == failed.runs[-1].id
    assert list(failed.runs[-1].commands) == ["dbt build", "dbt source freshness"]


@pytest.mark.parametrize(
    "fault",
    [
        Fault(method="POST", path=r"/rerun/$", lost=True),
        Fault(method="POST", path=r"/rerun/$", cut=True),
        Fault(method="POST", path=r"/rerun/$", body="null"),
        Fault(method="POST", path=r"/rerun/$", status=502),
    ],
    ids=["lost", "cut", "null", "502"],
)
def test_lost_answer_starts_no_second_run(failed: DbtCloud, make_client: MakeClient, fault: Fault) -> None:
    failed.fail(fault)
    run = make_client().rerun_job(67890)
    assert [one.id for one in failed.runs[1:]] == [run["id"]]
