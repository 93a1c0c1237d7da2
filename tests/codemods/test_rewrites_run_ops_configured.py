"""Run ops whose configuration is not one display beside the call: their jobs are known all the same."""

from __future__ import annotations

from pathlib import Path

import pytest
from rewriting import migrate, migrate_one

HEAD = """\
from dagster import Definitions, job, op
from dagster_dbt import dbt_cloud_resource, dbt_cloud_run_op

dbt_cloud = dbt_cloud_resource.configured({"auth_token": "t", "account_id": 12345})


@op(required_resource_keys={"dbt_cloud"})
def other(context):
    context.resources.dbt_cloud.run_job(67890)


"""
END = """

@job(resource_defs={"dbt_cloud": dbt_cloud})
def nightly():
    other(), first()


defs = Definitions(jobs=[nightly])
"""
NAMED = {
    "by dict()": 'first = dbt_cloud_run_op.configured(dict(job_id=67891), name="first")',
    "by dict() with more": 'first = dbt_cloud_run_op.configured(dict(job_id=67891, poll_interval=1), "first")',
    "by a row of a table": 'JOBS = {"first": {"job_id": 67891}}\nfirst = dbt_cloud_run_op.configured(JOBS["first"], name="first")',
    "by a parameter": 'def run(job_id, name, **more):\n    return dbt_cloud_run_op.configured(dict(job_id=job_id, **more), name=name)\n\n\nfirst = run(67891, "first")',
    "by a keyword": 'first = dbt_cloud_run_op.configured(config_or_config_fn=dict(job_id=67891), name="first")',
    "by a display in a display": 'first = dbt_cloud_run_op.configured({**{"job_id": 67891}, "poll_interval": 1}, name="first")',
}
UNKNOWN = {
    "of a function": "first = dbt_cloud_run_op.configured(read(), name='first')",
    "of a lambda": "first = dbt_cloud_run_op.configured(lambda _: read(), name='first')",
    "of a launch": "first = dbt_cloud_run_op",
    "of a parameter that is not known": "def run(job_id):\n    return dbt_cloud_run_op.configured(dict(job_id=job_id), name='first')\n\n\nfirst = run(read())",
}


def _told(tmp_path: Path, text: str) -> tuple[str, list[str]]:
    texts, report = migrate(tmp_path, {"definitions.py": f"{HEAD}{text}{END}", "read.py": "x = 1\n"})
    return texts["definitions.py"], [one.message for one in report.findings if one.code == "LDC208"]


@pytest.mark.parametrize("case", NAMED)
def test_its_schedule_is_told(tmp_path: Path, case: str) -> None:
    text, told = _told(tmp_path, NAMED[case])
    assert "legacy_shim" not in text
    assert any("of job 67891 (Hourly) is on now" in one for one in told), told


@pytest.mark.parametrize("case", ["by dict()", "by dict() with more", "by a keyword"])
def test_a_dict_of_keywords_is_read_as_a_display_is(tmp_path: Path, case: str) -> None:
    text, _ = _told(tmp_path, NAMED[case])
    assert "trigger_job_run(67891)" in text
    assert "op_config" not in text


@pytest.mark.parametrize("case", UNKNOWN)
def test_a_job_that_is_not_known_is_told_beside_one_that_is(tmp_path: Path, case: str) -> None:
    text, told = _told(tmp_path, f"from read import x as read\n\n\n{UNKNOWN[case]}")
    assert "legacy_shim" not in text
    assert any("the jobs that it runs may be on" in one for one in told), told
    assert "trigger_job_run(67891)" not in text


def test_a_dict_that_is_not_python_s_is_not_read(tmp_path: Path) -> None:
    body = "dict = read\nfirst = dbt_cloud_run_op.configured(dict(job_id=67891), name='first')"
    text, _ = _told(tmp_path, f"from read import x as read\n\n\n{body}")
    assert "op_config" in text


@pytest.mark.parametrize(
    "change",
    [
        'CONFIG["job_id"] = 67891',
        "CONFIG.update(job_id=67891)",
        'CONFIG |= {"job_id": 67891}',
        "again = CONFIG\nagain.clear()",
    ],
)
def test_a_dict_that_is_changed_later_is_read_when_the_op_runs(tmp_path: Path, change: str) -> None:
    configured = (
        f'CONFIG = {{"job_id": 67890}}\nfirst = dbt_cloud_run_op.configured(CONFIG, name="first")\n{change}\n'
    )
    text, _ = migrate_one(tmp_path, HEAD + configured + END)
    assert '.configured(CONFIG, name="first")' in text


def test_a_call_that_answers_the_op_stays_a_call(tmp_path: Path) -> None:
    program = 'def again():\n    return dbt_cloud_run_op.alias("again").tag({"team": "data"})\n\n\nfirst = again()\n'
    text, codes = migrate_one(tmp_path, HEAD + program + END)
    assert "first = again()" in text
    assert "dbt_cloud_run_op" not in "".join(line for line in text.splitlines() if "import" in line)
    assert not {code for code in codes if code[3] == "3"}


def test_a_method_of_the_op_that_is_passed_on_keeps_it(tmp_path: Path) -> None:
    program = 'from functools import partial\n\nagain = partial(dbt_cloud_run_op.alias, "again")\n\n\n@op\ndef reads(out):\n    print(out.run_details)\n\n\ndef first():\n    return reads(again()())\n'
    text, codes = migrate_one(tmp_path, HEAD + program + END)
    assert "LDC303" in codes
    assert "trigger_job_run" not in text
