"""What import statements bring, from modules of the tree and from elsewhere."""

from __future__ import annotations

import ast
import builtins
from dataclasses import dataclass

from legacy_shim.catalogue import BY_NAME

from ..syntax.functions import decorator_name
from ..syntax.scopes import Imported
from ..syntax.source_module import Module
from .legacy_names import (
    LEGACY_PACKAGES,
    canonical,
)
from .texts import text_of
from .values import LEGACY, NOTHING, Evaluates, External, InTree, Value, Values


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

    def by_star(self, module: Module, name: str) -> Values:
        """What a name may be that nothing but a star import of the module can have brought."""
        stars = self.evaluator.tree.names(module).stars
        brought = (Imported(star.node, star.module, star.level, name) for star in stars)
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

    def by_call(self, module: Module, node: ast.Call) -> Values | None:
        """``importlib.import_module("x")`` is the module ``x``; None where a call imports nothing."""
        if decorator_name(node) not in {"import_module", "__import__", "importorskip"} or not node.args:
            return None
        name = text_of(self.evaluator.tree, module, node.args[0])
        is_legacy = name in LEGACY_PACKAGES and not self.evaluator.tree.is_forked(name.split("."))
        return frozenset({External(canonical(name))}) if is_legacy else None
