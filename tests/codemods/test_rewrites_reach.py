"""Programs that spread over files, loops and classes: what a value is where it is read, and who reads it."""

from __future__ import annotations

from pathlib import Path

import pytest
from rewriting import migrate, migrate_one

from legacy_shim.codemods.facts.jobs import Facts

HEAD = """
from dagster import *
from dagster_dbt import DbtCloudClientResource, dbt_cloud_resource, load_assets_from_dbt_cloud_job
cloud = dbt_cloud_resource("t", 12345)
"""


def test_what_a_loop_at_module_level_binds_anew_is_handed_in(tmp_path: Path) -> None:
    text, _ = migrate_one(
        tmp_path,
        HEAD
        + """
models = []
for name, i in {"a": 67890, "b": 67891}.items():
    group = f"team_{name}"
    models.append(
        load_assets_from_dbt_cloud_job(cloud, i, lambda n, name=name: AssetKey([name, n["name"]]), lambda n, g=group: g)
    )
defs = Definitions(assets=models)
""",
    )
    assert "    job_id: int,\n    node_info_to_asset_key,\n    node_info_to_group_fn,\n):" in text
    assert "node_info_to_asset_key=lambda n, name=name: AssetKey([name, n[" in text
    assert "return node_info_to_group_fn(dbt_resource_props)" in text


def test_job_ids_come_from_a_list_in_a_file_that_names_nothing_legacy(tmp_path: Path) -> None:
    texts, _ = migrate(
        tmp_path,
        {
            "shop/constants.py": 'JOBS = [67890, 67891]\nNAMED = {"a": 67890, "b": 67891}\n',
            "shop/loaders.py": HEAD
            + "def build(ids):\n    return [load_assets_from_dbt_cloud_job(cloud, i) for i in ids]\n\n"
            "def build_named(jobs):\n"
            "    return [load_assets_from_dbt_cloud_job(cloud, i) for name, i in jobs.items()]\n",
            "shop/defs.py": "from dagster import Definitions\nfrom .constants import JOBS, NAMED\n"
            "from .loaders import build, build_named\n"
            "one = Definitions(assets=build(JOBS))\nother = Definitions(assets=build_named(NAMED))\n",
        },
    )
    assert "return [dbt_cloud_job(cloud, i) for i in ids]" in texts["shop/loaders.py"]
    assert "return [dbt_cloud_job(cloud, i) for name, i in jobs.items()]" in texts["shop/loaders.py"]
    assert "legacy_shim" not in texts["shop/loaders.py"]


@pytest.mark.parametrize("reader", ["", "print(EnvVar)\n", '__all__ = ["EnvVar"]\n'])
def test_an_import_goes_that_no_star_import_needs(tmp_path: Path, reader: str) -> None:
    texts, _ = migrate(
        tmp_path,
        {
            "shop/__init__.py": "from .resources import *\n" + reader,
            "shop/resources.py": "from dagster import EnvVar\nfrom dagster_dbt import DbtCloudClientResource\n"
            'cloud = DbtCloudClientResource(auth_token=EnvVar("TOKEN"), account_id=12345)\n',
            "shop/assets.py": "from dagster_dbt import load_assets_from_dbt_cloud_job\nfrom shop import cloud\n"
            "models = load_assets_from_dbt_cloud_job(cloud, 67890)\n",
        },
    )
    assert "DbtCloudWorkspace(" in texts["shop/resources.py"]
    assert ("import EnvVar" in texts["shop/resources.py"]) == bool(reader)


def test_a_guard_stands_below_imports_as_isort_has_it(tmp_path: Path) -> None:
    texts, _ = migrate(
        tmp_path,
        {
            "shop/resources.py": 'from dagster_dbt import dbt_cloud_resource\ncloud = dbt_cloud_resource("t", 12345)\n',
            "shop/assets.py": "import os\n\nfrom dagster_dbt import load_assets_from_dbt_cloud_job\n\n"
            "from .resources import cloud\n\n"
            'models = load_assets_from_dbt_cloud_job(cloud, int(os.environ["JOB"]))\n',
        },
        env={"JOB": "67890"},
    )
    assert 'import cloud\n\nif int(os.environ["JOB"]) != 67890:\n' in texts["shop/assets.py"]


def test_a_class_may_derive_from_the_resource_through_another(tmp_path: Path) -> None:
    text, _ = migrate_one(
        tmp_path,
        """
        from dagster import Definitions
        from dagster_dbt import DbtCloudClientResource, load_assets_from_dbt_cloud_job

        class Base(DbtCloudClientResource):
            pass

        class Ours(Base):
            team: str = "data"

        ours = Ours(auth_token="t", account_id=12345)
        defs = Definitions(assets=[load_assets_from_dbt_cloud_job(ours, 67890)])
        """,
    )
    assert "class Base(DbtCloudWorkspace):" in text
    assert "ours = Ours(\n    credentials=DbtCloudCredentials(" in text


@pytest.mark.parametrize(
    "classes",
    [
        'class Ours(DbtCloudClientResource):\n    dbt_cloud_host: str = "https://" + HOST\n',
        "class Ours(DbtCloudClientResource):\n    request_max_retries: int = int(RETRIES)\n",
        "class Base(DbtCloudClientResource):\n    pass\n\n\n"
        "class Ours(Base):\n    def get_dbt_client(self):\n        return super().get_dbt_client()\n",
    ],
)
def test_a_class_that_changes_the_legacy_resource_stays_with_its_loads(tmp_path: Path, classes: str) -> None:
    text, codes = migrate_one(
        tmp_path,
        HEAD.replace('cloud = dbt_cloud_resource("t", 12345)\n', "")
        + classes
        + 'ours = Ours(auth_token="t", account_id=12345)\n'
        + "models = load_assets_from_dbt_cloud_job(ours, 67890)\ndefs = Definitions(assets=[models])\n",
    )
    assert "LDC302" in codes
    assert "models = load_assets_from_dbt_cloud_job(ours, 67890)" in text
    assert "credentials=" not in text


@pytest.mark.parametrize(
    "loads",
    [
        "models = [load_assets_from_dbt_cloud_job(cloud, i, None, lambda n: str(i)) for i in (67890, 67891)]",
        "models = []\nfor i in (67890, 67891):\n"
        "    models.append(load_assets_from_dbt_cloud_job(cloud, i, None, lambda n: str(i)))",
        "def group(n):\n    return team\nteam = 'a'\n"
        "models = [load_assets_from_dbt_cloud_job(cloud, 67890, None, group)]\nteam = 'b'",
        "models = []\nfor team in 'a', 'b':\n    models.append(load_assets_from_dbt_cloud_job(\n"
        "        cloud, 67890, partition_key_to_vars_fn=lambda key, team=team: {team: key}))",
        "models = []\nfor one in [cloud, cloud]:\n    models.append(load_assets_from_dbt_cloud_job(one, 67890))",
    ],
)
def test_a_load_stays_whose_names_hold_something_else_when_v2_reads_them(tmp_path: Path, loads: str) -> None:
    text, codes = migrate_one(tmp_path, HEAD + loads + "\ndefs = Definitions(assets=models)\n")
    assert "LDC302" in codes
    assert loads in text


def test_a_function_may_read_what_is_bound_once(tmp_path: Path) -> None:
    text, _ = migrate_one(
        tmp_path,
        HEAD
        + "team = 'a'\nmodels = load_assets_from_dbt_cloud_job(cloud, 67890, None, lambda n: team)\n"
        + "def build(group, variables=dict):\n"
        + "    return load_assets_from_dbt_cloud_job(cloud, 67891, None, lambda n: group, partition_key_to_vars_fn=variables)\n"
        + "defs = Definitions(assets=[models, build('b')])\n",
    )
    assert "legacy_shim" not in text


@pytest.mark.parametrize(
    "ids",
    [
        "load([67890])\nload(json.loads(text))",
        "load([67890] + json.loads(text))",
        "ids = [67890]\nids.extend(json.loads(text))\nload(ids)",
    ],
)
def test_a_load_stays_that_may_be_of_a_job_that_nobody_reads_here(tmp_path: Path, ids: str) -> None:
    program = "def load(ids):\n    return [load_assets_from_dbt_cloud_job(cloud, i) for i in ids]\n" + ids
    text, codes = migrate_one(tmp_path, "import json\n" + HEAD + program + "\n")
    assert "LDC303" in codes
    assert program in text


def test_imports_stand_above_code_that_runs_before_other_imports(tmp_path: Path) -> None:
    text, _ = migrate_one(
        tmp_path,
        HEAD.replace("import *", "import Definitions")
        + "models = load_assets_from_dbt_cloud_job(cloud, 67890)\n"
        + "from dagster import asset\nfrom dagster_dbt import DbtCliResource\n"
        + "defs = Definitions(assets=[models])\n",
    )
    above = text[: text.index("cloud = DbtCloudWorkspace")]
    assert "from dagster import AssetExecutionContext, Definitions" in above
    assert "DbtCloudWorkspace" in above


@pytest.mark.parametrize(
    ("collected", "stays"),
    [
        ("load_assets_from_modules([models], key_prefix='wh')", True),
        ("load_assets_from_modules(modules=[shop.models], key_prefix='wh')", True),
        ("load_assets_from_package_module(shop, key_prefix='wh')", True),
        ("load_assets_from_modules([own], key_prefix='wh')", False),
        ("load_assets_from_modules([models, own])", False),
    ],
)
def test_loads_stay_that_are_collected_under_a_prefix(tmp_path: Path, collected: str, stays: bool) -> None:
    texts, report = migrate(
        tmp_path,
        {
            "shop/__init__.py": "",
            "shop/own.py": "from shop import models\n",
            "shop/models.py": HEAD + "models = load_assets_from_dbt_cloud_job(cloud, 67890)\n",
            "defs.py": "from dagster import *\nimport shop\nfrom shop import models, own\n"
            f"defs = Definitions(assets={collected})\n",
        },
    )
    assert ("legacy_shim" in texts["shop/models.py"]) == stays
    assert any("prefixes its sources too" in finding.message for finding in report.findings) == stays


@pytest.mark.parametrize(
    ("base", "is_guarded"),
    [("from pydantic_settings import BaseSettings", True), ("from enum import Enum as BaseSettings", False)],
)
def test_a_job_id_is_guarded_that_settings_may_take_from_elsewhere(
    tmp_path: Path, base: str, is_guarded: bool
) -> None:
    texts, report = migrate(
        tmp_path,
        {
            "shop/settings.py": f"{base}\n\n\nclass Settings(BaseSettings):\n    job: int = 67890\n\n\nsettings = Settings()\n",
            "shop/models.py": HEAD
            + "from shop.settings import settings\n"
            + "models = load_assets_from_dbt_cloud_job(cloud, settings.job)\n",
        },
    )
    assert "@dbt_cloud_assets(" in texts["shop/models.py"]
    assert ("if int(settings.job) != 67890:" in texts["shop/models.py"]) == is_guarded
    assert ("LDC214" in {finding.code for finding in report.findings}) == is_guarded


def test_a_module_that_is_imported_below_its_new_use_is_imported_above_too(tmp_path: Path) -> None:
    text, _ = migrate_one(
        tmp_path,
        "from dagster_dbt import dbt_cloud_resource, load_assets_from_dbt_cloud_job\n"
        'cloud = dbt_cloud_resource.configured({"auth_token": {"env": "TOKEN"}, "account_id": 12345})\n'
        "models = load_assets_from_dbt_cloud_job(cloud, 67890)\n"
        "import os\nfrom dagster import Definitions\n"
        "defs = Definitions(assets=[models])\nprint(os)\n",
    )
    assert text.index("import os") < text.index('token=os.environ["TOKEN"]')


def test_a_class_reads_a_field_that_it_has_from_another(tmp_path: Path) -> None:
    text, _ = migrate_one(
        tmp_path,
        """
        from dagster import Definitions
        from dagster_dbt import DbtCloudClientResource, load_assets_from_dbt_cloud_job

        class Base(DbtCloudClientResource):
            team: str = "data"

        class Ours(Base):
            def told(self):
                return self.team

        ours = Ours(auth_token="t", account_id=12345)
        defs = Definitions(assets=[load_assets_from_dbt_cloud_job(ours, 67890)])
        """,
    )
    assert "legacy_shim" not in text


def test_settings_have_the_fields_of_the_class_that_they_derive_from(tmp_path: Path) -> None:
    texts, _ = migrate(
        tmp_path,
        {
            "shop/config.py": 'class Base:\n    jobs = {"a": 67890}\n\n\nclass Prod(Base):\n    pass\n\n\nsettings = Prod()\n',
            "shop/models.py": HEAD
            + "from shop.config import settings\n"
            + 'models = load_assets_from_dbt_cloud_job(cloud, settings.jobs["a"])\n',
        },
    )
    assert 'name="dbt_cloud_job_67890"' in texts["shop/models.py"]


def test_a_placeholder_is_filled_whose_job_another_file_names(tmp_path: Path) -> None:
    files = {
        "shop/loading.py": "from dagster_dbt import dbt_cloud_resource, load_assets_from_dbt_cloud_job\n\n\n"
        'def make():\n    return dbt_cloud_resource("t", 12345)\n\n\n'
        "def load(cloud, job_id):\n    return load_assets_from_dbt_cloud_job(cloud, job_id)\n",
        "shop/defs.py": "from dagster import Definitions\n\nfrom shop.loading import load, make\n\n"
        "defs = Definitions(assets=[load(make(), 67890)])\n",
    }
    unknown, _ = migrate(tmp_path, files, facts=Facts(()))
    assert 'missing_fact("execute_steps", job_id=job_id)' in unknown["shop/loading.py"]
    texts, _ = migrate(tmp_path, unknown)
    assert "missing_fact" not in texts["shop/loading.py"]
    assert 'select="tag:daily"' in texts["shop/loading.py"]


@pytest.mark.parametrize("spelling", ["Jobs.DAILY.value", 'Jobs["DAILY"].value'])
def test_a_job_id_may_be_a_member_of_an_enumeration(tmp_path: Path, spelling: str) -> None:
    texts, _ = migrate(
        tmp_path,
        {
            "shop/jobs.py": "from enum import Enum\n\n\nclass Jobs(Enum):\n    DAILY = 67890\n    HOURLY = 67891\n",
            "shop/models.py": HEAD
            + "from shop.jobs import Jobs\n"
            + f"models = load_assets_from_dbt_cloud_job(cloud, {spelling})\n",
        },
    )
    assert 'name="dbt_cloud_job_67890"' in texts["shop/models.py"]
