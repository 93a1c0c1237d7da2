"""What changes in dbt Cloud after a migration: `lookup --check` says it and where, and `migrate` brings the code up to date."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from cli_runner import run
from rewriting import migrate

from legacy_shim.codemods.facts.drift import changes_of, with_earlier
from legacy_shim.codemods.facts.jobs import load_facts
from legacy_shim.emulator import DbtCloud, RecordedArtifacts, serve

TOKEN = "dbtc_a-token-that-must-not-show"
HEAD = """\
from dagster import Definitions
from dagster_dbt import dbt_cloud_resource, load_assets_from_dbt_cloud_job

cloud = dbt_cloud_resource.configured({"auth_token": {"env": "DBT_CLOUD_API_TOKEN"}, "account_id": 12345, "dbt_cloud_host": "HOST"})
"""
ONE = HEAD + "models = load_assets_from_dbt_cloud_job(cloud, 67890)\ndefs = Definitions(assets=[models])\n"
TWO = ONE.replace("defs =", "more = load_assets_from_dbt_cloud_job(cloud, 67891)\ndefs =").replace(
    "[models]", "[models, more]"
)
LOOP = (
    HEAD
    + "models = [load_assets_from_dbt_cloud_job(cloud, i) for i in (67890, 67891)]\ndefs = Definitions(assets=models)\n"
)


@dataclass
class Team:
    """A project that was looked up and migrated, and the dbt Cloud that it runs on."""

    folder: Path
    cloud: DbtCloud
    host: str
    files: dict[str, str] = field(default_factory=dict)

    def lookup(self, *more: str) -> Any:
        return run(self.folder, "lookup", ".", "--host", self.host, *more, DBT_CLOUD_API_TOKEN=TOKEN)

    def start(self, program: str) -> None:
        (self.folder / ".git").mkdir()
        (self.folder / "defs.py").write_text(program.replace("HOST", self.host))
        assert self.lookup().returncode == 0
        self.migrate()

    def migrate(self) -> tuple[str, list[str]]:
        facts = load_facts([self.folder / "dbt_cloud_jobs.json"])
        texts, report = migrate(self.folder, {"defs.py": (self.folder / "defs.py").read_text()}, facts=facts)
        return texts["defs.py"], [
            f"{one.code} {one.message}"
            for one in report.findings
            if one.code in {"LDC226", "LDC227", "LDC404"}
        ]

    def text(self) -> str:
        return (self.folder / "defs.py").read_text()

    def line(self, part: str) -> str:
        """The place in the code that says something."""
        number = next(number for number, line in enumerate(self.text().splitlines(), 1) if part in line)
        return f"defs.py:{number}:"


@pytest.fixture
def team(tmp_path: Path) -> Iterator[Team]:
    artifacts = tmp_path / "artifacts"
    artifacts.mkdir()
    (artifacts / "manifest.json").write_text("{}")
    cloud = DbtCloud()
    cloud.add_account(12345, token=TOKEN)
    cloud.add_project(11, account_id=12345, backend=RecordedArtifacts(artifacts))
    cloud.add_environment(22, project_id=11)
    cloud.add_environment(23, project_id=11)
    cloud.add_project(12, account_id=12345, backend=RecordedArtifacts(artifacts))
    cloud.add_environment(24, project_id=12)
    for job_id, name in ((67890, "Nightly"), (67891, "Hourly")):
        cloud.add_job(
            job_id,
            project_id=11,
            environment_id=22,
            name=name,
            execute_steps=["dbt seed", "dbt build --select tag:daily"],
            settings={"threads": 8, "target_name": "prod"},
            triggers={"schedule": False},
        )
    (tmp_path / "project").mkdir()
    with serve(cloud) as server:
        yield Team(tmp_path / "project", cloud, server.url)


CHANGES: Mapping[str, tuple[Mapping[str, Any], str, str]] = {
    "name": ({"name": "Nightly 2"}, "its name: 'Nightly' before, 'Nightly 2' now", 'adhoc_job_name="Nightly"'),
    "commands": ({"execute_steps": ["dbt build --select tag:hourly"]}, "its commands: `dbt seed`", 'select="tag:daily"'),
    "project": ({"project_id": 12}, "its project: 11 before, 12 now", "project_id=11"),
    "environment": ({"environment_id": 23}, "its environment: 22 before, 23 now", "environment_id=22"),
    "threads": ({"settings": {"threads": 4, "target_name": "dev"}}, "its threads: 8 before, 4 now", "adhoc_job_name"),
    "target": ({}, "its target: 'prod' before, 'dev' now", "adhoc_job_name"),
    "schedule": ({"triggers": {"schedule": True}}, "its schedule: off before, on now", "adhoc_job_name"),
    "dbt version": ({"dbt_version": "1.9.0"}, "its dbt version: none before, '1.9.0' now", "adhoc_job_name"),
    "deferral": ({"deferring_job_definition_id": 67891}, "its deferral: none before, deferring_job_definition_id 67891 now", "adhoc_job_name"),
    "docs": ({"generate_docs": True}, "its generation of docs: off before, on now", "adhoc_job_name"),
}  # fmt: skip


def test_a_change_is_named_with_the_line_that_holds_the_old_fact(team: Team) -> None:
    team.start(ONE)
    done = team.lookup("--check")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "nothing has changed" in done.stdout
    facts = (team.folder / "dbt_cloud_jobs.json").read_text()
    was = dict(team.cloud.jobs[67890])
    # A name is looked for where the job was: it changes alone.
    for names in (["name"], [name for name in CHANGES if name != "name"]):
        changed = {key: value for name in names for key, value in CHANGES[name][0].items()}
        team.cloud.jobs[67890].update(changed)
        done = team.lookup("--check")
        team.cloud.jobs[67890].update({key: was.get(key) for key in changed})
        assert done.returncode == 1, done.stdout + done.stderr
        assert "job 67890 (Nightly)\n" in done.stdout
        for name in names:
            _, said, line = CHANGES[name]
            below = done.stdout.partition(said)[2]
            assert team.line(line) in below, f"{name}: {done.stdout}"
        assert TOKEN not in done.stdout + done.stderr
    team.cloud.jobs[67891].update(name="Nightly")
    done = team.lookup("--check")
    assert done.returncode == 1
    assert "its uniqueness of the name: on before, off now" in done.stdout
    assert team.line("adhoc_job_name") in done.stdout
    del team.cloud.jobs[67890]
    done = team.lookup("--check")
    assert done.returncode == 1
    assert "job 67890 (Nightly)\n  it no longer exists in dbt Cloud" in done.stdout
    assert team.line("adhoc_job_name") in done.stdout
    assert (team.folder / "dbt_cloud_jobs.json").read_text() == facts


def test_without_a_facts_file_there_is_nothing_to_check(team: Team) -> None:
    (team.folder / "defs.py").write_text("import os\n")
    done = team.lookup("--check")
    assert done.returncode == 2
    assert "there is no dbt_cloud_jobs.json to check" in done.stderr + done.stdout


UPDATES: Mapping[str, tuple[str, Mapping[str, Any], tuple[tuple[str, str], ...]]] = {
    "renamed": (ONE, {"name": "Nightly 2"}, (('adhoc_job_name="Nightly"', 'adhoc_job_name="Nightly 2"'),)),
    "renamed, shared": (TWO, {"name": "Nightly 2"}, (('adhoc_job_name="Nightly"', 'adhoc_job_name="Nightly 2"'),)),
    "another project": (
        ONE,
        {"project_id": 12, "environment_id": 24},
        (("project_id=11", "project_id=12"), ("environment_id=22", "environment_id=24")),
    ),
    "another environment": (ONE, {"environment_id": 23}, (("environment_id=22", "environment_id=23"),)),
    "another selection": (
        TWO,
        {"execute_steps": ["dbt seed", "dbt build --select tag:hourly --exclude x --full-refresh"]},
        (('select="tag:daily",\n    name="dbt_cloud_job_67890"', 'select="tag:hourly",\n    name="dbt_cloud_job_67890"'),),
    ),
    "another selection, in a table": (
        LOOP,
        {"execute_steps": ["dbt seed", "dbt build --select tag:hourly"]},
        (('67890: {"select": "tag:daily"', '67890: {"select": "tag:hourly"'),),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", UPDATES)
def test_migrate_brings_the_code_up_to_date(team: Team, name: str) -> None:
    program, change, replaced = UPDATES[name]
    team.start(program)
    before = team.text()
    team.cloud.jobs[67890].update(change)
    assert team.lookup().returncode == 0
    if name == "renamed, shared":
        done = team.lookup("--check")
        assert done.returncode == 1
        assert f"job 67890 (Nightly 2)\n    {team.line('adhoc_job_name')}" in done.stdout
    after, told = team.migrate()
    if name == "another selection":
        (decorator, other) = after.split("@dbt_cloud_assets(")[1:]
        assert 'select="tag:hourly"' in decorator and 'exclude="x"' in decorator
        assert '.cli(["build", "--full-refresh", "--exclude", "x"], context=context)' in decorator
        assert 'select="tag:daily"' in other and "exclude" not in other
    else:
        for old, new in replaced:
            assert old in before
            before = before.replace(old, new)
        assert after == before
    assert told and not any(line.startswith("LDC404") for line in told)
    assert team.lookup("--check").returncode == 0
    assert team.migrate() == (after, [])


LEFT: Mapping[str, tuple[str, Mapping[str, Any], str]] = {
    "a command more": (
        ONE,
        {"execute_steps": ["dbt seed", "dbt snapshot", "dbt build --select tag:daily"]},
        "its commands before the build changed to `seed`, `snapshot` in dbt Cloud; the code has `seed`",
    ),
    "tests": (
        ONE,
        {"execute_steps": ["dbt seed", "dbt run --select tag:daily"]},
        "its run of dbt tests changed",
    ),
    "docs": (
        ONE,
        {"generate_docs": True},
        "can no longer be the one that the workspace runs: it generates docs",
    ),
    "one of two jobs moves": (TWO, {"environment_id": 23}, "the workspace also serves other jobs"),
}


@pytest.mark.parametrize("name", LEFT)
def test_what_no_single_value_says_is_left(team: Team, name: str) -> None:
    program, change, said = LEFT[name]
    team.start(program)
    team.cloud.jobs[67890].update(change)
    assert team.lookup().returncode == 0
    _, told = team.migrate()
    assert any(line.startswith("LDC404") and said in line for line in told), told
    done = team.lookup("--check")
    assert done.returncode == 1, done.stdout + done.stderr
    assert "The code says what a job was before the last look-up." in done.stdout
    assert "job 67890 (Nightly)\n    defs.py:" in done.stdout


def test_what_was_written_by_hand_stays(team: Team) -> None:
    team.start(ONE)
    own = team.text().replace("tag:daily", "tag:ours")
    (team.folder / "defs.py").write_text(own)
    team.cloud.jobs[67890].update(execute_steps=["dbt seed", "dbt build --select tag:hourly"])
    assert team.lookup().returncode == 0
    assert team.migrate() == (own, [])


def test_earlier_values_are_kept_until_they_are_true_again() -> None:
    first = {"name": "a", "execute_steps": ["x"], "generate_docs": False}
    second = with_earlier(first, {"name": "b", "execute_steps": ["x"]})
    assert second == {"name": "b", "execute_steps": ["x"], "earlier": {"name": ["a"]}}
    third = with_earlier(second, {"name": "c", "execute_steps": ["y"]})
    assert third["earlier"] == {"name": ["a", "b"], "execute_steps": [["x"]]}
    assert with_earlier(third, {"name": "a", "execute_steps": ["x"]})["earlier"] == {
        "name": ["b", "c"],
        "execute_steps": [["y"]],
    }


def test_what_a_file_never_said_is_no_change() -> None:
    row = {"name": "a", "settings": {"threads": 4}, "dbt_version": "1.9.0"}
    assert list(changes_of(1, {"name": "a"}, row)) == []
    looked_up = {"name": "a", "generate_docs": False, "settings": {"target_name": "prod"}}
    # What each job has was not written down: a person left it out.
    assert [one.field for one in changes_of(1, looked_up, {**row, "generate_docs": False})] == [
        "settings.target_name",
        "dbt_version",
    ]


def test_the_facts_file_says_what_was(team: Team) -> None:
    team.start(ONE)
    team.cloud.jobs[67890].update(name="Nightly 2")
    assert team.lookup().returncode == 0
    row = json.loads((team.folder / "dbt_cloud_jobs.json").read_text())["jobs"]["67890"]
    assert row["earlier"] == {"name": ["Nightly"]}


def test_a_job_that_is_gone_and_a_schedule_that_was_turned_on_are_said_by_migrate(team: Team) -> None:
    team.start(TWO)
    job = team.cloud.jobs.pop(67891)
    team.cloud.jobs[67890].update(triggers={"schedule": True})
    assert team.lookup().returncode == 1
    before = team.text()
    after, told = team.migrate()
    assert after == before
    assert [line.partition(":")[0] for line in told] == [
        "LDC404 job 67891 (Hourly) no longer exists in dbt Cloud, or the token of `lookup` cannot see it"
    ]
    done = run(team.folder, "migrate", "--check", ".")
    assert done.returncode == 1
    assert "the dbt Cloud schedule of job 67890 was off, and is on now" in done.stdout
    team.cloud.jobs[67891] = job
    team.cloud.jobs[67890].update(triggers={"schedule": False})
    assert team.lookup().returncode == 0
    done = run(team.folder, "migrate", "--check", ".")
    assert done.returncode == 0 and "LDC" not in done.stdout, done.stdout


def test_a_look_up_on_another_host_writes_no_second_record_of_a_job(team: Team) -> None:
    team.start(ONE)
    facts = {path.name: path.read_text() for path in team.folder.glob("*.json")}
    other = team.host.replace("127.0.0.1", "localhost")
    done = team.lookup("--host", other)
    assert done.returncode == 2
    said = " ".join((done.stderr + done.stdout).split())
    assert (
        f"dbt_cloud_jobs.json has job 67890 of account 12345 on {team.host}, and {other} is asked for" in said
    )
    assert f'write "host": "{other}" in it and look up again' in said
    assert {path.name: path.read_text() for path in team.folder.glob("*.json")} == facts
