"""Loads of jobs: their form, their arguments, and where they are placed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from rewriting import NIGHTLY, clean, migrate, migrate_one

from legacy_shim.codemods.facts.jobs import Facts

HEAD = """
import os
from dagster import *
from dagster_dbt import dbt_cloud_resource, load_assets_from_dbt_cloud_job
cloud = dbt_cloud_resource("t", 12345)
"""


def body_of(text: str) -> str:
    return text[text.index(")\n\n\n") :]


def test_other_commands_of_the_job_run_around_its_build(tmp_path: Path) -> None:
    text, codes = migrate_one(
        tmp_path,
        HEAD + "models = load_assets_from_dbt_cloud_job(cloud, 67891)\ndefs = Definitions(assets=[models])\n",
    )
    assert (
        clean(
            """
            def models(context: AssetExecutionContext, dbt_cloud: DbtCloudWorkspace):
                list(dbt_cloud.cli(["seed"]).wait(timeout=float("inf")))
                yield from dbt_cloud.cli(["run", "--full-refresh"], context=context).wait(
                    timeout=float("inf")
                )
                list(dbt_cloud.cli(["run-operation", "grant"]).wait(timeout=float("inf")))
            """
        )
        in text
    )
    assert "enable_asset_checks=False" in text  # a `dbt run` tests nothing
    assert {"LDC202", "LDC208", "LDC210", "LDC211"} <= set(codes)
    assert "LDC205" not in codes


def test_empty_lines_in_a_block_are_empty(tmp_path: Path) -> None:
    text, _ = migrate_one(
        tmp_path,
        HEAD
        + "def load(job=67890):\n    return load_assets_from_dbt_cloud_job(cloud, job)\nmodels = load()\n",
    )
    assert "names another" in text
    assert [line for line in text.splitlines() if line != line.rstrip()] == []


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("Definitions(assets=[models])", 'Definitions(assets=[models], resources={"dbt_cloud": cloud})'),
        ("Definitions(assets=models)", 'Definitions(assets=[models], resources={"dbt_cloud": cloud})'),
        ("Definitions(assets=[*models])", 'Definitions(assets=[models], resources={"dbt_cloud": cloud})'),
        (
            'Definitions(assets=[models], resources={"io": 1})',
            'Definitions(assets=[models], resources={"io": 1, "dbt_cloud": cloud})',
        ),
        (
            'Definitions(assets=[models], resources={"dbt": cloud})',
            'Definitions(assets=[models], resources={"dbt": cloud})',
        ),
        (
            "Definitions(assets=models + [])",
            'Definitions(assets=[models] + [], resources={"dbt_cloud": cloud})',
        ),
        (
            "Definitions(assets=[models], **others)",
            "Definitions(assets=[models], **others)",
        ),
    ],
)
def test_definitions_get_the_workspace(tmp_path: Path, before: str, after: str) -> None:
    text, _ = migrate_one(
        tmp_path, HEAD + f"models = load_assets_from_dbt_cloud_job(cloud, 67890)\ndefs = {before}\n"
    )
    assert f"defs = {after}\n" in text
    takes_parameter = "dbt_cloud: DbtCloudWorkspace" in text or "dbt: DbtCloudWorkspace" in text
    assert takes_parameter == ("others" not in before)


def test_selections_take_the_definition_without_its_star(tmp_path: Path) -> None:
    text, _ = migrate_one(
        tmp_path,
        HEAD
        + "models = load_assets_from_dbt_cloud_job(cloud, 67890)\n"
        + "nightly = define_asset_job('n', AssetSelection.assets(*models))\n"
        + "defs = Definitions(assets=[*models], jobs=[nightly])\n",
    )
    assert "AssetSelection.assets(models)" in text


def test_partitions_keep_one_run_for_each_and_their_variables(tmp_path: Path) -> None:
    text, codes = migrate_one(
        tmp_path,
        HEAD
        + """
models = load_assets_from_dbt_cloud_job(
    cloud,
    67890,
    partitions_def=DailyPartitionsDefinition("2024-01-01"),
    partition_key_to_vars_fn=lambda day: {"run_date": day},
)
defs = Definitions(assets=[models])
""",
    )
    assert "backfill_policy=BackfillPolicy.multi_run()" in text
    assert text.endswith(
        """
def models(context: AssetExecutionContext, dbt_cloud: DbtCloudWorkspace):
    dbt_vars = []
    if context.has_partition_key:
        dbt_vars = ["--vars", json.dumps({"run_date": context.partition_key})]
    yield from dbt_cloud.cli(["build", *dbt_vars], context=context).wait(
        timeout=float("inf")
    )


defs = Definitions(assets=[models], resources={"dbt_cloud": cloud})
"""
    )
    assert {"LDC217", "LDC229"} <= set(codes)


@pytest.mark.parametrize(
    "partitions",
    [
        "StaticPartitionsDefinition(['a'])",
        "DynamicPartitionsDefinition(name='customers')",
        "MultiPartitionsDefinition({'of': StaticPartitionsDefinition(['a'])})",
    ],
)
def test_partitions_that_are_no_time_windows_need_no_backfill_policy(tmp_path: Path, partitions: str) -> None:
    load = f"models = load_assets_from_dbt_cloud_job(cloud, 67890, partitions_def={partitions})\n"
    text, codes = migrate_one(tmp_path, HEAD + load)
    assert f"partitions_def={partitions}," in text
    assert "backfill_policy" not in text
    assert "LDC229" not in codes


def test_node_info_functions_become_a_translator(tmp_path: Path) -> None:
    text, _ = migrate_one(
        tmp_path,
        HEAD
        + """
def key_of(node):
    return AssetKey(["dbt", node["name"]])

models = load_assets_from_dbt_cloud_job(
    cloud, 67890, node_info_to_asset_key=key_of, node_info_to_group_fn=lambda info: info["schema"],
    node_info_to_auto_materialize_policy_fn=lambda _: AutoMaterializePolicy.eager(),
)
named = load_assets_from_dbt_cloud_job(cloud, 67891, node_info_to_asset_key=lambda n: "x" + n["name"])
""",
    )
    assert (
        clean(
            """
            class DbtCloudJob67890Translator(DagsterDbtTranslator):
                def get_asset_key(self, dbt_resource_props):
                    return key_of(dbt_resource_props)

                def get_group_name(self, dbt_resource_props):
                    return dbt_resource_props["schema"]

                def get_auto_materialize_policy(self, dbt_resource_props):
                    return AutoMaterializePolicy.eager()
            """
        )
        in text
    )
    assert 'return AssetKey.from_coercible("x" + dbt_resource_props["name"])' in text
    compile(text, "program.py", "exec")


def test_a_variable_named_like_the_decorator_does_not_collide(tmp_path: Path) -> None:
    text, _ = migrate_one(
        tmp_path,
        HEAD
        + "dbt_cloud_assets = load_assets_from_dbt_cloud_job(cloud, 67890)\n"
        + "others = load_assets_from_dbt_cloud_job(cloud, 67891)\n"
        + "defs = Definitions(assets=[dbt_cloud_assets, others])\n",
    )
    assert "from dagster_dbt.cloud_v2 import dbt_cloud_assets as dbt_cloud_assets_v2\n" in text
    assert text.count("@dbt_cloud_assets_v2(") == 2


def test_a_second_job_of_an_environment_shares_the_first(tmp_path: Path) -> None:
    text, codes = migrate_one(
        tmp_path,
        HEAD
        + "a = load_assets_from_dbt_cloud_job(cloud, 67890)\nb = load_assets_from_dbt_cloud_job(cloud, 67891)\n",
    )
    assert text.count("adhoc_job_name=") == 1
    assert "LDC204" in codes


def test_a_job_id_from_the_environment_is_guarded(tmp_path: Path) -> None:
    program = HEAD + "m = load_assets_from_dbt_cloud_job(cloud, int(os.environ['JOB']))\n"
    text, codes = migrate_one(tmp_path, program, env={"JOB": "67890"})
    assert "if int(os.environ['JOB']) != 67890:\n    raise ValueError(" in text
    assert "LDC214" in codes
    text, codes = migrate_one(tmp_path, program)
    assert "LDC402" in codes
    assert "missing_fact(" in text


def test_postponed_annotations_leave_the_context_bare(tmp_path: Path) -> None:
    text, _ = migrate_one(
        tmp_path,
        "from __future__ import annotations\n"
        + HEAD
        + "m = load_assets_from_dbt_cloud_job(cloud, 67890)\ndefs = Definitions(assets=[m])\n",
    )
    assert "def m(context):" in text


@pytest.mark.parametrize(
    ("program", "code"),
    [
        ("m = [load_assets_from_dbt_cloud_job(cloud, i) for i in (67890, int(name))]", "LDC303"),
        ("m = load_assets_from_dbt_cloud_job(cloud, 67890, op_tags={'a': 'b'})", "LDC302"),
        ("m = load_assets_from_dbt_cloud_job(cloud, 67890)\nm.compute_cacheable_data()", "LDC303"),
        ("m = load_assets_from_dbt_cloud_job(**settings)", "LDC302"),
        ("m = load_assets_from_dbt_cloud_job(cloud, 67890)  # legacy-shim: keep, audit", "LDC301"),
    ],
)
def test_what_cannot_migrate_stays_with_a_reason(tmp_path: Path, program: str, code: str) -> None:
    text, codes = migrate_one(tmp_path, HEAD + program + "\n")
    assert code in codes
    assert program in text
    assert "from legacy_shim import" in text
    again, _ = migrate(tmp_path, {"program.py": text})
    assert again["program.py"] == text


def test_a_kept_use_leaves_loads_a_workspace_of_their_own(tmp_path: Path) -> None:
    text, codes = migrate_one(
        tmp_path,
        HEAD
        + """
models = load_assets_from_dbt_cloud_job(cloud, 67890)

@op(required_resource_keys={"dbt_cloud"})
def rename(context):
    context.resources.dbt_cloud.__getattribute__("get_" + "job")(67890)

@job(resource_defs={"dbt_cloud": cloud})
def renaming():
    rename()
""",
    )
    assert "from legacy_shim import dbt_cloud_resource\n" in text
    assert 'cloud = dbt_cloud_resource("t", 12345)\ncloud_workspace = DbtCloudWorkspace(' in text
    assert "workspace=cloud_workspace" in text
    assert {"LDC220", "LDC304", "LDC308"} <= set(codes)


def test_across_files_names_packages_and_stars(tmp_path: Path) -> None:
    texts, report = migrate(
        tmp_path,
        {
            "src/acme/__init__.py": "",
            "src/acme/resources.py": """
                from dagster_dbt import dbt_cloud_resource
                cloud = dbt_cloud_resource("t", 12345)
                RESOURCES = {"dbt_cloud": cloud}
            """,
            "src/acme/assets/__init__.py": "from .dbt import *\n",
            "src/acme/assets/dbt.py": """
                from dagster_dbt import load_assets_from_dbt_cloud_job
                from acme import resources
                models = load_assets_from_dbt_cloud_job(dbt_cloud=resources.cloud, job_id=67890)
            """,
            "src/acme/ops.py": """
                from dagster import op

                @op(required_resource_keys={"dbt_cloud"})
                def kick(context):
                    run = context.resources.dbt_cloud.run_job_and_poll(67891, poll_timeout=5)
                    context.log.info(f"ran {run.run_id}")
            """,
            "src/acme/definitions.py": """
                from dagster import Definitions
                from acme.assets import models
                from acme.resources import RESOURCES
                defs = Definitions(assets=[models], resources=RESOURCES)
            """,
            "src/acme/unrelated.py": "cloud = 'dbt_cloud'\n",
        },
    )
    assert "workspace=resources.cloud" in texts["src/acme/assets/dbt.py"]
    ops = texts["src/acme/ops.py"]
    assert "client = context.resources.dbt_cloud.get_client()" in ops
    assert 'run = client.poll_run(run["id"], poll_interval=10, poll_timeout=5)' in ops
    assert "context.log.info(f\"ran {run['id']}\")" in ops
    assert texts["src/acme/unrelated.py"] == "cloud = 'dbt_cloud'\n"
    assert report.units.migrated == 1
    assert not [finding for finding in report.findings if finding.is_left_for_a_person]
    for name, text in texts.items():
        compile(text, name, "exec")
        assert "load_assets_from_dbt_cloud_job" not in text


@pytest.mark.parametrize(
    ("program", "left"),
    [
        (
            "JOBS = [67890, 67891]\nm = [load_assets_from_dbt_cloud_job(cloud, i) for i in JOBS]",
            "m = [dbt_cloud_job(cloud, i) for i in JOBS]",
        ),
        (
            "m = [load_assets_from_dbt_cloud_job(cloud, i) for i in (67890, 67891) if i % 2]",
            "m = [dbt_cloud_job(cloud, i) for i in (67890, 67891) if i % 2]",
        ),
        (
            "m = [a for i in ('67890', 67891) for a in load_assets_from_dbt_cloud_job(cloud, i)]",
            "m = [a for i in ('67890', 67891) for a in [dbt_cloud_job(cloud, int(i))]]",
        ),
        (
            "m = [*(load_assets_from_dbt_cloud_job(cloud, i) for i in (67890, 67891))]",
            "m = [*(dbt_cloud_job(cloud, i) for i in (67890, 67891))]",
        ),
        (
            "m = {i: load_assets_from_dbt_cloud_job(cloud, i) for i in (67890, 67891)}.values()",
            "m = {i: dbt_cloud_job(cloud, i) for i in (67890, 67891)}.values()",
        ),
        (
            "m = [load_assets_from_dbt_cloud_job(cloud, i, lambda n, i=i: str(i) + n['name']) for i in (67890, 67891)]",
            "m = [dbt_cloud_job(cloud, i, node_info_to_asset_key=lambda n, i=i: str(i) + n['name']) for i in (67890, 67891)]",
        ),
        (
            "m = []\nfor i in (67890, 67891):\n    m.append(load_assets_from_dbt_cloud_job(cloud, i))",
            "    m.append(dbt_cloud_job(cloud, i))",
        ),
        (
            "m = []\nfor i in (67890, 67891):\n    m += load_assets_from_dbt_cloud_job(cloud, i)",
            "    m += [dbt_cloud_job(cloud, i)]",
        ),
        (
            "JOBS = {'a': 67890, 'b': 67891}\nm = [load_assets_from_dbt_cloud_job(cloud, JOBS[name])]",
            "m = [dbt_cloud_job(cloud, JOBS[name])]",
        ),
        (
            "def make(i):\n    return load_assets_from_dbt_cloud_job(cloud, i)\nm = [make(67890), make(67891)]",
            "    return dbt_cloud_job(cloud, i)",
        ),
    ],
)
def test_a_load_of_several_jobs_takes_them_from_a_table(tmp_path: Path, program: str, left: str) -> None:
    text, codes = migrate_one(tmp_path, HEAD + program + "\ndefs = Definitions(assets=[*m])\n")
    assert left in text
    assert text.count("@dbt_cloud_assets(") == 1
    assert "67890: {" in text
    assert "67891: {" in text
    assert "job = DBT_CLOUD_JOBS[job_id]" in text
    assert "defs = Definitions(assets=[*m])" in text
    assert "LDC204" in codes and "legacy_shim" not in text  # the second job's commands run in the first


def test_loads_of_several_jobs_share_what_makes_them(tmp_path: Path) -> None:
    text, _ = migrate_one(
        tmp_path,
        HEAD
        + """
first = [load_assets_from_dbt_cloud_job(cloud, i) for i in [67890]]
second = [load_assets_from_dbt_cloud_job(cloud, job_id=j) for j in [67891]]
third = [load_assets_from_dbt_cloud_job(cloud, k, lambda node: node["name"]) for k in [67890]]
defs = Definitions(assets=[*first, *second, *third])
""",
    )
    assert text.count("DBT_CLOUD_JOBS = {") == 1
    assert text.count("DBT_CLOUD_JOBS_2 = {") == 1
    assert "first = [dbt_cloud_job(cloud, i) for i in [67890]]" in text
    assert "second = [dbt_cloud_job(cloud, j) for j in [67891]]" in text
    assert "third = [dbt_cloud_job_2(cloud, k) for k in [67890]]" in text


@pytest.mark.parametrize(
    ("options", "has_checks"),
    [
        ("", True),
        ("--resource-type model", False),
        ("--resource-type=model", False),
        ("--resource-types model snapshot", False),
        ("--resource-type model --resource-type test", True),
        ("--resource-type 'model test'", True),
        ("--resource-type all", True),
        ("--exclude-resource-type test", False),
        ("--exclude-resource-type=test", False),
        ("--exclude-resource-types unit_test test", False),
        ("--exclude-resource-type unit_test", True),
        ("--exclude test_type:generic", False),
        ("--exclude tag:a,test_type:singular b", False),
        ("--exclude resource_type:test", True),
    ],
)
def test_checks_that_no_run_evaluates_are_not_declared(
    tmp_path: Path, options: str, has_checks: bool
) -> None:
    job = replace(NIGHTLY, execute_steps=(f"dbt build {options}", "dbt test"))
    text, codes = migrate_one(
        tmp_path,
        HEAD + "models = load_assets_from_dbt_cloud_job(cloud, 67890)\ndefs = Definitions(assets=[models])\n",
        facts=Facts((job,)),
    )
    assert ("enable_asset_checks=False" not in text) == has_checks
    assert ("LDC205" in codes) == has_checks


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ("dbt build --select staging --exclude unique_a,tag:b test_type:unit", '["build", "--exclude", "unique_a,tag:b", "test_type:unit"]'),
        ("dbt build -s staging --exclude a --full-refresh --exclude b", '["build", "--full-refresh", "--exclude", "a", "b"]'),
        ("dbt build --resource-type model --exclude a", '["build", "--resource-type", "model"]'),
        ("dbt run --exclude a", '["run"]'),
        ("dbt build --selector nightly", '["build"]'),
    ],
)  # fmt: skip
def test_tests_that_the_job_excludes_stay_out_where_some_of_its_assets_run(
    tmp_path: Path, command: str, words: str
) -> None:
    """v2 selects the assets of such a run by name, and passes no ``--exclude``."""
    job = replace(NIGHTLY, execute_steps=(command,))
    program = HEAD + "models = load_assets_from_dbt_cloud_job(cloud, 67890)\n"
    text, _ = migrate_one(tmp_path, program, facts=Facts((job,)))
    assert f"cloud.cli({words}, context=context)" in text


def test_a_job_that_is_loaded_twice_is_reported_at_the_second_load(tmp_path: Path) -> None:
    load = "load_assets_from_dbt_cloud_job(cloud, 67890)"
    _, report = migrate(tmp_path, {"p.py": f"{HEAD}a = {load}\nb = {load}\ndefs = Definitions([a])\n"})
    (found,) = [finding for finding in report.findings if finding.code == "LDC223"]
    assert (found.place.line, found.message) == (
        6,
        f"job 67890 is loaded at {tmp_path / 'p.py'}:5:5 too: Dagster refuses both in one code location",
    )


@pytest.mark.parametrize(
    ("resource", "said"),
    [
        ('dbt_cloud_resource.configured({"auth_token": os.environ["T"], "account_id": 12345})', []),
        ('dbt_cloud_resource("t", 12345)', []),
        (
            'dbt_cloud_resource.configured({"auth_token": {"env": "T"}, "account_id": 12345})',
            ["token is read when this module is imported"],
        ),
        (
            'dbt_cloud_resource.configured({"auth_token": {"env": "T"}, "account_id": {"env": "A"}})',
            ["token and account_id are read when this module is imported"],
        ),
        (
            'dbt_cloud_resource.configured(lambda _: {"auth_token": os.environ["T"], "account_id": 12345})',
            ["token is read when this module is imported"],
        ),
    ],
)
def test_credentials_are_reported_where_they_were_read_later(
    tmp_path: Path, resource: str, said: list[str]
) -> None:
    program = HEAD.replace('dbt_cloud_resource("t", 12345)', resource)
    program += "models = load_assets_from_dbt_cloud_job(cloud, 67890)\ndefs = Definitions(assets=[models])\n"
    _, report = migrate(tmp_path, {"p.py": program})
    assert [finding.message for finding in report.findings if finding.code == "LDC201"] == said
    codes = {finding.code for finding in report.findings}
    assert {"LDC218", "LDC222"} <= codes
    assert "LDC208" not in codes  # the schedule of the job is off already


def test_credentials_that_a_function_reads_are_reported_as_read_there(tmp_path: Path) -> None:
    resource = 'dbt_cloud_resource.configured({"auth_token": {"env": "T"}, "account_id": 12345})'
    made = f"def make():\n    return {resource}\n\n\ncloud = make()\n"
    program = HEAD.replace('cloud = dbt_cloud_resource("t", 12345)\n', made)
    assert made in program
    _, report = migrate(
        tmp_path, {"p.py": f"{program}models = load_assets_from_dbt_cloud_job(cloud, 67890)\n"}
    )
    said = [finding.message for finding in report.findings if finding.code == "LDC201"]
    assert said == ["token is read when `make` is called"]
