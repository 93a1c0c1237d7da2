"""A run that Dagster or a module hands on where one end is not known stays an object, as what reads it there expects."""

from __future__ import annotations

from pathlib import Path

import pytest
from rewriting import migrate

HEAD = """
import importlib
import dagster as dg
from dagster import *
from dagster_dbt import DbtCloudClientResource, dbt_cloud_run_op
dbt = DbtCloudClientResource(auth_token="t", account_id=12345)
KEY = AssetKey("ran")

"""
RUNS = "(context):\n    return context.resources.dbt.run_job_and_poll(67890)\n\n"
NEEDS = "required_resource_keys={'dbt'}"
OP = f"@op({NEEDS})\ndef ran{RUNS}"
ASSET = f"@asset({NEEDS})\ndef ran{RUNS}"
READS = "{0}\ndef told({1}):\n    return {1}.job_name\n\n"
LOOKED_UP = f"LAST = None\n\n@op({NEEDS})\ndef ran(context):\n    global LAST\n    LAST = context.resources.dbt.run_job_and_poll(67890)\n\n"
RUN_OP = "ran = dbt_cloud_run_op.configured({'job_id': 67890}, name='ran')\n"
JOB = "@job(resource_defs={'dbt': dbt, 'dbt_cloud': dbt})\ndef nightly():\n    %s\n"

OUT_OF_SIGHT = {
    "the key of the asset is computed": f"@asset(name=f'{{1}}_ran', {NEEDS})\ndef _ran{RUNS}"
    + READS.format("@asset(ins={'r': AssetIn(f'{1}_ran')})", "r"),
    "the key of the asset is a name": f"@asset(key=KEY, {NEEDS})\ndef _ran{RUNS}"
    + READS.format("@asset(ins={'r': AssetIn(KEY)})", "r"),
    "the arguments of the asset are spread": f"COMMON = {{'name': 'r'}}\n@asset(**COMMON, {NEEDS})\ndef ran{RUNS}"
    + READS.format("@asset", "r"),
    "the key that is loaded is a name": ASSET + READS.format("@asset(ins={'r': AssetIn(KEY)})", "r"),
    "the keys that are loaded have a name": "INS = {'r': AssetIn('ran')}\n"
    + ASSET
    + READS.format("@asset(ins=INS)", "r"),
    "an asset is made of a lambda": ASSET + "told = asset(name='told')(lambda ran: ran.job_name)\n",
    "an asset is made of a function": ASSET
    + "def tell(ran):\n    return ran.job_name\ntold = asset(name='told')(tell)\n",
    "an op becomes an asset": OP
    + "assets = [AssetsDefinition.from_op(ran)]\n"
    + READS.format("@asset", "ran"),
    "a graph becomes an asset": OP
    + "@graph\ndef g():\n    return ran()\n\nassets = [AssetsDefinition.from_graph(g)]\n"
    + READS.format("@asset", "g"),
    "an op that reads becomes an asset": ASSET
    + READS.format("@op", "r")
    + "assets = [AssetsDefinition.from_op(told, keys_by_input_name={'r': AssetKey('ran')})]\n",
    "a graph makes several assets": OP
    + "@graph_multi_asset(outs={'x': AssetOut()})\ndef several():\n    return {'x': ran()}\n\n"
    + READS.format("@asset", "x"),
    "a function makes several assets": f"@multi_asset(outs={{'x': AssetOut()}}, {NEEDS})\ndef several{RUNS}"
    + READS.format("@asset", "x"),
    "the op is called by a name that is not known": OP
    + READS.format("@op", "r")
    + JOB % "told(importlib.import_module('pack' + 'age').ran())",
    "the run op is called by a name that is not known": RUN_OP
    + READS.format("@op", "r")
    + JOB % "told(importlib.import_module('pack' + 'age').ran())",
    "a module is asked for it": LOOKED_UP
    + "import sys\ndef tell():\n    return getattr(sys.modules[__name__], 'LAST').job_name\n"
    + JOB % "ran()",
    "its attributes are named elsewhere": f"@asset(name=f'{{1}}_ran', {NEEDS})\ndef _ran{RUNS}"
    + "@asset(ins={'r': AssetIn(f'{1}_ran')})\ndef told(r):\n    return [getattr(r, name) for name in FIELDS]\n",
}


@pytest.mark.parametrize("case", list(OUT_OF_SIGHT))
def test_it_stays_an_object(tmp_path: Path, case: str) -> None:
    program = HEAD + OUT_OF_SIGHT[case]
    texts, _ = migrate(tmp_path, {"program.py": program + "\ndefs = Definitions(resources={'dbt': dbt})\n"})
    text = texts["program.py"]
    assert "class DbtCloudOutput" in text
    assert "run_job_and_poll" not in text
    assert "job_name" in text or "getattr(r, name)" in text


FOLLOWED = {
    "a check has another name for its asset": ASSET
    + READS.format("@asset_check(asset=ran)", "value").replace(".job_name", ".run_id"),
    "a check names its asset": ASSET
    + READS.format("@asset_check(asset='ran')", "value").replace(".job_name", ".run_id"),
    "a graph that makes several assets loads it": ASSET
    + READS.format("@op", "r").replace(".job_name", ".run_id")
    + "@graph_multi_asset(outs={'x': AssetOut()}, ins={'w': AssetIn('ran')})\ndef several(w):\n    return {'x': told(w)}\n",
    "what is read is of a context": ASSET
    + "def tags(context):\n    return context.job_name, context.run_id\n",
    "what is read is of another class": ASSET
    + "def tags(run: DagsterRun):\n    return run.job_name, run.run_id\n",
    "what is read is given by a context": ASSET
    + "def tags(run):\n    return run.job_name\n\n@asset\ndef other(context):\n    return tags(context.dagster_run)\n",
    "the asset that is loaded is another": ASSET + READS.format("@asset", "other"),
    "nothing of it is read": f"@asset(name=f'{{1}}_ran', {NEEDS})\ndef _ran{RUNS}",
}


@pytest.mark.parametrize("case", list(FOLLOWED))
def test_it_becomes_a_dict(tmp_path: Path, case: str) -> None:
    program = HEAD + FOLLOWED[case]
    texts, _ = migrate(tmp_path, {"program.py": program + "\ndefs = Definitions(resources={'dbt': dbt})\n"})
    text = texts["program.py"]
    assert "class DbtCloudOutput" not in text
    assert "trigger_job_run" in text


@pytest.mark.parametrize("is_computed", [True, False])
def test_a_file_that_names_nothing_legacy_may_read_what_a_computed_key_hands_on(
    tmp_path: Path, *, is_computed: bool
) -> None:
    name, loaded = ("f'{1}_ran'", "NAME") if is_computed else ("'some_ran'", "'other_ran'")
    files = {
        "makes.py": HEAD
        + f"@asset(name={name}, {NEEDS})\ndef _ran{RUNS}"
        + "defs = Definitions([_ran], resources={'dbt': dbt})\n",
        "reads.py": "from dagster import AssetIn, asset\nNAME = f'{1}_r' + 'an'\n\n"
        + READS.format(f"@asset(ins={{'r': AssetIn({loaded})}})", "r"),
    }
    texts, _ = migrate(tmp_path, files)
    assert ("class DbtCloudOutput" in texts["makes.py"]) == is_computed
    assert texts["reads.py"] == files["reads.py"].lstrip("\n")


_TELL = "def tell(x):\n    r = x\n    return r.job_name\n"
_WAYS = "from dagster import AssetIn, asset\nKEY = 'ran'\nINS = {'r': AssetIn(KEY)}\ndef loading(f):\n    return asset(ins=INS)(f)\n"
HANDED_FURTHER = {
    "to a function": "@asset(ins={'r': AssetIn(KEY)})\ndef told(r):\n    tell(r)\n",
    "under an own key": "@asset(ins={'r': AssetIn(AssetKey(KEY))})\ndef told(r):\n    tell(x=r)\n",
    "from a list": "@asset(ins={'r': AssetIn(key=KEY)})\ndef told(r):\n    return [tell(one) for one in (r,)]\n",
    "by a name for all inputs": "@asset(ins=INS)\ndef told(r):\n    tell(r)\n",
    "spread": "@asset(ins=INS)\ndef told(**given):\n    tell(**{'x': given['r']})\n",
    "under an own decorator": "@loading\ndef told(r):\n    tell(r)\n",
}


@pytest.mark.parametrize("way", HANDED_FURTHER)
def test_a_function_of_another_file_may_read_what_a_computed_key_hands_on(tmp_path: Path, way: str) -> None:
    files = {
        "makes.py": HEAD
        + ASSET
        + "from reads import told\ndefs = Definitions([ran, told], resources={'dbt': dbt})\n",
        "ways.py": _WAYS,
        "reads.py": f"from dagster import *\nfrom helper import tell\nfrom ways import *\n\n{HANDED_FURTHER[way]}",
        "helper.py": _TELL,
    }
    texts, _ = migrate(tmp_path, files)
    assert "class DbtCloudOutput" in texts["makes.py"]
    assert texts["helper.py"] == _TELL
