"""The catalogue of legacy names says what dagster-dbt ships, the newest and the oldest that is supported."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from legacy_shim.catalogue import LEGACY_MODULES, LEGACY_NAMES

NOT_SHIPPED = {"DbtCloudResourceV2"}
"""What dagster-dbt had under this name before 0.28."""
DOCUMENTED_EXPORTS = {"DbtCloudResourceV2", "DbtCloudRunStatus"}
"""What the documented dialect imports from the top, where no supported dagster-dbt has it."""
NOT_USED_BY_PEOPLE = {
    "ASSET_RESOURCE_TYPES",
    "COMPUTE_KIND_TAG",
    "DAGSTER_DBT_UNIQUE_ID_METADATA_KEY",
    "SUCCESSFUL_NODE_STATUSES",
    "callback",
}
"""What modules keep for themselves, or take from elsewhere."""


@pytest.fixture(
    params=[
        pytest.param(
            sys.executable,
            id="this",
            marks=pytest.mark.skipif(
                find_spec("dagster_dbt.cloud") is None, reason="it has no legacy package"
            ),
        ),
        pytest.param(
            os.environ.get("OLDEST_PYTHON"),
            id="oldest",
            marks=pytest.mark.skipif(
                "OLDEST_PYTHON" not in os.environ,
                reason="OLDEST_PYTHON names no Python beside the oldest dagster-dbt",
            ),
        ),
    ]
)
def shipped(request: pytest.FixtureRequest) -> dict[str, Any]:
    script = Path(__file__).with_name("legacy_inventory.py")
    done = subprocess.run([request.param, "-W", "ignore", str(script)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    document: dict[str, Any] = json.loads(done.stdout)
    return document


def test_each_name_is_where_the_catalogue_says(shipped: dict[str, Any]) -> None:
    assert sorted(shipped["defined"]) == sorted(LEGACY_MODULES)
    missing = [
        (row.module, row.name)
        for row in LEGACY_NAMES
        if row.name not in shipped["defined"][row.module] and row.name not in NOT_SHIPPED
    ]
    assert missing == []


def test_the_catalogue_has_each_name_that_is_shipped(shipped: dict[str, Any]) -> None:
    known = {row.name for row in LEGACY_NAMES} | NOT_USED_BY_PEOPLE
    assert {name for names in shipped["defined"].values() for name in names} - known == set()


def test_public_names_are_those_that_the_package_exports(shipped: dict[str, Any]) -> None:
    public = {row.name for row in LEGACY_NAMES if row.public} - DOCUMENTED_EXPORTS
    assert public == set(shipped["exported"]) - {*LEGACY_MODULES}
