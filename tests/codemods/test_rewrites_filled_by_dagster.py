"""What a job's body passes by position goes past the parameters that Dagster fills: resources, ``config``, the context."""

from __future__ import annotations

from pathlib import Path

import pytest
from rewriting import migrate

PROGRAM = """
from dagster import *
from dagster_dbt import DbtCloudClientResource


class Settings(Config):
    number: int = 1


class Store(ConfigurableResource):
    path: str = ""


class Archive(Store):
    pass


cloud = DbtCloudClientResource(auth_token="t", account_id=12345)


@op
def first(dbt_cloud: DbtCloudClientResource):
    return dbt_cloud.get_dbt_client().run_job_and_poll(67890)


@op
def second({parameters}):
    return {body}


@job(resource_defs={{"dbt_cloud": cloud, "store": Archive()}})
def nightly():
    second({call})
"""
TRACED = {
    "config": ("config: Settings, output", "first()"),
    "config behind the context": ("context, config: Settings, output", "first()"),
    "the legacy resource": ("dbt_cloud: DbtCloudClientResource, output", "first()"),
    "a resource of the file": ("store: Store, output", "first()"),
    "a resource of an own base": ("context, store: Archive, output", "first()"),
    "a plain resource": ("store: ResourceParam[str], output", "first()"),
    "several": (
        "context, config: Settings, store: Store, dbt_cloud: DbtCloudClientResource, output",
        "first()",
    ),
    "a resource of a package": ("store: acme.StoreResource, output", "first()"),
    "behind the input": ("output, store: Store", "first()"),
    "by name": ("store: Store, output", "output=first()"),
    "a second input": ("store: Store, number: int, output", "1, first()"),
}


@pytest.mark.parametrize("name", TRACED)
def test_the_output_is_traced_to_its_parameter(tmp_path: Path, name: str) -> None:
    parameters, call = TRACED[name]
    program = PROGRAM.format(parameters=parameters, call=call, body="output.run_id")
    texts, report = migrate(tmp_path, {"program.py": program.replace("import *", "import *\nimport acme", 1)})
    text = texts["program.py"]
    assert not [finding.code for finding in report.findings if finding.code.startswith("LDC3")]
    is_object = name == "a resource of a package"  # Whether that is a resource is not known here.
    assert ("class DbtCloudOutput" in text) == is_object
    assert ('return output["id"]' in text) != is_object


def test_a_resource_does_not_become_a_run(tmp_path: Path) -> None:
    program = PROGRAM.format(
        parameters="dbt_cloud: DbtCloudClientResource, output",
        call="first()",
        body="dbt_cloud.get_dbt_client().get_job(output.job_id)",
    )
    texts, report = migrate(tmp_path, {"program.py": program})
    assert not [finding for finding in report.findings if finding.code.startswith("LDC3")]
    assert 'dbt_cloud.get_client().get_job_details(output["job_definition_id"])' in texts["program.py"]
