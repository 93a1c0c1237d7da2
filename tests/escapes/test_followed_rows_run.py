"""Rows that are followed do the same before and after: one code location with a job for each of them."""

from __future__ import annotations

import pytest
from before_and_after import Bench
from correct import MUST_FOLLOW
from rows import ROWS, Row
from value_kinds import RESOURCE

RESOURCES = """from dagster import EnvVar
from dagster_dbt import DbtCloudClientResource

cloud = DbtCloudClientResource(auth_token=EnvVar("DBT_CLOUD_API_TOKEN"), account_id=12345)
"""
_FOREIGN = "from housekeeping import Base, prune, registry, watched\n"
_KINDS = ("resource in an op", "client", "client of a resource", "answer", "answer at once", "status member")


def _runs(row: Row) -> bool:
    """Whether a row must be followed, and its program finds all that it names."""
    if row.kind.name == "status member" and "<use " in row.way.top:
        return False
    return row.kind.name in _KINDS and row.way.name in MUST_FOLLOW[row.kind.name]


def _module(row: Row, number: int) -> str:
    """The program of a row, on the resource that all share; nothing of it is foreign."""
    text = row.kind.text(row.way).replace(_FOREIGN, "from .resources import cloud\n\nregistry = True\n")
    text = text.replace(RESOURCE, "").partition("\n\ndefs = ")[0] + "\n"
    return (
        text.replace("def nightly", f"def nightly_{number}")
        .replace("def work", f"def work_{number}")
        .replace(" work()", f" work_{number}()")
    )


@pytest.mark.timeout(900)
def test_what_is_followed_does_as_it_did(bench: Bench) -> None:
    rows = [row for row in ROWS if _runs(row)]
    files = {f"shop/row_{number}.py": _module(row, number) for number, row in enumerate(rows)}
    imports = "".join(f"from shop.row_{number} import nightly_{number}\n" for number in range(len(rows)))
    jobs = ", ".join(f"nightly_{number}" for number in range(len(rows)))
    files |= {
        "shop/__init__.py": "",
        "shop/resources.py": RESOURCES,
        "definitions.py": f"from dagster import Definitions\n\n{imports}from shop.resources import cloud\n\n"
        f'defs = Definitions(jobs=[{jobs}], resources={{"dbt_cloud": cloud}})\n',
    }
    actions = [f"job:nightly_{number}" for number in range(len(rows))]
    before, after, migration = bench.both(files, *actions)
    assert "cloud = DbtCloudWorkspace(" in migration.now("shop/resources.py")
    for row, was, now in zip(rows, before.actions, after.actions, strict=True):
        assert (was["success"], now["success"]) == (True, True), row.name
