"""Files that say the class of runs and run no job: what reads runs there, in quotes or for type checkers alone."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from rewriting import migrate

WORK = """\
from typing import TYPE_CHECKING

from alerts import alert
from dagster import Definitions, job, op
from dagster_dbt import DbtCloudClientResource
{imports}
dbt = DbtCloudClientResource(auth_token="t", account_id=12345)


def run_job(client, job_id){answers}:
    return client.run_job_and_poll(job_id)


@op
def go(dbt: DbtCloudClientResource):
    alert(run_job(dbt.get_dbt_client(), 67890))


@job
def nightly():
    go()


defs = Definitions(jobs=[nightly], resources={{"dbt": dbt}})
"""
ALERTS = """\
from typing import TYPE_CHECKING, Optional, cast

from tell import tell
{imports}

def alert({takes}):
    tell({gives})
"""
TELL = """\
from typing import TYPE_CHECKING
{imports}

def tell({takes}):
    print(sorted(each["unique_id"] for each in output.result["results"]), output.job_id)
"""
CHECKED = "\nif TYPE_CHECKING:\n    from dagster_dbt import DbtCloudOutput\n\n"
PLAIN = "\nfrom dagster_dbt import DbtCloudOutput\n\n"
NOTHING = ("", "output", "output")
WAYS = {
    "in quotes": ((CHECKED, 'output: "DbtCloudOutput"', "output"), NOTHING, ("", "")),
    "in quotes with None": ((CHECKED, 'output: "DbtCloudOutput | None"', "output"), NOTHING, ("", "")),
    "in a cast": ((CHECKED, "output", 'cast("DbtCloudOutput", output)'), NOTHING, ("", "")),
    "plainly": ((PLAIN, "output: DbtCloudOutput", "output"), NOTHING, ("", "")),
    "imported for nothing": ((CHECKED, "output", "output"), NOTHING, (CHECKED, ' -> "DbtCloudOutput"')),
    "imported for nothing twice": (
        (CHECKED, "output", "output"),
        (PLAIN, "output", ""),
        (CHECKED, ' -> "DbtCloudOutput"'),
    ),
    "imported for nothing alone": ((PLAIN, "output", "output"), NOTHING, ("", "")),
    "in two files": (
        (CHECKED, 'output: "DbtCloudOutput"', "output"),
        (CHECKED, 'output: "DbtCloudOutput"', ""),
        ("", ""),
    ),
    "in each file": (
        (CHECKED, 'output: "DbtCloudOutput"', "output"),
        (PLAIN, "output: DbtCloudOutput", ""),
        (CHECKED, ' -> "DbtCloudOutput"'),
    ),
    "at the end alone": (NOTHING, (CHECKED, 'output: "DbtCloudOutput"', ""), ("", "")),
}


@pytest.mark.parametrize("way", WAYS)
def test_the_class_is_defined_where_it_is_imported_from(tmp_path: Path, way: str) -> None:
    alerts, tell, work = WAYS[way]
    files = {
        "work.py": WORK.format(imports=work[0], answers=work[1]),
        "alerts.py": ALERTS.format(imports=alerts[0], takes=alerts[1], gives=alerts[2]),
        "tell.py": TELL.format(imports=tell[0], takes=tell[1]),
    }
    texts, report = migrate(tmp_path, files)
    assert "LDC507" not in {one.code for one in report.findings}
    assert "legacy_shim" not in "".join(texts.values())
    for text in texts.values():
        for source in re.findall(r"from (\w+) import .*\bDbtCloudOutput\b", text):
            assert "class DbtCloudOutput:" in texts[f"{source}.py"]
        is_bound = "class DbtCloudOutput:" in text or "import DbtCloudOutput" in text
        assert is_bound or "DbtCloudOutput" not in text
    assert sum("class DbtCloudOutput:" in text for text in texts.values()) == 1


SEVERAL = """\
import os
from typing import TYPE_CHECKING

from dagster import job, op
from dagster_dbt import DbtCloudClientResource
{imports}
print(os.getcwd())


@op
def {name}(dbt: DbtCloudClientResource){answers}:
    return run(dbt.get_dbt_client())


def run(client){answers}:
    return client.run_job_and_poll(67890)


@op
def tell_{name}(output):
    print(output.docs_url, output.result["results"])


@job
def job_{name}():
    tell_{name}({name}())
"""
DEFS = """\
from dagster import Definitions
from dagster_dbt import DbtCloudClientResource
from first import job_first
from second import job_second

dbt = DbtCloudClientResource(auth_token="t", account_id=12345)
defs = Definitions(jobs=[job_first, job_second], resources={"dbt": dbt})
"""


def _several(tmp_path: Path, imports: str, said: str) -> dict[str, str]:
    first = SEVERAL.format(name="first", imports=imports, answers="").replace(
        "def run(client)", f"def run(client){said}"
    )
    second = SEVERAL.format(name="second", imports="", answers="")
    return migrate(tmp_path, {"first.py": first, "second.py": second, "defs.py": DEFS})[0]


def test_each_file_has_its_own_where_one_says_the_class_to_type_checkers(tmp_path: Path) -> None:
    texts = _several(tmp_path, CHECKED, ' -> "DbtCloudOutput"')
    assert "legacy_shim" not in "".join(texts.values())
    assert "class DbtCloudOutput:" in texts["first.py"]
    assert "class DbtCloudOutput:" in texts["second.py"]


def test_one_that_is_there_when_the_code_runs_must_be_one(tmp_path: Path) -> None:
    texts = _several(tmp_path, PLAIN, " -> DbtCloudOutput")
    assert "class DbtCloudOutput:" not in "".join(texts.values())
