"""A small legacy program before and after its migration, on a local dbt Cloud that a test may change."""

from __future__ import annotations

import os
import tempfile
import textwrap
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from parity_case import CASES, ENV
from parity_warm import Warm

from legacy_shim.codemods import pipeline
from legacy_shim.codemods.facts.jobs import Facts, Job
from legacy_shim.codemods.findings import Finding, Place
from legacy_shim.codemods.options import Options, Target
from legacy_shim.codemods.verify.difference import Difference
from legacy_shim.codemods.verify.judgement import judge
from legacy_shim.emulator import DbtCloud, RunSnapshot, Speed, load_setup, serve
from legacy_shim.snapshot import Order, parse_action

HOST = "https://cloud.getdbt.com"
Change = Callable[[DbtCloud], None]

HEAD = """
import json
import os

from dagster import *
from dagster_dbt import DbtCloudClientResource, dbt_cloud_resource, dbt_cloud_run_op, load_assets_from_dbt_cloud_job

cloud = dbt_cloud_resource.configured({"auth_token": {"env": "DBT_CLOUD_API_TOKEN"}, "account_id": 12345})
"""
"""How programs begin."""
LOAD = "models = load_assets_from_dbt_cloud_job(cloud, 67891)"
ONE_LOAD = f"""
{LOAD}
defs = Definitions(assets=[models])
"""
"""How the smallest of them ends."""
WEEKLY = "model.analytics.revenue_by_month"
"""The dbt node that its job builds."""


@dataclass(frozen=True)
class Side:
    """What the program was and did on one side."""

    document: Mapping[str, Any]
    cloud: DbtCloud

    @property
    def error(self) -> Mapping[str, Any] | None:
        """Why it does not load."""
        found: Mapping[str, Any] | None = self.document["error"]
        return found

    @property
    def assets(self) -> Mapping[str, Mapping[str, Any]]:
        """The assets that dbt Cloud makes, by key."""
        rows = self.document["graph"]["assets"]
        return {key: row for key, row in rows.items() if row["execution"] == "MATERIALIZATION"}

    @property
    def actions(self) -> Sequence[Mapping[str, Any]]:
        """What was executed; a backfill is a record for each of its runs."""
        rows: Sequence[Mapping[str, Any]] = self.document["actions"]
        return rows

    @property
    def runs(self) -> Sequence[Mapping[str, Any]]:
        """The runs in dbt Cloud that were executed for, without those of loading the code."""
        return [row for row in self.document["runs"] if row["phase"] != "load"]

    @property
    def commands(self) -> list[tuple[int, list[str]]]:
        """The job and the commands of each of them."""
        return [(row["job_id"], row["commands"]) for row in self.runs]

    @property
    def nodes(self) -> list[str]:
        """The dbt nodes that they executed; the order is that of the commands."""
        return [node for run in self.runs for step in run["steps"] for node in step["nodes"] or ()]

    def each(self, field: str) -> dict[str, Any]:
        """One thing that users see of each asset."""
        return {key: row[field] for key, row in self.assets.items()}


@dataclass(frozen=True)
class Migration:
    """What became of a program, in place."""

    folder: Path
    texts: Mapping[str, str]
    """Its Python files, as they were."""
    findings: Sequence[Finding]

    def told(self, code: str) -> dict[str, str]:
        """What the findings of a code said, by the line of code that they were told at, as it was."""
        return {self._line(each.place): each.message for each in self.findings if each.code == code}

    def _line(self, place: Place) -> str:
        return self.texts[str(place.path.relative_to(self.folder))].splitlines()[place.line - 1].strip()

    def now(self, name: str = "definitions.py") -> str:
        """The text of a file as it is after the migration."""
        return (self.folder / name).read_text()

    def untold(self, before: Side, after: Side) -> list[Difference]:
        """The differences that the migration did not tell of."""
        rows = judge(dict(before.document), dict(after.document), self.findings)
        return [row.difference for row in rows if row.verdict != "expected"]


class Both(NamedTuple):
    """A program that ran before and after."""

    before: Side
    after: Side
    migration: Migration


@dataclass(frozen=True)
class Bench:
    """Where programs are run: each in a folder of its own, each side against a dbt Cloud of its own."""

    warm: Warm
    work: Path

    def both(
        self,
        program: str | Mapping[str, str],
        *actions: str,
        env: Mapping[str, str] = ENV,
        change: Change | None = None,
        to: Target = "decorator",
        target: str = "definitions.py",
    ) -> Both:
        """Run the program, migrate it, run it again. Both sides load, and no difference is untold.

        `change` is done to each dbt Cloud before it is used.
        """
        done = self.twice(program, *actions, env=env, change=change, to=to, target=target)
        untold = done.migration.untold(done.before, done.after)
        assert untold == [], "\n".join([*map(str, untold), done.migration.now(target)])
        return done

    def twice(
        self,
        program: str | Mapping[str, str],
        *actions: str,
        env: Mapping[str, str] = ENV,
        change: Change | None = None,
        to: Target = "decorator",
        target: str = "definitions.py",
    ) -> Both:
        """As `both`, whatever is different then."""
        folder = self.write(program)
        before = self.run(folder, *actions, env=env, change=change, install=True, target=target)
        assert before.error is None, before.error["traceback"]
        migration = self.migrate(folder, env=env, change=change, to=to)
        after = self.run(folder, *actions, env=env, change=change, target=target)
        assert after.error is None, after.error["traceback"] + "".join(migration.texts)
        return Both(before, after, migration)

    def write(self, program: str | Mapping[str, str]) -> Path:
        """Write the program down; a text alone is ``definitions.py``."""
        files = {"definitions.py": program} if isinstance(program, str) else program
        folder = Path(tempfile.mkdtemp(dir=self.work))
        (folder / ".git").mkdir()  # where the search for the configuration of others ends
        for name, text in files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(textwrap.dedent(text).lstrip("\n"))
        return folder

    def migrate(
        self,
        folder: Path,
        *,
        env: Mapping[str, str] = ENV,
        change: Change | None = None,
        to: Target = "decorator",
    ) -> Migration:
        """Migrate it in place, with the facts of the dbt Cloud that it runs on."""
        texts = {str(path.relative_to(folder)): path.read_text() for path in folder.rglob("*.py")}
        options = Options(facts=facts_of(cloud_of(change)), env=env, to=to)
        report = pipeline.write(pipeline.migrate([folder], options))
        return Migration(folder, texts, report.findings)

    def run(
        self,
        folder: Path,
        *actions: str,
        env: Mapping[str, str] = ENV,
        change: Change | None = None,
        install: bool = False,
        target: str = "definitions.py",
    ) -> Side:
        """Load and execute what stands in the folder; with `install` on the facade."""
        cloud = cloud_of(change)
        kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        with serve(cloud) as server:
            order = Order(target, (folder,), server.url, install, tuple(map(parse_action, actions)))
            environment = {**kept, **env, "PYTHONDONTWRITEBYTECODE": "1"}
            document = self.warm.snapshot(order, environment, folder, folder.with_suffix(".log"))
        return Side(document, cloud)


def job(job_id: int, **fields: object) -> Change:
    """Let a job of dbt Cloud be another."""

    def change(cloud: DbtCloud) -> None:
        cloud.jobs[job_id].update(fields)

    return change


def slow(*, loading: float = 0.0, running: float = 0.0) -> Change:
    """Let the runs of v2 that load code, and all others, take that many seconds."""

    def change(cloud: DbtCloud) -> None:
        def listener(event: object) -> None:
            if isinstance(event, RunSnapshot):
                cloud.speed = Speed(running=loading if "dbt parse" in event.commands else running)

        cloud.listen(listener)

    return change


def cloud_of(change: Change | None) -> DbtCloud:
    cloud = load_setup(CASES / "_cloud.json")
    if change is not None:
        change(cloud)
    return cloud


def facts_of(cloud: DbtCloud) -> Facts:
    """What a look-up would write down."""
    rows = cloud.jobs.values()
    same = [(row["environment_id"], row["name"]) for row in rows]
    return Facts(
        tuple(
            Job(
                id=row["id"],
                account_id=row["account_id"],
                host=HOST,
                name=row["name"],
                project_id=row["project_id"],
                environment_id=row["environment_id"],
                execute_steps=tuple(row["execute_steps"]),
                generate_docs=row["generate_docs"],
                name_is_unique=same.count((row["environment_id"], row["name"])) == 1,
                settings=row["settings"],
                triggers=row["triggers"],
            )
            for row in rows
        )
    )
