"""Text that names a legacy module to be patched or imported: it must name the facade, where kept code looks.

    mock.patch("dagster_dbt.cloud.resources.DbtCloudClient.get_run")  ->  "legacy_shim.cloud.resources...."

What such a test replaces is not called any more once the tested code is v2, which is reported.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from legacy_shim.catalogue import BY_NAME

from ..analysis.inference.texts import text_in_parts
from ..analysis.inference.values import legacy_name
from ..analysis.syntax.functions import decorator_name
from ..analysis.syntax.source_module import Module
from ..editing.edits import ReplaceExpression
from ..editing.facade_names import FACADE
from ..planning.claims import Claim, Context, Kind, Rewrite
from ..planning.parts import Uses
from ..planning.units import Unit

CONSTRUCT = Kind[bool]("patch_targets")

_PACKAGE = "dagster_dbt"
_TARGET = re.compile(rf"(?:{_PACKAGE}|{FACADE})\.(?:cloud(?:\.\w+)*|(\w+)(?:\.\w+)*)")
TAKERS = frozenset({"patch", "setattr", "delattr", "import_module", "importorskip", "multiple"})
"""The calls whose first argument names what they patch or import; by their last names, which is enough to report them."""
_FALLBACK = "DbtCloudClientResource"


def claims(context: Context) -> Iterator[Claim[bool]]:
    """One claim for each call that is given such a string."""
    for module in context.index.tree.modules.values():
        for node in module.nodes:
            if isinstance(node, ast.Call) and node.args and decorator_name(node) in TAKERS:
                name, is_own = _target(context, module, node.args[0])
                if name:
                    yield Claim(
                        construct=CONSTRUCT,
                        part=Uses(),
                        module=module,
                        node=node.args[0],
                        name=name,
                        code=BY_NAME[name].code,
                        is_site=False,
                        detail=is_own,
                    )


def _target(context: Context, module: Module, node: ast.expr) -> tuple[str, bool]:
    """The legacy name that a string reaches, and whether it does so through a module of the user's; empty where there is none."""
    text = text_in_parts(context.index.tree, module, node)
    if not text:
        return "", False
    found = _TARGET.fullmatch(text)
    if found is not None:
        is_other = found[1] is not None and found[1] not in BY_NAME
        named = next((part for part in text.split(".") if part in BY_NAME), _FALLBACK)
        return ("" if is_other else named), False
    home, _, name = text.rpartition(".")
    path = context.index.tree.resolve(module, home, 0) if name in BY_NAME and home else None
    patched = context.index.tree.module_at(path)
    return (name if patched is not None and _is_legacy_in(context, patched, name) else ""), True


def _is_legacy_in(context: Context, module: Module, name: str) -> bool:
    """Whether a module has the legacy name, or had it before it was migrated."""
    is_bound = name in context.index.tree.names(module).tables.get(module.tree, {})
    values = context.index.evaluator.global_values(module, name)
    return not is_bound or any(legacy_name(value) for value in values)


def rewrite(claim: Claim[bool], unit: Unit, context: Context) -> Rewrite:  # noqa: ARG001  a construct's signature
    """Put the facade's module where the legacy one is named."""
    done = Rewrite()
    module: Module = claim.module
    if claim.detail:
        said = f"`{claim.name}` no longer exists once that module is migrated: patch what it calls then"
    else:
        said = "this mock patches the legacy client and no longer affects migrated code"
        text = module.source_of(claim.node)
        if FACADE not in text and isinstance(claim.node, ast.Constant):
            text = text.replace(_PACKAGE, FACADE, 1)
            done.edit(module, ReplaceExpression(module.span(claim.node), text))
    done.report(module, claim.node, "LDC302", said, claim.name)
    return done
