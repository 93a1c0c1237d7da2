from dagster import Definitions

from .assets import board_pack, churn_scores, dbt_cloud_assets
from .jobs import nightly_assets, nightly_schedule, weekly_finance

defs = Definitions(
    assets=[dbt_cloud_assets, churn_scores, board_pack],
    jobs=[nightly_assets, weekly_finance],
    schedules=[nightly_schedule],
)   # resources come with the assets and the job
