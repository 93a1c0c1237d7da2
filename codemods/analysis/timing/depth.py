"""How many levels of a value can be changed in place: none of a string, one of a dict of strings, all of what is not known."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field

from ..dagster_api.decorators import resolved
from ..dagster_api.names import COPYING, LOGGERS, MEASURING, SCALARS
from ..inference.values import Instance, Local
from ..syntax.functions import default_of, returns_of
from ..syntax.scopes import Assigned, Binding, Defined, Imported, Iterated, Parameter
from ..syntax.source_module import FUNCTIONS, Module
from .naming import Naming, Variable

ANY = 9
"""Of what is not known: more than code goes into."""
_FIXED = (
    SCALARS
    | MEASURING
    | LOGGERS
    | {"abs", "all", "any", "hash", "isinstance", "range", "repr", "round", "sum", "type", "open"}
)
_FIXED_PACKAGES = (
    "dagster.", "dagster_dbt.", "legacy.", "datetime.", "decimal.", "hashlib.", "logging.", "operator.", "os.",
    "pathlib.", "re.", "typing.", "uuid.", "zoneinfo.", "string.", "threading.", "socket.", "platform.", "getpass.",
)  # fmt: skip
"""Packages whose functions answer what nothing changes, or what says nothing by being changed."""
_FIXED_ANNOTATIONS = frozenset(
    {"str", "int", "float", "bool", "bytes", "AssetKey", "PartitionsDefinition", "Path", "date", "datetime"}
)


@dataclass(eq=False)
class Depth:
    """Answers how many levels of a value can be changed in place."""

    naming: Naming
    _asked: dict[object, int] = field(default_factory=dict, repr=False)

    def of_variable(self, variable: Variable) -> int:
        return self._answer(
            variable,
            lambda: max(
                (self._of_binding(variable.module, one) for one in self.naming.bindings(variable)),
                default=ANY,
            ),
        )

    def of(self, module: Module, node: ast.expr | None) -> int:
        """How many levels of what an expression answers."""
        if node is None:
            return 0
        return self._answer(node, lambda: self._of(module, node))

    def _answer(self, asked, work_out) -> int:  # type: ignore[no-untyped-def]
        if asked not in self._asked:
            self._asked[asked] = 0
            self._asked[asked] = min(ANY, work_out())
        return self._asked[asked]

    def _of(self, module: Module, node: ast.expr) -> int:
        match node:
            case ast.Constant() | ast.JoinedStr() | ast.Compare() | ast.UnaryOp() | ast.Lambda():
                return 0
            case ast.List(elts=elements) | ast.Set(elts=elements):
                return 1 + self._deepest(module, elements)
            case ast.Tuple(elts=elements):
                inner = self._deepest(module, elements)
                return 1 + inner if inner else 0
            case ast.Dict(keys=keys, values=values):
                spread = [value for key, value in zip(keys, values, strict=True) if key is None]
                inner = self._deepest(module, [value for value in values if value not in spread])
                return max([1 + inner, *(self.of(module, each) for each in spread)])
            case ast.Starred():
                return self.of(module, node.value) - 1
            case ast.ListComp(elt=element) | ast.SetComp(elt=element) | ast.GeneratorExp(elt=element):
                return 1 + self.of(module, element)
            case ast.DictComp(value=value):
                return 1 + self.of(module, value)
            case ast.Name():
                variable = self.naming.variable(module, node)
                return self.of_variable(variable) if variable is not None else 0
            case ast.Attribute():
                return self._of_attribute(module, node)
            case ast.Subscript(value=value):
                return self._one_less(self.of(module, value))
            case ast.IfExp():
                return max(self.of(module, node.body), self.of(module, node.orelse))
            case ast.BoolOp(values=values):
                return self._deepest(module, values)
            case ast.BinOp():
                return max(self.of(module, node.left), self.of(module, node.right))
            case ast.NamedExpr():
                return self.of(module, node.value)
            case ast.Call():
                return self._of_call(module, node)
        return ANY

    def _deepest(self, module: Module, nodes: list[ast.expr]) -> int:
        return max((self.of(module, each) for each in nodes), default=0)

    def _one_less(self, depth: int) -> int:
        return depth if depth >= ANY else max(0, depth - 1)

    def _of_attribute(self, module: Module, node: ast.Attribute) -> int:
        variable = self.naming.attribute(module, node)
        if variable is not None:
            return self.of_variable(variable)
        names = resolved(self.naming.evaluator, module, node)
        return (
            0 if names and all(name.startswith(_FIXED_PACKAGES) for name in names - {"os.environ"}) else ANY
        )

    def _of_call(self, module: Module, node: ast.Call) -> int:
        if isinstance(node.func, ast.Attribute) and node.func.attr in {
            "join", "format", "lower", "upper", "strip", "read_text", "replace", "title", "removeprefix", "removesuffix",
        }:  # fmt: skip
            return 0
        if isinstance(node.func, ast.Attribute) and node.func.attr in {"split", "splitlines", "rsplit"}:
            return 1
        names = resolved(self.naming.evaluator, module, node.func)
        if names:
            if names <= COPYING:
                given = [*node.args, *(word.value for word in node.keywords)]
                deepest = max((self.of(module, each) for each in node.args), default=0)
                inner = max((self.of(module, word.value) for word in node.keywords), default=0)
                if names <= {"frozenset", "tuple"}:
                    return 0 if deepest <= 1 else deepest
                return max(1, deepest, 1 + inner) if given else 1
            is_fixed = all(name in _FIXED or name.startswith(_FIXED_PACKAGES) for name in names)
            return 0 if is_fixed else ANY
        values = self.naming.evaluator.values(module, node.func)
        depths = [
            self._deepest(value.module, returns_of(value.node))
            if isinstance(value, Local) and isinstance(value.node, FUNCTIONS)
            else ANY
            for value in values
        ]
        return max(depths, default=ANY)

    def _of_binding(self, module: Module, binding: Binding) -> int:
        match binding:
            case Assigned(path=path):
                depth = self.of(module, binding.value)
                for _ in path:
                    depth = self._one_less(depth)
                return depth
            case Iterated():
                return self._one_less(self.of(module, binding.value))
            case Defined():
                return 0  # What a class holds is looked at by the names of its attributes.
            case Imported():
                source = self.naming.source(module, binding)
                return self.of_variable(source) if source is not None else 0
            case Parameter():
                return self._of_parameter(module, binding)
        return ANY

    def _of_parameter(self, module: Module, binding: Parameter) -> int:
        function, name = binding.function, binding.arg.arg
        annotation = binding.arg.annotation
        if annotation is not None and _is_fixed(annotation):
            return 0
        if isinstance(function, ast.Lambda):
            return ANY
        default = default_of(function, name)
        given = [
            self.of(caller, each) for caller, each in self.naming.evaluator.calls.arguments(function, name)
        ]
        if self.naming.evaluator.calls.may_spread(function):
            given.append(ANY)
        given += [self.of(module, default)] if default is not None else []
        return max(given, default=ANY)

    def is_own_object(self, module: Module, node: ast.expr) -> bool:
        """Whether an expression is an object or a class of the tree, whose attributes are looked at by their names."""
        values = self.naming.evaluator.values(module, node)
        return bool(values) and all(
            isinstance(value, Instance) or (isinstance(value, Local) and isinstance(value.node, ast.ClassDef))
            for value in values
        )


def _is_fixed(annotation: ast.expr) -> bool:
    names = [
        node for node in ast.walk(annotation) if isinstance(node, (ast.Name, ast.Attribute, ast.Constant))
    ]
    words = {
        one.id
        if isinstance(one, ast.Name)
        else one.attr
        if isinstance(one, ast.Attribute)
        else str(one.value)
        for one in names
    }
    return bool(words) and words <= _FIXED_ANNOTATIONS | {"None", "Optional", "Union", "dagster", "dg"}
