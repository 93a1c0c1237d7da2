"""Who does by hand what a reason says, with the names of the code, can migrate the whole program then."""

from __future__ import annotations

from pathlib import Path

import pytest
from rewriting import migrate

LOADS = """\
import json
import os
from collections import defaultdict
from types import SimpleNamespace

from dagster import Definitions
from dagster_dbt import dbt_cloud_resource, load_assets_from_dbt_cloud_job

{held}
cloud = dbt_cloud_resource.configured({{"auth_token": os.environ["TOKEN"], "account_id": 12345}})
models = load_assets_from_dbt_cloud_job(dbt_cloud=cloud, job_id={read})
defs = Definitions(assets=[models])
"""
OPS = """\
from contextlib import ContextDecorator

from dagster import Definitions, job, op
from dagster_dbt import DbtCloudClientResource


{above}


@op
def nightly(dbt_cloud: DbtCloudClientResource):
    client = dbt_cloud.get_dbt_client()
    {call}


@job
def nightly_job():
    nightly()


defs = Definitions(
    jobs=[nightly_job], resources={{"dbt_cloud": DbtCloudClientResource(auth_token="t", account_id=12345)}}
)
"""
_TIMED = "class timed(ContextDecorator):\n    def __enter__(self):\n        return self\n\n    def __exit__(self, *_):\n        return False\n\n\n"
_PROXY = "class Logged:\n    def __init__(self, client):\n        self._client = client\n\n    def {method}\n"
_PROXIED = "Logged(client).run_job_and_poll(67890)"
_CHECKED = "def run(client):\n{test}    return client.run_job_and_poll(67890)"
FOLLOWED = {
    "a namespace": (
        LOADS.format(held="jobs = SimpleNamespace(nightly=67890)", read="jobs.nightly"),
        "Make `jobs` a class, `class jobs:` with a line `nightly = 67890` for each job",
        LOADS.format(held="class jobs:\n    nightly = 67890\n\n", read="jobs.nightly"),
    ),
    "a zipped dict": (
        LOADS.format(held='jobs = dict(zip(["a", "b"], [67890, 67891]))', read='jobs["a"]'),
        'write `jobs` as a plain dict, `jobs = {"nightly": 67890, "weekly": 67891}`',
        LOADS.format(held='jobs = {"a": 67890, "b": 67891}', read='jobs["a"]'),
    ),
    "a dict with a default": (
        LOADS.format(held='jobs = defaultdict(int, {"a": 67890})', read='jobs["a"]'),
        "Write `jobs` as a plain dict",
        LOADS.format(held='jobs = {"a": 67890}', read='jobs["a"]'),
    ),
    "one variable for all jobs": (
        LOADS.format(held='jobs = json.loads(os.environ["DBT_JOBS"])', read='jobs["a"]'),
        'Read a variable for each job, `int(os.environ["DBT_JOB_ID"])`',
        LOADS.format(held='jobs = {"a": int(os.environ["DBT_JOB_ID"])}', read='jobs["a"]'),
    ),
    "a decorator": (
        OPS.format(
            above=f"{_TIMED}@timed()\ndef run(client):\n    return client.run_job_and_poll(67890)",
            call="run(client)",
        ),
        "take it off `run`, and write what it does into that function",
        OPS.format(
            above=f"{_TIMED}def run(client):\n    with timed():\n        return client.run_job_and_poll(67890)",
            call="run(client)",
        ),
    ),
    "a class that hands all on": (
        OPS.format(
            above=_PROXY.format(
                method="__getattr__(self, name):\n        return getattr(self._client, name)"
            ),
            call=_PROXIED,
        ),
        "write the methods that the code calls in place of `__getattr__`, `def run_job_and_poll(self, job_id): ...`",
        OPS.format(
            above=_PROXY.format(
                method="run_job_and_poll(self, job_id):\n        return self._client.run_job_and_poll(job_id)"
            ),
            call=_PROXIED,
        ),
    ),
    "a test of the class": (
        OPS.format(
            above=_CHECKED.format(
                test="    if isinstance(client, DbtCloudClientResource):\n        client = client.get_dbt_client()\n"
            ),
            call="run(client)",
        ),
        "take the test out, and give `run` the client in each call: `run(dbt_cloud.get_dbt_client())`",
        OPS.format(above=_CHECKED.format(test=""), call="run(client)"),
    ),
}


@pytest.mark.parametrize(("before", "said", "after"), FOLLOWED.values(), ids=FOLLOWED)
def test_what_a_reason_says_makes_the_program_migrate(
    tmp_path: Path, before: str, said: str, after: str
) -> None:
    (tmp_path / "before").mkdir()
    (tmp_path / "after").mkdir()
    env = {"TOKEN": "t", "DBT_JOBS": '{"a": 67890}', "DBT_JOB_ID": "67890"}
    _, report = migrate(tmp_path / "before", {"program.py": before}, env=env)
    messages = [each.message for each in report.findings if each.code == "LDC303"]
    assert any(said in each for each in messages), messages
    texts, report = migrate(tmp_path / "after", {"program.py": after}, env=env)
    assert not [each for each in report.findings if each.code.startswith("LDC3")]
    assert "legacy_shim" not in texts["program.py"]
