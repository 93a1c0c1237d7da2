"""One module for each construct. A module is found by being here; adding one edits no other file.

A construct offers ``claims(context)``, which yields a claim for each use it answers for, and
``rewrite(claim, unit, context)``, which says what the v2 form of a claim takes.
"""

from __future__ import annotations

import importlib
import pkgutil
from types import ModuleType


def constructs() -> dict[str, ModuleType]:
    """The modules of this package by name."""
    names = sorted(found.name for found in pkgutil.iter_modules(__path__))
    return {name: importlib.import_module(f"{__name__}.{name}") for name in names}
