"""Uses of an object that change it, or lead it to code that may: each is followed to where the object goes."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field

from ..dagster_api.decorators import resolved
from ..dagster_api.names import (
    LOGGING,
    MUTATING,
)
from ..inference.initializers import inherited_initializer
from ..inference.values import External, Instance, Local
from ..syntax.classes import annotated_fields, initializer_of, positional_fields
from ..syntax.functions import is_getattr, is_property, parameters_given
from ..syntax.scopes import Defined
from ..syntax.source_module import FUNCTIONS, Module
from .callees import (
    ADDING,
    EXTENDING,
    HARMLESS,
    HARMLESS_PACKAGES,
    OF_STRINGS,
    READING,
    SHALLOW,
    TAKING_OUT,
)
from .depth import ANY, Depth
from .naming import Naming, Variable


@dataclass(frozen=True)
class Use:
    """An expression that is the object, or, ``inside`` levels further down, holds it; ``depth`` levels can be changed."""

    module: Module
    node: ast.expr
    depth: int
    inside: int = 0


@dataclass(eq=False)
class Uses:
    """Follows an object; what it finds is each place where it is changed or may be."""

    naming: Naming
    depth: Depth
    bodies: set[ast.AST]
    """What runs when the functions are called of which this is asked: what they do with it is looked at elsewhere."""
    _seen: set[tuple[object, ...]] = field(default_factory=set, repr=False)
    _names: set[object] = field(default_factory=set, repr=False)

    def changes_of_variable(self, variable: Variable) -> Iterator[tuple[Module, ast.AST]]:
        """Where what a variable holds is changed, or may be."""
        yield from self._of_name(variable, self.depth.of_variable(variable), 0)
        if any(
            isinstance(one, Defined) and isinstance(one.node, FUNCTIONS)
            for one in self.naming.bindings(variable)
        ):
            yield from self._of_function(variable)

    def _of_function(self, variable: Variable) -> Iterator[tuple[Module, ast.AST]]:
        """Where a function that a variable is has its attributes set, or a method called: ``@group.register``."""
        for module, node in self.naming.naming(variable):
            above = module.parent(node)
            if isinstance(above, ast.Attribute) and not above.attr.startswith("__"):
                yield from self._attribute(Use(module, node, ANY), above)
        for module in {variable.module, *self.naming.evaluator.tree.modules.values()}:
            for named in module.named(variable.name):
                each = module.parent(named)
                if (
                    isinstance(each, ast.Attribute)
                    and not isinstance(each.ctx, ast.Load)
                    and self.naming.variable(module, named) == variable
                ):
                    yield module, each

    def changes_of(self, use: Use) -> Iterator[tuple[Module, ast.AST]]:
        """Where what an expression answers is changed, or may be."""
        yield from self._follow(use)

    def changes_at(
        self, places: list[tuple[Module, ast.expr]], depth: int
    ) -> Iterator[tuple[Module, ast.AST]]:
        """Where what an attribute holds is changed, or may be."""
        for module, node in places:
            yield from self._follow(Use(module, node, depth))

    def _of_name(self, variable: Variable, depth: int, inside: int) -> Iterator[tuple[Module, ast.AST]]:
        if depth <= 0 or (variable, inside) in self._names:
            return
        self._names.add((variable, inside))
        for module, node in self.naming.naming(variable):
            yield from self._follow(Use(module, node, depth, inside))
        for added in variable.module.of(ast.AugAssign):
            target = added.target if isinstance(added.target, ast.Name) else None
            is_named = target is not None and target.id == variable.name
            if target and is_named and self.naming.variable(variable.module, target) == variable:
                yield variable.module, added

    def _follow(self, use: Use) -> Iterator[tuple[Module, ast.AST]]:
        asked = (use.node, use.inside)
        if use.depth <= 0 or asked in self._seen:
            return
        self._seen.add(asked)
        above = use.module.parent(use.node)
        if isinstance(above, ast.keyword):
            call = use.module.parent(above)
            if isinstance(call, ast.Call):
                spread = self._down(use) if above.arg is None else use
                yield from self._passed(spread, call, above.arg) if spread else ()
            return
        if isinstance(above, ast.expr):
            yield from self._in_expression(use, above)
        elif above is not None:
            yield from self._in_statement(use, above)

    def _on(self, use: Use, node: ast.expr, inside: int = 0) -> Iterator[tuple[Module, ast.AST]]:
        """Follow what another expression is because of this one."""
        yield from self._follow(Use(use.module, node, use.depth, use.inside + inside))

    def _down(self, use: Use) -> Use | None:
        """The same for a part of it; None where no part can be changed."""
        if use.inside:
            return Use(use.module, use.node, use.depth, use.inside - 1)
        depth = use.depth if use.depth >= ANY else use.depth - 1
        return Use(use.module, use.node, depth) if depth > 0 else None

    def _part(self, use: Use, node: ast.expr) -> Iterator[tuple[Module, ast.AST]]:
        part = self._down(use)
        if part is not None:
            yield from self._follow(Use(use.module, node, part.depth, part.inside))

    # -- in an expression

    def _in_expression(self, use: Use, above: ast.expr) -> Iterator[tuple[Module, ast.AST]]:
        match above:
            case ast.Attribute():
                yield from self._attribute(use, above)
            case ast.Subscript(value=value) if value is use.node:
                if not isinstance(above.ctx, ast.Load):
                    if not use.inside:
                        yield use.module, above
                elif isinstance(use.module.parent(above), ast.AugAssign):
                    yield use.module, above
                elif isinstance(above.slice, ast.Slice):
                    yield from self._copied(use, above)
                else:
                    yield from self._part(use, above)
            case ast.Call() if above.func is not use.node:
                yield from self._passed(use, above, None)
            case ast.Call():
                yield from self._part(use, above)  # What it answers when called may be part of it.
            case ast.Starred():
                yield from self._starred(use, above)
            case ast.List() | ast.Tuple() | ast.Set():
                yield from self._on(use, above, 1)
            case ast.Dict(keys=keys, values=values):
                is_spread = any(
                    key is None and value is use.node for key, value in zip(keys, values, strict=True)
                )
                part = self._down(use) if is_spread else use
                if part is not None and use.node in values:
                    yield from self._follow(Use(use.module, above, part.depth, part.inside + 1))
            case ast.ListComp() | ast.SetComp() | ast.GeneratorExp() | ast.DictComp():
                yield from self._on(use, above, 1)
            case ast.IfExp(test=test) if test is use.node:
                pass
            case ast.IfExp() | ast.BoolOp() | ast.NamedExpr() | ast.Await():
                yield from self._on(use, above)
                if isinstance(above, ast.NamedExpr):
                    yield from self._assigned(use, above.target)
            case ast.BinOp(op=ast.Add() | ast.BitOr()):
                yield from self._copied(use, above)
            case ast.Lambda() if above not in self.bodies:
                yield use.module, above
            case ast.Yield() | ast.YieldFrom():
                yield use.module, above

    def _attribute(self, use: Use, above: ast.Attribute) -> Iterator[tuple[Module, ast.AST]]:
        module, name = use.module, above.attr
        is_own = self.depth.is_own_object(module, use.node)
        if not isinstance(above.ctx, ast.Load):
            if not use.inside and not is_own:
                yield module, above
            return
        if is_own and not use.inside:
            return  # Attributes of the tree's own classes are looked at by their names.
        call = module.parent(above)
        if isinstance(call, ast.Call) and call.func is above:
            if name in READING:
                yield from self._copied(use, call)
            elif name in TAKING_OUT:
                part = self._down(use)
                if part is not None:
                    deeper = 0 if name in {"get", "__getitem__"} else 1
                    yield from self._follow(Use(module, call, part.depth, part.inside + deeper))
            elif not use.inside and (name in MUTATING or not self._is_string_method(name)):
                yield module, call
        elif isinstance(call, (*FUNCTIONS, ast.ClassDef)):
            yield module, call
        elif not use.inside:
            yield from self._part(use, above)

    def _is_string_method(self, name: str) -> bool:
        return (
            name in LOGGING
            or (hasattr(str, name) and not hasattr(list, name))
            or name.startswith("model_dump")
        )

    def _copied(self, use: Use, node: ast.expr) -> Iterator[tuple[Module, ast.AST]]:
        part = self._down(use)
        if part is not None:
            yield from self._follow(Use(use.module, node, part.depth, part.inside + 1))

    def _starred(self, use: Use, above: ast.Starred) -> Iterator[tuple[Module, ast.AST]]:
        part = self._down(use)
        outer = use.module.parent(above)
        if part is None:
            return
        inner = Use(use.module, above, part.depth, part.inside)
        if isinstance(outer, ast.Call):
            yield from self._passed(inner, outer, None)
        elif isinstance(outer, ast.expr):
            yield from self._follow(Use(use.module, outer, part.depth, part.inside + 1))

    # -- in a call

    def _passed(self, use: Use, call: ast.Call, keyword: str | None) -> Iterator[tuple[Module, ast.AST]]:
        module = use.module
        evaluator = self.naming.evaluator
        if is_getattr(call):
            if call.args[0] is use.node and not self.depth.is_own_object(module, use.node):
                yield from self._part(use, call)
            return
        attributes = evaluator.attributes
        callees = attributes.unread_functions(module, call.func) or evaluator.values(module, call.func)
        names = resolved(evaluator, module, call.func)
        if names:
            yield from self._to_others(use, call, names)
        elif callees and all(isinstance(each, Local) for each in callees):
            for callee in callees:
                assert isinstance(callee, Local)
                yield from self._to_tree(use, call, keyword, callee)
        elif isinstance(call.func, ast.Attribute):
            yield from self._to_method(use, call, call.func)
        else:
            yield module, call

    def _to_others(self, use: Use, call: ast.Call, names: frozenset[str]) -> Iterator[tuple[Module, ast.AST]]:
        if names <= HARMLESS or all(name.startswith(HARMLESS_PACKAGES) for name in names):
            return
        if names <= SHALLOW:
            if names <= {"collections.ChainMap", "types.MappingProxyType"}:
                yield from self._on(use, call)
            elif names <= {"next", "min", "max"}:
                yield from self._part(use, call)
            else:
                yield from self._copied(use, call)
        elif names <= {"setattr", "delattr"}:
            if call.args[0] is use.node and not self.depth.is_own_object(use.module, use.node):
                yield use.module, call
        elif names <= {"functools.partial"}:
            yield from self._on(use, call, 1)
        elif not use.inside or use.depth >= ANY:
            yield use.module, call

    def _to_tree(
        self, use: Use, call: ast.Call, keyword: str | None, callee: Local
    ) -> Iterator[tuple[Module, ast.AST]]:
        if isinstance(callee.node, ast.ClassDef):
            yield from self._to_class(use, call, keyword, callee.module, callee.node)
            return
        arguments = callee.node.args
        names = [each.arg for each in (*arguments.posonlyargs, *arguments.args)]
        if names[:1] in (["self"], ["cls"]):
            names = names[1:]
        others = [each.arg for each in arguments.kwonlyargs]
        found = parameters_given(call, use.node, keyword, names, others)
        if found is None:
            yield use.module, call
            return
        for name in found:
            yield from self._of_name(Variable(callee.module, callee.node, name), use.depth, use.inside)

    def _to_class(
        self, use: Use, call: ast.Call, keyword: str | None, module: Module, owner: ast.ClassDef
    ) -> Iterator[tuple[Module, ast.AST]]:
        initializer = initializer_of(owner)
        called = inherited_initializer(self.naming.evaluator, Local(module, owner))
        called = called if initializer is None else Local(module, initializer)
        if called is not None:
            yield from self._to_tree(use, call, keyword, called)
            return
        found = parameters_given(call, use.node, keyword, positional_fields(owner), annotated_fields(owner))
        if found is None:
            yield use.module, call
        for name in found or ():
            yield from self._of_attribute(use.module, name, use)

    def _of_attribute(self, module: Module, name: str, use: Use) -> Iterator[tuple[Module, ast.AST]]:
        """Follow an object by the name of the attribute that it is put in."""
        if (name, use.inside) in self._names:
            return
        self._names.add((name, use.inside))
        for home in {module, *self.naming.evaluator.tree.modules.values()}:
            for node in home.attributes(name):
                if isinstance(node.ctx, ast.Load):
                    yield from self._follow(Use(home, node, use.depth, use.inside))

    def _to_method(self, use: Use, call: ast.Call, callee: ast.Attribute) -> Iterator[tuple[Module, ast.AST]]:
        name = callee.attr
        if isinstance(callee.value, (ast.Constant, ast.JoinedStr)) or name in LOGGING | OF_STRINGS:
            return
        held = self.naming.evaluator.values(use.module, callee.value)
        if any(isinstance(value, External) for value in held):
            yield use.module, call
        elif name in ADDING and not any(isinstance(value, Instance) for value in held):
            yield from self._into(use, callee.value, 1)
        elif name in EXTENDING and not any(isinstance(value, Instance) for value in held):
            part = self._down(use)
            if part is not None:
                yield from self._into(part, callee.value, 1)
        else:
            yield use.module, call

    def _into(self, use: Use, container: ast.expr, inside: int) -> Iterator[tuple[Module, ast.AST]]:
        """Follow a container that it is put in."""
        yield from self._follow(Use(use.module, container, use.depth, use.inside + inside))
        yield from self._assigned(use, container, inside)

    # -- in a statement

    def _in_statement(self, use: Use, above: ast.AST) -> Iterator[tuple[Module, ast.AST]]:
        match above:
            case ast.Assign(targets=targets) if above.value is use.node:
                for target in targets:
                    yield from self._assigned(use, target)
            case ast.AnnAssign(value=value) if value is use.node:
                yield from self._assigned(use, above.target)
            case ast.AugAssign(target=target, value=value):
                if target is use.node and not use.inside:
                    yield use.module, above
                elif value is use.node:
                    part = self._down(use)
                    if part is not None:
                        yield from self._into(part, target, 1)
            case ast.For(iter=iterated) | ast.AsyncFor(iter=iterated) | ast.comprehension(iter=iterated):
                part = self._down(use) if iterated is use.node else None
                if part is not None:
                    yield from self._assigned(part, above.target)
            case ast.Return():
                yield from self._returned(use, above)
            case ast.withitem(optional_vars=ast.expr() as target):
                yield from self._assigned(use, target)
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                if use.node in above.decorator_list and not self._is_of_tree(use):
                    yield use.module, above

    def _is_of_tree(self, use: Use) -> bool:
        values = self.naming.evaluator.values(use.module, use.node)
        return bool(values) and all(isinstance(value, Local) for value in values)

    def _assigned(self, use: Use, target: ast.expr, inside: int = 0) -> Iterator[tuple[Module, ast.AST]]:
        match target:
            case ast.Name():
                variable = self.naming.variable(use.module, target)
                if variable is not None:
                    yield from self._of_name(variable, use.depth, use.inside + inside)
            case ast.Tuple(elts=elements) | ast.List(elts=elements):
                part = self._down(use)
                for element in elements if part is not None else ():
                    yield from self._assigned(part or use, element)
            case ast.Starred():
                yield from self._assigned(use, target.value)
            case ast.Attribute():
                yield from self._of_attribute(
                    use.module, target.attr, Use(use.module, use.node, use.depth, use.inside + inside)
                )
            case ast.Subscript():
                yield from self._into(use, target.value, inside + 1)

    def _returned(self, use: Use, above: ast.Return) -> Iterator[tuple[Module, ast.AST]]:
        module = use.module
        function = module.function_of(above)
        if function is None:
            return
        if isinstance(module.parent(function), ast.ClassDef):
            called = 0 if is_property(function) else 1
            yield from self._of_attribute(
                module, function.name, Use(module, use.node, use.depth, use.inside + called)
            )
            return
        for home, node in self.naming.naming(Variable(module, module.scope_of(function), function.name)):
            call = home.parent(node)
            if isinstance(call, ast.Call) and call.func is node:
                yield from self._follow(Use(home, call, use.depth, use.inside))
