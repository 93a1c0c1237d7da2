"""What the emulator's tests share: the ids of their dbt Cloud, and a client."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import requests

from legacy_shim.emulator import DbtCloud, RecordedArtifacts, Server

HERE = Path(__file__).parent
ACCOUNT, PROJECT, ENVIRONMENT, JOB = 12345, 11, 22, 67890
WIDE_PROJECT, WIDE_ENVIRONMENT = 12, 23
TOKEN = "a-secret-token"


class Api:
    """Sends requests as a client would, with the token."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.cloud = server.cloud

    def __call__(self, method: str, path: str, *, version: int = 2, **kwargs: Any) -> requests.Response:
        url = f"{self.server.url}/api/v{version}/accounts/{ACCOUNT}/{path}"
        headers = {"Authorization": f"Token {TOKEN}", **kwargs.pop("headers", {})}
        return requests.request(method, url, headers=headers, timeout=60, **kwargs)

    def data(self, path: str, **kwargs: Any) -> Any:
        response = self("GET", path, **kwargs)
        assert response.status_code == 200, response.text
        return response.json()["data"]

    def trigger(self, job_id: int = JOB, *commands: str, **fields: Any) -> dict[str, Any]:
        body = {"cause": "A test", **({"steps_override": list(commands)} if commands else {}), **fields}
        response = self("POST", f"jobs/{job_id}/run/", json=body)
        assert response.status_code == 200, response.text
        return response.json()["data"]

    def ended(self, run: dict[str, Any], patience: float = 60) -> dict[str, Any]:
        """The run with its steps, when it has ended."""
        deadline = time.monotonic() + patience
        while time.monotonic() < deadline:
            shown = self.data(f"runs/{run['id']}/?include_related=run_steps,trigger,job,debug_logs")
            if shown["is_complete"]:
                return shown
            time.sleep(0.05)
        raise AssertionError(f"the run did not end: {shown}")

    def run(self, *commands: str, job_id: int = JOB, **fields: Any) -> dict[str, Any]:
        return self.ended(self.trigger(job_id, *commands, **fields))

    def artifact(self, run: dict[str, Any], path: str, step: int | None = None) -> Any:
        response = self("GET", f"runs/{run['id']}/artifacts/{path}", params={"step": step} if step else None)
        assert response.status_code == 200, response.text
        return response.json()


def results(document: dict[str, Any]) -> dict[str, str]:
    """The statuses in run results, by unique id."""
    return {result["unique_id"]: result["status"] for result in document["results"]}


def recorded_cloud(folder: Path) -> DbtCloud:
    cloud = DbtCloud()
    cloud.add_account(ACCOUNT, token=TOKEN, name="Acme")
    backend = RecordedArtifacts(folder)
    cloud.add_project(PROJECT, account_id=ACCOUNT, name="shop", backend=backend)
    cloud.add_environment(ENVIRONMENT, project_id=PROJECT, name="Production")
    cloud.add_job(
        JOB,
        project_id=PROJECT,
        environment_id=ENVIRONMENT,
        name="Nightly",
        execute_steps=["dbt seed", "dbt build --select tag:daily"],
    )
    return cloud
