"""What a person sees of a local dbt Cloud on the terminal: how to reach it, and what arrives."""

from __future__ import annotations

import time
from collections.abc import Mapping
from textwrap import indent
from urllib.parse import urlencode

from rich.console import Console
from rich.markup import escape
from rich.panel import Panel
from rich.syntax import Syntax
from rich.table import Table

from legacy_shim import visible

from .records import Request, RunSnapshot
from .state import DbtCloud
from .status import RunStatus

_STATUS_STYLE: Mapping[int, str] = {
    RunStatus.SUCCESS: "green",
    RunStatus.ERROR: "bold red",
    RunStatus.CANCELLED: "yellow",
}
_LEGACY = """\
from dagster_dbt import dbt_cloud_resource, load_assets_from_dbt_cloud_job

dbt_cloud = dbt_cloud_resource.configured(
    {{
        "auth_token": {{"env": "DBT_CLOUD_API_TOKEN"}},
        "account_id": {account_id},
        "dbt_cloud_host": "{url}/",
    }}
)
dbt_cloud_assets = load_assets_from_dbt_cloud_job(
    dbt_cloud=dbt_cloud, job_id={job_id}
)"""
_V2 = """\
import os

from dagster_dbt.cloud_v2 import DbtCloudCredentials, DbtCloudWorkspace

workspace = DbtCloudWorkspace(
    credentials=DbtCloudCredentials(
        account_id={account_id},
        token=os.environ["DBT_CLOUD_API_TOKEN"],
        access_url="{url}",
    ),
    project_id={project_id},
    environment_id={environment_id},
)"""


def introduce(console: Console, cloud: DbtCloud, url: str, token: str) -> None:
    """Say where it answers and how to point code at it. ``token`` is what the ``export`` line shows."""
    console.print(f"A local dbt Cloud answers at [bold]{url}[/]. Stop it with Ctrl-C.\n")
    table = Table("Account", "Project", "Environment", "Job", "Name", "Commands", box=None, pad_edge=False)
    for job in cloud.jobs.values():
        commands = "\n".join(map(_shown, job["execute_steps"]))
        ids = (job["account_id"], job["project_id"], job["environment_id"], job["id"])
        table.add_row(*map(_shown, ids), _shown(job["name"]), commands)
    console.print(table)
    console.print(f"\n[dim]In the shell that runs your code:[/]\n\n    export DBT_CLOUD_API_TOKEN={token}\n")
    if not cloud.jobs:
        return
    job = next(iter(cloud.jobs.values()))
    facts = {**job, "job_id": job["id"], "url": url}
    for title, code in (("Legacy code, unchanged", _LEGACY), ("v2", _V2)):
        console.print(f"[dim]{title}:[/]\n")
        text = indent(code.format_map(facts), "    ")
        # As text, of which a narrow terminal cuts nothing off: it is there to be copied.
        console.print(
            Syntax(text, "python", background_color="default").highlight(text), soft_wrap=True, end=""
        )
        console.print()


class Monitor:
    """Prints each request and each change of a run; a listener for ``DbtCloud.listen``."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def __call__(self, event: Request | RunSnapshot) -> None:
        if isinstance(event, Request):
            self._request(event)
        else:
            self._run(event)

    def _request(self, request: Request) -> None:
        style = "green" if request.status < 300 else "cyan" if request.status < 400 else "red"
        path = request.path + (f"?{urlencode(request.query)}" if request.query else "")
        self._line(f"[{style}]{request.status}[/] {_shown(request.method):6} {_shown(path)}", request.at)

    def _run(self, run: RunSnapshot) -> None:
        style = _STATUS_STYLE.get(run.status, "bold")
        self._line(f"    run {run.id} of {_shown(run.job_name)}: [{style}]{_shown(run.status_humanized)}[/]")
        if run.status == RunStatus.QUEUED:
            for command in run.commands:
                self._line(f"        [dim]{_shown(command)}[/]")
        for step in run.steps:
            if step.status == RunStatus.ERROR:
                logs = escape(visible.text(step.logs.strip()))
                self._console.print(Panel(logs, title=_shown(step.name), style="red"))

    def _line(self, text: str, at: float | None = None) -> None:
        clock = time.strftime("%H:%M:%S", time.localtime(at))
        self._console.print(f"[dim]{clock}[/] {text}", soft_wrap=True, highlight=False)


def _shown(value: object) -> str:
    """What others wrote, without what steers a terminal or is markup to rich."""
    return escape(visible.one_line(value))
