"""Code that wants assets of the class of loads, ``CacheableAssetsDefinition``, which v2 assets are not of.

    isinstance(one, CacheableAssetsDefinition)      class Domain(BaseModel): loads: list[CacheableAssetsDefinition]

An annotation that nothing checks when the code runs makes no difference, nor does one that takes an
``AssetsDefinition`` as well.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import lru_cache

from ...analysis.dagster_api.decorators import unknown_decorators
from ...analysis.inference.values import External, Local
from ...analysis.syntax.source_module import FUNCTIONS, Module
from ...analysis.uses.uses import enclosing_annotation
from ...planning.claims import Context

_CLASSES = frozenset({"CacheableAssetsDefinition", "DbtCloudCacheableAssetsDefinition"})
_OF_V2 = "AssetsDefinition"
_WORD = re.compile(r"\w+")
_UNCHECKED = ("abc.", "typing.", "typing_extensions.", "collections.")
"""Where the bases of classes come from that check no field."""


@lru_cache(maxsize=1)
def wanted_by_class(context: Context) -> str:
    """The reason against v2 forms of loads where code wants what is of their class; empty where none does."""
    for module, node in _wanting(context):
        line = module.source_of(node).split("\n", 1)[0]
        said = "wants a `CacheableAssetsDefinition`, which v2's assets are not: look for `AssetsDefinition`"
        return f"`{line}` at {module.place(node)} {said}"
    return ""


def _wanting(context: Context) -> Iterator[tuple[Module, ast.expr]]:
    names = list(_CLASSES)
    modules = dict.fromkeys([*context.index.naming_class, *context.index.tree.modules.values()])
    for name in names:  # grows as it goes
        for module in modules:
            if name not in module.text:
                continue
            for node in module.of(ast.Name, ast.Attribute, ast.Constant):
                assert isinstance(node, ast.expr)
                if not _is_named(module, node, name):
                    continue
                alias = _alias(module, node)
                if alias:
                    names += [alias] if alias not in names else []
                elif not _is_harmless(context, module, node):
                    yield module, node


def _is_named(module: Module, node: ast.AST, name: str) -> bool:
    match node:
        case ast.Name(id=found, ctx=ast.Load()) | ast.Attribute(attr=found, ctx=ast.Load()):
            return found == name
        case ast.Constant(value=str(text)):
            is_part = enclosing_annotation(module, node) and name in _WORD.findall(text)
            return is_part or text == name
    return False


def _alias(module: Module, node: ast.AST) -> str:
    """The name that a statement gives the class, or a type that is made with it; empty where it does something else."""
    child = node
    for above in module.ancestors(node):
        if isinstance(above, (ast.Subscript, ast.BinOp, ast.Tuple, ast.List)):
            if _takes_both(above):
                return ""
            child = above
            continue
        if isinstance(above, ast.Assign) and above.value is child and isinstance(above.targets[0], ast.Name):
            return above.targets[0].id
        if isinstance(above, ast.AnnAssign) and above.value is child and isinstance(above.target, ast.Name):
            return above.target.id
        return ""
    return ""


def _takes_both(node: ast.AST) -> bool:
    """Whether several classes, or a type, take v2 assets as well."""
    return any(
        (isinstance(one, ast.Name) and one.id == _OF_V2)
        or (isinstance(one, ast.Attribute) and one.attr == _OF_V2)
        for one in ast.walk(node)
    )


def _is_harmless(context: Context, module: Module, node: ast.AST) -> bool:
    if enclosing_annotation(module, node):
        return _is_unchecked(context, module, node)
    child = node
    for above in module.ancestors(node):
        if isinstance(above, (ast.Subscript, ast.BinOp, ast.Tuple)):
            if _takes_both(above):
                return True
            child = above
            continue
        if isinstance(above, ast.keyword):
            continue
        if isinstance(above, ast.Call):
            callees = context.index.values(module, above.func)
            return bool(callees) and all(
                isinstance(one, External) and one.name.startswith(("typing.", "typing_extensions."))
                for one in callees
            )
        return isinstance(above, ast.Expr) or (isinstance(above, ast.ClassDef) and child in above.bases)
    return False


def _is_unchecked(context: Context, module: Module, node: ast.AST) -> bool:
    """Whether nothing checks an annotation when the code runs: of a variable, of a plain function or class."""
    child = node
    for above in module.ancestors(node):
        if isinstance(above, FUNCTIONS):
            return not unknown_decorators(context.index.evaluator, module, above)
        if isinstance(above, ast.AnnAssign):
            scope = module.parent(above)
            return not isinstance(scope, ast.ClassDef) or _checks_no_field(
                context, Local(module, scope), set()
            )
        if _takes_both(above) and not isinstance(above, (ast.arg, ast.arguments)):
            return True
        child = above
    return child is node


def _checks_no_field(context: Context, owner: Local, seen: set[Local]) -> bool:
    """Whether a class, and all that it derives from, take whatever their fields are given."""
    if owner in seen or not isinstance(owner.node, ast.ClassDef):
        return owner in seen
    seen.add(owner)
    evaluator = context.index.evaluator
    if unknown_decorators(evaluator, owner.module, owner.node) or owner.node.keywords:
        return False
    for base in owner.node.bases:
        named = base.value if isinstance(base, ast.Subscript) else base
        found = evaluator.values(owner.module, named)
        is_object = isinstance(named, ast.Name) and named.id == "object" and not found
        if not is_object and not (found and all(_is_unchecked_base(context, one, seen) for one in found)):
            return False
    return True


def _is_unchecked_base(context: Context, base: object, seen: set[Local]) -> bool:
    if isinstance(base, Local):
        return _checks_no_field(context, base, seen)
    return isinstance(base, External) and base.name.startswith(_UNCHECKED)
