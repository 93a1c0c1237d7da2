"""What a finding carries as data, and that nobody reads it out of what it says."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from rewriting import FACTS, HOURLY, NIGHTLY, clean, migrate

from legacy_shim.codemods import pipeline
from legacy_shim.codemods.findings import Finding, Place
from legacy_shim.codemods.options import Options
from legacy_shim.codemods.reporting.report import sorted_findings

SHOWN_ONCE = "str(place) not in finding.message"
"""The text for people shows no place beside a message that ends with it."""
TOP = Path(__file__).resolve().parents[2]
HEAD = "from dagster_dbt import dbt_cloud_resource, load_assets_from_dbt_cloud_job\n"
CLOUD = 'cloud = dbt_cloud_resource.configured({"auth_token": "t", "account_id": 12345})\n'
LOADS = "models = load_assets_from_dbt_cloud_job(cloud, 67890)\nmore = load_assets_from_dbt_cloud_job(cloud, 67891)\n"


def test_what_differs_names_the_jobs_that_it_is_about(tmp_path: Path) -> None:
    _, report = migrate(tmp_path, {"defs.py": HEAD + CLOUD + LOADS})
    assert report.changes
    differences = [finding for finding in report.findings if finding.is_difference]
    jobs = {(finding.place.line, finding.code): finding.jobs for finding in differences}
    assert jobs[3, "LDC205"] == (67890,)
    assert jobs[4, "LDC204"] == (67891, 67890)  # in the job of the first load
    assert jobs[4, "LDC218"] == (67891,)
    assert all(finding.jobs for finding in differences)
    # The schedule of the second alone is on.
    assert [finding.jobs for finding in differences if finding.code == "LDC208"] == [(67891,)]


def test_a_loop_names_each_job_by_itself(tmp_path: Path) -> None:
    loop = "models = [load_assets_from_dbt_cloud_job(cloud, job) for job in (67890, 67891)]\n"
    _, report = migrate(tmp_path, {"defs.py": HEAD + CLOUD + loop})
    found = {finding.code: [] for finding in report.findings}
    for finding in report.findings:
        found[finding.code].append(finding.jobs)
    assert found["LDC205"] == [(67890,)]  # the hourly job runs no test
    assert found["LDC218"] == [(67890, 67891)]


def test_what_is_kept_names_its_job(tmp_path: Path) -> None:
    load = "class Nightly:\n    models = load_assets_from_dbt_cloud_job(cloud, 67890)\n"
    _, report = migrate(tmp_path, {"defs.py": HEAD + CLOUD + load})
    assert (67890,) in {finding.jobs for finding in report.findings if finding.code == "LDC302"}


def test_a_missing_fact_names_its_job(tmp_path: Path) -> None:
    load = "models = load_assets_from_dbt_cloud_job(cloud, 99)\n"
    _, report = migrate(tmp_path, {"defs.py": HEAD + CLOUD + load})
    assert {finding.jobs for finding in report.findings if finding.code == "LDC401"} == {(99,)}


def test_a_site_names_its_job(tmp_path: Path) -> None:
    (tmp_path / "defs.py").write_text(HEAD + CLOUD + LOADS)
    report = pipeline.scan([tmp_path], Options(facts=FACTS))
    sites = [finding for finding in report.findings if finding.code.startswith("LDC1")]
    assert [finding.jobs for finding in sites] == [(), (NIGHTLY.id,), (HOURLY.id,)]
    assert all(finding.migrates for finding in sites)


def test_findings_that_say_the_same_are_one_of_all_their_jobs() -> None:
    place = Place(Path("a.py"))
    one, two = (Finding(place, "LDC218", "said", jobs=(job,)) for job in (1, 2))
    (found,) = sorted_findings([one, two, one])
    assert found.jobs == (1, 2)


@pytest.mark.parametrize(
    "path",
    sorted((TOP / "codemods").rglob("*.py")),
    ids=lambda path: path.relative_to(TOP).as_posix(),
)
def test_nothing_reads_what_a_finding_says(path: Path) -> None:
    """A message is for people: it is printed whole, sorted by, and neither searched nor compared."""
    assert set(_readings(path.read_text("utf-8"))) <= {SHOWN_ONCE}


def _readings(text: str) -> list[str]:
    """Searches and comparisons of a ``.message``."""
    tree = ast.parse(text)
    found = []
    for node in ast.walk(tree):
        parts: list[ast.AST] = []
        if isinstance(node, ast.Compare):
            parts = [node.left, *node.comparators]
        elif isinstance(node, ast.Call):
            called = ast.unparse(node.func)
            parts = [*node.args] if called.startswith("re.") else []
            if isinstance(node.func, ast.Attribute):
                parts.append(node.func.value)
        found += [ast.unparse(node) for part in parts if _is_message(part)]
    return found


def _is_message(node: ast.AST) -> bool:
    return isinstance(node, ast.Attribute) and node.attr == "message"


def test_the_rule_sees_each_way_to_read_a_message() -> None:
    text = clean(
        """
        re.findall(r"[0-9]+", finding.message)
        finding.message == "can become v2"
        "job" in finding.message
        finding.message.split()
        print(finding.message)
        """
    )
    assert len(_readings(text)) == 4
