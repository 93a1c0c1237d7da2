"""What decorates a function of the tree, by what the decorators resolve to."""

from __future__ import annotations

import ast
import builtins

from ..inference.values import Evaluates, External, Local, Made, Value
from ..syntax.reaching_definitions import binds_surely, bound_before, is_of_statement
from ..syntax.scopes import Defined, Imported, Parameter, runs_at_once
from ..syntax.source_module import Module
from .applied import hands_on_all, hands_on_arguments, of_decorator
from .names import KEEPING_DECORATORS

_DAGSTER = "dagster."
Function = ast.FunctionDef | ast.AsyncFunctionDef


def decorators_of_dagster(evaluator: Evaluates, module: Module, function: Function) -> frozenset[str]:
    """The last parts of the names of Dagster's decorators on a function: ``{"op"}``."""
    names = (
        name
        for decorator in function.decorator_list
        for name in (
            *resolved(evaluator, module, _called(decorator)),
            # One of the tree may answer one of Dagster's.
            *(value.of for value in evaluator.values(module, decorator) if isinstance(value, Made)),
        )
    )
    return frozenset(name.rpartition(".")[2] for name in names if name.startswith(_DAGSTER))


def has_decorator(
    evaluator: Evaluates, module: Module, decorated: Function | ast.ClassDef, names: frozenset[str]
) -> bool:
    """Whether one of the decorators may be of these names, called or not."""
    return any(
        names.intersection(resolved(evaluator, module, _called(decorator)))
        for decorator in decorated.decorator_list
    )


def unknown_decorators(
    evaluator: Evaluates, module: Module, decorated: Function | ast.ClassDef
) -> list[ast.expr]:
    """The decorators that may do anything with a function, what it takes and what it returns; or with a class."""
    return [one for one in decorated.decorator_list if not _is_known(evaluator, module, one, decorated)]


def taking_arguments(
    evaluator: Evaluates, module: Module, decorated: Function | ast.ClassDef
) -> list[ast.expr]:
    """The decorators that may do anything with what a function takes; what it answers goes to Dagster."""
    return [
        one
        for one in unknown_decorators(evaluator, module, decorated)
        if not _is_handed_on(evaluator, module, one)
    ]


def _is_handed_on(evaluator: Evaluates, module: Module, decorator: ast.expr) -> bool:
    callee = _called(decorator)
    own = evaluator.values(module, callee)
    aside = None if own else _defined_aside(evaluator, module, callee)
    found = own if aside is None else frozenset({aside})
    return bool(found) and all(hands_on_arguments(value, decorator) for value in found)


def _is_known(
    evaluator: Evaluates, module: Module, decorator: ast.expr, decorated: Function | ast.ClassDef
) -> bool:
    callee = _called(decorator)
    if isinstance(callee, ast.Attribute) and callee.attr in {"setter", "getter", "deleter"}:
        return True
    if any(
        isinstance(value, Made) and value.of.startswith(_DAGSTER)
        for value in evaluator.values(module, decorator)
    ):
        return True  # One of the tree that answers one of Dagster's.
    own = evaluator.values(module, callee)
    if own and all(_hands_on(evaluator, module, value, decorator, decorated) for value in own):
        return True
    is_named = any(isinstance(value, Local) for value in own)
    aside = None if is_named else _defined_aside(evaluator, module, callee)
    if aside is not None and _hands_on(evaluator, module, aside, decorator, decorated):
        return True
    if not isinstance(decorated, ast.ClassDef) and of_decorator(evaluator, module, decorated) is not None:
        return True
    names = resolved(evaluator, module, callee)
    return bool(names) and all(name in KEEPING_DECORATORS or name.startswith(_DAGSTER) for name in names)


def _hands_on(
    evaluator: Evaluates,
    module: Module,
    value: Value,
    decorator: ast.expr,
    decorated: Function | ast.ClassDef,
) -> bool:
    """Whether a decorator of the tree hands on all that matters of what a function takes, and all that it answers."""
    if hands_on_all(value, decorator):
        return True
    if isinstance(decorated, ast.ClassDef):
        return False
    taken = [*decorated.args.posonlyargs, *decorated.args.args]
    readable = frozenset(
        place
        for place, arg in enumerate(taken)
        if not evaluator.binding_values(module, Parameter(decorated, arg))
    )
    return bool(readable) and hands_on_all(value, decorator, readable)


def _defined_aside(evaluator: Evaluates, module: Module, callee: ast.expr) -> Local | None:
    """The function that a name is in a file of the tree that has nothing legacy, and takes no part in the index."""
    tree = evaluator.tree
    first = callee.value if isinstance(callee, ast.Attribute) else callee
    bindings = tree.names(module).lookup(module, first.id, first) if isinstance(first, ast.Name) else []
    if len(bindings) != 1 or not isinstance(bindings[0], Imported):
        return None
    source, wanted = bindings[0], bindings[0].name
    dotted = source.module
    if isinstance(callee, ast.Attribute):
        dotted, wanted = ".".join(filter(None, [source.module, source.name])), callee.attr
    home = tree.module_at(tree.resolve(module, dotted, source.level))
    found = tree.names(home).tables.get(home.tree, {}).get(wanted, []) if home is not None else []
    if home is None or len(found) != 1 or not isinstance(found[0], Defined):
        return None
    return Local(home, found[0].node)


def _called(decorator: ast.expr) -> ast.expr:
    return decorator.func if isinstance(decorator, ast.Call) else decorator


def resolved(evaluator: Evaluates, module: Module, node: ast.expr) -> frozenset[str]:
    """The names of other packages, and of builtins, that an expression may be; none where it may be something else too."""
    values = evaluator.values(module, node)
    if values:
        known = frozenset(value.name for value in values if isinstance(value, External))
        return known if len(known) == len(values) else frozenset()
    if isinstance(node, ast.Name) and is_builtin(evaluator, module, node):
        return frozenset({node.id})
    return frozenset()


def is_builtin(evaluator: Evaluates, module: Module, node: ast.Name) -> bool:
    """Whether a name is one of Python's own, which nothing in the file binds anew or may bring by a star."""
    if not hasattr(builtins, node.id):
        return False
    names = evaluator.tree.names(module)
    return not names.lookup(module, node.id, node) and not evaluator.bound(module, node)


def may_be_builtin(evaluator: Evaluates, module: Module, node: ast.expr) -> bool:
    """Whether a name that the module binds may be Python's own all the same: where no statement that binds it has run."""
    if not isinstance(node, ast.Name) or not hasattr(builtins, node.id):
        return False
    if evaluator.tree.names(module).scope_that_binds(module, node.id, node) not in (None, module.tree):
        return False
    bindings = evaluator.bound(module, node)
    if not bindings:
        return False
    if runs_at_once(module, node, module.tree):
        return not bound_before(module, module.tree, bindings, node)
    sure = [one for one in bindings if not one.adds and is_of_statement(module, one)]
    return not binds_surely(module.tree.body, {module.statement_of(one.where) for one in sure})
