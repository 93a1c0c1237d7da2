import os
from datetime import timedelta

from dagster import (
    AssetExecutionContext,
    AssetKey,
    Definitions,
    FreshnessPolicy,
    LegacyFreshnessPolicy,
)
from dagster_dbt import DagsterDbtTranslator, DagsterDbtTranslatorSettings
from dagster_dbt.cloud_v2 import (
    DbtCloudCredentials,
    DbtCloudWorkspace,
    dbt_cloud_assets,
)

dbt_cloud = DbtCloudWorkspace(
    credentials=DbtCloudCredentials(
        account_id=12345,
        token=os.environ["DBT_CLOUD_API_TOKEN"],
        access_url="https://cloud.getdbt.com",
    ),
    project_id=11,
    environment_id=22,
    adhoc_job_name="Nightly",  # runs job 67890 itself, with its settings
)


def todays(node_info):
    return FreshnessPolicy.time_window(fail_window=timedelta(hours=24))


def of_old(node_info):
    if "daily" in node_info["tags"]:
        return LegacyFreshnessPolicy(maximum_lag_minutes=60)


def either(node_info):
    return todays(node_info) if node_info["name"].startswith("stg_") else of_old(node_info)


class DbtCloudJob67890Translator(DagsterDbtTranslator):
    def get_asset_key(self, dbt_resource_props):
        return AssetKey(
            ["nightly", dbt_resource_props["resource_type"], dbt_resource_props["name"]]
        )

    def get_asset_spec(self, manifest, unique_id, project):
        spec = super().get_asset_spec(manifest, unique_id, project)
        dbt_resource_props = self.get_resource_props(manifest, unique_id)
        return spec.replace_attributes(freshness_policy=todays(dbt_resource_props))


@dbt_cloud_assets(
    workspace=dbt_cloud,
    select="tag:daily",
    name="dbt_cloud_job_67890",
    dagster_dbt_translator=DbtCloudJob67890Translator(),
)
def nightly(context: AssetExecutionContext, dbt_cloud: DbtCloudWorkspace):
    list(dbt_cloud.cli(["seed"]).wait(timeout=float("inf")))
    yield from dbt_cloud.cli(["build"], context=context).wait(timeout=float("inf"))


class DbtCloudJob67891Translator(DagsterDbtTranslator):
    def get_asset_key(self, dbt_resource_props):
        return AssetKey(
            ["finance", dbt_resource_props["resource_type"], dbt_resource_props["name"]]
        )

    def get_asset_spec(self, manifest, unique_id, project):
        spec = super().get_asset_spec(manifest, unique_id, project)
        dbt_resource_props = self.get_resource_props(manifest, unique_id)
        return spec._replace(legacy_freshness_policy=of_old(dbt_resource_props))


@dbt_cloud_assets(
    workspace=dbt_cloud,
    select="tag:weekly",
    name="dbt_cloud_job_67891",
    dagster_dbt_translator=DbtCloudJob67891Translator(
        DagsterDbtTranslatorSettings(enable_asset_checks=False)
    ),
)
def finance(context: AssetExecutionContext, dbt_cloud: DbtCloudWorkspace):
    yield from dbt_cloud.cli(["run"], context=context).wait(timeout=float("inf"))


class DbtCloudJob67892Translator(DagsterDbtTranslator):
    def get_asset_key(self, dbt_resource_props):
        return AssetKey(
            [
                "everything",
                dbt_resource_props["resource_type"],
                dbt_resource_props["name"],
            ]
        )

    def get_asset_spec(self, manifest, unique_id, project):
        spec = super().get_asset_spec(manifest, unique_id, project)
        dbt_resource_props = self.get_resource_props(manifest, unique_id)
        policy = either(dbt_resource_props)
        if isinstance(policy, FreshnessPolicy):
            return spec.replace_attributes(freshness_policy=policy)
        return spec._replace(legacy_freshness_policy=policy)


@dbt_cloud_assets(
    workspace=dbt_cloud,
    name="dbt_cloud_job_67892",
    dagster_dbt_translator=DbtCloudJob67892Translator(),
)
def everything(context: AssetExecutionContext, dbt_cloud: DbtCloudWorkspace):
    yield from dbt_cloud.cli(["build"], context=context).wait(timeout=float("inf"))


defs = Definitions(assets=[nightly, finance, everything], resources={"dbt_cloud": dbt_cloud})
