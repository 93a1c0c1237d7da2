"""Files that are imported by other paths than their own: through links, and by the names that a project gives its folders."""

from __future__ import annotations

from pathlib import Path

import pytest
from rewriting import migrate

_CLOUD = """
import os

from dagster_dbt import DbtCloudClientResource

cloud = DbtCloudClientResource(auth_token=os.environ["T"], account_id=12345)
"""
_CALLS = '{imports}\n\nprint({cloud}.get_dbt_client().get_job(67890)["name"])\n'
_FORMS = {
    "name": ("from {}.res import cloud", "cloud"),
    "module": ("from {} import res", "res.cloud"),
    "plain": ("import {}.res as found", "found.cloud"),
    "package": ("from {} import own", "own"),
}
_DECLARED = {
    "pyproject.toml": '[tool.setuptools]\npackage-dir = {acme = "lib"}\n',
    "setup.cfg": "[options]\npackage_dir =\n    acme = lib\n",
    "setup.py": 'from setuptools import setup\n\nsetup(name="acme", package_dir={"acme": "lib"})\n',
}
_HATCH = '[tool.hatch.build.targets.wheel.sources]\n"lib" = "acme"\n'


def _files(folder: str, app: str, form: tuple[str, str], name: str, **more: str) -> dict[str, str]:
    imports, cloud = form
    own = {f"{folder}/__init__.py": f"from {name}.res import cloud as own\n", f"{folder}/res.py": _CLOUD}
    return {**own, app: _CALLS.format(imports=imports.format(name), cloud=cloud), **more}


def _link(path: Path, target: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.symlink_to(target)


def _has_moved(texts: dict[str, str], folder: str, app: str, cloud: str) -> bool:
    is_workspace = "cloud = DbtCloudWorkspace(" in texts[f"{folder}/res.py"]
    return is_workspace and f"print({cloud}.get_client().get_job_details(67890)" in texts[app]


@pytest.mark.parametrize("form", _FORMS.values(), ids=_FORMS)
def test_a_folder_that_a_link_leads_to(tmp_path: Path, form: tuple[str, str]) -> None:
    _link(tmp_path / "services" / "a" / "shared", "../../libs/common")
    texts, _ = migrate(tmp_path, _files("libs/common", "services/a/app.py", form, "shared"))
    assert _has_moved(texts, "libs/common", "services/a/app.py", form[1])


def test_a_file_that_a_link_leads_to(tmp_path: Path) -> None:
    _link(tmp_path / "svc" / "connections.py", "../libs/res.py")
    app = _CALLS.format(imports="from .connections import cloud", cloud="cloud")
    texts, _ = migrate(tmp_path, {"svc/__init__.py": "", "svc/app.py": app, "libs/res.py": _CLOUD})
    assert _has_moved(texts, "libs", "svc/app.py", "cloud")


def test_a_link_to_the_folder_that_it_stands_in_adds_nothing(tmp_path: Path) -> None:
    _link(tmp_path / "proj" / "again", "..")
    texts, _ = migrate(tmp_path, _files("proj", "app.py", _FORMS["name"], "proj"))
    assert _has_moved(texts, "proj", "app.py", "cloud")


@pytest.mark.parametrize("form", _FORMS.values(), ids=_FORMS)
@pytest.mark.parametrize("declaring", _DECLARED)
def test_a_package_that_is_read_from_another_folder(
    tmp_path: Path, declaring: str, form: tuple[str, str]
) -> None:
    texts, _ = migrate(
        tmp_path, _files("lib", "app/app.py", form, "acme", **{declaring: _DECLARED[declaring]})
    )
    assert _has_moved(texts, "lib", "app/app.py", form[1])


def test_a_folder_that_a_build_renames(tmp_path: Path) -> None:
    files = _files("lib", "app/app.py", _FORMS["name"], "acme", **{"pyproject.toml": _HATCH})
    texts, _ = migrate(tmp_path, files)
    assert _has_moved(texts, "lib", "app/app.py", "cloud")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("pyproject.toml", "[tool.setuptools\n"),
        ("pyproject.toml", '[tool.setuptools]\npackage-dir = "lib"\n'),
        ("pyproject.toml", '[tool.setuptools]\npackage-dir = {acme = 1, "" = "lib", corp = "lib"}\n'),
        ("setup.cfg", "package_dir = acme\n"),
        ("setup.py", "from setuptools import setup\n\nsetup(package_dir=folders())\n"),
        ("setup.py", "setup(package_dir={name: 'lib'})\n"),
    ],
)
def test_what_no_file_says_of_a_name_keeps_the_resource(tmp_path: Path, name: str, text: str) -> None:
    files = _files("lib", "app/app.py", _FORMS["name"], "acme", **{name: text})
    texts, _ = migrate(tmp_path, files)
    assert "DbtCloudWorkspace" not in texts["lib/res.py"]
    assert texts["app/app.py"] == files["app/app.py"]
