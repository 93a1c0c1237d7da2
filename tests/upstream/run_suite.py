"""Runs dagster-dbt's own tests of its legacy package against the facade, on a dagster-dbt without that package.

    python tests/upstream/run_suite.py [--floor N] [pytest arguments]

The tests come from the sdist of the installed dagster-dbt version, downloaded once by pip into `.upstream/`. Prints how many
pass; exit code 1 if they are fewer than the floor.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tarfile
from importlib.metadata import version
from pathlib import Path

from without_legacy import copy_without_legacy

FOLDER = Path(__file__).parents[2] / ".upstream"
FLOOR = 264
"""What upstream's own package passes of its 268 tests, with a current `responses`."""


def fetch_tests(release: str, into: Path) -> None:
    """Put `dagster_dbt_tests.cloud` of that release into the folder `into`."""
    archive = FOLDER / f"dagster_dbt-{release}.tar.gz"
    if not archive.exists():
        FOLDER.mkdir(exist_ok=True)
        download = [
            "download",
            f"dagster-dbt=={release}",
            "--no-deps",
            "--no-binary",
            "dagster-dbt",
            "--quiet",
        ]
        subprocess.run([sys.executable, "-m", "pip", *download, "--dest", str(FOLDER)], check=True)
    inside = f"dagster_dbt-{release}/dagster_dbt_tests/cloud/"
    package = into / "dagster_dbt_tests"
    shutil.rmtree(package, ignore_errors=True)
    package.mkdir(parents=True)
    (package / "__init__.py").touch()
    with tarfile.open(archive) as tar:
        for member in tar.getmembers():
            if member.isfile() and member.name.startswith(inside):
                target = package / "cloud" / member.name.removeprefix(inside)
                target.parent.mkdir(parents=True, exist_ok=True)
                content = tar.extractfile(member)
                assert content is not None, "a file has content"
                target.write_bytes(content.read())


def run_tests(site: Path, arguments: list[str]) -> int:
    """Run the tests in `site`; print what pytest prints and return how many passed."""
    here = str(Path(__file__).parent)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "upstream_plugin", "-p", "no:cacheprovider"]
    options = ["-c", os.devnull, "--rootdir", str(site), "-W", "ignore", "--tb=short"]
    process = subprocess.Popen(
        [*command, *options, *arguments, str(site / "dagster_dbt_tests" / "cloud")],
        cwd=site,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(site), here])},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None, "it is a pipe"
    last = ""
    for line in process.stdout:
        print(line, end="")
        last = line if line.strip() else last
    process.wait()
    passed = re.search(r"(\d+) passed", last)
    return int(passed[1]) if passed else 0


def main() -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--floor", type=int, default=FLOOR, help="fail below this many passing tests")
    options, arguments = parser.parse_known_args()
    release = version("dagster-dbt")
    site = FOLDER / "site"
    copy_without_legacy(site)
    fetch_tests(release, site)
    passed = run_tests(site, arguments)
    print(
        f"dagster-dbt {release}: {passed} of its legacy tests pass on the facade (at least {options.floor} must)."
    )
    return 0 if passed >= options.floor else 1


if __name__ == "__main__":
    sys.exit(main())
