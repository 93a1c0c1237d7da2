"""Where migrated code refuses to load: for a job that its migration was not given, which a deployment now has.

One migration with all deployments would have written a table, or another one. The code does not say any more what it was.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from ..analysis.project.prefilter import GENERATED_FOR
from ..analysis.syntax.source_module import Module
from ..findings import Finding
from ..planning.claims import Claim, Context, Kind, Rewrite
from ..planning.parts import Uses
from ..planning.units import Unit
from .held_rows import tables_of
from .new_rows import GO_BACK, new_row

NAME = "dbt_cloud_assets"
CONSTRUCT = Kind[None]("refusals")
_WRITTEN_FOR = re.compile(rf"{GENERATED_FOR} (\d{{1,18}}),")


def claims(context: Context) -> Iterator[Claim[None]]:
    """One claim for each place that refuses a job of some deployment."""
    for module in context.index.tree.modules.values():
        if module.path in context.outside:
            continue
        tables = {name: set(ids) for name, ids in tables_of(module)}
        for node in module.of(ast.If, ast.Subscript):
            match node:
                case ast.If(test=ast.Compare(left=tested, ops=[ast.NotEq()]), body=[ast.Raise(exc=raised)]):
                    said = _WRITTEN_FOR.match(_text(raised))
                    if said is not None:
                        yield from _claims(context, module, tested, {int(said[1])}, "")
                case ast.Subscript(value=ast.Name(id=name), slice=tested) if name in tables:
                    yield from _claims(context, module, tested, tables[name], name)


def _text(raised: ast.expr | None) -> str:
    first = raised.args[0] if isinstance(raised, ast.Call) and raised.args else None
    return str(first.value) if isinstance(first, ast.Constant) else ""


def _claims(
    context: Context, module: Module, tested: ast.expr, known: set[int], table: str
) -> Iterator[Claim[None]]:
    ref = context.job_ref(module, tested)
    others = {name: [one for one in ids if one not in known] for name, ids in ref.by_deployment.items()}
    if any(others.values()):
        new = dict.fromkeys(job_id for ids in others.values() for job_id in ids)
        to_do = [new_row(context, module, table, job_id, known) for job_id in new] if table else [GO_BACK]
        # One that fits into no row takes all of them with it.
        yield _claim(module, tested, known, others, GO_BACK if GO_BACK in to_do else ", and ".join(to_do))


def _claim(
    module: Module, tested: ast.expr, known: set[int], others: dict[str, list[int]], to_do: str
) -> Claim[None]:
    told = " and ".join(
        f"job {' and '.join(map(str, ids))}" + (f" in deployment {name}" if name else "")
        for name, ids in others.items()
        if ids
    )
    ids = tuple(dict.fromkeys(job_id for those in others.values() for job_id in those))
    said = (
        f"this is {told}, and the code was generated for job {', '.join(map(str, sorted(known)))} only, and refuses to load "
        f"there. To have both, {to_do}"
    )
    return Claim(
        construct=CONSTRUCT,
        part=Uses(),
        module=module,
        node=tested,
        name=NAME,
        code="LDC404",
        blocked=(Finding(module.place(tested), "LDC404", said, NAME, jobs=ids),),
        detail=None,
        is_site=False,
    )


def rewrite(_: Claim[None], __: Unit, ___: Context) -> Rewrite:
    """Nothing: each claim is blocked."""
    return Rewrite()
