"""A load whose jobs run elsewhere than the workspace of its resource makes one of its own, with the same credentials.

    rest_workspace = DbtCloudWorkspace(
        credentials=cloud.credentials,
        project_id=11,
        environment_id=23,
        adhoc_job_name="Staging",  # runs job 67893 itself, with its settings
    )

Where one call loads jobs of several environments, a function makes one for each.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from ...editing import render
from ...editing.render import Field
from ...editing.style import Style
from ...facts.jobs import Job
from ...planning.claims import Claim, JobRef, Rewrite
from ...planning.deployments import PLACE
from ...planning.settings import RETRIES
from ...planning.units import Environment, Unit
from ...planning.v2 import CLOUD_V2, Use
from ..deployment_table import Lookup
from ..job_differences import REUSE_NOTE, reuse_note


def workspace_lines(
    name: str, given: str, claim: Claim, unit: Unit, lookup: Lookup, use: Use, style: Style
) -> list[str]:
    """The statement that makes the workspace of a load, with the credentials of ``given``."""
    (ref,) = claim.jobs
    job, *_ = unit.jobs_of(ref)
    reused = unit.where(ref, job).reused.get(Environment.of(job))
    written = {
        "project_id": str(job.project_id),
        "environment_id": str(job.environment_id),
        "name": style.string(reused.name) if reused is not None else "",
    }
    texts = {column: lookup.cell(column, style) or text for column, text in written.items()}
    note = _note(ref, reused, unit) if texts["name"] else ""
    fields = [
        Field(f"{given}.credentials", "credentials"),
        Field(texts["project_id"], "project_id"),
        Field(texts["environment_id"], "environment_id"),
        *([Field(texts["name"], "adhoc_job_name", trailing=note)] if texts["name"] else []),
        *(Field(f"{given}.{setting}", setting) for setting in _retries([claim], unit)),
    ]
    return f"{name} = {use(CLOUD_V2, 'DbtCloudWorkspace')}(\n{render.exploded(fields, style)})".split("\n")


def _note(ref: JobRef, reused: Job | None, unit: Unit) -> str:
    """The comment behind the name of the job that the workspace runs."""
    if not ref.varies:
        return reuse_note(reused) if reused is not None else ""
    names = {job.id: job.name for job in unit.jobs_of(ref)}
    is_own = all(unit.table.rows.get(number, {}).get("name", name) == name for number, name in names.items())
    return REUSE_NOTE if is_own else ""


def function_text(name: str, claims: Sequence[Claim], unit: Unit, use: Use, style: Style) -> str:
    """The function that makes the workspace of each environment once."""
    tab, workspace = style.indent, use(CLOUD_V2, "DbtCloudWorkspace")
    fields = [
        Field("cloud.credentials", "credentials"),
        Field("project_id", "project_id"),
        Field("environment_id", "environment_id"),
        Field("name", "adhoc_job_name"),
        *(Field(f"cloud.{setting}", setting) for setting in _retries(claims, unit)),
    ]
    built = f"{workspace}(\n{render.exploded(fields, style)})".replace("\n", f"\n{tab}")
    none = " | None" if _is_without_name(claims, unit) else ""
    parameters = f"cloud: {workspace}, project_id: int, environment_id: int, name: str{none}"
    return (
        f"@{use('functools', 'cache')}\n"
        f"{render.signature(name, parameters, style)}\n"
        f"{tab}if (environment_id, name) == (cloud.environment_id, cloud.adhoc_job_name):\n"
        f"{tab * 2}return cloud\n"
        f"{tab}return {built}\n"
    )


def rows_of(claims: Sequence[Claim], unit: Unit) -> Mapping[int, Mapping[str, object]]:
    """Where each job of some loads runs: project, environment, and the name of the job that v2 runs there."""
    found: dict[int, dict[str, object]] = {}
    for ref in (ref for claim in claims for ref in claim.jobs):
        for job in unit.jobs_of(ref):
            reused = unit.where(ref, job).reused.get(Environment.of(job))
            name = reused.name if reused is not None else None
            found[job.id] = dict(zip(PLACE, (job.project_id, job.environment_id, name), strict=True))
    return found


def tell_of_own(claim: Claim, unit: Unit, done: Rewrite) -> None:
    """Report that a load does not use the workspace of its resource."""
    jobs = [job for ref in claim.jobs for job in unit.jobs_of(ref)]
    places = dict.fromkeys(str(job.environment_id) for job in jobs)
    said = f"the assets use a workspace of their own in environment {' or '.join(places)}, with the same credentials"
    done.report(claim.module, claim.node, "LDC220", said, claim.name, jobs=tuple(job.id for job in jobs))


def _is_without_name(claims: Sequence[Claim], unit: Unit) -> bool:
    return any(row["name"] is None for row in rows_of(claims, unit).values())


def _retries(claims: Sequence[Claim], unit: Unit) -> Iterator[str]:
    """The settings that the resource has, and a further workspace must have too."""
    all_settings = [builder.settings for claim in claims for builder in unit.builders_of(claim)]
    for setting in RETRIES:
        if any(settings is not None and setting in settings.values for settings in all_settings):
            yield setting
