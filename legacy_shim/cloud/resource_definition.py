"""What ``dbt_cloud_resource`` is: a resource definition that also makes one (``dagster_dbt.cloud.resources``)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, cast

from dagster import InitResourceContext, ResourceDefinition

from legacy_shim.cloud.client import DbtCloudClient
from legacy_shim.cloud.settings import (
    DBT_DEFAULT_HOST,
    DEFAULT_REQUEST_TIMEOUT,
    hide_tokens,
    one_token,
    reject_unknown,
    require_account,
)
from legacy_shim.cloud.user_calls import building
from legacy_shim.deprecation import warn_use

_NAME = "dbt_cloud_resource"
_DESCRIPTION = "The dbt Cloud Administrative API, for one account."


class DbtCloudResource(DbtCloudClient):
    """The client under the name by which both dialects construct it: with a token and the id of an account."""

    _legacy_name = "DbtCloudResource"


MakeClient = Callable[..., DbtCloudResource]
"""Returns the client for an init context and, as keywords, the values of the resource."""


class DbtCloudResourceFactory(ResourceDefinition):
    """A resource definition that, called with a token and an account, returns one bound to them.

    It is used in three ways: bare, with the values in run config; ``.configured({...})``; and called. What it is
    called with distinguishes a test's ``dbt_cloud_resource(init_context)`` from ``dbt_cloud_resource(api_token, account_id)``.
    """

    __name__ = _NAME

    def __init__(self, make_client: MakeClient, config_schema: Any):
        super().__init__(self._client_of_config, config_schema, _DESCRIPTION)
        self._make_client = make_client

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Return the client for an init context, or a resource definition for a token and an account."""
        given = [*args, *kwargs.values()]
        if len(given) == 1 and isinstance(given[0], InitResourceContext):
            if type(given[0]) is InitResourceContext:  # within a run: it has been checked already
                return self._client_of_config(given[0])
            return cast(Any, super()).__call__(given[0])
        warn_use(_NAME)
        settings = _checked(*args, **kwargs)

        def make_bound_client(context: InitResourceContext) -> DbtCloudResource:
            return self._make_client(context, **settings)

        return ResourceDefinition(make_bound_client, config_schema={}, description=_DESCRIPTION)

    def configured(self, config_or_config_fn: Any, config_schema: Any = None, description: Any = None) -> Any:
        """Return the resource with these values, as ``ResourceDefinition.configured`` does."""
        warn_use(_NAME)
        if isinstance(config_or_config_fn, Mapping):
            config = config_or_config_fn
            one_token(config.get("auth_token"), config.get("api_token"), of=f"{_NAME}.configured()")
            hide_tokens(config)  # a token that is none shall fail here
            # Dagster reads the dict when a run starts, with what was put into it until then.
            return super().configured(lambda _: hide_tokens(config), config_schema, description)
        return super().configured(config_or_config_fn, config_schema, description)

    def _client_of_config(self, context: InitResourceContext) -> DbtCloudResource:
        config = context.resource_config
        one_token(config["auth_token"], config["api_token"], of=f"The configuration of {_NAME}")
        return self._make_client(context, **config)


def _checked(
    api_token: Any = None,
    account_id: Any = None,
    disable_schedule_on_trigger: bool = True,
    *,
    auth_token: Any = None,
    request_max_retries: int = 3,
    request_retry_delay: float = 0.25,
    dbt_cloud_host: str = DBT_DEFAULT_HOST,
    request_timeout: float = DEFAULT_REQUEST_TIMEOUT,
    **unknown: Any,
) -> dict[str, Any]:
    """Return the values to bind a resource to; variables of the environment are read when a run starts."""
    given = {
        "account_id": account_id,
        "disable_schedule_on_trigger": disable_schedule_on_trigger,
        "request_max_retries": request_max_retries,
        "request_retry_delay": request_retry_delay,
        "dbt_cloud_host": dbt_cloud_host,
        "request_timeout": request_timeout,
    }
    reject_unknown(unknown, of=_NAME, known=["api_token (or auth_token)", *given])
    token = one_token(auth_token, api_token, of=_NAME)
    require_account(account_id, of=_NAME)
    with building():
        DbtCloudResource(token, **given)  # what is wrong shall fail here, where the user wrote it
    return {"auth_token": token, **given}
