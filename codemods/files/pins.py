"""Requirements of dagster-dbt that exclude the releases which v2 code needs."""

from __future__ import annotations

import re
from functools import cache
from typing import Final

_FIRST: Final = (0, 28)
"""The first release that legacy-shim supports."""

_DRESS = r"""["'(){}]|\bversion\s*="""
"""What Poetry, Pipfile, setup.cfg and setup.py put around the clauses of a requirement."""
_CLAUSE = r"(~=|={1,3}|!=|<=?|>=?|\^|~)\s{0,20}v?(\d[\w.*+!-]{0,60})"


@cache
def _requirement() -> re.Pattern[str]:
    # Nothing here is without a limit: on a line of megabytes it would take quadratic time.
    return re.compile(
        rf"""(?ix) (?<![\w./-]) dagster[-_.]dbt (?![\w.-]) \s{{0,20}} (?:\[[^\[\]]{{0,200}}\])? \s{{0,20}}
        (?:=\s{{1,20}}(?=[~^<>=!]))?  # the equals sign of TOML
        (?P<clauses> {_CLAUSE} (?:\s{{0,20}},\s{{0,20}}{_CLAUSE}){{0,20}} )
        """
    )


def pin_below_v2(line: str) -> str:
    """The requirement on a line that excludes dagster-dbt 0.28 and all later releases; empty where there is none."""
    if "dbt" not in line:
        return ""
    for found in _requirement().finditer(re.sub(_DRESS, " ", line)):
        if any(_ends_before(*clause) for clause in re.findall(_CLAUSE, found["clauses"])):
            return f"dagster-dbt{''.join(found['clauses'].split())}"
    return ""


def _ends_before(operator: str, version: str) -> bool:
    """Whether a clause admits nothing from 0.28 on."""
    release = tuple(int(part) for part in re.findall(r"\d+", version.split("+")[0])[:3])
    if operator == "<":
        return release < (*_FIRST, 1)
    if operator == "~=" and len(release) < 3:  # ~=0.26 admits whatever comes before 1
        return False
    return operator in {"<=", "=", "==", "===", "~=", "^", "~"} and release[:2] < _FIRST
