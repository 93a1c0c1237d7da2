"""Which classes say what an attribute of an object is, where several in one line do.

class Settings:
    def __init__(self):
        self.job_id = 67890

class Staged(Settings):
    def __init__(self):
        super().__init__()
        if STAGE == "staging":
            self.job_id = 67893        what Settings says holds elsewhere
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from ..syntax.settled_attributes import is_bound_surely, is_set_at_last, is_set_by_others
from .values import Local

if TYPE_CHECKING:
    from .objects import Objects


def has_last_word(objects: Objects, owner: Local, name: str) -> bool:
    """Whether an object of a class has nothing under a name that a class above says of it."""
    node, tree = owner.node, objects.evaluator.tree
    if not isinstance(node, ast.ClassDef) or not node.bases:
        return True
    above = [one for one in objects.lineage(owner)[1:] if name in objects.assigned(one)]
    if is_set_at_last(owner.module, node, name):
        return not any(is_set_by_others(one.module, one.node, name) for one in above)
    return not above and is_bound_surely(owner.module, tree.names(owner.module), node, name)
