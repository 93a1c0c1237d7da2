"""A hook that reads the configuration of the ops that it hangs on still finds it in a migrated run op."""

from __future__ import annotations

from pathlib import Path

import pytest
from rewriting import migrate

JOBS = """
from dagster import job
from dagster_dbt import dbt_cloud_resource, dbt_cloud_run_op
from hooks import told

nightly_models = dbt_cloud_run_op.configured({"job_id": 67890}, name="nightly_models")


@job(hooks={told}, resource_defs={"dbt_cloud": dbt_cloud_resource.configured({"auth_token": "t", "account_id": 12345})})
def nightly():
    nightly_models()
"""
MORE = """
from dagster_dbt import dbt_cloud_run_op


def run_of(name, job_id):
    return dbt_cloud_run_op.configured({"job_id": job_id}, name=name)
"""
KEPT_LINE = 'nightly_models = dbt_cloud_run_op.configured({"job_id": 67890}, name="nightly_models")\n'
READING = {
    "decorated": "@success_hook\ndef told(context):\n    print(context.op_config['job_id'])",
    "of a failure": "@failure_hook(required_resource_keys=set())\ndef told(context):\n    print(context.op_config['job_id'])",
    "in a variable": "@success_hook\ndef told(context):\n    config = context.op_config or {}\n    print(config)",
    "made by a function": "def make():\n    @success_hook\n    def hook(context):\n        print(context.op_config)\n    return hook\ntold = make()",
    "by getattr": "@success_hook\ndef told(context):\n    print(getattr(context, 'op_config', None))",
    "a lambda": "told = success_hook(lambda context: print(context.op_config['job_id']))",
    "handed to a helper": "def tell(c):\n    print(c.op_config['job_id'])\n@success_hook\ndef told(context):\n    tell(context)",
}
READING_NONE = {
    "a hook that reads the name": "@success_hook\ndef told(context):\n    print(context.op.name)",
    "an op that reads its own": (
        "@success_hook\ndef told(context):\n    print(context.op.name)\n"
        "@op(config_schema={'n': int})\ndef other(context):\n    print(context.op_config['n'])"
    ),
    "a function inside an op": (
        "@success_hook\ndef told(context):\n    print(context.op.name)\n"
        "@op(config_schema={'n': int})\ndef other(context):\n    def n():\n        return context.op_config['n']\n    print(n())"
    ),
}
HEAD = "from dagster import *\n"


@pytest.mark.parametrize("name", READING)
def test_an_op_whose_configuration_a_hook_reads_has_it_still(name: str, tmp_path: Path) -> None:
    texts, _ = migrate(tmp_path, {"jobs.py": JOBS, "hooks.py": HEAD + READING[name]})

    assert KEPT_LINE in texts["jobs.py"]
    assert 'trigger_job_run(config["job_id"])' in texts["jobs.py"]
    assert "legacy_shim" not in texts["jobs.py"]


@pytest.mark.parametrize("name", READING_NONE)
def test_other_ops_have_their_configuration_in_their_body(name: str, tmp_path: Path) -> None:
    texts, _ = migrate(tmp_path, {"jobs.py": JOBS, "hooks.py": HEAD + READING_NONE[name]})

    assert "client.trigger_job_run(67890)" in texts["jobs.py"]
    assert "config_schema" not in texts["jobs.py"]


def test_a_function_of_another_file_reads_it_for_the_hook(tmp_path: Path) -> None:
    hooks = HEAD + "from alerts import tell\n@success_hook\ndef told(context):\n    tell(context)\n"
    alerts = "def tell(context):\n    print(context.op_config['job_id'])\n"
    texts, _ = migrate(tmp_path, {"jobs.py": JOBS, "hooks.py": hooks, "alerts.py": alerts})

    assert KEPT_LINE in texts["jobs.py"]


def test_files_that_name_their_ops_may_each_have_the_configurable_one(tmp_path: Path) -> None:
    texts, report = migrate(
        tmp_path, {"jobs.py": JOBS, "more.py": MORE, "hooks.py": HEAD + READING["decorated"]}
    )

    assert all("legacy_shim" not in text for text in texts.values())
    assert all("def dbt_cloud_run_op(context):" in texts[name] for name in ("jobs.py", "more.py"))
    assert "LDC302" not in {finding.code for finding in report.findings}


def test_two_files_that_use_it_under_its_own_name_cannot_both_have_it(tmp_path: Path) -> None:
    used = JOBS.replace("nightly_models()", "dbt_cloud_run_op()")
    again = JOBS.replace("nightly_models()", "dbt_cloud_run_op()").replace("def nightly", "def again")
    texts, report = migrate(
        tmp_path, {"jobs.py": used, "again.py": again, "hooks.py": HEAD + READING["decorated"]}
    )

    assert "two ops cannot have one name" in " ".join(finding.message for finding in report.findings)
    assert "legacy_shim" in texts["jobs.py"]
