"""How long `verify` compares, judges and renders 2,000 assets, once both sides are loaded."""

from __future__ import annotations

import copy
import random
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from legacy_shim.codemods.findings import Finding, Place
from legacy_shim.codemods.verify.actions import Plan
from legacy_shim.codemods.verify.html import render_html
from legacy_shim.codemods.verify.judgement import judge
from legacy_shim.codemods.verify.machine import render_json
from legacy_shim.codemods.verify.run import Result, Side
from legacy_shim.codemods.verify.text import render_text

_LAYERS = ("raw", "staging", "intermediate", "core", "marts", "reports")
_BUILD = "materialize:dbt-cloud"
_JOB = 67890
_TOLD = tuple(
    Finding(Place(Path("defs.py"), 3), code, "as the code says", jobs=(_JOB,))
    for code in ("LDC202", "LDC205", "LDC206")
)


def main() -> None:
    """Print seconds of the processor, the best of three, for 2,000, 8,000 and 20,000 assets."""
    for count in (2000, 8000, 20_000):
        before, after = snapshots(count)
        judging, differences = _best(lambda: judge(before, after, _TOLD))  # noqa: B023
        result = result_of(before, after)
        rendered = [_best(lambda: render(result)) for render in (render_text, render_json, render_html)]  # noqa: B023
        times = "  ".join(
            f"{name} {seconds:5.2f} s"
            for name, (seconds, _) in zip(("text", "json", "html"), rendered, strict=True)
        )
        print(f"  {count:6,} assets  compare {judging:5.2f} s  {times}  {len(differences):,} differences")


def snapshots(count: int, *, faults: bool = True) -> tuple[dict[str, Any], dict[str, Any]]:
    """Both sides of a code location with so many assets, migrated as told; with `faults`, not in all."""
    chance = random.Random(count)
    assets: dict[str, dict[str, Any]] = {}
    layers: list[list[str]] = [[] for _ in _LAYERS]
    for number in range(count):
        layer = number * len(_LAYERS) // count
        key = f"{_LAYERS[layer]}/model_{number:05}"
        parents = chance.choices(layers[layer - 1], k=chance.randrange(1, 4)) if layer else []
        group = f"{_LAYERS[layer]}_{chance.randrange(max(1, count // 300))}"
        assets[key] = _asset(sorted(set(parents)), group)
        layers[layer].append(key)
    migrated = {key: _as_v2(key, asset) for key, asset in assets.items()}
    if faults:
        _plant_faults(migrated)
    return _document(assets, checks=False, runs=1), _document(migrated, checks=True, runs=2)


def result_of(before: dict[str, Any], after: dict[str, Any]) -> Result:
    """The result of comparing two such documents."""
    sides = Side("the tree as it is", before), Side("a copy, migrated just now", after)
    plan = Plan({_BUILD: "Everything that dbt Cloud makes"}, ())
    return Result(*sides, tuple(judge(before, after, _TOLD)), plan, (), _TOLD)


def _asset(deps: list[str], group: str) -> dict[str, Any]:
    names = (
        "partitions",
        "first_partitions",
        "backfill_policy",
        "automation_condition",
        "auto_materialize_policy",
    )
    names += ("freshness_policy", "legacy_freshness_policy", "auto_observe_interval_minutes", "description")
    return {
        **dict.fromkeys((*names, "code_version")),
        "deps": deps,
        "group": group,
        "kinds": [],
        "tags": {},
        "owners": [],
        "metadata": {
            "dagster_dbt/cloud_account_id": ["IntMetadataValue", 12345],
            "dbt Cloud Job": ["UrlMetadataValue", "https://cloud.getdbt.com/deploy/12345/jobs/67890"],
        },
        "partition_mappings": {},
        "execution": "MATERIALIZATION",
        "can_subset": True,
        "pools": [],
        "op": "dbt_cloud_job_67890",
        "required_resources": ["dbt_cloud"],
    }


def _as_v2(key: str, asset: dict[str, Any]) -> dict[str, Any]:
    node = f"model.shop.{key.split('/')[1]}"
    columns = [{"name": f"column_{number}", "type": "text"} for number in range(12)]
    return {
        **copy.deepcopy(asset),
        "kinds": ["dbtcloud", "snowflake"],
        "tags": {"daily": ""},
        "code_version": f"{abs(hash(key)):x}",
        "description": f"The model {key}.\n\n" + "select one, two, three from somewhere\n" * 12,
        "metadata": {
            "dagster_dbt/cloud_account_id": ["IntMetadataValue", 12345],
            "dagster_dbt/unique_id": ["TextMetadataValue", node],
            "dagster/column_schema": ["TableSchemaMetadataValue", columns],
            "dagster/storage_kind": ["TextMetadataValue", "snowflake"],
        },
    }


def _plant_faults(assets: dict[str, dict[str, Any]]) -> None:
    keys = list(assets)
    middle = len(keys) // 2
    assets[keys[middle]]["group"] = "elsewhere"
    assets[keys[middle + 1]]["deps"] = [keys[0]]
    assets[f"{keys[-2]}_v2"] = assets.pop(keys[-2])
    assets["marts/brand_new"] = _as_v2("marts/brand_new", _asset([keys[middle]], "marts_0"))
    del assets[keys[-1]]


def _document(assets: dict[str, dict[str, Any]], *, checks: bool, runs: int) -> dict[str, Any]:
    op = dict.fromkeys(("config_schema", "description", "retry_policy", "pool")) | {
        "tags": {},
        "required_resources": [],
    }
    check = {"description": None, "blocking": False, "automation_condition": None}
    check |= {"metadata": {"dagster_dbt/unique_id": ["TextMetadataValue", "test.shop.unique"]}}
    nodes = {f"model.shop.{key.split('/')[1]}": "success" for key in assets}
    commands = ["dbt seed", "dbt build"]
    steps = [{"command": text, "status": "Success", "nodes": nodes} for text in commands]
    run = {
        "phase": "0",
        "job_id": _JOB,
        "job_name": "Nightly",
        "cause": "Triggered by Dagster",
        "overrides": {},
    }
    run |= {"status": "Success", "steps": steps, "awaited": True, "wait": None}
    parts = [commands] if runs == 1 else [[text] for text in commands]
    action = {"number": 0, "action": _BUILD, "partition": None, "success": True}
    action |= {"observed": [], "checked": [], "outputs": {}, "errors": []}
    return {
        "version": 1,
        "dagster": "1.13.27",
        "target": "shop.definitions",
        "error": None,
        "graph": {
            "assets": assets,
            "checks": {f"{key}:unique": {"asset": key, **check} for key in assets} if checks else {},
            "asset_ops": {"dbt_cloud_job_67890": op},
            **{section: {} for section in ("jobs", "schedules", "sensors", "resources")},
        },
        "actions": [
            {
                **action,
                "materialized": [{"asset": key, "partition": None, "metadata": ["Status"]} for key in assets],
            }
        ],
        "runs": [{**run, "run_id": number, "commands": part} for number, part in enumerate(parts)],
        **{name: [] for name in ("writes", "callers", "refused", "programs")},
    }


def _best(work: Callable[[], Any]) -> tuple[float, Any]:
    times = []
    for _ in range(3):
        start = time.process_time()
        made = work()
        times.append(time.process_time() - start)
    return min(times), made


if __name__ == "__main__":
    main()
