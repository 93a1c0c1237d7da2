"""Whether a file that the index does not need may set an attribute of a class or of its objects.

``conf.ALL["prod"].job_id = 1`` in a file that holds nothing legacy: the file is found by what it spells, and counts if it
can have the object, as it reaches the file of the class by its imports, or as its function is given one.
"""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from ..syntax.classes import attribute_of_self
from ..syntax.scopes import Assigned, Iterated, Parameter
from ..syntax.source_module import Module
from .values import Local

if TYPE_CHECKING:
    from .interpreter import Evaluator

_SETS = re.compile(
    rb"\.(\w+)\s*(?::(?!\s*\n)|[-+*/|&^%@<>]*=(?!=)|[,)\]][^\n]*=(?!=)|\s+in\b)|setattr\s*\([^\n]*?[\"'](\w+)[\"']"
)
"""What sets an attribute looks like that, roughly: a file that spells it is parsed."""
_BY_TEXT = re.compile(rb"\b(?:setattr|vars)\s*\(|__dict__")
"""What sets attributes whose names need not be spelled as such."""
_FARTHEST = 300
"""Files that the imports of one are followed through. It may have the object if they are more."""
_Set = tuple[Module, ast.expr, bool]
"""A file, of what it sets an attribute, and whether it spells the name there."""
_DEEPEST = 4
"""Variables that are followed, one behind the other."""
_FEW = 20
"""Names that are looked for one by one."""


def is_set_aside(evaluator: Evaluator, owner: Local, name: str) -> bool:
    """Whether some file aside may set the attribute ``name`` of a class or of its objects."""
    asked = ("set aside", owner, name)
    return evaluator.answer(asked, lambda: _is_any_of(evaluator, owner, name), False)


def _is_any_of(evaluator: Evaluator, owner: Local, name: str) -> bool:
    # One is enough: a file is parsed only where none before it may be that.
    return any(
        _may_be(evaluator, module, target, owner, is_named=is_named)
        for module, target, is_named in _targets(evaluator, name)
    )


def _targets(evaluator: Evaluator, name: str) -> Iterator[_Set]:
    """Of what files aside set an attribute of that name, or one whose name they do not spell there."""
    evaluator.fixpoint.watch(("files", None))
    tree, spelled = evaluator.tree, name.encode()
    for path in evaluator.setting_files.of(spelled):
        module = tree.module_at(path) if path not in tree.modules else None
        if module is not None:
            set_there = evaluator.tables.set_in(module)
            yield from ((module, target, True) for target in set_there.get(name, ()))
            yield from ((module, target, False) for target in set_there.get("", ()))


@dataclass(eq=False)
class SettingFiles:
    """Finds the files that may set an attribute of a name, by their bytes."""

    data: Mapping[Path, bytes]
    _set_in: dict[Path, frozenset[bytes]] = field(default_factory=dict, repr=False)
    _found: dict[bytes, tuple[Path, ...]] = field(default_factory=dict, repr=False)

    def of(self, name: bytes) -> Sequence[Path]:
        """The files that may set an attribute of that name, or one whose name they do not spell there."""
        if name not in self._found:
            self._found[name] = tuple(self._find(name))
        return self._found[name]

    def _find(self, name: bytes) -> Iterator[Path]:
        # To look for a name in all files takes a small part of what it takes to find all names that they set.
        paths = (
            self.data
            if len(self._found) < _FEW
            else [*self._by_name.get(name, ()), *self._by_name.get(b"", ())]
        )
        for path in dict.fromkeys(paths):
            if name in self.data[path] and not self._names_in(path).isdisjoint((name, b"")):
                yield path

    def _names_in(self, path: Path) -> frozenset[bytes]:
        """The names of attributes that a file may set; an empty one where it may set any."""
        if path not in self._set_in:
            text = self.data[path]
            names = {spelled or by_text for spelled, by_text in _SETS.findall(text)}
            self._set_in[path] = frozenset(names | {b""} if _BY_TEXT.search(text) else names)
        return self._set_in[path]

    @cached_property
    def _by_name(self) -> Mapping[bytes, list[Path]]:
        found: dict[bytes, list[Path]] = defaultdict(list)
        for path in self.data:
            for name in self._names_in(path):
                found[name].append(path)
        return found


def _may_be(evaluator: Evaluator, module: Module, target: ast.expr, owner: Local, *, is_named: bool) -> bool:
    """Whether what an attribute is set of may be the class or an object of it."""
    above = module.parent(target)
    if above is not None and attribute_of_self(module, above):
        method = module.function_of(target)
        of = module.parent(method) if method is not None else None
        assert isinstance(of, ast.ClassDef) and isinstance(owner.node, ast.ClassDef)
        # What a class gives its own objects is followed.
        return owner.node.name in {ast.unparse(base).rpartition(".")[2] for base in of.bases}
    if is_named and _may_be_handed(evaluator, module, target, owner):
        return True
    nothing: frozenset[Path] | None = frozenset()
    reached = evaluator.answer(("reached", module), lambda: _reached(evaluator, module), nothing)
    return reached is None or owner.module.path in reached


def _may_be_handed(
    evaluator: Evaluator, module: Module, node: ast.expr, owner: Local, depth: int = _DEEPEST
) -> bool:
    """Whether something is what a function is given, or reached from that by a name which the file of the class has."""
    match node:
        case ast.Attribute(value=ast.Attribute(value=ast.Name()) as held, attr=name) if attribute_of_self(
            module, held
        ):
            return _is_spelled(owner, name)
        case ast.Attribute(value=base, attr=name):
            return _is_spelled(owner, name) and _may_be_handed(evaluator, module, base, owner, depth)
        case ast.Subscript(value=base) | ast.Call(func=ast.Attribute(value=base)):
            return _may_be_handed(evaluator, module, base, owner, depth)
        case ast.Name(id=name) if depth:
            return any(
                isinstance(binding, Parameter)
                or (
                    isinstance(binding, (Assigned, Iterated))
                    and _may_be_handed(evaluator, module, binding.value, owner, depth - 1)
                )
                for binding in evaluator.tree.names(module).lookup(module, name, node)
            )
    return False


def _is_spelled(owner: Local, name: str) -> bool:
    """Whether the file of a class has a word."""
    return re.search(rf"\b{re.escape(name)}\b", owner.module.text) is not None


def _reached(evaluator: Evaluator, module: Module) -> frozenset[Path] | None:
    """The files that one imports, by way of any others; None for too many."""
    seen, waiting = {module.path}, [module.path]
    for one in waiting:  # grows as it goes
        new = evaluator.named_in_imports.imported_directly(one) - seen
        seen |= new
        waiting += sorted(new)
        if len(waiting) > _FARTHEST:
            return None
    return frozenset(seen)
