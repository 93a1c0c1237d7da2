"""What is written and said does not depend on the order in which Python keeps sets, which differs from run to run."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

CASES = Path(__file__).resolve().parents[1] / "cases"


def test_all_cases_together_are_migrated_the_same_whatever_hashes_are(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    for case in sorted(CASES.glob("*/before")):
        # Copied: what a link leads to is in the repository of these tests, all of which would be read beside it.
        shutil.copytree(case, tmp_path / case.parent.name)
    paths = sorted(path.name for path in tmp_path.iterdir() if path.name != ".git")
    said = set()
    for seed in ("1", "2", "3"):
        done = subprocess.run(
            [sys.executable, "-m", "legacy_shim.codemods", "migrate", "--check", "--format", "json", *paths],
            env={**os.environ, "PYTHONHASHSEED": seed},
            cwd=tmp_path,
            capture_output=True,
            check=False,
        )
        assert done.returncode == 1, done.stderr.decode()
        said.add(done.stdout)
    assert len(said) == 1
