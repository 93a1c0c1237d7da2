"""Something legacy that code takes out of a module by a name which the module does not bind goes out of sight."""

from __future__ import annotations

from pathlib import Path

import pytest
from rewriting import migrate

HOME = """
from dagster_dbt import DbtCloudClientResource, DbtCloudResource

cloud = DbtCloudClientResource(auth_token="t", account_id=12345)
CLIENT = cloud.get_dbt_client()
old = DbtCloudResource(auth_token="t", account_id=12345)
NAME = "Nightly"

def client():
    return cloud.get_dbt_client()

def name_of(given, job_id):
    return given.get_job(job_id)["name"]

class Names:
    def __init__(self):
        self.cloud = cloud

    def client(self):
        return self.cloud.get_dbt_client()

class Given:
    def __init__(self, given):
        self.given = given

    def name(self):
        return self.given.get_job(67890)["name"]

names = Names()
used = name_of(CLIENT, 67890), Given(CLIENT).name()
"""
LAZY = "import importlib\n\ndef __getattr__(name):\n    return getattr(importlib.import_module('acme.' + 'home'), name)\n"

OUT_OF_SIGHT = [
    ("import acme", "acme.CLIENT.get_job(67890)"),
    ("import acme", "acme.cloud.account_id"),
    ("import acme", "acme.old.get_job(67890)"),
    ("import acme", "acme.client().get_job(67890)"),
    ("import acme", "acme.names.client().get_job(67890)"),
    ("import acme as a", "a.CLIENT.get_job(67890)"),
    ("from acme import CLIENT", "CLIENT.get_job(67890)"),
    ("from acme import CLIENT as c", "c.get_job(67890)"),
    ("import acme", "getattr(acme, 'CLIENT').get_job(67890)"),
    ("from acme import home", "vars(home)['CLIENT'].get_job(67890)"),
    ("from acme import home", "home.__dict__['CLIENT'].get_job(67890)"),
    ("from acme import home", "getattr(home, 'CLI' + 'ENT').get_job(67890)"),
    ("from pkgutil import resolve_name", "resolve_name('acme.home:CLIENT').get_job(67890)"),
    ("from pydoc import locate", "locate('acme.home.CLIENT').get_job(67890)"),
]
IN_SIGHT = [
    ("from acme.home import CLIENT", "CLIENT.get_job(67890)"),
    ("from acme import home", "getattr(home, 'CLIENT').get_job(67890)"),
    ("from acme import home", "home.names.client().get_job(67890)"),
    ("import acme", "acme.NAME"),
    ("import acme", "acme.elsewhere"),
    ("from acme import home", "vars(home)['NAME']"),
    ("from acme import home", "vars(home)['name_of']"),
    ("from acme import home", "vars(home)['Given']"),
    ("from acme import home", "[getattr(home, name) for name in dir(home) if name.startswith('job_')]"),
    ("from elsewhere import lib", "vars(lib)['CLIENT']"),
    ("import json", "getattr(json, 'du' + 'mps')"),
]


def _migrated(folder: Path, imported: str, read: str) -> tuple[dict[str, str], set[str]]:
    files = {
        "acme/__init__.py": LAZY,
        "acme/home.py": HOME,
        "reads.py": f"{imported}\n\n\ndef read():\n    return {read}\n",
    }
    texts, report = migrate(folder, files)
    return texts, {finding.message for finding in report.findings}


@pytest.mark.parametrize(("imported", "read"), OUT_OF_SIGHT)
def test_it_stays(tmp_path: Path, imported: str, read: str) -> None:
    texts, said = _migrated(tmp_path, imported, read)
    assert "cloud = DbtCloudWorkspace" not in texts["acme/home.py"] or "acme.old" in read
    assert "get_job_details" not in texts["reads.py"]
    assert any("is taken out of a module by a name" in one for one in said)


@pytest.mark.parametrize(("imported", "read"), IN_SIGHT)
def test_it_migrates(tmp_path: Path, imported: str, read: str) -> None:
    texts, said = _migrated(tmp_path, imported, read)
    assert "legacy_shim" not in "".join(texts.values())
    assert "cloud = DbtCloudWorkspace" in texts["acme/home.py"]
    assert not any("is taken out of a module by a name" in one for one in said)
