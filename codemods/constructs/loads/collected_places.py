"""Where a sequence of assets goes, until somebody looks at one of them: handing on all of it is accounted for."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterable, Iterator

from ...analysis.dagster_api.contexts import writes_down
from ...analysis.dagster_api.decorators import decorators_of_dagster, is_builtin, unknown_decorators
from ...analysis.dagster_api.names import CHAINING, COPYING, HANDING_ON, LOOKING, SAME
from ...analysis.inference.values import External, Literal, Local, Made, Member, Value, is_collected
from ...analysis.syntax.classes import attribute_of_self
from ...analysis.syntax.functions import collected_by, renamed
from ...analysis.syntax.source_module import FUNCTIONS, Module
from ...analysis.uses.escapes import is_followed
from ...analysis.uses.index import Index
from ...analysis.uses.uses import ADDING, COMPREHENSIONS, EXTENDING, Argument, enclosing_annotation, use_of
from ...planning.claims import Context

_TAKING = frozenset(
    {
        "dagster.Definitions",
        "dagster.materialize",
        "dagster.materialize_to_memory",
        "dagster.with_resources",
    }
)
"""What takes assets of all kinds, and does with each what Dagster does."""
_BINDING = "dagster.with_resources"
_LOOKING = LOOKING | {"len", "type", "isinstance"}
"""Builtins that look at a sequence, and not at what is in it."""
_KEEPING = frozenset({"copy", "clear", "reverse"})
_Said = str | list[Value]
"""Why a use looks at one of the assets, or the further values that hold them."""
_IN_A_LOOP = "each of it is looked at there"
_NOT_FOLLOWED = "it goes where the tool does not follow it"


class Places:
    """Where the code has what Dagster collects, and containers."""

    def __init__(self, index: Index) -> None:
        self.index = index
        self._found: dict[Value, list[tuple[Module, ast.expr]]] = defaultdict(list)
        for module in index.tree.modules.values():
            for node in module.of(ast.expr):
                if isinstance(node, ast.Constant) or not isinstance(
                    getattr(node, "ctx", None) or ast.Load(), ast.Load
                ):
                    continue
                for value in index.values(module, node):
                    if is_collected(value) or isinstance(value, (Literal, Made, Member)):
                        self._found[value].append((module, node))

    def of(self, value: Value) -> list[tuple[Module, ast.expr]]:
        """Each expression that may be a value."""
        return self._found.get(value, [])


def uses_of(context: Context, places: Places, source: Value) -> Iterator[tuple[Module, ast.expr, str]]:
    """Where one of the assets that a value holds is looked at, or goes out of sight, and how."""
    waiting, seen = [source], {source}
    for value in waiting:  # grows as it goes
        for module, node in places.of(value):
            said = _judge(context.index, module, node, value)
            if isinstance(said, str):
                yield module, node, said
                continue
            fresh = [one for one in said if one not in seen]
            seen.update(fresh)
            waiting += fresh


def _judge(index: Index, module: Module, node: ast.expr, value: Value) -> _Said:
    if enclosing_annotation(module, node):
        return []
    child, above = node, module.parent(node)
    if isinstance(above, ast.Starred):
        child, above = above, module.parent(above)
    match above:
        case ast.List() | ast.Tuple() | ast.Set() | ast.Dict() | ast.DictComp():
            return [Literal(module, above)]
        case ast.ListComp() | ast.SetComp() | ast.GeneratorExp():
            return [Literal(module, above)]
        case ast.comprehension():
            outer = module.parent(above)
            is_copied = isinstance(outer, COMPREHENSIONS) and collected_by(outer) is child
            return [] if is_copied or above.iter is not child else _IN_A_LOOP
        case ast.IfExp() | ast.BoolOp() | ast.NamedExpr() | ast.Await() | ast.BinOp():
            is_kept = value in index.values(module, above) or (
                isinstance(above, ast.IfExp) and above.test is child
            )
            return [] if is_kept else _joined(index, module, above)
        case ast.Call() if above.func is not child:
            return _given(index, module, node, value, above)
        case ast.keyword():
            call = module.parent(above)
            return _given(index, module, node, value, call) if isinstance(call, ast.Call) else _NOT_FOLLOWED
        case ast.Attribute():
            is_known = above.attr in ADDING | EXTENDING | _KEEPING
            return (
                [] if is_known or value in index.values(module, above) else f"`.{above.attr}` is read of it"
            )
        case ast.Subscript():
            is_dict = isinstance(value, Literal) and isinstance(value.node, (ast.Dict, ast.DictComp))
            return [] if is_dict or above.value is not child else "one of it is taken"
        case ast.Compare() | ast.UnaryOp() | ast.FormattedValue() | ast.Expr() | ast.Assert() | ast.Delete():
            return []
        case ast.If() | ast.While() | ast.arguments():
            return []
        case ast.Assign(targets=targets):
            return _assigned(index, module, targets)
        case ast.AnnAssign(target=target):
            return _assigned(index, module, [target])
        case ast.AugAssign(target=target):
            return _containers(index, module, target) or _NOT_FOLLOWED
        case ast.Return():
            return _returned(index, module, above)
        case ast.For() | ast.AsyncFor():
            return _IN_A_LOOP
    return _NOT_FOLLOWED


def _joined(index: Index, module: Module, above: ast.expr) -> _Said:
    """``x + [y]``, where the interpreter knows the list alone."""
    found = [one for one in index.values(module, above) if isinstance(one, Literal) or is_collected(one)]
    return found if isinstance(above, ast.BinOp) and found else _NOT_FOLLOWED


def _containers(index: Index, module: Module, node: ast.expr) -> list[Value]:
    return [one for one in index.values(module, node) if isinstance(one, Literal) or is_collected(one)]


def _assigned(index: Index, module: Module, targets: Iterable[ast.expr]) -> _Said:
    found: list[Value] = []
    for target in targets:
        if isinstance(target, ast.Name) or (
            isinstance(target, ast.Attribute) and attribute_of_self(module, target)
        ):
            continue
        inside = _containers(index, module, target.value) if isinstance(target, ast.Subscript) else []
        if not inside:
            return "it is taken apart" if isinstance(target, (ast.Tuple, ast.List)) else _NOT_FOLLOWED
        found += inside
    return found


def _returned(index: Index, module: Module, node: ast.AST) -> _Said:
    function = module.function_of(node)
    if not isinstance(function, FUNCTIONS) or unknown_decorators(index.evaluator, module, function):
        return _NOT_FOLLOWED
    by_dagster = decorators_of_dagster(index.evaluator, module, function)
    return [] if not by_dagster or by_dagster & HANDING_ON else _NOT_FOLLOWED


def _given(index: Index, module: Module, node: ast.expr, value: Value, call: ast.Call) -> _Said:
    """What becomes of it where a call gets it."""
    answers = index.values(module, call)
    callees = index.values(module, renamed(call))
    name = call.func.id if isinstance(call.func, ast.Name) else ""
    if not callees and isinstance(call.func, ast.Name) and is_builtin(index.evaluator, module, call.func):
        return _by_name(name, value, call, answers)
    if not callees and isinstance(call.func, ast.Attribute):
        if call.func.attr in ADDING | EXTENDING:
            return _containers(index, module, call.func.value) or _NOT_FOLLOWED
        return [] if writes_down(index.evaluator, module, node, call) else _out_of_sight(module, call)
    found: list[Value] = []
    for callee in callees:
        said = _taken(index, module, node, value, call, callee)
        if isinstance(said, str):
            return said
        found += said
    return found if callees else _out_of_sight(module, call)


def _by_name(name: str, value: Value, call: ast.Call, answers: frozenset[Value]) -> _Said:
    if name in _LOOKING:
        return []
    is_handed_on = name in COPYING | CHAINING | SAME.keys() and value in answers
    has_key = any(word.arg == "key" for word in call.keywords)
    if is_handed_on and not has_key:
        return []
    return f"`{name}` goes through it"


def _taken(
    index: Index, module: Module, node: ast.expr, value: Value, call: ast.Call, callee: Value
) -> _Said:
    match callee:
        case External(name) if name == _BINDING:
            return [Made(module, call, _BINDING)]
        case External(name) if name in _TAKING:
            return []
        case External(name):
            return _by_name(name, value, call, index.values(module, call))
        case Local(inner, ast.FunctionDef() | ast.AsyncFunctionDef() as function):
            is_known = not unknown_decorators(index.evaluator, inner, function)
            return [] if is_known and _is_parameter(index, module, node) else _out_of_sight(module, call)
        case Local(node=ast.ClassDef()):
            is_plain = index.evaluator.objects.is_plainly_made(callee)
            return [] if is_plain and _is_parameter(index, module, node) else _out_of_sight(module, call)
        case Made() | Member():
            if isinstance(call.func, ast.Attribute) and call.func.attr in ADDING | EXTENDING:
                return _containers(index, module, call.func.value) or _NOT_FOLLOWED
            return [] if writes_down(index.evaluator, module, node, call) else _out_of_sight(module, call)
    return _out_of_sight(module, call)


def _is_parameter(index: Index, module: Module, node: ast.expr) -> bool:
    """Whether a function of the tree gets it by a parameter, whose uses are judged."""
    above = module.parent(node)
    if isinstance(above, ast.Starred) or (isinstance(above, ast.keyword) and above.arg is None):
        return False
    use = use_of(module, node)
    return isinstance(use, Argument) and is_followed(index, use)


def _out_of_sight(module: Module, call: ast.Call) -> str:
    shown = module.source_of(call.func).replace("\n", " ")
    return f"it is passed to `{shown}(...)`, which is not followed"
