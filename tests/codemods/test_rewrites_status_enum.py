"""Statuses that no comparison replaces come from an enumeration of the file's own; what the facade alone has stays."""

from __future__ import annotations

from pathlib import Path

import pytest
from rewriting import clean, migrate, migrate_one

TOP = "from dagster_dbt import DbtCloudRunStatus\n\n"
OWN = '''from enum import Enum


class DbtCloudRunStatus(str, Enum):
    """The status of a dbt Cloud run, as its `status_humanized` says it."""

    QUEUED = "Queued"
    STARTING = "Starting"
    RUNNING = "Running"
    SUCCESS = "Success"
    ERROR = "Error"
    CANCELLED = "Cancelled"


'''


@pytest.mark.parametrize(
    "uses",
    [
        "FINAL = {DbtCloudRunStatus.SUCCESS, DbtCloudRunStatus.ERROR}\n",
        'ICONS = {DbtCloudRunStatus.SUCCESS: "ok"}\n',
        "def is_as(status, wanted=DbtCloudRunStatus.SUCCESS):\n    return status == wanted\n",
        'def of(run):\n    return DbtCloudRunStatus(run["status_humanized"])\n',
        'def of(run):\n    return DbtCloudRunStatus(run.get("status_humanized"))\n',
        "def shown():\n    return [one.name for one in DbtCloudRunStatus]\n",
        'def of(run):\n    match run["status_humanized"]:\n        case DbtCloudRunStatus.SUCCESS:\n            return 1\n',
        "class Run:\n    status: DbtCloudRunStatus\n",
    ],
)
def test_a_file_gets_an_enumeration_of_its_own(tmp_path: Path, uses: str) -> None:
    text, codes = migrate_one(tmp_path, TOP + uses)
    assert text == OWN + uses
    assert codes == []


FORMATTED = "a status is formatted as in dagster_dbt, by the rules of the Python version; on the facade it is its text"
VALUE = "`.value` of a status is its text, as in dagster_dbt; on the facade it is dbt Cloud's number"


@pytest.mark.parametrize(
    ("uses", "said"),
    [
        ('print(f"{DbtCloudRunStatus.SUCCESS}")\n', FORMATTED),
        ('print("{}".format(DbtCloudRunStatus.SUCCESS))\n', FORMATTED),
        ('print("%s" % DbtCloudRunStatus.SUCCESS)\n', FORMATTED),
        ("status = DbtCloudRunStatus.SUCCESS\nprint(status.value)\n", VALUE),
        ("names = {status.value: status.name for status in DbtCloudRunStatus}\n", VALUE),
        ('body = {"status": DbtCloudRunStatus.ERROR.value}\n', VALUE),
        (
            'def of(run):\n    status = run["status_humanized"]\n    return DbtCloudRunStatus(status).value\n',
            VALUE,
        ),
    ],
)
def test_what_the_facade_answers_otherwise_is_reported(tmp_path: Path, uses: str, said: str) -> None:
    texts, report = migrate(tmp_path, {"program.py": TOP + uses})
    assert texts["program.py"] == OWN + uses
    assert [(one.code, one.message) for one in report.findings] == [("LDC213", said)]


def test_a_star_import_does_not_hide_its_base(tmp_path: Path) -> None:
    text, _ = migrate_one(tmp_path, "from dagster import *\n" + TOP + "FINAL = {DbtCloudRunStatus.SUCCESS}\n")
    assert "import enum\n" in text
    assert "class DbtCloudRunStatus(str, enum.Enum):" in text


def test_comparisons_beside_it_keep_their_own_form(tmp_path: Path) -> None:
    before = """
        from dagster_dbt import DbtCloudRunStatus

        FINAL = (DbtCloudRunStatus.SUCCESS,)


        def is_late(run):
            return run["status_humanized"] == DbtCloudRunStatus.QUEUED
        """
    text, codes = migrate_one(tmp_path, before)
    assert text == OWN + clean("""
        FINAL = (DbtCloudRunStatus.SUCCESS,)


        def is_late(run):
            return run["status_humanized"] == "Queued"
        """)
    assert codes == []


@pytest.mark.parametrize(
    "uses",
    [
        'def of(run):\n    return DbtCloudRunStatus(run["status"])\n',  # a number, which dagster_dbt has not
        "def of(code):\n    return DbtCloudRunStatus(code)\n",
        "def of(run):\n    return DbtCloudRunStatus.of_run(run)\n",  # the facade's own method
        'def is_done(run):\n    return run["status"] == DbtCloudRunStatus.SUCCESS.value, DbtCloudRunStatus.ERROR.value\n',
        "status = DbtCloudRunStatus.SUCCESS\nprint(status.is_final)\n",
        "def of(output):\n    return {DbtCloudRunStatus.SUCCESS: 1}[output.run_status]\n",
        "FINAL = {DbtCloudRunStatus.SUCCESS}  # legacy-shim: keep the facade's\n",
        '__all__ = ["DbtCloudRunStatus"]\nFINAL = {DbtCloudRunStatus.SUCCESS}\n',
    ],
)
def test_what_the_facade_answers_otherwise_stays(tmp_path: Path, uses: str) -> None:
    text, codes = migrate_one(tmp_path, TOP + uses)
    assert "class DbtCloudRunStatus" not in text
    assert "from legacy_shim import DbtCloudRunStatus" in text
    assert set(codes) & {"LDC301", "LDC302"}


@pytest.mark.parametrize("top", ["from legacy_shim import DbtCloudRunStatus\n", "import dagster_dbt\n"])
def test_another_import_stays(tmp_path: Path, top: str) -> None:
    name = "DbtCloudRunStatus" if "legacy" in top else "dagster_dbt.DbtCloudRunStatus"
    text, codes = migrate_one(tmp_path, f"{top}\nFINAL = {{{name}.SUCCESS}}\n")
    assert "class DbtCloudRunStatus" not in text
    assert codes == ["LDC302"]


def test_objects_that_two_files_compare_stay(tmp_path: Path) -> None:
    files = {
        "one.py": TOP + "FINAL = [DbtCloudRunStatus.SUCCESS]\n",
        "two.py": TOP + "from one import FINAL\n\nprint(FINAL[0] is DbtCloudRunStatus.SUCCESS)\n",
    }
    texts, report = migrate(tmp_path, files)
    assert "class DbtCloudRunStatus" not in texts["one.py"] + texts["two.py"]
    assert report.left_for_a_person
