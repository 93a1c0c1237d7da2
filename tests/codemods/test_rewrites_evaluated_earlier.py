"""Functions of a load that legacy called when the definitions were resolved, and v2 calls where the load stands.

What they read must be known to be the same at both times; what may be bound or changed later keeps the load.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from rewriting import migrate

CLOUD = """import os

from dagster import *
from dagster_dbt import DbtCloudClientResource, load_assets_from_dbt_cloud_job

cloud = DbtCloudClientResource(auth_token=os.environ["DBT_CLOUD_API_TOKEN"], account_id=12345)
"""
V2_CLOUD = """import os

from dagster import *
from dagster_dbt import DagsterDbtTranslator
from dagster_dbt.cloud_v2 import (
    DbtCloudCredentials,
    DbtCloudWorkspace,
    dbt_cloud_assets,
)

cloud = DbtCloudWorkspace(
    credentials=DbtCloudCredentials(
        account_id=12345,
        token=os.environ["DBT_CLOUD_API_TOKEN"],
        access_url="https://cloud.getdbt.com",
    ),
    project_id=11,
    environment_id=22,
    adhoc_job_name="Nightly",  # runs job 67890 itself, with its settings
)
"""
V2_LOAD = """

class DbtCloudJob67890Translator(DagsterDbtTranslator):
    def get_group_name(self, dbt_resource_props):
{asked}

@dbt_cloud_assets(
    workspace=cloud,
    select="tag:daily",
    name="dbt_cloud_job_67890",
    dagster_dbt_translator=DbtCloudJob67890Translator(),
)
def models(context: AssetExecutionContext, dbt_cloud: DbtCloudWorkspace):
    yield from dbt_cloud.cli(["build"], context=context).wait(timeout=float("inf"))

"""


def load(function: str) -> str:
    return f"models = load_assets_from_dbt_cloud_job(cloud, 67890, node_info_to_group_fn={function})\n"


KEPT = {
    "a global that a function sets": (
        """
TEAM = "a"
def group(n): return TEAM
""",
        "group",
        """
def choose():
    global TEAM
    TEAM = "b"
choose()
""",
        "`TEAM`",
    ),
    "another name of it": (
        """
GROUPS = {"orders": "x"}
by_name = GROUPS
""",
        'lambda n: GROUPS.get(n["name"], "other")',
        """
by_name["customers"] = "crm"
""",
        "`GROUPS`",
    ),
    "setattr": (
        """
class S:
    team = "a"
s = S()
""",
        "lambda n: s.team",
        """
for k, v in {"team": "b"}.items():
    setattr(s, k, v)
""",
        "`S.team`",
    ),
    "an object that a function keeps": (
        """
from functools import lru_cache
class S:
    def __init__(self): self.teams = {}
@lru_cache
def settings(): return S()
""",
        'lambda n: settings().teams.get(n["name"], "none")',
        """
settings().teams["orders"] = "sales"
""",
        "`S.teams`",
    ),
    "a part of it": (
        """
from collections import defaultdict
RULES = defaultdict(list)
def group(n):
    return "hot" if n["name"] in RULES["hot"] else "cold"
""",
        "group",
        """
hot = RULES["hot"]
hot.append("orders")
""",
        "`RULES`",
    ),
    "what a ChainMap looks up in": (
        """
from collections import ChainMap
BASE = {"orders": "a"}
ALL = ChainMap({}, BASE)
""",
        'lambda n: ALL.get(n["name"], "other")',
        """
BASE.update(orders="b", customers="c")
""",
        "`BASE`",
    ),
    "a field of a dataclass": (
        """
from dataclasses import dataclass, field
@dataclass
class Conf:
    groups: dict = field(default_factory=dict)
    def key(self, n): return self.groups.get(n["name"], "other")
conf = Conf()
""",
        "conf.key",
        """
conf.groups["orders"] = "sales"
""",
        "`Conf.groups`",
    ),
    "what another closure changes": (
        """
def make():
    team = {"v": "a"}
    def group(n): return team["v"]
    def put(x): team["v"] = x
    return group, put
group, put = make()
""",
        "group",
        """
put("b")
""",
        "`team`",
    ),
    "a function that is given it": (
        """
TEAMS = ["a"]
def extend(xs):
    xs.insert(0, "b")
""",
        "lambda n: TEAMS[0]",
        """
extend(TEAMS)
""",
        "`TEAMS`",
    ),
    "classes that register themselves": (
        """
class Rule:
    rules = []
    def __init_subclass__(cls): Rule.rules.append(cls)
""",
        'lambda n: next((r.group for r in Rule.rules if r.name == n["name"]), "other")',
        """
class Orders(Rule):
    name = "orders"; group = "sales"
""",
        "`Rule.rules`",
    ),
    "a function that others are registered with": (
        "from functools import singledispatch\n\n@singledispatch\ndef group(n):\n    return 'a'\n\n",
        "group",
        "@group.register(dict)\ndef of_dict(n):\n    return 'b'\n\n",
        "`group`",
    ),
    "an attribute of a function": (
        "def group(n):\n    return group.table.get(n['name'])\n\ngroup.table = {}\n",
        "group",
        "group.table['orders'] = 'sales'\n",
        "`group`",
    ),
    "a variable of the environment by Dagster": (
        "",
        "lambda n: EnvVar('TEAM').get_value('a')",
        "os.environ['TEAM'] = 'b'\n",
        "`os.environ['TEAM']`",
    ),
    "an attribute by its text": (
        "class S:\n    team = 'a'\n\n",
        "lambda n: getattr(S, 'team')",
        "S.team = 'b'\n",
        "`S.team`",
    ),
}
"""What stands above the load, the function, what stands below, and what is said to change."""
MIGRATED = {
    "a dict that loops fill above": (
        """
TEAMS = {"sales": ["orders"], "crm": ["customers"]}
GROUPS = {}
for team, names in TEAMS.items():
    for name in names:
        GROUPS[name] = team
""",
        'lambda n: GROUPS.get(n["name"], "other")',
        """
for name in TEAMS:
    define_asset_job(f"job_{name}", selection=AssetSelection.groups(name))
""",
        '        return GROUPS.get(dbt_resource_props["name"], "other")\n',
    ),
    "members of an enum": (
        """
from enum import Enum
class Team(Enum):
    SALES = "sales"
    OTHER = "other"
def group(n): return (Team.SALES if n["name"] == "orders" else Team.OTHER).value
""",
        "group",
        """
TAGS = {}
""",
        '        if dbt_resource_props["resource_type"] == "source":\n            return None\n        return group(dbt_resource_props)\n',
    ),
    "functions registered above": (
        """
RULES = []
def rule(fn):
    RULES.append(fn)
    return fn
@rule
def staging(n): return "staging" if n["name"].startswith("stg_") else None
def group(n):
    return next((g for r in RULES if (g := r(n))), "marts")
""",
        "group",
        """
TAGS = {}
""",
        '        if dbt_resource_props["resource_type"] == "source":\n            return None\n        return group(dbt_resource_props)\n',
    ),
    "a file that is read once": (
        """
import json, pathlib
from functools import lru_cache
pathlib.Path("groups.json").write_text('{"orders": "sales"}')
@lru_cache(maxsize=None)
def groups():
    with open("groups.json") as f:
        return json.load(f)
""",
        'lambda n: groups().get(n["name"], "other")',
        """
DOC = ", ".join(sorted(groups()))
""",
        '        return groups().get(dbt_resource_props["name"], "other")\n',
    ),
    "a variable of the environment that is set above": (
        """
os.environ.setdefault("TEAM", "analytics")
""",
        'lambda n: os.environ.get("TEAM", "nobody")',
        """
os.environ["OTHER"] = "x"
""",
        '        return os.environ.get("TEAM", "nobody")\n',
    ),
    "a logger and a pattern": (
        """
import logging, re
log = logging.getLogger(__name__)
PAT = re.compile("^stg_")
KNOWN = frozenset({"orders"})
def group(n):
    log.debug("x %s", n["name"])
    return "staging" if PAT.match(n["name"]) else "known" if n["name"] in KNOWN else "marts"
""",
        "group",
        """
log.info("loaded")
""",
        "        return group(dbt_resource_props)\n",
    ),
    "a default": (
        """
GROUPS = {"orders": "sales"}
def group(n, groups=GROUPS, default="other"):
    return groups.get(n["name"], default)
""",
        "group",
        """
del GROUPS
""",
        "        return group(dbt_resource_props)\n",
    ),
}
"""What stands above the load, the function, what stands below, and what the translator does."""


@pytest.mark.parametrize("name", KEPT)
def test_what_may_change_later_keeps_the_load(tmp_path: Path, name: str) -> None:
    above, function, below, read = KEPT[name]
    used = "loaded = [models]\n"  # Else it could go below what changes.
    before = CLOUD + above + load(function) + used + below + "defs = Definitions(assets=loaded)\n"
    texts, report = migrate(tmp_path, {"program.py": before})
    assert texts["program.py"] == before.replace("from dagster_dbt", "from legacy_shim")
    said = [finding.message for finding in report.findings if finding.code == "LDC302"]
    assert any(f"{read}, which `node_info_to_group_fn` reads, " in message for message in said), said


@pytest.mark.parametrize("name", MIGRATED)
def test_what_is_settled_above_the_load_migrates(tmp_path: Path, name: str) -> None:
    above, function, below, asked = MIGRATED[name]
    before = CLOUD + above + load(function) + below + "defs = Definitions(assets=[models])\n"
    texts, _ = migrate(tmp_path, {"program.py": before})
    assert texts["program.py"] == (
        V2_CLOUD
        + above
        + V2_LOAD.format(asked=asked)
        + below
        + 'defs = Definitions(assets=[models], resources={"dbt_cloud": cloud})\n'
    )


ELSEWHERE_KEPT = {
    "an attribute of a module": (
        {
            "config.py": 'PREFIX = "dev"\n',
            "dbt.py": CLOUD + "import config\n" + load("lambda n: config.PREFIX"),
        },
        "import config\nimport dbt\n\nconfig.PREFIX = 'prod'\n",
        "`PREFIX`",
    ),
    "a dict of another module": (
        {
            "config.py": "GROUPS = {}\n\ndef group_for(node):\n    return GROUPS.get(node['name'])\n",
            "dbt.py": CLOUD + "from config import group_for\n" + load("group_for"),
        },
        "import config\nimport dbt\n\nconfig.GROUPS.update(orders='sales')\n",
        "`GROUPS`",
    ),
    "a decorator of another module": (
        {
            "registry.py": "NAMES = set()\n\ndef exported(name):\n    def keep(fn):\n        NAMES.add(name)\n        return fn\n"
            "    return keep\n",
            "dbt.py": CLOUD
            + "from registry import NAMES\n"
            + load("lambda n: 'a' if n['name'] in NAMES else 'b'"),
        },
        "import dbt\nfrom registry import exported\n\n@exported('orders')\ndef orders():\n    pass\n",
        "`NAMES`",
    ),
    "a module that imports this one": (
        {
            "dbt.py": CLOUD
            + "def group(n):\n    from definitions import GROUPS\n    return GROUPS[n['name']]\n"
            + load("group")
        },
        "import dbt\n\nGROUPS = {}\n",
        "imports `definitions`",
    ),
    "a module that is loaded again": (
        {
            "config.py": "import os\n\nTEAM = os.getenv('TEAM')\n",
            "dbt.py": CLOUD + "import config\n" + load("lambda n: config.TEAM"),
        },
        "import importlib\n\nimport config\nimport dbt\n\nimportlib.reload(config)\n",
        "`TEAM`",
    ),
    "a test that sets it": (
        {
            "config.py": "TEAM = 'a'\n",
            "dbt.py": CLOUD + "import config\n" + load("lambda n: config.TEAM"),
            "conftest.py": "def pytest_configure():\n    import config\n    config.TEAM = 'b'\n",
        },
        "import dbt\n",
        "`TEAM`",
    ),
    "the environment": (
        {"dbt.py": CLOUD + load("lambda n: os.getenv('TEAM')")},
        "import os\n\nimport dbt\n\nos.environ.setdefault('TEAM', 'a')\n",
        "`os.environ['TEAM']`",
    ),
}


@pytest.mark.parametrize("name", ELSEWHERE_KEPT)
def test_what_another_file_may_change_later_keeps_the_load(tmp_path: Path, name: str) -> None:
    files, definitions, read = ELSEWHERE_KEPT[name]
    before = {**files, "definitions.py": definitions + "defs = Definitions(assets=[dbt.models])\n"}
    before["definitions.py"] = "from dagster import Definitions\n" + before["definitions.py"]
    texts, report = migrate(tmp_path, before)
    assert texts == {
        path: text.replace("from dagster_dbt", "from legacy_shim") for path, text in before.items()
    }
    said = [finding.message for finding in report.findings if finding.code == "LDC302"]
    assert any(read in message for message in said), said


ELSEWHERE_MIGRATED = {
    "a module that settles it itself": {
        "config.py": "GROUPS = {}\nGROUPS['orders'] = 'sales'\n",
        "dbt.py": CLOUD + "from config import GROUPS\n" + load("lambda n: GROUPS.get(n['name'])"),
        "definitions.py": "import dbt\nfrom config import GROUPS\n\nNAMES = sorted(GROUPS)\n",
    },
    "a file that sets it above its import": {
        "config.py": "PREFIX = 'dev'\n",
        "dbt.py": CLOUD + "import config\n" + load("lambda n: config.PREFIX"),
        "definitions.py": "import config\n\nconfig.PREFIX = 'prod'\nimport dbt\n",
    },
    "another variable of the environment": {
        "dbt.py": CLOUD + load("lambda n: os.getenv('TEAM')"),
        "definitions.py": "import os\n\nimport dbt\n\nos.environ['OTHER'] = 'x'\n",
    },
    "a package whose modules import each other's packages": {
        "team/__init__.py": "from .definitions import defs\n",
        "team/settings.py": "class Settings:\n    def __init__(self):\n        self.groups = {}\n\nsettings = Settings()\n",
        "team/dbt.py": CLOUD
        + "from .settings import settings\n"
        + load("lambda n: settings.groups.get(n['name'])"),
        "team/definitions.py": "from . import dbt\nfrom .settings import settings\n\nNAMES = sorted(settings.groups)\n",
    },
}


@pytest.mark.parametrize("name", ELSEWHERE_MIGRATED)
def test_what_other_files_settle_before_migrates(tmp_path: Path, name: str) -> None:
    files = dict(ELSEWHERE_MIGRATED[name])
    home = next(path for path in files if path.endswith("definitions.py"))
    files[home] = (
        "from dagster import Definitions\n" + files[home] + "defs = Definitions(assets=[dbt.models])\n"
    )
    texts, _ = migrate(tmp_path, files)
    assert [path for path, text in texts.items() if "legacy_shim" in text] == []
    assert [path for path, text in texts.items() if "@dbt_cloud_assets(" in text] == [
        home.replace("definitions", "dbt")
    ]


IN_TRIES = {
    "any exception": "try:\n    open('teams')\n    models = [{load}]\nexcept Exception:\n    models = []\n",
    "whatever": "try:\n    open('teams')\n    models = [{load}]\nexcept:\n    models = []\n",
    "a failure": "try:\n    open('teams')\n    models = [{load}]\nexcept (KeyError, Failure):\n    models = []\n",
    "suppressed": "import contextlib\n\nmodels = []\nwith contextlib.suppress(Exception):\n    open('teams')\n    models = [{load}]\n",
    "in a function": "def loaded():\n    return [{load}]\n\ntry:\n    models = loaded()\nexcept Exception:\n    models = []\n",
}
OUT_OF_TRIES = {
    "raised again": "try:\n    models = [{load}]\nexcept Exception as e:\n    print(e)\n    raise\n",
    "another exception": "try:\n    models = [{load}]\nexcept (KeyError, ImportError):\n    models = []\n",
    "in the handler": "try:\n    import fast\nexcept Exception:\n    fast = None\nmodels = [{load}]\n",
    "first": "try:\n    models = [{load}]\nexcept Exception:\n    models = []\n",
    "in the else": "try:\n    import fast\nexcept Exception:\n    raise\nelse:\n    models = [{load}]\n",
}
SIMPLE = "load_assets_from_dbt_cloud_job(cloud, 67890)"


@pytest.mark.parametrize("name", [*IN_TRIES, *OUT_OF_TRIES])
def test_a_load_whose_failure_the_code_would_catch_stays(tmp_path: Path, name: str) -> None:
    text = {**IN_TRIES, **OUT_OF_TRIES}[name].format(load=SIMPLE)
    before = CLOUD + text + "defs = Definitions(assets=models)\n"
    texts, report = migrate(tmp_path, {"program.py": before})
    said = [finding.message for finding in report.findings if finding.code == "LDC302"]
    if name in IN_TRIES:
        assert texts["program.py"] == before.replace("from dagster_dbt", "from legacy_shim")
        assert "would then load without these assets" in said[0]
    else:
        assert said == []
        assert "@dbt_cloud_assets(" in texts["program.py"]
        assert "legacy_shim" not in texts["program.py"]


def test_a_module_whose_import_is_tried_keeps_its_load(tmp_path: Path) -> None:
    before = {
        "dbt.py": CLOUD + f"models = {SIMPLE}\n",
        "definitions.py": "try:\n    import dbt\nexcept Exception:\n    dbt = None\n",
    }
    texts, report = migrate(tmp_path, before)
    assert texts["dbt.py"] == before["dbt.py"].replace("from dagster_dbt", "from legacy_shim")
    assert any("(definitions.py, line 3)" in finding.message for finding in report.findings)


def test_whatever_imports_the_module_contacts_dbt_cloud_and_is_named(tmp_path: Path) -> None:
    group = 'def group(n):\n    if not n["tags"]:\n        raise Failure("no team")\n    return "a"\n'
    files = {
        "dbt.py": CLOUD
        + group
        + load("group")
        + 'defs = Definitions(assets=[models] if os.getenv("DBT") else [])\n',
        "test_dbt.py": "from dbt import group\n",
    }
    _, report = migrate(tmp_path, files)
    (said,) = (finding.message for finding in report.findings if finding.code == "LDC209")
    assert said == (
        "importing this module contacts dbt Cloud, with the token and over the network, also in tests and CI, and runs "
        "`dbt parse` there, for 60 seconds at most; also when a condition leaves the assets unused; "
        "test_dbt.py imports it; `node_info_to_group_fn` may raise, which fails the import"
    )


def test_a_default_that_is_a_constant_may_be_made_before_the_whole_statement(tmp_path: Path) -> None:
    first, second = (
        SIMPLE.replace(")", f', node_info_to_group_fn=lambda n, g="{g}": g)') for g in ("a", "b")
    )
    texts, _ = migrate(
        tmp_path,
        {"program.py": CLOUD + f"defs = Definitions(assets=[{first}, {second.replace('67890', '67891')}])\n"},
    )
    assert 'group_fn = lambda n, g="a": g\n' in texts["program.py"]
    assert 'group_fn_2 = lambda n, g="b": g\n' in texts["program.py"]
    assert "legacy_shim" not in texts["program.py"]


BESIDE = {
    "an item": ('{"groups": ["core"], "name": "a"}', '[CONF["name"], n["name"]]', 'CONF["groups"][0]', True),
    "what a function answers": ('{"groups": ["core"], "name": "a"}', '[conf()["name"], n["name"]]', 'conf()["groups"][0]', True),
    "one that changes it": ('{"groups": ["core"]}', '[*CONF["groups"], n["name"]]', 'CONF["groups"].pop()', False),
    "one that hands it to a function that keeps it": ('{"groups": ["core"]}', '[*CONF["groups"], n["name"]]', 'keep(CONF["groups"])[0]', False),
}  # fmt: skip
"""What two functions of one load read: the dict, the key, the group, and whether the load migrates."""


@pytest.mark.parametrize("case", BESIDE)
def test_what_another_function_of_the_load_answers_is_no_change(tmp_path: Path, case: str) -> None:
    table, key, group, migrates = BESIDE[case]
    program = (
        CLOUD
        + f"CONF = {table}\nKEPT = []\ndef conf():\n    return CONF\ndef keep(x):\n    KEPT.append(x)\n    return x\n"
        + "def build(job_id):\n    return load_assets_from_dbt_cloud_job(\n        cloud, job_id, "
        + f"node_info_to_asset_key=lambda n: AssetKey({key}), node_info_to_group_fn=lambda n: {group}\n    )\n"
        + "defs = Definitions(assets=[build(67890)])\n"
    )
    texts, _ = migrate(tmp_path, {"program.py": program})
    assert ("legacy_shim" not in texts["program.py"]) == migrates
