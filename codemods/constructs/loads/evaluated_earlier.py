"""Functions of a load that legacy called once the definitions were resolved, and v2 calls where the load stands.

Source: ``dagster_dbt.cloud.asset_defs``, ``dagster_dbt.cloud_v2.asset_decorator``.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping

from ...analysis.syntax.functions import is_none
from ...analysis.syntax.source_module import Module
from ...analysis.timing.later import Later, changed_later
from ...analysis.timing.swallowed import swallowed
from ...planning.claims import Context
from .bound_once import state_of
from .called import bodies
from .translator import FUNCTION_PARAMETERS


def read_sooner(
    context: Context, module: Module, call: ast.Call, arguments: Mapping[str, ast.expr]
) -> Iterator[str]:
    """What the functions of a load read that may be something else by the time at which legacy called them."""
    given = {name: arguments[name] for name in FUNCTION_PARAMETERS if not is_none(arguments.get(name))}
    for parameter, function in given.items():
        beside = [other for other in given.values() if other is not function]
        seen: set[str] = set()
        is_said = bool(
            state_of(context, module, function)
        )  # It changes something itself, which is a reason of its own.
        for later in changed_later(context.index.evaluator, module, call, [function], beside):
            if later.read not in seen and not (later.is_own and is_said):
                seen.add(later.read)
                yield _said(module, parameter, later)


def _said(module: Module, parameter: str, later: Later) -> str:
    when = "legacy called it when the definitions were resolved, and v2 calls it when this line runs"
    at = f"line {getattr(later.node, 'lineno', 1)}"
    if later.module is not module:
        at = f"{later.module.path.name}, {at}"
    if later.is_text:
        return f"`{parameter}` looks up names by `{later.read}`, which may have other values later: {when}"
    if later.is_import:
        return (
            f"`{parameter}` imports `{later.read}` ({at}), which itself imports this module and is not complete yet "
            f"at this line: {when}. Move what it imports into a module that does not import this one"
        )
    if later.is_below and later.module is module:
        return f"`{later.read}`, which `{parameter}` reads, is bound below ({at}): {when}. Move the load below `{later.read}`"
    return (
        f"`{later.read}`, which `{parameter}` reads, is changed or may be changed later ({at}): {when}. "
        "Move the load below that line, or move that line into a module that is imported above the load"
    )


def fails_unseen(context: Context, module: Module, call: ast.Call) -> str:
    """Why a load stays whose failure the code would catch: the location would come up without its assets."""
    found = swallowed(context.index.evaluator, module, call)
    if found is None:
        return ""
    home, node = found
    at = f"line {getattr(node, 'lineno', 1)}"
    at = at if home is module else f"{home.path.name}, {at}"
    return (
        f"v2 asks dbt Cloud for the assets on this line, and the code catches the error ({at}) if dbt Cloud does not answer: "
        "the code location would then load without these assets, where legacy failed to load. Move the load out of the "
        "`try`, or raise the error again in the handler"
    )


def asks_dbt_cloud(
    context: Context,
    module: Module,
    node: ast.expr,
    arguments: Mapping[str, ast.expr],
    places: Iterable[tuple[Module, ast.AST]],
) -> str:
    """What is said of a load that contacts dbt Cloud when its module is imported, by whatever imports it."""
    said = (
        "importing this module contacts dbt Cloud, with the token and over the network, also in tests and CI, and runs "
        "`dbt parse` there, for 60 seconds at most"
    )
    if any(_is_conditional(home, each) for home, each in places if each is not node):
        said += "; also when a condition leaves the assets unused"
    tests = {
        importer.path.name for importer, _ in context.index.tree.imports_of(module) if _is_test(importer)
    }
    said += f"; {', '.join(sorted(tests))} imports it" if tests else ""
    raising = [name for name in FUNCTION_PARAMETERS if _raises(context, module, arguments.get(name))]
    return said + (f"; `{raising[0]}` may raise, which fails the import" if raising else "")


def _raises(context: Context, module: Module, function: ast.expr | None) -> bool:
    found = bodies(context, module, function, set()) if function is not None else ()
    return any(isinstance(node, ast.Raise) for _, body in found for node in ast.walk(body))


def _is_conditional(module: Module, node: ast.AST) -> bool:
    return any(
        isinstance(above, (ast.If, ast.IfExp, ast.BoolOp))
        and "__name__" not in ast.unparse(getattr(above, "test", above))
        for above in module.ancestors(node)
    )


def _is_test(module: Module) -> bool:
    stem = module.path.stem
    return stem.startswith("test_") or stem.endswith("_test") or stem == "conftest"
