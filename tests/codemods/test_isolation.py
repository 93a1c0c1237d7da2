"""A file that the tool breaks down over: it is named, what it may use stays, and all else is done."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from rewriting import migrate

from legacy_shim.codemods import constructs, deciding, rewriting
from legacy_shim.codemods.analysis.syntax.source_module import Module
from legacy_shim.codemods.analysis.uses import uses
from legacy_shim.codemods.constructs.loads import rewrite as loads
from legacy_shim.codemods.editing import change
from legacy_shim.codemods.planning.claims import Claim, Context
from legacy_shim.codemods.reporting.report import Report

RESOURCE = """\
from dagster_dbt import dbt_cloud_resource

{name} = dbt_cloud_resource.configured({{"auth_token": "t", "account_id": 12345}})
"""
LOADS = """\
from dagster_dbt import load_assets_from_dbt_cloud_job
from {module} import {name}

models = load_assets_from_dbt_cloud_job(dbt_cloud={name}, job_id=67890)
"""
FILES = {
    "res_a.py": RESOURCE.format(name="cloud_a"),
    "loads_a.py": LOADS.format(module="res_a", name="cloud_a"),
    "res_b.py": RESOURCE.format(name="cloud_b"),
    "loads_b.py": LOADS.format(module="res_b", name="cloud_b"),
}


def problems_of(report: Report) -> list[tuple[str, str]]:
    return [(finding.code, finding.place.path.name) for finding in report.file_problems]


def test_claims_that_break_down_keep_what_the_file_may_use(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = loads.claims

    def claims(context: Context) -> Iterator[Claim]:
        for claim in real(context):
            look_at(claim.module)
            yield claim

    def look_at(module: Module) -> None:
        if module.path.name == "loads_a.py":
            raise ZeroDivisionError("boom")

    monkeypatch.setattr(loads, "claims", claims)
    texts, report = migrate(tmp_path, FILES)
    assert problems_of(report) == [("LDC507", "loads_a.py")]
    assert texts["loads_a.py"] == FILES["loads_a.py"], "it is left as it was"
    assert "DbtCloudWorkspace" not in texts["res_a.py"], "what it imports stays"
    assert "from legacy_shim import dbt_cloud_resource" in texts["res_a.py"]
    assert "DbtCloudWorkspace" in texts["res_b.py"]
    assert "dbt_cloud_assets" in texts["loads_b.py"]
    (reason,) = [finding for finding in report.findings if finding.code == "LDC303"]
    assert reason.place.path.name == "res_a.py"
    assert reason.message.endswith("loads_a.py, which could not be analysed, may use it")


def test_an_index_that_breaks_down_keeps_what_is_reached_by_its_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = {
        "defs.py": RESOURCE.format(name="cloud")
        + "from dagster import Definitions\nfrom dagster_dbt import load_assets_from_dbt_cloud_job\n"
        "models = load_assets_from_dbt_cloud_job(dbt_cloud=cloud, job_id=67890)\n"
        'defs = Definitions(assets=[models], resources={"dbt_cloud": cloud})\n',
        "ops.py": "from dagster import op\nfrom dagster_dbt import dbt_cloud_run_op\n\n\n"
        "@op(required_resource_keys={'dbt_cloud'})\ndef go(context):\n    context.resources.dbt_cloud.cancel_run(1)\n",
    }
    real = uses.displays_around

    def displays_around(module: Module, node: object) -> object:
        if module.path.name == "ops.py":
            raise RecursionError
        return real(module, node)  # type: ignore[arg-type]

    monkeypatch.setattr("legacy_shim.codemods.analysis.project.indexing.displays_around", displays_around)
    texts, report = migrate(tmp_path, files)
    assert problems_of(report) == [("LDC507", "ops.py")]
    assert texts["ops.py"] == files["ops.py"]
    assert "DbtCloudWorkspace" not in texts["defs.py"]


def test_a_rewrite_that_breaks_down_keeps_its_unit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = loads.rewrite

    def rewrite(claim: Claim, *more: object) -> object:
        if claim.module.path.name == "loads_b.py":
            raise KeyError("boom")
        return real(claim, *more)  # type: ignore[arg-type]

    monkeypatch.setattr(loads, "rewrite", rewrite)
    texts, report = migrate(tmp_path, FILES)
    assert "LDC507" in {finding.code for finding in report.findings}
    assert "DbtCloudWorkspace" in texts["res_a.py"]
    assert "DbtCloudWorkspace" not in texts["res_b.py"] + texts["loads_b.py"]


def test_edits_that_break_down_keep_the_unit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = rewriting.import_edits

    def import_edits(module: Module, *more: object) -> object:
        if module.path.name == "loads_b.py":
            raise IndexError("boom")
        return real(module, *more)  # type: ignore[arg-type]

    monkeypatch.setattr(rewriting, "import_edits", import_edits)
    texts, report = migrate(tmp_path, FILES)
    assert problems_of(report) == [("LDC507", "loads_b.py")]
    assert "DbtCloudWorkspace" in texts["res_a.py"]
    assert "DbtCloudWorkspace" not in texts["res_b.py"] + texts["loads_b.py"]


def test_a_file_that_python_cannot_read_keeps_what_it_may_use(tmp_path: Path) -> None:
    deep = "from dagster_dbt import dbt_cloud_resource\nimport res_a\nx = " + "-" * 200_000 + "1\n"
    texts, report = migrate(tmp_path, {**FILES, "deep.py": deep})
    assert [place for _, place in problems_of(report)] == ["deep.py"]
    assert texts["deep.py"] == deep
    assert "DbtCloudWorkspace" not in texts["res_a.py"]
    assert "DbtCloudWorkspace" in texts["res_b.py"]


def test_what_cannot_be_laid_to_a_file_is_a_bug(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> object:
        raise ZeroDivisionError("boom")

    monkeypatch.setattr(deciding, "constructs", broken)
    with pytest.raises(ZeroDivisionError):
        migrate(tmp_path, FILES)


def test_the_result_must_compile_where_the_file_did(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`return` outside of a function parses."""
    monkeypatch.setattr("legacy_shim.codemods.editing.apply.apply_edits", lambda *_: "return 1\n")
    texts, report = migrate(tmp_path, FILES)
    assert {code for code, _ in problems_of(report)} == {"LDC507"}
    assert texts == FILES
    assert change._compiles("x = 1\n")
    assert constructs.constructs()
