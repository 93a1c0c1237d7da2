"""Annotations that nobody reads but people: of helpers, of names, of private attributes, of classes that keep no fields.

    def with_client(fn: Callable[[DbtCloudClient], Any])        _client: DbtCloudClient = PrivateAttr()
    Outputs = Dict[str, DbtCloudOutput]                         where nothing but such annotations names `Outputs`

Dagster reads the annotations of what it decorates, pydantic those of the fields of its classes, and code what it asks for.
"""

from __future__ import annotations

import ast

from ...analysis.dagster_api.decorators import resolved, unknown_decorators
from ...analysis.inference.interpreter import Evaluator
from ...analysis.inference.values import Local
from ...analysis.syntax.functions import decorator_name
from ...analysis.syntax.source_module import FUNCTIONS, Module

_READING = (
    "get_type_hints",
    "__annotations__",
    "signature",
    "get_annotations",
    "annotation",
    "beartype",
    "typeguard",
)
_KEEPING_NO_FIELDS = frozenset({"typing.Protocol", "typing_extensions.Protocol", "abc.ABC", "object"})
_ALIAS = frozenset({"typing.TypeAlias", "typing_extensions.TypeAlias"})
_VARIABLE = frozenset({"typing.TypeVar", "typing_extensions.TypeVar"})
_OF_VARIABLES = frozenset({"typing.Generic", "typing.Protocol", "typing_extensions.Protocol"})
_GENERIC = frozenset({"dict", "frozenset", "list", "set", "tuple", "type"})
_TYPING = ("collections.abc.", "typing.", "typing_extensions.")
_CHECKED = ("dagster.", "pydantic.", "legacy.")
_LEAVING = frozenset({"staticmethod", "classmethod", "property", "abc.abstractmethod", "typing.overload"})


def says_it_to_readers(evaluator: Evaluator, module: Module, node: ast.expr) -> bool:
    """Whether an expression stands in an annotation that no code reads."""
    return _says_it(evaluator, module, node, frozenset())


def is_private_of_resource(evaluator: Evaluator, module: Module, node: ast.expr) -> bool:
    """Whether an expression is the annotation of a private attribute in a class that derives from one of Dagster's.

    Dagster takes what is annotated with a resource for a field, and pydantic refuses fields with such a name; it does not
    look into text. Source: ``BaseResourceMeta`` in ``dagster._config.pythonic_config.typing_utils``.
    """
    above = module.parent(node)
    owner = module.parent(above) if isinstance(above, ast.AnnAssign) and above.annotation is node else None
    if not isinstance(above, ast.AnnAssign) or not isinstance(owner, ast.ClassDef):
        return False
    return (
        isinstance(above.target, ast.Name)
        and above.target.id.startswith("_")
        and any(
            name.startswith("dagster.")
            for one in evaluator.objects.lineage(Local(module, owner))
            if isinstance(one.node, ast.ClassDef)
            for base in one.node.bases
            for name in resolved(evaluator, one.module, base)
        )
    )


def _says_it(evaluator: Evaluator, module: Module, node: ast.expr, aliases: frozenset[ast.stmt]) -> bool:
    """The same, below some aliases of types that are looked at."""
    if any(module.named(name) for name in _READING):
        return False
    child: ast.AST = node
    for above in module.ancestors(node):
        match above:
            case ast.arg() if above.annotation is child:
                function = module.parents[module.parents[above]]
                return isinstance(function, FUNCTIONS) and _is_plain(evaluator, module, function)
            case ast.FunctionDef() | ast.AsyncFunctionDef() if above.returns is child:
                return _is_plain(evaluator, module, above)
            case ast.AnnAssign() if above.annotation is child:
                owner = module.parent(above)
                return not isinstance(owner, ast.ClassDef) or _is_no_field(evaluator, module, owner, above)
            case ast.Assign(targets=[ast.Name(id=name)], value=value) if value is child and child is not node:
                return _is_alias(evaluator, module, above, value, name, aliases)
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value) if value is child:
                is_said = resolved(evaluator, module, above.annotation) <= _ALIAS
                return is_said and _is_alias(evaluator, module, above, value, name, aliases)
            case ast.ClassDef() if child is not node and child in above.bases:
                return _is_generic(evaluator, module, child) and _keeps_no_fields(evaluator, module, above)
            case ast.keyword(arg="bound"):
                return _is_of_variable(evaluator, module, module.parent(above), aliases)
            case ast.Call() if child in above.args[1:]:
                return _is_of_variable(evaluator, module, above, aliases)
            case ast.Call() | ast.stmt():
                return False
        child = above
    return False


def _is_alias(
    evaluator: Evaluator,
    module: Module,
    statement: ast.stmt,
    value: ast.expr,
    name: str,
    aliases: frozenset[ast.stmt],
) -> bool:
    """Whether a name of a module stands for a type, and annotations that no code reads are all that names it."""
    if statement in aliases:
        return True
    is_type = isinstance(value, ast.Subscript) or (
        isinstance(value, ast.BinOp) and isinstance(value.op, ast.BitOr)
    )
    if (
        not is_type
        or module.parent(statement) is not module.tree
        or not _is_of_types(evaluator, module, value)
    ):
        return False
    return _is_named_by_readers(evaluator, module, statement, name, aliases)


def _is_named_by_readers(
    evaluator: Evaluator, module: Module, statement: ast.stmt, name: str, aliases: frozenset[ast.stmt]
) -> bool:
    read = evaluator.tree.modules
    if any(path not in read for path in evaluator.tree.importing(module, name)):
        return False
    return all(
        _says_it(evaluator, home, use, aliases | {statement})
        for home, use in evaluator.tables.uses_under_any_name(name)
    )


def bounds_a_variable(module: Module, node: ast.expr) -> bool:
    """Whether an expression stands in the types that a variable of types is bound to."""
    return any(
        isinstance(above, ast.Call) and decorator_name(above) == "TypeVar" for above in module.ancestors(node)
    )


def _is_of_variable(
    evaluator: Evaluator, module: Module, call: ast.AST | None, aliases: frozenset[ast.stmt]
) -> bool:
    """Whether a call makes a variable of types, ``C = TypeVar("C", bound=X)``, that such annotations alone name."""
    statement = module.parent(call) if isinstance(call, ast.Call) else None
    match statement:
        case ast.Assign(targets=[ast.Name(id=name)], value=ast.Call() as made) if made is call:
            if statement in aliases:
                return True
            is_variable = resolved(evaluator, module, made.func) <= _VARIABLE
            is_at_top = module.parent(statement) is module.tree
            is_named = is_variable and is_at_top and bool(resolved(evaluator, module, made.func))
            return is_named and _is_named_by_readers(evaluator, module, statement, name, aliases)
    return False


def _is_generic(evaluator: Evaluator, module: Module, base: ast.AST) -> bool:
    """Whether a base of a class says its variables of types alone: ``Generic[C]``."""
    names = resolved(evaluator, module, base.value) if isinstance(base, ast.Subscript) else frozenset()
    return bool(names) and names <= _OF_VARIABLES


def _keeps_no_fields(evaluator: Evaluator, module: Module, owner: ast.ClassDef) -> bool:
    """Whether nothing that a class derives from looks at its annotations."""
    return all(
        _is_generic(evaluator, one.module, base)
        or resolved(evaluator, one.module, base) <= _KEEPING_NO_FIELDS
        for one in evaluator.objects.lineage(Local(module, owner))
        if isinstance(one.node, ast.ClassDef)
        for base in one.node.bases
        if not any(isinstance(value, Local) for value in evaluator.values(one.module, base))
    )


def _is_of_types(evaluator: Evaluator, module: Module, value: ast.expr) -> bool:
    """Whether an expression puts types together: ``Dict[str, X]``, ``X | None``."""
    if isinstance(value, ast.BinOp):
        return True
    assert isinstance(value, ast.Subscript)
    names = resolved(evaluator, module, value.value)
    return bool(names) and all(one in _GENERIC or one.startswith(_TYPING) for one in names)


def _is_plain(evaluator: Evaluator, module: Module, function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    return not unknown_decorators(evaluator, module, function) and all(
        resolved(evaluator, module, one) <= _LEAVING and resolved(evaluator, module, one)
        for one in function.decorator_list
    )


def _is_no_field(evaluator: Evaluator, module: Module, owner: ast.ClassDef, node: ast.AnnAssign) -> bool:
    """Whether an annotation in the body of a class is checked by nobody."""
    is_private = isinstance(node.target, ast.Name) and node.target.id.startswith("_")
    for one in evaluator.objects.lineage(Local(module, owner)):
        assert isinstance(one.node, ast.ClassDef)
        for base in one.node.bases:
            names = resolved(evaluator, one.module, base)
            is_own = any(isinstance(value, Local) for value in evaluator.values(one.module, base))
            if is_own or (names and names <= _KEEPING_NO_FIELDS):
                continue
            if not (is_private and names and all(name.startswith(_CHECKED) for name in names)):
                return False
    return True
