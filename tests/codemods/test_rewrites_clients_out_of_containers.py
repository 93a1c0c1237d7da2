"""Clients that are taken out of lists and dicts beside one that goes out of sight."""

from __future__ import annotations

from pathlib import Path

import pytest
from rewriting import migrate_one

PROGRAM = """
from dagster import Definitions, job, op
from dagster_dbt import DbtCloudClientResource, dbt_cloud_resource

def name_of(client):
    return client.get_job(67890)["name"]

@op(required_resource_keys={{"dbt_cloud", "other"}})
def it(context):
    one = context.resources.dbt_cloud
    other = context.resources.other
    {0}

@job
def nightly():
    it()

cloud = dbt_cloud_resource.configured({{"auth_token": {{"env": "TOKEN"}}, "account_id": 12345}})
defs = Definitions(
    jobs=[nightly], resources={{"dbt_cloud": cloud, "other": DbtCloudClientResource(auth_token="t", account_id=12345)}}
)
"""
EACH = "\n    return [name_of(client) for client in clients]"
VALUES = EACH.replace("in clients", "in clients.values()")


@pytest.mark.parametrize(
    "body",
    [
        "clients = [other.get_dbt_client()] * 2\n    clients += [one]" + EACH,
        "clients = [one]\n    clients.extend([other.get_dbt_client()] * 2)" + EACH,
        "clients = [one] + [other.get_dbt_client()][:1]" + EACH,
        "clients = [one]\n    clients += filter(None, [other.get_dbt_client()])" + EACH,
        "clients = [one] if context.run_id else [other.get_dbt_client()] * 2" + EACH,
        "from itertools import chain\n    clients = chain([one], [other.get_dbt_client()] * 2)" + EACH,
        "clients = sum([[one], [other.get_dbt_client()] * 2], [])" + EACH,
        "return [name_of(a) for a, b in zip([one], [other.get_dbt_client()] * 1)]",
        "clients = {'a': one, **dict.fromkeys('bc', other.get_dbt_client())}" + VALUES,
        "clients = {'a': one}\n    clients.update(zip('b', [other.get_dbt_client()]))" + VALUES,
        "clients = {'a': one}\n    clients.update({'b': other.get_dbt_client()}.items())" + VALUES,
        "clients = {'a': one}\n    clients.update([('b', other.get_dbt_client())])" + VALUES,
        "clients = {'a': one}\n    clients.update((k, other.get_dbt_client()) for k in 'bc')" + VALUES,
        "clients = {'a': one}\n    clients |= [('b', other.get_dbt_client())]" + VALUES,
        "clients = {one, other.get_dbt_client()}" + EACH,
        "clients = frozenset([one, other.get_dbt_client()])" + EACH,
        "clients = {client for client in [one, other.get_dbt_client()]}" + EACH,
    ],
)
def test_all_that_it_may_be_stays(tmp_path: Path, body: str) -> None:
    text, codes = migrate_one(tmp_path, PROGRAM.format(body))
    assert "DbtCloudWorkspace" not in text
    assert "LDC303" in codes


@pytest.mark.parametrize(
    "body",
    [
        "clients = [one]\n    clients += [other.get_dbt_client()]" + EACH,
        "clients = [one]\n    clients.extend([other.get_dbt_client()])" + EACH,
        "clients = [one] + [other.get_dbt_client()]" + EACH,
        "from itertools import chain\n    clients = chain([one], [other.get_dbt_client()])" + EACH,
        "clients = {'a': one, **{'b': other.get_dbt_client()}}" + VALUES,
        "clients = {'a': one}\n    clients.update({'b': other.get_dbt_client()})" + VALUES,
        "clients = {'a': one}\n    clients |= {'b': other.get_dbt_client()}" + VALUES,
    ],
)
def test_what_is_seen_whole_migrates(tmp_path: Path, body: str) -> None:
    text, _ = migrate_one(tmp_path, PROGRAM.format(body))
    assert "legacy_shim" not in text
    assert "client.get_client().get_job_details(67890)" in text


def test_what_is_taken_out_of_nothing_migrates_beside_it(tmp_path: Path) -> None:
    body = "clients = [other.get_dbt_client()] * 2\n    return one.get_job(67890)"
    text, codes = migrate_one(tmp_path, PROGRAM.format(body))
    assert "one.get_client().get_job_details(67890)" in text
    assert "DbtCloudClientResource(auth_token" in text
    assert "LDC303" in codes
