"""Objects of a ``TypedDict`` are dicts, with the arguments of the call that makes them as keys."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from .values import Local, Value

if TYPE_CHECKING:
    from .objects import Objects

_TYPED_DICTS = ("typing.TypedDict", "typing_extensions.TypedDict")


def is_typed_dict(objects: Objects, value: Value) -> bool:
    """Whether a class of the tree derives from ``TypedDict``."""
    return (
        isinstance(value, Local)
        and isinstance(value.node, ast.ClassDef)
        and any(objects.derives_from(value, name) for name in _TYPED_DICTS)
    )
