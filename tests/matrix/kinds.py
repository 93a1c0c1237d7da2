"""What the project is held to work with: a Python and a dagster-dbt for each kind."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Kind:
    """A virtual environment in which the core of the tests must pass."""

    name: str
    python: str
    """Like `3.10`."""
    dagster_dbt: str
    """For people: which dagster-dbt it is."""
    requirements: tuple[str, ...] = ()
    """What to install beside the project; without any, the newest of all that it depends on."""
    has_legacy: bool = True
    """Whether dagster-dbt keeps its legacy package."""

    @property
    def is_of_python(self) -> bool:
        """Whether it is there for its Python alone: another one will not do where that is not to be had."""
        return not self.requirements and self.has_legacy


OLDEST = ("dagster==1.12.0", "dagster-dbt==0.28.0")
KINDS = (
    Kind("python-3.10", "3.10", "newest"),
    Kind("python-3.11", "3.11", "newest"),
    Kind("python-3.12", "3.12", "newest"),
    Kind("python-3.13", "3.13", "newest"),
    Kind("oldest", "3.10", "0.28.0, with dagster 1.12.0", OLDEST),
    Kind("removed", "3.13", "newest, its legacy package removed", has_legacy=False),
)


def table() -> str:
    """The kinds as a table in Markdown, as the README shows them."""
    rows = [(f"`{kind.name}`", kind.python, kind.dagster_dbt) for kind in KINDS]
    lines = [("kind", "Python", "dagster-dbt"), ("---", "---", "---"), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)
