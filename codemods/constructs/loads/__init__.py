"""Assets that are loaded from a dbt Cloud job."""
