"""Runs of a real dbt project."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest
from emulator_support import ENVIRONMENT, HERE, JOB, PROJECT, Api, results

from legacy_shim.emulator import DbtCloud, DbtProject, Speed
from legacy_shim.emulator.profiles import NotADbtProject


@pytest.fixture
def job(real: Api) -> Iterator[dict[str, Any]]:
    yield real.cloud.add_job(
        JOB,
        project_id=PROJECT,
        environment_id=ENVIRONMENT,
        name="Nightly",
        execute_steps=["dbt run --select customers"],
        settings={"threads": 3},
    )
    del real.cloud.jobs[JOB]


def backend(cloud: DbtCloud, project: int = PROJECT) -> DbtProject:
    found = cloud.projects[project].backend
    assert isinstance(found, DbtProject)
    return found


@pytest.mark.usefixtures("job")
def test_artifacts_are_what_dbt_wrote(real: Api) -> None:
    run = real.run("dbt run --select customers", "dbt parse", generate_docs_override=True)
    assert run["is_success"]
    assert [step["name"] for step in run["run_steps"]] == [
        "Clone git repository",
        "Create profile from connection DuckDB",
        "Invoke dbt with `dbt deps`",
        "Invoke dbt with `dbt run --select customers`",
        "Invoke dbt with `dbt parse`",
        "Invoke dbt with `dbt docs generate`",
    ]
    assert "Running with dbt=" in run["run_steps"][3]["logs"]
    assert "[debug]" in run["run_steps"][3]["debug_logs"]
    assert results(real.artifact(run, "run_results.json", step=4)) == {"model.shop.customers": "success"}
    assert "model.shop.customers" in real.artifact(run, "catalog.json")["nodes"]
    assert run["has_docs_generated"]
    compiled = real("GET", f"runs/{run['id']}/artifacts/compiled/shop/models/marts/customers.sql?step=4")
    assert "1970-01-01" in compiled.text
    assert real.data(f"runs/{run['id']}/artifacts/?step=3") == []


def test_run_results_name_their_own_run(real: Api, job: dict[str, Any]) -> None:
    for _ in range(2):
        run = real.run()
        env = real.artifact(run, "run_results.json")["metadata"]["env"]
        assert (env["DBT_CLOUD_RUN_ID"], env["DBT_CLOUD_JOB_ID"]) == (str(run["id"]), str(job["id"]))


@pytest.mark.usefixtures("job")
def test_threads_target_and_schema(real: Api) -> None:
    run = real.run()
    assert "Concurrency: 3 threads (target='default')" in run["run_steps"][-1]["logs"]
    over = real.run(
        "dbt seed",
        "dbt run -s stg_orders",
        threads_override=2,
        target_name_override="ci",
        schema_override="elsewhere",
    )
    assert "Concurrency: 2 threads (target='ci')" in over["run_steps"][-1]["logs"]
    (result,) = real.artifact(over, "run_results.json")["results"]
    assert result["relation_name"] == '"warehouse"."elsewhere"."stg_orders"'
    with duckdb.connect(str(backend(real.cloud).work / "warehouse.duckdb"), read_only=True) as connection:
        assert connection.sql("select count(*) from elsewhere.stg_orders").fetchall() == [(3,)]


def test_the_profile_of_the_project_is_taken(real: Api) -> None:
    wide = next(job for job in real.cloud.jobs.values() if job["name"] == "record wide")
    run = real.run("dbt run --select dim_part.v1", job_id=wide["id"], target_name_override="prod")
    (result,) = real.artifact(run, "run_results.json")["results"]
    assert result["relation_name"] == '"wide"."house_prod"."dim_part_v1"'
    assert not (HERE / "dbt_project_wide" / "wide.duckdb").exists(), "the project's own folder was written to"


@pytest.mark.usefixtures("job")
def test_dbt_vars_reach_dbt(real: Api) -> None:
    run = real.run("""dbt run --select customers --vars '{"run_date": "2024-02-29"}'""")
    (result,) = real.artifact(run, "run_results.json")["results"]
    assert "2024-02-29" in result["compiled_code"]


@pytest.mark.usefixtures("job")
def test_a_failing_command_skips_the_rest(real: Api) -> None:
    run = real.run(
        "dbt run --select customers", "dbt run --no-such-option", "dbt build", generate_docs_override=True
    )
    assert run["is_error"]
    assert [step["status_humanized"] for step in run["run_steps"]] == ["Success"] * 4 + ["Error"]
    assert "No such option" in run["run_steps"][-1]["logs"]
    assert results(real.artifact(run, "run_results.json", step=4)) == {"model.shop.customers": "success"}
    assert real.run()["is_success"], "the worker serves on"


def test_environment_variables_reach_dbt_and_the_nearest_level_wins(
    real: Api, job: dict[str, Any], shop_folder: Path
) -> None:
    models, command = shop_folder / "models", "dbt run --select told more zap"
    (models / "told.sql").write_text(
        "select '{{ env_var(\"DBT_COLOUR\") }}' as colour, '{{ env_var(\"DBT_CLOUD_JOB_ID\") }}' as job"
    )
    (models / "zap.sql").write_text("select 0 as zero")
    try:
        real.cloud.add_environment_variable(PROJECT, "DBT_COLOUR", "red")
        first = real.run(command)
        real.cloud.add_environment_variable(PROJECT, "DBT_COLOUR", "blue", job_id=job["id"])
        (models / "zap.sql").unlink()
        (models / "more.sql").write_text("select 1 as one")
        second = real.run(command)
    finally:  # what is left here would be in every later run
        for name in ("told", "zap", "more"):
            (models / f"{name}.sql").unlink(missing_ok=True)
        real.cloud.environment_variables.clear()
    found = {r["unique_id"]: r for r in real.artifact(first, "run_results.json")["results"]}
    assert found.keys() == {"model.shop.told", "model.shop.zap"}
    assert found["model.shop.told"]["compiled_code"] == f"select 'red' as colour, '{JOB}' as job"
    found = {r["unique_id"]: r for r in real.artifact(second, "run_results.json")["results"]}
    assert found.keys() == {"model.shop.told", "model.shop.more"}, "a run sees the project as it is then"
    assert "'blue'" in found["model.shop.told"]["compiled_code"]
    assert not (shop_folder / "target").exists(), "the project's own folder was written to"


@pytest.mark.usefixtures("job")
def test_cancelling_kills_dbt_and_the_next_run_works(real: Api, shop_folder: Path, tmp_path: Path) -> None:
    slow, started = shop_folder / "models" / "slow.sql", tmp_path / "started.csv"
    slow.write_text(
        f"""{{{{ config(materialized="table", pre_hook="copy (select 1) to '{started}'") }}}}
        select count(*) as n from range(200000) a, range(200000) b where a.range % 7 = b.range % 11"""
    )
    speed, real.cloud.speed = real.cloud.speed, Speed()
    deadline = time.monotonic() + 120
    try:
        run = real.trigger(JOB, "dbt run --select slow")
        while not started.exists():  # cancelled earlier, dbt would not have been started
            assert time.monotonic() < deadline
            time.sleep(0.05)
        worker = backend(real.cloud)._worker
        assert worker is not None
        shown = real("POST", f"runs/{run['id']}/cancel/").json()["data"]
    finally:
        real.cloud.speed = speed
        slow.unlink()  # what is left here would be in every later run
    while worker.is_alive:  # ended by the thread that follows the run, once it sees that the run is cancelled
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert shown["status_humanized"] == "Cancelled"
    steps = real.data(f"runs/{run['id']}/?include_related=run_steps")["run_steps"]
    assert steps[-1]["status_humanized"] == "Cancelled"
    assert real.run()["is_success"]


def test_closing_removes_what_was_made() -> None:
    project = DbtProject(HERE / "dbt_project")
    work = project.work
    project.warm_up()
    worker = project._worker
    assert worker is not None
    assert worker.is_alive
    project.close()
    assert not worker.is_alive
    assert not work.exists()


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (None, "no dbt_project.yml"),
        ("- a", "not a YAML mapping"),
        ("a: [", "not YAML"),
        ("a: 1", "has no name"),
    ],
)
def test_a_folder_that_is_no_project(tmp_path: Path, content: str | None, error: str) -> None:
    if content is not None:
        (tmp_path / "dbt_project.yml").write_text(content)
    with pytest.raises(NotADbtProject, match=error):
        DbtProject(tmp_path)
    with pytest.raises(FileNotFoundError):
        DbtProject(tmp_path / "absent")
