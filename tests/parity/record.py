"""Records the artifacts that the cases run on: ``python tests/parity/record.py``.

Runs real dbt over ``examples/dbt_project`` and keeps of ``manifest.json`` and ``run_results.json`` what dbt Cloud's
clients read. Macros are left out: half a megabyte that nothing asks for. Folders of this machine are left out too.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
PROJECT = ROOT / "examples" / "dbt_project"
ARTIFACTS = ROOT / "tests" / "cases" / "_artifacts" / "shop"
COMMANDS = (("seed",), ("build",))


def record(folder: Path) -> None:
    """Build the project and write its slimmed artifacts into `folder`."""
    with tempfile.TemporaryDirectory() as temporary:
        project = Path(temporary) / "project"
        shutil.copytree(PROJECT, project, ignore=shutil.ignore_patterns("target", "logs", "*.duckdb"))
        environment = {
            **os.environ,
            "DBT_PROFILES_DIR": str(project),
            "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        }
        for command in COMMANDS:
            subprocess.run(
                [sys.executable, "-c", "from dbt.cli.main import cli; cli()", "--quiet", *command],
                cwd=project,
                env=environment,
                check=True,
            )
        folder.mkdir(parents=True, exist_ok=True)
        manifest = json.loads((project / "target" / "manifest.json").read_bytes())
        _write(folder / "manifest.json", slim_manifest(manifest))
        _write(
            folder / "run_results.json", json.loads((project / "target" / "run_results.json").read_bytes())
        )


def slim_manifest(manifest: dict[str, Any]) -> dict[str, Any]:
    """The manifest without macros, and without what only says where and by whom it was made."""
    slim = {**manifest, "macros": {}, "docs": {}}
    slim["metadata"] = {**manifest["metadata"], "user_id": None, "env": {}}
    for nodes in (slim["nodes"], slim["sources"], slim["exposures"]):
        for node in nodes.values():
            for name in ("root_path", "build_path", "compiled_path", "compiled_code", "created_at"):
                node.pop(name, None)
            if node.get("depends_on"):
                node["depends_on"]["macros"] = []
    slim["nodes"] = _in_build_order(slim["nodes"])
    return slim


def _in_build_order(nodes: dict[str, Any]) -> dict[str, Any]:
    """Nodes behind what they depend on, as dbt runs them, else by name: recorded results come in this order."""
    ordered: dict[str, Any] = {}

    def add(unique_id: str) -> None:
        if unique_id in nodes and unique_id not in ordered:
            for upstream in sorted((nodes[unique_id].get("depends_on") or {}).get("nodes", ())):
                add(upstream)
            ordered[unique_id] = nodes[unique_id]

    for unique_id in sorted(nodes):
        add(unique_id)
    return ordered


def _write(path: Path, document: dict[str, Any]) -> None:
    path.write_text(json.dumps(document, separators=(",", ":")) + "\n", encoding="utf-8")


if __name__ == "__main__":
    record(ARTIFACTS)
    sys.stdout.write(f"recorded into {ARTIFACTS.relative_to(ROOT)}\n")
