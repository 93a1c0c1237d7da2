"""What the commands take: paths and options, with their help."""

from __future__ import annotations

from enum import Enum
from pathlib import Path
from typing import Annotated, Optional

import typer


class ReportFormat(str, Enum):
    """What --format takes."""

    text = "text"
    json = "json"
    sarif = "sarif"
    github = "github"
    markdown = "markdown"


class Target(str, Enum):
    """What --to takes."""

    decorator = "decorator"
    component = "component"
    specs = "specs"


Paths = Annotated[list[Path], typer.Argument(metavar="PATH", help="Files and folders.", show_default=False)]
FactsFiles = Annotated[
    Optional[list[Path]],  # noqa: UP045 - older versions of typer do not read `X | None`
    typer.Option(
        "--facts",
        metavar="FILE",
        help="What dbt Cloud knows about the jobs. [default: dbt_cloud_jobs.json beside or above PATH]",
        show_default=False,
    ),
]
EnvFiles = Annotated[
    Optional[list[Path]],  # noqa: UP045
    typer.Option(
        "--env-file",
        metavar="FILE",
        help="A file of NAME=VALUE lines with the environment variables of one deployment. Give it once for each deployment.",
        show_default=False,
    ),
]
Deployments = Annotated[
    Optional[list[str]],  # noqa: UP045
    typer.Option(
        "--deployment",
        metavar="NAME=FILE",
        help="An --env-file with the name of its deployment. [default: prod.env and .env.prod are named prod]",
        show_default=False,
    ),
]
Exclude = Annotated[
    Optional[list[str]],  # noqa: UP045
    typer.Option(
        "--exclude", metavar="GLOB", help="Leave files out; a pattern as in .gitignore.", show_default=False
    ),
]
Only = Annotated[
    Optional[list[str]],  # noqa: UP045
    typer.Option(
        "--only", metavar="CODE", help="Migrate these legacy names only (LDC1xx).", show_default=False
    ),
]
Skip = Annotated[
    Optional[list[str]],  # noqa: UP045
    typer.Option(
        "--skip", metavar="CODE", help="Leave these legacy names as they are (LDC1xx).", show_default=False
    ),
]
DagsterDbt = Annotated[
    Optional[str],  # noqa: UP045
    typer.Option(
        "--dagster-dbt",
        metavar="VERSION",
        help="The dagster-dbt version that the code will run with. [default: the installed one]",
        show_default=False,
    ),
]
To = Annotated[
    Target,
    typer.Option(
        "--to",
        help="What loads become: functions with @dbt_cloud_assets; components, in a dg project; or asset specs with a "
        "sensor, for jobs that dbt Cloud alone runs. One that does not fit becomes a function, with the reason.",
    ),
]
Jobs = Annotated[
    int,
    typer.Option(
        "--jobs", "-j", metavar="N", min=0, help="Number of worker processes; 0 means one for each CPU."
    ),
]
Form = Annotated[ReportFormat, typer.Option("--format", help="How to print the report.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print only the summary.")]
Verbose = Annotated[bool, typer.Option("--verbose", "-v", help="Explain each code, and list every location.")]
Statistics = Annotated[bool, typer.Option("--statistics", help="Print a count for each code.")]
Output = Annotated[
    Optional[Path],  # noqa: UP045
    typer.Option(
        "--output",
        "-o",
        metavar="FILE",
        help="Write the report to this file instead of the screen.",
        show_default=False,
    ),
]

BaselineToWrite = Annotated[
    Optional[Path],  # noqa: UP045
    typer.Option(
        "--write-baseline",
        metavar="FILE",
        help="Record today's legacy uses in this file, as a baseline.",
        show_default=False,
    ),
]
Baseline = Annotated[
    Optional[Path],  # noqa: UP045
    typer.Option(
        "--baseline",
        metavar="FILE",
        help="Show only uses that are not in this baseline, and fail if there are any.",
        show_default=False,
    ),
]
UsageLog = Annotated[
    Optional[Path],  # noqa: UP045
    typer.Option(
        "--usage",
        metavar="FILE",
        help="Show how often each use ran, from this usage log (LEGACY_SHIM_USAGE_LOG).",
        show_default=False,
    ),
]

FactsFile = Annotated[
    Optional[Path],  # noqa: UP045
    typer.Option(
        "--facts",
        metavar="FILE",
        help="The file to fill. [default: dbt_cloud_jobs.json beside or above PATH, else a new one]",
        show_default=False,
    ),
]
TokenEnv = Annotated[
    Optional[str],  # noqa: UP045
    typer.Option(
        "--token-env",
        metavar="NAME",
        help="The environment variable that holds the token. [default: DBT_CLOUD_API_TOKEN]",
        show_default=False,
    ),
]
Host = Annotated[
    Optional[str],  # noqa: UP045
    typer.Option(
        "--host",
        metavar="URL",
        help="The dbt Cloud host; needed where it is not on getdbt.com or dbt.com. "
        "[default: what the code says, then https://cloud.getdbt.com]",
        show_default=False,
    ),
]
AccountId = Annotated[
    Optional[int],  # noqa: UP045
    typer.Option(
        "--account-id",
        metavar="ID",
        help="The dbt Cloud account, if the code does not name it.",
        show_default=False,
    ),
]
JobIds = Annotated[
    Optional[list[int]],  # noqa: UP045
    typer.Option("--job-id", metavar="ID", help="Look this job up too.", show_default=False),
]
