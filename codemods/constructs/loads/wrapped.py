"""The function of the file through which a load is called, and which goes where all of its calls become v2: ``load(67890, **more)``."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection

from ...analysis.syntax.source_module import Module
from ...analysis.syntax.wrapped_loads import WrappedLoad
from ...editing.edits import ReplaceStatement
from ...planning.claims import Claim, Context, Rewrite


def called_elsewhere(context: Context, module: Module, call: ast.Call) -> str:
    """Why a load stays whose function other files may use; empty where none does."""
    if not isinstance(call, WrappedLoad):
        return ""
    name = re.compile(rb"(?<!json\.)(?<!yaml\.)(?<!toml\.)\b%s\b" % re.escape(call.name.encode()))
    for path, data in context.index.tree.data.items():
        if path != module.path and name.search(data):
            return (
                f"`{call.name}` hands its arguments on with `**`, and {path.name} may use it too: write a parameter for each "
                f"argument, `def {call.name}(job_id, group_fn)`"
            )
    return ""


def remove_wrapper(claim: Claim, migrating: Collection[Claim], done: Rewrite) -> None:
    """Take out the function with the first of its calls, where all of them become v2."""
    call = claim.node
    if not isinstance(call, WrappedLoad) or call.alike[0] is not call:
        return
    becoming = {id(one.node) for one in migrating}
    if all(id(one) in becoming for one in call.alike):
        done.edit(claim.module, ReplaceStatement(claim.module.span(call.wrapper), ""))
