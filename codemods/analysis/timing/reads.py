"""What a function reads when it is called, beside its arguments: variables, attributes of the tree's own classes, the
environment; through whatever functions, methods and classes of the tree it may come to.

Whatever is named counts as called, and a method of any class that is come to counts as soon as its name is read.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from pathlib import Path

from ..inference.interpreter import Evaluator
from ..inference.values import External, Local
from ..syntax.classes import fields_of, is_self
from ..syntax.functions import default_of, is_getattr, returns_of
from ..syntax.scopes import Assigned, Binding, Defined, Entered, Imported, Iterated, Parameter
from ..syntax.source_module import FUNCTIONS, Module
from .depth import Depth
from .naming import Naming, Variable
from .owners import is_environment, members

_NAMES_BY_TEXT = frozenset({"globals", "eval", "exec", "vars", "locals", "__import__"})
_MAKING = frozenset({"__init__", "__new__", "__post_init__"})
_ANY_VARIABLE = (
    "decouple.",
    "environs.",
    "environ.",
    "dynaconf.",
    "pydantic_settings.",
    "pydantic.BaseSettings",
)
"""What reads variables of the environment that it does not name, or under other names."""
Place = tuple[Module, ast.expr]
Function = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda


@dataclass(eq=False)
class Reads:
    """What functions read when they are called."""

    variables: dict[Variable, Place] = field(default_factory=dict)
    """Those that are looked up at that time, and where."""
    objects: dict[Variable, Place] = field(default_factory=dict)
    """Those whose objects are read, looked up then or before."""
    classes: dict[Local, Place] = field(default_factory=dict)
    """The classes of the tree whose methods and attributes may be read."""
    attributes: dict[str, Place] = field(default_factory=dict)
    """The names of all attributes that are read."""
    packages: dict[tuple[str, str], Place] = field(default_factory=dict)
    """The attributes of other packages that are read: the name of the package, and that of the attribute."""
    environment: dict[str, Place] = field(default_factory=dict)
    """The variables of the environment; under an empty name any."""
    imports: dict[Path, tuple[Module, ast.stmt]] = field(default_factory=dict)
    """The files of the tree that are imported then."""
    by_text: dict[str, Place] = field(default_factory=dict)
    """Builtins by which it reads names that it does not spell."""
    results: dict[Local, Place] = field(default_factory=dict)
    """The functions of the tree whose answers are kept from one call to the next."""
    bodies: set[ast.AST] = field(default_factory=set)
    """What is run then."""


@dataclass(eq=False)
class Reader:
    """Collects what functions read."""

    evaluator: Evaluator
    naming: Naming
    depth: Depth
    reads: Reads = field(default_factory=Reads)
    _held: set[ast.AST] = field(default_factory=set, repr=False)
    _seen: set[tuple[object, ...]] = field(default_factory=set, repr=False)

    def function(self, module: Module, node: ast.expr) -> None:
        """Take what is called: an expression that is evaluated now, for the function that it answers."""
        self._hold(module, node)

    # -- what is evaluated before, and kept

    def _hold(self, module: Module, node: ast.expr) -> None:
        if node in self._held:
            return
        self._held.add(node)
        match node:
            case ast.Lambda():
                self._run_function(module, node)
                return
            case ast.JoinedStr() | ast.Compare():
                return  # A string or a bool says what it says, whatever it was made from.
            case ast.Name(ctx=ast.Load()):
                self._hold_name(module, node)
            case ast.Attribute():
                self._hold_attribute(module, node)
                return
            case ast.Subscript(value=ast.Name() as taken_from) if not self.depth.of(module, node):
                self._hold_contents(module, taken_from)
                return
            case ast.Call() if self._hold_answer(module, node):
                for given in (*node.args, *node.keywords):
                    self._hold_inside(module, given)
                return
        for child in ast.iter_child_nodes(node):
            self._hold_inside(module, child)

    def _hold_inside(self, module: Module, node: ast.AST) -> None:
        if isinstance(node, ast.expr):
            self._hold(module, node)
        else:
            for child in ast.iter_child_nodes(node):
                self._hold_inside(module, child)

    def _hold_name(self, module: Module, node: ast.Name) -> None:
        variable = self.naming.variable(module, node)
        if variable is not None:
            self._hold_variable(variable, (module, node))

    def _hold_contents(self, module: Module, node: ast.Name) -> None:
        """Take what may stand in a container, of which one is taken out now: the container may change."""
        variable = self.naming.variable(module, node)
        for binding in self.naming.bindings(variable) if variable is not None else ():
            if variable is not None and isinstance(binding, (Assigned, Iterated)):
                self._hold(variable.module, binding.value)
            elif variable is not None:
                self._hold_variable(variable, (module, node))

    def _hold_attribute(self, module: Module, node: ast.Attribute) -> None:
        variable = self.naming.attribute(module, node)
        if variable is not None:
            self._hold_variable(variable, (module, node))
            return
        self._read_attribute(module, node)
        self._hold(module, node.value)

    def _hold_answer(self, module: Module, node: ast.Call) -> bool:
        """Take what functions of the tree answer, which have run by now; whether nothing else may be called."""
        functions = [each for each in self._callees(module, node.func) if isinstance(each.node, FUNCTIONS)]
        for value in functions:
            self._note_result(value, (module, node))
            assert isinstance(value.node, FUNCTIONS)
            for returned in returns_of(value.node):
                self._hold(value.module, returned)
        is_method = isinstance(node.func, ast.Attribute) and self.naming.attribute(module, node.func) is None
        return bool(functions) and not is_method

    def _hold_variable(self, variable: Variable, place: Place) -> None:
        if variable in self.reads.objects:
            return
        self.reads.objects[variable] = place
        for binding in self.naming.bindings(variable):
            self._hold_binding(variable, binding, place)

    def _hold_binding(self, variable: Variable, binding: Binding, place: Place) -> None:
        module = variable.module
        match binding:
            case Assigned() | Iterated():
                self._hold(module, binding.value)
            case Defined(node=ast.ClassDef() as owner):
                self._take_class(Local(module, owner), place)
            case Defined():
                assert isinstance(binding.node, FUNCTIONS)
                self._run_function(module, binding.node)
            case Imported():
                source = self.naming.source(module, binding)
                if source is not None:
                    self._hold_variable(source, place)
            case Parameter():
                self._hold_parameter(module, binding, place)
            case Entered(item=item):
                self._hold(module, item.context_expr)

    def _hold_parameter(self, module: Module, binding: Parameter, place: Place) -> None:
        function, name = binding.function, binding.arg.arg
        default = default_of(function, name)
        if default is not None:
            self._hold(module, default)
        if isinstance(function, ast.Lambda):
            return
        owner = module.parent(function)
        if isinstance(owner, ast.ClassDef) and (
            is_self(function, name) or (function.args.args and function.args.args[0].arg == name)
        ):
            self._take_class(Local(module, owner), place)
            return
        for caller, argument in self.evaluator.calls.arguments(function, name):
            self._hold(caller, argument)
        if binding.arg.annotation is not None:
            for node in ast.walk(binding.arg.annotation):
                if isinstance(node, (ast.Name, ast.Attribute)):
                    for value in self._callees(module, node):
                        if isinstance(value.node, ast.ClassDef):
                            self._take_class(value, place)

    # -- what runs when the function is called

    def _run_function(self, module: Module, function: Function) -> None:
        if function in self.reads.bodies:
            return
        self.reads.bodies.add(function)
        arguments = function.args
        for default in (*arguments.defaults, *(each for each in arguments.kw_defaults if each is not None)):
            self._hold(module, default)
        for decorator in getattr(function, "decorator_list", ()):
            self._hold(module, decorator)
        if isinstance(function, FUNCTIONS) and function.decorator_list:
            self._note_result(Local(module, function), (module, function.decorator_list[0]))
        body = [function.body] if isinstance(function, ast.Lambda) else function.body
        for part in body:
            self._run(module, part, function)

    def _note_result(self, function: Local, place: Place) -> None:
        """Note a function of which a decorator may keep the answers."""
        if isinstance(function.node, FUNCTIONS) and function.node.decorator_list:
            self.reads.results.setdefault(function, place)

    def _run(self, module: Module, part: ast.AST, function: Function) -> None:
        for node in ast.walk(part):
            match node:
                case ast.Name(ctx=ast.Load()):
                    self._read_name(module, node, function)
                case ast.Attribute(ctx=ast.Load()):
                    self._run_attribute(module, node)
                case ast.Import() | ast.ImportFrom():
                    self._read_import(module, node)
                case ast.Call() | ast.Subscript() | ast.Compare():
                    self._read_environment(module, node)
            if isinstance(node, ast.Call) and is_getattr(node):
                self._read_by_text(module, node)

    def _read_name(self, module: Module, node: ast.Name, function: Function) -> None:
        variable = self.naming.variable(module, node)
        if variable is None:
            if node.id in _NAMES_BY_TEXT:
                self.reads.by_text.setdefault(node.id, (module, node))
            return
        if _is_inside(module, variable.scope, function):
            self._hold_imports(variable, (module, node))
            return
        self.reads.variables.setdefault(variable, (module, node))
        self._hold_variable(variable, (module, node))
        self._make(module, node)

    def _hold_imports(self, variable: Variable, place: Place) -> None:
        for binding in self.naming.bindings(variable):
            if isinstance(binding, Imported):
                source = self.naming.source(variable.module, binding)
                if source is not None:
                    self.reads.variables.setdefault(source, place)
                    self._hold_variable(source, place)

    def _make(self, module: Module, node: ast.expr) -> None:
        """Take what makes an object of a class, which is named where it runs."""
        for value in self._callees(module, node):
            if isinstance(value.node, ast.ClassDef):
                self._take_class(value, (module, node))
                for name in _MAKING:
                    self._note_attribute(name, (module, node))

    def _run_attribute(self, module: Module, node: ast.Attribute) -> None:
        variable = self.naming.attribute(module, node)
        if variable is not None:
            self.reads.variables.setdefault(variable, (module, node))
            self._hold_variable(variable, (module, node))
            self._make(module, node)
        else:
            self._read_attribute(module, node)

    def _read_by_text(self, module: Module, node: ast.Call) -> None:
        """Take ``getattr(x, name)``: of a module of the tree a name of it, of all else an attribute, or any."""
        name, home = _text(node.args[1]), self.naming.named_module(module, node.args[0])
        if home is None:
            names = {name} if name else {each for one in self.reads.classes for each in fields_of(one.node)}
            for each in sorted(names):
                self._note_attribute(each, (module, node))
            return
        variable = self.naming.global_of(home, name) if name else None
        if variable is not None:
            self.reads.variables.setdefault(variable, (module, node))
            self._hold_variable(variable, (module, node))
        elif not name:
            self.reads.by_text.setdefault("getattr", (module, node))

    def _read_attribute(self, module: Module, node: ast.Attribute) -> None:
        self._note_attribute(node.attr, (module, node))
        for value in self.evaluator.values(module, node.value):
            if isinstance(value, External):
                self.reads.packages.setdefault((value.name, node.attr), (module, node))

    def _read_import(self, module: Module, node: ast.Import | ast.ImportFrom) -> None:
        tree = self.evaluator.tree
        if isinstance(node, ast.Import):
            named = [(alias.name, 0) for alias in node.names]
        else:
            inside = [".".join(filter(None, [node.module, alias.name])) for alias in node.names]
            named = [(name, node.level) for name in (node.module or "", *inside)]
        for name, level in named:
            path = tree.resolve(module, name, level)
            if path is not None:
                self.reads.imports.setdefault(path, (module, node))

    # -- the environment

    def _read_environment(self, module: Module, node: ast.Call | ast.Subscript | ast.Compare) -> None:
        key: ast.expr | None = None
        match node:
            case ast.Call(func=func, args=args):
                names = self._external(module, func)
                if any(name.startswith(_ANY_VARIABLE) for name in names):
                    self.reads.environment.setdefault("", (module, node))
                    return
                if not names & {"dagster.EnvVar", "os.getenv", "os.environb.get", "os.environ.get"} and not (
                    isinstance(func, ast.Attribute) and is_environment(self.evaluator, module, func.value)
                ):
                    return
                key = args[0] if args else None
            case ast.Subscript(value=value, slice=key):
                if not is_environment(self.evaluator, module, value):
                    return
            case ast.Compare(left=key, comparators=[right]):
                if not is_environment(self.evaluator, module, right):
                    return
        self.reads.environment.setdefault(_text(key), (module, node))

    def _external(self, module: Module, node: ast.expr) -> set[str]:
        return {value.name for value in self.evaluator.values(module, node) if isinstance(value, External)}

    # -- classes

    def _take_class(self, owner: Local, place: Place) -> None:
        if owner in self.reads.classes or not isinstance(owner.node, ast.ClassDef):
            return
        self.reads.classes[owner] = place
        for base in owner.node.bases:
            self._hold(owner.module, base)
            if any(name.startswith(_ANY_VARIABLE) for name in self._external(owner.module, base)):
                self.reads.environment.setdefault("", place)
        for name in [*self.reads.attributes, *_called_by_syntax(owner.node)]:
            self._take_member(owner, name)

    def _note_attribute(self, name: str, place: Place) -> None:
        if name not in self.reads.attributes:
            self.reads.attributes[name] = place
            for owner in list(self.reads.classes):
                self._take_member(owner, name)

    def _take_member(self, owner: Local, name: str) -> None:
        if (owner, name) in self._seen:
            return
        self._seen.add((owner, name))
        for module, node in members(self.evaluator, owner, name):
            if isinstance(node, FUNCTIONS):
                self._run_function(module, node)
            elif isinstance(node, ast.ClassDef):
                self._take_class(
                    Local(module, node), (module, ast.Name(node.name, lineno=node.lineno, col_offset=0))
                )
            elif isinstance(node, ast.expr):
                self._hold(module, node)

    def _callees(self, module: Module, node: ast.expr) -> list[Local]:
        """The functions and classes of the tree that an expression names."""
        found = [value for value in self.evaluator.values(module, node) if isinstance(value, Local)]
        if found or not isinstance(node, (ast.Name, ast.Attribute)):
            return found
        attributes = self.evaluator.attributes
        unread = [*attributes.unread_functions(module, node), *attributes.unread_classes(module, node)]
        return [value for value in unread if isinstance(value, Local)]


def _called_by_syntax(owner: ast.ClassDef) -> list[str]:
    """The methods of a class that are called without being named: ``x[key]``, ``x(node)``, ``key in x``."""
    names = [node.name for node in owner.body if isinstance(node, FUNCTIONS)]
    return [name for name in names if name.startswith("__") and name not in _MAKING]


def _is_inside(module: Module, scope: ast.AST, function: ast.AST) -> bool:
    return scope is function or function in set(module.ancestors(scope))


def _text(node: ast.expr | None) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""
