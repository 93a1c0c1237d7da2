"""What v2's client lacks is asked for by functions of the file; what legacy's lacks too is kept, and said to be."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from rewriting import migrate, migrate_one

from legacy_shim.codemods.facts.release import Release

HEAD = """
from functools import partial

from dagster import Definitions, op
from dagster_dbt import DbtCloudClientResource

cloud = DbtCloudClientResource(auth_token="t", account_id=12345)


@op(required_resource_keys={"cloud"})
def work(context):
    client = context.resources.cloud
    print(client.get_job(67890))
"""
DEFS = '\n\ndefs = Definitions(resources={"cloud": cloud})\n'


def _program(line: str) -> str:
    return f"{HEAD}    {line}\n{DEFS}"


@pytest.mark.parametrize(
    ("line", "after", "defined"),
    [
        ("client.get_runs(job_id=67890)", "get_runs(client.get_client(), job_id=67890)", "get_runs"),
        ("client.list_jobs(11)", "list_jobs(client.get_client(), 11)", "list_jobs"),
        (
            'client.update_job(67890, name="New")',
            'update_job(client.get_client(), 67890, name="New")',
            "update_job",
        ),
        (
            'client.get_run_artifact(1, "a.sql", step=2)',
            'get_run_artifact(client.get_client(), 1, "a.sql", step=2)',
            "get_run_artifact",
        ),
        ("client.get_manifest(1, step=2)", "get_manifest(client.get_client(), 1, step=2)", "get_manifest"),
        (
            'client.run_job(67890, git_branch="x")',
            'start_run(client.get_client(), 67890, git_branch="x")',
            "start_run",
        ),
        (
            "client.run_job_and_poll(67890, **given)",
            "run_job(client.get_client(), 67890, **given)",
            "run_job",
        ),
        (
            "client.run_job_and_poll(67890, threads_override=8)",
            "run_job(client.get_client(), 67890, threads_override=8)",
            "start_run",
        ),
        (
            "pool.submit(client.run_job_and_poll, 67890)",
            "pool.submit(run_job, client.get_client(), 67890)",
            "run_job",
        ),
        (
            "partial(client.run_job_and_poll, 67890)",
            "partial(run_job, client.get_client(), 67890)",
            "start_run",
        ),
        (
            "client.build_url_for_job(11, job_id=67890)",
            "build_url_for_job(client.get_client(), 11, job_id=67890)",
            "build_url_for_job",
        ),
        (
            'client.build_url_for_cloud_docs(67890, "model", "a.b")',
            'build_url_for_cloud_docs(client.get_client(), 67890, "model", "a.b")',
            "build_url_for_cloud_docs",
        ),
        ("client.rerun_job(67890)", "rerun_job(client.get_client(), 67890)", "rerun_job"),
        ("map(client.get_runs, [[]])", "map(partial(get_runs, client.get_client()), [[]])", "get_runs"),
    ],
)
def test_the_file_defines_the_function(tmp_path: Path, line: str, after: str, defined: str) -> None:
    text, codes = migrate_one(tmp_path, _program(line))
    assert f"    {after}\n" in text
    assert len(re.findall(rf"def {defined}\(\s*client,\s", text)) == 1
    assert text.count("def dbt_cloud_request(") == (0 if "submit" in line or "build_url" in line else 1)
    assert "legacy_shim" not in text
    assert "LDC218" in codes


@pytest.mark.parametrize(
    ("line", "after"),
    [
        ("retry(client.get_run, 5)", "retry(client.get_client().get_run_details, 5)"),
        ("fetch = client.get_job", "fetch = client.get_client().get_job_details"),
    ],
)
def test_what_v2_has_is_handed_on_itself(tmp_path: Path, line: str, after: str) -> None:
    text, _ = migrate_one(tmp_path, _program(line))
    assert f"    {after}\n" in text
    assert "def " not in text.replace("def work(", "")


def test_one_request_function_serves_all(tmp_path: Path) -> None:
    lines = "client.get_runs()\n    client.list_jobs(11)\n    client.get_runs(limit=5)"
    text, _ = migrate_one(tmp_path, _program(lines))
    assert (
        text.count("def dbt_cloud_request(")
        == text.count("def get_runs(")
        == text.count("def list_jobs(")
        == 1
    )


def test_single_quotes_and_tabs_are_kept(tmp_path: Path) -> None:
    program = _program("client.get_runs()").replace('"', "'").replace("    ", "\t")
    text, _ = migrate_one(tmp_path, program)
    assert "\tquery |= {'offset': offset, 'limit': limit}\n" in text
    assert "\n    " not in text.split("def dbt_cloud_request")[1].split("class ")[0]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("client.trigger_job(67890)", "neither the legacy client nor v2's has `trigger_job`"),
        (
            "client.get_runs(job=67890)",
            "`get_runs` has no parameter `job`, in the legacy API either: leave it out",
        ),
        (
            "client.get_run_steps(1, 2)",
            "`get_run_steps` takes fewer arguments, in the legacy API too: leave some out",
        ),
    ],
)
def test_what_legacy_has_not_stays(tmp_path: Path, line: str, said: str) -> None:
    texts, report = migrate(tmp_path, {"program.py": _program(line)})
    assert f"    {line}\n" in texts["program.py"]
    assert said in next(each.message for each in report.findings if each.code == "LDC304")


def test_steps_need_what_the_oldest_release_lacks(tmp_path: Path) -> None:
    text, _ = migrate_one(tmp_path, _program("client.get_run_steps(1)"), release=Release((0, 28, 0)))
    assert "client.get_run_steps(1)" in text
    text, _ = migrate_one(tmp_path, _program("client.get_runs()"), release=Release((0, 28, 0)))
    assert "get_runs(client.get_client())" in text


def test_what_a_star_import_would_bring_along_is_private(tmp_path: Path) -> None:
    files = {
        "ops.py": _program("print(client.get_runs(), max([client.run_job_and_poll(67890)], key=id).run_id)"),
        "all.py": "from ours import get_runs, run_job\nfrom ops import *\n\nget_runs()\nrun_job()\n",
    }
    texts, _ = migrate(tmp_path, files)
    defined = {
        node.name
        for node in ast.parse(texts["ops.py"]).body
        if isinstance(node, (ast.FunctionDef, ast.ClassDef))
    }
    assert defined == {"work", "_get_runs", "_run_job", "_dbt_cloud_request", "_DbtCloudOutput"}


RESUMES = "client.run_job_and_poll(67890, retry_from_failure=True)"
HANDED_ON = "retry(fn=client.run_job)"


@pytest.mark.parametrize(
    ("line", "elsewhere", "resumes"),
    [
        (RESUMES, "", True),
        ("client.run_job(67890, retry_from_failure=again)", "", True),
        ("client.run_job_and_poll(67890, **given)", 'given = {"retry_from_failure": True}\n', True),
        (HANDED_ON, 'given = {"retry_from_failure": True}\n', True),
        ("client.run_job_and_poll(67890, **given)", "", False),
        (HANDED_ON, "", False),
    ],
)
def test_what_starts_a_run_resumes_where_code_may_ask_for_it(
    tmp_path: Path, line: str, elsewhere: str, resumes: bool
) -> None:
    texts, _ = migrate(tmp_path, {"program.py": _program(line), "elsewhere.py": elsewhere})
    assert "legacy_shim" not in texts["program.py"]
    assert texts["program.py"].count("def start_run(client, job_id, **settings)") == (not resumes)
    assert texts["program.py"].count("def start_run(client, job_id, retry_from_failure=False") == resumes


def test_ops_and_calls_share_what_starts_a_run(tmp_path: Path) -> None:
    op = '{0} = dbt_cloud_run_op.configured({{"job_id": 67890, "retry_from_failure": True}}, name="{0}")\n\n'
    program = _program(RESUMES).replace("import Dbt", "import dbt_cloud_run_op, Dbt")
    program = program.replace("@op(", op.format("one") + "@op(", 1) + op.format("two")
    program = program.replace('"cloud"', '"dbt_cloud"').replace("resources.cloud", "resources.dbt_cloud")
    text, codes = migrate_one(tmp_path, program)
    assert "    run = start_run(client, 67890, retry_from_failure=True)\n" in text
    assert text.count("def start_run(") == text.count("def dbt_cloud_request(") == 1
    assert text.index("def start_run(") < text.index("def one(") < text.index("def run_job(")
    assert "LDC212" not in codes, "the cause is that of legacy"


@pytest.mark.parametrize(
    "line",
    [
        'ops = [dbt_cloud_run_op.configured({"job_id": i, "retry_from_failure": True}, name=f"o{i}") for i in (1, 2)]',
        'nightly = dbt_cloud_run_op.configured({"job_id": 1, "retry_from_failure": {"env": "R"}}, name="nightly")',
        'nightly = dbt_cloud_run_op.configured(given, name="nightly")',
    ],
)
def test_ops_stay_that_may_resume_by_a_configuration_that_is_not_read(tmp_path: Path, line: str) -> None:
    head = "from dagster_dbt import dbt_cloud_run_op\nfrom given import given\n\n"
    files = {"program.py": f"{head}{line}\n", "given.py": 'given = {"retry_from_failure": True}\n'}
    texts, report = migrate(tmp_path, files)
    assert line in texts["program.py"]
    assert "`retry_from_failure`" in next(each.message for each in report.findings if each.code == "LDC302")


_OF_BOTH = """
from dagster import Definitions, op
from dagster_dbt import DbtCloudClientResource

cloud = DbtCloudClientResource(auth_token="t", account_id=12345)


@op
def work(cloud: DbtCloudClientResource):
    client = cloud.get_dbt_client()
    print(client.get_job(67890))
    {line}


@op(required_resource_keys={{"cloud"}})
def other(context):
    client = context.resources.cloud
    {line}


defs = Definitions(resources={{"cloud": cloud}})
"""


@pytest.mark.parametrize(
    ("read", "of_client", "of_workspace"),
    [
        ("client._account_id", "client.account_id", "client.credentials.account_id"),
        ("client._auth_token", "client.token", "client.credentials.token"),
        ("client._request_max_retries", "client.request_max_retries", "client.request_max_retries"),
        ("client._request_retry_delay", "client.request_retry_delay", "client.request_retry_delay"),
        (
            "client.api_v2_base_url",
            '(client.access_url + "/api/v2/accounts/")',
            '(client.credentials.access_url + "/api/v2/accounts/")',
        ),
    ],
)
def test_what_code_reads_of_a_client_for_its_requests_is_there_in_v2(
    tmp_path: Path, read: str, of_client: str, of_workspace: str
) -> None:
    text, _ = migrate_one(tmp_path, _OF_BOTH.format(line=f"print({read}, f'{{{read}}}/runs/')"))
    assert "legacy_shim" not in text
    assert f"print({of_client}, " in text
    assert f"print({of_workspace}, " in text


@pytest.mark.parametrize("read", ["client._log", "client._dbt_cloud_host", "client._log_requests"])
def test_what_v2_has_not_or_has_otherwise_stays(tmp_path: Path, read: str) -> None:
    text, codes = migrate_one(tmp_path, _OF_BOTH.format(line=f"print({read})"))
    assert "LDC304" in codes
    assert "cloud_v2" not in text
