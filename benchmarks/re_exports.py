"""How the codemod's time grows with files that import one resource from each other: a chain, and a mesh."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

from benchmarks._trees import best_of
from legacy_shim.codemods.deciding import plan
from legacy_shim.codemods.options import Options

_FILES = (10, 40, 160, 640)
_MADE = """\
from dagster_dbt import DbtCloudClientResource

cloud = DbtCloudClientResource(auth_token="t", account_id=12345)
"""
_LOADS = """\
from dagster import Definitions
from dagster_dbt import load_assets_from_dbt_cloud_job

from part_{last} import cloud

models = load_assets_from_dbt_cloud_job(cloud, 67890)
defs = Definitions(assets=[models])
"""


def main() -> None:
    """Print seconds of the processor, and how many times those of the first row they are."""
    with tempfile.TemporaryDirectory() as folder:
        for title, imported in (("a chain", chain), ("a mesh", mesh), ("a circle", circle)):
            print(f"  {title:10} {'CPU s':>8}   {'growth':>8}   {'growth for each file':>20}")
            first = 0.0
            for count in _FILES:
                tree = Path(folder) / f"{title} {count}"
                plant(tree, count, imported)
                took = best_of(3, lambda tree=tree: plan([tree], Options())).cpu
                first = first or took
                growth = took / first
                for_each = growth * _FILES[0] / count
                print(f"    {count:4} files {took:6.3f}   {growth:6.1f} x   {for_each:18.2f} x", flush=True)


def chain(number: int, _count: int) -> str:
    """Each file imports the resource from the one before it."""
    return f"from part_{number - 1} import cloud\n" if number else _MADE


def mesh(number: int, _count: int) -> str:
    """Each file imports it from three before it, under a name of its own each time."""
    earlier = sorted({max(0, number - step) for step in (1, 2, 3)})
    lines = [f"from part_{one} import cloud as cloud_{one}" for one in earlier]
    return "\n".join([*lines, f"cloud = cloud_{earlier[0]}", ""]) if number else _MADE


def circle(number: int, count: int) -> str:
    """Each file imports it from the one before it, the first one a part of the last."""
    return f"from part_{number - 1} import cloud\n" if number else f"import part_{count - 1}\n{_MADE}"


def plant(tree: Path, count: int, imported: Callable[[int, int], str]) -> None:
    """Write `count` files that hand a resource on, and one that loads with it."""
    tree.mkdir(parents=True)
    for number in range(count):
        (tree / f"part_{number}.py").write_text(imported(number, count))
    (tree / "loads.py").write_text(_LOADS.format(last=count - 1))


if __name__ == "__main__":
    main()
