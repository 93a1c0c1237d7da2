"""Job ids that ops take from their run configuration, where it is written in Python.

    client.run_job(context.op_config["job_id"])        @job(config={"ops": {"kick": {"config": {"job_id": 67890}}}})

Another launch may give another one, so nothing is decided by them: they are worth looking up, since an environment of the
account is all that a client needs.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from ..analysis.inference.texts import text_of
from ..analysis.syntax.source_module import Module
from .claims import Context, JobRef

_CONFIG = "config"
_READERS = frozenset({"op_config", "solid_config", "config", "asset_config"})


def configured_job_ids(context: Context, ref: JobRef) -> tuple[int, ...]:
    """The ids that run configuration gives under the key which ``ref`` reads; empty where it reads none."""
    key = _key_read(ref.node)
    found: dict[int, None] = {}
    for module, value in _given(context, key) if key else ():
        for constant in context.constants.integers(module, value) or ():
            found[int(str(constant.value))] = None
    return tuple(job_id for job_id in found if job_id > 0)


def _key_read(node: ast.expr) -> str:
    """``context.op_config["job_id"]`` and ``config.job_id`` read ``job_id``."""
    match node:
        case ast.Subscript(value=ast.Attribute(attr=reader), slice=ast.Constant(value=str(key))):
            return key if reader in _READERS else ""
        case ast.Attribute(value=ast.Name(id=reader) | ast.Attribute(attr=reader), attr=key):
            return key if reader in _READERS else ""
    return ""


def _given(context: Context, key: str) -> Iterator[tuple[Module, ast.expr]]:
    tree = context.index.tree
    for module in tree.modules.values():
        for node in module.nodes:
            if isinstance(node, ast.Dict):
                for name, value in _entries(context, module, node):
                    if name == _CONFIG and isinstance(value, ast.Dict):
                        yield from (
                            (module, inner) for own, inner in _entries(context, module, value) if own == key
                        )
            elif isinstance(node, ast.Call):
                # RunConfig(ops={"kick": KickConfig(job_id=67890)})
                yield from ((module, word.value) for word in node.keywords if word.arg == key)


def _entries(context: Context, module: Module, display: ast.Dict) -> Iterator[tuple[str, ast.expr]]:
    for name, value in zip(display.keys, display.values, strict=True):
        if name is not None:
            yield text_of(context.index.tree, module, name), value
