"""The whole story on one screen: a legacy project, on real dbt, before and after its migration. Run by ``make demo``.

Works on a copy, against a local dbt Cloud that runs ``examples/dbt_project`` with dbt-core on DuckDB. Ends with exit
code 0 only if the same assets came out of the same dbt commands, or the migration reported the difference.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.padding import Padding
from rich.syntax import Syntax
from rich.table import Table
from rich.text import Text

from legacy_shim.catalogue import BY_CODE
from legacy_shim.codemods.facts.variables import read_env_file
from legacy_shim.codemods.verify.compare import Difference, compare, load_commands, load_snapshot
from legacy_shim.emulator import load_setup, serve

EXAMPLES = Path(__file__).resolve().parent
TARGET = "acme_data.definitions"
DEPLOYMENTS = {"prod": ("nightly_assets", "weekly_finance"), "staging": ("nightly_assets",)}
"""What runs in each: the code is the same, its variables are not (``prod.env``, ``staging.env``)."""
FILES = tuple(word for name in DEPLOYMENTS for word in ("--env-file", f"{name}.env"))

console = Console(width=None if sys.stdout.isatty() else 110, highlight=False, soft_wrap=False)


def main() -> int:
    """Tell the story; 0 if it ends well."""
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="legacy-shim-demo-") as temporary:
        project = Path(temporary) / "legacy_project"
        shutil.copytree(EXAMPLES / "legacy_project", project, ignore=shutil.ignore_patterns("__pycache__"))
        (project / ".git").mkdir()  # the project ends here, for whatever looks above it
        with serve(load_setup(EXAMPLES / "cloud.json")) as server:
            story = Story(project, server.url)
            is_good = story.tell()
    console.print(
        f"[dim]{time.monotonic() - began:.0f} seconds, on real dbt. Your checkout was not touched.[/]"
    )
    return 0 if is_good else 1


class Story:
    """The steps, each shown with the command that anybody would type."""

    def __init__(self, project: Path, url: str) -> None:
        self.project, self.url = project, url
        self.env = {
            **os.environ,
            "DBT_CLOUD_API_TOKEN": "dbt_api_token_here",
            "DBT_CLOUD_HOST": url,
            "DAGSTER_DISABLE_TELEMETRY": "yes",
            "NO_COLOR": "1",
            "PYTHONWARNINGS": "default",
        }

    def tell(self) -> bool:
        """Every step in its order; whether it ended well."""
        _say("A legacy project, and the dbt Cloud job that it loads: another in production than in staging")
        _quote((self.project / "acme_data/assets/dbt.py").read_text(), "python")
        _note(f"A local dbt Cloud listens at {self.url}. It runs a real dbt project, on DuckDB.")

        _say("Ask dbt Cloud for what only it knows of the jobs")
        if self._codemod("lookup", ".", "--host", self.url, *FILES) != 0:
            return False
        _show_facts(json.loads((self.project / "dbt_cloud_jobs.json").read_text()))

        _say("Keep running: the facade serves the old names, and warns")
        before = self._run_all("before", "--install")
        if before is None:
            return False

        _say("See what would change")
        self._codemod("migrate", ".", "--diff", *FILES, language="diff")
        report = self.project.parent / "report.json"
        self._python(
            "legacy_shim.codemods",
            "migrate",
            ".",
            "--check",
            "--format",
            "json",
            "--output",
            str(report),
            *FILES,
        )
        told = {finding["code"] for finding in json.loads(report.read_text())["findings"]}

        _say("Migrate")
        exit_code = self._codemod("migrate", ".", *FILES)
        if exit_code == 2:
            return False

        _say("Run again: the same jobs, now on v2, without the facade")
        after = self._run_all("after")
        if after is None:
            return False

        _say("Compare")
        good = [_compare(name, before[name], after[name], told, exit_code) for name in DEPLOYMENTS]
        return all(good)

    def _run_all(self, side: str, *options: str) -> dict[str, dict[str, Any]] | None:
        """Run the code in each deployment; None if something failed in one."""
        documents: dict[str, dict[str, Any]] = {}
        for name in DEPLOYMENTS:
            document = self._run(name, side, *options)
            if document is None:
                return None
            documents[name] = document
        return documents

    def _run(self, deployment: str, side: str, *options: str) -> dict[str, Any] | None:
        """Load the code location, execute its jobs, show what came of it; None if something failed."""
        output = self.project.parent / f"{side}.{deployment}.json"
        jobs = [word for job in DEPLOYMENTS[deployment] for word in ("--job", job)]
        variables = read_env_file(self.project / f"{deployment}.env")
        _note(f"[bold]{deployment}[/]: {' '.join(f'{name}={value}' for name, value in variables.items())}")
        _command("legacy_shim.snapshot", TARGET, *options, *jobs)
        arguments = [TARGET, "--path", ".", "--redirect", self.url, "--output", str(output), *options, *jobs]
        done = self._python("legacy_shim.snapshot", *arguments, variables=variables)
        if not output.is_file():
            console.print(done.stderr[-3000:], style="red", markup=False)
            return None
        document = load_snapshot(output)
        _show_warnings(document)
        _show_runs(document)
        _show_materialized(document)
        if document["error"] or not all(action["success"] for action in document["actions"]):
            errors = document["error"] or [action["errors"] for action in document["actions"]]
            console.print(f"  failed: {errors}", style="bold red", markup=False)
            return None
        return document

    def _codemod(self, *arguments: str, language: str = "text") -> int:
        """Run the codemod and show what it says; its exit code."""
        _command("legacy_shim.codemods", *arguments)
        done = self._python("legacy_shim.codemods", *arguments)
        _quote(done.stdout, language)
        if language == "text" or done.returncode == 2:
            _quote(done.stderr, "text")
        return done.returncode

    def _python(
        self, module: str, *arguments: str, variables: Mapping[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", module, *arguments],
            cwd=self.project,
            env={**self.env, **(variables or {})},
            capture_output=True,
            text=True,
        )


def _compare(
    name: str, before: dict[str, Any], after: dict[str, Any], told: set[str], exit_code: int
) -> bool:
    """Show what is the same and what is not; whether every difference is one that the migration reported."""
    differences = compare(before, after)
    unreported = [row for row in differences if row.code not in told]
    console.print()
    _note(f"[bold]{name}[/]")
    _show_same(before, after, unreported)
    _show_reported([row for row in differences if row.code in told])
    for row in unreported:
        console.print(f"  {row}", style="bold red", markup=False)
    console.print()
    if unreported:
        console.print(f"[bold red]Unexpected changes: {len(unreported)} differences.[/]")
        return False
    left = " What stayed on the facade is listed above, with its reasons." if exit_code else ""
    console.print(
        "[bold green]The same assets, by the same dbt commands, in the same dbt Cloud jobs. "
        f"Every other difference was reported beforehand.{left}[/]"
    )
    return True


_step = 0


def _say(title: str) -> None:
    global _step
    _step += 1
    console.print()
    console.rule(f"[bold]{_step}. {title}[/]", align="left", style="blue")


def _command(module: str, *arguments: str) -> None:
    console.print(f"[bold]$ python -m {module} {escape(' '.join(arguments))}[/]", soft_wrap=True)


def _note(text: str) -> None:
    console.print(f"  {text}")


def _quote(text: str, language: str) -> None:
    """Show a message with an indent; in colour on a terminal."""
    body: Text | Syntax = Text(text.rstrip())
    if console.is_terminal and language != "text":
        body = Syntax(text.rstrip(), language, background_color="default", word_wrap=True)
    if text.strip():
        console.print(Padding(body, (0, 0, 0, 2), expand=False))


def _show_facts(facts: dict[str, Any]) -> None:
    table = Table(box=None, padding=(0, 2))
    for column in ("job", "name", "project", "environment", "commands", "schedule"):
        table.add_column(column, overflow="fold")
    for job_id, job in facts["jobs"].items():
        schedule = "on" if job["triggers"]["schedule"] else "off"
        commands = escape("\n".join(job["execute_steps"]))
        table.add_row(
            job_id, job["name"], str(job["project_id"]), str(job["environment_id"]), commands, schedule
        )
    console.print(table)


def _show_warnings(document: dict[str, Any]) -> None:
    for row in document["warnings"]:
        if row["category"] == "LegacyDbtCloudWarning":
            message = escape(row["message"].replace("{path}/", ""))
            console.print(Padding(f"[yellow]warning[/] {message}", (0, 0, 0, 2)))


def _show_runs(document: dict[str, Any]) -> None:
    table = Table(box=None, padding=(0, 2), title="What dbt Cloud ran", title_justify="left")
    for column in ("when", "job", "run", "commands", "nodes", "status"):
        table.add_column(column, overflow="fold")
    names = {str(row["number"]): row["action"].removeprefix("job:") for row in document["actions"]}
    for run in document["runs"]:
        nodes = sum(len(step["nodes"] or ()) for step in run["steps"])
        when = "while loading" if run["phase"] == "load" else names.get(run["phase"], run["phase"])
        commands = escape("\n".join(run["commands"]))
        table.add_row(
            when, f"{run['job_id']}", str(run["run_id"]), commands, str(nodes), run["status"] or "?"
        )
    console.print(table)


def _show_materialized(document: dict[str, Any]) -> None:
    for action in document["actions"]:
        keys = sorted({row["asset"] for row in action["materialized"]})
        said = f", materialized {len(keys)} assets: {', '.join(keys)}" if keys else ""
        tests = f"; {len(action['observed'])} test observations" if action["observed"] else ""
        tests += f"; {len(action['checked'])} asset checks" if action["checked"] else ""
        outcome = "[green]succeeded[/]" if action["success"] else "[red]failed[/]"
        name = action["action"].removeprefix("job:")
        console.print(Padding(f"{name} {outcome}{said}{tests}", (0, 0, 0, 2)))


def _show_same(before: dict[str, Any], after: dict[str, Any], unreported: list[Difference]) -> None:
    changed = {row.kind for row in unreported}
    graph = before["graph"]
    commands = [command for run in before["runs"] if run["phase"] != "load" for command in run["commands"]]
    materialized = sum(len(action["materialized"]) for action in before["actions"])
    rows = (
        (f"{len(graph['assets'])} asset keys", {"asset lost", "asset added"}),
        ("dependencies and groups", {"dependencies", "group"}),
        ("partitions, policies, automation", {"partitions", "backfill policy", "automation condition"}),
        (
            "op names, jobs and schedules",
            {"op name", "job lost", "job assets", "schedule cron", "schedule job"},
        ),
        (f"{materialized} materializations", {"materialized set lost", "materialized set added", "success"}),
        (f"dbt commands: {', '.join(commands)}", {"dbt commands", "dbt Cloud job"}),
    )
    for text, kinds in rows:
        mark = "[red]differ[/]" if kinds & changed else "[green]same[/]  "
        console.print(f"  {mark} {escape(text)}")
    loads = escape(", ".join(load_commands(before))), escape(", ".join(load_commands(after)))
    console.print(f"  [dim]loading the code location runs `{loads[1]}` where it ran `{loads[0]}`[/]")


def _show_reported(differences: list[Difference]) -> None:
    counts: dict[str, int] = {}
    for row in differences:
        if row.code:
            counts[row.code] = counts.get(row.code, 0) + 1
    for code, count in sorted(counts.items()):
        times = f" ({count} times)" if count > 1 else ""
        console.print(f"  [yellow]reported[/]   {code} {BY_CODE[code].title}{times}")


if __name__ == "__main__":
    sys.exit(main())
