"""Whether a hook reads the configuration of the ops that it hangs on: ``context.op_config["job_id"]``.

An op whose configuration is written into its body has none.
"""

from __future__ import annotations

import ast

from ..syntax.functions import INJECTING, decorator_name
from ..syntax.source_module import FUNCTIONS, Module

_HOOKS = (b"success_hook", b"failure_hook", b"event_list_hook", b"HookDefinition", b"HookContext")
_CONFIGS = ("op_config", "solid_config")
_OF_HOOKS = frozenset({"success_hook", "failure_hook"})


def may_be_of_hooks(data: bytes) -> bool:
    """Whether a file may define a hook, by its bytes."""
    # Two words are all that most files are searched for: these stand in all the others.
    return (b"_hook" in data or b"Hook" in data) and any(name in data for name in _HOOKS)


def names_op_config(data: bytes) -> bool:
    """Whether a file may read the configuration of an op, by its bytes."""
    return any(name.encode() in data for name in _CONFIGS)


def reads_config_for_hooks(module: Module) -> bool:
    """Whether a hook, or what it may call, reads the configuration of an op. An op reads its own."""
    return any(
        _names_config(node) and not _is_of_an_op(module, node)
        for node in module.of(ast.Attribute, ast.Constant)
    )


def _names_config(node: ast.AST) -> bool:
    return (node.attr if isinstance(node, ast.Attribute) else getattr(node, "value", None)) in _CONFIGS


def _is_of_an_op(module: Module, node: ast.AST) -> bool:
    """Whether a node stands in the function of an op or an asset."""
    above = module.parent(node)
    while above is not None:
        if isinstance(above, FUNCTIONS):
            names = {decorator_name(decorator) for decorator in above.decorator_list}
            if names & (INJECTING - _OF_HOOKS):
                return True
        above = module.parent(above)
    return False
