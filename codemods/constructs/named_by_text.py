"""A legacy name that code looks up by a string, and not by an import: it is a use, and stays.

    getattr(dagster_dbt, NAMES[0])                             may be a legacy name: nobody knows before the code runs
    pkgutil.resolve_name("dagster_dbt.cloud:dbt_cloud_resource")    is one

Nothing changes there, but both end with the release of dagster_dbt that removes the legacy names.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from legacy_shim.catalogue import BY_NAME

from ..analysis.inference.legacy_names import LEGACY_PACKAGES
from ..analysis.inference.texts import text_in_parts
from ..analysis.inference.values import External
from ..analysis.syntax.functions import decorator_name, is_getattr
from ..analysis.syntax.source_module import Module
from ..findings import Finding
from ..planning.claims import Claim, Context, Kind, Rewrite
from ..planning.parts import Stays
from ..planning.units import Unit
from .patch_targets import TAKERS

CONSTRUCT = Kind[None]("named_by_text")
_MODULE = "LDC114"
_PACKAGE = "dagster_dbt"
_PATH = re.compile(rf"{_PACKAGE}(?:\.\w+)*[.:](\w+)")
_CODE = re.compile(rf"^\s*from {_PACKAGE}(?:\.\w+)* import (.*)$", re.MULTILINE)
_OWN = frozenset({"__dict__", "__getattribute__"})
"""The attributes of a module that hand out each of its names."""
_ASKING = (
    frozenset({"hasattr", "print", "repr", "str", "type", "reload", "getfile", "getsource", "object"})
    | TAKERS
)
"""The functions that read no name of a module, answer none, or replace one that they are given (`patch.object`)."""


def claims(context: Context) -> Iterator[Claim[None]]:
    """One claim for each such string, and for each place that reads names of dagster_dbt which are not written there."""
    for module in context.index.tree.modules.values():
        if module.path in context.outside or module.dotted[:1] == (_PACKAGE,):
            continue
        for node in module.of(ast.Constant):
            name = _named_by(module, node)
            if name:
                said = f"this string names `{name}` of dagster_dbt: import the name instead, then migrate"
                yield _claim(module, node, name, BY_NAME[name].code, said)
        names_one = _names_one(module)
        for read in module.of(ast.Name, ast.Attribute):
            package = _package(context, module, read)
            if package and (names_one or package != _PACKAGE) and _hands_out(context, module, read):
                said = f"names of {package} are read here by strings: import each name that you use, then migrate"
                yield _claim(module, read, package, _MODULE, said)


def _claim(module: Module, node: ast.expr, name: str, code: str, said: str) -> Claim[None]:
    return Claim(
        construct=CONSTRUCT,
        part=Stays(),
        module=module,
        node=node,
        name=name,
        code=code,
        blocked=(Finding(module.place(node), "LDC302", said, name),),
        detail=None,
    )


def _named_by(module: Module, node: ast.Constant) -> str:
    """The legacy name that a string is the path of, or imports as code; empty where it is none, or where a mock takes its place."""
    above = module.parent(node)
    if not isinstance(node.value, str) or isinstance(above, ast.Expr):
        return ""
    path = _PATH.fullmatch(node.value)
    if path is not None and isinstance(above, ast.Call) and decorator_name(above) in TAKERS:
        return ""
    said = [path[0]] if path else _CODE.findall(node.value)
    return next((word for text in said for word in re.findall(r"\w+", text) if word in BY_NAME), "")


def _names_one(module: Module) -> bool:
    """Whether a string of a file is a legacy name, or an attribute of something has one."""
    if any(node.attr in BY_NAME for node in module.of(ast.Attribute)):
        return True
    strings = (node for node in module.of(ast.Constant) if isinstance(node.value, str))
    return any(node.value in BY_NAME and not isinstance(module.parent(node), ast.Expr) for node in strings)


def _package(context: Context, module: Module, node: ast.expr) -> str:
    """The module of dagster_dbt that a name or an attribute is; empty where it is none."""
    if not isinstance(getattr(node, "ctx", None), ast.Load):
        return ""
    values = context.index.values(module, node)
    named = (value.name for value in values if isinstance(value, External) and value.name in LEGACY_PACKAGES)
    return next((name for name in named if name.startswith(_PACKAGE)), "")


def _hands_out(context: Context, module: Module, node: ast.expr) -> bool:
    """Whether a module is used in a way that may read any of its names."""
    match module.parent(node):
        case ast.Attribute(attr=attribute):
            return attribute in _OWN
        case ast.Call(args=[_, second, *_]) as call if is_getattr(call):
            return not text_in_parts(context.index.tree, module, second) and not context.index.values(
                module, call
            )
        case ast.Call() as call:
            return decorator_name(call) not in _ASKING
        case ast.keyword() | ast.Return() | ast.Dict() | ast.List() | ast.Tuple() | ast.Set() | ast.Lambda():
            return True
    return False


def rewrite(claim: Claim[None], unit: Unit, context: Context) -> Rewrite:  # noqa: ARG001  a construct's signature
    """Nothing: each of the claims is blocked."""
    raise AssertionError("it stays")
