"""What a run answered, where other assets load it."""

from __future__ import annotations

from pathlib import Path

import pytest
from rewriting import migrate

HEAD = """
from dagster import *
from dagster_dbt import DbtCloudClientResource
dbt = DbtCloudClientResource(auth_token="t", account_id=12345)

{decorator}
def ran(dbt: DbtCloudClientResource):
    return dbt.get_dbt_client().run_job_and_poll(67890)

defs = Definitions([ran], resources={{"dbt": dbt}})
"""


@pytest.mark.parametrize(
    ("decorator", "consumer"),
    [
        ("@asset", "@asset\ndef used(ran):\n    return ran.run_id\n"),
        ("@asset(name='one')", "@asset\ndef used(context, one):\n    return one.run_id\n"),
        (
            "@asset(key=['a', 'one'])",
            "@asset(ins={'x': AssetIn(['a', 'one'])})\ndef used(x):\n    return x.run_id\n",
        ),
        ("@asset", "@asset(ins={'x': AssetIn('ran')})\ndef used(x):\n    return x.run_id\n"),
        ("@asset", "@asset(ins={'x': AssetIn(key=AssetKey('ran'))})\ndef used(x):\n    return x.run_id\n"),
        ("@asset", "@multi_asset(specs=[AssetSpec('y')])\ndef used(ran):\n    return ran.run_id\n"),
        (
            "@asset",
            "@asset_check(asset='ran')\ndef used(ran):\n    return AssetCheckResult(passed=ran.run_id > 0)\n",
        ),
    ],
)
@pytest.mark.parametrize("is_elsewhere", [False, True])
def test_it_is_followed(tmp_path: Path, decorator: str, consumer: str, *, is_elsewhere: bool) -> None:
    files = {"makes.py": HEAD.format(decorator=decorator)}
    if is_elsewhere:
        files["uses.py"] = f"from dagster import *\n\n{consumer}"
    else:
        files["makes.py"] += consumer
    texts, _ = migrate(tmp_path, files)
    text = texts["uses.py" if is_elsewhere else "makes.py"]
    assert '["id"]' in text.partition("def used")[2] or "['id']" in text.partition("def used")[2]
    assert "legacy_shim" not in "".join(texts.values())


def test_another_asset_of_that_name_in_a_parameter_is_not_touched(tmp_path: Path) -> None:
    consumer = "from dagster import *\n\n@asset(ins={'ran': AssetIn('other')})\ndef used(ran):\n    return ran.run_id\n"
    texts, _ = migrate(tmp_path, {"makes.py": HEAD.format(decorator="@asset"), "uses.py": consumer})
    assert texts["uses.py"] == consumer
    assert "cloud_v2" in texts["makes.py"]


OPS = """
from dagster import *
from dagster_dbt import DbtCloudClientResource, dbt_cloud_run_op
dbt_cloud = DbtCloudClientResource(auth_token="t", account_id=12345)
nightly = dbt_cloud_run_op.configured({"job_id": 67890}, name="nightly")

@op
def used(ran):
    return ran.run_id

"""


def test_ops_under_other_names_are_the_same_ops(tmp_path: Path) -> None:
    job = '@job(resource_defs={"dbt_cloud": dbt_cloud})\ndef j():\n    used.alias("again")(ran=nightly.alias("one")())\n'
    texts, _ = migrate(tmp_path, {"program.py": OPS + job})
    assert 'return ran["id"]' in texts["program.py"]
    assert "legacy_shim" not in texts["program.py"]


@pytest.mark.parametrize(("more", "is_kept"), [("", False), ("print(nightly.run_status)\n", True)])
def test_ops_that_are_wired_by_name_get_an_object(tmp_path: Path, more: str, is_kept: bool) -> None:
    graph = (
        'j = GraphDefinition("j", node_defs=[nightly, used], dependencies={"used": {"ran": '
        'DependencyDefinition("nightly")}}).to_job(resource_defs={"dbt_cloud": dbt_cloud})\n'
    )
    texts, report = migrate(tmp_path, {"program.py": OPS + graph + more})
    assert "return ran.run_id" in texts["program.py"]
    assert ("dbt_cloud_run_op.configured" in texts["program.py"]) == is_kept
    assert ("class DbtCloudOutput:" in texts["program.py"]) == (not is_kept)
    assert any("DependencyDefinition" in finding.message for finding in report.findings) == is_kept
