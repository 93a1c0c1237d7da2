"""Base classes that another file has, which names nothing legacy: through the package that exports them, too."""

from __future__ import annotations

from pathlib import Path

import pytest
from rewriting import migrate

WORK = """\
from dagster import Definitions, job, op
from dagster_dbt import DbtCloudClientResource
{imports}


class Finance({base}):
    job_id = 67891
{body}

@op
def work(dbt_cloud: DbtCloudClientResource):
    print({made}.latest())


@job
def working():
    work()


dbt_cloud = DbtCloudClientResource(auth_token="t", account_id=12345)
defs = Definitions(jobs=[working], resources={{"dbt_cloud": dbt_cloud}})
"""
CORE = """\
import abc
from typing import Any, Generic, Protocol, TypeVar

T = TypeVar("T")


class Reads(Protocol):
    def get_runs(self, **given: Any) -> Any: ...


class Base(abc.ABC{generic}):
    job_id: int

    def __init__(self, client: Reads, limit: int = 1) -> None:
        self.client = client
        self.limit = limit

    def latest(self):
        {latest}
"""
LATEST = "return self.client.get_runs(job_id=self.job_id, limit=self.limit)"
WAYS = {
    "by its file": ("from lib.core import Base", ""),
    "by its package": ("from lib import Base", "from .core import Base\n"),
    "by a star": ("from lib import *", "from .core import *\n"),
    "by the name of the file": ("from lib import core", ""),
    "by two packages": ("from lib import Base", "from lib.inner import Base\n"),
}
SOUND = {
    "plainly": ("Base", "Finance(dbt_cloud.get_dbt_client())", "", LATEST),
    "by a keyword": ("Base", "Finance(limit=2, client=dbt_cloud.get_dbt_client())", "", LATEST),
    "by its own init": (
        "Base",
        "Finance(dbt_cloud.get_dbt_client())",
        "    def __init__(self, client):\n        super().__init__(client)\n",
        LATEST,
    ),
}
UNSOUND = {
    "its method asks the client for any attribute": "return getattr(self.client, self.name)()",
    "its method looks at the class of the client": "return type(self.client)",
    "its method hands the client out of sight": "import elsewhere; return elsewhere.latest(self.client)",
}


def _migrated(tmp_path: Path, way: str, case: tuple[str, str, str, str], generic: str = "") -> str:
    imports, package = WAYS[way]
    base, made, body, latest = case
    spelled = base.replace("Base", "core.Base") if imports.endswith("core") else base
    files = {
        "lib/__init__.py": package,
        "lib/inner/__init__.py": "from ..core import Base\n",
        "lib/core.py": CORE.format(latest=latest, generic=generic),
        "work.py": WORK.format(imports=imports, base=spelled, body=body, made=made),
    }
    texts, _ = migrate(tmp_path, files)
    return "".join(texts.values())


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("case", SOUND)
def test_what_its_init_keeps_is_followed(tmp_path: Path, way: str, case: str) -> None:
    text = _migrated(tmp_path, way, SOUND[case])
    assert "legacy_shim" not in text
    assert "(self.client, job_id=self.job_id" in text


@pytest.mark.parametrize("way", WAYS)
def test_a_generic_base_is_followed(tmp_path: Path, way: str) -> None:
    base, made, body, latest = SOUND["plainly"]
    text = _migrated(tmp_path, way, (f"{base}[int]", made, body, latest), ", Generic[T]")
    assert "legacy_shim" not in text


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("case", UNSOUND)
def test_what_it_does_with_the_client_keeps_the_resource(tmp_path: Path, way: str, case: str) -> None:
    base, made, body, _ = SOUND["plainly"]
    text = _migrated(tmp_path, way, (base, made, body, UNSOUND[case]))
    assert "DbtCloudWorkspace" not in text


@pytest.mark.parametrize("way", WAYS)
def test_a_client_that_a_class_keeps_itself_is_followed_into_its_base(tmp_path: Path, way: str) -> None:
    body = "    def __init__(self, client):\n        self.client, self.limit = client, 2\n"
    text = _migrated(tmp_path, way, ("Base", "Finance(dbt_cloud.get_dbt_client())", body, LATEST))
    assert "legacy_shim" not in text
    assert "(self.client, job_id=self.job_id" in text
