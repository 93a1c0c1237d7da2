"""A local dbt Cloud for the tests of the facade, on recorded artifacts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from loading import SHORT

from legacy_shim.cloud.resources import DbtCloudResource
from legacy_shim.cloud.transport import Transport
from legacy_shim.deprecation import forget_call_sites
from legacy_shim.emulator import DbtCloud, RecordedArtifacts, Server, Speed, serve

ARTIFACTS = Path(__file__).parents[1] / "cases" / "_artifacts" / "shop"


@pytest.fixture(autouse=True)
def _short_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sit trouble out as the client does, in hundredths of its seconds."""
    monkeypatch.setattr(Transport, "patience", SHORT)


@pytest.fixture(autouse=True)
def _tell_every_call_site_again() -> None:
    forget_call_sites()


@pytest.fixture
def token() -> str:
    """A token that is easily found where it must not be."""
    return "dbtc_planted_0123456789abcdef"


@pytest.fixture
def cloud(token: str) -> DbtCloud:
    """Account 12345 with the job 67890, `dbt build`, whose runs are over at once."""
    state = DbtCloud(speed=Speed(hold=0))
    state.add_account(12345, token=token, name="Acme")
    state.add_project(11, account_id=12345, name="analytics", backend=RecordedArtifacts(ARTIFACTS))
    state.add_environment(22, project_id=11, name="Production")
    state.add_job(67890, project_id=11, environment_id=22, name="Nightly", execute_steps=["dbt build"])
    return state


@pytest.fixture
def server(cloud: DbtCloud, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    # A port may have been that of an earlier dbt Cloud, whose runs have the same ids.
    monkeypatch.setattr("legacy_shim.cloud.run_search._owned", {})
    with serve(cloud) as running:
        yield running


@pytest.fixture
def make_client(server: Server, token: str) -> Callable[..., DbtCloudResource]:
    """Make a client of that account, with short delays; keywords replace its arguments."""

    def make(**arguments: Any) -> DbtCloudResource:
        given = {
            "auth_token": token,
            "account_id": 12345,
            "dbt_cloud_host": server.url,
            "request_retry_delay": 0.01,
            **arguments,
        }
        return DbtCloudResource(**{name: value for name, value in given.items() if value is not None})

    return make
