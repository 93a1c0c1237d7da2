"""Settings that functions hand to each other in a circle: no answer, and no end of the migration."""

from __future__ import annotations

from pathlib import Path

from rewriting import FACTS, migrate

PROGRAM = """
from dagster import ConfigurableResource, EnvVar
from dagster_dbt import DbtCloudResource


def connect(token, again=True):
    if again:
        return other(token)
    return DbtCloudResource(token, 12345)


def other(token):
    return connect(token, False)


class Cloud(ConfigurableResource):
    token: str

    def run(self, job_id):
        return connect(self.token).run_job_and_poll(67890).run_id


cloud = Cloud(token=EnvVar("TOKEN"))
"""


def test_functions_that_call_each_other_end(tmp_path: Path) -> None:
    texts, report = migrate(tmp_path, {"defs.py": PROGRAM}, facts=FACTS)
    assert ".get_value()" not in texts["defs.py"]
    assert report.left_for_a_person or "token=token" in texts["defs.py"]
