"""What a run answers goes where it cannot be followed: it stays an object then, and whatever reads it stays as it is."""

from __future__ import annotations

from pathlib import Path

import pytest
from rewriting import migrate_one

HEAD = """from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from dagster import DagsterInstance, Definitions, Output, asset, build_resources, job, op
from dagster_dbt import DbtCloudClientResource, dbt_cloud_resource
from somewhere import process

cloud = dbt_cloud_resource("t", 12345)


@dataclass
class Held:
    output: object


@op(required_resource_keys={"dbt_cloud"})
def one(context):
    client = context.resources.dbt_cloud
"""
TAIL = """

@job(resource_defs={"dbt_cloud": cloud})
def by_hand():
    one()
"""
LOST = {
    "a callback": """
    def run(job_id):
        return client.run_job_and_poll(job_id)
    with ThreadPoolExecutor() as pool:
        return [ran.run_id for ran in pool.map(run, [67890])]
""",
    "a lambda in a comprehension": "    run = [lambda job_id: client.run_job_and_poll(job_id) for _ in 'a']\n    return run[0](67890).run_id\n",
    "a function of others": "    return process(client.run_job_and_poll(67890)).run_id\n",
    "a queue": "    queue = process()\n    queue.put(client.run_job_and_poll(67890))\n    return queue.get().run_id\n",
    "an attribute": "    context.ran = client.run_job_and_poll(67890)\n    return context.ran.run_id\n",
    "a generator": """
    def each():
        yield client.run_job_and_poll(67890)
    return [ran.run_id for ran in each()]
""",
    "a generator of another": """
    def each(ids):
        yield from (client.run_job_and_poll(i) for i in ids)
    return [ran.run_id for ran in each([67890])]
""",
    "the largest": "    ran = [client.run_job_and_poll(67890)]\n    return max(ran, key=lambda x: x.job_id).job_id\n",
    "the first": "    ran = [client.run_job_and_poll(67890)]\n    return next(iter(ran)).job_id\n",
    "a filter": "    ran = [client.run_job_and_poll(67890)]\n    return [x.job_id for x in filter(None, ran)]\n",
    "pairs": "    ran = [client.run_job_and_poll(67890)]\n    pairs = list(zip(ran, 'a'))\n    return pairs[0][0].job_id\n",
    "sorted in place": "    ran = [client.run_job_and_poll(67890)]\n    ran.sort(key=lambda x: x.job_id)\n",
    "the largest of a dict": """
    ran = {each: client.run_job_and_poll(each) for each in (67890,)}
    return max(ran.values(), key=lambda x: x.job_id).job_id
""",
    "one of functions that others may be among": """
    def job_of(ran):
        return ran.job_id
    by_name = {"job": job_of, **process("handlers")}
    return by_name["job"](client.run_job_and_poll(67890))
""",
    "a function or another": """
    def job_of(ran):
        return ran.job_id
    def then(ran, function):
        return function(ran)
    return then(client.run_job_and_poll(67890), job_of if context.run_id else process("job"))
""",
    "getattr": "    ran = client.run_job_and_poll(67890)\n    return getattr(ran, 'run_id', None)\n",
}
SEEN = {
    "a function by its key": """
    def job_of(ran):
        return ran.job_id
    by_name = {"job": job_of}
    return by_name["job"](client.run_job_and_poll(67890))
""",
    "a function that another is given": """
    def job_of(ran):
        return ran.job_id
    def then(ran, function):
        return function(ran)
    return then(client.run_job_and_poll(67890), job_of)
""",
    "a context of Dagster": "    client.run_job_and_poll(67890)\n    return context.run_id\n",
    "a run of Dagster": """
    ran = client.run_job_and_poll(67890)
    for each in DagsterInstance.get().get_runs():
        context.log.info(each.run_id)
    return ran.run_id
""",
    "a run of the instance": """
    for record in context.instance.get_run_records():
        context.log.info(record.dagster_run.run_id)
    return client.run_job_and_poll(67890).run_id
""",
    "a dict": "    ran = {each: client.run_job_and_poll(each) for each in (67890,)}\n    return [x.run_id for x in ran.values()]\n",
    "an object": "    return Held(client.run_job_and_poll(67890)).output.run_id\n",
    "the first of what is sorted": """
    ran = [client.run_job_and_poll(each) for each in (67890,)]
    return sorted(ran, key=lambda x: x.run_id)[0].run_id
""",
    "side by side": """
    ran = [client.run_job_and_poll(each) for each in (67890,)]
    return [(n, x.run_id) for n, x in zip("a", ran)] + [x.run_id for _, x in enumerate(ran)]
""",
    "the last": "    ran = [client.run_job_and_poll(67890)]\n    return ran.pop().run_id\n",
    "the rest": "    first, *rest = [client.run_job_and_poll(67890)]\n    return [first.run_id, *[x.run_id for x in rest]]\n",
    "a dict in order": """
    ran = {each: client.run_job_and_poll(each) for each in (67890,)}
    return [x.run_id for _, x in sorted(ran.items())]
""",
    "a property": """
    class Base:
        @property
        def client(self):
            return context.resources.dbt_cloud
    class Runner(Base):
        def run(self):
            return self.client.run_job_and_poll(67890)
    return Runner().run().run_id
""",
    "a value to Dagster": "    yield Output(client.run_job_and_poll(67890))\n",
}


@pytest.mark.parametrize("body", LOST.values(), ids=LOST)
def test_what_goes_out_of_sight_stays_an_object(tmp_path: Path, body: str) -> None:
    text, codes = migrate_one(tmp_path, HEAD + body + TAIL)
    assert not [code for code in codes if code.startswith("LDC3")]
    assert body.replace("client.run_job_and_poll(", "run_job(client.get_client(), ") in text
    assert "class DbtCloudOutput:" in text
    assert "legacy_shim" not in text


def test_a_status_that_goes_out_of_sight_keeps_its_unit(tmp_path: Path) -> None:
    body = "    return process(client.run_job_and_poll(67890)).run_status\n"
    text, codes = migrate_one(tmp_path, HEAD + body + TAIL)
    assert "LDC303" in codes
    assert body in text
    assert 'cloud = dbt_cloud_resource("t", 12345)' in text


@pytest.mark.parametrize("body", SEEN.values(), ids=SEEN)
def test_what_is_in_sight_does_not(tmp_path: Path, body: str) -> None:
    text, codes = migrate_one(tmp_path, HEAD + body + TAIL)
    assert not [code for code in codes if code.startswith("LDC3")]
    assert "legacy_shim" not in text
    assert "run_job_and_poll" not in text
    assert "class DbtCloudOutput" not in text


def test_resources_that_are_built_are_followed(tmp_path: Path) -> None:
    body = '    with build_resources({"it": cloud}) as built:\n        return built.it.get_job(67890)["id"]\n'
    text, _ = migrate_one(tmp_path, HEAD + body + TAIL)
    assert 'return built.it.get_client().get_job_details(67890)["id"]' in text


DECORATED = """
{wrapper}

@team_asset(name="nightly")
def nightly(dbt_cloud: DbtCloudClientResource):
    return dbt_cloud.get_dbt_client().get_job(67890)["id"]

defs = Definitions(assets=[nightly], resources={{"dbt_cloud": cloud}})
"""


def test_a_decorator_that_answers_one_of_dagster_fills_parameters(tmp_path: Path) -> None:
    wrapper = "def team_asset(**given):\n    return asset(group_name='team', **given)\n"
    text, _ = migrate_one(tmp_path, HEAD + "    pass\n" + DECORATED.format(wrapper=wrapper))
    assert "def nightly(dbt_cloud: DbtCloudWorkspace):" in text
    assert "legacy_shim" not in text


def test_a_decorator_that_cannot_be_followed_keeps_the_resource_of_that_name(tmp_path: Path) -> None:
    text, codes = migrate_one(
        tmp_path, HEAD + "    pass\n" + DECORATED.format(wrapper="from somewhere import team_asset")
    )
    assert "LDC302" in codes
    assert 'cloud = dbt_cloud_resource("t", 12345)' in text
