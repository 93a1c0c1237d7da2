"""Shared resources of the loans team."""

import os

from dagster import ConfigurableResource, EnvVar
from dagster_dbt import DbtCloudClientResource, dbt_cloud_resource

DBT_CLOUD_ACCOUNT = 12345

# old style, used by the loads and by the ops
dbt_cloud = dbt_cloud_resource.configured(
    {
        "auth_token": {"env": "DBT_CLOUD_API_TOKEN"},
        "account_id": DBT_CLOUD_ACCOUNT,
        "dbt_cloud_host": "https://emea.dbt.com",
    }
)

# new(er) style, for the assets that Priya wrote
dbt_client = DbtCloudClientResource(
    auth_token=EnvVar("DBT_CLOUD_API_TOKEN"),
    account_id=DBT_CLOUD_ACCOUNT,
    dbt_cloud_host="https://emea.dbt.com",
)


class Mailer(ConfigurableResource):
    host: str = os.getenv("SMTP_HOST", "localhost")

    def send(self, subject: str) -> None:
        print(f"{self.host}: {subject}")
