"""What others wrote is shown, and steers neither a terminal, nor GitHub, nor the eye, nor git."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from cli_runner import FACTS, LEGACY, run

from legacy_shim.codemods.findings import Finding, Place
from legacy_shim.codemods.reporting.formats import render
from legacy_shim.codemods.reporting.formats.palette import COLORED
from legacy_shim.codemods.reporting.report import Report
from legacy_shim.visible import coloured_text, json_text, message, one_line, shell_words, text

STEERING = "".join(
    [
        *map(chr, range(32)),
        *map(chr, range(0x7F, 0xA0)),
        "\u00ad\u061c\u200b\u200e\u200f\u2028\u2029\u202a\u202e\u2066\u2069\ufeff\ud800\udcff\U000e0041",
    ]
)
PLAIN = "src/modèle 模型.py [red] {x} %0A 'q' \"d\" \\ ~ é 👍"


def _steers(shown: str) -> list[str]:
    return [char for char in shown if char in STEERING and char != "\n"]


@pytest.mark.parametrize("char", STEERING, ids=lambda char: f"{ord(char):x}")
def test_each_is_shown_as_an_escape(char: str) -> None:
    shown = one_line(f"a{char}b")
    assert re.fullmatch(r"a\\(n|r|t|x[0-9a-f]{2}|u[0-9a-f]{4}|U[0-9a-f]{8})b", shown)
    assert not _steers(json_text({char: [char]}))
    assert json.loads(json_text({char: [char]}, indent=None)) == {char: [char]}


def test_the_rest_stays_as_it_is() -> None:
    assert one_line(PLAIN) == text(PLAIN) == message(PLAIN) == coloured_text(PLAIN) == PLAIN
    assert json_text([PLAIN]) == json.dumps([PLAIN], indent=2, ensure_ascii=False)


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("::error::x", "\\x3a:error::x"),
        ("  ::add-mask::x", "  \\x3a:add-mask::x"),
        ("a::b", "a::b"),
        ("a ##[error]b", "a \\x23#[error]b"),
        ("# [x] ## y", "# [x] ## y"),
    ],
)
def test_commands_to_github(written: str, shown: str) -> None:
    assert one_line(written) == shown
    assert message(f"first\n{written}") == f"first\n{shown}"


def test_of_colours_only_our_own_pass() -> None:
    ours = COLORED.paint(COLORED.bad, "a\x1b]0;title\x07\x1b[2Jb\tc\n")
    assert coloured_text(ours) == "\x1b[31ma\\x1b]0;title\\x07\\x1b[2Jb\tc\n\x1b[0m"
    assert text(ours).startswith("\\x1b[31m")


ATTACK = "\x1b[31m\n::error::pwned\r\u202e\x9b2J"


def _report() -> Report:
    place = Place(Path(f"::warning::{ATTACK}.py"), 3, 1)
    return Report((Finding(place, "LDC303", f"{ATTACK} ##[error]", ATTACK, (Place(Path(ATTACK)),)),))


@pytest.mark.parametrize("form", ["text", "json", "sarif", "github"])
def test_each_format(form: str, tmp_path: Path) -> None:
    shown = render(_report(), form, root=tmp_path)
    assert not _steers(shown)
    commands = [line for line in shown.splitlines() if line.lstrip().startswith("::")]
    assert len(commands) == (1 if form == "github" else 0), shown
    assert "pwned" in shown
    if form == "github":
        assert "%0A::error" not in shown and "##[" not in shown
    if form == "json":
        assert json.loads(shown)["findings"][0]["message"] == f"{ATTACK} ##[error]", "data stays the data"


NAMES = [
    "plain.py",
    "with space.py",
    "tab\there.py",
    "new\nline.py",
    'quote".py',
    "back\\slash.py",
    "esc\x1b[31m.py",
    "bell\x07\x0b.py",
    "modèle.py",
    "rtl\u202eyp.py",
    "::error::x.py",
    "trailing space .py",
    "'single'.py",
    "-dash.py",
    "$(touch x).py",
]


@pytest.fixture
def odd_names(tmp_path: Path) -> Path:
    """A repository whose files have odd names, one of them no text at all."""
    folder = tmp_path / "repository"
    (folder / "sub dir").mkdir(parents=True)
    for name in [*NAMES, os.fsdecode(b"latin\xe9.py"), "sub dir/\ttab.py"]:
        (folder / name).write_text(LEGACY.replace("HOST", "https://cloud.getdbt.com"))
    (folder / "dbt_cloud_jobs.json").write_text(json.dumps(FACTS))
    subprocess.run(["git", "init", "-q", str(folder)], check=True)
    return folder


def test_a_patch_of_odd_names_is_one_that_git_applies(odd_names: Path, tmp_path: Path) -> None:
    other = Path(shutil.copytree(odd_names, tmp_path / "other"))
    environment = {**os.environ, "PYTHONPATH": ""}
    command = ["python", "-m", "legacy_shim.codemods", "migrate", "--diff", "."]
    patch = subprocess.run(
        [os.sys.executable, *command[1:]], cwd=odd_names, env=environment, capture_output=True
    ).stdout
    assert b"\x1b" not in patch and b"\x07" not in patch
    applied = subprocess.run(["git", "apply", "-"], cwd=odd_names, input=patch, capture_output=True)
    assert applied.returncode == 0, applied.stderr
    run(other, "migrate", ".")
    for path in sorted(other.rglob("*.py")):
        text = path.read_bytes()
        assert b"load_assets_from_dbt_cloud_job" not in text, path
        assert (odd_names / path.relative_to(other)).read_bytes() == text, path


def test_odd_names_in_what_people_read(odd_names: Path) -> None:
    done = run(odd_names, "migrate", ".", "--check", FORCE_COLOR="1")
    without_colours = re.sub(r"\x1b\[\d{0,2}m", "", done.stdout + done.stderr)
    assert not _steers(without_colours)
    assert "new\\nline.py" in without_colours and "esc\\x1b[31m.py" in without_colours
    assert not [line for line in without_colours.splitlines() if line.lstrip().startswith("::")]
    shown = run(odd_names, "migrate", ".", "--diff", FORCE_COLOR="1").stdout
    assert not _steers(re.sub(r"\x1b\[\d{0,2}m", "", shown).replace("\t", ""))


def test_errors_name_odd_files_without_obeying_them(tmp_path: Path) -> None:
    done = run(tmp_path, "scan", "no\x1b]0;x\x07\n::error::such")
    assert done.returncode == 2
    assert not _steers(done.stderr)
    assert len([line for line in done.stderr.splitlines() if line.startswith("::")]) == 0


@pytest.mark.parametrize(
    "arguments",
    [
        ("scan", "."),
        ("scan", ".", "--format", "json"),
        ("scan", ".", "--format", "sarif"),
        ("scan", ".", "--format", "github"),
        ("scan", ".", "--usage", "usage.jsonl"),
        ("scan", ".", "--usage", "usage.jsonl", "--format", "json"),
        ("scan", ".", "--facts", "other\x1b[2J\n::error::facts.json"),
        ("migrate", ".", "--check", "--env-file", "odd\x1b[2J\n::error::name.env"),
        ("migrate", ".", "--only", f"LDC101{ATTACK}"),
        ("lookup", ".", "--account-id", "12345"),
        ("lookup", ".", "--host", f"https://x{ATTACK}"),
        ("verify", ".", "--manifest", f"m{ATTACK}"),
        ("explain", ATTACK),
    ],
    ids=lambda arguments: ascii(" ".join(arguments)),
)
def test_each_command_shows_what_it_was_given_without_obeying_it(
    tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    """Names of files and jobs, code, facts, deployments and usage logs, all of them hostile."""
    source = LEGACY.replace("HOST", f"https://{ATTACK!r:.0}x").replace(
        "67890", f'f"{{1}}{ascii(ATTACK)[1:-1]}"'
    )
    (tmp_path / f"defs{ATTACK.replace('/', '')}.py").write_text(source)
    (tmp_path / "broken.py").write_text(
        f"from dagster_dbt import dbt_cloud_resource\n'{ATTACK[:5]}' = 1\n(\n"
    )
    facts = {**FACTS, "jobs": {"67890": {**FACTS["jobs"]["67890"], "name": ATTACK, ATTACK: ATTACK}}}  # type: ignore[index, dict-item]
    (tmp_path / "dbt_cloud_jobs.json").write_text(json.dumps(facts))
    (tmp_path / "odd\x1b[2J\n::error::name.env").write_text(f"A={ATTACK[:5]}\n")
    line = {
        "v": 1,
        "time": "2026-01-01T00:00:00+00:00",
        "code": "LDC101",
        "name": ATTACK,
        "use": "call",
        "file": ATTACK,
    }
    line |= {
        "line": 3,
        "module": ATTACK,
        "count": 2,
        "process": ATTACK,
        "pid": 1,
        "python": ATTACK,
        "run": None,
    }
    (tmp_path / "usage.jsonl").write_text(json.dumps(line) + "\n")
    done = run(tmp_path, *arguments, FORCE_COLOR="1", DBT_CLOUD_API_TOKEN="")
    assert done.stdout + done.stderr, "it says something"
    shown = re.sub(r"\x1b\[\d{0,2}m", "", done.stdout + done.stderr)
    assert not _steers(shown), ascii(shown)
    assert "Traceback" not in shown
    commands = [one for one in shown.splitlines() if one.lstrip().startswith("::")]
    assert all(re.match(r"::(error|warning|notice) file=", one) for one in commands), commands
    assert "##[" not in shown


WORDS = ["plain", "with space", "it's", "back\\slash", "", "$(touch x)", "-dash", "modèle", "a#b"]
ODD_WORDS = [
    "new\nline",
    "esc\x1b[2J",
    "tab\t'quote'\\n",
    "rtl\u202e",
    "c1\x9b2J",
    "::error::x",
    "##[error]",
    "latin\udce9",
    "\x1bab",
]


@pytest.mark.skipif(shutil.which("bash") is None, reason="bash reads the words")
def test_words_for_a_shell_are_read_as_they_were() -> None:
    shown = shell_words([*WORDS, *ODD_WORDS])
    assert not _steers(shown) and "\n" not in shown and one_line(shown) == shown
    command = ["bash", "-c", f"printf '%s\\0' {shown}"]
    read = subprocess.run(command, capture_output=True, check=True).stdout.split(b"\0")[:-1]
    assert [os.fsdecode(word) for word in read] == [*WORDS, *ODD_WORDS]


def test_words_that_are_plain_are_quoted_as_ever() -> None:
    assert shell_words(["scan", "a b", Path("x")]) == "scan 'a b' x"
