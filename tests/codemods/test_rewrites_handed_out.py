"""Legacy names that a file hands out, by a star, in ``__all__`` or as a package, stay importable, and count as uses."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from rewriting import migrate

from legacy_shim.codemods import pipeline
from legacy_shim.codemods.options import Options

HANDED_OUT: dict[str, tuple[Mapping[str, str], Mapping[str, str], int]] = {
    "in __all__, by a star": (
        {
            "base.py": 'from dagster_dbt import *\n\n__all__ = ["dbt_cloud_resource", "DbtCliResource"]\n',
            "main.py": "from base import *\n\nprint(DbtCliResource)\n",
        },
        {
            "base.py": "from dagster_dbt import *\nfrom legacy_shim import dbt_cloud_resource\n\n"
            '__all__ = ["dbt_cloud_resource", "DbtCliResource"]\n',
        },
        1,
    ),
    "added to __all__, through two stars": (
        {
            "a.py": "from dagster_dbt import *\n",
            "b.py": "from a import *\n\n__all__ = []\n__all__ += ['dbt_cloud_resource']\n",
        },
        {
            "b.py": "from a import *\nfrom legacy_shim import dbt_cloud_resource\n\n"
            "__all__ = []\n__all__ += ['dbt_cloud_resource']\n",
        },
        1,
    ),
    "in __all__, of the legacy package": (
        {
            "base.py": "try:\n    from dagster_dbt.cloud import *\nexcept ImportError:\n    pass\n__all__ = ['DbtCloudOutput']\n"
        },
        {
            "base.py": "try:\n    from legacy_shim.cloud import *\nexcept ImportError:\n    pass\n__all__ = ['DbtCloudOutput']\n"
        },
        1,
    ),
    "a star of a package": (
        {"pkg/__init__.py": "from dagster_dbt.cloud import *\n"},
        {"pkg/__init__.py": "from legacy_shim.cloud import *\n"},
        1,
    ),
    "a star of a package, and a use that stays": (
        {
            "pkg/__init__.py": "from dagster_dbt.cloud import *\n",
            "main.py": "from pkg import DbtCloudOutput\n\nprint(DbtCloudOutput)\n",
        },
        {"pkg/__init__.py": "from legacy_shim.cloud import *\n"},
        1,
    ),
    "a package, from a file with a star": (
        {
            "pkg/base.py": "from dagster_dbt import *\n",
            "pkg/__init__.py": "from .base import dbt_cloud_resource\n",
        },
        {"pkg/base.py": "from dagster_dbt import *\nfrom legacy_shim import dbt_cloud_resource\n"},
        1,
    ),
    "a package": (
        {"pkg/__init__.py": "from dagster_dbt import dbt_cloud_resource\n"},
        {"pkg/__init__.py": "from legacy_shim import dbt_cloud_resource\n"},
        1,
    ),
    "by an attribute": (
        {
            "base.py": "from dagster_dbt import *\n",
            "main.py": "import base\n\nprint(base.DbtCloudOutput, getattr(base, 'dbt_cloud_resource'))\n",
        },
        {
            "base.py": "from dagster_dbt import *\nfrom legacy_shim import DbtCloudOutput, dbt_cloud_resource\n"
        },
        2,
    ),
    "by text": (
        {"main.py": "from dagster_dbt import dbt_cloud_resource\n\nprint(globals()['dbt_cloud_resource'])\n"},
        {"main.py": "from legacy_shim import dbt_cloud_resource\n\nprint(globals()['dbt_cloud_resource'])\n"},
        1,
    ),
    "behind a star of the tree": (
        {
            "base.py": "from dagster_dbt import *\n",
            "main.py": "from base import *\n\nprint(DbtCloudOutput)\n",
        },
        {"main.py": "from base import *\nfrom legacy_shim import DbtCloudOutput\n\nprint(DbtCloudOutput)\n"},
        1,
    ),
    "by a star of the tree and one of the legacy package": (
        {
            "base.py": "from dagster_dbt import DbtCloudOutput\n",
            "main.py": "from dagster_dbt.cloud import *\nfrom base import *\n\nprint(DbtCloudOutput)\n",
        },
        {
            "base.py": "from legacy_shim import DbtCloudOutput\n",
            "main.py": "from base import *\n\nprint(DbtCloudOutput)\n",
        },
        1,
    ),
    "by a star of the tree that binds it in a branch alone": (
        {
            "base.py": "import os\n\nif os.getenv('OLD'):\n    from dagster_dbt import DbtCloudOutput\n",
            "main.py": "from dagster_dbt.cloud import *\nfrom base import *\n\nprint(DbtCloudOutput)\n",
        },
        {
            "base.py": "import os\n\nif os.getenv('OLD'):\n    from legacy_shim import DbtCloudOutput\n",
            "main.py": "from base import *\nfrom legacy_shim import DbtCloudOutput\n\nprint(DbtCloudOutput)\n",
        },
        1,
    ),
}
NOT_HANDED_OUT: dict[str, Mapping[str, str]] = {
    "a star": {"base.py": "from dagster_dbt import *\n\nprint(DbtCliResource)\n"},
    "an own function": {
        "base.py": "from dagster_dbt import *\n\n\ndef dbt_cloud_resource(): ...\n\n\n__all__ = ['dbt_cloud_resource']\n"
    },
    "another name": {
        "base.py": "from dagster_dbt import *\n\n__all__ = ['DbtCliResource', 'DbtCloudWorkspace']\n"
    },
    "a key, beside globals()": {
        "base.py": "from dagster_dbt import DbtCliResource\n\nprint(globals(), {'dbt_cloud_resource': DbtCliResource})\n"
    },
    "a star of another package": {"base.py": "from acme import *\n\n__all__ = ['dbt_cloud_resource']\n"},
}


@pytest.mark.parametrize("case", HANDED_OUT)
def test_what_is_handed_out_comes_from_the_facade(tmp_path: Path, case: str) -> None:
    before, changed, uses = HANDED_OUT[case]
    for name, text in before.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    scanned = pipeline.scan([tmp_path], Options())
    assert (scanned.sites.total, scanned.sites.kept) == (uses, uses)
    after, report = migrate(tmp_path, before)
    assert after == {**before, **changed}
    assert {each.code for each in report.findings} == {"LDC302"}
    assert report.sites == scanned.sites
    again = pipeline.scan([tmp_path], Options())
    assert again.sites == scanned.sites


@pytest.mark.parametrize("case", NOT_HANDED_OUT)
def test_what_is_not_handed_out_is_left_alone(tmp_path: Path, case: str) -> None:
    files = NOT_HANDED_OUT[case]
    after, report = migrate(tmp_path, files)
    assert after == files
    assert report.findings == ()
    assert report.sites.total == 0
