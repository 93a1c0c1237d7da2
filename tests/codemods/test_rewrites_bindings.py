"""Where the workspace of loaded assets comes from, when they are given to Dagster in another file."""

from __future__ import annotations

from pathlib import Path

import pytest
from rewriting import FACTS, clean, migrate

from legacy_shim.codemods import pipeline
from legacy_shim.codemods.options import Options

RESOURCES = """
from dagster_dbt import dbt_cloud_resource

cloud = dbt_cloud_resource("t", 12345)
"""
LOAD = """
from dagster_dbt import load_assets_from_dbt_cloud_job
%s

models = load_assets_from_dbt_cloud_job(cloud, 67890)
others = load_assets_from_dbt_cloud_job(cloud, 67891)
"""
ASSETS = """
from dagster_dbt import dbt_cloud_resource, load_assets_from_dbt_cloud_job

cloud = dbt_cloud_resource("t", 12345)
models = load_assets_from_dbt_cloud_job(cloud, 67890)
"""
BOUND = "dbt_cloud: DbtCloudWorkspace"


@pytest.mark.parametrize(
    "placed", ["models", "[models]", "[*models, *ours]", "[*ours] + [models]", "[*models]"]
)
def test_the_file_that_places_the_assets_imports_the_workspace(tmp_path: Path, placed: str) -> None:
    definitions = f"""
from assets import models
from dagster import Definitions

ours = []
defs = Definitions(assets={placed})
"""
    texts, _ = migrate(tmp_path, {"assets.py": ASSETS, "definitions.py": definitions})
    assert BOUND in texts["assets.py"]
    assert texts["definitions.py"].startswith("from assets import cloud, models\n")
    assert texts["definitions.py"].endswith(', resources={"dbt_cloud": cloud})\n')


@pytest.mark.parametrize(
    ("files", "imports"),
    [
        (
            ("resources.py", "assets.py", "definitions.py"),
            ("from {} import cloud", "from assets import models, others"),
        ),
        (
            ("shop/resources.py", "shop/assets.py", "shop/definitions.py"),
            ("from .{} import cloud", "from .assets import models, others"),
        ),
        (
            ("shop/resources.py", "shop/assets/dbt.py", "shop/definitions.py"),
            ("from shop.{} import cloud", "from .assets.dbt import models, others"),
        ),
    ],
)
def test_it_comes_from_where_the_assets_have_it(
    tmp_path: Path, files: tuple[str, str, str], imports: tuple[str, str]
) -> None:
    ours = imports[0].format("resources")
    definitions = (
        f"from dagster import Definitions\n{imports[1]}\n\ndefs = Definitions(assets=[models, others])\n"
    )
    contents = dict(zip(files, (RESOURCES, LOAD % ours, definitions), strict=True))
    texts, report = migrate(tmp_path, contents)
    assert f"{ours}\n" in texts[files[2]]
    assert f"{imports[1]}\n" in texts[files[2]]
    assert 'Definitions(assets=[models, others], resources={"dbt_cloud": cloud})' in texts[files[2]]
    assert not [each for each in report.findings if each.is_left_for_a_person]


def test_it_comes_with_the_assets_where_their_import_of_it_means_something_else_there(tmp_path: Path) -> None:
    files = {
        "shop/resources.py": RESOURCES,
        "shop/assets/dbt.py": LOAD % "from ..resources import cloud",
        "shop/definitions.py": """
            from dagster import Definitions
            from .assets.dbt import models, others

            defs = Definitions(assets=[models, others])
        """,
    }
    texts, _ = migrate(tmp_path, files)
    assert "from .assets.dbt import cloud, models, others\n" in texts["shop/definitions.py"]


@pytest.mark.parametrize(
    "definitions",
    [
        "def build():\n    from assets import models\n    return Definitions(assets=[models])\n",
        "try:\n    from assets import models\nexcept ImportError:\n    models = []\ndefs = Definitions(assets=[models])\n",
        "from assets import models\ncloud = 'dev'\ndefs = Definitions(assets=[models])\n",
        "from assets import models\ndefs = Definitions(assets=[models], **others)\n",
    ],
)
def test_where_it_cannot_be_imported_the_assets_use_their_own(tmp_path: Path, definitions: str) -> None:
    definitions = "from dagster import Definitions\n" + definitions
    texts, _ = migrate(tmp_path, {"assets.py": ASSETS, "definitions.py": definitions})
    assert texts["definitions.py"] == definitions
    assert "def models(context: AssetExecutionContext):\n" in texts["assets.py"]


@pytest.mark.parametrize("placed", ["models", "[models]"])
def test_a_file_that_was_not_given_is_not_relied_on(tmp_path: Path, placed: str) -> None:
    definitions = clean(f"""
        from assets import models
        from dagster import Definitions

        defs = Definitions(assets={placed})
    """)
    (tmp_path / ".git").mkdir()
    (tmp_path / "assets.py").write_text(ASSETS.lstrip())
    (tmp_path / "definitions.py").write_text(definitions)
    pipeline.write(pipeline.migrate([tmp_path / "assets.py"], Options(facts=FACTS)))
    assert (tmp_path / "definitions.py").read_text() == definitions
    assert BOUND not in (tmp_path / "assets.py").read_text()


@pytest.mark.parametrize(
    ("name", "collecting"),
    [
        (
            "other.py",
            "import assets\nfrom dagster import load_assets_from_modules\n\nx = load_assets_from_modules([assets])\n",
        ),
        ("other.py", "import dagster as dg, bundle\n\nx = dg.load_assets_from_modules(modules=(bundle,))\n"),
        (
            "bundle.py",
            "from assets import models\nfrom dagster import load_assets_from_current_module\n\nx = load_assets_from_current_module()\n",
        ),
    ],
)
def test_assets_that_dagster_collects_too_bring_their_workspace(
    tmp_path: Path, name: str, collecting: str
) -> None:
    placed = (
        "from assets import models\nfrom dagster import Definitions\n\ndefs = Definitions(assets=[models])\n"
    )
    files = {"assets.py": ASSETS, "bundle.py": "from assets import models\n", "definitions.py": placed}
    texts, _ = migrate(tmp_path, {**files, name: collecting})
    assert BOUND not in texts["assets.py"]
    assert texts["definitions.py"] == placed


def test_assets_of_other_modules_that_dagster_collects_change_nothing(tmp_path: Path) -> None:
    placed = (
        "from assets import models\nfrom dagster import Definitions\n\ndefs = Definitions(assets=[models])\n"
    )
    other = (
        "import mine\nfrom dagster import load_assets_from_modules\n\nx = load_assets_from_modules([mine])\n"
    )
    files = {"assets.py": ASSETS, "mine.py": "", "definitions.py": placed, "other.py": other}
    texts, _ = migrate(tmp_path, files)
    assert BOUND in texts["assets.py"]


def test_assets_of_a_package_that_dagster_collects_bring_their_workspace(tmp_path: Path) -> None:
    placed = "from shop.assets import models\nfrom dagster import Definitions\n\ndefs = Definitions(assets=[models])\n"
    collecting = "import shop\nfrom dagster import load_assets_from_package_module\n\nx = load_assets_from_package_module(shop)\n"
    files = {
        "shop/__init__.py": "",
        "shop/assets.py": ASSETS,
        "definitions.py": placed,
        "other.py": collecting,
    }
    texts, _ = migrate(tmp_path, files)
    assert BOUND not in texts["shop/assets.py"]
