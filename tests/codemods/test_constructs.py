"""What a construct is, as mypy sees it; and that planning knows none of them."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from legacy_shim.codemods.constructs import constructs

pytestmark = pytest.mark.timeout(900)  # mypy reads all of the codemod the first time

TOP = Path(__file__).resolve().parents[2]
PLANNING = sorted((TOP / "codemods" / "planning").rglob("*.py"))

GOOD = """
from collections.abc import Iterator

from codemods.planning.claims import Claim, Context, Kind, Rewrite
from codemods.planning.units import Unit

CONSTRUCT = Kind[int]("made_up")


def claims(context: Context) -> Iterator[Claim[int]]:
    yield from ()


def rewrite(claim: Claim[int], unit: Unit, context: Context) -> Rewrite:
    return Rewrite()
"""
BAD = {
    "good": ("", ""),
    "without_rewrite": ("def rewrite(", "def rewrites("),
    "without_claims": ("def claims(", "def claim("),
    "without_a_kind": ('Kind[int]("made_up")', '"made_up"'),
    "claims_of_two_arguments": ("def claims(context: Context)", "def claims(context: Context, more: int)"),
    "claims_that_answer_a_list": (
        "-> Iterator[Claim[int]]:\n    yield from ()",
        "-> list[int]:\n    return []",
    ),
    "rewrite_without_the_unit": ("claim: Claim[int], unit: Unit, context", "claim: Claim[int], context"),
    "rewrite_of_another_detail": ("rewrite(claim: Claim[int]", "rewrite(claim: Claim[str]"),
    "claims_of_another_detail": ("Iterator[Claim[int]]", "Iterator[Claim[str]]"),
}
"""Made-up constructs: what of a good one is written otherwise."""
DETAIL = """
from codemods.planning.claims import Claim
from codemods.constructs.loads.rewrite import CONSTRUCT
from codemods.planning.units import Unit


def of_any(claim: Claim) -> bool:
    return claim.detail.makes_several  # any claim may have any detail


def of_loads(unit: Unit) -> list[bool]:
    return [claim.detail.makes_several for claim in CONSTRUCT.among(unit.claims)]
"""


def _modules() -> list[str]:
    """The constructs as they are found at run time, by the names that mypy has for them."""
    return [one.__name__.removeprefix("legacy_shim.") for one in constructs().values()]  # type: ignore[attr-defined]


@pytest.fixture(scope="module")
def errors(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, list[str]]:
    """What mypy says of each construct held to the protocol, by the line that holds it."""
    folder = tmp_path_factory.mktemp("constructs")
    for name, (old, new) in BAD.items():
        assert not old or GOOD.count(old) == 1, name
        (folder / f"{name}.py").write_text(GOOD.replace(old, new) if old else GOOD)
    (folder / "detail.py").write_text(DETAIL)
    names = [*BAD, *_modules()]
    lines = ["from typing import TypeVar", "from codemods.constructs import Construct", "import detail"]
    lines += [f"import {name}" for name in names]
    lines += ['D = TypeVar("D")', "def hold(one: Construct[D]) -> None: ...", ""]
    first = len(lines) + 1
    lines += [f"hold({name})" for name in names]
    (folder / "held.py").write_text("\n".join(lines) + "\n")
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "mypy",
            "--strict",
            "--no-error-summary",
            "--config-file=",
            "--python-version=3.10",
            "held.py",
        ],
        cwd=folder,
        env={"MYPYPATH": str(TOP), "MYPY_CACHE_DIR": str(TOP / ".mypy_cache"), "PATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode in (0, 1), done.stdout + done.stderr
    found: dict[str, list[str]] = {name: [] for name in [*names, "detail"]}
    for line in done.stdout.splitlines():
        path, number, said = line.split(":", 2)
        if path == "detail.py":
            found["detail"].append(f"{number}:{said}")
        elif path == "held.py" and " error:" in said:
            found[names[int(number) - first]].append(said)
    return found


@pytest.mark.parametrize("name", ["good", *_modules()])
def test_each_construct_is_one_to_mypy(errors: Mapping[str, list[str]], name: str) -> None:
    assert errors[name] == []


@pytest.mark.parametrize("name", [name for name in BAD if name != "good"])
def test_mypy_sees_what_is_wrong_with_a_construct(errors: Mapping[str, list[str]], name: str) -> None:
    assert errors[name]


def test_mypy_knows_the_detail_of_the_claims_of_one_construct_alone(
    errors: Mapping[str, list[str]],
) -> None:
    said = [line for line in errors["detail"] if " error:" in line]
    assert any('"object" has no attribute "makes_several"' in line for line in said)
    assert all(line.startswith("8:") for line in said)


def test_no_construct_is_left_out() -> None:
    named = [
        path.relative_to(TOP).with_suffix("").as_posix().replace("/", ".")
        for path in (TOP / "codemods" / "constructs").rglob("*.py")
        if "\nCONSTRUCT = " in path.read_text("utf-8")
    ]
    assert len(named) > 10
    assert sorted(named) == sorted(_modules())


@pytest.mark.parametrize("path", PLANNING, ids=lambda path: path.stem)
def test_planning_names_no_construct(path: Path) -> None:
    assert list(_named(path.read_text("utf-8"))) == []


def _named(text: str) -> list[str]:
    """The constructs that a module names, and whatever it compares the kind of a claim with."""
    found = []
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Constant) and node.value in constructs():
            found.append(str(node.value))
        elif isinstance(node, ast.Compare):
            sides = [node.left, *node.comparators]
            found += [
                ast.unparse(node)
                for one in sides
                if isinstance(one, ast.Attribute) and one.attr == "construct" and len(sides) == 2
            ]
    return [one for one in found if one != "claim.construct == self"]


def test_the_rule_sees_a_construct_that_is_named() -> None:
    assert _named('if claim.construct == OTHER: ...\nx = "assets"') != []
    assert len(_named('if claim.construct == OTHER: ...\nx = "assets"')) == 2
    assert _named('x = {"environment_id": 1}') == []
