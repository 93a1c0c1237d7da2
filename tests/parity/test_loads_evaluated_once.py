"""Arguments of a load that are expressions: evaluated once, where they stood, before and after.

Each program runs on both sides of its migration. Those whose functions keep state stay on the facade: v2 makes other
calls of them, so they would give other keys.
"""

from __future__ import annotations

import pytest
from before_and_after import HEAD, Bench, job

KEY = 'AssetKey([prefix, node["resource_type"], node["name"]])'
MAKE = f"""
made = []
def make(prefix):
    made.append(prefix)
    prefix = f"{{prefix}}_{{len(made)}}"
    return lambda node: {KEY}
"""
KEYS = """
class Keys:
    made = 0

    def __init__(self, prefix):
        Keys.made += 1
        self.prefix = f"{prefix}{Keys.made}"

    def key(self, node):
        return AssetKey([self.prefix, node["resource_type"], node["name"]])

    __call__ = key
"""
DEFS = "defs = Definitions(assets=[models])\n"


def load(more: str, job_id: int = 67891, name: str = "models") -> str:
    return f"{name} = load_assets_from_dbt_cloud_job(dbt_cloud=cloud, job_id={job_id}, {more})\n"


MIGRATED = {
    "a bound method": KEYS + load('node_info_to_asset_key=Keys("a").key') + DEFS,
    "a callable object": KEYS + load('node_info_to_asset_key=Keys("a")') + DEFS,
    "a function that makes one": MAKE + load('node_info_to_asset_key=make("b")') + DEFS,
    "a partial": "import functools\ndef group(prefix, node): return prefix + node['schema']\n"
    + load('node_info_to_group_fn=functools.partial(group, "g_")')
    + DEFS,
    "a choice whose condition changes": "LONG = True\ndef one(node): return 'one'\ndef two(node): return 'two'\n"
    + load("node_info_to_group_fn=one if LONG else two")
    + "LONG = False\n"
    + DEFS,
    "a name that is bound again": "def group(node): return 'one'\n"
    + load("node_info_to_group_fn=group")
    + "group = None\n"
    + DEFS,
    "the default of a lambda": MAKE
    + "count = lambda: len(made)\n"
    + load(
        'node_info_to_asset_key=lambda node, fn=make("d"): fn(node), node_info_to_group_fn=lambda n: f"g{count()}"'
    )
    + DEFS,
    "names that a class would change": f"prefix = 'p'\ndef __key(node): return {KEY}\n"
    + load("node_info_to_asset_key=__key, node_info_to_group_fn=lambda node: __key(node).path[0]")
    + DEFS,
    "an entry of a dict": MAKE
    + "FUNCTIONS = {'key': make('e')}\n"
    + load("node_info_to_asset_key=FUNCTIONS['key']")
    + "FUNCTIONS.clear()\n"
    + DEFS,
    "an inline load": MAKE
    + 'defs = Definitions(assets=[load_assets_from_dbt_cloud_job(cloud, 67891, make("f"))])\n',
    "a load in a loop": MAKE
    + "loaded = []\nfor number in (67891, 67893):\n"
    + '    loaded.append(load_assets_from_dbt_cloud_job(cloud, number, make("g")))\n'
    + "defs = Definitions(assets=loaded)\n",
    "a load in a function": MAKE
    + 'def loaded(prefix):\n    return load_assets_from_dbt_cloud_job(cloud, 67891, make(prefix))\nmodels = loaded("h")\n'
    + DEFS,
    "partitions between two of them": MAKE
    + "def days():\n    made.append(0)\n    return DailyPartitionsDefinition('2024-01-01', end_date='2024-01-04')\n"
    + load(
        "node_info_to_asset_key=make('i'), partitions_def=days(), node_info_to_group_fn=lambda n: 'g%d' % len(made),"
        " partition_key_to_vars_fn=(lambda extra: lambda key: {'n': len(made), **extra})({'m': len(made)})"
    )
    + DEFS,
}


@pytest.mark.parametrize("name", MIGRATED)
def test_what_is_evaluated_once_is_the_same(bench: Bench, name: str) -> None:
    same = job(67893, environment_id=22, execute_steps=["dbt run --select tag:daily"])
    done = bench.both(
        HEAD + MIGRATED[name],
        "materialize:all" if "partitions" not in name else "job:__ASSET_JOB@2024-01-02",
        change=same,
    )
    assert "legacy_shim" not in done.migration.now()
    assert set(done.after.assets) == set(done.before.assets) != set()


KEPT = {
    "an assignment expression": MAKE
    + load('node_info_to_asset_key=(key_fn := make("c"))')
    + load("node_info_to_asset_key=key_fn", 67892, "others").replace("key_fn)", "lambda node: key_fn(node))")
    + "assert len(made) == 1\n"
    + DEFS,
    "numbers in the order of the calls": """
class Numbered:
    def __init__(self):
        self.seen = {}

    def key(self, node):
        number = self.seen.setdefault(node["unique_id"], len(self.seen))
        return AssetKey(["n", f"{number}_{node['name']}"])
"""
    + load("node_info_to_asset_key=Numbered().key")
    + DEFS,
    "a counter": "import itertools\ncounter = itertools.count()\n"
    + "def group(node):\n    return f'g{next(counter)}'\n"
    + load("node_info_to_group_fn=group")
    + DEFS,
    "a global": "number = 0\ndef group(node):\n    global number\n    number += 1\n    return f'g{number}'\n"
    + load("node_info_to_group_fn=lambda node: group(node)")
    + DEFS,
    "what another function of the statement does first": MAKE
    + "def note():\n    made.append('x')\n    return []\n"
    + 'defs = Definitions(assets=[*note(), load_assets_from_dbt_cloud_job(cloud, 67891, make("f"))])\n',
    "a turn of a loop": MAKE
    + "for prefix in 'ab':\n    "
    + load("node_info_to_asset_key=make(prefix)")
    + DEFS,
}


@pytest.mark.parametrize("name", KEPT)
def test_what_depends_on_the_calls_stays(bench: Bench, name: str) -> None:
    folder = bench.write(HEAD + KEPT[name])
    assert bench.run(folder, install=True).error is None
    migration = bench.migrate(folder)
    assert migration.told("LDC302") or migration.told("LDC303")
    assert "load_assets_from_dbt_cloud_job" in migration.now()


BUILT = 'dbt_cloud_resource.configured({"auth_token": {"env": "DBT_CLOUD_API_TOKEN"}, "account_id": 12345})'
RESOURCES = {
    "a call": (f"made = []\ndef make():\n    made.append(1)\n    return {BUILT}\n", "make()"),
    "a choice": ("", 'cloud if "NO_SUCH" not in os.environ else None'),
    "an element that is taken away": ("made = [cloud]\n", "made.pop()"),
}
"""What a load takes its resource from, for which a name would not do."""


@pytest.mark.parametrize("name", RESOURCES)
@pytest.mark.parametrize("before", ["", "if True:\n    "], ids=["alone", "in a branch"])
def test_the_resource_of_a_load_is_evaluated_once(bench: Bench, name: str, before: str) -> None:
    program, given = RESOURCES[name]
    loaded = f"{before}models = load_assets_from_dbt_cloud_job({given}, 67891)\n"
    done = bench.both(f"{HEAD}{program}{loaded}{DEFS}", "materialize:all", "materialize:all")
    assert "legacy_shim" not in done.migration.now()
    assert [action["success"] for action in done.after.actions] == [True, True]
    assert done.migration.now().count(f"= {given}") == 1
