"""New statements are broken where a formatter breaks them, and mean the same."""

from __future__ import annotations

import ast

import pytest

from legacy_shim.codemods.editing.line_breaks import within

BROKEN = {
    "arguments that fit on one line": (
        'yield from workspace.cli(job["command"], context=context).wait(timeout=inf)',
        'yield from workspace.cli(job["command"], context=context).wait(\n    timeout=inf\n)',
    ),
    "arguments that do not": (
        'docs = urljoin(run_details["href"], f"/accounts/{account_id}/jobs/{job_id}/runs/{run_id}/docs/")',
        'docs = urljoin(\n    run_details["href"],\n    f"/accounts/{account_id}/jobs/{job_id}/runs/{run_id}/docs/",\n)',
    ),
    "a call whose answer an item is taken of": (
        'return request(client, "GET", url, params={"job_definition_id": 1}).json()["data"]',
        'return request(\n    client, "GET", url, params={"job_definition_id": 1}\n).json()["data"]',
    ),
    "a tuple, one element a line": (
        'if name not in ("created_at", "updated_at", "dequeued_at", "started_at"):\n    pass',
        'if name not in (\n    "created_at",\n    "updated_at",\n    "dequeued_at",\n    "started_at",\n):\n    pass',
    ),
    "one long string": (
        'raise ValueError("job 67890, but DBT_CLOUD_JOB_ID names another, so add it to the table")',
        'raise ValueError(\n    "job 67890, but DBT_CLOUD_JOB_ID names another, so add it to the table"\n)',
    ),
    "what stands behind a bracket": (
        'raise Failure(f"Max retries ({retries}) exceeded with url: {url}.") from problem',
        'raise Failure(\n    f"Max retries ({retries}) exceeded with url: {url}."\n) from problem',
    ),
    "an argument alone on its line": (
        "x = call(\n    translator=Translator(TranslatorSettings(enable_asset_checks=False_or_so)),\n)",
        "x = call(\n    translator=Translator(\n        TranslatorSettings(enable_asset_checks=False_or_so)\n    ),\n)",
    ),
    "an argument that is added up": (
        'x = call(\n    f"Run {run_id} timed out after " + str(timedelta(seconds=LIMIT)) + ". So",\n)',
        'x = call(\n    f"Run {run_id} timed out after "\n    + str(timedelta(seconds=LIMIT))\n    + ". So",\n)',
    ),
    "a decorator": (
        '@dbt_cloud_assets(workspace=cloud, select="tag:daily", name="dbt_cloud_job_67890")\ndef f(): ...',
        '@dbt_cloud_assets(\n    workspace=cloud, select="tag:daily", name="dbt_cloud_job_67890"\n)\ndef f(): ...',
    ),
    "parameters": (
        "def get_runs(client, include_related=None, job_id=None, offset=0, limit=100):\n    pass",
        "def get_runs(\n    client, include_related=None, job_id=None, offset=0, limit=100\n):\n    pass",
    ),
}
LEFT = {
    "a comment": 'x = call(some_long_argument, another_long_argument)  # and a comment that is long "',
    "nothing to break": "a_long_name_of_a_variable_that_is_given = another_long_name_of_a_variable_of_it",
    "a string of several lines": 'x = call("""\n  f(one_long_argument_of_the_call, another_long_argument_of_the_call, 3)\n""")',
    "what does not parse": "else:\n    call(some_long_argument_of_the_call, another_long_argument_of_the_call, 3)",
    "what is short": "x = call(\n    1,\n)",
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_long_line_is_broken(case: str) -> None:
    before, after = BROKEN[case]
    assert within(before, 70, "    ") == after
    assert ast.dump(ast.parse(after)) == ast.dump(ast.parse(before))


@pytest.mark.parametrize("case", LEFT)
def test_what_cannot_be_broken_stays(case: str) -> None:
    assert within(LEFT[case], 70, "    ") == LEFT[case]


def test_a_line_is_indented_as_its_file_is() -> None:
    assert within("if x:\n\tcall(one, two)", 9, "\t") == "if x:\n\tcall(\n\t\tone,\n\t\ttwo,\n\t)"
