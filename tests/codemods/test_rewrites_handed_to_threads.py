"""Functions of the user's that another thread calls with a client: followed where the call says all that they get."""

from __future__ import annotations

from pathlib import Path

import pytest
from rewriting import migrate_one

_PROGRAM = """
import asyncio
import os
import threading
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from dagster import Definitions, asset
from dagster_dbt import DbtCloudClientResource

DONE = []


{more}
def name_of(client, job_id, label=""):
    DONE.append((label, client.get_job(job_id)["name"]))


@asset
def names(dbt_cloud: DbtCloudClientResource):
    client = dbt_cloud.get_dbt_client()
    with ThreadPoolExecutor(2) as pool:
        {use}


defs = Definitions(
    assets=[names],
    resources={{"dbt_cloud": DbtCloudClientResource(auth_token=os.environ["T"], account_id=12345)}},
)
"""
_FOLLOWED = {
    "submit": "pool.submit(name_of, client, 67890)",
    "submit by keyword": 'pool.submit(name_of, client, job_id=67890, label="x")',
    "submit in a comprehension": "[pool.submit(name_of, client, job_id) for job_id in (67890, 67891)]",
    "to_thread": "asyncio.run(asyncio.to_thread(name_of, client, 67890))",
    "run_in_executor": "asyncio.get_event_loop().run_in_executor(pool, name_of, client, 67890)",
    "Thread": "threading.Thread(target=name_of, args=(client, 67890)).start()",
    "Thread with keywords": 'threading.Thread(target=name_of, args=[client], kwargs={"job_id": 67890}, daemon=True).start()',
    "a partial": "pool.submit(partial(name_of, client), 67890)",
}
_KEPT = {
    "arguments behind a star": "pool.submit(name_of, *(client, 67890))",
    "keywords behind two stars": 'pool.submit(name_of, client, **{"job_id": 67890})',
    "arguments under a name": "args = (client, 67890)\n        threading.Thread(target=name_of, args=args).start()",
    "a thread by position": "threading.Thread(None, name_of, None, (client, 67890)).start()",
    "a partial with the client": "pool.submit(partial(name_of, job_id=67890), client)",
    "a lambda": "pool.submit(lambda one: name_of(one, 67890), client)",
    "a function of others": "pool.submit(os.fspath, client)",
    "a map": "list(pool.map(name_of, [client], [67890]))",
}


@pytest.mark.parametrize("use", _FOLLOWED.values(), ids=_FOLLOWED)
def test_a_client_is_followed_to_what_a_thread_calls(tmp_path: Path, use: str) -> None:
    text, codes = migrate_one(tmp_path, _PROGRAM.format(more="", use=use))
    assert "legacy_shim" not in text
    assert 'client.get_job_details(job_id)["name"]' in text
    assert not [code for code in codes if code.startswith("LDC3")]


@pytest.mark.parametrize("use", _KEPT.values(), ids=_KEPT)
def test_a_client_stays_where_it_is_not_seen_what_a_thread_calls(tmp_path: Path, use: str) -> None:
    text, codes = migrate_one(tmp_path, _PROGRAM.format(more="", use=use))
    assert "LDC303" in codes
    assert "cloud_v2" not in text


_SWAPPED = "from theirs import swapped\n\n\n@swapped\n"
_ANSWERS = "def connect(cloud):\n    return cloud.get_dbt_client()\n\n\n"
_HOLDS = "class Holder:\n    def __init__(self, client):\n        self.client = client\n\n\n"


@pytest.mark.parametrize(
    ("more", "use"),
    [
        (_SWAPPED, "pool.submit(name_of, client, 67890)"),
        (_ANSWERS, "name_of(pool.submit(connect, dbt_cloud).result(), 67890)"),
        (_HOLDS, "name_of(pool.submit(Holder, client).result().client, 67890)"),
    ],
    ids=["decorated", "answers the client", "a class"],
)
def test_what_may_do_more_with_the_client_keeps_it(tmp_path: Path, more: str, use: str) -> None:
    text, codes = migrate_one(tmp_path, _PROGRAM.format(more=more, use=use))
    assert "LDC303" in codes
    assert "cloud_v2" not in text


def test_a_function_of_ones_own_called_submit_is_followed_itself(tmp_path: Path) -> None:
    more = "def submit(function, client, job_id):\n    return function(client, job_id)\n\n\n"
    text, _ = migrate_one(tmp_path, _PROGRAM.format(more=more, use="submit(name_of, client, 67890)"))
    assert "legacy_shim" not in text
    assert 'client.get_job_details(job_id)["name"]' in text


def test_a_run_that_a_thread_answers_stays_an_object(tmp_path: Path) -> None:
    more = "def run(client, job_id):\n    return client.run_job_and_poll(job_id)\n\n\n"
    use = "DONE.extend(pool.submit(run, client, job_id).result().job_name for job_id in (67890, 67891))"
    program = _PROGRAM.format(more=more, use=use).replace("def name_of(client, job_id", "def unused(job_id")
    program = program.replace('client.get_job(job_id)["name"]', '"x"')
    text, codes = migrate_one(tmp_path, program)
    assert "legacy_shim" not in text
    assert "class DbtCloudOutput:" in text
    assert "LDC213" in codes


def test_the_jobs_that_a_thread_runs_are_known(tmp_path: Path) -> None:
    more = "def run(client, job_id):\n    client.run_job(job_id)\n\n\n"
    program = _PROGRAM.format(more=more, use="pool.submit(run, client, 67891)")
    program = program.replace("def name_of(client, job_id", "def unused(job_id").replace(
        'client.get_job(job_id)["name"]', '"x"'
    )
    _, codes = migrate_one(tmp_path, program)
    assert codes.count("LDC208") == 1
