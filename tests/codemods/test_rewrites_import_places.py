"""Where imports stand after a migration: lazy, guarded and type-checking ones in their place, with their comments."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from rewriting import clean, migrate, migrate_one

from legacy_shim.codemods.editing.facade_names import has_name
from legacy_shim.codemods.editing.previews import v2_import

V2 = "from dagster_dbt.cloud_v2 import DbtCloudCredentials, DbtCloudWorkspace"
MADE = 'DbtCloudClientResource(auth_token="t", account_id=12345)'
WORKSPACE = """DbtCloudWorkspace(
    credentials=DbtCloudCredentials(
        account_id=12345,
        token="t",
        access_url="https://cloud.getdbt.com",
    ),
    project_id=11,
    environment_id=22,
)"""
INDENTED = WORKSPACE.replace("\n", "\n    ")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param(
            f"def make():\n    # [start]\n    from dagster_dbt import DbtCloudClientResource\n\n    return {MADE}\n",
            f"def make():\n    # [start]\n    {V2}\n\n    return {INDENTED}\n",
            id="comment above a lazy import",
        ),
        pytest.param(
            f"""
def dbt():
    try:
        from dagster_dbt import DbtCloudClientResource
    except ImportError:
        return None
    return {MADE}
""",
            f"""
def dbt():
    try:
        {V2}
    except ImportError:
        return None
    return {INDENTED}
""",
            id="guarded in a function",
        ),
        pytest.param(
            f"""
try:
    from dagster_dbt import DbtCloudClientResource
except ImportError:
    from dagster_dbt.cloud import DbtCloudClientResource

dbt = {MADE}
""",
            f"""
try:
    {V2}
except ImportError:
    {V2}

dbt = {WORKSPACE}
""",
            id="both branches of a guard",
        ),
        pytest.param(
            f"""
import os

if os.getenv("DBT"):
    from dagster_dbt import DbtCloudClientResource  # noqa: E402
    dbt = {MADE}
else:
    dbt = None
""",
            f"""
import os

if os.getenv("DBT"):
    {V2}  # noqa: E402
    dbt = {INDENTED}
else:
    dbt = None
""",
            id="under a condition",
        ),
        pytest.param(
            f"""
from zoo import a

a()

from dagster_dbt import DbtCloudClientResource  # noqa: E402
from aaa import b

dbt = {MADE}
b(dbt.get_job(67890))
""",
            f"""
from zoo import a

a()

{V2}  # noqa: E402
from aaa import b

dbt = {WORKSPACE}
b(dbt.get_client().get_job_details(67890))
""",
            id="in the second block",
        ),
        pytest.param(
            f"""
from dagster_dbt import (
    # the resource
    DbtCloudClientResource,  # of the account
)

dbt = {MADE}
""",
            f"""
# the resource
# of the account
{V2}

dbt = {WORKSPACE}
""",
            id="comments inside",
        ),
        pytest.param(
            f"""
class Factory:
    def make(self):
        from dagster import EnvVar
        from dagster_dbt import DbtCloudClientResource  # heavy

        return {MADE.replace('"t"', 'EnvVar("T")')}
""",
            f"""
import os


class Factory:
    def make(self):
        {V2}  # heavy

        return {WORKSPACE.replace('"t"', 'os.environ["T"]').replace(chr(10), chr(10) + "        ")}
""",
            id="an import of a function that is not read any more goes",
        ),
        pytest.param(
            f"""
from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    # for types alone
    from dagster_dbt import DbtCloudClientResource as Client


def trigger(dbt: Client):
    dbt.get_dbt_client().run_job(67890)


def run():
    from dagster_dbt import DbtCloudClientResource

    trigger({MADE})
""",
            f"""
from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    # for types alone
    from dagster_dbt.cloud_v2 import DbtCloudWorkspace


def trigger(dbt: DbtCloudWorkspace):
    dbt.get_client().trigger_job_run(67890)


def run():
    {V2}

    trigger({INDENTED})
""",
            id="an alias for type checkers",
        ),
    ],
)
def test_what_takes_the_place_of_an_import_stands_in_its_place(
    tmp_path: Path, before: str, after: str
) -> None:
    text, _ = migrate_one(tmp_path, before)
    assert text == clean(after)


def test_each_function_has_the_imports_that_it_needs(tmp_path: Path) -> None:
    program = f"""
def dbt():
    from dagster_dbt import DbtCloudClientResource
    return {MADE}

def models():
    from dagster_dbt import load_assets_from_dbt_cloud_job
    return [load_assets_from_dbt_cloud_job(dbt(), 67890)]
"""
    text, _ = migrate_one(tmp_path, program)
    assert f"def dbt():\n    {V2}\n    return" in text
    assert "def models():\n    from dagster_dbt.cloud_v2 import dbt_cloud_assets\n" in text
    assert [node.module for node in ast.parse(text).body if isinstance(node, ast.ImportFrom)] == ["dagster"]


def test_a_function_that_is_added_to_lazy_code_is_lazy_too(tmp_path: Path) -> None:
    program = f"""
def run():
    from dagster_dbt import DbtCloudClientResource
    return [{MADE}]

def ids():
    return [dbt.run_job_and_poll(67890).run_id for dbt in run()]
"""
    text, _ = migrate_one(tmp_path, program)
    assert not any(isinstance(node, ast.ImportFrom) for node in ast.parse(text).body), text


def test_a_name_that_a_type_in_quotes_reads_stays_bound(tmp_path: Path) -> None:
    program = f"""
from typing import TypeVar

from dagster_dbt import DbtCloudClientResource

T = TypeVar("T", bound="DbtCloudClientResource")
dbt = {MADE}
print(dbt.get_job(67890))
"""
    text, codes = migrate_one(tmp_path, program)
    assert "from legacy_shim import DbtCloudClientResource\n" in text
    assert "LDC302" in codes


def test_names_that_stay_behind_a_star_stay_imported(tmp_path: Path) -> None:
    files = {
        "pkg/__init__.py": "",
        "pkg/compat.py": "from dagster_dbt.cloud.resources import DbtCloudClientResource, DbtCloudRunStatus\n",
        "pkg/app.py": f"from .compat import *\n\nprint(list(DbtCloudRunStatus))\ndbt = {MADE}\n",
    }
    texts, _ = migrate(tmp_path, files)
    assert "import DbtCloudRunStatus\n" in texts["pkg/compat.py"]


def test_uses_behind_stars_are_counted_and_migrated(tmp_path: Path) -> None:
    files = {
        "pkg/__init__.py": "",
        "pkg/compat.py": "from dagster_dbt import *\n",
        "pkg/app.py": f"from .compat import *\n\ndbt = {MADE}\nprint(dbt.get_job(67890))\n",
    }
    texts, report = migrate(tmp_path, files)
    assert (report.sites.total, report.sites.migrated) == (2, 2)
    assert texts["pkg/app.py"].startswith(f"{V2}\n\nfrom .compat import *\n")


def test_names_come_through_several_stars(tmp_path: Path) -> None:
    files = {
        "pkg/__init__.py": "",
        "pkg/a.py": "from dagster_dbt import DbtCloudClientResource, DbtCloudOutput\n",
        "pkg/b.py": "from .a import *\n",
        "pkg/app.py": f"from .b import *\n\nkinds = [DbtCloudOutput]\ndbt = {MADE}\nprint(dbt.get_job(67890))\n",
    }
    texts, report = migrate(tmp_path, files)
    assert (report.sites.total, report.sites.kept) == (3, 1)
    assert texts["pkg/a.py"] == "from legacy_shim import DbtCloudOutput\n"
    assert "from .b import *\n" in texts["pkg/app.py"]


def test_a_guarded_module_that_is_still_asked_for_guards_v2_too(tmp_path: Path) -> None:
    before = f"""
try:
    import dagster_dbt
except ImportError:
    dagster_dbt = None

if dagster_dbt:
    dbt = dagster_dbt.{MADE}
"""
    after = f"""
try:
    import dagster_dbt
    {V2}
except ImportError:
    dagster_dbt = None

if dagster_dbt:
    dbt = {INDENTED}
"""
    text, _ = migrate_one(tmp_path, before)
    assert text == clean(after)


# previews of v2


def test_previews_of_v2_come_from_v2(tmp_path: Path) -> None:
    before = """
from dagster_dbt.cloud.resources import (
    DbtCloudCredentials,
    DbtCloudWorkspace,
)
import dagster_dbt.cloud.resources_v2 as rv2
from dagster_dbt.cloud import client_v2


def assets():
    from dagster_dbt.cloud.asset_decorator import dbt_cloud_assets as cloud_assets  # lazy
    return cloud_assets
"""
    after = """
import dagster_dbt.cloud_v2.resources as rv2
from dagster_dbt.cloud_v2 import DbtCloudCredentials, DbtCloudWorkspace
from dagster_dbt.cloud_v2 import client as client_v2


def assets():
    from dagster_dbt.cloud_v2 import dbt_cloud_assets as cloud_assets  # lazy
    return cloud_assets
"""
    text, codes = migrate_one(tmp_path, before)
    assert text == clean(after)
    assert codes == []


def test_what_nothing_has_is_left_as_it_is_with_a_finding(tmp_path: Path) -> None:
    text, report = migrate(
        tmp_path,
        {
            "program.py": f"from dagster_dbt.cloud.resources import DbtCloudClientResource, Odd\n\ndbt = {MADE}\n"
        },
    )
    assert "from dagster_dbt.cloud.resources import Odd\n" in text["program.py"]
    assert [each.message for each in report.findings if each.code == "LDC302"] == [
        "neither the facade nor v2 has `Odd` under this path: the import is left as it is"
    ]


@pytest.mark.parametrize("name", ["DbtCloudWorkspace", "DbtCloudJobRunStatusType", "client_v2"])
def test_v2_has_what_previews_had(name: str) -> None:
    new = v2_import("dagster_dbt.cloud", name, name)
    assert new is not None
    __import__(new.module, fromlist=[new.name])


def test_the_facade_is_asked_for_what_it_has() -> None:
    names = {"legacy_shim": ["missing_fact", "cloud", "DbtCloudRunStatus"], "legacy_shim.cloud": ["utils"]}
    names |= {"legacy_shim.cloud.asset_defs": ["get_node"], "legacy_shim.cloud.resources": ["DbtCloudClient"]}
    for module, those in names.items():
        assert all(has_name(module, name) for name in those)
        assert not has_name(module, "DbtCloudWorkspace")


# a `dagster_dbt` of the tree


@pytest.mark.parametrize("folder", ["", "src/", "third_party/"])
def test_a_package_of_the_tree_that_is_called_dagster_dbt_is_left_alone(tmp_path: Path, folder: str) -> None:
    files = {
        f"{folder}dagster_dbt/__init__.py": "from .cloud import dbt_cloud_resource\n",
        f"{folder}dagster_dbt/cloud/__init__.py": "from dagster_dbt.cloud.resources import dbt_cloud_resource\n",
        f"{folder}dagster_dbt/cloud/resources.py": "def dbt_cloud_resource(_): ...\n",
        "app.py": "import dagster_dbt\nfrom dagster_dbt import dbt_cloud_resource\n\n"
        "one = dbt_cloud_resource.configured({'auth_token': 't', 'account_id': 1})\n"
        "two = dagster_dbt.dbt_cloud_resource.configured({'auth_token': 't', 'account_id': 1})\n",
    }
    texts, report = migrate(tmp_path, files)
    assert texts == files
    assert report.sites.total == 0
    assert [(each.place.path.name, each.place.line, each.code) for each in report.findings] == [
        ("app.py", 1, "LDC302")
    ]


def test_a_folder_of_the_users_that_is_called_so_hides_nothing(tmp_path: Path) -> None:
    files = {
        "dagster_dbt/__init__.py": "",
        "dagster_dbt/definitions.py": f"from dagster_dbt import DbtCloudClientResource\n\ndbt = {MADE}\n",
    }
    texts, _ = migrate(tmp_path, files)
    assert texts["dagster_dbt/definitions.py"] == f"{V2}\n\ndbt = {WORKSPACE}\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("from dagster import *\nfrom dagster_dbt import {names}\n", "from dagster import *\n{v2}"),
        ("from dagster_dbt import {names}\nfrom dagster import *\n", "{v2}from dagster import *\n"),
        (
            "from dagster import *\n\n# dbt\nfrom dagster_dbt import {names}\n",
            "from dagster import *\n\n# dbt\n{v2}",
        ),
    ],
)
def test_beside_a_star_import_the_new_import_takes_the_place_of_the_old(
    tmp_path: Path, before: str, after: str
) -> None:
    names = "dbt_cloud_resource, load_assets_from_dbt_cloud_job"
    v2 = "from dagster_dbt.cloud_v2 import (\n    DbtCloudCredentials,\n    DbtCloudWorkspace,\n    dbt_cloud_assets,\n)\n"
    body = (
        '\ncloud = dbt_cloud_resource.configured({"auth_token": "t", "account_id": 12345})\n'
        "models = load_assets_from_dbt_cloud_job(cloud, 67890)\ndefs = Definitions(assets=[models])\n"
    )
    text, _ = migrate_one(tmp_path, before.format(names=names) + body)
    assert text.startswith(after.format(v2=v2) + "\ncloud = DbtCloudWorkspace(")


@pytest.mark.parametrize(
    "line",
    [
        "from dagster import job, op; from dagster_dbt import dbt_cloud_resource",
        "from dagster_dbt import dbt_cloud_resource; from dagster import job, op",
        "import os; from dagster_dbt import dbt_cloud_resource; from dagster import job, op",
    ],
)
def test_imports_that_share_a_line_come_apart(tmp_path: Path, line: str) -> None:
    texts, report = migrate(
        tmp_path,
        {
            "program.py": f"""
{line}

cloud = dbt_cloud_resource.configured({{"auth_token": "t", "account_id": 12345}})


@op(required_resource_keys={{"dbt_cloud"}})
def refresh(context):
    context.resources.dbt_cloud.run_job_and_poll(67890)


@job(resource_defs={{"dbt_cloud": cloud}})
def nightly():
    refresh()
"""
        },
    )
    assert not {each.code for each in report.findings} & {"LDC302", "LDC303", "LDC507"}
    head = texts["program.py"].partition("\n\n")[0]
    assert ";" not in head
    assert "from dagster import job, op" in head
    assert "from dagster_dbt.cloud_v2 import DbtCloudCredentials, DbtCloudWorkspace" in head


_HELPED = "def names(client):\n    return [client.run_job_and_poll(job).job_name for job in (67890, 67891)]\n"
_HANDS_IT_ON = (
    "import os\n\nfrom dagster_dbt import DbtCloudClientResource\nfrom helper import names\n\n"
    'cloud = DbtCloudClientResource(auth_token=os.environ["T"], account_id=12345)\n'
    "print(names(cloud.get_dbt_client()))\n"
)
_TYPES = "from dagster_dbt.cloud_v2.types import DbtCloudJobRunStatusType, DbtCloudRun\n\n\ndef run_job("


@pytest.mark.parametrize(
    ("before", "head", "own"),
    [
        ("", "", ""),
        ('"""Helpers."""\n', '"""Helpers."""\n', ""),
        ("from __future__ import annotations\n\n", "from __future__ import annotations\n\n", ""),
        ("# Copyright\n\n# their names\n", "# Copyright\n\n", "# their names\n"),
        ("#!/usr/bin/env python\n\n# their names\n# in order\n", "#!/usr/bin/env python\n\n", "# their names\n# in order\n"),
        ("# their names\n", "# their names\n", ""),
    ],
)  # fmt: skip
def test_a_file_without_imports_gets_them_above_what_is_added(
    tmp_path: Path, before: str, head: str, own: str
) -> None:
    texts, _ = migrate(tmp_path, {"program.py": _HANDS_IT_ON, "helper.py": before + _HELPED})
    assert texts["helper.py"].startswith(head + _TYPES)
    assert f"    return run\n\n\n{own}def names(client):\n" in texts["helper.py"]
