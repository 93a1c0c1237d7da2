"""Ops that run a dbt Cloud job."""
