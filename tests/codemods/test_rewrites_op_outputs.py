"""What an op answers in an ``Output``, with metadata or by ``yield``: the op downstream reads it."""

from __future__ import annotations

from pathlib import Path

import pytest
from rewriting import clean, migrate

PROGRAM = """
import dagster as dg
from dagster import Definitions, Out, Output, job, op
from dagster_dbt import DbtCloudClientResource


%s


@op
def shows(context, ran):
    context.log.info(f"{ran.job_id} {ran.run_id}")


@job
def runs_and_shows():
    shows(runs())


defs = Definitions(
    jobs=[runs_and_shows], resources={"dbt": DbtCloudClientResource(auth_token="t", account_id=12345)}
)
"""
RUNS = """@op
def runs(dbt: DbtCloudClientResource):
    out = dbt.get_dbt_client().run_job_and_poll(67890)
    %s"""
FOLLOWED = (
    "return Output(out)",
    "yield Output(out)",
    "return Output(value=out, metadata={'run': out.run_id})",
    "yield dg.Output(out, metadata={'run': out.run_id})",
    "yield dg.AssetMaterialization('x')\n    yield Output(out)",
    "yield Output(dbt.get_dbt_client().run_job_and_poll(67890))",
    "return Output(dbt.get_dbt_client().run_job_and_poll(67890), metadata={'a': 1})",
)
LOST = (
    "yield Output(out, output_name='result')",
    "yield Output(out, 'result')",
    "yield Output(dbt.get_dbt_client().run_job_and_poll(67890), output_name='result')",
    "return Output(**{'value': out})",
    "yield dg.DynamicOutput(out, 'a')",
)


@pytest.mark.parametrize("answer", FOLLOWED)
def test_the_op_downstream_reads_the_details(tmp_path: Path, answer: str) -> None:
    texts, report = migrate(tmp_path, {"p.py": PROGRAM % RUNS % answer})
    assert not [finding for finding in report.findings if finding.code.startswith("LDC3")]
    assert """{ran['job_definition_id']} {ran['id']}""" in texts["p.py"]
    assert "legacy_shim" not in texts["p.py"]
    assert ".run_id" not in texts["p.py"]
    compile(clean(texts["p.py"]), "p.py", "exec")


@pytest.mark.parametrize("answer", LOST)
def test_one_output_of_several_stays_an_object(tmp_path: Path, answer: str) -> None:
    texts, report = migrate(tmp_path, {"p.py": PROGRAM % RUNS % answer})
    assert not [finding for finding in report.findings if finding.code.startswith("LDC3")]
    assert "{ran.job_id} {ran.run_id}" in texts["p.py"]
    assert "class DbtCloudOutput:" in texts["p.py"]
    assert "legacy_shim" not in texts["p.py"]


def test_an_output_of_the_users_own_holds_an_object(tmp_path: Path) -> None:
    own = PROGRAM.replace(", Output,", ",") % f"from ours import Output\n\n\n{RUNS % 'return Output(out)'}"
    texts, _ = migrate(tmp_path, {"p.py": own})
    assert "{ran.job_id} {ran.run_id}" in texts["p.py"]
    assert "class DbtCloudOutput:" in texts["p.py"]
    assert "legacy_shim" not in texts["p.py"]


HOOK = """
from dagster import success_hook


@success_hook
def tells(context):
    context.log.info(%s)
"""


def test_a_hook_that_reads_outputs_keeps_what_they_are(tmp_path: Path) -> None:
    files = {
        "p.py": PROGRAM % RUNS % "return out",
        "hooks.py": HOOK % 'context.op_output_values["result"].run_id',
    }
    texts, _ = migrate(tmp_path, files)
    assert "class DbtCloudOutput:" in texts["p.py"]
    assert texts["hooks.py"] == clean(files["hooks.py"])
    assert "legacy_shim" not in texts["p.py"]


@pytest.mark.parametrize("read", ["context.run_id", 'len(context.op_output_values["result"])'])
def test_a_hook_that_reads_no_run_changes_nothing(tmp_path: Path, read: str) -> None:
    texts, _ = migrate(tmp_path, {"p.py": PROGRAM % RUNS % "return out", "hooks.py": HOOK % read})
    assert "legacy_shim" not in texts["p.py"]
