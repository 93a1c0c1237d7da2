"""Facts: what dbt Cloud knows of the jobs that the code names, and what the installed dagster-dbt can do."""
