"""Job ids that a class of pydantic's settings reads from the environment of each deployment, or that it chooses by it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from rewriting import NIGHTLY, migrate

from legacy_shim.codemods.facts.deployments import Deployment
from legacy_shim.codemods.facts.jobs import Facts

HEAD = """from dagster import Definitions
from dagster_dbt import dbt_cloud_resource, load_assets_from_dbt_cloud_job
from settings import settings

cloud = dbt_cloud_resource.configured({"auth_token": "t", "account_id": 12345})
"""
LOAD = "models = load_assets_from_dbt_cloud_job(cloud, settings.job)\ndefs = Definitions(assets=[models])\n"
NEW = "from pydantic_settings import BaseSettings, SettingsConfigDict\nfrom pydantic import AliasChoices, Field\n\n\nclass Settings(BaseSettings):\n"
OLD = "from pydantic.v1 import BaseSettings, Field\n\n\nclass Settings(BaseSettings):\n"
END = "\n\nsettings = Settings()\n"
CHOSEN = '    @property\n    def job(self) -> int:\n        return 67890 if self.env == "prod" else 67900\n'
BY_FLAG = "    @property\n    def job(self) -> int:\n        return 67890 if self.is_prod else 67900\n"
Variables = Mapping[str, str]
JOB: tuple[Variables, Variables] = ({"JOB": "67890"}, {"JOB": "67900"})
READ: Mapping[str, tuple[str, tuple[Variables, Variables]]] = {
    "by name": (NEW + "    job: int\n", JOB),
    "in other capitals": (NEW + "    job: int\n", ({"job": "67890"}, {"Job": "67900"})),
    "a default": (NEW + "    job: int = 67890\n", ({}, {"JOB": "67900"})),
    "a default of Field": (NEW + "    job: int = Field(default=67890, gt=0)\n", ({}, {"JOB": "67900"})),
    "a prefix": (NEW + '    model_config = SettingsConfigDict(env_prefix="APP_", extra="ignore")\n    job: int\n', ({"APP_JOB": "67890"}, {"APP_JOB": "67900"})),
    "a prefix in a dict": (NEW + '    model_config = {"env_prefix": "APP_"}\n    job: int\n', ({"APP_JOB": "67890"}, {"APP_JOB": "67900"})),
    "a prefix as the class is made": (NEW.replace("(BaseSettings)", '(BaseSettings, env_prefix="APP_")') + "    job: int\n", ({"APP_JOB": "67890"}, {"APP_JOB": "67900"})),
    "another name": (NEW + '    job: int = Field(validation_alias="DBT_JOB")\n', ({"DBT_JOB": "67890"}, {"DBT_JOB": "67900"})),
    "one of two names": (NEW + '    job: int = Field(validation_alias=AliasChoices("DBT_JOB", "JOB"))\n', ({"DBT_JOB": "67890", "JOB": "1"}, {"JOB": "67900"})),
    "a file, where the variable is set": (NEW + '    model_config = SettingsConfigDict(env_file=".env")\n    job: int\n', JOB),
    "of pydantic 1": (OLD + "    job: int\n", JOB),
    "a prefix of pydantic 1": (OLD + '    job: int\n\n    class Config:\n        env_prefix = "APP_"\n', ({"APP_JOB": "67890"}, {"APP_JOB": "67900"})),
    "another name of pydantic 1": (OLD + '    job: int = Field(67890, env="DBT_JOB")\n', ({}, {"DBT_JOB": "67900"})),
    "chosen by a text": (NEW + '    env: str = "dev"\n\n' + CHOSEN, ({"ENV": "prod"}, {})),
    "chosen by one of some texts": ("from typing import Literal\n" + NEW + "    env: Literal['prod', 'dev']\n\n" + CHOSEN, ({"ENV": "prod"}, {"ENV": "dev"})),
    "chosen by a flag": (NEW + "    is_prod: bool = False\n\n" + BY_FLAG, ({"IS_PROD": "yes"}, {"IS_PROD": "0"})),
    "a field of a base": (NEW.replace("Settings(", "Base(") + '    model_config = SettingsConfigDict(env_prefix="APP_")\n    job: int\n\n\nclass Settings(Base):\n    other: int = 1\n', ({"APP_JOB": "67890"}, {"APP_JOB": "67900"})),
}  # fmt: skip
NOT_SET: Mapping[str, tuple[str, tuple[Variables, Variables]]] = {
    "a file may say it": (NEW + '    model_config = SettingsConfigDict(env_file=".env")\n    job: int = 67890\n', ({}, {"JOB": "67900"})),
    "no variable says it": (NEW + "    job: int\n", ({}, {"JOB": "67900"})),
    "it is no number": (NEW + "    job: int\n", ({"JOB": "x"}, {"JOB": "67900"})),
    "another case": (NEW + "    model_config = SettingsConfigDict(case_sensitive=True)\n    job: int\n", ({"JOB": "67890"}, {"job": "67900"})),
    "two of one name": (NEW + "    job: int\n", ({"JOB": "67890", "job": "67900"}, {"JOB": "67900"})),
}  # fmt: skip
STAYS: Mapping[str, tuple[str, tuple[Variables, Variables]]] = {
    "a setting that is not known": (NEW + "    model_config = SettingsConfigDict(cli_parse_args=True)\n    job: int\n", JOB),
    "settings of another file": ("from elsewhere import CONFIG\n" + NEW + "    model_config = CONFIG\n    job: int\n", JOB),
    "a prefix that is not known": ("from elsewhere import PREFIX\n" + NEW + "    model_config = SettingsConfigDict(env_prefix=PREFIX)\n    job: int\n", JOB),
    "other sources": (NEW + "    job: int\n\n    @classmethod\n    def settings_customise_sources(cls, kind, **sources):\n        return ()\n", JOB),
    "a validator": ("from pydantic import field_validator\n" + NEW + "    job: int\n\n    @field_validator('job')\n    @classmethod\n    def more(cls, value):\n        return value + 1\n", JOB),
    "what it sets itself": (NEW + "    job: int\n\n    def model_post_init(self, context):\n        self.job += 1\n", JOB),
    "a name of pydantic 2 in pydantic 1": (OLD + '    job: int = Field(67890, alias="DBT_JOB")\n', ({}, {"DBT_JOB": "67900"})),
    "a factory": (NEW + "    job: int = Field(default_factory=lambda: 67890)\n", ({}, {"JOB": "67900"})),
    "a class of another package": ("from elsewhere import Base\n\n\nclass Settings(Base):\n    job: int = 67890\n", ({}, {"JOB": "67900"})),
    "in a list": (NEW.replace("job:", "jobs:") + "    jobs: list[int] = [67890]\n\n    @property\n    def job(self):\n        return self.jobs[0]\n", ({"JOBS": "[67890]"}, {"JOBS": "[67900]"})),
}  # fmt: skip
OWN = """import os


class Base:
    def __init__(self):
        for name in type(self).__annotations__:
            setattr(self, name, os.environ.get(name.upper(), getattr(type(self), name)))


class Settings(Base):
    env: str = "dev"

    @property
    def job(self) -> int:
        return 67890 if self.env == "prod" else 67900


settings = Settings()
"""


def _migrated(folder: Path, settings: str, variables: tuple[Variables, Variables]) -> tuple[str, list[str]]:
    elsewhere = replace(
        NIGHTLY, id=67900, name="Staging", environment_id=23, execute_steps=("dbt run --select tag:hourly",)
    )
    texts, report = migrate(
        folder,
        {"settings.py": settings, "defs.py": HEAD + LOAD},
        facts=Facts((NIGHTLY, elsewhere)),
        deployments=tuple(
            Deployment(name, said) for name, said in zip(("prod", "dev"), variables, strict=True)
        ),
    )
    return texts["defs.py"], [finding.code for finding in report.findings]


@pytest.mark.parametrize("name", READ)
def test_the_environment_of_each_deployment_is_read(tmp_path: Path, name: str) -> None:
    text, codes = _migrated(tmp_path, READ[name][0] + END, READ[name][1])
    assert "legacy_shim" not in text
    assert "    67890: {" in text and "    67900: {" in text
    assert "LDC214" in codes or "property" in READ[name][0]


@pytest.mark.parametrize("name", NOT_SET)
def test_what_one_deployment_does_not_say_is_refused_there(tmp_path: Path, name: str) -> None:
    text, codes = _migrated(tmp_path, NOT_SET[name][0] + END, NOT_SET[name][1])
    assert "if int(settings.job) != 67900:\n    raise ValueError(" in text and "67890" not in text
    assert "LDC402" in codes


@pytest.mark.parametrize("name", STAYS)
def test_what_may_be_filled_otherwise_is_not_known(tmp_path: Path, name: str) -> None:
    text, codes = _migrated(tmp_path, STAYS[name][0] + END, STAYS[name][1])
    assert "load_assets_from_dbt_cloud_job(cloud, settings.job)" in text
    assert "LDC303" in codes


MAY_BE = {
    "by computed names": OWN,
    "by a file": NEW + '    model_config = SettingsConfigDict(env_file=".env")\n    env: str = "dev"\n\n' + CHOSEN + END,
    "by a class of another package": 'from elsewhere import Base\n\n\nclass Settings(Base):\n    env: str = "dev"\n\n' + CHOSEN + END,
}  # fmt: skip


@pytest.mark.parametrize("name", MAY_BE)
def test_a_field_that_may_be_set_otherwise_decides_no_branch(tmp_path: Path, name: str) -> None:
    """With what the class says, all deployments would load the job of the default, in silence."""
    text, _ = _migrated(tmp_path, MAY_BE[name], ({}, {}))
    stays = "load_assets_from_dbt_cloud_job(cloud, settings.job)" in text
    assert stays == (name == "by computed names")
    assert stays or re.findall(r"(?m)^    (\d+): \{", text) == ["67890", "67900"]
