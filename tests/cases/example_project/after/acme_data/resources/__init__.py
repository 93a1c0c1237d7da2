import os

from .dbt_cloud import dbt_cloud_instance, DBT_CLOUD_JOB_ID
from .slack import slack_resource

# resource key -> resource, shared by every job in this code location
RESOURCES = {
    "dbt_cloud": dbt_cloud_instance,
    "slack": slack_resource,
}

ENVIRONMENT = os.getenv("DAGSTER_ENV", 'local')
