"""Why a use stays on the facade: the message names the cause that it has in this program, and what to write by hand."""

from __future__ import annotations

from pathlib import Path

import pytest
from rewriting import migrate

HEAD = """
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from dagster import *
from dagster_dbt import *
from dagster_dbt.cloud.resources import DbtCloudRunStatus

import acme

cloud = DbtCloudClientResource(auth_token="t", account_id=12345)
"""


def said_of(folder: Path, program: str, **files: str) -> list[str]:
    """What the findings of what stays say."""
    more = {f"{name}.py": text for name, text in files.items()}
    _, report = migrate(folder, {"program.py": HEAD + program, **more})
    codes = {"LDC302", "LDC303", "LDC304"}
    return [each.message.replace(str(folder), "") for each in report.findings if each.code in codes]


def in_op(*lines: str) -> str:
    body = "\n    ".join(lines)
    return (
        '\n@op(required_resource_keys={"dbt_cloud"})\ndef nightly(context):\n'
        f"    client = context.resources.dbt_cloud\n    {body}\n\n"
        '@job(resource_defs={"dbt_cloud": cloud})\ndef all_of_it():\n    nightly()\n'
    )


def test_a_setting_of_the_resource_is_no_client(tmp_path: Path) -> None:
    (said,) = said_of(tmp_path, in_op("return client.disable_schedule_on_trigger"))
    assert said.startswith(
        "`.disable_schedule_on_trigger` has no counterpart in v2, which never turns a schedule off"
    )


def test_a_class_that_a_function_builds_is_said_to_be_passed_on(tmp_path: Path) -> None:
    made = "def make(cls, **settings):\n    return cls(auth_token='t', account_id=12345, **settings)\n"
    own = "class Ours(DbtCloudClientResource):\n    def name(self):\n        return self.get_dbt_client().get_job(1)\n"
    said = said_of(tmp_path, f"{made}{own}ours = make(Ours)\n")
    assert any(
        "`Ours` is passed on as a class (program.py:" in one and "call it by its name" in one for one in said
    )
    assert not any("no call in these files builds" in one for one in said)
    assert any("nothing in these files is known to build `Ours`" in one for one in said)


def test_a_run_whose_class_has_no_room_says_what_takes_its_name(tmp_path: Path) -> None:
    program = "from lib import DbtCloudOutput\n" + in_op("return max([client.run_job_and_poll(67890)])")
    said = said_of(tmp_path, program, lib="class DbtCloudOutput: ...\n")
    assert any("could take the place of the run, but the name is already used" in one for one in said)


@pytest.mark.parametrize(
    ("line", "is_said"),
    [
        ("acme.show(DbtCloudRunStatus.ERROR.value, list(DbtCloudRunStatus))", [True, False]),
        ("acme.show({s.value: s.name for s in DbtCloudRunStatus})", [True]),
        ("acme.show(DbtCloudRunStatus.ERROR, other.value)", [False]),
    ],
)
def test_a_value_is_spoken_of_where_one_is_read(tmp_path: Path, line: str, is_said: list[bool]) -> None:
    kept = "import dagster_dbt.cloud.resources as also\nacme.show(also.DbtCloudRunStatus)\n"
    said = said_of(tmp_path, f"other = acme.other()\n{kept}{line}\n")
    assert sum("`.value` of a status" in one for one in said) == sum(is_said), said


def test_a_decorator_that_leads_a_client_away_is_named(tmp_path: Path) -> None:
    program = "@acme.retry(3)\ndef run(client):\n    return client.get_job(67890)\n" + in_op(
        "return run(client)"
    )
    assert any(
        "whose decorator `@acme.retry(3)` cannot be traced" in one for one in said_of(tmp_path, program)
    )


LOADS = """
finance_assets = load_assets_from_dbt_cloud_job(cloud, FINANCE.job_id)
core_assets = load_assets_from_dbt_cloud_job(cloud, CORE.job_id)
defs = Definitions(assets=[finance_assets, core_assets])
"""
ONE_EACH = {
    "a dataclass": "@dataclass\nclass Job:\n    job_id: int\nFINANCE = Job(67890)\nCORE = Job(67891)\n",
    "by name": "@dataclass(frozen=True)\nclass Job:\n    team: str\n    job_id: int\n"
    "FINANCE = Job(job_id=67890, team='f')\nCORE = Job('c', job_id=67891)\n",
    "a tuple": "class Job(NamedTuple):\n    team: str\n    job_id: int\nFINANCE = Job('f', 67890)\nCORE = Job('c', 67891)\n",
}
NOT_KNOWN = {
    "set later": ONE_EACH["a dataclass"] + "CORE.job_id = 67892\n",
    "set by its name": ONE_EACH["a dataclass"] + "setattr(CORE, 'job_id', 67892)\n",
    "given to a library": ONE_EACH["a dataclass"] + "acme.fix(CORE)\n",
    "computed when it is made": "@dataclass\nclass Job:\n    job_id: int\n    def __post_init__(self):\n"
    "        object.__setattr__(self, 'job_id', 67892)\nFINANCE = Job(67890)\nCORE = Job(67891)\n",
    "in another order": "@dataclass\nclass Job:\n    team: str = field(kw_only=True)\n    job_id: int\n"
    "FINANCE = Job(67890, team='f')\nCORE = Job(67891, team='c')\n",
    "a base class with fields": "@dataclass\nclass Base:\n    team: str\n@dataclass\nclass Job(Base):\n    job_id: int\n"
    "FINANCE = Job('f', 67890)\nCORE = Job('c', 67891)\n",
}


@pytest.mark.parametrize("name", ONE_EACH)
def test_two_objects_of_one_class_have_a_job_each(tmp_path: Path, name: str) -> None:
    texts, report = migrate(tmp_path, {"program.py": HEAD + ONE_EACH[name] + LOADS})
    codes = [finding.code for finding in report.findings]
    assert "LDC223" not in codes and codes.count("LDC204") <= 1
    for job_id in (67890, 67891):
        assert f'name="dbt_cloud_job_{job_id}"' in texts["program.py"].replace("'", '"')


@pytest.mark.parametrize("name", NOT_KNOWN)
def test_an_object_that_may_change_has_no_job_that_is_known(tmp_path: Path, name: str) -> None:
    texts, _ = migrate(tmp_path, {"program.py": HEAD + NOT_KNOWN[name] + LOADS})
    assert 'name="dbt_cloud_job_67891"' not in texts["program.py"].replace("'", '"')


WAYS = [
    in_op("acme.keep(client)"),
    in_op("return [client, client][0:1]"),
    in_op("return (lambda: client)"),
    in_op("return acme.send({1: client}.items())"),
    in_op("return client.run_job_and_poll(*acme.ids()).get_artifact('manifest.json')"),
    in_op("return client.run_job_and_poll(67890, **acme.settings()).docs_urls"),
    in_op("acme.keep(context)"),
    in_op("return client.no_method(1)"),
    "loaded = acme.flag and load_assets_from_dbt_cloud_job(cloud, 67890)\n",
    "class Shop:\n    loaded = load_assets_from_dbt_cloud_job(cloud, 67890)\n",
    "loaded = load_assets_from_dbt_cloud_job(cloud, 67890)\nacme.keep(loaded)\n",
    "@resource\ndef wrapped(_):\n    return cloud\n",
    "other = dbt_cloud_resource.configured(acme.settings())\nacme.keep(DbtCloudOutput)\n",
    "defs = Definitions(resources={acme.KEY: cloud})\n",
]


def test_each_message_says_what_to_write(tmp_path: Path) -> None:
    said = [one for number, way in enumerate(WAYS) for one in said_of(tmp_path / str(number), way)]
    assert len(said) >= len(WAYS) - 1
    assert [one for one in said if not any(mark in one for mark in (": ", "; ", ". "))] == []


@pytest.mark.parametrize(
    ("made", "said"),
    [
        (
            "DbtCloudClientResource.configure_at_launch()",
            "`.configure_at_launch()` is configured at launch, and a workspace where it is built: write its settings there",
        ),
        (
            "DbtCloudClientResource.model_validate(acme.SETTINGS)",
            "what `.model_validate()` is given cannot be read: call the class itself, `DbtCloudClientResource(auth_token=..., account_id=...)`",
        ),
        (
            "DbtCloudClientResource.get_dbt_client(cloud)",
            "`get_dbt_client` is called of the class `DbtCloudClientResource`: call it of what it is about, `client.get_dbt_client(...)`",
        ),
    ],
)
def test_what_a_method_of_the_class_makes_is_said_by_its_method(tmp_path: Path, made: str, said: str) -> None:
    assert said in said_of(tmp_path, f'defs = Definitions(resources={{"dbt_cloud": {made}}})\n')


@pytest.mark.parametrize(
    "bound",
    [
        'build = [lambda: DbtCloudClientResource(auth_token="t", account_id=1) for _ in "a"]\ndefs = Definitions(resources={"dbt_cloud": build[0]()})\n',
        'BUILD = {"prod": lambda: {"dbt_cloud": DbtCloudClientResource(auth_token="t", account_id=1)}}\ndefs = Definitions(resources=BUILD["prod"]())\n',
    ],
)
def test_what_a_lambda_answers_is_said_to_be_that(tmp_path: Path, bound: str) -> None:
    said = said_of(tmp_path, bound)
    assert any(
        "is what a lambda answers, which is not followed: write a function with `def`" in one for one in said
    )


def in_function(*lines: str, before: str = "") -> str:
    """A helper that an op calls with its client, and what stands before it."""
    body = "\n    ".join(lines)
    return before + f"\ndef helper(client):\n    {body}\n" + in_op("helper(client)")


@pytest.mark.parametrize(
    ("program", "wanted"),
    [
        (in_function("return getattr(client, 'get_job')(1)['name']"), "write `client.get_job`"),
        (in_function("return hasattr(client, 'get_job')"), "take the test out"),
        (in_function("return getattr(client, acme.name)(1)"), "write an `if` for each name"),
        (
            in_function("out = client.run_job_and_poll(1)", "return getattr(out, acme.name), vars(out)"),
            "the output `out` is passed to `getattr(...)`, which the codemod cannot trace: read what you need here",
        ),
        (
            in_function(
                "return Api(client).client.get_job(1)",
                before="def plain(cls):\n    cls.x = 1\n    return cls\n@plain\nclass Api:\n    def __init__(self, client):\n        self.client = client\n",
            ),
            "`plain` may make something else of the class",
        ),
        (
            "RES = {'dbt': ResourceDefinition.hardcoded_resource(cloud.get_dbt_client())}\ndefs = Definitions(resources=RES)\n",
            "bind the resource itself",
        ),
        (in_function("return list(map(acme.run, [client]))"), "write a loop, `[acme.run(one) for one in ...]`"),
        (in_function("acme.current.set(client)"), "pass it as an argument, `def run(client): ...`"),
        (
            in_function("return partial(run, job=1)(client)", before="from functools import partial\ndef run(client, job):\n    return 1\n"),
            "is passed to `partial(run, job=1)(...)`",
        ),
        (
            in_function("return partial(run, client, 7)", before="from functools import partial\ndef run(*given):\n    return 1\n"),
            "`def run(value): return run(client, 7, ...)`",
        ),
        (
            "MAKE = [lambda: DbtCloudClientResource(auth_token='t', account_id=12345) for _ in 'a']\n" + in_op("MAKE[0]().get_dbt_client().get_job(1)"),
            "`def make(): return DbtCloudClientResource(",
        ),
        (
            "def one():\n    yield load_assets_from_dbt_cloud_job(cloud, 67890)\n\ndef loads():\n    yield from one()\n\ndefs = Definitions(assets=list(loads()))\n",
            "`return found` in place of `yield`",
        ),
        (
            "def load(job, **kw):\n    return load_assets_from_dbt_cloud_job(cloud, job, **kw)\n\n"
            "defs = Definitions(assets=[load(67890, node_info_to_group_fn=str)])\n",
            "give `load` a parameter for each, `def load(job_id, group_fn)`",
        ),
        (
            "@acme.cached\ndef load():\n    return load_assets_from_dbt_cloud_job(cloud, 67890)\n\ndefs = Definitions(assets=[load()])\n",
            "is returned through `@acme.cached`",
        ),
    ],
    ids=["getattr", "hasattr", "getattr_of_a_name", "getattr_of_a_run", "decorated_class", "hardcoded", "map", "variable", "partial_called", "partial", "lambda", "generator", "keywords", "decorator"],
)  # fmt: skip
def test_what_to_write_by_hand_has_the_names_of_the_code(tmp_path: Path, program: str, wanted: str) -> None:
    said = said_of(tmp_path, program)
    assert any(wanted in one.replace("are returned", "is returned") for one in said), said


@pytest.mark.parametrize(
    ("program", "wanted"),
    [
        ("class Own(DbtCloudRunOpConfig):\n    team: str = 'x'\n", "derive it from `dagster.Config`"),
        (
            "CONFIG = RunConfig(ops={'x': DbtCloudRunOpConfig(job_id=1)})\n",
            'write `{"config": {"job_id": 67890}}` in its place',
        ),
        (
            "@op\ndef own(config: DbtCloudRunOpConfig):\n    pass\n",
            "name a `Config` class of your own here",
        ),
        (
            "class Own(DbtCloudClientResource):\n    def setup_for_execution(self, context):\n"
            "        self._name = self.get_dbt_client().get_job(1)['name']\n\n"
            "    def name(self):\n        return self._name\n\n"
            "own = Own(auth_token='t', account_id=12345)\n",
            "declare it as a field or `PrivateAttr` of your class",
        ),
    ],
)
def test_what_to_declare_is_said(tmp_path: Path, program: str, wanted: str) -> None:
    program = f"from dagster_dbt.cloud.ops import DbtCloudRunOpConfig\n{program}"
    assert [one for one in said_of(tmp_path, program) if wanted in one]
