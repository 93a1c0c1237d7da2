"""Code that was migrated with some deployments, and is migrated again with another: each place that refuses its job is named."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from rewriting import FACTS, NIGHTLY, migrate

from legacy_shim.codemods.facts.deployments import Deployment
from legacy_shim.codemods.facts.jobs import Facts

KNOWN = Facts((*FACTS.jobs, replace(NIGHTLY, id=67900, name="Nightly (staging)", environment_id=23)))
PROD = Deployment("prod", {"WHERE": "prod", "JOB": "67890", "OTHER": "67891"})
STAGING = Deployment("staging", {"WHERE": "staging", "JOB": "67900", "OTHER": "67891"})
QA = Deployment("qa", {"WHERE": "qa", "JOB": "67891", "OTHER": "67891"})
HEAD = """\
import os
from dagster_dbt import dbt_cloud_resource, load_assets_from_dbt_cloud_job
cloud = dbt_cloud_resource.configured({"auth_token": os.environ["TOKEN"], "account_id": 12345})
"""
ALONE = ", and the code was generated for job 67890 only, and refuses to load there. To have both, restore the files"
PROGRAMS: Mapping[str, tuple[Mapping[str, str], tuple[str, ...]]] = {
    "from the environment": (
        {"defs.py": HEAD + 'models = load_assets_from_dbt_cloud_job(cloud, int(os.environ["JOB"]))\n'},
        (f"LDC404 this is job 67900 in deployment staging{ALONE}",),
    ),
    "in another file, that names nothing of dbt": (
        {
            "pkg/__init__.py": "",
            "pkg/settings.py": 'import os\nclass Settings:\n    job_id = int(os.environ["JOB"])\nsettings = Settings()\n',
            "pkg/defs.py": "from pkg.settings import settings\n" + HEAD + "models = load_assets_from_dbt_cloud_job(cloud, settings.job_id)\n",
        },
        (f"LDC404 this is job 67900 in deployment staging{ALONE}",),
    ),
    "two loads, of which one is the same": (
        {
            "defs.py": HEAD
            + 'a = load_assets_from_dbt_cloud_job(cloud, int(os.environ["JOB"]))\n'
            + 'b = load_assets_from_dbt_cloud_job(cloud, int(os.environ["OTHER"]))\n'
        },
        (f"LDC404 this is job 67900 in deployment staging{ALONE}",),
    ),
    "a table": (
        {
            "defs.py": HEAD
            + 'A, B = int(os.environ["JOB"]), int(os.environ["OTHER"])\n'
            + "both = [load_assets_from_dbt_cloud_job(cloud, one) for one in sorted({A, B})]\n"
        },
        ("LDC404 this is job 67900 in deployment staging, and the code was generated for job 67890, 67891 only",),
    ),
    "in a function": (
        {
            "defs.py": HEAD
            + 'def job_id():\n    return os.environ["JOB"]\n'
            + "def load():\n    return load_assets_from_dbt_cloud_job(cloud, int(job_id()))\nmodels = load()\n"
        },
        (f"LDC404 this is job 67900 in deployment staging{ALONE}",),
    ),
    "chosen in the code, with all jobs in a table": (
        {
            "defs.py": HEAD
            + 'JOBS = {"prod": 67890, "staging": 67900}\nmodels = load_assets_from_dbt_cloud_job(cloud, JOBS[os.environ["WHERE"]])\n'
        },
        (),
    ),
    "the same in all": (
        {"defs.py": HEAD + 'models = load_assets_from_dbt_cloud_job(cloud, int(os.environ["OTHER"]))\n'},
        (),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", PROGRAMS)
def test_what_refuses_the_job_of_another_deployment_is_named(tmp_path: Path, name: str) -> None:
    program, said = PROGRAMS[name]
    first, _ = migrate(tmp_path, program, facts=KNOWN, deployments=(PROD,))
    assert any("dbt_cloud_assets" in text for text in first.values())
    again, report = migrate(tmp_path, first, facts=KNOWN, deployments=(PROD,))
    assert again == first and not report.findings
    second, report = migrate(tmp_path, first, facts=KNOWN, deployments=(PROD, STAGING))
    assert second == first
    left = [f"{one.code} {one.message}" for one in report.left_for_a_person]
    assert len(left) == len(said)
    for line, begins in zip(left, said, strict=True):
        assert line.startswith(begins), line
        assert line.endswith("and migrate again with all deployments")


def test_the_table_of_deployments_refuses_one_more(tmp_path: Path) -> None:
    program = {"defs.py": HEAD + 'models = load_assets_from_dbt_cloud_job(cloud, int(os.environ["JOB"]))\n'}
    first, _ = migrate(tmp_path, program, facts=KNOWN, deployments=(PROD, STAGING))
    second, report = migrate(tmp_path, first, facts=KNOWN, deployments=(PROD, STAGING, QA))
    assert second == first
    (only,) = report.left_for_a_person
    assert only.message.startswith(
        "this is job 67891 in deployment qa, and the code was generated for job 67890, 67900"
    )
    assert only.jobs == (67891,)
    second, report = migrate(tmp_path, first, facts=KNOWN, deployments=(STAGING,))
    assert second == first and not report.findings
