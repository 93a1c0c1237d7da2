"""Everything we know about our dbt Cloud account."""
import os

from dagster_dbt import dbt_cloud_resource

# the "Nightly" job, see https://cloud.getdbt.com/deploy/12345/projects/11/jobs/67890
DBT_CLOUD_JOB_ID = int(os.getenv("DBT_CLOUD_JOB_ID", "67890"))
WEEKLY_JOB_ID = 67891   # board numbers, Mondays

dbt_cloud_instance = dbt_cloud_resource.configured(
    {
        "auth_token": {"env": "DBT_CLOUD_API_TOKEN"},
        "account_id": int(os.getenv('DBT_CLOUD_ACCOUNT_ID', "12345")),  # Acme
        "dbt_cloud_host": os.getenv("DBT_CLOUD_HOST", "https://cloud.getdbt.com/"),
    }
)
