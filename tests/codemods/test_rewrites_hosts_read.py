"""The host that code reads of a resource is what was configured; a workspace has it without its last ``/``."""

from __future__ import annotations

from pathlib import Path

import pytest
from rewriting import migrate_one

PROGRAM = """
import os

from dagster import Definitions, EnvVar, asset
from dagster_dbt import DbtCloudClientResource

HOST = os.environ.get("DBT_HOST", "https://acme.dbt.com")
cloud = DbtCloudClientResource(auth_token="t", account_id=12345{host})


def link(dbt_cloud: DbtCloudClientResource, run_id):
    return {read}


@asset
def report(dbt_cloud: DbtCloudClientResource):
    run = dbt_cloud.get_dbt_client().run_job(67890)
    return link(dbt_cloud, run["id"])


defs = Definitions(assets=[report], resources={{"dbt_cloud": cloud}})
{more}"""
READ = "dbt_cloud.dbt_cloud_host"
KNOWN = {
    "the default": ("", '"https://cloud.getdbt.com/"'),
    "a text": (', dbt_cloud_host="https://acme.dbt.com/"', '"https://acme.dbt.com/"'),
    "a variable of Dagster's": (', dbt_cloud_host=EnvVar("DBT_HOST")', 'os.environ["DBT_HOST"]'),
    "a variable": (', dbt_cloud_host=os.environ["DBT_HOST"]', 'os.environ["DBT_HOST"]'),
    "a name": (", dbt_cloud_host=HOST", "HOST"),
}
MORE = 'other = DbtCloudClientResource(auth_token="t", account_id=12345, dbt_cloud_host="https://b.dbt.com")\nprint(other.get_dbt_client().get_job(67890))\n'
NOT_KNOWN = {
    "computed": (', dbt_cloud_host=os.environ["DBT_HOST"].strip()', READ, ""),
    "of two resources": (', dbt_cloud_host="https://acme.dbt.com"', READ, MORE),
    "a name that is given again": (", dbt_cloud_host=HOST", READ, 'HOST = "https://b.dbt.com"\n'),
    "before Dagster resolves it": (
        ', dbt_cloud_host=EnvVar("DBT_HOST")',
        '""',
        "print(cloud.dbt_cloud_host)\n",
    ),
    "written": ("", '""', 'cloud.dbt_cloud_host = "https://b.dbt.com"\n'),
}


@pytest.mark.parametrize(("host", "after"), KNOWN.values(), ids=KNOWN)
def test_the_host_is_read_from_where_it_came(tmp_path: Path, host: str, after: str) -> None:
    text, codes = migrate_one(tmp_path, PROGRAM.format(host=host, read=READ, more=""))
    assert not [code for code in codes if code.startswith("LDC3")]
    assert f"    return {after}\n" in text


@pytest.mark.parametrize(("host", "after"), KNOWN.values(), ids=KNOWN)
def test_it_is_read_inside_of_a_text(tmp_path: Path, host: str, after: str) -> None:
    read = f'f"{{{READ}}}deploy/{{run_id}}"'
    text, codes = migrate_one(tmp_path, PROGRAM.format(host=host, read=read, more=""))
    assert not [code for code in codes if code.startswith("LDC3")]
    quoted = after.replace('"', "'")
    assert f'    return f"{{{quoted}}}deploy/{{run_id}}"\n' in text


@pytest.mark.parametrize(("host", "read", "more"), NOT_KNOWN.values(), ids=NOT_KNOWN)
def test_a_host_that_is_not_known_keeps_the_resource(tmp_path: Path, host: str, read: str, more: str) -> None:
    text, codes = migrate_one(tmp_path, PROGRAM.format(host=host, read=read, more=more))
    assert {"LDC302", "LDC303", "LDC304"} & set(codes)
    assert "get_dbt_client().run_job(67890)" in text


LOOP = """
import os

from dagster import job, op
from dagster_dbt import dbt_cloud_resource

prod = dbt_cloud_resource.configured({{"auth_token": "t", "account_id": 12345}})
spare = dbt_cloud_resource.configured({{"auth_token": "t", "account_id": 12345, "request_max_retries": 0}})
KEYS = ["prod", "spare"]


@op(required_resource_keys={{"prod", "spare"}})
def both(context):
    for key in {keys}:
        context.log.info(getattr(context.resources, {key}).get_job(67890)["name"])


@job(resource_defs={{"prod": prod, "spare": spare}})
def refresh():
    both()
"""


@pytest.mark.parametrize(
    "keys", ['("prod", "spare")', "KEYS", 'sorted({"prod", "spare"})', '{"prod": 1, "spare": 2}']
)
def test_a_key_that_a_loop_goes_through_is_known(tmp_path: Path, keys: str) -> None:
    text, codes = migrate_one(tmp_path, LOOP.format(keys=keys, key="key"))
    assert not [code for code in codes if code.startswith("LDC3")]
    assert '(getattr(context.resources, key).get_client().get_job_details(67890)["name"])' in text


@pytest.mark.parametrize(
    ("keys", "key"),
    [
        ('os.environ["KEYS"].split(",")', "key"),
        ('("prod", os.environ["KEY"])', "key"),
        ("context.resources._fields", "key"),
        ('("PROD", "SPARE")', "key.lower()"),
    ],
)
def test_a_key_that_may_be_another_keeps_what_it_may_reach(tmp_path: Path, keys: str, key: str) -> None:
    text, codes = migrate_one(tmp_path, LOOP.format(keys=keys, key=key))
    assert "LDC303" in codes
    assert ').get_job(67890)["name"])' in text


CALLED = """
from dagster import build_init_resource_context
from dagster_dbt import dbt_cloud_resource

CONFIG = {{"auth_token": "t", "account_id": 12345}}


def connect():
    return dbt_cloud_resource({context})


print(connect().get_job(67890)["name"])
"""


@pytest.mark.parametrize(
    ("given", "token"),
    [("CONFIG", 'CONFIG["auth_token"]'), ('{"auth_token": "t", "account_id": 12345}', '"t"')],
)
def test_a_resource_that_is_called_by_hand_becomes_a_workspace(
    tmp_path: Path, given: str, token: str
) -> None:
    text, codes = migrate_one(tmp_path, CALLED.format(context=f"build_init_resource_context(config={given})"))
    assert not [code for code in codes if code.startswith("LDC3")]
    assert f"            token={token},\n" in text
    assert 'print(connect().get_client().get_job_details(67890)["name"])\n' in text
    assert "build_init_resource_context" not in text


@pytest.mark.parametrize(
    "context",
    ["build_init_resource_context()", "build_init_resource_context(config=CONFIG, resources={})", "make()"],
)
def test_a_context_that_says_more_or_less_keeps_the_resource(tmp_path: Path, context: str) -> None:
    text, codes = migrate_one(tmp_path, CALLED.format(context=context))
    assert "LDC302" in codes
    assert f"    return dbt_cloud_resource({context})\n" in text
