"""Names that are something else in a function that is written, or when that function is called."""

from __future__ import annotations

from pathlib import Path

import pytest
from rewriting import migrate_one

HEAD = """
from dagster import *
from dagster_dbt import dbt_cloud_resource, dbt_cloud_run_op, load_assets_from_dbt_cloud_job

cloud = dbt_cloud_resource("t", 12345)
"""
EITHER = "LegacyFreshnessPolicy(maximum_lag_minutes=60) if node else FreshnessPolicy.cron()"


def load(more: str) -> str:
    return f"models = load_assets_from_dbt_cloud_job(cloud, 67890, {more})\n"


def load_partitions(function: str) -> str:
    partitions = 'partitions_def=DailyPartitionsDefinition("2024-01-01")'
    return load(f"{partitions}, partition_key_to_vars_fn={function}")


def run_op(settings: str) -> str:
    configured = f"dbt_cloud_run_op.configured({{'job_id': {settings}}}, name='run_it')"
    return f"run_it = {configured}\n\n@job(resource_defs={{'dbt_cloud': cloud}})\ndef nightly(): run_it()\n"


@pytest.mark.parametrize(
    ("program", "lines"),
    [
        (
            "def dbt_vars(day): ...\n" + load_partitions("dbt_vars"),
            ['vars_words = ["--vars", json.dumps(dbt_vars(context.partition_key))]', "*vars_words]"],
        ),
        (
            "def dbt_vars(day): ...\n" + load_partitions("lambda dbt_vars: {'day': dbt_vars}"),
            ["""dbt_vars = ["--vars", json.dumps({'day': context.partition_key})]"""],
        ),
        (
            "def dbt_vars(day): ...\nmodels = [\n    "
            + load_partitions("dbt_vars").replace("67890", "number").removeprefix("models = ")
            + "    for number in (67890, 67891)\n]\n",
            ['vars_words = ["--vars", json.dumps(dbt_vars(context.partition_key))]', "*vars_words]"],
        ),
        (
            f"def policy(node):\n    return {EITHER}\n" + load("node_info_to_freshness_policy_fn=policy"),
            ["freshness_policy = policy(dbt_resource_props)", "(legacy_freshness_policy=freshness_policy)"],
        ),
        (
            "def spec(node):\n    return FreshnessPolicy.cron()\n"
            + load("node_info_to_freshness_policy_fn=spec"),
            ["return asset_spec.replace_attributes(freshness_policy=spec(dbt_resource_props))"],
        ),
        (
            "def dbt_cloud(day): ...\n"
            + load_partitions("dbt_cloud")
            + "defs = Definitions(assets=[models])\n",
            ["def models(context: AssetExecutionContext):", "json.dumps(dbt_cloud(context.partition_key))"],
        ),
    ],
)
def test_what_is_written_does_not_hide_the_function_it_calls(
    tmp_path: Path, program: str, lines: list[str]
) -> None:
    text, codes = migrate_one(tmp_path, HEAD + program)
    assert "legacy_shim" not in text
    assert [line for line in lines if line not in text] == [], text
    assert "LDC302" not in codes


@pytest.mark.parametrize(
    ("program", "lines"),
    [
        (
            "import project\n" + load("node_info_to_freshness_policy_fn=project.policy"),
            ["freshness_policy_fn = project.policy", "policy = freshness_policy_fn(dbt_resource_props)"],
        ),
        (
            "import manifest\n"
            + load("node_info_to_freshness_policy_fn=lambda node: manifest.policies[node['name']]"),
            ["freshness_policy_fn = lambda node: manifest.policies[node['name']]"],
        ),
        (
            "import context\n" + load_partitions("context.variables"),
            ["partition_vars_fn = context.variables", "json.dumps(partition_vars_fn(context.partition_key))"],
        ),
        (
            "def dbt_resource_props(node): ...\n" + load("node_info_to_group_fn=dbt_resource_props"),
            ["group_fn = dbt_resource_props", "return group_fn(dbt_resource_props)"],
        ),
        (
            "key_of = first\n" + load("node_info_to_asset_key=key_of") + "key_of = second\n",
            [
                "key_of = first\nasset_key_fn = key_of",
                "AssetKey.from_coercible(asset_key_fn(dbt_resource_props))",
            ],
        ),
    ],
)
def test_a_function_that_is_something_else_where_it_is_called_gets_a_name(
    tmp_path: Path, program: str, lines: list[str]
) -> None:
    text, codes = migrate_one(tmp_path, HEAD + program)
    assert "LDC302" not in codes
    assert [line for line in lines if line not in text] == [], text


@pytest.mark.parametrize(
    "program",
    [
        "import project\n" + load("node_info_to_group_fn=project.group"),
        load("node_info_to_freshness_policy_fn=lambda project: FreshnessPolicy.cron(project['name'])"),
        "import context\n" + load("node_info_to_group_fn=context.group"),
    ],
)
def test_names_that_nothing_hides_there_are_no_reason_to_stay(tmp_path: Path, program: str) -> None:
    text, codes = migrate_one(tmp_path, HEAD + program)
    assert "LDC302" not in codes
    assert "legacy_shim" not in text


LOOP = "for number in (67890, 67891):\n    one = dbt_cloud_run_op.configured({'job_id': number}, name=f'run_{number}')\n"


@pytest.mark.parametrize(
    "program",
    [
        "run = settings()\n" + run_op("run.job"),
        "node = 5\n" + run_op("67890, 'poll_interval': node"),
        "number = 67890\n" + run_op("number") + "number = 67891\n",
        LOOP,
        "class Ops:\n    number = 67890\n    one = dbt_cloud_run_op.configured({'job_id': number}, name='one')\n",
        "while number := following():\n    one = dbt_cloud_run_op.configured({'job_id': number}, name='one')\n",
    ],
)
def test_an_op_whose_configuration_is_read_where_it_stands_stays_configured(
    tmp_path: Path, program: str
) -> None:
    text, _ = migrate_one(tmp_path, HEAD + program + "defs = Definitions(resources={'dbt_cloud': cloud})\n")
    assert "def dbt_cloud_run_op(context):" in text
    assert "    config = context.op_config\n" in text
    assert [line for line in program.splitlines() if line not in text] == []
    assert "legacy_shim" not in text


@pytest.mark.parametrize(
    "program",
    [
        run_op("67890").replace("run_it", "run"),
        "number = 67891\nnumber = 67890\n" + run_op("number"),
        "try:\n    limit = int(LIMIT)\nexcept ValueError:\n    limit = 5\n"
        + run_op("67890, 'poll_timeout': limit"),
        "for number in (1, 2): ...\nlimit = 5\n" + run_op("67890, 'poll_timeout': limit"),
    ],
)
def test_an_op_whose_configuration_stays_what_it_is_has_it_inside(tmp_path: Path, program: str) -> None:
    text, _ = migrate_one(tmp_path, HEAD + program)
    assert "configured" not in text
    assert "config_schema" not in text


@pytest.mark.parametrize(
    "program",
    [
        "for key_of in (first, second):\n    " + load("node_info_to_asset_key=key_of"),
        "for name in NAMES:\n    "
        + load("node_info_to_asset_key=lambda node, name=name: name + node['name']"),
        "for name in NAMES:\n    cloud = dbt_cloud_resource(name, 12345)\n    " + load("None"),
    ],
)
def test_a_load_whose_functions_are_bound_again_stays(tmp_path: Path, program: str) -> None:
    text, codes = migrate_one(tmp_path, HEAD + program)
    assert "LDC302" in codes
    assert text.endswith(program)


@pytest.mark.parametrize(
    ("above", "below"),
    [
        ("try:\n    from ours import key_of\nexcept ImportError:\n    key_of = str\n", ""),
        ("if DEV:\n    key_of = str\nelse:\n    key_of = repr\ndef make():\n    ", ""),
        ("def make():\n    ", "key_of = str\n"),
    ],
)
def test_a_load_whose_functions_were_bound_before_migrates(tmp_path: Path, above: str, below: str) -> None:
    program = above + load("node_info_to_asset_key=key_of") + below
    text, codes = migrate_one(tmp_path, HEAD + program)
    assert "LDC302" not in codes
    assert "key_of(dbt_resource_props)" in text
