"""Job ids that code works out from several variables: read where a rule says how, and kept where none does."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from rewriting import FACTS, NIGHTLY, migrate

from legacy_shim.codemods.facts.deployments import Deployment
from legacy_shim.codemods.facts.jobs import Facts

KNOWN = Facts((*FACTS.jobs, replace(NIGHTLY, id=67900, name="Nightly (staging)", environment_id=23)))
HEAD = """\
import os

from dagster_dbt import dbt_cloud_resource, load_assets_from_dbt_cloud_job

"""
CLOUD = 'cloud = dbt_cloud_resource.configured({"auth_token": os.environ["TOKEN"], "account_id": 12345})\n'
STAYS = {
    "a sum with defaults": 'int(os.getenv("BASE", "0")) + int(os.environ["OFFSET"])',
    "a sum": 'int(os.environ["BASE"]) + int(os.environ["OFFSET"])',
    "the least": 'min(int(os.getenv("ONE", "67890")), int(os.getenv("OTHER", "67900")))',
    "hexadecimal": 'int(os.environ["JOB"], 16)',
    "rounded": 'round(float(os.environ["JOB"]))',
}
WAITS = {
    "a number": 'int(os.environ["JOB"])',
    "one of several": 'int(os.environ["JOBS"].split(",")[1])',
    "a link": 'int(os.environ["JOB"].removeprefix("job-"))',
    "one of two variables": 'int(os.environ["ONE"] or os.environ["OTHER"])',
}
SET_BY_CODE = {
    "added": 'os.environ |= {"JOB": "67890"}\n',
    "added from elsewhere": "import settings\n\nos.environ |= settings.ENV\n",
    "by another name": 'env = os.environ\nenv["JOB"] = "67890"\n',
}


def program(job: str, above: str = "") -> str:
    return f"{HEAD}{above}{CLOUD}models = load_assets_from_dbt_cloud_job(cloud, {job})\n"


@pytest.mark.parametrize("job", STAYS.values(), ids=STAYS)
def test_what_no_setting_makes_known_stays(tmp_path: Path, job: str) -> None:
    text = program(job)
    texts, _ = migrate(tmp_path, {"program.py": text}, facts=KNOWN)
    assert "missing_fact" not in texts["program.py"]
    assert "load_assets_from_dbt_cloud_job(cloud" in texts["program.py"]


def test_what_a_variable_leads_to_and_is_not_worked_out_is_not_passed_over(tmp_path: Path) -> None:
    text = program('(os.getenv("ON") and int(os.environ["JOB"])) or 67900')
    texts, _ = migrate(tmp_path, {"program.py": text}, facts=KNOWN, env={"ON": "1", "JOB": "67890"})
    assert "load_assets_from_dbt_cloud_job(cloud" in texts["program.py"]


@pytest.mark.parametrize("job", WAITS.values(), ids=WAITS)
def test_what_a_variable_makes_known_waits_for_it(tmp_path: Path, job: str) -> None:
    texts, report = migrate(tmp_path, {"program.py": program(job)}, facts=KNOWN)
    assert "missing_fact" in texts["program.py"]
    assert "LDC402" in {each.code for each in report.findings}


@pytest.mark.parametrize("above", SET_BY_CODE.values(), ids=SET_BY_CODE)
def test_a_variable_that_the_code_sets_is_not_asked_for(tmp_path: Path, above: str) -> None:
    texts, report = migrate(tmp_path, {"program.py": program('int(os.environ["JOB"])', above)}, facts=KNOWN)
    assert "missing_fact" not in texts["program.py"]
    assert [each.code for each in report.left_for_a_person if each.code == "LDC402"] == []


def test_a_number_that_is_none_is_no_job_and_the_other_side_is(tmp_path: Path) -> None:
    deployments = (Deployment("prod", {"TOKEN": "t"}), Deployment("staging", {"JOB": "67900"}))
    job = 'int(os.getenv("JOB", "0")) or 67890'
    texts, report = migrate(tmp_path, {"program.py": program(job)}, facts=KNOWN, deployments=deployments)
    assert "67890: {" in texts["program.py"] and "67900: {" in texts["program.py"]
    assert [each.code for each in report.left_for_a_person] == []


def test_the_guard_compares_the_whole_of_what_names_the_job(tmp_path: Path) -> None:
    job = 'int(os.getenv("JOB", "0")) or 67900'
    texts, _ = migrate(tmp_path, {"program.py": program(job)}, facts=KNOWN, env={"JOB": "67890"})
    assert 'if int(int(os.getenv("JOB", "0")) or 67900) != 67890:' in texts["program.py"]
