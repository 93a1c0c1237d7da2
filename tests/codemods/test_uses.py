"""What the code around an expression does with its value: the form of each use."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from legacy_shim.codemods.analysis.syntax.source_module import parse_module
from legacy_shim.codemods.analysis.uses.uses import (
    Argument,
    Chain,
    Element,
    Entry,
    Use,
    displays_around,
    use_of,
)


def _used(text: str) -> Use:
    """The use of the first ``x`` that is read in a text."""
    module = parse_module(Path("program.py"), text, "program")
    names = [node for node in module.nodes if isinstance(node, ast.Name) and node.id == "x"]
    return use_of(module, min(names, key=lambda node: (node.lineno, node.col_offset)))


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("y = x", "Flow"),
        ("y = x if z else None", "Flow"),
        ("y = (z := x)", "Flow"),
        ("for y in x: ...", "Flow"),
        ("def f():\n    return x", "Flow"),
        ("def f(y=x): ...", "Flow"),
        ("f(x)", "Argument"),
        ("f(y=x)", "Argument"),
        ("f(**x)", "Argument"),
        ("f([x])", "Element"),
        ("y = [x for z in w]", "Element"),
        ("y = {z: x for z in w}", "Element"),
        ('y = {"k": x}', "Entry"),
        ("y = dict(k=x)", "Entry"),
        ('y["k"] = x', "Entry"),
        ("@op\ndef f():\n    return x", "Returned"),
        ("x.y", "Chain"),
        ("x()", "Chain"),
        ("x[0]", "Chain"),
        ("y: x = 1", "Annotation"),
        ("def f(y: x): ...", "Annotation"),
        ("def f() -> x: ...", "Annotation"),
        ("class A(x): ...", "Base"),
        ("x", "Seen"),
        ("if x: ...", "Seen"),
        ("x == y", "Seen"),
        ("y.z = x", "Unknown"),
        ("def f():\n    yield x", "Element"),
        ("def f():\n    y = yield x", "Unknown"),
        ("@g\ndef f():\n    yield x", "Unknown"),
        ("lambda: x", "Unknown"),
        ("with x: ...", "Unknown"),
        ("y = {x: 1}", "Unknown"),
        ("y = [x * 2]", "Unknown"),
    ],
)
def test_each_use_has_its_form(text: str, form: str) -> None:
    assert type(_used(text)).__name__ == form


def test_a_form_says_what_belongs_to_it() -> None:
    by_name, second = _used("f(y=x)"), _used("f(y, x)")
    assert isinstance(by_name, Argument) and (by_name.name, by_name.position) == ("y", None)
    assert isinstance(second, Argument) and (second.name, second.position) == ("", 1)
    spread, entry, put = _used("y = {**x}"), _used('y = {"k": x}'), _used('y["k"] = x')
    assert isinstance(spread, Entry) and spread.name == "**"
    assert isinstance(entry, Entry) and entry.name == "k" and entry.container is not None
    assert isinstance(put, Entry) and put.name == "k" and put.container is None
    called, read = _used("x()"), _used("x.y")
    assert isinstance(called, Chain) and called.call is not None
    assert isinstance(read, Chain) and read.call is None
    starred = _used("y = [*x]")
    assert isinstance(starred, Element) and starred.starred is not None


def test_the_displays_around_are_known_from_the_inside_out() -> None:
    module = parse_module(Path("program.py"), 'y = {"k": [x]}', "program")
    name = next(node for node in module.nodes if isinstance(node, ast.Name) and node.id == "x")
    assert [type(one) for one in displays_around(module, name)] == [ast.List, ast.Dict]
