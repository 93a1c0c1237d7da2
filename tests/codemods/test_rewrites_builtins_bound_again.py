"""A name of Python's own that a module binds, and that is Python's all the same where the statement that binds it did not run."""

from __future__ import annotations

from pathlib import Path

import pytest
from rewriting import migrate, migrate_one

HEAD = """
import os

from dagster import Definitions, job, op
from dagster_dbt import dbt_cloud_resource, load_assets_from_dbt_cloud_job

cloud = dbt_cloud_resource.configured({"auth_token": {"env": "DBT_CLOUD_API_TOKEN"}, "account_id": 12345})
"""
LOAD = 'models = load_assets_from_dbt_cloud_job(cloud, int("67890"))\ndefs = Definitions(assets=[models])\n'
OWN = "def int(text):\n    return 67891\n"
INDENTED = "    def int(text):\n        return 67891\n"
RUN = """
@op(required_resource_keys={"dbt"})
def run(context):
    for client in CALLED([context.resources.dbt]):
        client.run_job_and_poll(67890)


@job(resource_defs={"dbt": cloud})
def nightly():
    run()


defs = Definitions(jobs=[nightly])
"""

PERHAPS = {
    "in a branch": f'if os.getenv("NOT_SET"):\n{INDENTED}{LOAD}',
    "imported in a try": f"try:\n    from fast import int\nexcept ImportError:\n    pass\n{LOAD}",
    "bound below": f"{LOAD}{OWN}",
    "in a loop": f"for _ in ():\n{INDENTED}{LOAD}",
    "what goes through a client": 'if os.getenv("NOT_SET"):\n    def sorted(values):\n        return list(values)\n'
    + RUN.replace("CALLED", "sorted"),
    "what is told of a client": 'if os.getenv("NOT_SET"):\n    def print(client):\n        client.run_job_and_poll(67891)\n'
    + RUN.replace("CALLED(", "(").replace("client.run_job_and_poll(67890)", "print(client)"),
}
SURELY = {
    "above": f"{OWN}{LOAD}",
    "in both branches": f'if os.getenv("NOT_SET"):\n{INDENTED}else:\n{INDENTED}{LOAD}',
    "or nothing goes on": "try:\n    from operator import index as int\nexcept ImportError:\n    raise\n"
    + LOAD.replace('int("67890")', "67890"),
    "no function": 'if os.getenv("NOT_SET"):\n    id = 67891\nelse:\n    id = 67890\n'
    + LOAD.replace('int("67890")', "id"),
}


@pytest.mark.parametrize("program", PERHAPS.values(), ids=PERHAPS)
def test_what_may_be_the_builtin_is_not_taken_for_the_function(tmp_path: Path, program: str) -> None:
    text, codes = migrate_one(tmp_path, HEAD + program)
    assert "from legacy_shim import" in text
    assert "LDC303" in codes


@pytest.mark.parametrize("program", SURELY.values(), ids=SURELY)
def test_what_is_surely_bound_is_followed(tmp_path: Path, program: str) -> None:
    text, codes = migrate_one(tmp_path, HEAD + program)
    assert "legacy_shim" not in text
    assert "LDC303" not in codes


def test_what_a_star_import_may_bring_is_not_taken_for_the_function(tmp_path: Path) -> None:
    helpers = f'import os\n\nif os.getenv("NOT_SET"):\n{INDENTED}'
    texts, report = migrate(
        tmp_path, {"program.py": HEAD + "from helpers import *\n" + LOAD, "helpers.py": helpers}
    )
    assert "from legacy_shim import" in texts["program.py"]
    assert "LDC303" in {finding.code for finding in report.findings}
