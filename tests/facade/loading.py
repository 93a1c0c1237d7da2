"""What the tests of loaded jobs share: a dbt Cloud on the recorded loader project, and runs of its code in processes."""

from __future__ import annotations

import importlib
import importlib.util
import inspect
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from dagster import AssetsDefinition, Definitions
from forking import Forking, can_fork

from legacy_shim.cloud.patience import Patience
from legacy_shim.emulator import DbtCloud, RecordedArtifacts, Speed

ARTIFACTS = Path(__file__).parent / "loader_project" / "artifacts"
SHORT = Patience(silence=30, refusal=0.5, shortest_pause=0.01, longest_pause=0.3, lookout=0.5)
"""How long the client sits trouble out in tests."""
TOKEN = "dbt_api_token_here"
ACCOUNT, PROJECT, ENVIRONMENT, JOB = 12345, 11, 22, 67890


def shop_cloud(artifacts: Path = ARTIFACTS, **job: Any) -> DbtCloud:
    """A dbt Cloud with the job 67890, whose answer to a trigger waits for the run to end."""
    cloud = DbtCloud(speed=Speed(hold=10))
    cloud.add_account(ACCOUNT, token=TOKEN, name="Acme")
    cloud.add_project(PROJECT, account_id=ACCOUNT, name="shop", backend=RecordedArtifacts(artifacts))
    cloud.add_environment(ENVIRONMENT, project_id=PROJECT, name="Production")
    settings = {"name": "Nightly", "execute_steps": ["dbt seed", "dbt build"], "generate_docs": True, **job}
    cloud.add_job(JOB, project_id=PROJECT, environment_id=ENVIRONMENT, **settings)
    return cloud


def start_after_a_look(
    cloud: DbtCloud, monkeypatch: pytest.MonkeyPatch, first: Callable[[], None] = lambda: None
) -> None:
    """Let dbt Cloud start a run only when it has been asked for the runs that there are; before that, do `first`."""
    trigger = cloud.trigger

    def late(job: Any, body: Any) -> Any:
        asked = len(cloud.journal)
        first()
        deadline = time.monotonic() + 60
        while not any(request.path.endswith("/runs/") for request in cloud.journal[asked:]):
            assert time.monotonic() < deadline, "nobody asks"
            time.sleep(0.01)
        return trigger(job, body)

    monkeypatch.setattr(cloud, "trigger", late)


def config(url: str) -> dict[str, Any]:
    """The configuration of the legacy resource."""
    return {"auth_token": TOKEN, "account_id": ACCOUNT, "dbt_cloud_host": url}


def commands_run(cloud: DbtCloud) -> list[list[str]]:
    """The commands of each run, in order."""
    return [list(run.commands) for run in cloud.runs]


def loaded(definitions: Definitions) -> AssetsDefinition:
    """The one asset definition with an op."""
    graph = definitions.get_repository_def().asset_graph
    (assets,) = [one for one in graph.assets_defs if one.is_executable]
    return assets


SHIPS_LEGACY = importlib.util.find_spec("dagster_dbt.cloud") is not None
"""Whether the installed dagster-dbt has its legacy package still."""


def tells_ids() -> bool:
    """Whether the installed dagster-dbt's legacy loader puts the ids of dbt Cloud into metadata, as later ones do."""
    theirs = importlib.import_module("dagster_dbt.cloud.asset_defs")
    return "dagster_dbt/cloud_account_id" in inspect.getsource(theirs)


def shown(assets: AssetsDefinition) -> dict[str, Any]:
    """All that Dagster shows of the assets, as plain data; of the metadata, what an old dagster-dbt has too."""
    unknown = () if tells_ids() else ("dagster_dbt/cloud_",)
    specs = {
        spec.key.to_user_string(): {
            "deps": sorted(dep.asset_key.to_user_string() for dep in spec.deps),
            "group": spec.group_name,
            "metadata": {
                key: repr(value)
                for key, value in sorted(spec.metadata.items())
                if not key.startswith(tuple(unknown))
            },
            "condition": repr(spec.automation_condition),
            "freshness": repr(spec.freshness_policy),
            "tags": dict(spec.tags),
            "kinds": sorted(spec.kinds),
            "owners": list(spec.owners),
            "description": spec.description,
            "code_version": spec.code_version,
            "skippable": spec.skippable,
            "partitions": repr(spec.partitions_def),
        }
        for spec in assets.specs
    }
    op = assets.op
    return {
        "specs": specs,
        "op": op.name,
        "op tags": dict(op.tags),
        "outputs": sorted(
            (one.name, one.is_required, one.dagster_type.unique_name) for one in op.output_defs
        ),
        "inputs": sorted(one.name for one in op.input_defs),
        "resource keys": sorted(assets.required_resource_keys),
        "resources": sorted(assets.resource_defs),
        "can subset": assets.can_subset,
        "backfill policy": repr(assets.backfill_policy),
    }


def rewritten(folder: Path, **changes: Mapping[str, Any]) -> Path:
    """Put changed artifacts into `folder`: `manifest={...}` or `run_results={...}` replace keys of the recording."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("manifest", "run_results"):
        document = json.loads((ARTIFACTS / f"{name}.json").read_bytes())
        document.update(changes.get(name, {}))
        (folder / f"{name}.json").write_text(json.dumps(document), encoding="utf-8")
    return folder


def python(
    code: str, *options: str, cwd: Path | None = None, anew: bool = False, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run code in a new Python, whose exit code is not checked. Dagster is loaded in it, unless it begins `anew`.

    What it prints is text.
    """
    env = {**os.environ, **environment}
    if not anew and options in ((), ("-W", "ignore")) and can_fork(environment):
        done = _LOADED.run_code(code, cwd or Path.cwd(), env, shows_warnings=not options)
        return subprocess.CompletedProcess(
            done.args, done.returncode, done.stdout.decode(), done.stderr.decode()
        )
    return subprocess.run(
        [sys.executable, *options, "-c", code], cwd=cwd, env=env, capture_output=True, text=True, timeout=180
    )


_LOADED = Forking("dagster", "requests")
