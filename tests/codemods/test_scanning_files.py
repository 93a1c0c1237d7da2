"""Which files are read because they may look through the module of a load, although they name neither it nor Dagster."""

from __future__ import annotations

from pathlib import Path

import pytest
from rewriting import migrate

from legacy_shim.codemods.analysis.project.scanning import looks_through_imported
from legacy_shim.codemods.analysis.syntax.source_module import parse_module

LOADS = """
from dagster_dbt import DbtCloudClientResource, load_assets_from_dbt_cloud_job

cloud = DbtCloudClientResource(auth_token="t", account_id=12345)
models = load_assets_from_dbt_cloud_job(cloud, 67890)
"""
DEFS = (
    "from dagster import Definitions\nfrom team import loads\n{}defs = Definitions(assets=[loads.models])\n"
)
PUBLIC = "def public(module):\n    return [value for name, value in vars(module).items() if name[0] != '_']\n"
BY_TEXT = (
    "from importlib import import_module\n\n\ndef load(name):\n    return import_module(f'team.{name}')\n"
)
LOOKED_THROUGH = {
    "by a function that is given it": {
        "defs.py": DEFS.format("from team.tools import public\nprint(public(loads))\n"),
        "tools.py": PUBLIC,
    },
    "by a function of a package that hands it on": {
        "defs.py": DEFS.format("from team.tools import public\nprint(public(loads))\n"),
        "tools/__init__.py": "from .look import public\n",
        "tools/look.py": PUBLIC,
    },
    "by a class that another derives from": {
        "defs.py": DEFS.format("from team.books import Book\nprint(Book().public(loads))\n"),
        "books.py": "from team.base import Base\n\n\nclass Book(Base):\n    pass\n",
        "base.py": "class Base:\n    def public(self, module):\n        return module.__dict__.items()\n",
    },
    "by a file that imports it by a text": {
        "defs.py": DEFS.format(""),
        "docs.py": BY_TEXT
        + "\n\nfor name in ('loads', 'defs'):\n    print(sorted(vars(load(name)).values()))\n",
    },
    "by a file that code of Dagster imports": {
        "defs.py": DEFS.format(""),
        "jobs.py": "import dagster\nfrom team.listing import listing\nJOBS = listing('loads')\n",
        "listing.py": "from team.text import load\n\n\ndef listing(name):\n    return list(vars(load(name)).values())\n",
        "text.py": BY_TEXT,
    },
    "by a package whose name only ends as Dagster's": {
        "defs.py": DEFS.format(""),
        "our_dagster/_core/__init__.py": "",
        "our_dagster/_core/loading.py": "import dagster\n" + BY_TEXT + "\n\nMINE = vars(load(input()))\n",
    },
}
OTHERWISE = {
    "an object of its own": {
        "defs.py": DEFS.format("from team.row import Row\nprint(Row().shown())\n"),
        "row.py": "class Row:\n    def shown(self):\n        return vars(self), self.__dict__\n",
    },
    "a module that holds no load": {
        "defs.py": DEFS.format(
            "from team import other\nfrom team.tools import public\nprint(public(other))\n"
        ),
        "other.py": "ONE = 1\n",
        "tools.py": PUBLIC,
    },
    "a copy of Dagster beside the code": {
        "defs.py": DEFS.format(""),
        "vendored/dagster/_core/__init__.py": "",
        "vendored/dagster/_core/loading.py": "import dagster\n"
        + BY_TEXT
        + "\n\nMINE = vars(load(input()))\n",
    },
}


@pytest.mark.parametrize("files", LOOKED_THROUGH.values(), ids=LOOKED_THROUGH)
def test_a_load_stays_whose_module_is_looked_through(tmp_path: Path, files: dict[str, str]) -> None:
    kept = _kept(tmp_path, files)
    assert any("looks through a module that holds the loaded assets" in each for each in kept)


@pytest.mark.parametrize("files", OTHERWISE.values(), ids=OTHERWISE)
def test_it_migrates_where_something_else_is(tmp_path: Path, files: dict[str, str]) -> None:
    assert _kept(tmp_path, files) == []


HEAD = "import importlib, inspect, sys\nfrom importlib import import_module\nNAME = '.'.join(['team', 'lo' + 'ads'])\n"
BY_ITSELF = {
    "at once": "print(vars(import_module(NAME)))\n",
    "by another name": "from importlib import import_module as load\nprint(vars(load(NAME)))\n",
    "by a name": "found = importlib.import_module(NAME)\nprint(inspect.getmembers(found))\n",
    "by a walrus": "if found := import_module(NAME):\n    print(dir(found))\n",
    "of what is loaded": "import team.loads\nprint(sys.modules[NAME].__dict__)\n",
    "in a loop": "for found in map(import_module, [NAME]):\n    print(found.__dict__)\n",
    "in a comprehension": "print([vars(one) for one in (import_module(NAME),)])\n",
    "as a parameter": "def show(found):\n    print(vars(found))\n\n\nshow(import_module(NAME))\n",
    "as a default": "def show(found=import_module(NAME)):\n    print(vars(found))\n\n\nshow()\n",
    "as an answer": "def found():\n    return import_module(NAME)\n\n\nprint(vars(found()))\n",
    "in an object": "class Book:\n    def __init__(self, of):\n        self.of = of\n\n    def show(self):\n        print(vars(self.of))\n\n\nBook(import_module(NAME)).show()\n",
    "name by name": "found = __import__(NAME, fromlist=['x'])\nprint([getattr(found, name) for name in dir(found)])\n",
}
"""Files that nothing connects with the others, but for the text by which they import."""


@pytest.mark.parametrize("text", BY_ITSELF.values(), ids=BY_ITSELF)
def test_such_a_file_is_read(text: str) -> None:
    assert looks_through_imported(parse_module(Path("listing.py"), HEAD + text, ("listing",)))


@pytest.mark.parametrize("name", sorted(BY_ITSELF.keys() - {"by another name", "in a loop", "in an object"}))
def test_a_load_stays_that_a_file_reaches_by_a_text(tmp_path: Path, name: str) -> None:
    kept = _kept(tmp_path, {"defs.py": DEFS.format(""), "listing.py": HEAD + BY_ITSELF[name]})
    assert any("looks through a module that holds the loaded assets" in each for each in kept)


@pytest.mark.parametrize(
    "text",
    [
        "found = import_module(NAME)\n\n\nclass Row:\n    def show(self, other):\n        return vars(other)\n",
        "def show(row):\n    return row.__dict__\n\n\nimport_module(NAME)\n",
    ],
)
def test_what_is_imported_by_a_text_is_not_what_is_looked_through(tmp_path: Path, text: str) -> None:
    assert _kept(tmp_path, {"defs.py": DEFS.format(""), "listing.py": HEAD + text}) == []


def _kept(folder: Path, files: dict[str, str]) -> list[str]:
    package = {"__init__.py": "", "loads.py": LOADS, **files}
    _, report = migrate(folder, {f"team/{path}": text for path, text in package.items()})
    return [each.message for each in report.findings if each.is_left_for_a_person and each.code != "LDC308"]
