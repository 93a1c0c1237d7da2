"""Function arguments that are evaluated once, where the load stands: each gets a name there, which v2's code calls.

    load_assets_from_dbt_cloud_job(cloud, 1, node_info_to_asset_key=Keys("raw").key)

    asset_key_fn = Keys("raw").key
    ...
            return asset_key_fn(dbt_resource_props)

Written where it is called, ``Keys("raw").key`` would make new keys for each node.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping

from ...analysis.dagster_api.names import MUTATING
from ...analysis.inference.values import External, InTree
from ...analysis.syntax.functions import is_none
from ...analysis.syntax.reaching_definitions import LOOPS
from ...analysis.syntax.rebinding import may_change
from ...analysis.syntax.source_module import FUNCTIONS, Module
from ...planning.claims import Context
from .called import bodies
from .translator import FUNCTION_PARAMETERS, hidden_by

VARIABLES = "partition_key_to_vars_fn"
_PARTITIONS = "partitions_def"
NAMES: Mapping[str, str] = {
    "node_info_to_asset_key": "asset_key_fn",
    "node_info_to_group_fn": "group_fn",
    "node_info_to_auto_materialize_policy_fn": "auto_materialize_policy_fn",
    "node_info_to_freshness_policy_fn": "freshness_policy_fn",
    VARIABLES: "partition_vars_fn",
    _PARTITIONS: "partitions",
}
"""What each argument is called once it has a name."""
_CALLED = (*FUNCTION_PARAMETERS, VARIABLES)


def bound_once(context: Context, module: Module, arguments: Mapping[str, ast.expr]) -> list[str]:
    """The arguments that get a name, in the order in which they are evaluated."""
    needed = [
        name for name in _CALLED if name in arguments and not is_plain(context, module, name, arguments[name])
    ]
    partitions = arguments.get(_PARTITIONS)
    if needed and not is_none(partitions) and partitions is not None:
        needed += [] if _is_of_dagster(context, module, partitions) else [_PARTITIONS]
    return sorted(needed, key=lambda name: (arguments[name].lineno, arguments[name].col_offset))


def is_plain(context: Context, module: Module, parameter: str, function: ast.expr) -> bool:
    """Whether a function can be written where v2 calls it, and is the same there."""
    if is_none(function):
        return True
    if hidden_by(parameter, function) or any(_is_mangled(node) for node in ast.walk(function)):
        return False
    if isinstance(function, ast.Lambda):
        arguments = function.args
        return not (arguments.defaults or any(arguments.kw_defaults))
    if may_change(context.index.tree.names(module), module, function):
        return False
    if isinstance(function, ast.Name):
        return True
    return isinstance(function, ast.Attribute) and any(
        isinstance(owner, (External, InTree)) for owner in context.index.values(module, function.value)
    )


def _is_mangled(node: ast.AST) -> bool:
    """Whether a name is another one in the body of a class."""
    name = node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""
    return name.startswith("__") and not name.endswith("__")


def _is_of_dagster(context: Context, module: Module, node: ast.expr) -> bool:
    """Whether evaluating an expression earlier or later comes to the same: a name, or what Dagster's classes make."""
    return all(
        not isinstance(inner, (ast.Call, ast.NamedExpr, ast.Await))
        or (
            isinstance(inner, ast.Call)
            and any(
                isinstance(value, External) and value.name.startswith("dagster.")
                for value in context.index.values(module, inner.func)
            )
        )
        for inner in ast.walk(node)
    )


def against_binding(
    context: Context, module: Module, call: ast.Call, arguments: Mapping[str, ast.expr], makes_several: bool
) -> Iterator[str]:
    """Why the functions of a load cannot be called by v2 as legacy called them."""
    for parameter in (name for name in _CALLED if name in arguments):
        changed = state_of(context, module, arguments[parameter])
        if changed:
            yield (
                f"its `{parameter}` changes `{changed}`, and v2 calls it at other times and in another order: fill `{changed}` "
                "above the load, or work the answer out from the node alone (`@functools.cache` keeps what is slow)"
            )
    bound = [] if makes_several else bound_once(context, module, arguments)
    if bound and any(isinstance(above, LOOPS) for above in _around(module, call)):
        yield f"its `{bound[0]}` is evaluated in each iteration of a loop: assign it to a name above the loop"
    ordered = [name for name in bound if not _is_the_same_earlier(arguments[name])]
    earlier = next(_evaluated_before(context, module, call), None) if ordered else None
    if earlier is not None:
        said = module.source_of(earlier).split("\n", 1)[0]
        yield f"`{said}` is evaluated before its `{ordered[0]}`, in the same statement: assign both to names on the lines before"


def _is_the_same_earlier(function: ast.expr) -> bool:
    """Whether it makes no difference when a function is made: a lambda whose defaults are constants."""
    if not isinstance(function, ast.Lambda):
        return False
    defaults = (*function.args.defaults, *function.args.kw_defaults)
    return all(each is None or isinstance(each, ast.Constant) for each in defaults)


def _around(module: Module, node: ast.AST) -> Iterator[ast.AST]:
    """What stands around a node, up to its function."""
    for above in module.ancestors(node):
        if isinstance(above, (*FUNCTIONS, ast.Lambda)):
            return
        yield above


def _evaluated_before(context: Context, module: Module, call: ast.Call) -> Iterator[ast.Call]:
    """The calls of a statement that come before a load: what is written for it goes before the whole statement."""
    statement = module.statement_of(call)
    place = (call.lineno, call.col_offset)
    around = set(module.ancestors(call))
    for node in (inner for inner in ast.walk(statement) if isinstance(inner, ast.Call)):
        is_before = node not in around and (node.lineno, node.col_offset) < place
        if is_before and not _is_of_dagster(context, module, node):
            yield node


def state_of(context: Context, module: Module, function: ast.expr) -> str:
    """What a function changes whenever it is called, so that its answers depend on the calls; empty for nothing."""
    found = [body for _, body in bodies(context, module, function, set())]
    return next((changed for body in found for changed in _changed_in(body)), "")


def _changed_in(body: ast.AST) -> Iterator[str]:
    names = [node for node in ast.walk(body) if isinstance(node, ast.Name)]
    own = {node.id for node in names if isinstance(node.ctx, ast.Store)}
    for node in ast.walk(body):
        if isinstance(node, (ast.Global, ast.Nonlocal)):
            yield node.names[0]
        elif isinstance(node, (ast.Attribute, ast.Subscript)):
            is_set = isinstance(node.ctx, (ast.Store, ast.Del))
            is_set = is_set or (isinstance(node, ast.Attribute) and node.attr in MUTATING)
            if is_set and _base_of(node) not in own:
                yield ast.unparse(node.value)
        elif (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Name)
            and node.func.id == "next"
            and not (node.args and isinstance(node.args[0], ast.GeneratorExp))
        ):
            yield ast.unparse(node.args[0]) if node.args else "next"


def _base_of(node: ast.expr) -> str:
    while isinstance(node, (ast.Attribute, ast.Subscript, ast.Call)):
        node = node.func if isinstance(node, ast.Call) else node.value
    return node.id if isinstance(node, ast.Name) else ""
