"""What changes in dbt Cloud after `--to component` and `--to specs`: each place is named, and nothing there is overwritten."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from cli_runner import run
from rewriting import HOURLY, NEWEST, NIGHTLY, clean

from legacy_shim.codemods import pipeline
from legacy_shim.codemods.facts.jobs import Facts, Job
from legacy_shim.codemods.jobs_in_code import jobs_in_code
from legacy_shim.codemods.options import Options, Target

JOB = replace(NIGHTLY, execute_steps=("dbt seed", "dbt build --select tag:daily"))
OTHER = replace(HOURLY, execute_steps=("dbt build --select tag:hourly",))
LOAD = """\
from dagster import Definitions
from dagster_dbt import dbt_cloud_resource, load_assets_from_dbt_cloud_job

cloud = dbt_cloud_resource.configured({"auth_token": {"env": "TOKEN"}, "account_id": 12345})
models = load_assets_from_dbt_cloud_job(cloud, 67890)
"""
PROJECT = {
    "pyproject.toml": '[tool.dg.project]\nroot_module = "shop"\n',
    "src/shop/__init__.py": "",
    "src/shop/definitions.py": (
        "from pathlib import Path\n\nfrom dagster import definitions, load_from_defs_folder\n\n\n@definitions\ndef defs():\n"
        "    return load_from_defs_folder(path_within_project=Path(__file__).parent)\n"
    ),
    "src/shop/defs/__init__.py": "",
}
COMPONENT = "src/shop/defs/models/defs.yaml"


def options(jobs: tuple[Job, ...], to: Target) -> Options:
    return Options(facts=Facts(jobs), env={}, release=NEWEST, to=to)


def migrated(folder: Path, files: Mapping[str, str], to: Target, job: Job = JOB) -> None:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(clean(text))
    report = pipeline.write(pipeline.migrate([folder], options((job, OTHER), to)))
    assert not report.left_for_a_person


def changed(**fields: Any) -> Job:
    old = {name: getattr(JOB, name) for name in fields}
    earlier = {name: [list(value) if isinstance(value, tuple) else value] for name, value in old.items()}
    return replace(JOB, **fields, earlier=earlier)


def told(folder: Path, *jobs: Job, to: Target = "component") -> list[str]:
    """What a second migration says, by line."""
    report = pipeline.migrate([folder], options(jobs, to))
    # The workspace that the load left behind is that of the job, too: its name may follow.
    assert all(one.source.path.suffix == ".py" for one in report.changes)
    found = [one for one in report.findings if one.code == "LDC404"]
    return [
        f"{one.place.path.parent.name}/{one.place.path.name}:{one.place.line} {one.message}" for one in found
    ]


NOW: Mapping[str, tuple[Mapping[str, Any], str, str]] = {
    "name": ({"name": "Nightly 2"}, "adhoc_job_name:", "adhoc_job_name says 'Nightly', and it is 'Nightly 2' now"),
    "project": ({"project_id": 12}, "project_id:", "project_id says 11, and it is 12 now"),
    "environment": ({"environment_id": 23}, "environment_id:", "environment_id says 22, and it is 23 now"),
    "selection": (
        {"execute_steps": ("dbt seed", "dbt build --select tag:x")},
        "select:",
        "select says 'tag:daily', and it is 'tag:x' now",
    ),
    "exclusion, which is not written": (
        {"execute_steps": ("dbt seed", "dbt build --select tag:daily --exclude y")},
        "environment_id:",
        "exclude says '', and it is 'y' now",
    ),
    "words": (
        {"execute_steps": ("dbt seed", "dbt build --select tag:daily --full-refresh")},
        "- build",
        "cli_args says `build`, and it is `build`, `--full-refresh` now",
    ),
    "other commands": (
        {"execute_steps": ("dbt build --select tag:daily",)},
        "environment_id:",
        "the commands before and after its build have changed",
    ),
    "no longer served": (
        {"execute_steps": ("dbt build --select state:modified",)},
        "select:",
        "LDC305 the selection of job 67890 uses `state:`",
    ),
}  # fmt: skip


def test_each_value_of_a_component_that_is_out_of_date_is_named(tmp_path: Path) -> None:
    migrated(tmp_path, {**PROJECT, "src/shop/defs/dbt.py": LOAD}, "component")
    lines = (tmp_path / COMPONENT).read_text().splitlines()
    assert told(tmp_path, JOB, OTHER) == []
    for name, (fields, key, said) in NOW.items():
        number = next(number for number, line in enumerate(lines, 1) if key in line)
        found = told(tmp_path, changed(**fields), OTHER)
        assert any(line.startswith(f"models/defs.yaml:{number} job 67890: {said}") for line in found), (
            name,
            found,
        )
    gone = told(tmp_path, replace(JOB, is_gone=True), OTHER)
    assert len(gone) == 1 and "Nightly no longer exists in dbt Cloud" in gone[0]
    edited = "\n".join(lines).replace("tag:daily", "tag:x")
    (tmp_path / COMPONENT).write_text(edited)
    assert told(tmp_path, changed(**NOW["selection"][0]), OTHER) == []
    for text in ("attributes: [", "\x00", "- 1\n", "attributes:\n  workspace: 1\n", "[" * 90):
        (tmp_path / COMPONENT).write_text(text)
        assert told(tmp_path, changed(name="Nightly 2"), OTHER) == []


def test_a_component_that_was_brought_up_to_date_by_hand_is_named_no_longer(tmp_path: Path) -> None:
    migrated(tmp_path, {**PROJECT, "src/shop/defs/dbt.py": LOAD}, "component")
    now = changed(
        execute_steps=("dbt seed --full-refresh", "dbt build --select tag:daily", "dbt run-operation clean")
    )
    assert [line.partition(" ")[2] for line in told(tmp_path, now, OTHER)] == [
        "job 67890: the commands before and after its build have changed: write them into component.py"
    ]
    code = tmp_path / COMPONENT.replace("defs.yaml", "component.py")
    text = code.read_text().replace('["seed"]', '["seed", "--full-refresh"]')
    code.write_text(text)
    assert len(told(tmp_path, now, OTHER)) == 1
    code.write_text(
        text + '        list(self.workspace.cli(["run-operation", "clean"]).wait(timeout=float("inf")))\n'
    )
    assert told(tmp_path, now, OTHER) == []


def test_the_jobs_of_components_are_looked_up_again(tmp_path: Path) -> None:
    migrated(tmp_path, {**PROJECT, "src/shop/defs/dbt.py": LOAD}, "component")
    found = jobs_in_code([tmp_path], options((JOB,), "component"))
    assert [job.job_id for job in found.wanted] == [67890]
    held = {fact.column: fact.value for fact in found.written if fact.place.path.name == "defs.yaml"}
    wanted = {"": None, "project_id": 11, "environment_id": 22, "name": "Nightly", "select": "tag:daily"}
    assert held == {**wanted, "exclude": "", "selector": "", "command": ["build"]}


@pytest.mark.parametrize("to", ["decorator", "component"])
def test_a_later_load_shares_the_job_that_a_component_names(tmp_path: Path, to: Target) -> None:
    migrated(tmp_path, {**PROJECT, "src/shop/defs/dbt.py": LOAD}, "component")
    (tmp_path / "src/shop/defs/dbt.py").write_text("")
    later = LOAD.replace("67890", "67891").replace("models =", "hourly =")
    migrated(tmp_path, {"src/shop/defs/later.py": later}, to)
    text = (tmp_path / "src/shop/defs/later.py").read_text()
    assert 'adhoc_job_name="Nightly"' in text and "Hourly" not in text
    if to == "component":
        assert "adhoc_job_name: Nightly " in (tmp_path / "src/shop/defs/hourly/defs.yaml").read_text()


def test_specs_of_an_environment_that_a_job_has_left_are_named(tmp_path: Path) -> None:
    whole = replace(JOB, execute_steps=("dbt build",))
    migrated(tmp_path, {"shop/defs.py": LOAD + "defs = Definitions(assets=[models])\n"}, "specs", whole)
    assert "load_dbt_cloud_asset_specs" in (tmp_path / "shop/defs.py").read_text()
    assert told(tmp_path, whole, to="specs") == []
    (found,) = told(tmp_path, changed(environment_id=23), to="specs")
    assert found.startswith("shop/defs.py:") and "was in environment 22" in found and "in 23 now" in found
    text = (tmp_path / "shop/defs.py").read_text().replace("environment_id=22", "environment_id=PROD")
    (tmp_path / "shop/defs.py").write_text(f"PROD = 22\n{text}")
    (found,) = told(tmp_path, changed(environment_id=23), to="specs")
    assert "was in environment 22" in found


def test_lookup_says_that_it_has_no_job_to_look_up(tmp_path: Path) -> None:
    (tmp_path / "defs.yaml").write_text("attributes: {workspace: {project_id: 11, environment_id: 22}}\n")
    done = run(tmp_path, "lookup", ".")
    assert done.returncode == 0 and "names no dbt Cloud job" in done.stdout
