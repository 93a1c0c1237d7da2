"""A load brings its resource to the jobs of its assets, and v2 assets do not: what else reads or configures it there."""

from __future__ import annotations

from pathlib import Path

import pytest
from rewriting import migrate

CLOUD = 'cloud = DbtCloudClientResource(auth_token="t", account_id=12345)\n'
PROGRAM = """
import os
from dagster import *
from dagster_dbt import *
from keys import CLOUD_KEY

{resource}
models = load_assets_from_dbt_cloud_job(cloud, 67890)


{more}
"""
DEFS = "defs = Definitions(assets=[models], jobs=[define_asset_job('all_job')]{})\n"
BOUND = DEFS.format(", resources={'dbt_cloud': cloud}")
UNBOUND = DEFS.format("")
HOOK = """
@success_hook(required_resource_keys={})
def link(context):
    print(context.resources.dbt_cloud.get_dbt_client().get_run(1)["id"])


"""
HOOKED = "nightly = define_asset_job('nightly', hooks={link})\n"
CONFIG = '{"resources": {"dbt_cloud": {"config": {"request_max_retries": 9}}}}'


def migrated(folder: Path, more: str, resource: str = CLOUD, **files: str) -> tuple[int, list[str]]:
    """How many uses are kept, and what is said of the load."""
    program = PROGRAM.format(resource=resource, more=more)
    texts = {"program.py": program, "keys.py": 'CLOUD_KEY = "dbt_cloud"\n', **files}
    _, report = migrate(folder, texts)
    return report.sites.kept, [each.message for each in report.findings if each.code == "LDC302"]


@pytest.mark.parametrize(
    "more",
    [
        HOOK.format('{"dbt_cloud"}') + HOOKED + UNBOUND,
        HOOK.format("{CLOUD_KEY}") + HOOKED + UNBOUND,
        "KEYS = {'dbt_cloud'}\n" + HOOK.format("KEYS") + HOOKED + UNBOUND,
        HOOK.format('{"dbt_cloud"}').replace("success", "failure") + HOOKED + UNBOUND,
        HOOK.format('{"dbt_cloud"}') + HOOKED + "@repository\ndef r():\n    return [models, nightly]\n",
        HOOK.format('{"dbt_cloud"}') + HOOKED + DEFS.format(", resources={'other': cloud}"),
        HOOK.format('{"dbt_cloud"}')
        + HOOKED
        + "@job(resource_defs={'dbt_cloud': cloud}, hooks={link})\ndef own():\n    dbt_cloud_run_op()\n"
        + UNBOUND,
        HOOK.format('{"dbt_cloud"}') + "own = define_asset_job('a').with_hooks({link})\n" + UNBOUND,
        "@io_manager(required_resource_keys={'dbt_cloud'})\ndef store(context):\n    return Store(context)\n"
        + UNBOUND,
        "store = IOManagerDefinition(make, required_resource_keys={'dbt_cloud'})\n" + UNBOUND,
        "@asset(required_resource_keys={'dbt_cloud'})\ndef a(context):\n    return 1\n" + UNBOUND,
    ],
)
def test_what_reads_the_resource_that_the_load_alone_brings_keeps_it(tmp_path: Path, more: str) -> None:
    kept, told = migrated(tmp_path, more)
    assert kept >= 2
    assert any("requires the resource `dbt_cloud`, which the load brings" in each for each in told), told


def test_a_hook_in_another_file_keeps_the_load(tmp_path: Path) -> None:
    hooks = "from dagster import success_hook\n" + HOOK.format('{"dbt_cloud"}')
    kept, told = migrated(tmp_path, "from hooks import link\n" + HOOKED + UNBOUND, **{"hooks.py": hooks})
    assert kept >= 2
    assert "hooks.py:3:2" in told[0]


@pytest.mark.parametrize(
    "more",
    [
        HOOK.format('{"dbt_cloud"}') + HOOKED + BOUND,
        HOOK.format("{CLOUD_KEY}") + HOOKED + BOUND,
        HOOK.format('{"dbt_cloud"}')
        + HOOKED
        + DEFS.format(", resources={'slack': 1, **{'dbt_cloud': cloud}}"),
        HOOK.format('{"slack"}').replace("dbt_cloud.get_dbt_client().get_run", "slack.post")
        + HOOKED
        + UNBOUND,
        HOOK.format("set()").replace("context.resources.dbt_cloud.get_dbt_client().get_run(1)", "{'id': 1}")
        + HOOKED
        + UNBOUND,
        "@io_manager(required_resource_keys={'warehouse'})\ndef store(context):\n    return 1\n" + UNBOUND,
        "@asset(required_resource_keys={'dbt_cloud'})\ndef a(context):\n    return 1\n" + BOUND,
        "@op(required_resource_keys={'dbt_cloud'})\ndef o(context):\n    return 1\n" + BOUND,
    ],
)
def test_what_has_the_resource_from_elsewhere_keeps_nothing(tmp_path: Path, more: str) -> None:
    assert migrated(tmp_path, more) == (0, [])


@pytest.mark.parametrize(
    "more",
    [
        f"own = define_asset_job('a', config={CONFIG})\n" + UNBOUND,
        f"CONFIG = {CONFIG}\nown = define_asset_job('a', config=CONFIG)\n" + UNBOUND,
        f"@schedule(cron_schedule='0 5 * * *', job_name='all_job')\ndef s():\n    yield RunRequest(run_config={CONFIG})\n"
        + UNBOUND,
        f"@sensor(job_name='all_job')\ndef s():\n    return RunRequest(run_config={CONFIG})\n" + UNBOUND,
        f"late = ScheduleDefinition(job_name='a', cron_schedule='0 5 * * *', run_config={CONFIG})\n"
        + UNBOUND,
        UNBOUND + f"defs.get_job_def('all_job').execute_in_process(run_config={CONFIG})\n",
        "own = define_asset_job('a', config={'resources': {CLOUD_KEY: {'config': {}}}})\n" + UNBOUND,
        "own = define_asset_job('a', config=dict(resources=dict(dbt_cloud=dict(config={}))))\n" + UNBOUND,
        "own = define_asset_job('a', config=RunConfig(resources={'dbt_cloud': cloud}))\n" + UNBOUND,
        f"own = define_asset_job('a', config={CONFIG})\n" + BOUND,
        "TEXT = '''\nresources:\n  dbt_cloud:\n    config: {}\n'''\n" + UNBOUND,
    ],
)
def test_what_runs_configure_keeps_the_load(tmp_path: Path, more: str) -> None:
    kept, told = migrated(tmp_path, more)
    assert kept == 2
    assert any("run configuration at" in each for each in told), told


def test_run_configuration_in_other_files_keeps_the_load(tmp_path: Path) -> None:
    yaml = "resources:\n  dbt_cloud:\n    config: {request_max_retries: 9}\n"
    loads = "own = define_asset_job('a', config=config_from_files(['run.yaml']))\n" + UNBOUND
    kept, told = migrated(tmp_path / "a", loads, **{"run.yaml": yaml})
    assert kept == 2
    assert "run.yaml:2" in told[0]
    script = (
        f"from program import defs\n\ndefs.get_job_def('all_job').execute_in_process(run_config={CONFIG})\n"
    )
    kept, told = migrated(tmp_path / "b", UNBOUND, **{"once.py": script})
    assert kept == 2
    assert "once.py:3" in told[0]


@pytest.mark.parametrize(
    ("more", "resource"),
    [
        ("own = define_asset_job('a', config={'ops': {'dbt_cloud': {'config': {'a': 1}}}})\n", CLOUD),
        ("own = define_asset_job('a', config={'resources': {'io_manager': {'config': {}}}})\n", CLOUD),
        ("own = define_asset_job('a', config={'execution': {'config': {}}})\n", CLOUD),
        (
            f"CONFIG = {CONFIG}\n",
            'cloud = dbt_cloud_resource.configured({"auth_token": "t", "account_id": 12345})\n',
        ),
        ("LABELS = {'resources': ['dbt_cloud']}\n", CLOUD),
        ("TEXT = 'resources of dbt_cloud: none'\n", CLOUD),
    ],
)
def test_what_only_looks_like_configuration_of_it_keeps_nothing(
    tmp_path: Path, more: str, resource: str
) -> None:
    assert migrated(tmp_path, more + UNBOUND, resource) == (0, [])


def test_run_configuration_that_cannot_be_read_is_reported(tmp_path: Path) -> None:
    more = "import json\nown = define_asset_job('a', config=json.loads(os.environ['RUN']))\n" + UNBOUND
    program = PROGRAM.format(resource=CLOUD, more=more)
    _, report = migrate(tmp_path, {"program.py": program, "keys.py": 'CLOUD_KEY = "dbt_cloud"\n'})
    told = [each for each in report.findings if each.code == "LDC219"]
    assert [each.place.line for each in told] == [12]
    assert "settings in it for `dbt_cloud`" in told[0].message
