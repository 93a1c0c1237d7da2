"""The dbt Cloud jobs that the code names, and where it says that they live."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from .constructs import changed_facts
from .constructs.facts_beside import facts_beside
from .constructs.held_facts import held_facts
from .constructs.job_differences import unknown_job
from .deciding import plan_without
from .deep_stack import on_deep_stack
from .facts.deployments import Deployment
from .findings import Finding
from .isolation import isolated
from .options import JobsInCode, Options, WantedJob, WrittenFact
from .planning.claims import Context
from .planning.configured_jobs import configured_job_ids
from .planning.settings import Setting
from .planning.units import Unit
from .reading import of_any_migration, read_files
from .rewriting import Planned


@on_deep_stack
def jobs_in_code(paths: Sequence[Path], options: Options) -> JobsInCode:
    """The dbt Cloud jobs that the code names, with what it says of where they live."""
    files = replace(read_files(paths, options), matters=of_any_migration)
    planned = isolated(lambda broken: plan_without(files, options, broken))
    context = planned.context
    held = held_facts(context)
    found: dict[tuple[int, int | None, str | None], list[str]] = defaultdict(list)
    told: dict[tuple[int, int | None, str | None], tuple[_Whereabouts, str]] = {}
    unknown: list[Finding] = []
    for unit in planned.units:
        for deployment in context.deployments:
            whereabouts = _whereabouts(context, unit, deployment)
            for claim in unit.claims_inside:
                for ref in claim.jobs if claim.construct != changed_facts.CONSTRUCT else ():
                    place = ref.module.place(ref.node)
                    job_ids = ref.by_deployment.get(deployment.name, ()) or configured_job_ids(context, ref)
                    if not job_ids:
                        unknown.append(Finding(place, "LDC402", unknown_job(ref), claim.name))
                    for job_id in job_ids:
                        key = (job_id, whereabouts.account_id, whereabouts.host)
                        found[key].append(str(place))
                        told.setdefault(key, (whereabouts, deployment.name))
    wanted = (
        WantedJob(key[0], **vars(told[key][0]), places=tuple(dict.fromkeys(places)), deployment=told[key][1])
        for key, places in sorted(found.items(), key=lambda item: str(item[0]))
    )
    named = {key[0] for key in found}
    written = [WrittenFact(one.job_id, one.column, one.module.place(one.node), one.value) for one in held]
    written += facts_beside(context)
    migrated = (
        WantedJob(job_id, places=tuple(str(one.place) for one in written if one.job_id == job_id))
        for job_id in dict.fromkeys(one.job_id for one in written)
        if job_id not in named
    )
    return JobsInCode((*wanted, *migrated), tuple(dict.fromkeys(unknown)), tuple(written))


@dataclass(frozen=True)
class _Whereabouts:
    """Account, host and the variables that hold them and the token, as far as the code says; see WantedJob."""

    account_id: int | None = None
    host: str | None = None
    token_env: str | None = None
    account_env: str | None = None
    host_env: str | None = None
    host_place: str = ""
    token_place: str = ""


def _whereabouts(context: Context, unit: Unit, deployment: Deployment) -> _Whereabouts:
    for claim in unit.claims:
        if claim.settings is not None:
            values = claim.settings.values
            account = _value_of(context, values.get("account_id"), deployment)
            host = _value_of(context, values.get("dbt_cloud_host"), deployment)
            return _Whereabouts(
                int(str(account)) if account is not None and str(account).isdigit() else None,
                str(host).rstrip("/") if host else None,
                _variable(context, claim.settings.token) or None,
                _variable(context, values.get("account_id")) or None,
                _variable(context, values.get("dbt_cloud_host")) or None,
                _place_of(values.get("dbt_cloud_host")),
                _place_of(claim.settings.token),
            )
    return _Whereabouts()


def token_variables(planned: Planned) -> tuple[str, ...]:
    """The environment variables that the code takes its tokens from."""
    settings = (claim.settings for unit in planned.units for claim in unit.claims)
    tokens = (token for each in settings if each is not None for token in each.token.each())
    names = (_variable(planned.context, token) for token in tokens)
    return tuple(dict.fromkeys(name for name in names if name))


def _place_of(setting: Setting | None) -> str:
    return str(setting.module.place(setting.node)) if setting is not None else ""


def _value_of(context: Context, setting: Setting | None, deployment: Deployment) -> object:
    if setting is None:
        return None
    if setting.others:
        return _agreed(_value_of(context, one, deployment) for one in setting.each())
    if isinstance(setting.node, ast.Dict):
        return deployment.variables.get(_variable(context, setting))
    found = context.constants_in(deployment).read(setting.module, setting.node)
    return found.value if found is not None else None


def _agreed(found: Iterable[object]) -> object:
    """What all say; None where they differ."""
    different = list(dict.fromkeys(found))
    return different[0] if len(different) == 1 else None


def _variable(context: Context, setting: Setting | None) -> str:
    if setting is None:
        return ""
    if setting.others:
        return str(_agreed(_variable(context, one) for one in setting.each()) or "")
    node = setting.node
    if isinstance(node, ast.Dict) and node.values and isinstance(node.values[0], ast.Constant):
        return str(node.values[0].value)
    return context.constants.variable_of(setting.module, node)
