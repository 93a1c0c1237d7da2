"""Where users reported the legacy loader to fail, the facade does not."""

from __future__ import annotations

import json
import shlex
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from dagster import (
    AssetKey,
    AssetSelection,
    AutoMaterializePolicy,
    AutomationCondition,
    DagsterInstance,
    Definitions,
    FreshnessPolicy,
    LegacyFreshnessPolicy,
    StaticPartitionsDefinition,
    define_asset_job,
)
from dagster_dbt import DagsterDbtCloudJobInvariantViolationError
from loading import ARTIFACTS, JOB, PROJECT, commands_run, config, loaded, rewritten, shop_cloud

from legacy_shim import dbt_cloud_resource, load_assets_from_dbt_cloud_job
from legacy_shim.emulator import DbtCloud, Fault, RecordedArtifacts, serve

ORDERS, TOTALS = AssetKey("stg_orders"), AssetKey(["marts", "totals"])


class Loaded:
    """A job loaded through the facade, and its dbt Cloud."""

    def __init__(self, cloud: DbtCloud, url: str, **arguments: Any) -> None:
        self.cloud = cloud
        resource = dbt_cloud_resource.configured(config(url))
        self.assets = load_assets_from_dbt_cloud_job(resource, JOB, **arguments)
        self.definition = self.assets[0]

    def run(self, *selected: AssetKey, partition: str | None = None, ok: bool = True) -> Any:
        selection = AssetSelection.assets(*selected) if selected else AssetSelection.all()
        definitions = Definitions(assets=self.assets, jobs=[define_asset_job("the_job", selection)])
        with DagsterInstance.ephemeral() as instance:
            result = definitions.resolve_job_def("the_job").execute_in_process(
                instance=instance, partition_key=partition, raise_on_error=False
            )
            self.log = [entry.user_message for entry in instance.all_logs(result.run_id)]
        assert result.success is ok, self.log
        return result

    def backend(self, artifacts: Path) -> None:
        """Let the dbt project be another from now on."""
        project = self.cloud.projects[PROJECT]
        self.cloud.projects[PROJECT] = replace(project, backend=RecordedArtifacts(artifacts))


@pytest.fixture
def load(request: pytest.FixtureRequest) -> Callable[..., Loaded]:
    def make(artifacts: Path = ARTIFACTS, commands: list[str] | None = None, **arguments: Any) -> Loaded:
        cloud = shop_cloud(artifacts, execute_steps=commands or ["dbt seed", "dbt build"])
        server = serve(cloud)
        request.addfinalizer(server.close)
        return Loaded(cloud, server.url, **arguments)

    return make


def manifest() -> dict[str, Any]:
    document: dict[str, Any] = json.loads((ARTIFACTS / "manifest.json").read_bytes())
    return document


def materialized(result: Any) -> set[str]:
    return {event.asset_key.to_user_string() for event in result.get_asset_materialization_events()}


def failure(result: Any) -> str:
    (event,) = [one for one in result.all_events if one.is_step_failure]
    return str(event.step_failure_data.error.message) + str(event.step_failure_data.error.cause or "")


def test_exposures_and_unit_tests_of_a_build_are_no_obstacle(load: Any) -> None:
    job = load()
    result = job.run()
    assert len(materialized(result)) == 8
    types = {one["unique_id"].split(".")[0] for one in _results_of_last_run(job)}
    assert {"exposure", "unit_test"} <= types, "the run had some"


def _results_of_last_run(job: Loaded) -> list[dict[str, Any]]:
    run = max(job.cloud.live_runs.values(), key=lambda one: one.id)
    (path,) = [step.artifacts["run_results.json"] for step in run.steps if step.name.endswith("`dbt build`")]
    results: list[dict[str, Any]] = json.loads(Path(path).read_bytes() if isinstance(path, Path) else path)[
        "results"
    ]
    return results


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (
            lambda document: document["nodes"].pop("model.shop.totals"),
            "it no longer exists in the dbt project",
        ),
        (
            lambda document: document["disabled"].update(
                {"model.shop.totals": [document["nodes"].pop("model.shop.totals")]}
            ),
            "it is disabled in the dbt project now",
        ),
        (
            lambda document: document["nodes"]["model.shop.totals"]["config"].update(
                materialized="ephemeral"
            ),
            "it is ephemeral now",
        ),
    ],
    ids=["deleted", "disabled", "ephemeral"],
)
@pytest.mark.parametrize("selected", [[TOTALS, ORDERS], []], ids=["selected", "all"])
def test_a_model_that_is_gone_is_an_error_that_names_it(
    load: Any, tmp_path: Path, change: Callable[[dict[str, Any]], Any], reason: str, selected: list[AssetKey]
) -> None:
    job = load()
    assert TOTALS in job.definition.keys
    document = manifest()
    change(document)
    for edges in (document["parent_map"], document["child_map"]):
        edges.pop("model.shop.totals", None)
        for others in edges.values():
            others[:] = [one for one in others if one != "model.shop.totals"]
    job.backend(rewritten(tmp_path, manifest=document))
    result = job.run(*selected, ok=False)
    assert f"model.shop.totals ({reason})" in failure(result)
    assert "stg_orders" in materialized(result), "what was built is reported"
    assert "marts/totals" not in materialized(result)


def test_a_model_that_is_new_does_not_fail_the_run(load: Any, tmp_path: Path) -> None:
    document = manifest()
    document["nodes"].pop("model.shop.summary")
    job = load(rewritten(tmp_path, manifest=document), commands=["dbt run"])
    assert AssetKey(["reports", "summary"]) not in job.definition.keys
    job.backend(ARTIFACTS)
    assert "reports/summary" not in materialized(job.run())
    assert any("reports__summary" in line for line in job.log)


def test_artifacts_that_cannot_be_fetched_tell_the_page_of_the_run(load: Any) -> None:
    job = load()
    assert job.definition.keys
    job.cloud.fail(Fault(path="manifest.json", status=403, times=None))
    (event,) = [one for one in job.run(ok=False).all_events if one.is_step_failure]
    page = event.step_failure_data.user_failure_data.metadata["run_page_url"].value
    assert page.endswith(f"/runs/{job.cloud.runs[-1].id}/")


def test_commands_do_not_pile_up(load: Any) -> None:
    days = StaticPartitionsDefinition(["a", "b"])
    job = load(
        commands=["dbt seed", "dbt build -m tag:daily+"],
        partitions_def=days,
        partition_key_to_vars_fn=lambda key: {"day": key},
    )
    for partition in ("a", "b", "a"):
        job.run(ORDERS, partition=partition)
    assert commands_run(job.cloud)[1:] == [
        ["dbt seed", f"""dbt build --vars '{{"day": "{day}"}}' --select shop.staging.stg_orders"""]
        for day in "aba"
    ]
    assert job.cloud.jobs[JOB]["execute_steps"] == ["dbt seed", "dbt build -m tag:daily+"]


@pytest.mark.parametrize("value", ["it's", 'say "hi"', "a b $HOME `x` \\", "naïve ✓"])
def test_vars_reach_dbt_as_they_are(load: Any, value: str) -> None:
    one = StaticPartitionsDefinition(["only"])
    job = load(
        commands=["dbt run"],
        partitions_def=one,
        partition_key_to_vars_fn=lambda key: {"key": key, "v": value},
    )
    job.run(partition="only")
    for (command,) in commands_run(job.cloud):
        words = shlex.split(command)
        assert json.loads(words[words.index("--vars") + 1]) == {"key": "only", "v": value}


@pytest.mark.parametrize("option", ["-s", "--select", "-m", "--models", "--model", "--selector"])
def test_a_subset_replaces_every_spelling_of_the_selection(load: Any, tmp_path: Path, option: str) -> None:
    everything = {"name": "everything", "definition": {"method": "fqn", "value": "*"}, "description": ""}
    artifacts = rewritten(tmp_path, manifest={"selectors": {"everything": everything}})
    chosen = "everything" if option == "--selector" else "shop"
    job = load(
        artifacts, commands=[f"dbt build {option} {chosen} --exclude 'raw_orders tag:none' --full-refresh"]
    )
    job.run(ORDERS)
    assert commands_run(job.cloud)[-1] == [
        "dbt build --exclude 'raw_orders tag:none' --full-refresh --select shop.staging.stg_orders"
    ]


HOUR = timedelta(hours=1)
POLICIES = {
    "AutoMaterializePolicy": AutoMaterializePolicy.eager(),
    "AutomationCondition": AutomationCondition.on_cron("@daily"),
    "LegacyFreshnessPolicy": LegacyFreshnessPolicy(maximum_lag_minutes=60),
    "FreshnessPolicy": FreshnessPolicy.time_window(fail_window=HOUR),
}


@pytest.mark.parametrize("policy", POLICIES.values(), ids=POLICIES)
@pytest.mark.parametrize(
    "parameter", ["node_info_to_auto_materialize_policy_fn", "node_info_to_freshness_policy_fn"]
)
def test_policies_of_every_class_are_taken(load: Any, parameter: str, policy: Any) -> None:
    job = load(**{parameter: lambda node: policy if node["name"] == "totals" else None})
    specs = {spec.key: spec for spec in job.definition.specs}
    found = specs[TOTALS]
    if isinstance(policy, LegacyFreshnessPolicy):
        assert job.definition.legacy_freshness_policies_by_key == {TOTALS: policy}
    elif isinstance(policy, FreshnessPolicy):
        assert found.freshness_policy == policy
        assert specs[ORDERS].freshness_policy is None
    elif isinstance(policy, AutoMaterializePolicy):
        assert found.automation_condition == policy.to_automation_condition()
    else:
        assert found.automation_condition == policy


def test_what_is_no_policy_is_named(load: Any) -> None:
    with pytest.raises(Exception, match=r"returned 'eager' for (model|seed|snapshot)\.shop"):
        _ = load(node_info_to_freshness_policy_fn=lambda _: "eager").definition.keys


def test_policy_of_the_dbt_project_is_the_default(load: Any) -> None:
    conditions = load().definition.automation_conditions_by_key
    assert conditions[ORDERS] == AutoMaterializePolicy.eager().to_automation_condition()


def test_op_tags_are_those_given(load: Any) -> None:
    tags = load(op_tags={"team": "data"}).definition.op.tags
    assert tags["team"] == "data"
    assert tags["dagster/compute_kind"] == "dbt"


def test_key_function_may_return_text_or_a_list(load: Any) -> None:
    def key(node: dict[str, Any]) -> Any:
        name = node["unique_id"].replace(".", "_")
        return name if node["resource_type"] == "model" else [name]

    job = load(node_info_to_asset_key=key)
    assert AssetKey("model_shop_totals") in job.definition.keys
    assert "model_shop_totals" in materialized(job.run())


def test_a_start_value_is_no_compile_run(load: Any) -> None:
    job = load()
    job.cloud.add_environment_variable(PROJECT, "DBT_DAGSTER_COMPILE_RUN_ID", "-1", job_id=JOB)
    assert len(job.definition.keys) == 8
    assert commands_run(job.cloud) == [["dbt compile"]]


def test_a_job_that_only_tests_is_refused(load: Any) -> None:
    with pytest.raises(DagsterDbtCloudJobInvariantViolationError, match="no model, seed or snapshot"):
        _ = load(commands=["dbt build --select no_negative_totals"]).definition.keys


def test_errors_of_the_job_quote_its_commands(load: Any) -> None:
    with pytest.raises(DagsterDbtCloudJobInvariantViolationError, match=r"\['dbt test'\]"):
        _ = load(commands=["dbt test"]).definition.keys


def test_docs_point_at_the_accounts_own_host(load: Any) -> None:
    job = load()
    result = job.run(ORDERS)
    (event,) = result.get_asset_materialization_events()
    docs = event.materialization.metadata["docs_url"].value
    assert docs.startswith("http://127.0.0.1:")
    spec = loaded(Definitions(assets=job.assets)).get_asset_spec(ORDERS)
    assert spec.metadata["dbt Cloud Job"].value.startswith("http://127.0.0.1:")
