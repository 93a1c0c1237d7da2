"""A use that may be of several resources becomes v2 where it does for all of them, and stays where it does for none."""

from __future__ import annotations

from pathlib import Path

import pytest
from rewriting import clean, migrate, migrate_one

HEAD = """
import os

from dagster import *
from dagster_dbt import DbtCloudClientResource

dbt = DbtCloudClientResource(auth_token="t", account_id=12345)


def refresh(client):
    return client.run_job_and_poll(67890).run_details["status"]


@op
def first():
    return refresh(dbt.get_dbt_client())
"""
INLINE = "DbtCloudClientResource(auth_token='u', account_id=12345, unheard_of=1).get_dbt_client()"


@pytest.mark.parametrize(
    "more",
    [
        f"@op\ndef second():\n    return refresh({INLINE})\n",
        f"@op\ndef second():\n    client = {INLINE} if os.getenv('X') else dbt.get_dbt_client()\n    return refresh(client)\n",
        "other = DbtCloudClientResource(auth_token='u', account_id=12345)\n\n\n@op\ndef second():\n"
        "    client = other.get_dbt_client()\n    client.get_json_artifact(11, 67890)\n    return refresh(client)\n",
        "other = DbtCloudClientResource(auth_token='u', account_id=int(input()), unheard_of=1)\n\n\n@op\ndef second():\n"
        "    return refresh(other.get_dbt_client())\n",
        "other = DbtCloudClientResource(auth_token='u', account_id=12345)  # legacy-shim: keep\n\n\n@op\ndef second():\n"
        "    return refresh(other.get_dbt_client())\n",
    ],
)
def test_what_one_resource_keeps_is_kept_for_all(tmp_path: Path, more: str) -> None:
    program = clean(HEAD) + "\n\n" + more
    text, codes = migrate_one(tmp_path, program)
    assert text == program.replace("from dagster_dbt import", "from legacy_shim import")
    assert "LDC303" in codes


def test_a_helper_of_another_file_is_kept_for_all(tmp_path: Path) -> None:
    files = {
        "helper.py": 'def refresh(client):\n    return client.run_job_and_poll(67890).run_details["status"]\n',
        "one.py": "from helper import refresh\nfrom dagster_dbt import DbtCloudClientResource\n\n"
        "one = DbtCloudClientResource(auth_token='t', account_id=12345)\nrefresh(one.get_dbt_client())\n",
        "two.py": "from helper import refresh\nfrom dagster_dbt import DbtCloudClientResource\n\n"
        "two = DbtCloudClientResource(auth_token='t', account_id=12345)\nclient = two.get_dbt_client()\n"
        "client.get_json_artifact(11, 67890)\nrefresh(client)\n",
    }
    texts, _ = migrate(tmp_path, files)
    assert texts == {
        name: text.replace("from dagster_dbt", "from legacy_shim") for name, text in files.items()
    }


def test_a_use_of_two_resources_that_both_become_v2_does_too(tmp_path: Path) -> None:
    more = (
        "other = DbtCloudClientResource(auth_token='u', account_id=12345)\n\n\n"
        "@op\ndef second():\n    return refresh(other.get_dbt_client())\n"
    )
    text, codes = migrate_one(tmp_path, clean(HEAD) + "\n\n" + more)
    assert 'return run_job(client, 67890)["status"]' in text
    assert text.count("DbtCloudWorkspace(\n") == 2
    assert "refresh(dbt.get_client())" in text
    assert "refresh(other.get_client())" in text
    assert "LDC303" not in codes
