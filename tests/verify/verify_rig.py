"""Programs before and after their migration, ready for faults to be planted in the tree after.

The tree before is observed once, the tree after anew for each fault, in a fork of the warm process of the parity
tests: a fault then costs a second or two. What compares and judges is what the command uses.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests
from parity_warm import Warm

from legacy_shim.codemods import pipeline
from legacy_shim.codemods.facts.jobs import Facts, load_facts
from legacy_shim.codemods.findings import Finding
from legacy_shim.codemods.options import Options
from legacy_shim.codemods.verify.actions import Plan, make_plan
from legacy_shim.codemods.verify.judgement import Judged, judge
from legacy_shim.codemods.verify.request import DbtSource, Request
from legacy_shim.emulator import load_setup, serve
from legacy_shim.snapshot import Order, parse_action

TOP = Path(__file__).resolve().parents[2]
CASES = TOP / "tests" / "cases"
CLOUD = CASES / "_cloud.json"
MANIFEST = CASES / "_artifacts" / "shop" / "manifest.json"
EXAMPLE = TOP / "examples" / "legacy_project"
TOKEN = "dbt_api_token_here"
TOKEN_ENV = "DBT_CLOUD_API_TOKEN"
ENV = {"DBT_CLOUD_API_TOKEN": TOKEN, "DBT_CLOUD_ACCOUNT_ID": "12345"}


def copy_program(source: Path, target: Path) -> Path:
    """A copy that ends where a repository would, so that no facts of others are found."""
    shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__", "dbt_cloud_jobs.json"))
    (target / ".git").mkdir()
    return target


def look_up(folder: Path) -> Path:
    """Facts by the real look-up, on a local dbt Cloud; as if it had been the real host."""
    with serve(load_setup(CLOUD)) as server:
        env = {**os.environ, **ENV, "DBT_CLOUD_HOST": server.url}
        command = [sys.executable, "-m", "legacy_shim.codemods", "lookup", ".", "--host", server.url]
        done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        path = folder / "dbt_cloud_jobs.json"
        path.write_text(path.read_text().replace(server.url, "https://cloud.getdbt.com"))
    return path


@dataclass(frozen=True)
class Program:
    """A program that is migrated, and what was seen of it before."""

    target: str
    migrated: Path
    told: Sequence[Finding]
    facts: Facts
    before: Mapping[str, Any]
    clean_after: Mapping[str, Any]
    plan: Plan
    warm: Warm
    work: Path

    def judged(self, *edits: tuple[str, str, str]) -> list[Judged]:
        """What is said when each edit (file, old text, new text) is made in the migrated tree."""
        folder = self.work / "faulty"
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(self.migrated, folder)
        for name, old, new in edits:
            path = folder / name
            text = path.read_text()
            assert old in text, f"the fault cannot be planted: {name} has no {old!r}\n{text}"
            path.write_text(text.replace(old, new))
        after = observe(self.warm, self.target, folder, tuple(self.plan.actions), install=False)
        assert after["error"] is None, after["error"]["traceback"]
        return judge(dict(self.before), after, self.told)

    def surprises(self, *edits: tuple[str, str, str]) -> dict[str, Judged]:
        """The unexpected differences, by their kind."""
        return {row.difference.kind: row for row in self.judged(*edits) if row.verdict != "expected"}


def make_program(source: Path, target: str, warm: Warm, work: Path) -> Program:
    """Look up, migrate a copy, observe both."""
    before = copy_program(source, work / "before")
    facts = load_facts([look_up(before)])
    migrated = work / "migrated"
    shutil.copytree(before, migrated)
    options = Options(facts=facts, env={**os.environ, **ENV})
    report = pipeline.write(pipeline.migrate([migrated], options))
    assert report.changes and not report.left_for_a_person, report.findings
    request = Request(before, target, Options(facts=facts), DbtSource({None: MANIFEST}, {}))
    graphs = [observe(warm, target, folder, (), install=folder == before) for folder in (before, migrated)]
    actions = make_plan(graphs[0], graphs[1], request)
    documents = [
        observe(warm, target, folder, tuple(actions.actions), install=folder == before)
        for folder in (before, migrated)
    ]
    return Program(target, migrated, report.findings, facts, documents[0], documents[1], actions, warm, work)


def observe(
    warm: Warm, target: str, folder: Path, actions: Sequence[str], *, install: bool
) -> dict[str, Any]:
    """A snapshot of a folder against a fresh local dbt Cloud."""
    env = {"PATH": os.environ["PATH"], "HOME": str(folder), **ENV, "PYTHONDONTWRITEBYTECODE": "1"}
    with serve(load_setup(CLOUD)) as server:
        order = Order(target, (folder,), server.url, install, tuple(map(parse_action, actions)), token=TOKEN)
        return warm.snapshot(order, env, folder, folder.parent / f"{folder.name}.log")


def run_verify(
    folder: Path, *arguments: str, env: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """The command, as people call it."""
    given = ENV if env is None else env
    passed = [
        f"--pass-env={name}" for name in given if name.startswith("DBT_CLOUD_") and name not in TOKEN_ENV
    ]
    command = [sys.executable, "-m", "legacy_shim.codemods", "verify", *arguments, *passed]
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("DBT_", "DAGSTER_"))}
    return subprocess.run(command, cwd=folder, env={**kept, **given}, capture_output=True, text=True)


def run_of(url: str, job_id: int) -> None:
    """Run a job of a dbt Cloud to its end."""
    headers = {"Authorization": f"Token {TOKEN}"}
    jobs = f"{url}/api/v2/accounts/12345/jobs/{job_id}/run/"
    answer = requests.post(jobs, json={"cause": "nightly"}, headers=headers, timeout=120)
    run = f"{url}/api/v2/accounts/12345/runs/{answer.json()['data']['id']}/"
    deadline = time.monotonic() + 120
    while requests.get(run, headers=headers, timeout=120).json()["data"]["status"] != 10:
        assert time.monotonic() < deadline, "the run does not end"
        time.sleep(0.05)
