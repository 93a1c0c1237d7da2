"""What import statements bring, from modules of the tree and from elsewhere."""

from __future__ import annotations

import ast
import builtins
from dataclasses import dataclass

from legacy_shim.catalogue import BY_NAME

from ..dagster_api.exported import exported_names
from ..syntax.scopes import Imported
from ..syntax.source_module import Module
from .legacy_names import (
    LEGACY_PACKAGES,
    canonical,
)
from .texts import text_of
from .values import LEGACY, NOTHING, Evaluates, External, InTree, Value, Values

_BUILTIN = "builtins.__import__"
_IMPORTING = ("importlib.import_module", "pytest.importorskip", _BUILTIN)
"""Functions that answer the module whose name they are given."""


@dataclass(eq=False)
class Imports:
    """Answers what the names are that the modules of a tree import."""

    evaluator: Evaluates

    def values(self, module: Module, binding: Imported) -> Values:
        """What a name may be that an import statement binds."""
        tree = self.evaluator.tree
        path = tree.resolve(module, binding.module, binding.level)
        if not binding.name:
            inner = self.evaluator.file(path)
            if inner is None and tree.is_forked(binding.module.split(".")):
                return NOTHING
            return frozenset({InTree(inner) if inner else External(binding.module)})
        home = self.evaluator.file(path)
        if home is not None:
            found = self.of_module(home, binding.name)
            if found:
                return found
        dotted_inside = ".".join(filter(None, [binding.module, binding.name]))
        inside = tree.resolve(module, dotted_inside, binding.level)
        inner = self.evaluator.file(inside)
        if inner is not None:
            return frozenset({InTree(inner)})
        if path is not None or inside is not None or binding.level:
            return NOTHING
        dotted = canonical(f"{binding.module}.{binding.name}")
        if isinstance(binding.node, ast.ImportFrom) and binding.node.names[0].name == "*":
            # Any name may be meant by a star: of other packages than these nobody knows what they have.
            is_own = (
                binding.module == "dagster"
                and not hasattr(builtins, binding.name)
                and binding.name not in BY_NAME
            )
            is_known = dotted.startswith(LEGACY) or is_own or binding.module == "os"
            return frozenset({External(dotted)}) if is_known else NOTHING
        return frozenset({External(dotted)})

    def by_star(self, module: Module, name: str, is_of_another: bool) -> Values:
        """What a name may be that nothing but a star import of the module can have brought.

        `is_of_another` says whether one of a file, or of a package of which nobody knows what it has, may bring it.
        """
        is_foreign = is_of_another and name not in exported_names()
        stars = self.evaluator.tree.names(module).stars
        brought = (
            Imported(star.node, star.module, star.level, name)
            for star in stars
            if not (is_foreign and star.module == "dagster")
        )
        return frozenset().union(*(self.values(module, binding) for binding in brought))

    def of_module(self, module: Module, name: str) -> Values:
        """What an attribute of a module may be: a name of it, or a module of the package that it is."""
        found = self.evaluator.global_values(module, name)
        if found or not module.is_package:
            return found
        child = self.evaluator.file(self.evaluator.tree.resolve(module, name, 1))
        return frozenset({InTree(child)}) if child is not None else NOTHING

    def of_package(self, module: Module, package: str, name: str) -> Value:
        """What an attribute of a package is that is not read: ``import package.module`` binds the package alone."""
        tree, dotted = self.evaluator.tree, f"{package}.{name}"
        inner = self.evaluator.file(None if package.startswith(LEGACY) else tree.resolve(module, dotted, 0))
        return InTree(inner) if inner is not None else External(canonical(dotted))

    def by_text(self, module: Module, node: ast.Call | ast.Subscript) -> Values | None:
        """``importlib.import_module("x")`` is the module ``x``, and so is ``sys.modules["x"]``; None for anything else."""
        name, level = self._text(module, node)
        if not name:
            return None
        tree = self.evaluator.tree
        if not level and name in LEGACY_PACKAGES and not tree.is_forked(name.split(".")):
            return frozenset({External(canonical(name))})
        home = self.evaluator.file(tree.resolve(module, name, level))
        return frozenset({InTree(home)}) if home is not None else None

    def named_by_text(self, module: Module, node: ast.expr) -> Module | None:
        """The file that such an expression answers, also one that the index does not need."""
        if not isinstance(node, (ast.Call, ast.Subscript)):
            return None
        (name, level), tree = self._text(module, node), self.evaluator.tree
        return tree.module_at(tree.resolve(module, name, level)) if name else None

    def _text(self, module: Module, node: ast.Call | ast.Subscript) -> tuple[str, int]:
        """The name of the module that an expression answers, and from how many levels up; empty for none."""
        if isinstance(node, ast.Subscript):
            is_loaded = self._are_loaded_modules(module, node.value)
            return (text_of(self.evaluator.tree, module, node.slice) if is_loaded else "", 0)
        if isinstance(node.func, ast.Attribute) and node.func.attr == "get" and node.args:
            is_loaded = self._are_loaded_modules(module, node.func.value)
            return (text_of(self.evaluator.tree, module, node.args[0]) if is_loaded else "", 0)
        name = text_of(self.evaluator.tree, module, node.args[0]) if node.args else ""
        callee = self._importer(module, node.func) if name else ""
        if (
            callee == _BUILTIN
            and len(node.args) < 4
            and not any(word.arg == "fromlist" for word in node.keywords)
        ):
            return name.partition(".")[0], 0
        bare = name.lstrip(".")
        return (bare, len(name) - len(bare)) if callee else ("", 0)

    def _are_loaded_modules(self, module: Module, node: ast.expr) -> bool:
        """Whether an expression is ``sys.modules``."""
        return isinstance(node, (ast.Name, ast.Attribute)) and External(
            "sys.modules"
        ) in self.evaluator.values(module, node)

    def _importer(self, module: Module, callee: ast.expr) -> str:
        """The function that imports the module whose name it is given, where an expression is one."""
        if isinstance(callee, ast.Name) and callee.id == "__import__":
            return "" if self.evaluator.tree.names(module).lookup(module, callee.id, callee) else _BUILTIN
        values = self.evaluator.values(module, callee)
        return next((name for name in _IMPORTING if External(name) in values), "")
