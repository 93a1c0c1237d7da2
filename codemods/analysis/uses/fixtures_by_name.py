"""Fixtures of pytest that a test asks for by a string: ``request.getfixturevalue("cloud")``."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from ..inference.values import Values
from ..syntax.fixtures import answers_of_fixture, name_of_fixture
from ..syntax.source_module import FUNCTIONS, Module
from .carriers import NONE, Carriers
from .escape import Escape
from .index import Index

_ASKING = "getfixturevalue"
_SAID = "may answer the resource of a fixture, whose uses cannot be traced: name the fixture as a parameter of the test"


def fixtures_by_name(index: Index, carriers: Carriers) -> Iterator[Escape]:
    """Each call that asks for a fixture which answers something legacy."""
    for path in sorted(index.tree.modules):
        module = index.tree.modules[path]
        for call in module.of(ast.Call):
            if isinstance(call.func, ast.Attribute) and call.func.attr == _ASKING and call.args:
                carried = _answered(index, carriers, call.args[0])
                if carried:
                    yield Escape(module, call, carried, _SAID)


def _answered(index: Index, carriers: Carriers, asked: ast.expr) -> Values:
    name = asked.value if isinstance(asked, ast.Constant) else None
    return NONE.union(
        *(
            carriers.of_all(index.evaluator.values(home, answer))
            for home, fixture in _fixtures(index)
            if name is None or name_of_fixture(fixture) == name
            for answer in answers_of_fixture(fixture)
        )
    )


def _fixtures(index: Index) -> Iterator[tuple[Module, ast.FunctionDef | ast.AsyncFunctionDef]]:
    return (
        (module, node)
        for module in index.tree.modules.values()
        for node in module.of(*FUNCTIONS)
        if name_of_fixture(node)
    )
