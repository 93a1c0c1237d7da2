"""A client that is asked of a resource, where it meets one that Dagster hands out under a key: both go there as workspaces."""

from __future__ import annotations

from pathlib import Path

import pytest
from rewriting import migrate_one

HEAD = """
import os
from dagster import Definitions, job, op
from dagster_dbt import DbtCloudClientResource
from dagster_dbt.cloud.resources import DbtCloudClient

cloud = DbtCloudClientResource(auth_token="t", account_id=12345)

{0}
@job
def nightly():
    it()

defs = Definitions(jobs=[nightly], resources={{"dbt_cloud": cloud}})
"""
OP = '@op(required_resource_keys={"dbt_cloud"})\ndef it(context):\n    %s\n\n'
NAME_OF = "def name_of(client):\n    return client.get_job(67890)['name']\n\n"
BOTH = "return name_of(context.resources.dbt_cloud), name_of(cloud.get_dbt_client())"


@pytest.mark.parametrize(
    ("program", "expected"),
    [
        (NAME_OF + OP % BOTH, "name_of(context.resources.dbt_cloud), name_of(cloud)"),
        (NAME_OF + OP % BOTH, "return client.get_client().get_job_details(67890)['name']"),
        (
            NAME_OF.replace("(client)", "(client: DbtCloudClient)") + OP % BOTH,
            "def name_of(client: DbtCloudWorkspace):",
        ),
        (
            NAME_OF
            + OP
            % "client = cloud.get_dbt_client()\n    client.get_run(1)\n    return name_of(client), name_of(context.resources.dbt_cloud)",
            "client = cloud\n    client.get_client().get_run_details(1)",
        ),
        (
            OP
            % "client = context.resources.dbt_cloud if os.getpid() else cloud.get_dbt_client()\n    return client.get_job(67890)",
            "if os.getpid() else cloud\n    return client.get_client().get_job_details(67890)",
        ),
        (
            OP
            % "return [one.get_job(67890) for one in (context.resources.dbt_cloud, cloud.get_dbt_client())]",
            "[one.get_client().get_job_details(67890) for one in (context.resources.dbt_cloud, cloud)]",
        ),
        (
            "class Runner:\n    def __init__(self, client):\n        self.client = client\n\n    def run(self):\n        return self.client.get_job(67890)\n\n"
            + OP % "return Runner(context.resources.dbt_cloud).run(), Runner(cloud.get_dbt_client()).run()",
            "Runner(cloud).run()",
        ),
        (
            "def make():\n    return cloud.get_dbt_client()\n\n"
            + NAME_OF
            + OP % "return name_of(make()), make().get_run(1), name_of(context.resources.dbt_cloud)",
            "return cloud\n",
        ),
        (
            NAME_OF.replace("get_job(67890)['name']", "_account_id") + OP % BOTH,
            "return client.credentials.account_id",
        ),
        (
            NAME_OF.replace(
                "return client.get_job(67890)['name']", "return map(client.get_job, (67890, 67891))"
            )
            + OP % BOTH,
            "map(client.get_client().get_job_details, (67890, 67891))",
        ),
    ],
)
def test_both_are_workspaces(tmp_path: Path, program: str, expected: str) -> None:
    text, _ = migrate_one(tmp_path, HEAD.format(program))
    assert expected in text
    assert "legacy_shim" not in text
    assert "get_dbt_client" not in text


@pytest.mark.parametrize(
    ("program", "expected"),
    [
        (NAME_OF + OP % "return name_of(cloud.get_dbt_client())", "name_of(cloud.get_client())"),
        (
            NAME_OF + OP % "return name_of(context.resources.dbt_cloud)",
            "name_of(context.resources.dbt_cloud)",
        ),
        (
            NAME_OF
            + OP % "return name_of(cloud.get_dbt_client()), context.resources.dbt_cloud.get_job(67890)",
            "return client.get_job_details(67890)['name']",
        ),
    ],
)
def test_a_client_alone_is_a_client(tmp_path: Path, program: str, expected: str) -> None:
    text, _ = migrate_one(tmp_path, HEAD.format(program))
    assert expected in text
    assert "legacy_shim" not in text


@pytest.mark.parametrize(
    "made",
    [
        "other = DbtCloudClientResource(auth_token='t', account_id=12345).get_dbt_client()\n",
        "ask = cloud.get_dbt_client\nother = ask()\n",
    ],
)
def test_it_stays_where_the_resource_has_no_name(tmp_path: Path, made: str) -> None:
    program = made + NAME_OF + OP % "return name_of(context.resources.dbt_cloud), name_of(other)"
    text, codes = migrate_one(tmp_path, HEAD.format(program))
    assert "DbtCloudWorkspace" not in text
    assert "LDC303" in codes


@pytest.mark.parametrize(
    "body",
    [
        "for one in (context.resources.dbt_cloud,):\n        one.get_job(67890)",
        "clients = {'a': context.resources.dbt_cloud}\n    return [one.get_job(67890) for one in clients.values()]",
        "clients = []\n    clients.append(context.resources.dbt_cloud)\n    return clients[0].get_job(67890)",
        "client, job_id = context.resources.dbt_cloud, 67890\n    return client.get_job(job_id)",
    ],
)
def test_clients_in_lists_migrate(tmp_path: Path, body: str) -> None:
    text, _ = migrate_one(tmp_path, HEAD.format(OP % body))
    assert ".get_client().get_job_details(" in text
    assert "legacy_shim" not in text


@pytest.mark.parametrize(
    "body",
    [
        "clients = [context.resources.dbt_cloud]\n    return max(clients)",
        "import queue\n    clients = queue.Queue()\n    clients.put(context.resources.dbt_cloud)",
        "clients = [context.resources.dbt_cloud]\n    return clients[:1]",
        "return {context.resources.dbt_cloud: 1}",
    ],
)
def test_clients_in_lists_that_go_out_of_sight_stay(tmp_path: Path, body: str) -> None:
    text, codes = migrate_one(tmp_path, HEAD.format(OP % body))
    assert "DbtCloudWorkspace" not in text
    assert "LDC303" in codes


@pytest.mark.parametrize("first", ["dbt_cloud", "context, dbt_cloud"])
def test_resources_that_are_parameters_are_looped_over(tmp_path: Path, first: str) -> None:
    program = f"@op\ndef it({first}: DbtCloudClientResource):\n    for one in (dbt_cloud, cloud):\n        one.get_dbt_client().get_job(67890)\n\n"
    text, _ = migrate_one(tmp_path, HEAD.format(program))
    assert "one.get_client().get_job_details(67890)" in text
    assert "legacy_shim" not in text
