"""Objects of the user's that hold what was read of a run, under names that legacy's outputs have as well."""

from __future__ import annotations

import pytest
from before_and_after import Bench

HEAD = """
import dataclasses
from dataclasses import dataclass
from types import SimpleNamespace
from typing import NamedTuple

from dagster import Definitions, EnvVar, job, op
from dagster_dbt import DbtCloudClientResource

"""
TAIL = """

@op
def run_all(context, dbt_cloud: DbtCloudClientResource):
    out = dbt_cloud.get_dbt_client().run_job_and_poll(67891)
    {use}


@job
def nightly():
    run_all()


defs = Definitions(
    jobs=[nightly],
    resources={{"dbt_cloud": DbtCloudClientResource(auth_token=EnvVar("DBT_CLOUD_API_TOKEN"), account_id=12345)}},
)
"""
PROGRAMS = {
    "a dataclass": (
        """@dataclass
class Report:
    job_id: int
    run_id: int

    def text(self):
        return f"{self.job_id} {self.run_id}"
""",
        """context.log.info(Report(job_id=out.job_id, run_id=out.run_id).text())""",
    ),
    "a method that sets the field": (
        """class Tracker:
    def __init__(self):
        self.run_id = None

    def record(self, out):
        self.run_id = out.run_id

    def text(self):
        return str(self.run_id)
""",
        """t = Tracker()
    t.record(out)
    context.log.info(t.text())""",
    ),
    "a field of another name": (
        """class Tracker:
    def __init__(self, out):
        self.number = out.run_id

    def text(self):
        return f"{self.number}"
""",
        """t = Tracker(out)
    context.log.info(f"{t.number} {t.text()}")""",
    ),
    "a tuple of fields": (
        """class Tracker:
    def __init__(self, out):
        self.run_id, self.job_id = out.run_id, out.job_id

    def text(self):
        return f"{self.run_id} {self.job_id}"
""",
        """t = Tracker(out)
    context.log.info(f"{t.run_id} {t.text()}")""",
    ),
    "a named tuple": (
        """class Row(NamedTuple):
    run_id: int
    job_id: int
""",
        """row = Row(out.run_id, out.job_id)
    context.log.info(f"{row.run_id} {row[1]}")""",
    ),
    "the output and a field of it": (
        """class Tracker:
    def __init__(self, out):
        self.out = out
        self.run_id = out.run_id

    def text(self):
        return f"{self.out.run_id} {self.run_id}"
""",
        """context.log.info(Tracker(out).text())""",
    ),
    "a namespace": (
        """""",
        """row = SimpleNamespace(run_id=out.run_id, job_id=out.job_id)
    context.log.info(f"{row.run_id} {row.job_id}")""",
    ),
    "a class attribute": (
        """class Last:
    run_id = 0
    run_details = {}
""",
        """Last.run_id = out.run_id
    Last.run_details = out.run_details
    context.log.info(f"{Last.run_id} {Last.run_details['id']}")""",
    ),
    "the details": (
        """class Keep:
    def __init__(self, run_details):
        self.run_details = run_details

    def number(self):
        return self.run_details["id"]
""",
        """context.log.info(str(Keep(out.run_details).number()))""",
    ),
    "a property": (
        """class Keep:
    def __init__(self, out):
        self._out = out

    @property
    def run_id(self):
        return self._out.run_id

    @property
    def job_id(self):
        return self._out.job_id
""",
        """k = Keep(out)
    context.log.info(f"{k.run_id} {k.job_id}")""",
    ),
    "the text of the status": (
        """@dataclass
class Report:
    run_status: object

    def good(self):
        return self.run_status == "Success"
""",
        """context.log.info(str(Report(out.run_details["status_humanized"]).good()))""",
    ),
    "dataclasses.replace": (
        """@dataclass(frozen=True)
class Report:
    run_id: int = 0
""",
        """r = dataclasses.replace(Report(), run_id=out.run_id)
    context.log.info(f"{r.run_id}")""",
    ),
    "a field that a subclass sets": (
        """class Base:
    run_id = None


class Child(Base):
    def take(self, out):
        self.run_id = out.run_id
        return self
""",
        """context.log.info(f"{Child().take(out).run_id}")""",
    ),
    "a class with legacy's fields": (
        """class Out:

    def __init__(self, run_id, job_id, result):
        self.run_id, self.job_id, self.result = run_id, job_id, result
""",
        """own = Out(out.run_id, out.job_id, {"n": 1})
    context.log.info(f"{own.run_id} {own.job_id} {own.result}")""",
    ),
}


def _program(name: str) -> str:
    held, use = PROGRAMS[name]
    return HEAD + held + TAIL.format(use=use)


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_field_of_the_users_stays_a_field(bench: Bench, name: str) -> None:
    done = bench.both(_program(name), "job:nightly")
    assert "legacy_shim" not in done.migration.now(), [str(one) for one in done.migration.findings]
    assert [record["success"] for record in done.after.actions] == [True]
