"""``.value`` of a status is text in dagster_dbt and a number on the facade: code gets what it was written for, or is told."""

from __future__ import annotations

from pathlib import Path

import pytest
from rewriting import migrate, migrate_one

HEAD = """
from dagster_dbt import DbtCloudClientResource
from dagster_dbt.cloud.resources import DbtCloudRunStatus

cloud = DbtCloudClientResource(auth_token="t", account_id=12345)
job = cloud.get_job(67890)
run = cloud.get_run(1)
"""
VALUE = "`.value` of a status is dbt Cloud's number on the facade, and its text in dagster_dbt: write the one that you mean"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            'run["status_humanized"] == DbtCloudRunStatus.SUCCESS.value',
            'run["status_humanized"] == "Success"',
        ),
        (
            'run["status"] == DbtCloudRunStatus.SUCCESS.value',
            'run["status"] == DbtCloudJobRunStatusType.SUCCESS',
        ),
        (
            'run["status_humanized"] in (DbtCloudRunStatus.ERROR.value, DbtCloudRunStatus.CANCELLED.value)',
            'run["status_humanized"] in ("Error", "Cancelled")',
        ),
    ],
)
def test_a_value_that_is_compared_becomes_what_it_is_compared_with(
    tmp_path: Path, before: str, after: str
) -> None:
    text, codes = migrate_one(tmp_path, f"{HEAD}print({before})\n")
    assert text.endswith(f"print({after})\n")
    assert "LDC302" not in codes


@pytest.mark.parametrize(
    "line",
    [
        'print(DbtCloudRunStatus(run["status"]).value)',
        "print(run['status'] == DbtCloudRunStatus.ERROR.value)\nbody = {'status': DbtCloudRunStatus.ERROR.value}",
    ],
)
def test_a_value_that_is_read_otherwise_is_told_of(tmp_path: Path, line: str) -> None:
    _, report = migrate(tmp_path, {"program.py": f"{HEAD}{line}\n"})
    assert [each.message for each in report.findings if each.code == "LDC302"] == [VALUE]


def test_code_that_stays_is_told_of_its_values(tmp_path: Path) -> None:
    lines = "lost(cloud)\nran = cloud.run_job_and_poll(67890)\nprint(ran.run_status == DbtCloudRunStatus.SUCCESS.value)\n"
    _, report = migrate(tmp_path, {"program.py": HEAD + lines})
    assert report.sites.migrated == 0
    assert VALUE in [each.message for each in report.findings]


@pytest.mark.parametrize("line", ["print(DbtCloudRunStatus.SUCCESS.name)", "print(list(DbtCloudRunStatus))"])
def test_what_is_the_same_everywhere_is_not_told_of(tmp_path: Path, line: str) -> None:
    _, report = migrate(tmp_path, {"program.py": f"{HEAD}{line}\n"})
    assert VALUE not in [each.message for each in report.findings]
    assert (report.sites.total, report.sites.kept) == (4, 0)
