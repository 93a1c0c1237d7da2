"""What Dagster gives to a load that stays on the facade: the resource that is bound to its key, whichever it was loaded with.

finance = load_assets_from_dbt_cloud_job(loading, JOB)                stays, as its job cannot be determined
Definitions(assets=[finance], resources={"dbt_cloud": running})       `running` must stay legacy with it
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from ..analysis.inference.legacy_names import KEY_OF_LOADS
from ..findings import Finding
from .claims import Claim
from .parts import Builds, Loads
from .units import Unit


def kept_for_loads(
    unit: Unit, units: Sequence[Unit], components: Mapping[Path, object]
) -> tuple[Finding, ...]:
    """Why a unit that migrates must stay: it binds the resource that Dagster gives to a load of another, which stays."""
    bound = _bound(unit) if unit.migrates else []
    if not bound:
        return ()
    everywhere = {components[claim.module.path] for one in units for claim in _bound(one)}
    staying = [
        claim
        for one in units
        for claim in (() if one.migrates else one.claims)
        if isinstance(claim.part, Loads)
    ]
    return tuple(
        _finding(claim, load)
        for claim in bound
        for load in staying
        if components[load.module.path]
        in ({components[claim.module.path]} | ({*components.values()} - everywhere))
    )


def _bound(unit: Unit) -> list[Claim]:
    return [claim for claim in unit.claims if isinstance(claim.part, Builds) and KEY_OF_LOADS in claim.keys]


def _finding(claim: Claim, load: Claim) -> Finding:
    place = load.module.place(load.node)
    said = f'it is bound to "{KEY_OF_LOADS}", and Dagster gives it to the load at {place}, which stays on the facade'
    return Finding(claim.module.place(claim.node), "LDC308", said, claim.name, related=(place,))
