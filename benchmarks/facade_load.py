"""How long loading a job takes through the facade, beside v2's own loader and dagster-dbt's legacy one.

Each load is a fresh process that asks the same local dbt Cloud for the same manifest. Measured are, from the first line of
the definitions to Dagster's finished repository, the seconds on the clock and those of the processor (without what
dbt Cloud takes), imports not counted, and the peak memory of the process.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from copy import deepcopy
from importlib import import_module
from pathlib import Path
from typing import Any

ACCOUNT, PROJECT, ENVIRONMENT, JOB = 12345, 11, 22, 67890
TOKEN = "dbt_api_token_here"
SIZES = (1_000, 5_000, 20_000)
LEGACY_SIZES = (500,)
"""What dagster-dbt's legacy loader is given: its time grows with the square of the models."""
LARGEST = 30_000
"""Models of a manifest of 200 MB, which the facade alone is given."""

_RECORDED = Path(__file__).parents[1] / "tests" / "facade" / "loader_project" / "artifacts" / "manifest.json"
_COLUMNS = 12
_LAYER = 50  # models that read from the layer before, so that the graph is as deep as a project's is


def main() -> None:
    """Print seconds, megabytes and ratios for each size."""
    print("  models  manifest  loader    seconds    CPU s  peak MB   as parts of v2's: seconds, CPU, memory")
    for models in sorted({*SIZES, *LEGACY_SIZES}):
        loaders = ["v2", "facade", *(["legacy"] if models in LEGACY_SIZES else [])]
        _print_size(models, _measure_all(models, loaders))
    _print_size(LARGEST, _measure_all(LARGEST, ["facade"]))


def _print_size(models: int, measured: Mapping[str, Mapping[str, float]]) -> None:
    v2 = measured.get("v2", {})
    for loader, figures in measured.items():
        parts = "  ".join(f"{figures[name] / v2[name]:5.2f}" for name in ("seconds", "cpu", "peak") if v2)
        beyond = (figures["peak"] - figures["imports"]) / figures["manifest"]
        told = f"{figures['seconds']:9.2f} {figures['cpu']:8.2f} {figures['peak']:8.0f}"
        of_bytes = f"   beyond imports {beyond:.2f} of the manifest's bytes"
        print(
            f"  {models:6,} {figures['manifest']:6.0f} MB  {loader:7} {told}   {parts}{of_bytes}", flush=True
        )


def _measure_all(models: int, loaders: list[str]) -> dict[str, dict[str, float]]:
    from legacy_shim.emulator import DbtCloud, RecordedArtifacts, Speed, serve

    with tempfile.TemporaryDirectory() as folder:
        manifest = Path(folder) / "manifest.json"
        manifest.write_text(json.dumps(_manifest(models)), encoding="utf-8")
        size = manifest.stat().st_size / 1024 / 1024
        cloud = DbtCloud(speed=Speed(hold=600))
        cloud.add_account(ACCOUNT, token=TOKEN)
        cloud.add_project(PROJECT, account_id=ACCOUNT, backend=RecordedArtifacts(folder))
        cloud.add_environment(ENVIRONMENT, project_id=PROJECT)
        job = cloud.add_job(
            JOB, project_id=PROJECT, environment_id=ENVIRONMENT, name="Nightly", execute_steps=["dbt build"]
        )
        warm_up = cloud.trigger(
            job, {"cause": "so that no loader waits for the emulator to read the manifest"}
        )
        cloud.start(warm_up)
        warm_up.done.wait(600)
        with serve(cloud) as server:
            measured = {loader: _in_a_process(loader, server.url, models) for loader in loaders}
    return {loader: {**figures, "manifest": size} for loader, figures in measured.items()}


def _in_a_process(loader: str, url: str, models: int) -> dict[str, float]:
    code = f"from benchmarks.facade_load import load; load({loader!r}, {url!r})"
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code],
        cwd=Path(__file__).parents[1],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SystemExit(f"{loader} could not load {models} models:\n{done.stderr}")
    figures: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    if figures.pop("assets") != models:
        raise SystemExit(f"{loader} did not load {models} assets")
    return figures


def load(loader: str, url: str) -> None:
    """Load the job with `loader` in this process and print the figures as JSON."""
    import dagster_dbt  # noqa: F401  # with dbt-core, which it imports where there is one
    from dagster import DagsterInstance, Definitions

    with DagsterInstance.ephemeral():  # imports what each process of Dagster has imported
        pass

    make = {"facade": _legacy_dialect, "legacy": _legacy_dialect, "v2": _v2}[loader]
    package = {"facade": "legacy_shim", "legacy": "dagster_dbt.cloud", "v2": "dagster_dbt.cloud_v2"}[loader]
    package_of_loader, imports = import_module(package), _peak_megabytes()
    began, cpu_began = time.perf_counter(), time.process_time()
    assets = make(package_of_loader, url, Definitions)
    seconds, cpu = time.perf_counter() - began, time.process_time() - cpu_began
    peak = _peak_megabytes()
    print(json.dumps({"seconds": seconds, "cpu": cpu, "peak": peak, "imports": imports, "assets": assets}))


def _legacy_dialect(module: Any, url: str, definitions: Any) -> int:
    resource = module.dbt_cloud_resource.configured(
        {"auth_token": TOKEN, "account_id": ACCOUNT, "dbt_cloud_host": f"{url}/"}
    )
    loaded = module.load_assets_from_dbt_cloud_job(dbt_cloud=resource, job_id=JOB)
    return len(definitions(assets=[loaded]).get_repository_def().asset_graph.executable_asset_keys)


def _v2(module: Any, url: str, definitions: Any) -> int:
    workspace = module.DbtCloudWorkspace(
        credentials=module.DbtCloudCredentials(account_id=ACCOUNT, token=TOKEN, access_url=url),
        project_id=PROJECT,
        environment_id=ENVIRONMENT,
    )

    @module.dbt_cloud_assets(workspace=workspace)  # type: ignore[untyped-decorator]
    def models(context):  # type: ignore[no-untyped-def]  # Dagster takes no other annotation than its own
        yield from workspace.cli(["build"], context=context).wait()

    placed = definitions(assets=[models], resources={"dbt_cloud": workspace})
    return len(placed.get_repository_def().asset_graph.executable_asset_keys)


def _peak_megabytes() -> float:
    try:  # of this program alone; getrusage() tells that of the process that started it, too
        lines = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:")) / 1024
    except (OSError, StopIteration):
        import resource

        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return peak / (1024 * 1024 if sys.platform == "darwin" else 1024)


def _manifest(models: int) -> dict[str, Any]:
    """Return a manifest of that many models, in layers of which each model reads three of the layer before."""
    recorded = json.loads(_RECORDED.read_bytes())
    template = recorded["nodes"]["model.shop.stg_orders"]
    source = next(iter(recorded["sources"].values()))
    nodes = {}
    for number in range(models):
        first = max(number - _LAYER, 0)
        parents = [f"model.shop.model_{one}" for one in range(first, first + 3) if one < number - 3]
        node = _model(template, number, parents or [source["unique_id"]])
        nodes[node["unique_id"]] = node
    parent_map = {one: node["depends_on"]["nodes"] for one, node in nodes.items()}
    child_map: dict[str, list[str]] = {one: [] for one in (*nodes, source["unique_id"])}
    for child, parents in parent_map.items():
        for parent in parents:
            child_map[parent].append(child)
    none: dict[str, Any] = {}
    return {
        **recorded,
        "nodes": nodes,
        "sources": {source["unique_id"]: source},
        "parent_map": {**parent_map, source["unique_id"]: []},
        "child_map": child_map,
        **dict.fromkeys(("exposures", "unit_tests", "disabled", "groups", "group_map"), none),
    }


def _model(template: Mapping[str, Any], number: int, parents: list[str]) -> dict[str, Any]:
    name = f"model_{number}"
    node = deepcopy(dict(template))
    column = next(iter(node["columns"].values()), None) or {"name": "", "description": "", "meta": {}}
    columns = {
        f"column_{one}": {**column, "name": f"column_{one}", "description": "What it means. " * 3}
        for one in range(_COLUMNS)
    }
    code = f"select {', '.join(columns)} from somewhere where it_is = 'so' " * 4
    return {
        **node,
        "name": name,
        "alias": name,
        "unique_id": f"model.shop.{name}",
        "fqn": ["shop", f"layer_{number // _LAYER}", name],
        "path": f"layer_{number // _LAYER}/{name}.sql",
        "original_file_path": f"models/layer_{number // _LAYER}/{name}.sql",
        "description": f"The model {name}. " * 5,
        "group": None,
        "config": {**node["config"], "group": None, "meta": {}},
        "meta": {},
        "columns": columns,
        "raw_code": code,
        "compiled_code": code,
        "depends_on": {"macros": [], "nodes": parents},
        "refs": [],
        "sources": [],
        "extra_ctes": [],
        "relation_name": f'"shop"."main"."{name}"',
    }


if __name__ == "__main__":
    main()
