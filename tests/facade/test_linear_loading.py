"""Loading is linear in the models of a job: nothing grows faster, whatever they depend on."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from legacy_shim.cloud.asset_specs import NodeTranslation, asset_specs, cacheable_data
from legacy_shim.cloud.compiled_job import CompiledJob
from legacy_shim.cloud.load_state import _pack
from legacy_shim.cloud.manifest import Upstream, dependency_order
from legacy_shim.dbt_commands import parse_command


class Counting(dict[str, Any]):
    """A mapping that counts how often it is looked into."""

    looks = 0

    def get(self, key: str, default: Any = None) -> Any:
        Counting.looks += 1
        return super().get(key, default)

    def __getitem__(self, key: str) -> Any:
        Counting.looks += 1
        return super().__getitem__(key)


def project(models: int, *, ephemeral_every: int = 0) -> dict[str, Any]:
    """A manifest with a chain of models, each of which also reads a source; some of them may be ephemeral."""
    nodes = {}
    for number in range(models):
        unique_id = f"model.big.m{number}"
        parents = ["source.big.raw.events"] + ([f"model.big.m{number - 1}"] if number else [])
        is_ephemeral = ephemeral_every and number % ephemeral_every
        nodes[unique_id] = {
            "unique_id": unique_id,
            "resource_type": "model",
            "name": f"m{number}",
            "fqn": ["big", f"m{number}"],
            "config": {"materialized": "ephemeral" if is_ephemeral else "table"},
            "depends_on": {"nodes": parents},
        }
    source = {
        "unique_id": "source.big.raw.events",
        "resource_type": "source",
        "source_name": "raw",
        "name": "events",
    }
    return {"nodes": Counting(nodes), "sources": Counting({source["unique_id"]: source})}


class Urls:
    """The part of the client that specs are made with."""

    def build_url_for_job(self, project_id: int, job_id: int) -> str:
        return f"https://cloud.getdbt.com/{project_id}/{job_id}"

    def build_url_for_cloud_docs(self, job_id: int, resource_type: str, unique_id: str) -> str:
        return f"https://cloud.getdbt.com/{job_id}/{resource_type}/{unique_id}"


def looks_for(models: int, **options: int) -> int:
    manifest = project(models, **options)
    executed = frozenset(
        one for one, node in manifest["nodes"].items() if node["config"]["materialized"] == "table"
    )
    job = CompiledJob(67890, 12345, 11, 22, True, ("dbt build",), 0, manifest, executed)
    translation = NodeTranslation(lambda node: [node["resource_type"], node["name"]], lambda _: None, ())
    Counting.looks = 0
    data = cacheable_data(job, translation, Urls())
    dependency_order(manifest, executed)
    looks = Counting.looks
    assert len(asset_specs(data)) == len(executed)
    return looks


@pytest.mark.parametrize("options", [{}, {"ephemeral_every": 10}], ids=["models", "ephemeral chains"])
def test_ten_times_the_models_is_ten_times_the_work(options: dict[str, int]) -> None:
    assert looks_for(2000, **options) < 10.5 * looks_for(200, **options)


def test_a_long_chain_of_ephemeral_models_is_walked_without_recursion() -> None:
    manifest = project(5000, ephemeral_every=5000)
    last = manifest["nodes"]["model.big.m4999"]
    assert Upstream(manifest).of(last) == {"model.big.m0", "source.big.raw.events"}
    assert dependency_order(manifest, ["model.big.m4999", "model.big.m0"]) == [
        "model.big.m0",
        "model.big.m4999",
    ]


def test_state_handed_to_workers_stays_small() -> None:
    manifest = project(2000)
    job = CompiledJob(67890, 12345, 11, 22, True, ("dbt build",), 0, manifest, frozenset(manifest["nodes"]))
    translation = NodeTranslation(lambda node: [node["resource_type"], node["name"]], lambda _: None, ())
    packed = _pack([cacheable_data(job, translation, Urls())])
    assert len(packed) < 150 * len(manifest["nodes"]), "bytes a model"


def test_no_selection_of_dbt_is_evaluated(tmp_path: Path) -> None:
    """A load needs nothing of dbt-core: it works where the package cannot be imported."""
    from loading import ARTIFACTS, config, python, shop_cloud

    from legacy_shim.emulator import serve

    for name in ("dbt", "dbt_common", "networkx"):
        (tmp_path / f"{name}.py").write_text("raise ImportError('not here')")
    with serve(shop_cloud(execute_steps=["dbt build --select tag:daily+"])) as server:
        code = (
            "from legacy_shim import *\n"
            f"r = dbt_cloud_resource.configured({config(server.url)!r})\n"
            "x = load_assets_from_dbt_cloud_job(r, 67890)\n"
            "print(len(x[0].keys))"
        )
        answer = python(code, "-W", "ignore", PYTHONPATH=str(tmp_path))
    assert answer.stdout.strip() == "6", answer.stderr
    assert parse_command("dbt build --select tag:daily+").select == ("tag:daily+",)
    assert len(json.loads((ARTIFACTS / "manifest.json").read_bytes())["nodes"]) > 6
