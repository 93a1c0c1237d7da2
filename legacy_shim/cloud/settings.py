"""The arguments of the legacy resources in both spellings, and the values behind environment variables."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from typing import Any

from dagster import EnvVar

from legacy_shim.cloud.failures import DbtCloudConfigurationError
from legacy_shim.cloud.hidden import hide, reveal

DBT_DEFAULT_HOST = "https://cloud.getdbt.com/"
DEFAULT_REQUEST_TIMEOUT = 60.0
"""Seconds for a whole request. An artifact may take ten times as long while it comes fast enough."""

TOKEN_NAMES = ("auth_token", "api_token")
"""The two names of one argument."""

_IntEnvVar = type(EnvVar.int("ANY"))
_MISSPELT = {
    "token": "auth_token",
    "api_key": "auth_token",
    "auth": "auth_token",
    "account": "account_id",
    "host": "dbt_cloud_host",
    "access_url": "dbt_cloud_host",
}


def one_token(auth_token: Any, api_token: Any, *, of: str) -> Any:
    """Return the one token that was given under either name; both, or neither, is an error."""
    if auth_token is not None and api_token is not None:
        raise DbtCloudConfigurationError(
            f"{of} was given both auth_token and api_token, which mean the same. Give one of them."
        )
    if auth_token is None and api_token is None:
        raise DbtCloudConfigurationError(
            f"{of} needs a dbt Cloud token: auth_token=... (api_token=... means the same)."
        )
    return api_token if auth_token is None else auth_token


def reject_unknown(names: Iterable[str], *, of: str, known: Iterable[str]) -> None:
    """Raise if there are `names`, with the spelling that is probably meant for each."""
    hints = [
        f"{name!r} (did you mean {_MISSPELT[name]!r}?)" if name in _MISSPELT else repr(name)
        for name in sorted(names)
    ]
    if hints:
        raise DbtCloudConfigurationError(
            f"{of} has no argument {', '.join(hints)}. It takes {', '.join(known)}."
        )


def require_account(account_id: Any, *, of: str) -> None:
    """Raise if no account was given."""
    if account_id is None:
        raise DbtCloudConfigurationError(f"{of} needs the id of a dbt Cloud account: account_id=12345.")


def hidden(token: Any) -> Any:
    """Return what may be kept and shown of a token: an ``EnvVar`` as it is, a handle for a literal one."""
    if is_env_var(token) or is_env_reference(token):
        return token
    _require_text(token)
    return hide(token)


def hide_tokens(config: Mapping[str, Any]) -> dict[str, Any]:
    """Return `config` with handles in place of literal tokens."""
    return {
        name: hidden(value) if name in TOKEN_NAMES and value is not None else value
        for name, value in config.items()
    }


def is_env_reference(value: Any) -> bool:
    """Whether `value` is ``{"env": "NAME"}``, as in Dagster's configuration."""
    return isinstance(value, Mapping) and set(value) == {"env"} and isinstance(value["env"], str)


def is_env_var(value: Any) -> bool:
    """Whether `value` is an ``EnvVar`` or an ``EnvVar.int``."""
    return isinstance(value, (EnvVar, _IntEnvVar))


def env_name(value: Any) -> str:
    """Return the name of the variable that an ``EnvVar`` or ``{"env": ...}`` refers to."""
    return str(value["env"] if isinstance(value, Mapping) else value.env_var_name)


def value_of(given: Any) -> Any:
    """Return `given`, or what the environment has for it now if it refers to a variable."""
    if not (is_env_var(given) or is_env_reference(given)):
        return given
    name = env_name(given)
    if name not in os.environ:
        raise DbtCloudConfigurationError(f"The environment variable {name} is not set.")
    return os.environ[name]


def token_of(given: Any) -> str:
    """Return the token, fit for an HTTP header. A line end around it is taken off: files with tokens have one."""
    where = f" in {env_name(given)}" if is_env_var(given) or is_env_reference(given) else ""
    value = value_of(given)
    _require_text(value)
    token = reveal(value).strip()
    if not token:
        raise DbtCloudConfigurationError(f"The dbt Cloud token{where} is empty.")
    if not (token.isascii() and token.isprintable()):
        raise DbtCloudConfigurationError(
            f"The dbt Cloud token{where} has characters that no HTTP header may carry."
        )
    return token


def _require_text(token: Any) -> None:
    if not isinstance(token, str):
        raise DbtCloudConfigurationError(
            f"A dbt Cloud token is text, not {type(token).__name__}. Are the token and account_id swapped?"
        )


def account_of(given: Any) -> int:
    """Return the id of the account as a number, however it was given."""
    value = value_of(given)
    try:
        return int(value)
    except (TypeError, ValueError):
        where = f" in {env_name(given)}" if is_env_var(given) or is_env_reference(given) else ""
        # The value itself is not shown: where two arguments were swapped, it is the token.
        raise DbtCloudConfigurationError(
            f"The account_id{where} must be the number of a dbt Cloud account; "
            f"this {type(value).__name__} is none."
        ) from None


def host_of(given: Any) -> str:
    """Return the address of the host with a scheme and a slash at its end."""
    host = str(value_of(given) or DBT_DEFAULT_HOST).strip()
    if "://" not in host:
        host = f"https://{host}"
    return host if host.endswith("/") else f"{host}/"
