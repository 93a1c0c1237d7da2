"""Whether code goes on where a call fails: a ``try`` around it, or around what runs it, that catches what it raises.

Source: v2 asks dbt Cloud for the assets where they are declared, and raises ``dagster.Failure`` and others.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from ..dagster_api.decorators import resolved
from ..inference.interpreter import Evaluator
from ..syntax.source_module import FUNCTIONS, Module, is_try
from .clock import function_around
from .naming import Naming, Variable

_OTHERS = frozenset(
    {
        *("ImportError", "ModuleNotFoundError", "KeyError", "IndexError", "LookupError", "AttributeError", "NameError"),
        *("TypeError", "ValueError", "AssertionError", "SyntaxError", "StopIteration", "KeyboardInterrupt"),
        *("FileNotFoundError", "NotImplementedError", "ZeroDivisionError", "SystemExit", "yaml.YAMLError"),
    }
)  # fmt: skip
"""What is not raised where dbt Cloud does not answer."""
_LEAVING = frozenset({"sys.exit", "exit", "quit", "os._exit", "os.abort", "pytest.fail", "pytest.exit"})


def swallowed(evaluator: Evaluator, module: Module, call: ast.AST) -> tuple[Module, ast.AST] | None:
    """The handler, or the ``with suppress(...)``, after which code goes on without what a call would have answered."""
    return next(_swallowing(evaluator, module, call, set()), None)


def all_swallowing(evaluator: Evaluator, module: Module, call: ast.AST) -> list[tuple[Module, ast.AST]]:
    """All of them, wherever the code that runs the call stands."""
    return list(dict.fromkeys(_swallowing(evaluator, module, call, set())))


def _swallowing(
    evaluator: Evaluator, module: Module, node: ast.AST, seen: set[ast.AST]
) -> Iterator[tuple[Module, ast.AST]]:
    function = function_around(module, node)
    yield from ((module, found) for found in _around(evaluator, module, node))
    at = function if function is not None else module.tree
    if at in seen:
        return
    seen.add(at)
    if function is None:
        for importer, statement in evaluator.tree.imports_of(module):
            yield from _swallowing(evaluator, importer, statement, seen)
    elif isinstance(function, FUNCTIONS):
        scope = module.scope_of(function)
        if not isinstance(scope, ast.ClassDef):
            for home, named in Naming(evaluator).naming(Variable(module, scope, function.name)):
                yield from _swallowing(evaluator, home, named, seen)
        elif function.name == "__init__":
            for home, made in Naming(evaluator).naming(Variable(module, module.scope_of(scope), scope.name)):
                yield from _swallowing(evaluator, home, made, seen)


def _around(evaluator: Evaluator, module: Module, node: ast.AST) -> Iterator[ast.AST]:
    """The handlers and context managers around a place, in its own function or module, that let code go on."""
    child = node
    for above in module.ancestors(node):
        if isinstance(above, (*FUNCTIONS, ast.Lambda)) and child not in getattr(above, "decorator_list", ()):
            return
        if is_try(above) and child in above.body:
            for handler in above.handlers:
                if _may_catch(evaluator, module, handler.type):
                    if not _leaves(evaluator, module, handler.body):
                        yield handler
                    break  # It catches, whatever those below would do.
        elif isinstance(above, (ast.With, ast.AsyncWith)) and child in above.body:
            yield from (item.context_expr for item in above.items if _suppresses(evaluator, module, item))
        child = above


def _suppresses(evaluator: Evaluator, module: Module, item: ast.withitem) -> bool:
    call = item.context_expr
    if not isinstance(call, ast.Call) or "contextlib.suppress" not in resolved(evaluator, module, call.func):
        return False
    return any(_may_catch(evaluator, module, each) for each in call.args)


def _may_catch(evaluator: Evaluator, module: Module, kind: ast.expr | None) -> bool:
    if kind is None:
        return True
    if isinstance(kind, ast.Tuple):
        return any(_may_catch(evaluator, module, each) for each in kind.elts)
    names = resolved(evaluator, module, kind)
    return not names or not names <= _OTHERS


def _leaves(evaluator: Evaluator, module: Module, body: list[ast.stmt]) -> bool:
    """Whether statements end in an exception, or in the end of the process, on every way."""
    match body[-1]:
        case ast.Raise():
            return not any(isinstance(node, (ast.Return, ast.Continue, ast.Break)) for node in _inside(body))
        case ast.Expr(value=ast.Call(func=func)):
            return bool(resolved(evaluator, module, func) & _LEAVING)
        case ast.If(body=yes, orelse=no) if no:
            return _leaves(evaluator, module, yes) and _leaves(evaluator, module, no)
    return False


def _inside(body: list[ast.stmt]) -> Iterator[ast.AST]:
    return (node for statement in body for node in ast.walk(statement))
