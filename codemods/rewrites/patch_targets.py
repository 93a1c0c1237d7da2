"""Text that names a legacy module to be patched or imported: it must name the facade, where kept code looks.

    mock.patch("dagster_dbt.cloud.resources.DbtCloudClient.get_run")  ->  "legacy_shim.cloud.resources...."

What such a test replaces is not called any more once the tested code is v2, which is told of.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from legacy_shim.catalogue import BY_NAME

from ..claims import Claim, Context, Rewrite
from ..edits import ReplaceExpression
from ..functions import decorator_name
from ..legacy_imports import FACADE
from ..modules import Module
from ..units import Unit

_PACKAGE = "dagster_dbt"
_TARGET = re.compile(rf"{_PACKAGE}\.(?:cloud(?:\.\w+)*|(\w+)(?:\.\w+)*)")
_TAKERS = frozenset({"patch", "setattr", "delattr", "import_module", "importorskip", "multiple"})
_FALLBACK = "DbtCloudClientResource"


def claims(context: Context) -> Iterator[Claim]:
    """One claim for each call that is given such a text."""
    for module in context.index.tree.modules.values():
        for node in module.nodes:
            if isinstance(node, ast.Call) and node.args and decorator_name(node) in _TAKERS:
                name = _legacy_target(node.args[0])
                if name:
                    yield Claim(
                        construct="patch_targets",
                        module=module,
                        node=node.args[0],
                        name=name,
                        code=BY_NAME[name].code,
                        is_site=False,
                    )


def _legacy_target(node: ast.expr) -> str:
    """The legacy name that a text reaches; empty where it is no such text."""
    if not (isinstance(node, ast.Constant) and isinstance(node.value, str)):
        return ""
    found = _TARGET.fullmatch(node.value)
    if found is None or (found[1] is not None and found[1] not in BY_NAME):
        return ""
    return next((part for part in node.value.split(".") if part in BY_NAME), _FALLBACK)


def rewrite(claim: Claim, unit: Unit, context: Context) -> Rewrite:  # noqa: ARG001  a construct's signature
    """Put the facade's module where the legacy one is named."""
    done = Rewrite()
    module: Module = claim.module
    assert isinstance(claim.node, ast.Constant)
    text = module.source_of(claim.node).replace(_PACKAGE, FACADE, 1)
    done.edit(module, ReplaceExpression(module.span(claim.node), text))
    said = "this reaches the facade, and does nothing to code that became v2: its calls are others"
    done.tell(module, claim.node, "LDC302", said, claim.name)
    return done
