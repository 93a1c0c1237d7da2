"""The legacy resources and client under the names and place they have in ``dagster_dbt.cloud.resources``."""

import datetime as datetime
import json as json
import logging as logging
import time as time

import requests as requests
from requests.exceptions import RequestException as RequestException

from legacy_shim.cloud.api import DBT_API_V2_PATH as DBT_API_V2_PATH
from legacy_shim.cloud.api import DBT_API_V3_PATH as DBT_API_V3_PATH
from legacy_shim.cloud.client import DEFAULT_POLL_INTERVAL as DEFAULT_POLL_INTERVAL
from legacy_shim.cloud.client import DbtCloudClient as DbtCloudClient
from legacy_shim.cloud.client_resource import DbtCloudClientResource as DbtCloudClientResource
from legacy_shim.cloud.resource_definition import DbtCloudResource as DbtCloudResource
from legacy_shim.cloud.resource_definition import dbt_cloud_resource as dbt_cloud_resource
from legacy_shim.cloud.settings import DBT_DEFAULT_HOST as DBT_DEFAULT_HOST
from legacy_shim.cloud.status import DbtCloudRunStatus as DbtCloudRunStatus
from legacy_shim.cloud.types import DbtCloudOutput as DbtCloudOutput
from legacy_shim.module_access import watch_module

DbtCloudResourceV2 = DbtCloudResource
"""What dagster-dbt called the resource before 0.20."""

watch_module(__name__)
