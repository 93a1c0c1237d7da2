"""Where a run is hashed: legacy's is an object, which can be, and the details that take its place are a dict.

@lru_cache
def label(run): ...                 seen = {Item(run)}  # a frozen dataclass, or a named tuple
"""

from __future__ import annotations

import ast

from ..dagster_api.decorators import has_decorator, resolved
from ..dagster_api.names import CACHING
from ..inference.interpreter import Evaluator
from ..inference.legacy_names import is_output
from ..inference.values import Instance, Literal, Local, Value
from ..syntax.functions import renamed
from ..syntax.source_module import FUNCTIONS, Module
from .carriers import Carriers

_BY_METHODS = frozenset({"add", "discard", "get", "setdefault", "pop", "fromkeys"})
_BY_BUILTINS = frozenset({"set", "frozenset", "hash"})


def is_hashed(evaluator: Evaluator, carriers: Carriers, module: Module, node: ast.expr, value: Value) -> bool:
    """Whether a run, or what has the hash of a run in its own, may be hashed at ``node``."""
    above = module.parent(node)
    if isinstance(above, ast.keyword):
        above = module.parent(above)
    return (
        isinstance(above, ast.expr)
        and _hashes(evaluator, module, node, above)
        and _is_of_runs(evaluator, carriers, value)
    )


def is_put_into_set(carriers: Carriers, module: Module, node: ast.expr, value: Value) -> bool:
    """Whether a resource or client gets into a set: legacy's are several there where v2's are equal, and so one."""
    match module.parent(node):
        case ast.Set() | ast.SetComp() if value in carriers.of(value):
            pass
        case ast.Call(func=ast.Name(id="set" | "frozenset")) if isinstance(value, Literal):
            pass
        case _:
            return False
    return carriers.holds_clients(value)


def _hashes(evaluator: Evaluator, module: Module, node: ast.expr, above: ast.expr) -> bool:
    match above:
        case ast.Set() | ast.SetComp():
            return True
        case ast.Dict(keys=keys):
            return node in keys
        case ast.DictComp(key=key):
            return key is node
        case ast.Subscript(slice=key):
            return key is node
        case ast.Compare(left=left, ops=ops):
            return left is node and any(isinstance(one, (ast.In, ast.NotIn)) for one in ops)
        case ast.Call(func=ast.Attribute(attr=name) as method) if name in _BY_METHODS and not _is_of_the_tree(
            evaluator, module, method
        ):
            return node in above.args[:1]
        case ast.Call(func=ast.Name(id=name)) if name in _BY_BUILTINS:
            return True
        case ast.Call():
            return any(
                isinstance(callee, Local)
                and isinstance(callee.node, FUNCTIONS)
                and has_decorator(evaluator, callee.module, callee.node, CACHING)
                for callee in evaluator.values(module, renamed(above))
            )
    return False


def _is_of_the_tree(evaluator: Evaluator, module: Module, method: ast.Attribute) -> bool:
    """Whether a method is one of the user's, and of no set or dict."""
    callees = evaluator.values(module, method)
    return bool(callees) and all(
        isinstance(one, Local) and isinstance(one.node, FUNCTIONS) for one in callees
    )


def _is_of_runs(evaluator: Evaluator, carriers: Carriers, value: Value) -> bool:
    if is_output(value):
        return True
    if isinstance(value, Literal):
        return isinstance(value.node, ast.Tuple) and any(map(is_output, carriers.of(value)))
    if not isinstance(value, Instance) or not isinstance(value.owner.node, ast.ClassDef):
        return False
    home, kind = value.owner.module, value.owner.node
    bases = {name for base in kind.bases for name in resolved(evaluator, home, base)}
    has_fields = bool(bases & {"typing.NamedTuple", "collections.namedtuple"}) or any(
        isinstance(decorator, ast.Call)
        and any(word.arg in {"frozen", "unsafe_hash"} for word in decorator.keywords)
        for decorator in kind.decorator_list
    )
    return has_fields and any(map(is_output, carriers.of(value)))
