"""The record that everything the codemod has to say is made of."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from legacy_shim.catalogue import BY_CODE, Safety
from legacy_shim.visible import one_line

OUTSIDE_PYTHON = frozenset({"LDC505", "LDC506"})
"""Legacy names where nothing is rewritten: in notebooks, and in files that are not Python."""

OLD_REQUIREMENT = "LDC509"

OTHER_TARGET = "LDC311"
"""A load is v2, and not what was asked for with ``--to``."""


@dataclass(frozen=True, order=True)
class Place:
    """A position in a file: 1-based line, 1-based column (in characters)."""

    path: Path
    line: int = 1
    column: int = 1

    def __str__(self) -> str:
        return f"{one_line(self.path)}:{self.line}:{self.column}"


@dataclass(frozen=True, order=True)
class Finding:
    """One thing to know about one place: a difference, a reason, a missing fact, a file problem.

    ``message`` speaks of this place; what the code means in general stands in the catalogue.
    """

    place: Place
    code: str
    message: str
    name: str = ""
    """The legacy name that it is about, where there is one."""
    related: tuple[Place, ...] = field(default=(), compare=False)
    """Other places that it is about."""
    jobs: tuple[int, ...] = field(default=(), compare=False)
    """The dbt Cloud jobs that it is about; where one runs in place of another, that one last."""

    migrates: bool | None = field(default=None, compare=False)
    """Of a use of a legacy name, whether it can become v2."""
    waits: bool = field(default=False, compare=False)
    """Of a use of a legacy name, whether it becomes v2 once the facts of its job are looked up."""

    @property
    def safety(self) -> Safety:
        return BY_CODE[self.code].safety

    @property
    def title(self) -> str:
        return BY_CODE[self.code].title

    @property
    def is_difference(self) -> bool:
        """Whether it reports behaviour that differs after the migration."""
        return self.code.startswith("LDC2")

    @property
    def is_left_for_a_person(self) -> bool:
        """Whether ``migrate`` ends with exit code 1 because of it."""
        return self.code[3] in "34" or self.code in {*OUTSIDE_PYTHON, OLD_REQUIREMENT}

    @property
    def is_file_problem(self) -> bool:
        """Whether ``migrate`` ends with exit code 2 because of it: a file could not be read, parsed or written."""
        return self.code in {"LDC501", "LDC502", "LDC503", "LDC504", "LDC507", "LDC508"}
