"""The methods of the legacy client and what v2 has for them.

Source: ``dagster_dbt.cloud.resources`` and ``dagster_dbt.cloud_v2.client``. A method is listed only where v2 sends the
same request and answers the same data.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass

from ...analysis.inference.legacy_names import is_client, thing_kind
from ...analysis.inference.values import (
    Keyed,
    Made,
    Member,
    Result,
    Value,
)
from ...analysis.syntax.functions import is_none

METHODS: Mapping[str, str] = {
    "run_job": "trigger_job_run",
    "run_job_and_poll": "",
    "poll_run": "",
    "get_job": "get_job_details",
    "get_run": "get_run_details",
    "cancel_run": "cancel_run",
    "list_run_artifacts": "list_run_artifacts",
    "get_manifest": "get_run_manifest_json",
    "get_run_results": "get_run_results_json",
}
"""Legacy method to v2 method; empty where it becomes several calls."""

_PARAMETERS: Mapping[str, tuple[str, ...]] = {
    "run_job": ("job_id",),
    "run_job_and_poll": ("job_id", "poll_interval", "poll_timeout"),
    "poll_run": ("run_id", "poll_interval", "poll_timeout"),
    "get_job": ("job_id",),
    "get_run": ("run_id", "include_related"),
    "cancel_run": ("run_id",),
    "list_run_artifacts": ("run_id",),
    "get_manifest": ("run_id",),
    "get_run_results": ("run_id",),
}
_DOCUMENTED = ("job_id", "cause", "steps_override", "schema_override", "poll_interval", "poll_timeout")
"""What ``run_job_and_poll`` takes by position in the dialect where the second argument is a string."""
UNSENT = frozenset({"href", "schema_override", "cause"})
"""Arguments that v2's client has no parameter for, and are left out."""
_MAY_BE_NONE = frozenset({"schema_override"})
"""What v2 has no parameter for, and legacy does nothing with where it is None."""
_KEYWORDS: Mapping[str, frozenset[str]] = {
    "run_job": frozenset({"steps_override", "cause"}),
    "run_job_and_poll": frozenset({"steps_override", "cause"}),
}

JOB_NAME_ATTRIBUTE = "job_name"
"""The attribute of ``DbtCloudOutput`` for which the details of the run must hold those of its job."""

OUTPUT_ATTRIBUTES: Mapping[str, str] = {
    "run_id": '{}["id"]',
    "job_id": '{}["job_definition_id"]',
    JOB_NAME_ATTRIBUTE: '{}["job"]["name"]',
    "run_details": "{}",
    "is_successful": '({}["status"] == 10)',
}
"""Attributes of ``DbtCloudOutput`` that the run details, which take the place of ``{}``, hold as well."""

_BY_HAND: Mapping[str, str] = {
    "result": 'this code does not have the client: call `client.get_run_results_json(run["id"])` where the client is, and pass the results on',
    "run_status": 'write `run["status_humanized"]`, which is its text',
    "docs_url": "write `urljoin(run['href'], f'/accounts/{run[\"account_id\"]}/runs/{run[\"id\"]}/docs/')`",
    "get_artifact": 'write `client.get_run_artifact(run["id"], path)`, which returns parsed JSON',
}
"""What to write by hand in place of an attribute of ``DbtCloudOutput``."""
_TIMES = frozenset({"created_at", "updated_at", "dequeued_at", "started_at", "finished_at"})


def by_hand(attribute: str) -> str:
    """What to write for an attribute of ``DbtCloudOutput`` that is not rewritten."""
    if attribute in _TIMES:
        return f'write `datetime.fromisoformat(run["{attribute}"].replace("Z", "+00:00"))`, or keep the text `run["{attribute}"]`'
    return _BY_HAND.get(attribute, "v2's run details have no counterpart; compute it in your own code")


RESULTS_ATTRIBUTE = "result"
"""The attribute of ``DbtCloudOutput`` that holds ``run_results.json``, which v2's client fetches."""

STATUS_ATTRIBUTE = "run_status"
"""The attribute of ``DbtCloudOutput`` that compares with ``DbtCloudRunStatus``."""

SETTINGS: Mapping[str, str] = {
    "auth_token": "{}.credentials.token",
    "api_token": "{}.credentials.token",
    "account_id": "{}.credentials.account_id",
    "api_v2_base_url": '({}.credentials.access_url + "/api/v2/accounts/")',
    "api_v3_base_url": '({}.credentials.access_url + "/api/v3/accounts/")',
    "request_max_retries": "{}.request_max_retries",
    "request_retry_delay": "{}.request_retry_delay",
    "_auth_token": "{}.credentials.token",
    "_account_id": "{}.credentials.account_id",
    "_request_max_retries": "{}.request_max_retries",
    "_request_retry_delay": "{}.request_retry_delay",
}
"""Attributes of the legacy resource that a workspace, which takes the place of ``{}``, holds as well.

So it does those of the client that code is handed under a resource key; some are private, and code reads them for requests.
"""

SETTINGS_OF_CLIENT: Mapping[str, str] = {
    "api_v2_base_url": '({}.access_url + "/api/v2/accounts/")',
    "api_v3_base_url": '({}.access_url + "/api/v3/accounts/")',
    "_auth_token": "{}.token",
    "_account_id": "{}.account_id",
    "_request_max_retries": "{}.request_max_retries",
    "_request_retry_delay": "{}.request_retry_delay",
}
"""Attributes of the legacy client that v2's, which takes the place of ``{}``, holds as well."""


def settings_of(value: Value) -> Mapping[str, str]:
    """The attributes of a legacy resource, or of its client, that v2's has as well, and how they are written."""
    if isinstance(value, Result):
        return SETTINGS_OF_CLIENT if is_client(value) else {}
    return SETTINGS if isinstance(value, (Keyed, Made)) else {}


_UNLIKE: Mapping[str, str] = {
    "dbt_cloud_host": "is `{}.credentials.access_url` in v2, without a slash at the end: read that, or the value that you "
    "built the resource with",
    "disable_schedule_on_trigger": "has no counterpart in v2, which never turns a schedule off: remove this use",
    "request_timeout": "is `{}.request_timeout` of a workspace, in seconds, and 15 by default: read the value that you built "
    "the resource with",
}
"""What to write by hand for the settings that a workspace has otherwise, or not at all."""


def unlike(name: str, client: str) -> str:
    """Why an attribute that is read of a client or resource has no v2 form; empty where it is a method."""
    if name in _UNLIKE:
        return f"`.{name}` {_UNLIKE[name].format(client)}"
    is_method = name in METHODS or name in _LEGACY_ALONE or name in _OF_CONFIGURABLE
    return (
        ""
        if is_method
        else f"v2's client has no attribute `{name}`: declare it as a field or `PrivateAttr` of your class, or keep it in a variable"
    )


OF_A_WORKSPACE = frozenset(
    {"credentials", "project_id", "environment_id", "adhoc_job_name", "cli", "get_client", "unique_id"}
    | {"adhoc_job_pool_size", "adhoc_job_pool_mode", "request_timeout", "load_specs", "fetch_workspace_data"}
)
"""What a workspace has, and the legacy resource has not."""


def is_written_for_v2(value: Value) -> bool:
    """Whether a value is what only a workspace has, asked of a resource: somebody wrote that use by hand already."""
    member = value.member if isinstance(value, Result) else value
    return (
        isinstance(member, Member)
        and member.attribute in OF_A_WORKSPACE
        and (isinstance(member.of, Keyed) or thing_kind(member.of) == "resource")
    )


_LEGACY_ALONE = frozenset(
    {
        *(
            "api_v2_base_url",
            "api_v3_base_url",
            "build_url_for_job",
            "build_url_for_cloud_docs",
            "make_request",
        ),
        *("update_job", "get_run_steps", "get_job_environment_variables", "set_job_environment_variable"),
        *("rerun_job", "get_json_artifact"),
    }
)
"""What the legacy client has, or the facade's, and v2's has not."""


_OF_CONFIGURABLE = frozenset(
    {
        *(
            "with_resource_context",
            "with_replaced_resource_context",
            "get_resource_context",
            "from_resource_context",
        ),
        *("process_config_and_initialize", "process_config_and_initialize_cm", "from_resource_context_cm"),
        *("setup_for_execution", "teardown_after_execution", "yield_for_execution", "create_resource"),
        *("configure_at_launch", "partial", "model_copy", "model_dump", "copy", "dict"),
    }
)
"""Methods of ``ConfigurableResource`` itself, and of pydantic's models."""

_OF_V2 = frozenset({"poll_run", "cancel_run", "list_run_artifacts", "get_run_artifact", "list_jobs"})


def is_legacy_alone(name: str) -> bool:
    """Whether the legacy client has a method, and v2's has none of that name."""
    return name in _LEGACY_ALONE or (name in METHODS and name not in _OF_V2)


def _unknown(name: str) -> str:
    if name in _LEGACY_ALONE:
        return (
            f"v2's client has no `{name}`: send the request yourself, with `requests` and `client.api_v2_url`"
        )
    if name == "configured":
        return "the resource is configured a second time: write all of its settings where it is built, `dbt_cloud_resource.configured({...})`"
    if name in _OF_CONFIGURABLE:
        return f"the result of Dagster's own `{name}` cannot be traced: build a resource for this place, `DbtCloudClientResource(...)`"
    return f"neither the legacy client nor v2's has `{name}`: this fails before the migration too; call a method that exists"


@dataclass(frozen=True, eq=False)
class Method:
    """A call of a client: the method, and its arguments by name, which is the same in v2."""

    name: str
    arguments: tuple[tuple[str, ast.expr], ...]

    def argument(self, name: str) -> ast.expr | None:
        """The argument of that name."""
        return next((value for key, value in self.arguments if key == name), None)


def read_loosely(call: ast.Call, name: str) -> Method:
    """The arguments of a call that are written there; it may have others."""
    positions = _PARAMETERS.get(name, ())
    plain = [argument for argument in call.args if not isinstance(argument, ast.Starred)]
    named = [(word.arg, word.value) for word in call.keywords if word.arg]
    return Method(name, (*zip(positions, plain, strict=False), *named))


def read_call(
    call: ast.Call, name: str, *, is_documented: bool
) -> tuple[Method | None, str, ast.expr | None]:
    """The method that a call calls, why it has no v2 form (empty where it has one), and the job that it names.

    ``is_documented``: the arguments by position are those of the form in which the cause is the second.
    """
    if name not in METHODS:
        return None, _unknown(name), None
    parameters = _PARAMETERS[name]
    if is_documented:
        parameters = _DOCUMENTED
    if any(isinstance(argument, ast.Starred) for argument in call.args) or len(call.args) > len(parameters):
        return None, f"the arguments of `{name}` cannot be determined: write them out, without `*`", None
    arguments: list[tuple[str, ast.expr]] = list(zip(parameters, call.args, strict=False))
    allowed = {*_PARAMETERS[name], *_KEYWORDS.get(name, ())}
    for keyword in call.keywords:
        if keyword.arg is None:
            return (
                None,
                f"the arguments of `{name}` are passed with `**`: write them out, `{name}(job_id=67890)`",
                None,
            )
        arguments.append((keyword.arg, keyword.value))
    for given, value in arguments:
        if name == "poll_run" and given == "href" and _is_href(value):
            continue  # Where the run is shown, which it says itself.
        if given not in allowed and not (given in _MAY_BE_NONE and is_none(value)):
            return None, f"v2's `{METHODS[name] or 'trigger_job_run'}` has no parameter `{given}`", None
    job = dict(arguments).get("job_id")
    return Method(name, tuple(arguments)), "", job


def _is_href(node: ast.expr) -> bool:
    """Whether an expression is ``run["href"]``."""
    is_entry = isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant)
    return is_entry and isinstance(node.value, ast.Name) and node.slice.value == "href"  # type: ignore[attr-defined]
