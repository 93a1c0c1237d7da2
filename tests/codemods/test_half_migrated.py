"""Units of which a hand or another tool has migrated a part: each use that does not go with the rest is named (LDC310)."""

from __future__ import annotations

from pathlib import Path

import pytest
from rewriting import migrate

from legacy_shim.cloud.client import DbtCloudClient
from legacy_shim.codemods.analysis.project.prefilter import LEGACY_METHODS

WORKSPACE = """\
import os

from dagster_dbt.cloud_v2 import DbtCloudCredentials, DbtCloudWorkspace

cloud = DbtCloudWorkspace(
    credentials=DbtCloudCredentials(account_id=12345, token=os.environ["T"], access_url="https://cloud.getdbt.com"),
    project_id=11,
    environment_id=22,
)
"""
LEGACY = """\
from dagster_dbt import dbt_cloud_resource

cloud = dbt_cloud_resource.configured({"auth_token": {"env": "T"}, "account_id": 12345})
"""
DEFINITIONS = """
from dagster import Definitions
from res import cloud

defs = Definitions(jobs=[nightly], resources={"dbt_cloud": cloud})
"""
BY_KEY = """\
from dagster import job, op


@op(required_resource_keys={"dbt_cloud"})
def go(context):
    return context.resources.dbt_cloud.run_job_and_poll(67890)


@job
def nightly():
    go()
"""
HALVES: dict[str, tuple[dict[str, str], str]] = {
    "an op by key": (
        {"res.py": WORKSPACE, "ops.py": BY_KEY + DEFINITIONS},
        "`context.resources.dbt_cloud` is a DbtCloudWorkspace already (res.py:5), which has no `run_job_and_poll`",
    ),
    "an op by key in a file of its own": (
        {"res.py": WORKSPACE, "ops.py": BY_KEY, "defs.py": f"from ops import nightly\n{DEFINITIONS}"},
        "`context.resources.dbt_cloud` is a DbtCloudWorkspace already (res.py:5), which has no `run_job_and_poll`",
    ),
    "an op by parameter": (
        {
            "ops.py": "from dagster import op\nfrom dagster_dbt.cloud_v2 import DbtCloudWorkspace\n\n\n"
            "@op\ndef go(cloud: DbtCloudWorkspace):\n    cloud.cancel_run(1)\n"
        },
        "`cloud` is a DbtCloudWorkspace already (ops.py:6), which has no `cancel_run`",
    ),
    "an op that asks for the legacy class": (
        {
            "res.py": WORKSPACE,
            "ops.py": "from dagster import job, op\nfrom dagster_dbt import DbtCloudClientResource\n\n\n@op\n"
            "def go(dbt_cloud: DbtCloudClientResource):\n    print(dbt_cloud)\n\n\n@job\ndef nightly():\n    go()\n"
            + DEFINITIONS,
        },
        "`dbt_cloud` is a DbtCloudWorkspace already (res.py:5), and this function expects the legacy resource",
    ),
    "a helper": (
        {
            "res.py": WORKSPACE,
            "run.py": "from res import cloud as it\n\n\ndef go():\n    return it.get_job(67890)\n",
        },
        "`it` is a DbtCloudWorkspace already (res.py:5), which has no `get_job`",
    ),
    "a load": (
        {
            "res.py": WORKSPACE,
            "loads.py": "from dagster_dbt import load_assets_from_dbt_cloud_job as load\nfrom res import cloud\n\n"
            "models = load(dbt_cloud=cloud, job_id=67890)\n",
        },
        "`load_assets_from_dbt_cloud_job` is given a DbtCloudWorkspace (res.py:5), and takes the legacy resource",
    ),
    "the run op": (
        {
            "res.py": WORKSPACE,
            "ops.py": "from dagster import job\nfrom dagster_dbt import dbt_cloud_run_op\n\n"
            "run = dbt_cloud_run_op.configured({'job_id': 67890}, name='run')\n\n\n@job\ndef nightly():\n    run()\n"
            + DEFINITIONS,
        },
        'the resource "dbt_cloud" is a DbtCloudWorkspace already (res.py:5), and the op takes the legacy one',
    ),
    "v2's assets with the legacy resource": (
        {
            "res.py": LEGACY,
            "loads.py": "from dagster_dbt.cloud_v2 import dbt_cloud_assets\nfrom res import cloud\n\n\n"
            "@dbt_cloud_assets(workspace=cloud)\ndef models(context, dbt_cloud):\n    yield\n",
        },
        "`dbt_cloud_assets` is given the legacy resource of res.py:3, and takes a DbtCloudWorkspace",
    ),
    "an import that is v2's already": (
        {"res.py": LEGACY.replace("from dagster_dbt import", "from dagster_dbt.cloud_v2 import")},
        "`dagster_dbt.cloud_v2` has no `dbt_cloud_resource`: the import is of v2 already, and the name is legacy",
    ),
    "an import that is gone": (
        {"res.py": LEGACY.replace("import dbt_cloud_resource", "import DbtCloudWorkspace")},
        "nothing imports `dbt_cloud_resource` any more: the imports are those of v2 already, and this use is legacy",
    ),
}


@pytest.mark.parametrize(("files", "message"), HALVES.values(), ids=HALVES)
def test_what_does_not_go_together_is_named(tmp_path: Path, files: dict[str, str], message: str) -> None:
    texts, report = migrate(tmp_path, files)
    assert message in [finding.message for finding in report.findings if finding.code == "LDC310"]
    assert report.left_for_a_person
    for name, text in files.items():
        body = "\n".join(line for line in text.splitlines() if "import" not in line)
        assert body in "\n".join(line for line in texts[name].splitlines() if "import" not in line), name


WHOLE: dict[str, dict[str, str]] = {
    "legacy alone": {"res.py": LEGACY, "ops.py": BY_KEY + DEFINITIONS},
    "v2 alone": {
        "res.py": WORKSPACE,
        "ops.py": BY_KEY.replace("run_job_and_poll(67890)", "get_client()") + DEFINITIONS,
    },
    "both, side by side": {
        "new.py": WORKSPACE,
        "res.py": LEGACY,
        "ops.py": BY_KEY + DEFINITIONS,
        "other.py": "from dagster import Definitions\nfrom new import cloud\n\n"
        "defs = Definitions(resources={'workspace': cloud})\n",
    },
    "another object's method": {
        "res.py": WORKSPACE,
        "mlflow_runs.py": "from mlflow import Client\n\n\ndef go(client: Client):\n    client.get_run('x')\n    Client().cancel_run(1)\n",
    },
    "a workspace with such a method": {
        "res.py": "from dagster_dbt.cloud_v2 import DbtCloudWorkspace\n\n\nclass Ours(DbtCloudWorkspace):\n"
        "    def run_job_and_poll(self, job_id):\n        return self.get_client().get_run_details(job_id)\n\n\n"
        "ours = Ours()\nours.run_job_and_poll(1)\n",
    },
    "a workspace or a legacy client": {
        "res.py": WORKSPACE
        + "\n\ndef go(fake, is_test):\n    it = fake if is_test else cloud\n    print(it)\n",
    },
}


TWO_JOBS = """
from dagster import Definitions, job, op
from dagster_dbt import DbtCloudClientResource
from new import cloud

legacy = DbtCloudClientResource(auth_token="t", account_id=12345)


@op(required_resource_keys={"dbt_cloud"})
def old(context):
    context.resources.dbt_cloud.run_job_and_poll(67890)


@op(required_resource_keys={"dbt_cloud"})
def new(context):
    context.resources.dbt_cloud.get_client().trigger_job_run(67890)


@job(resource_defs={"dbt_cloud": legacy})
def first():
    old()


@job(resource_defs={"dbt_cloud": cloud})
def second():
    new()


defs = Definitions(jobs=[first, second])
"""


def test_a_key_that_is_a_workspace_in_one_job_and_legacy_in_another_is_to_be_two(tmp_path: Path) -> None:
    _, report = migrate(tmp_path, {"new.py": WORKSPACE, "program.py": TWO_JOBS})
    said = {finding.code: finding.message for finding in report.findings if finding.code != "LDC308"}
    assert list(said) == ["LDC303"]
    assert said["LDC303"].startswith('`cloud`, a DbtCloudWorkspace, is bound to "dbt_cloud" too, at ')
    assert said["LDC303"].endswith(
        "bind it to another key, `dbt_cloud_v2`, which the code asks for that is written for v2, and migrate again"
    )


@pytest.mark.parametrize("files", WHOLE.values(), ids=WHOLE)
def test_what_goes_together_is_not(tmp_path: Path, files: dict[str, str]) -> None:
    _, report = migrate(tmp_path, files)
    assert "LDC310" not in {finding.code for finding in report.findings}
    _, report = migrate(tmp_path, {})
    assert "LDC310" not in {finding.code for finding in report.findings}, "nor after a migration"


def test_the_methods_are_those_of_the_legacy_client_that_a_workspace_has_not() -> None:
    from dagster_dbt.cloud_v2 import DbtCloudWorkspace

    assert LEGACY_METHODS - {"get_dbt_client"} <= set(dir(DbtCloudClient))
    assert not LEGACY_METHODS & set(dir(DbtCloudWorkspace))
    missing = {name for name in vars(DbtCloudClient) if not name.startswith("_")} - set(
        dir(DbtCloudWorkspace)
    )
    assert missing - LEGACY_METHODS <= {"log", "transport", "retry_policy"}, "or it is one more"
