"""Which file defines the class of runs where several name it, and how the others import it."""

from __future__ import annotations

import ast
from collections.abc import Collection, Mapping

from ...analysis.project.reach import reached_from
from ...analysis.project.source_tree import Tree
from ...analysis.syntax.functions import decorator_name
from ...analysis.syntax.scopes import Imported
from ...analysis.syntax.source_module import Module
from ...analysis.syntax.type_checking import names_type_checking
from ...editing.edits import Import

_DEFINING = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def imports_of_class(tree: Tree, files: Collection[Module], name: str) -> Mapping[Module, Import] | None:
    """What imports the class in each file but the one that defines it; None where no file can be that one.

    It is the first that runs none of the others, and that each of them imports already, or may import first.
    """
    for home in sorted(files, key=lambda module: module.path):
        runs = reached_from(tree, home.path)
        others = [module for module in files if module is not home]
        if runs is None or any(module.path in runs for module in others):
            continue
        found = {module: _source(tree, module, home) for module in others}
        if all(found.values()):
            return {module: Import(source, name) for module, source in found.items()}
    return None


def _source(tree: Tree, importer: Module, home: Module) -> str:
    """How one file imports from another at its top; empty where it should not begin to."""
    own = _names_for(tree, importer, home)
    if own:
        return own[0]
    runs = reached_from(tree, home.path) or ()
    modules = [tree.module_at(path) for path in runs]
    if not all(module is not None and _is_quiet(tree, module) for module in modules):
        return ""
    others = (_names_for(tree, module, home) for module in tree.modules.values())
    absolute = (name for names in others for name in names if not name.startswith("."))
    return next((name for name in absolute if tree.resolve(importer, name, 0) == home.path), "")


def _names_for(tree: Tree, importer: Module, home: Module) -> list[str]:
    """The names by which the imports at the top of a file say another."""
    bindings = [one for found in tree.names(importer).tables.get(importer.tree, {}).values() for one in found]
    return [
        "." * binding.level + binding.module
        for binding in bindings
        if isinstance(binding, Imported)
        and importer.parent(binding.node) is importer.tree
        and tree.resolve(importer, binding.module, binding.level) == home.path
    ]


def _is_quiet(tree: Tree, module: Module) -> bool:
    """Whether a file may as well run earlier than before: it defines things, and asks nothing but Dagster."""
    return all(
        isinstance(one, _DEFINING)
        or _is_documentation(one)
        or (isinstance(one, ast.If) and names_type_checking(one) and not one.orelse)
        or (isinstance(one, ast.Assign) and _asks_dagster_alone(tree, module, one.value))
        for one in module.tree.body
    )


def _asks_dagster_alone(tree: Tree, module: Module, value: ast.expr) -> bool:
    names = tree.names(module)
    for node in ast.walk(value):
        if isinstance(node, (ast.Subscript, ast.Await)):
            return False
        if isinstance(node, ast.Call):
            first = next((inner for inner in ast.walk(node.func) if isinstance(inner, ast.Name)), None)
            bindings = names.lookup(module, first.id, first) if first is not None else []
            if not bindings or not all(
                isinstance(one, Imported) and one.module.startswith("dagster") for one in bindings
            ):
                return False
    return True


def _is_documentation(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


_ASKING = frozenset({"isinstance", "issubclass", "In", "Out", "PythonObjectDagsterType", "cast"})
"""What is given a class and makes no object of it."""


def may_be_made(module: Module, link: ast.expr) -> bool:
    """Whether code may make objects of the class that it names: it calls it, derives from it, or hands it on."""
    above = module.parent(link)
    if isinstance(above, ast.Call) and above.func is not link:
        return decorator_name(above) not in _ASKING
    return isinstance(above, (ast.Call, ast.Attribute, ast.ClassDef, ast.Assign, ast.NamedExpr))
