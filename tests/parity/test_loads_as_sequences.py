"""A load is the sequence of its definitions in the documented dialect: each use of it as one, before and after.

What migrates runs on both sides; what may not be a load, or is changed in a way that v2 assets do not support, stays.
"""

from __future__ import annotations

import pytest
from before_and_after import HEAD, LOAD, Bench

PLACED = "defs = Definitions(assets=models)"
MIGRATED = {
    "gone through": (
        "names = sorted(key.to_user_string() for one in models for key in one.keys)\n"
        "owned = [one.map_asset_specs(lambda spec: spec.replace_attributes(owners=['team:data'])) for one in models]\n"
        "defs = Definitions(assets=owned, resources={'dbt_cloud': cloud})",
        "for one in [models]]",
    ),
    "gone through by a statement": (
        "for one in models:\n    assert one.keys\n" + PLACED,
        "for one in [models]:",
    ),
    "unpacked": ("(one,) = models\ndefs = Definitions(assets=[one])", "(one,) = [models]"),
    "its first": ("defs = Definitions(assets=[models[0]])", "assets=[models]"),
    "its last": ("last = models[-1]\ndefs = Definitions(assets=[last])", "last = models\n"),
    "counted": ("assert len(models) == 1\n" + PLACED, "len([models]) == 1"),
    "numbered": (
        "for number, one in enumerate(models):\n    assert one.keys\n" + PLACED,
        "enumerate([models])",
    ),
    "beside others": (
        "for one, name in zip(models, 'a'):\n    assert one.keys\n" + PLACED,
        "zip([models], 'a')",
    ),
    "searched": ("(one,) = models\nassert one in models\n" + PLACED, "one in [models]"),
    "sorted": (
        "defs = Definitions(assets=sorted(models, key=lambda one: one.op.name))",
        "sorted([models], key=",
    ),
    "compared": ("assert models != [] and models and not (models == [])\n" + PLACED, "models != []"),
    "dependencies": (
        "@asset(deps=models)\ndef after(): ...\n\n\ndefs = Definitions(assets=[*models, after])",
        "@asset(deps=[models])",
    ),
    "dependencies in a list": (
        "@asset(deps=[*models])\ndef after(): ...\n\n\ndefs = Definitions(assets=[*models, after])",
        "@asset(deps=[models])",
    ),
    "the selection of a job": (
        "nightly = define_asset_job('nightly', selection=models)\ndefs = Definitions(assets=models, jobs=[nightly])",
        "selection=[models]",
    ),
    "the target of a schedule": (
        "daily = ScheduleDefinition(name='daily', cron_schedule='0 0 * * *', target=models)\n"
        "defs = Definitions(assets=models, schedules=[daily])",
        "target=[models]",
    ),
    "at once": (
        f"defs = Definitions(assets=[one for one in {LOAD.partition(' = ')[2]}])",
        "[one for one in [dbt_cloud_job(cloud, 67891)]]",
    ),
    "its first at once": (
        f"(first,) = {LOAD.partition(' = ')[2]}\nlast = {LOAD.partition(' = ')[2].replace('67891', '67892')}[0]\n"
        "defs = Definitions(assets=[first])",
        "last = dbt_cloud_job_67892\n",
    ),
    "a choice that is a sequence": (
        "defs = Definitions(assets=[*(models if models else [])])",
        "[*([models] if models else [])]",
    ),
}


@pytest.mark.parametrize("name", MIGRATED)
def test_a_sequence_is_served(bench: Bench, name: str) -> None:
    program, line = MIGRATED[name]
    done = bench.both(f"{HEAD}{LOAD}\n{program}\n", "materialize:all")
    assert line in done.migration.now()
    assert "legacy_shim" not in done.migration.now()
    assert done.after.commands


def test_a_sequence_is_served_in_another_file(bench: Bench) -> None:
    done = bench.both(
        {
            "assets.py": f"{HEAD}{LOAD}\n",
            "definitions.py": """
                from dagster import Definitions
                import assets


                def keys_of(models):
                    return [key for one in models for key in one.keys]


                assert keys_of(assets.models)
                defs = Definitions(assets=[one for one in assets.models])
            """,
        },
        "materialize:all",
    )
    assert "for one in [models] for key" in done.migration.now()
    assert "for one in [assets.models]" in done.migration.now()


KEPT = {
    "may be empty": "LONG = True\nsome = models if LONG else []\ndefs = Definitions(assets=[*some])",
    "may be a list": "models = []\nif os.environ:\n    "
    + LOAD
    + "\nfor one in models:\n    print(one)\n"
    + PLACED,
    "unpacked with a star": "one, *others = models\n" + PLACED,
    "cut": "defs = Definitions(assets=models[:1])",
    "added to a tuple": "defs = Definitions(assets=models + ())",
    "gone through in a list": "import itertools\n"
    "defs = Definitions(assets=list(itertools.chain.from_iterable([models, []])))",
    "mapped": "names = list(map(lambda one: one.op.name, models))\n" + PLACED,
    "added to in place": "@asset\ndef other(): ...\n\n\nmodels += [other]\n" + PLACED,
    "changed": "defs = Definitions(assets=[one.with_attributes(group_names_by_key={}) for one in models])",
    "a class that it is of": "from collections.abc import Sequence\nassert isinstance(models, Sequence)\n"
    + PLACED,
    "loaded under a condition": LOAD.replace("load", "[] if not os.environ else load") + "\n" + PLACED,
}


@pytest.mark.parametrize("name", KEPT)
def test_what_may_not_be_served_stays(bench: Bench, name: str) -> None:
    folder = bench.write(f"{HEAD}{LOAD}\n{KEPT[name]}\n")
    assert bench.run(folder, install=True).error is None
    migration = bench.migrate(folder)
    assert migration.told("LDC303") or migration.told("LDC302")
    assert "load_assets_from_dbt_cloud_job(" in migration.now()


PACKAGE = {"crm/__init__.py": "", "crm/dbt.py": f"{HEAD}{LOAD}\n"}


@pytest.mark.parametrize(
    "collected",
    [
        'dagster.load_assets_from_package_name("crm", key_prefix="warehouse")',
        'dagster.load_assets_from_package_name("crm", None, "warehouse")',
        'dagster.load_assets_from_package_name(package_name="crm", **{"key_prefix": "warehouse"})',
    ],
)
def test_a_prefix_of_what_is_collected_keeps_the_load(bench: Bench, collected: str) -> None:
    program = f"import dagster\n\ndefs = dagster.Definitions(assets={collected})\n"
    folder = bench.write({**PACKAGE, "definitions.py": program})
    assert bench.run(folder, install=True).error is None
    migration = bench.migrate(folder)
    assert [*migration.told("LDC302")] == [LOAD]
    assert LOAD in migration.now("crm/dbt.py")


@pytest.mark.parametrize(
    "more",
    [
        "",
        ', source_key_prefix="raw"',
        ", backfill_policy=BackfillPolicy.single_run()",
        ", automation_condition=AutomationCondition.eager()",
        ", legacy_freshness_policy=LegacyFreshnessPolicy(maximum_lag_minutes=5)",
        ", key_prefix=None",
    ],
)
def test_what_else_is_given_to_what_is_collected_is_the_same(bench: Bench, more: str) -> None:
    program = (
        "from dagster import *\nimport crm\n\n"
        f"defs = Definitions(assets=load_assets_from_package_module(crm{more}))\n"
    )
    done = bench.both({**PACKAGE, "definitions.py": program}, "materialize:all")
    assert "legacy_shim" not in done.migration.now("crm/dbt.py")
