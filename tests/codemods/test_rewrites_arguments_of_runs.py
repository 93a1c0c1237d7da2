"""Arguments of ``run_job_and_poll``: what can mean two things stays, and what v2 has no parameter for is still evaluated."""

from __future__ import annotations

from pathlib import Path

import pytest
from one_op import GO, TAIL
from rewriting import migrate_one

HEAD = """import os

from dagster import *
from dagster_dbt import DbtCloudClientResource

EVERY = 30


def text_of(context):
    print("asked")
    return "by hand"
"""
NUMBERS = [
    "1",
    "0.5",
    "None",
    "EVERY",
    "EVERY * 2",
    "-1",
    'int(os.getenv("EVERY", "10"))',
    'max(1, int(os.environ["EVERY"]))',
    "EVERY if __debug__ else 1",
]
EITHER = [
    'os.environ["EVERY"]',
    'os.getenv("EVERY")',
    'os.environ.get("EVERY") or 1',
    'dict(os.environ)["EVERY"]',
    "text_of(None)[0:2] or EVERY",
    'EVERY if __debug__ else os.environ["EVERY"]',
]


def _call(arguments: str) -> str:
    return f"{HEAD}{GO}    client.run_job_and_poll(67891, {arguments})\n{TAIL}"


@pytest.mark.parametrize("second", NUMBERS)
def test_a_number_is_the_interval(tmp_path: Path, second: str) -> None:
    text, codes = migrate_one(tmp_path, _call(second))
    assert "get_dbt_client" not in text
    assert not {code for code in codes if code[3] in "34"}


@pytest.mark.parametrize("second", EITHER)
def test_what_may_be_text_may_be_the_cause_and_stays(tmp_path: Path, second: str) -> None:
    text, codes = migrate_one(tmp_path, _call(second))
    assert f"client.run_job_and_poll(67891, {second})" in text
    assert "LDC304" in codes


@pytest.mark.parametrize(
    "given", ["cause=text_of(1)", "schema_override=text_of(1)", 'cause=f"{text_of(1)}!"']
)
def test_a_call_in_an_argument_that_v2_has_not_is_made(tmp_path: Path, given: str) -> None:
    text, codes = migrate_one(tmp_path, _call(given))
    assert f"run_job(client, 67891, {given})" in text
    assert "LDC212" not in codes


@pytest.mark.parametrize("given", ['os.getenv("USER")', '"by {}".format(EVERY)', "str(EVERY)"])
def test_what_has_a_value_alone_is_left_out(tmp_path: Path, given: str) -> None:
    text, codes = migrate_one(tmp_path, _call(f"cause={given}"))
    assert "cause" not in text
    assert "LDC212" in codes


def test_a_method_that_is_called_with_a_cause_by_position_stays(tmp_path: Path) -> None:
    call = 'f = client.run_job_and_poll\n    f(67891, "by hand")'
    text, codes = migrate_one(tmp_path, f"{HEAD}{GO}    {call}\n{TAIL}")
    assert call in text
    assert "LDC304" in codes


def test_a_method_that_is_called_out_of_sight_tells_the_two_forms_apart(tmp_path: Path) -> None:
    call = 'list(map(lambda f: f(67891, "by hand"), [client.run_job_and_poll]))'
    text, _ = migrate_one(tmp_path, f"{HEAD}{GO}    {call}\n{TAIL}")
    assert "def run_job(client, job_id, *given, **settings):" in text
