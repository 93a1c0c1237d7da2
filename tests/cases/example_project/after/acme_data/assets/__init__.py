from .dbt import dbt_cloud_assets
from .reports import board_pack, churn_scores

__all__ = ["dbt_cloud_assets", "board_pack", "churn_scores"]
