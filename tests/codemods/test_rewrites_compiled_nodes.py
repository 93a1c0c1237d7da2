"""Functions of a load that read what only a compiled node has, and what else a program would show or load otherwise."""

from __future__ import annotations

from pathlib import Path

import pytest
from rewriting import clean, migrate, migrate_one

HEAD = """\
import json
import os
from operator import itemgetter

from dagster import AssetKey, Definitions, asset, asset_check
from dagster_dbt import dbt_cloud_resource, default_asset_key_fn, load_assets_from_dbt_cloud_job

cloud = dbt_cloud_resource.configured(
    {"auth_token": {"env": "DBT_CLOUD_API_TOKEN"}, "account_id": 12345}
)
"""
LOAD = """
models = load_assets_from_dbt_cloud_job(cloud, 67890, node_info_to_asset_key=key)
defs = Definitions(assets=[models])
"""
STAY = {
    "by_get": ("def key(node):\n    return AssetKey([node.get('compiled_code', 'x'), node['name']])\n", "compiled_code"),
    "by_item": ("key = lambda node: AssetKey(['a' if node['compiled'] else 'b', node['name']])\n", "compiled"),
    "partial": (
        "from functools import partial\ndef by(field, node):\n    return AssetKey([node.get(field, 'x')])\nkey = partial(by, 'compiled_code')\n",
        "compiled_code",
    ),
    "made": (
        "def make(field):\n    def by(node):\n        return AssetKey([node.get(field, 'x')])\n    return by\nkey = make('compiled_code')\n",
        "compiled_code",
    ),
    "foreign": ("from elsewhere import make\nkey = make('compiled_code')\n", "compiled_code"),
    "by_in": ("def key(node):\n    return AssetKey(['built' if 'compiled_path' in node else 'no'])\n", "compiled_path"),
    "helper": (
        "def sql(n):\n    return n.get('extra_ctes') or []\ndef key(node):\n    return AssetKey([node['name'], str(len(sql(node)))])\n",
        "extra_ctes",
    ),
    "constant": ("FIELD = 'compiled_code'\ndef key(node):\n    return AssetKey([node.get(FIELD, 'x')])\n", "compiled_code"),
    "fields": (
        "FIELDS = ('compiled_code', 'name')\ndef key(node):\n    return AssetKey([str(node.get(f)) for f in FIELDS])\n",
        "compiled_code",
    ),
    "method": (
        "class Keys:\n    def __init__(self, field):\n        self.field = field\n"
        "    def __call__(self, node):\n        return AssetKey([node.get(self.field, 'x')])\nkey = Keys('compiled_code')\n",
        "compiled_code",
    ),
    "getter": ("READ = itemgetter('compiled_code')\ndef key(node):\n    return AssetKey([READ(node)])\n", "compiled_code"),
    "copy": (
        "F = 'compiled_code'\ndef key(node):\n    n = dict(node)\n    return AssetKey([n.get(F, 'x')])\n",
        "compiled_code",
    ),
    "matched": (
        "def key(node):\n    match node:\n        case {'compiled': True}:\n            return AssetKey(['a'])\n    return AssetKey(['b'])\n",
        "compiled",
    ),
    "macros": ("def key(node):\n    return AssetKey([*node['depends_on']['macros'], node['name']])\n", "macros"),
    "put_together": ("def key(node):\n    return AssetKey([node.get(f'{node[\"language\"]}_code', 'x')])\n", "all fields"),
    "dumped": ("def key(node):\n    return AssetKey([json.dumps(node)])\n", "all fields"),
    "as_text": ("def key(node):\n    return AssetKey([str(hash(str(node)))])\n", "all fields"),
    "in_string": ("def key(node):\n    return AssetKey([f'{node}'])\n", "all fields"),
    "spread": ("def f(name, **more):\n    return name + str(len(more))\ndef key(node):\n    return AssetKey([f(**node)])\n", "all fields"),
    "looped": ("def key(node):\n    return AssetKey([str(v) for v in node])\n", "all fields"),
    "items": ("def key(node):\n    return AssetKey([str(v) for v in node.items()])\n", "all fields"),
}  # fmt: skip
KEPT = HEAD.replace(
    "from dagster_dbt import dbt_cloud_resource, default_asset_key_fn, load_assets_from_dbt_cloud_job\n",
    "from dagster_dbt import default_asset_key_fn\n"
    "from legacy_shim import dbt_cloud_resource, load_assets_from_dbt_cloud_job\n",
)
"""The same where the load stays: its names come from the facade."""
GO = {
    "raw": "def key(node):\n    return AssetKey(['ref' if 'ref(' in node.get('raw_code', '') else 'no', node['name']])\n",
    "fqn": "def key(node):\n    return AssetKey(node['fqn'])\n",
    "config": "def key(node):\n    return AssetKey([node['config'].get('schema') or 'main', node['name']])\n",
    "default": "def key(node):\n    return default_asset_key_fn(node).with_prefix('x')\n",
    "helper": "def own(n):\n    return n['alias']\ndef key(node):\n    return AssetKey([own(node)])\n",
    "keyword": "def own(*, info, at='name'):\n    return info[at]\ndef key(node):\n    return AssetKey([own(info=node)])\n",
    "constant": "FIELD = 'name'\ndef key(node):\n    return AssetKey([node[FIELD]])\n",
    "fields": "def key(node):\n    return AssetKey([str(node.get(f)) for f in ('schema', 'name')])\n",
    "answer": "def key(node):\n    return AssetKey(['compiled', node['name']])\n",
    "chosen": "key = lambda node: ['macros' if node['name'] == 'x' else 'compiled', node['name']]\n",
    "docstring": "def key(node):\n    'compiled_code'\n    return AssetKey([node['name']])\n",
    "parts": "def key(node):\n    return AssetKey([p for p in node['fqn'] if p != 'x'])\n",
    "partial": "from functools import partial\ndef by(parts, node):\n    return AssetKey([*parts, node['name']])\nkey = partial(by, ['a'])\n",
    "getter": "own = itemgetter('name')\ndef key(node):\n    return AssetKey([own(node)])\n",
    "printed": "def key(node):\n    print(node)\n    return AssetKey([node['name']])\n",
}


def test_functions_that_read_what_is_compiled_stay(tmp_path: Path) -> None:
    """Legacy asked them about nodes of ``dbt compile``, and v2 does about those of ``dbt parse``."""
    files = {f"{name}.py": HEAD + text + LOAD for name, (text, _) in STAY.items()}
    texts, report = migrate(tmp_path, files)
    said = {one.place.path.stem: one.message for one in report.findings if one.code == "LDC303"}
    assert texts == {name: text.replace(HEAD, KEPT) for name, text in files.items()}
    assert {name for name, (_, what) in STAY.items() if what not in said.get(name, "")} == set()


def test_functions_that_read_what_all_nodes_have_migrate(tmp_path: Path) -> None:
    files = {f"{name}.py": HEAD + text + LOAD for name, text in GO.items()}
    texts, report = migrate(tmp_path, files)
    assert [one.message for one in report.findings if one.code in ("LDC302", "LDC303")] == []
    assert {name for name, text in texts.items() if "@dbt_cloud_assets(" not in text} == set()


OP = """\
import os

from dagster import job, op
from dagster_dbt import DbtCloudClientResource


@op
def run_it(cloud: DbtCloudClientResource):
    out = cloud.get_dbt_client().run_job_and_poll(67890)
    print(f"{shown}")


@job(resource_defs={"cloud": DbtCloudClientResource(auth_token=os.environ["T"], account_id=12345)})
def nightly():
    run_it()
"""


@pytest.mark.parametrize(
    ("shown", "instead"),
    [
        ("{out.run_id=}", "{out.run_id!r}"),
        ("of {out.run_id = } at", "{out.run_id!r}"),
        ("{out.run_id=:>9}", "{out.run_id:...}"),
        ("{str(out.run_id)=!s}", "{str(out.run_id)!s}"),
    ],
)
def test_an_expression_whose_text_is_shown_stays(tmp_path: Path, shown: str, instead: str) -> None:
    program = OP.replace("{shown}", shown)
    text, codes = migrate_one(tmp_path, program)
    assert text == program.replace("from dagster_dbt", "from legacy_shim")
    assert "LDC303" in codes
    _, report = migrate(tmp_path, {"program.py": program})
    assert any(instead in one.message for one in report.findings)


@pytest.mark.parametrize(
    "shown", ["out.run_id={out.run_id!r}", "{1+1=} {out.run_id}", "a={out.run_id} b==", "{out.run_id == 1}"]
)
def test_an_expression_whose_value_alone_is_shown_migrates(tmp_path: Path, shown: str) -> None:
    text, _ = migrate_one(tmp_path, OP.replace("{shown}", shown))
    assert (
        f'print(f"{shown}")'.replace("out.run_id!", "out['id']!").replace("{out.run_id", "{out['id']") in text
    )


def test_a_check_that_is_named_like_a_dbt_test_keeps_the_load(tmp_path: Path) -> None:
    """Dagster loads no two checks of one name on an asset, and v2 makes one of each test."""
    load = HEAD + "models = load_assets_from_dbt_cloud_job(cloud, 67890)\nprint(checks.{0})\n".replace(
        "{0}", "x"
    )
    check = """
        import dagster as dg

        @dg.asset_check(asset="orders"{given})
        def {name}():
            return dg.AssetCheckResult(passed=True)
        """
    for given, name, stays in (
        ("", "unique_orders_order_id", True),
        (', name="not_null_orders_order_id"', "own", True),
        ("", "has_rows", False),
    ):
        files = {
            "models.py": load,
            "checks.py": clean(check).replace("{given}", given).replace("{name}", name),
        }
        folder = tmp_path / f"{name}"
        texts, report = migrate(folder, files)
        assert (texts["models.py"] == load.replace(HEAD, KEPT)) is stays, name
        placed = {one.code for one in report.findings if one.place.path.name == "checks.py"}
        assert placed == {"LDC302" if stays else "LDC205"}
