"""The comments of what is rewritten stay: at the part that they speak of where it stays, else above the statement."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from commented import commented, exploded, lost_comments
from hypothesis import HealthCheck, given, settings
from rewriting import clean, migrate, migrate_one
from test_rewrites_generated import EXAMPLES, programs

CASES = Path(__file__).resolve().parents[1] / "cases"
HEAD = """
import os

from dagster import Definitions, configured
from dagster_dbt import dbt_cloud_resource

"""
NEW_HEAD = HEAD.replace(
    "dagster_dbt import dbt_cloud_resource",
    "dagster_dbt.cloud_v2 import DbtCloudCredentials, DbtCloudWorkspace",
)
DEFS = 'defs = Definitions(resources={"dbt_cloud": cloud})\n'


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param(
            """
            cloud = dbt_cloud_resource.configured(  # one for all teams
                {
                    # the service account
                    "auth_token": {
                        "env": "TOKEN",  # from the vault
                    },
                    "account_id": 12345,  # Acme
                    "disable_schedule_on_trigger": False,  # they insist
                }
            )  # noqa: E305
            """,
            """
            cloud = DbtCloudWorkspace(
                # one for all teams
                # they insist
                credentials=DbtCloudCredentials(
                    account_id=12345,  # Acme
                    # the service account
                    # from the vault
                    token=os.environ["TOKEN"],
                    access_url="https://cloud.getdbt.com",
                ),
                project_id=11,
                environment_id=22,
            )  # noqa: E305
            """,
            id="in a dict of settings",
        ),
        pytest.param(
            """
            cloud = dbt_cloud_resource.configured(  # noqa: S106
                {
                    "auth_token": {"env": "TOKEN"},  # type: ignore[dict-item]
                    "account_id": 12345,
                    "disable_schedule_on_trigger": False,
                }
            )
            """,
            """
            cloud = DbtCloudWorkspace(  # noqa: S106
                credentials=DbtCloudCredentials(
                    account_id=12345,
                    token=os.environ["TOKEN"],  # type: ignore[dict-item]
                    access_url="https://cloud.getdbt.com",
                ),
                project_id=11,
                environment_id=22,
            )
            """,
            id="for a tool",
        ),
        pytest.param(
            """
            cloud = dbt_cloud_resource.configured({
                # fmt: off
                "auth_token": {"env": "TOKEN"},
                "account_id":  12345,
                # fmt: on
                "disable_schedule_on_trigger": False,
            })
            """,
            """
            # fmt: off
            # fmt: on
            cloud = DbtCloudWorkspace(
                credentials=DbtCloudCredentials(
                    account_id=12345,
                    token=os.environ["TOKEN"],
                    access_url="https://cloud.getdbt.com",
                ),
                project_id=11,
                environment_id=22,
            )
            """,
            id="a formatter that is switched off and on",
        ),
        pytest.param(
            """
            cloud = dbt_cloud_resource.configured(
                lambda _: {
                    # read late
                    "auth_token": os.environ["TOKEN"],
                    "account_id": 12345,
                    "disable_schedule_on_trigger": False,
                }  # as the guide has it
            )
            """,
            """
            # as the guide has it
            cloud = DbtCloudWorkspace(
                credentials=DbtCloudCredentials(
                    account_id=12345,
                    # read late
                    token=os.environ["TOKEN"],
                    access_url="https://cloud.getdbt.com",
                ),
                project_id=11,
                environment_id=22,
            )
            """,
            id="in a lambda",
        ),
        pytest.param(
            """
            @configured(dbt_cloud_resource)  # ours
            def cloud(_):
                # one for all
                return {
                    "auth_token": os.environ["TOKEN"],  # noqa: S105
                    "account_id": 12345,
                    "disable_schedule_on_trigger": False,
                }
            """,
            """
            # ours
            # one for all
            cloud = DbtCloudWorkspace(
                credentials=DbtCloudCredentials(
                    account_id=12345,
                    token=os.environ["TOKEN"],  # noqa: S105
                    access_url="https://cloud.getdbt.com",
                ),
                project_id=11,
                environment_id=22,
            )
            """,
            id="in a function that goes",
        ),
    ],
)
def test_comments_of_a_resource(tmp_path: Path, before: str, after: str) -> None:
    text, _ = migrate_one(tmp_path, HEAD + clean(before) + DEFS)
    new_head = NEW_HEAD.replace(", configured", "") if "@configured" in before else NEW_HEAD
    assert text == clean(new_head) + clean(after) + DEFS


def test_comments_of_a_load(tmp_path: Path) -> None:
    text, _ = migrate_one(
        tmp_path,
        """
        from dagster import Definitions
        from dagster_dbt import dbt_cloud_resource, load_assets_from_dbt_cloud_job

        cloud = dbt_cloud_resource.configured({"auth_token": "t", "account_id": 12345})
        models = (  # all that the warehouse has
            load_assets_from_dbt_cloud_job(
                cloud,  # type: ignore[arg-type]
                # the nightly job
                job_id=67890,
                node_info_to_group_fn=lambda info: (  # noqa: E731
                    # by folder
                    info["fqn"][1]
                ),
            )
            # not the seeds
        )
        defs = Definitions(assets=[models])
        """,
    )
    assert text == clean(
        """
        from dagster import AssetExecutionContext, Definitions
        from dagster_dbt import DagsterDbtTranslator
        from dagster_dbt.cloud_v2 import (
            DbtCloudCredentials,
            DbtCloudWorkspace,
            dbt_cloud_assets,
        )

        cloud = DbtCloudWorkspace(
            credentials=DbtCloudCredentials(
                account_id=12345,
                token="t",
                access_url="https://cloud.getdbt.com",
            ),
            project_id=11,
            environment_id=22,
            adhoc_job_name="Nightly",  # runs job 67890 itself, with its settings
        )


        # all that the warehouse has
        # not the seeds
        class DbtCloudJob67890Translator(DagsterDbtTranslator):
            def get_group_name(self, dbt_resource_props):
                return dbt_resource_props["fqn"][1]


        @dbt_cloud_assets(
            workspace=cloud,  # type: ignore[arg-type]
            select="tag:daily",
            # the nightly job
            name="dbt_cloud_job_67890",
            # by folder
            dagster_dbt_translator=DbtCloudJob67890Translator(),  # noqa: E731
        )
        def models(context: AssetExecutionContext, dbt_cloud: DbtCloudWorkspace):
            yield from dbt_cloud.cli(["build"], context=context).wait(timeout=float("inf"))


        defs = Definitions(assets=[models], resources={"dbt_cloud": cloud})
        """
    )


def test_comments_of_calls(tmp_path: Path) -> None:
    text, _ = migrate_one(
        tmp_path,
        """
        from dagster import Definitions, op
        from dagster_dbt import dbt_cloud_resource

        cloud = dbt_cloud_resource.configured({"auth_token": "t", "account_id": 12345})


        @op(required_resource_keys={"dbt_cloud"})
        def kick(context):
            # first the seeds
            context.resources.dbt_cloud.run_job(
                67890,  # nightly
                cause="by hand",  # the ops team reads it
                # seeds alone
                steps_override=["dbt seed"],
            )
            out = context.resources.dbt_cloud.run_job_and_poll(  # noqa: F841  # pylint: disable=unused-variable
                67890,
                # see the runbook
                poll_interval=5,
            )


        defs = Definitions(resources={"dbt_cloud": cloud})
        """,
    )
    assert text == clean(
        """
        from dagster import Definitions, op
        from dagster_dbt.cloud_v2 import DbtCloudCredentials, DbtCloudWorkspace
        from dagster_dbt.cloud_v2.types import DbtCloudRun

        cloud = DbtCloudWorkspace(
            credentials=DbtCloudCredentials(
                account_id=12345,
                token="t",
                access_url="https://cloud.getdbt.com",
            ),
            project_id=11,
            environment_id=22,
        )


        @op(required_resource_keys={"dbt_cloud"})
        def kick(context):
            # first the seeds
            # the ops team reads it
            # seeds alone
            context.resources.dbt_cloud.get_client().trigger_job_run(
                67890,  # nightly
                steps_override=["dbt seed"],
            )
            # see the runbook
            client = context.resources.dbt_cloud.get_client()  # noqa: F841  # pylint: disable=unused-variable
            out = client.trigger_job_run(67890)
            out = client.poll_run(out["id"], poll_interval=5, poll_timeout=float("inf"))
            DbtCloudRun.from_run_details(out).raise_for_status()


        defs = Definitions(resources={"dbt_cloud": cloud})
        """
    )


def test_a_comment_for_a_tool_that_no_first_line_can_have_stands_above(tmp_path: Path) -> None:
    text, _ = migrate_one(
        tmp_path,
        '''
        from dagster_dbt import dbt_cloud_resource

        cloud, said = """one
        two""", dbt_cloud_resource.configured(lambda _: (  # noqa: E731
            {"auth_token": "t", "account_id": 12345}))
        ''',
    )
    assert '\n# noqa: E731\ncloud, said = """one\ntwo""", DbtCloudWorkspace(\n' in text


def test_a_comment_of_what_stays_on_the_facade_is_not_touched(tmp_path: Path) -> None:
    kept = clean(
        """
        cloud = dbt_cloud_resource.configured(  # one
            {
                # two
                "auth_token": "t",  # noqa: S106
                "account_id": 12345,  # fmt: skip
            }
        )


        @op(required_resource_keys={"dbt_cloud"})
        def kick(context):
            context.resources.dbt_cloud.get_json_artifact(  # three
                11,  # four
                67890,
            )


        defs = Definitions(resources={"dbt_cloud": cloud})
        """
    )
    head = "from dagster import Definitions, op\n"
    text, _ = migrate_one(tmp_path, head + "from dagster_dbt import dbt_cloud_resource\n\n" + kept)
    assert text == head + "from legacy_shim import dbt_cloud_resource\n\n" + kept


def _everywhere(files: dict[str, str]) -> dict[str, str]:
    """The files with a comment above and behind each line, of which there is one for each part between brackets."""
    return {name: commented(exploded(text)) if name.endswith(".py") else text for name, text in files.items()}


def _lost(folder: Path, files: dict[str, str]) -> dict[str, list[str]]:
    texts, report = migrate(folder, files)
    assert "LDC507" not in {finding.code for finding in report.findings}
    return lost_comments(files, texts)


@pytest.mark.parametrize("case", sorted(path.parent.name for path in CASES.glob("*/before")))
def test_no_comment_of_a_case_is_lost(tmp_path: Path, case: str) -> None:
    folder = CASES / case / "before"
    files = {
        str(path.relative_to(folder)): path.read_bytes().decode() for path in sorted(folder.rglob("*.py"))
    }
    assert not _lost(tmp_path, _everywhere(files))


@settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=EXAMPLES == 40,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(programs)
def test_no_comment_of_a_generated_program_is_lost(tmp_path: Path, files: dict[str, str]) -> None:
    shutil.rmtree(tmp_path, ignore_errors=True)
    assert not _lost(tmp_path, _everywhere(files))
