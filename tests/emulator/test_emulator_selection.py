"""The selection of nodes, held against dbt-core's own."""

from __future__ import annotations

import json
import os
from argparse import Namespace
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from emulator_support import Api, results
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from legacy_shim.emulator import DbtProject, Server
from legacy_shim.emulator.commands import Command, CommandError, parse_command
from legacy_shim.emulator.graph import ManifestGraph
from legacy_shim.emulator.selection import SelectionError, select_nodes

Choose = Callable[[Command], "set[str] | str"]

SHOP = """
customers stg_* *_customers* shop.marts shop.marts.* marts.customers staging staging.stg_orders shop.staging
+customers customers+ +customers+ 1+customers 2+customers 1+customers+1 stg_orders+1 @stg_orders @int_totals
tag:daily tag:dai* tag:staging,tag:daily tag:daily,tag:weekly +tag:weekly,tag:staging tag:nothing
path:models/staging path:models/staging/ path:models/staging/stg_orders.sql path:models/* path:models/**/stg_* models/marts
path:models/staging/staging.yml path:tests path:seeds path:models/**
stg_orders.sql file:stg_orders file:*.sql file:raw_*.csv no_negative_totals no_negative_totals.sql
source:crm source:crm.raw_orders source:shop.crm.raw_customers source:crm+ source:finance source:crm.raw_*+
resource_type:model resource_type:seed resource_type:test resource_type:source package:shop package:this package:*
config.materialized:view config.materialized:ephemeral config.materialized:incremental config.meta.owner:ada
config.tags:daily config.severity:warn config.severity:WARN config.enabled:true config.enabled:false config.nothing:1
test_type:generic test_type:singular test_type:data test_type:unit test_name:unique test_name:not_*
group:analytics group:none access:protected access:public fqn:customers fqn:*.customers fqn:shop.?arts.* c[u]stomers
fqn:shop shop * fqn:* seed.* nothing_there relationships_* customers,tag:daily resource_type:test,customers+
version:none version:latest
""".split()  # noqa: SIM905
WIDE = """
dim_part dim_part.v1 dim_part_v1 dim_part.v2+ dim_part_v2 dim.dim_part dim.dim_part.v1 wide.dim.dim_part.v2 dim_part.*
dim_par* *part* v1 v* version:latest version:old version:prerelease version:none tag:nightly tag:nightly,version:latest
exposure:parts_board +exposure:parts_board exposure:wide.parts_board exposure:* unit_test:* unit_test:counts_every_part
test_type:unit test_name:counts_every_part counts_every_part part_count part_count+ +part_count 1+part_count
resource_type:exposure resource_type:unit_test resource_type:snapshot resource_type:analysis parts_history how_many
raw_parts+ @raw_parts raw_parts+1 config.materialized:snapshot path:snapshots path:analyses path:models/dim
""".split()  # noqa: SIM905
TWO_PARTS = [
    (["customers", "stg_orders"], []),
    (["customers stg_orders"], []),
    (["+customers"], ["stg_customers"]),
    (["+customers"], ["resource_type:test"]),
    ([], ["customers+"]),
    ([], ["tag:staging", "tag:daily"]),
    (["tag:staging"], ["stg_orders,tag:staging"]),
    (["stg_customers"], ["unique_stg_customers_customer_id"]),
    (["source:crm+"], ["source:crm.raw_orders+"]),
]


@pytest.fixture(scope="module")
def graphs(recordings: dict[str, Path]) -> dict[str, ManifestGraph]:
    return {
        name: ManifestGraph(json.loads((folder / "manifest.json").read_text()))
        for name, folder in recordings.items()
    }


@pytest.fixture(scope="module")
def dbt(real_server: Server, recordings: dict[str, Path]) -> dict[str, Choose]:  # noqa: ARG001
    """What dbt-core selects for the same arguments; the text of the error where it refuses."""
    backends = {project.name: project.backend for project in real_server.cloud.projects.values()}
    return {name: _chooser(backend) for name, backend in backends.items() if isinstance(backend, DbtProject)}


def _chooser(backend: DbtProject) -> Choose:
    from dbt.compilation import Linker
    from dbt.config.selectors import selector_config_from_data, selector_data_from_root
    from dbt.contracts.graph.manifest import Manifest
    from dbt.flags import set_from_args
    from dbt.graph import Graph, NodeSelector
    from dbt.graph.cli import parse_difference
    from dbt_common.exceptions import DbtBaseException

    manifest = Manifest.from_msgpack((backend.work / "partial_parse.msgpack").read_bytes())
    linker = Linker()
    linker.link_graph(manifest)
    selector = NodeSelector(Graph(linker.graph), manifest, include_empty_nodes=True)
    folder = backend.work / "project"

    def choose(command: Command) -> set[str] | str:
        flags = Namespace(INDIRECT_SELECTION=command.indirect_selection, WARN_ERROR=False)
        set_from_args(flags, None)
        before = Path.cwd()
        os.chdir(folder)  # what paths are relative to
        try:
            if command.selector is None:
                spec = parse_difference(command.select or None, command.exclude or None)
            else:
                selectors = selector_config_from_data(selector_data_from_root(str(folder)))
                spec = selectors[command.selector]["definition"]
            return set(selector.get_selected(spec, warn_on_no_nodes=False))
        except DbtBaseException as error:
            return str(error)
        finally:
            os.chdir(before)

    return choose


def ours(graph: ManifestGraph, command: Command) -> set[str]:
    return set(
        select_nodes(graph, command.select, command.exclude, command.selector, command.indirect_selection)
    )


@pytest.mark.parametrize(
    ("project", "term"), [("shop", term) for term in SHOP] + [("wide", term) for term in WIDE]
)
def test_a_term_selects_what_dbt_selects(
    graphs: dict[str, ManifestGraph], dbt: dict[str, Choose], project: str, term: str
) -> None:
    command = Command("", "list", (term,))
    assert ours(graphs[project], command) == dbt[project](command)


@pytest.mark.parametrize(("select", "exclude"), TWO_PARTS)
def test_select_and_exclude_together(
    graphs: dict[str, ManifestGraph], dbt: dict[str, Choose], select: list[str], exclude: list[str]
) -> None:
    command = Command("", "list", tuple(select), tuple(exclude))
    assert ours(graphs["shop"], command) == dbt["shop"](command)


@pytest.mark.parametrize("mode", ["eager", "cautious", "buildable", "empty"])
@pytest.mark.parametrize("select", ["stg_orders", "+customers", "stg_orders stg_customers", "customers+"])
def test_indirect_selection(
    graphs: dict[str, ManifestGraph], dbt: dict[str, Choose], mode: str, select: str
) -> None:
    command = Command("", "list", tuple(select.split()), indirect_selection=mode)
    assert ours(graphs["shop"], command) == dbt["shop"](command)


@pytest.mark.parametrize("name", ["nightly", "parts_and_children", "both", "shipped_nightly"])
def test_yaml_selectors(graphs: dict[str, ManifestGraph], dbt: dict[str, Choose], name: str) -> None:
    command = Command("", "list", selector=name)
    chosen = ours(graphs["wide"], command)
    assert chosen == dbt["wide"](command)
    assert chosen, "a selector that selects nothing proves nothing"


@pytest.mark.parametrize(
    "term", ["bogus:x", "@customers+", "state:modified", "result:error", "test_type:odd", "source:a.b.c.d"]
)
def test_what_dbt_refuses_is_refused(
    graphs: dict[str, ManifestGraph], dbt: dict[str, Choose], term: str
) -> None:
    command = Command("", "list", (term,))
    assert isinstance(dbt["shop"](command), str)
    with pytest.raises(SelectionError):
        ours(graphs["shop"], command)


def test_an_unknown_selector_is_refused(graphs: dict[str, ManifestGraph]) -> None:
    with pytest.raises(SelectionError, match="selector named absent"):
        ours(graphs["wide"], Command("", "list", selector="absent"))


atoms = st.sampled_from(
    [
        *("customers", "big_spenders", "stg_orders", "int_totals", "raw_orders", "stg_*", "models/marts"),
        *("tag:daily", "tag:staging", "source:crm", "config.materialized:view", "resource_type:model"),
        "test_name:unique",
    ]
)
terms = st.builds(
    lambda before, atom, after: f"{before}{atom}{after}",
    st.sampled_from(["", "+", "1+", "2+"]),
    atoms,
    st.sampled_from(["", "+", "+1", "+2"]),
)
unions = st.lists(st.lists(terms, min_size=1, max_size=2).map(",".join), min_size=1, max_size=3)


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(unions, st.one_of(st.just([]), unions), st.sampled_from(["eager", "cautious", "buildable", "empty"]))
@example(["2+customers", "tag:daily,stg_*"], ["1+tag:staging"], "cautious")
def test_any_combination(
    graphs: dict[str, ManifestGraph],
    dbt: dict[str, Choose],
    select: list[str],
    exclude: list[str],
    mode: str,
) -> None:
    command = Command("", "list", tuple(select), tuple(exclude), indirect_selection=mode)
    assert ours(graphs["shop"], command) == dbt["shop"](command)


def test_thousands_of_names_are_found_at_once() -> None:
    nodes = {
        f"model.big.m{n}": {
            "resource_type": "model",
            "fqn": ["big", f"m{n}"],
            "package_name": "big",
            "name": f"m{n}",
            "depends_on": {"nodes": [f"model.big.m{n - 1}"] if n else []},
        }
        for n in range(5000)
    }
    graph = ManifestGraph({"nodes": nodes})
    names = [f"big.m{n}" for n in range(0, 5000, 2)]
    assert len(select_nodes(graph, select=names)) == 2500


COMMANDS = {
    "shop": (
        "dbt build",
        "dbt run",
        "dbt test --exclude test_type:singular",
        "dbt build --select +tag:weekly --exclude resource_type:test",
        "dbt run --select nothing_there",
    ),
    "wide": (
        "dbt build",
        "dbt compile",
        "dbt snapshot",
        "dbt build --resource-type model --resource-type seed",
        "dbt build --exclude-resource-type test unit_test",
    ),
}


@pytest.mark.parametrize("project", ["shop", "wide"])
def test_run_results_hold_what_real_dbt_puts_there(real: Api, recorded: dict[str, Api], project: str) -> None:
    job = next(job for job in real.cloud.jobs.values() if job["name"] == f"record {project}")
    there = real.run(*COMMANDS[project], job_id=job["id"])
    here = recorded[project].run(*COMMANDS[project])
    assert there["is_success"]
    assert here["is_success"]
    for step, command in enumerate(COMMANDS[project], start=4):
        found = results(recorded[project].artifact(here, "run_results.json", step))
        assert found == results(real.artifact(there, "run_results.json", step)), command


@pytest.mark.parametrize("command", ["dbt build -s fqn:shop.orders '--indirect-selection empty'"])
def test_an_option_and_its_value_in_one_word_are_refused_as_by_dbt(
    real: Api, recorded: dict[str, Api], command: str
) -> None:
    job = next(job for job in real.cloud.jobs.values() if job["name"] == "record shop")
    for api, job_id in ((real, {"job_id": job["id"]}), (recorded["shop"], {})):
        run = api.run(command, **job_id)
        assert run["is_error"]
        assert "No such option" in run["run_steps"][-1]["logs"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("dbt build", Command("", "build")),
        ("dbt build -s a b --exclude c", Command("", "build", ("a", "b"), ("c",))),
        ("dbt run --select a --select=b", Command("", "run", ("a", "b"))),
        ("dbt run --models 'a b' --vars '{\"x\": 1}' -m c", Command("", "run", ("a b", "c"))),
        ("dbt --no-partial-parse --log-level debug run -s a", Command("", "run", ("a",))),
        ("dbt build --selector nightly --full-refresh", Command("", "build", selector="nightly")),
        ("dbt ls --indirect-selection cautious", Command("", "list", indirect_selection="cautious")),
        ("dbt docs generate", Command("", "docs generate")),
        ("dbt source freshness --select source:a", Command("", "source freshness", ("source:a",))),
        ("dbt run-operation m --args '{a: 1}'", Command("", "run-operation")),
        (
            "dbt build --resource-types model seed --exclude-resource-type test",
            Command("", "build", resource_types=("model", "seed"), exclude_resource_types=("test",)),
        ),
    ],
)
def test_a_command_line_is_read(text: str, expected: Command) -> None:
    assert parse_command(text) == replace(expected, text=text)


@pytest.mark.parametrize(
    "text", ["", "dbt", "echo dbt build", "dbt fly", "dbt build 'unclosed", "dbt --select x"]
)
def test_what_is_no_dbt_command_is_refused(text: str) -> None:
    with pytest.raises(CommandError):
        parse_command(text)
