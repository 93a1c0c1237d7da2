"""The facade works in a Dagster that has none of the private modules it leans on, and says what is lost.

The Dagster is the installed one. An import of something private fails as soon as the facade, and nobody else, asks for it.
"""

from __future__ import annotations

import ast
import importlib.util
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from loading import TOKEN, commands_run, python, shop_cloud

import legacy_shim
from legacy_shim.emulator import DbtCloud, Server, serve

PACKAGE = Path(legacy_shim.__file__).parent
ONE_PLACE = PACKAGE / "cloud" / "dagster_private.py"
TOOLS = ("emulator", "snapshot")  # they serve tests and `verify`, no user code at run time

WITHOUT_PRIVATE = """
import builtins, importlib, json, os, sys

def is_private(name, wanted=()):
    parts = name.split(".")
    if parts[0] == "dagster_shared":
        return True
    return parts[0] == "dagster" and any(part.startswith("_") for part in [*parts[1:], *(wanted or ())])

def refuse(name, wanted, module):
    if module.startswith("legacy_shim.") and is_private(name, wanted):
        raise ImportError(f"No module named {name!r}", name=name)

def blocked_import(name, globals=None, locals=None, fromlist=(), level=0):
    if level == 0:
        refuse(name, fromlist, (globals or {}).get("__name__", ""))
    return plain_import(name, globals, locals, fromlist, level)

def blocked_import_module(name, package=None):
    refuse(name, (), sys._getframe(1).f_globals.get("__name__", ""))
    return plain_import_module(name, package)

plain_import, plain_import_module = builtins.__import__, importlib.import_module
builtins.__import__, importlib.import_module = blocked_import, blocked_import_module

import dagster as dg
"""

DIALECTS = {
    "shipped": """
from legacy_shim import dbt_cloud_resource, load_assets_from_dbt_cloud_job
resource = dbt_cloud_resource.configured(
    {"auth_token": os.environ["TOKEN"], "account_id": 12345, "dbt_cloud_host": os.environ["HOST"]}
)
loaded = load_assets_from_dbt_cloud_job(dbt_cloud=resource, job_id=67890)
defs = dg.Definitions(assets=[loaded])
""",
    "documented": """
from legacy_shim import dbt_cloud_resource, load_assets_from_dbt_cloud_job
resource = dbt_cloud_resource(os.environ["TOKEN"], 12345, dbt_cloud_host=os.environ["HOST"])
loaded = load_assets_from_dbt_cloud_job(dbt_cloud=resource, job_id=67890)
defs = dg.Definitions(assets=loaded, resources={"dbt_cloud": resource})
""",
    "a class and a repository": """
from legacy_shim import DbtCloudClientResource, load_assets_from_dbt_cloud_job
resource = DbtCloudClientResource(
    auth_token=dg.EnvVar("TOKEN"), account_id=12345, dbt_cloud_host=dg.EnvVar("HOST")
)
loaded = load_assets_from_dbt_cloud_job(
    dbt_cloud=resource,
    job_id=67890,
    node_info_to_auto_materialize_policy_fn=lambda _: dg.AutoMaterializePolicy.eager(),
    node_info_to_freshness_policy_fn=lambda _: dg.FreshnessPolicy.cron("0 1 * * *", __import__("datetime").timedelta(minutes=9)),
)

@dg.repository
def defs():
    return [loaded]
""",
}

LOAD_AND_RUN = """
repository = defs if isinstance(defs, dg.RepositoryDefinition) else defs.get_repository_def()
keys = sorted(key.to_user_string() for key in repository.asset_graph.materializable_asset_keys)
result = repository.get_implicit_global_asset_job_def().execute_in_process(instance=dg.DagsterInstance.ephemeral())
built = sorted(event.asset_key.to_user_string() for event in result.get_asset_materialization_events())

from legacy_shim import dbt_cloud_run_op

@dg.job(resource_defs={"dbt_cloud": resource} if isinstance(resource, dg.ResourceDefinition) else {"dbt_cloud": resource.get_resource_definition()})
def nightly():
    dbt_cloud_run_op.configured({"job_id": 67890, "poll_interval": 0.05}, name="nightly_op")()

succeeded = nightly.execute_in_process().success
try:
    from legacy_shim.cloud.dagster_private import MISSING
    from legacy_shim.cloud.utils import generate_materializations
    list(generate_materializations(None, 5))
except Exception as error:
    wrong = type(error).__name__
print(json.dumps({"keys": keys, "built": built, "op": succeeded, "wrong": wrong, "missing": sorted(MISSING)}))
"""


@pytest.fixture
def shop() -> DbtCloud:
    return shop_cloud()


@pytest.fixture
def shop_server(shop: DbtCloud) -> Iterator[Server]:
    with serve(shop) as running:
        yield running


def run(code: str, server: Server) -> tuple[dict[str, object], str]:
    done = python(code, TOKEN=TOKEN, HOST=server.url)
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout.splitlines()[-1]), done.stderr


@pytest.mark.parametrize("dialect", DIALECTS)
def test_both_dialects_load_and_run_without_private_modules(
    shop: DbtCloud, shop_server: Server, dialect: str
) -> None:
    usual, _ = run("import json, os, dagster as dg" + DIALECTS[dialect] + LOAD_AND_RUN, shop_server)
    asked = commands_run(shop)
    bare, log = run(WITHOUT_PRIVATE + DIALECTS[dialect] + LOAD_AND_RUN, shop_server)
    assert bare["keys"] == usual["keys"] != []
    assert bare["built"] == usual["built"] == usual["keys"]
    assert bare["op"] is usual["op"] is True
    assert commands_run(shop) == asked * 2, "dbt Cloud is asked for the same"
    assert usual["missing"] == []
    assert {"CacheableAssetsDefinition", "DefinitionsLoadContext", "serialize_value"} <= set(bare["missing"])  # type: ignore[call-overload]
    assert "no CacheableAssetsDefinition" in log
    assert "each asks again, with a compile run of its own" in log


def test_nothing_is_told_lost_where_nothing_is(shop_server: Server) -> None:
    _, log = run("import json, os, dagster as dg" + DIALECTS["shipped"] + LOAD_AND_RUN, shop_server)
    assert "This Dagster has no" not in log


def test_what_nothing_can_replace_is_a_clear_error(shop_server: Server) -> None:
    code = "import os, dagster as dg\ndel dg.AssetsDefinition.get_attributes_dict\n" + DIALECTS["shipped"]
    done = python(code + "defs.get_repository_def()", TOKEN=TOKEN, HOST=shop_server.url)
    assert done.returncode != 0
    assert "MissingDagsterNameError: This Dagster has no AssetsDefinition.get_attributes_dict" in done.stderr


def modules() -> list[Path]:
    return [
        path
        for path in sorted(PACKAGE.rglob("*.py"))
        if path != ONE_PLACE and path.relative_to(PACKAGE).parts[0] not in TOOLS
    ]


def private_imports(source: str) -> list[str]:
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom) and node.level == 0:
            found += [f"{node.module}.{name.name}" for name in node.names]
        elif isinstance(node, ast.Import):
            found += [name.name for name in node.names]
    return [
        name
        for name in found
        if name.split(".")[0] == "dagster_shared"
        or (
            name.split(".")[0] in ("dagster", "dagster_dbt")
            and any(part.startswith("_") for part in name.split("."))
        )
    ]


READ_WITHOUT_IMPORT = {
    ("deprecation.py", "dagster_shared.utils.warnings"),
    ("deprecation.py", "_warnings_on"),
}
"""What is looked at only where Dagster is loaded, by a module that must not load it; it goes without where there is none."""


def private_strings(source: str) -> list[str]:
    """Names of private modules, and of private attributes that are read by their name."""
    nodes = list(ast.walk(ast.parse(source)))
    texts = [node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    read = [
        node.args[1].value
        for node in nodes
        if isinstance(node, ast.Call)
        and getattr(node.func, "id", "") == "getattr"
        and isinstance(node.args[1], ast.Constant)
    ]
    private = [
        text
        for text in texts
        if re.fullmatch(r"dagster_shared\.[\w.]+|dagster(_dbt)?[\w.]*\._\w[\w.]*", text)
    ]
    return [*private, *(name for name in read if re.match("_[^_]", name))]


def test_private_imports_are_seen() -> None:
    source = "from dagster import _check\nimport dagster._serdes as s\nfrom dagster_shared.utils import x\nimport dagster"
    assert sorted(private_imports(source)) == ["dagster._check", "dagster._serdes", "dagster_shared.utils.x"]
    texts = 'x = "dagster._core.x", "dagster_dbt.cloud._own", "dagster", getattr(it, "_state", None), getattr(it, "__name__")'
    assert private_strings(texts) == ["dagster._core.x", "dagster_dbt.cloud._own", "_state"]


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_one_module_has_every_private_name(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    assert private_imports(source) == []
    assert {(path.name, text) for text in private_strings(source)} <= READ_WITHOUT_IMPORT


def test_private_names_are_those_of_the_installed_dagster() -> None:
    """Else the fallbacks would be in use, unseen, in every test."""
    assert importlib.util.find_spec("dagster") is not None
    from legacy_shim.cloud.dagster_private import MISSING

    assert MISSING == {}
