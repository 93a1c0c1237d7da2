"""The user's expressions where the new code takes them: they mean there what they meant."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from rewriting import NIGHTLY, migrate, migrate_one

from legacy_shim.codemods.facts.jobs import Facts

HEAD = """
from dagster import *
from dagster_dbt import DbtCloudClientResource, load_assets_from_dbt_cloud_job
cloud = DbtCloudClientResource(auth_token="t", account_id=12345)
PATIENT = True
"""
LOAD = """
models = load_assets_from_dbt_cloud_job(cloud, 67890, {argument})
defs = Definitions([models])
"""


@pytest.mark.parametrize("limit", ["None if PATIENT else 600", "PATIENT and 600", "LIMIT or 600"])
def test_a_limit_that_is_chosen_stays_one_choice(tmp_path: Path, limit: str) -> None:
    text, _ = migrate_one(
        tmp_path,
        HEAD
        + f"""
@op(required_resource_keys={{"cloud"}})
def run(context):
    context.resources.cloud.run_job_and_poll(67890, poll_timeout={limit})

@job(resource_defs={{"cloud": cloud}})
def nightly():
    run()
""",
    )
    assert f'poll_timeout=({limit}) or float("inf")' in text


@pytest.mark.parametrize(
    "argument",
    [
        "node_info_to_group_fn=one if PATIENT else two",
        "node_info_to_group_fn=one or two",
        "node_info_to_asset_key=one if PATIENT else two",
    ],
)
def test_a_function_that_is_chosen_is_chosen_before_it_is_called(tmp_path: Path, argument: str) -> None:
    text, _ = migrate_one(
        tmp_path,
        HEAD + "one = two = lambda node: node['name']\n" + LOAD.format(argument=argument),
    )
    name = "asset_key_fn" if "asset_key" in argument else "group_fn"
    assert f"\n{name} = {argument.partition('=')[2]}\n" in text
    assert f"{name}(dbt_resource_props)" in text


def test_a_lambda_of_several_lines_keeps_its_lines_together(tmp_path: Path) -> None:
    text, _ = migrate_one(
        tmp_path,
        HEAD
        + LOAD.format(argument='node_info_to_group_fn=lambda node: node["name"]\n    .lower()\n    .strip()'),
    )
    assert "legacy_shim" not in text
    compile(text, "program.py", "exec")
    assert 'return (dbt_resource_props["name"]\n' in text


@pytest.mark.parametrize(
    ("command", "told"),
    [
        ("dbt build --select state:modified+", "state:"),
        ("dbt build --select 1+path:models/marts", "path:"),
        ("dbt build --select models/marts", "models/marts"),
        ("dbt build --select tag:a,access:public", "access:"),
        ("dbt build --exclude version:old", "version:"),
        ("dbt build --select package:this", "package:this"),
        ("dbt build --selector daily --exclude tag:a", "--selector beside --exclude"),
        ("dbt build --select tag:a --exclude test_name:unique", "test_name:"),
        ("dbt build --select test_name:not_null+", "test_name:"),
        ("dbt build --select tag:a test_type:singular", "test_type:"),
        ("dbt build --exclude +test_type:generic", "test_type:"),
        ("dbt build --exclude source_status:fresher+", "source_status:"),
        ("dbt build --select dim.v1+", "dim.v1"),
        ("dbt build --select selector:nightly", "selector:"),
    ],
)
def test_a_selection_that_only_dbt_can_evaluate_is_kept(tmp_path: Path, command: str, told: str) -> None:
    job = replace(NIGHTLY, execute_steps=(command,))
    program = {"program.py": HEAD + LOAD.format(argument="")}
    texts, report = migrate(tmp_path, program, facts=Facts((job,)))
    (message,) = [finding.message for finding in report.findings if finding.code == "LDC305"]
    assert f"uses `{told}`" in message
    assert "from legacy_shim import" in texts["program.py"] and "cloud_v2" not in texts["program.py"]


@pytest.mark.parametrize(
    "command",
    [
        "dbt build --select tag:daily,config.materialized:table",
        "dbt build --select file:orders.sql+",
        "dbt build --select marts.* @orders",
        "dbt build --select +exposure:board 2+metric:total+1 saved_query:daily+ package:shop,group:finance",
        "dbt build --exclude config.severity:warn resource_type:test source:raw+ unit_test:a",
    ],
)
def test_a_selection_that_v2_evaluates_as_dbt_does_is_migrated(tmp_path: Path, command: str) -> None:
    job = replace(NIGHTLY, execute_steps=(command,))
    text, codes = migrate_one(tmp_path, HEAD + LOAD.format(argument=""), facts=Facts((job,)))
    assert "LDC305" not in codes
    assert "@dbt_cloud_assets(" in text


def test_attributes_of_outputs_in_strings_follow(tmp_path: Path) -> None:
    text, _ = migrate_one(
        tmp_path,
        HEAD
        + """
@op(required_resource_keys={"cloud"})
def run(context):
    context.log.info(f"Ran {context.resources.cloud.run_job_and_poll(67890).run_id}")
    output = context.resources.cloud.run_job_and_poll(67890)
    context.log.info(f'''é {output.run_id:>10}
    and {output.run_details["id"]!r}''' f'{output.job_id}')

@job(resource_defs={"cloud": cloud})
def nightly():
    run()
""",
    )
    assert "Ran {run_job(context.resources.cloud.get_client(), 67890)['id']}" in text
    assert (
        """f'''é {output["id"]:>10}\n    and {output["id"]!r}''' f'{output["job_definition_id"]}'""" in text
    )
    compile(text, "program.py", "exec")


@pytest.mark.parametrize(
    ("function", "is_guarded"),
    [
        ('lambda node: node["name"]', False),
        ('lambda node: node["meta"].get("team")', False),
        ('lambda node: "all"', False),
        ("default_group_from_dbt_resource_props", False),
        ('lambda node: node["config"]["materialized"]', True),
        ('lambda node: node["alias"]', True),
        ("lambda node: team_of(node)", True),
        ("team_of", True),
    ],
)
def test_sources_are_not_asked_what_they_lack(tmp_path: Path, function: str, *, is_guarded: bool) -> None:
    text, _ = migrate_one(
        tmp_path,
        HEAD
        + "from dagster_dbt import default_group_from_dbt_resource_props\n"
        + 'def team_of(node):\n    return node["alias"]\n'
        + LOAD.format(argument=f"node_info_to_group_fn={function}"),
    )
    assert ('if dbt_resource_props["resource_type"] == "source":' in text) is is_guarded
