"""The codemod: ``python -m legacy_shim.codemods``. It never imports dagster, dagster_dbt or dbt."""
