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


def test_files_that_compare_objects_share_one_enumeration(tmp_path: Path) -> None:
    files = {
        "one.py": TOP + "FINAL = [DbtCloudRunStatus.SUCCESS]\n",
        "two.py": TOP.strip() + "\nfrom one import FINAL\n\nprint(FINAL[0] is DbtCloudRunStatus.SUCCESS)\n",
    }
    texts, report = migrate(tmp_path, files)
    assert texts["one.py"] == OWN + "FINAL = [DbtCloudRunStatus.SUCCESS]\n"
    assert (
        texts["two.py"]
        == "from one import FINAL, DbtCloudRunStatus\n\nprint(FINAL[0] is DbtCloudRunStatus.SUCCESS)\n"
    )
    assert not report.left_for_a_person


def test_objects_that_two_files_compare_stay_where_neither_can_import_the_other(tmp_path: Path) -> None:
    files = {
        "one.py": TOP + "import two\n\nFINAL = [DbtCloudRunStatus.SUCCESS]\n",
        "two.py": TOP + "import one\n\n\ndef is_final(x):\n    return x is DbtCloudRunStatus.SUCCESS\n",
    }
    texts, report = migrate(tmp_path, files)
    assert "class DbtCloudRunStatus" not in texts["one.py"] + texts["two.py"]
    assert report.left_for_a_person


def test_a_file_that_compares_objects_of_two_others_gets_those_of_one(tmp_path: Path) -> None:
    files = {
        "one.py": TOP + "A = DbtCloudRunStatus.SUCCESS\n",
        "two.py": TOP.strip() + "\nimport one\n\nB = DbtCloudRunStatus.SUCCESS\n",
        "three.py": "import one\nimport two\n\nprint(one.A is two.B)\n",
    }
    texts, report = migrate(tmp_path, files)
    assert [name for name, text in texts.items() if "class DbtCloudRunStatus" in text] == ["one.py"]
    assert "from one import DbtCloudRunStatus\n" in texts["two.py"]
    assert texts["three.py"] == files["three.py"]
    assert not report.left_for_a_person


ALIAS = "from dagster_dbt.cloud.resources import DbtCloudRunStatus as S\n\n"


@pytest.mark.parametrize(
    "uses",
    [
        "SUCCESS = S.SUCCESS\n",
        'def colour(status: str = "Success", default: S = S.QUEUED):\n    return status or default\n',
        'print(S("Success").name, len(S), list(S))\n',
    ],
)
def test_a_file_keeps_its_name_for_it(tmp_path: Path, uses: str) -> None:
    text, codes = migrate_one(tmp_path, ALIAS + uses)
    between = "\n\n" if uses.startswith("def") else "\n"
    assert text == OWN + "S = DbtCloudRunStatus\n" + between + uses
    assert codes == []


def test_an_alias_stays_where_its_own_name_is_another_thing(tmp_path: Path) -> None:
    text, codes = migrate_one(tmp_path, f"{ALIAS}DbtCloudRunStatus = 1\nprint(DbtCloudRunStatus, list(S))\n")
    assert "class DbtCloudRunStatus" not in text
    assert "LDC302" in codes


@pytest.mark.parametrize(
    "uses",
    [
        "import shared\n\nprint(shared.SUCCESS, shared.SUCCESS.name)\n",
        "from shared import SUCCESS\n\n\ndef is_as(status):\n    return status == SUCCESS\n",
        "from shared import SUCCESS as OK\n\nDONE = {OK}\n",
    ],
)
def test_what_another_file_hands_on_stays_as_it_stands(tmp_path: Path, uses: str) -> None:
    texts, report = migrate(
        tmp_path, {"shared.py": TOP + "SUCCESS = DbtCloudRunStatus.SUCCESS\n", "program.py": uses}
    )
    assert texts["shared.py"] == OWN + "SUCCESS = DbtCloudRunStatus.SUCCESS\n"
    assert texts["program.py"] == uses
    assert not report.left_for_a_person


def test_what_another_file_hands_on_of_the_facade_stays_with_it(tmp_path: Path) -> None:
    shared = "def of(code):\n    return DbtCloudRunStatus(code)\n\n\nSUCCESS = DbtCloudRunStatus.SUCCESS\n"
    files = {"shared.py": TOP + shared, "program.py": "import shared\n\nprint(shared.SUCCESS)\n"}
    texts, report = migrate(tmp_path, files)
    assert "class DbtCloudRunStatus" not in texts["shared.py"]
    assert report.left_for_a_person
