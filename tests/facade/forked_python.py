"""A Python that has Dagster and dbt loaded, and forks for each piece of code: it need not load them again.

``dagster_dbt`` and the facade are not loaded, so that code can import them in any order and from any place.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import io
import json
import os
import subprocess
import sys
import traceback
import warnings
from typing import Any

PRELOAD = (
    "dagster",
    "dagster.components",
    "dbt.adapters.base.impl",
    "dbt.contracts.graph.manifest",
    "dbt.contracts.results",
    "dbt.node_types",
    "dbt.version",
    "requests",
    "typer",
)


class ForkedPython:
    """The process, as the tests see it. A context manager."""

    def __enter__(self) -> ForkedPython:
        self._process = subprocess.Popen(
            [sys.executable, __file__], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(timeout=60)

    def run(self, code: str, *, first_on_path: str | None = None) -> str:
        """What `code` prints, run as the main module. An error in it is raised, with its traceback."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps({"code": code, "path": first_on_path}) + "\n")
        self._process.stdin.flush()
        answer: dict[str, str] = json.loads(self._process.stdout.readline())
        assert "error" not in answer, answer["error"]
        return answer["said"]


def serve() -> None:
    """For each line of standard input a fork, whose answer is a line of standard output."""
    for name in PRELOAD:
        importlib.import_module(name)
    loaded = [name for name in sys.modules if name.startswith(("dagster_dbt", "legacy_shim"))]
    assert not loaded, f"the code under test is to load these itself: {loaded}"
    gc.freeze()
    answers = os.fdopen(os.dup(1), "w")
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            print(json.dumps(_answer(json.loads(line))), file=answers, flush=True)
            os._exit(0)
        os.waitpid(child, 0)


def _answer(request: dict[str, Any]) -> dict[str, str]:
    warnings.simplefilter("ignore")
    if request["path"]:
        sys.path.insert(0, request["path"])
    names = {"__name__": "__main__", "__builtins__": __builtins__}
    said = io.StringIO()
    try:
        with contextlib.redirect_stdout(said):
            exec(compile(request["code"], "<string>", "exec"), names)
    except BaseException:
        return {"error": traceback.format_exc()}
    return {"said": said.getvalue()}


if __name__ == "__main__":
    serve()
