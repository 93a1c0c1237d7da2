"""A job id that is read from a container, a class, an object or a module is known as long as each use of that is."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from rewriting import clean, migrate, migrate_one

_HEAD = """\
from dagster import ConfigurableResource, Definitions, StaticPartitionsDefinition, get_dagster_logger
from dagster_dbt import DbtCloudClientResource, load_assets_from_dbt_cloud_job
from housekeeping import prune, registry, watched

cloud = DbtCloudClientResource(auth_token="t", account_id=12345)
"""
_Program = tuple[str, str, str]
"""What stands before the load, the job id of the load, and the text of ``settings.py``."""

_KNOWN: Mapping[str, _Program] = {
    "dict read": ('JOBS={"a":67890}\n', 'JOBS["a"]', ""),
    "dict printed": ('JOBS={"a":67890}\nprint(JOBS)\n', 'JOBS["a"]', ""),
    "dict len sorted": (
        'JOBS={"a":67890}\nassert len(JOBS)==1\nfor k in sorted(JOBS):\n    print(k)\n',
        'JOBS["a"]',
        "",
    ),
    "dict logged": (
        'log=get_dagster_logger()\nJOBS={"a":67890}\nlog.info("jobs %s", JOBS)\n',
        'JOBS["a"]',
        "",
    ),
    "list static partitions": (
        "JOBS=[67890]\np=StaticPartitionsDefinition([str(j) for j in JOBS])\n",
        "JOBS[0]",
        "",
    ),
    "list partitions direct": (
        "JOBS=[67890]\np=StaticPartitionsDefinition(list(map(str, JOBS)))\n",
        "JOBS[0]",
        "",
    ),
    "own function": (
        'JOBS={"a":67890}\ndef pick(jobs, name):\n    return jobs[name]\n',
        'pick(JOBS,"a")',
        "",
    ),
    "own function 2": (
        'JOBS={"a":67890}\ndef show(jobs):\n    for j in jobs.values():\n        print(j)\nshow(JOBS)\n',
        'JOBS["a"]',
        "",
    ),
    "class const": ("class S:\n    JOB=67890\n", "S.JOB", ""),
    "class obj": ("class S:\n    def __init__(self, job):\n        self.job=job\ns=S(67890)\n", "s.job", ""),
    "dataclass": (
        "from dataclasses import dataclass\n@dataclass(frozen=True)\nclass S:\n    job: int = 67890\ns=S()\n",
        "s.job",
        "",
    ),
    "dataclass kw": (
        "from dataclasses import dataclass\n@dataclass\nclass S:\n    job: int\ns=S(job=67890)\nprint(s)\n",
        "s.job",
        "",
    ),
    "enum": (
        "from enum import Enum, unique\n@unique\nclass S(Enum):\n    DAILY=67890\n",
        "S.DAILY.value",
        "",
    ),
    "intenum": ("from enum import IntEnum\nclass S(IntEnum):\n    DAILY=67890\n", "S.DAILY", ""),
    "namedtuple": (
        "from typing import NamedTuple\nclass S(NamedTuple):\n    job: int\ns=S(67890)\n",
        "s.job",
        "",
    ),
    "f-string use": ('JOBS={"a":67890}\nprint(f"{JOBS}")\n', 'JOBS["a"]', ""),
    "get": ('JOBS={"a":67890}\n', 'JOBS.get("a")', ""),
    "items loop": ('JOBS={"a":67890,"b":67891}\nfor n,j in JOBS.items():\n    print(n,j)\n', 'JOBS["a"]', ""),
    "in test": ('JOBS={"a":67890}\nif "a" in JOBS:\n    print(1)\n', 'JOBS["a"]', ""),
    "merged known": ('A={"a":67890}\nB={"b":1}\nJOBS={**A, **B}\n', 'JOBS["a"]', ""),
    "updated known": ('JOBS={"b":1}\nJOBS.update({"a":67890})\n', 'JOBS["a"]', ""),
    "nested": ('C={"dbt":{"job":67890},"x":[1,2]}\n', 'C["dbt"]["job"]', ""),
    "append": ("C=[67890]\nC.append(67891)\n", "C[0]", ""),
    "json dumps": ('import json\nC={"a":67890}\nprint(json.dumps(C))\n', 'C["a"]', ""),
    "staticmethod": ("class S:\n    @staticmethod\n    def job():\n        return 67890\n", "S.job()", ""),
    "cached function": (
        "from functools import lru_cache\n@lru_cache\ndef j():\n    return 67890\n",
        "j()",
        "",
    ),
    "dict in class": ('class S:\n    JOBS={"a":67890}\n', 'S.JOBS["a"]', ""),
    "tags dict elsewhere": ('TAGS={"team":"x"}\nprune(TAGS)\nJOBS={"a":67890}\n', 'JOBS["a"]', ""),
    "attr set elsewhere": ("import housekeeping\nhousekeeping.JOB=1\nJOB=67890\n", "JOB", ""),
    "setattr other": ('import housekeeping\nsetattr(housekeeping,"X",1)\nJOB=67890\n', "JOB", ""),
    "tuple unpack": ("A,B=67890,67891\n", "A", ""),
    "tuple const": ("JOBS=(67890,67891)\na,b=JOBS\n", "a", ""),
    "values to foreign": ('JOBS={"a":67890}\nprune(JOBS["a"])\n', 'JOBS["a"]', ""),
    "star to foreign": ("JOBS=[67890]\nprune(*JOBS)\n", "JOBS[0]", ""),
    "kwargs to foreign": ('JOBS={"a":67890}\nprune(**JOBS)\n', 'JOBS["a"]', ""),
    "jobs in settings file": ("from settings import JOBS\n", 'JOBS["a"]', 'JOBS={"a":67890}\n'),
    "jobs in settings module": (
        "import settings\n",
        'settings.JOBS["a"]',
        'JOBS={"a":67890}\nNAMES=sorted(JOBS)\n',
    ),
    "class in settings": ("from settings import S\n", "S.JOB", "class S:\n    JOB=67890\n"),
    "dataclass obj in settings": (
        "from settings import s\n",
        "s.job",
        "from dataclasses import dataclass\n@dataclass\nclass S:\n    job: int = 67890\ns=S()\n",
    ),
}
"""What is done here changes no job id, or is followed."""

_MAY_BE_CHANGED: Mapping[str, _Program] = {
    "settings dict given away": (
        "from settings import JOBS\nprune(JOBS)\n",
        'JOBS["a"]',
        'JOBS={"a":67890}\n',
    ),
    "settings dict given away there": (
        "from settings import JOBS\n",
        'JOBS["a"]',
        'from housekeeping import prune\nJOBS={"a":67890}\nprune(JOBS)\n',
    ),
    "settings dict given away by module": (
        "import settings\nprune(settings.JOBS)\n",
        'settings.JOBS["a"]',
        'JOBS={"a":67890}\n',
    ),
    "settings dict item set": (
        'from settings import JOBS\nJOBS["a"]=prune()\n',
        'JOBS["a"]',
        'JOBS={"a":67890}\n',
    ),
    "settings module attr set": ("import settings\nsettings.JOB=prune()\n", "settings.JOB", "JOB=67890\n"),
    "settings setattr": ('import settings\nsetattr(settings,"JOB",prune())\n', "settings.JOB", "JOB=67890\n"),
    "settings class set": ("from settings import S\nS.JOB=prune()\n", "S.JOB", "class S:\n    JOB=67890\n"),
    "settings class given away": ("from settings import S\nprune(S)\n", "S.JOB", "class S:\n    JOB=67890\n"),
    "sorted in place": ("JOBS=[67891,67890]\nJOBS.sort()\n", "JOBS[0]", ""),
    "reversed in place": ("JOBS=[67891,67890]\nJOBS.reverse()\n", "JOBS[0]", ""),
    "insert": ("JOBS=[67890]\nJOBS.insert(0, prune())\n", "JOBS[0]", ""),
    "del": ("JOBS=[67891,67890]\ndel JOBS[0]\n", "JOBS[0]", ""),
    "clear": ('JOBS={"a":67890}\nJOBS.clear()\nJOBS.update(prune())\n', 'JOBS["a"]', ""),
    "aug item": ('JOBS={"a":67890}\nJOBS["a"] += prune()\n', 'JOBS["a"]', ""),
    "item by var": ('JOBS={"a":67890}\nfor k in prune():\n    JOBS[k]=67891\n', 'JOBS["a"]', ""),
    "alias away": ('JOBS={"a":67890}\nx=JOBS\nprune(x)\n', 'JOBS["a"]', ""),
    "in list away": ('JOBS={"a":67890}\nprune([JOBS])\n', 'JOBS["a"]', ""),
    "in list named away": ('JOBS={"a":67890}\nALL=[JOBS]\nprune(ALL)\n', 'JOBS["a"]', ""),
    "nested away": ('C={"dbt":{"job":67890}}\nprune(C)\n', 'C["dbt"]["job"]', ""),
    "inner away": ('C={"dbt":{"job":67890}}\nprune(C["dbt"])\n', 'C["dbt"]["job"]', ""),
    "star inner away": ('C=[{"job":67890}]\nprune(*C)\n', 'C[0]["job"]', ""),
    "own function away": ('JOBS={"a":67890}\ndef f(x):\n    prune(x)\nf(JOBS)\n', 'JOBS["a"]', ""),
    "own function sets": ('JOBS={"a":67890}\ndef f(x):\n    x["a"]=prune()\nf(JOBS)\n', 'JOBS["a"]', ""),
    "attribute of registry": ('JOBS={"a":67890}\nregistry.jobs=JOBS\n', 'JOBS["a"]', ""),
    "item of registry": ('JOBS={"a":67890}\nregistry["jobs"]=JOBS\n', 'JOBS["a"]', ""),
    "bound method away": ('JOBS={"a":67890}\nprune(JOBS.update)\n', 'JOBS["a"]', ""),
    "lambda away": ('JOBS={"a":67890}\nprune(lambda: JOBS)\n', 'JOBS["a"]', ""),
    "shuffle": ("import random\nJOBS=[67890,67891]\nrandom.shuffle(JOBS)\n", "JOBS[0]", ""),
    "method of foreign": ('JOBS={"a":67890}\nregistry.add(JOBS)\n', 'JOBS["a"]', ""),
    "obj attr set": (
        "class S:\n    def __init__(self):\n        self.job=67890\ns=S()\ns.job=prune()\n",
        "s.job",
        "",
    ),
    "self away": (
        "class S:\n    def __init__(self):\n        self.job=67890\n        prune(self)\ns=S()\n",
        "s.job",
        "",
    ),
    "__dict__": ("class S:\n    job=67890\ns=S()\ns.__dict__.update(prune())\n", "s.job", ""),
    "init **": (
        "class S:\n    def __init__(self, job=67890):\n        self.job=job\ns=S(**prune())\n",
        "s.job",
        "",
    ),
    "update pairs": ('JOBS={"a":67890}\nJOBS.update([("a",67891)])\n', 'JOBS["a"]', ""),
    "ior": ('JOBS={"a":67890}\nJOBS |= prune()\n', 'JOBS["a"]', ""),
    "iadd": ("JOBS=[67890]\nJOBS += prune()\n", "JOBS[-1]", ""),
    "dict() foreign": ("JOBS=dict(prune(), a=67890)\n", 'JOBS["b"]', ""),
    "dict() foreign2": ('JOBS=dict({"a":67890}, **prune())\n', 'JOBS["a"]', ""),
    "str shadowed": ("from housekeeping import str\n", "int(str(67890))", ""),
    "class subclass hook": (
        "class B:\n    def __init_subclass__(cls):\n        cls.JOB=prune()\nclass S(B):\n    JOB=67890\n",
        "S.JOB",
        "",
    ),
    "metaclass": ("class S(metaclass=prune):\n    JOB=67890\n", "S.JOB", ""),
    "import_module set": (
        "import importlib\nJOB=67890\nimportlib.import_module(__name__).JOB=prune()\n",
        "JOB",
        "",
    ),
    "conditional dict": ('JOBS={"a":67890}\nif registry:\n    JOBS=prune()\n', 'JOBS["a"]', ""),
    "getattr class": ("class S:\n    JOB=67890\nfor k,v in prune():\n    setattr(S,k,v)\n", "S.JOB", ""),
    "descriptor": (
        "class S:\n    JOB=67890\nclass T(S):\n    @property\n    def JOB(self):\n        return prune()\n",
        "T().JOB",
        "",
    ),
    "with as": ('JOBS={"a":67890}\nwith registry(JOBS):\n    pass\n', 'JOBS["a"]', ""),
    "yielded": ('JOBS={"a":67890}\ndef g():\n    yield JOBS\nprune(g())\n', 'JOBS["a"]', ""),
    "returned to foreign": ('JOBS={"a":67890}\ndef g():\n    return JOBS\nprune(g())\n', 'JOBS["a"]', ""),
    "fn given to foreign": ('JOBS={"a":67890}\ndef g():\n    return JOBS\nprune(g)\n', 'JOBS["a"]', ""),
    "from_keys": ('JOBS=dict.fromkeys(["a"], 67890)\nprune(JOBS)\n', 'JOBS["a"]', ""),
    "default arg away": ('JOBS={"a":67890}\ndef g(x=JOBS):\n    prune(x)\ng()\n', 'JOBS["a"]', ""),
    "walrus": ('prune(JOBS := {"a":67890})\n', 'JOBS["a"]', ""),
    "global in fn": ("JOB=67890\ndef f():\n    global JOB\n    JOB=prune()\n", "JOB", ""),
    "thread": (
        'import threading\nJOBS={"a":67890}\nthreading.Thread(target=prune, args=(JOBS,)).start()\n',
        'JOBS["a"]',
        "",
    ),
    "exec": ('JOBS={"a":67890}\nexec("JOBS[\'a\']=1")\n', 'JOBS["a"]', ""),
    "slice set": ("JOBS=[67890]\nJOBS[:]=prune()\n", "JOBS[0]", ""),
    "tuple target": ("JOBS=[67890, 1]\nJOBS[0], x = prune(), 2\n", "JOBS[0]", ""),
    "for target": ("JOBS=[67890, 1]\nfor JOBS[0] in prune():\n    pass\n", "JOBS[0]", ""),
    "func attr": ("def f():\n    pass\nf.job=67890\nprune(f)\n", "f.job", ""),
    "swap": ("JOBS=[67891, 67890]\nJOBS[0], JOBS[1] = JOBS[1], JOBS[0]\n", "JOBS[0]", ""),
}
"""The job may be another when the code runs."""


def _migrate(folder: Path, program: _Program) -> tuple[str, set[str]]:
    before, job, settings = program
    load = f"models = load_assets_from_dbt_cloud_job(cloud, {job})\ndefs = Definitions(assets=[models])\n"
    files = {"program.py": _HEAD + before + load, **({"settings.py": settings} if settings else {})}
    texts, report = migrate(folder, files)
    return texts["program.py"], {finding.code for finding in report.findings}


@pytest.mark.parametrize("name", _KNOWN)
def test_a_job_id_that_nothing_changes_migrates(name: str, tmp_path: Path) -> None:
    after, codes = _migrate(tmp_path, _KNOWN[name])
    assert "legacy_shim" not in after, after
    assert 'adhoc_job_name="Nightly"' in after
    assert not any(code[3] in "34" for code in codes)


@pytest.mark.parametrize("name", _MAY_BE_CHANGED)
def test_a_job_id_that_may_be_changed_is_not_taken_for_known(name: str, tmp_path: Path) -> None:
    after, codes = _migrate(tmp_path, _MAY_BE_CHANGED[name])
    is_looked_up = "DBT_CLOUD_JOBS[" in after  # by the id that it is in the end
    assert is_looked_up or any(code[3] in "34" for code in codes), after


_LOADS = """\
from dagster_dbt import DbtCloudClientResource, load_assets_from_dbt_cloud_job

cloud = DbtCloudClientResource(auth_token="t", account_id=12345)
JOBS = {"a": 67890}
models = load_assets_from_dbt_cloud_job(cloud, JOBS["a"])
"""

_READ_ELSEWHERE: Mapping[str, tuple[str, str]] = {
    "test parametrize": (
        "from jobs import JOBS\nimport pytest\n@pytest.mark.parametrize('job', JOBS.values())\ndef test(job):\n    assert job\n@pytest.mark.parametrize('job', JOBS)\ndef test2(job):\n    assert job\n",
        "",
    ),
    "monkeypatch": (
        "import jobs\ndef test(monkeypatch):\n    monkeypatch.setitem(jobs.JOBS, 'a', 1)\n    monkeypatch.setattr(jobs, 'JOBS', {})\n",
        "",
    ),
    "patch dict": (
        "from jobs import JOBS\nfrom unittest import mock\ndef test():\n    with mock.patch.dict(JOBS, {'a': 1}):\n        pass\n",
        "",
    ),
    "unittest": (
        "from jobs import JOBS\nimport unittest\nclass T(unittest.TestCase):\n    def test(self):\n        self.assertEqual(JOBS, {'a': 67890})\n",
        "",
    ),
    "yaml": ("from jobs import JOBS\nimport yaml\nprint(yaml.safe_dump(JOBS))\n", ""),
    "helper same file": (
        "from jobs import JOBS\ndef show(d):\n    for k in d:\n        print(d[k])\nshow(JOBS)\n",
        "",
    ),
    "helper other file": (
        "from jobs import JOBS\nfrom utils import show\nshow(JOBS)\n",
        "def show(d):\n    print(d)\n",
    ),
    "helper kw": (
        "from jobs import JOBS\nimport utils\nutils.show(d=JOBS)\n",
        "def show(a=1, d=None):\n    if d is not None:\n        print(len(d))\n",
    ),
    "cli": (
        "from jobs import JOBS\nimport argparse\np=argparse.ArgumentParser()\np.add_argument('--job', choices=list(JOBS.keys()))\n",
        "",
    ),
    "loop": (
        "from jobs import JOBS\nfrom dagster import define_asset_job\njobs=[define_asset_job(f'j_{n}', tags={'dbt': str(j)}) for n, j in JOBS.items()]\n",
        "",
    ),
}
"""A file that imports the dict and names nothing legacy, and the text of `utils.py`."""

_CHANGED_ELSEWHERE: Mapping[str, tuple[str, str]] = {
    "given to foreign code": ("from jobs import JOBS\nfrom housekeeping import prune\n\nprune(JOBS)\n", ""),
    "under another name": ("from jobs import JOBS as ids\n\nids.clear()\n", ""),
    "deleted": ("import jobs\n\ndel jobs.JOBS['a']\n", ""),
    "bound anew": ("import jobs\n\njobs.JOBS = {}\n", ""),
    "set": ("import jobs\n\nsetattr(jobs, 'JOBS', {})\n", ""),
    "helper away": (
        "from jobs import JOBS\nfrom utils import show\nshow(JOBS)\n",
        "from housekeeping import prune\ndef show(d):\n    prune(d)\n",
    ),
    "helper alias": (
        "from jobs import JOBS\nfrom utils import show\nshow(JOBS)\n",
        "from housekeeping import prune\ndef show(d):\n    e = d\n    e['a'] = 2\n",
    ),
    "helper sets": (
        "from jobs import JOBS\nfrom utils import show\nshow(JOBS)\n",
        "def show(d):\n    d['a'] = 2\n",
    ),
    "helper deep": (
        "from jobs import JOBS\nfrom utils import show\nshow(JOBS)\n",
        "def inner(e):\n    e['a'] = 2\ndef show(d):\n    inner(d)\n",
    ),
    "helper returns": (
        "from jobs import JOBS\nfrom utils import same\nsame(JOBS)['a'] = 1\n",
        "def same(d):\n    return d\n",
    ),
    "class helper": (
        "from jobs import JOBS\nfrom utils import H\nH(JOBS).go()\n",
        "class H:\n    def __init__(self, d):\n        self.d = d\n    def go(self):\n        self.d['a'] = 1\n",
    ),
    "method helper": (
        "from jobs import JOBS\nfrom utils import h\nh.go(JOBS)\n",
        "class H:\n    def go(self, d):\n        d['a'] = 1\nh = H()\n",
    ),
    "rebinding helper": (
        "from jobs import JOBS\nfrom utils import show\nshow(JOBS)\n",
        "from housekeeping import prune\ndef show(d):\n    print(d)\nshow = prune\n",
    ),
    "star importer": ("from jobs import *\nJOBS['a'] = 5\nJOBS.clear()\n", ""),
    "package importer": ("import jobs as j\nj.JOBS.clear()\n", ""),
    "getattr importer": ("import jobs\ngetattr(jobs, 'JOBS').clear()\n", ""),
    "vars importer": ("import jobs\nvars(jobs)['JOBS'] = {}\n", ""),
    "dict importer": ("import jobs\njobs.__dict__['JOBS'] = {}\n", ""),
    "function local import": ("def f():\n    from jobs import JOBS\n    JOBS.clear()\nf()\n", ""),
    "for over": ("from jobs import JOBS\nfor d in (JOBS,):\n    d.clear()\n", ""),
    "chain importer": ("from y import JOBS\nJOBS.clear()\n", "from jobs import JOBS\n"),
}


def _beside(folder: Path, other: tuple[str, str]) -> str:
    files = {"jobs.py": _LOADS, "test_jobs.py": other[0], "y.py": other[1], "utils.py": other[1]}
    texts, _ = migrate(folder, files)
    return texts["jobs.py"]


@pytest.mark.parametrize("name", _READ_ELSEWHERE)
def test_a_file_that_names_nothing_legacy_may_read_it(name: str, tmp_path: Path) -> None:
    assert "legacy_shim" not in _beside(tmp_path, _READ_ELSEWHERE[name])


@pytest.mark.parametrize("name", _CHANGED_ELSEWHERE)
def test_a_file_that_names_nothing_legacy_may_change_it(name: str, tmp_path: Path) -> None:
    assert _beside(tmp_path, _CHANGED_ELSEWHERE[name]) == _LOADS.replace("dagster_dbt", "legacy_shim")


def test_what_another_file_does_to_another_dict_changes_nothing(tmp_path: Path) -> None:
    other = "from jobs import cloud\nfrom names import JOBS\nfrom housekeeping import prune\n\nprune(JOBS)\n"
    texts, _ = migrate(tmp_path, {"jobs.py": _LOADS, "other.py": other, "names.py": "JOBS = {}\n"})
    assert "legacy_shim" not in texts["jobs.py"]


def test_what_another_file_puts_there_is_one_of_the_jobs(tmp_path: Path) -> None:
    other = "import jobs\n\njobs.JOBS['a'] = 67891\n"
    texts, _ = migrate(tmp_path, {"jobs.py": _LOADS, "other.py": other})
    assert "DBT_CLOUD_JOBS[" in texts["jobs.py"]
    assert "67890: {" in texts["jobs.py"]
    assert "67891: {" in texts["jobs.py"]


def test_what_is_kept_stays_as_it_was(tmp_path: Path) -> None:
    before = """
    from dagster_dbt import DbtCloudClientResource, load_assets_from_dbt_cloud_job
    from housekeeping import prune

    cloud = DbtCloudClientResource(auth_token="t", account_id=12345)
    JOBS = {"daily": 67890}
    prune(JOBS)
    models = load_assets_from_dbt_cloud_job(cloud, JOBS["daily"])
    """
    after, codes = migrate_one(tmp_path, before)
    assert after == clean(
        """
        from housekeeping import prune
        from legacy_shim import DbtCloudClientResource, load_assets_from_dbt_cloud_job

        cloud = DbtCloudClientResource(auth_token="t", account_id=12345)
        JOBS = {"daily": 67890}
        prune(JOBS)
        models = load_assets_from_dbt_cloud_job(cloud, JOBS["daily"])
        """
    )
    assert sorted(codes) == ["LDC303", "LDC308"]


def test_what_is_known_migrates_to_the_job_that_it_is(tmp_path: Path) -> None:
    before = """
    from dagster import Definitions
    from dagster_dbt import DbtCloudClientResource, load_assets_from_dbt_cloud_job

    cloud = DbtCloudClientResource(auth_token="t", account_id=12345)
    JOBS = {"daily": 67890}
    for name in sorted(JOBS):
        print(name, JOBS[name])
    models = load_assets_from_dbt_cloud_job(cloud, JOBS["daily"])
    defs = Definitions(assets=[models])
    """
    after, _ = migrate_one(tmp_path, before)
    assert after == clean(
        """
        from dagster import AssetExecutionContext, Definitions
        from dagster_dbt.cloud_v2 import (
            DbtCloudCredentials,
            DbtCloudWorkspace,
            dbt_cloud_assets,
        )

        cloud = DbtCloudWorkspace(
            credentials=DbtCloudCredentials(
                account_id=12345,
                token="t",
                access_url="https://cloud.getdbt.com",
            ),
            project_id=11,
            environment_id=22,
            adhoc_job_name="Nightly",  # runs job 67890 itself, with its settings
        )
        JOBS = {"daily": 67890}
        for name in sorted(JOBS):
            print(name, JOBS[name])


        @dbt_cloud_assets(workspace=cloud, select="tag:daily", name="dbt_cloud_job_67890")
        def models(context: AssetExecutionContext, dbt_cloud: DbtCloudWorkspace):
            yield from dbt_cloud.cli(["build"], context=context).wait(timeout=float("inf"))


        defs = Definitions(assets=[models], resources={"dbt_cloud": cloud})
        """
    )
