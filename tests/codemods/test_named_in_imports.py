"""Which files import statements name, as far as their bytes say, and which words stand in code."""

from __future__ import annotations

from pathlib import Path

import pytest

from legacy_shim.codemods.analysis.project.import_statements import Statement, statements_in
from legacy_shim.codemods.analysis.project.named_in_imports import NamedInImports
from legacy_shim.codemods.analysis.project.prefilter import reaches_computed_key
from legacy_shim.codemods.analysis.project.source_tree import Tree
from legacy_shim.codemods.analysis.project.spelled import spells
from legacy_shim.codemods.analysis.syntax.source_module import parse_module

HOME = Path("app", "cloud.py")
TREE = (
    "app/__init__.py",
    "app/cloud.py",
    "app/jobs.py",
    "lib/cloud.py",
    "lib/util/__init__.py",
    "spaces/one.py",
)


def _named(text: str, path: str = "app/uses.py") -> NamedInImports:
    paths = (*map(Path, TREE), Path(path))
    data = dict.fromkeys(paths, b"") | {Path(path): text.encode()}
    return NamedInImports(Tree(paths, lambda path: parse_module(path, data[path].decode(), ()), data=data))


@pytest.mark.parametrize(
    "text",
    [
        "from app.cloud import cloud",
        "from .cloud import (\n    cloud,\n)",
        "from . import cloud",
        "from app \\\n    import cloud",
        "import app.cloud",
        "import app  # app.cloud.client",
        "import app.jobs",  # binds `app`
        "from .cloud import *",
        "if True: from .cloud import cloud",
        "from app . cloud import client",
        "from app.\\\n    cloud import client",
        "from . cloud import client",
        "from.cloud import(client)",
        "import app . cloud",
        "import app.\\\n    cloud",
        "import json, \\\n    app.cloud as client",
        "from . import (json,  # first (see below)\n    cloud,\n)",
        "from . import (  # first (see below\n    json,  # none) of these\n    cloud,\n)",
        "import json  # (see below\nfrom app import (json,  # (see there)\n    cloud,\n)",
        "from . import (  # then import jobs\n    cloud,\n)",
        "import json; print('#', (1)); from . import (\n    cloud,\n)",
        "from \\\r\n    app \\\r\n    import (\r\n    json,  # (one)\r\n    cloud)\r\n",
        "from acme.cloud import cloud",  # no file is found by that name
        "from importlib import import_module\nimport_module('app.' + name)",
        "import pytest\ncloud = pytest.importorskip('app.cloud')",
        'import pytest\ncloud = pytest.importorskip(\n    "app.cloud",\n    reason="(none)",\n)',
        "import pytest\npytest.importorskip('json')\ncloud = pytest.importorskip('app.' + name)",
        "import pytest\ncloud = pytest.importorskip('app.' 'cloud')",
        "import pytest\ncloud = pytest.importorskip(modname=NAME)",
        "import pytest\nload = pytest.importorskip\ncloud = load('app.cloud')",
        "from pytest import importorskip as load\ncloud = load('app.cloud')",
        "cloud = our_importorskip('cloud')",
    ],
)
def test_what_may_import_a_file_is_not_ruled_out(text: str) -> None:
    assert _named(text).may_import(Path("app/uses.py"), HOME)


@pytest.mark.parametrize(
    "text",
    [
        "from lib.cloud import cloud",
        "from lib import cloud",
        "from lib . cloud import cloud",
        "from lib.cloud import (json,  # (see there)\n    cloud,\n)",
        "from .jobs import cloud",
        "from app.jobs import cloud",
        "from dagster._core.cloud import cloud",
        "import json.cloud",
        "from requests import cloudy",
        "import pytest\njson = pytest.importorskip('json')\ncloud = 'app.cloud'",
        "import pytest\nlib = pytest.importorskip('lib.cloud')",
        "cloud = 1",
    ],
)
def test_what_surely_imports_another_file_is_ruled_out(text: str) -> None:
    assert not _named(text).may_import(Path("app/uses.py"), HOME)


def test_files_are_reached_through_others_and_not_by_words_alone() -> None:
    named = _named("from lib.util import cloud", "app/jobs.py")
    assert set(named.imported_from([Path("app/jobs.py")])) == {
        Path("app/jobs.py"),
        Path("lib/util/__init__.py"),
    }


def test_a_module_of_a_package_without_init_is_found() -> None:
    assert Path("spaces/one.py") in _named("from spaces import one").imported_from([Path("app/uses.py")])


def test_statements_are_read_with_dots_names_and_stars() -> None:
    assert list(statements_in(b"from ..a.b import (c as d)\nimport e.f, g\nfrom x import *\n")) == [
        Statement(("c", "d"), "a.b", 2, is_from=True),
        Statement(("e.f", "g")),
        Statement((), "x", 0, is_from=True, is_star=True),
    ]


@pytest.mark.parametrize(
    ("text", "is_spelled"),
    [
        ("context.resources.dbt", True),
        ("def op(context, dbt): ...", True),
        ('keys = {"dbt"}', True),
        ('keys = "dbt, warehouse".split(", ")', True),
        ("make(dbt=1)", True),
        ("class Settings:\n    dbt: str = ''", True),
        ('key = f"dbt_{name}"', True),
        ("from dbt.adapters import base", False),
        ("import dbt\nprint(dbt)", False),
        ('"""What dbt does."""', False),
        ('raise ValueError("No dbt (1.9) found")', False),
        ("# dbt\nother = 1", False),
    ],
)
def test_a_key_is_reached_by_what_stands_in_code(text: str, is_spelled: bool) -> None:
    assert spells(parse_module(Path("a.py"), text, ("a",)), ["dbt"]) is is_spelled


@pytest.mark.parametrize(
    ("text", "may_reach"),
    [
        ("getattr(context.resources, KEY)", True),
        ("take(context.resources)", True),
        ("held = context.resources\n", True),
        ("context.resources._asdict()", True),
        ("import importlib.resources\ntake(context.resources)", True),
        ("import importlib.resources\n", False),
        ("take(importlib.resources)", False),
        ("context.resources.dbt_cloud", False),
    ],
)
def test_resources_that_are_handed_on_are_those_of_a_context(text: str, *, may_reach: bool) -> None:
    assert reaches_computed_key(text.encode()) is may_reach
