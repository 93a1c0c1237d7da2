"""Job ids in modules that code hands to what may set their names, in files that hold nothing legacy."""

from __future__ import annotations

from pathlib import Path

import pytest
from rewriting import migrate

LOADS = """\
from dagster import Definitions
from dagster_dbt import DbtCloudClientResource, load_assets_from_dbt_cloud_job
{names}

cloud = DbtCloudClientResource(auth_token="t", account_id=12345)
models = load_assets_from_dbt_cloud_job(cloud, {job})
defs = Definitions(assets=[models])
"""
CONF = 'JOB = 67890\nCFG = {"job": 67890}\nclass Prod:\n    job = 67890\n'
READ = {
    "name": ("from conf import JOB", "JOB"),
    "of_module": ("import conf", "conf.JOB"),
    "item": ("from conf import CFG", 'CFG["job"]'),
    "of_class": ("from conf import Prod", "Prod.job"),
}
SETS = 'def fix(c):\n    c.JOB = 67891\n    c.CFG["job"] = 67891\n    c.Prod.job = 67891\n'
KEEPS = "class Fix:\n    def __init__(self, c):\n        self.c = c\n    def run(self):\n        self.c.JOB = 67891\n"
BY_NAME = "def fix(c):\n    for name in dir(c):\n        setattr(c, name, 67891)\n"
MAY_CHANGE = {
    "given to a function": (SETS, "import conf\nfix(conf)\n"),
    "given to a class": (KEEPS, "import conf\nFix(conf).run()\n"),
    "set by any name": (BY_NAME, "import conf\nfix(conf)\n"),
    "under another name": (SETS, "import conf as c\nfix(c)\n"),
    "under two names": (SETS, "import conf\nc = conf\nfix(c)\n"),
    "by a keyword": (SETS, "import conf\nfix(c=conf)\n"),
    "from a list": (SETS, "import conf\nfor one in (conf,):\n    fix(one)\n"),
    "mapped": (SETS, "import conf\nlist(map(fix, [conf]))\n"),
    "from a dict": (SETS, 'import conf\nall = {"c": conf}\nfix(all["c"])\n'),
    "on an object": (SETS, "import conf\nclass T:\n    c = conf\n    def run(self): fix(self.c)\nT().run()\n"),
    "by a thread": (SETS, "import conf, threading\nthreading.Thread(target=fix, args=(conf,)).start()\n"),
    "by partial": (SETS, "import conf, functools\nfunctools.partial(fix, conf)()\n"),
    "imported by a string": (SETS, 'from importlib import import_module\nfix(import_module("conf"))\n'),
    "from all modules": (SETS, 'import conf, sys\nfix(sys.modules["conf"])\n'),
    "answered by a function": (SETS, "def get():\n    import conf\n    return conf\nfix(get())\n"),
    "a part of it": ("def fix(c): ...\n", "import conf\ndef inner(d):\n    d.update(job=1)\n    d.job = 1\ndef all(c):\n    inner(c.CFG)\nall(conf)\n"),
    "by a name of a part": ("def fix(c): ...\n", 'import conf\ndef all(c):\n    d = c.CFG\n    d["job"] = 1\nall(conf)\n'),
}  # fmt: skip
KNOWN = {
    "read by a function": (
        "def fix(c):\n    x = c.JOB\n    return x + c.CFG['job']\n",
        "import conf\nfix(conf)\n",
    ),
    "collected by Dagster": (
        BY_NAME,
        "import conf, dagster\nfound = dagster.load_assets_from_modules([conf])\n",
    ),
    "printed": (BY_NAME, "import conf\nprint(conf, conf.__name__, conf.JOB)\n"),
    "another module": (BY_NAME, "import other\nfix(other)\n"),
    "replaced in a test": (
        BY_NAME,
        'import conf\ndef test_it(monkeypatch):\n    monkeypatch.setattr(conf, "JOB", 1)\n',
    ),
    "loaded again": (BY_NAME, "import conf, importlib\nimportlib.reload(conf)\n"),
}


def _kept(tmp_path: Path, helper: str, also: str) -> list[str]:
    """The ways to read a job id of which the load stays legacy."""
    loads = {way: LOADS.format(names=names, job=job) for way, (names, job) in READ.items()}
    texts, _ = migrate(
        tmp_path, {**_around(helper, also), **{f"{way}.py": text for way, text in loads.items()}}
    )
    return [way for way in READ if "load_assets_from_dbt_cloud_job" in texts[f"{way}.py"]]


def _around(helper: str, also: str) -> dict[str, str]:
    name = "Fix" if "Fix" in helper else "fix"
    also = f"from helper import {name}\n{also}"
    return {"conf.py": CONF, "other.py": "JOB = 1\n", "helper.py": helper, "also.py": also}


@pytest.mark.parametrize("name", MAY_CHANGE)
def test_a_load_stays_where_a_module_is_handed_to_code_that_may_change_it(tmp_path: Path, name: str) -> None:
    assert _kept(tmp_path, *MAY_CHANGE[name]) == list(READ)


@pytest.mark.parametrize("name", KNOWN)
def test_a_load_migrates_where_a_module_is_only_looked_at(tmp_path: Path, name: str) -> None:
    assert _kept(tmp_path, *KNOWN[name]) == []


def test_the_finding_names_the_statement_that_hands_the_module_on(tmp_path: Path) -> None:
    around = _around(SETS, "import conf\nfix(conf)\n")
    _, report = migrate(
        tmp_path, {**around, "assets.py": LOADS.format(names="from conf import JOB", job="JOB")}
    )
    (message,) = [one.message for one in report.findings if one.code == "LDC303"]
    assert "depends on `fix(conf)` (also.py:3)" in message


CLIENTS = "def client_of(resource):\n    return resource.get_dbt_client()\n"
USES_THEM = """\
from dagster import Definitions, job, op
from dagster_dbt import DbtCloudClientResource
import helpers


@op
def go(dbt_cloud: DbtCloudClientResource):
    print(helpers.client_of(dbt_cloud).get_job(67890)["name"])


@job
def nightly():
    go()


defs = Definitions(jobs=[nightly], resources={"dbt_cloud": DbtCloudClientResource(auth_token="t", account_id=12345)})
"""
REPLACES = "class Fake: ...\n\n\ndef patch(m):\n    m.client_of = lambda resource: Fake()\n"
WRAPS = "def patch(m):\n    for name, one in list(vars(m).items()):\n        setattr(m, name, traced(one))\n"
LOOKS = "def patch(m):\n    print(m.__name__, m.client_of)\n"
FUNCTIONS_CHANGE = {
    "replaced": (REPLACES, "import helpers\npatch(helpers)\n"),
    "wrapped": (WRAPS, "import helpers\npatch(helpers)\n"),
    "in a loop": (REPLACES, "import helpers as h\nfor m in (h,):\n    patch(m)\n"),
    "from all modules": (REPLACES, 'import helpers, sys\npatch(sys.modules["helpers"])\n'),
}
FUNCTIONS_STAY = {
    "looked at": (LOOKS, "import helpers\npatch(helpers)\n"),
    "in a test": (REPLACES, "import helpers\n\n\ndef test_it(monkeypatch):\n    patch(helpers)\n"),
    "its names": (LOOKS, "import helpers\nNAMES = sorted(vars(helpers))\n"),
    "given to Dagster": (
        LOOKS,
        "import helpers, dagster\nFOUND = dagster.load_assets_from_modules([helpers])\n",
    ),
}


def _of_clients(tmp_path: Path, patcher: str, use: str, name: str = "also.py") -> str:
    files = {"helpers.py": CLIENTS, "patcher.py": patcher, name: f"from patcher import patch\n{use}"}
    texts, _ = migrate(tmp_path, {**files, "definitions.py": USES_THEM})
    return texts["helpers.py"]


@pytest.mark.parametrize("name", FUNCTIONS_CHANGE)
def test_clients_stay_where_the_module_of_their_functions_is_given_away(tmp_path: Path, name: str) -> None:
    assert "get_dbt_client" in _of_clients(tmp_path, *FUNCTIONS_CHANGE[name])


@pytest.mark.parametrize("name", FUNCTIONS_STAY)
def test_clients_migrate_where_it_is_only_looked_at(tmp_path: Path, name: str) -> None:
    file = "test_also.py" if name == "in a test" else "also.py"
    assert "get_dbt_client" not in _of_clients(tmp_path, *FUNCTIONS_STAY[name], file)
