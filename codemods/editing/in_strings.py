"""Edits inside of f-strings: before Python 3.12 the quotes of an f-string cannot stand inside of it.

f"{run['status_humanized'] == DbtCloudRunStatus.SUCCESS}"   ->   f"{run['status_humanized'] == 'Success'}"
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import libcst as cst

from .edit_targets import NotApplied
from .edits import (
    AddArgument,
    AddElement,
    AddEntry,
    Edit,
    HandFirst,
    PrependArgument,
    ReplaceAround,
    ReplaceExpression,
    ReplaceInString,
)

Parse = Callable[[str], cst.BaseExpression]


def quoted_for(edit: Edit, around: Sequence[cst.FormattedString]) -> Edit:
    """The edit with quotes that can stand in the f-strings around its place."""
    if not around:
        return edit
    match edit:
        case ReplaceExpression() | ReplaceAround():
            return replace(edit, text=_requoted(edit.text, around))
        case PrependArgument() | HandFirst() | AddArgument() | AddElement():
            return replace(edit, value=_requoted(edit.value, around))
        case AddEntry():
            return replace(edit, key=_requoted(edit.key, around), value=_requoted(edit.value, around))
    return edit


def replaced_in_string(edit: ReplaceInString, node: Any, module: cst.Module, parse: Parse) -> Any:
    """An f-string, or several that stand side by side, with the edit carried out wherever the expression stands."""
    changer = _InString(edit, module, parse)
    changed = node.visit(changer)
    if not changer.is_done:
        raise NotApplied(f"nothing stands in the string of {edit}")
    return changed


class _InString(cst.CSTTransformer):
    def __init__(self, edit: ReplaceInString, module: cst.Module, parse: Parse) -> None:
        super().__init__()
        self.edit, self.module, self.parse = edit, module, parse
        self.wanted = ast.dump(ast.parse(edit.old, mode="eval"))
        self.around: list[cst.FormattedString] = []
        self.is_done = False

    def on_visit(self, node: cst.CSTNode) -> bool:
        if isinstance(node, cst.FormattedString):
            self.around.append(node)
        return True

    def on_leave(self, original_node: Any, updated_node: Any) -> Any:
        if isinstance(original_node, cst.FormattedString):
            self.around.pop()
        elif self.around and isinstance(original_node, cst.BaseExpression) and self._is_wanted(original_node):
            self.is_done = True
            return self.parse(_requoted(self.edit.new, self.around))
        return updated_node

    def _is_wanted(self, node: cst.BaseExpression) -> bool:
        try:
            found = ast.parse(f"({self.module.code_for_node(node)})", mode="eval")
        except SyntaxError:
            return False
        return ast.dump(found) == self.wanted


def _requoted(text: str, around: Sequence[cst.FormattedString]) -> str:
    """Code without the quotes that end an f-string around it. Raises ``NotApplied`` where no others are left."""
    single = {string.end for string in around if len(string.end) == 1}
    taken = {string.end[0] for string in around}
    for quote, other in (('"', "'"), ("'", '"')):
        if quote in text and (quote in single or (quote in taken and other not in taken)):
            text = re.sub(rf"{quote}([^{quote}{other}\\\n]*){quote}", rf"{other}\1{other}", text)
            if quote in single and (other in single or quote in text):
                raise NotApplied(f"no quotes are left for {text} in f-strings inside of each other")
    return text
