"""A workspace beside a legacy resource that stays on the facade for a part of its uses."""

from __future__ import annotations

import ast

from ...analysis.inference.values import Made
from ...editing.edits import InsertAfter
from ...planning.claims import (
    Claim,
    Context,
    Rewrite,
)
from ...planning.units import Unit
from .workspace_text import workspace_text


def add_beside(claim: Claim, unit: Unit, context: Context) -> Rewrite:
    """Add the workspace behind the statement that builds the resource."""
    done = Rewrite()
    assert isinstance(claim.value, Made)
    assert isinstance(claim.node, ast.Call)
    name = unit.beside[claim.value]
    statement = claim.module.span(claim.module.statement_of(claim.node))
    done.edit(
        claim.module, InsertAfter(statement, f"{name} = {workspace_text(claim, unit, context, done)}\n")
    )
    served = ", ".join(str(job.id) for job in unit.jobs)
    said = (
        f"`{name}` serves the loads of job {served}"
        if served
        else f"`{name}` serves the loads that became v2"
    )
    done.report(claim.module, claim.node, "LDC220", said, claim.name)
    return done
