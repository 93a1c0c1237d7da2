"""Runs dagster-dbt's own tests of its legacy package against the facade, on a dagster-dbt without that package.

    python tests/upstream/run_suite.py [--jobs N] [--floor N] [pytest arguments]

The tests come from the sdist of the installed dagster-dbt, downloaded once by pip into `.upstream/`. Prints how many pass.
Exit code 1: fewer than the floor. Where pytest arguments narrow the tests there is no floor: 1 if one of them fails, or
none runs. 2: the tests cannot be had.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tarfile
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from without_legacy import copy_without_legacy

FOLDER = Path(__file__).parents[2] / ".upstream"
FLOOR = 264
"""What upstream's own package passes of its 268 tests, with a current `responses`."""


class NoTests(Exception):
    """The tests of a release cannot be had; the message says why."""


@dataclass(frozen=True)
class Result:
    """What pytest said at the end."""

    passed: int
    exit_code: int


def fetch_tests(release: str, into: Path) -> None:
    """Put `dagster_dbt_tests.cloud` of that release into the folder `into`. Raises NoTests."""
    archive = FOLDER / f"dagster_dbt-{release}.tar.gz"
    if not archive.exists():
        download(release)
    inside = f"dagster_dbt-{release}/dagster_dbt_tests/cloud/"
    package = into / "dagster_dbt_tests"
    shutil.rmtree(package, ignore_errors=True)
    package.mkdir(parents=True)
    (package / "__init__.py").touch()
    try:
        with tarfile.open(archive) as tar:
            members = [one for one in tar.getmembers() if one.isfile() and one.name.startswith(inside)]
            for member in members:
                target = package / "cloud" / member.name.removeprefix(inside)
                target.parent.mkdir(parents=True, exist_ok=True)
                content = tar.extractfile(member)
                assert content is not None, "a file has content"
                target.write_bytes(content.read())
    except (OSError, EOFError, tarfile.TarError) as error:
        archive.unlink(missing_ok=True)
        raise NoTests(f"{archive.name} is broken, and removed; run this again to fetch it: {error}") from None
    if not members:
        raise NoTests(f"dagster-dbt {release} has no tests of the legacy package in its sdist")


def download(release: str) -> None:
    """Fetch the sdist of a release with pip. Raises NoTests."""
    FOLDER.mkdir(exist_ok=True)
    what = [f"dagster-dbt=={release}", "--no-deps", "--no-binary", "dagster-dbt", "--quiet"]
    command = [sys.executable, "-m", "pip", "download", *what, "--dest", str(FOLDER)]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode:
        said = [line for line in done.stdout.splitlines() if line.strip()]
        raise NoTests(f"pip cannot fetch the sdist of dagster-dbt {release}:\n" + "\n".join(said[-5:]))


def run_tests(site: Path, arguments: list[str]) -> Result:
    """Run the tests in `site` and print what pytest prints."""
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
    passed = 0
    for line in process.stdout:
        print(line, end="", flush=True)
        if found := re.search(r"(\d+) passed\b.* in [\d.]+s", line):
            passed = int(found[1])
    return Result(passed, process.wait())


def main() -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0], allow_abbrev=False)
    parser.add_argument("--jobs", type=int, default=1, help="processes to run the tests in")
    parser.add_argument("--floor", type=int, default=FLOOR, help="fail below this many passing tests")
    options, narrowing = parser.parse_known_args()
    release = version("dagster-dbt")
    site = FOLDER / "site"
    try:
        fetch_tests(release, site)
    except NoTests as error:
        print(error, file=sys.stderr)
        return 2
    copy_without_legacy(site)
    result = run_tests(site, ["-n", str(options.jobs), *narrowing])
    said = f"dagster-dbt {release}: {result.passed} of its legacy tests pass on the facade"
    if narrowing:
        print(
            f"{said}. They were narrowed by {' '.join(narrowing)}, so at least {options.floor} are not asked for."
        )
        return int(result.exit_code != 0 or result.passed == 0)
    print(f"{said} (at least {options.floor} must).")
    return int(result.passed < options.floor)


if __name__ == "__main__":
    sys.exit(main())
