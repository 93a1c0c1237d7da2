"""The virtual environment of a kind, made from nothing."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from kinds import Kind

TOP = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TOP / "tests" / "upstream"))
from without_legacy import remove_legacy  # noqa: E402


class CannotBeMade(Exception):
    """The environment of a kind cannot be made here; the message says why."""


def make_environment(kind: Kind, folder: Path) -> Path:
    """Make it in `folder` and return its Python. Raises CannotBeMade."""
    base = find_python(kind.python)
    if base is None and not kind.is_of_python:
        base = _running()
    if base is None:
        raise CannotBeMade(f"there is no Python {kind.python} on the PATH or among pyenv's")
    _do([str(base), "-m", "venv", "--clear", str(folder)])
    python = folder / "bin" / "python"
    install = [str(python), "-m", "pip", "install", "-qq", "--disable-pip-version-check"]
    _do([*install, "--upgrade", "pip"])  # the older ones seek for a quarter of an hour
    # Its newest have no wheel for Python 3.10, and take minutes to compile: dagster-dbt takes an older one as well.
    compiled = ["--only-binary", "sqlglotc"]
    _do([*install, *compiled, "--editable", f"{TOP}[test]", *kind.requirements])
    if not kind.has_legacy:
        (package,) = folder.glob("lib/python*/site-packages/dagster_dbt")
        remove_legacy(package)
    return python


def find_python(version: str) -> Path | None:
    """The interpreter of a version like `3.10`: the running one, one on the PATH, or the newest that pyenv has."""
    if version == f"{sys.version_info.major}.{sys.version_info.minor}":
        return _running()
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    beside = Path(sys.base_prefix).parent  # where pyenv has them, if it is pyenv's that runs
    numbered = {
        tuple(map(int, path.name.split(".")[2:3])): path
        for folder in (pyenv, beside)
        for path in folder.glob(f"{version}.[0-9]*")
        if (path / "bin" / "python").exists()
    }
    if numbered:
        return numbered[max(numbered)] / "bin" / "python"
    found = shutil.which(f"python{version}")
    return Path(found) if found else None


def _running() -> Path:
    return Path(sys.base_prefix, "bin", "python3")


def versions(python: Path) -> str:
    """What is in the environment, in a few words."""
    code = (
        "import platform; from importlib.metadata import version as v;"
        'print(f\'Python {platform.python_version()}, dagster {v("dagster")}, dagster-dbt {v("dagster-dbt")}\')'
    )
    return subprocess.run(
        [str(python), "-c", code], capture_output=True, text=True, check=True
    ).stdout.strip()


def _do(command: list[str]) -> None:
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode:
        said = "\n".join(done.stdout.strip().splitlines()[-15:])
        raise CannotBeMade(f"`{' '.join(command)}` failed:\n{said}")
