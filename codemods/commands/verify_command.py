"""``verify`` on the command line: its options, its output, its exit codes."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import replace
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Optional

import typer

from legacy_shim.visible import json_text, one_line

from ..reporting.formats.palette import (
    PLAIN,
    Palette,
)
from .cli_parameters import Deployments, Target, To
from .console import (
    Console,
    answers,
    approve_at_terminal,
)
from .progress import (
    Watch,
    shown_step,
)

if TYPE_CHECKING:
    from ..options import Options
    from ..verify.request import (
        DbtSource,
        Lookup,
        Request,
    )
    from ..verify.run import Result

EXIT_CODES = """\b
Exit codes:
  0  every difference is one that the migration reported
  1  some differences are unexpected
  2  wrong usage, or a side could not be loaded
"""


class VerifyFormat(str, Enum):
    """What --format takes."""

    text = "text"
    json = "json"
    html = "html"


def _option(name: str, metavar: str, help: str) -> typer.models.OptionInfo:
    option: typer.models.OptionInfo = typer.Option(name, metavar=metavar, help=help, show_default=False)
    return option


Tree = Annotated[Path, typer.Argument(metavar="PATH", help="The folder with the code.", show_default=False)]
What = Annotated[
    str,
    _option("--definitions", "MODULE_OR_FILE[:ATTR]", "What to load, as `dagster dev` would with -m or -f."),
]
FactsFiles = Annotated[
    Optional[list[Path]],  # noqa: UP045 - older versions of typer do not read `X | None`
    _option(
        "--facts",
        "FILE",
        "What dbt Cloud knows about the jobs. [default: dbt_cloud_jobs.json beside or above PATH]",
    ),
]
Manifests = Annotated[
    Optional[list[str]],  # noqa: UP045
    _option(
        "--manifest",
        "[PROJECT_ID=]FILE",
        "The manifest.json of the dbt project: nothing is run, so this is quick.",
    ),
]
DbtProjects = Annotated[
    Optional[list[str]],  # noqa: UP045
    _option(
        "--dbt-project",
        "[PROJECT_ID=]DIR",
        "The dbt project itself: real dbt runs it, in a copy, on DuckDB.",
    ),
]
AskDbtCloud = Annotated[
    bool, typer.Option("--lookup", help="GET facts and the manifest of the latest run from dbt Cloud.")
]
Revision = Annotated[
    Optional[str],  # noqa: UP045
    _option("--before", "REV", "Compare the tree at this revision of git with the tree as it is."),
]
MigratedTree = Annotated[
    Optional[Path],  # noqa: UP045
    _option("--migrated", "PATH", "Compare with this tree, which is migrated already."),
]
Folder = Annotated[
    Optional[Path],  # noqa: UP045
    _option(
        "--working-directory",
        "DIR",
        "Where the code runs and is imported from. [default: PATH, or its src]",
    ),
]
Subset = Annotated[
    Optional[list[str]],  # noqa: UP045
    _option("--subset", "KEY[,KEY]", "Assets to materialize without the others. [default: one of each op]"),
]
Partition = Annotated[
    Optional[str],  # noqa: UP045
    _option("--partition", "KEY", "The partition to materialize. [default: the first, and the first two]"),
]
JobNames = Annotated[
    Optional[list[str]],  # noqa: UP045
    _option("--job", "NAME", "Execute this job on both sides too, although its ops are your own code."),
]
EnvFiles = Annotated[
    Optional[list[Path]],  # noqa: UP045
    _option(
        "--env-file",
        "FILE",
        "A file of NAME=VALUE lines with the environment variables of one deployment. Give it once for each deployment.",
    ),
]
PassedVariables = Annotated[
    Optional[list[str]],  # noqa: UP045
    _option("--pass-env", "NAME", "Pass this variable of your environment to the code. It gets no others."),
]
Exclude = Annotated[
    Optional[list[str]],  # noqa: UP045
    _option("--exclude", "GLOB", "Do not migrate these files; a pattern as in .gitignore."),
]
TokenEnv = Annotated[
    Optional[str],  # noqa: UP045
    _option(
        "--token-env",
        "NAME",
        "For --lookup: the environment variable that holds the token. [default: DBT_CLOUD_API_TOKEN]",
    ),
]
Host = Annotated[
    Optional[str],  # noqa: UP045
    _option(
        "--host",
        "URL",
        "For --lookup: the dbt Cloud host; needed where it is not on getdbt.com or dbt.com.",
    ),
]
AccountId = Annotated[
    Optional[int],  # noqa: UP045
    _option("--account-id", "ID", "For --lookup: the dbt Cloud account, if the code does not name it."),
]
Form = Annotated[VerifyFormat, typer.Option("--format", help="How to print the result.")]
Output = Annotated[
    Optional[Path],  # noqa: UP045
    typer.Option(
        "--output",
        "-o",
        metavar="FILE",
        help="Write the result to this file instead of the screen.",
        show_default=False,
    ),
]


def verify(
    context: typer.Context,
    path: Tree,
    definitions: What,
    facts: FactsFiles = None,
    manifest: Manifests = None,
    dbt_project: DbtProjects = None,
    lookup: AskDbtCloud = False,
    before: Revision = None,
    migrated: MigratedTree = None,
    working_directory: Folder = None,
    subset: Subset = None,
    partition: Partition = None,
    job: JobNames = None,
    env_file: EnvFiles = None,
    deployment: Deployments = None,
    pass_env: PassedVariables = None,
    exclude: Exclude = None,
    to: To = Target.decorator,
    token_env: TokenEnv = None,
    host: Host = None,
    account_id: AccountId = None,
    form: Form = VerifyFormat.text,
    output: Output = None,
) -> None:
    """Show what a migration changes in production.

    It loads the code before and after, and compares all that users see.

    Both sides run here, in copies, against a local dbt Cloud. Nothing in PATH changes, no run is started in dbt Cloud.
    """
    with answers(Watch()) as console:
        from ..verify.request import Request
        from ..verify.run import verify as verify_request
        from ..verify.run import with_facts

        options, own = _options(path, facts, env_file, deployment, pass_env, exclude)
        options = replace(options, to=to.value)
        request = Request(
            path=path,
            definitions=definitions,
            options=options,
            dbt=_dbt_source(manifest, dbt_project, lookup),
            access=_access(context, token_env, host, account_id, own),
            before=before,
            migrated=migrated,
            working_directory=working_directory,
            subset=tuple(subset or ()),
            partition=partition,
            jobs=tuple(job or ()),
        )
        _check(request, token_env or host or account_id, output)
        results: dict[str, Result] = {}
        with shown_step() as step, with_facts(request, console.note, step) as request:
            for name, env in _environments(request.options, pass_env).items():
                one = replace(request, options=replace(request.options, env=env), deployment=name)
                results[name] = verify_request(one, step)
        _print(results, form, output, console)
        console.leave(0 if all(result.is_as_reported for result in results.values()) else 1)


def _options(
    path: Path,
    facts: list[Path] | None,
    env_files: list[Path] | None,
    named: list[str] | None,
    passed: list[str] | None,
    exclude: list[str] | None,
) -> tuple[Options, Mapping[str, str]]:
    """The options, with the environment that the code gets, and the one that a token of --lookup is read from.

    Raises UsageError for a path, facts or environment files that are wrong, before anything is done.
    """
    from ..facts.deployments import read_deployments
    from ..facts.jobs import discover_facts, load_facts
    from ..facts.variables import read_env_file
    from ..files.walk import require_paths
    from ..options import Options
    from ..verify.code_environment import code_environment

    require_paths([path])
    deployments = read_deployments(env_files or (), named or ())
    deployment = deployments[0]
    file = read_env_file(deployment.file) if deployment.file is not None else {}
    env = code_environment(os.environ, file, passed or ())
    options = Options(
        exclude=tuple(exclude or ()),
        facts=load_facts(discover_facts([path]) if facts is None else facts),
        env=env,
        deployments=deployments if len(deployments) > 1 else (replace(deployment, variables=env),),
    )
    # Of several deployments each has a token of its own, or all that of the process.
    return options, deployment.variables if len(deployments) == 1 else dict(os.environ)


def _environments(options: Options, passed: list[str] | None) -> Mapping[str, Mapping[str, str]]:
    """The environment that the code gets in each deployment."""
    from ..verify.code_environment import code_environment

    if len(options.deployments) == 1:
        return {options.deployments[0].name: options.env}
    return {
        one.name: code_environment(os.environ, one.variables, passed or ()) for one in options.deployments
    }


def _access(
    context: typer.Context,
    token_env: str | None,
    host: str | None,
    account_id: int | None,
    env: Mapping[str, str],
) -> Lookup:
    from ..verify.request import Lookup
    from .given_words import words_without_access

    return Lookup(token_env, host, account_id, env, approve_at_terminal, words_without_access(context))


def _dbt_source(manifests: list[str] | None, projects: list[str] | None, lookup: bool) -> DbtSource:
    from ..verify.request import (
        DbtSource,
        by_project,
    )

    return DbtSource(
        by_project(manifests or [], "--manifest"), by_project(projects or [], "--dbt-project"), lookup
    )


def _check(request: Request, asks_how: object, output: Path | None) -> None:
    """Raises UsageError for options that contradict each other, and for files that cannot be what they must be."""
    from ..errors import UsageError
    from ..files.walk import require_paths
    from ..verify.local_cloud import checked_manifest

    dbt = request.dbt
    if request.before is not None and request.migrated is not None:
        raise UsageError("--before and --migrated exclude each other")
    if dbt.lookup and (dbt.manifests or dbt.dbt_projects):
        raise UsageError("--lookup asks dbt Cloud for the manifest: leave out --manifest and --dbt-project")
    both = dbt.manifests.keys() & dbt.dbt_projects.keys()
    if both:
        raise UsageError("--manifest and --dbt-project exclude each other, for one project")
    if asks_how and not dbt.lookup:
        raise UsageError("--token-env, --host and --account-id need --lookup")
    require_paths(path for path in (request.migrated, request.working_directory) if path is not None)
    for path in dbt.manifests.values():
        checked_manifest(path)
    if output is not None and not output.absolute().parent.is_dir():
        raise UsageError(f"{output}: there is no folder {output.parent}")


def _print(results: Mapping[str, Result], form: VerifyFormat, output: Path | None, console: Console) -> None:
    from ..verify.text import verdict_line

    if output is None:
        console.print(_of_all(results, form, console.palette))
        return
    console.save(output, _of_all(results, form, PLAIN))
    for name, result in results.items():
        where = f"Deployment {one_line(name)}: " if len(results) > 1 else ""
        console.print(f"{where}{verdict_line(result, console.palette)} See {one_line(output)}.\n")


def _of_all(results: Mapping[str, Result], form: VerifyFormat, palette: Palette) -> str:
    """The results of all deployments in one; that of the only one as it is."""
    if form is VerifyFormat.html and len(results) > 1:
        from ..verify.html import render_html_of

        return render_html_of(results)
    from ..verify.across import only_in_some, summary

    rendered = {name: _rendered(result, form, palette) for name, result in results.items()}
    if len(rendered) == 1:
        return next(iter(rendered.values()))
    if form is VerifyFormat.json:
        documents = {name: json.loads(text) for name, text in rendered.items()}
        apart = [{"difference": text, "deployments": names} for text, names in only_in_some(results).items()]
        return json_text({"deployments": documents, "only_in_some": apart}) + "\n"
    titled = (
        (palette.paint(palette.strong, f"Deployment {one_line(name)}"), text)
        for name, text in rendered.items()
    )
    return "\n".join([*summary(results, palette), "", *(f"{title}\n\n{text}" for title, text in titled)])


def _rendered(result: Result, form: VerifyFormat, palette: Palette) -> str:
    if form is VerifyFormat.json:
        from ..verify.machine import render_json

        return render_json(result)
    if form is VerifyFormat.html:
        from ..verify.html import render_html

        return render_html(result)
    from ..verify.text import render_text

    return render_text(result, palette)
