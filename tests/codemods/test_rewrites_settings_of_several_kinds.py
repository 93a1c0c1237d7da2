"""Settings that may be a variable which Dagster resolves, or something else: written only where it is one of them for certain."""

from __future__ import annotations

from pathlib import Path

import pytest
from rewriting import FACTS, migrate

HEAD = """
import os

from dagster import EnvVar
from dagster_dbt import DbtCloudClientResource, dbt_cloud_resource, load_assets_from_dbt_cloud_job

"""
TAIL = "\nmodels = load_assets_from_dbt_cloud_job(cloud, 67890)\n"
CONFIGURED = 'cloud = dbt_cloud_resource.configured({"auth_token": TOKEN, "account_id": 12345})\n'
BUILT = "cloud = DbtCloudClientResource(auth_token=TOKEN, account_id=12345)\n"
KEPT = {
    "or, with a variable": 'TOKEN = os.getenv("OTHER") or EnvVar("TOKEN")\n' + BUILT,
    "or, with a dict": 'TOKEN = os.getenv("OTHER") or {"env": "TOKEN"}\n' + CONFIGURED,
    "or, where it is given": BUILT.replace("TOKEN,", 'os.getenv("OTHER") or EnvVar("TOKEN"),'),
    "a default": 'TOKEN = os.getenv("OTHER", EnvVar("TOKEN"))\n' + BUILT,
    "a default of environ": 'TOKEN = os.environ.get("OTHER", {"env": "TOKEN"})\n' + CONFIGURED,
    "or, after a name": 'USUAL = EnvVar("TOKEN")\nTOKEN = os.getenv("OTHER") or USUAL\n' + BUILT,
    "a name that is bound again": 'TOKEN = os.getenv("OTHER")\nTOKEN = TOKEN or EnvVar("TOKEN")\n' + BUILT,
    "a parameter": 'def connect(token=None):\n    return DbtCloudClientResource(auth_token=token or EnvVar("TOKEN"), account_id=12345)\n'
    "\n\ncloud = connect()\n",
    "the host": 'HOST = os.getenv("OTHER") or EnvVar("HOST")\n'
    'cloud = DbtCloudClientResource(auth_token="t", account_id=12345, dbt_cloud_host=HOST)\n',
    "the account": 'ACCOUNT = os.getenv("OTHER") or EnvVar.int("ACCOUNT")\n'
    'cloud = DbtCloudClientResource(auth_token="t", account_id=ACCOUNT)\n',
    "a dict that changes": 'TOKEN = {"env": "TOKEN"}\nTOKEN["env"] = "OTHER"\n' + CONFIGURED,
    "a dict inside of one": 'BASE = {"auth_token": {"env": "TOKEN"}, "account_id": 12345}\nBASE["auth_token"]["env"] = "OTHER"\n'
    "cloud = dbt_cloud_resource.configured(BASE)\n",
    "a dict inside of a copy": 'BASE = {"auth_token": {"env": "TOKEN"}, "account_id": 12345}\nprod = dict(BASE)\n'
    'prod["auth_token"]["env"] = "OTHER"\ncloud = dbt_cloud_resource.configured(BASE)\n',
    "a dict that may be another": 'BASE = {"auth_token": {"env": "TOKEN"}, "account_id": 12345}\nOTHER = {"request_max_retries": 1}\n'
    'one = BASE if os.getenv("A") else OTHER\none["request_max_retries"] = 0\ncloud = dbt_cloud_resource.configured(BASE | OTHER)\n',
}  # fmt: skip
READ = {
    "a variable": ('TOKEN = EnvVar("TOKEN")\n' + BUILT, "token=TOKEN.get_value()"),
    "a dict of a name": ('TOKEN = {"env": "TOKEN"}\n' + CONFIGURED, 'token=os.environ[TOKEN["env"]]'),
    "a dict of two resources": (
        'TOKEN = {"env": "TOKEN"}\n' + CONFIGURED + CONFIGURED.replace("cloud =", "other ="),
        'token=os.environ[TOKEN["env"]]',
    ),
    "or, of plain values": ('TOKEN = os.getenv("OTHER") or os.environ["TOKEN"]\n' + BUILT, "token=TOKEN,"),
    "a plain default": ('TOKEN = os.getenv("OTHER", "t")\n' + BUILT, "token=TOKEN,"),
    "read at once": ('TOKEN = EnvVar("TOKEN").get_value()\n' + BUILT, "token=TOKEN,"),
    "read, or another": (
        'TOKEN = os.getenv("OTHER") or EnvVar("TOKEN").get_value()\n' + BUILT,
        "token=TOKEN,",
    ),
    "a dict that surely changes": (
        'BASE = {"auth_token": {"env": "TOKEN"}, "account_id": 12345}\nBASE["request_max_retries"] = 0\n'
        "cloud = dbt_cloud_resource.configured(BASE)\n",
        'request_max_retries=BASE["request_max_retries"]',
    ),
}


@pytest.mark.parametrize("name", KEPT)
def test_what_may_be_either_keeps_the_resource(tmp_path: Path, name: str) -> None:
    texts, report = migrate(tmp_path, {"defs.py": HEAD + KEPT[name] + TAIL}, facts=FACTS)
    assert "DbtCloudWorkspace" not in texts["defs.py"]
    assert {"LDC302", "LDC303"} & {finding.code for finding in report.findings}


@pytest.mark.parametrize("name", READ)
def test_what_is_one_of_them_is_read(tmp_path: Path, name: str) -> None:
    program, wanted = READ[name]
    texts, _ = migrate(tmp_path, {"defs.py": HEAD + program + TAIL}, facts=FACTS)
    assert wanted in texts["defs.py"]
