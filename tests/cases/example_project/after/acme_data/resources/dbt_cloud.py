"""Everything we know about our dbt Cloud account."""
import os

from dagster_dbt.cloud_v2 import DbtCloudCredentials, DbtCloudWorkspace

# the "Nightly" job, see https://cloud.getdbt.com/deploy/12345/projects/11/jobs/67890
DBT_CLOUD_JOB_ID = int(os.getenv("DBT_CLOUD_JOB_ID", "67890"))
WEEKLY_JOB_ID = 67891   # board numbers, Mondays

dbt_cloud_instance = DbtCloudWorkspace(
    credentials=DbtCloudCredentials(
        account_id=int(os.getenv('DBT_CLOUD_ACCOUNT_ID', "12345")),  # Acme
        token=os.environ["DBT_CLOUD_API_TOKEN"],
        access_url=os.getenv("DBT_CLOUD_HOST", "https://cloud.getdbt.com/").rstrip("/"),
    ),
    project_id=11,
    environment_id=22,
    adhoc_job_name="Nightly",  # runs job 67890 itself, with its settings
)
