"""A resource that runs configure is configured where it is bound, where all of them surely give it the same; else it stays."""

from __future__ import annotations

from pathlib import Path

import pytest
from rewriting import clean, migrate, migrate_one

JOB = """
import os

from dagster import Definitions, RunConfig, RunRequest, ScheduleDefinition, job, op, schedule
from dagster_dbt import dbt_cloud_resource


@op(required_resource_keys={"dbt_cloud"})
def weekly(context):
    context.resources.dbt_cloud.run_job(67891)
"""
OWN = '{"auth_token": {"env": "TOKEN"}, "account_id": 12345}'
READ = '{"auth_token": os.environ["TOKEN"], "account_id": 12345}'
DEFAULT = '{"auth_token": os.getenv("TOKEN", "t"), "account_id": 12345}'
OTHER = '{"auth_token": {"env": "OTHER"}, "account_id": 12345}'
BOUND = """

@job(resource_defs={"dbt_cloud": dbt_cloud_resource}%s)
def refresh():
    weekly()


"""
BARE = BOUND % ""


def of(config: str, more: str = "") -> str:
    return f'{{"resources": {{"dbt_cloud": {{"config": {config}}}}}{more}}}'


def late(config: str) -> str:
    return f"late = ScheduleDefinition(job=refresh, cron_schedule='0 5 * * *', run_config={config})\n"


SAME = {
    "one schedule": (BARE + late(of(OWN)), "cron_schedule='0 5 * * *')"),
    "with ops": (BARE + late(of(OWN, ', "ops": {}')), 'run_config={"ops": {}}'),
    "two schedules": (
        BARE + late(of(OWN)) + late(of(OWN, ', "ops": {}')).replace("late", "later"),
        'run_config={"ops": {}}',
    ),
    "read in another way": (
        BARE + late(of(OWN)) + f"refresh.execute_in_process(run_config={of(READ)})\n",
        "execute_in_process()",
    ),
    "the job's own, and a request": (
        BOUND % f", config={of(OWN)}"
        + f"@schedule(job=refresh, cron_schedule='0 5 * * *')\ndef nightly(context):\n    return RunRequest(\n        run_config={of(OWN)},\n    )\n",
        "return RunRequest()",
    ),
    "of Dagster's class": (
        BARE + late(f"RunConfig(resources={{'dbt_cloud': {{'config': {OWN}}}}})"),
        "run_config=RunConfig())",
    ),
    "of Dagster's class, with more": (
        BARE + late(f"RunConfig(ops={{}}, resources={{'dbt_cloud': {{'config': {OWN}}}, 'io': {{}}}})"),
        "run_config=RunConfig(ops={}, resources={'io': {}})",
    ),
    "under a name": (
        'KEY = "dbt_cloud"\n'
        + BARE
        + late(f"{{'ops': {{}}, 'resources': {{KEY: {{'config': {OWN}}}, 'io': {{}}}}}}"),
        "run_config={'ops': {}, 'resources': {'io': {}}}",
    ),
    "a dict that several use": (
        f"\nCONFIG = {{'dbt_cloud': {{'config': {OWN}}}}}\n"
        + BARE
        + late('{"resources": CONFIG}')
        + 'refresh.execute_in_process(run_config={"resources": CONFIG})\n',
        "CONFIG = {}\n",
    ),
}
DIFFERENT = {
    "two tokens": BARE + late(of(OWN)) + late(of(OTHER)).replace("late", "later"),
    "the job's own, and another": BOUND % f", config={of(OWN)}" + late(of(OTHER)),
    "a default": BARE + late(of(OWN)) + f"refresh.execute_in_process(run_config={of(DEFAULT)})\n",
    "of a parameter": BARE
    + f"def config(account):\n    return {of(OWN.replace('12345', 'account'))}\n\n\n"
    + late("config(12345)"),
    "nothing in sight": BARE,
}


@pytest.mark.parametrize(("program", "left"), SAME.values(), ids=SAME)
def test_the_configuration_of_all_runs_goes_to_the_resource(tmp_path: Path, program: str, left: str) -> None:
    text, codes = migrate_one(tmp_path, JOB + program)
    assert not [code for code in codes if code.startswith("LDC3")]
    assert "LDC219" in codes
    assert '        token=os.environ["TOKEN"],\n' in text
    assert left in text
    assert "auth_token" not in text


@pytest.mark.parametrize("program", DIFFERENT.values(), ids=DIFFERENT)
def test_a_resource_that_runs_configure_differently_stays(tmp_path: Path, program: str) -> None:
    text, codes = migrate_one(tmp_path, JOB + program)
    assert "LDC302" in codes
    assert clean(program) in text


def test_jobs_that_configure_the_resource_themselves_have_one_each(tmp_path: Path) -> None:
    jobs = [
        (BOUND % f", config={of(own)}").replace("refresh", name)
        for name, own in {"first": OWN, "second": OTHER}.items()
    ]
    text, codes = migrate_one(tmp_path, JOB + "".join(jobs))
    assert not [code for code in codes if code.startswith("LDC3")]
    assert [text.count(f'token=os.environ["{name}"]') for name in ("TOKEN", "OTHER")] == [1, 1]


def test_configuration_of_constants_may_stand_in_another_file(tmp_path: Path) -> None:
    schedules = (
        f"from dagster import ScheduleDefinition\nfrom jobs import refresh\n\n# nightly\n{late(of(OWN))}"
    )
    texts, report = migrate(tmp_path, {"jobs.py": JOB + BARE, "schedules.py": schedules})
    assert not [finding for finding in report.findings if finding.code.startswith("LDC3")]
    assert '        token=os.environ["TOKEN"],\n' in texts["jobs.py"]
    assert (
        "# nightly\nlate = ScheduleDefinition(job=refresh, cron_schedule='0 5 * * *')\n"
        in texts["schedules.py"]
    )


def test_configuration_that_reads_a_name_of_another_file_stays(tmp_path: Path) -> None:
    own = OWN.replace("12345", "ACCOUNT")
    schedules = f"from dagster import ScheduleDefinition\nfrom jobs import refresh\n\nACCOUNT = 12345\n{late(of(own))}"
    texts, report = migrate(tmp_path, {"jobs.py": JOB + BARE, "schedules.py": schedules})
    assert "LDC302" in [finding.code for finding in report.findings]
    assert texts["schedules.py"] == schedules


WITH_OPS = of(OWN, ', "ops": {}')
SHARED = f"CONFIG = {WITH_OPS}\n" + BOUND % ", config=CONFIG"
STILL_READ = {
    "by its keys": 'CONFIG["resources"]["dbt_cloud"]["config"]["account_id"]',
    "what else is there": 'CONFIG["resources"].get("io")',
    "whether it is there": '"resources" in CONFIG',
    "each section": "[section for section in CONFIG]",
    "with its keys": "dict(CONFIG.items())",
}
READ_BESIDE = {"another section": 'CONFIG["ops"]', "put together": '{**CONFIG, "loggers": {}}'}


@pytest.mark.parametrize("read", STILL_READ.values(), ids=STILL_READ)
def test_configuration_that_code_reads_by_itself_stays(tmp_path: Path, read: str) -> None:
    text, codes = migrate_one(tmp_path, JOB + SHARED + f"print({read})\n")
    assert "LDC302" in codes
    assert WITH_OPS in text


@pytest.mark.parametrize("read", READ_BESIDE.values(), ids=READ_BESIDE)
def test_what_code_reads_of_other_sections_keeps_nothing(tmp_path: Path, read: str) -> None:
    text, codes = migrate_one(tmp_path, JOB + SHARED + f"print({read})\n")
    assert not [code for code in codes if code.startswith("LDC3")]
    assert 'CONFIG = {"ops": {}}' in text


def test_configuration_that_another_file_reads_stays(tmp_path: Path) -> None:
    reader = 'from definitions import CONFIG\n\nprint(CONFIG["resources"]["dbt_cloud"])\n'
    texts, report = migrate(tmp_path, {"definitions.py": JOB + SHARED, "reader.py": reader})
    assert "LDC302" in {finding.code for finding in report.findings}
    assert WITH_OPS in texts["definitions.py"]
