"""Each code location keeps its own dbt Cloud job of an environment, where the project says which it has."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest
from rewriting import FACTS, HOURLY, NIGHTLY, migrate

from legacy_shim.codemods.facts.deployments import Deployment
from legacy_shim.codemods.facts.jobs import Facts
from legacy_shim.codemods.findings import Finding
from legacy_shim.codemods.reporting.report import Report

LOCATION = """
from dagster import Definitions
from dagster_dbt import dbt_cloud_resource, load_assets_from_dbt_cloud_job

dbt = dbt_cloud_resource("t", 12345)
models = load_assets_from_dbt_cloud_job(dbt_cloud=dbt, job_id={job_id})
defs = Definitions(assets=[models])
"""
LOCATIONS = {
    "a/__init__.py": "",
    "b/__init__.py": "",
    "a/definitions.py": LOCATION.format(job_id=67890),
    "b/definitions.py": LOCATION.format(job_id=67891),
}
DECLARED = {
    "modules": {
        "workspace.yaml": "load_from:\n  - python_module: a.definitions\n  - python_module: b.definitions\n"
    },
    "files": {
        "workspace.yaml": "load_from:\n  - python_file: a/definitions.py\n"
        "  - python_file:\n      relative_path: b/definitions.py\n"
    },
    "packages and a folder": {
        "workspace.yaml": "load_from:\n  - python_module:\n      module_name: definitions\n      working_directory: a\n"
        "  - python_package: b.definitions\n"
    },
    "projects": {
        "a/pyproject.toml": '[tool.dagster]\nmodule_name = "definitions"\n',
        "b/pyproject.toml": '[tool.dagster]\nmodules = [{ type = "module", name = "definitions" }]\n',
    },
    "dg": {
        "pyproject.toml": '[tool.dg.project]\nroot_module = "a"\n',
        "workspace.yaml": "load_from:\n  - python_module: b.definitions\n",
    },
}
UNDECLARED = {
    "nothing": {},
    "what cannot be read": {"workspace.yaml": "load_from:\n  - grpc_server: {port: 4266}\n"},
    "what is no YAML": {"workspace.yaml": "load_from: [\n"},
    "a module of elsewhere": {
        "workspace.yaml": "load_from:\n  - python_module: a.definitions\n  - python_module: c\n"
    },
}


def _job_names(folder: Path, files: dict[str, str]) -> tuple[list[str], Report]:
    (folder / ".git").mkdir()
    for name, text in files.items():
        if not name.endswith(".py"):
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text)
    texts, report = migrate(folder, {name: text for name, text in files.items() if name.endswith(".py")})
    written = (line for text in texts.values() for line in text.split("\n") if "adhoc_job_name=" in line)
    return [line.split('"')[1] for line in written], report


@pytest.mark.parametrize("name", DECLARED)
def test_each_code_location_keeps_its_own_job(tmp_path: Path, name: str) -> None:
    names, report = _job_names(tmp_path, {**LOCATIONS, **DECLARED[name]})
    assert names == ["Nightly", "Hourly"]
    assert not _of(report, "LDC204")


@pytest.mark.parametrize("name", UNDECLARED)
def test_where_the_border_is_not_known_one_job_is_shared_and_reported(tmp_path: Path, name: str) -> None:
    names, report = _job_names(tmp_path, {**LOCATIONS, **UNDECLARED[name]})
    assert names == ["Nightly", "Nightly"]
    (shared,) = _of(report, "LDC204")
    assert "run in job 67890" in shared.message


def test_locations_that_share_a_resource_share_its_job(tmp_path: Path) -> None:
    files = {
        "shared.py": 'from dagster_dbt import dbt_cloud_resource\ndbt = dbt_cloud_resource("t", 12345)\n',
        **LOCATIONS,
        **DECLARED["modules"],
    }
    for name in ("a/definitions.py", "b/definitions.py"):
        files[name] = (
            files[name]
            .replace('dbt = dbt_cloud_resource("t", 12345)\n', "")
            .replace("import dbt_cloud_resource, load", "import load")
        )
        files[name] = files[name].replace("\nmodels", "\nfrom shared import dbt\n\nmodels")
    names, report = _job_names(tmp_path, files)
    assert names == ["Nightly"]
    assert len(_of(report, "LDC204")) == 1


BOTH = """
from dagster import Definitions

from a.definitions import defs as first
from b.definitions import defs as second

defs = Definitions.merge(first, second)
"""
JOINED = {
    "a file that runs both": {"everything.py": BOTH},
    "a location that runs the other": {
        "a/definitions.py": LOCATIONS["a/definitions.py"] + "import b.definitions\n"
    },
    "a package that imports both": {"a/__init__.py": "from b import definitions\n"},
    "modules that are imported by name": {
        "a/definitions.py": "import importlib\n"
        + LOCATIONS["a/definitions.py"]
        + 'importlib.import_module("b")\n'
    },
    "a load that neither is seen to run": {
        "extra.py": LOCATION.format(job_id=67890).replace("Definitions(", "dict(")
    },
}


@pytest.mark.parametrize("name", JOINED)
def test_what_may_run_in_one_process_shares_one_job(tmp_path: Path, name: str) -> None:
    names, report = _job_names(tmp_path, {**LOCATIONS, **DECLARED["modules"], **JOINED[name]})
    assert set(names) == {"Nightly"}
    assert len(_of(report, "LDC204")) == 1


APART = {
    "a test of both": {"tests/test_both.py": BOTH},
    "a test that loads": {"tests/test_loads.py": LOCATION.format(job_id=67890)},
    "files that have nothing to do with it": {"notes.py": "import a\n", "a/other.py": "x = 1\n"},
}


@pytest.mark.parametrize("name", APART)
def test_what_runs_apart_keeps_its_own_job(tmp_path: Path, name: str) -> None:
    names, report = _job_names(tmp_path, {**LOCATIONS, **DECLARED["modules"], **APART[name]})
    assert names[:2] == ["Nightly", "Hourly"]
    assert not _of(report, "LDC204")


def test_each_deployment_keeps_the_jobs_of_each_location(tmp_path: Path) -> None:
    staging = replace(NIGHTLY, id=67900, name="Nightly (staging)", environment_id=23)
    hourly = replace(HOURLY, id=67901, name="Hourly (staging)", environment_id=23)
    files = {
        **LOCATIONS,
        "a/definitions.py": "import os\n" + LOCATION.format(job_id='int(os.environ["A"])'),
        "b/definitions.py": "import os\n" + LOCATION.format(job_id='int(os.environ["B"])'),
        **DECLARED["modules"],
    }
    deployments = (
        Deployment("prod", {"A": "67890", "B": "67891"}),
        Deployment("staging", {"A": "67900", "B": "67901"}),
    )
    (tmp_path / ".git").mkdir()
    texts, report = migrate(
        tmp_path, files, facts=Facts((*FACTS.jobs, staging, hourly)), deployments=deployments
    )
    assert not _of(report, "LDC204") and not report.left_for_a_person
    for path, own in (("a", "Nightly"), ("b", "Hourly")):
        assert f'"name": "{own}"' in texts[f"{path}/definitions.py"]
        assert f'"name": "{own} (staging)"' in texts[f"{path}/definitions.py"]


@pytest.mark.parametrize("name", ["workspace.yaml", "pyproject.toml"])
@pytest.mark.parametrize(
    "text",
    [
        "[" * 100_000,
        "- " * 100_000,
        "a = " + "[" * 100_000,
        "a: &a [*a]\n",
        "\xff",
        "tool = 1\n",
        "[tool]\ndagster = 1\n",
        "{}",
    ],
)
def test_what_cannot_be_read_stops_nothing(tmp_path: Path, name: str, text: str) -> None:
    names, report = _job_names(tmp_path, {**LOCATIONS, name: text})
    assert names == ["Nightly", "Nightly"]
    assert len(_of(report, "LDC204")) == 1


def test_a_pipe_stops_nothing(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "workspace.yaml")
    names, _ = _job_names(tmp_path, LOCATIONS)
    assert names == ["Nightly", "Nightly"]


def _of(report: Report, code: str) -> list[Finding]:
    return [finding for finding in report.findings if finding.code == code]
