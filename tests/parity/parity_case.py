"""A case: a folder under ``tests/cases`` with a legacy program, and what is to become of it.

    before/          the program; a dbt_cloud_jobs.json in it is used instead of a look-up. Or "program" in
                     case.json says where the program is
    after/           optional: the exact files that the migration must leave
    case.json        optional; every key of it too, see ``Case``
    cloud.json       optional: the dbt Cloud it runs against, else ``tests/cases/_cloud.json``
    findings.txt     optional: exactly the findings, one ``path:line CODE`` a line

Adding a case is adding a folder.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from legacy_shim.codemods.facts.release import installed_release, read_release
from legacy_shim.snapshot import Action, parse_action

CASES = Path(__file__).resolve().parents[1] / "cases"
FACTS = "dbt_cloud_jobs.json"
INSTALLED = installed_release()
ENV = {"DBT_CLOUD_API_TOKEN": "dbt_api_token_here", "DBT_CLOUD_ACCOUNT_ID": "12345"}


@dataclass(frozen=True)
class Case:
    """One legacy program and how to run it."""

    name: str
    folder: Path
    target: str = "definitions.py"
    program: str = "before"
    env: Mapping[str, str] = None  # type: ignore[assignment]
    """Set for every process of the case, beside the token and the account that the shared cloud knows."""
    actions: tuple[Action, ...] = ()
    upstream: bool = True
    """Whether upstream's own legacy package can run the program, so that the facade can be held against it."""
    upstream_allowed: tuple[str, ...] = ()
    """Where the facade does better than upstream did, as ``kind of subject``."""
    keeps: tuple[str, ...] = ()
    """LDC3xx codes of what stays on the facade; none means that the program becomes v2 as a whole."""
    untouched: bool = False
    """Whether the program only looks legacy, so that no byte of it may change."""
    since: str = "0.28.0"
    """The dagster-dbt from which on the program becomes exactly this. With an older one more may stay on the facade, or
    be written in another way: what users see is the same all the same."""
    allowed: tuple[str, ...] = ()
    """Differences that are not told of and are right all the same, as ``kind of subject``."""

    @property
    def is_exact(self) -> bool:
        """Whether the installed dagster-dbt is one for which the case says exactly what becomes of the program."""
        return not INSTALLED.version or INSTALLED.version >= read_release(self.since).version

    @property
    def before(self) -> Path:
        return self.folder / self.program

    @property
    def cloud(self) -> Path:
        own = self.folder / "cloud.json"
        return own if own.is_file() else CASES / "_cloud.json"

    @property
    def brings_facts(self) -> bool:
        return (self.before / FACTS).is_file()

    @property
    def expected_files(self) -> Mapping[str, str] | None:
        after = self.folder / "after"
        return texts_of(after) if after.is_dir() else None

    @property
    def expected_findings(self) -> list[str] | None:
        path = self.folder / "findings.txt"
        return sorted(path.read_text().split("\n")[:-1]) if path.is_file() else None


def load_cases() -> list[Case]:
    """Every case, by name. A wrong key in a ``case.json`` is a TypeError."""
    folders = sorted({path.parent for name in ("before", "case.json") for path in CASES.glob(f"*/{name}")})
    return [_load(folder) for folder in folders]


def _load(folder: Path) -> Case:
    path = folder / "case.json"
    options = json.loads(path.read_text()) if path.is_file() else {}
    actions = options.pop("actions", ["materialize:all"])
    env = {**ENV, **options.pop("env", {})}
    lists = {name: tuple(value) if isinstance(value, list) else value for name, value in options.items()}
    return Case(
        name=folder.name,
        folder=folder,
        env=env,
        actions=tuple(parse_action(text) for text in actions),
        **lists,
    )


def texts_of(folder: Path) -> dict[str, str]:
    """The text files under `folder` by their relative paths, line ends as they are."""
    return {
        str(path.relative_to(folder)): path.read_bytes().decode()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and "__pycache__" not in path.parts and path.name != FACTS
    }
