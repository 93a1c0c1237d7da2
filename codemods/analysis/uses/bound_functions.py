"""Under which keys a function of the user's own is bound that makes a resource."""

from __future__ import annotations

import ast

from ..dagster_api.resource_functions import makes_resource
from ..inference.interpreter import Evaluator
from ..inference.texts import text_of
from ..inference.values import Local
from ..syntax.source_module import Module
from .uses import enclosing_annotation, is_dict_call

Keys = frozenset[str]
_NOWHERE: Keys | None = frozenset()


def keys_of_answer(evaluator: Evaluator, module: Module, node: ast.expr) -> Keys:
    """The keys under which the code gets what the function around ``node`` answers; none where not all are known."""
    function = module.function_of(node)
    if function is None or not makes_resource(evaluator, module, function):
        return frozenset()
    bound = Local(module, function)
    asked = ("keys of function", function)
    return evaluator.answer(asked, lambda: _keys_of(evaluator, bound), _NOWHERE) or frozenset()


def _keys_of(evaluator: Evaluator, function: Local) -> Keys | None:
    evaluator.fixpoint.watch(("files", None))
    found: set[str] = set()
    for module in list(evaluator.tree.modules.values()):
        for node in module.of(ast.expr):
            is_read = isinstance(getattr(node, "ctx", None) or ast.Load(), ast.Load)
            if (
                not is_read
                or isinstance(node, ast.Constant)
                or function not in evaluator.values(module, node)
            ):
                continue
            keys = _keys_at(evaluator, module, node)
            if keys is None:
                return None
            found |= keys
    return frozenset(found)


def _keys_at(evaluator: Evaluator, module: Module, node: ast.expr) -> Keys | None:
    """The keys under which a function is bound in one place, if any; None where nobody knows what comes of it there."""
    above = module.parent(node)
    match above:
        case ast.Dict(keys=keys, values=values) if node in values:
            return _text_of(evaluator, module, keys[values.index(node)])
        case ast.keyword(arg=str(name)) if is_dict_call(module.parent(above) or above):
            return frozenset({name})
        case ast.Assign(targets=targets) if all(isinstance(one, ast.Name) for one in targets):
            return frozenset()
        case ast.Assign(targets=[ast.Subscript(slice=key)]):
            return _text_of(evaluator, module, key)
        case ast.AnnAssign() | ast.Expr() | ast.Compare():
            return frozenset()
        case ast.Attribute(attr="configured") | ast.IfExp() | ast.BoolOp():
            return frozenset()
        case ast.Call(func=func) if func is node:
            return frozenset()
    return frozenset() if enclosing_annotation(module, node) else None


def _text_of(evaluator: Evaluator, module: Module, key: ast.expr | None) -> Keys | None:
    text = text_of(evaluator.tree, module, key) if key is not None else ""
    return frozenset({text}) if text else None
