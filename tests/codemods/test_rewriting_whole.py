"""A unit migrates as a whole or not at all, also where one of its files turns out to be unchangeable."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from rewriting import migrate

from legacy_shim.codemods.editing import apply
from legacy_shim.codemods.editing.edits import Edit
from legacy_shim.codemods.editing.excerpts import Excerpt, Lines, excerpts

RESOURCES = """
    from dagster_dbt import dbt_cloud_resource

    dbt_cloud = dbt_cloud_resource("t", 12345)
    other = dbt_cloud_resource("t", 12345)
"""
MODELS = """
    from dagster_dbt import load_assets_from_dbt_cloud_job
    from resources import dbt_cloud

    models = load_assets_from_dbt_cloud_job(
        dbt_cloud, 67890, node_info_to_asset_key=lambda node: node["name"]
    )
"""
FINANCE = """
    from dagster_dbt import load_assets_from_dbt_cloud_job
    from resources import other

    finance = load_assets_from_dbt_cloud_job(other, 67891, node_info_to_asset_key=lambda node: node["name"])
"""
FILES = {"resources.py": RESOURCES, "models.py": MODELS, "finance.py": FINANCE}


def test_a_unit_with_a_file_that_cannot_be_changed_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = apply.apply_edits

    def refuses_to_decorate(
        text: str, statements: Sequence[Lines], edits: Sequence[Edit], indent: str
    ) -> str:
        if "models = " in text and any("@dbt_cloud_assets" in getattr(edit, "text", "") for edit in edits):
            raise apply.NotApplied("it cannot be given back as it was")
        return real(text, statements, edits, indent)

    monkeypatch.setattr(apply, "apply_edits", refuses_to_decorate)
    texts, report = migrate(tmp_path, FILES)
    assert "from legacy_shim import load_assets_from_dbt_cloud_job" in texts["models.py"]
    assert "dbt_cloud = dbt_cloud_resource(" in texts["resources.py"]
    assert "other = DbtCloudWorkspace(" in texts["resources.py"]
    assert "class DbtCloudJob67891Translator(" in texts["finance.py"]
    told = {(finding.place.path.name, finding.code) for finding in report.findings}
    assert {("models.py", "LDC507"), ("resources.py", "LDC308")} <= told
    assert report.file_problems


def test_names_do_not_depend_on_how_often_they_were_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()
    straight, _ = migrate(tmp_path / "one", FILES)
    real, asked = apply.apply_edits, []

    def refuses_once(text: str, statements: Sequence[Lines], edits: Sequence[Edit], indent: str) -> str:
        asked.append(text)
        if "unrelated" in text and len(asked) < 4:
            raise apply.NotApplied("not now")
        return real(text, statements, edits, indent)

    monkeypatch.setattr(apply, "apply_edits", refuses_once)
    blocked = {
        "unrelated.py": 'from dagster_dbt import dbt_cloud_resource\nunrelated = dbt_cloud_resource("t", 1)\n'
    }
    again, _ = migrate(tmp_path / "two", {**FILES, **blocked})
    assert {name: again[name] for name in FILES} == straight


def test_what_is_parsed_does_not_change_the_result(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Excerpts are there for speed alone."""
    program = {
        "program.py": """
            '''A docstring.'''
            import os; import sys
            from dagster import Definitions, job, op
            # of the loader
            from dagster_dbt import dbt_cloud_resource, load_assets_from_dbt_cloud_job


            def unrelated(): return 1
            x = 1; dbt_cloud = dbt_cloud_resource("t", 12345); y = 2
            @op(required_resource_keys={"dbt_cloud"})
            def run(context):
                return [context.resources.dbt_cloud.run_job_and_poll(67890)]


            if os.name:
                pass
            models = load_assets_from_dbt_cloud_job(dbt_cloud, 67890); z = 3
            # behind it
            class Unrelated:
                pass
            defs = Definitions(assets=[models], resources={"dbt_cloud": dbt_cloud})
            # the end"""
    }
    (tmp_path / "parts").mkdir()
    (tmp_path / "whole").mkdir()
    parts, _ = migrate(tmp_path / "parts", program)

    def whole(_: Sequence[Lines], edits: Sequence[Edit]) -> list[Excerpt]:
        return [Excerpt(1, None, tuple(edits))]

    monkeypatch.setattr(apply, "excerpts", whole)
    assert migrate(tmp_path / "whole", program)[0] == parts
    assert excerpts([(1, 1)], []) == []


def test_definitions_that_are_merged_are_given_no_second_resource_under_a_key(tmp_path: Path) -> None:
    team_a = """
        from dagster import Definitions
        from dagster_dbt import DbtCloudClientResource, load_assets_from_dbt_cloud_job
        dbt_cloud = DbtCloudClientResource(auth_token="t", account_id=12345)
        defs = Definitions(assets=[load_assets_from_dbt_cloud_job(dbt_cloud, 67890)])
    """
    team_b = """
        from dagster import Definitions, asset
        from dagster_dbt import DbtCloudClientResource
        @asset
        def b(dbt_cloud: DbtCloudClientResource):
            dbt_cloud.get_job(67891)
        dbt_cloud = DbtCloudClientResource(auth_token="t", account_id=12345)
        defs = Definitions(assets=[b], resources={"dbt_cloud": dbt_cloud})
    """
    merged = """
        from dagster import Definitions
        import team_a, team_b
        defs = Definitions.merge(team_a.defs, team_b.defs)
    """
    files = {"team_a.py": team_a, "team_b.py": team_b, "definitions.py": merged}
    texts, _ = migrate(tmp_path, files)
    assert "resources=" not in texts["team_a.py"]
    assert "def dbt_cloud_job_67890(context: AssetExecutionContext):" in texts["team_a.py"]
    alone, _ = migrate(tmp_path / "alone", {"team_a.py": team_a})
    assert 'resources={"dbt_cloud": dbt_cloud}' in alone["team_a.py"]
