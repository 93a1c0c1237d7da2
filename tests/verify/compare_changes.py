"""A small snapshot, and a change of each kind that can be found in it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

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


def snapshot() -> dict[str, Any]:
    cloud = {
        "dagster_dbt/cloud_account_id": ["IntMetadataValue", 12345],
        "dbt Cloud Job": [
            "UrlMetadataValue",
            "https://cloud.getdbt.com/deploy/12345/projects/11/jobs/67890/",
        ],
    }
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
                "orders": _asset(
                    op="dbt_cloud_job_67890", deps=["raw"], metadata=cloud, required_resources=["dbt_cloud"]
                ),
                "report": _asset(deps=["orders"]),
                "raw": _asset(execution="UNEXECUTABLE", op=None),
            },
            "checks": {},
            "asset_ops": {"dbt_cloud_job_67890": _op(), "own": _op()},
            "jobs": {
                "nightly": {
                    "assets": ["orders"],
                    "checks": [],
                    "tags": {},
                    "run_config": {},
                    "resources": {"dbt_cloud": "dbt_cloud_resource"},
                    "ops": {},
                },
                "ops": {
                    "assets": [],
                    "tags": {},
                    "run_config": {"resources": {"dbt_cloud": {}}},
                    "resources": {"dbt_cloud": "dbt_cloud_resource", "slack": "ResourceDefinition"},
                    "ops": {"run": _op(outputs={"result": "DbtCloudOutput"}, inputs={}, after=[])},
                },
            },
            "schedules": {"nightly_schedule": {"cron": "0 3 * * *", "job": "nightly", "status": "STOPPED"}},
            "sensors": {"after_report": {"watches": ["report"], "jobs": ["nightly"]}},
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


def run_of(document: dict[str, Any]) -> dict[str, Any]:
    run: dict[str, Any] = document["runs"][-1]
    return run


def assets_of(document: dict[str, Any]) -> dict[str, Any]:
    assets: dict[str, Any] = document["graph"]["assets"]
    return assets


def action_of(document: dict[str, Any]) -> dict[str, Any]:
    action: dict[str, Any] = document["actions"][0]
    return action


def bind_workspace(document: dict[str, Any]) -> None:
    document["graph"]["resources"]["dbt_cloud"] = "DbtCloudWorkspace"


def _resource(document: dict[str, Any], job: str, **bound: str) -> None:
    document["graph"]["jobs"][job]["resources"].update(bound)


def _check(asset: str, unique_id: str = "test.a.unique") -> dict[str, Any]:
    metadata = {"dagster_dbt/unique_id": ["TextMetadataValue", unique_id]} if unique_id else {}
    return {"asset": asset, "description": None, "blocking": False, "metadata": metadata}


def _add_check(document: dict[str, Any], asset: str, unique_id: str = "test.a.unique") -> None:
    document["graph"]["checks"][f"{asset}:unique"] = _check(asset, unique_id)


def _check_job(document: dict[str, Any], asset: str, unique_id: str = "test.a.unique") -> None:
    _add_check(document, asset, unique_id)
    document["graph"]["jobs"]["nightly"]["checks"] = [f"{asset}:unique"]


def _evaluate(document: dict[str, Any], asset: str, unique_id: str = "test.a.unique") -> None:
    _add_check(document, asset, unique_id)
    action_of(document)["checked"] = [
        {"asset": asset, "check": "unique", "passed": True, "severity": "ERROR"}
    ]


def _tell_more(document: dict[str, Any], asset: str, field: str, value: Any) -> None:
    row = assets_of(document)[asset]
    row[field] = {**row[field], **value} if isinstance(value, dict) else value


def _forget(document: dict[str, Any], name: str) -> None:
    del assets_of(document)["orders"]["metadata"][name]


def _move_to_a_new_job(document: dict[str, Any]) -> None:
    document["writes"].append({"method": "POST", "path": "/api/v2/accounts/1/jobs/", "job_id": 5})
    run_of(document).update(job_id=5)


def write(document: dict[str, Any], path: str) -> None:
    document["writes"].append({"method": "POST", "path": path, "job_id": None})


STORED = {"dagster/storage_kind": ["TextMetadataValue", "snowflake"]}
CHANGES: list[tuple[str, Change, str | None]] = [
    ("asset lost", lambda d: assets_of(d).pop("report"), None),
    ("asset added", lambda d: assets_of(d).update(more=_asset()), None),
    ("external asset lost", lambda d: assets_of(d).pop("raw"), None),
    ("dependencies", lambda d: assets_of(d)["report"].update(deps=[]), None),
    ("group", lambda d: assets_of(d)["orders"].update(group="marts"), None),
    ("op name", lambda d: assets_of(d)["orders"].update(op="analytics"), None),
    ("partitions", lambda d: assets_of(d)["orders"].update(partitions={"keys": []}), None),
    ("partition mappings", lambda d: assets_of(d)["report"].update(partition_mappings={"orders": {}}), None),
    ("backfill policy", lambda d: assets_of(d)["orders"].update(backfill_policy={}), None),
    ("automation condition", lambda d: assets_of(d)["orders"].update(automation_condition={}), None),
    ("freshness policy", lambda d: assets_of(d)["orders"].update(freshness_policy={}), None),
    ("kinds", lambda d: assets_of(d)["orders"].update(kinds=["dbtcloud"]), "LDC206"),
    ("kinds", lambda d: assets_of(d)["orders"].update(kinds=["dbtcloud", "excel"]), None),
    ("kinds", lambda d: assets_of(d)["report"].update(kinds=["dbtcloud"]), None),
    ("tags", lambda d: _tell_more(d, "orders", "tags", {"daily": ""}), "LDC206"),
    ("tags", lambda d: _tell_more(d, "orders", "tags", {"team": "sales"}), None),
    ("owners", lambda d: assets_of(d)["orders"].update(owners=["team:data"]), "LDC206"),
    ("owners", lambda d: assets_of(d)["report"].update(owners=["team:data"]), None),
    ("description", lambda d: assets_of(d)["orders"].update(description="Orders"), "LDC206"),
    ("code version", lambda d: assets_of(d)["orders"].update(code_version="abc"), "LDC206"),
    ("code version", lambda d: assets_of(d)["report"].update(code_version="abc"), None),
    ("metadata", lambda d: _tell_more(d, "orders", "metadata", STORED), "LDC206"),
    ("metadata", lambda d: _tell_more(d, "raw", "metadata", STORED), "LDC206"),
    ("metadata", lambda d: _tell_more(d, "orders", "metadata", {"priority": 1}), None),
    ("metadata", lambda d: _tell_more(d, "report", "metadata", STORED), None),
    ("metadata", lambda d: _forget(d, "dbt Cloud Job"), "LDC206"),
    ("resource key added", bind_workspace, "LDC211"),
    ("resource requirement", bind_workspace, "LDC211"),
    ("resource key added", lambda d: d["graph"]["resources"].update(slack="Slack"), None),
    ("resource key added", lambda d: d["graph"]["resources"].update(other="DbtCloudWorkspace"), None),
    ("check added", lambda d: _add_check(d, "orders"), "LDC205"),
    ("check added", lambda d: _add_check(d, "raw"), "LDC205"),
    ("check added", lambda d: _add_check(d, "orders", ""), None),
    ("check added", lambda d: _add_check(d, "report"), None),
    ("job lost", lambda d: d["graph"]["jobs"].pop("nightly"), None),
    ("job assets", lambda d: d["graph"]["jobs"]["nightly"].update(assets=["orders", "more"]), None),
    ("job checks", lambda d: _check_job(d, "orders"), "LDC205"),
    ("job checks", lambda d: _check_job(d, "orders", ""), None),
    ("job checks", lambda d: _check_job(d, "report"), None),
    ("job run config", lambda d: d["graph"]["jobs"]["ops"].update(run_config={}), "LDC219"),
    ("job resources", lambda d: _resource(d, "ops", more="DbtCloudWorkspace"), None),
    ("job resource", lambda d: _resource(d, "ops", slack="DbtCloudWorkspace"), None),
    (
        "op outputs",
        lambda d: d["graph"]["jobs"]["ops"]["ops"]["run"].update(outputs={"result": "Any"}),
        "LDC213",
    ),
    (
        "op description",
        lambda d: d["graph"]["jobs"]["ops"]["ops"]["run"].update(description="Nightly"),
        None,
    ),
    ("op tags", lambda d: d["graph"]["asset_ops"]["own"].update(tags={"kind": "dbt"}), None),
    ("op config schema", lambda d: d["graph"]["asset_ops"]["own"].update(config_schema="{ a: Int }"), None),
    (
        "op config schema",
        lambda d: d["graph"]["jobs"]["ops"]["ops"]["run"].update(config_schema="{ a: Int }"),
        None,
    ),
    ("schedule cron", lambda d: d["graph"]["schedules"]["nightly_schedule"].update(cron="@daily"), None),
    ("schedule lost", lambda d: d["graph"]["schedules"].clear(), None),
    ("sensor watches", lambda d: d["graph"]["sensors"]["after_report"].update(watches=[]), None),
    ("materialized set lost", lambda d: action_of(d).update(materialized=[]), None),
    (
        "materialization metadata",
        lambda d: action_of(d)["materialized"][0].update(metadata=["run_url"]),
        "LDC206",
    ),
    ("observations lost", lambda d: action_of(d).update(observed=[]), "LDC205"),
    ("check results", lambda d: _evaluate(d, "orders"), "LDC205"),
    ("check results", lambda d: _evaluate(d, "orders", ""), None),
    ("op outputs", lambda d: action_of(d).update(outputs={"run:result": "dict"}), "LDC213"),
    ("op outputs", lambda d: action_of(d).update(outputs={"run:result": "_DbtCloudOutput"}), "LDC213"),
    ("op outputs", lambda d: action_of(d).update(outputs={"run:result": "str"}), None),
    ("success", lambda d: action_of(d).update(success=False), None),
    ("Dagster run", lambda d: action_of(d).update(partition="2024-01-01"), None),
    ("dbt commands", lambda d: run_of(d)["commands"].pop(0), None),
    ("dbt commands", lambda d: run_of(d)["commands"].reverse(), None),
    ("dbt commands", lambda d: run_of(d)["steps"][1]["nodes"].update({"model.a.more": "success"}), None),
    ("dbt Cloud job", lambda d: run_of(d).update(job_id=1), "LDC204"),
    ("dbt Cloud job", _move_to_a_new_job, "LDC203"),
    ("dbt Cloud job created", _move_to_a_new_job, "LDC203"),
    ("dbt Cloud job settings", lambda d: write(d, "/api/v2/accounts/1/jobs/7/"), None),
    ("dbt Cloud writes", lambda d: write(d, "/api/v3/accounts/1/projects/2/environment-variables/3/"), None),
    ("dbt Cloud runs", _split_runs, "LDC202"),
    ("wait shorter", lambda d: run_of(d).update(wait=3600), None),
    ("wait shorter", lambda d: run_of(d).update(awaited=False), None),
    (
        "dbt commands reach more",
        lambda d: run_of(d)["steps"][0]["nodes"].update({"seed.a.t": "success"}),
        None,
    ),
    ("run settings", lambda d: run_of(d).update(overrides={"threads_override": 2}), None),
    ("loading", lambda d: d.update(error={"class": "MissingFactError", "message": ""}), "LDC401"),
    ("loading", lambda d: d.update(error={"class": "KeyError", "message": "'x'"}), None),
]
