"""A file that does not parse and may use a resource keeps it: Python may be newer where the code runs."""

from __future__ import annotations

from pathlib import Path

import pytest
from rewriting import migrate

_CLOUD = """
import os

from dagster_dbt import DbtCloudClientResource

cloud = DbtCloudClientResource(auth_token=os.environ["T"], account_id=12345)
"""
_NOT_PARSED = "\ntype type = = 1\n"
_RUNS = "\n\ndef run():\n    return {cloud}.get_dbt_client().run_job_and_poll(67890).run_id\n"
_IMPORTS = {
    "name": ("from proj.res import cloud", "cloud"),
    "in brackets": ("from proj.res import (\n    # ours\n    cloud,\n)", "cloud"),
    "module": ("from proj import res", "res.cloud"),
    "plain": ("import os, proj.res", "proj.res.cloud"),
    "relative": ("from . import res", "res.cloud"),
    "relative name": ("from .res import cloud as dbt", "dbt"),
    "on one line": ("try: from proj.res import cloud\nexcept ImportError: pass", "cloud"),
}


def _migrated(tmp_path: Path, **more: str) -> tuple[str, list[str]]:
    texts, report = migrate(tmp_path, {"proj/__init__.py": "", "proj/res.py": _CLOUD, **more})
    return texts["proj/res.py"], [each.message for each in report.findings if each.code == "LDC303"]


@pytest.mark.parametrize(("imports", "cloud"), _IMPORTS.values(), ids=_IMPORTS)
def test_what_it_imports_stays(tmp_path: Path, imports: str, cloud: str) -> None:
    text, said = _migrated(tmp_path, **{"proj/jobs.py": imports + _RUNS.format(cloud=cloud) + _NOT_PARSED})
    assert "from legacy_shim import DbtCloudClientResource" in text
    assert "DbtCloudWorkspace" not in text
    assert [each.endswith("jobs.py, which could not be analysed, may use it") for each in said] == [True]


def test_what_another_file_gives_it_stays(tmp_path: Path) -> None:
    main = "from proj import jobs, res\n\n\ndef main():\n    return jobs.run(res.cloud)\n"
    jobs = "def run(cloud):\n    return cloud.get_dbt_client().run_job_and_poll(67890).run_id\n" + _NOT_PARSED
    text, _ = _migrated(tmp_path, **{"proj/main.py": main, "proj/jobs.py": jobs})
    assert "DbtCloudWorkspace" not in text


@pytest.mark.parametrize(
    "ops",
    [
        "def run(context):\n    return context.resources.acme.run_job_and_poll(67890)\n",
        "def run(acme: DbtCloudClientResource):\n    return acme.run_job_and_poll(67890)\n",
        "def run(context):\n    return getattr(context.resources, 'acme').run_job_and_poll(67890)\n",
    ],
)
def test_what_it_asks_for_by_a_key_stays(tmp_path: Path, ops: str) -> None:
    defs = 'from dagster import Definitions\nfrom proj.res import cloud\n\ndefs = Definitions(resources={"acme": cloud})\n'
    text, _ = _migrated(tmp_path, **{"proj/defs.py": defs, "ops.py": ops + _NOT_PARSED})
    assert "DbtCloudWorkspace" not in text


_OTHERS = {
    "names nothing legacy": "from proj.res import cloud\n\nprint(cloud)\n",
    "imports nothing of it": "from other.settings import cloud\n" + _RUNS.format(cloud="cloud"),
    "another word than its key": "from corp.cloud import acme_run, myacme\n" + _RUNS.format(cloud="acme_run"),
    "in a comment": "# from proj.res import cloud\n" + _RUNS.format(cloud="cloud"),
}


@pytest.mark.parametrize("text", _OTHERS.values(), ids=_OTHERS)
def test_a_file_that_does_not_parse_keeps_nothing_else(tmp_path: Path, text: str) -> None:
    defs = 'from dagster import Definitions\nfrom proj.res import cloud\n\ndefs = Definitions(resources={"acme": cloud})\n'
    new, _ = _migrated(tmp_path, **{"proj/defs.py": defs, "old/script.py": text + _NOT_PARSED})
    assert "cloud = DbtCloudWorkspace(" in new


def test_a_file_that_is_not_in_its_encoding_keeps_what_it_imports(tmp_path: Path) -> None:
    jobs = tmp_path / "proj" / "jobs.py"
    jobs.parent.mkdir()
    jobs.write_bytes(b"# caf\xe9\nfrom proj.res import cloud" + _RUNS.format(cloud="cloud").encode())
    text, _ = _migrated(tmp_path)
    assert "DbtCloudWorkspace" not in text
