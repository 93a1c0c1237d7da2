"""Clients that code builds itself, beside Dagster's resources, and calls that stand around what builds one."""

from __future__ import annotations

from pathlib import Path

import pytest
from rewriting import clean, migrate_one

IMPORTS = """
import logging
import os

from dagster import ConfigurableResource, Definitions, EnvVar, asset, get_dagster_logger
from dagster_dbt import DbtCloudClientResource, DbtCloudResource
from dagster_dbt.cloud.resources import DbtCloudClient

"""
ARGUMENTS = 'auth_token=os.environ["TOKEN"], account_id=12345'
WORKSPACE = """DbtCloudWorkspace(
    credentials=DbtCloudCredentials(
        account_id=12345,
        token=os.environ["TOKEN"],
        access_url="https://cloud.getdbt.com",
    ),
    project_id=11,
    environment_id=22,
)"""
RESOURCE = f"DbtCloudClientResource({ARGUMENTS})"
CLIENT = f"DbtCloudClient({ARGUMENTS})"
HOLDER = "class Holder:\n    def __init__(self, client):\n        self.client = client\n\n\n"
BECOMES = {
    "a client at the top": (
        f"client = {CLIENT}\nprint(client.run_job_and_poll(67890).run_id)\n",
        'print(run_job(client.get_client(), 67890)["id"])\n',
    ),
    "a client whose import is guarded": (
        f"try:\n    from dagster_dbt.cloud.resources import DbtCloudClient as Api\nexcept ImportError:\n    Api = None\nif Api is not None:\n    print(Api({ARGUMENTS}).get_job(67890))\n",
        "if DbtCloudWorkspace is not None:\n",
    ),
    "a client by position": (
        'client = DbtCloudClient(os.environ["TOKEN"], 12345)\nprint(client.get_job(67890))\n',
        f"client = {WORKSPACE}\nprint(client.get_client().get_job_details(67890))\n",
    ),
    "a client that logs elsewhere": (
        f'client = DbtCloudClient({ARGUMENTS}, log=logging.getLogger("dbt"), log_requests=True)\nprint(client.get_job(67890))\n',
        f"client = {WORKSPACE}\nprint(client.get_client().get_job_details(67890))\n",
    ),
    "a client that logs elsewhere, by position": (
        'client = DbtCloudClient(os.environ["TOKEN"], 12345, True, 3, 0.25, "https://cloud.getdbt.com/", logging.getLogger("dbt"), True)\nprint(client.get_job(67890))\n',
        "print(client.get_client().get_job_details(67890))\n",
    ),
    "a function that takes a client": (
        f"def run(client: DbtCloudClient):\n    return client.get_job(67890)\n\n\nprint(run({CLIENT}))\n",
        f"def run(client: DbtCloudWorkspace):\n    return client.get_client().get_job_details(67890)\n\n\nprint(run({WORKSPACE}))\n",
    ),
    "the client of a resource": (
        f"client = {RESOURCE}.get_dbt_client()\nprint(client.get_job(67890))\n",
        f"client = {WORKSPACE}.get_client()\nprint(client.get_job_details(67890))\n",
    ),
    "one call": (
        f"print({RESOURCE}.get_dbt_client().get_job(67890))\n",
        f"print({WORKSPACE}.get_client().get_job_details(67890))\n",
    ),
    "one call of a client": (
        f"print({CLIENT}.get_job(67890))\n",
        f"print({WORKSPACE}.get_client().get_job_details(67890))\n",
    ),
    "a run": (
        f"print({RESOURCE}.get_dbt_client().run_job_and_poll(67890, poll_interval=5).run_id)\n",
        f'print(run_job({WORKSPACE}.get_client(), 67890, poll_interval=5)["id"])\n',
    ),
    "a run alone": (
        f"{CLIENT}.run_job_and_poll(67890)\n",
        f"run_job({WORKSPACE}.get_client(), 67890)\n",
    ),
    "a request": (
        f"print({CLIENT}.get_runs(job_id=67890))\n",
        f"print(get_runs({WORKSPACE}.get_client(), job_id=67890))\n",
    ),
    "a method that is handed on": (
        f"print(list(map({RESOURCE}.get_dbt_client().get_job, [67890])))\n",
        f"print(list(map({WORKSPACE}.get_client().get_job_details, [67890])))\n",
    ),
    "through a holder": (
        f"{HOLDER}print(Holder({RESOURCE}.get_dbt_client()).client.get_job(67890))\n",
        f"{HOLDER}print(Holder({WORKSPACE}.get_client()).client.get_job_details(67890))\n",
    ),
    "a holder of the resource": (
        f"{HOLDER}print(Holder({RESOURCE}).client.get_dbt_client().get_job(67890))\n",
        f"{HOLDER}print(Holder({WORKSPACE}).client.get_client().get_job_details(67890))\n",
    ),
}
OWN = """
class Warehouse(ConfigurableResource):
    token: str

    def run(self):
        client = {built}
        return client.run_job_and_poll(67890).run_id


@asset
def nightly(warehouse: Warehouse):
    return warehouse.run()


defs = Definitions(assets=[nightly], resources={{"warehouse": Warehouse(token=EnvVar("TOKEN"))}})
"""
STAYS = {
    "a class that derives from it": f"class Ours(DbtCloudClient):\n    pass\n\n\nprint(Ours({ARGUMENTS}).get_job(67890))\n",
    "a logger that a call makes": f"from acme import logger\n\nprint(DbtCloudClient({ARGUMENTS}, log=logger()).get_job(67890))\n",
    "a setting that is not known": f"from acme import MORE\n\nprint(DbtCloudClient({ARGUMENTS}, **MORE).get_job(67890))\n",
    "given to another package": f"from acme import watch\n\nwatch({CLIENT})\n",
    "a client of it given to another package": f"from acme import watch\n\nwatch({RESOURCE}.get_dbt_client())\n",
    "an attribute that v2 has not": f"print({CLIENT}._log)\n",
    "in a text": "print(f\"{DbtCloudClient(os.environ['TOKEN'], 12345).get_job(67890)}\")\n",
    "in a text of a text": 'T = os.environ["TOKEN"]\nprint(f\'{f"{DbtCloudClient(T, 12345).get_job(67890)}"}\')\n',
}


@pytest.mark.parametrize(("before", "after"), BECOMES.values(), ids=BECOMES)
def test_a_client_that_is_built_where_it_is_used(tmp_path: Path, before: str, after: str) -> None:
    text, codes = migrate_one(tmp_path, IMPORTS + before)
    assert not [code for code in codes if code.startswith("LDC3")]
    assert text.endswith(clean(after)) or after in text


@pytest.mark.parametrize(
    ("built", "after"),
    [
        (
            "DbtCloudClientResource(auth_token=self.token, account_id=12345).get_dbt_client()",
            ".get_client()\n        return run_job(client, 67890)",
        ),
        (
            "DbtCloudClient(auth_token=self.token, account_id=12345)",
            "\n        return run_job(client.get_client(), 67890)",
        ),
    ],
    ids=["the client of a resource", "a client"],
)
def test_a_resource_that_builds_a_client_for_itself(tmp_path: Path, built: str, after: str) -> None:
    text, codes = migrate_one(tmp_path, IMPORTS + OWN.format(built=built))
    assert not [code for code in codes if code.startswith("LDC3")]
    assert "                token=self.token,\n" in text
    assert f"        ){after}" in text


@pytest.mark.parametrize("program", STAYS.values(), ids=STAYS)
def test_a_client_that_cannot_be_followed_stays(tmp_path: Path, program: str) -> None:
    text, codes = migrate_one(tmp_path, IMPORTS + program)
    assert {"LDC302", "LDC303", "LDC304"} & set(codes)
    assert clean(program) in text


def test_what_a_client_no_longer_logs_is_reported(tmp_path: Path) -> None:
    _, codes = migrate_one(
        tmp_path, IMPORTS + f"DbtCloudClient({ARGUMENTS}, log=logging.root).get_job(67890)\n"
    )
    assert codes.count("LDC218") == 2, "the call, and the logger"
