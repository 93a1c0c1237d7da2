"""The legacy resource as a class, and the legacy names of ``dagster_dbt.cloud.resources``."""

import datetime
import json
import logging
import time
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, TypeVar, cast

import requests
from dagster import ConfigurableResource, EnvVar, IAttachDifferentObjectToOpContext, InitResourceContext
from pydantic import Field, PrivateAttr
from requests.exceptions import RequestException

from legacy_shim.cloud.api import DBT_API_V2_PATH, DBT_API_V3_PATH
from legacy_shim.cloud.client import DEFAULT_POLL_INTERVAL, DbtCloudClient
from legacy_shim.cloud.dagster_private import resource_context_of
from legacy_shim.cloud.hidden import reveal
from legacy_shim.cloud.resource_definition import DbtCloudResource, DbtCloudResourceFactory
from legacy_shim.cloud.settings import (
    DBT_DEFAULT_HOST,
    DEFAULT_REQUEST_TIMEOUT,
    TOKEN_NAMES,
    account_of,
    env_name,
    hidden,
    hide_tokens,
    is_env_reference,
    is_env_var,
    one_token,
    reject_unknown,
    require_account,
)
from legacy_shim.cloud.status import DbtCloudRunStatus
from legacy_shim.cloud.types import DbtCloudOutput
from legacy_shim.cloud.user_calls import building, warn_construction
from legacy_shim.deprecation import warn_use
from legacy_shim.module_access import watch_module

__all__ = [
    "DBT_API_V2_PATH",
    "DBT_API_V3_PATH",
    "DBT_DEFAULT_HOST",
    "DEFAULT_POLL_INTERVAL",
    "DbtCloudClient",
    "DbtCloudClientResource",
    "DbtCloudOutput",
    "DbtCloudResource",
    "DbtCloudResourceV2",
    "DbtCloudRunStatus",
    "RequestException",
    "datetime",
    "dbt_cloud_resource",
    "json",
    "logging",
    "requests",
    "time",
]

R = TypeVar("R")

_NAME = "DbtCloudClientResource"
_NUMBERS = frozenset({"account_id", "request_max_retries"})


def _of_client(method: Callable[..., R]) -> Callable[..., R]:
    """Return a method of the resource that calls the client's; looked up late, for tests that replace that."""
    name = method.__name__

    @wraps(method)
    def forwarded(resource: "DbtCloudClientResource", /, *args: Any, **kwargs: Any) -> R:
        return cast(R, getattr(resource.get_dbt_client(), name)(*args, **kwargs))

    return forwarded


class DbtCloudClientResource(ConfigurableResource[Any], IAttachDifferentObjectToOpContext):
    """A dbt Cloud account, configured with a token and the id of the account.

    ``context.resources.<key>`` is its client; as a parameter of an op or asset it is this resource, which has the
    methods of the client too. Give the token as ``auth_token`` or as ``api_token``. Every text and number may be an
    ``EnvVar`` or ``{"env": "NAME"}``. Times are in seconds.
    """

    auth_token: str | None = Field(
        default=None, repr=False, description="dbt Cloud API token: a service token, or a user's."
    )
    api_token: str | None = Field(default=None, repr=False, description="Another name for auth_token.")
    account_id: int = Field(description="Id of the dbt Cloud account, a number in the address of its pages.")
    disable_schedule_on_trigger: bool = Field(
        default=True, description="Switch the own schedule of a job off when Dagster triggers it."
    )
    request_max_retries: int = Field(
        default=3, description="How often a request is sent again that could not be answered."
    )
    request_retry_delay: float = Field(
        default=0.25, description="Seconds before the first such retry; each further one waits twice as long."
    )
    dbt_cloud_host: str = Field(
        default=DBT_DEFAULT_HOST,
        description="Address of the dbt Cloud host, for example https://emea.dbt.com.",
    )
    request_timeout: float = Field(
        default=DEFAULT_REQUEST_TIMEOUT,
        description="Seconds that a request takes at most, its whole answer included.",
    )
    _client: DbtCloudClient | None = PrivateAttr(default=None)

    def __init__(self, **data: Any):
        warn_construction(_NAME, self)
        cls = type(self)
        fields = {field.alias or name: field for name, field in cls.model_fields.items()}
        if cls.model_config.get("extra") != "allow":
            reject_unknown(data.keys() - fields.keys(), of=cls.__name__, known=fields)
        defaults = {name: field.default for name, field in fields.items() if not field.is_required()}
        data = _normal(data)
        account_id = {**defaults, **data}.get("account_id")
        require_account(account_id, of=cls.__name__)
        if not is_env_var(account_id):
            account_of(account_id)  # whose error does not quote the value, as pydantic's does
        super().__init__(**_with_one_token(data, defaults, of=cls.__name__))

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        warn_use(_NAME, what="subclass")

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: Any) -> None:
        super().__pydantic_init_subclass__(**kwargs)
        # The default of a subclass is part of the schema, which Dagster stores and shows.
        for name in TOKEN_NAMES:
            field = cls.model_fields[name]
            if isinstance(field.default, str):
                field.default = hidden(field.default)

    @classmethod
    def configure_at_launch(cls, **kwargs: Any) -> Any:
        """Return the resource with these values, and the others left to the configuration of each run."""
        warn_use(_NAME)
        return super().configure_at_launch(**hide_tokens(_normal(kwargs)))

    @classmethod
    def _is_dagster_maintained(cls) -> bool:
        return cls is DbtCloudClientResource

    def __getattribute__(self, name: str) -> Any:
        value = super().__getattribute__(name)
        if name in TOKEN_NAMES:
            if value is None:
                value = super().__getattribute__(TOKEN_NAMES[1 - TOKEN_NAMES.index(name)])
            return reveal(value) if isinstance(value, str) and not is_env_var(value) else value
        return value

    def get_dbt_client(self) -> DbtCloudClient:
        """Return the client: one for each resource, with the log of the run if it is used in a run."""
        if self._client is None:
            context = resource_context_of(self)
            with building():
                self._client = DbtCloudClient(
                    auth_token=self.auth_token,
                    account_id=self.account_id,
                    disable_schedule_on_trigger=self.disable_schedule_on_trigger,
                    request_max_retries=self.request_max_retries,
                    request_retry_delay=self.request_retry_delay,
                    dbt_cloud_host=self.dbt_cloud_host,
                    log=context.log if context else None,
                    request_timeout=self.request_timeout,
                )
        return self._client

    def get_object_to_set_on_execution_context(self) -> Any:
        """Return what ``context.resources.<key>`` is: the client."""
        return self.get_dbt_client()

    run_job_and_poll = _of_client(DbtCloudClient.run_job_and_poll)
    run_job = _of_client(DbtCloudClient.run_job)
    rerun_job = _of_client(DbtCloudClient.rerun_job)
    poll_run = _of_client(DbtCloudClient.poll_run)
    cancel_run = _of_client(DbtCloudClient.cancel_run)
    get_job = _of_client(DbtCloudClient.get_job)
    list_jobs = _of_client(DbtCloudClient.list_jobs)
    update_job = _of_client(DbtCloudClient.update_job)
    get_run = _of_client(DbtCloudClient.get_run)
    get_runs = _of_client(DbtCloudClient.get_runs)
    get_run_steps = _of_client(DbtCloudClient.get_run_steps)
    get_run_artifact = _of_client(DbtCloudClient.get_run_artifact)
    list_run_artifacts = _of_client(DbtCloudClient.list_run_artifacts)
    get_manifest = _of_client(DbtCloudClient.get_manifest)
    get_run_results = _of_client(DbtCloudClient.get_run_results)
    get_job_environment_variables = _of_client(DbtCloudClient.get_job_environment_variables)
    set_job_environment_variable = _of_client(DbtCloudClient.set_job_environment_variable)
    make_request = _of_client(DbtCloudClient.make_request)


def _normal(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return `data` with references to environment variables in the form that Dagster knows for their type."""
    return {
        name: _env_var(name, value) if is_env_reference(value) or is_env_var(value) else value
        for name, value in data.items()
    }


def _env_var(name: str, value: Any) -> Any:
    return EnvVar.int(env_name(value)) if name in _NUMBERS else EnvVar(env_name(value))


def _with_one_token(data: Mapping[str, Any], defaults: Mapping[str, Any], *, of: str) -> dict[str, Any]:
    """Return `data` with its token, or that which a subclass has as a default, under one name and hidden."""
    given = [data.get(name) for name in TOKEN_NAMES]
    preset = [defaults.get(name) for name in TOKEN_NAMES]
    token = one_token(*(given if any(value is not None for value in given) else preset), of=of)
    name = next(
        (name for name in TOKEN_NAMES if defaults.get(name) is not None), None
    )  # so that none hides the other
    name = name or next(name for name in TOKEN_NAMES if data.get(name) is not None)
    return {**{key: value for key, value in data.items() if key not in TOKEN_NAMES}, name: hidden(token)}


DbtCloudResourceV2 = DbtCloudResource
"""What dagster-dbt called the resource before 0.20."""


def _make_client(context: InitResourceContext, **settings: Any) -> DbtCloudResource:
    with building():
        return DbtCloudResource(log=context.log, **settings)


dbt_cloud_resource = DbtCloudResourceFactory(_make_client, DbtCloudClientResource.to_config_schema())

watch_module(__name__)
