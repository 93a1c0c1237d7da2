"""Job ids in files that hold nothing legacy, which these files, or others like them, may change."""

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
DICT = 'CFG = {"job": 67890}\n'
DEEP = 'CFG = {"dbt": {"job": 67890}}\n'
MADE = "from dataclasses import dataclass\n\n@dataclass\nclass Settings:\n    job_id: int\nPROD = Settings(67890)\n"
CLASS = "class Base:\n    job_id = 67890\nclass Prod(Base): ...\n"
GETTER = "def get(): return CFG\n"
_Program = tuple[str, str, str]
"""The settings, the job id of the load, and a file that nothing legacy is in."""
MAY_CHANGE: dict[str, _Program] = {
    "an item where it is made": (f'{DICT}CFG["job"] = 67891\n', 'CFG["job"]', ""),
    "an item in a condition": (f'import os\n{DICT}if os.getenv("X"):\n    CFG["job"] = 67891\n', 'CFG["job"]', ""),
    "an item in a function": (f'{DICT}def stage():\n    CFG["job"] = 67891\nstage()\n', 'CFG["job"]', ""),
    "an item by a name": (f'{DICT}for k in ("job",):\n    CFG[k] = 67891\n', 'CFG["job"]', ""),
    "updated": (f"{DICT}CFG.update(job=67891)\n", 'CFG["job"]', ""),
    "added by an operator": (f'{DICT}CFG |= {{"job": 67891}}\n', 'CFG["job"]', ""),
    "deep inside": (f'{DEEP}CFG["dbt"]["job"] = 67891\n', 'CFG["dbt"]["job"]', ""),
    "deep inside, updated": (f'{DEEP}CFG["dbt"].update(job=67891)\n', 'CFG["dbt"]["job"]', ""),
    "an item elsewhere": (DICT, 'CFG["job"]', 'import conf\nconf.CFG["job"] = 67891\n'),
    "updated elsewhere": (DICT, 'CFG["job"]', "from conf import CFG as c\nc.update(job=67891)\n"),
    "added elsewhere": (DICT, 'CFG["job"]', 'import conf\nconf.CFG |= {"job": 67891}\n'),
    "deep inside elsewhere": (DEEP, 'CFG["dbt"]["job"]', 'import conf\nconf.CFG["dbt"]["job"] = 67891\n'),
    "deep inside by get": (DEEP, 'CFG["dbt"]["job"]', 'from conf import CFG\nCFG.get("dbt")["job"] = 67891\n'),
    "by a name of what is inside": (DEEP, 'CFG["dbt"]["job"]', 'from conf import CFG\nd = CFG["dbt"]\nd["job"] = 67891\n'),
    "by a function": (DICT + GETTER, 'CFG["job"]', 'from conf import get\nget()["job"] = 67891\n'),
    "by a name of what a function answers": (DICT + GETTER, 'CFG["job"]', 'from conf import get\nc = get()\nc["job"] = 67891\n'),
    "of a class": ('class C:\n    cfg = {"job": 67890}\n', 'C.cfg["job"]', 'from conf import C\nC.cfg["job"] = 67891\n'),
    "a field": (MADE, "PROD.job_id", "import conf\nconf.PROD.job_id = 67891\n"),
    "a field by setattr": (MADE, "PROD.job_id", 'import conf\nsetattr(conf.PROD, "job_id", 67891)\n'),
    "a field by any name": (MADE, "PROD.job_id", 'import conf\nfor k in ("job_id",):\n    setattr(conf.PROD, k, 67891)\n'),
    "a field through a star": (MADE, "PROD.job_id", "from conf import *\nPROD.job_id = 67891\n"),
    "a field of what is in a dict": (f'{MADE}ALL = {{"prod": PROD}}\n', "PROD.job_id", 'import conf\nconf.ALL["prod"].job_id = 67891\n'),
    "a field of what a function answers": (f"{MADE}def get(): return PROD\n", "PROD.job_id", "import conf\nconf.get().job_id = 67891\n"),
    "a field in a function": (MADE, "PROD.job_id", "import conf\ndef fix(s):\n    s.job_id = 67891\nfix(conf.PROD)\n"),
    "a field through what a function is given": (MADE, "PROD.job_id", "def fix(c):\n    c.PROD.job_id = 67891\n"),
    "a field of a class through what a function is given": (CLASS, "Prod.job_id", "def fix(c):\n    c.Base.job_id = 67891\n"),
    "a field by a name of what a function is given": (MADE, "PROD.job_id", "def fix(c):\n    s = c.PROD\n    s.job_id = 67891\n"),
    "fields of all that a function is given": (MADE, "PROD.job_id", "def fix(all):\n    for one in all:\n        one.job_id = 67891\n"),
    "fields in a dict that a function is given": (f'{MADE}ALL = {{"prod": PROD}}\n', "PROD.job_id", "def fix(c):\n    for one in c.ALL.values():\n        one.job_id = 67891\n"),
    "a field through what an object was given": (MADE, "PROD.job_id", "class Fix:\n    def __init__(self, c):\n        self.c = c\n    def fix(self):\n        self.c.PROD.job_id = 67891\n"),
    "what a class inherits": (CLASS, "Prod.job_id", "import conf\nconf.Base.job_id = 67891\n"),
}  # fmt: skip
KNOWN: dict[str, _Program] = {
    "read": (f'{DICT}print(CFG["job"], len(CFG))\n', 'CFG["job"]', 'import conf\nprint(conf.CFG["job"])\n'),
    "another key": (f'{DICT}CFG["more"] = 1\n', 'CFG["job"]', 'import conf\nconf.CFG["other"] = 1\n'),
    "a copy": (DICT, 'CFG["job"]', 'from conf import CFG\nc = dict(CFG)\nc["job"] = 67891\n'),
    "chosen": ('ALL = {"a": {"job": 67890}}\nCFG = ALL["a"]\n', 'CFG["job"]', 'from conf import CFG\nx = CFG["job"]\n'),
    "deep inside": (DEEP, 'CFG["dbt"]["job"]', 'from conf import CFG\nd = CFG["dbt"]\nprint(d["job"])\n'),
    "a field": (MADE, "PROD.job_id", "import conf\nprint(conf.PROD.job_id)\n"),
    "a field reached by another name": (MADE, "PROD.job_id", "def fix(run):\n    run.status.job_id = 67891\n"),
    "a field of what another object holds": (MADE, "PROD.job_id", "class Fix:\n    def __init__(self, run):\n        self.run = run\n        self.run.job_id = 67891\n"),
    "another field of what a function is given": (MADE, "PROD.job_id", "def fix(c):\n    c.PROD.other_id = 67891\n"),
    "a field of what the file makes": (MADE, "PROD.job_id", "from types import SimpleNamespace\nnew = SimpleNamespace(PROD=SimpleNamespace())\nnew.PROD.job_id = 67891\n"),
    "a field of another class": (MADE, "PROD.job_id", "import conf\nclass Other:\n    def __init__(self, job_id):\n        self.job_id = job_id\nOther(conf.PROD.job_id)\n"),
    "a field of another object": (MADE, "PROD.job_id", "class Event: ...\nevent = Event()\nevent.job_id = 67891\n"),
    "an own initializer": ("class Settings:\n    def __init__(self):\n        self.job_id = 67890\nPROD = Settings()\n", "PROD.job_id", ""),
    "a function": (f"{MADE}def get(): return PROD\n", "get().job_id", "from conf import get\nprint(get().job_id)\n"),
    "what a class inherits": (CLASS, "Prod.job_id", "import conf\nprint(conf.Base.job_id)\n"),
}  # fmt: skip
PASSED = {
    "defs.py": "from conf import PROD\nfrom dagster import Definitions\nfrom loads import build\n\ndefs = Definitions(assets=[build(PROD)])\n",
    "loads.py": "from dagster_dbt import DbtCloudClientResource, load_assets_from_dbt_cloud_job\n\n\ndef build(settings):\n"
    '    cloud = DbtCloudClientResource(auth_token="t", account_id=12345)\n'
    "    return load_assets_from_dbt_cloud_job(cloud, settings.job_id)\n",
}


def files_of(program: _Program) -> dict[str, str]:
    conf, job, other = program
    names = f"from conf import {job.partition('[')[0].partition('.')[0].partition('(')[0]}"
    return {"conf.py": conf, "other.py": other, "loads.py": LOADS.format(names=names, job=job)}


@pytest.mark.parametrize("name", MAY_CHANGE)
def test_a_job_id_that_another_file_may_change_stays(tmp_path: Path, name: str) -> None:
    texts, report = migrate(tmp_path, files_of(MAY_CHANGE[name]))
    assert "from legacy_shim import" in texts["loads.py"]
    assert any("its job id" in one.message for one in report.findings if one.code == "LDC303")


@pytest.mark.parametrize("name", KNOWN)
def test_a_job_id_that_no_file_changes_migrates(tmp_path: Path, name: str) -> None:
    texts, report = migrate(tmp_path, files_of(KNOWN[name]))
    assert 'name="dbt_cloud_job_67890"' in texts["loads.py"], report.findings


def test_what_the_method_of_a_class_gives_its_field_is_another_job(tmp_path: Path) -> None:
    stage = "    def stage(self):\n        self.job_id = 67891\nPROD ="
    program = (MADE.replace("PROD =", stage), "PROD.job_id", "import conf\nconf.PROD.stage()\n")
    texts, _ = migrate(tmp_path, files_of(program))
    assert "models = dbt_cloud_job(cloud, PROD.job_id)" in texts["loads.py"]
    assert "    67890: {" in texts["loads.py"] and "    67891: {" in texts["loads.py"]


def test_the_field_of_an_object_is_known_where_it_is_passed(tmp_path: Path) -> None:
    texts, report = migrate(tmp_path, {"conf.py": MADE, **PASSED})
    assert 'name="dbt_cloud_job_67890"' in texts["loads.py"], report.findings


@pytest.mark.parametrize(
    "change",
    ["import conf\nconf.PROD.job_id = 67891\n", "from conf import PROD\ndef f(s):\n    s.job_id = 67891\nf(PROD)\n"],
)  # fmt: skip
def test_the_field_of_an_object_that_is_passed_may_be_changed(tmp_path: Path, change: str) -> None:
    texts, _ = migrate(tmp_path, {"conf.py": MADE, "other.py": change, **PASSED})
    assert "from legacy_shim import" in texts["loads.py"]
