"""Validators and serializers of pydantic get what a field holds: a run stays an object there, a resource stays legacy's."""

from __future__ import annotations

from pathlib import Path

import pytest
from rewriting import migrate_one

HEAD = """
from typing import Annotated, Any

from dagster import ConfigurableResource, Definitions, op
from dagster_dbt import DbtCloudClientResource
from pydantic import (
    AfterValidator,
    BaseModel,
    PlainSerializer,
    field_serializer,
    field_validator,
    model_validator,
    root_validator,
    validator,
)

cloud = DbtCloudClientResource(auth_token="t", account_id=12345)


def name_of(run):
    return run.job_name


class Report(BaseModel):
    run: {kind} = None
    team: str = ""
{more}

@op
def work(cloud: DbtCloudClientResource):
    report = Report(run=cloud.get_dbt_client().run_job_and_poll(67890))
    return report.run.job_id


defs = Definitions(resources={{"cloud": cloud}})
"""
HANDED = {
    "validator": '@field_validator("run")\ndef check(cls, value):\n    return value.job_name',
    "validator of several": '@field_validator("team", "run", mode="before")\ndef check(cls, value):\n    return value',
    "validator of all": '@field_validator("*")\ndef check(cls, value):\n    return value',
    "validator of computed fields": "@field_validator(*FIELDS)\ndef check(cls, value):\n    return value",
    "validator of pydantic 1": '@validator("run")\ndef check(cls, value):\n    return value.job_name',
    "serializer": '@field_serializer("run")\ndef shown(self, value):\n    return value.job_name',
    "validator of the model": '@model_validator(mode="before")\ndef check(cls, data):\n    print(data["run"].job_name)\n    return data',
    "validator of the model, in a loop": "@model_validator(mode='before')\ndef check(cls, data):\n    return {k: v for k, v in data.items()}",
    "validator of the model of pydantic 1": "@root_validator(pre=True)\ndef check(cls, values):\n    print(values.get('run').job_name)\n    return values",
}
NOT_HANDED = {
    "validator of another field": '@field_validator("team")\ndef check(cls, value):\n    return value.strip()',
    "validator of the model that reads another": '@model_validator(mode="before")\ndef check(cls, data):\n    data.setdefault("team", "x")\n    return data',
    "property": "@property\ndef name(self):\n    return self.run.job_name",
}


def _migrated(tmp_path: Path, more: str, kind: str = "Any") -> tuple[str, set[str]]:
    inside = "\n" + "".join(f"    {line}\n" for line in more.split("\n"))
    after, codes = migrate_one(tmp_path, HEAD.format(more=inside, kind=kind))
    return after, {code for code in codes if code.startswith("LDC3")}


@pytest.mark.parametrize("name", HANDED)
def test_a_run_that_pydantic_hands_on_is_an_object(tmp_path: Path, name: str) -> None:
    after, kept = _migrated(tmp_path, HANDED[name])
    assert "return DbtCloudOutput(run, result)" in after
    assert "return report.run.job_id" in after
    assert "legacy_shim" not in after and not kept


@pytest.mark.parametrize(
    "kind",
    ["Annotated[Any, AfterValidator(name_of)]", "Annotated[Any, PlainSerializer(lambda run: run.job_name)]"],
)
def test_a_run_that_an_annotation_hands_on_is_an_object(tmp_path: Path, kind: str) -> None:
    after, kept = _migrated(tmp_path, "", kind)
    assert "return DbtCloudOutput(run, result)" in after
    assert "legacy_shim" not in after and not kept


@pytest.mark.parametrize("name", NOT_HANDED)
def test_a_run_that_is_read_by_its_name_alone_is_its_details(tmp_path: Path, name: str) -> None:
    after, kept = _migrated(tmp_path, NOT_HANDED[name])
    assert "class DbtCloudOutput" not in after
    assert 'report.run["job_definition_id"]' in after
    assert "legacy_shim" not in after and not kept


RESOURCE = """
from dagster import ConfigurableResource, Definitions, op
from dagster_dbt import DbtCloudClientResource
from pydantic import field_validator


class Acme(ConfigurableResource):
    cloud: DbtCloudClientResource
    team: str = ""

    @field_validator("{field}")
    def check(cls, value):
        return value


@op
def work(acme: Acme):
    acme.cloud.get_dbt_client().get_job(67890)


cloud = DbtCloudClientResource(auth_token="t", account_id=12345)
defs = Definitions(resources={{"acme": Acme(cloud=cloud), "cloud": cloud}})
"""


@pytest.mark.parametrize(("field", "stays"), [("cloud", True), ("team", False)])
def test_a_resource_that_a_validator_gets_stays(tmp_path: Path, field: str, *, stays: bool) -> None:
    after, codes = migrate_one(tmp_path, RESOURCE.format(field=field))
    assert ("cloud_v2" not in after) is stays
    assert ("LDC303" in codes) is stays
