"""Runs of a real dbt project."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest
from conftest import ACCOUNT, ENVIRONMENT, HERE, JOB, PROJECT, Api, results

from legacy_shim.emulator import DbtCloud, DbtProject, Server, Speed
from legacy_shim.emulator.profiles import NotADbtProject


@pytest.fixture
def job(real: Api) -> Iterator[dict[str, Any]]:
    yield real.cloud.add_job(
        JOB,
        project_id=PROJECT,
        environment_id=ENVIRONMENT,
        name="Nightly",
        execute_steps=["dbt run --select customers"],
        settings={"threads": 3, "target_name": "prod"},
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
    assert "Concurrency: 3 threads (target='prod')" in run["run_steps"][-1]["logs"]
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


@pytest.fixture(scope="module")
def mini(real_server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A dbt project that tests may change, with the job 42."""
    folder = tmp_path_factory.mktemp("mini")
    (folder / "models").mkdir()
    (folder / "dbt_project.yml").write_text("name: mini\nversion: '1.0'\nprofile: mini\n")
    cloud, project = real_server.cloud, DbtProject(folder)
    cloud.add_project(40, account_id=ACCOUNT, backend=project)
    cloud.add_environment(41, project_id=40)
    cloud.add_job(42, project_id=40, environment_id=41, name="mini", execute_steps=["dbt build"])
    yield folder
    project.close()
    del cloud.projects[40], cloud.environments[41], cloud.jobs[42]


def test_environment_variables_reach_dbt_and_the_nearest_level_wins(real: Api, mini: Path) -> None:
    told = mini / "models" / "told.sql"
    told.write_text(
        "select '{{ env_var(\"DBT_COLOUR\") }}' as colour, '{{ env_var(\"DBT_CLOUD_JOB_ID\") }}' as job"
    )
    real.cloud.add_environment_variable(40, "DBT_COLOUR", "red")
    (mini / "models" / "zap.sql").write_text("select 0 as zero")
    first = real.run(job_id=42)
    (mini / "models" / "zap.sql").unlink()
    real.cloud.add_environment_variable(40, "DBT_COLOUR", "blue", job_id=42)
    (mini / "models" / "more.sql").write_text("select 1 as one")
    second = real.run(job_id=42)
    found = {r["unique_id"]: r for r in real.artifact(first, "run_results.json")["results"]}
    assert found["model.mini.told"]["compiled_code"] == "select 'red' as colour, '42' as job"
    assert "model.mini.zap" in found
    found = {r["unique_id"]: r for r in real.artifact(second, "run_results.json")["results"]}
    assert "'blue'" in found["model.mini.told"]["compiled_code"]
    assert found.keys() == {"model.mini.told", "model.mini.more"}, "a run sees the project as it is then"
    assert not (mini / "target").exists()


def test_cancelling_kills_dbt_and_the_next_run_works(real: Api, mini: Path) -> None:
    slow = mini / "models" / "slow.sql"
    slow.write_text(
        "select count(*) as n from range(200000) a, range(200000) b where a.range % 7 = b.range % 11"
    )
    speed, real.cloud.speed = real.cloud.speed, Speed()
    run = real.trigger(42)
    deadline = time.monotonic() + 40
    while len(real.data(f"runs/{run['id']}/?include_related=run_steps")["run_steps"]) < 4:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    worker = backend(real.cloud, 40)._worker
    assert worker is not None
    shown = real("POST", f"runs/{run['id']}/cancel/").json()["data"]
    real.cloud.speed = speed
    assert shown["status_humanized"] == "Cancelled"
    assert not worker.is_alive
    steps = real.data(f"runs/{run['id']}/?include_related=run_steps")["run_steps"]
    assert steps[-1]["status_humanized"] == "Cancelled"
    slow.write_text("select 1 as n")
    assert real.run(job_id=42)["is_success"]


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
