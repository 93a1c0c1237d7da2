"""Job ids that are read by their place in a container, or changed where they stand: the id that the code runs, or kept."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

from rewriting import FACTS, NIGHTLY, migrate

from legacy_shim.codemods.facts.jobs import Facts

HEAD = """\
from dagster import Definitions
from dagster_dbt import dbt_cloud_resource, load_assets_from_dbt_cloud_job

cloud = dbt_cloud_resource.configured({"auth_token": "t", "account_id": 12345})
"""
LOAD = """
models = load_assets_from_dbt_cloud_job(cloud, job)
defs = Definitions(assets=[models])
"""
THREE = Facts((*FACTS.jobs, replace(NIGHTLY, id=67892, name="Third")))
_MODEL = (
    "from pydantic import BaseModel, field_validator, model_validator\nclass Jobs(BaseModel):\n    a: int\n"
)
KNOWN = {
    "before a star": "job, *others = [67890, 67891]",
    "of a display with a star behind": "more = [67891]\njob = [67890, *more][0]",
    "the last of a tuple": "first, (second, job) = 1, (2, 67890)",
    "of a copy": "ids = [67891, 67890]\njob = ids.copy()[1]",
    "of a list that is added to": "ids = [67890]\nids.append(67891)\njob = ids[0]",
    "under a key that is there": 'ids = {"a": 67890}\njob = ids.get("a") or 67891',
    "under a key that is missing": 'ids = {"a": 67890}\njob = ids.get("b") or 67891',
    "an attribute": "class Jobs:\n    a = 67890\n    b: int = 67891\njob = Jobs.a",
    "a field that is checked": f"{_MODEL}    @field_validator('a')\n    @classmethod\n    def check(cls, value):\n        assert value > 0\n        return value\njob = Jobs(a=67890).a",
    "a field beside one that is changed": f"{_MODEL}    b: int = 1\n    @field_validator('b')\n    @classmethod\n    def check(cls, value):\n        return value + 1\njob = Jobs(a=67890).a",
    "the first of several that is true": "a, b, c = 0, 67890, 67891\njob = a or b or c",
    "the last of several": 'import os\njob = None or os.environ.get("NOT_SET") or 67890',
    "the first of several, if the second is not known": "import os\njob = 67890 or os.getpid()",
}
"""Programs that become v2, with the job that they load."""
_FIELDS = "from dataclasses import KW_ONLY, dataclass, field\nfrom typing import ClassVar\n@dataclass\nclass Jobs:\n"
_BASES = "class First:\n    job = 67891\n    def own(self):\n        return self.job\n"
LOOKED_UP = {
    "a field behind one of the class": f"{_FIELDS}    version: ClassVar[int] = 1\n    a: int = 67891\njob = Jobs(67890).a",
    "a field behind one that is not given": f"{_FIELDS}    other: int = field(init=False, default=1)\n    a: int = 67891\njob = Jobs(67890).a",
    "a field behind one that is given by name": f"{_FIELDS}    other: int = field(kw_only=True, default=1)\n    a: int = 67891\njob = Jobs(67890).a",
    "a field that is inherited": f"{_FIELDS}    other: int = 1\n@dataclass\nclass More(Jobs):\n    a: int = 67891\njob = More(1, 67890).a",
    "an attribute of an heir": f"{_BASES}class Last(First):\n    job = 67890\njob = Last().own()",
    "an attribute of a class beside": f"{_BASES}class Beside:\n    job = 67890\nclass Last(Beside, First):\n    pass\njob = Last().own()",
    "an attribute of one of two heirs": f"{_BASES}class Plain(First):\n    pass\nclass Other(First):\n    job = 67890\nclass Last(Plain, Other):\n    pass\njob = Last().own()",
    "in what a star takes": "first, *others = 67891, 67890\njob = others[0]",
    "of a display with a star before": "more = [67890, 67892]\njob = [*more, 67891][1]",
    "unpacked behind a star": "more = [67890, 67892]\nfirst, job, last = [*more, 67891]",
    "of what is added up": "job = ((67891,) + (67890, 67892))[1]",
    "unpacked of what is added up": "first, job = [67891] + [67890]",
    "of a name of what is added up": "def both():\n    return [67891] + [67890, 67892]\nids = both()\njob = ids[1]",
    "of what is cut": "ids = [67890, 67891]\njob = ids[1:][0]",
    "of what is sorted": "ids = [67890, 67891]\njob = sorted(ids, reverse=True)[0]",
    "of what is turned round": "ids = [67890, 67891]\njob = list(reversed(ids))[0]",
    "an attribute that a tuple sets": "class Jobs:\n    a = 67890\n    def __init__(self):\n        self.a, self.b = 67891, 1\njob = Jobs().a",
    "one of several, by a parameter": "def pick(job_id=None):\n    return job_id or 67891\nother = pick()\njob = pick(67890)",
    "one of three, by parameters": "def pick(a=0, b=None):\n    return a or b or 67891\nother = pick(67892)\njob = pick(b=67890)",
    "under a key that may be missing": 'import os\nids = {"a": 67890}\njob = ids.get(os.sep) or 67891',
    "under a key that may be another": 'import os\nids = {"a": 67890, os.sep: 67891}\njob = ids[os.sep]',
}
"""Programs that look up what dbt Cloud knows of the job that they find when they run."""
NOT_KNOWN = {
    "behind a star": "*others, job = 67890, 67891, 67892",
    "in what a star of a loop takes": "for first, *others in [(67891, 67890)]:\n    job = others[0]",
    "of a list that is shifted": "ids = [67890]\nids.insert(0, 67891)\njob = ids[0]",
    "of a list that loses its first": "ids = [67890, 67891]\ndel ids[0]\njob = ids[0]",
    "of a list with a part replaced": "ids = [67890, 67891]\nids[0:1] = []\njob = ids[0]",
    "one of several, of which one is not known": "import os\njob = os.getpid() and 0 or 67890",
    "under a key that may be missing, and is changed": 'import os\nids = {"a": 67890}\nids.update(os.environ)\njob = ids.get(os.sep) or 67891',
    "under a key that is popped": 'import os\nids = {"a": 67890}\njob = ids.pop(os.sep, None) or 67891',
    "a field that a validator changes": f"{_MODEL}    @field_validator('a')\n    @classmethod\n    def check(cls, value):\n        return value - 1\njob = Jobs(a=67891).a",
    "a field that a validator binds anew": f"{_MODEL}    @field_validator('a')\n    @classmethod\n    def check(cls, value):\n        value = 67890\n        return value\njob = Jobs(a=67891).a",
    "a field of a model that is changed before": f"{_MODEL}    @model_validator(mode='before')\n    @classmethod\n    def check(cls, values):\n        return {{'a': 67890}}\njob = Jobs(a=67891).a",
    "a field of a model that is changed afterwards": f"{_MODEL}    @model_validator(mode='after')\n    def check(self):\n        self.a -= 1\n        return self\njob = Jobs(a=67891).a",
    "a name that `globals` binds": 'job = 67890\nglobals()["job"] = 67891',
    "a name that `globals` updates": "job = 67890\nglobals().update(job=67891)",
    "a name that `vars` hands out": 'job = 67890\nnames = vars()\nnames["job"] = 67891',
    "a name that a string binds": 'job = 67890\nexec("job = 67891")',
    "an attribute that grows": "class Jobs:\n    a = 67890\n    def __init__(self):\n        self.a += 1\njob = Jobs().a",
    "an attribute of a class that grows": "class Jobs:\n    a = 67890\n    a += 1\njob = Jobs.a",
    "an attribute that a loop sets": "class Jobs:\n    a = 67890\n    def __init__(self):\n        for self.a in (67891, 67892):\n            pass\njob = Jobs().a",
    "an attribute of a namespace": "from types import SimpleNamespace\nheld = SimpleNamespace(job=67890)\nheld.job = 67891\njob = held.job",
}
"""Programs that stay."""


def test_the_job_is_the_one_that_the_code_runs(tmp_path: Path) -> None:
    programs = {**KNOWN, **LOOKED_UP, **NOT_KNOWN}
    paths = {name: f"p{at}.py" for at, name in enumerate(programs)}
    texts, report = migrate(
        tmp_path, {paths[name]: HEAD + text + LOAD for name, text in programs.items()}, facts=THREE
    )
    found = {name: _jobs_in(texts[paths[name]]) for name in programs}

    assert {name: found[name] for name in KNOWN} == {name: {_job_of(text)} for name, text in KNOWN.items()}
    assert not [
        name for name, text in LOOKED_UP.items() if _job_of(text) not in _table_in(texts[paths[name]])
    ]
    assert not [name for name in NOT_KNOWN if found[name] or _table_in(texts[paths[name]])]
    kept = {finding.place.path.name for finding in report.findings if finding.code == "LDC303"}
    assert kept == {paths[name] for name in NOT_KNOWN}


def _job_of(text: str) -> object:
    """The job that a program runs."""
    names: dict[str, object] = {}
    exec(text, names)
    return names["job"]


def _jobs_in(text: str) -> set[int]:
    """The jobs whose settings stand in migrated code."""
    return {int(number) for number in re.findall(r'name="dbt_cloud_job_(\d+)"', text)}


def _table_in(text: str) -> set[int]:
    """The jobs of the table from which migrated code takes the settings of the job that it finds."""
    return {int(number) for number in re.findall(r"^    (\d+): \{$", text, re.MULTILINE)}
