"""``Job = namedtuple("Job", "name job_id")`` is read as the class that it makes, so that objects keep what they are made with.

Not with defaults or other arguments, whose fields may be others than are written, nor where a field is no name, nor where
``namedtuple`` may be another than that of ``collections``.
"""

from __future__ import annotations

import ast
from typing import Any

from .bound_in_files import may_bind


def read_as_classes(tree: ast.Module) -> None:
    """Put a class in the place of each statement at the top of a file that gives a named tuple a name."""
    for place, statement in enumerate(tree.body):
        made = _class(statement)
        if made is not None and _is_of_collections(tree, made.bases[0]):
            tree.body[place] = made


def _is_of_collections(tree: ast.Module, base: ast.expr) -> bool:
    """Whether a name is surely ``namedtuple`` of ``collections``: an import at the top of the file alone binds it."""
    match base:
        case ast.Name(id=name):
            module = "collections"
        case ast.Attribute(value=ast.Name(id=name)):
            module = ""
        case _:
            return False
    imports = [one for one in tree.body if isinstance(one, (ast.Import, ast.ImportFrom))]
    taken = [one for one in imports if may_bind([one], {name})]
    others = (node for node in ast.walk(tree) if node not in taken)
    if may_bind(others, {name}):
        return False
    return bool(taken) and all(_brings(one, module, name) for one in taken)


def _brings(statement: ast.Import | ast.ImportFrom, module: str, name: str) -> bool:
    """Whether an import binds a name to ``namedtuple`` of a module, or to ``collections`` where no module is given."""
    if isinstance(statement, ast.ImportFrom):
        is_asked = any(one.name == "namedtuple" and one.asname is None for one in statement.names)
        return is_asked and statement.module == module and not statement.level and name == "namedtuple"
    bound = [one.name for one in statement.names if (one.asname or one.name.partition(".")[0]) == name]
    return not module and all(one.partition(".")[0] == "collections" for one in bound)


def _class(statement: ast.stmt) -> ast.ClassDef | None:
    match statement:
        case ast.Assign(
            targets=[ast.Name(name)],
            value=ast.Call(
                func=(ast.Name("namedtuple") | ast.Attribute(attr="namedtuple")) as base,
                args=[ast.Constant(), fields],
                keywords=[],
            ),
        ):
            names = _names(fields)
        case _:
            return None
    if not names or len(set(names)) < len(names) or any(one.startswith("_") for one in names):
        return None
    newer: dict[str, Any] = {"type_params": []} if "type_params" in ast.ClassDef._fields else {}
    body: list[ast.stmt] = [_field(one, fields) for one in names]
    made = ast.ClassDef(name=name, bases=[base], keywords=[], body=body, decorator_list=[], **newer)
    return ast.copy_location(made, statement)


def _names(fields: ast.expr) -> list[str]:
    """The fields that are written, as one string or as a list of strings; none where they are not."""
    match fields:
        case ast.Constant(str(text)):
            names = text.replace(",", " ").split()
        case ast.List(elts=elements) | ast.Tuple(elts=elements):
            texts = [one.value for one in elements if isinstance(one, ast.Constant)]
            names = [text for text in texts if isinstance(text, str)]
            names = names if len(names) == len(elements) else []
        case _:
            return []
    return names if all(name.isidentifier() for name in names) else []


def _field(name: str, place: ast.expr) -> ast.AnnAssign:
    target, kind = ast.Name(id=name, ctx=ast.Store()), ast.Name(id="object", ctx=ast.Load())
    field = ast.AnnAssign(target=target, annotation=kind, value=None, simple=1)
    for node in (target, kind, field):
        ast.copy_location(node, place)
    return field
