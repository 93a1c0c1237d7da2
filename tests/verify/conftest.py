"""Each program is looked up, migrated and observed once for all tests of a worker."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).resolve().parents[1] / "parity"))  # the warm process of the parity tests

from parity_warm import Warm
from verify_rig import CASES, EXAMPLE, Program, copy_program, look_up, make_program


@pytest.fixture(scope="session")
def example(warm: Warm, tmp_path_factory: pytest.TempPathFactory) -> Program:
    return make_program(EXAMPLE, "acme_data.definitions", warm, tmp_path_factory.mktemp("example"))


@pytest.fixture(scope="session")
def partitioned(warm: Warm, tmp_path_factory: pytest.TempPathFactory) -> Program:
    folder = CASES / "partitions" / "before"
    return make_program(folder, "definitions", warm, tmp_path_factory.mktemp("partitions"))


@pytest.fixture(scope="session")
def automated(warm: Warm, tmp_path_factory: pytest.TempPathFactory) -> Program:
    folder = CASES / "custom_functions" / "before"
    return make_program(folder, "definitions", warm, tmp_path_factory.mktemp("automated"))


@pytest.fixture(scope="session")
def with_run_op(warm: Warm, tmp_path_factory: pytest.TempPathFactory) -> Program:
    return make_program(CASES / "run_op" / "before", "definitions", warm, tmp_path_factory.mktemp("run_op"))


@pytest.fixture(scope="session")
def example_tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example with its facts. Tests must leave it as it is."""
    folder = copy_program(EXAMPLE, tmp_path_factory.mktemp("tree") / "legacy_project")
    look_up(folder)
    return folder
