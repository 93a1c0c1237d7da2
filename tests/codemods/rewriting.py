"""Migrate small programs in memory of the test, with the facts of two jobs."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from pathlib import Path

from legacy_shim.codemods import pipeline
from legacy_shim.codemods.facts.deployments import Deployment
from legacy_shim.codemods.facts.jobs import Facts, Job
from legacy_shim.codemods.facts.release import Release
from legacy_shim.codemods.options import Options
from legacy_shim.codemods.reporting.report import Report

HOST = "https://cloud.getdbt.com"
NIGHTLY = Job(
    id=67890,
    account_id=12345,
    host=HOST,
    name="Nightly",
    project_id=11,
    environment_id=22,
    execute_steps=("dbt build --select tag:daily",),
    generate_docs=False,
    name_is_unique=True,
    triggers={"schedule": False},
)
HOURLY = Job(
    id=67891,
    account_id=12345,
    host=HOST,
    name="Hourly",
    project_id=11,
    environment_id=22,
    execute_steps=("dbt seed", "dbt run --exclude tag:daily --full-refresh", "dbt run-operation grant"),
    generate_docs=False,
    name_is_unique=True,
    triggers={"schedule": True},
)
FACTS = Facts((NIGHTLY, HOURLY))
NEWEST = Release()
MIGRATED: list[dict[str, str]] = []
"""What each migration of the running test left, in order: the files that it changed, whole."""


def migrate(
    folder: Path,
    files: Mapping[str, str],
    *,
    facts: Facts = FACTS,
    env: Mapping[str, str] | None = None,
    release: Release = NEWEST,
    deployments: tuple[Deployment, ...] = (),
) -> tuple[dict[str, str], Report]:
    """Write the files, migrate them, and answer their new texts and the report."""
    written = {name: clean(text) for name, text in files.items()}
    for name, text in written.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())
    report = pipeline.write(
        pipeline.migrate(
            [folder], Options(facts=facts, env=env or {}, release=release, deployments=deployments)
        )
    )
    texts = {name: (folder / name).read_bytes().decode() for name in files}
    MIGRATED.append({name: text for name, text in texts.items() if text != written[name]})
    return texts, report


def migrate_one(folder: Path, text: str, **more: object) -> tuple[str, list[str]]:
    """Migrate one file: its new text, and the codes that were told."""
    texts, report = migrate(folder, {"program.py": text}, **more)  # type: ignore[arg-type]
    return texts["program.py"], [finding.code for finding in report.findings]


def clean(text: str) -> str:
    """Expected text as it stands in a test."""
    return textwrap.dedent(text).lstrip("\n")
