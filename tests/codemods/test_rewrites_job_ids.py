"""Job ids that are computed from the environment, given by tests, or loaded in branches of which one is taken."""

from __future__ import annotations

from pathlib import Path

import pytest
from rewriting import migrate

HEAD = """
import os

from dagster import *
from dagster_dbt import dbt_cloud_resource, load_assets_from_dbt_cloud_job

cloud = dbt_cloud_resource.configured({"auth_token": "t", "account_id": 12345})
"""
LOAD = "load_assets_from_dbt_cloud_job(cloud, 67890)"


def told(folder: Path, program: str, *codes: str, **more: object) -> list[str]:
    """What the findings of some codes say; the text of the program, where there are none."""
    files = {"program.py": HEAD + program, **more.pop("files", {})}  # type: ignore[dict-item]
    texts, report = migrate(folder, files, **more)  # type: ignore[arg-type]
    assert "legacy_shim" not in texts["program.py"] or any(code in codes for code in ("LDC402",))
    return [each.message.replace(str(folder), "") for each in report.findings if each.code in codes]


@pytest.mark.parametrize(
    ("job", "value"),
    [
        ('int(os.environ["JOB"].strip())', " 67890 "),
        ('int(os.environ["JOB"].removeprefix("job-"))', "job-67890"),
        ('int(os.getenv("JOB").rstrip("/").removesuffix("-prod"))', "67890-prod/"),
        ('int(os.environ["JOB"].split(",")[0])', "67890,67891"),
        ('int(os.environ["JOB"].split("/")[-1])', "jobs/67890"),
        ('int(os.environ.get("JOB") or "0")', "67890"),
        ('int((os.environ.get("JOB") or "67891").strip())', "67890"),
    ],
)
def test_an_id_that_is_cut_out_of_a_variable_is_read(tmp_path: Path, job: str, value: str) -> None:
    program = f"models = load_assets_from_dbt_cloud_job(cloud, {job})\ndefs = Definitions(assets=[models])\n"
    found = told(tmp_path, program, "LDC402", "LDC214", env={"JOB": value})
    assert found == ["the job id comes from JOB; the generated code is only valid for job 67890"]
    assert f"if {job} != 67890:\n" in (tmp_path / "program.py").read_text()


@pytest.mark.parametrize(
    ("job", "value"),
    [
        ('int(os.environ["JOB"].strip(), 16)', "10932"),
        ('int(os.environ["JOB"].split(",")[3])', "67890,67891"),
        ('int(os.environ["JOB"].strip(CHARACTERS))', "67890"),
        ('JOBS[os.environ["JOB"].strip()]', "nightly"),
        ('int(os.environ["JOB"][2:])', "j-67890"),
    ],
)
def test_an_id_that_cannot_be_computed_is_not_guessed(tmp_path: Path, job: str, value: str) -> None:
    program = f"models = load_assets_from_dbt_cloud_job(cloud, {job})\ndefs = Definitions(assets=[models])\n"
    found = told(tmp_path, program, "LDC402", env={"JOB": value})
    said = f"`{job}` cannot be computed from JOB here: write the job id, or use a variable that holds only the job id"
    assert set(found) == {said}


def test_a_variable_that_is_not_set_is_asked_for(tmp_path: Path) -> None:
    program = 'models = load_assets_from_dbt_cloud_job(cloud, int(os.environ["JOB"].strip()))\n'
    assert set(told(tmp_path, program, "LDC402")) == {"set JOB, or pass --env-file with its value"}


@pytest.mark.parametrize(
    "program",
    [
        f"if os.getenv('X'):\n    models = {LOAD}\nelse:\n    models = {LOAD}\n",
        f"if os.getenv('X'):\n    models = {LOAD}\nelif os.getenv('Y'):\n    pass\nelse:\n    models = {LOAD}\n",
        f"def models(x):\n    if x:\n        return {LOAD}\n    return {LOAD}\n\nmodels = models(os.getenv('X'))\n",
        f"def models(x):\n    if x:\n        found = {LOAD}\n        return found\n    found = {LOAD}\n    return found\n\nmodels = models(1)\n",
        f"match os.getenv('X'):\n    case 'a':\n        models = {LOAD}\n    case _:\n        models = {LOAD}\n",
    ],
)
def test_loads_of_a_job_of_which_one_is_made_are_no_second_load(tmp_path: Path, program: str) -> None:
    assert told(tmp_path, program + "defs = Definitions(assets=[models])\n", "LDC223") == []


@pytest.mark.parametrize(
    "program",
    [
        f"if os.getenv('X'):\n    models = {LOAD}\nif os.getenv('Y'):\n    models = {LOAD}\n",
        f"if os.getenv('X'):\n    print('x')\n    models = {LOAD}\nmodels = {LOAD}\n",
        f"def some():\n    return {LOAD}\n\ndef more():\n    return {LOAD}\n\nmodels = some()\nother = more()\n",
        f"try:\n    models = {LOAD}\nfinally:\n    models = {LOAD}\n",
    ],
)
def test_loads_of_a_job_of_which_both_may_be_made_are_reported(tmp_path: Path, program: str) -> None:
    (said,) = told(tmp_path, program + "defs = Definitions(assets=[models])\n", "LDC223")
    assert said.startswith("job 67890 is loaded at /program.py:")


RUNS = """
def kick(client, job_id):
    return client.run_job_and_poll(job_id).run_details["status"]


@op(required_resource_keys={"cloud"})
def go(context):
    kick(context.resources.cloud, %s)


@job(resource_defs={"cloud": cloud})
def nightly():
    go()
"""


def test_a_job_that_tests_alone_name_has_no_schedule(tmp_path: Path) -> None:
    test = "from program import kick\n\n\ndef test_it(fake):\n    kick(fake, 999)\n    kick(fake, 67890)\n"
    files = {"tests/test_program.py": test}
    assert told(tmp_path / "a", RUNS % "67890", "LDC208", files=files) == []
    assert told(tmp_path / "b", RUNS % "999", "LDC208", files=files) == [
        "the dbt Cloud schedule of job 999 may be on: the facts do not have the job"
    ]


ASKING = """
from dagster import Definitions, job, op
from dagster_dbt import DbtCloudClientResource


@op
def go(dbt_cloud: DbtCloudClientResource):
    client = dbt_cloud.get_dbt_client()
    print(client.{call})


@job
def daily():
    go()


defs = Definitions(jobs=[daily], resources={{"dbt_cloud": DbtCloudClientResource(auth_token="t", account_id=12345)}})
"""


@pytest.mark.parametrize(
    ("call", "is_told"),
    [('get_job(67891)["name"]', False), ("get_runs(job_id=67891)", False), ("run_job(67891)", True)],
)
def test_schedules_are_of_jobs_that_the_code_runs(tmp_path: Path, call: str, is_told: bool) -> None:
    _, report = migrate(tmp_path, {"program.py": ASKING.format(call=call)})
    said = [one.message for one in report.findings if one.code == "LDC208"]
    assert said == ["the dbt Cloud schedule of job 67891 (Hourly) is on now"] * is_told
