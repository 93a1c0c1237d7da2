"""Developers edit what a migration wrote: what changes in dbt Cloud afterwards is found all the same, or said where it stands."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from rewriting import FACTS, migrate

from legacy_shim.codemods.facts.deployments import Deployment
from legacy_shim.codemods.facts.jobs import Facts
from legacy_shim.codemods.jobs_in_code import jobs_in_code
from legacy_shim.codemods.options import Options

HEAD = """
import os

from dagster import Definitions
from dagster_dbt import dbt_cloud_resource, load_assets_from_dbt_cloud_job

cloud = dbt_cloud_resource.configured({"auth_token": {"env": "DBT_CLOUD_API_TOKEN"}, "account_id": 12345})
"""
ONE = HEAD + "models = load_assets_from_dbt_cloud_job(cloud, 67890)\ndefs = Definitions(assets=[models])\n"
TABLE = ONE.replace("67890", 'int(os.environ["JOB"])')
DEPLOYMENTS = (Deployment("prod", {"JOB": "67890"}), Deployment("dev", {"JOB": "67891"}))

Files = dict[str, str]
Edit = Callable[[Files], object]
RENAMED = {"name": "Nightly 2"}
MOVED = {"environment_id": 23}
OTHER_COMMANDS = {"execute_steps": ("dbt build --select tag:hourly",)}
CHANGES = {"name": RENAMED, "environment": MOVED, "commands": OTHER_COMMANDS}


def _changed(fields: Mapping[str, Any]) -> Facts:
    nightly, *others = FACTS.jobs
    earlier = {name: [getattr(nightly, name)] for name in fields}
    lists = {
        name: [list(one) if isinstance(one, tuple) else one for one in was] for name, was in earlier.items()
    }
    return Facts((replace(nightly, **fields, earlier=lists), *others))


def _edited(tmp_path: Path, program: str, edit: Edit) -> Files:
    """The program, migrated, and then edited by hand."""
    several = DEPLOYMENTS if program == TABLE else ()
    texts, _ = migrate(tmp_path, {"defs.py": program}, deployments=several)
    was = dict(texts)
    edit(texts)
    assert texts != was
    return texts


def _again(tmp_path: Path, files: Files, fields: Mapping[str, Any]) -> tuple[Files, list[str]]:
    several = DEPLOYMENTS if "DBT_CLOUD_JOBS" in files["defs.py"] else ()
    texts, report = migrate(tmp_path, files, facts=_changed(fields), deployments=several)
    found = [one for one in report.findings if one.code == "LDC404"]
    return texts, [f"{one.place.path.name}:{one.place.line} {one.message}" for one in found]


def _line(text: str, part: str) -> int:
    return next(number for number, line in enumerate(text.splitlines(), 1) if part in line)


def _replace(*pairs: tuple[str, str]) -> Edit:
    def edit(files: Files) -> None:
        for old, new in pairs:
            assert old in files["defs.py"], files["defs.py"]
            files["defs.py"] = files["defs.py"].replace(old, new)

    return edit


def _above(text: str, *pairs: tuple[str, str]) -> Edit:
    """Text at the top of the file, and what reads it."""

    def edit(files: Files) -> None:
        _replace(*pairs)(files)
        files["defs.py"] = f"{text}\n{files['defs.py']}"

    return edit


PLACES = (("environment_id=22", "environment_id=A"), ('adhoc_job_name="Nightly"', "adhoc_job_name=B"))


def _names(first: str, second: str) -> tuple[tuple[str, str], ...]:
    return tuple((old, new.replace("=A", f"={first}").replace("=B", f"={second}")) for old, new in PLACES)


BEHIND_NAMES: dict[str, Edit] = {
    "constants": _above("ENV = 22\nJOB_NAME = 'Nightly'", *_names("ENV", "JOB_NAME")),
    "a class": _above(
        "class Dbt:\n    env = 22\n    job_name = 'Nightly'", *_names("Dbt.env", "Dbt.job_name")
    ),
    "a dict": _above("DBT = {'env': 22, 'job': 'Nightly'}", *_names("DBT['env']", "DBT['job']")),
    "an environment variable's default": _above("import os", *_names("22", "os.getenv('NAME', 'Nightly')")),
}


@pytest.mark.parametrize("case", BEHIND_NAMES)
def test_what_stands_behind_a_name_is_said_where_it_stands(tmp_path: Path, case: str) -> None:
    files = _edited(tmp_path, ONE, BEHIND_NAMES[case])
    line = _line(files["defs.py"], "'Nightly'")
    texts, said = _again(tmp_path, files, RENAMED)
    assert texts == files
    expected = "job 67890: its name changed to 'Nightly 2' in dbt Cloud; the code has 'Nightly': write it here by hand"
    assert said == [f"defs.py:{line} {expected}"]
    by_hand = {"defs.py": files["defs.py"].replace("'Nightly'", "'Nightly 2'")}
    assert _again(tmp_path, by_hand, RENAMED) == (by_hand, [])


def test_an_environment_behind_a_name_is_said_too(tmp_path: Path) -> None:
    files = _edited(tmp_path, ONE, BEHIND_NAMES["constants"])
    _, said = _again(tmp_path, files, MOVED)
    assert said == [
        "defs.py:1 job 67890: its environment changed to 23 in dbt Cloud; the code has 22: write it here by hand"
    ]


def test_a_selection_behind_a_name_is_said_too(tmp_path: Path) -> None:
    files = _edited(tmp_path, ONE, _above("DAILY = 'tag:daily'", ('select="tag:daily"', "select=DAILY")))
    texts, said = _again(tmp_path, files, OTHER_COMMANDS)
    assert "'tag:daily'" in texts["defs.py"]
    assert any(one.startswith("defs.py:1 job 67890: its selection changed to 'tag:hourly'") for one in said)


def test_an_op_of_another_name_is_taken_for_that_of_the_job_which_it_is_like(tmp_path: Path) -> None:
    files = _edited(tmp_path, ONE, _replace(('name="dbt_cloud_job_67890"', 'name="analytics"')))
    texts, said = _again(tmp_path, files, RENAMED)
    assert 'adhoc_job_name="Nightly 2"' in texts["defs.py"] and not said
    _, said = _again(tmp_path, files, MOVED)
    assert any(
        "its environment changed to 23" in one and "If this is what was migrated for that job" in one
        for one in said
    )
    texts, said = _again(tmp_path, files, OTHER_COMMANDS)
    assert 'select="tag:daily"' in texts["defs.py"]
    assert any("its selection changed to 'tag:hourly'" in one for one in said)


def test_assets_of_another_name_that_are_like_no_job_are_left_alone(tmp_path: Path) -> None:
    edit = _replace(('name="dbt_cloud_job_67890"', 'name="mine"'), ('"tag:daily"', '"tag:mine"'))
    files = _edited(tmp_path, ONE, edit)
    assert _again(tmp_path, files, OTHER_COMMANDS) == (files, [])


def test_assets_of_their_own_that_are_like_a_job_which_others_name_are_left_alone(tmp_path: Path) -> None:
    def add(files: Files) -> None:
        own = files["defs.py"].partition("@dbt_cloud_assets")[2].partition("defs = ")[0]
        files["defs.py"] += "\n\n@dbt_cloud_assets" + own.replace("dbt_cloud_job_67890", "mine").replace(
            "def models", "def mine"
        )

    files = _edited(tmp_path, ONE, add)
    texts, said = _again(tmp_path, files, OTHER_COMMANDS)
    assert texts["defs.py"].count('"tag:hourly"') == texts["defs.py"].count('"tag:daily"') == 1
    assert not any("selection" in one for one in said)


def test_the_environment_of_a_workspace_that_serves_assets_of_unknown_jobs_is_not_written(
    tmp_path: Path,
) -> None:
    def add(files: Files) -> None:
        own = '@dbt_cloud_assets(workspace=cloud, select="tag:mine", name="mine")\ndef mine(context):\n    yield from cloud.cli(["run"], context=context).wait()\n'
        files["defs.py"] += own

    files = _edited(tmp_path, ONE, add)
    texts, said = _again(tmp_path, files, MOVED)
    assert texts == files
    assert any("the workspace also serves other assets" in one for one in said)
    texts, said = _again(tmp_path, files, RENAMED)
    assert 'adhoc_job_name="Nightly 2"' in texts["defs.py"] and not said


def test_a_workspace_of_no_assets_follows_the_name_of_its_job(tmp_path: Path) -> None:
    def cut(files: Files) -> None:
        files["defs.py"] = files["defs.py"].partition("@dbt_cloud_assets")[0]

    files = _edited(tmp_path, ONE, cut)
    texts, said = _again(tmp_path, files, RENAMED)
    assert 'adhoc_job_name="Nightly 2"' in texts["defs.py"] and not said


def _rows(files: Files) -> tuple[str, dict[int, dict[str, object]]]:
    match = re.search(r"(?ms)^DBT_CLOUD_JOBS = (\{.*?^\})\n", files["defs.py"])
    assert match is not None, files["defs.py"]
    rows: dict[int, dict[str, object]] = eval(match[1])
    return match[0], rows


def _table(write: Callable[[dict[int, dict[str, object]]], str]) -> Edit:
    def edit(files: Files) -> None:
        text, rows = _rows(files)
        files["defs.py"] = files["defs.py"].replace(text, write(rows))

    return edit


def _to_another_file(files: Files) -> None:
    text, _ = _rows(files)
    files["jobs.py"] = text
    files["defs.py"] = "from jobs import DBT_CLOUD_JOBS\n" + files["defs.py"].replace(text, "")


def _annotated(files: Files) -> None:
    _replace(("DBT_CLOUD_JOBS = {", "DBT_CLOUD_JOBS: dict[int, dict] = {"))(files)


WRITTEN_AGAIN: dict[str, Edit] = {
    "in another file": _to_another_file,
    "with an annotation": _annotated,
    "put together": _table(
        lambda rows: (
            "".join(f"_{i} = {{{i}: {row!r}}}\n" for i, row in rows.items())
            + f"DBT_CLOUD_JOBS = {{{', '.join(f'**_{i}' for i in rows)}}}\n"
        )
    ),
    "set one by one": _table(
        lambda rows: (
            "DBT_CLOUD_JOBS = {}\n" + "".join(f"DBT_CLOUD_JOBS[{i}] = {row!r}\n" for i, row in rows.items())
        )
    ),
}


@pytest.mark.parametrize("changed", CHANGES)
@pytest.mark.parametrize("case", WRITTEN_AGAIN)
def test_rows_that_are_moved_are_brought_up_to_date(tmp_path: Path, case: str, changed: str) -> None:
    files = _edited(tmp_path, TABLE, WRITTEN_AGAIN[case])
    texts, said = _again(tmp_path, files, CHANGES[changed])
    values = {"name": "Nightly 2", "environment": "23", "commands": "tag:hourly"}
    assert values[changed] in "".join(texts.values()) and not said, (texts, said)


IN_THEIR_FORM: dict[str, Edit] = {
    "dict(...)": _table(
        lambda rows: (
            "DBT_CLOUD_JOBS = {\n"
            + "".join(
                f"    {i}: dict({', '.join(f'{k}={v!r}' for k, v in row.items())}),\n"
                for i, row in rows.items()
            )
            + "}\n"
        )
    ),
    "a class of theirs": _table(
        lambda rows: (
            "class Row(dict):\n    pass\n\n\nDBT_CLOUD_JOBS = {\n"
            + "".join(f"    {i}: Row({row!r}),\n" for i, row in rows.items())
            + "}\n"
        )
    ),
    "a column of theirs": _table(
        lambda rows: (
            "DBT_CLOUD_JOBS = {\n"
            + "".join(f"    {i}: { ({**row, 'owner': 'a'})!r},\n" for i, row in rows.items())
            + "}\n"
        )
    ),
}


@pytest.mark.parametrize("case", IN_THEIR_FORM)
def test_rows_in_a_form_of_their_own_are_named(tmp_path: Path, case: str) -> None:
    files = _edited(tmp_path, TABLE, IN_THEIR_FORM[case])
    line = _line(files["defs.py"], "67890: ")
    texts, said = _again(tmp_path, files, RENAMED)
    assert texts == files
    expected = "job 67890: its name changed to 'Nightly 2' in dbt Cloud; the code has 'Nightly': write it here by hand"
    assert said == [f"defs.py:{line} {expected}"]


def test_what_stands_under_the_number_of_a_job_and_is_no_row_is_left_alone(tmp_path: Path) -> None:
    files = _edited(tmp_path, ONE, _above('NAMES = {67890: {"name": "Nightly"}, 67891: {"name": "Hourly"}}'))
    texts, said = _again(tmp_path, files, RENAMED)
    assert 'NAMES = {67890: {"name": "Nightly"}' in texts["defs.py"] and not said


def test_a_check_names_the_lines_too(tmp_path: Path) -> None:
    files = _edited(tmp_path, TABLE, _to_another_file)
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    written = jobs_in_code([tmp_path], Options(facts=FACTS, deployments=DEPLOYMENTS)).written
    places = {one.place.path.name for one in written if one.job_id == 67890 and one.column == "name"}
    assert places == {"jobs.py"}
