"""The demo, as ``make demo`` runs it: real dbt, real processes, and an exit code that means something."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

DEMO = Path(__file__).resolve().parents[2] / "examples" / "demo.py"


def test_the_demo_ends_well(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, str(DEMO)], cwd=tmp_path, capture_output=True, text=True, timeout=600
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-4000:]
    assert "The same assets, by the same dbt commands" in done.stdout
    assert "LDC208" in done.stdout


def test_the_demo_ends_badly_where_a_difference_was_not_told() -> None:
    code = (
        f"import sys; sys.path.insert(0, {str(DEMO.parent)!r}); import demo; "
        "row = demo.Difference('group', 'orders', 'a', 'b', 'LDC206'); "
        "demo.compare = lambda before, after: [row]; "
        "empty = dict(graph={'assets': {}}, runs=[], actions=[]); "
        "print([demo._compare('prod', empty, empty, told, 0) for told in (set(), {'LDC206'})])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout.rstrip().endswith("[False, True]"), done.stdout + done.stderr
    assert "LDC206 group of orders" in done.stdout
