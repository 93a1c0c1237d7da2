"""Whether what a function reads may be something else later than at a call that it is given to.

Known to be the same is: what is bound and changed before the call alone. All else may be something else.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ..inference.interpreter import Evaluator
from ..inference.values import External, Instance, InTree, Local, Made
from ..syntax.classes import is_own_object
from ..syntax.scopes import Parameter
from ..syntax.source_module import FUNCTIONS, Module
from ..uses.uses import COMPREHENSIONS
from .clock import Clock, function_around
from .depth import ANY, Depth
from .environment import changes_of_environment
from .naming import Naming, Variable
from .owners import members
from .reads import Reader, Reads
from .setting import is_dotted, is_looked_up, may_be_name, may_set, names
from .uses_later import Use, Uses

_MAKING = frozenset({"__init__", "__new__", "__post_init__", "model_post_init", "__set_name__"})
_INNER = (ast.ClassDef, ast.DictComp, *COMPREHENSIONS)
_BELOW, _CHANGES, _OWN, _IMPORTS, _TEXT = ("below", "changes", "own", "imports", "text")


@dataclass(frozen=True)
class Later:
    """What a function reads, and why it may be something else later."""

    read: str
    module: Module
    node: ast.AST
    """Where it changes."""
    kind: str = _CHANGES

    @property
    def is_below(self) -> bool:
        """Whether it is bound once, below the call."""
        return self.kind == _BELOW

    @property
    def is_own(self) -> bool:
        """Whether it changes in what the functions run themselves, when they are called."""
        return self.kind == _OWN

    @property
    def is_import(self) -> bool:
        return self.kind == _IMPORTS

    @property
    def is_text(self) -> bool:
        return self.kind == _TEXT


def changed_later(
    evaluator: Evaluator,
    module: Module,
    call: ast.expr,
    functions: Iterable[ast.expr],
    beside: Iterable[ast.expr] = (),
) -> Iterator[Later]:
    """What functions that a call is given read, and that may be something else once the call is done.

    Those `beside` are called by the same: what they answer goes no further than what these do.
    """
    naming = Naming(evaluator)
    depth = Depth(naming)
    reader, others = Reader(evaluator, naming, depth), Reader(evaluator, naming, depth)
    for function in functions:
        reader.function(module, function)
    for function in beside:
        others.function(module, function)
    reader.reads.bodies.update(others.reads.bodies)
    clock = Clock(evaluator, naming, module, call)
    yield from _Judge(evaluator, naming, depth, clock, reader.reads).judge()


@dataclass(eq=False)
class _Judge:
    evaluator: Evaluator
    naming: Naming
    depth: Depth
    clock: Clock
    reads: Reads

    def judge(self) -> Iterator[Later]:
        for name, (module, named) in self.reads.by_text.items():
            yield Later(f"{name}()", module, named, _TEXT)
        for path, (module, statement) in self.reads.imports.items():
            for home, _ in self.clock.starts:
                if path != home.path and self.clock.reaches(path, home.path):
                    found = self.evaluator.tree.module_at(path)
                    if found is not None:
                        yield Later(".".join(found.dotted), module, statement, _IMPORTS)
        for variable in self.reads.variables:
            yield from self._bound_later(variable)
        uses = Uses(self.naming, self.depth, self.reads.bodies)
        for variable in self.reads.objects:
            for module, node in uses.changes_of_variable(variable):
                yield from self._if_later(variable.name, module, node, variable)
        for owner in self.reads.classes:
            yield from self._members_later(owner)
        yield from self._others_later(uses)

    def _if_later(
        self, read: str, module: Module, node: ast.AST, variable: Variable | None = None, kind: str = _CHANGES
    ) -> Iterator[Later]:
        if not self._is_earlier(module, node, variable):
            is_own = any(above in self.reads.bodies for above in module.ancestors(node))
            yield Later(read, module, node, _OWN if is_own else kind)

    def _is_earlier(self, module: Module, node: ast.AST, variable: Variable | None) -> bool:
        if variable is not None and not variable.is_global:
            in_one_run = self.clock.is_above_in_scope(module, node, variable.scope)
            if in_one_run is not None:
                return in_one_run
            if module is variable.module and function_around(module, node) is variable.scope:
                return True  # That run of the function is over: it has answered what is called.
        return self.clock.is_earlier(module, node)

    # -- variables

    def _bound_later(self, variable: Variable) -> Iterator[Later]:
        if isinstance(variable.scope, _INNER):
            around = set(self.clock.module.ancestors(self.clock.call))
            if variable.scope in around:
                yield Later(variable.name, variable.module, variable.scope)
            return
        bindings = self.naming.bindings(variable)
        for binding in bindings:
            if isinstance(binding, Parameter):
                continue
            is_below = getattr(binding.where, "lineno", 0) > self.clock.call.lineno
            kind = _BELOW if len(bindings) == 1 and is_below else _CHANGES
            yield from self._if_later(variable.name, variable.module, binding.where, variable, kind)
        if variable.is_global:
            for module, node in self._set_outside(variable):
                yield from self._if_later(variable.name, module, node)

    def _set_outside(self, variable: Variable) -> Iterator[tuple[Module, ast.AST]]:
        """Where a name of a module is set by code that reaches it as an attribute of the module, or by its text."""
        home, name = variable.module, variable.name
        tree = self.evaluator.tree
        for node in home.named(name):
            if isinstance(node.ctx, ast.Del) and self.naming.variable(home, node) == variable:
                yield home, node
        paths = (
            {home.path: None}
            | dict.fromkeys(tree.importing(home, name))
            | dict.fromkeys(
                path
                for path in tree.spelling(
                    [b"reload(", b"globals()", b"vars(", b"__dict__", b"setattr", b"patch"]
                )
            )
        )
        for path in paths:
            module = tree.module_at(path)
            for each in self._setting(module) if module is not None else ():
                if module is not None and self._sets(module, each, variable):
                    yield module, each

    def _setting(self, module: Module) -> tuple[ast.Attribute | ast.Call, ...]:
        """What sets an attribute of anything in a file, or may."""
        return self.evaluator.answer(
            ("setting", module), lambda: tuple(filter(may_set, module.of(ast.Attribute, ast.Call))), ()
        )

    def _sets(self, module: Module, node: ast.expr, variable: Variable) -> bool:
        home, name = variable.module, variable.name
        match node:
            case ast.Attribute(value=value, attr=attribute, ctx=ast.Store() | ast.Del()):
                return attribute == name and self._is_module(module, value, home)
            case ast.Attribute(value=value, attr="__dict__"):
                return self._is_module(module, value, home)
            case ast.Call(func=ast.Name(id="globals")):
                return module is home and not is_looked_up(module, node)
            case ast.Call(func=ast.Name(id="vars"), args=[target]):
                return self._is_module(module, target, home) and not is_looked_up(module, node)
            case ast.Call(
                func=ast.Name(id="setattr" | "delattr") | ast.Attribute(attr="setattr"),
                args=[target, key, *_],
            ):
                text = key.value if isinstance(key, ast.Constant) else None
                return (
                    (text is None or text == name) and self._is_module(module, target, home)
                ) or is_dotted(target, home, name)
            case ast.Call(func=ast.Attribute(attr="object"), args=[target, ast.Constant(value=text), *_]):
                return text == name and self._is_module(module, target, home)
            case ast.Call(
                func=ast.Name(id="patch") | ast.Attribute(attr="patch" | "setattr" | "dict"),
                args=[target, *_],
            ):
                return is_dotted(target, home, name)
            case ast.Call(func=ast.Name(id="reload") | ast.Attribute(attr="reload"), args=[target]):
                return self._is_module(module, target, home)
        return False

    def _is_module(self, module: Module, node: ast.expr, home: Module) -> bool:
        if self.naming.named_module(module, node) is home:
            return True
        values = self.evaluator.values(module, node)
        if any(isinstance(value, Made) and value.of.startswith("importlib.") for value in values):
            return True
        text = ast.unparse(node)
        if module is home and "__name__" in text:
            return True
        return not values and ".modules" in text

    # -- classes of the tree

    def _members_later(self, owner: Local) -> Iterator[Later]:
        uses = Uses(self.naming, self.depth, self.reads.bodies)
        for name in self.reads.attributes:
            found = list(members(self.evaluator, owner, name))
            values = [(home, node) for home, node in found if isinstance(node, ast.expr)]
            is_field = name in _annotated(owner)
            if not found and not is_field:
                continue
            read = f"{getattr(owner.node, 'name', '')}.{name}"
            for module, node in self._attribute_set(owner, name):
                yield from self._if_set_later(owner, read, module, node)
            if not values and not is_field:
                continue
            depth = max((self.depth.of(home, node) for home, node in values), default=ANY)
            if is_field:
                depth = max(depth, self._depth_of_field(owner, name))
            places = list(self._attributes(owner, name))
            for module, node in uses.changes_at(places, depth):
                yield from self._if_set_later(owner, read, module, node)

    def _depth_of_field(self, owner: Local, name: str) -> int:
        for node in getattr(owner.node, "body", ()):
            if (
                isinstance(node, ast.AnnAssign)
                and isinstance(node.target, ast.Name)
                and node.target.id == name
            ):
                words = {each.id for each in ast.walk(node.annotation) if isinstance(each, ast.Name)}
                if words and words <= {"str", "int", "float", "bool", "None", "Optional"}:
                    return 0
        return ANY

    def _if_set_later(self, owner: Local, read: str, module: Module, node: ast.AST) -> Iterator[Later]:
        function = module.function_of(node)
        in_one_run = self.clock.is_above_in_scope(module, node, function) if function is not None else None
        if in_one_run is not None:
            if not in_one_run:
                yield Later(read, module, node)
            return
        if function is not None and function.name in _MAKING and module.parent(function) is owner.node:
            return  # It sets up an object, before anything can be done with that.
        yield from self._if_later(read, module, node)

    def _modules_with(self, owner: Local, name: str) -> Iterator[Module]:
        tree = self.evaluator.tree
        paths = {owner.module.path: None} | dict.fromkeys(tree.modules)
        stem = (owner.module.dotted or ("",))[-1].encode(errors="replace")
        paths |= dict.fromkeys(tree.spelling([stem], also=name.encode(errors="replace")))
        for path in paths:
            module = tree.module_at(path)
            if module is not None:
                yield module

    def _attribute_set(self, owner: Local, name: str) -> Iterator[tuple[Module, ast.AST]]:
        for module in self._modules_with(owner, name):
            for node in self._setting(module):
                target: ast.expr | None = None
                match node:
                    case ast.Attribute(value=target, attr=attribute, ctx=ast.Store() | ast.Del()) if (
                        attribute == name
                    ):
                        pass
                    case ast.Call(
                        func=ast.Name(id="setattr" | "delattr")
                        | ast.Attribute(attr="setattr" | "object" | "__setattr__"),
                        args=[target, key, *_],
                    ) if may_be_name(key, name):
                        pass
                    case ast.Attribute(value=target, attr="__dict__"):
                        pass
                    case ast.Call(func=ast.Name(id="vars"), args=[target]):
                        pass
                    case _:
                        continue
                if target is not None and self._may_be_of(module, target, owner, is_named=names(node, name)):
                    yield module, node

    def _attributes(self, owner: Local, name: str) -> Iterator[tuple[Module, ast.expr]]:
        for module in self._modules_with(owner, name):
            for node in module.attributes(name):
                is_read = isinstance(node.ctx, ast.Load)
                if is_read and self._may_be_of(module, node.value, owner, is_named=True):
                    yield module, node

    def _may_be_of(self, module: Module, node: ast.expr, owner: Local, *, is_named: bool) -> bool:
        """Whether an expression may be a class or one of its objects; where it is not known, by the attribute alone."""
        if is_own_object(module, node):
            function = module.function_of(node)
            around = module.parent(function) if function is not None else None
            assert isinstance(around, ast.ClassDef)
            return self._is_related(Local(module, around), owner)
        values = self.evaluator.values(module, node)
        if not values:
            return is_named and self.naming.named_module(module, node) is None
        classes = [value.owner if isinstance(value, Instance) else value for value in values]
        if all(isinstance(value, (Local, External, InTree, Made)) for value in classes):
            return any(isinstance(value, Local) and self._is_related(value, owner) for value in classes)
        return is_named

    def _is_related(self, one: Local, other: Local) -> bool:
        objects = self.evaluator.objects
        if not isinstance(one.node, ast.ClassDef):
            return False
        return other in objects.lineage(one) or one in objects.lineage(other)

    # -- all else

    def _others_later(self, uses: Uses) -> Iterator[Later]:
        for name in self.reads.environment:
            read = f"os.environ[{name!r}]" if name else "os.environ"
            for module, node in changes_of_environment(self.evaluator, name):
                yield from self._if_later(read, module, node)
        yield from self._answers_later(uses)
        yield from self._packages_later()

    def _answers_later(self, uses: Uses) -> Iterator[Later]:
        for function, _ in self.reads.results.items():
            assert isinstance(function.node, FUNCTIONS)
            scope = function.module.scope_of(function.node)
            if isinstance(scope, ast.ClassDef):
                continue
            depth = max(
                (self.depth.of(function.module, each) for each in _returned(function.node)), default=0
            )
            for module, node in self.naming.naming(Variable(function.module, scope, function.node.name)):
                call = module.parent(node)
                if isinstance(call, ast.Call) and call.func is node:
                    for home, at in uses.changes_of(Use(module, call, depth)):
                        yield from self._if_later(f"{function.node.name}()", home, at)

    def _packages_later(self) -> Iterator[Later]:
        for (package, attribute), _ in self.reads.packages.items():
            for module in list(self.evaluator.tree.modules.values()):
                for node in module.attributes(attribute):
                    is_set = not isinstance(node.ctx, ast.Load)
                    if is_set and External(package) in self.evaluator.values(module, node.value):
                        yield from self._if_later(f"{package}.{attribute}", module, node)


def _returned(function: ast.FunctionDef | ast.AsyncFunctionDef) -> list[ast.expr]:
    return [
        node.value for node in ast.walk(function) if isinstance(node, ast.Return) and node.value is not None
    ]


def _annotated(owner: Local) -> set[str]:
    return {
        node.target.id
        for node in getattr(owner.node, "body", ())
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name)
    }
