"""`--to specs`: loads that only dbt Cloud runs become asset specs with the sensor; others are functions, with the reason."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from rewriting import HOURLY, NEWEST, NIGHTLY, clean

from legacy_shim.codemods import pipeline
from legacy_shim.codemods.facts.deployments import Deployment
from legacy_shim.codemods.facts.jobs import Facts
from legacy_shim.codemods.options import Options, Target
from legacy_shim.codemods.reporting.report import Report

WHOLE = replace(NIGHTLY, execute_steps=("dbt seed", "dbt build"), triggers={"schedule": True})
OTHER = replace(HOURLY, execute_steps=("dbt build",))
BEFORE = """
    from dagster import Definitions
    from dagster_dbt import dbt_cloud_resource, load_assets_from_dbt_cloud_job

    dbt_cloud = dbt_cloud_resource.configured({"auth_token": {"env": "TOKEN"}, "account_id": 12345})

    # What the shop sells.
    models = load_assets_from_dbt_cloud_job(
        dbt_cloud=dbt_cloud,
        job_id=67890,  # nightly
        # One group for each schema.
        node_info_to_group_fn=lambda node: node["schema"],
    )

    defs = Definitions(assets=[models], resources={"dbt_cloud": dbt_cloud})
"""
AFTER = """
    import os

    from dagster import Definitions
    from dagster_dbt import DagsterDbtTranslator
    from dagster_dbt.cloud_v2 import (
        DbtCloudCredentials,
        DbtCloudWorkspace,
        build_dbt_cloud_polling_sensor,
        load_dbt_cloud_asset_specs,
    )

    dbt_cloud = DbtCloudWorkspace(
        credentials=DbtCloudCredentials(
            account_id=12345,
            token=os.environ["TOKEN"],
            access_url="https://cloud.getdbt.com",
        ),
        project_id=11,
        environment_id=22,
    )


    # What the shop sells.
    # nightly
    class DbtCloudJob67890Translator(DagsterDbtTranslator):
        def get_group_name(self, dbt_resource_props):
            return dbt_resource_props["schema"]


    models = load_dbt_cloud_asset_specs(
        workspace=dbt_cloud,
        # One group for each schema.
        dagster_dbt_translator=DbtCloudJob67890Translator(),
    )
    dbt_cloud_polling_sensor = build_dbt_cloud_polling_sensor(
        workspace=dbt_cloud,
        dagster_dbt_translator=DbtCloudJob67890Translator(),
    )

    defs = Definitions(assets=[*models], resources={"dbt_cloud": dbt_cloud}, sensors=[dbt_cloud_polling_sensor])
"""
HEAD = """
    from dagster import *
    from dagster_dbt import dbt_cloud_resource, load_assets_from_dbt_cloud_job
    cloud = dbt_cloud_resource("t", 12345)
"""
ONE = HEAD + "    models = load_assets_from_dbt_cloud_job(cloud, 67890)\n"
PLACED = ONE + "    defs = Definitions(assets=[models])\n"


def migrated(
    folder: Path, files: Mapping[str, str], *jobs: object, to: Target = "specs", **more: object
) -> tuple[dict[str, str], Report]:
    for name, text in files.items():
        (folder / name).write_text(clean(text))
    facts = Facts(jobs or (WHOLE, OTHER))  # type: ignore[arg-type]
    options = Options(facts=facts, release=NEWEST, to=to, **{"env": {}, **more})  # type: ignore[arg-type]
    report = pipeline.write(pipeline.migrate([folder], options))
    return {name: (folder / name).read_text() for name in files}, report


def test_a_load_becomes_specs_with_a_sensor(tmp_path: Path) -> None:
    texts, report = migrated(tmp_path, {"program.py": BEFORE})
    assert texts["program.py"] == clean(AFTER)
    codes = {finding.code for finding in report.findings}
    assert codes == {"LDC201", "LDC203", "LDC206", "LDC209", "LDC221", "LDC227", "LDC230"}
    (told,) = (finding.message for finding in report.findings if finding.code == "LDC230")
    assert told.startswith("only dbt Cloud runs job 67890; its schedule is on;")
    assert report.sites.kept == 0


def test_each_place_of_the_assets_gets_all_of_the_specs(tmp_path: Path) -> None:
    texts, _ = migrated(
        tmp_path,
        {
            "shop.py": ONE,
            "definitions.py": """
                from dagster import Definitions
                from shop import models

                defs = Definitions(assets=[models, *[]], sensors=[])
            """,
        },
    )
    assert texts["definitions.py"] == clean("""
        from dagster import Definitions
        from shop import dbt_cloud_polling_sensor, models

        defs = Definitions(assets=[*models, *[]], sensors=[dbt_cloud_polling_sensor])
    """)


def test_a_list_that_is_given_later_holds_the_specs(tmp_path: Path) -> None:
    program = ONE + "    everything = [models, 1]\n    defs = Definitions(assets=everything)\n"
    texts, _ = migrated(tmp_path, {"program.py": program})
    assert texts["program.py"].endswith(
        clean("""
        everything = [*models, 1]
        defs = Definitions(assets=everything, sensors=[dbt_cloud_polling_sensor])
    """)
    )


def test_a_load_inside_definitions_gets_a_name(tmp_path: Path) -> None:
    program = HEAD + "    defs = Definitions(assets=[load_assets_from_dbt_cloud_job(cloud, 67890)])\n"
    texts, _ = migrated(tmp_path, {"program.py": program})
    assert texts["program.py"].endswith(
        clean("""
        dbt_cloud_job_67890 = load_dbt_cloud_asset_specs(workspace=cloud)
        dbt_cloud_polling_sensor = build_dbt_cloud_polling_sensor(workspace=cloud)
        defs = Definitions(assets=[*dbt_cloud_job_67890], sensors=[dbt_cloud_polling_sensor])
    """)
    )


def test_a_schedule_that_is_off_is_said_to_leave_the_assets_without_runs(tmp_path: Path) -> None:
    _, report = migrated(tmp_path, {"program.py": PLACED}, replace(WHOLE, triggers={"schedule": False}))
    (told,) = (finding.message for finding in report.findings if finding.code == "LDC230")
    assert "its schedule is OFF: turn it on in dbt Cloud" in told


LOAD = "    models = load_assets_from_dbt_cloud_job(cloud, 67890{more})\n    defs = Definitions(assets=[models])\n"
UNFIT = {
    "a part of the project": (PLACED, [NIGHTLY], "builds a part of its project"),
    "models alone": (PLACED, [replace(WHOLE, execute_steps=("dbt run",))], "builds a part of its project"),
    "partitions": (
        HEAD + LOAD.format(more=", partitions_def=StaticPartitionsDefinition(['a'])"),
        [],
        "an observed asset has no partitions",
    ),
    "automation": (
        HEAD + LOAD.format(more=", node_info_to_auto_materialize_policy_fn=lambda node: policy"),
        [],
        "Dagster materialize the assets",
    ),
    "an asset job": (
        PLACED + "    nightly = define_asset_job('nightly')\n",
        [],
        "program.py:6 may have Dagster materialize assets",
    ),
    "a schedule of assets": (
        PLACED + "    nightly = ScheduleDefinition('n', target=\"*\", cron_schedule='@daily')\n",
        [],
        "program.py:6 may have Dagster materialize assets",
    ),
    "two loads of an environment": (
        HEAD
        + "    a = load_assets_from_dbt_cloud_job(cloud, 67890)\n"
        + "    b = load_assets_from_dbt_cloud_job(cloud, 67891, lambda node: node['name'])\n"
        + "    defs = Definitions(assets=[a, b])\n",
        [],
        "shares its environment",
    ),
    "a workspace of the environment": (
        PLACED
        + "    from dagster_dbt.cloud_v2 import DbtCloudWorkspace\n"
        + "    old = DbtCloudWorkspace(credentials=c, project_id=11, environment_id=22)\n",
        [],
        "the workspace at program.py:7 is in its environment",
    ),
    "a function": (
        HEAD
        + "    def make():\n        models = load_assets_from_dbt_cloud_job(cloud, 67890)\n"
        + "        return Definitions(assets=[models])\n    defs = make()\n",
        [],
        "it is loaded in a function",
    ),
    "a branch": (
        HEAD
        + "    models = []\n    if cloud:\n        models = load_assets_from_dbt_cloud_job(cloud, 67890)\n"
        + "    defs = Definitions(assets=[models])\n",
        [],
        "it is loaded in a branch",
    ),
    "a selection": (
        ONE + "    defs = Definitions(assets=[models], jobs=[build_job(models)])\n",
        [],
        "",
    ),
    "no definitions": (ONE, [], "no Definitions was found"),
    "sensors out of sight": (
        ONE + "    defs = Definitions(assets=[models], sensors=mine)\n",
        [],
        "no sensor can be given to Definitions",
    ),
    "materialized by hand": (
        PLACED + "    if __name__ == '__main__':\n        materialize([models])\n",
        [],
        "program.py:7 may have Dagster materialize assets",
    ),
    "a repository": (
        ONE + "    @repository\n    def shop():\n        return [models]\n",
        [],
        "the assets are used otherwise",
    ),
}


@pytest.mark.parametrize("name", UNFIT)
def test_what_does_not_fit_is_what_it_is_without_the_option(tmp_path: Path, name: str) -> None:
    program, jobs, why = UNFIT[name]
    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()
    texts, report = migrated(tmp_path / "one", {"program.py": program}, *jobs)
    usual, _ = migrated(tmp_path / "two", {"program.py": program}, *jobs, to="decorator")
    assert texts == usual
    if why:
        told = [finding.message for finding in report.findings if finding.code == "LDC311"]
        assert told, [finding.message for finding in report.findings]
        assert all(why in message for message in told), told


def test_an_asset_job_in_a_file_that_names_nothing_of_dbt_is_seen(tmp_path: Path) -> None:
    jobs = (
        "from dagster import define_asset_job\n\n# materialize\nall_of_it = define_asset_job('all_of_it')\n"
    )
    _, report = migrated(tmp_path, {"program.py": PLACED, "jobs.py": jobs})
    (told,) = (finding.message for finding in report.findings if finding.code == "LDC311")
    assert told.startswith("jobs.py:4 may have Dagster materialize assets")


def test_a_load_waits_for_its_facts(tmp_path: Path) -> None:
    texts, report = migrated(tmp_path, {"program.py": PLACED}, OTHER)
    assert "load_assets_from_dbt_cloud_job(cloud, 67890)" in texts["program.py"]
    assert "LDC401" in {finding.code for finding in report.findings}
    again, _ = migrated(tmp_path, {}, WHOLE)
    assert "load_dbt_cloud_asset_specs(workspace=cloud)" in (tmp_path / "program.py").read_text()
    assert again == {}


def test_jobs_that_deployments_have_otherwise_are_functions(tmp_path: Path) -> None:
    program = """
        import os
        from dagster import *
        from dagster_dbt import dbt_cloud_resource, load_assets_from_dbt_cloud_job
        cloud = dbt_cloud_resource("t", 12345)
        models = load_assets_from_dbt_cloud_job(cloud, int(os.environ["JOB"]))
        defs = Definitions(assets=[models])
    """
    two = (Deployment("prod", {"JOB": "67890"}), Deployment("staging", {"JOB": "67891"}))
    _, report = migrated(tmp_path, {"program.py": program}, deployments=two)
    (told,) = (finding.message for finding in report.findings if finding.code == "LDC311")
    assert told == "deployments run different jobs here: job 67890 in prod, job 67891 in staging"
