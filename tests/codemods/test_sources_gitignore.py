"""Our reading of gitignore(5) against git's own."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path, PurePosixPath

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from legacy_shim.codemods.files.gitignore import parse_ignore

FILES = [
    "a/b/c.py", "a/a.py", "a/x", "b", "x/b", "x/a/b", "x/y/a/b.py", "c.py", "x/c.py", "a b", "a ", "#c", "!c", "[a]",
    "a-b", "ab", "abc/d.py", ".a", "a\\b", "x]", "A", "1", "x/abab", "x/.a/b", "c/a", "-", "a^", "aa/aa",
]  # fmt: skip
PATHS = sorted(
    {(path, False) for path in FILES}
    | {(parent.as_posix(), True) for path in FILES for parent in PurePosixPath(path).parents if parent.name}
)

HANDMADE = [
    "*.py", "a", "a/", "/a", "/a/", "a/b", "**/b", "a/**", "a/**/c.py", "**", "**/", "/**", "x/**/b.py", "a**b", "**a",
    "*", "?", "[ab]", "[!a]", "[^a]", "[a-c]", "[c-a]", "[]]", "[]a]", "[a", "a\\", "\\a", "\\#c", "#c", "\\!c", "!c",
    "a b", "a ", "a\\ ", "a   ", "[[:digit:]]", "[[:upper:]]", "[[:nope:]]", "[\\]]", "x[]]", "*.p[yx]", "x/*", "x/*/a",
    "/", "//", "!", "", "  ", "a//b", "a/*b", "***", "a/***/c.py", "[a-]", "[--a]", "*\\*", "a\\\\b", "[!]", "[]",
    "a\t", "/*", "!/a", "*/", "x/a/", "b/", ".a", "[a/b]", "a[/]b", "a?b", "[!a-b]*",
]  # fmt: skip


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if shutil.which("git") is None:
        pytest.skip("needs git to compare with")
    folder = tmp_path_factory.mktemp("repository")
    subprocess.run(["git", "init", "-q", str(folder)], check=True)
    for path in FILES:  # git looks whether a path is a folder
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).touch()
    return folder


def _git_says(repository: Path, text: str) -> dict[str, bool | None]:
    """The verdict of the last rule that git finds for each path itself, parents left out of it."""
    (repository / ".gitignore").write_bytes(text.encode())
    asked = "".join(f"{path}\0" for path, _ in PATHS)
    done = subprocess.run(
        ["git", "-C", str(repository), "check-ignore", "--no-index", "--stdin", "-z", "-v", "-n"],
        input=asked.encode(),
        capture_output=True,
        check=False,
    )
    fields = done.stdout.decode().split("\0")
    answers = {}
    for at in range(0, len(fields) - 1, 4):
        _, line, pattern, path = fields[at : at + 4]
        verdict = None if not line else not pattern.startswith("!")
        answers[path] = verdict
    return answers


def _we_say(text: str) -> dict[str, bool | None]:
    """The same question to our rules, asked as git asks it: an ignored folder decides for all it holds."""
    rules = parse_ignore(text)
    answers = {}
    for path, is_directory in PATHS:
        parts = path.split("/")
        verdict = None
        for depth in range(1, len(parts) + 1):
            part_is_directory = is_directory or depth < len(parts)
            found = rules.verdict("/".join(parts[:depth]), is_directory=part_is_directory)
            verdict = found if depth == len(parts) else None
            if found and depth < len(parts):
                verdict = True
                break
        answers[path] = verdict
    return answers


@pytest.mark.parametrize("line", HANDMADE)
def test_each_form_of_a_line_reads_as_git_reads_it(repository: Path, line: str) -> None:
    assert _we_say(line) == _git_says(repository, line)


@pytest.mark.parametrize(
    "text", ["*\n!a\n", "a/*\n!a/b\n", "*.py\n!/c.py\n", "a\r\n!c.py\r\n*.py\r\n", "\ufeffa\nb\n"]
)
def test_order_negation_and_line_ends(repository: Path, text: str) -> None:
    assert _we_say(text) == _git_says(repository, text)


_LINE = st.text(alphabet="ab*?[]!/\\-. #c^", min_size=1, max_size=7)


@given(st.lists(_LINE, min_size=1, max_size=3))
@example(["[a\\]"])
@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_lines_read_as_git_reads_them(repository: Path, lines: list[str]) -> None:
    text = "\n".join(lines) + "\n"
    assert _we_say(text) == _git_says(repository, text)


def test_a_question_mark_is_a_character_even_where_git_counts_bytes() -> None:
    assert parse_ignore("?").verdict("é", is_directory=False) is True
    assert parse_ignore("é").verdict("x/é", is_directory=False) is True
