"""The value of an expression that a person can read off the code: literals, names of literals, the environment."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from .evaluate import Evaluator
from .functions import default_of
from .modules import Module
from .scopes import Assigned, Imported, Parameter
from .values import External


@dataclass(frozen=True)
class Constant:
    """A value, and the environment variable that it was read from, if any."""

    value: object
    variable: str = ""


@dataclass(frozen=True, eq=False)
class Constants:
    """Reads constants off a tree, with the environment that the user gave."""

    evaluator: Evaluator
    environment: Mapping[str, str]

    def read(self, module: Module, node: ast.expr, depth: int = 8) -> Constant | None:
        """The value of ``node``; None where it cannot be told."""
        if depth == 0:
            return None
        match node:
            case ast.Constant():
                return Constant(node.value)
            case ast.Name():
                return self._name(module, node, depth)
            case ast.Attribute():
                return self._elsewhere(module, node, depth)
            case ast.Call():
                return self._call(module, node, depth)
            case ast.Subscript():
                if self._is(module, node.value, "os.environ"):
                    return self._variable(module, node.slice, None, depth)
            case ast.BoolOp(op=ast.Or()):
                first = self.read(module, node.values[0], depth - 1)
                return (
                    first
                    if first is not None and first.value
                    else self.read(module, node.values[-1], depth - 1)
                )
        return None

    def integer(self, module: Module, node: ast.expr) -> Constant | None:
        """The value of ``node`` as an int; None where it cannot be told or is no number."""
        found = self.read(module, node)
        if found is None or isinstance(found.value, bool):
            return None
        try:
            return Constant(int(str(found.value)), found.variable)
        except ValueError:
            return None

    def variable_of(self, module: Module, node: ast.expr) -> str:
        """The environment variable that an expression reads, whether it is set or not; empty where it reads none."""
        for inner in ast.walk(node):
            if isinstance(inner, ast.Constant) and isinstance(inner.value, str):
                above = module.parent(inner)
                if (
                    isinstance(above, ast.Call)
                    and above.args[:1] == [inner]
                    and self._reads(module, above.func)
                ):
                    return inner.value
                if isinstance(above, ast.Subscript) and self._is(module, above.value, "os.environ"):
                    return inner.value
        if isinstance(node, ast.Name):
            bindings = self.evaluator.tree.names(module).lookup(module, node.id, node)
            if len(bindings) == 1 and isinstance(bindings[0], Assigned) and not bindings[0].path:
                return self.variable_of(module, bindings[0].value)
        return ""

    def parameter_of(self, module: Module, node: ast.expr) -> str:
        """The parameter of a function that an expression reads; empty where it reads none."""
        for inner in ast.walk(node):
            if isinstance(inner, ast.Name):
                bindings = self.evaluator.tree.names(module).lookup(module, inner.id, inner)
                if any(isinstance(binding, Parameter) for binding in bindings):
                    return inner.id
        return ""

    def _is(self, module: Module, node: ast.expr, dotted: str) -> bool:
        return External(dotted) in self.evaluator.values(module, node)

    def _reads(self, module: Module, function: ast.expr) -> bool:
        readers = ("os.getenv", "os.environ.get", "dagster.EnvVar", "dagster.EnvVar.int")
        return any(self._is(module, function, reader) for reader in readers)

    def _name(self, module: Module, node: ast.Name, depth: int) -> Constant | None:
        bindings = self.evaluator.tree.names(module).lookup(module, node.id, node)
        if len(bindings) != 1:
            return None
        binding = bindings[0]
        if isinstance(binding, Assigned) and not binding.path:
            return self.read(module, binding.value, depth - 1)
        if isinstance(binding, Imported):
            return self._elsewhere(module, node, depth)
        if isinstance(binding, Parameter) and not isinstance(binding.function, ast.Lambda):
            return self._parameter(binding.function, binding.arg.arg, depth)
        return None

    def _parameter(
        self, function: ast.FunctionDef | ast.AsyncFunctionDef, name: str, depth: int
    ) -> Constant | None:
        """What the one call of a function in the tree gives to a parameter that has no default."""
        given = self.evaluator.arguments(function, name)
        if len(given) != 1 or default_of(function, name) is not None:
            return None
        return self.read(*given[0], depth - 1)

    def _elsewhere(self, module: Module, node: ast.Name | ast.Attribute, depth: int) -> Constant | None:
        found = self.assigned(module, node)
        if found is None and isinstance(node, ast.Attribute):
            found = self._field(module, node)
        return self.read(*found, depth - 1) if found is not None else None

    def _field(self, module: Module, node: ast.Attribute) -> tuple[Module, ast.expr] | None:
        """What ``self.job_id`` is given where the one object of its class is built."""
        given = [
            (value.module, word.value)
            for value in self.evaluator.objects.made_behind(module, node.value)
            for word in getattr(value.call, "keywords", ())
            if word.arg == node.attr
        ]
        return given[0] if len(given) == 1 else None

    def assigned(self, module: Module, node: ast.expr) -> tuple[Module, ast.expr] | None:
        """What an imported name, or an attribute of an imported module, is assigned, and where; None where it is not."""
        names = self.evaluator.tree.names(module)
        if isinstance(node, ast.Name):
            for binding in names.lookup(module, node.id, node):
                if isinstance(binding, Imported) and binding.name:
                    path = self.evaluator.tree.resolve(module, binding.module, binding.level)
                    return self._assigned_at(path, binding.name, 8)
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            for binding in names.lookup(module, node.value.id, node):
                if isinstance(binding, Imported):
                    inside = ".".join(filter(None, [binding.module, binding.name]))
                    path = self.evaluator.tree.resolve(module, inside, binding.level)
                    return self._assigned_at(path, node.attr, 8)
        return None

    def _assigned_at(self, path: Path | None, name: str, depth: int) -> tuple[Module, ast.expr] | None:
        tree = self.evaluator.tree
        inner = tree.module_at(path)
        if inner is None or depth == 0:
            return None
        bindings = tree.names(inner).at_end(inner, name)
        binding = bindings[0] if len(bindings) == 1 else None
        if isinstance(binding, Assigned) and not binding.path:
            return inner, binding.value
        if isinstance(binding, Imported) and binding.name:
            further = tree.resolve(inner, binding.module, binding.level)
            return self._assigned_at(further, binding.name, depth - 1)
        return None

    def _call(self, module: Module, node: ast.Call, depth: int) -> Constant | None:
        if isinstance(node.func, ast.Name) and node.func.id in {"int", "str"} and len(node.args) == 1:
            return self.read(module, node.args[0], depth - 1)
        if self._reads(module, node.func) and node.args:
            return self._variable(module, node.args[0], node.args[1] if len(node.args) > 1 else None, depth)
        return None

    def _variable(
        self, module: Module, name: ast.expr, default: ast.expr | None, depth: int
    ) -> Constant | None:
        known = self.read(module, name, depth - 1)
        if known is None or not isinstance(known.value, str):
            return None
        if known.value in self.environment:
            return Constant(self.environment[known.value], known.value)
        if default is None:
            return None
        fallback = self.read(module, default, depth - 1)
        return (
            Constant(fallback.value, known.value)
            if fallback is not None and fallback.value is not None
            else None
        )
