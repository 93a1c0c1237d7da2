"""Code that wants assets of the class of loads: what checks it when the code runs keeps them, plain annotations do not."""

from __future__ import annotations

from pathlib import Path

import pytest
from rewriting import migrate

PROGRAM = """
from dataclasses import dataclass
from typing import NamedTuple, Protocol, TypedDict, TypeVar, cast

from dagster import *
from dagster._core.definitions.cacheable_assets import CacheableAssetsDefinition
from dagster_dbt import DbtCloudClientResource, load_assets_from_dbt_cloud_job

cloud = DbtCloudClientResource(auth_token="t", account_id=12345)
models = load_assets_from_dbt_cloud_job(cloud, 67890)


{}


defs = Definitions(assets=[models])
"""
CHECKED = (
    "from pydantic import BaseModel\nclass D(BaseModel):\n    loads: list[CacheableAssetsDefinition]",
    "from pydantic import BaseModel\nclass D(BaseModel):\n    load: 'CacheableAssetsDefinition | None' = None",
    "from pydantic.dataclasses import dataclass as checked\n@checked\nclass D:\n    load: CacheableAssetsDefinition",
    "Loads = list[CacheableAssetsDefinition]\nfrom pydantic import BaseModel\nclass D(BaseModel):\n    loads: Loads",
    "class D(ConfigurableResource):\n    loads: list[CacheableAssetsDefinition]",
    "class Base(ConfigurableResource):\n    pass\nclass D(Base):\n    loads: list[CacheableAssetsDefinition]",
    "from pydantic import validate_call\n@validate_call\ndef f(load: CacheableAssetsDefinition):\n    return 1",
    "from functools import singledispatch\n@singledispatch\ndef f(x): ...\n@f.register\ndef g(x: CacheableAssetsDefinition): ...",
    "from pydantic import TypeAdapter\nCHECK = TypeAdapter(list[CacheableAssetsDefinition])",
    "def f(x):\n    return isinstance(\n        x,\n        CacheableAssetsDefinition,\n    )",
    "KINDS = (CacheableAssetsDefinition,)\ndef f(x):\n    return isinstance(x, KINDS)",
    "def f(x):\n    return type(x) is CacheableAssetsDefinition",
    "def f(x):\n    return type(x).__name__ == 'DbtCloudCacheableAssetsDefinition'",
    "def f(x):\n    match x:\n        case CacheableAssetsDefinition():\n            return 1",
    "BY_CLASS = {CacheableAssetsDefinition: 'cloud'}",
)
PLAIN = (
    "def f(load: CacheableAssetsDefinition) -> list[CacheableAssetsDefinition]:\n    return [load]",
    "def f(load: 'CacheableAssetsDefinition'):\n    return load",
    "load: CacheableAssetsDefinition | None = None",
    "@dataclass\nclass D:\n    loads: list[CacheableAssetsDefinition]",
    "class D(NamedTuple):\n    load: CacheableAssetsDefinition",
    "class D(TypedDict):\n    load: CacheableAssetsDefinition",
    "class Base(Protocol):\n    pass\nclass D(Base):\n    load: CacheableAssetsDefinition",
    "Loads = list[CacheableAssetsDefinition]\ndef f(loads: Loads):\n    return loads",
    "def f(x):\n    return cast(CacheableAssetsDefinition, x)",
    "from pydantic import BaseModel\nclass D(BaseModel):\n    loads: list[AssetsDefinition | CacheableAssetsDefinition]",
    "def f(x):\n    return isinstance(x, (AssetsDefinition, CacheableAssetsDefinition))",
    "class Mine(CacheableAssetsDefinition):\n    pass",
    "@op\ndef f(load: CacheableAssetsDefinition):\n    'takes a CacheableAssetsDefinition'\n    return 1",
    "T = TypeVar('T', bound=CacheableAssetsDefinition)",
)


def told(folder: Path, text: str) -> list[str]:
    """Why the load stays."""
    _, report = migrate(folder, {"program.py": PROGRAM.format(text)})
    return [each.message for each in report.findings if each.is_left_for_a_person and each.code != "LDC308"]


@pytest.mark.parametrize("text", CHECKED)
def test_what_checks_the_class_keeps_the_load(tmp_path: Path, text: str) -> None:
    said = told(tmp_path, text)
    assert any("wants a `CacheableAssetsDefinition`" in each for each in said), said


@pytest.mark.parametrize("text", PLAIN)
def test_what_checks_no_class_keeps_nothing(tmp_path: Path, text: str) -> None:
    assert told(tmp_path, text) == []
