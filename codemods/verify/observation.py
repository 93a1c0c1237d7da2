"""One side under observation: a process that loads the definitions, and then executes the actions it is given."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from legacy_shim.visible import one_line

from ..errors import UsageError
from .compare import load_snapshot
from .local_cloud import LocalCloud
from .trees import Tree

if TYPE_CHECKING:
    from legacy_shim.snapshot.schema import Snapshot

_TOKEN_VARIABLE = "LEGACY_SHIM_SNAPSHOT_TOKEN"
_LOG_TAIL = 15
_MOST_FRAMES = 12
_MOST_MESSAGE = 600  # characters of an error's message


@dataclass(frozen=True)
class Stage:
    """Where a side is observed."""

    tree: Tree
    cloud: LocalCloud
    env: Mapping[str, str] = field(repr=False)
    """The environment for the user's code: see `code_environment`. It may hold secrets: never shown."""
    serves_old_names: bool
    """Whether old spellings come from the facade where the installed dagster-dbt has them no more."""
    work: Path
    """A folder for the documents and logs of this side alone."""

    def with_variables(self, variables: Mapping[str, str]) -> Stage:
        return Stage(self.tree, self.cloud, {**self.env, **variables}, self.serves_old_names, self.work)


class Observation:
    """A process of ``legacy_shim.snapshot``. Made by `observe`."""

    def __init__(self, process: subprocess.Popen[str], what: str, document: Path, log: Path) -> None:
        self._process = process
        self._what = what
        self._document = document
        self._log = log

    def loaded(self) -> Snapshot:
        """The document once the code is loaded, or could not be. Raises UsageError where its process died."""
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            self._process.wait()
        return self._read("loads")

    def execute(self, actions: Sequence[str]) -> None:
        """Let it execute the actions; `finished` waits for them."""
        assert self._process.stdin is not None
        with suppress(BrokenPipeError):  # `finished` reports a process that died
            self._process.stdin.write(json.dumps(list(actions)) + "\n")
            self._process.stdin.flush()

    def finished(self) -> Snapshot:
        """The whole document. Raises UsageError where its process died."""
        self._process.wait()
        return self._read("executes")

    def _read(self, does: str) -> Snapshot:
        """The document, which then is no more: what is not written anew is not read again."""
        if not self._document.is_file():
            lines = self._log.read_text("utf-8", "replace").strip().splitlines()[-_LOG_TAIL:]
            end = f"the process that {does} {self._what} ended {_end_in_words(self._process.wait())}"
            raise LoadError(
                "\n".join([f"{end}{':' if lines else ', and said nothing'}", *(f"  {x}" for x in lines)])
            )
        try:
            document = load_snapshot(self._document)
        except (OSError, ValueError) as error:  # the code can write there, too
            raise LoadError(
                f"the process that {does} {self._what} left a document that cannot be read: {one_line(error)}"
            ) from None
        self._document.unlink()
        return document


def _end_in_words(code: int) -> str:
    if code >= 0:
        return f"with exit code {code}"
    name = signal.Signals(-code).name if -code in set(signal.Signals) else str(-code)
    hint = ": often there was not enough memory" if name == "SIGKILL" else ""
    return f"by the signal {name}{hint}"


@contextmanager
def observe(stage: Stage, name: str) -> Iterator[Observation]:
    """Start to load a side; its process ends with the context."""
    tree, document, log = stage.tree, stage.work / f"{name}.json", stage.work / f"{name}.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            _command(stage, document),
            cwd=tree.root / tree.target.working_directory,
            env=_environment(stage),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=output,
            text=True,
        )
    try:
        yield Observation(process, tree.what, document, log)
    finally:
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                with suppress(OSError):
                    pipe.close()


def _command(stage: Stage, document: Path) -> list[str]:
    tree, target = stage.tree, stage.tree.target
    is_file = target.place.endswith(".py")
    place = str(tree.root / target.place) if is_file else target.place
    words = [sys.executable, "-m", "legacy_shim.snapshot"]
    words.append(f"{place}:{target.attribute}" if target.attribute else place)
    for folder in target.import_roots:
        words += ["--path", str(tree.root / folder)]
    for host in stage.cloud.hosts:
        words += ["--host", host]
    words += ["--root", str(tree.root), "--instead-of", str(tree.original), "--redirect", stage.cloud.url]
    words += ["--interactive", "--output", str(document)]
    return [*words, "--install-if-missing"] if stage.serves_old_names else words


def _environment(stage: Stage) -> dict[str, str]:
    """The user's environment, with nothing in it that leads out of this observation."""
    home = stage.work / "dagster_home"
    home.mkdir(exist_ok=True)
    return {
        **stage.env,
        "DAGSTER_HOME": str(home),
        "DAGSTER_DISABLE_TELEMETRY": "yes",
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONUNBUFFERED": "1",
        _TOKEN_VARIABLE: stage.cloud.token,
    }


class LoadError(UsageError):
    """The definitions of a side cannot be loaded. The message has the user's own part of the traceback."""


def load_error(stage: Stage, document: Snapshot) -> LoadError:
    """The error to raise for a document that has one."""
    error = document["error"]
    assert error is not None
    lines = [f"the definitions cannot be loaded from {stage.tree.what}:"]
    lines += _traceback(error["frames"], stage.tree)
    lines += [f"  {_one_line(error)}", *(f"  {_one_line(cause)}" for cause in error["causes"])]
    lines += [f"  {line}" for line in _hints(document)]
    return LoadError("\n".join(lines))


def _traceback(frames: Sequence[Mapping[str, Any]], tree: Tree) -> list[str]:
    """The user's own lines, the outermost and the innermost where they are many."""
    lines = [_frame(frame, tree) for frame in frames]
    left_out = len(lines) - _MOST_FRAMES
    if left_out <= 0:
        return lines
    return [*lines[:3], f"  ... {left_out} more of your lines ...", *lines[3 - _MOST_FRAMES :]]


def _frame(frame: Mapping[str, Any], tree: Tree) -> str:
    path = tree.at_home(Path(str(frame["path"]).replace("{path}", str(tree.root))))
    where = f" in {frame['function']}" if frame["function"] not in ("", "<module>") else ""
    return f"  {path}:{frame['line']}{where}: {frame['text']}"


def _one_line(error: Mapping[str, Any]) -> str:
    """The message without its middle where it is long: what went wrong stands first, what to do stands last."""
    message = " ".join(str(error["message"]).split())
    if len(message) > _MOST_MESSAGE:
        message = f"{message[: _MOST_MESSAGE // 2]} ... {message[-_MOST_MESSAGE // 2 :]}"
    return f"{error['class']}: {message}"


def _hints(document: Snapshot) -> list[str]:
    """What may lie behind an error."""
    hosts = sorted({row["host"] for row in document["refused"]})
    unset = document["error"]["unset"] if document["error"] else []
    return [
        *([f"The network is closed to it: {', '.join(hosts)} was refused."] if hosts else []),
        *([f"It read environment variables that are not set: {', '.join(unset)}."] if unset else []),
    ]


def missing_variables(stage: Stage, document: Snapshot, known: Sequence[str] = ()) -> list[str]:
    """The environment variables that loading needs and that are not set, beside those that are known already.

    Those that are known are made up, to find the next.
    """
    names = list(known)
    while document["error"]:
        wanted = [name for name in document["error"]["variables"] if name not in names]
        if not wanted:
            break
        made_up = stage.with_variables(dict.fromkeys([*names, *wanted], "1"))
        with observe(made_up, f"missing-{len(names)}") as observation:
            following = observation.loaded()
        if _is_same_error(document["error"], following["error"]):
            break  # the error names them, and has nothing to do with them
        names, document = [*names, *wanted], following
    return names


def _is_same_error(one: Mapping[str, Any], other: Mapping[str, Any] | None) -> bool:
    parts = ("class", "message", "frames")
    return other is not None and [one[part] for part in parts] == [other[part] for part in parts]


def environment_error(names: Sequence[str]) -> LoadError:
    listed = ", ".join(names)
    verb = "is" if len(names) == 1 else "are"
    return LoadError(
        f"loading needs {'an environment variable' if len(names) == 1 else 'environment variables'} that {verb} not set: "
        f"{listed}\n  The code gets no variable of your environment unless you name it: give "
        f"{' '.join(f'--pass-env {name}' for name in names)}, or write NAME=VALUE lines into a file and give "
        "--env-file FILE. dbt Cloud is not contacted, so any token value works."
    )
