"""A job that changes in dbt Cloud to what a first migration would refuse: the code stays as it is, and the finding says why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from rewriting import HOURLY, NIGHTLY, migrate

from legacy_shim.codemods.facts.deployments import Deployment
from legacy_shim.codemods.facts.jobs import Facts, Job

HEAD = """\
from dagster import Definitions
from dagster_dbt import dbt_cloud_resource, load_assets_from_dbt_cloud_job

cloud = dbt_cloud_resource.configured({"auth_token": {"env": "DBT_CLOUD_API_TOKEN"}, "account_id": 12345})
"""
ONE = HEAD + "models = load_assets_from_dbt_cloud_job(cloud, 67890)\n"
LOOP = HEAD + "models = [load_assets_from_dbt_cloud_job(cloud, i) for i in (67890, 67891)]\n"
TWO_PLACES = (
    ONE
    + 'other = dbt_cloud_resource.configured({"auth_token": {"env": "DBT_CLOUD_API_TOKEN"}, "account_id": 12345})\n'
    + "more = load_assets_from_dbt_cloud_job(other, 67892)\n"
)
SEEDS = replace(NIGHTLY, execute_steps=("dbt seed", "dbt build --select tag:daily"))
TWIN = replace(SEEDS, id=67891, name="Hourly", execute_steps=("dbt seed", "dbt build --select tag:hourly"))
ELSEWHERE = replace(NIGHTLY, id=67892, name="Elsewhere", environment_id=23)


def twice(
    folder: Path, program: str, first: Sequence[Job], then: Sequence[Job]
) -> tuple[str, str, list[str]]:
    """The code after the first migration and after the second, and what the second says of the changes."""
    texts, report = migrate(folder, {"defs.py": program}, facts=Facts(tuple(first)))
    assert not report.left_for_a_person
    earlier = {job.id: job for job in first}
    changed = [replace(job, earlier=_earlier(earlier[job.id], job)) for job in then]
    after, report = migrate(folder, texts, facts=Facts(tuple(changed)))
    told = [
        f"{one.code} {one.message}" for one in report.findings if one.code in {"LDC226", "LDC227", "LDC404"}
    ]
    return texts["defs.py"], after["defs.py"], told


def _earlier(old: Job, new: Job) -> Mapping[str, Sequence[object]]:
    fields = ("name", "project_id", "environment_id", "execute_steps")
    found = {name: getattr(old, name) for name in fields if getattr(old, name) != getattr(new, name)}
    return {name: [list(value) if isinstance(value, tuple) else value] for name, value in found.items()}


REFUSED: Mapping[str, tuple[Sequence[str], str]] = {
    "state": (["dbt seed", "dbt build --select state:modified+"], "LDC305 the selection of job 67890 uses `state:`"),
    "state, excluded": (["dbt seed", "dbt build --exclude state:modified"], "LDC305"),
    "a path": (["dbt build --select models/staging"], "LDC305"),
    "the name of a test": (["dbt build --select tag:daily --exclude test_name:unique"], "LDC305"),
    "a selector beside --exclude": (["dbt build --selector nightly --exclude x"], "LDC305"),
    "two builds": (["dbt run --select a", "dbt build --select b"], "LDC306 job 67890 has 2 `dbt run` or `dbt build` commands"),
    "no build": (["dbt seed"], "LDC306 job 67890 has 0"),
    "variables": (["dbt seed", "dbt build --select tag:daily --vars '{a: 1}'"], "LDC306 job 67890 passes `--vars`"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_what_v2_cannot_run_is_not_written(tmp_path: Path, name: str) -> None:
    steps, said = REFUSED[name]
    new = replace(SEEDS, execute_steps=tuple(steps))
    for place, (program, others) in enumerate(((ONE, ()), (LOOP, (TWIN,)))):
        before, after, told = twice(tmp_path / str(place), program, (SEEDS, *others), (new, *others))
        assert after == before
        (only,) = told
        assert only.startswith("LDC404 job 67890: its commands are now `dbt ")
        assert "still runs the earlier ones, `dbt seed`, `dbt build --select tag:daily`; " + said in only
        assert "Give the job commands that v2 can run, then run `lookup` and `migrate` again" in only


def test_the_name_is_kept_true_where_the_commands_cannot_be(tmp_path: Path) -> None:
    new = replace(SEEDS, name="Nightly 2", execute_steps=("dbt build --select state:modified+",))
    before, after, told = twice(tmp_path, ONE, (SEEDS,), (new,))
    assert after == before.replace('"Nightly"', '"Nightly 2"')
    assert sorted(line[:6] for line in told) == ["LDC226", "LDC404"]


def test_what_was_written_by_hand_since_is_no_finding(tmp_path: Path) -> None:
    texts, _ = migrate(tmp_path, {"defs.py": ONE}, facts=Facts((SEEDS,)))
    own = {"defs.py": texts["defs.py"].replace("tag:daily", "tag:ours")}
    new = replace(
        SEEDS,
        execute_steps=("dbt build --select state:modified+",),
        earlier={"execute_steps": [list(SEEDS.execute_steps)]},
    )
    after, report = migrate(tmp_path, own, facts=Facts((new,)))
    assert after == own and not report.left_for_a_person


def test_what_the_function_of_a_table_says_is_said_of_each_of_its_jobs(tmp_path: Path) -> None:
    alone = replace(SEEDS, execute_steps=("dbt build --select tag:daily --exclude x", "dbt docs generate"))
    before, after, told = twice(tmp_path / "one", LOOP, (SEEDS, TWIN), (alone, TWIN))
    assert after == before.replace(
        '"before": [["seed"]], "command": ["build"]',
        '"before": [], "command": ["build", "--exclude", "x"]',
        1,
    )
    assert sorted(told) == [
        "LDC227 job 67890: its build command changed from `build` to `build`, `--exclude`, `x`",
        "LDC227 job 67890: its commands before the build changed from `seed` to none",
        "LDC404 job 67890: its commands after the build changed to `docs generate` in dbt Cloud; the code has none",
        "LDC404 job 67890: its exclusion changed to 'x' in dbt Cloud; the code has ''",
    ]
    both = [
        replace(job, execute_steps=("dbt seed", f"dbt build --select {word} --full-refresh"))
        for job, word in ((SEEDS, "tag:daily"), (TWIN, "tag:hourly"))
    ]
    before, after, told = twice(tmp_path / "both", LOOP, (SEEDS, TWIN), both)
    assert after == before.replace('"command": ["build"]', '"command": ["build", "--full-refresh"]')
    assert [line[:6] for line in told] == ["LDC227"] * 2
    moved = [replace(job, project_id=12, environment_id=24) for job in (SEEDS, TWIN)]
    before, after, told = twice(tmp_path / "moved", LOOP, (SEEDS, TWIN), moved)
    assert after == before.replace("project_id=11", "project_id=12").replace(
        "environment_id=22", "environment_id=24"
    )
    before, after, told = twice(tmp_path / "apart", LOOP, (SEEDS, TWIN), (SEEDS, moved[1]))
    assert after == before
    assert all(line.startswith("LDC404 job 67891: its ") for line in told) and len(told) == 2


def test_a_job_that_moves_to_where_another_workspace_runs_stays(tmp_path: Path) -> None:
    moved = replace(NIGHTLY, environment_id=23)
    before, after, told = twice(tmp_path, TWO_PLACES, (NIGHTLY, ELSEWHERE), (moved, ELSEWHERE))
    assert after == before
    assert [line.partition(":")[0] for line in told] == [
        "LDC404 job 67890 is now in project 11 and environment 23, where the workspace at defs.py"
    ]
    assert "runs in the job 'Elsewhere'" in told[0]


def test_a_job_that_moves_is_told_the_name_that_the_job_there_has_now(tmp_path: Path) -> None:
    moved, renamed = replace(NIGHTLY, environment_id=23), replace(ELSEWHERE, name="Elsewhere 2")
    _, after, told = twice(tmp_path, TWO_PLACES, (NIGHTLY, ELSEWHERE), (moved, renamed))
    assert 'adhoc_job_name="Elsewhere 2"' in after
    assert any("runs in the job 'Elsewhere 2'" in line for line in told)


@pytest.mark.parametrize("program", [ONE, LOOP], ids=["alone", "one of a table"])
def test_a_job_that_moves_to_where_another_has_its_name_stays(tmp_path: Path, program: str) -> None:
    """v2 finds jobs by name: with the new environment written, the assets would run in the other job."""
    others = (TWIN,) if program is LOOP else ()
    new = replace(SEEDS, environment_id=23, name_is_unique=False)
    before, after, told = twice(tmp_path, program, (SEEDS, *others), (new, *others))
    assert after == before
    assert {line[:6] for line in told} == {"LDC404"}
    assert any("another job of its environment is also called 'Nightly'" in line for line in told)


@pytest.mark.parametrize("program", [ONE, LOOP], ids=["alone", "one of a table"])
@pytest.mark.parametrize("moved", [{}, {"environment_id": 23}], ids=["renamed", "renamed and moved"])
def test_a_job_that_gets_the_name_of_another_stays(
    tmp_path: Path, program: str, moved: Mapping[str, int]
) -> None:
    """v2 finds jobs by name: with the new name written, the assets would run in the other job."""
    others = (TWIN,) if program is LOOP else ()
    new = replace(SEEDS, name="Taken", name_is_unique=False, **moved)
    before, after, told = twice(tmp_path, program, (SEEDS, *others), (new, *others))
    assert after == before
    assert {line[:6] for line in told} == {"LDC404"}
    assert any("another job of its environment is also called 'Taken'" in line for line in told)


@pytest.mark.parametrize("program", [ONE, LOOP], ids=["alone", "one of a table"])
def test_a_job_that_gets_a_free_name_elsewhere_is_followed(tmp_path: Path, program: str) -> None:
    both = (SEEDS, TWIN) if program is LOOP else (SEEDS,)
    now = [replace(job, environment_id=24, name=f"{job.name} 2") for job in both]
    before, after, told = twice(tmp_path, program, both, now)
    assert after == before.replace('"Nightly"', '"Nightly 2"').replace(
        "environment_id=22", "environment_id=24"
    )
    assert {line[:6] for line in told} == {"LDC226", "LDC227"}


def test_a_name_is_not_written_without_its_environment(tmp_path: Path) -> None:
    """Half of the place of a job may be the place of another job."""
    moved = replace(NIGHTLY, environment_id=23, name="Moved")
    before, after, told = twice(tmp_path / "taken", TWO_PLACES, (NIGHTLY, ELSEWHERE), (moved, ELSEWHERE))
    assert after == before
    assert sorted(line.partition("(")[0] for line in told)[1:] == [
        "LDC404 job 67890: its name changed to 'Moved' in dbt Cloud; the code has 'Nightly', and it is not written "
        "without its environment "
    ]
    swapped = (
        replace(NIGHTLY, environment_id=23, name="Elsewhere"),
        replace(ELSEWHERE, environment_id=22, name="Nightly"),
    )
    before, after, told = twice(tmp_path / "swapped", TWO_PLACES, (NIGHTLY, ELSEWHERE), swapped)
    assert after == before
    assert [line[:6] for line in told] == ["LDC404"] * 4
    assert sum("which is the name of another job now: write the name by hand" in line for line in told) == 2


def test_a_job_whose_old_name_is_now_that_of_a_job_elsewhere_is_followed(tmp_path: Path) -> None:
    far = replace(TWIN, environment_id=23)
    now = (replace(SEEDS, name=far.name), replace(far, name="Hourly 2"))
    before, after, told = twice(tmp_path, LOOP, (SEEDS, far), now)
    assert after == before.replace('"Hourly"', '"Hourly 2"').replace('"Nightly"', '"Hourly"')
    assert {line[:6] for line in told} == {"LDC226"}


def test_of_two_loads_that_read_one_table_each_has_its_own_jobs(tmp_path: Path) -> None:
    """The commands of a load are not those of the other's jobs."""
    loads = (
        'JOBS = {"prod": (67890, 67892), "dev": (67891, 67893)}\na, b = JOBS[os.environ["WHERE"]]\n'
        + "".join(
            f"{name} = load_assets_from_dbt_cloud_job(cloud, {name[0]})\n" for name in ("apples", "beans")
        )
    )
    jobs = (
        replace(SEEDS, execute_steps=("dbt run -s x",)),
        replace(TWIN, environment_id=23, execute_steps=("dbt run -s y",)),
        replace(NIGHTLY, id=67892, environment_id=24, name="Third", execute_steps=("dbt run -s a",)),
        replace(NIGHTLY, id=67893, environment_id=25, name="Fourth", execute_steps=("dbt run -s b",)),
    )
    where = tuple(Deployment(name, {"WHERE": name}) for name in ("prod", "dev"))
    texts, report = migrate(
        tmp_path, {"defs.py": "import os\n" + HEAD + loads}, facts=Facts(jobs), deployments=where
    )
    assert not report.left_for_a_person
    new = [
        replace(
            job,
            execute_steps=(f"{job.execute_steps[0]} --full-refresh",),
            earlier={"execute_steps": [list(job.execute_steps)]},
        )
        for job in jobs[:2]
    ]
    after, report = migrate(tmp_path, texts, facts=Facts((*new, *jobs[2:])), deployments=where)
    assert not report.left_for_a_person
    assert after["defs.py"] == texts["defs.py"].replace('["run"]', '["run", "--full-refresh"]', 1)


def test_a_table_with_a_job_that_no_deployment_loads_is_read(tmp_path: Path) -> None:
    """Whether a job is loaded is not asked of a row of a table: a job that the loader refuses keeps the load."""
    program = HEAD + (
        'JOBS = [{"id": 67890, "on": True}, {"id": 67891, "on": False}]\n'
        'models = [load_assets_from_dbt_cloud_job(cloud, job["id"]) for job in JOBS if job["on"]]\n'
    )
    refused = replace(HOURLY, execute_steps=("dbt run --vars '{a: 1}'",))
    for jobs in ((NIGHTLY, refused), (NIGHTLY, refused, replace(refused, account_id=1))):
        texts, report = migrate(tmp_path, {"defs.py": program}, facts=Facts(jobs))
        assert {one.code for one in report.left_for_a_person} >= {"LDC306"}
        assert "LDC507" not in {one.code for one in report.findings}
        assert "load_assets_from_dbt_cloud_job(cloud" in texts["defs.py"]
