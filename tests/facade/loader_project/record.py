"""Records what dbt makes of this project into `artifacts/`, without the parts that no test needs and no path of this machine.

python tests/facade/loader_project/record.py
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parent


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        project = Path(folder) / "project"
        shutil.copytree(HERE, project, ignore=shutil.ignore_patterns("artifacts", "*.py"))
        dbt = Path(sys.executable).with_name("dbt")
        subprocess.run([str(dbt), "build", "--profiles-dir", "."], cwd=project, check=True)
        manifest = json.loads((project / "target" / "manifest.json").read_bytes())
        run_results = json.loads((project / "target" / "run_results.json").read_bytes())
    manifest.update(macros={}, docs={}, metadata=_without_machine(manifest["metadata"]))
    for node in [*manifest["nodes"].values(), *manifest["sources"].values()]:
        node.pop("root_path", None)
    run_results.update(metadata=_without_machine(run_results["metadata"]), args={})
    for name, document in (("manifest", manifest), ("run_results", run_results)):
        text = json.dumps(document, indent=1, sort_keys=True)
        assert folder not in text, "no path of this machine is left"
        (HERE / "artifacts").mkdir(exist_ok=True)
        (HERE / "artifacts" / f"{name}.json").write_text(text + "\n", encoding="utf-8")


def _without_machine(metadata: dict[str, object]) -> dict[str, object]:
    return {key: value for key, value in metadata.items() if key not in ("user_id", "env", "project_id")}


if __name__ == "__main__":
    main()
