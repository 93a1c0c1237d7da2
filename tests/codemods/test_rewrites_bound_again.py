"""Job ids whose name has several bindings: what is written names each job that a deployment may run, or the load stays."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from rewriting import FACTS, NIGHTLY, migrate

from legacy_shim.codemods.facts.deployments import Deployment
from legacy_shim.codemods.facts.jobs import Facts

STAGING = replace(NIGHTLY, id=67893, name="Staging", environment_id=23)
THREE = Facts((*FACTS.jobs, STAGING))
WHERE = (Deployment("prod", {"WHERE": "prod", "JOB": "67890"}), Deployment("staging", {"WHERE": "staging"}))
HEAD = """\
import os
from dagster import Definitions
from dagster_dbt import dbt_cloud_resource, load_assets_from_dbt_cloud_job

"""
LOAD = """
cloud = dbt_cloud_resource.configured({{"auth_token": "t", "account_id": 12345}})
models = load_assets_from_dbt_cloud_job(cloud, {})
defs = Definitions(assets=[models])
"""
FILES = {
    "prod.py": "JOB = 67890\n",
    "staging.py": "JOB = 67893\n",
    "chosen.py": "import os\nfrom staging import *\nif os.environ['WHERE'] == 'prod':\n    from prod import *\n",
    "limited.py": "__all__ = ['OTHER']\nOTHER = 1\nJOB = 67891\n",
    "grown.py": "__all__ = ['OTHER']\n__all__.append('JOB')\nOTHER = 1\nJOB = 67893\n",
    "perhaps.py": "import os\nif os.environ['WHERE'] == 'prod':\n    JOB = 67890\n",
    "deleted.py": "from staging import *\ndel JOB\n",
    "functions.py": "def job():\n    return 67893\n",
    "classes.py": "class Jobs:\n    JOB = 67893\n",
    "dicts.py": "JOBS = {'a': 67893}\n",
    "executing.py": "JOB = 67890\nexec('JOB = 67893')\n",
    "pkg/__init__.py": "import os\nif os.environ['WHERE'] == 'prod':\n    from . import one as conf\nelse:\n    from . import two as conf\n",
    "pkg/one.py": "JOB = 67890\n",
    "pkg/two.py": "JOB = 67893\n",
    "pkg/conf.py": "JOB = 67891\n",
}
PROD = 'if os.environ["WHERE"] == "prod":\n    '
ELSE = 'if os.environ["WHERE"] != "prod":\n    '
BOTH = {67890, 67893}
RECORD = "from dataclasses import dataclass, replace\n\n\n@dataclass\nclass Jobs:\n    JOB: int = 67890\n\n\njobs = Jobs()\n"

READ: dict[str, tuple[str, str, set[int]]] = {
    "a lambda over a function": (
        "def job():\n    return 67890\n\n\n" + ELSE + "job = lambda: 67893\n",
        "job()",
        BOTH,
    ),
    "a class body with `try`": (
        'class Jobs:\n    JOB = 67890\n    try:\n        JOB = int(os.environ["NO_SUCH"])\n    except KeyError:\n        JOB = 67893\n',
        "Jobs.JOB",
        BOTH,
    ),
    "a star in each branch": (PROD + "from prod import *\nelse:\n    from staging import *\n", "JOB", BOTH),
    "a module in each branch": (
        PROD + "import prod as conf\nelse:\n    import staging as conf\n",
        "conf.JOB",
        BOTH,
    ),
    "a module in each case": (
        'match os.environ["WHERE"]:\n    case "prod":\n        import prod as conf\n    case _:\n        import staging as conf\n',
        "conf.JOB",
        BOTH,
    ),
    "a module imported again": (
        "import staging as conf\n" + PROD + "import prod as conf\n",
        "conf.JOB",
        BOTH,
    ),
    "a star over a star": ("from staging import *\n" + PROD + "from prod import *\n", "JOB", BOTH),
    "an assignment over a star": ("from prod import *\n" + ELSE + "JOB = 67893\n", "JOB", BOTH),
    "an import over a star": ("from prod import *\n" + ELSE + "from staging import JOB\n", "JOB", BOTH),
    "a star of a file that chooses": ("from chosen import *\n", "JOB", BOTH),
    "a file that chooses": ("import chosen\n", "chosen.JOB", BOTH),
    "a package that chooses a module": ("from pkg import conf\n", "conf.JOB", BOTH),
    "two stars": ("from prod import *\nfrom staging import *\n", "JOB", {67893}),
    "a star of other names": ("from prod import *\nfrom limited import *\n", "JOB", {67890}),
    "a star that may bring it": ("from staging import *\nfrom perhaps import *\n", "JOB", BOTH),
    "a star of a file that deletes it": ("JOB = 67890\nfrom deleted import *\n", "JOB", BOTH),
    "an `__all__` that grows": ("from prod import *\nfrom grown import *\n", "JOB", BOTH),
    "a star in a `try`": (
        "from prod import *\ntry:\n    from staging import *\nexcept ImportError:\n    pass\n",
        "JOB",
        BOTH,
    ),
    "a class body with `if`": (
        'class Jobs:\n    JOB = 67893\n    if os.environ["WHERE"] == "prod":\n        JOB = 67890\n',
        "Jobs.JOB",
        BOTH,
    ),
    "a class body with `match`": (
        'class Jobs:\n    JOB = 67890\n    match os.environ["WHERE"]:\n        case "staging":\n            JOB = 67893\n',
        "Jobs.JOB",
        BOTH,
    ),
    "a class body that binds again": ("class Jobs:\n    JOB = 67891\n    JOB = 67893\n", "Jobs.JOB", {67893}),
    "a class body with a loop": (
        "class Jobs:\n    for JOB in (67890, 67893):\n        pass\n",
        "Jobs.JOB",
        BOTH,
    ),
    "a class body with `with`": (
        "import contextlib\n\n\nclass Jobs:\n    JOB = 67890\n    with contextlib.suppress(KeyError):\n        JOB = 67893\n",
        "Jobs.JOB",
        BOTH,
    ),
    "a class body that imports": (
        "class Jobs:\n    JOB = 67890\n    from staging import JOB\n",
        "Jobs.JOB",
        {67893},
    ),
    "a function over another": (
        "def job():\n    return 67890\n\n\n" + ELSE + "from functions import job\n",
        "job()",
        BOTH,
    ),
    "a star over a class": (
        "class Jobs:\n    JOB = 67890\n\n\n" + ELSE + "from classes import *\n",
        "Jobs.JOB",
        BOTH,
    ),
    "a star over a dict": ("JOBS = {'a': 67890}\n" + ELSE + "from dicts import *\n", "JOBS['a']", BOTH),
    "an object replaced in a branch": (
        RECORD + ELSE + "jobs = replace(jobs, JOB=67893)\n",
        "jobs.JOB",
        {67890, 67893},
    ),
}
"""Programs that become v2: what binds the id, the id, and the jobs that are written."""

KEPT: dict[str, tuple[str, str, str]] = {
    "an object of a class method": (
        "class Jobs:\n    JOB = 67890\n\n    @classmethod\n    def of(cls, job):\n        made = cls()\n        made.JOB = job\n        return made\n\n\njobs = Jobs()\n"
        + ELSE
        + "jobs = Jobs.of(67893)\n",
        "jobs.JOB",
        "",
    ),
    "a class body that deletes": (
        "class Base:\n    JOB = 67890\n\n\nclass Jobs(Base):\n    JOB = 67893\n    del JOB\n",
        "Jobs.JOB",
        "",
    ),
    "a star of an unknown file": (
        "from prod import *\ntry:\n    from local_settings import *\nexcept ImportError:\n    pass\n",
        "JOB",
        ": it depends on `from local_settings import *` (program.py:7)",
    ),
    "a string that is run in the file of a star": ("from executing import *\n", "JOB", ""),
    "names set by text beside a star": ('from prod import *\nglobals()["JOB"] = 67893\n', "JOB", ""),
    "a module replaced": (
        'import sys\nimport staging\n\nsys.modules["prod"] = staging\nfrom prod import JOB\n',
        "JOB",
        "",
    ),
    "an attribute of either module": (
        PROD + "import prod as conf\nelse:\n    import staging as conf\nconf.JOB = 67891\n",
        "conf.JOB",
        "",
    ),
    "a variable that the code sets": ('os.environ["JOB"] = "67893"\n', 'int(os.environ["JOB"])', ""),
    "a variable that a default fills": (
        'os.environ.setdefault("JOB", "67893")\n',
        'int(os.environ["JOB"])',
        "",
    ),
    "a name that a pattern takes": (
        "from prod import *\nmatch 67893:\n    case JOB:\n        pass\n",
        "JOB",
        "",
    ),
    "a name of a loop over modules": (
        "import prod\nimport staging\nfor conf in (prod, staging):\n    pass\n",
        "conf.JOB",
        "",
    ),
    "a known job in one deployment alone": (
        "import json\n" + PROD + "JOB = 67890\nelse:\n    JOB = json.loads('67893')\n",
        "JOB",
        ": it depends on `JOB = json.loads('67893')` (program.py:9)",
    ),
}
"""Programs that stay: what binds the id, the id, and what the finding says of the end of its trail, where it is given here."""


def _migrated(folder: Path, bound: str, job: str) -> tuple[str, list[str]]:
    program = HEAD + bound + LOAD.format(job)
    texts, report = migrate(folder, {**FILES, "program.py": program}, facts=THREE, deployments=WHERE)
    said = [f"{one.code} {one.message}" for one in report.findings if one.code in {"LDC303", "LDC402"}]
    return texts["program.py"], said


@pytest.mark.parametrize("name", READ)
def test_each_job_that_may_run_is_written(tmp_path: Path, name: str) -> None:
    bound, job, expected = READ[name]
    text, said = _migrated(tmp_path, bound, job)
    assert said == []
    tabled = {int(found) for found in re.findall(r"^    (\d{5}): ", text, re.M)}
    named = {int(found) for found in re.findall(r'name="dbt_cloud_job_(\d+)"', text)}
    assert (tabled or named) == expected, text


@pytest.mark.parametrize("name", KEPT)
def test_what_may_be_another_job_stays(tmp_path: Path, name: str) -> None:
    bound, job, end = KEPT[name]
    text, said = _migrated(tmp_path, bound, job)
    assert "DbtCloudWorkspace" not in text
    by_id = [one for one in said if one.startswith(f"LDC303 its job id `{job}` cannot be determined{end}")]
    assert len(by_id) == 1
    assert len(said) == 1 or "globals()" in bound
