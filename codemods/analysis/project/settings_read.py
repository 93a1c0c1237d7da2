"""Which files must be read because calls of the legacy API take their settings from objects that are made in them.

settings.py     settings = load_settings()
assets.py       load_assets_from_dbt_cloud_job(dbt_cloud, settings.nightly_job_id)

A constant is read off a file that stays aside; what a function answers, or an object was made with, only off one that is read.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from ..inference.interpreter import Evaluator
from ..inference.values import Made, legacy_name
from ..syntax.functions import returns_of
from ..syntax.scopes import Assigned, Binding, Defined, Imported, Iterated, Parameter
from ..syntax.source_module import FUNCTIONS, Module
from .handed_to import file_named

_MOST = 20
"""Files for one call: settings that come from more are not known."""


def files_read_for_settings(evaluator: Evaluator, module: Module) -> Iterator[Path]:
    """The files that are not read yet, whose objects and functions give calls of the legacy API their arguments."""
    for call in module.of(ast.Call):
        made = (value for value in evaluator.values(module, call) if isinstance(value, Made))
        if any(value.call is call and legacy_name(value) for value in made):
            found = _Search(evaluator)
            for given in (*call.args, *(word.value for word in call.keywords)):
                found.look_at(module, given)
            yield from found.paths if len(found.paths) <= _MOST else ()


class _Search:
    def __init__(self, evaluator: Evaluator) -> None:
        self.evaluator = evaluator
        self.paths: dict[Path, None] = {}
        self.seen: set[tuple[Path, Binding]] = set()

    def look_at(self, module: Module, node: ast.expr) -> None:
        """Follow the names of an expression to the files that make what they stand for."""
        for name in ast.walk(node):
            if isinstance(name, ast.Name):
                dotted = _dotted_behind(module, name)
                for binding in self.evaluator.tree.names(module).lookup(module, name.id, name):
                    self._follow(module, binding, dotted)

    def _follow(self, module: Module, binding: Binding, dotted: list[str]) -> None:
        if (module.path, binding) in self.seen or len(self.paths) > _MOST:
            return
        self.seen.add((module.path, binding))
        tree = self.evaluator.tree
        match binding:
            case Imported():
                path, rest = file_named(self.evaluator, module, binding, dotted)
                home = tree.module_at(path)
                if home is not None and rest:
                    for one in tree.names(home).at_end(home, rest[0]):
                        self._follow(home, one, rest[1:])
            case Assigned(value=value) | Iterated(value=value):
                if any(isinstance(node, ast.Call) for node in ast.walk(value)):
                    self._take(module)
                self.look_at(module, value)
            case Parameter(function=ast.FunctionDef() | ast.AsyncFunctionDef() as function, arg=arg):
                for home, given in self.evaluator.calls.arguments(function, arg.arg):
                    self.look_at(home, given)
            case Defined(node=ast.ClassDef() as node):
                if self.paths:
                    self._take(module)
                    for base in node.bases:
                        self.look_at(module, base)
            case Defined(node=function) if isinstance(function, FUNCTIONS):
                self._take(module)
                for returned in returns_of(function):
                    self.look_at(module, returned)

    def _take(self, module: Module) -> None:
        if self.evaluator.file(module.path) is None:
            self.paths[module.path] = None


def _dotted_behind(module: Module, name: ast.expr) -> list[str]:
    """The attributes that are read of a name, one of another."""
    found: list[str] = []
    above = module.parent(name)
    while isinstance(above, ast.Attribute):
        found.append(above.attr)
        above = module.parent(above)
    return found
