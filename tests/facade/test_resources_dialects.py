"""The resources in both dialects, in real Dagster jobs."""

import warnings
from collections.abc import Callable
from typing import Any

import pytest
from dagster import (
    AssetExecutionContext,
    Definitions,
    EnvVar,
    OpExecutionContext,
    ResourceDefinition,
    asset,
    build_init_resource_context,
    job,
    materialize,
    op,
)

from legacy_shim.cloud import resources
from legacy_shim.cloud.resources import (
    DbtCloudClient,
    DbtCloudClientResource,
    DbtCloudResource,
    dbt_cloud_resource,
)
from legacy_shim.emulator import DbtCloud, Server
from legacy_shim.warning_category import LegacyDbtCloudWarning

Make = Callable[[str, str], Any]

BOUND: dict[str, Make] = {
    "called": lambda token, host: dbt_cloud_resource(api_token=token, account_id=12345, dbt_cloud_host=host),
    "called by position": lambda token, host: dbt_cloud_resource(token, 12345, False, dbt_cloud_host=host),
    "called with the other token": lambda token, host: dbt_cloud_resource(
        auth_token=token, account_id="12345", dbt_cloud_host=host
    ),
    "called with variables": lambda _, host: dbt_cloud_resource(
        EnvVar("T_TOKEN"), EnvVar.int("T_ACCOUNT"), dbt_cloud_host=host
    ),
    "called with references": lambda _, host: dbt_cloud_resource(
        api_token={"env": "T_TOKEN"}, account_id={"env": "T_ACCOUNT"}, dbt_cloud_host=host
    ),
    "configured": lambda token, host: dbt_cloud_resource.configured(
        {"auth_token": token, "account_id": 12345, "dbt_cloud_host": host}
    ),
    "configured with references": lambda _, host: dbt_cloud_resource.configured(
        {"api_token": {"env": "T_TOKEN"}, "account_id": {"env": "T_ACCOUNT"}, "dbt_cloud_host": host}
    ),
    "class": lambda token, host: DbtCloudClientResource(
        auth_token=token, account_id=12345, dbt_cloud_host=host
    ),
    "class with variables": lambda _, host: DbtCloudClientResource(
        api_token=EnvVar("T_TOKEN"), account_id=EnvVar.int("T_ACCOUNT"), dbt_cloud_host=host
    ),
    "class with text variables": lambda *_: DbtCloudClientResource(
        auth_token=EnvVar("T_TOKEN"), account_id=EnvVar("T_ACCOUNT"), dbt_cloud_host=EnvVar("T_HOST")
    ),
    "class with references": lambda *_: DbtCloudClientResource(
        api_token={"env": "T_TOKEN"}, account_id={"env": "T_ACCOUNT"}, dbt_cloud_host={"env": "T_HOST"}
    ),
    "client": lambda token, host: ResourceDefinition.hardcoded_resource(
        DbtCloudResource(token, 12345, dbt_cloud_host=host)
    ),
}
UNBOUND: dict[str, Any] = {
    "bare": dbt_cloud_resource,
    "at launch": DbtCloudClientResource.configure_at_launch(),
}


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch, server: Server, token: str) -> None:
    monkeypatch.setenv("T_TOKEN", token)
    monkeypatch.setenv("T_ACCOUNT", "12345")
    monkeypatch.setenv("T_HOST", server.url)


@op(required_resource_keys={"dbt_cloud"})
def run_the_job(context: OpExecutionContext) -> dict[str, Any]:
    client = context.resources.dbt_cloud
    assert isinstance(client, DbtCloudClient)
    output = client.run_job_and_poll(67890, poll_interval=0.01)
    return {"successful": output.is_successful, "token": client.api_token, "account": client.account_id}


def run_in_a_job(resource: Any, run_config: dict[str, Any] | None = None) -> dict[str, Any]:
    @job(resource_defs={"dbt_cloud": resource})
    def the_job() -> None:
        run_the_job()

    return dict(the_job.execute_in_process(run_config=run_config).output_for_node("run_the_job"))


@pytest.mark.parametrize("form", BOUND)
def test_every_form_of_resource_runs_a_job(form: str, cloud: DbtCloud, server: Server, token: str) -> None:
    result = run_in_a_job(BOUND[form](token, server.url))
    assert result == {"successful": True, "token": token, "account": 12345}
    assert len(cloud.runs) == 1


@pytest.mark.parametrize("spelling", ["auth_token", "api_token"])
@pytest.mark.parametrize("value", ["literal", "variable"])
@pytest.mark.parametrize("form", UNBOUND)
def test_values_in_run_config(form: str, spelling: str, value: str, server: Server, token: str) -> None:
    config = {
        spelling: token if value == "literal" else {"env": "T_TOKEN"},
        "account_id": 12345 if value == "literal" else {"env": "T_ACCOUNT"},
        "dbt_cloud_host": server.url,
    }
    run_config = {"resources": {"dbt_cloud": {"config": config}}}
    assert run_in_a_job(UNBOUND[form], run_config)["token"] == token


@pytest.mark.parametrize("form", [form for form in BOUND if form.startswith("class")])
def test_class_as_a_parameter_has_the_methods_and_values(form: str, server: Server, token: str) -> None:
    seen = {}

    @asset
    def numbers(dbt_cloud: DbtCloudClientResource) -> None:
        seen["tokens"] = (dbt_cloud.auth_token, dbt_cloud.api_token)
        seen["account"] = dbt_cloud.account_id
        seen["same client"] = dbt_cloud.get_dbt_client() is dbt_cloud.get_dbt_client()
        output = dbt_cloud.run_job_and_poll(67890, "by parameter", poll_interval=0.01)
        seen["artifact"] = output.get_artifact("manifest.json")["nodes"] != {}
        seen["names"] = (
            dbt_cloud.get_job(67890)["name"],
            dbt_cloud.get_dbt_client().get_run(output.run_id)["status_humanized"],
        )

    resource = BOUND[form](token, server.url)
    assert materialize([numbers], resources={"dbt_cloud": resource}).success
    assert seen == {
        "tokens": (token, token),
        "account": 12345,
        "same client": True,
        "artifact": True,
        "names": ("Nightly", "Success"),
    }


def test_class_outside_of_dagster(server: Server, token: str) -> None:
    resource = BOUND["class with variables"](token, server.url)
    assert resource.run_job_and_poll(67890, poll_interval=0.01).is_successful
    assert resource.list_jobs(11)[0]["id"] == 67890


def test_class_forwards_every_method_of_the_client() -> None:
    of_client = {name for name in vars(DbtCloudClient) if callable(getattr(DbtCloudClient, name))}
    api = next(base for base in DbtCloudClient.__mro__ if base.__name__ == "AccountApi")
    calls = {name for name in (of_client | vars(api).keys()) if not name.startswith("_")}
    plain = {"host", "log", "retry_policy", "request_timeout", "api_v2_base_url", "api_v3_base_url"}
    own = {"auth_token", "api_token", "account_id", "disable_schedule_on_trigger", "get_dbt_client"}
    helpers = {"build_url_for_job", "build_url_for_cloud_docs", "get_json_artifact"}
    assert calls - plain - own - helpers <= set(dir(DbtCloudClientResource))


def test_replaced_client_method_is_seen_by_the_class(
    server: Server, token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resources.DbtCloudClient, "get_job", lambda _, job_id: {"id": -job_id})
    assert BOUND["class"](token, server.url).get_job(67890) == {"id": -67890}


def test_subclass_with_defaults_of_its_own(server: Server, token: str) -> None:
    host = server.url

    class OurCloud(DbtCloudClientResource):
        auth_token: str = EnvVar("T_TOKEN")
        account_id: int = 12345
        dbt_cloud_host: str = host

        def nightly(self) -> str:
            return str(self.get_dbt_client().get_job(67890)["name"])

    assert OurCloud().nightly() == "Nightly"
    assert run_in_a_job(OurCloud())["token"] == token
    assert OurCloud(api_token="another").auth_token == "another"


def test_the_configuration_is_read_when_a_run_starts(server: Server, token: str) -> None:
    config = {"auth_token": token, "account_id": 1, "dbt_cloud_host": server.url}
    resource = dbt_cloud_resource.configured(config)
    config["account_id"] = 12345
    assert run_in_a_job(resource)["account"] == 12345


def test_called_with_an_init_context(server: Server, token: str) -> None:
    config = {"auth_token": token, "account_id": 12345, "dbt_cloud_host": server.url}
    client = dbt_cloud_resource(build_init_resource_context(config=config))
    assert isinstance(client, DbtCloudResource)
    assert client.get_job(67890)["id"] == 67890


def test_client_of_the_class_logs_to_the_run(server: Server, token: str) -> None:
    context = build_init_resource_context()
    bound = BOUND["class"](token, server.url).with_replaced_resource_context(context)
    assert bound.get_dbt_client().log is context.log


def test_same_definition_under_several_keys(server: Server, token: str) -> None:
    """One resource in Definitions, in the legacy and in the parameter style at once."""
    resource = BOUND["class"](token, server.url)

    @asset
    def with_parameter(dbt_cloud: DbtCloudClientResource) -> int:
        return int(dbt_cloud.get_job(67890)["id"])

    @asset(required_resource_keys={"dbt_cloud"})
    def with_context(context: AssetExecutionContext) -> int:
        return int(context.resources.dbt_cloud.get_job(67890)["id"])

    defs = Definitions(assets=[with_parameter, with_context], resources={"dbt_cloud": resource})
    result = defs.resolve_implicit_global_asset_job_def().execute_in_process()
    assert [result.output_for_node(name) for name in ("with_parameter", "with_context")] == [67890, 67890]


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: DbtCloudClientResource(token="x", account_id=1), "did you mean 'auth_token'"),
        (lambda: DbtCloudClientResource(account_id=1), "auth_token=.*api_token="),
        (lambda: DbtCloudClientResource(auth_token="x"), "account_id="),
        (lambda: DbtCloudClientResource(auth_token="x", api_token="x", account_id=1), "both"),
        (lambda: DbtCloudClientResource(auth_token="x", account_id="secret"), "must be the number"),
        (lambda: dbt_cloud_resource(), "auth_token=.*api_token="),
        (lambda: dbt_cloud_resource("x"), "account_id="),
        (lambda: dbt_cloud_resource("x", 1, auth_token="x"), "both"),
        (lambda: dbt_cloud_resource("x", 1, token="x"), "did you mean 'auth_token'"),
        (lambda: dbt_cloud_resource.configured({"account_id": 1}), "auth_token=.*api_token="),
        (
            lambda: dbt_cloud_resource.configured({"auth_token": "x", "api_token": "x", "account_id": 1}),
            "both",
        ),
    ],
)
def test_mistakes_name_the_right_spelling(make: Callable[[], Any], says: str) -> None:
    with pytest.raises((TypeError, ValueError), match=says) as caught:
        make()
    assert "secret" not in str(caught.value)


def warnings_of(action: Callable[[], Any]) -> list[tuple[str, str, int]]:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        action()
    return [
        (str(warning.message).split()[1], warning.filename, warning.lineno)
        for warning in caught
        if issubclass(warning.category, LegacyDbtCloudWarning)
    ]


@pytest.mark.parametrize(
    ("form", "name"),
    [
        ("called", "dbt_cloud_resource"),
        ("configured", "dbt_cloud_resource"),
        ("class", "DbtCloudClientResource"),
        ("class with references", "DbtCloudClientResource"),
    ],
)
def test_one_warning_for_a_resource_and_none_for_its_runs(
    form: str, name: str, server: Server, token: str
) -> None:
    made = []
    told = warnings_of(lambda: made.append(BOUND[form](token, server.url)))
    assert [(what, file) for what, file, _ in told] == [(name, __file__)]
    assert warnings_of(lambda: run_in_a_job(made[0])) == []


def test_client_class_is_told_by_its_own_name() -> None:
    assert [name for name, _, _ in warnings_of(lambda: DbtCloudResource("x", 1))] == ["DbtCloudResource"]
    assert [name for name, _, _ in warnings_of(lambda: DbtCloudClient("x", 1))] == ["DbtCloudClient"]


def test_subclass_is_told_where_it_is_made() -> None:
    def subclass() -> None:
        class Ours(DbtCloudResource):
            def __init__(self) -> None:
                super().__init__("x", 1)

        Ours()

    names = [name for name, _, _ in warnings_of(subclass)]
    assert names == ["DbtCloudResource", "DbtCloudResource"]
