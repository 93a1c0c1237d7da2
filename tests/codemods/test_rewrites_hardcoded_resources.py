"""``ResourceDefinition.hardcoded_resource(client)`` hands out what it is given: the workspace in its place goes there too."""

from __future__ import annotations

from pathlib import Path

import pytest
from rewriting import migrate

PROGRAM = """
import os
from dagster import Definitions, ResourceDefinition, job, op
from dagster_dbt import DbtCloudClientResource
from dagster_dbt.cloud.resources import DbtCloudClient

client = DbtCloudClient(auth_token=os.environ["T"], account_id=12345)
{more}

@op(required_resource_keys={{"dbt"}})
def nightly(context):
    dbt = context.resources.dbt
    {call}


@job
def daily():
    nightly()


defs = Definitions(jobs=[daily], resources={{"dbt": {bound}}})
"""
CALL = "dbt.run_job_and_poll(67890)"
RESOURCE = 'ResourceDefinition.hardcoded_resource(DbtCloudClientResource(auth_token=os.environ["T"], account_id=12345))'
MIGRATE = {
    "a client": ("", CALL, "ResourceDefinition.hardcoded_resource(client)"),
    "a resource": ("client = None\n", CALL, RESOURCE),
    "with a description": ("", CALL, "ResourceDefinition.hardcoded_resource(client, 'dbt Cloud')"),
    "in a variable": ("bound = ResourceDefinition.hardcoded_resource(client)\n", CALL, "bound"),
}  # fmt: skip
STAY = {
    "by name": ("", CALL, "ResourceDefinition.hardcoded_resource(value=client)"),
    "in a dict": ("", 'dbt["a"].run_job_and_poll(67890)', 'ResourceDefinition.hardcoded_resource({"a": client})'),
    "in a list": ("", "dbt[0].run_job_and_poll(67890)", "ResourceDefinition.hardcoded_resource([client])"),
    "in a function": ("", "dbt().run_job_and_poll(67890)", "ResourceDefinition.hardcoded_resource(lambda: client)"),
    "or another": (
        "\nclass Fake:\n    def run_job_and_poll(self, job_id):\n        return self\n\n",
        CALL,
        'ResourceDefinition.hardcoded_resource(client if os.environ.get("X") else Fake())',
    ),
    "or another resource": (
        "\nclass Fake:\n    def run_job_and_poll(self, job_id):\n        return self\n\n",
        CALL,
        'ResourceDefinition.hardcoded_resource(client) if os.environ.get("X") else ResourceDefinition.hardcoded_resource(Fake())',
    ),
    "read of the definition": ("bound = ResourceDefinition.hardcoded_resource(client)\nprint(bound.config_schema)\n", CALL, "bound"),
    "a method of another class": (
        "\nclass ResourceDefinition:\n    @staticmethod\n    def hardcoded_resource(x):\n        return wrapped(x)\n\n",
        CALL,
        "ResourceDefinition.hardcoded_resource(client)",
    ),
}  # fmt: skip


def written(case: tuple[str, str, str]) -> dict[str, str]:
    more, call, bound = case
    return {"program.py": PROGRAM.format(more=more, call=call, bound=bound)}


@pytest.mark.parametrize("name", MIGRATE)
def test_what_is_handed_out_migrates(tmp_path: Path, name: str) -> None:
    texts, _ = migrate(tmp_path, written(MIGRATE[name]))
    assert "dbt.get_client()" in texts["program.py"]
    assert "legacy_shim" not in texts["program.py"]
    assert "ResourceDefinition.hardcoded_resource(" in texts["program.py"]


@pytest.mark.parametrize("name", STAY)
def test_anything_else_stays(tmp_path: Path, name: str) -> None:
    texts, _ = migrate(tmp_path, written(STAY[name]))
    assert "DbtCloudWorkspace" not in texts["program.py"]


MADE = "made = ResourceDefinition.hardcoded_resource(client)\n"
CALLED = "\n\ndef test():\n    nightly({context})\n"
BUILT = 'build_op_context(resources={"dbt": made})'


def called(more: str, context: str) -> dict[str, str]:
    """The program, whose op is called with a context of its own."""
    program = PROGRAM.replace("import Definitions", "import Definitions, build_op_context")
    text = program.format(more=more, call=CALL, bound="ResourceDefinition.hardcoded_resource(client)")
    return {"program.py": text + CALLED.replace("{context}", context)}


IN_PLACE = {
    "in a variable": (MADE, BUILT),
    "of a function": ("def hard(one):\n    return ResourceDefinition.hardcoded_resource(one)\n\nmade = hard(client)\n", BUILT),
    "where it is handed over": ("", BUILT.replace("made", "ResourceDefinition.hardcoded_resource(client)")),
}  # fmt: skip


@pytest.mark.parametrize("name", IN_PLACE)
def test_what_is_hardcoded_is_not_hardcoded_again(tmp_path: Path, name: str) -> None:
    more, context = IN_PLACE[name]
    texts, _ = migrate(tmp_path, called(more, context))
    assert "dbt.get_client()" in texts["program.py"]
    assert f"nightly({context})" in texts["program.py"]


def test_a_client_itself_is_hardcoded_where_it_is_handed_over(tmp_path: Path) -> None:
    texts, _ = migrate(tmp_path, called("", BUILT.replace("made", "client")))
    assert 'resources={"dbt": ResourceDefinition.hardcoded_resource(client)})' in texts["program.py"]


PERHAPS = {
    "one of two": (MADE.rstrip() + ' if os.environ.get("X") else client\n', BUILT),
    "a parameter": (
        MADE + "\ndef context_of(given):\n    return build_op_context(resources={'dbt': given})\n\ncontext_of(client)\n",
        "context_of(made)",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", PERHAPS)
def test_what_may_be_hardcoded_already_stays(tmp_path: Path, name: str) -> None:
    texts, report = migrate(tmp_path, called(*PERHAPS[name]))
    assert "DbtCloudWorkspace" not in texts["program.py"]
    assert any("hardcoded already" in each.message for each in report.findings)
