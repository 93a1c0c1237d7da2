"""Calls that have another thread or loop call a function, with the arguments that stand behind it.

pool.submit(run, client, 67890)                          run(client, 67890)
loop.run_in_executor(None, run, client)                  run(client)
Thread(target=run, args=(client,), kwargs={"job": 1})    run(client, job=1)
partial(run, client)                                     run(client), with more arguments that whoever calls it gives
"""

from __future__ import annotations

import ast
from functools import lru_cache

from .functions import decorator_name

PARTIAL = "partial"
_BEHIND = {"submit": 0, "to_thread": 0, "run_in_executor": 1, PARTIAL: 0}
"""Methods and functions by their names, and at which place they take the function."""
_TAKING_KEYWORDS = frozenset({"submit", "to_thread", PARTIAL})
_OPEN = "takes_more"
_THREADS = frozenset({"Thread", "Process"})


@lru_cache(maxsize=1 << 14)
def handed_call(call: ast.Call) -> ast.Call | None:
    """The call that another thread makes, where all that it is made with is written there; None for other calls."""
    name = decorator_name(call)
    place = _BEHIND.get(name)
    if place is not None:
        is_open = any(word.arg is None for word in call.keywords) or any(
            isinstance(given, ast.Starred) for given in call.args
        )
        if is_open or len(call.args) <= place or (call.keywords and name not in _TAKING_KEYWORDS):
            return None
        made = _made(call, call.args[place], call.args[place + 1 :], call.keywords)
        if made is not None and name == PARTIAL:
            setattr(made, _OPEN, True)
        return made
    return _of_thread(call) if name in _THREADS and not call.args else None


def _of_thread(call: ast.Call) -> ast.Call | None:
    given = {word.arg: word.value for word in call.keywords}
    target, args, kwargs = given.get("target"), given.get("args", _NOTHING), given.get("kwargs")
    if target is None or None in given or not isinstance(args, (ast.Tuple, ast.List)):
        return None
    if any(isinstance(one, ast.Starred) for one in args.elts):
        return None
    words: list[ast.keyword] = []
    if kwargs is not None:
        if not isinstance(kwargs, ast.Dict):
            return None
        for key, value in zip(kwargs.keys, kwargs.values, strict=True):
            if not isinstance(key, ast.Constant) or not isinstance(key.value, str):
                return None
            words.append(ast.copy_location(ast.keyword(arg=key.value, value=value), value))
    return _made(call, target, args.elts, words)


_NOTHING = ast.Tuple(elts=[], ctx=ast.Load())


def _made(
    call: ast.Call, function: ast.expr, args: list[ast.expr], words: list[ast.keyword]
) -> ast.Call | None:
    if not isinstance(function, (ast.Name, ast.Attribute)):
        return None
    return ast.copy_location(ast.Call(func=function, args=list(args), keywords=list(words)), call)


def is_partial(call: ast.Call) -> bool:
    """Whether a call that is handed on takes more arguments, and other keywords, when it is made."""
    return getattr(call, _OPEN, False)


def takes_part(call: ast.Call, node: ast.expr) -> bool:
    """Whether an expression is an argument of a call that is handed on, or the display that holds these arguments."""
    handed = handed_call(call)
    if handed is None:
        return False
    inside = [*handed.args, *(word.value for word in handed.keywords)]
    displays = (
        [word.value for word in call.keywords if word.arg in {"args", "kwargs"}] if not call.args else []
    )
    return any(node is one for one in (*inside, *displays))
