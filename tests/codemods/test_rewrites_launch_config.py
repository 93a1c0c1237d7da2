"""Resources that run configuration gives other settings stay: a workspace would refuse them at launch."""

from __future__ import annotations

from pathlib import Path

import pytest
from rewriting import migrate

PROGRAM = """
from dagster import *
from dagster_dbt import DbtCloudClientResource
from keys import CLOUD


@op
def start(cloud: DbtCloudClientResource):
    cloud.get_dbt_client().run_job(67890)


%s
def nightly():
    start()


%s
dbt = DbtCloudClientResource(auth_token="t", account_id=12345)
defs = Definitions(jobs=[nightly], resources={"cloud": dbt})
"""
OWN = '{"auth_token": {"env": "NIGHT_TOKEN"}}'
CONFIG = f'{{"resources": {{"cloud": {{"config": {OWN}}}}}}}'
SCHEDULE = "late = ScheduleDefinition(job=nightly, cron_schedule='0 5 * * *', run_config=%s)"


def migrated(folder: Path, job: str = "@job", more: str = "", **files: str) -> tuple[bool, list[str]]:
    """Whether all of it became v2, and why not."""
    texts = {"program.py": PROGRAM % (job, more), "keys.py": 'CLOUD = "cloud"\n', **files}
    _, report = migrate(folder, texts)
    return report.sites.kept == 0, [each.message for each in report.findings if each.code == "LDC302"]


@pytest.mark.parametrize(
    ("job", "more"),
    [
        (f"@job(config={CONFIG})", ""),
        ("@job(config=dict(resources=dict(cloud=dict(config=dict(auth_token='x')))))", ""),
        ("@job", SCHEDULE % CONFIG),
        ("@job", f"own = {OWN}\n" + SCHEDULE % '{"ops": {}, "resources": {CLOUD: {"config": own}}}'),
        ("@job", f"def config():\n    return {CONFIG}\n\n" + SCHEDULE % "config()"),
        (
            "@job",
            SCHEDULE % 'RunConfig(resources={"cloud": DbtCloudClientResource(auth_token="x", account_id=1)})',
        ),
        ("@job", "@sensor(job=nightly)\ndef s():\n    yield RunRequest(run_config=" + CONFIG + ")\n"),
        ("@job", f"nightly.execute_in_process(run_config={CONFIG})"),
        ("@job", f"assets_job = define_asset_job('a', config={CONFIG})"),
        ("@job", f"materialize([], run_config={CONFIG})"),
        ("@job", "config = {}\nconfig['resources'] = {}\nconfig['resources'][CLOUD] = {'config': {}}\n"),
        ("@job", "import json\n" + SCHEDULE % '{"ops": {}, "resources": json.loads("{}")}'),
        ("@job", 'TEXT = """\nresources:\n  cloud:\n    config: {auth_token: x}\n"""'),
        ("@job", 'TEXT = \'{"resources": {"cloud": {"config": {}}}}\''),
    ],
)
def test_a_resource_that_is_configured_at_launch_stays(tmp_path: Path, job: str, more: str) -> None:
    done, told = migrated(tmp_path, job, more)
    assert not done
    assert any("run configuration at" in each for each in told), told


def test_run_configuration_in_another_file_is_seen(tmp_path: Path) -> None:
    schedule = f"from dagster import *\nfrom keys import CLOUD\n\nrequest = RunRequest(run_config={CONFIG})\n"
    done, _ = migrated(tmp_path / "a", **{"schedules.py": schedule.replace('"cloud"', "CLOUD")})
    assert not done
    yaml = "ops: {}\nresources:\n  other: {}\n  cloud:\n    config:\n      auth_token: x\n"
    done, told = migrated(tmp_path / "b", **{"config/nightly.yaml": yaml})
    assert not done
    assert "config/nightly.yaml:4" in told[0]


@pytest.mark.parametrize(
    ("job", "more", "files"),
    [
        ("@job(config={'ops': {'cloud': {'config': {'a': 1}}}})", "", {}),
        ("@job(config={'resources': {'io_manager': {'config': {}}}})", "", {}),
        ("@job", "keys = {'resources': ['cloud']}", {}),
        ("@job", "TEXT = 'the resources of the cloud: many'", {}),
        ("@job", "", {"values.yaml": "resources:\n  limits: {cpu: 1}\ncloud:\n  config: 1\n"}),
        ("@job", "", {"values.yaml": "resources:\n  limits:\n    cloud: 1\n"}),
    ],
)
def test_what_only_looks_like_it_keeps_nothing(
    tmp_path: Path, job: str, more: str, files: dict[str, str]
) -> None:
    assert migrated(tmp_path, job, more, **files) == (True, [])


def test_a_resource_that_is_configured_for_good_is_not_kept(tmp_path: Path) -> None:
    program = """
from dagster import *
from dagster_dbt import dbt_cloud_resource


@op(required_resource_keys={"cloud"})
def start(context):
    context.resources.cloud.run_job(67890)


@job(resource_defs={"cloud": dbt_cloud_resource.configured({"auth_token": "t", "account_id": 12345})})
def nightly():
    start()


@job(resource_defs={"cloud": other}, config={"resources": {"cloud": {"config": {"auth_token": "x"}}}})
def weekly():
    start()
"""
    _, report = migrate(tmp_path, {"program.py": program})
    assert not [each for each in report.findings if "run configuration" in each.message]


def _unread(folder: Path, job: str, more: str, **files: str) -> tuple[int, list[str]]:
    """How many uses are kept, and where run configuration cannot be read."""
    texts = {"program.py": PROGRAM % (job, more), "keys.py": 'CLOUD = "cloud"\n', **files}
    _, report = migrate(folder, texts)
    told = [
        f"{each.place.path.name}:{each.place.line}"
        for each in report.findings
        if each.code == "LDC219" and "settings in it for `cloud`" in each.message
    ]
    return report.sites.kept, told


UNREAD = (
    ("@job", SCHEDULE % "json.loads(TEXT)"),
    ("@job(config=json.loads(TEXT))", ""),
    ("@job", "late = define_asset_job('late', config=yaml.safe_load(open('a.txt')))"),
    ("@job", SCHEDULE % '{"ops": {}, **json.loads(TEXT)}'),
    ("@job", "base = {}\nbase.update(json.loads(TEXT))\n" + SCHEDULE % "base"),
    ("@job", "from platform_tools import config_of\n" + SCHEDULE % "config_of('nightly')"),
    ("@job", "def own(name):\n    return config_of(name)\n\n" + SCHEDULE % "own('a')"),
    ("@job", "def own(name, config):\n    return RunRequest(name, run_config=config)\n"),
    ("@job", "@sensor(job=nightly)\ndef s():\n    yield RunRequest('a', json.loads(TEXT))\n"),
    ("@job", "@schedule(job=nightly, cron_schedule='@daily')\ndef s():\n    return json.loads(TEXT)\n"),
    ("@job", "@daily_partitioned_config('2024-01-01')\ndef c(start, end):\n    return config_of(start)\n"),
    ("@job", "@static_partitioned_config(['a'])\ndef c(key):\n    return {'ops': {}} | config_of(key)\n"),
    ("@job", "nightly.execute_in_process(run_config=load())"),
)


@pytest.mark.parametrize(("job", "more"), UNREAD)
def test_run_configuration_that_cannot_be_read_is_reported(tmp_path: Path, job: str, more: str) -> None:
    kept, told = _unread(tmp_path, job, more)
    assert kept == 0
    assert len(told) == 1


@pytest.mark.parametrize(
    ("job", "more"),
    [
        ("@job", SCHEDULE % "{'ops': {'start': {'config': json.loads(TEXT)}}}"),
        ("@job", SCHEDULE % "RunConfig(ops={'start': load()})"),
        ("@job", "OPS = {'a': load()}\n" + SCHEDULE % "{'ops': OPS}"),
        (
            "@job",
            "def own(day):\n    return {'ops': {'start': {'config': load(day)}}}\n\n" + SCHEDULE % "own(1)",
        ),
        ("@job", "@sensor(job=nightly)\ndef s():\n    yield RunRequest(run_key=load())\n"),
        (
            "@job",
            "@schedule(job=nightly, cron_schedule='@daily')\ndef s():\n    return RunRequest(tags=load())\n",
        ),
        (
            "@job",
            "@daily_partitioned_config('2024-01-01')\ndef c(start, end):\n    return {'ops': load(start)}\n",
        ),
        ("@job", SCHEDULE % "None"),
        ("@job", "print(dict(config=load()))"),
    ],
)
def test_run_configuration_that_can_be_read_is_not_reported(tmp_path: Path, job: str, more: str) -> None:
    assert _unread(tmp_path, job, more) == (0, [])


def test_run_configuration_of_another_file_that_cannot_be_read_is_reported(tmp_path: Path) -> None:
    schedules = "from dagster import *\nimport program\n\nlate = ScheduleDefinition(\n    job=program.nightly,\n    run_config=load(),\n)\n"
    assert _unread(tmp_path, "@job", "", **{"schedules.py": schedules}) == (0, ["schedules.py:6"])
