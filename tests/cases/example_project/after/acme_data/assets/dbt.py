from dagster import AssetExecutionContext
from dagster_dbt import DagsterDbtTranslator
from dagster_dbt.cloud_v2 import dbt_cloud_assets as dbt_cloud_assets_v2

from ..resources import DBT_CLOUD_JOB_ID, dbt_cloud_instance


def group_by_folder(node_info):
    # models/<folder>/... -> <folder>; what sits elsewhere goes to "analytics"
    configured = node_info.get("config", {}).get("meta", {}).get("dagster", {}).get("group")
    return configured or (node_info["fqn"][1] if len(node_info["fqn"]) > 2 else 'analytics')


if int(DBT_CLOUD_JOB_ID) != 67890:
    raise ValueError(
        "this module was generated for dbt Cloud job 67890, but DBT_CLOUD_JOB_ID names another"
    )


class DbtCloudJob67890Translator(DagsterDbtTranslator):
    def get_group_name(self, dbt_resource_props):
        if dbt_resource_props["resource_type"] == "source":
            return None
        return group_by_folder(dbt_resource_props)


@dbt_cloud_assets_v2(
    workspace=dbt_cloud_instance,
    select="tag:daily",
    name="dbt_cloud_job_67890",  # the job knows which models are "ours"
    dagster_dbt_translator=DbtCloudJob67890Translator(),
)
def dbt_cloud_assets(context: AssetExecutionContext):
    list(dbt_cloud_instance.cli(["seed"]).wait(timeout=float("inf")))
    yield from dbt_cloud_instance.cli(["build"], context=context).wait(
        timeout=float("inf")
    )
