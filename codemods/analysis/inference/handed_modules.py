"""Which modules code hands to what may set their names, or change what they hold: ``apply_overrides(settings)``."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from ..syntax.source_module import Module
from .branches import EVERY_BRANCH
from .uses_of_holders import is_led_away
from .values import InTree

if TYPE_CHECKING:
    from .interpreter import Evaluator


def handed_away(evaluator: Evaluator, home: Module) -> tuple[Module, ast.expr] | None:
    """Where some file of the tree gives a module to code that is not followed; None where none does."""
    return next(iter(all_handed_away(evaluator, home)), None)


def all_handed_away(evaluator: Evaluator, home: Module) -> tuple[tuple[Module, ast.expr], ...]:
    """All such places."""
    return evaluator.answer(("handed away", home), lambda: tuple(_places(evaluator, home)), ())


def _places(evaluator: Evaluator, home: Module) -> Iterator[tuple[Module, ast.expr]]:
    evaluator.fixpoint.watch(("files", None))
    stem = (home.dotted or (home.path.stem,))[-1].encode(errors="replace")
    yield from (
        (module, node)
        for path in evaluator.tree.naming_in_imports(stem, home.is_package)
        if path != home.path and _may_hand_on(evaluator.tree.data[path], stem)
        for module in [evaluator.tree.module_at(path)]
        if module is not None
        for node in _bare(module)
        if _may_be(evaluator, module, node, home) and _is_away(evaluator, module, node, home)
    )


def _may_hand_on(data: bytes, stem: bytes) -> bool:
    """Whether a file may have a module of that name as a value, and not only what stands behind its dot."""
    called = {stem, *re.findall(rb"\b%s\s+as\s+(\w+)" % re.escape(stem), data)}
    names = b"|".join(sorted(map(re.escape, called)))
    return re.search(rb"(?<!import )\b(?:%s)\b(?!\s*[.(]|\s+(?:as|import)\b)" % names, data) is not None


def _bare(module: Module) -> Iterator[ast.expr]:
    """The expressions that may be modules and are not asked for an attribute where they stand."""
    for node in module.of(ast.Name, ast.Attribute, ast.Call, ast.Subscript):
        is_stored = not isinstance(getattr(node, "ctx", None) or ast.Load(), ast.Load)
        if not is_stored and not isinstance(module.parent(node), ast.Attribute):
            yield node


def _may_be(evaluator: Evaluator, module: Module, node: ast.expr, home: Module) -> bool:
    return home in evaluator.modules_named.homes(module, node, EVERY_BRANCH) or (
        InTree(home) in evaluator.values(module, node)
    )


def _is_away(evaluator: Evaluator, module: Module, node: ast.expr, home: Module) -> bool:
    """Whether a module is led to where it is not followed: by most uses of it, where the index does not need one of the files."""
    above = module.parent(node)
    is_followed = all(evaluator.file(path) is not None for path in (module.path, home.path))
    if not is_followed and _is_mapped_over(above):
        return True
    if isinstance(above, (ast.Call, ast.keyword)) or is_followed:
        return is_led_away(evaluator, module, node, InTree(home))
    match above:
        case ast.List() | ast.Tuple() | ast.Set() | ast.IfExp() | ast.BoolOp():
            return _is_away(evaluator, module, above, home)
        case ast.Assign() | ast.AnnAssign():
            targets = above.targets if isinstance(above, ast.Assign) else [above.target]
            is_plain = all(isinstance(target, ast.Name) for target in targets)
            return not is_plain or isinstance(module.parent(above), ast.ClassDef)
    return not isinstance(above, (ast.Compare, ast.FormattedValue, ast.Expr))


def _is_mapped_over(call: ast.AST | None) -> bool:
    """Whether a call gives each element of what it is given to a function."""
    return (
        isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in {"map", "filter"}
    )
