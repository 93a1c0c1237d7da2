"""Takes the legacy package out of a dagster-dbt, as a later release might."""

from __future__ import annotations

import ast
import importlib.util
import shutil
import sys
from pathlib import Path


def copy_without_legacy(site: Path) -> Path:
    """Put a `dagster_dbt` without `cloud/` into the folder `site`, to stand before site-packages on the path."""
    spec = importlib.util.find_spec("dagster_dbt")
    assert spec is not None
    assert spec.origin is not None, "dagster-dbt is installed as a package"
    package = site / "dagster_dbt"
    shutil.rmtree(package, ignore_errors=True)
    shutil.copytree(Path(spec.origin).parent, package, ignore=shutil.ignore_patterns("__pycache__", "*.pyc"))
    remove_legacy(package)
    return package


def remove_legacy(package: Path) -> None:
    """Remove `cloud/` from the folder of a `dagster_dbt`, and the imports of it. Nothing happens where it is gone."""
    shutil.rmtree(package / "cloud", ignore_errors=True)
    init = package / "__init__.py"
    init.write_text(_without_legacy_imports(init.read_text(encoding="utf-8")), encoding="utf-8")
    assert not (package / "cloud").exists()
    assert (package / "cloud_v2").is_dir()


def _without_legacy_imports(source: str) -> str:
    lines = source.splitlines(keepends=True)
    for node in reversed(ast.parse(source).body):
        if isinstance(node, ast.ImportFrom) and node.module == "dagster_dbt.cloud":
            del lines[node.lineno - 1 : node.end_lineno]
    return "".join(lines)


if __name__ == "__main__":
    print(copy_without_legacy(Path(sys.argv[1])))
