"""The two trees that are compared, each in a temporary folder, so that nothing in the user's own changes."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import tarfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import Path

from .. import pipeline
from ..errors import UsageError
from ..files.git import git_environment
from ..findings import Place
from ..options import Options
from ..reporting.report import Report
from .request import Request
from .target import Target, find_target

_NOT_COPIED = frozenset(
    {".git", ".hg", ".svn", "__pycache__", "node_modules", ".tox", ".nox", ".mypy_cache", ".pytest_cache"}
    | {".ruff_cache", ".hypothesis"}
)


@dataclass(frozen=True)
class Tree:
    """A copy of the user's code, to be loaded."""

    root: Path
    """The copy of `original`."""
    original: Path
    target: Target
    what: str
    """What it is a copy of, in words."""

    def at_home(self, path: Path) -> Path:
        """The path in the user's own tree of a path in the copy; relative to the working directory where it can be."""
        if not path.is_relative_to(self.root):
            return path
        home = self.original / path.relative_to(self.root)
        here = Path.cwd()
        return home.relative_to(here) if home.is_relative_to(here) else home


def _moved(report: Report, path_of: Callable[[Path], Path]) -> Report:
    """The report with other paths."""

    def place(one: Place) -> Place:
        return replace(one, path=path_of(one.path))

    findings = (
        replace(each, place=place(each.place), related=tuple(map(place, each.related)))
        for each in report.findings
    )
    return replace(report, findings=tuple(findings))


@dataclass(frozen=True)
class Trees:
    """Both sides, and what the migration reported of the way from one to the other."""

    before: Tree
    after: Tree
    migration: Report
    """What migrating the tree before reported; its paths are those of the user."""
    migrated_here: bool
    """Whether the tree after was made by that migration."""


def make_trees(request: Request, options: Options, work: Path) -> Trees:
    """Copy, migrate, and find what to load. Raises UsageError."""
    target = find_target(request)
    root = _common_folder([target.working_directory, request.path.resolve(), *target.import_roots])
    target = target.relative_to(root)
    before = _before(request, root, target, work / "before")
    after, migration = _after(request, options, before, work)
    return Trees(before, after, migration, request.before is None and request.migrated is None)


def _before(request: Request, root: Path, target: Target, folder: Path) -> Tree:
    if request.before is not None:
        commit = extract_revision(root, request.before, folder)
        return Tree(folder, root, target, f"revision {request.before} ({commit[:10]})")
    copy_tree(root, folder)
    return Tree(folder, root, target, "the tree as it is")


def _after(request: Request, options: Options, before: Tree, work: Path) -> tuple[Tree, Report]:
    """The tree after, and what migrating the tree before reported."""
    migrated = work / "migrated"
    copy_tree(before.root, migrated)
    path = migrated / request.path.resolve().relative_to(before.original)
    if not path.exists():
        raise UsageError(f"{request.path} is not in {before.what}")
    made = Tree(migrated, before.original, before.target, "a copy, migrated just now")
    migration = _moved(pipeline.write(pipeline.migrate([path], options)), made.at_home)
    if request.migrated is not None:
        original = _matching_root(request.migrated.resolve(), path.relative_to(migrated))
        made = replace(made, original=original, what=f"the tree at {request.migrated}")
    elif request.before is not None:
        made = replace(made, what="the tree as it is")
    else:
        return made, migration
    shutil.rmtree(migrated)
    copy_tree(made.original, migrated)
    return made, migration


def _matching_root(migrated: Path, relative: Path) -> Path:
    """The folder that stands to `migrated` as the root stands to the path that was given."""
    parts = () if relative == Path() else relative.parts
    if parts and migrated.parts[-len(parts) :] != parts:
        raise UsageError(f"--migrated {migrated}: it should end with {relative}, as the other tree does")
    return migrated.parents[len(parts) - 1] if parts else migrated


def copy_tree(source: Path, target: Path) -> None:
    """Copy a folder without caches, virtual environments and version control; links stay links.

    Raises UsageError for what cannot be read.
    """
    if source.is_file():
        source = source.parent
    try:
        shutil.copytree(source, target, symlinks=True, ignore=_left_out)
    except shutil.Error as error:
        path, _, reason = error.args[0][0]
        raise UsageError(f"{path}: it cannot be copied: {reason}") from None
    except OSError as error:
        raise UsageError(f"{error.filename}: it cannot be copied: {error.strerror}") from None


def _left_out(folder: str, names: Iterable[str]) -> set[str]:
    return {name for name in names if name in _NOT_COPIED or _is_no_code(Path(folder, name))}


def _is_no_code(path: Path) -> bool:
    """A virtual environment, or a socket, pipe or device."""
    mode = path.lstat().st_mode
    if stat.S_ISDIR(mode):
        return (path / "pyvenv.cfg").is_file()
    return not (stat.S_ISREG(mode) or stat.S_ISLNK(mode))


def extract_revision(root: Path, revision: str, folder: Path) -> str:
    """Write `root` as it was at a revision into `folder`, without touching the repository; the commit's id.

    Raises UsageError where there is no git, no repository, no such revision, or no such folder in it.
    """
    if revision.startswith("-"):
        raise UsageError(f"--before {revision!r} is no revision")
    _git(root, "rev-parse", "--git-dir")
    try:
        commit = _git(root, "rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}").decode().strip()
    except UsageError:
        raise UsageError(f"--before: {revision!r} is no revision of the git repository of {root}") from None
    archive = _git(root, "archive", "--format=tar", commit)
    folder.mkdir()
    with tarfile.open(fileobj=BytesIO(archive)) as content:
        if hasattr(tarfile, "tar_filter"):
            content.extractall(folder, filter="tar")
        else:
            content.extractall(folder)
    return commit


def give_own_repository(tree: Tree, folder: Path) -> None:
    """Let code in a copy that asks git have answers, from a repository of its own that leads nowhere.

    It reads the objects of the user's repository, and can write to none of it. Nothing is done where there is none.
    """
    try:
        git = os.fsdecode(_git(tree.original, "rev-parse", "--absolute-git-dir")).strip()
        _git(tree.original, "clone", "--quiet", "--bare", "--shared", git, str(folder))
        _git(folder, "remote", "remove", "origin")
        _git(folder, "config", "core.bare", "false")
        (tree.root / ".git").write_text(f"gitdir: {folder}\n", "utf-8")
    except (UsageError, OSError):
        return


def _git(folder: Path, *arguments: str) -> bytes:
    try:
        done = subprocess.run(
            ["git", "-C", str(folder), *arguments],
            capture_output=True,
            check=False,
            env={**git_environment(), "GIT_OPTIONAL_LOCKS": "0"},
        )
    except FileNotFoundError:
        raise UsageError("git is not installed, and --before needs it") from None
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip().removeprefix("fatal: ").splitlines()
        raise UsageError(f"git says of {folder}: {said[0] if said else f'exit code {done.returncode}'}")
    return done.stdout


def _common_folder(paths: Iterable[Path]) -> Path:
    return Path(os.path.commonpath([path if path.is_dir() else path.parent for path in paths]))
