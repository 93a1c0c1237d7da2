"""``dbt_cloud_run_op`` stays on the facade: v2 has no such op. Source: ``dagster_dbt.cloud.ops``."""

from __future__ import annotations

from collections.abc import Iterator

from legacy_shim.catalogue import BY_NAME

from ..claims import Claim, Context, Rewrite
from ..findings import Finding
from ..units import Unit
from ..values import External

NAME = "dbt_cloud_run_op"
_KEY = "dbt_cloud"
"""The resource key that the op requires."""


def claims(context: Context) -> Iterator[Claim]:
    """One claim for each place that names the op."""
    for reference in context.index.references:
        module = reference.module
        for link in reference.chain:
            if External(f"legacy.{NAME}") in context.index.values(module, link):
                said = "v2 has no op that runs a job"
                yield Claim(
                    construct="run_op",
                    module=module,
                    node=link,
                    name=NAME,
                    code=BY_NAME[NAME].code,
                    keys=frozenset({_KEY}),
                    blocked=(Finding(module.place(link), "LDC302", said, NAME),),
                    covers=frozenset({reference.chain[0]}),
                )
                break


def rewrite(claim: Claim, unit: Unit, context: Context) -> Rewrite:
    """Never asked for: its claims are blocked."""
    raise AssertionError(f"{claim.name} is not rewritten")
