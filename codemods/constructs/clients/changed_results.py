"""Whether code changes the results of a run in place, and reads them again: v2 fetches them anew for each read.

output.result["results"].append(extra)
save(output.result)                         what is saved in v2 has no `extra`
"""

from __future__ import annotations

import ast
from dataclasses import dataclass

from ...analysis.dagster_api.names import LOGGING, MUTATING
from ...analysis.inference.values import External, Value
from ...analysis.syntax.functions import is_none
from ...analysis.syntax.source_module import FUNCTIONS, Module
from ...planning.claims import Context
from .methods import RESULTS_ATTRIBUTE

_LOOKING = frozenset(
    {"len", "str", "repr", "bool", "any", "all", "sum", "min", "max", "isinstance", "print", "hash"}
)
"""Builtins that leave what they are given as it is, and hand on nothing of it that could be changed."""
_COPYING = frozenset({"sorted", "list", "tuple", "enumerate", "reversed", "iter", "filter"})
"""Those that hand on its elements."""
_LOOKING_UP = frozenset({"get", "items", "values", "copy"})
"""Methods that hand on a part of it."""
_WRITING = frozenset({"dumps", "dump"})
"""Functions of modules that write it down."""


def may_be_changed(context: Context, module: Module, node: ast.expr, value: Value) -> bool:
    """Whether the results read at ``node`` are changed there, or may be where the run's results are read twice."""
    if _is_set(module, _end_of(module, node)):
        return True
    places = context.index.places_of(value)
    reads = {
        at: home for home, at in places if isinstance(at, ast.Attribute) and at.attr == RESULTS_ATTRIBUTE
    }
    return len(reads) > 1 and any(
        _Trail(context, home).leads_on(at, frozenset()) for at, home in reads.items()
    )


def _end_of(module: Module, node: ast.expr) -> ast.expr:
    """The part of it that is used: ``x["results"][0]``, ``x.get("results")``."""
    while True:
        above = module.parent(node)
        if isinstance(above, ast.Subscript) and above.value is node:
            node = above
        elif isinstance(above, ast.Attribute) and above.attr in _LOOKING_UP:
            call = module.parent(above)
            if not (isinstance(call, ast.Call) and call.func is above):
                return node
            node = call
        elif isinstance(above, (ast.BoolOp, ast.Starred, ast.Await)):
            node = above
        else:
            return node


def _is_set(module: Module, end: ast.expr) -> bool:
    above = module.parent(end)
    is_stored = isinstance(getattr(end, "ctx", None), (ast.Store, ast.Del))
    return is_stored or (isinstance(above, ast.Attribute) and above.attr in MUTATING)


@dataclass(frozen=True)
class _Trail:
    context: Context
    module: Module

    def leads_on(self, node: ast.expr, names: frozenset[str]) -> bool:
        """Whether what is read at ``node`` is changed, or goes where that cannot be seen. ``names``: those it has by now."""
        module, end = self.module, _end_of(self.module, node)
        above = module.parent(end)
        if _is_set(module, end):
            return True
        match above:
            case ast.FormattedValue() | ast.Expr() | ast.UnaryOp() | ast.BinOp() | ast.Attribute():
                return False
            case ast.Compare():
                against = [above.left, *above.comparators]
                return any(isinstance(op, (ast.Is, ast.IsNot)) for op in above.ops) and not any(
                    map(is_none, against)
                )
            case ast.If() | ast.While() | ast.IfExp() | ast.Assert() if above.test is end:
                return False
            case ast.Return():
                function = module.function_of(end)
                return not (
                    isinstance(function, FUNCTIONS) and function.decorator_list
                )  # Dagster stores a copy
            case ast.Call(func=ast.Name(id=name)) if name in _COPYING and end in above.args:
                return self.leads_on(above, names)
            case ast.Call() if self._only_looks(above):
                return False
            case ast.For() | ast.comprehension() if above.iter is end:
                return self._names_lead_on(above, [above.target], names)
            case ast.Assign() if above.value is end:
                return self._names_lead_on(above, above.targets, names)
            case ast.AnnAssign() | ast.NamedExpr() if above.value is end:
                return self._names_lead_on(above, [above.target], names)
        return not _is_plain(end, names)

    def _only_looks(self, call: ast.Call) -> bool:
        if isinstance(call.func, ast.Name) and call.func.id in _LOOKING:
            return True
        if isinstance(call.func, ast.Attribute) and call.func.attr in LOGGING | _WRITING:
            return True
        callee = self.context.index.values(self.module, call.func)
        return any(isinstance(value, External) and value.name.startswith("dagster.") for value in callee)

    def _names_lead_on(self, at: ast.AST, targets: list[ast.expr], names: frozenset[str]) -> bool:
        bound = frozenset(
            inner.id for target in targets for inner in ast.walk(target) if isinstance(inner, ast.Name)
        )
        if any(not isinstance(target, (ast.Name, ast.Tuple, ast.List)) for target in targets):
            return True
        if bound <= names:
            return False
        scope = self.module.function_of(at) or self.module.tree
        return any(
            isinstance(inner, ast.Name)
            and inner.id in bound
            and isinstance(inner.ctx, ast.Load)
            and self.leads_on(inner, names | bound)
            for inner in ast.walk(scope)
        )


def _is_plain(end: ast.expr, names: frozenset[str]) -> bool:
    """Whether it is an entry of a single result, which is a string or a number: ``result["status"]``."""
    base = end.func.value if isinstance(end, ast.Call) and isinstance(end.func, ast.Attribute) else end
    base = base.value if isinstance(base, ast.Subscript) else base
    return isinstance(base, ast.Name) and base.id in names and end is not base
