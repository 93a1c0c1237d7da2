"""Legacy names and old requirements in files that are not Python modules."""

from __future__ import annotations

from pathlib import Path

import pytest

from legacy_shim.codemods import pipeline
from legacy_shim.codemods.files.pins import pin_below_v2
from legacy_shim.codemods.options import Options
from legacy_shim.codemods.reporting.report import Report

_LEGACY = "from dagster_dbt import dbt_cloud_resource\n\nresource = dbt_cloud_resource\n"


def _scanned(folder: Path, files: dict[str, str]) -> Report:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return pipeline.scan([folder], Options())


def _outside(report: Report) -> list[tuple[str, int, str, str]]:
    return [
        (each.place.path.name, each.place.line, each.code, each.message)
        for each in report.findings
        if each.code in {"LDC505", "LDC506", "LDC509"}
    ]


def test_each_line_that_names_the_legacy_api_is_found(tmp_path: Path) -> None:
    report = _scanned(
        tmp_path,
        {
            "README.md": "# Loads\n\nUse `load_assets_from_dbt_cloud_job(...)`.\n",
            "guide.mdx": "import dagster_dbt.cloud.ops\n",
            "defs.yaml": "type: dagster_dbt.DbtCloudClientResource\n",
            "app.toml": 'resource = "dagster_dbt.dbt_cloud_resource"\n',
            "job.py.j2": "from dagster_dbt import {{ name }}, dbt_cloud_run_op\n",
            "deploy.sh": "dagster-dbt-cloud cache-compile-references\n",
            "Makefile": "run:\n\tpython -c 'from jobs import cloud; cloud.run_job_and_poll(1)'\n",
            "call.ipynb": '{"cells": [{"cell_type": "code", "source": ["cloud.get_dbt_client()"]}]}\n',
            "note.ipynb": '{"cells": [{"cell_type": "markdown", "source": ["`DbtCloudOutput`"]}]}\n',
        },
    )
    assert _outside(report) == [
        ("Makefile", 2, "LDC506", "it names `run_job_and_poll`"),
        ("README.md", 3, "LDC506", "it names `load_assets_from_dbt_cloud_job`"),
        ("app.toml", 1, "LDC506", "it names `dbt_cloud_resource`"),
        ("call.ipynb", 1, "LDC505", "a cell names `get_dbt_client`"),
        ("defs.yaml", 1, "LDC506", "it names `DbtCloudClientResource`"),
        ("deploy.sh", 1, "LDC506", "the legacy command `dagster-dbt-cloud`"),
        ("guide.mdx", 1, "LDC506", "it names `dagster_dbt.cloud`"),
        ("job.py.j2", 1, "LDC506", "it names `dbt_cloud_run_op`"),
        ("note.ipynb", 1, "LDC505", "a cell names `DbtCloudOutput`"),
    ]


def test_what_only_looks_like_a_legacy_name_is_none(tmp_path: Path) -> None:
    report = _scanned(
        tmp_path,
        {
            "README.md": "MyDbtCloudResource, dbt_cloud_resources, dagster_dbt.cloud_v2, DbtCloudWorkspace, dbt Cloud\n",
            "CHANGELOG.md": "removed load_assets_from_dbt_cloud_job\n",
            "History.rst": "removed dbt_cloud_resource\n",
            "data.csv": "dbt_cloud_resource\n",
        },
    )
    assert _outside(report) == []


def test_a_requirement_counts_only_where_something_is_to_be_migrated(tmp_path: Path) -> None:
    files = {
        "requirements-dev.txt": "dagster==1.10.4\ndagster-dbt==0.26.4  # with dagster\n",
        "setup.py": 'setup(install_requires=["dagster-dbt[x]~=0.25.1"])\n',
        "pyproject.toml": '[project]\ndependencies = [\n  "dagster-dbt>=0.28",\n]\n',
        "Pipfile.lock": '"dagster-dbt": {"version": "==0.26.4"}\n',
    }
    assert _outside(_scanned(tmp_path, files)) == []
    assert _outside(_scanned(tmp_path, {"defs.py": _LEGACY})) == [
        ("requirements-dev.txt", 2, "LDC509", "`dagster-dbt==0.26.4` excludes dagster-dbt 0.28 and later"),
        ("setup.py", 1, "LDC509", "`dagster-dbt~=0.25.1` excludes dagster-dbt 0.28 and later"),
    ]


@pytest.mark.parametrize(
    ("line", "pin"),
    [
        ("dagster-dbt<0.28", "dagster-dbt<0.28"),
        ("dagster_dbt >=0.20, <0.28.0 ; python_version < '3.12'", "dagster-dbt>=0.20,<0.28.0"),
        ('"dagster-dbt[cloud]<=0.27.9",', "dagster-dbt<=0.27.9"),
        ('dagster-dbt = "^0.26"', "dagster-dbt^0.26"),
        ('dagster-dbt = {version = "~0.26.1", extras = ["x"]}', "dagster-dbt~0.26.1"),
        ('dagster-dbt = "0.26.1"', "dagster-dbt=0.26.1"),
        ("  - dagster-dbt=0.27", "dagster-dbt=0.27"),
        ("dagster-dbt (==0.27.*)", "dagster-dbt==0.27.*"),
        ("dagster-dbt", ""),
        ("dagster-dbt>=0.26", ""),
        ("dagster-dbt>=0.26,<1", ""),
        ("dagster-dbt<0.28.1", ""),
        ("dagster-dbt~=0.26", ""),
        ("dagster-dbt!=0.27.1", ""),
        ('dagster-dbt = "^1.2"', ""),
        ("dagster-dbt-cloud<0.2", ""),
        ("my-dagster-dbt==0.26", ""),
        ("dagster==1.11", ""),
    ],
)
def test_a_requirement_that_admits_no_release_with_v2(line: str, pin: str) -> None:
    assert pin_below_v2(line) == pin


@pytest.mark.timeout(30)
@pytest.mark.parametrize(
    "line",
    [
        "dagster-dbt==" + "9" * 5000,
        "dagster-dbt" + " " * 10**6,
        "dagster-dbt[" * 10**5,
        "dagster-dbt" + "'" * 10**6,
        "dagster-dbt==1" + " , ==1" * 10**5,
    ],
    ids=["digits", "spaces", "brackets", "quotes", "clauses"],
)
def test_a_line_without_end_takes_no_time_without_end(line: str) -> None:
    assert pin_below_v2(line) == ""


@pytest.mark.parametrize("beside", ["", "from dagster_dbt.cloud_v2.resources import DbtCloudWorkspace\n"])
def test_a_file_that_names_something_legacy_and_does_not_parse_is_a_problem(
    tmp_path: Path, beside: str
) -> None:
    report = _scanned(tmp_path, {"defs.py": f"{beside}from dagster_dbt import dbt_cloud_resource\ndef (\n"})
    assert [each.code for each in report.file_problems] == ["LDC502"]
