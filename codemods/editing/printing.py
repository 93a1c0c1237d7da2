"""Print a file that LibCST parsed, and note on the way where each node stands: printing takes as long as all else.

What LibCST's own provider of positions does, which throws the text away.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import libcst as cst
from libcst._nodes.internal import CodegenState
from libcst.metadata import CodeRange, PositionProvider
from libcst.metadata.position_provider import PositionProvidingCodegenState

_NOTHING_NOTED: AbstractContextManager[None] = nullcontext()


def printed(module: cst.Module) -> tuple[str, Mapping[cst.CSTNode, CodeRange]]:
    """The text of a file, and where its nodes stand in it."""
    provider = PositionProvider()
    state = _Noting(module.default_indent, module.default_newline, provider)
    module._codegen(state)
    return "".join(state.tokens), provider._computed  # type: ignore[return-value]


def text_of(module: cst.Module) -> str:
    """The text of a file."""
    state = _Bare(module.default_indent, module.default_newline)
    module._codegen(state)
    return "".join(state.tokens)


class _Noting(PositionProvidingCodegenState):
    def _update_position(self, value: str) -> None:
        if "\n" in value or "\r" in value:
            super()._update_position(value)
        else:
            self.column += len(value)


class _Bare(CodegenState):
    def record_syntactic_position(  # type: ignore[override]
        self,
        node: cst.CSTNode,  # noqa: ARG002 - LibCST hands it over
        **_: Any,
    ) -> AbstractContextManager[None]:
        return _NOTHING_NOTED
