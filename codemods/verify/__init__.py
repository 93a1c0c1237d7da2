"""``verify``: what Dagster's users see before and after a migration, and what dbt Cloud would be asked to run.

Both sides are loaded by ``python -m legacy_shim.snapshot``, each in a process of its own, against one local dbt Cloud
(``python -m legacy_shim.emulator``) that knows the user's facts and manifest. Nothing of Dagster is imported here.
"""
