"""What the package exports, when it is loaded, and what taking a name from it says."""

from __future__ import annotations

import ast
import importlib
import subprocess
import sys
import warnings
from pathlib import Path
from typing import Any

import pytest
from loading import python

import legacy_shim
from legacy_shim.catalogue import LEGACY_MODULES, LEGACY_NAMES

PUBLIC = [row.name for row in LEGACY_NAMES if row.public]


@pytest.mark.parametrize("row", LEGACY_NAMES, ids=lambda row: row.name)
def test_every_legacy_name_is_exported_where_the_catalogue_says(row: Any) -> None:
    module = importlib.import_module(f"legacy_shim.cloud.{row.module}")
    assert getattr(legacy_shim, row.name) is getattr(module, row.name)
    if row.public:
        assert getattr(importlib.import_module("legacy_shim.cloud"), row.name) is getattr(module, row.name)


@pytest.mark.parametrize(
    ("package", "names"),
    [
        ("legacy_shim", {row.name for row in LEGACY_NAMES}),
        ("legacy_shim.cloud", {*PUBLIC, *LEGACY_MODULES}),
    ],
)
def test_star_import_and_dir_have_them_all(package: str, names: set[str]) -> None:
    namespace: dict[str, Any] = {}
    exec(f"from {package} import *", namespace)
    assert names <= namespace.keys()
    assert names <= set(dir(importlib.import_module(package)))
    assert "import_module" not in namespace


def test_static_exports_are_those_of_the_catalogue() -> None:
    """Type checkers see what the run time serves."""
    source = Path(str(legacy_shim.__file__)).read_text(encoding="utf-8")
    static = {
        (node.module, alias.asname)
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.ImportFrom) and str(node.module).startswith("legacy_shim.cloud.")
        for alias in node.names
        if alias.asname
    }
    assert static == {(f"legacy_shim.cloud.{row.module}", row.name) for row in LEGACY_NAMES}


def test_a_name_that_does_not_exist_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no_such_name"):
        _ = legacy_shim.no_such_name  # type: ignore[attr-defined]


def test_the_package_loads_nothing_of_weight() -> None:
    code = (
        "import sys; before = set(sys.modules); import legacy_shim\n"
        "print(sorted({m.partition('.')[0] for m in set(sys.modules) - before}))"
    )
    assert python(code, "-I").stdout.strip() == "['legacy_shim']"


def test_installing_the_hook_loads_nothing_of_weight() -> None:
    code = (
        "import sys; before = set(sys.modules); import legacy_shim; legacy_shim.install()\n"
        "print(sorted({m.partition('.')[0] for m in set(sys.modules) - before} - {'importlib'}))"
    )
    loaded = set(ast.literal_eval(python(code, "-I").stdout.strip()))
    assert loaded.isdisjoint(
        {"dagster", "dagster_dbt", "dagster_shared", "libcst", "requests", "typing", "logging"}
    )


@pytest.mark.parametrize("module", LEGACY_MODULES)
def test_no_module_of_the_facade_loads_upstreams(module: str) -> None:
    code = (
        f"import sys, legacy_shim.cloud.{module}\n"
        "print([m for m in sys.modules if m == 'dbt' or m.startswith(('dagster_dbt.cloud.', 'dbt.', 'werkzeug'))\n"
        "       or (m.startswith('legacy_shim.') and m.split('.')[1] in ('codemods', 'emulator'))])"
    )
    answer = python(code, "-W", "ignore", anew=True)
    assert answer.stdout.strip() == "[]", answer.stdout + answer.stderr


def said(tmp_path: Path, *lines: str, name: str = "user_module.py") -> list[tuple[int, str]]:
    """Run lines as a user's module; return the line and the start of each of our warnings."""
    path = tmp_path / name
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        exec(compile(path.read_text(encoding="utf-8"), str(path), "exec"), {"__name__": "user_module"})
    return [
        (one.lineno, str(one.message).split(":")[0].replace(f" at {path}", ""))
        for one in caught
        if one.category is legacy_shim.LegacyDbtCloudWarning
    ]


def test_importing_names_is_told_once_for_a_module(tmp_path: Path) -> None:
    lines = [
        "import os",
        "from legacy_shim import dbt_cloud_resource, load_assets_from_dbt_cloud_job",
        "from legacy_shim.cloud.resources import DbtCloudClient",
        "from legacy_shim.cloud import dbt_cloud_run_op",
    ]
    assert said(tmp_path, *lines) == [(2, "LDC101 dbt_cloud_resource is superseded, imported")]
    assert said(tmp_path, *lines) == [], "the same module again"
    assert said(tmp_path, *lines, name="another_module.py") == [
        (2, "LDC101 dbt_cloud_resource is superseded, imported")
    ]


def test_importing_from_a_submodule_is_told(tmp_path: Path) -> None:
    assert said(tmp_path, "from legacy_shim.cloud.types import DbtCloudOutput as Out") == [
        (1, "LDC106 DbtCloudOutput is superseded, imported")
    ]


def test_a_star_import_is_told_once(tmp_path: Path) -> None:
    for package in ("legacy_shim", "legacy_shim.cloud.resources"):
        importlib.import_module(package)
        (told,) = said(tmp_path, "import os", f"from {package} import *", name=f"{package}.py")
        assert told[0] == 2
        assert told[1].endswith("is superseded, imported")


def test_imports_of_a_module_with_many_names_are_told_as_what_they_are(tmp_path: Path) -> None:
    """Python widens the arguments of its instructions there."""
    importlib.import_module("legacy_shim.cloud.utils")
    constants = [f"name_{number} = 'value {number}'" for number in range(70_000)]
    lines = [
        *constants,
        "import legacy_shim.cloud.utils",
        "from legacy_shim.cloud.utils import generate_events",
    ]
    many = len(constants)
    assert said(tmp_path, *lines) == [(many + 1, "LDC114 legacy_shim.cloud.utils is superseded, imported")]
    assert said(tmp_path, *constants, lines[-1], name="names_only.py") == [
        (many + 1, "LDC111 generate_events is superseded, imported")
    ]


def test_importing_a_module_is_told(tmp_path: Path) -> None:
    importlib.import_module("legacy_shim.cloud.utils")
    assert said(tmp_path, "import legacy_shim.cloud.utils") == [
        (1, "LDC114 legacy_shim.cloud.utils is superseded, imported")
    ]


@pytest.mark.parametrize("package", ["legacy_shim", "dagster_dbt"])
@pytest.mark.parametrize(
    ("statement", "name"),
    [
        ("import {}.cloud.utils", "{}.cloud.utils"),
        ("import {}.cloud.utils as u", "{}.cloud.utils"),
        ("import {}.cloud", "{}.cloud"),
        ("from {}.cloud import utils", "{}.cloud.utils"),
        ("from {}.cloud import types as t, utils as u", "{}.cloud.types"),
        ("from {}.cloud.utils import generate_events", "generate_events"),
    ],
)
def test_the_import_that_loads_a_module_is_told_as_it_is_written(
    tmp_path: Path, package: str, statement: str, name: str
) -> None:
    """In a new process, where nothing is there yet; and again in another file, where all is."""
    for file in ("first.py", "second.py"):
        (tmp_path / file).write_text(statement.format(package) + "\n")
    answer = python("import legacy_shim; legacy_shim.install(); import first, second", cwd=tmp_path)
    for file in ("first.py", "second.py"):
        told = f"{name.format(package)} is superseded, imported at {tmp_path / file}:1:"
        assert answer.stderr.count(f" {told}") == 1, answer.stderr
    assert answer.stderr.count("LDC") == 2, answer.stderr


def test_threads_that_need_a_module_first_all_get_it() -> None:
    code = (
        "import legacy_shim, sys, threading\n"
        "sys.setswitchinterval(1e-5)\n"
        "got = []\n"
        "barrier = threading.Barrier(8)\n"
        "def take():\n"
        "    barrier.wait()\n"
        "    got.append(legacy_shim.DbtCloudRunStatus.SUCCESS.value)\n"
        "threads = [threading.Thread(target=take) for _ in range(8)]\n"
        "[thread.start() for thread in threads]\n"
        "[thread.join() for thread in threads]\n"
        "print(got)"
    )
    assert python(code, "-W", "ignore", anew=True).stdout.strip() == str([10] * 8)


def test_an_attribute_of_a_module_is_told_for_each_line(tmp_path: Path) -> None:
    lines = [
        "import legacy_shim.cloud as cloud",
        "cloud.resources.DbtCloudClient",
        "[cloud.resources.DbtCloudClient for _ in range(3)]",
        "cloud.DbtCloudOutput",
    ]
    assert [one for one in said(tmp_path, *lines) if one[0] > 1] == [
        (2, "LDC108 DbtCloudClient is superseded, used"),
        (3, "LDC108 DbtCloudClient is superseded, used"),
        (4, "LDC106 DbtCloudOutput is superseded, used"),
    ]


def test_a_call_through_a_module_is_told_once(tmp_path: Path) -> None:
    lines = ["import legacy_shim", "legacy_shim.dbt_cloud_resource(api_token='t', account_id=1)"]
    assert said(tmp_path, *lines) == [(2, "LDC101 dbt_cloud_resource is superseded, used")]


def test_an_annotation_is_silent(tmp_path: Path) -> None:
    lines = [
        "from legacy_shim import DbtCloudClientResource",
        "from dagster import asset",
        "def f(x: DbtCloudClientResource) -> DbtCloudClientResource: return x",
        "@asset",
        "def a(dbt_cloud: DbtCloudClientResource) -> None: ...",
        "value: DbtCloudClientResource | None = None",
    ]
    assert [one[0] for one in said(tmp_path, *lines)] == [1]


def test_subclassing_is_told_at_the_class(tmp_path: Path) -> None:
    lines = [
        "from legacy_shim.cloud.asset_defs import DbtCloudCacheableAssetsDefinition",
        "from legacy_shim import DbtCloudClientResource",
        "class Mine(DbtCloudClientResource):",
        "    extra: str = ''",
        "class Assets(DbtCloudCacheableAssetsDefinition): ...",
    ]
    assert said(tmp_path, *lines)[1:] == [
        (3, "LDC102 DbtCloudClientResource is superseded, subclassed"),
        (5, "LDC109 DbtCloudCacheableAssetsDefinition is superseded, subclassed"),
    ]


def test_looking_around_is_silent(tmp_path: Path) -> None:
    lines = [
        "import inspect, unittest.mock",
        "import legacy_shim.cloud.resources as r  # told",
        "inspect.getmembers(r)",
        "unittest.mock.patch('legacy_shim.cloud.resources.DbtCloudClient.get_run').start().stop()",
        "unittest.mock.patch.stopall()",
    ]
    importlib.import_module("legacy_shim.cloud.resources")
    assert [one[0] for one in said(tmp_path, *lines)] == [2]


def test_under_mypy_a_use_is_typed(tmp_path: Path) -> None:
    if subprocess.run([sys.executable, "-m", "mypy", "--version"], capture_output=True).returncode:
        pytest.skip("mypy does not start beside the oldest dbt-core, which pins a package of mypy's")
    script = tmp_path / "typed.py"
    script.write_text(
        "from legacy_shim import DbtCloudRunStatus, install\nreveal_type(install)\nDbtCloudRunStatus.SUCCESS\n"
    )
    answer = subprocess.run(
        [sys.executable, "-m", "mypy", "--no-error-summary", str(script)],
        capture_output=True,
        text=True,
        cwd=Path(__file__).parents[2],
    )
    assert 'Revealed type is "def ()"' in answer.stdout, answer.stdout
    assert "error" not in answer.stdout
