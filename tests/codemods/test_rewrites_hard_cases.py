"""Programs that lead a value out of sight, or back into it, in ways that real code does."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from rewriting import NIGHTLY, migrate, migrate_one

from legacy_shim.codemods.facts.jobs import Facts, Job

HEAD = """from dagster import *
from dagster_dbt import DbtCloudClientResource, dbt_cloud_resource, dbt_cloud_run_op, load_assets_from_dbt_cloud_job

cloud = dbt_cloud_resource("t", 12345)
"""
UPDATE = """
@asset
def renamed(context):
    {reach}.get_json_artifact(11, 67890)
"""


def test_a_package_that_imports_its_own_modules(tmp_path: Path) -> None:
    texts, _ = migrate(
        tmp_path,
        {
            "pkg/__init__.py": """
                from dagster import Definitions, load_assets_from_modules
                from . import assets
                from .resources import dbt_cloud
                defs = Definitions(assets=load_assets_from_modules([assets]), resources={"dbt_cloud": dbt_cloud})
            """,
            "pkg/assets.py": """
                from dagster_dbt import load_assets_from_dbt_cloud_job as load
                from .resources import dbt_cloud
                models = load(dbt_cloud=dbt_cloud, job_id=67890)
            """,
            "pkg/resources.py": """
                import dagster_dbt
                from . import assets
                dbt_cloud = dagster_dbt.dbt_cloud_resource("t", 12345)
            """,
        },
    )
    assert "@dbt_cloud_assets(workspace=dbt_cloud" in texts["pkg/assets.py"]
    assert "dbt_cloud = DbtCloudWorkspace(" in texts["pkg/resources.py"]


@pytest.mark.parametrize(
    ("reach", "bind"),
    [
        ("context.resources.dbt_cloud", 'resources = {}\nresources["dbt_cloud"] = cloud\n'),
        ("context.resources.dbt_cloud", "resources = dict(dbt_cloud=cloud)\n"),
        ("context.resources.dbt_cloud", 'resources = {"io": 1} | {"dbt_cloud": cloud}\n'),
        ("getattr(context.resources, KEY)", 'resources = {"dbt_cloud": cloud}\n'),
        ("resources = context.resources; resources.dbt_cloud", 'resources = {"dbt_cloud": cloud}\n'),
    ],
)
def test_a_use_without_v2_form_keeps_the_resource_however_it_is_reached(
    tmp_path: Path, reach: str, bind: str
) -> None:
    program = HEAD + 'KEY = "dbt_cloud"\n' + UPDATE.format(reach=reach) + bind
    text, codes = migrate_one(
        tmp_path, program + "defs = Definitions(assets=[renamed], resources=resources)\n"
    )
    assert "cloud = dbt_cloud_resource(" in text
    assert "get_json_artifact" in text
    assert {"LDC303", "LDC304"} & set(codes)


BY_HAND = """
@op(required_resource_keys={"dbt_cloud"})
def renamed(context):
    credentials = context.resources.dbt_cloud.credentials
    requests.post(credentials.access_url, headers={"Authorization": f"Token {credentials.token}"})
    client = context.resources.dbt_cloud.get_client()
    client.poll_run(client.list_jobs(11, context.resources.dbt_cloud.environment_id)[0]["id"])
"""


def test_what_was_written_for_v2_by_hand_stays_and_keeps_nothing(tmp_path: Path) -> None:
    program = f"{HEAD}{BY_HAND}\n@job(resource_defs={{'dbt_cloud': cloud}})\ndef nightly():\n    renamed()\n"
    text, codes = migrate_one(tmp_path, program)
    assert "cloud = DbtCloudWorkspace(" in text
    assert BY_HAND in text
    assert not any(code.startswith("LDC3") for code in codes)


def test_what_was_written_for_v2_by_hand_does_not_hide_what_has_no_v2_form(tmp_path: Path) -> None:
    uses = BY_HAND + UPDATE.format(reach="context.resources.dbt_cloud")
    text, codes = migrate_one(
        tmp_path, f"{HEAD}{uses}\ndefs = Definitions(assets=[renamed], resources={{'dbt_cloud': cloud}})\n"
    )
    assert "cloud = dbt_cloud_resource(" in text
    assert BY_HAND in text
    assert "LDC304" in codes


@pytest.mark.parametrize(
    "use",
    [
        "client = cloud(build_init_resource_context())",
        "holder.client = cloud",
        "clients[number] = cloud",
    ],
)
def test_a_resource_that_leaves_the_trail_stays(tmp_path: Path, use: str) -> None:
    text, codes = migrate_one(
        tmp_path, HEAD + f"{use}\ndefs = Definitions(resources={{'dbt_cloud': cloud}})\n"
    )
    assert "LDC303" in codes
    assert 'cloud = dbt_cloud_resource("t", 12345)' in text
    assert use in text


def test_a_load_in_a_class_body_stays(tmp_path: Path) -> None:
    text, codes = migrate_one(
        tmp_path,
        """
        from dagster_dbt import dbt_cloud_resource, load_assets_from_dbt_cloud_job

        class Everything:
            cloud = dbt_cloud_resource("t", 12345)
            models = load_assets_from_dbt_cloud_job(cloud, 67890)
        """,
    )
    assert "LDC302" in codes
    assert "models = load_assets_from_dbt_cloud_job(cloud, 67890)" in text


def test_suites_on_one_line_become_blocks(tmp_path: Path) -> None:
    text, _ = migrate_one(
        tmp_path,
        HEAD
        + """
@op(required_resource_keys={"dbt_cloud"})
def kick(context):
	if context.op_config: context.log.info("a"); context.resources.dbt_cloud.run_job_and_poll(67890)  # nightly
	else: context.resources.dbt_cloud.run_job_and_poll(67891)

@job(resource_defs={"dbt_cloud": cloud})
def kicking(): kick()
""",
    )
    assert '\tif context.op_config:\n\t\tcontext.log.info("a")\n\t\t# nightly\n\t\tclient = ' in text
    assert "\telse:\n\t\tclient = " in text
    assert "def kicking(): kick()\n" in text
    compile(text, "program.py", "exec")


KICK = """
@op(required_resource_keys={"dbt_cloud"})
def kick(context):
    context.resources.dbt_cloud.run_job_and_poll(67890)
"""
FAKE = """
class Fake:
    def run_job_and_poll(self, job_id): ...
"""


@pytest.mark.parametrize(
    "program",
    [
        KICK + FAKE + "defs = Definitions(resources={'dbt_cloud': cloud if PROD else Fake()})\n",
        KICK
        + FAKE
        + "prod = Definitions(resources={'dbt_cloud': cloud})\nlocal = Definitions(resources={'dbt_cloud': Fake()})\n",
        KICK
        + "def client_of(context, key):\n    return getattr(context.resources, key)\n"
        + "defs = Definitions(resources={'dbt_cloud': cloud})\n",
        KICK
        + "@op(required_resource_keys={'dbt_cloud'})\ndef other(context):\n"
        + "    context.resources._asdict()['dbt_cloud'].get_json_artifact(1, 2)\n"
        + "defs = Definitions(resources={'dbt_cloud': cloud})\n",
    ],
)
def test_an_op_that_may_be_handed_something_else_stays(tmp_path: Path, program: str) -> None:
    text, codes = migrate_one(tmp_path, HEAD + program)
    assert "LDC303" in codes
    assert "context.resources.dbt_cloud.run_job_and_poll(67890)" in text
    assert 'cloud = dbt_cloud_resource("t", 12345)' in text


def test_a_fake_in_a_file_that_names_nothing_legacy_keeps_the_shared_op(tmp_path: Path) -> None:
    texts, report = migrate(
        tmp_path,
        {
            "ops.py": "from dagster import op\n" + KICK,
            "prod.py": """
                from dagster import job
                from dagster_dbt import dbt_cloud_resource
                from ops import kick

                @job(resource_defs={"dbt_cloud": dbt_cloud_resource("t", 12345)})
                def nightly():
                    kick()
            """,
            "local.py": """
                from dagster import job
                from ops import kick
                from fakes import fake

                @job(resource_defs={"dbt_cloud": fake})
                def nightly():
                    kick()
            """,
        },
    )
    assert "run_job_and_poll" in texts["ops.py"]
    assert "from legacy_shim import dbt_cloud_resource" in texts["prod.py"]
    assert "local.py" in str([finding.message for finding in report.findings])


def test_a_stand_in_of_a_test_is_told_and_keeps_nothing(tmp_path: Path) -> None:
    texts, report = migrate(
        tmp_path,
        {
            "code.py": HEAD + KICK + "defs = Definitions(resources={'dbt_cloud': cloud})\n",
            "test_code.py": """
                from unittest.mock import MagicMock
                from dagster import build_op_context
                from code import kick

                def test_kick():
                    client = MagicMock()
                    kick(build_op_context(resources={"dbt_cloud": client}))
                    client.run_job_and_poll.assert_called_once()
            """,
        },
    )
    assert "trigger_job_run" in texts["code.py"]
    told = [finding for finding in report.findings if finding.place.path.name == "test_code.py"]
    assert [(finding.code, finding.place.line) for finding in told] == [("LDC302", 7)]


def test_resources_of_several_accounts_do_not_share_facts(tmp_path: Path) -> None:
    text, codes = migrate_one(
        tmp_path,
        HEAD
        + KICK
        + 'other = dbt_cloud_resource("t", 2)\n'
        + "environments = {'dev': {'dbt_cloud': other}, 'prod': {'dbt_cloud': cloud}}\n"
        + "defs = Definitions(resources=environments[os.environ['ENV']])\n",
    )
    assert "LDC307" in codes
    assert "DbtCloudWorkspace" not in text


def test_a_resource_stays_that_no_look_up_can_find_a_place_for(tmp_path: Path) -> None:
    text, codes = migrate_one(
        tmp_path,
        HEAD
        + """
def run(client, job_id):
    return client.run_job(job_id)

@op(required_resource_keys={"dbt_cloud"})
def kick(context):
    run(context.resources.dbt_cloud, context.op_config["job"])

defs = Definitions(resources={"dbt_cloud": cloud})
""",
        facts=Facts(),
    )
    assert 'cloud = dbt_cloud_resource("t", 12345)' in text
    assert "LDC403" in codes


@pytest.mark.parametrize("others", [(), (replace(NIGHTLY, id=67892, environment_id=23),)])
def test_a_client_needs_no_job_where_some_environment_is_known(
    tmp_path: Path, others: tuple[Job, ...]
) -> None:
    """The client's calls go to the account: project and environment are those of assets."""
    program = (
        HEAD
        + """
@op(required_resource_keys={"dbt_cloud"})
def kick(context):
    return context.resources.dbt_cloud.run_job(context.op_config["job"])

defs = Definitions(resources={"dbt_cloud": cloud})
"""
    )
    text, codes = migrate_one(tmp_path, program, facts=Facts((*others, NIGHTLY)))
    assert "project_id=11,\n    environment_id=22,\n" in text
    assert "LDC402" not in codes


@pytest.mark.parametrize("spelling", ["dagster_dbt", "dagster_dbt as d", "dagster_dbt.cloud"])
def test_what_is_new_does_not_rest_on_a_module_import_that_goes(tmp_path: Path, spelling: str) -> None:
    name = spelling.split(" as ")[-1]
    text, codes = migrate_one(
        tmp_path,
        f"import {spelling}\ncloud = {name}.dbt_cloud_resource('t', 12345)\n"
        f"models = {name}.load_assets_from_dbt_cloud_job(cloud, 67891)\n",
    )
    assert "LDC507" not in codes
    assert "from dagster_dbt import DagsterDbtTranslator, DagsterDbtTranslatorSettings\n" in text
    assert f"import {spelling}\n" not in text


@pytest.mark.parametrize(
    ("program", "imports", "call"),
    [
        ("import dagster_dbt as d\n", "import legacy_shim as d\n", "d.dbt_cloud_resource"),
        ("import dagster_dbt\n", "import legacy_shim\n", "legacy_shim.dbt_cloud_resource"),
        (
            "import dagster_dbt as d\ncli = d.DbtCliResource('x')\n",
            "import dagster_dbt as d\n",
            "legacy_shim.dbt_cloud_resource",
        ),
    ],
)
def test_kept_uses_through_a_module_reach_the_facade(
    tmp_path: Path, program: str, imports: str, call: str
) -> None:
    name = "d" if " as d" in program else "dagster_dbt"
    text, codes = migrate_one(tmp_path, program + f"cloud = somewhere({name}.dbt_cloud_resource('t', 1))\n")
    assert "LDC507" not in codes
    assert imports in text
    assert ("import legacy_shim\n" in text) == ("legacy_shim." in call)
    assert f"somewhere({call}('t', 1))" in text
    again, _ = migrate_one(tmp_path, text)
    assert again == text
