"""Uses inside of ``f"{expression=}"``, which shows the text of the expression: another text would be shown."""

from __future__ import annotations

import ast
import re
from dataclasses import replace

from ..analysis.syntax.source_module import Module
from ..findings import Finding
from .claims import Claim


def keep_shown_text(claim: Claim) -> Claim:
    """The claim, blocked where its text is part of what the program shows."""
    module = claim.module
    shown = next(
        (
            above
            for above in module.ancestors(claim.node)
            if isinstance(above, ast.FormattedValue) and _shows_itself(module, above)
        ),
        None,
    )
    if shown is None:
        return claim
    text = ast.unparse(shown.value)
    ending = ":..." if shown.format_spec is not None else ""
    ending = (f"!{chr(shown.conversion)}" if shown.conversion > 0 else "") + ending
    said = f"the f-string shows the text of `{text}`, which would change: write `{text}={{{text}{ending}}}`"
    finding = Finding(module.place(claim.node), "LDC303", said, claim.name)
    return replace(claim, blocked=(*claim.blocked, finding))


def _shows_itself(module: Module, shown: ast.FormattedValue) -> bool:
    string = module.parent(shown)
    if not isinstance(string, ast.JoinedStr):
        return False
    at = string.values.index(shown)
    before = string.values[at - 1] if at else None
    is_named = isinstance(before, ast.Constant) and str(before.value).rstrip().endswith("=")
    if not is_named:
        return False
    outer = next(
        (above for above in reversed(list(module.ancestors(shown))) if isinstance(above, ast.JoinedStr)),
        string,
    )
    source, text = module.source_of(outer), ast.unparse(shown.value)
    named = re.escape(text) + r"\s*\)*\s*" if text in source else r"(?<![=!<>])"
    return re.search(named + r"=\s*[!:}]", source) is not None
