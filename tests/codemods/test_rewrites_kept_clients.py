"""Clients that code keeps in a dict by a name: whether a name is there compares keys, and no client."""

from __future__ import annotations

from pathlib import Path

import pytest
from rewriting import clean, migrate_one

PROGRAM = """
from dagster import Definitions, EnvVar, asset
from dagster_dbt import DbtCloudClientResource

CLIENTS = {made}


def client_for(dbt: DbtCloudClientResource, name):
    {body}
    return CLIENTS[name]


@asset
def names(dbt: DbtCloudClientResource):
    return client_for(dbt, "a").get_job(67890)["name"]


defs = Definitions(assets=[names], resources={{"dbt": DbtCloudClientResource(auth_token="t", account_id=12345)}})
"""
MISSING = "if name not in CLIENTS:\n        CLIENTS[name] = dbt.get_dbt_client()"
KNOWN = {
    "a display": ("{}", MISSING),
    "a call of dict": ("dict()", MISSING),
    "asked of the keys": ("{}", MISSING.replace("in CLIENTS", "in CLIENTS.keys()")),
    "another key": ("{}", MISSING.replace("name not in CLIENTS", '"b" not in CLIENTS')),
}
NOT_KNOWN = {
    "a dict of another package": ("Store()", "from acme import Store\n\n", MISSING),
    "a list of clients": (
        "[]",
        "",
        "client = dbt.get_dbt_client()\n    if name not in CLIENTS:\n        CLIENTS.append(client)",
    ),
}


@pytest.mark.parametrize(("made", "body"), KNOWN.values(), ids=KNOWN)
def test_a_client_that_is_kept_by_a_name_becomes_v2(tmp_path: Path, made: str, body: str) -> None:
    text, codes = migrate_one(tmp_path, PROGRAM.format(made=made, body=body))
    assert not [code for code in codes if code.startswith("LDC3")]
    assert body.replace("get_dbt_client", "get_client") in text
    assert 'client_for(dbt, "a").get_job_details(67890)["name"]' in text


@pytest.mark.parametrize(("made", "imports", "body"), NOT_KNOWN.values(), ids=NOT_KNOWN)
def test_a_client_that_is_compared_otherwise_stays(
    tmp_path: Path, made: str, imports: str, body: str
) -> None:
    program = PROGRAM.replace("\n\nCLIENTS", f"\n{imports}\nCLIENTS").format(made=made, body=body)
    text, codes = migrate_one(tmp_path, program)
    assert "LDC303" in codes
    assert clean(program).replace("from dagster_dbt", "from legacy_shim") == text
