"""``verify`` for a code base that runs in several deployments: one migration, compared in each of them."""

from __future__ import annotations

import json
from pathlib import Path

from verify_rig import CLOUD, MANIFEST, TOKEN, run_of, run_verify

from legacy_shim.emulator import load_setup, serve

PROGRAM = """\
import os

from dagster import Definitions
from dagster_dbt import dbt_cloud_resource, load_assets_from_dbt_cloud_job

cloud = dbt_cloud_resource.configured({"auth_token": {"env": "DBT_CLOUD_API_TOKEN"}, "account_id": 12345})
models = load_assets_from_dbt_cloud_job(dbt_cloud=cloud, job_id=int(os.environ["JOB"]))
defs = Definitions(assets=[models])
"""
JOB = {"project_id": 11, "generate_docs": False, "triggers": {"schedule": False}, "name_is_unique": True}
FACTS = {
    "version": 1,
    "host": "https://cloud.getdbt.com",
    "account_id": 12345,
    "jobs": {
        "501": {**JOB, "name": "Nightly", "environment_id": 22, "execute_steps": ["dbt seed", "dbt run"]},
        "502": {**JOB, "name": "Staging", "environment_id": 23, "execute_steps": ["dbt run"]},
    },
}
FILES = ("--env-file", "prod.env", "--deployment", "staging=other.env")
WITH = ("--definitions", "defs.py", "--manifest", str(MANIFEST))


def test_each_deployment_is_compared(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / "defs.py").write_text(PROGRAM)
    (tmp_path / "dbt_cloud_jobs.json").write_text(json.dumps(FACTS))
    for name, job_id in (("prod", 501), ("other", 502)):
        (tmp_path / f"{name}.env").write_text(f"DBT_CLOUD_API_TOKEN=of-nobody\nJOB={job_id}\n")
    output = tmp_path / "result.json"
    done = run_verify(tmp_path, ".", *WITH, *FILES, "--format", "json", "--output", str(output), env={})
    assert done.returncode == 0, done.stdout + done.stderr
    assert [line.partition(":")[0] for line in done.stdout.splitlines()] == [
        "Deployment prod",
        "Deployment staging",
    ]
    document = json.loads(output.read_text())
    found = document["deployments"]
    # Job 501 runs `dbt seed` too, which v2 starts a run of its own for.
    assert {name for row in document["only_in_some"] for name in row["deployments"]} >= {"prod"}
    assert all(len(row["deployments"]) == 1 for row in document["only_in_some"])
    for name, job_id in (("prod", 501), ("staging", 502)):
        assert found[name]["counts"]["unexpected"] == 0
        ran = {
            each["job"]
            for row in found[name]["attempts"]
            for side in ("before", "after")
            for each in row[side]
        }
        assert ran == {job_id}
        # What is reported of the job of the other deployment alone stands there.
        reported = json.dumps(found[name]["reported_unseen"])
        assert f"job {job_id} is found by its name" in reported
        assert f"job {1003 - job_id} is found by its name" not in reported


def test_dbt_cloud_is_asked_once_for_all(tmp_path: Path) -> None:
    """Facts and manifest of each deployment's job, with GET requests; one page has the results."""
    (tmp_path / ".git").mkdir()
    own = PROGRAM.replace("12345}", '12345, "dbt_cloud_host": os.environ["DBT_CLOUD_HOST"]}')
    (tmp_path / "defs.py").write_text(own)
    cloud = load_setup(CLOUD)
    output = tmp_path / "result.html"
    with serve(cloud) as server:
        for name, job_id in (("prod", 67891), ("other", 67893)):
            (tmp_path / f"{name}.env").write_text(
                f"DBT_CLOUD_API_TOKEN={TOKEN}\nDBT_CLOUD_HOST={server.url}\nJOB={job_id}\n"
            )
        run_of(server.url, 67893)
        cloud.clear_journal()
        where = ("--definitions", "defs.py", "--lookup", "--host", server.url)
        done = run_verify(tmp_path, ".", *where, *FILES, "--format", "html", "--output", str(output), env={})
    assert done.returncode == 0, done.stdout + done.stderr
    assert {request.method for request in cloud.journal} == {"GET"}
    jobs = [request.path for request in cloud.journal if request.path.endswith(("/67891/", "/67893/"))]
    assert len(jobs) == len(set(jobs)) == 2, jobs
    assert TOKEN not in done.stdout + done.stderr
    data = json.loads(output.read_text().partition(' id="data">')[2].partition("</script>")[0])
    assert list(data["deployments"]) == ["prod", "staging"]
    for name, job_id in (("prod", 67891), ("staging", 67893)):
        rows = [each for row in data["deployments"][name]["attempts"] for each in row["after"]]
        assert {each["job"] for each in rows} == {job_id}
