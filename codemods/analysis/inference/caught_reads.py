"""Whether code goes on where it reads an environment variable that is not set."""

from __future__ import annotations

import ast

from ..syntax.source_module import FUNCTIONS, Module, is_try

_CATCHING = frozenset({"KeyError", "LookupError", "Exception", "BaseException"})


def is_caught(module: Module, read: ast.AST) -> bool:
    """Whether the code around an expression goes on where it raises a ``KeyError``."""
    child = read
    for above in module.ancestors(read):
        if isinstance(above, (*FUNCTIONS, ast.Lambda, ast.ClassDef)):
            return False
        if is_try(above) and child in above.body and any(map(_catches, above.handlers)):
            return True
        child = above
    return False


def _catches(handler: ast.ExceptHandler) -> bool:
    kind = handler.type
    each = kind.elts if isinstance(kind, ast.Tuple) else [kind] if kind is not None else []
    return kind is None or any(isinstance(one, ast.Name) and one.id in _CATCHING for one in each)
