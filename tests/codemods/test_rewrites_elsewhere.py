"""Files that name nothing legacy, and are given something legacy."""

from __future__ import annotations

from pathlib import Path

import pytest
from rewriting import clean, migrate

DEFINITIONS = """\
from dagster import Definitions
from dagster_dbt import dbt_cloud_resource
{imports}

defs = Definitions(
    jobs=[{job}],
    resources={{
        "dbt_cloud": dbt_cloud_resource.configured(
            {{"auth_token": {{"env": "DBT_CLOUD_API_TOKEN"}}, "account_id": 12345}}
        )
    }},
)
"""
OPS = """\
from dagster import op
{imports}

@op(required_resource_keys={{"dbt_cloud"}})
def run_it(context):
    return {call}
"""
HELPER = """\
def run_and_wait(client, job_id):
    return client.get_job(job_id)["name"]
"""
JOBS = """\
from dagster import job

from pipeline.ops import run_it
from pipeline.reporting import tell


@job
def nightly():
    tell(run_it())
"""
TELL = """\
from dagster import op


@op
def tell(context, ran):
    context.log.info(f"ran {ran.run_id}")
"""


def files_of(imports: str, call: str, **helpers: str) -> dict[str, str]:
    jobs = (
        "from dagster import job\n\nfrom pipeline.ops import run_it\n\n\n@job\ndef nightly():\n    run_it()\n"
    )
    return {
        "pipeline/__init__.py": "",
        "pipeline/ops.py": OPS.format(imports=imports, call=call),
        "pipeline/jobs.py": jobs,
        "definitions.py": DEFINITIONS.format(imports="\nfrom pipeline.jobs import nightly\n", job="nightly"),
        **{f"pipeline/{name}.py": text for name, text in helpers.items()},
    }


@pytest.mark.parametrize(
    ("imports", "callee"),
    [
        ("from pipeline.helpers import run_and_wait", "run_and_wait"),
        ("from .helpers import run_and_wait as go", "go"),
        ("from . import helpers", "helpers.run_and_wait"),
        ("from pipeline import helpers as h", "h.run_and_wait"),
        ("import pipeline.helpers", "pipeline.helpers.run_and_wait"),
        ("from .again import run_and_wait", "run_and_wait"),
    ],
)
def test_a_client_is_followed_into_a_file_of_helpers(tmp_path: Path, imports: str, callee: str) -> None:
    files = files_of(
        f"\n{imports}\n",
        f"{callee}(context.resources.dbt_cloud, 67890)",
        helpers=HELPER,
        again="from pipeline.helpers import run_and_wait\n",
    )
    texts, report = migrate(tmp_path, files)
    assert 'client.get_client().get_job_details(job_id)["name"]' in texts["pipeline/helpers.py"]
    assert "DbtCloudWorkspace(" in texts["definitions.py"]
    assert not [finding for finding in report.findings if finding.code.startswith("LDC3")]


def test_a_client_that_is_given_to_another_package_stays(tmp_path: Path) -> None:
    files = files_of(
        "\nfrom elsewhere import run_and_wait\n", "run_and_wait(context.resources.dbt_cloud, 67890)"
    )
    texts, report = migrate(tmp_path, files)
    assert texts["pipeline/ops.py"] == files["pipeline/ops.py"]
    assert "LDC303" in {finding.code for finding in report.findings}


@pytest.mark.parametrize(
    "ops",
    [
        OPS.format(imports="", call="context.resources.dbt_cloud.run_job_and_poll(67890)"),
        "from dagster_dbt import dbt_cloud_run_op\n\n"
        'run_it = dbt_cloud_run_op.configured({"job_id": 67890}, name="run_it")\n',
    ],
)
def test_an_output_is_followed_through_a_file_of_jobs_to_one_of_ops(tmp_path: Path, ops: str) -> None:
    files = files_of("", "", reporting=TELL)
    files |= {"pipeline/ops.py": ops, "pipeline/jobs.py": JOBS}
    texts, _ = migrate(tmp_path, files)
    assert "ran {ran['id']}" in texts["pipeline/reporting.py"]
    assert "run_job_and_poll" not in texts["pipeline/ops.py"]


def test_an_import_of_a_new_kind_stands_behind_those_of_the_standard_library(tmp_path: Path) -> None:
    helper = """
        from __future__ import annotations

        import logging

        logger = logging.getLogger(__name__)


        def run_and_wait(client, job_id):
            output = client.run_job_and_poll(job_id)
            logger.info(output.run_id)
            return output.run_id
    """
    files = files_of(
        "\nfrom pipeline.helpers import run_and_wait\n",
        "run_and_wait(context.resources.dbt_cloud, 67890)",
        helpers=helper,
    )
    texts, _ = migrate(tmp_path, files)
    assert texts["pipeline/helpers.py"].startswith(
        clean("""
            from __future__ import annotations

            import logging

            from dagster_dbt.cloud_v2.types import DbtCloudRun

            logger = logging.getLogger(__name__)
        """)
    )


def test_a_function_is_followed_under_another_name(tmp_path: Path) -> None:
    files = files_of(
        "\nfrom .again import trigger\n",
        "trigger(context.resources.dbt_cloud, 67890)",
        helpers=HELPER,
        again="from pipeline.helpers import run_and_wait as trigger\n",
    )
    texts, report = migrate(tmp_path, files)
    assert 'client.get_client().get_job_details(job_id)["name"]' in texts["pipeline/helpers.py"]
    assert not [finding for finding in report.findings if finding.code.startswith("LDC3")]


@pytest.mark.parametrize(
    ("body", "stays"),
    [
        ("collect(ids().map(run_it).collect())", True),
        ("ids().map(run_it)", False),
    ],
)
def test_what_an_op_that_is_mapped_answers_is_an_object(tmp_path: Path, body: str, stays: bool) -> None:
    files = files_of("", "context.resources.dbt_cloud.run_job_and_poll(67890)")
    files["pipeline/jobs.py"] = (
        "from dagster import job, op\n\nfrom pipeline.ops import run_it\n\n\n"
        "@op\ndef collect(runs):\n    return [run.job_id for run in runs]\n\n\n"
        f"@job\ndef nightly():\n    {body}\n"
    )
    texts, report = migrate(tmp_path, files)
    assert ("class DbtCloudOutput:" in texts["pipeline/ops.py"]) is stays
    assert not [finding for finding in report.findings if finding.code.startswith("LDC3")]


@pytest.mark.parametrize(
    "call",
    [
        "list(map(read, [context.resources.dbt_cloud.run_job_and_poll(67890)]))",
        "elsewhere(context.resources.dbt_cloud.run_job_and_poll(67890))",
    ],
)
def test_an_answer_that_is_handed_out_of_sight_is_an_object(tmp_path: Path, call: str) -> None:
    files = files_of("\nfrom elsewhere import elsewhere, read\n", call)
    texts, report = migrate(tmp_path, files)
    assert "class DbtCloudOutput:" in texts["pipeline/ops.py"]
    assert not [finding for finding in report.findings if finding.code.startswith("LDC3")]
