"""Faults planted in a migrated tree: each is found, by its kind, and nothing is said where there is none."""

from __future__ import annotations

import pytest
from verify_rig import Program

ASSETS = "acme_data/assets/dbt.py"
CLOUD = "acme_data/resources/dbt_cloud.py"
ALL = "materialize:dbt-cloud"


def test_without_a_fault_nothing_is_unexpected(example: Program) -> None:
    assert example.surprises() == {}


def test_the_example_differs_as_told_and_in_nothing_else(example: Program) -> None:
    told = {(row.difference.code, row.difference.kind) for row in example.judged()}
    assert told == {
        ("LDC202", "dbt Cloud runs"),
        ("LDC205", "check added"),
        ("LDC205", "check results"),
        ("LDC205", "job checks"),
        ("LDC205", "observations lost"),
        ("LDC206", "code version"),
        ("LDC206", "description"),
        ("LDC206", "kinds"),
        ("LDC206", "materialization metadata"),
        ("LDC206", "metadata"),
        ("LDC206", "tags"),
        ("LDC208", "dbt Cloud job settings"),
    }


@pytest.mark.parametrize("name", ["partitioned", "automated", "with_run_op"])
def test_other_programs_differ_as_told(name: str, request: pytest.FixtureRequest) -> None:
    assert request.getfixturevalue(name).surprises() == {}


def test_a_select_that_takes_in_more(example: Program) -> None:
    found = example.surprises((ASSETS, 'select="tag:daily"', 'select="tag:daily tag:weekly"'))
    assert found["asset added"].verdict == "critical"
    assert found["asset added"].difference.subject == "finance/revenue_by_month"
    more = found["dbt commands reach more"]
    assert (more.verdict, more.difference.after) == ("critical", ["model.analytics.revenue_by_month"])


def test_a_select_that_leaves_out(example: Program) -> None:
    found = example.surprises(
        (ASSETS, 'select="tag:daily"', 'select="tag:daily",\n    exclude="stg_payments"')
    )
    assert found["asset lost"].verdict == "critical"
    assert found["asset lost"].difference.subject == "stg_payments"
    assert "dbt commands reach more" not in found


def test_a_select_that_shows_in_the_command_alone(example: Program) -> None:
    edit = ('cli(["build"], context=context)', 'cli(["build", "--select", "tag:daily tag:weekly"])')
    found = example.surprises((ASSETS, *edit))
    assert "model.analytics.revenue_by_month" in found["dbt commands reach more"].difference.after
    assert {"dbt commands"} <= set(found)


def test_a_command_that_is_forgotten(example: Program) -> None:
    found = example.surprises(
        (ASSETS, 'list(dbt_cloud_instance.cli(["seed"]).wait(timeout=float("inf")))', "pass")
    )
    assert found["dbt commands"].difference.before == [
        "dbt seed",
        "dbt build --select analytics.marts.orders",
    ]
    assert found["dbt commands"].difference.after == ["dbt build --select analytics.marts.orders"]


def test_a_changed_key_is_a_renamed_asset(example: Program) -> None:
    key = (
        "    def get_asset_key(self, dbt_resource_props):\n"
        "        key = super().get_asset_key(dbt_resource_props)\n"
        "        is_orders = dbt_resource_props['unique_id'] == 'model.analytics.orders'\n"
        "        return key.with_prefix('new') if is_orders else key\n\n"
        "    def get_group_name("
    )
    rows = example.judged((ASSETS, "    def get_group_name(", key))
    first = rows[0]
    assert (first.verdict, first.difference.kind) == ("critical", "asset renamed")
    assert (first.difference.before, first.difference.after) == ("marts/orders", "new/marts/orders")
    assert not [row for row in rows if row.difference.kind in ("asset lost", "asset added", "job assets")]
    orphaned = [row for row in rows if row.difference.kind == "dependencies"]
    assert [row.difference.subject for row in orphaned] == ["board_pack"]  # it names the old key in the code


def test_a_group_that_nobody_told_of(example: Program) -> None:
    found = example.surprises(
        (ASSETS, "else 'analytics'", "else 'other'"), (ASSETS, "[1] if len", "[0] if len")
    )
    assert found["group"].verdict == "unexpected"


@pytest.mark.parametrize("timeout", ["timeout=3600", ""])
def test_a_shorter_wait(example: Program, timeout: str) -> None:
    edit = ('        timeout=float("inf")\n', f"        {timeout}\n")
    difference = example.surprises((ASSETS, *edit))["wait shorter"].difference
    assert difference.before == ["no timeout", "no timeout"]
    assert difference.after == ["no timeout", "timeout 3600 s" if timeout else "timeout 60 s"]


def test_another_job_of_the_environment(example: Program) -> None:
    found = example.surprises((CLOUD, 'adhoc_job_name="Nightly"', 'adhoc_job_name="Everything"'))
    assert set(found) == {"dbt Cloud job"}
    assert set(found["dbt Cloud job"].difference.after) == {67892}


def test_a_job_that_is_made_anew(example: Program) -> None:
    found = example.surprises((CLOUD, 'adhoc_job_name="Nightly"', 'adhoc_job_name="Nigthly"'))
    assert set(found) == {"dbt Cloud job", "dbt Cloud job created"}


def test_another_environment(example: Program) -> None:
    found = example.surprises((CLOUD, "environment_id=22", "environment_id=23"))
    assert {"metadata", "dbt Cloud job"} <= set(found)


def test_another_token(example: Program) -> None:
    found = example.surprises(
        (CLOUD, 'token=os.environ["DBT_CLOUD_API_TOKEN"]', 'token="DBT_CLOUD_API_TOKEN"')
    )
    assert set(found) == {"dbt Cloud token"}


def test_another_op_name(example: Program) -> None:
    found = example.surprises((ASSETS, 'name="dbt_cloud_job_67890"', 'name="analytics"'))
    assert {"op name"} <= set(found)


def test_the_backfill_policy_is_lost(partitioned: Program) -> None:
    found = partitioned.surprises(("definitions.py", "    backfill_policy=BackfillPolicy.multi_run(),\n", ""))
    assert found["backfill policy"].difference.after["max_partitions_per_run"] is None
    assert "Dagster run" in found


def test_backfills_in_a_single_run(partitioned: Program) -> None:
    found = partitioned.surprises(("definitions.py", "multi_run()", "single_run()"))
    assert found["backfill policy"].verdict == "unexpected"
    assert "Dagster run" in found


def test_partitions_that_are_others(partitioned: Program) -> None:
    found = partitioned.surprises(("definitions.py", '"2024-01-05"', '"2024-02-05"'))
    assert "partitions" in found


def test_variables_of_a_partition_that_are_others(partitioned: Program) -> None:
    found = partitioned.surprises(
        ("definitions.py", '{"run_date": partition_key}', '{"date": partition_key}')
    )
    assert "dbt commands" in found


def test_the_automation_is_lost(automated: Program) -> None:
    found = automated.surprises(("definitions.py", '"daily" in', '"nightly" in'))
    assert found["automation condition"].verdict == "unexpected"


def test_an_op_that_waits_less(with_run_op: Program) -> None:
    assert list(with_run_op.plan.actions) == ["op:dbt_cloud.run_dbt_nightly_sync"]
    found = with_run_op.surprises(("definitions.py", 'float("inf")', "600"))
    assert found["wait shorter"].difference.after == ["timeout 600 s", "timeout 600 s"]


def test_an_op_that_runs_another_job(with_run_op: Program) -> None:
    found = with_run_op.surprises(("definitions.py", "67890", "67892"))
    assert "dbt commands" in found
