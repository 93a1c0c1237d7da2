"""Files that others may have put there: pipes, devices, long numbers, deep nesting, patterns that blow up."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from cli_runner import CLEAN, LEGACY, make_project, run

from legacy_shim.codemods.errors import UsageError
from legacy_shim.codemods.facts.jobs import FactsError, load_facts, read_facts_file
from legacy_shim.codemods.facts.variables import read_env_file
from legacy_shim.codemods.files.encoding import EncodingError, decode
from legacy_shim.codemods.files.gitignore import parse_ignore
from legacy_shim.codemods.files.walk import find_sources
from legacy_shim.codemods.reporting.baseline import read_baseline
from legacy_shim.json_text import JsonError, parse_json
from legacy_shim.regular_file import read_bytes, read_given, require_writable
from legacy_shim.usage_record import parse_line, read_usage

pytestmark = pytest.mark.timeout(60)

Place = Callable[[Path], Path]


def _pipe(path: Path) -> Path:
    os.mkfifo(path)
    return path


def _device(path: Path) -> Path:
    path.symlink_to("/dev/zero")
    return path


def _terminal(path: Path) -> Path:
    path.symlink_to("/dev/tty")
    return path


ODD = pytest.mark.parametrize("make", [_pipe, _device], ids=["pipe", "device"])


@ODD
def test_sources(tmp_path: Path, make: Place) -> None:
    make(tmp_path / "defs.py")
    (tmp_path / "good.py").write_text(CLEAN)
    done = run(tmp_path, "scan", "defs.py", "good.py")
    assert done.returncode == 2
    assert "defs.py:1:1  LDC501 it is not a regular file" in done.stdout
    assert run(tmp_path, "scan", ".").returncode == 0, "in a folder it is no source"


@ODD
@pytest.mark.parametrize("name", ["Makefile", "notes.md", "n.ipynb"])
def test_other_files(tmp_path: Path, make: Place, name: str) -> None:
    make(tmp_path / name)
    assert run(tmp_path, "scan", ".", name).returncode == 0


@ODD
def test_ignore_files(tmp_path: Path, make: Place) -> None:
    make(tmp_path / ".gitignore")
    (tmp_path / "a.py").write_text(CLEAN)
    found = find_sources([tmp_path])
    assert [path.name for path in found.python] == ["a.py"]
    assert [problem.code for problem in found.problems] == ["LDC501"]
    (tmp_path / "sub").mkdir()
    (tmp_path / ".git").mkdir()
    assert find_sources([tmp_path / "sub"]).problems


def test_an_ignore_file_that_is_too_large(tmp_path: Path) -> None:
    (tmp_path / ".gitignore").write_text("*.py\n" * 100_000)
    (tmp_path / "a.py").write_text(CLEAN)
    found = find_sources([tmp_path])
    assert [path.name for path in found.python] == ["a.py"]
    assert "its rules exclude nothing" in found.problems[0].message


@ODD
@pytest.mark.parametrize(
    "arguments",
    [
        ("scan", ".", "--facts", "odd"),
        ("scan", ".", "--env-file", "odd"),
        ("scan", ".", "--baseline", "odd"),
        ("scan", ".", "--usage", "odd"),
        ("scan", ".", "--output", "odd"),
        ("scan", ".", "--write-baseline", "odd"),
        ("migrate", ".", "--check", "--format", "json", "--output", "odd"),
        ("lookup", ".", "--facts", "odd"),
    ],
    ids=lambda arguments: " ".join(arguments[2:]),
)
def test_files_of_the_command_line(tmp_path: Path, make: Place, arguments: tuple[str, ...]) -> None:
    make_project(tmp_path)
    make(tmp_path / "odd")
    done = run(tmp_path, *arguments)
    assert done.returncode == 2, done.stdout
    assert "odd: " in done.stderr
    assert any(said in done.stderr for said in ("it is not a regular file", "it leads out of the checkout"))
    assert "Traceback" not in done.stderr


def test_facts_that_a_checkout_links_to_a_device(tmp_path: Path) -> None:
    (tmp_path / "defs.py").write_text(LEGACY)
    _terminal(tmp_path / "dbt_cloud_jobs.json")
    assert run(tmp_path, "scan", ".").returncode == 1


def test_dev_null_and_what_the_shell_opened_are_files_to_the_command_line(tmp_path: Path) -> None:
    make_project(tmp_path)
    assert read_env_file(Path(os.devnull)) == {}
    assert run(tmp_path, "scan", ".", "--output", os.devnull).returncode == 1
    done = run(tmp_path, "scan", ".", "--format", "json", "--output", "/dev/stdout")
    assert json.loads(done.stdout)["files"] == 1
    ours, theirs = os.pipe()
    os.write(theirs, b"A=1\n")
    os.close(theirs)
    assert read_env_file(Path(f"/dev/fd/{ours}")) == {"A": "1"}
    os.close(ours)


def test_a_file_that_is_larger_than_it_may_be(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"x" * 2048)
    assert len(read_bytes(path, largest=2048)) == 2048
    for read in (read_bytes, read_given):
        with pytest.raises(OSError, match="larger than") as caught:
            read(path, largest=2047)
        assert caught.value.strerror is not None
    require_writable(path)
    require_writable(tmp_path / "new")


def test_a_sparse_source_of_many_gigabytes(tmp_path: Path) -> None:
    with (tmp_path / "huge.py").open("wb") as file:
        file.truncate(20 * 1024**3)
    done = run(tmp_path, "scan", ".")
    assert done.returncode == 2
    assert "LDC501 it is larger than 16 MB" in done.stdout


@pytest.mark.parametrize(
    "text",
    ["-" * 100_000 + "1", "(" * 100_000, "x" + ".a" * 100_000, "not " * 50_000 + "x", "x = " + "9" * 10_000],
    ids=["minus", "parentheses", "attributes", "not", "number"],
)
def test_sources_that_python_gives_up_on(tmp_path: Path, text: str) -> None:
    (tmp_path / "deep.py").write_text(f"from dagster_dbt import dbt_cloud_resource\n{text}\n")
    done = run(tmp_path, "scan", ".")
    assert done.returncode == 2, done.stderr
    assert "LDC502" in done.stdout
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("name", ["punycode", "idna", "IDNA"])
def test_encodings_that_take_quadratic_time(name: str) -> None:
    with pytest.raises(EncodingError, match="host names"):
        decode(f"# coding: {name}\nx = 1\n".encode())


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[" * 200_000, "nested too deeply"),
        ('{"a":' * 60 + "1" + "}" * 60, "nested too deeply: more than 50 levels"),
        ("1" * 101, "the number 11111111111111111111... has more than 100 digits"),
        ("{", "line 1, column 2"),
        (b'"\xff"', "not UTF-8"),
    ],
    ids=["deep", "not as deep", "digits", "broken", "bytes"],
)
def test_json(text: str | bytes, said: str) -> None:
    with pytest.raises(JsonError, match=said):
        parse_json(text)


@pytest.mark.parametrize(
    "text", ["9" * 100, "-9223372036854775808", "[" * 50 + "]" * 50, '{"a": [1.5, null]}']
)
def test_json_that_is_sound(text: str) -> None:
    assert parse_json(text) == json.loads(text)


DOCUMENT = '{"version": 1, "host": "https://cloud.getdbt.com", "account_id": 1, "jobs": {%s}}'


@pytest.mark.parametrize(
    ("jobs", "said"),
    [
        ('"%s": {}' % ("9" * 5000), "the id of a job"),
        ('"1": %s' % ("[" * 100_000), "nested too deeply"),
        ('"1": {"name": %s}' % ("9" * 5000), "more than 100 digits"),
        ('"1": {"name": "x", "project_id": %s}' % ("9" * 20), "expected a whole number"),
        (", ".join('"1": {}' for _ in range(50_000)), "stands twice"),
    ],
    ids=["long key", "deep", "long number", "id of no service", "many keys"],
)
def test_facts(tmp_path: Path, jobs: str, said: str) -> None:
    path = tmp_path / "dbt_cloud_jobs.json"
    path.write_text(DOCUMENT % jobs)
    with pytest.raises(FactsError, match=said):
        load_facts([path])
    done = run(tmp_path, "scan", ".")
    assert (done.returncode, "Traceback" in done.stderr) == (2, False)


def test_a_baseline_and_a_usage_log(tmp_path: Path) -> None:
    path = tmp_path / "odd"
    path.write_text("[" * 100_000 + "\n" + "9" * 100_000 + "\n")
    with pytest.raises(UsageError, match="it is no baseline"):
        read_baseline(path)
    assert (read_usage(path).records, read_usage(path).unreadable) == ((), 2)
    assert parse_line('{"v": 1, "time": "' + "9" * 100_000 + '"}') is None


def test_variables_that_multiply(tmp_path: Path) -> None:
    lines = ["A0=" + "x" * 1000, *(f"A{number + 1}={f'${{A{number}}}' * 10}" for number in range(12))]
    (tmp_path / "prod.env").write_text("\n".join(lines))
    with pytest.raises(UsageError, match=r"prod\.env:4: the values have more than 1 MB"):
        read_env_file(tmp_path / "prod.env")


def test_facts_from_a_folder(tmp_path: Path) -> None:
    with pytest.raises(FactsError, match="it cannot be read"):
        read_facts_file(tmp_path)


DEEP = "/".join(["a"] * 400)
BLOW_UP = [
    ("*a" * 30 + "b", "a" * 250, "a" * 30 + "b"),
    ("*a*" * 40 + "!", "a" * 250, "a" * 90 + "!"),
    ("**/" + "*a/**/" * 30 + "b", DEEP, "ba/" * 30 + "b"),
    ("**/*" * 20 + "x", DEEP, "y/" * 19 + "yx"),
    ("a**" * 50 + "b", "a" * 250, "a" * 50 + "b"),
    ("[a-z]*" * 100 + "!", "a" * 250, "q" * 100 + "!"),
    ("**/a/" * 200 + "b", DEEP, "a/" * 200 + "b"),
    ("?*" * 100 + "!", "a" * 250, "a" * 100 + "!"),
    ("/**/*a*a*a*b/**/*a*a*b", DEEP, "x/aaacb/y/a.ab"),
]


@pytest.mark.parametrize(("pattern", "miss", "hit"), BLOW_UP, ids=[row[0][:12] for row in BLOW_UP])
def test_patterns_that_blow_up_are_matched_all_the_same(pattern: str, miss: str, hit: str) -> None:
    rules = parse_ignore(pattern)
    assert rules.verdict(miss, is_directory=False) is None
    assert rules.verdict(hit, is_directory=False) is True


@pytest.mark.parametrize(
    ("pattern", "path", "is_ignored"),
    [
        ("a*b*c", "axbxc", True),
        ("a*b*c", "axbxcx", False),
        ("a*b*b", "abb", True),
        ("a*b*b", "ab", False),
        ("*ab*ab", "xabab", True),
        ("*ab*ab", "xab", False),
        ("*ab*ba", "aba", False),
        ("*ab*ba", "abba", True),
        ("**/a/**/b", "a/b", True),
        ("**/a/**/b", "x/a/a/y/b", True),
        ("**/a/**/b", "b/a", False),
        ("**/a/**/a/b", "a/x/a/b", True),
        ("**/a/**/a/b", "a/b", False),
        ("x/**/*a*/**/y", "x/bab/y", True),
        ("x/**/*a*/**/y", "x/y", False),
        ("x/**/a/b/**/y", "x/a/a/b/y", True),
        ("a*/b*c/**", "ax/byc/d", True),
        ("a*/b*c/**", "ax/byc", None),
        ("*?a*?b", "xaxb", True),
        ("*?a*?b", "axb", False),
    ],
)
def test_the_first_place_that_fits_is_enough(pattern: str, path: str, is_ignored: bool | None) -> None:
    assert bool(parse_ignore(pattern).verdict(path, is_directory=False)) is bool(is_ignored)


@pytest.mark.parametrize("grown", ['f"{s%d}{s%d}"', "s%d + s%d"])
def test_texts_that_double(tmp_path: Path, grown: str) -> None:
    lines = [f"s{number + 1} = {grown % (number, number)}" for number in range(60)]
    lines = ["import dagster_dbt", 's0 = f"ab{0x%s}"' % ("f" * 5000), 't0 = "ab"', *lines]
    more = [line.replace("s", "t") for line in lines[3:]]
    uses = [f"dagster_dbt.dbt_cloud_resource({name}60, 1)" for name in "st"]
    (tmp_path / "defs.py").write_text("\n".join([*lines, *more, *uses, ""]))
    done = run(tmp_path, "scan", ".")
    assert (done.returncode, "LDC507" in done.stdout) == (1, False)
