"""What is written fits the dagster-dbt that the code will run with."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from cli_runner import run
from rewriting import FACTS, NIGHTLY, migrate, migrate_one

from legacy_shim.codemods.errors import UsageError
from legacy_shim.codemods.facts.jobs import Facts
from legacy_shim.codemods.facts.release import Release, installed_release, read_release

HEAD = """from dagster import Definitions, DailyPartitionsDefinition, job, op
from dagster_dbt import dbt_cloud_resource, dbt_cloud_run_op, load_assets_from_dbt_cloud_job

cloud = dbt_cloud_resource.configured({"auth_token": "t", "account_id": 12345})
"""
OP = """
@op(required_resource_keys={"dbt_cloud"})
def one(context):
    %s

@job(resource_defs={"dbt_cloud": cloud})
def by_hand():
    one()
"""
PARTITIONED = """
models = load_assets_from_dbt_cloud_job(
    cloud, 67890, partitions_def=DailyPartitionsDefinition("2024-01-01"), partition_key_to_vars_fn=lambda key: {"k": key}
)
defs = Definitions(assets=[models])
"""
PLAIN = "models = load_assets_from_dbt_cloud_job(cloud, 67890)\ndefs = Definitions(assets=[models])\n"
GRANTS = Facts(
    (replace(NIGHTLY, execute_steps=("dbt build", "dbt run-operation grant --args '{role: all}'")),)
)


@pytest.mark.parametrize(
    ("body", "facts", "last", "first"),
    [
        (PARTITIONED, FACTS, (0, 28, 19), (0, 28, 20)),
        (PLAIN, GRANTS, (0, 28, 19), (0, 28, 20)),
        (OP % "return context.resources.dbt_cloud.cancel_run(1)", FACTS, (0, 29, 5), (0, 29, 6)),
        (
            OP % 'return context.resources.dbt_cloud.get_run(1, include_related=["job"])',
            FACTS,
            (0, 28, 5),
            (0, 28, 6),
        ),
        (
            OP % "return context.resources.dbt_cloud.run_job_and_poll(67890).job_name",
            FACTS,
            (0, 28, 5),
            (0, 28, 6),
        ),
    ],
)
def test_what_a_release_does_not_have_stays_on_the_facade(
    tmp_path: Path, body: str, facts: Facts, last: tuple[int, ...], first: tuple[int, ...]
) -> None:
    kept, codes = migrate_one(tmp_path / "last", HEAD + body, facts=facts, release=Release(last))
    assert "LDC309" in codes
    assert "cloud = dbt_cloud_resource.configured" in kept
    gone, codes = migrate_one(tmp_path / "first", HEAD + body, facts=facts, release=Release(first))
    assert "LDC309" not in codes
    assert "legacy_shim" not in gone


def test_runs_come_without_what_belongs_to_them_where_it_cannot_be_asked_for(tmp_path: Path) -> None:
    body = 'run_it = dbt_cloud_run_op.configured({"job_id": 67890}, name="run_it")\n' + (
        OP % "return [context.resources.dbt_cloud.run_job_and_poll(67890)]"
    )
    for name, release, is_asked_for in (("old", (0, 28, 5), False), ("new", (0, 28, 6), True)):
        text, codes = migrate_one(tmp_path / name, HEAD + body, release=Release(release))
        assert "legacy_shim" not in text
        assert text.count("include_related=") == (2 if is_asked_for else 0)
        assert "LDC213" in codes


RUN_OP = """
run = dbt_cloud_run_op.configured({"job_id": 67890}, name="run")


@job(resource_defs={"dbt_cloud": cloud})
def by_hand():
    run()
"""
TERMINATED = "the run goes on in dbt Cloud when its Dagster run is terminated"


@pytest.mark.parametrize(
    "body",
    [
        PLAIN,
        RUN_OP,
        OP % "context.resources.dbt_cloud.run_job_and_poll(67890)",
        OP % "return [context.resources.dbt_cloud.run_job_and_poll(67890)]",
    ],
    ids=["load", "op", "statements", "function"],
)
def test_a_run_that_is_terminated_is_reported_where_v2_cannot_cancel_it(tmp_path: Path, body: str) -> None:
    for name, release in (("old", (0, 29, 5)), ("new", (0, 29, 6))):
        text, report = migrate(tmp_path / name, {"program.py": HEAD + body}, release=Release(release))
        assert "legacy_shim" not in text["program.py"]
        said = [each.message for each in report.findings if each.code == "LDC216"]
        assert [one.startswith(TERMINATED) for one in said] == [True] * (name == "old")


def test_the_version_is_read_as_it_is_written() -> None:
    assert read_release("0.28") == Release((0, 28, 0))
    assert read_release("0.29.27") == Release((0, 29, 27))
    assert read_release("0.30.0rc1") == Release((0, 30, 0))
    for text in ("newest", "", "1", "0.27.16", "0.x"):
        with pytest.raises(UsageError, match=r"0\.28"):
            read_release(text)
    assert installed_release().version >= (0, 28)


def test_the_command_line_takes_the_version(tmp_path: Path) -> None:
    (tmp_path / "program.py").write_text(HEAD + PARTITIONED)
    old = run(tmp_path, "migrate", ".", "--check", "--dagster-dbt", "0.28.3")
    assert "takes no `partitions_def` in dagster-dbt 0.28.3; it does since 0.28.20" in old.stdout
    new = run(tmp_path, "migrate", ".", "--check", "--dagster-dbt", "0.29.27")
    assert "LDC309" not in new.stdout
    wrong = run(tmp_path, "migrate", ".", "--check", "--dagster-dbt", "0.27")
    assert wrong.returncode == 2
    assert "v2 needs dagster-dbt 0.28 or later" in wrong.stderr
