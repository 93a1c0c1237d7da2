"""Names that a star import brings beside Dagster's own: what is called by them is a function of the user's, and is read."""

from __future__ import annotations

from pathlib import Path

import pytest
from rewriting import migrate

CLOUD = """\
from dagster_dbt import DbtCloudClientResource

dbt_cloud = DbtCloudClientResource(auth_token="t", account_id=12345)
"""
WORK = """\
from dagster import *
from dagster_dbt import DbtCloudClientResource
import dw.cloud as cloud
{imports}


@op(required_resource_keys={{"dbt_cloud"}})
def work(context):
    client = context.resources.dbt_cloud
    print(client.get_job(67890)["name"])
    {body}


@job(resource_defs={{"dbt_cloud": cloud.dbt_cloud}})
def working():
    work()


defs = Definitions(jobs=[working])
"""
STARS = {
    "from the file": ("from dw.helpers.api import *", {}),
    "through a package": ("from dw.helpers import *", {"dw/helpers/__init__.py": "from .api import *\n"}),
    "named in a package": (
        "from dw.helpers import *",
        {"dw/helpers/__init__.py": "from .api import {name}\n"},
    ),
}
UNSOUND = {
    "all resources": ("use", "return r.dbt_cloud.get_job(67890)", "use(context.resources)"),
    "a module": ("use", "return getattr(r, 'dbt_cloud')", "use(cloud).get_dbt_client()"),
    "a loaded module": (
        "use",
        "import sys; return getattr(sys.modules[r], 'dbt_cloud')",
        "use('dw.cloud').get_dbt_client()",
    ),
    "the owner of a method": ("use", "return r.__self__", "use(client.get_job).get_runs()"),
    "the full name of a method": ("use", "return r.__qualname__", "print(use(client.get_runs))"),
    "a client that is asked for an attribute": ("use", "return getattr(r, NAME)", "use(client)"),
    "a client whose class is read": ("use", "return type(r)", "print(use(client))"),
}
SOUND = {
    "a client": ("use", "return r.get_job(67890)['name']", "print(use(client))"),
    "a context": ("use", "return r.resources.dbt_cloud.get_job(67890)['name']", "print(use(context))"),
    "a method": ("use", "return r(67890)['name']", "print(use(client.get_job))"),
    "a job": ("use", "return r['name']", "print(use(client.get_job(67890)))"),
    "a string": ("use", "return r", "print(use('x'))"),
}


def _migrated(tmp_path: Path, way: str, case: tuple[str, str, str]) -> dict[str, str]:
    name, answer, body = case
    imports, more = STARS[way]
    files = {
        "dw/__init__.py": "",
        "dw/cloud.py": CLOUD,
        "dw/helpers/__init__.py": "",
        **{path: text.format(name=name) for path, text in more.items()},
        "dw/helpers/api.py": f"def {name}(r):\n    {answer}\n",
        "dw/work.py": WORK.format(imports=imports, body=body),
    }
    return migrate(tmp_path, files)[0]


@pytest.mark.parametrize("way", STARS)
@pytest.mark.parametrize("case", UNSOUND)
def test_what_a_function_behind_a_star_may_do_keeps_the_resource(tmp_path: Path, way: str, case: str) -> None:
    assert "DbtCloudWorkspace" not in _migrated(tmp_path, way, UNSOUND[case])["dw/cloud.py"]


@pytest.mark.parametrize("way", STARS)
@pytest.mark.parametrize("case", SOUND)
def test_a_function_behind_a_star_is_followed(tmp_path: Path, way: str, case: str) -> None:
    texts = _migrated(tmp_path, way, SOUND[case])
    assert "legacy_shim" not in "".join(texts.values())
    assert "DbtCloudWorkspace" in texts["dw/cloud.py"]


def test_a_function_of_another_package_is_none_of_dagster(tmp_path: Path) -> None:
    files = {"dw/__init__.py": "", "dw/cloud.py": CLOUD}
    work = WORK.format(imports="from acme_lib import *", body="use(context.resources)")
    texts, _ = migrate(tmp_path, {**files, "dw/work.py": work})
    assert "DbtCloudWorkspace" not in texts["dw/cloud.py"]


def test_names_of_dagster_are_known_beside_the_star_of_another_package(tmp_path: Path) -> None:
    files = {"dw/__init__.py": "", "dw/cloud.py": CLOUD}
    body = "context.log.info(str(MetadataValue.int(1)))"
    texts, _ = migrate(
        tmp_path, {**files, "dw/work.py": WORK.format(imports="from acme_lib import *", body=body)}
    )
    assert "legacy_shim" not in "".join(texts.values())
