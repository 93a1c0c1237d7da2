"""What a name or an attribute is a name of: a variable of some scope, in whatever file it is bound."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from ..inference.interpreter import Evaluator
from ..syntax.scopes import Binding, Imported
from ..syntax.source_module import Module


@dataclass(frozen=True)
class Variable:
    """A name of a module, or of a function of it."""

    module: Module
    scope: ast.AST
    name: str

    @property
    def is_global(self) -> bool:
        return self.scope is self.module.tree


@dataclass(frozen=True, eq=False)
class Naming:
    """Finds variables, and where they are named; also in files that the index does not need."""

    evaluator: Evaluator

    def variable(self, module: Module, node: ast.Name) -> Variable | None:
        """The variable that a name is; None for a builtin, and for what a star brings from another package."""
        names = self.evaluator.tree.names(module)
        scope = names.scope_that_binds(module, node.id, node)
        if scope is not None:
            return Variable(module, scope, node.id)
        for star in names.stars:
            home = self.evaluator.bindings.imported(module, star)
            found = self.global_of(home, node.id) if home is not None else None
            if found is not None:
                return found
        return None

    def global_of(self, home: Module, name: str) -> Variable | None:
        """The variable of a module that has that name."""
        names = self.evaluator.tree.names(home)
        if names.tables.get(home.tree, {}).get(name):
            return Variable(home, home.tree, name)
        for star in names.stars:
            source = self.evaluator.bindings.imported(home, star)
            if source is not None and source is not home and self._has(source, name):
                return Variable(source, source.tree, name)
        return None

    def _has(self, home: Module, name: str) -> bool:
        return bool(self.evaluator.tree.names(home).tables.get(home.tree, {}).get(name))

    def bindings(self, variable: Variable) -> list[Binding]:
        """What binds a variable, anywhere."""
        names = self.evaluator.tree.names(variable.module)
        return names.tables.get(variable.scope, {}).get(variable.name, [])

    def module_of(self, module: Module, binding: Imported) -> Module | None:
        """The file that an import binds as a module."""
        tree = self.evaluator.tree
        if not binding.name:
            return tree.module_at(tree.resolve(module, binding.module, binding.level))
        home = tree.module_at(tree.resolve(module, binding.module, binding.level))
        if home is not None and self._has(home, binding.name):
            return None
        inside = ".".join(filter(None, [binding.module, binding.name]))
        return tree.module_at(tree.resolve(module, inside, binding.level))

    def source(self, module: Module, binding: Imported) -> Variable | None:
        """The variable of another file that an import brings."""
        if not binding.name or binding.name == "*":
            return None
        tree = self.evaluator.tree
        home = tree.module_at(tree.resolve(module, binding.module, binding.level))
        return self.global_of(home, binding.name) if home is not None else None

    def named_module(self, module: Module, node: ast.expr) -> Module | None:
        """The file of the tree that an expression is as a module."""
        if isinstance(node, ast.Name):
            for binding in self.evaluator.tree.names(module).lookup(module, node.id, node):
                if isinstance(binding, Imported):
                    found = self.module_of(module, binding)
                    if found is not None:
                        return found
        if isinstance(node, ast.Attribute):
            package = self.named_module(module, node.value)
            if package is not None and package.is_package and not self._has(package, node.attr):
                tree = self.evaluator.tree
                return tree.module_at(tree.resolve(package, node.attr, 1))
            dotted = _dotted(node)
            top = dotted.partition(".")[0]
            if dotted and any(
                isinstance(one, Imported) and not one.name
                for one in self.evaluator.tree.names(module).tables.get(module.tree, {}).get(top, ())
            ):
                tree = self.evaluator.tree
                return tree.module_at(tree.resolve(module, dotted, 0))
            return None
        return self.evaluator.attributes.module_named(module, node)

    def attribute(self, module: Module, node: ast.Attribute) -> Variable | None:
        """The variable of a module that ``module.name`` is."""
        home = self.named_module(module, node.value)
        return self.global_of(home, node.attr) if home is not None else None

    def naming(self, variable: Variable) -> Iterator[tuple[Module, ast.expr]]:
        """Each expression that reads a variable: by its name, through imports of it, as an attribute of its module."""
        module, name = variable.module, variable.name
        for node in module.named(name):
            if isinstance(node.ctx, ast.Load):
                names = self.evaluator.tree.names(module)
                if names.scope_that_binds(module, name, node) is variable.scope:
                    yield module, node
        if variable.is_global:
            for path in self.evaluator.tree.importing(module, name):
                importer = self.evaluator.tree.module_at(path)
                if importer is not None and importer is not module:
                    yield from self._naming_in(importer, variable)

    def _naming_in(self, importer: Module, variable: Variable) -> Iterator[tuple[Module, ast.expr]]:
        names = self.evaluator.tree.names(importer)
        bound = {
            (scope, own): None
            for scope, own, binding in names.imported.get(variable.name, ())
            if self.source(importer, binding) == variable
        }
        for scope, own in bound:
            yield from self.naming(Variable(importer, scope, own))
        nodes = importer.of(ast.Attribute, ast.Name) if names.stars else importer.attributes(variable.name)
        for node in nodes:
            if not isinstance(node.ctx, ast.Load):
                continue
            if isinstance(node, ast.Attribute):
                found = self.attribute(importer, node) if node.attr == variable.name else None
            else:
                found = self.variable(importer, node) if node.id == variable.name else None
            if found == variable:
                yield importer, node


def _dotted(node: ast.expr) -> str:
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    return ".".join(reversed([*parts, node.id])) if isinstance(node, ast.Name) else ""
