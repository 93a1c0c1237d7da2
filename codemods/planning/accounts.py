"""Which account and host resources belong to, and whether the facts of their jobs do as well."""

from __future__ import annotations

import ast
from collections.abc import Iterable

from ..findings import Finding
from .claims import Claim, Context
from .settings import Setting
from .v2 import DEFAULT_HOST


def account_of(context: Context, claim: Claim) -> int | None:
    """The account of the resource that a claim builds; None where the code does not say."""
    if claim.settings is None:
        return None
    told = _told(context, claim.settings.values.get("account_id"))
    return int(told) if told.isdigit() else None


def several_accounts(claims: Iterable[Claim], context: Context) -> tuple[Finding, ...]:
    """The facts of a job are those of one account: resources of several need the facts of each."""
    accounts: dict[tuple[str, str], Claim] = {}
    for claim in claims:
        if claim.settings is not None:
            account, host = (
                _told(context, claim.settings.values.get(name)) for name in ("account_id", "dbt_cloud_host")
            )
            accounts.setdefault((account, host.rstrip("/") or DEFAULT_HOST), claim)
    known = {str(job.account_id) for job in context.facts.jobs}
    if len(accounts) < 2 or all(account in known for account, _ in accounts):
        return ()
    said = "its uses take resources of several accounts: " + ", ".join(
        f"{account} at {host}" for account, host in accounts
    )
    return tuple(
        Finding(claim.module.place(claim.node), "LDC307", said, claim.name) for claim in accounts.values()
    )


def facts_of_another_account(claims: Iterable[Claim], context: Context) -> tuple[Finding, ...]:
    """A job id of one account means another job, or none, in another."""
    claims = list(claims)
    accounts = {
        resource: account_of(context, claim)
        for claim in claims
        if claim.settings is not None
        for resource in claim.resources
    }
    found: list[Finding] = []
    for claim in claims:
        if claim.settings is None:
            continue
        account = account_of(context, claim)
        ids = [
            job_id
            for other in claims
            if other.resources & claim.resources or (other.keys & claim.keys and len(accounts) == 1)
            for ref in other.jobs
            for job_id in ref.job_ids
        ]
        for job_id in dict.fromkeys(ids):
            others = context.facts.accounts_of(job_id)
            if account is not None and others and account not in others:
                said = f"the facts of job {job_id} are of account {others[0]}, and this resource has account {account}: correct one of the two"
                place = claim.module.place(claim.node)
                found.append(Finding(place, "LDC307", said, claim.name, jobs=(job_id,)))
    return tuple(found)


def _told(context: Context, setting: Setting | None) -> str:
    """What a setting is: its value, else the variable it is read from, else its text."""
    if setting is None:
        return ""
    if setting.others:
        each = {_told(context, one) for one in setting.each()}
        return each.pop() if len(each) == 1 else setting.access
    module, node = setting.module, setting.node
    found = context.constants.read(module, node)
    if found is not None and not found.variable:
        return str(found.value)
    if isinstance(node, ast.Dict) and len(node.values) == 1:
        node = node.values[0]
    return context.constants.variable_of(module, node) or module.source_of(node).strip("\"'")
