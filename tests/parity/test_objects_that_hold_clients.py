"""The user's own resources, classes and functions that hold or hand out clients: rewritten, and the same when they run."""

from __future__ import annotations

import pytest
from before_and_after import Bench

from legacy_shim.emulator import Outcome

HEAD = """
import dataclasses
from abc import ABC, abstractmethod
from functools import cached_property
from typing import Optional, cast

import dagster as dg
from dagster_dbt import DbtCloudClientResource

CLOUD = DbtCloudClientResource(auth_token=dg.EnvVar("DBT_CLOUD_API_TOKEN"), account_id=12345)

"""
RUN = """
@dg.asset
def refreshed(warehouse: Warehouse):
    started = warehouse.runs().run_job(67891)
    return warehouse.runs().poll_run(started["id"])["status"]
"""
DEFS = """
defs = dg.Definitions(assets=[refreshed], resources={"warehouse": Warehouse(cloud=CLOUD)})
"""
FIELD = "class Warehouse(dg.ConfigurableResource):\n    cloud: DbtCloudClientResource\n"
METHOD = "    def runs(self):\n        return self.cloud.get_dbt_client()\n"
PROGRAMS = {
    "a field of an own resource": FIELD + METHOD + RUN + DEFS,
    "a field that a base class declares": FIELD.replace("Warehouse", "Base")
    + METHOD
    + "class Warehouse(Base):\n    name: str = 'x'\n"
    + RUN
    + DEFS,
    "by the key of the context": FIELD
    + METHOD
    + """
@dg.asset(required_resource_keys={"warehouse"})
def refreshed(context):
    ran = context.resources.warehouse.cloud.get_dbt_client().run_job_and_poll(67891)
    return ran.run_details["status"]
"""
    + DEFS,
    "a property": FIELD
    + """    @property
    def client(self):
        return self.cloud.get_dbt_client()

@dg.asset
def refreshed(warehouse: Warehouse):
    return warehouse.client.run_job_and_poll(67891).run_details["status"]
"""
    + DEFS,
    "a method that runs": FIELD
    + """    def refresh(self, job_id: int):
        return self.cloud.get_dbt_client().run_job_and_poll(job_id)

@dg.asset
def refreshed(warehouse: Warehouse):
    ran = warehouse.refresh(67891)
    return ran.run_details["status"]
"""
    + DEFS,
    "a class that the op makes": """
class Runner:
    def __init__(self, client):
        self.client = client

    def refresh(self):
        return self.client.run_job_and_poll(67891)

@dg.asset
def refreshed(cloud: DbtCloudClientResource):
    return Runner(cloud.get_dbt_client()).refresh().run_details["status"]

defs = dg.Definitions(assets=[refreshed], resources={"cloud": CLOUD})
""",
    "a dataclass": """
@dataclasses.dataclass
class Runner:
    client: object
    job_id: int = 67891

@dg.asset
def refreshed(cloud: DbtCloudClientResource):
    runner = Runner(client=cloud.get_dbt_client())
    return runner.client.run_job_and_poll(runner.job_id).run_details["status"]

defs = dg.Definitions(assets=[refreshed], resources={"cloud": CLOUD})
""",
    "an abstract method": """
class Runner(ABC):
    @abstractmethod
    def client(self): ...

    def refresh(self):
        return self.client().run_job_and_poll(67891)

class CloudRunner(Runner):
    def __init__(self, cloud):
        self.cloud = cloud

    def client(self):
        return self.cloud.get_dbt_client()

@dg.asset
def refreshed(cloud: DbtCloudClientResource):
    return CloudRunner(cloud).refresh().run_details["status"]

defs = dg.Definitions(assets=[refreshed], resources={"cloud": CLOUD})
""",
    "a cast": """
@dg.asset
def refreshed(cloud: DbtCloudClientResource):
    client = cast(object, cloud.get_dbt_client())
    return client.run_job_and_poll(67891).run_details["status"]

defs = dg.Definitions(assets=[refreshed], resources={"cloud": CLOUD})
""",
    "an optional parameter of a helper": FIELD
    + METHOD
    + """
def run_with(warehouse: Optional[Warehouse]):
    return warehouse.runs().run_job_and_poll(67891)

@dg.asset
def refreshed(warehouse: Warehouse):
    return run_with(warehouse).run_details["status"]
"""
    + DEFS,
}


@pytest.mark.parametrize("program", PROGRAMS.values(), ids=PROGRAMS)
def test_what_holds_a_client_runs_as_before(bench: Bench, program: str) -> None:
    done = bench.both(HEAD + program, "materialize:all")
    assert "legacy_shim" not in done.migration.now(), [str(one) for one in done.migration.findings]
    assert [record["success"] for record in done.after.actions] == [True]


@pytest.mark.parametrize("program", [PROGRAMS["a field of an own resource"]])
def test_a_run_that_fails_fails_through_them_too(bench: Bench, program: str) -> None:
    done = bench.twice(HEAD + program, "materialize:all", change=lambda cloud: cloud.end_runs(Outcome()))
    assert [record["success"] for record in done.before.actions] == [False]
    assert [record["success"] for record in done.after.actions] == [False]
