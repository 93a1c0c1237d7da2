"""The examples of the documented API reference, as they are written there, on a dbt Cloud of our own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from dagster import AssetKey, DagsterInstance, Definitions
from loading import commands_run, shop_cloud

import legacy_shim
from legacy_shim.emulator import DbtCloud, serve

IMPORTS = """
from dagster import AssetKey, Definitions, job, op
from {package} import dbt_cloud_resource, load_assets_from_dbt_cloud_job
"""

RUN_A_JOB = """
dbt_cloud = dbt_cloud_resource(api_token="dbt_api_token_here", account_id=12345)

@op(required_resource_keys={"dbt_cloud"})
def run_dbt_cloud_job(context):
    dbt_cloud = context.resources.dbt_cloud
    return dbt_cloud.run_job_and_poll(job_id=67890, cause="Triggered by Dagster pipeline")

@job(resource_defs={"dbt_cloud": dbt_cloud})
def dbt_cloud_job():
    run_dbt_cloud_job()

defs = Definitions(jobs=[dbt_cloud_job])
"""

LOAD_ASSETS = """
dbt_cloud = dbt_cloud_resource(api_token="dbt_api_token_here", account_id=12345)

dbt_cloud_assets = load_assets_from_dbt_cloud_job(dbt_cloud=dbt_cloud, job_id=67890)
defs = Definitions(assets=dbt_cloud_assets, resources={"dbt_cloud": dbt_cloud})
"""

CUSTOMIZE = """
dbt_cloud = dbt_cloud_resource(api_token="dbt_api_token_here", account_id=12345)

def custom_asset_key_fn(node_info: dict) -> AssetKey:
    return AssetKey(["dbt_cloud", node_info["database"], node_info["schema"], node_info["name"]])
def custom_group_fn(node_info: dict) -> str:
    return node_info.get("config", {}).get("materialized", "default")
assets = load_assets_from_dbt_cloud_job(dbt_cloud=dbt_cloud, job_id=67890,
    node_info_to_asset_key=custom_asset_key_fn, node_info_to_group_fn=custom_group_fn)
"""


@pytest.fixture
def cloud(monkeypatch: pytest.MonkeyPatch) -> Iterator[DbtCloud]:
    """A dbt Cloud that answers at https://cloud.getdbt.com in this process."""
    state = shop_cloud(execute_steps=["dbt seed", "dbt build --exclude dim_customer_v1 dim_customer.v1"])
    send = requests.adapters.HTTPAdapter.send
    with serve(state) as server:

        def send_home(adapter: Any, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> Any:
            url = str(request.url)
            known = ("https://cloud.getdbt.com/", server.url)  # a redirect of the emulator names itself
            assert url.startswith(known), "nothing goes anywhere else"
            request.url = url.replace("https://cloud.getdbt.com", server.url)
            return send(adapter, request, *args, **kwargs)

        monkeypatch.setattr(requests.adapters.HTTPAdapter, "send", send_home)
        yield state


@pytest.fixture(params=["legacy_shim", "dagster_dbt"])
def package(request: pytest.FixtureRequest) -> Iterator[str]:
    """The spelling of the import: the facade's own, or the old one through the hook."""
    if request.param == "dagster_dbt":
        legacy_shim.install()
    yield request.param
    legacy_shim.uninstall()


def namespace_of(example: str, package: str) -> dict[str, Any]:
    namespace: dict[str, Any] = {"__name__": "an_example"}
    exec(compile(IMPORTS.format(package=package) + example, "example.py", "exec"), namespace)
    return namespace


def test_a_job_is_run(cloud: DbtCloud, package: str) -> None:
    definitions = namespace_of(RUN_A_JOB, package)["defs"]
    with DagsterInstance.ephemeral() as instance:
        result = definitions.resolve_job_def("dbt_cloud_job").execute_in_process(instance=instance)
    output = result.output_for_node("run_dbt_cloud_job")
    (run,) = cloud.runs
    assert (output.run_id, output.job_id, output.is_successful) == (run.id, 67890, True)
    assert output.run_status.value == 10
    assert output.get_artifact("manifest.json")["nodes"]
    assert run.cause == "Triggered by Dagster pipeline"


def test_assets_are_loaded_and_built(cloud: DbtCloud, package: str) -> None:
    definitions: Definitions = namespace_of(LOAD_ASSETS, package)["defs"]
    with DagsterInstance.ephemeral() as instance:
        result = definitions.resolve_implicit_global_asset_job_def().execute_in_process(instance=instance)
    built = {event.asset_key for event in result.get_asset_materialization_events()}
    assert {AssetKey("stg_orders"), AssetKey(["marts", "totals"])} <= built
    assert [commands[0].split()[1] for commands in commands_run(cloud)] == ["compile", "seed"]


def test_keys_and_groups_are_customized(cloud: DbtCloud, package: str) -> None:
    assets = namespace_of(CUSTOMIZE, package)["assets"]
    groups = assets[0].group_names_by_key
    assert groups[AssetKey(["dbt_cloud", "shop", "main_marts", "totals"])] == "table"
    assert groups[AssetKey(["dbt_cloud", "shop", "main", "stg_orders"])] == "view"
    assert all(key.path[0] == "dbt_cloud" for key in groups)
    assert urlsplit(cloud.journal[0].path).path.startswith("/api/v2/accounts/12345/")
