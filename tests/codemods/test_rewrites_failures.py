"""Code that tells by the exception of a run gets the one that legacy raised; for other runs it is told what differs."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from rewriting import migrate

PROGRAM = """
import contextlib

from dagster import *
from dagster_dbt import dbt_cloud_resource

cloud = dbt_cloud_resource.configured({"auth_token": "t", "account_id": 12345})


@op(required_resource_keys={"dbt_cloud"})
def refresh(context):
    context.resources.dbt_cloud.run_job_and_poll(67890, poll_timeout=600)


%s


@job(resource_defs={"dbt_cloud": cloud})
def nightly():
    refresh()
"""
AS_LEGACY = """
def run_job(client, job_id, poll_interval=10, poll_timeout=None, steps_override=None):
    run = client.trigger_job_run(job_id, steps_override=steps_override)
    run_id = run["id"]
    page = {"run_page_url": MetadataValue.url(run["href"])}
    try:
        run = client.poll_run(
            run_id,
            poll_interval=poll_interval,
            poll_timeout=poll_timeout or float("inf"),
        )
    except Exception as error:
        if type(error) is not Exception:  # a plain one says that the time is up
            raise
        # It may have ended since poll_run looked.
        run = client.get_run_details(run_id)
        if run["status"] < DbtCloudJobRunStatusType.SUCCESS:
            client.cancel_run(run_id)
            raise Failure(
                f"Run {run_id} timed out after {timedelta(seconds=poll_timeout)}. Attempted to cancel.",
                metadata=page,
            ) from error
    if run["status"] != DbtCloudJobRunStatusType.SUCCESS:
        run = client.get_run_details(run_id, include_related=["trigger"])
        raise Failure(
            f"Run {run_id} failed. Status Message: {run['status_message']}",
            metadata={"run_details": MetadataValue.json(run), **page},
        )
    run = client.get_run_details(
        run_id,
        include_related=["job", "trigger", "run_steps"],
    )
    return run
"""
CALL = "refresh(build_op_context())"


def outcome(folder: Path, more: str, **files: str) -> tuple[str, list[str]]:
    texts, report = migrate(folder, {"program.py": PROGRAM % more, **files})
    return texts["program.py"], [each.code for each in report.findings]


@pytest.mark.parametrize(
    "more",
    [
        f"try:\n    {CALL}\nexcept Failure:\n    pass",
        f"try:\n    {CALL}\nexcept (KeyError, Failure) as failure:\n    print(failure.metadata)",
        f"try:\n    {CALL}\nexcept Exception as error:\n    print(error)",
        f"with contextlib.suppress(Failure):\n    {CALL}",
        f"try:\n    {CALL}\nexcept Exception:\n    alert(traceback.format_exc())",
        f"try:\n    {CALL}\nexcept Exception:\n    alert(sys.exc_info()[1])",
        f"try:\n    {CALL}\nexcept Exception:\n    log.exception('failed')",
        f"try:\n    {CALL}\nexcept:\n    log.error('failed', exc_info=True)",
        "future = pool.submit(refresh)\nalert(future.exception())",
        "def alert(state):\n    return str(state.outcome.exception(timeout=3))",
        "class Alerting:\n    def __exit__(self, kind, error, trace):\n        alert(error)",
        "found = asyncio.gather(one(), two(), return_exceptions=True)",
        f"with pytest.raises(Exception, match='late'):\n    {CALL}",
        "@backoff.on_exception(backoff.expo, Exception, giveup=is_late)\ndef again(): ...",
        "def late(error):\n    return isinstance(error, Failure)",
        "@failure_hook\ndef alert(context):\n    print(context.op_exception)",
        "@run_failure_sensor\ndef alert(context):\n    print(context.failure_event.message)",
        "def is_late(text):\n    return 'timed out after' in text",
    ],
)
def test_where_failures_are_read_they_are_those_of_legacy(tmp_path: Path, more: str) -> None:
    text, codes = outcome(tmp_path, more)
    assert AS_LEGACY in text
    assert "run_job(context.resources.dbt_cloud.get_client(), 67890, poll_timeout=600)" in text
    assert "LDC225" not in codes
    assert "LDC216" not in codes


@pytest.mark.parametrize(
    "file",
    [
        "import pytest\nfrom dagster import Failure\n\ndef test():\n    with pytest.raises(Failure):\n        run()\n",
        "from dagster import Failure as Failed\n\n@retry(retry_if_exception_type(Failed))\ndef run(): ...\n",
        "from dagster_slack import make_slack_on_run_failure_sensor\n\nalert = make_slack_on_run_failure_sensor('#x', 't')\n",
    ],
)
def test_a_file_that_names_nothing_legacy_may_read_failures(tmp_path: Path, file: str) -> None:
    text, codes = outcome(tmp_path, "", **{"alerts.py": file})
    assert AS_LEGACY in text
    assert "LDC225" not in codes


@pytest.mark.parametrize(
    "more",
    [
        "",
        "def check():\n    raise Failure('no rows')",
        f"try:\n    {CALL}\nexcept Exception:\n    print('failed')",
        f"try:\n    {CALL}\nexcept Exception as error:\n    raise error",
        "try:\n    int('x')\nexcept ValueError as error:\n    print(error)",
        '"""What is in Failure Modes."""',
        f"try:\n    {CALL}\nexcept Exception:\n    log.error('failed')",
        "try:\n    int('x')\nexcept ValueError:\n    log.exception('no number')",
        "log.exception('by name alone')",
        "class Timer:\n    def __exit__(self, *_):\n        print(self.started)",
        "class Timer:\n    def __exit__(self, kind, error, trace):\n        self.started = None",
        f"with pytest.raises(Exception):\n    {CALL}",
        "found = asyncio.gather(one(), two())",
    ],
)
def test_where_no_failure_is_read_the_difference_is_told(tmp_path: Path, more: str) -> None:
    text, codes = outcome(tmp_path, more)
    assert "    DbtCloudRun.from_run_details(run).raise_for_status()\n" in text
    assert codes.count("LDC225") == 1
    assert "LDC216" in codes


def test_run_ops_raise_what_legacy_raised_too(tmp_path: Path) -> None:
    program = """
from dagster import *
from dagster_dbt import dbt_cloud_resource, dbt_cloud_run_op

run_it = dbt_cloud_run_op.configured({"job_id": 67890, "poll_timeout": 900}, name="run_it")


@failure_hook
def alert(context):
    print(context.op_exception.metadata["run_page_url"].value)


@job(hooks={alert}, resource_defs={"dbt_cloud": dbt_cloud_resource("t", 12345)})
def nightly():
    run_it()
"""
    texts, report = migrate(tmp_path, {"program.py": program})
    assert "timed out after {timedelta(seconds=900)}. Attempted to cancel." in texts["program.py"]
    assert not {"LDC216", "LDC225"} & {each.code for each in report.findings}


@pytest.mark.parametrize(
    ("timeout", "said"),
    [
        ("900", "{timedelta(seconds=900)}. Attempted"),
        ('LIMITS["nightly"]', "{timedelta(seconds=LIMITS['nightly'])}. Attempted"),
        ("LIMITS['nightly']", "\" + str(timedelta(seconds=LIMITS['nightly'])) + \". Attempted"),
        (
            "LIMITS[f\"{NAME}ly\" or 'a']",
            '" + str(timedelta(seconds=LIMITS[f"{NAME}ly" or \'a\'])) + ". Attempted',
        ),
    ],
)
def test_a_limit_is_said_in_a_string_that_every_python_reads(tmp_path: Path, timeout: str, said: str) -> None:
    program = f"""
from dagster import *
from dagster_dbt import dbt_cloud_resource, dbt_cloud_run_op

NAME = "night"
LIMITS = {{"nightly": 900}}
run_it = dbt_cloud_run_op.configured({{"job_id": 67890, "poll_timeout": {timeout}}}, name="run_it")


@failure_hook
def alert(context):
    print(context.op_exception.metadata["run_page_url"].value)


@job(hooks={{alert}}, resource_defs={{"dbt_cloud": dbt_cloud_resource("t", 12345)}})
def nightly():
    run_it()
"""
    texts, report = migrate(tmp_path, {"program.py": program})
    assert said in " ".join(texts["program.py"].split()), [str(each) for each in report.findings]
    ast.parse(texts["program.py"], feature_version=(3, 10))


def test_a_bare_op_of_a_job_that_reads_failures_reads_its_limit_from_its_configuration(
    tmp_path: Path,
) -> None:
    program = """
from dagster import *
from dagster_dbt import dbt_cloud_resource, dbt_cloud_run_op


def make(name, job_id):
    return dbt_cloud_run_op.configured({"job_id": job_id}, name=name)


run_it = make("run_it", 67890)


@failure_hook
def alert(context):
    print(context.op_exception.metadata["run_page_url"].value)


@job(hooks={alert}, resource_defs={"dbt_cloud": dbt_cloud_resource("t", 12345)})
def nightly():
    run_it()
"""
    texts, report = migrate(tmp_path, {"program.py": program})
    assert "{timedelta(seconds=config['poll_timeout'])}. Attempted to cancel." in texts["program.py"]
    assert not {each.code for each in report.findings} & {"LDC302", "LDC303", "LDC507"}
