"""Writes down what the migration makes of cases, as what it must make: ``python tests/parity/accept.py NAME...``.

Fills ``after/`` and ``findings.txt`` of each named case. Read the diff before you commit it: from then on it is the law.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from parity_case import load_cases, texts_of
from parity_run import Runner
from parity_warm import Warm


def accept(names: list[str]) -> None:
    """Migrate each named case and keep the result. Raises KeyError for a name that is none."""
    cases = {case.name: case for case in load_cases()}
    for case in [cases[name] for name in names]:
        with tempfile.TemporaryDirectory() as temporary, Warm() as warm:
            runner = Runner(case, warm, Path(temporary))
            migration = runner.migrate(runner.copy())
            for name, text in texts_of(migration.folder).items():
                path = case.folder / "after" / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(text.encode())
            rows = sorted(f"{row['path']}:{row['line']} {row['code']}" for row in migration.findings)
            (case.folder / "findings.txt").write_text("".join(f"{row}\n" for row in rows))


if __name__ == "__main__":
    accept(sys.argv[1:])
