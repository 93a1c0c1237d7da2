"""The dict that configures a resource, in the ways in which teams put one together.

    {**BASE, "account_id": 1}    dict(BASE, account_id=1)    BASE | {"account_id": 1}    ENVS["prod"]
    config = {...}; config["account_id"] = 1                 def cfg(**over): c = {...}; c.update(over); return c

What stands under a key is known where each statement that may put something there is passed for certain, before the
resource is built. All else is a problem, in words.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field

from ...analysis.inference.branches import EVERY_BRANCH
from ...analysis.inference.statements import Addition
from ...analysis.inference.texts import text_of
from ...analysis.inference.values import Literal, Local
from ...analysis.syntax.functions import default_of, returns_of
from ...analysis.syntax.source_module import FUNCTIONS, Module
from ...analysis.uses.uses import is_dict_call
from ...editing import render
from ...planning.claims import Context
from ...planning.settings import Setting
from .alternative_dicts import one_of
from .handed_keywords import SPREAD, is_keywords

UNREADABLE = (
    'its configuration is not a literal dict: write `.configured({"auth_token": ..., "account_id": ...})`'
)
Entries = tuple[str, dict[str, Setting]]
"""Why the entries are not known, or the entries."""
_REPEATABLE = frozenset({"os.getenv", "os.environ.get", "dagster.EnvVar", "dagster.EnvVar.int"})
_CONVERTING = frozenset({"int", "str", "float", "bool", "dict"})


def entries(context: Context, module: Module, config: ast.expr) -> Entries:
    """What a dict holds, displayed here or elsewhere."""
    return _Reading(context).of(module, config)


@dataclass(frozen=True, eq=False)
class _Reading:
    context: Context
    given: dict[str, ast.expr] = field(default_factory=dict)
    """What the call of a function gives to its ``**over``."""
    caller: Module | None = None
    over: str = ""

    def of(self, module: Module, config: ast.expr) -> Entries:
        match config:
            case ast.Dict():
                return self._of_display(module, config)
            case ast.Call() if is_dict_call(config):
                return self._of_dict_call(module, config)
            case ast.BinOp(op=ast.BitOr()):
                return _joined(self.of(module, config.left), self.of(module, config.right))
            case ast.Name() if self.over and config.id == self.over:
                assert self.caller is not None
                return "", {name: Setting(self.caller, node) for name, node in self.given.items()}
            case ast.Name() if not self.over and is_keywords(module, config):
                return "", {SPREAD: Setting(module, config)}
            case ast.Name() | ast.Attribute() | ast.Subscript():
                return self._of_place(module, config)
            case ast.Call(func=ast.Attribute(attr="get"), args=[_, _], keywords=[]):
                return self._of_place(module, config)
            case ast.Call():
                return self._of_call(module, config)
        return UNREADABLE, {}

    def _of_display(self, module: Module, display: ast.Dict) -> Entries:
        values: dict[str, Setting] = {}
        for key, inner in zip(display.keys, display.values, strict=True):
            if key is None:
                problem, spread = self.of(module, inner)
                if problem:
                    return problem, {}
                values |= spread
                continue
            name = text_of(self.context.index.tree, module, key)
            if not name:
                return "its configuration has keys that cannot be determined: write them as strings", {}
            values[name] = Setting(module, inner)
        return "", values

    def _of_dict_call(self, module: Module, call: ast.Call) -> Entries:
        found: Entries = ("", {})
        spread = [*call.args, *(word.value for word in call.keywords if word.arg is None)]
        if any(isinstance(one, ast.Starred) for one in spread) or len(call.args) > 1:
            return UNREADABLE, {}
        for inner in spread:
            found = _joined(found, self.of(module, inner))
        written = {word.arg: Setting(module, word.value) for word in call.keywords if word.arg}
        return _joined(found, ("", written))

    # -- a dict that is made elsewhere, and named here

    def _of_place(self, module: Module, config: ast.expr) -> Entries:
        """The dict that a name stands for: each entry is read by that name."""
        evaluator = self.context.index.evaluator
        found = evaluator.possible(module, config, EVERY_BRANCH)
        if not evaluator.is_all(found) or not _is_repeatable(config):
            return UNREADABLE, {}
        if not found.places or not all(_makes_dict(display) for _, display in found.places):
            return UNREADABLE, {}
        if len(found.places) > 1 and not self._chooses_alike(module, config):
            return UNREADABLE, {}
        several: list[dict[str, Setting]] = []
        for home, display in found.places:
            problem, values = self._of_display_read(module, config, home, display)
            if problem:
                return problem, {}
            several.append(values)
        problem, values = one_of(several) if len(several) > 1 else ("", several[0])
        return problem, self._read_by(module, config, values)

    def _chooses_alike(self, module: Module, config: ast.expr) -> bool:
        """Whether an expression that chooses a dict chooses the same each time."""
        inside = (node for node in ast.walk(config) if node is not config)
        return all(_only_reads(self.context, module, node) for node in inside)

    def _of_display_read(self, module: Module, config: ast.expr, home: Module, display: ast.expr) -> Entries:
        """What a dict holds where a name stands for it."""
        maker = home.function_of(display)
        if maker is None or maker is module.function_of(config):
            return self._changed(home, display, module.statement_of(config), maker)
        return self._of_maker(home, maker, None, module)

    def _read_by(self, module: Module, config: ast.expr, values: dict[str, Setting]) -> dict[str, Setting]:
        name, style = render.own_text(module, config), self.context.style(module)
        return {
            key: Setting(value.module, value.node, f"{name}[{style.string(key)}]", value.others)
            for key, value in values.items()
        }

    def _changed(
        self,
        home: Module,
        display: ast.expr,
        used_by: ast.stmt,
        function: ast.FunctionDef | ast.AsyncFunctionDef | None,
    ) -> Entries:
        """What a dict holds at a statement, by its display and by what is put into it on the way there."""
        evaluator = self.context.index.evaluator
        literal = Literal(home, display)
        if evaluator.changes.is_led_away(literal) or evaluator.statements.shifts(literal):
            return "its configuration may be changed by code that is not followed", {}
        problem, values = self.of(home, display)
        for addition in evaluator.statements.added_to(literal):
            if problem:
                break
            if not self._is_of(home, display, addition) or not _is_passed(
                home, display, addition, used_by, function
            ):
                where = addition.module.place(addition.value)
                return f"its configuration may be changed at {where}: write all of it in one dict", {}
            if addition.is_whole:
                problem, more = self.of(home, addition.value)
            else:
                more = {str(addition.key): Setting(home, addition.value)}
            values = values | more
        return problem, values

    def _is_of(self, home: Module, display: ast.expr, addition: Addition) -> bool:
        """Whether what an addition is put into is a dict for certain, and no other."""
        match addition.module.statement_of(addition.value):
            case ast.Assign(targets=[ast.Subscript(value=target)]):
                pass
            case ast.Expr(ast.Call(func=ast.Attribute(value=target))):
                pass
            case _:
                return False
        found = self.context.index.evaluator.possible(addition.module, target, EVERY_BRANCH)
        return found.is_all and tuple(found.places) == ((home, display),)

    # -- a function that answers a dict

    def _of_call(self, module: Module, call: ast.Call) -> Entries:
        callees = list(self.context.index.values(module, call.func))
        if (
            len(callees) != 1
            or not isinstance(callees[0], Local)
            or not isinstance(callees[0].node, FUNCTIONS)
        ):
            return UNREADABLE, {}
        home, maker = callees[0].module, callees[0].node
        if not _is_repeatable(call) or not _may_repeat(self.context, home, maker):
            said = "its configuration comes from a call: assign that to a name first, `config = ...`"
            return said, {}
        problem, values = self._of_maker(home, maker, call, module)
        return problem, self._read_by(module, call, values)

    def _of_maker(
        self,
        home: Module,
        maker: ast.FunctionDef | ast.AsyncFunctionDef,
        call: ast.Call | None,
        caller: Module,
    ) -> Entries:
        returned = returns_of(maker)
        if len(returned) != 1 or not isinstance(maker, ast.FunctionDef) or maker.decorator_list:
            return UNREADABLE, {}
        last = maker.body[-1]
        if not isinstance(last, ast.Return) or last.value is not returned[0]:
            return UNREADABLE, {}
        reading = self._inside(maker, call, caller)
        if reading is None:
            return UNREADABLE, {}
        answer = returned[0]
        if isinstance(answer, ast.Name):
            found = self.context.index.evaluator.possible(home, answer, EVERY_BRANCH)
            if not found.is_all or len(found.places) != 1:
                return UNREADABLE, {}
            where, display = found.places[0]
            if where is not home or home.function_of(display) is not maker or not _makes_dict(display):
                return UNREADABLE, {}
            return reading._changed(home, display, last, maker)
        if isinstance(answer, ast.Subscript) and isinstance(answer.value, ast.Dict):
            return reading._of_chosen(home, answer.value)
        return reading.of(home, answer)

    def _of_chosen(self, home: Module, display: ast.Dict) -> Entries:
        """What each of the dicts in a display holds, one of which is chosen where it stands."""
        found = [self.of(home, value) for value in display.values]
        problem = next((problem for problem, _ in found if problem), "")
        if problem or not found or None in display.keys:
            return problem or UNREADABLE, {}
        return one_of([values for _, values in found])

    def _inside(self, maker: ast.FunctionDef, call: ast.Call | None, caller: Module) -> _Reading | None:
        """What is known in the body of a function that is called here; None where that is not known."""
        over = maker.args.kwarg
        if over is None:
            return _Reading(self.context)
        if call is None:
            calls = self.context.index.evaluator.calls.calling(maker)
            if len(calls) != 1 or any(self.context.index.evaluator.calls.uses_as_value(maker)):
                return None
            caller, call = calls[0]
        if any(word.arg is None for word in call.keywords) or _is_bound_again(maker, over.arg):
            return None
        named = {arg.arg for arg in (*maker.args.args, *maker.args.kwonlyargs)}
        given = {word.arg: word.value for word in call.keywords if word.arg and word.arg not in named}
        return _Reading(self.context, given, caller, over.arg)


def _joined(first: Entries, second: Entries) -> Entries:
    return first[0] or second[0], first[1] | second[1]


def _makes_dict(node: ast.expr) -> bool:
    return isinstance(node, ast.Dict) or (isinstance(node, ast.Call) and is_dict_call(node))


def _is_bound_again(function: ast.FunctionDef, name: str) -> bool:
    """Whether a function gives ``**over`` to something else than to ``update``, or puts something into it."""
    uses = [node for node in ast.walk(function) if isinstance(node, ast.Name) and node.id == name]
    return len(uses) != 1 or not isinstance(uses[0].ctx, ast.Load)


def _is_passed(
    home: Module,
    display: ast.expr,
    addition: Addition,
    used_by: ast.stmt,
    function: ast.FunctionDef | ast.AsyncFunctionDef | None,
) -> bool:
    """Whether an addition is carried out for certain, and once, between a display and its use."""
    if addition.module is not home or addition.is_anywhere:
        return False
    if not addition.is_whole and not isinstance(addition.key, str):
        return False
    statement = home.statement_of(addition.value)
    match statement:
        case ast.Assign(targets=[ast.Subscript()]):
            pass
        case ast.Expr(ast.Call(func=ast.Attribute(attr="update"), args=args)) if len(args) <= 1:
            pass
        case _:
            return False
    body = function.body if function is not None else home.tree.body
    made = home.statement_of(display)
    return (
        made in body
        and statement in body
        and used_by in body
        and body.index(made) < body.index(statement) < body.index(used_by)
    )


def _is_repeatable(node: ast.expr) -> bool:
    """Whether an expression can stand several times: it only names, or calls with what is named."""
    match node:
        case ast.Name() | ast.Constant():
            return True
        case ast.Attribute():
            return _is_repeatable(node.value)
        case ast.Subscript():
            return _is_repeatable(node.value) and _is_repeatable(node.slice)
        case ast.Call():
            words = [word.value for word in node.keywords]
            return _is_repeatable(node.func) and all(map(_is_repeatable, [*node.args, *words]))
    return False


def _may_repeat(context: Context, home: Module, maker: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Whether a function does nothing but put a dict together, so that each call answers the same."""
    defaults = [value for arg in _arguments(maker) if (value := default_of(maker, arg.arg)) is not None]
    for statement in maker.body:
        match statement:
            case ast.Expr(ast.Constant()):
                continue
            case ast.Assign(targets=[ast.Name() | ast.Subscript()]) | ast.AnnAssign() | ast.Return():
                pass
            case ast.Expr(ast.Call(func=ast.Attribute(value=ast.Name(), attr="update"))):
                continue
            case _:
                return False
        if not all(_only_reads(context, home, node) for node in ast.walk(statement)):
            return False
    return all(isinstance(node, (ast.Constant, ast.Name, ast.Attribute)) for node in defaults)


def _arguments(function: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[ast.arg]:
    yield from (*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs)


def _only_reads(context: Context, module: Module, node: ast.AST) -> bool:
    if isinstance(node, (ast.NamedExpr, ast.Await, ast.Yield, ast.YieldFrom)):
        return False
    if not isinstance(node, ast.Call):
        return True
    named = {getattr(value, "name", "") for value in context.index.values(module, node.func)}
    if named:
        return named <= _REPEATABLE
    is_text = isinstance(node.func, ast.Attribute) and node.func.attr in {
        "strip",
        "rstrip",
        "get_value",
        "format",
    }
    return is_text or (isinstance(node.func, ast.Name) and node.func.id in _CONVERTING)
