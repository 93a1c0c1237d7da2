"""Runs a case: before on the facade, the migration, after on v2, each against a fresh local dbt Cloud."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from parity_case import FACTS, Case
from parity_warm import Warm

from legacy_shim.codemods import pipeline
from legacy_shim.codemods.facts.jobs import load_facts
from legacy_shim.codemods.findings import Finding
from legacy_shim.codemods.options import Options
from legacy_shim.emulator import load_setup, serve
from legacy_shim.snapshot import Order

_KEPT = ("PATH", "HOME", "TMPDIR", "LANG", "LC_ALL", "VIRTUAL_ENV", "OPENBLAS_CORETYPE")


@dataclass
class Migration:
    """What the codemod did to a copy of the program."""

    folder: Path
    exit_code: int
    findings: list[dict[str, Any]] = field(default_factory=list)
    output: str = ""
    told: tuple[Finding, ...] = ()

    @property
    def codes(self) -> set[str]:
        return {finding["code"] for finding in self.findings}

    @property
    def said(self) -> str:
        """Everything that it said, for the message of a test that fails."""
        rows = (f"{row['path']}:{row['line']} {row['code']} {row['message']}" for row in self.findings)
        return "\n".join([self.output, *rows])


class Runner:
    """Runs one case in a folder of its own."""

    def __init__(self, case: Case, warm: Warm, work: Path) -> None:
        self.case, self.warm, self.work = case, warm, work
        kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
        self.env = {**kept, **case.env, "DAGSTER_DISABLE_TELEMETRY": "yes", "PYTHONDONTWRITEBYTECODE": "1"}

    @contextmanager
    def cloud(self) -> Iterator[str]:
        """A local dbt Cloud as the case describes it, for one process."""
        with serve(load_setup(self.case.cloud)) as server:
            yield server.url

    def snapshot(self, folder: Path, name: str, *, install: bool) -> dict[str, Any]:
        """Load `folder` and carry out the actions of the case."""
        with self.cloud() as url:
            order = Order(self.case.target, (folder,), url, install, self.case.actions)
            document = self.warm.snapshot(order, self.env, folder, self.work / f"{name}.log")
        (self.work / f"{name}.json").write_text(json.dumps(document, indent=1))
        return document

    def copy(self) -> Path:
        """A copy of the program, in a folder where no other facts file is in reach."""
        folder = self.work / "program"
        shutil.copytree(self.case.before, folder)
        (folder / ".git").mkdir()  # where the search for facts and the configuration of others ends
        return folder

    def migrate(self, folder: Path, name: str = "migrate") -> Migration:
        """Look the facts up, unless the case brings them, and migrate `folder` in place."""
        with self.cloud() as url:
            if not (folder / FACTS).is_file():
                self._codemod(["lookup", "."], url, folder, "lookup")
            told = self._told(folder)
            report = self.work / f"{name}.report.json"
            options = ["--jobs", "1", "--format", "json", "--output", str(report)]
            exit_code = self._codemod(["migrate", ".", *options], url, folder, name)
        findings = json.loads(report.read_text())["findings"] if report.is_file() else []
        return Migration(folder, exit_code, findings, (self.work / f"{name}.log").read_text(), told)

    def _told(self, folder: Path) -> tuple[Finding, ...]:
        """What the migration tells of, and of which jobs; nothing is written."""
        facts = folder / FACTS
        options = Options(facts=load_facts([facts] if facts.is_file() else []), env=self.env)
        return pipeline.migrate([folder], options).findings

    def _codemod(self, arguments: list[str], url: str, folder: Path, name: str) -> int:
        return self.warm.codemod(arguments, url, self.env, folder, self.work / f"{name}.log")
