"""What to write by hand where a value goes out of sight in a form that is met often: the lines, with the names of the code."""

from __future__ import annotations

import ast

from ..syntax.functions import INJECTING, decorator_name
from ..syntax.handed_calls import PARTIAL
from ..syntax.source_module import FUNCTIONS, Module

_OF_DAGSTER = INJECTING | {"graph", "graph_multi_asset", "job", "repository", "resource", "definitions"}


def of_call(module: Module, node: ast.expr, call: ast.Call) -> str:
    """What to write in place of a call that is given a value; empty where nothing special is to be said."""
    name, given = decorator_name(call), call.args
    shown = _line(module, node)
    if name == "getattr" and len(given) > 1 and given[0] is node and not isinstance(given[1], ast.Constant):
        return (
            f"write an `if` for each name that it may have, `if action == "
            f'"run": {shown}.run_job_and_poll(job_id)`, which the codemod follows'
        )
    if name in {"getattr", "hasattr"} and len(given) > 1 and given[0] is node:
        read = (
            str(getattr(given[1], "value", "")) if isinstance(given[1], ast.Constant) else "run_job_and_poll"
        )
        return (
            f"write `{shown}.{read}`"
            if name == "getattr"
            else f"take the test out, or compare with `is None`: v2's client has other methods, and the codemod renames `{shown}.{read}`"
        )
    if name == "isinstance" and given[:1] == [node]:
        return _of_isinstance(module, node)
    if name == "hardcoded_resource":
        return (
            'bind the resource itself, `"dbt": dbt_cloud`, and write `context.resources.dbt.get_dbt_client()` '
            "where the client is used"
        )
    if name in {"map", "starmap"} and isinstance(call.func, ast.Name | ast.Attribute):
        return f"write a loop, `[{_line(module, given[0])}(one) for one in ...]`" if given else ""
    if name == "set" and isinstance(call.func, ast.Attribute):
        return f"pass it as an argument, `def run({shown.rpartition('.')[2].partition('(')[0]}): ...`, in place of a variable of the context"
    if name == PARTIAL and given:
        callee = _line(module, given[0])
        words = [f"{word.arg}={_line(module, word.value)}" for word in call.keywords if word.arg]
        others = ", ".join([*(_line(module, one) for one in given[1:]), *words])
        return f"write a function in its place, `def run(value): return {callee}({others}, ...)`, and call that with what differs"
    return ""


def _of_isinstance(module: Module, node: ast.expr) -> str:
    function = module.function_of(node)
    taken = {one.arg for one in function.args.args} if function is not None else set()
    if function is None or not isinstance(node, ast.Name) or node.id not in taken:
        return "take the test out: in v2 it is an object of another class"
    shown = f"{function.name}(dbt_cloud.get_dbt_client())"
    return f"take the test out, and give `{function.name}` the client in each call: `{shown}`"


def of_lambda(module: Module, node: ast.expr) -> str:
    """What to write in place of a lambda that answers a value."""
    return f"write a function with `def` and call that, `def make(): return {_line(module, node)}`"


def of_yield(module: Module, node: ast.expr) -> str:
    """What to write in place of a generator of values; empty where nothing is yielded."""
    if not isinstance(module.parent(node), (ast.Yield, ast.YieldFrom)):
        return ""
    return (
        "collect them in a list and return that, `found.append(...)` and `return found` in place of `yield`"
    )


def of_decorated(module: Module, node: ast.expr) -> tuple[str, str]:
    """The decorator of the user's own through which a value is returned, and what to write; empty where it is one of Dagster's."""
    function = module.function_of(node)
    decorators = function.decorator_list if isinstance(function, FUNCTIONS) else []
    own = [one for one in decorators if decorator_name(one) not in _OF_DAGSTER]
    if function is None or not own:
        return "", ""
    return _line(module, own[0]), f"call `{function.name}` without the decorator"


def of_keywords(module: Module, node: ast.expr) -> str:
    """What to write in place of ``**kw`` that a function takes and hands on; empty where it is something else."""
    function = module.function_of(node)
    taken = function.args.kwarg if function is not None else None
    if function is None or taken is None or not isinstance(node, ast.Name) or node.id != taken.arg:
        return ""
    return (
        f"give `{function.name}` a parameter for each, `def {function.name}(job_id, group_fn)`, and write them into the call, "
        "`node_info_to_group_fn=group_fn`"
    )


def _line(module: Module, node: ast.expr) -> str:
    return module.source_of(node).split("\n", 1)[0]
