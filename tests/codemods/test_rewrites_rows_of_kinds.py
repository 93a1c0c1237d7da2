"""Job ids in rows of which one is no dict or tuple that is written there: each of them counts, or the load stays."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from rewriting import migrate_one

HEAD = """from dagster import Definitions
from dagster_dbt import dbt_cloud_resource, load_assets_from_dbt_cloud_job

cloud = dbt_cloud_resource.configured({"auth_token": "t", "account_id": 12345})
"""
_TYPED = "from typing import TypedDict\n\n\nclass Row(TypedDict):\n    id: int\n\n\n"
BY_KEY = 'models = [load_assets_from_dbt_cloud_job(cloud, row["id"]) for row in ROWS]\ndefs = Definitions(assets=models)\n'
BY_NAME = 'models = {name: load_assets_from_dbt_cloud_job(cloud, row["id"]) for name, row in ROWS.items()}\ndefs = Definitions(assets=list(models.values()))\n'
UNPACKED = "models = [load_assets_from_dbt_cloud_job(cloud, job) for name, job in ROWS]\ndefs = Definitions(assets=models)\n"
KNOWN = {
    "typed dicts": _TYPED + "ROWS = [Row(id=67890), Row(id=67891)]\n" + BY_KEY,
    "a typed dict beside a dict": _TYPED + 'ROWS = [Row(id=67890), {"id": 67891}]\n' + BY_KEY,
    "typed dicts by name": _TYPED + 'ROWS = {"a": Row(id=67890), "b": Row(id=67891)}\n' + BY_NAME,
    "an heir of a typed dict": _TYPED
    + "class Wide(Row, total=False):\n    name: str\n\n\nROWS = [Row(id=67890), Wide(id=67891, name='x')]\n"
    + BY_KEY,
    "a call of dict": 'ROWS = [dict(id=67890), {"id": 67891}]\n' + BY_KEY,
    "what a function answers": 'def row(job):\n    return {"id": job}\n\n\nROWS = [row(67890), {"id": 67891}]\n'
    + BY_KEY,
    "tuples and lists": 'ROWS = [("a", 67890), ["b", 67891]]\n' + UNPACKED,
}
NOT_KNOWN = {
    "a text that is parsed": "import json\nROWS = [{\"id\": 67890}, json.loads('{\"id\": 67891}')]\n" + BY_KEY,
    "the first is parsed": "import json\nROWS = [json.loads('{\"id\": 67890}'), {\"id\": 67891}]\n" + BY_KEY,
    "a chain of dicts": 'from collections import ChainMap\nROWS = [ChainMap({"id": 67890}), {"id": 67891}]\n' + BY_KEY,
    "a class of dicts": 'class Row(dict):\n    def __init__(self, job):\n        super().__init__(id=job)\n\n\nROWS = [Row(67890), {"id": 67891}]\n'
    + BY_KEY,
    "a class with keys": 'class Row:\n    def __init__(self, job):\n        self.job = job\n\n    def __getitem__(self, name):\n        return self.job\n\n\nROWS = [Row(67890), {"id": 67891}]\n'
    + BY_KEY,
    "rows that are multiplied": 'ROWS = [{"id": 67890}] * 1 + [{"id": 67891}]\n' + BY_KEY,
    "a typed dict of another": _TYPED + 'ROWS = [Row(**given()), {"id": 67891}]\n' + BY_KEY,
    "by name, one is parsed": "import json\nROWS = {\"a\": json.loads('{\"id\": 67890}'), \"b\": {\"id\": 67891}}\n" + BY_NAME,
    "a tuple with names": 'from typing import NamedTuple\n\n\nclass Row(NamedTuple):\n    name: str\n    job: int\n\n\nROWS = [Row("a", 67890), ("b", 67891)]\n'
    + UNPACKED,
    "a tuple that is split": 'ROWS = ["a 67890".split(), ("b", 67891)]\n' + UNPACKED,
}  # fmt: skip


@pytest.mark.parametrize("name", KNOWN)
def test_each_row_is_in_the_table(tmp_path: Path, name: str) -> None:
    text, _ = migrate_one(tmp_path, HEAD + KNOWN[name])
    assert "legacy_shim" not in text
    assert re.findall(r"(?m)^    (\d+): \{", text) == ["67890", "67891"]


@pytest.mark.parametrize("name", NOT_KNOWN)
def test_rows_of_which_one_is_not_read_keep_the_load(tmp_path: Path, name: str) -> None:
    text, codes = migrate_one(tmp_path, HEAD + NOT_KNOWN[name])
    assert "load_assets_from_dbt_cloud_job(cloud, " in text and "@dbt_cloud_assets" not in text
    assert "LDC303" in codes
