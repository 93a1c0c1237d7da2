"""The results of a run, which v2 fetches anew for each read, belong to an object where code changes them and reads them again."""

from __future__ import annotations

from pathlib import Path

import pytest
from rewriting import migrate

PROGRAM = """
from dagster import job, op
from dagster_dbt import DbtCloudClientResource

dbt = DbtCloudClientResource(auth_token="t", account_id=12345)


@op
def nightly(context, dbt: DbtCloudClientResource):
    out = dbt.get_dbt_client().run_job_and_poll(67891)
    {body}


@job(resource_defs={{"dbt": dbt}})
def by_hand():
    nightly()
"""
READ_AGAIN = "\n    print(len(out.result['results']))"
CHANGED = [
    "out.result['results'].append({})",
    "out.result['extra'] = 1",
    "del out.result['results']",
    "out.result['results'] += [1]",
    "out.result.update(extra=1)",
    "out.result.get('results').clear()",
    "first = out.result['results'].pop()",
    "results = out.result['results']\n    results.sort(key=len)" + READ_AGAIN,
    "for result in out.result['results']:\n        result['seen'] = True" + READ_AGAIN,
    "[result.update(seen=True) for result in out.result['results']]" + READ_AGAIN,
    "first, *rest = out.result['results']\n    first['seen'] = True" + READ_AGAIN,
    "if found := out.result['results']:\n        found.append({})" + READ_AGAIN,
    "tidy(out.result)" + READ_AGAIN,
    "for result in sorted(out.result['results'], key=len):\n        tidy(result)" + READ_AGAIN,
    "kept = {'all': out.result}" + READ_AGAIN,
    "one, other = out.result, out.result",
    "one = out.result\n    print(one is out.result)",
]
LOOKED_AT = [
    "print(out.result['results'][0]['status'])" + READ_AGAIN,
    "for result in out.result['results']:\n        context.log.info(result['unique_id'])" + READ_AGAIN,
    "failed = [result['unique_id'] for result in out.result['results'] if result['status'] == 'error']"
    + READ_AGAIN,
    "assert out.result['results']" + READ_AGAIN,
    "print(f\"{out.result['metadata']}\", json.dumps(out.result))" + READ_AGAIN,
    "context.log.info(out.result['metadata'])" + READ_AGAIN,
    "for result in sorted(out.result['results'], key=len):\n        store(result['unique_id'], result.get('status'))"
    + READ_AGAIN,
    "results = out.result['results']\n    results.sort(key=len)\n    print(results)",
    "print(len(out.result['results']))\n    return out.result['results']",
]
CAUSE = """
from dagster import job, op
from dagster_dbt import DbtCloudClientResource

dbt = DbtCloudClientResource(auth_token="t", account_id=12345)


@op
def nightly(context, dbt: DbtCloudClientResource):
    return dbt.get_dbt_client().run_job_and_poll(67891).run_details{read}


@job(resource_defs={{"dbt": dbt}})
def by_hand():
    nightly()
"""


@pytest.mark.parametrize("body", CHANGED)
def test_results_that_are_changed_belong_to_an_object(tmp_path: Path, body: str) -> None:
    texts, report = migrate(tmp_path, {"program.py": PROGRAM.format(body=body)})
    assert f"    out = run_job(dbt.get_client(), 67891)\n    {body}\n" in texts["program.py"]
    assert "class DbtCloudOutput:" in texts["program.py"]
    assert not report.left_for_a_person


@pytest.mark.parametrize("body", CHANGED[::4])
def test_results_that_are_changed_stay_where_no_object_serves(tmp_path: Path, body: str) -> None:
    program = PROGRAM.format(body=body) + "\n\ndef shown(it):\n    return it.run_status\n"
    texts, report = migrate(tmp_path, {"program.py": program})
    assert texts["program.py"] == program.lstrip("\n").replace("dagster_dbt import", "legacy_shim import")
    assert any("changed in place" in each.message for each in report.findings if each.code == "LDC304")


@pytest.mark.parametrize("body", LOOKED_AT)
def test_results_that_are_looked_at_become_v2(tmp_path: Path, body: str) -> None:
    texts, _ = migrate(tmp_path, {"program.py": PROGRAM.format(body=body)})
    assert "legacy_shim" not in texts["program.py"]
    assert texts["program.py"].count(".get_run_results_json(") == body.count("out.result")


@pytest.mark.parametrize(
    ("read", "is_said"),
    [('["trigger"]["cause"]', True), ('["trigger"].get("cause")', True), ('["trigger"]["id"]', False)],
)
def test_a_cause_that_is_read_is_reported(tmp_path: Path, read: str, is_said: bool) -> None:
    _, report = migrate(tmp_path, {"program.py": CAUSE.format(read=read)})
    said = [each.message for each in report.findings if each.code == "LDC212"]
    assert said == ['the cause is "Triggered by dagster."'] * is_said
