"""A legacy name in a string: whoever imports it from this file, or reads it by this string, gets the facade's.

    from dagster_dbt import *                   ->  from dagster_dbt import *
    __all__ = ["dbt_cloud_resource"]                from legacy_shim import dbt_cloud_resource

                                                    __all__ = ["dbt_cloud_resource"]

v2 has nothing under these names, and who imports them may be out of sight: it stays, and is a use like any other.
"""

from __future__ import annotations

from collections.abc import Iterator

from legacy_shim.catalogue import BY_NAME

from ..analysis.uses.handed_out import handed_out
from ..findings import Finding
from ..planning.claims import Claim, Context, Kind, Rewrite
from ..planning.parts import Stays
from ..planning.units import Unit

CONSTRUCT = Kind[None]("handed_out")


def claims(context: Context) -> Iterator[Claim[None]]:
    """One claim for each legacy name in a string."""
    for told in handed_out(context.index):
        how = "is exported from this file" if told.is_exported else "may be read by this string"
        said = f"`{told.name}` {how}, and comes from the facade: remove it here when nothing uses it"
        yield Claim(
            construct=CONSTRUCT,
            part=Stays(),
            module=told.module,
            node=told.node,
            name=told.name,
            code=BY_NAME[told.name].code,
            blocked=(Finding(told.module.place(told.node), "LDC302", said, told.name),),
            detail=None,
        )


def rewrite(claim: Claim[None], unit: Unit, context: Context) -> Rewrite:  # noqa: ARG001  a construct's signature
    """Nothing: each of the claims is blocked."""
    raise AssertionError("it stays")
