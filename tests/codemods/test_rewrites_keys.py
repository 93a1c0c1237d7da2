"""Under which keys resources are bound, and what else may stand where one does."""

from __future__ import annotations

from pathlib import Path

import pytest
from rewriting import migrate, migrate_one

from legacy_shim.codemods.facts.jobs import Facts

HEAD = """\
import os

from dagster import Definitions, job, op
from dagster_dbt import DbtCloudClientResource
"""
RUN = """

@op(required_resource_keys={"dbt_acme"})
def run_it(context):
    return context.resources.dbt_acme.run_job_and_poll(67890).job_id


@job
def nightly():
    run_it()


defs = Definitions(jobs=[nightly], resources=resources)
"""
MADE = 'DbtCloudClientResource(auth_token=os.environ["DBT_CLOUD_API_TOKEN"], account_id=12345)'


@pytest.mark.parametrize(
    "bound",
    [
        f'TENANTS = {{"acme": 67890}}\nresources = {{f"dbt_{{tenant}}": {MADE} for tenant in TENANTS}}\n',
        f'resources = {{"dbt_" + tenant: {MADE} for tenant in ("acme", "globex")}}\n',
        f'KEY = "dbt_acme"\nresources = {{KEY: {MADE}}}\n',
        f'resources = {{}}\nfor tenant in ["acme"]:\n    resources[f"dbt_{{tenant}}"] = {MADE}\n',
        f'def made(tenant):\n    return {MADE}\n\n\nresources = {{f"dbt_{{one}}": made(one) for one in ["acme"]}}\n',
        f'pairs = [("dbt_acme", {MADE})]\nresources = {{key: value for key, value in pairs}}\n',
    ],
)
def test_a_key_that_the_code_says_is_followed(tmp_path: Path, bound: str) -> None:
    text, codes = migrate_one(tmp_path, HEAD + bound + RUN)
    assert "DbtCloudWorkspace(" in text
    assert "context.resources.dbt_acme.get_client()" in text
    assert not {code for code in codes if code.startswith("LDC3")}


@pytest.mark.parametrize(
    "bound",
    [
        f'resources = {{os.environ["KEY"]: {MADE}}}\n',
        f"resources = {{key_of(tenant): {MADE} for tenant in TENANTS}}\n",
        f'resources = dict([("dbt_acme", {MADE})])\n',
        f'resources = dict(zip(("dbt_acme",), ({MADE},)))\n',
        f'resources = {{}}\nresources[key_of("acme")] = {MADE}\n',
        f'resources = {{f"{{tenant:>8}}": {MADE} for tenant in ["dbt_acme"]}}\n',
    ],
)
def test_a_key_that_cannot_be_told_keeps_the_resource(tmp_path: Path, bound: str) -> None:
    text, codes = migrate_one(tmp_path, HEAD + bound + RUN)
    assert MADE in text
    assert "context.resources.dbt_acme.run_job_and_poll(67890)" in text
    assert "LDC303" in codes


def test_a_key_may_be_a_constant_of_a_file_that_holds_nothing_legacy(tmp_path: Path) -> None:
    files = {
        "keys.py": 'DBT = "dbt_acme"\n',
        "program.py": HEAD
        + "from keys import DBT\n"
        + f"resources = {{DBT: {MADE}}}\n"
        + RUN.replace("context.resources.dbt_acme", "getattr(context.resources, DBT)"),
    }
    texts, report = migrate(tmp_path, files)
    assert "getattr(context.resources, DBT).get_client()" in texts["program.py"]
    assert not [finding for finding in report.findings if finding.code.startswith("LDC3")]


OP = """
@op(required_resource_keys={{"dbt_acme"}})
def run_it(context):
{body}

resources = {{"dbt_acme": {made}}}
"""


@pytest.mark.parametrize(
    "body",
    [
        "    client = Fake() if os.getenv('DRY') else context.resources.dbt_acme\n    client.get_job(67890)\n",
        "    if os.getenv('DRY'):\n        client = Fake()\n    else:\n        client = context.resources.dbt_acme\n"
        "    client.get_job(67890)\n",
        "    read(context.resources.dbt_acme)\n    read(Fake())\n",
        "    (made_up() or context.resources.dbt_acme).get_job(67890)\n",
    ],
)
def test_what_may_be_something_else_keeps_its_legacy_calls(tmp_path: Path, body: str) -> None:
    helper = "\n\ndef read(client):\n    return client.get_job(67890)\n\n"
    source = HEAD + helper + OP.format(body=body, made=MADE) + RUN[RUN.index("\n@job") :]
    text, codes = migrate_one(tmp_path, source)
    assert "get_client" not in text
    assert MADE in text
    assert "LDC303" in codes


def test_a_run_that_may_be_something_else_is_an_object(tmp_path: Path) -> None:
    body = (
        "    output = made_up()\n    if os.getenv('RUN'):\n"
        "        output = context.resources.dbt_acme.run_job_and_poll(67890)\n    return output.run_id\n"
    )
    text, codes = migrate_one(tmp_path, HEAD + OP.format(body=body, made=MADE) + RUN[RUN.index("\n@job") :])
    assert (
        "output = run_job(context.resources.dbt_acme.get_client(), 67890)\n    return output.run_id" in text
    )
    assert "return DbtCloudOutput(run, result)" in text
    assert not [code for code in codes if code.startswith("LDC3")]


@pytest.mark.parametrize(
    "body",
    [
        "    client = None\n    if context:\n        client = context.resources.dbt_acme\n    client.get_job(67890)\n",
        "    client = None\n    (client or context.resources.dbt_acme).get_job(67890)\n",
    ],
)
def test_nothing_is_no_other_client(tmp_path: Path, body: str) -> None:
    source = HEAD + "\n" + OP.format(body=body, made=MADE) + RUN[RUN.index("\n@job") :]
    text, codes = migrate_one(tmp_path, source)
    assert ".get_client().get_job_details(67890)" in text
    assert not {code for code in codes if code.startswith("LDC3")}


def _bound_beside(other: str) -> str:
    body = (
        "    if context.resources.dbt_acme is not None:\n        context.resources.dbt_acme.get_job(67890)\n"
    )
    local = f"\nnothing = ResourceDefinition.none_resource()\nlocal = {{'dbt_acme': {other}}}\n"
    head = f"{HEAD}\nfrom dagster import ResourceDefinition\n"
    return head + OP.format(body=body, made=MADE) + local + RUN[RUN.index("\n@job") :]


@pytest.mark.parametrize(
    "other",
    [
        "ResourceDefinition.none_resource()",
        "ResourceDefinition.none_resource(description='no dbt Cloud here')",
        "nothing",
        "nothing if os.getenv('X') else ResourceDefinition.none_resource()",
    ],
)
def test_the_resource_that_is_none_is_no_other_resource(tmp_path: Path, other: str) -> None:
    text, codes = migrate_one(tmp_path, _bound_beside(other))
    assert ".get_client().get_job_details(67890)" in text
    assert not {code for code in codes if code.startswith("LDC3")}


@pytest.mark.parametrize(
    "other",
    [
        "ResourceDefinition.mock_resource()",
        "ResourceDefinition.hardcoded_resource(Fake())",
        "ResourceDefinition.none_resource() if os.getenv('X') else Fake()",
    ],
)
def test_a_resource_that_stands_in_is_another_one(tmp_path: Path, other: str) -> None:
    text, codes = migrate_one(tmp_path, _bound_beside(other))
    assert "get_client" not in text
    assert "LDC303" in codes


def test_a_stand_in_of_a_test_is_told_and_keeps_nothing(tmp_path: Path) -> None:
    body = "    return read(context.resources.dbt_acme)\n"
    helper = "\n\ndef read(client):\n    return client.get_job(67890)\n\n"
    files = {
        "program.py": HEAD + helper + OP.format(body=body, made=MADE) + RUN[RUN.index("\n@job") :],
        "test_program.py": "from unittest import mock\n\nfrom program import read\n\n\n"
        "def test_read():\n    assert read(mock.MagicMock())\n",
    }
    texts, report = migrate(tmp_path, files)
    assert "client.get_client().get_job_details(67890)" in texts["program.py"]
    assert texts["test_program.py"] == files["test_program.py"]
    (told,) = [finding for finding in report.findings if finding.code == "LDC302"]
    assert told.place.path == tmp_path / "test_program.py"
    assert "`mock.MagicMock()` stands in" in told.message


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            "    if (output := dbt.run_job_and_poll(67890)).run_id:\n        return output.job_id\n",
            '    if (output := run_job(dbt.get_client(), 67890))["id"]:\n        return output["job_definition_id"]\n',
        ),
        (
            "    return (client := dbt).get_job(67890), client.get_run(1)\n",
            "    return (client := dbt).get_client().get_job_details(67890), client.get_client().get_run_details(1)\n",
        ),
        (
            "    output = dbt.run_job_and_poll(67890)\n    other = None\n    return (output if other is None else other).run_id\n",
            '    return (output if other is None else other)["id"]\n',
        ),
    ],
)
def test_what_is_read_of_an_expression_in_parentheses_follows(
    tmp_path: Path, before: str, after: str
) -> None:
    body = f"    dbt = context.resources.dbt_acme\n{before}"
    source = HEAD + "\n" + OP.format(body=body, made=MADE) + RUN[RUN.index("\n@job") :]
    text, _ = migrate_one(tmp_path, source)
    assert after in text


@pytest.mark.parametrize(
    ("declared", "stays"),
    [("Any = None", False), ("Any = PrivateAttr(default=None)", False), ("Any = PrivateAttr(Fake())", True)],
)
def test_a_field_that_is_empty_at_first_is_no_other_client(
    tmp_path: Path, declared: str, stays: bool
) -> None:
    source = f"""
        import os
        from typing import Any

        from dagster import ConfigurableResource
        from dagster_dbt import DbtCloudResource
        from pydantic import PrivateAttr


        class Warehouse(ConfigurableResource):
            _client: {declared}

            def setup_for_execution(self, context):
                self._client = DbtCloudResource(auth_token=os.environ["TOKEN"], account_id=12345)

            def name(self):
                return self._client.get_job(67890)["name"]
    """
    text, _ = migrate_one(tmp_path, source)
    assert ("self._client.get_job(67890)" in text) is stays
    assert ("DbtCloudWorkspace(" in text) is not stays
    kept, codes = migrate_one(tmp_path / "without", source, facts=Facts(()))
    assert "missing_fact" not in kept, "it would be called in a run"
    assert "LDC401" in codes or stays


CLIENTS = """
    import os

    from dagster_dbt import DbtCloudResource

    CLIENTS = {"acme": DbtCloudResource(os.environ["TOKEN"], 12345)}


    def name(tenant):
        return %s.get_job(67890)["name"]
"""


@pytest.mark.parametrize(
    ("client", "stays"),
    [
        ("CLIENTS[tenant]", False),
        ("CLIENTS.get(tenant)", False),
        ("sorted(CLIENTS.items())[0][1]", True),
        ("next(iter(CLIENTS.values()))", True),
        ("max(CLIENTS.values(), key=id)", True),
        ("list(map(id, CLIENTS.values()))[0]", True),
    ],
)
def test_a_client_of_several_is_followed_or_stays(tmp_path: Path, client: str, stays: bool) -> None:
    text, codes = migrate_one(tmp_path, CLIENTS % client)
    assert ("DbtCloudWorkspace(" in text) is not stays
    assert (f"{client}.get_client().get_job_details(67890)" in text) is not stays
    assert ("LDC303" in codes) is stays


OF_A_PARAMETER = """
from dagster import Definitions, op
from dagster_dbt import dbt_cloud_resource

cloud = dbt_cloud_resource("t", 12345)


def make(name, key{default}):
    @op(name=name, required_resource_keys={{key}})
    def run(context):
        return getattr(context.resources, key).get_job(67890)["name"]

    return run


{calls}
defs = Definitions(resources={{"cloud": cloud, "other": cloud}})
"""


@pytest.mark.parametrize(
    ("default", "calls"),
    [
        ('="cloud"', 'one = make("one")\n'),
        ("", 'one = make("one", "cloud")\ntwo = make("two", key="other")\n'),
        ('="other"', 'ops = [make(name, "cloud") for name in ("one", "two")]\n'),
    ],
)
def test_a_key_that_every_call_says_is_known(tmp_path: Path, default: str, calls: str) -> None:
    text, _ = migrate_one(tmp_path, OF_A_PARAMETER.format(default=default, calls=calls))
    assert "getattr(context.resources, key).get_client().get_job_details(67890)" in text
    assert "legacy_shim" not in text


@pytest.mark.parametrize(
    ("default", "calls"),
    [
        ('="cloud"', ""),  # whoever imports it calls it
        ('="cloud"', 'ops = list(map(make, ["one"]))\n'),
        ('="cloud"', 'one = make(**{"name": "one"})\n'),
        ("", 'one = make("one", input())\n'),
    ],
)
def test_a_key_that_some_call_may_not_say_stays(tmp_path: Path, default: str, calls: str) -> None:
    text, codes = migrate_one(tmp_path, OF_A_PARAMETER.format(default=default, calls=calls))
    assert 'getattr(context.resources, key).get_job(67890)["name"]' in text
    assert "LDC303" in codes


def test_arguments_in_a_dict_are_no_resources(tmp_path: Path) -> None:
    program = """
    import os
    from dagster_dbt import dbt_cloud_resource, dbt_cloud_run_op, load_assets_from_dbt_cloud_job

    cloud = dbt_cloud_resource.configured({"auth_token": os.environ["T"], "account_id": 12345})
    models = load_assets_from_dbt_cloud_job(%s)
    nightly = dbt_cloud_run_op.configured({"job_id": 67891}, name="nightly")
    """
    spread, by_name = (
        migrate(tmp_path, {"program.py": program % arguments})
        for arguments in ('**{"dbt_cloud": cloud, "job_id": 67890}', "dbt_cloud=cloud, job_id=67890")
    )
    assert spread[0] == by_name[0]
    assert [each.code for each in spread[1].findings] == [each.code for each in by_name[1].findings]


OWN_RESOURCE = """
import os

from dagster import ConfigurableResource, Definitions, job, op
from dagster_dbt import DbtCloudClientResource


class Warehouse(ConfigurableResource):
    dbt: DbtCloudClientResource
    team: str = "core"

    def refresh(self, job_id):
        return self.dbt.get_dbt_client().run_job_and_poll(job_id).run_id

    def name_of(self, job_id):
        return self.dbt.get_dbt_client().get_job(job_id)["name"]


@op(required_resource_keys={"warehouse"})
def work(context):
    return BODY


@job
def nightly():
    work()


CLOUD = DbtCloudClientResource(auth_token=os.environ["T"], account_id=12345)
defs = Definitions(jobs=[nightly], resources={"warehouse": Warehouse(dbt=CLOUD)})
"""


@pytest.mark.parametrize(
    "body",
    [
        "context.resources.warehouse.refresh(67890)",
        "context.resources.warehouse.name_of(67890)",
        "context.resources.warehouse.team",
        'getattr(context.resources, "warehouse").refresh(67890)',
        "[context.resources.warehouse.refresh(job_id) for job_id in (67890, 67891)]",
    ],
)
def test_methods_of_a_resource_of_ones_own_are_not_asked_of_the_client(tmp_path: Path, body: str) -> None:
    program = OWN_RESOURCE.replace("BODY", body)
    texts, report = migrate(tmp_path, {"program.py": program})
    assert "legacy_shim" not in texts["program.py"]
    assert f"    return {body}\n" in texts["program.py"]
    assert not [each for each in report.findings if each.code.startswith("LDC3")]


def test_a_method_that_neither_client_has_is_named_where_the_client_stands_under_the_key(
    tmp_path: Path,
) -> None:
    program = OWN_RESOURCE.replace("Warehouse(dbt=CLOUD)", "CLOUD").replace(
        "BODY", "context.resources.warehouse.refresh(67890)"
    )
    _, report = migrate(tmp_path, {"program.py": program})
    assert any("neither the legacy client nor v2's has `refresh`" in each.message for each in report.findings)
