from dagster import Definitions

from . import assets, jobs, resources

defs = Definitions(
    assets=[assets.reporting, assets.daily, assets.board_sheet, assets.last_run],
    jobs=[jobs.refresh, jobs.rebuild_all, jobs.reporting_job],
    schedules=[jobs.every_morning, jobs.saturday],
    resources={"dbt_client": resources.dbt_client},
)
