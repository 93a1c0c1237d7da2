"""Decorators of the tree that call what they decorate with all that they get, and answer what it answers, or a constant.

def timed(function):
    @wraps(function)
    def wrapper(*args, **kwargs):
        start = time.time()
        try:
            return function(*args, **kwargs)
        finally:
            print(time.time() - start)
    return wrapper
"""

from __future__ import annotations

import ast
from collections import Counter
from dataclasses import dataclass

from .functions import argument_of, decorator_name, default_of

_READ = frozenset({"__name__", "__qualname__", "__doc__", "__module__"})
"""Attributes of a function that lead to nothing that it takes or answers."""
_READING_ALL = frozenset({"locals", "vars", "exec", "eval"})
"""Builtins that read what a function takes without its names."""
_LOGGERS = frozenset({"log", "logger", "_log", "_logger"})
"""Attributes of a context, or of an object of the user's, that write down what they get."""
_NO_PLACES: frozenset[int] = frozenset()


def is_transparent(
    decorator: ast.FunctionDef, plain: frozenset[str] = frozenset(), readable: frozenset[int] = _NO_PLACES
) -> bool:
    """Whether a decorator neither keeps nor changes what a function takes and answers.

    It may answer what is ``plain`` in place of that: names from around it that hold constants. It may name the first
    arguments, ``def wrapper(client, job_id, **kwargs)``, and read those at the places that are ``readable``.
    """
    hands_on = _handing_on(decorator, readable)
    if hands_on is None:
        return False
    own = {node.arg for node in ast.walk(decorator) if isinstance(node, ast.arg)}
    return hands_on.answers_it_or(plain - own)


def is_transparent_for_arguments(decorator: ast.FunctionDef) -> bool:
    """Whether a decorator neither keeps nor changes what a function takes, and may answer something of its own: ``SkipReason()``."""
    hands_on = _handing_on(decorator, _NO_PLACES)
    return hands_on is not None and hands_on.answers_nothing_taken()


def _handing_on(decorator: ast.FunctionDef, readable: frozenset[int]) -> _HandsOn | None:
    wrapper = _answered(decorator)
    parameters = [*decorator.args.posonlyargs, *decorator.args.args]
    if wrapper is None or len(parameters) != 1 or decorator.args.vararg or decorator.args.kwarg:
        return None
    return _hands_on(wrapper, parameters[0].arg, readable)


def answers_transparent(
    factory: ast.FunctionDef, call: ast.Call, readable: frozenset[int] = _NO_PLACES
) -> bool:
    """Whether a call of a function answers such a decorator, which stands in it: ``@retried(times=3, default=[])``."""
    inner = _answered(factory)
    if inner is None:
        return False
    arguments = factory.args
    names = [arg.arg for arg in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)]
    given = [(name, argument_of(call, factory, name) or default_of(factory, name)) for name in names]
    is_open = any(isinstance(one, ast.Starred) for one in call.args) or any(
        word.arg is None for word in call.keywords
    )
    plain = () if is_open else (name for name, value in given if value is not None and _is_plain(value))
    return is_transparent(inner, frozenset(plain), readable)


def answers_transparent_for_arguments(factory: ast.FunctionDef) -> bool:
    """Whether a function answers such a decorator, which stands in it, whatever it is called with."""
    inner = _answered(factory)
    return inner is not None and is_transparent_for_arguments(inner)


def _is_plain(value: ast.expr) -> bool:
    """Whether a value is a constant, or a display of constants."""
    return all(
        isinstance(node, (ast.Constant, ast.List, ast.Tuple, ast.Dict, ast.Set, ast.expr_context))
        for node in ast.walk(value)
    )


def _answered(function: ast.FunctionDef) -> ast.FunctionDef | None:
    """The one function that stands in a function, which answers it and nothing else."""
    inside = [node for node in function.body if isinstance(node, ast.FunctionDef)]
    others = [node for node in function.body if not isinstance(node, ast.FunctionDef)]
    if len(inside) != 1:
        return None
    for node in others:
        is_plain = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        is_answer = (
            isinstance(node, ast.Return)
            and isinstance(node.value, ast.Name)
            and node.value.id == inside[0].name
        )
        if not (is_plain or is_answer):
            return None
    return inside[0] if isinstance(function.body[-1], ast.Return) else None


@dataclass(frozen=True)
class _HandsOn:
    """A function that calls another with all that it gets, and does nothing else with that."""

    nodes: list[ast.AST]
    calls: list[ast.AST]
    """Its calls of the other."""
    kept: set[str]
    """The names that hold what the other answered."""
    taken: set[str]
    """The names of the other, and of what it is called with."""

    def answers_nothing_taken(self) -> bool:
        """Whether it answers neither the other nor what that takes."""
        answers = [node.value for node in self.nodes if isinstance(node, ast.Return)]
        return not any(isinstance(one, ast.Name) and one.id in self.taken for one in answers)

    def answers_it_or(self, plain: frozenset[str]) -> bool:
        """Whether it answers what the other does, a constant, or what is plain."""
        nodes = self.nodes
        plain -= {
            node.id
            for node in nodes
            if isinstance(node, ast.Name) and isinstance(node.ctx, (ast.Store, ast.Del))
        }
        plain -= {node.name for node in nodes if isinstance(node, ast.ExceptHandler) and node.name}
        return all(
            _is_answer(node.value, self.calls, self.kept, plain)
            for node in nodes
            if isinstance(node, ast.Return)
        )


def _hands_on(wrapper: ast.FunctionDef, function: str, readable: frozenset[int]) -> _HandsOn | None:
    given = wrapper.args
    if given.kwonlyargs or given.defaults:
        return None  # What the wrapper puts in by itself is not what the function is called with.
    named = [arg.arg for arg in (*given.posonlyargs, *given.args)]
    if any(decorator_name(one) != "wraps" for one in wrapper.decorator_list):
        return None
    nodes = [node for statement in wrapper.body for node in ast.walk(statement)]
    if any(
        isinstance(node, (ast.Yield, ast.YieldFrom, ast.Lambda, ast.FunctionDef, ast.Global))
        or (isinstance(node, ast.Name) and node.id in _READING_ALL)
        for node in nodes
    ):
        return None
    wanted = _call_of(function, given)
    calls: list[ast.AST] = [
        node for node in nodes if isinstance(node, ast.Call) and ast.unparse(node) == wanted
    ]
    kept = {
        target.id
        for node in nodes
        if isinstance(node, ast.Assign) and node.value in calls
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    stored = Counter(
        node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    )
    if any(stored[name] > 1 for name in kept):
        return None
    rest = [arg.arg for arg in (given.vararg, given.kwarg) if arg is not None]
    read_too = {name for place, name in enumerate(named) if place in readable}
    own = {function, *named, *rest, *kept}
    inside = {id(inner) for call in calls for inner in ast.walk(call)}
    answers = {id(node.value) for node in nodes if isinstance(node, ast.Return)}
    read = {
        id(node.value)
        for node in nodes
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name)
        if node.attr in (_LOGGERS if node.value.id in named else _READ) and isinstance(node.ctx, ast.Load)
    }
    if (own - kept) & stored.keys():
        return None
    loaded = [node for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)]
    is_handed_on = (
        bool(calls)
        and all(id(one) in inside | read or id(one) in answers for one in loaded if one.id in own - read_too)
        and all(_is_used(call, nodes) for call in calls)
    )
    return _HandsOn(nodes, calls, kept, own - kept) if is_handed_on else None


def _call_of(function: str, given: ast.arguments) -> str:
    """The call that hands on all that a wrapper takes: ``function(client, *args, **kwargs)``."""
    handed = [arg.arg for arg in (*given.posonlyargs, *given.args)]
    if given.vararg is not None:
        handed.append(f"*{given.vararg.arg}")
    if given.kwarg is not None:
        handed.append(f"**{given.kwarg.arg}")
    return f"{function}({', '.join(handed)})"


def _is_answer(node: ast.expr | None, calls: list[ast.AST], kept: set[str], plain: frozenset[str]) -> bool:
    is_constant = node is None or isinstance(node, ast.Constant)  # `return None`, `return "gave up"`
    return is_constant or node in calls or (isinstance(node, ast.Name) and node.id in kept | plain)


def _is_used(call: ast.AST, nodes: list[ast.AST]) -> bool:
    """Whether what a call answers is answered, at once or under a name."""
    return any(isinstance(node, (ast.Return, ast.Assign)) and node.value is call for node in nodes)
