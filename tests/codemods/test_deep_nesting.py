"""Source that is nested deeply, as generated code is: it migrates as far as Python reads it, and else it is named."""

from __future__ import annotations

import os
import signal
import sys
import threading
from pathlib import Path

import pytest
from rewriting import migrate

from legacy_shim.codemods.analysis.syntax.scopes import collect_names
from legacy_shim.codemods.analysis.syntax.source_module import Module, parse_module
from legacy_shim.codemods.deep_stack import on_deep_stack

LEGACY = """\
from dagster_dbt import dbt_cloud_resource, load_assets_from_dbt_cloud_job

cloud = dbt_cloud_resource.configured({"auth_token": "t", "account_id": 12345})
models = load_assets_from_dbt_cloud_job(dbt_cloud=cloud, job_id=67890)
"""
AS_DEEP_AS_PYTHON_READS = {
    "parentheses": "x = " + "(" * 190 + "y" + ")" * 190,
    "lists": "x = " + "[" * 190 + "y" + "]" * 190,
    "calls": "x = " + "f(" * 190 + "y" + ")" * 190,
    "not": "x = " + "not " * 1000 + "y",
    "if expressions": "x = " + "1 if y else " * 700 + "2",
    "lambdas": "x = " + "lambda: " * 700 + "y",
    "sums": "x = " + " + ".join(["y"] * 700),
    "methods": "x = y" + ".then()" * 250,
    "elif": "if y: x = 0\n" + "\n".join(f"elif y == {n}: x = {n}" for n in range(1000)),
    "blocks": "".join(" " * n + "if y:\n" for n in range(95)) + " " * 95 + "x = 1",
}


@pytest.mark.parametrize("body", AS_DEEP_AS_PYTHON_READS.values(), ids=AS_DEEP_AS_PYTHON_READS)
def test_what_python_reads_does_not_stop_a_migration(tmp_path: Path, body: str) -> None:
    texts, report = migrate(tmp_path, {"generated.py": f"{LEGACY}y = 1\n{body}\n"})
    assert not report.file_problems
    assert "DbtCloudWorkspace(" in texts["generated.py"]
    assert texts["generated.py"].endswith(f"y = 1\n{body}\n")


@pytest.mark.parametrize(
    "body",
    [
        "x = " + " + ".join(["y"] * 20_000),
        "x = y" + ".then()" * 20_000,
        "x = " + "not " * 100_000 + "y",
        "x = " + "lambda: " * 20_000 + "y",
        "x = " + "[" * 100_000,
        "if y: x = 0\n" + "\n".join(f"elif y == {n}: x = {n}" for n in range(20_000)),
    ],
    ids=["sums", "methods", "not", "lambdas", "lists", "elif"],
)
def test_what_python_does_not_read_is_named_and_the_others_are_done(tmp_path: Path, body: str) -> None:
    texts, report = migrate(tmp_path, {"deep.py": body + "\n# dbt_cloud_resource\n", "nightly.py": LEGACY})
    assert [(each.code, each.place.path.name) for each in report.file_problems] == [("LDC502", "deep.py")]
    assert "DbtCloudWorkspace(" in texts["nightly.py"]


def test_a_long_chain_is_walked_up_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The steps for all names and for one lookup, counted: with the square of the branches it would be millions."""
    branches = 2000
    text = "if y: x = 0\n" + "".join(f"elif y == {n}: x = {n}\n" for n in range(branches)) + "print(x)\n"
    module = on_deep_stack(lambda: parse_module(Path("m.py"), text, ("m",)))()
    steps = 0
    real = Module.parent

    def parent(self: Module, node: object) -> object:
        nonlocal steps
        steps += 1
        return real(self, node)  # type: ignore[arg-type]

    monkeypatch.setattr(Module, "parent", parent)
    read = module.tree.body[-1].value.args[0]  # type: ignore[attr-defined]
    assert len(collect_names(module).lookup(module, "x", read)) == branches + 1
    assert 0 < steps < 40 * branches


def test_the_recursion_limit_is_what_it_was() -> None:
    before, size = sys.getrecursionlimit(), threading.stack_size()
    assert on_deep_stack(sys.getrecursionlimit)() > before
    assert (sys.getrecursionlimit(), threading.stack_size()) == (before, size)


def test_an_error_arrives_as_it_is() -> None:
    error = KeyError("x")

    def fail() -> None:
        raise error

    with pytest.raises(KeyError) as caught:
        on_deep_stack(fail)()
    assert caught.value is error


def test_work_inside_of_work_stays_in_its_thread() -> None:
    @on_deep_stack
    def outer() -> tuple[int, int]:
        return threading.get_ident(), on_deep_stack(threading.get_ident)()

    one, other = outer()
    assert one == other != threading.get_ident()


def test_without_memory_for_a_stack_the_work_is_done_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    def start(_: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", start)
    before = sys.getrecursionlimit()
    assert on_deep_stack(threading.get_ident)() == threading.get_ident()
    assert sys.getrecursionlimit() == before


@pytest.mark.skipif(sys.platform == "win32", reason="signals of Unix")
def test_ctrl_c_stops_the_work() -> None:
    began, ended = threading.Event(), threading.Event()

    def work() -> None:
        try:
            while True:
                began.set()
                ended.wait(0.01)
        finally:
            ended.set()

    def press() -> None:
        began.wait()
        os.kill(os.getpid(), signal.SIGINT)

    threading.Thread(target=press).start()
    with pytest.raises(KeyboardInterrupt):
        on_deep_stack(work)()
    assert ended.is_set()
