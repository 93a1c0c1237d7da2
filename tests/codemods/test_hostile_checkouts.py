"""A checkout that others made starts no program, lends no module, and has no file written outside of it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from cli_runner import environment, make_project
from test_checkout import checkout as checkout
from test_checkout import git

from legacy_shim.codemods.errors import UsageError
from legacy_shim.codemods.files.checkout import warnings
from legacy_shim.codemods.lookup import Access, look_up
from legacy_shim.codemods.options import WantedJob

MODULES = ("typer", "libcst", "yaml", "requests", "json", "textwrap", "argparse", "logging")


def _program(folder: Path, name: str, body: str = "cat") -> Path:
    """A program that leaves a trace of its run."""
    program = folder / name
    program.write_text(f"#!/bin/sh\ntouch {folder}/{name}.ran\n{body}\n")
    program.chmod(0o755)
    return program


@pytest.mark.parametrize("filter_name", ["evil", "evil.er", "a=b"])
def test_git_starts_nothing_that_a_checkout_configures(
    checkout: Path, tmp_path_factory: pytest.TempPathFactory, filter_name: str
) -> None:
    traces = tmp_path_factory.mktemp("traces")
    (checkout / ".gitattributes").write_text(f"*.py filter={filter_name}\n")
    git(checkout, "config", "core.hooksPath", str(traces))
    _program(traces, "post-index-change")
    git(checkout, "config", "core.fsmonitor", str(_program(traces, "monitor")))
    git(
        checkout,
        "config",
        "--file",
        ".git/more",
        f"filter.{filter_name}.clean",
        str(_program(traces, "clean")),
    )
    git(checkout, "config", f"filter.{filter_name}.process", str(_program(traces, "process")))
    git(checkout, "config", f"filter.{filter_name}.required", "true")
    git(checkout, "config", "include.path", "more")
    (checkout / "one.py").write_text("x = 2\n")
    told = list(warnings([checkout / "one.py"]))
    assert not [path.name for path in traces.glob("*.ran")]
    assert bool(told) == ("=" not in filter_name), "what cannot be switched off is not asked"


@pytest.mark.parametrize("package", ["legacy_shim.codemods", "legacy_shim"])
def test_no_module_is_imported_from_the_working_folder(tmp_path: Path, package: str) -> None:
    make_project(tmp_path)
    for name in MODULES:
        (tmp_path / f"{name}.py").write_text(f"open('{name}.ran', 'w').close()\n")
    command = [sys.executable, "-m", package, "migrate", "."]
    done = subprocess.run(command, cwd=tmp_path, env=environment({}), capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "cloud_v2" in (tmp_path / "defs.py").read_text()
    assert not list(tmp_path.glob("*.ran"))


def test_facts_are_not_written_through_a_link_to_nothing(tmp_path: Path) -> None:
    (tmp_path / "checkout").mkdir()
    target = tmp_path / "checkout" / "dbt_cloud_jobs.json"
    target.symlink_to(tmp_path / "elsewhere.json")
    wanted = [WantedJob(67890, account_id=12345)]
    with pytest.raises(UsageError, match=r"dbt_cloud_jobs\.json is a link to nothing"):
        look_up(wanted, Access({"DBT_CLOUD_API_TOKEN": "t"}), existing=[], target=target, told=print)
    assert not (tmp_path / "elsewhere.json").exists()


@pytest.mark.parametrize("is_folder", [False, True])
@pytest.mark.parametrize(
    "options", [["--write-baseline"], ["--format", "json", "--output"]], ids=["baseline", "report"]
)
def test_what_is_saved_follows_no_link_out_of_the_checkout(
    tmp_path: Path, options: list[str], is_folder: bool
) -> None:
    outside, code = tmp_path / "outside", tmp_path / "code"
    outside.mkdir()
    code.mkdir()
    make_project(code)
    (outside / "saved.json").write_text("precious\n")
    (code / "out").symlink_to("../outside")
    (code / "saved.json").symlink_to("../outside/saved.json")
    named = "out/saved.json" if is_folder else "saved.json"
    done = _scan(code, *options, named)
    assert done.returncode == 2
    assert f"{named}: it leads out of the checkout" in done.stderr
    assert (outside / "saved.json").read_text() == "precious\n"


def test_a_file_outside_that_is_named_is_written(tmp_path: Path) -> None:
    code = tmp_path / "code"
    code.mkdir()
    make_project(code)
    assert _scan(code, "--write-baseline", "../saved.json").returncode == 0
    assert '"uses"' in (tmp_path / "saved.json").read_text()


def test_a_link_inside_of_the_checkout_is_followed(tmp_path: Path) -> None:
    make_project(tmp_path)
    (tmp_path / "shared").mkdir()
    (tmp_path / "saved.json").symlink_to("shared/saved.json")
    done = _scan(tmp_path, "--write-baseline", "saved.json")
    assert "accepted in saved.json" in done.stderr, done.stderr
    assert '"uses"' in (tmp_path / "shared" / "saved.json").read_text()


def _scan(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "legacy_shim.codemods", "scan", ".", *options]
    return subprocess.run(command, cwd=folder, env=environment({}), capture_output=True, text=True)
