"""Names that may be something else, or out of sight, for code that reads them late, as the body of a function does."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from .functions import names_read
from .reaching_definitions import LOOPS
from .scopes import Binding, Names
from .source_module import Module

_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.GeneratorExp, ast.DictComp)


def may_change(names: Names, module: Module, node: ast.expr) -> str:
    """A name that is read at once where `node` stands, and may not be the same in a function there; empty for none."""
    for part in _evaluated_at_once(node):
        read = names_read(part)
        for inner in ast.walk(part):
            if (
                isinstance(inner, ast.Name)
                and inner.id in read
                and is_bound_again(names, module, inner.id, inner)
            ):
                return inner.id
    return ""


def _evaluated_at_once(node: ast.expr) -> Iterator[ast.expr]:
    """What of an expression is evaluated where it stands: of a lambda, its defaults."""
    if isinstance(node, ast.Lambda):
        yield from node.args.defaults
        yield from (default for default in node.args.kw_defaults if default is not None)
    else:
        yield node


def is_bound_again(names: Names, module: Module, name: str, at: ast.expr) -> bool:
    """Whether a name may be something else later than it is at a place."""
    scope = names.scope_that_binds(module, name, at)
    if scope is None:
        return False
    if isinstance(scope, (ast.ClassDef, *_COMPREHENSIONS)):
        return True  # A function in a class does not see the names of the class; a comprehension is a loop.
    bindings = names.tables[scope][name]
    is_below = any(getattr(binding.where, "lineno", 0) > at.lineno for binding in bindings)
    # A function may stand above what it reads, and be called below it.
    is_again = scope is module.scope_of(at) or len(bindings) > 1
    return (is_below and is_again) or _share_a_loop(module, scope, bindings, at)


def _share_a_loop(module: Module, scope: ast.AST, bindings: Iterable[Binding], name: ast.expr) -> bool:
    """Whether a name is read and bound in one loop, whose next turn binds it again."""
    around = set(_loops(module, scope, name))
    return any(around & set(_loops(module, scope, binding.where)) for binding in bindings)


def _loops(module: Module, scope: ast.AST, node: ast.AST) -> Iterator[ast.AST]:
    for above in module.ancestors(node):
        if above is scope:
            return
        if isinstance(above, LOOPS):
            yield above
