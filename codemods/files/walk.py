"""Which files the given paths hold.

A folder is walked without what no one edits by hand: version control, caches, virtual environments,
build output, and what ``.gitignore`` files exclude. What the caller names is always taken.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from legacy_shim.regular_file import NotRegularError, read_bytes

from ..errors import UsageError
from ..findings import Finding, Place
from . import journal
from .gitignore import IgnoreRules, parse_ignore

Kind = Literal["python", "notebook", "other"]

_NEVER_WALKED = frozenset(
    {".git", ".hg", ".svn", ".bzr", "CVS", "__pycache__", "__pypackages__", "node_modules", "site-packages"}
    | {".tox", ".nox", ".eggs", ".venv", ".mypy_cache", ".pytest_cache", ".ruff_cache", ".hypothesis"}
    | {".ipynb_checkpoints", ".direnv", ".pixi", journal.NAME}
)
_BUILD_OUTPUT = frozenset({"build", "dist"})
"""Not walked unless it is a Python package: people do give packages these names."""

_LARGEST_IGNORE = 128 * 1024
"""Bytes of a file with ignore rules."""

_PYTHON_SUFFIXES = (".py", ".pyi", ".pyw")
_OTHER_SUFFIXES = (
    ".adoc", ".bash", ".bat", ".cfg", ".cmd", ".dockerfile", ".groovy", ".hcl", ".ini", ".j2", ".jinja", ".jinja2",
    ".just", ".md", ".mdx", ".mk", ".ps1", ".rst", ".sh", ".template", ".tf", ".tmpl", ".toml", ".tpl", ".yaml", ".yml",
    ".zsh",
)  # fmt: skip
_OTHER_PREFIXES = (
    "Containerfile", "Dockerfile", "Earthfile", "GNUmakefile", "Jenkinsfile", "Justfile", "Makefile", "Procfile",
    "Pipfile", "Tiltfile", "constraints", "crontab", "requirements", ".justfile", "justfile", "makefile",
)  # fmt: skip


_FIRST_LINE = re.compile(rb"#![^\n]*\bpython[\d.]*\b")


@dataclass(frozen=True)
class Link:
    """Another path of a file or folder."""

    path: Path
    target: str
    """Its real path."""


@dataclass(frozen=True)
class FoundFiles:
    """What a walk found, each real file once, sorted within each folder."""

    python: tuple[Path, ...] = ()
    notebooks: tuple[Path, ...] = ()
    others: tuple[Path, ...] = ()
    """Workflows, Makefiles, Dockerfiles, scripts, configuration, requirements and documents: only ever reported."""
    outside: tuple[Path, ...] = ()
    """Symbolic links to Python files or folders that lead out of the given paths, not followed."""
    links: tuple[Link, ...] = ()
    """Those that lead to what was found, or to a folder of it."""
    problems: tuple[Finding, ...] = ()
    """Folders that could not be listed (LDC501)."""
    journals: tuple[Path, ...] = ()
    """Journals of migrations that have not ended."""


def find_sources(paths: Sequence[Path], *, exclude: Sequence[str] = ()) -> FoundFiles:
    """The files in the given files and folders.

    ``exclude`` holds patterns as in a ``.gitignore`` file, relative to the working directory or to the
    folder given. They also leave out files that are named in ``paths``, which nothing else does.
    Raises UsageError for a path that is not there, before anything is walked.
    """
    require_paths(paths)
    walk = _Walk(exclude)
    for path in paths:
        if path.is_dir():
            walk.add_folder(path)
        else:
            walk.add_file(path)
    return walk.result()


def require_paths(paths: Iterable[Path]) -> None:
    """Raises UsageError for a path that is not there."""
    for path in paths:
        if not path.exists():
            raise UsageError(f"{path}: no such file or folder")


def kind_of(name: str) -> Kind | None:
    """What a file of this name is to the codemod, or None where it is of no interest."""
    if name.endswith(_PYTHON_SUFFIXES):
        return "python"
    if name.endswith(".ipynb"):
        return "notebook"
    if name.endswith(_OTHER_SUFFIXES) or name.startswith(_OTHER_PREFIXES):
        return None if name.endswith(".lock") else "other"  # Pipfile.lock: made, not written
    return None


def _is_script(entry: os.DirEntry[str]) -> bool:
    """Whether a file without a suffix may be run, by Python as its first line says."""
    if "." in entry.name or not entry.is_file() or not entry.stat().st_mode & stat.S_IXUSR:
        return False
    try:
        with open(entry.path, "rb") as file:  # noqa: PTH123
            return _FIRST_LINE.match(file.read(128)) is not None
    except OSError:
        return False


@dataclass(frozen=True)
class _Level:
    """Ignore rules and the real folder, with a slash behind it, that they are relative to."""

    folder: str
    rules: IgnoreRules


@dataclass
class _Walk:
    """The state of one call of `find_sources`."""

    exclude: Sequence[str]
    _found: dict[Kind, list[Path]] = field(
        default_factory=lambda: {"python": [], "notebook": [], "other": []}
    )
    _problems: list[Finding] = field(default_factory=list)
    _seen: set[str] = field(default_factory=set)
    _links: list[Path] = field(default_factory=list)
    _journals: list[Path] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._exclude_rules = parse_ignore("\n".join(self.exclude))
        self._here = _Level(_real(".") + "/", self._exclude_rules)

    def add_file(self, path: Path) -> None:
        """Take a file that the caller named, whatever its name is."""
        real = _real(path)
        if not _is_ignored(real, [self._here], is_directory=False):
            self._take(path, real, kind_of(path.name) or "python")

    def add_folder(self, path: Path) -> None:
        """Take what a folder that the caller named holds."""
        real = _real(path)
        excludes = [self._here, _Level(real + "/", self._exclude_rules)] if self.exclude else []
        if not _is_ignored(real, excludes, is_directory=True):
            self._walk(str(path), real, _rules_above(real, self._read_level), excludes, is_root=True)

    def result(self) -> FoundFiles:
        links, outside = self._follow_links()
        return FoundFiles(
            python=tuple(self._found["python"]),
            notebooks=tuple(self._found["notebook"]),
            others=tuple(self._found["other"]),
            outside=outside,
            links=links,
            problems=tuple(self._problems),
            journals=tuple(self._journals),
        )

    def _read_level(self, path: str, real: str) -> _Level:
        ignore = Path(path, ".gitignore")
        try:
            text = read_bytes(ignore, largest=_LARGEST_IGNORE).decode("utf-8", "surrogateescape")
        except OSError as error:  # as git does: rules that cannot be read do not exclude anything
            text = ""
            if isinstance(error, NotRegularError) and not ignore.is_dir():
                reason = f"{error.strerror}, so that its rules exclude nothing"
                self._problems.append(Finding(Place(ignore), "LDC501", reason))
        return _Level(real.rstrip("/") + "/", parse_ignore(text))

    def _take(self, path: Path, real: str, kind: Kind) -> None:
        if real not in self._seen:
            self._seen.add(real)
            self._found[kind].append(path)

    def _walk(
        self, path: str, real: str, levels: list[_Level], excludes: list[_Level], *, is_root: bool
    ) -> None:
        if real in self._seen:
            return
        try:
            with os.scandir(path) as scan:
                entries = sorted(scan, key=lambda entry: entry.name)
        except OSError as error:
            reason = f"the folder cannot be listed: {error.strerror}"
            self._problems.append(Finding(Place(Path(path)), "LDC501", reason))
            return
        names = {entry.name for entry in entries}
        if not is_root and not _is_worth_walking(os.path.basename(path), names):  # noqa: PTH119
            return
        self._seen.add(real)
        if journal.NAME in names:
            self._journals.append(Path(path) / journal.NAME)
        if ".gitignore" in names:
            levels = [*levels, self._read_level(path, real)]
        for entry in entries:
            self._visit(entry, f"{real}/{entry.name}", levels, excludes)

    def _visit(
        self, entry: os.DirEntry[str], real: str, levels: list[_Level], excludes: list[_Level]
    ) -> None:
        if entry.is_dir(follow_symlinks=False):
            if entry.name in _NEVER_WALKED or _is_ignored(real, levels, excludes, is_directory=True):
                return
            self._walk(entry.path, real, levels, excludes, is_root=False)
            return
        is_link = entry.is_symlink()
        kind = kind_of(entry.name) or ("python" if not is_link and _is_script(entry) else None)
        if (kind is None and not is_link) or _is_ignored(real, levels, excludes, is_directory=False):
            return
        if is_link:
            self._links.append(Path(entry.path))
        elif kind is not None and entry.is_file():
            self._take(Path(entry.path), real, kind)

    def _follow_links(self) -> tuple[tuple[Link, ...], tuple[Path, ...]]:
        """Take what links in walked folders add, which is little: whatever they lead to inside was walked.

        A folder that was left out stays left out although a link leads to it.
        """
        inside, outside = [], []
        for link in self._links:
            real = _real(link)
            kind = kind_of(link.name)
            is_inside = real in self._seen or os.path.dirname(real) in self._seen  # noqa: PTH120
            if is_inside and (link.is_dir() or kind == "python"):
                inside.append(Link(link, real.replace("/", os.sep)))
            if is_inside and kind is not None and link.is_file():
                self._take(link, real, kind)
            elif not is_inside and (link.is_dir() or (kind == "python" and link.is_file())):
                outside.append(link)
        return tuple(inside), tuple(outside)


def _is_ignored(real: str, *groups: list[_Level], is_directory: bool) -> bool:
    """Whether any group ignores the path. In a group the deepest file that speaks of it decides."""
    for levels in groups:
        for level in reversed(levels):
            if real.startswith(level.folder):
                verdict = level.rules.verdict(real[len(level.folder) :], is_directory=is_directory)
                if verdict:
                    return True
                if verdict is not None:
                    break
    return False


def _is_worth_walking(name: str, names: Iterable[str]) -> bool:
    is_environment = "pyvenv.cfg" in names
    is_build_output = name in _BUILD_OUTPUT and "__init__.py" not in names
    return not (is_environment or is_build_output or name.endswith(".egg-info"))


def _rules_above(real: str, read_level: Callable[[str, str], _Level]) -> list[_Level]:
    """The ignore files between the top of the repository and a folder, which stands outside all of them.

    Empty where they ignore the folder itself: it was named, so it is meant.
    """
    folder, above = real, []
    while not os.path.exists(f"{folder}/.git"):  # noqa: PTH110
        parent = os.path.dirname(folder)  # noqa: PTH120
        if parent == folder:
            return []
        above.append(parent)
        folder = parent
    levels = [
        read_level(each, each)
        for each in reversed(above)
        if os.path.exists(f"{each}/.gitignore")  # noqa: PTH110
    ]
    on_the_way = [*above[:-1], real] if above else []
    return [] if any(_is_ignored(each, levels, is_directory=True) for each in on_the_way) else levels


def _real(path: Path | str) -> str:
    return os.path.realpath(path).replace(os.sep, "/")
