"""What is written is laid out as the file is: its indentation, its line length."""

from __future__ import annotations

from pathlib import Path

import pytest
from rewriting import migrate_one

_BEFORE = (
    "import os\nfrom dagster_dbt import DbtCloudClientResource, load_assets_from_dbt_cloud_job\n\n\n"
    "class Settings:\n{tab}def job(self):\n{tab}{tab}return 67890\n\n\n"
    'cloud = DbtCloudClientResource(auth_token=os.environ["T"], account_id=12345)\n'
    "models = load_assets_from_dbt_cloud_job(cloud, 67890)\n"
)


@pytest.mark.parametrize("tab", ["\t", "  ", "    "])
def test_new_functions_are_indented_as_blocks_far_from_them_are(tmp_path: Path, tab: str) -> None:
    after, _ = migrate_one(tmp_path, _BEFORE.format(tab=tab))
    lines = [line for line in after.splitlines() if line.startswith((" ", "\t"))]
    assert any(line.startswith(f"{tab}yield from ") for line in lines)
    assert all(line.replace(tab, "").lstrip() == line.replace(tab, "") for line in lines)
