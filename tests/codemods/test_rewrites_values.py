"""Values that travel: outputs, annotated helpers, resources by key, texts that name legacy modules."""

from __future__ import annotations

from pathlib import Path

import pytest
from rewriting import migrate, migrate_one

HEAD = """
from typing import Any
from dagster import *
from dagster_dbt import DbtCloudClientResource, dbt_cloud_run_op
from dagster_dbt.cloud.resources import DbtCloudClient
from dagster_dbt.cloud.types import DbtCloudOutput
cloud = DbtCloudClientResource(auth_token="t", account_id=12345)
"""


@pytest.mark.parametrize("inner", ["object", "Any", "DbtCloudClientResource", "DbtCloudClient"])
def test_a_resource_parameter_is_known_by_its_key(tmp_path: Path, inner: str) -> None:
    text, _ = migrate_one(
        tmp_path,
        HEAD
        + f"@asset\ndef one(dbt_cloud: ResourceParam[{inner}]):\n    return dbt_cloud.get_job(67890)\n"
        + 'defs = Definitions([one], resources={"dbt_cloud": cloud})\n',
    )
    assert "return dbt_cloud.get_client().get_job_details(67890)" in text
    assert "legacy_shim" not in text


@pytest.mark.parametrize(
    "decorator",
    [
        "run_failure_sensor",
        "run_status_sensor(run_status=DagsterRunStatus.SUCCESS)",
        "multi_asset_sensor(monitored_assets=AssetSelection.all())",
        "observable_source_asset",
        "multi_observable_source_asset(specs=[AssetSpec('a')])",
        "multi_asset_check(specs=[AssetCheckSpec('a', asset='b')])",
    ],
)
def test_a_resource_parameter_is_known_wherever_dagster_fills_it(tmp_path: Path, decorator: str) -> None:
    text, _ = migrate_one(
        tmp_path,
        HEAD
        + f"@{decorator}\ndef one(context, dbt_cloud: DbtCloudClientResource):\n"
        + "    return dbt_cloud.get_job(67890)\n"
        + 'defs = Definitions(sensors=[one], resources={"dbt_cloud": cloud})\n',
    )
    assert "def one(context, dbt_cloud: DbtCloudWorkspace):" in text
    assert "return dbt_cloud.get_client().get_job_details(67890)" in text
    assert "legacy_shim" not in text


def test_a_resource_parameter_is_known_in_quotes(tmp_path: Path) -> None:
    text, _ = migrate_one(
        tmp_path,
        HEAD
        + '@asset\ndef one(dbt_cloud: "DbtCloudClientResource"):\n    return dbt_cloud.get_dbt_client().get_job(1)\n'
        + 'defs = Definitions([one], resources={"dbt_cloud": cloud})\n',
    )
    assert 'def one(dbt_cloud: "DbtCloudWorkspace"):' in text
    assert "DbtCloudClientResource" not in text


def test_a_resource_parameter_of_another_key_is_not_touched(tmp_path: Path) -> None:
    text, _ = migrate_one(
        tmp_path,
        HEAD
        + "@asset\ndef one(warehouse: ResourceParam[object]):\n    return warehouse.get_job(67890)\n"
        + 'defs = Definitions([one], resources={"dbt_cloud": cloud, "warehouse": object()})\n',
    )
    assert "return warehouse.get_job(67890)" in text
    assert "cloud = DbtCloudWorkspace(" in text


def test_annotations_follow_what_they_annotate(tmp_path: Path) -> None:
    text, _ = migrate_one(
        tmp_path,
        HEAD
        + """
def make() -> DbtCloudClientResource:
    return DbtCloudClientResource(auth_token="t", account_id=12345)

named: DbtCloudClientResource = make()

def helper(resource: DbtCloudClientResource, client: "DbtCloudClient | None" = None) -> DbtCloudOutput:
    client = resource.get_dbt_client()
    output = client.run_job_and_poll(67890)
    return output

def of_client(client: DbtCloudClient):
    return client.get_run(1)

@asset
def one(dbt_cloud: DbtCloudClientResource):
    of_client(dbt_cloud.get_dbt_client())
    return helper(dbt_cloud).is_successful

defs = Definitions([one], resources={"dbt_cloud": named})
""",
    )
    assert "def make() -> DbtCloudWorkspace:" in text
    assert "named: DbtCloudWorkspace = make()" in text
    assert "def helper(resource: DbtCloudWorkspace, " in text
    assert ") -> dict:" in text
    assert "def of_client(client: DbtCloudWorkspaceClient):" in text
    assert 'return (helper(dbt_cloud)["status"] == 10)' in text


RUN_OP = """
@op
def after(ran{annotation}):
    return {body}

run = dbt_cloud_run_op.configured({{"job_id": 67890}}, name="run")

@job(resource_defs={{"dbt_cloud": cloud}})
def everything():
    after(run())
"""


def test_what_an_op_reads_of_an_output_upstream_of_it_is_read_of_the_details(tmp_path: Path) -> None:
    text, _ = migrate_one(tmp_path, HEAD + RUN_OP.format(annotation=": DbtCloudOutput", body="ran.run_id"))
    assert 'def after(ran: dict):\n    return ran["id"]' in text
    assert "legacy_shim" not in text


def test_an_op_whose_output_is_read_for_more_outputs_an_object(tmp_path: Path) -> None:
    text, codes = migrate_one(tmp_path, HEAD + RUN_OP.format(annotation="", body="ran.docs_url"))
    assert "return ran.docs_url" in text and "DbtCloudOutput(run, result)," in text
    assert not [code for code in codes if code.startswith("LDC3")]


def test_an_op_whose_output_is_read_for_what_v2_has_not_stays(tmp_path: Path) -> None:
    body = 'ran.docs_url, ran.get_artifact("manifest.json")'
    text, codes = migrate_one(tmp_path, HEAD + RUN_OP.format(annotation="", body=body))
    assert "return ran.docs_url" in text and "run = dbt_cloud_run_op.configured(" in text
    assert {"LDC304", "LDC308"} <= set(codes)


def test_an_op_may_be_handed_on_in_a_job(tmp_path: Path) -> None:
    text, codes = migrate_one(
        tmp_path,
        HEAD
        + 'first = dbt_cloud_run_op.configured({"job_id": 67890}, name="first")\n'
        + 'second = dbt_cloud_run_op.configured({"job_id": 67890}, name="second")\n'
        + '@job(resource_defs={"dbt_cloud": cloud})\n'
        + "def everything():\n    start = first()\n    second(start_after=[start])\n",
    )
    assert text.count("@op(") == 2
    assert "LDC303" not in codes


def test_an_asset_that_loads_an_output_reads_its_details(tmp_path: Path) -> None:
    text, _ = migrate_one(
        tmp_path,
        HEAD
        + "@asset\ndef one(dbt_cloud: DbtCloudClientResource):\n"
        + "    return dbt_cloud.get_dbt_client().run_job_and_poll(67890)\n"
        + "@asset\ndef two(one):\n    return one.run_id\n"
        + 'defs = Definitions([one, two], resources={"dbt_cloud": cloud})\n',
    )
    assert 'return one["id"]' in text


def test_a_configuration_may_have_a_name(tmp_path: Path) -> None:
    text, _ = migrate_one(
        tmp_path,
        HEAD
        + 'CONFIG = {"job_id": 67890, "poll_interval": 15}\nrun = dbt_cloud_run_op.configured(CONFIG, name="run")\n'
        + '@job(resource_defs={"dbt_cloud": cloud})\ndef everything():\n    run()\n',
    )
    assert "poll_interval=15" in text and "@op(" in text


@pytest.mark.parametrize(
    "target",
    [
        "dagster_dbt.cloud.resources.DbtCloudClient.get_run",
        "dagster_dbt.DbtCloudClientResource.get_dbt_client",
        "dagster_dbt.cloud.resources.time.sleep",
    ],
)
def test_patches_reach_the_facade_and_are_told_of(tmp_path: Path, target: str) -> None:
    test = f"from unittest.mock import patch\n@patch('{target}')\ndef test_it(_): ...\n"
    texts, report = migrate(tmp_path, {"test_it.py": test})
    assert texts["test_it.py"] == test.replace("dagster_dbt", "legacy_shim")
    assert [finding.code for finding in report.findings] == ["LDC302"]


def test_text_that_only_looks_legacy_is_not_touched(tmp_path: Path) -> None:
    text = "NAME = 'dagster_dbt.cloud.resources'\npatch('dagster_dbt.DbtCliResource')\nprint('dagster_dbt.cloud')\n"
    texts, report = migrate(tmp_path, {"own.py": text})
    assert texts["own.py"] == text
    assert not report.findings


def test_facts_of_another_account_are_not_used(tmp_path: Path) -> None:
    text, codes = migrate_one(
        tmp_path,
        HEAD.replace("12345", "54321")
        + "@asset\ndef one(dbt_cloud: DbtCloudClientResource):\n"
        + "    return dbt_cloud.get_dbt_client().get_job(67890)\n"
        + 'defs = Definitions([one], resources={"dbt_cloud": cloud})\n',
    )
    assert "LDC307" in codes
    assert "DbtCloudWorkspace" not in text


def test_a_job_id_that_a_function_is_given_is_guarded(tmp_path: Path) -> None:
    text, codes = migrate_one(
        tmp_path,
        HEAD
        + "from dagster_dbt import load_assets_from_dbt_cloud_job\n"
        + "def load(job_id):\n    return load_assets_from_dbt_cloud_job(cloud, job_id)\n"
        + "defs = Definitions(assets=[load(67890)])\n",
    )
    assert "    if int(job_id) != 67890:\n        raise ValueError(" in text
    assert "LDC214" in codes


def test_statuses_become_what_they_are_compared_with(tmp_path: Path) -> None:
    text, _ = migrate_one(
        tmp_path,
        """
        from dagster import Definitions, op
        from dagster_dbt import DbtCloudRunStatus, dbt_cloud_resource

        cloud = dbt_cloud_resource("t", 12345)

        @op(required_resource_keys={"cloud"})
        def kick(context):
            ran = context.resources.cloud.run_job_and_poll(67890)
            if ran.run_status not in (DbtCloudRunStatus.ERROR, DbtCloudRunStatus.CANCELLED):
                run = context.resources.cloud.get_run(ran.run_id)
                return run["status_humanized"] == DbtCloudRunStatus.SUCCESS, run.get("status") == DbtCloudRunStatus.SUCCESS.value

        defs = Definitions(resources={"cloud": cloud})
        """,
    )
    types = "DbtCloudJobRunStatusType"
    assert f'if ran["status"] not in ({types}.ERROR, {types}.CANCELLED):' in text
    assert f'run["status_humanized"] == "Success", run.get("status") == {types}.SUCCESS' in text
    assert "legacy_shim" not in text


@pytest.mark.parametrize(
    "use",
    [
        "ran.run_status",
        "ran.run_status == 'Success'",
        "ran.run_status == DbtCloudRunStatus.SUCCESS == other",
    ],
)
def test_statuses_that_are_more_than_compared_stay(tmp_path: Path, use: str) -> None:
    text, codes = migrate_one(
        tmp_path,
        f"""
        from dagster import Definitions, op
        from dagster_dbt import DbtCloudRunStatus, dbt_cloud_resource

        cloud = dbt_cloud_resource("t", 12345)

        @op(required_resource_keys={{"cloud"}})
        def kick(context):
            ran = context.resources.cloud.run_job_and_poll(67890)
            return {use}

        defs = Definitions(resources={{"cloud": cloud}})
        """,
    )
    assert use.replace("ran.run_details", "ran") in text
    assert {"LDC302", "LDC304"} & set(codes)


@pytest.mark.parametrize(
    "body",
    [
        "    client = context.resources.dbt_cloud\n    out = client.run_job_and_poll(67890)\n"
        "    client = None\n    return out.result\n",
        "    if context.run:\n        out = context.resources.dbt_cloud.run_job_and_poll(67890)\n"
        "    else:\n        out = context.resources.other.run_job_and_poll(67890)\n    return out.result\n",
        "    return ran(context).result\n",
    ],
)
def test_results_belong_to_an_object_where_the_client_that_ran_is_out_of_reach(
    tmp_path: Path, body: str
) -> None:
    text, codes = migrate_one(
        tmp_path,
        HEAD
        + "def ran(context):\n    return context.resources.dbt_cloud.run_job_and_poll(67890)\n"
        + "@op(required_resource_keys={'dbt_cloud', 'other'})\ndef one(context):\n"
        + body
        + "@job(resource_defs={'dbt_cloud': cloud, 'other': cloud})\ndef by_hand():\n    one()\n",
    )
    assert not [code for code in codes if code.startswith("LDC3")]
    assert "class DbtCloudOutput:" in text
    assert "    return out.result\n" in text or "(context).result\n" in text


@pytest.mark.parametrize(
    ("call", "said"),
    [
        ("get_json_artifact(1, 'x')", "v2's client has no `get_json_artifact`"),
        ("trigger(67890)", "neither the legacy client nor v2's has `trigger`"),
    ],
)
def test_methods_that_stay_say_what_v2_has_instead(tmp_path: Path, call: str, said: str) -> None:
    _, report = migrate(
        tmp_path,
        {
            "program.py": HEAD
            + "@op(required_resource_keys={'dbt_cloud'})\ndef one(context):\n"
            + f"    return context.resources.dbt_cloud.{call}\n"
            + "@job(resource_defs={'dbt_cloud': cloud})\ndef by_hand():\n    one()\n"
        },
    )
    (told,) = (finding for finding in report.findings if finding.code == "LDC304")
    assert said in told.message


def test_a_status_that_is_shown_is_the_word_of_dbt_cloud(tmp_path: Path) -> None:
    text, codes = migrate_one(
        tmp_path,
        HEAD
        + "@op(required_resource_keys={'dbt_cloud'})\ndef one(context):\n"
        + "    out = context.resources.dbt_cloud.run_job_and_poll(67890)\n"
        + "    context.log.info(f'{out.run_status} {out.is_successful}')\n"
        + "@job(resource_defs={'dbt_cloud': cloud})\ndef by_hand():\n    one()\n",
    )
    assert """context.log.info(f'{out["status_humanized"]} {out["status"] == 10}')""" in text
    assert "LDC213" in codes
