"""Draws ``examples/terminal.svg``, the picture in the README: ``python examples/picture.py``.

Runs the commands that the picture shows, on a small program, and keeps what they print.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
from io import StringIO
from pathlib import Path

from rich.console import Console
from rich.text import Text

PICTURE = Path(__file__).resolve().with_name("terminal.svg")
PROGRAM = """\
from dagster import Definitions, EnvVar
from dagster_dbt import DbtCloudClientResource, load_assets_from_dbt_cloud_job

# One job of dbt Cloud makes all marts.
dbt_cloud = DbtCloudClientResource(
    auth_token=EnvVar("DBT_CLOUD_API_TOKEN"), account_id=12345
)
marts = load_assets_from_dbt_cloud_job(dbt_cloud=dbt_cloud, job_id=67890)

defs = Definitions(assets=[marts])
"""
FACTS = {
    "version": 1,
    "host": "https://cloud.getdbt.com",
    "account_id": 12345,
    "jobs": {
        "67890": {
            "name": "Nightly",
            "project_id": 11,
            "environment_id": 22,
            "execute_steps": ["dbt build --select tag:daily"],
            "generate_docs": False,
            "triggers": {"schedule": True},
            "name_is_unique": True,
        }
    },
}
COMMANDS = (
    "python -m legacy_shim.codemods migrate --diff defs.py 2> report.txt",
    "grep -A 3 LDC208 report.txt",
    "python -m legacy_shim.codemods migrate defs.py | grep became",
    "python -m legacy_shim.codemods scan defs.py",
)


def main() -> None:
    """Write the picture."""
    console = Console(record=True, width=106, file=StringIO(), force_terminal=True, color_system="truecolor")
    for line in output().splitlines():
        console.print(Text.from_ansi(line), soft_wrap=False)
    svg = console.export_svg(title="legacy-shim", font_aspect_ratio=0.61)
    # The fonts of whoever looks at it will do; none is fetched.
    PICTURE.write_text(re.sub(r"\s*@font-face \{.*?\}", "", svg, flags=re.DOTALL), "utf-8")


def output() -> str:
    """Each command behind a prompt, and what it prints."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / ".git").mkdir()  # the project ends here
        (Path(folder) / "defs.py").write_text(PROGRAM)
        (Path(folder) / "dbt_cloud_jobs.json").write_text(json.dumps(FACTS))
        return "\n".join(f"\x1b[1m$ {command}\x1b[0m\n{_run(command, folder)}" for command in COMMANDS)


def _run(command: str, folder: str) -> str:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"
    env = {name: value for name, value in os.environ.items() if name != "NO_COLOR"}
    done = subprocess.run(
        ["sh", "-c", command],
        cwd=folder,
        env={**env, "PATH": path, "FORCE_COLOR": "1", "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        text=True,
    )
    return done.stdout + done.stderr


if __name__ == "__main__":
    main()
