"""Calls of the legacy API by a name that is something else at times stay: a fake, an own op, a fallback."""

from __future__ import annotations

from pathlib import Path

import pytest
from rewriting import migrate

HEAD = """\
import os
from dagster import Definitions, job, op
{imports}

FAKE = bool(os.environ.get("FAKE"))
"""
BOTH = "from dagster_dbt import dbt_cloud_resource, load_assets_from_dbt_cloud_job"
RESOURCE = "from dagster_dbt import dbt_cloud_resource"
CLOUD = 'cloud = dbt_cloud_resource.configured({"auth_token": "t", "account_id": 12345})\n'
FAKES = "def fake(dbt_cloud, job_id):\n    return []\n"
DEFS = "defs = Definitions(assets=[models])\n"
ANY = "models = load(dbt_cloud=cloud, job_id=67890)\n"
LOAD = "models = load_assets_from_dbt_cloud_job(dbt_cloud=cloud, job_id=67890)\n"
OWN_OP = "    @op\n    def dbt_cloud_run_op(): ...\n"
RUN = 'run = dbt_cloud_run_op.configured({"job_id": 67890}, name="run")\n\n\n@job(resource_defs={"dbt_cloud": cloud})\ndef nightly():\n    run()\n\n\ndefs = Definitions(jobs=[nightly])\n'
CLASS = "class Fake:\n    def __init__(self, **given): ...\n"
MADE = 'cloud = made(auth_token="t", account_id=12345)\n'
USED = "@op\ndef go():\n    print(cloud.get_dbt_client().get_job(67890))\n"
OF_CLASS = "from dagster_dbt import DbtCloudClientResource"
FALLBACK = {"fallback.py": "def load_assets_from_dbt_cloud_job(dbt_cloud, job_id):\n    return []\n"}
_Program = tuple[str, str, dict[str, str]]

STAYS: dict[str, _Program] = {
    "a load chosen by a condition": (BOTH, CLOUD + FAKES + "load = fake if FAKE else load_assets_from_dbt_cloud_job\n" + ANY + DEFS, {}),
    "a load bound again": (BOTH, CLOUD + FAKES + "load = load_assets_from_dbt_cloud_job\nif FAKE:\n    load = fake\n" + ANY + DEFS, {}),
    "a load out of a dict": (BOTH, CLOUD + FAKES + 'LOADS = {"a": fake, "b": load_assets_from_dbt_cloud_job}\nload = LOADS[os.environ["X"]]\n' + ANY + DEFS, {}),
    "a load that is an argument": (BOTH, CLOUD + FAKES + "def make(load):\n    return load(dbt_cloud=cloud, job_id=67890)\nmodels = make(fake if FAKE else load_assets_from_dbt_cloud_job)\n" + DEFS, {}),
    "a load of a file that falls back": (f"{RESOURCE}\nfrom compat import load_assets_from_dbt_cloud_job", CLOUD + LOAD + DEFS, {
        "compat.py": "try:\n    from dagster_dbt import load_assets_from_dbt_cloud_job\nexcept ImportError:\n    from fallback import load_assets_from_dbt_cloud_job\n", **FALLBACK}),
    "a load of such a file, by its name": (f"{RESOURCE}\nimport compat", CLOUD + LOAD.replace("load_assets", "compat.load_assets") + DEFS, {
        "compat.py": "try:\n    from dagster_dbt import load_assets_from_dbt_cloud_job\nexcept ImportError:\n    from fallback import load_assets_from_dbt_cloud_job\n", **FALLBACK}),
    "an op of a branch": (RESOURCE, "if FAKE:\n" + OWN_OP + "else:\n    from dagster_dbt import dbt_cloud_run_op\n" + CLOUD + RUN, {}),
    "an op where the import fails": (RESOURCE, "try:\n    from dagster_dbt import dbt_cloud_run_op\nexcept ImportError:\n" + OWN_OP + CLOUD + RUN, {}),
    "an op that is defined again": (RESOURCE + ", dbt_cloud_run_op", "if FAKE:\n" + OWN_OP + CLOUD + RUN, {}),
    "an op of another file": (RESOURCE, "if FAKE:\n    from fakes import dbt_cloud_run_op\nelse:\n    from dagster_dbt import dbt_cloud_run_op\n" + CLOUD + RUN, {
        "fakes.py": "from dagster import op\n\n\n@op\ndef dbt_cloud_run_op(): ...\n"}),
    "a class chosen by a condition": (OF_CLASS, CLASS + "made = Fake if FAKE else DbtCloudClientResource\n" + MADE + USED, {}),
    "a class that is a default": (OF_CLASS, CLASS + "def make(made=DbtCloudClientResource):\n    return made(auth_token='t', account_id=12345)\ncloud = make(Fake) if FAKE else make()\n" + USED, {}),
    "a load in a comprehension outside of the branch that imports it": ("", f"if not FAKE:\n    {BOTH}\n    {CLOUD}\nmodels = [] if FAKE else [load_assets_from_dbt_cloud_job(cloud, j) for j in (67890, 67891)]\ndefs = Definitions(assets=models)\n", {}),
}  # fmt: skip
MIGRATES: dict[str, _Program] = {
    "None where the import fails": (RESOURCE, "try:\n    from dagster_dbt import load_assets_from_dbt_cloud_job\nexcept ImportError:\n    load_assets_from_dbt_cloud_job = None\n" + CLOUD + LOAD + DEFS, {}),
    "two ways to import it": (RESOURCE, "try:\n    from dagster_dbt import load_assets_from_dbt_cloud_job\nexcept ImportError:\n    from dagster_dbt.cloud import load_assets_from_dbt_cloud_job\n" + CLOUD + LOAD + DEFS, {}),
    "another name": (BOTH, CLOUD + "load = load_assets_from_dbt_cloud_job\n" + ANY + DEFS, {}),
    "a file that hands it on": (f"{RESOURCE}\nfrom compat import load_assets_from_dbt_cloud_job", CLOUD + LOAD + DEFS, {"compat.py": "from dagster_dbt import load_assets_from_dbt_cloud_job\n"}),
    "the branch that imports it": ("", f"models = []\nif not FAKE:\n    {BOTH}\n    {CLOUD}    models = load_assets_from_dbt_cloud_job(cloud, 67890)\n" + DEFS, {}),
    "an op beside an own one": (RESOURCE + ", dbt_cloud_run_op", "@op\ndef other(): ...\n" + CLOUD + RUN, {}),
}  # fmt: skip


def _migrated(tmp_path: Path, program: _Program) -> str:
    imports, text, files = program
    texts, _ = migrate(tmp_path, {"program.py": HEAD.format(imports=imports) + text, **files})
    return texts["program.py"]


@pytest.mark.parametrize("name", STAYS)
def test_the_call_stays(tmp_path: Path, name: str) -> None:
    text = _migrated(tmp_path, STAYS[name])
    assert "DbtCloudWorkspace" not in text
    assert "@dbt_cloud_assets" not in text


@pytest.mark.parametrize("name", MIGRATES)
def test_the_call_migrates(tmp_path: Path, name: str) -> None:
    assert "DbtCloudWorkspace" in _migrated(tmp_path, MIGRATES[name])


@pytest.mark.parametrize(
    "above", ["dbt_cloud_resource = None\n", "def dbt_cloud_resource():\n    return 1\n\n\nHELP = dbt_cloud_resource()\n"]
)  # fmt: skip
def test_an_import_stays_below_what_it_takes_the_place_of(tmp_path: Path, above: str) -> None:
    kept = CLOUD.replace("\n", "  # legacy-shim: keep\n")
    text = _migrated(tmp_path, ("", f"{above}{RESOURCE}\n{kept}defs = Definitions()\n", {}))
    assert f"{above}from legacy_shim import dbt_cloud_resource\n" in text
