"""Classes that give settings of the legacy resource defaults: the defaults go where the resource is built, or all stays."""

from __future__ import annotations

from pathlib import Path

import pytest
from rewriting import clean, migrate_one

PROGRAM = """
from dagster import Definitions, EnvVar, asset
from dagster_dbt import DbtCloudClientResource
from pydantic import Field


class Acme(DbtCloudClientResource):
{body}


@asset
def name(dbt: Acme):
    return dbt.get_dbt_client().get_job(67890)["name"]


{more}defs = Definitions(assets=[name], resources={{"dbt": Acme({given})}})
"""
TOKEN = 'auth_token=EnvVar("TOKEN")'
BOTH = f"{TOKEN}, account_id=12345"
MOVED = {
    "an account": ("    account_id: int = 12345\n    team: str = 'data'", TOKEN, "    team: str = 'data'\n"),
    "all that it has": ("    account_id: int = 12345", TOKEN, "    pass\n"),
    "a token": (
        '    """Ours."""\n\n    auth_token: str = EnvVar("TOKEN")\n    account_id: int = 12345',
        "",
        '    """Ours."""\n',
    ),
    "an account that is given too": (
        "    account_id: int = 7\n    team: str = 'data'",
        BOTH,
        "    team: str = 'data'\n",
    ),
    "retries": ("    request_max_retries: int = 5", BOTH, "    request_max_retries: int = 5\n"),
    "the switch of schedules": (
        "    disable_schedule_on_trigger: bool = False\n    team: str = 'data'",
        BOTH,
        "    team: str = 'data'\n",
    ),
}
STAYS = {
    "read of the object": (
        "    account_id: int = 12345\n\n    def link(self):\n        return self.account_id",
        TOKEN,
        "",
    ),
    "read of the resource": (
        "    account_id: int = 12345",
        TOKEN,
        "print(Acme(auth_token='t').account_id)\n",
    ),
    "a default that a call makes": ("    account_id: int = int(input())", TOKEN, ""),
    "a default of pydantic's": ("    account_id: int = Field(default=12345)", TOKEN, ""),
    "a method of the client": ("    def get_job(self, job_id):\n        return {}", BOTH, ""),
}


@pytest.mark.parametrize(("body", "given", "left"), MOVED.values(), ids=MOVED)
def test_a_default_goes_where_the_resource_is_built(tmp_path: Path, body: str, given: str, left: str) -> None:
    text, codes = migrate_one(tmp_path, PROGRAM.format(body=body, given=given, more=""))
    assert not [code for code in codes if code.startswith("LDC3")]
    assert f"class Acme(DbtCloudWorkspace):\n{left}\n\n" in text
    assert '        account_id=12345,\n        token=os.environ["TOKEN"],\n' in text


@pytest.mark.parametrize(("body", "given", "more"), STAYS.values(), ids=STAYS)
def test_a_default_that_something_else_needs_stays(tmp_path: Path, body: str, given: str, more: str) -> None:
    program = PROGRAM.format(body=body, given=given, more=more)
    text, codes = migrate_one(tmp_path, program)
    assert "LDC302" in codes
    assert clean(program).replace("from dagster_dbt", "from legacy_shim") == text


def test_the_class_that_derives_last_says_which_default(tmp_path: Path) -> None:
    heir = "class Ours(Acme):\n    account_id: int = 12345\n    team: str = 'data'\n\n\n"
    program = PROGRAM.format(body="    account_id: int = 7", given=TOKEN, more=heir)
    text, codes = migrate_one(tmp_path, program.replace('"dbt": Acme(', '"dbt": Ours('))
    assert not [code for code in codes if code.startswith("LDC3")]
    assert "        account_id=12345,\n" in text and "class Ours(Acme):\n    team: str = 'data'\n" in text
