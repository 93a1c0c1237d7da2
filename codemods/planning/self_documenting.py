"""Uses inside of f-strings that cannot be written anew there.

``f"{expression=}"`` shows the text of the expression: another text would be shown. And before Python 3.12 no quotes are
left for ``["id"]`` in an f-string inside of another.
"""

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


def keep_without_quotes(claim: Claim) -> Claim:
    """The claim, blocked where an attribute stands in f-strings that use both kinds of quotes."""
    module, node = claim.module, claim.node
    above = module.parent(node)
    is_called = isinstance(above, ast.Call) and above.func is node
    if not isinstance(node, ast.Attribute) or is_called or not _takes_all_quotes(module, node):
        return claim
    text = ast.unparse(node)
    said = f"no quotes are left for what `{text}` becomes in f-strings inside of each other: give it a name above"
    finding = Finding(module.place(node), "LDC303", said, claim.name)
    return replace(claim, blocked=(*claim.blocked, finding))


def _takes_all_quotes(module: Module, node: ast.expr) -> bool:
    strings = [
        above
        for above in module.ancestors(node)
        if isinstance(above, ast.JoinedStr)
        and getattr(module.parent(above), "format_spec", None) is not above
    ]
    quotes = set()
    for string in strings:
        text = (
            module.source_of(string).lstrip("fFrR")
            if string is strings[-1] or module.is_placed(string)
            else ""
        )
        if not text.startswith(('"""', "'''")):
            quotes.add(text[:1])
    return len(strings) > 1 and len(quotes) > 1


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
