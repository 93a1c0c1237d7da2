"""`--to component`: loads of a dg project become components, with their files; others are functions, with the reason."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from rewriting import FACTS, HOURLY, NEWEST, NIGHTLY, clean

from legacy_shim.codemods import pipeline
from legacy_shim.codemods.facts.jobs import Facts
from legacy_shim.codemods.facts.release import Release
from legacy_shim.codemods.files.commits import commit
from legacy_shim.codemods.options import Options, Target
from legacy_shim.codemods.reporting.formats.diff import render_diff
from legacy_shim.codemods.reporting.report import Report

PROJECT = {
    "pyproject.toml": '[tool.dg.project]\nroot_module = "shop"\n',
    "src/shop/__init__.py": "",
    "src/shop/definitions.py": """
        from pathlib import Path

        from dagster import definitions, load_from_defs_folder


        @definitions
        def defs():
            return load_from_defs_folder(path_within_project=Path(__file__).parent)
    """,
    "src/shop/defs/__init__.py": "",
}
DBT = "src/shop/defs/dbt.py"
HEAD = """
    from dagster import *
    from dagster_dbt import dbt_cloud_resource, load_assets_from_dbt_cloud_job

    dbt_cloud = dbt_cloud_resource.configured({"auth_token": {"env": "TOKEN"}, "account_id": 12345})
"""
ONE = HEAD + "    analytics = load_assets_from_dbt_cloud_job(dbt_cloud, 67890)\n"


def migrated(
    folder: Path,
    text: str,
    facts: Facts = FACTS,
    more: Mapping[str, str] = {},
    *,
    to: Target = "component",
    release: Release = NEWEST,
    writes: bool = True,
) -> tuple[dict[str, str], Report]:
    """The texts of all files of a project afterwards, but for its own."""
    files = {**PROJECT, DBT: text, **more}
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(clean(content))
    report = pipeline.migrate([folder], Options(facts=facts, env={}, release=release, to=to))
    report = pipeline.write(report) if writes else report
    found = {
        path.relative_to(folder).as_posix(): path
        for path in sorted(folder.rglob("*"))
        if path.is_file() and ".git" not in path.parts
    }
    return {name: path.read_text() for name, path in found.items() if name not in PROJECT}, report


def test_a_load_becomes_a_component_beside_its_file(tmp_path: Path) -> None:
    program = """
        import os

        from dagster_dbt import DbtCloudClientResource, load_assets_from_dbt_cloud_job

        dbt_cloud = DbtCloudClientResource(
            auth_token=os.environ["TOKEN"], account_id=int(os.environ["ACCOUNT"]), request_max_retries=5
        )

        # What the shop sold.
        analytics = load_assets_from_dbt_cloud_job(
            dbt_cloud=dbt_cloud,
            job_id=67891,  # hourly
        )
    """
    texts, report = migrated(tmp_path, program)
    assert texts == {
        DBT: clean("""
            import os

            from dagster_dbt.cloud_v2 import DbtCloudCredentials, DbtCloudWorkspace

            dbt_cloud = DbtCloudWorkspace(
                credentials=DbtCloudCredentials(
                    account_id=int(os.environ["ACCOUNT"]),
                    token=os.environ["TOKEN"],
                    access_url="https://cloud.getdbt.com",
                ),
                project_id=11,
                environment_id=22,
                adhoc_job_name="Hourly",  # runs job 67891 itself, with its settings
                request_max_retries=5,
            )
            # hourly
        """),
        "src/shop/defs/analytics/defs.yaml": clean("""
            # What the shop sold.
            type: .component.DbtCloudJob67891

            attributes:
              workspace:
                account_id: "{{ env.ACCOUNT }}"
                token: "{{ env.TOKEN }}"
                access_url: https://cloud.getdbt.com
                project_id: 11
                environment_id: 22
                adhoc_job_name: Hourly  # runs job 67891 itself, with its settings
                request_max_retries: 5
              exclude: tag:daily
              cli_args:
                - run
                - "--full-refresh"
              op:
                name: dbt_cloud_job_67891
              translation_settings:
                enable_asset_checks: false
              create_sensor: false
        """),
        "src/shop/defs/analytics/component.py": clean("""
            from dagster_dbt import DbtCloudComponent


            class DbtCloudJob67891(DbtCloudComponent):
                def execute(self, context):
                    list(self.workspace.cli(["seed"]).wait(timeout=float("inf")))
                    run = self.workspace.cli(
                        self.get_cli_args(context), dagster_dbt_translator=self.translator, context=context
                    )
                    yield from run.wait(timeout=float("inf"))
                    list(self.workspace.cli(["run-operation", "grant"]).wait(timeout=float("inf")))
        """),
    }
    codes = {finding.code for finding in report.findings}
    assert {"LDC231", "LDC232"} <= codes
    assert not codes & {"LDC209", "LDC211", "LDC311"}
    again = pipeline.migrate([tmp_path], Options(facts=FACTS, env={}, release=NEWEST, to="component"))
    assert again.changes == ()


def test_functions_of_the_user_stay_in_their_file_as_a_translator(tmp_path: Path) -> None:
    program = (
        HEAD
        + """
    # By schema.
    analytics = load_assets_from_dbt_cloud_job(
        dbt_cloud, 67890, node_info_to_group_fn=lambda node: node["schema"]
    )

    defs = Definitions(assets=[analytics, 1], resources={"dbt_cloud": dbt_cloud})
"""
    )
    texts, _ = migrated(tmp_path, program)
    assert texts[DBT].endswith(
        clean("""
        # By schema.
        class DbtCloudJob67890Translator(DagsterDbtTranslator):
            def get_group_name(self, dbt_resource_props):
                return dbt_resource_props["schema"]


        defs = Definitions(assets=[1], resources={"dbt_cloud": dbt_cloud})
    """)
    )
    assert texts["src/shop/defs/analytics/component.py"] == clean("""
        from functools import cached_property

        from dagster_dbt import DbtCloudComponent

        from ..dbt import DbtCloudJob67890Translator


        class DbtCloudJob67890(DbtCloudComponent):
            @cached_property
            def translator(self):
                return DbtCloudJob67890Translator()

            def execute(self, context):
                run = self.workspace.cli(
                    self.get_cli_args(context), dagster_dbt_translator=self.translator, context=context
                )
                yield from run.wait(timeout=float("inf"))
    """)


def test_loads_of_one_name_beside_each_other_get_folders_of_their_own(tmp_path: Path) -> None:
    other = ONE.replace("67890", "67891")
    texts, _ = migrated(
        tmp_path, ONE, more={"src/shop/defs/other.py": other, "src/shop/defs/more/dbt.py": ""}
    )
    assert [name for name in texts if name.endswith("defs.yaml")] == [
        "src/shop/defs/analytics/defs.yaml",
        "src/shop/defs/dbt_cloud_job_67891/defs.yaml",
    ]


def test_a_load_inside_definitions_is_taken_out(tmp_path: Path) -> None:
    program = HEAD + "    defs = Definitions(assets=[load_assets_from_dbt_cloud_job(dbt_cloud, 67890)])\n"
    texts, _ = migrated(tmp_path, program)
    assert texts[DBT].endswith("\ndefs = Definitions(assets=[])\n")
    assert "src/shop/defs/dbt_cloud_job_67890/defs.yaml" in texts


def test_a_name_that_yaml_would_read_otherwise_is_quoted(tmp_path: Path) -> None:
    jobs = Facts((replace(NIGHTLY, name="on", execute_steps=("dbt build -s 'tag:a b' --threads 4",)),))
    texts, _ = migrated(tmp_path, ONE, jobs)
    yaml = texts["src/shop/defs/analytics/defs.yaml"]
    assert '    adhoc_job_name: "on"  #' in yaml
    assert '  select: "tag:a b"\n' in yaml
    assert '    - "--threads"\n    - "4"\n' in yaml


UNFIT = {
    "no dg project": (
        ONE,
        {"pyproject.toml": "[project]\nname = 'shop'\n"},
        "not in the folder of definitions",
    ),
    "another folder": (
        ONE,
        {"pyproject.toml": "[tool.dg.project]\nroot_module = 'x'\n"},
        "not in the folder of definitions",
    ),
    "a folder of its name and of its job": (
        ONE,
        {"src/shop/defs/analytics/notes.txt": "", "src/shop/defs/dbt_cloud_job_67890/notes.txt": ""},
        "has a folder dbt_cloud_job_67890 already",
    ),
    "a component's folder": (
        ONE,
        {"src/shop/defs/defs.yaml": "type: x"},
        "defs/defs.yaml says what is loaded",
    ),
    "a token in the code": (
        ONE.replace('{"env": "TOKEN"}', '"secret"'),
        {},
        "the auth_token of its resource is in the code",
    ),
    "a default token": (
        ONE.replace('{"env": "TOKEN"}', 'os.getenv("TOKEN", "secret")').replace(
            "import *", "import *\n    import os"
        ),
        {},
        "the auth_token of its resource",
    ),
    "partitions": (ONE.replace("67890)", "67890, partitions_def=days)"), {}, "a component has no partitions"),
    "a branch": (
        HEAD + "    if dbt_cloud:\n        analytics = load_assets_from_dbt_cloud_job(dbt_cloud, 67890)\n",
        {},
        "not loaded at the top level",
    ),
    "one of two jobs": (
        HEAD
        + "    import os\n    job = 67890 if os.environ['STAGE'] == 'prod' else 67891\n"
        + "    analytics = load_assets_from_dbt_cloud_job(dbt_cloud, job)\n",
        {},
        "the call loads several jobs, or one of several, and a component runs one",
    ),
    "a selection": (
        ONE + "    all_of_it = define_asset_job('all', selection=AssetSelection.assets(analytics))\n",
        {},
        "the assets are used at dbt.py:6",
    ),
    "definitions without it": (
        ONE + "    defs = Definitions(resources={'dbt_cloud': dbt_cloud})\n",
        {},
        "its file has Definitions that do not list it",
    ),
    "handed out by a string": (ONE + "    __all__ = ['analytics']\n", {}, "dbt.py:6 also names it"),
    "deleted": (ONE + "    del analytics\n", {}, "dbt.py:6 also names it"),
    "another file": (
        ONE,
        {"src/shop/defs/other.py": "from shop.defs.dbt import analytics\n\neverything = [analytics]\n"},
        "a component does not return its assets",
    ),
    "no loading of the folder": (ONE, {"src/shop/definitions.py": ""}, "no file loads the folder"),
    "a host of the environment": (
        ONE.replace('"account_id"', '"dbt_cloud_host": {"env": "HOST"}, "account_id"'),
        {},
        "the host of its resource comes from the environment",
    ),
}


@pytest.mark.parametrize("name", UNFIT)
def test_what_does_not_fit_is_what_it_is_without_the_option(tmp_path: Path, name: str) -> None:
    program, more, why = UNFIT[name]
    texts, report = migrated(tmp_path / "one", program, more=more)
    usual, _ = migrated(tmp_path / "two", program, more=more, to="decorator")
    assert texts == usual
    assert "@dbt_cloud_assets" in texts[DBT]
    told = [finding.message for finding in report.findings if finding.code == "LDC311"]
    assert len(told) == 1
    assert why in told[0]


def test_a_release_without_components_keeps_the_function(tmp_path: Path) -> None:
    _, report = migrated(tmp_path, ONE, release=Release((0, 28, 20)))
    (told,) = (finding.message for finding in report.findings if finding.code == "LDC311")
    assert (
        told
        == "`DbtCloudComponent` takes no workspace from YAML in dagster-dbt 0.28.20; it does since 0.28.21"
    )


def test_words_that_would_be_templates_keep_the_function(tmp_path: Path) -> None:
    jobs = Facts((replace(NIGHTLY, name="{{ nightly }}"),))
    _, report = migrated(tmp_path, ONE, jobs)
    (told,) = (finding.message for finding in report.findings if finding.code == "LDC311")
    assert told == "`{{ nightly }}` would be a template in YAML"


def test_a_load_waits_for_its_facts(tmp_path: Path) -> None:
    texts, report = migrated(tmp_path, ONE, Facts((HOURLY,)))
    assert set(texts) == {DBT}
    assert "LDC401" in {finding.code for finding in report.findings}
    texts, _ = migrated(tmp_path, ONE)
    assert "src/shop/defs/analytics/defs.yaml" in texts


def test_new_files_show_in_the_patch_which_git_applies(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    texts, report = migrated(tmp_path, ONE, writes=False)
    assert set(texts) == {DBT}
    patch = b"".join(map(render_diff, report.changes))
    assert b"--- /dev/null\n+++ b/src/shop/defs/analytics/defs.yaml\n" in patch
    subprocess.run(["git", "apply", "-"], input=patch, check=True, cwd=tmp_path)
    written = (tmp_path / "src/shop/defs/analytics/defs.yaml").read_text()
    assert written == next(one.new_text for one in report.changes if one.path.name == "defs.yaml")


def test_new_files_are_committed_with_their_unit(tmp_path: Path) -> None:
    def git(*words: str) -> str:
        name = ["-c", "user.name=a", "-c", "user.email=a@b"]
        done = subprocess.run(
            ["git", *name, *words], cwd=tmp_path, check=True, capture_output=True, text=True
        )
        return done.stdout

    migrated(tmp_path, ONE, writes=False)
    git("init", "-q")
    git("config", "user.name", "a")
    git("config", "user.email", "a@b")
    git("add", "-A")
    git("commit", "-qm", "before")
    _, report = migrated(tmp_path, ONE)
    (paths,) = ([change.path for change in report.changes],)
    commit(tmp_path.resolve(), paths, "after")
    assert git("status", "--porcelain") == ""
    assert "src/shop/defs/analytics/component.py" in git("show", "--name-only", "--format=")


def test_a_file_that_came_meanwhile_is_never_replaced(tmp_path: Path) -> None:
    _, report = migrated(tmp_path, ONE, writes=False)
    folder = tmp_path / "src/shop/defs/analytics"
    folder.mkdir()
    (folder / "defs.yaml").write_text("mine\n")
    before = (tmp_path / DBT).read_text()
    report = pipeline.write(report)
    assert [(one.code, one.place.path.name) for one in report.findings if one.code == "LDC504"] == [
        ("LDC504", "defs.yaml")
    ]
    assert (folder / "defs.yaml").read_text() == "mine\n"
    assert not (folder / "component.py").exists()
    assert (tmp_path / DBT).read_text() == before
