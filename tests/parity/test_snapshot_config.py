"""Configuration in a snapshot: what an op takes, what is kept back, and whether Dagster would start a job with it."""

import enum
from typing import Any, Optional

import pytest
from dagster import Array, Config, Field, Noneable, OpDefinition, Permissive, Selector, job, op
from dagster._config import ConfigTypeKind

from legacy_shim.snapshot.config import config_schema, launch_problem, without_secrets


class Colour(enum.Enum):
    red = "red"


class Inner(Config):
    retries: int = 3


class Settings(Config):
    job_id: int
    seconds: float = 10
    limit: Optional[int] = 7  # noqa: UP045 - the way that many wrote it
    none: Optional[str] = None  # noqa: UP045
    names: list[str] = ["a"]  # noqa: RUF012
    colour: Colour = Colour.red
    inner: Inner = Inner()
    token: str = "s3cret"


@op
def modern(config: Settings) -> None: ...


def _of(schema: Any) -> str | None:
    return config_schema(OpDefinition(lambda _: None, "legacy", config_schema=schema))


def test_a_config_class() -> None:
    text = config_schema(modern)
    assert text is not None
    number, string = "(Int | one of { env: String })", "(String | one of { env: String })"
    assert text == (
        f'{{ colour?: Colour = "red", inner?: {{ retries?: {number} = 3 }} = {{...}}, job_id: {number}, '
        f'limit?: {number} = 7, names?: [{string}] = ["a"], none?: {string}?, seconds?: Float = 10, '
        f"token?: {string} = *** }}"
    )


def test_a_field_that_has_a_default_is_the_same_in_both_ways_to_write_it() -> None:
    """Dagster says of the one in a class that it may be null, and the class refuses null."""

    class Old(Config):
        seconds: float = 10.0

    @op
    def of_class(config: Old) -> None: ...

    assert of_class.config_schema.config_type.fields["seconds"].config_type.kind == ConfigTypeKind.NONEABLE
    assert config_schema(of_class) == _of({"seconds": Field(float, default_value=10, is_required=False)})


@pytest.mark.parametrize(
    ("schema", "text"),
    [
        (None, None),
        (dict, "{ ... }"),
        ({}, "{}"),
        ({"a": int}, "{ a: Int }"),
        ({"a": Field(int, is_required=False)}, "{ a?: Int }"),
        ({"a": Field(Noneable(int), is_required=False)}, "{ a?: Int? }"),
        ({"a": Field(int, default_value=5)}, "{ a?: Int = 5 }"),
        ({"a": Field(int, default_value=6)}, "{ a?: Int = 6 }"),
        ({"a": Field(bool, default_value=False)}, "{ a?: Bool = false }"),
        ({"a": Array(str)}, "{ a: [String] }"),
        ({"a": {str: int}}, "{ a: { [String]: Int } }"),
        (Permissive({"a": int}), "{ a: Int, ... }"),
        (Selector({"a": int, "b": str}), "one of { a: Int, b: String }"),
    ],
)
def test_schemas(schema: Any, text: str | None) -> None:
    assert _of(schema) == text


def test_secrets_in_run_config() -> None:
    config = {"resources": {"dbt": {"config": {"auth_token": "s3cret", "account_id": 1}}}, "tags": ["a"]}
    assert without_secrets(config) == {
        "resources": {"dbt": {"config": {"account_id": 1, "auth_token": "***"}}},
        "tags": ["a"],
    }


def test_run_config_that_does_not_fit() -> None:
    @job
    def runs() -> None:
        modern()

    def problem(config: dict[str, Any]) -> str | None:
        return launch_problem(runs, {"ops": {"modern": {"config": config}}})

    assert problem({"job_id": 1}) is None
    assert problem({}) == "missing required field job_id at ops/modern/config"
    wrong = problem({"job_id": 1, "token": 5, "more": "s3cret"})
    assert wrong is not None and "more at ops/modern/config" in wrong and "s3cret" not in wrong
