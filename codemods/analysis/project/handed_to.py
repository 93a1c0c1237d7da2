"""Which files must be read because a function in them is given something legacy, though they name nothing legacy."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from ..inference.interpreter import Evaluator
from ..inference.values import Local, Value
from ..syntax.functions import renamed
from ..syntax.scopes import Assigned, Binding, Imported, Iterated, Parameter
from ..syntax.source_module import Module


def files_handed_to(evaluator: Evaluator, module: Module, matters: Callable[[Value], bool]) -> Iterator[Path]:
    """The files that are not read yet, whose functions and classes a file calls with something that `matters`."""
    for node in module.of(ast.Call):
        spelled = _unread_home(evaluator, module, renamed(node))
        given = [*node.args, *(word.value for word in node.keywords)]
        is_variable = isinstance(node.func, (ast.Name, ast.Call, ast.Subscript))
        if (spelled is not None or is_variable) and any(
            matters(value) for argument in given for value in evaluator.values(module, _plain(argument))
        ):
            yield from [spelled] if spelled is not None else _unread_homes(evaluator, module, renamed(node))
            yield from _unread_bases(evaluator, evaluator.values(module, node.func))


def _unread_bases(evaluator: Evaluator, called: Iterable[Value]) -> Iterator[Path]:
    """The files that the base classes of what is called are imported from: the arguments may go to an ``__init__`` there."""
    for owner in (value for value in called if isinstance(value, Local)):
        for one in evaluator.objects.lineage(owner):
            for base in one.node.bases if isinstance(one.node, ast.ClassDef) else ():
                spelled = base.value if isinstance(base, ast.Subscript) else base
                path = _unread_home(evaluator, one.module, spelled)
                if path is not None:
                    yield path


def _plain(argument: ast.expr) -> ast.expr:
    return argument.value if isinstance(argument, ast.Starred) else argument


def _unread_homes(evaluator: Evaluator, module: Module, callee: ast.expr) -> Iterator[Path]:
    """The files that what a variable stands for, which is called, may be imported from: ``for f in (a, b)``."""
    waiting: list[tuple[Module, ast.expr]] = [(module, callee)]
    seen: set[Binding] = set()
    for home, node in waiting:  # grows as it goes
        for name in ast.walk(node):
            if not isinstance(name, ast.Name):
                continue
            for binding in evaluator.star_imports.bound(home, name):
                if binding in seen:
                    continue
                seen.add(binding)
                waiting += _given(evaluator, home, binding)
                path = _home(evaluator, home, binding, []) if isinstance(binding, Imported) else None
                if path is not None:
                    yield path


def _given(evaluator: Evaluator, module: Module, binding: Binding) -> list[tuple[Module, ast.expr]]:
    """What a name is given: the value of a variable, what a loop goes through, the arguments of a parameter."""
    match binding:
        case Assigned(value=value) | Iterated(value=value):
            return [(module, value)]
        case Parameter(function=ast.FunctionDef() | ast.AsyncFunctionDef() as function, arg=arg):
            return evaluator.calls.arguments(function, arg.arg)
    return []


def _unread_home(evaluator: Evaluator, module: Module, callee: ast.expr) -> Path | None:
    """The file that a function is imported from, where it is not read yet: ``f``, or ``f`` of ``module.f``."""
    dotted: list[str] = []
    while isinstance(callee, ast.Attribute):
        dotted.insert(0, callee.attr)
        callee = callee.value
    if not isinstance(callee, ast.Name):
        return None
    for binding in evaluator.star_imports.bound(module, callee):
        if isinstance(binding, Imported):
            return _home(evaluator, module, binding, dotted)
    return None


def _home(evaluator: Evaluator, module: Module, binding: Imported, dotted: list[str]) -> Path | None:
    """The file at the end of imports, of which those before are read."""
    passed = {binding}
    while True:
        path, rest = file_named(evaluator, module, binding, dotted)
        read = evaluator.file(path)
        if read is None or not rest:
            return path if read is None else None
        bound = evaluator.star_imports.bound_at_end(read, rest[0])
        again = next((one for one in bound if isinstance(one, Imported) and one not in passed), None)
        if again is None:
            return None
        module, binding, dotted = read, again, rest[1:]
        passed.add(again)


def file_named(
    evaluator: Evaluator, module: Module, binding: Imported, dotted: list[str]
) -> tuple[Path | None, list[str]]:
    """The file that an import, and names read of what it binds, lead to, and the words that are left then."""
    words = [word for word in (*binding.module.split("."), binding.name, *dotted) if word]
    for length in range(len(words) - 1, -1, -1):
        path = evaluator.tree.resolve(module, ".".join(words[:length]), binding.level)
        if path is not None:
            return path, words[length:]
    return None, []
