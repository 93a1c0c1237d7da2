"""The comparison: every kind of difference is found, and has the code of what told of it, or none."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest
from compare_changes import CHANGES, Change, action_of, assets_of, bind_workspace, run_of, snapshot, write

from legacy_shim.codemods.verify.compare import Difference, compare, load_commands, load_snapshot
from legacy_shim.codemods.verify.dbt_command import doing


@pytest.mark.parametrize(
    ("kind", "change", "code"), CHANGES, ids=[f"{kind} {code or 'untold'}" for kind, _, code in CHANGES]
)
def test_a_change_is_found_with_its_code(kind: str, change: Change, code: str | None) -> None:
    after = copy.deepcopy(snapshot())
    change(after)
    assert (kind, code) in [(row.kind, row.code) for row in compare(snapshot(), after)]


def test_equal_snapshots_have_no_difference() -> None:
    assert compare(snapshot(), snapshot()) == []


@pytest.mark.parametrize(
    "text", ["", "null", "[" * 100_000, '{"version": 1e999}', '{"version": %s}' % ("1" * 9000)]
)
def test_what_is_no_snapshot_is_an_error(tmp_path: Path, text: str) -> None:
    (tmp_path / "before.json").write_text(text)
    with pytest.raises(ValueError):  # noqa: PT011  # whatever it says
        load_snapshot(tmp_path / "before.json")


@pytest.mark.parametrize("text", ["[" * 100_000, "1" * 9000])
def test_variables_that_are_no_json_are_compared_as_they_are(text: str) -> None:
    command = "dbt build --vars '{}'"
    assert doing(command.format(text)) == doing(command.format(text))
    assert doing(command.format(text)) != doing(command.format(f"{text} "))


def test_what_loading_costs_is_told_apart() -> None:
    after = snapshot()
    after["runs"][0]["commands"] = ["dbt parse"]
    assert compare(snapshot(), after) == []
    assert (load_commands(snapshot()), load_commands(after)) == (["dbt compile"], ["dbt parse"])


def test_a_selection_that_runs_the_same_nodes_is_the_same() -> None:
    after = snapshot()
    run_of(after)["commands"][1] = run_of(after)["steps"][1]["command"] = "dbt build --select fqn:a.orders"
    assert compare(snapshot(), after) == []


def test_a_failed_run_that_reports_what_succeeded() -> None:
    before, after = snapshot(), snapshot()
    action_of(before).update(success=False, materialized=[])
    action_of(after).update(success=False)
    assert [(row.kind, row.code) for row in compare(before, after)] == [("materialized set added", "LDC207")]


def test_a_cause_of_the_user_that_is_lost() -> None:
    before, after = snapshot(), snapshot()
    run_of(before)["cause"] = "Nightly, by Dagster"
    assert [(row.kind, row.code) for row in compare(before, after)] == [("cause", "LDC212")]


def test_a_schedule_that_is_no_longer_switched_off() -> None:
    before = snapshot()
    write(before, "/api/v2/accounts/12345/jobs/67890/")
    assert [(row.kind, row.code) for row in compare(before, snapshot())] == [
        ("dbt Cloud job settings", "LDC208")
    ]


def test_a_workspace_under_the_old_key_is_no_difference() -> None:
    before, after = snapshot(), snapshot()
    before["graph"]["resources"]["dbt_cloud"] = "dbt_cloud_resource"
    bind_workspace(after)
    assert compare(before, after) == []


def _bind(document: dict[str, Any], resource: str) -> None:
    document["graph"]["resources"]["dbt_cloud"] = resource
    document["graph"]["jobs"]["nightly"]["resources"] = {"dbt_cloud": resource}


def _use_the_workspace_of_the_module(document: dict[str, Any], *assets: str) -> None:
    for key in assets:
        assets_of(document)[key]["required_resources"] = []
    document["graph"]["jobs"]["nightly"]["resources"] = {}


def test_assets_that_use_the_workspace_of_their_module_need_the_legacy_resource_no_more() -> None:
    before, after = snapshot(), snapshot()
    for document in (before, after):
        _bind(document, "dbt_cloud_resource")  # ops that stay on the facade still need it
    _use_the_workspace_of_the_module(after, "orders")
    assert [(row.kind, row.code) for row in compare(before, after)] == [
        ("job resources", "LDC211"),
        ("resource requirement", "LDC211"),
    ]


def test_a_resource_of_the_user_that_is_needed_no_more_is_nothing_that_was_told() -> None:
    before, after = snapshot(), snapshot()
    for document in (before, after):
        _bind(document, "Slack")
    _use_the_workspace_of_the_module(after, "orders")
    assert {row.code for row in compare(before, after)} == {None}


def test_an_asset_of_the_user_that_loses_the_legacy_resource() -> None:
    before, after = snapshot(), snapshot()
    for document in (before, after):
        _bind(document, "dbt_cloud_resource")
        assets_of(document)["report"]["required_resources"] = ["dbt_cloud"]
    assets_of(after)["report"]["required_resources"] = []
    assert [(row.kind, row.subject, row.code) for row in compare(before, after)] == [
        ("resource requirement", "report", None)
    ]


@pytest.mark.parametrize("asset", ["elsewhere", "report", "raw"])
def test_a_test_that_reaches_beyond_the_selection_is_of_the_job_that_ran_it(asset: str) -> None:
    before, after = snapshot(), snapshot()
    action_of(before)["observed"].append(
        {"asset": asset, "metadata": {"Test ID": ["TextMetadataValue", "test.a.relationships"]}}
    )
    for document in (before, after):
        run_of(document)["steps"][1]["nodes"]["test.a.relationships"] = "pass"
    (row,) = compare(before, after)
    assert (row.kind, row.code, row.jobs) == ("observations lost", "LDC205", (frozenset({67890}),))


def test_an_observation_of_the_user_that_is_lost() -> None:
    before = snapshot()
    action_of(before)["observed"].append({"asset": "report", "metadata": {}})
    assert [(row.kind, row.code) for row in compare(before, snapshot())] == [("observations lost", None)]


_OF_AN_OP = ["Compilation Completed At", "Execution Time (seconds)", "Status"]


@pytest.mark.parametrize(
    ("kept", "code"),
    [
        (["Execution Time (seconds)", "Status"], "LDC206"),
        (["Status"], None),
        ([], None),
        ([*_OF_AN_OP, "rows"], None),
    ],
)
def test_what_an_op_tells_of_a_materialization(kept: list[str], code: str | None) -> None:
    before, after = snapshot(), snapshot()
    for document, names in ((before, _OF_AN_OP), (after, kept)):
        row = {"asset": "dbt/model/a/orders", "partition": None, "metadata": names}
        action_of(document)["materialized"].append(row)
    assert [(row.kind, row.code) for row in compare(before, after)] == [("materialization metadata", code)]


def test_what_an_op_tells_of_its_output() -> None:
    before = snapshot()
    action_of(before)["output_metadata"] = {"run:result": ["run_duration"]}
    assert [(row.kind, row.code) for row in compare(before, snapshot())] == [("output metadata", None)]


def test_links_to_dbt_cloud_go_as_told() -> None:
    before = snapshot()
    assets_of(before)["orders"]["metadata"] = {
        **assets_of(before)["orders"]["metadata"],
        "dbt Cloud Documentation": [
            "UrlMetadataValue",
            "https://cloud.getdbt.com/accounts/12345/jobs/67890/docs/",
        ],
    }
    assert [(row.kind, row.code) for row in compare(before, snapshot())] == [("metadata", "LDC206")]


def test_how_an_action_ended_is_said_in_words() -> None:
    before, after = snapshot(), snapshot()
    errors = [
        {"step": "load", "class": "KeyError", "message": "KeyError: 'orders'"},
        {"step": None, "class": "KeyError", "message": "KeyError: 'orders'"},
    ]
    action_of(before).update(success=False, errors=errors)
    (row,) = compare(before, after)
    assert (row.kind, row.before, row.after) == (
        "success",
        ["fails: KeyError: 'orders' (in load)"],
        ["succeeds"],
    )


def test_a_resource_of_the_user_that_became_a_workspace() -> None:
    before, after = snapshot(), snapshot()
    before["graph"]["resources"]["dbt_cloud"] = "ResourceDefinition"
    bind_workspace(after)
    assert ("resource", None) in [(row.kind, row.code) for row in compare(before, after)]


def test_tokens_that_changed_places() -> None:
    before, after = snapshot(), snapshot()
    for document, tokens in ((before, "ab"), (after, "ba")):
        document["callers"] = [
            {"account": account, "host": "cloud.getdbt.com", "token": token}
            for account, token in zip(("1", "2"), tokens, strict=True)
        ]
    found = [(row.kind, row.subject, row.code) for row in compare(before, after)]
    assert found == [("dbt Cloud token", f"account {account}", None) for account in (1, 2)]


def test_one_run_for_each_partition_is_what_no_policy_means() -> None:
    after = snapshot()
    assets_of(after)["orders"]["backfill_policy"] = {
        "__class__": "BackfillPolicy",
        "max_partitions_per_run": 1,
    }
    assert compare(snapshot(), after) == []


@pytest.mark.parametrize(
    ("kinds", "told"), [(["dbtcloud", "duckdb"], True), (["dbtcloud", "duckdb", "excel"], False)]
)
def test_kinds_of_a_dagster_dbt_that_does_not_name_its_adapter(kinds: list[str], told: bool) -> None:
    """As 0.28.0, whose assets have the id of their node, and not what they are stored in."""
    after = snapshot()
    assets_of(after)["orders"]["metadata"]["dagster_dbt/unique_id"] = [
        "TextMetadataValue",
        "model.shop.orders",
    ]
    assets_of(after)["orders"]["kinds"] = kinds
    (row,) = [row for row in compare(snapshot(), after) if row.kind == "kinds"]
    assert row.is_expected is told


def test_unexpected_differences_come_first() -> None:
    after = snapshot()
    assets_of(after)["orders"].update(kinds=["dbtcloud"], group="marts")
    assert [row.is_expected for row in compare(snapshot(), after)] == [False, True]


def test_a_difference_reads_as_a_sentence() -> None:
    row = Difference("group", "orders", "default", "marts", None)
    assert str(row) == "UNEXPECTED group of orders: default -> marts"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("dbt build", "dbt build --select fqn:*"),
        ("dbt build -s a b", "dbt build --select 'b a'"),
        ("dbt build --select a.b", "dbt build --select fqn:a.b"),
        ('dbt run --vars \'{"a": 1, "b": 2}\'', 'dbt run --vars \'{"b":2,"a":1}\''),
        ("dbt seed --full-refresh", "dbt seed  --full-refresh"),
    ],
)
def test_commands_that_do_the_same(one: str, other: str) -> None:
    assert doing(one) == doing(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("dbt build", "dbt run"),
        ("dbt build", "dbt build --select tag:daily"),
        ("dbt build --select a", "dbt build --exclude a"),
        ("dbt run", "dbt run --full-refresh"),
        ("dbt run --vars '{\"a\": 1}'", "dbt run"),
        ("dbt run --selector a", "dbt run --selector b"),
        ("dbt seed", "dbt snapshot"),
        ("dbt run 'unbalanced", "dbt run"),
    ],
)
def test_commands_that_do_not(one: str, other: str) -> None:
    assert doing(one) != doing(other)


def test_a_class_of_the_users_is_a_workspace_where_it_derives_from_one() -> None:
    before, after = snapshot(), snapshot()
    before["graph"]["resources"]["dbt_cloud"] = "Ours (DbtCloudClientResource)"
    after["graph"]["resources"]["dbt_cloud"] = "Ours (DbtCloudWorkspace)"
    assert compare(before, after) == []
    after["graph"]["resources"]["dbt_cloud"] = "Theirs (DbtCloudWorkspace)"
    assert [(row.kind, row.code) for row in compare(before, after)] == [("resource", None)]
