"""Store the state that components of dbt Cloud are made from, as ``dg utils refresh-defs-state`` does before a deployment.

Without it a code location has none of their assets, and loads. Source: ``dagster_dg_cli.cli.defs_state``.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

_CONFIGURATIONS = (("pyproject.toml", "tool.dg"), ("dg.toml", "project"))
_MARK = "component"


def store_state(roots: Sequence[str]) -> None:
    """For the dbt Cloud components of the ``dg`` projects that the folders to import from are in, each state once."""
    projects = list(dict.fromkeys(_projects(map(Path, roots))))
    if not projects:
        return
    sys.path[:0] = [root for root in dict.fromkeys(roots) if root not in sys.path]
    from dagster.components.core.component_tree import ComponentTree

    try:
        from dagster_dbt.cloud_v2.component.dbt_cloud_component import DbtCloudComponent
    except ImportError:  # before dagster-dbt 0.28.20
        return
    for project in projects:
        components = ComponentTree.for_project(project).get_all_components(of_type=DbtCloudComponent)
        for component in {one.defs_state_config.key: one for one in components}.values():
            asyncio.run(component.refresh_state(project))


def _projects(roots: Iterable[Path]) -> Iterator[Path]:
    """The folder of the project that each folder is in, where a component may be one of dbt Cloud's."""
    for root in roots:
        for folder in (root.resolve(), *root.resolve().parents):
            if any(_names(folder / name, text) for name, text in _CONFIGURATIONS):
                if any(_names(path, _MARK) for path in folder.rglob("defs.yaml")):
                    yield folder
                break
            if (folder / ".git").exists():
                break


def _names(path: Path, text: str) -> bool:
    try:
        return path.is_file() and text in path.read_text("utf-8", "replace").lower()
    except OSError:
        return False
