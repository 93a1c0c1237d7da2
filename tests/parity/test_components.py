"""`migrate --to component`: a `dg` project before and after, with the state that is made before a deployment."""

from __future__ import annotations

from before_and_after import Bench
from parity_case import INSTALLED

FILES = {
    "pyproject.toml": """
        [project]
        name = "shop"

        [tool.dg]
        directory_type = "project"

        [tool.dg.project]
        root_module = "shop"
    """,
    "shop/__init__.py": "",
    "shop/definitions.py": """
        from pathlib import Path

        from dagster import definitions, load_from_defs_folder


        @definitions
        def defs():
            return load_from_defs_folder(path_within_project=Path(__file__).parent)
    """,
    "shop/defs/__init__.py": "",
    "shop/defs/dbt.py": """
        import os

        from dagster import AssetKey
        from dagster_dbt import dbt_cloud_resource, load_assets_from_dbt_cloud_job

        cloud = dbt_cloud_resource.configured(
            {"auth_token": {"env": "DBT_CLOUD_API_TOKEN"}, "account_id": int(os.environ["DBT_CLOUD_ACCOUNT_ID"])}
        )

        # Every night.
        nightly = load_assets_from_dbt_cloud_job(cloud, 67890)
        finance = load_assets_from_dbt_cloud_job(
            dbt_cloud=cloud,
            job_id=67891,
            node_info_to_asset_key=lambda node: AssetKey([node["resource_type"], node["name"]]),
            node_info_to_group_fn=lambda node: node["schema"],
        )
    """,
    "shop/defs/teams/everything.py": """
        from dagster import AssetKey, AutoMaterializePolicy, Definitions, asset, definitions
        from dagster_dbt import load_assets_from_dbt_cloud_job

        from shop.defs.dbt import cloud


        class Keys:
            def __init__(self, prefix):
                self.prefix = prefix

            def key(self, node):
                return AssetKey([self.prefix, node["resource_type"], node["name"]])


        def policy(node):
            return AutoMaterializePolicy.eager() if node["name"] == "orders" else None


        everything = load_assets_from_dbt_cloud_job(
            cloud,
            67892,
            Keys("all").key,
            node_info_to_auto_materialize_policy_fn=policy,
        )


        @asset(deps=[AssetKey(["all", "model", "orders"])])
        def report(): ...


        @definitions
        def defs():
            return Definitions(assets=[everything, report])
    """,
    "shop/defs/teams/staging.py": """
        from dagster import Definitions
        from dagster_dbt import load_assets_from_dbt_cloud_job

        from ..dbt import cloud


        def key(node):
            return ["staging", node["resource_type"], node["name"]]


        defs = Definitions(
            assets=[load_assets_from_dbt_cloud_job(cloud, 67893, node_info_to_asset_key=key)],
        )
    """,
}


def test_a_project_does_in_components_what_it_did(bench: Bench) -> None:
    done = bench.both(
        FILES, "materialize:all", "materialize:stg_orders", to="component", target="shop/definitions.py"
    )
    assert done.before.assets.keys() == done.after.assets.keys()
    if INSTALLED.lacks("component"):
        assert len(done.migration.told("LDC311")) == 4
        return
    assert len(done.after.assets) > 20
    assert len(done.migration.told("LDC232")) == 4
    files = sorted(path.parent.name for path in done.migration.folder.rglob("defs.yaml"))
    assert files == ["dbt_cloud_job_67892", "dbt_cloud_job_67893", "finance", "nightly"]
