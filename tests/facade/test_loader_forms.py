"""What load_assets_from_dbt_cloud_job returns fits wherever either dialect puts it, and asks dbt Cloud once."""

from __future__ import annotations

import sys
import types
import warnings
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest
from dagster import (
    AssetKey,
    AssetsDefinition,
    AssetSelection,
    DagsterInstance,
    Definitions,
    asset,
    define_asset_job,
    load_assets_from_modules,
    load_definitions_from_module,
    materialize,
    repository,
    with_resources,
)
from dagster._core.definitions.assets.definition.cacheable_assets_definition import CacheableAssetsDefinition
from loading import ACCOUNT, JOB, TOKEN, commands_run, config, shop_cloud

from legacy_shim import (
    DbtCloudClientResource,
    DbtCloudResource,
    dbt_cloud_resource,
    load_assets_from_dbt_cloud_job,
)
from legacy_shim.emulator import DbtCloud, Server, serve

ORDERS = AssetKey("stg_orders")
ALL = {
    *("raw_orders", "stg_orders", "stg_customers", "orders_history"),
    *("marts/totals", "dim_customer_v1", "dim_customer_v2", "reports/summary"),
}
COMPILE = ["dbt compile"]


@asset
def other() -> int:
    return 1


@pytest.fixture
def cloud() -> DbtCloud:
    return shop_cloud()


@pytest.fixture
def server(cloud: DbtCloud) -> Iterator[Server]:
    with serve(cloud) as running:
        yield running


@pytest.fixture
def resource(server: Server) -> Any:
    return dbt_cloud_resource.configured(config(server.url))


@pytest.fixture
def assets(resource: Any) -> Any:
    return load_assets_from_dbt_cloud_job(dbt_cloud=resource, job_id=JOB)


def keys(definitions: Definitions) -> set[str]:
    graph = definitions.get_repository_def().asset_graph
    return {key.to_user_string() for key in graph.executable_asset_keys} - {"other"}


def run_all(definitions: Definitions) -> None:
    with DagsterInstance.ephemeral() as instance:
        assert (
            definitions.resolve_implicit_global_asset_job_def().execute_in_process(instance=instance).success
        )


def test_it_is_both_cacheable_and_a_sequence(assets: Any) -> None:
    assert isinstance(assets, CacheableAssetsDefinition)
    assert isinstance(assets, Sequence)
    assert len(assets) == 1
    assert isinstance(assets[0], AssetsDefinition)
    assert [*assets] == list(assets[:]) == [assets[0]]
    assert {key.to_user_string() for key in assets[0].keys} == ALL


PLACES: dict[str, Callable[[Any, Any], Definitions]] = {
    "assets=[x]": lambda x, _: Definitions(assets=[x]),
    "assets=x": lambda x, _: Definitions(assets=x),
    "assets=[*x, other]": lambda x, _: Definitions(assets=[*x, other]),
    "assets=[x, other]": lambda x, _: Definitions(assets=[x, other]),
    "assets=x + [other]": lambda x, _: Definitions(assets=x + [other]),  # noqa: RUF005  # as users write it
    "assets=[other] + x": lambda x, _: Definitions(assets=[other] + x),  # noqa: RUF005
    "assets=[x], resources": lambda x, r: Definitions(assets=[x], resources={"dbt_cloud": r}),
    "assets=x, resources": lambda x, r: Definitions(assets=x, resources={"dbt_cloud": r}),
    "assets=[*x, other], resources": lambda x, r: Definitions(assets=[*x, other], resources={"dbt_cloud": r}),
    "with_resources([x])": lambda x, r: Definitions(assets=with_resources([x], {"dbt_cloud": r})),
    "with_resources(x)": lambda x, r: Definitions(assets=with_resources(x, {"dbt_cloud": r})),
    "merged": lambda x, r: Definitions.merge(
        Definitions(assets=x), Definitions(assets=[other], resources={"dbt_cloud": r})
    ),
    "a job of them": lambda x, _: Definitions(
        assets=x, jobs=[define_asset_job("one", AssetSelection.assets(*x))]
    ),
}


@pytest.mark.parametrize("place", PLACES.values(), ids=PLACES)
def test_every_place_holds_the_same_assets_and_runs(
    cloud: DbtCloud, assets: Any, resource: Any, place: Callable[[Any, Any], Definitions]
) -> None:
    definitions = place(assets, resource)
    assert keys(definitions) == ALL
    run_all(definitions)
    assert commands_run(cloud) == [COMPILE, ["dbt seed", "dbt build"]]


@pytest.mark.parametrize("form", ["x", "*x"])
def test_a_repository_may_return_them(cloud: DbtCloud, assets: Any, form: str) -> None:
    @repository
    def shop() -> list[Any]:
        return [other, assets] if form == "x" else [other, *assets]

    found = {key.to_user_string() for key in shop.asset_graph.executable_asset_keys}
    assert found == {*ALL, "other"}
    assert commands_run(cloud) == [COMPILE]


@pytest.fixture
def module(assets: Any) -> Iterator[types.ModuleType]:
    """A module of definitions that has the loaded assets in a variable."""
    module = types.ModuleType("a_module_of_assets")
    module.dbt_cloud_assets = assets  # type: ignore[attr-defined]
    module.other = other  # type: ignore[attr-defined]
    sys.modules[module.__name__] = module
    yield module
    del sys.modules[module.__name__]


def test_a_module_that_has_them_can_be_loaded(cloud: DbtCloud, module: types.ModuleType) -> None:
    assert keys(Definitions(assets=load_assets_from_modules([module]))) == ALL
    assert commands_run(cloud) == [COMPILE]


def test_a_module_that_has_them_can_be_loaded_as_definitions(
    cloud: DbtCloud, module: types.ModuleType
) -> None:
    assert keys(load_definitions_from_module(module)) == ALL
    assert commands_run(cloud) == [COMPILE]


def test_a_module_that_has_them_can_be_loaded_with_a_prefix(module: types.ModuleType) -> None:
    definitions = Definitions(assets=load_assets_from_modules([module], key_prefix="dbt"))
    assert {f"dbt/{key}" for key in ALL} <= keys(definitions)


def test_nothing_is_asked_until_definitions_are_resolved(cloud: DbtCloud, assets: Any, resource: Any) -> None:
    placed = [
        Definitions(assets=[assets]),
        Definitions(assets=assets, resources={"dbt_cloud": resource}),
        Definitions(assets=[*assets, other]),
        Definitions(assets=with_resources(assets, {"dbt_cloud": resource})),
    ]
    assert cloud.journal == []
    for definitions in placed:
        assert keys(definitions) == ALL
    assert commands_run(cloud) == [COMPILE], "one compile run for all of them"


def test_a_resource_bound_beside_them_runs_the_job(cloud: DbtCloud, assets: Any, server: Server) -> None:
    calls = []

    class Watched(DbtCloudResource):
        def run_job_and_poll(self, *args: Any, **kwargs: Any) -> Any:
            calls.append(kwargs["job_id"])
            return super().run_job_and_poll(*args, **kwargs)

    run_all(Definitions(assets=assets, resources={"dbt_cloud": Watched(**config(server.url))}))
    assert calls == [JOB]
    assert len(cloud.runs) == 2


def test_another_resource_under_the_key_is_named(assets: Any) -> None:
    from dagster import ResourceDefinition

    definitions = Definitions(
        assets=assets, resources={"dbt_cloud": ResourceDefinition.hardcoded_resource({})}
    )
    with DagsterInstance.ephemeral() as instance, pytest.raises(Exception, match="'dbt_cloud' is a dict"):
        definitions.resolve_implicit_global_asset_job_def().execute_in_process(instance=instance)


RESOURCES: dict[str, Callable[[str], Any]] = {
    "configured": lambda url: dbt_cloud_resource.configured(config(url)),
    "documented": lambda url: dbt_cloud_resource(api_token=TOKEN, account_id=ACCOUNT, dbt_cloud_host=url),
    "class": lambda url: DbtCloudClientResource(**config(url)),
    "class, documented": lambda url: DbtCloudClientResource(
        api_token=TOKEN, account_id=ACCOUNT, dbt_cloud_host=url
    ),
    "client": lambda url: DbtCloudResource(**config(url)),
}


@pytest.mark.parametrize("make", RESOURCES.values(), ids=RESOURCES)
@pytest.mark.parametrize("bound", [False, True])
def test_every_kind_of_resource_loads_and_runs(
    cloud: DbtCloud, server: Server, make: Callable[[str], Any], bound: bool
) -> None:
    resource = make(server.url)
    assets = load_assets_from_dbt_cloud_job(resource, JOB)
    run_all(Definitions(assets=assets, resources={"dbt_cloud": resource} if bound else {}))
    assert len(cloud.runs) == 2


def test_what_is_no_resource_is_refused_at_once() -> None:
    with pytest.raises(Exception, match=r"must be a dbt Cloud resource.* It is a str"):
        load_assets_from_dbt_cloud_job("dbt_api_token_here", JOB)


def test_they_can_be_materialized_directly(cloud: DbtCloud, assets: Any) -> None:
    with DagsterInstance.ephemeral() as instance:
        result = materialize([*assets, other], selection=[ORDERS], instance=instance)
    assert [event.asset_key for event in result.get_asset_materialization_events()] == [ORDERS]
    assert commands_run(cloud)[1] == ["dbt seed", "dbt build --select shop.staging.stg_orders"]


def test_a_failed_load_can_be_tried_again(cloud: DbtCloud, assets: Any) -> None:
    from legacy_shim.emulator import Fault

    cloud.fail(Fault(method="GET", path=rf"/jobs/{JOB}/$", status=401))
    with pytest.raises(Exception, match="401"):
        Definitions(assets=assets).get_repository_def()
    assert keys(Definitions(assets=assets)) == ALL


def test_looking_for_protocols_asks_nothing(cloud: DbtCloud, assets: Any) -> None:
    (deferred,) = assets
    assert not hasattr(deferred, "__len__")
    assert not hasattr(deferred, "__dataclass_fields__")
    assert cloud.journal == []


def test_loading_shows_no_warning_but_ours(assets: Any) -> None:
    with warnings.catch_warnings(record=True) as shown:
        warnings.simplefilter("always")
        assets[0].keys  # noqa: B018
    assert [str(one.message) for one in shown if "AutoMaterializePolicy" not in str(one.message)] == []
