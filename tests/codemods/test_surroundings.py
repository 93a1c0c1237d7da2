"""What is not among the given files is not changed, and what it needs of them stays as it is."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest
from rewriting import FACTS

from legacy_shim.codemods import pipeline
from legacy_shim.codemods.options import Options

FILES = {
    "shared/__init__.py": "",
    "shared/resources.py": """
        from dagster_dbt import dbt_cloud_resource

        dbt_cloud = dbt_cloud_resource("t", 12345)
        other = dbt_cloud_resource("t", 12345)
    """,
    "first/definitions.py": """
        from dagster import Definitions
        from dagster_dbt import load_assets_from_dbt_cloud_job
        from shared.resources import dbt_cloud

        models = load_assets_from_dbt_cloud_job(dbt_cloud=dbt_cloud, job_id=67890)
        defs = Definitions(assets=[models])
    """,
    "second/definitions.py": """
        from dagster import Definitions
        from dagster_dbt import load_assets_from_dbt_cloud_job
        from shared.resources import dbt_cloud

        models = load_assets_from_dbt_cloud_job(dbt_cloud=dbt_cloud, job_id=67891)
        defs = Definitions(assets=[models])
    """,
    "third.py": """
        from dagster import Definitions
        from dagster_dbt import load_assets_from_dbt_cloud_job
        from shared.resources import other

        defs = Definitions(assets=[load_assets_from_dbt_cloud_job(dbt_cloud=other, job_id=67890)])
    """,
}


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    (tmp_path / ".git").mkdir()
    for name, text in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(textwrap.dedent(text).lstrip("\n"))
    return tmp_path


def migrate(*paths: Path) -> list[str]:
    report = pipeline.write(pipeline.migrate(paths, Options(facts=FACTS)))
    return [f"{finding.place.path.name} {finding.code} {finding.message}" for finding in report.findings]


def test_a_resource_that_others_use_stays_for_them(repository: Path) -> None:
    told = migrate(repository / "shared", repository / "first")
    resources = (repository / "shared/resources.py").read_text()
    assert 'dbt_cloud = dbt_cloud_resource("t", 12345)' in resources
    assert "dbt_cloud_workspace = DbtCloudWorkspace(" in resources
    assert "workspace=dbt_cloud_workspace," in (repository / "first/definitions.py").read_text()
    for name in ("second/definitions.py", "third.py"):
        assert (repository / name).read_text() == textwrap.dedent(FILES[name]).lstrip("\n")
    assert any("LDC308" in line and "second/definitions.py" in line for line in told)


def test_a_use_whose_resource_is_elsewhere_stays(repository: Path) -> None:
    told = migrate(repository / "third.py")
    text = (repository / "third.py").read_text()
    assert "from legacy_shim import load_assets_from_dbt_cloud_job" in text
    assert (repository / "shared/resources.py").read_text().startswith("from dagster_dbt import")
    assert any("LDC308" in line and "not among the files to migrate" in line for line in told)


def test_findings_and_sites_are_those_of_the_given_files(repository: Path) -> None:
    report = pipeline.scan([repository / "third.py"], Options(facts=FACTS))
    assert {finding.place.path.name for finding in report.findings} == {"third.py"}
    assert report.sites.total == 1


def test_once_all_is_given_all_of_it_migrates(repository: Path) -> None:
    migrate(repository / "shared", repository / "first")
    migrate(repository)
    texts = [path.read_text() for path in repository.rglob("*.py")]
    assert not any("legacy_shim" in text for text in texts)


def test_what_a_vendored_dagster_dbt_around_means_is_said_of_the_given_files_alone(repository: Path) -> None:
    vendored = repository / "vendor/dagster_dbt/cloud/__init__.py"
    vendored.parent.mkdir(parents=True)
    for path in (vendored, vendored.parents[1] / "__init__.py"):
        path.write_text("def dbt_cloud_resource(_): ...\n")
    told = migrate(repository / "third.py")
    assert told == [
        "third.py LDC302 `dagster_dbt` may be the package of the tree in vendor/dagster_dbt: its imports are left as they are"
    ]


def test_a_vendored_dagster_dbt_around_is_named_where_the_files_are_reached_by_a_link(
    repository: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    vendored = repository / "vendor/dagster_dbt/cloud/__init__.py"
    vendored.parent.mkdir(parents=True)
    for path in (vendored, vendored.parents[1] / "__init__.py"):
        path.write_text("def dbt_cloud_resource(_): ...\n")
    link = tmp_path_factory.mktemp("elsewhere") / "link"
    link.symlink_to(repository / "second", target_is_directory=True)
    assert any("vendor/dagster_dbt" in line for line in migrate(link))
