"""Assets that Dagster or the code collects from modules: whoever hands them on makes no difference, whoever looks at each does."""

from __future__ import annotations

from pathlib import Path

from rewriting import migrate

DBT = """
from dagster import asset
from dagster_dbt import DbtCloudClientResource, load_assets_from_dbt_cloud_job

cloud = DbtCloudClientResource(auth_token="t", account_id=12345)
models = load_assets_from_dbt_cloud_job(cloud, 67890)


@asset
def churn():
    return 1
"""
OTHER = "from dagster import asset\n\n\n@asset\ndef forecast():\n    return 1\n"
HEAD = "from dagster import *\nfrom NAME import dbt, other\n"
DEFS = 'defs = Definitions(assets=loaded, jobs=[define_asset_job("py", AssetSelection.all())])\n'
HANDED_ON = {
    "plain": HEAD
    + """
loaded = load_assets_from_modules([dbt, other])
"""
    + DEFS,
    "star": HEAD
    + """
loaded = [*load_assets_from_modules([dbt]), *load_assets_from_modules([other])]
"""
    + DEFS,
    "plus": HEAD
    + """
loaded = load_assets_from_modules([dbt]) + load_assets_from_modules([other])
"""
    + DEFS,
    "with_res": HEAD
    + """
loaded = with_resources(load_assets_from_modules([dbt, other]), {"x": ResourceDefinition.hardcoded_resource(1)})
"""
    + DEFS,
    "helper": HEAD
    + """
def collect(mods):
    found = []
    for m in mods:
        found.extend(load_assets_from_modules([m]))
    return found


loaded = collect([dbt, other])
"""
    + DEFS,
    "aug": HEAD
    + """
loaded = []
loaded += load_assets_from_modules([dbt])
loaded += load_assets_from_modules([other])
"""
    + DEFS,
    "chain": HEAD
    + """
from itertools import chain
loaded = list(chain(load_assets_from_modules([dbt]), load_assets_from_modules([other])))
"""
    + DEFS,
    "comp": HEAD
    + """
loaded = [a for m in (dbt, other) for a in load_assets_from_modules([m])]
"""
    + DEFS,
    "len": HEAD
    + """
loaded = load_assets_from_modules([dbt, other])
print(len(loaded))
assert loaded
"""
    + DEFS,
    "repo": HEAD
    + """
loaded = load_assets_from_modules([dbt, other])


@repository
def defs():
    return [*loaded, define_asset_job("py", AssetSelection.all())]
""",
    "only_other": HEAD
    + """
mine = load_assets_from_modules([other])
keys = [k for a in mine for k in a.keys]
loaded = [*mine, *load_assets_from_modules([dbt])]
"""
    + DEFS,
    "vars_other": HEAD
    + """
names = sorted(vars(other))
py = [v for v in vars(other).values() if isinstance(v, AssetsDefinition)]
loaded = load_assets_from_modules([dbt, other])
"""
    + DEFS,
    "logging": HEAD
    + """
import logging
log = logging.getLogger("x")
loaded = load_assets_from_modules([dbt, other])
log.info("%s", len(loaded))
"""
    + DEFS,
    "dict_by_team": HEAD
    + """
TEAMS = {"a": load_assets_from_modules([dbt]), "b": load_assets_from_modules([other])}
loaded = [*TEAMS["a"], *TEAMS["b"]]
"""
    + DEFS,
    "passed": HEAD
    + """
def make(assets, name):
    return Definitions(assets=assets, jobs=[define_asset_job(name, AssetSelection.all())])


defs = make(load_assets_from_modules([dbt, other]), "py")
""",
    "package": """
from dagster import *
import NAME
loaded = load_assets_from_package_module(NAME)
"""
    + DEFS,
    "fields": HEAD
    + """
class Team:
    def __init__(self, assets):
        self.assets = assets

    def defs(self):
        return Definitions(assets=self.assets, jobs=[define_asset_job("py", AssetSelection.all())])


defs = Team(load_assets_from_modules([dbt, other])).defs()
""",
    "cond": HEAD
    + """
import os
loaded = load_assets_from_modules([dbt, other]) if os.environ.get("NO") is None else []
"""
    + DEFS,
}
LOOKED_AT = {
    "comp_if": HEAD
    + """
loaded = load_assets_from_modules([dbt, other])
py = [a for a in loaded if isinstance(a, AssetsDefinition)]
"""
    + DEFS,
    "for_keys": HEAD
    + """
loaded = load_assets_from_modules([dbt, other])
keys = []
for a in loaded:
    keys += list(getattr(a, "keys", ()))
"""
    + DEFS,
    "sum_star": HEAD
    + """
everything = [*load_assets_from_modules([dbt]), *load_assets_from_modules([other])]
py = [a for a in everything if hasattr(a, "keys")]
loaded = everything
"""
    + DEFS,
    "plus": HEAD
    + """
everything = load_assets_from_modules([dbt]) + [other.forecast]
py = [a for a in everything if hasattr(a, "keys")]
loaded = everything
"""
    + DEFS,
    "ext": HEAD
    + """
everything = []
everything.extend(load_assets_from_modules([dbt]))
for a in everything:
    print(type(a))
loaded = everything
"""
    + DEFS,
    "res": HEAD
    + """
bound = with_resources(load_assets_from_modules([dbt]), {})
py = {k for a in bound if isinstance(a, AssetsDefinition) for k in a.keys}
loaded = bound
"""
    + DEFS,
    "index": HEAD
    + """
loaded = load_assets_from_modules([dbt, other])
first = loaded[0]
print(hasattr(first, "keys"))
"""
    + DEFS,
    "unpack": HEAD
    + """
loaded = load_assets_from_modules([dbt])
first, second = loaded
print(hasattr(first, "keys"))
"""
    + DEFS,
    "helper2": HEAD
    + """
def count(assets):
    return sum(1 for a in assets if isinstance(a, AssetsDefinition))


loaded = load_assets_from_modules([dbt, other])
print(count(loaded))
"""
    + DEFS,
    "helper3": HEAD
    + """
def outer(assets):
    return inner(assets)


def inner(them):
    return [t for t in them if isinstance(t, AssetsDefinition)]


loaded = load_assets_from_modules([dbt, other])
print(len(outer(loaded)))
"""
    + DEFS,
    "sorted_key": HEAD
    + """
loaded = sorted(load_assets_from_modules([dbt, other]), key=lambda a: str(type(a)))
"""
    + DEFS,
    "next": HEAD
    + """
loaded = load_assets_from_modules([dbt, other])
x = next(a for a in loaded if isinstance(a, AssetsDefinition))
"""
    + DEFS,
    "dictm": HEAD
    + """
print([k for k, v in dbt.__dict__.items() if isinstance(v, AssetsDefinition)])
loaded = load_assets_from_modules([dbt, other])
"""
    + DEFS,
    "getattr": HEAD
    + """
print([getattr(dbt, n) for n in ("models", "churn") if isinstance(getattr(dbt, n), AssetsDefinition)])
loaded = load_assets_from_modules([dbt, other])
"""
    + DEFS,
    "importlib": """
from dagster import *
import importlib, inspect, pkgutil, NAME
py = []
for info in pkgutil.iter_modules(NAME.__path__, "NAME."):
    if info.name != "NAME.defs":
        m = importlib.import_module(info.name)
        py += [v for _, v in inspect.getmembers(m) if isinstance(v, AssetsDefinition)]
from NAME import dbt
defs = Definitions(assets=[*py, dbt.models])
""",
    "import_load": """
from dagster import *
import importlib
mods = [importlib.import_module(f"NAME.{n}") for n in ("dbt", "other")]
loaded = load_assets_from_modules(mods)
print([a for a in loaded if isinstance(a, AssetsDefinition)])
"""
    + DEFS,
    "current": """
from dagster import *
from NAME.dbt import *
loaded = load_assets_from_current_module()
py = [a for a in loaded if isinstance(a, AssetsDefinition)]
"""
    + DEFS,
    "defs_assets": HEAD
    + """
base = Definitions(assets=load_assets_from_modules([dbt, other]))
print([a for a in base.assets if isinstance(a, AssetsDefinition)])
loaded = base.assets
"""
    + DEFS,
    "defs_assets2": HEAD
    + """
base = Definitions(assets=[dbt.models, other.forecast])
print([a for a in base.assets if isinstance(a, AssetsDefinition)])
loaded = base.assets
"""
    + DEFS,
    "mapf": HEAD
    + """
loaded = list(map(lambda a: a, load_assets_from_modules([dbt])))
"""
    + DEFS,
    "partialf": HEAD
    + """
from functools import partial
collect = partial(load_assets_from_modules, group_name=None)
loaded = collect([dbt, other])
print([a for a in loaded if isinstance(a, AssetsDefinition)])
"""
    + DEFS,
    "yieldf": HEAD
    + """
def each():
    yield from load_assets_from_modules([dbt])


loaded = list(each())
print([isinstance(a, AssetsDefinition) for a in loaded])
"""
    + DEFS,
    "ret": HEAD
    + """
def collected():
    return load_assets_from_modules([dbt])


loaded = collected()
print([isinstance(a, AssetsDefinition) for a in collected()])
"""
    + DEFS,
    "filtered": HEAD
    + """
loaded = list(filter(None, load_assets_from_modules([dbt])))
"""
    + DEFS,
    "attr": HEAD
    + """
class Team:
    def __init__(self, assets):
        self.assets = assets

    def keys(self):
        return [k for a in self.assets for k in getattr(a, "keys", ())]


loaded = load_assets_from_modules([dbt])
print(Team(loaded).keys())
"""
    + DEFS,
    "dictby": HEAD
    + """
TEAMS = {"a": load_assets_from_modules([dbt]), "b": load_assets_from_modules([other])}
loaded = [a for team in TEAMS.values() for a in team if isinstance(a, AssetsDefinition)]
"""
    + DEFS,
    "match": HEAD
    + """
loaded = load_assets_from_modules([dbt])
for a in loaded:
    match a:
        case AssetsDefinition():
            print(1)
"""
    + DEFS,
    "default": HEAD
    + """
loaded = load_assets_from_modules([dbt])


def show(them=loaded):
    return [isinstance(t, AssetsDefinition) for t in them]


print(show())
"""
    + DEFS,
    "starargs": HEAD
    + """
def show(*them):
    return [isinstance(t, AssetsDefinition) for t in them]


loaded = load_assets_from_modules([dbt])
print(show(*loaded))
"""
    + DEFS,
}


def written(programs: dict[str, str]) -> dict[str, str]:
    """Each program as a package of its own, in one tree."""
    files: dict[str, str] = {}
    for name, text in programs.items():
        own = {"__init__.py": "", "dbt.py": DBT, "other.py": OTHER, "defs.py": text.replace("NAME", name)}
        files |= {f"{name}/{file}": inside for file, inside in own.items()}
    return files


def kept_in(folder: Path, files: dict[str, str]) -> dict[str, list[str]]:
    """Why the load of each package stays."""
    _, report = migrate(folder, files)
    found: dict[str, list[str]] = {}
    for each in report.findings:
        if each.is_left_for_a_person and each.code != "LDC308":
            found.setdefault(each.place.path.parent.name, []).append(each.message)
    return found


def test_collected_assets_that_are_handed_on_migrate(tmp_path: Path) -> None:
    assert kept_in(tmp_path, written(HANDED_ON)) == {}


def test_collected_assets_that_are_looked_at_keep_the_load(tmp_path: Path) -> None:
    kept = kept_in(tmp_path, written(LOOKED_AT))
    for name in LOOKED_AT:
        own = [each for each in kept.get(name, []) if f"{name}/defs.py" in each]
        assert any("v2 assets are of another class" in each for each in own), (name, kept.get(name))
