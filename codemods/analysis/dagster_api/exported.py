"""The names that ``from dagster import *`` brings, as the installed Dagster says in its source."""

from __future__ import annotations

import ast
from functools import cache
from importlib.util import find_spec
from pathlib import Path


@cache
def exported_names() -> frozenset[str]:
    """The names that Dagster has at its top; none where it is not installed."""
    found = find_spec("dagster")  # of a package at the top: nothing of it is imported
    try:
        tree = ast.parse(Path(found.origin).read_bytes()) if found is not None and found.origin else None
    except (OSError, SyntaxError, ValueError):
        tree = None
    imports = [node for node in tree.body if isinstance(node, ast.ImportFrom)] if tree is not None else []
    return frozenset(alias.asname or alias.name for node in imports for alias in node.names)
