"""What a legacy resource is built with: data that constructs read off the code, and planning compares."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field

from ..analysis.syntax.source_module import Module
from ..editing import render
from ..editing.edits import Edit

TOKEN = ("auth_token", "api_token")
"""The spellings of the token."""
RETRIES = ("request_max_retries", "request_retry_delay")
"""What a workspace takes over as it is."""


@dataclass(frozen=True, eq=False)
class Setting:
    """One setting: the expression that gives it."""

    module: Module
    node: ast.expr
    access: str = ""
    """How to read it where the resource is built, if it is not written there: ``CONFIG["account_id"]``."""
    others: tuple[tuple[Module, ast.expr], ...] = ()
    """What else that may read, where it is one of several dicts: ``ENVS[ENV]["account_id"]``."""

    def each(self) -> Iterator[Setting]:
        """It, as each expression that may give it gives it."""
        for module, node in ((self.module, self.node), *self.others):
            yield Setting(module, node, self.access)

    def text(self) -> str:
        """How to write it where the resource is built."""
        return self.access or render.own_text(self.module, self.node)

    @property
    def is_simple(self) -> bool:
        """Whether an attribute or a subscript can follow its text as it stands."""
        return bool(self.access) or isinstance(
            self.node, (ast.Name, ast.Attribute, ast.Call, ast.Subscript, ast.Dict)
        )


@dataclass(frozen=True, eq=False)
class Dropped:
    """An argument, by its place, of the call of a function that builds the resource, where a workspace has no such setting."""

    module: Module
    call: ast.Call
    place: int


@dataclass(frozen=True, eq=False)
class Settings:
    """All that a resource is built with."""

    values: dict[str, Setting]
    parts: tuple[tuple[ast.AST, str], ...]
    """The keyword or dict value that gives each setting, in the user's order."""
    whole: ast.expr
    """The expression that holds the parts, and the comments on them."""
    own: dict[str, Setting] = field(default_factory=dict)
    """The fields that a subclass adds."""
    leftovers: tuple[tuple[Module, Edit], ...] = ()
    """What goes elsewhere once the resource has its settings where it is built."""
    spread: str = ""
    """What hands on more settings that a workspace takes as they are: ``**extra``."""
    dropped: tuple[Dropped, ...] = ()
    """What calls give by that and a workspace does not take."""

    @property
    def token(self) -> Setting:
        return next(self.values[name] for name in TOKEN if name in self.values)
