import os

from dagster import Definitions, asset
from dagster_dbt import dbt_cloud_resource, load_assets_from_dbt_cloud_job


@asset
def unrelated() -> int:
    return 1


defs = Definitions(
    assets=[
        unrelated,
        load_assets_from_dbt_cloud_job(
            dbt_cloud=dbt_cloud_resource.configured(
                {"auth_token": os.environ["DBT_CLOUD_API_TOKEN"], "account_id": 12345}
            ),
            job_id=67892,  # everything
        ),
    ],
)
