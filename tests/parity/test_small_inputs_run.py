"""The small programs on which a naive codemod breaks silently, run before and after, in dbt Clouds that succeed and that fail."""

from __future__ import annotations

from pathlib import Path

import pytest
from before_and_after import Bench
from parity_case import ENV

from legacy_shim.emulator import Outcome

INPUTS = Path(__file__).resolve().parents[1] / "small_inputs"
ACTIONS = {
    "argument_made_once": "materialize:all",
    "dynamic_output": "job:all_jobs",
    "failure_read": "job:nightly",
    "iterated_loads": "materialize:all",
    "key_prefix_package": "materialize:all",
    "nested_resource": "materialize:all",
    "r03_lazy_guarded_import": "materialize:all",
    "r19_literal_ldc201": "materialize:all",
    "run_config_of_client": "job:nightly",
    "two_environments_beside": "materialize:all",
}
"""What is executed of each that Dagster can load alone."""


def _program(name: str) -> dict[str, str]:
    folder = INPUTS / name
    texts = {str(path.relative_to(folder)): path.read_text() for path in folder.rglob("*.py")}
    return {"definitions.py" if path == "app.py" else path: text for path, text in texts.items()}


@pytest.mark.parametrize("name", ACTIONS)
def test_a_small_program_does_what_it_did(bench: Bench, name: str) -> None:
    done = bench.both(_program(name), ACTIONS[name], env={**ENV, "T": ENV["DBT_CLOUD_API_TOKEN"]})

    assert [record["success"] for record in done.after.actions] == [True]
    assert done.after.nodes == done.before.nodes


@pytest.mark.parametrize("name", ["dynamic_output", "failure_read", "nested_resource"])
def test_a_run_that_fails_is_seen_by_it_as_before(bench: Bench, name: str) -> None:
    done = bench.twice(_program(name), ACTIONS[name], change=lambda cloud: cloud.end_runs(Outcome()))

    seen = [[record["success"] for record in side.actions] for side in (done.before, done.after)]
    assert seen[0] == seen[1] == [name == "failure_read"]
