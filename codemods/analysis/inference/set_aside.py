"""Whether a file that the index does not need may set an attribute of a class or of its objects.

``conf.ALL["prod"].job_id = 1`` in a file that holds nothing legacy: the file is found by what it spells, and counts if it
can have the object, as it reaches the file of the class by its imports, or as its function is given one.
"""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import TYPE_CHECKING

from ..syntax.classes import attribute_of_self
from ..syntax.scopes import Parameter
from ..syntax.source_module import Module
from .tables import attributes_set_in
from .values import Local

if TYPE_CHECKING:
    from .interpreter import Evaluator

_BY_TEXT = (b"setattr", b"__dict__", b"vars(")
"""What a file spells that sets attributes whose names it may not spell as such."""
_SETS = rb"\.%s\b\s*(?::|[-+*/|&^%%@<>]*=(?!=)|[,)\]][^\n]*=(?!=)|\s+in\b)"
"""What sets an attribute looks like that, roughly: a file that spells it is parsed."""
_FARTHEST = 300
"""Files that the imports of one are followed through. It may have the object if they are more."""


def is_set_aside(evaluator: Evaluator, owner: Local, name: str) -> bool:
    """Whether some file aside may set the attribute ``name`` of a class or of its objects."""
    return evaluator.answer(("set aside", owner, name), lambda: _is_set_aside(evaluator, owner, name), False)


def _is_set_aside(evaluator: Evaluator, owner: Local, name: str) -> bool:
    evaluator.fixpoint.watch(("files", None))
    tree = evaluator.tree
    spelled = re.compile(_SETS % re.escape(name.encode()))
    for path in tree.spelling((name.encode(), *_BY_TEXT)):
        if path in tree.modules or not (
            spelled.search(tree.data[path]) or any(word in tree.data[path] for word in _BY_TEXT)
        ):
            continue
        module = tree.module_at(path)
        if module is not None and any(
            attribute in (name, "") and _may_be(evaluator, module, target, owner, is_named=bool(attribute))
            for attribute, target in attributes_set_in(module)
        ):
            return True
    return False


def _may_be(evaluator: Evaluator, module: Module, target: ast.expr, owner: Local, *, is_named: bool) -> bool:
    """Whether what an attribute is set of may be the class or an object of it."""
    above = module.parent(target)
    if above is not None and attribute_of_self(module, above):
        method = module.function_of(target)
        of = module.parent(method) if method is not None else None
        assert isinstance(of, ast.ClassDef) and isinstance(owner.node, ast.ClassDef)
        # What a class gives its own objects is followed.
        return owner.node.name in {ast.unparse(base).rpartition(".")[2] for base in of.bases}
    if is_named and isinstance(target, ast.Name):
        bindings = evaluator.tree.names(module).lookup(module, target.id, target)
        if any(isinstance(binding, Parameter) for binding in bindings):
            return True
    return _reaches(evaluator, module, owner.module.path)


def _reaches(evaluator: Evaluator, module: Module, home: Path) -> bool:
    """Whether a file imports another, by way of any others."""
    seen = {module.path}
    waiting = [module]
    for one in waiting:  # grows as it goes
        if one.path == home or len(waiting) > _FARTHEST:
            return True
        for _, path in evaluator.tree.imports_in(one):
            found = evaluator.tree.module_at(path) if path not in seen else None
            if found is not None:
                seen.add(path)
                waiting.append(found)
    return False
