"""Run configuration that cannot be read, for a resource that takes settings from it: a workspace would refuse them.

RunRequest(run_config=json.loads(text))    @job(config=yaml.safe_load(stream))    materialize(run_config=settings())
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import lru_cache

from ...analysis.dagster_api.decorators import decorators_of_dagster
from ...analysis.inference.values import External, Literal, Local
from ...analysis.syntax.functions import returns_of
from ...analysis.syntax.source_module import FUNCTIONS, Module
from ...analysis.uses.uses import is_dict_call
from ...planning.claims import Context

_ALWAYS = frozenset({"run_config", "run_config_for_partition_key_fn", "run_config_fn"})
"""Arguments that are run configuration, or answer it, whatever takes them."""
_TAKING_CONFIG = frozenset(
    {
        "dagster.job",
        "dagster.define_asset_job",
        "dagster.define_dbt_asset_job",
        "dagster.GraphDefinition.to_job",
    }
)
_ANSWERING = frozenset({"config_mapping", "schedule"})
_PARTITIONED = "partitioned_config"
"""How Dagster's decorators end whose functions answer the run configuration of a partition."""
_DEEPEST = 10


@lru_cache(maxsize=1)
def unread_run_config(context: Context) -> tuple[tuple[Module, ast.expr], ...]:
    """Each expression that gives run configuration of which not all can be read: the same for each resource."""
    return tuple(
        (module, one)
        for module in context.index.tree.modules.values()
        if "dagster" in module.text
        for node in module.of(*FUNCTIONS, ast.Call)
        for one in _given_by(context, module, node)
        if not _is_read(context, module, one)
    )


def _given_by(context: Context, module: Module, node: ast.AST) -> Iterator[ast.expr]:
    if isinstance(node, FUNCTIONS):
        named = decorators_of_dagster(context.index.evaluator, module, node)
        if named & _ANSWERING or any(name.endswith(_PARTITIONED) for name in named):
            yield from (one for one in returns_of(node) if not _is_request(one))
    if not isinstance(node, ast.Call):
        return
    for word in node.keywords:
        if word.arg in _ALWAYS or (word.arg == "config" and _takes_config(context, module, node)):
            yield word.value
    callees = context.index.values(module, node.func)
    if External("dagster.RunRequest") in callees:
        yield from node.args[1:2]


def _is_request(node: ast.expr) -> bool:
    """Whether a schedule answers something else than run configuration: a request, a list of them, a reason to skip."""
    name = node.func.id if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) else ""
    return isinstance(node, (ast.List, ast.ListComp)) or name.endswith(("RunRequest", "SkipReason"))


def _takes_config(context: Context, module: Module, call: ast.Call) -> bool:
    if isinstance(call.func, ast.Attribute) and call.func.attr == "to_job":
        return True
    names = {one.name for one in context.index.values(module, call.func) if isinstance(one, External)}
    return bool(names & _TAKING_CONFIG)


def _is_read(context: Context, module: Module, node: ast.expr, depth: int = 0) -> bool:
    """Whether all that an expression may configure stands in the code."""
    if depth > _DEEPEST:
        return False
    origins = context.constants.origins(module, node)
    if not origins.is_all or not origins.places:
        return _is_function_read(context, module, node, depth)
    return all(_is_place_read(context, home, place, depth) for home, place in origins.places)


def _is_place_read(context: Context, module: Module, node: ast.expr, depth: int) -> bool:
    def is_read(inner: ast.expr) -> bool:
        return _is_read(context, module, inner, depth + 1)

    if isinstance(node, ast.Constant):
        return True  # None; text is searched for itself
    if isinstance(node, (ast.BoolOp, ast.IfExp)):
        sides = node.values if isinstance(node, ast.BoolOp) else [node.body, node.orelse]
        return all(map(is_read, sides))
    if isinstance(node, ast.BinOp):
        return is_read(node.left) and is_read(node.right)
    if isinstance(node, ast.Dict):
        pairs = list(zip(node.keys, node.values, strict=True))
        spread = all(is_read(value) for key, value in pairs if key is None)
        return (
            spread
            and all(_is_key_read(key) for key, _ in pairs)
            and _is_added_read(context, module, node, depth)
        )
    if isinstance(node, ast.Call) and is_dict_call(node):
        given = [*node.args, *(word.value for word in node.keywords if word.arg is None)]
        return all(map(is_read, given)) and _is_added_read(context, module, node, depth)
    if isinstance(node, ast.Call) and External("dagster.RunConfig") in context.index.values(
        module, node.func
    ):
        return not any(word.arg is None for word in node.keywords)
    return isinstance(node, ast.Lambda) and is_read(node.body)


def _is_key_read(key: ast.expr | None) -> bool:
    """Whether a key at the top says which section of run configuration it opens."""
    return key is None or (isinstance(key, ast.Constant) and key.value != "") or isinstance(key, ast.Name)


def _is_added_read(context: Context, module: Module, node: ast.expr, depth: int) -> bool:
    """Whether what is put into a dict later can be read too."""
    added = context.index.evaluator.statements.added_to(Literal(module, node))
    return all(_is_read(context, one.module, one.value, depth + 1) for one in added if one.is_whole)


def _is_function_read(context: Context, module: Module, node: ast.expr, depth: int) -> bool:
    """Whether a function of the tree is given, all of whose answers can be read."""
    found = context.index.values(module, node)
    functions = [one for one in found if isinstance(one, Local) and isinstance(one.node, FUNCTIONS)]
    return bool(functions) and all(
        _is_read(context, one.module, returned, depth + 1)
        for one in functions
        if isinstance(one.node, FUNCTIONS)
        for returned in returns_of(one.node)
    )
