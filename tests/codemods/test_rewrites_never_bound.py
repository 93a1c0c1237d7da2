"""A resource that nothing is seen to use stays where a key is asked for that nothing is seen to bind."""

from __future__ import annotations

from pathlib import Path

import pytest
from rewriting import migrate

RESOURCES = """
from dagster import EnvVar
from dagster_dbt import DbtCloudClientResource

{0}
"""
CLOUD = "DbtCloudClientResource(auth_token=EnvVar('TOKEN'), account_id=12345)"
OPS = """
from dagster import job, op
from dagster_dbt import DbtCloudClientResource

@op
def run_it(dbt_cloud: DbtCloudClientResource):
    dbt_cloud.get_dbt_client().run_job_and_poll(67890)

@job
def nightly():
    run_it()
"""
DEFINITIONS = """
from dagster import Definitions
from acme.ops import nightly
{0}
defs = Definitions(jobs=[nightly], resources={{"dbt_cloud": {1}}})
"""
LAZY = "import importlib\n\ndef __getattr__(name):\n    return getattr(importlib.import_module('acme.' + 'resources'), name)\n"

HIDDEN = {
    "the package hands it out by __getattr__": ("import acme", "acme.cloud", LAZY),
    "the package hands it out by __getattr__ to an import": ("from acme import cloud", "cloud", LAZY),
    "the module is asked by vars": ("from acme import resources", "vars(resources)['cloud']", ""),
    "the module is asked by __dict__": ("from acme import resources", "resources.__dict__['cloud']", ""),
    "the module is asked for a computed name": (
        "from acme import resources",
        "getattr(resources, 'clo' + 'ud')",
        "",
    ),
    "a path in a string leads to it": (
        "from pkgutil import resolve_name",
        "resolve_name('acme.resources:cloud')",
        "",
    ),
    "the file is run": (
        "import runpy\nimport acme.resources as home",
        "runpy.run_path(home.__file__)['cloud']",
        "",
    ),
}
BOUND = {
    "an import names it": ("from acme.resources import cloud", "cloud", ""),
    "a module is asked for its name": ("from acme import resources", "getattr(resources, 'cloud')", ""),
    "a module is imported by its name": (
        "from importlib import import_module",
        "import_module('acme.resources').cloud",
        "",
    ),
}


def _migrated(
    folder: Path, spelled: tuple[str, str, str], made: str = f"cloud = {CLOUD}"
) -> tuple[dict[str, str], str]:
    imported, bound, package = spelled
    files = {
        "acme/__init__.py": package,
        "acme/resources.py": RESOURCES.format(made),
        "acme/ops.py": OPS,
        "definitions.py": DEFINITIONS.format(imported, bound),
    }
    texts, report = migrate(folder, files)
    return texts, " ".join(finding.message for finding in report.findings)


@pytest.mark.parametrize("case", list(HIDDEN))
def test_it_stays_with_what_asks_for_it(tmp_path: Path, case: str) -> None:
    texts, said = _migrated(tmp_path, HIDDEN[case])
    assert "DbtCloudWorkspace" not in "".join(texts.values())
    assert (
        "is taken out of a module by a name" in said
        or "nothing in these files is seen to use this resource" in said
        or "cannot be traced: import it there by its name" in said
    )


@pytest.mark.parametrize(
    "made", [f"def make():\n    return {CLOUD}\n", f"by_name = {{'prod': {CLOUD}}}\n", f"cloud = {CLOUD}\n"]
)
def test_it_stays_whatever_makes_it(tmp_path: Path, made: str) -> None:
    texts, _ = _migrated(tmp_path, ("import acme", "acme.anything", LAZY), made)
    assert "DbtCloudWorkspace" not in "".join(texts.values())


@pytest.mark.parametrize("case", list(BOUND))
def test_it_migrates_where_it_is_seen_to_be_bound(tmp_path: Path, case: str) -> None:
    texts, said = _migrated(tmp_path, BOUND[case])
    assert "legacy_shim" not in "".join(texts.values())
    assert "nothing in these files is seen to use" not in said


def test_it_migrates_where_nothing_asks_for_a_key(tmp_path: Path) -> None:
    files = {
        "resources.py": RESOURCES.format(f"cloud = {CLOUD}"),
        "uses.py": "from dagster_dbt import DbtCloudResource\nclient = DbtCloudResource('t', 12345)\nname = client.get_job(67890)['name']\n",
    }
    texts, _ = migrate(tmp_path, files)
    assert "DbtCloudWorkspace(" in texts["resources.py"]


def test_another_resource_that_is_used_migrates(tmp_path: Path) -> None:
    files = {
        "ops.py": OPS,
        "script.py": RESOURCES.format(
            f"client = {CLOUD}.get_dbt_client()\nname = client.get_job(67890)['name']"
        ),
    }
    texts, _ = migrate(tmp_path, files)
    assert "DbtCloudWorkspace(" in texts["script.py"]
    assert "get_dbt_client" in texts["ops.py"]


ANY_METHOD = """
from dagster import job, op

@op(required_resource_keys={"dbt_cloud"})
def name_it(context):
    client = context.resources.dbt_cloud
    return client.get_job(67890)["name"]

@job
def nightly():
    name_it()
"""


@pytest.mark.parametrize("names_legacy", [True, False])
def test_it_stays_where_what_asks_for_it_calls_a_method_that_others_have_too(
    tmp_path: Path, *, names_legacy: bool
) -> None:
    ops = ("from dagster_dbt import DbtCloudOutput\n" if names_legacy else "") + ANY_METHOD
    files = {
        "acme/__init__.py": LAZY,
        "acme/resources.py": RESOURCES.format(f"cloud = {CLOUD}"),
        "acme/ops.py": ops,
        "definitions.py": DEFINITIONS.format("import acme", "acme.cloud"),
    }
    texts, report = migrate(tmp_path, files)
    assert "DbtCloudWorkspace" not in "".join(texts.values())
    assert any(one.code == "LDC303" for one in report.findings)


def test_it_migrates_beside_the_same_methods_of_others(tmp_path: Path) -> None:
    files = {
        "resources.py": RESOURCES.format(f"cloud = {CLOUD}"),
        "other.py": "import databricks\n\ndef name(client):\n    return client.get_job(5)['name'], client.get_run(6)\n",
    }
    texts, _ = migrate(tmp_path, files)
    assert "DbtCloudWorkspace(" in texts["resources.py"]


@pytest.mark.parametrize(
    ("bound", "is_kept"),
    [
        ("R = {}\nR.setdefault('dbt', cloud)\n", True),
        ("KEY = 'd' + 'bt'\nR = {}\nR.setdefault(KEY, cloud)\n", True),
        ("R = {}\nR['dbt'] = cloud\n", False),
        ("R = {}\nR.update({'dbt': cloud})\n", False),
    ],
)
def test_a_dict_that_gets_it_by_setdefault_keeps_it(tmp_path: Path, bound: str, *, is_kept: bool) -> None:
    program = (
        ANY_METHOD.replace("dbt_cloud", "dbt")
        + RESOURCES.format(f"cloud = {CLOUD}\n{bound}")
        + "from dagster import Definitions\ndefs = Definitions(jobs=[nightly], resources=R)\n"
    )
    texts, _ = migrate(tmp_path, {"program.py": program})
    assert ("DbtCloudWorkspace(" not in texts["program.py"]) == is_kept
    assert ("get_job_details" not in texts["program.py"]) == is_kept


LED_AWAY = """
from functools import lru_cache
from dagster import *
from base import *
from legacy_shim import DbtCloudClientResource


def make(account=12345):
    return DbtCloudClientResource(auth_token=EnvVar("TOKEN"), account_id=account)


@lru_cache
def made_once():
    return make()


@op(required_resource_keys={"dbt"})
def go(context):
    r = context.resources.dbt
    held = {"x": r}
    client = held["x"]
    out = client.run_job_and_poll(67891)
    print(out.run_details["status"])


@job
def nightly():
    go()


defs = Definitions(jobs=[nightly], resources={"dbt": [DbtCloudClientResource(auth_token=EnvVar("TOKEN"), account_id=12345)][0]})
"""


def test_what_is_led_out_of_sight_is_not_what_a_key_is_bound_to(tmp_path: Path) -> None:
    texts, report = migrate(
        tmp_path,
        {"program.py": LED_AWAY, "base.py": "from functools import lru_cache\nfrom dagster import *\n"},
    )
    assert "DbtCloudWorkspace" not in texts["program.py"]
    assert "LDC303" in {finding.code for finding in report.findings}
