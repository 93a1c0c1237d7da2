"""Annotations that name a legacy class and say so to readers alone name v2's; those that something reads stay."""

from __future__ import annotations

from pathlib import Path

import pytest
from rewriting import clean, migrate_one

HEAD = """
from dataclasses import dataclass
from typing import Any, Callable, Generic, Optional, Protocol, TypeVar

from dagster import ConfigurableResource, Definitions, asset, op
from dagster_dbt import DbtCloudClientResource
from dagster_dbt.cloud.resources import DbtCloudClient
from pydantic import BaseModel, PrivateAttr

cloud = DbtCloudClientResource(auth_token="t", account_id=12345)


@asset
def name(dbt_cloud: DbtCloudClientResource):
    return dbt_cloud.get_dbt_client().get_job(67890)["name"]


defs = Definitions(assets=[name], resources={"dbt_cloud": cloud})


"""
FOR_READERS = {
    "a function that takes one": "def use(fn: Callable[[DbtCloudClient], Any]):\n    return fn\n",
    "a parameter that nothing is given to": "def use(client: Optional[DbtCloudClient] = None):\n    return client is None\n",
    "what a function returns": "def use() -> Optional[DbtCloudClient]:\n    return None\n",
    "a protocol": "class Runs(Protocol):\n    def run(self, client: DbtCloudClient) -> dict: ...\n",
    "a name": "current: Optional[DbtCloudClient] = None\n",
    "a private attribute": "class Held(ConfigurableResource):\n    _client: Optional[DbtCloudClient] = PrivateAttr(default=None)\n",
    "a field of a dataclass": "@dataclass\nclass Held:\n    client: Optional[DbtCloudClient] = None\n",
    "in quotes": 'def use(client: "DbtCloudClient" = None):\n    return client is None\n',
    "a part of what stands in quotes": 'def use(client: "Optional[DbtCloudClient]" = None):\n    return client is None\n',
    "a union in quotes": 'def use(client: "DbtCloudClient | None" = None):\n    return client is None\n',
    "twice in quotes": 'def use(clients: "dict[DbtCloudClient, list[DbtCloudClient]]") -> int:\n    return len(clients)\n',
    "what a function returns, in quotes": 'def use() -> "list[DbtCloudClient]":\n    return []\n',
    "a method": "class Held:\n    def use(self, clients: list[DbtCloudClient]):\n        return len(clients)\n",
    "an alias": "Clients = dict[str, DbtCloudClient]\n\n\ndef use(clients: Clients):\n    return clients\n",
    "an alias of an alias": "Client = Optional[DbtCloudClient]\nUses = Callable[[Client], Any]\n\n\ndef use(fn: Uses):\n    return fn\n",
    "an alias of a union": "Client = DbtCloudClient | None\ncurrent: Client = None\n",
    "a bound": 'C = TypeVar("C", bound=DbtCloudClient)\n\n\ndef use(client: C) -> C:\n    return client\n',
    "one of several types": 'C = TypeVar("C", DbtCloudClient, str)\n\n\ndef use(client: C) -> C:\n    return client\n',
    "a bound of a generic class": 'C = TypeVar("C", bound=Optional[DbtCloudClient])\n\n\nclass Held(Generic[C]):\n    def __init__(self, client: C) -> None:\n        self.client = client\n',
    "a name in a function": "def use():\n    found: list[DbtCloudClient] = []\n    return found\n",
}
READ = {
    "a bound of a model": 'C = TypeVar("C", bound=DbtCloudClient)\n\n\nclass Held(BaseModel, Generic[C]):\n    client: C\n',
    "a bound that code reads": 'C = TypeVar("C", bound=DbtCloudClient)\nprint(C.__bound__)\n',
    "a bound of an asset": 'C = TypeVar("C", bound=DbtCloudClient)\n\n\n@op\ndef use(client: C):\n    return 1\n',
    "what Dagster decorates": "@op\ndef use(client: Optional[DbtCloudClient] = None):\n    return 1\n",
    "a field of a model": "class Held(BaseModel):\n    client: Optional[DbtCloudClient] = None\n",
    "a field of a resource": "class Held(ConfigurableResource):\n    client: Optional[DbtCloudClient] = None\n",
    "a decorator of another package": "from acme import checked\n\n\n@checked\ndef use(client: Optional[DbtCloudClient] = None):\n    return 1\n",
    "what code asks for": "from typing import get_type_hints\n\n\ndef use(client: Optional[DbtCloudClient] = None):\n    return get_type_hints(use)\n",
    "an alias that Dagster checks": "Client = Optional[DbtCloudClient]\n\n\n@op\ndef use(client: Client = None):\n    return 1\n",
    "an alias that code reads": "Client = Optional[DbtCloudClient]\nprint(Client)\n",
    "an alias of a field of a model": "Client = Optional[DbtCloudClient]\n\n\nclass Held(BaseModel):\n    client: Client = None\n",
    "an alias of what is not known": "from acme import Box\n\nClient = Box[DbtCloudClient]\n",
    "several names in quotes": 'def use(fn: "Callable[[DbtCloudClient], DbtCloudOutput]"):\n    return fn\n',
    "quotes in quotes": "def use(client: 'dict[Literal[\"x\"], DbtCloudClient]'):\n    return client\n",
    "a sentence": 'def use(client: "a DbtCloudClient or none" = None):\n    return client is None\n',
    "a union in quotes that Dagster checks": '@op\ndef use(client: "DbtCloudClient | None" = None):\n    return 1\n',
    "the class itself": "def use(x):\n    return DbtCloudClient\n",
}


@pytest.mark.parametrize("uses", FOR_READERS.values(), ids=FOR_READERS)
def test_what_readers_alone_read_names_the_client_of_v2(tmp_path: Path, uses: str) -> None:
    text, codes = migrate_one(tmp_path, HEAD + uses)
    assert not [code for code in codes if code.startswith("LDC3")]
    assert text.endswith(clean(uses).replace("DbtCloudClient", "DbtCloudWorkspaceClient"))
    assert "from dagster_dbt.cloud_v2.client import DbtCloudWorkspaceClient\n" in text


CASTS = {
    "a class": "cast(DbtCloudClient, dbt_cloud.get_dbt_client())",
    "a class in quotes": 'cast("DbtCloudClient", dbt_cloud.get_dbt_client())',
    "a part of what stands in quotes": 'cast("Optional[DbtCloudClient]", dbt_cloud.get_dbt_client())',
}
CALLED = "dbt_cloud.get_dbt_client()"


@pytest.mark.parametrize("value", CASTS.values(), ids=CASTS)
def test_a_cast_names_the_client_of_v2(tmp_path: Path, value: str) -> None:
    text, codes = migrate_one(tmp_path, "from typing import cast\n" + HEAD.replace(CALLED, value))
    wanted = value.replace("DbtCloudClient", "DbtCloudWorkspaceClient").replace(
        "get_dbt_client", "get_client"
    )
    assert f'    return {wanted}.get_job_details(67890)["name"]\n' in text
    assert not [code for code in codes if code.startswith("LDC3")]


def test_what_another_package_calls_cast_is_none(tmp_path: Path) -> None:
    text, codes = migrate_one(
        tmp_path, "from acme import cast\n" + HEAD.replace(CALLED, f"cast('DbtCloudClient', {CALLED})")
    )
    assert "get_dbt_client" in text
    assert "LDC303" in codes


@pytest.mark.parametrize("uses", READ.values(), ids=READ)
def test_what_something_reads_stays(tmp_path: Path, uses: str) -> None:
    text, codes = migrate_one(tmp_path, HEAD + uses)
    assert "LDC302" in codes
    assert text.endswith(clean(uses))
    assert "DbtCloudWorkspaceClient" not in text


def test_a_resource_that_stays_keeps_what_readers_read(tmp_path: Path) -> None:
    uses = FOR_READERS["a function that takes one"] + "\n\nfrom acme import lost\n\nlost(cloud)\n"
    text, codes = migrate_one(tmp_path, HEAD + uses)
    assert "LDC303" in codes
    assert "DbtCloudWorkspaceClient" not in text


def test_what_is_a_workspace_here_and_a_client_there_is_not_chosen(tmp_path: Path) -> None:
    uses = (
        '@op(required_resource_keys={"dbt_cloud"})\ndef run(context):\n'
        '    return context.resources.dbt_cloud.get_job(67890)["name"]\n\n\n'
        + FOR_READERS["a function that takes one"]
    )
    text, codes = migrate_one(tmp_path, HEAD + uses)
    assert "DbtCloudWorkspaceClient" not in text
    assert "LDC302" in codes


PRIVATE = """
from dagster import ConfigurableResource, Definitions, job, op
from dagster_dbt.cloud.resources import DbtCloudClient
from pydantic import PrivateAttr


class Base(ConfigurableResource):
    token: str


class Dbt(Base):
    {annotation} = PrivateAttr()

    def setup_for_execution(self, context):
        self._client = DbtCloudClient(auth_token=self.token, account_id=12345)

    def refresh(self):
        return self._client.run_job_and_poll(67890).run_id


@op
def nightly(dbt: Dbt):
    print(dbt.refresh())


@job
def daily():
    nightly()


defs = Definitions(jobs=[daily], resources={{"dbt": Dbt(token="t")}})
"""


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("_client: DbtCloudClient", '_client: "DbtCloudWorkspace"'),
        ("_client: DbtCloudClient | None", "_client: DbtCloudWorkspace | None"),
        ("_client: 'DbtCloudClient'", '_client: "DbtCloudWorkspace"'),
    ],
)
def test_a_workspace_in_a_private_attribute_is_no_field_for_dagster(
    tmp_path: Path, before: str, after: str
) -> None:
    text, _ = migrate_one(tmp_path, PRIVATE.format(annotation=before))
    assert f"\n    {after} = PrivateAttr()\n" in text
    assert "legacy_shim" not in text
