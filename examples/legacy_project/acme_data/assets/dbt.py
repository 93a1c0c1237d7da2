from dagster_dbt import load_assets_from_dbt_cloud_job

from ..resources import DBT_CLOUD_JOB_ID, dbt_cloud_instance


def group_by_folder(node_info):
    # models/<folder>/... -> <folder>; what sits elsewhere goes to "analytics"
    configured = node_info.get("config", {}).get("meta", {}).get("dagster", {}).get("group")
    return configured or (node_info["fqn"][1] if len(node_info["fqn"]) > 2 else 'analytics')


dbt_cloud_assets = load_assets_from_dbt_cloud_job(
    dbt_cloud=dbt_cloud_instance,
    job_id=DBT_CLOUD_JOB_ID,  # the job knows which models are "ours"
    node_info_to_group_fn=group_by_folder,
)
