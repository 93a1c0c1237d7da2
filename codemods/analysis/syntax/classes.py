"""What the body of a class of the tree says."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from .functions import decorator_name
from .source_module import (
    FUNCTIONS,
    Module,
)


def attribute_of_self(module: Module, node: ast.AST) -> str:
    """The name of the attribute where an expression is ``self.name`` in a method; empty for any other."""
    if not (isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name)):
        return ""
    method = module.function_of(node)
    if method is None or not isinstance(module.parent(method), ast.ClassDef):
        return ""
    return node.attr if is_self(method, node.value.id) else ""


def attribute_of_class(module: Module, node: ast.AST) -> str:
    """The name of the attribute where an expression is ``cls.name`` in a class method; empty for any other."""
    if not (isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name)):
        return ""
    method = module.function_of(node)
    if method is None or not isinstance(module.parent(method), ast.ClassDef):
        return ""
    return node.attr if is_cls(method, node.value.id) else ""


def assigned_by(node: ast.AST) -> Iterator[tuple[ast.expr, ast.expr]]:
    """What a statement assigns to which target: ``self.a, self.b = x, y`` does so twice."""
    if isinstance(node, ast.AnnAssign) and node.value is not None:
        yield node.target, node.value
    elif isinstance(node, ast.Assign):
        for target in node.targets:
            yield from _pairs(target, node.value)


def _pairs(target: ast.expr, value: ast.expr) -> Iterator[tuple[ast.expr, ast.expr]]:
    displays = (ast.Tuple, ast.List)
    inside = (
        [*target.elts, *value.elts] if isinstance(target, displays) and isinstance(value, displays) else []
    )
    is_paired = bool(inside) and not any(isinstance(one, ast.Starred) for one in inside)
    if is_paired and len(target.elts) == len(value.elts):  # type: ignore[attr-defined]
        for one, given in zip(target.elts, value.elts, strict=True):  # type: ignore[attr-defined]
            yield from _pairs(one, given)
    else:
        yield target, value


def is_unpacked_into(module: Module, node: ast.AST) -> bool:
    """Whether an attribute or element gets its value from a sequence that does not say which: ``self.a, *rest = made``."""
    if not isinstance(node, ast.Attribute | ast.Subscript) or isinstance(node.ctx, ast.Load):
        return False
    return all(target is not node for target, _ in assigned_by(module.statement_of(node)))


def is_self(function: ast.FunctionDef | ast.AsyncFunctionDef, name: str) -> bool:
    """Whether a parameter of a method is the object."""
    positional = [*function.args.posonlyargs, *function.args.args]
    names = {decorator_name(decorator) for decorator in function.decorator_list}
    return bool(positional) and positional[0].arg == name and not names & {"staticmethod", "classmethod"}


def is_own_object(module: Module, node: ast.expr) -> bool:
    """Whether an expression is the object of the method that it stands in."""
    function = module.function_of(node)
    return (
        function is not None
        and isinstance(node, ast.Name)
        and isinstance(module.parent(function), ast.ClassDef)
        and is_self(function, node.id)
    )


def is_own_class(module: Module, owner: ast.AST, node: ast.expr) -> bool:
    """Whether an expression in a method is the class that the method is called of."""
    match node:
        case ast.Name(id=name):
            function = module.function_of(node)
            return function is not None and module.parent(function) is owner and is_cls(function, name)
        case ast.Call(func=ast.Name("type"), args=[inner]) | ast.Attribute(value=inner, attr="__class__"):
            return is_own_object(module, inner)
    return False


def is_cls(function: ast.FunctionDef | ast.AsyncFunctionDef, name: str) -> bool:
    """Whether a parameter of a class method is the class."""
    positional = [*function.args.posonlyargs, *function.args.args]
    names = {decorator_name(decorator) for decorator in function.decorator_list}
    return bool(positional) and positional[0].arg == name and "classmethod" in names


def is_cls_of_heirs(function: ast.FunctionDef | ast.AsyncFunctionDef, name: str) -> bool:
    """Whether a parameter is each class that derives from the one that has the function: ``def __init_subclass__(cls)``."""
    positional = [*function.args.posonlyargs, *function.args.args]
    return function.name == "__init_subclass__" and bool(positional) and positional[0].arg == name


def may_have_metaclass(owner: ast.ClassDef) -> bool:
    """Whether a class names a metaclass, or has words that are not written there. Others are for ``__init_subclass__``."""
    return any(word.arg in {"metaclass", None} for word in owner.keywords)


def annotated_fields(owner: ast.ClassDef) -> list[str]:
    """The annotated names of a class body, in order: the fields of a dataclass or of a Dagster resource."""
    return [
        node.target.id
        for node in owner.body
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name)
    ]


def positional_fields(owner: ast.ClassDef) -> list[str]:
    """The fields of a dataclass body that its objects take by position, in order."""
    found: list[str] = []
    if any(
        _says(word, "kw_only", True) for one in owner.decorator_list for word in getattr(one, "keywords", ())
    ):
        return found
    for node in owner.body:
        if not isinstance(node, ast.AnnAssign) or not isinstance(node.target, ast.Name):
            continue
        declared = ast.unparse(node.annotation)
        if "KW_ONLY" in declared:
            break
        words = node.value.keywords if isinstance(node.value, ast.Call) else []
        is_left_out = any(_says(word, "init", False) or _says(word, "kw_only", True) for word in words)
        if "ClassVar" not in declared and not is_left_out:
            found.append(node.target.id)
    return found


def _says(word: ast.keyword, name: str, value: bool) -> bool:
    return word.arg == name and isinstance(word.value, ast.Constant) and word.value.value is value


def may_be_replaced(owner: ast.AST, name: str) -> bool:
    """Whether a validator of pydantic's in a class may give a field another value than its objects are made with."""
    for node in getattr(owner, "body", ()):
        for decorator in node.decorator_list if isinstance(node, FUNCTIONS) else ():
            called = decorator_name(decorator)
            given = decorator.args if isinstance(decorator, ast.Call) else []
            modes = decorator.keywords if isinstance(decorator, ast.Call) else []
            is_after = any(
                isinstance(one.value, ast.Constant) and one.value.value == "after" for one in modes
            )
            if called in _OF_MODELS and not is_after:
                return True  # What it sets of the object afterwards is seen.
            if called in _OF_FIELDS:
                named = {one.value if isinstance(one, ast.Constant) else "*" for one in given}
                if named & {name, "*"} and not _answers_what_it_gets(node):
                    return True
    return False


_OF_FIELDS = frozenset({"field_validator", "validator"})
_OF_MODELS = frozenset({"model_validator", "root_validator"})


def _answers_what_it_gets(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Whether a validator only checks a value, and answers it."""
    taken = [arg.arg for arg in (*function.args.posonlyargs, *function.args.args)][1:2]
    names = [node for node in ast.walk(function) if isinstance(node, ast.Name) and node.id in taken]
    answers = [node.value for node in ast.walk(function) if isinstance(node, ast.Return)]
    return all(isinstance(node.ctx, ast.Load) for node in names) and all(
        isinstance(answer, ast.Name) and answer.id in taken for answer in answers
    )


def fields_of(owner: ast.AST) -> frozenset[str]:
    """The names that a class binds in its body: fields, constants and methods."""
    found: set[str] = set()
    for node in _statements_of(owner):
        targets = [node.target] if isinstance(node, ast.AnnAssign) else getattr(node, "targets", [])
        found |= {target.id for target in targets if isinstance(target, ast.Name)}
        if isinstance(node, (*FUNCTIONS, ast.ClassDef)):
            found.add(node.name)
    return frozenset(found)


def _statements_of(node: ast.AST) -> Iterator[ast.AST]:
    """The statements of a body, and those in its branches."""
    for inner in ast.iter_child_nodes(node):
        if isinstance(inner, (ast.stmt, ast.ExceptHandler, ast.match_case)):
            yield inner
            if not isinstance(inner, (*FUNCTIONS, ast.ClassDef)):
                yield from _statements_of(inner)


def initializer_of(owner: ast.ClassDef) -> ast.FunctionDef | None:
    """The ``__init__`` of a class."""
    return next(
        (node for node in owner.body if isinstance(node, ast.FunctionDef) and node.name == "__init__"), None
    )
