from dagster import AssetKey, MaterializeResult, asset


@asset(deps=[AssetKey(["marts", "customers"])], group_name="reports", description="Who is likely to leave us. Recomputed after each dbt run, because lifetime value moves every night.")
def churn_scores(context) -> MaterializeResult:
    context.log.info("scoring customers")
    return MaterializeResult(metadata={"customers": 4})


@asset(deps=[AssetKey(["marts", "orders"]), churn_scores], group_name="reports")
def board_pack() -> None:
    """Slides for the board."""
