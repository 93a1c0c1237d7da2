"""The comparison: every kind of difference is found, and has the code of what told of it, or none."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest

from legacy_shim.codemods.verify.compare import Difference, compare, load_commands
from legacy_shim.codemods.verify.dbt_command import doing

Change = Callable[[dict[str, Any]], object]


def _asset(**fields: Any) -> dict[str, Any]:
    asset = {
        "deps": [],
        "group": "default",
        "kinds": [],
        "tags": {},
        "owners": [],
        "description": None,
        "code_version": None,
        "metadata": {},
        "partitions": None,
        "partition_mappings": {},
        "backfill_policy": None,
        "automation_condition": None,
        "auto_materialize_policy": None,
        "freshness_policy": None,
        "legacy_freshness_policy": None,
        "auto_observe_interval_minutes": None,
        "execution": "MATERIALIZATION",
        "can_subset": False,
        "pools": [],
        "op": "own",
        "required_resources": [],
    }
    assert set(fields) <= set(asset)
    return {**asset, **fields}


def _op(**fields: Any) -> dict[str, Any]:
    op = {
        "config_schema": None,
        "tags": {},
        "required_resources": [],
        "description": None,
        "retry_policy": None,
    }
    return {**op, **fields}


def _snapshot() -> dict[str, Any]:
    cloud = {"dagster_dbt/cloud_account_id": ["IntMetadataValue", 12345]}
    run = {
        "phase": "0",
        "job_id": 67890,
        "run_id": 1,
        "cause": "Materializing software-defined assets in Dagster run abc",
        "overrides": {},
        "status": "Success",
        "commands": ["dbt seed", "dbt build --select tag:daily"],
        "steps": [
            {"command": "dbt seed", "status": "Success", "nodes": {"seed.a.s": "success"}},
            {
                "command": "dbt build --select tag:daily",
                "status": "Success",
                "nodes": {"model.a.orders": "success"},
            },
        ],
    }
    return {
        "version": 1,
        "target": "definitions",
        "error": None,
        "graph": {
            "assets": {
                "orders": _asset(op="dbt_cloud_job_67890", metadata=cloud, required_resources=["dbt_cloud"]),
                "report": _asset(deps=["orders"]),
            },
            "checks": {},
            "asset_ops": {"dbt_cloud_job_67890": _op(), "own": _op()},
            "jobs": {
                "nightly": {"assets": ["orders"], "tags": {}, "run_config": {}, "resources": [], "ops": {}},
                "ops": {
                    "assets": [],
                    "tags": {},
                    "run_config": {"resources": {"dbt_cloud": {}}},
                    "resources": ["dbt_cloud"],
                    "ops": {"run": _op(outputs={"result": "DbtCloudOutput"}, inputs={}, after=[])},
                },
            },
            "schedules": {"nightly_schedule": {"cron": "0 3 * * *", "job": "nightly", "status": "STOPPED"}},
            "sensors": {},
            "resources": {},
        },
        "actions": [
            {
                "number": 0,
                "action": "materialize:all",
                "partition": None,
                "success": True,
                "materialized": [{"asset": "orders", "partition": None, "metadata": ["Status"]}],
                "observed": [{"asset": "orders", "metadata": {"Test ID": ["TextMetadataValue", "test.a.b"]}}],
                "checked": [],
                "outputs": {"run:result": "DbtCloudOutput"},
                "errors": [],
            }
        ],
        "runs": [{**run, "phase": "load", "commands": ["dbt compile"], "steps": []}, run],
        "writes": [],
    }


def _split_runs(document: dict[str, Any]) -> None:
    run = document["runs"].pop()
    for number, command in enumerate(run["commands"]):
        document["runs"].append({**run, "run_id": 10 + number, "commands": [command]})


def _run(document: dict[str, Any]) -> dict[str, Any]:
    run: dict[str, Any] = document["runs"][-1]
    return run


def _assets(document: dict[str, Any]) -> dict[str, Any]:
    assets: dict[str, Any] = document["graph"]["assets"]
    return assets


def _action(document: dict[str, Any]) -> dict[str, Any]:
    action: dict[str, Any] = document["actions"][0]
    return action


def _bind(document: dict[str, Any]) -> None:
    document["graph"]["resources"]["dbt_cloud"] = "DbtCloudWorkspace"


CHECK = {"asset": "orders", "description": None, "blocking": False}
CHANGES: list[tuple[str, Change, str | None]] = [
    ("asset lost", lambda d: _assets(d).pop("report"), None),
    ("asset added", lambda d: _assets(d).update(more=_asset()), None),
    ("dependencies", lambda d: _assets(d)["report"].update(deps=[]), None),
    ("group", lambda d: _assets(d)["orders"].update(group="marts"), None),
    ("op name", lambda d: _assets(d)["orders"].update(op="analytics"), None),
    ("partitions", lambda d: _assets(d)["orders"].update(partitions={"keys": []}), None),
    ("backfill policy", lambda d: _assets(d)["orders"].update(backfill_policy={}), None),
    ("automation condition", lambda d: _assets(d)["orders"].update(automation_condition={}), None),
    ("kinds", lambda d: _assets(d)["orders"].update(kinds=["dbtcloud"]), "LDC206"),
    ("metadata", lambda d: _assets(d)["report"].update(metadata={"x": 1}), None),
    ("resource key added", _bind, "LDC211"),
    ("resource key added", lambda d: d["graph"]["resources"].update(slack="Slack"), None),
    ("check added", lambda d: d["graph"]["checks"].update({"orders:unique": CHECK}), "LDC205"),
    ("check added", lambda d: d["graph"]["checks"].update({"report:x": {**CHECK, "asset": "report"}}), None),
    ("job lost", lambda d: d["graph"]["jobs"].pop("nightly"), None),
    ("job assets", lambda d: d["graph"]["jobs"]["nightly"].update(assets=["orders", "more"]), None),
    ("job run config", lambda d: d["graph"]["jobs"]["ops"].update(run_config={}), "LDC219"),
    ("job resources", lambda d: d["graph"]["jobs"]["ops"].update(resources=["dbt"]), None),
    (
        "op outputs",
        lambda d: d["graph"]["jobs"]["ops"]["ops"]["run"].update(outputs={"result": "Any"}),
        "LDC213",
    ),
    ("op tags", lambda d: d["graph"]["asset_ops"]["own"].update(tags={"kind": "dbt"}), None),
    ("schedule cron", lambda d: d["graph"]["schedules"]["nightly_schedule"].update(cron="@daily"), None),
    ("materialized set lost", lambda d: _action(d).update(materialized=[]), None),
    (
        "materialization metadata",
        lambda d: _action(d)["materialized"][0].update(metadata=["run_url"]),
        "LDC206",
    ),
    ("observations lost", lambda d: _action(d).update(observed=[]), "LDC205"),
    ("check results", lambda d: _action(d).update(checked=[{"asset": "orders"}]), "LDC205"),
    ("op outputs", lambda d: _action(d).update(outputs={"run:result": "dict"}), "LDC213"),
    ("op outputs", lambda d: _action(d).update(outputs={"run:result": "str"}), None),
    ("success", lambda d: _action(d).update(success=False), None),
    ("Dagster run", lambda d: _action(d).update(partition="2024-01-01"), None),
    ("dbt commands", lambda d: _run(d)["commands"].pop(0), None),
    ("dbt commands", lambda d: _run(d)["commands"].reverse(), None),
    ("dbt commands", lambda d: _run(d)["steps"][1]["nodes"].update({"model.a.more": "success"}), None),
    ("dbt Cloud job", lambda d: _run(d).update(job_id=1), "LDC204"),
    ("dbt Cloud runs", _split_runs, "LDC202"),
    ("run settings", lambda d: _run(d).update(overrides={"threads_override": 2}), None),
    ("dbt Cloud job created", lambda d: d["writes"].append({"method": "POST", "path": "/a/jobs/"}), "LDC203"),
    ("loading", lambda d: d.update(error={"class": "MissingFactError", "message": ""}), "LDC401"),
    ("loading", lambda d: d.update(error={"class": "KeyError", "message": "'x'"}), None),
]


@pytest.mark.parametrize(
    ("kind", "change", "code"), CHANGES, ids=[f"{kind} {code or ''}" for kind, _, code in CHANGES]
)
def test_a_change_is_found_with_its_code(kind: str, change: Change, code: str | None) -> None:
    after = copy.deepcopy(_snapshot())
    change(after)
    assert (kind, code) in [(row.kind, row.code) for row in compare(_snapshot(), after)]


def test_equal_snapshots_have_no_difference() -> None:
    assert compare(_snapshot(), _snapshot()) == []


def test_what_loading_costs_is_told_apart() -> None:
    after = _snapshot()
    after["runs"][0]["commands"] = ["dbt parse"]
    assert compare(_snapshot(), after) == []
    assert (load_commands(_snapshot()), load_commands(after)) == (["dbt compile"], ["dbt parse"])


def test_a_selection_that_runs_the_same_nodes_is_the_same() -> None:
    after = _snapshot()
    _run(after)["commands"][1] = _run(after)["steps"][1]["command"] = "dbt build --select fqn:a.orders"
    assert compare(_snapshot(), after) == []


def test_a_failed_run_that_reports_what_succeeded() -> None:
    before, after = _snapshot(), _snapshot()
    _action(before).update(success=False, materialized=[])
    _action(after).update(success=False)
    assert [(row.kind, row.code) for row in compare(before, after)] == [("materialized set added", "LDC207")]


def test_a_cause_of_the_user_that_is_lost() -> None:
    before, after = _snapshot(), _snapshot()
    _run(before)["cause"] = "Nightly, by Dagster"
    assert [(row.kind, row.code) for row in compare(before, after)] == [("cause", "LDC212")]


def test_a_schedule_that_is_no_longer_switched_off() -> None:
    before = _snapshot()
    before["writes"].append({"method": "POST", "path": "/api/v2/accounts/12345/jobs/67890/"})
    assert [(row.kind, row.code) for row in compare(before, _snapshot())] == [
        ("dbt Cloud job settings", "LDC208")
    ]


def test_a_workspace_under_the_old_key_is_no_difference() -> None:
    before, after = _snapshot(), _snapshot()
    before["graph"]["resources"]["dbt_cloud"] = "ResourceDefinition"
    _bind(after)
    assert compare(before, after) == []


def test_one_run_for_each_partition_is_what_no_policy_means() -> None:
    after = _snapshot()
    _assets(after)["orders"]["backfill_policy"] = {"__class__": "BackfillPolicy", "max_partitions_per_run": 1}
    assert compare(_snapshot(), after) == []


def test_unexpected_differences_come_first() -> None:
    after = _snapshot()
    _assets(after)["orders"].update(kinds=["dbtcloud"], group="marts")
    assert [row.is_expected for row in compare(_snapshot(), after)] == [False, True]


def test_a_difference_reads_as_a_sentence() -> None:
    row = Difference("group", "orders", "default", "marts", None)
    assert str(row) == "UNEXPECTED group of orders: default -> marts"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("dbt build", "dbt build --select fqn:*"),
        ("dbt build -s a b", "dbt build --select 'b a'"),
        ("dbt build --select a.b", "dbt build --select fqn:a.b"),
        ('dbt run --vars \'{"a": 1, "b": 2}\'', 'dbt run --vars \'{"b":2,"a":1}\''),
        ("dbt seed --full-refresh", "dbt seed  --full-refresh"),
    ],
)
def test_commands_that_do_the_same(one: str, other: str) -> None:
    assert doing(one) == doing(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("dbt build", "dbt run"),
        ("dbt build", "dbt build --select tag:daily"),
        ("dbt build --select a", "dbt build --exclude a"),
        ("dbt run", "dbt run --full-refresh"),
        ("dbt run --vars '{\"a\": 1}'", "dbt run"),
        ("dbt run --selector a", "dbt run --selector b"),
        ("dbt seed", "dbt snapshot"),
        ("dbt run 'unbalanced", "dbt run"),
    ],
)
def test_commands_that_do_not(one: str, other: str) -> None:
    assert doing(one) != doing(other)
