"""Whether a place of the tree is run before a call is: known to be, or it may be later.

Source: Python runs a module from top to bottom when it is first imported, and what it imports before it goes on.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from ..inference.interpreter import Evaluator
from ..syntax.reaching_definitions import LOOPS
from ..syntax.source_module import FUNCTIONS, Module, is_try
from .naming import Naming, Variable

_MAKING = frozenset({"__init__", "__new__", "__post_init__", "model_post_init"})
"""Methods that Python calls while an object is made."""
Start = tuple[Module, ast.AST]


@dataclass(eq=False)
class Clock:
    """Answers what is run before ``call``, which stands in ``module``."""

    evaluator: Evaluator
    naming: Naming
    module: Module
    call: ast.expr
    _runs: dict[ast.AST, bool] = field(default_factory=dict, repr=False)

    def is_earlier(self, module: Module, node: ast.AST) -> bool:
        """Whether what stands at a place is run before the call alone."""
        function = function_around(module, node)
        if function is None:
            return all(self._is_before(start, module, node) for start in self.starts)
        if function not in self._runs:
            self._runs[function] = (
                True  # A function that calls itself is run when it is called from elsewhere.
            )
            self._runs[function] = self._is_run_earlier(module, function)
        return self._runs[function]

    def is_above_in_scope(self, module: Module, node: ast.AST, scope: ast.AST) -> bool | None:
        """Whether a place comes before the call in one run of a function; None where they do not run in one."""
        if module is not self.module or scope not in set(module.ancestors(self.call)):
            return None
        if function_around(module, node) is not scope:
            return None
        return _is_above(module, node, self.call)

    # -- statements of modules

    def _is_before(self, start: Start, module: Module, node: ast.AST) -> bool:
        home, at = start
        if module is home:
            return _is_above(module, node, at)
        return module.path in self._done_before(start) or self._is_above_import(start, module, node)

    def _is_above_import(self, start: Start, module: Module, node: ast.AST) -> bool:
        """Whether a place comes before the import of the one file that imports the module of the call."""
        home, seen = start[0], set[Path]()
        while home.path not in seen:
            seen.add(home.path)
            importers = self._importers(home)
            if len(importers) != 1 or importers[0][0].path in seen:
                return False
            home, at = importers[0]
            if function_around(home, at) is not None:
                return False
            if module is home:
                return _end(node) <= _begin(at)
            if module.path in self._done_before((home, at)):
                return True
        return False

    def _importers(self, home: Module) -> list[Start]:
        """The import statements of the tree that import a file; none where modules may be imported by their text."""
        tree = self.evaluator.tree
        for path in tree.spelling([b"import_module", b"load_assets_from_package", b"load_defs"]):
            importer = tree.module_at(path)
            if importer is not None and importer is not home and self._spells(importer, home):
                return []
        found: dict[Module, Start] = {}
        for importer, at in tree.imports_of(home):
            found.setdefault(importer, (importer, at))
        return list(found.values())

    def _spells(self, importer: Module, home: Module) -> bool:
        return (home.dotted or (home.path.stem,))[-1] in importer.text

    # -- which files are done

    def _done_before(self, start: Start) -> frozenset[Path]:
        if start not in self._done:
            home, at = start
            above = [path for node, path in self._imported(home) if _end(node) <= _begin(at)]
            around = self._around(home.path)
            done = self._closure([path for path in above if path not in around])
            self._done[start] = frozenset(
                path for path in done if path not in around and not self.reaches(path, home.path)
            )
        return self._done[start]

    @cached_property
    def _done(self) -> dict[Start, frozenset[Path]]:
        return {}

    def reaches(self, path: Path, wanted: Path) -> bool:
        """Whether running a file runs another one, which it or what it imports imports at its top."""
        return wanted in self._closure([path], without=self._around(wanted) - {path})

    def _closure(self, paths: list[Path], without: frozenset[Path] = frozenset()) -> set[Path]:
        found: set[Path] = set()
        while paths:
            path = paths.pop()
            module = self.evaluator.tree.module_at(path) if path not in found else None
            found.add(path)
            if module is not None:
                paths += [
                    other
                    for node, other in self._imported(module)
                    if other not in found and other not in without and function_around(module, node) is None
                ]
        return found

    def _around(self, path: Path) -> frozenset[Path]:
        """The packages that a file is in: they have begun before it, and are not done."""
        known = self.evaluator.tree.known
        return frozenset(folder / "__init__.py" for folder in path.parents if folder / "__init__.py" in known)

    def _imported(self, module: Module) -> list[tuple[ast.AST, Path]]:
        if module not in self._imports:
            self._imports[module] = [
                (node, path)
                for node, path in self.evaluator.tree.imports_in(module)
                if _is_always_run(module, node)
            ]
        return self._imports[module]

    @cached_property
    def _imports(self) -> dict[Module, list[tuple[ast.AST, Path]]]:
        return {}

    # -- where the call starts

    @cached_property
    def starts(self) -> tuple[Start, ...]:
        """The places in the statements of modules from which the call may be run first."""
        found = self._starts_of(self.module, self.call, set())
        return tuple(found) if found else ((self.module, self._outermost(self.module, self.call)),)

    def _starts_of(self, module: Module, node: ast.AST, seen: set[ast.AST]) -> list[Start] | None:
        function = function_around(module, node)
        if function is None:
            return [(module, node)]
        if function in seen:
            return []
        seen.add(function)
        if isinstance(function, ast.Lambda):
            return None
        if function.decorator_list:
            return self._starts_of(module, function, seen)  # The decorator may run it at once.
        found: list[Start] = []
        references = self._references(module, function)
        for home, reference in references:
            inner = self._starts_of(home, reference, seen) if _is_called(home, reference) else None
            if inner is None:
                return None
            found += inner
        return found if references else None

    def _outermost(self, module: Module, node: ast.AST) -> ast.AST:
        """The statement of the module in which a place stands."""
        return module.top_statement_of(node)

    # -- functions

    def _is_run_earlier(self, module: Module, function: ast.AST) -> bool:
        if isinstance(function, ast.Lambda):
            return False
        assert isinstance(function, FUNCTIONS)
        if function.decorator_list or function in set(self.module.ancestors(self.call)):
            return False
        references = self._references(module, function)
        return bool(references) and all(self._is_reference_earlier(home, node) for home, node in references)

    def _is_reference_earlier(self, module: Module, node: ast.expr) -> bool:
        if _is_called(module, node):
            return self.is_earlier(module, _decorated(module, node))
        function = function_around(module, node)
        above = module.parent(node)
        if not isinstance(above, ast.Return) or not isinstance(function, FUNCTIONS):
            return False
        # An inner function that is returned: by a factory of decorators, whose answer is called where the factory is.
        outer = self._references(module, function)
        return bool(outer) and all(
            isinstance(call := home.parent(each), ast.Call)
            and call.func is each
            and _is_called(home, call)
            and self.is_earlier(home, _decorated(home, call))
            for home, each in outer
        )

    def _references(
        self, module: Module, function: ast.FunctionDef | ast.AsyncFunctionDef
    ) -> list[tuple[Module, ast.expr]]:
        """Where a function is named, or its class where it is called as an object of that is made."""
        scope = module.scope_of(function)
        if not isinstance(scope, ast.ClassDef):
            return list(self.naming.naming(Variable(module, scope, function.name)))
        if function.name in _MAKING:
            return self._references_of_class(module, scope)
        return list(self._attributes(function.name))

    def _references_of_class(self, module: Module, owner: ast.ClassDef) -> list[tuple[Module, ast.expr]]:
        scope = module.scope_of(owner)
        return [
            (home, node)
            for home, node in self.naming.naming(Variable(module, scope, owner.name))
            if not _is_in_annotation(home, node)
        ]

    def _attributes(self, name: str) -> Iterator[tuple[Module, ast.expr]]:
        """Each attribute of that name that is read somewhere in the tree."""
        tree = self.evaluator.tree
        for path in tree.spelling([name.encode(errors="replace")]):
            module = tree.module_at(path)
            if module is not None:
                yield from ((module, node) for node in module.attributes(name))
                # `getattr(x, "name")`
                yield from ((module, node) for node in module.of(ast.Constant) if node.value == name)


def function_around(
    module: Module, node: ast.AST
) -> ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | None:
    """The function in whose body something stands, and when that runs; None for what runs as the module does."""
    scope = module.scope_of(node)
    while not isinstance(scope, ast.Module):
        if isinstance(scope, (*FUNCTIONS, ast.Lambda)):
            return scope
        scope = module.scope_of(scope)
    return None


def _is_above(module: Module, node: ast.AST, at: ast.AST) -> bool:
    """Whether a place is done with before another one of its scope is come to, also in each turn of a loop."""
    if at in set(module.ancestors(node)):
        return True  # An argument of the call.
    if _end(node) > _begin(at):
        return False
    loops = {above for above in module.ancestors(at) if isinstance(above, LOOPS)}
    return not any(above in loops for above in module.ancestors(node))


def _is_called(module: Module, node: ast.expr) -> bool:
    """Whether a function is called where it is named: there, or as a decorator."""
    above = module.parent(node)
    if isinstance(above, ast.Call):
        return above.func is node
    return isinstance(above, (*FUNCTIONS, ast.ClassDef)) and node in above.decorator_list


def _decorated(module: Module, node: ast.AST) -> ast.AST:
    """What stands where a function is called: for a decorator, what it decorates."""
    above = module.parent(node)
    return above if isinstance(above, (*FUNCTIONS, ast.ClassDef)) else node


def _is_always_run(module: Module, node: ast.AST) -> bool:
    """Whether a statement of a module is run whenever the module is; in a function, whenever that is called."""
    above = module.parent(node)
    while is_try(above):
        above = module.parent(above) if above is not None else None
    return isinstance(above, (ast.Module, *FUNCTIONS))


def _is_in_annotation(module: Module, node: ast.AST) -> bool:
    for above in module.ancestors(node):
        if isinstance(above, ast.arg):
            return True
        if isinstance(above, ast.stmt):
            return isinstance(above, FUNCTIONS) and node is above.returns
    return False


def _begin(node: ast.AST) -> tuple[int, int]:
    return getattr(node, "lineno", 0), getattr(node, "col_offset", 0)


def _end(node: ast.AST) -> tuple[int, int]:
    return getattr(node, "end_lineno", None) or 0, getattr(node, "end_col_offset", None) or 0
