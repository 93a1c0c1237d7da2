"""The way out of Dagster's legacy dbt Cloud integration."""
