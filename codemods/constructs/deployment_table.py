"""The table in the code of what deployments differ in, and how a workspace or a load reads it.

DBT_CLOUD_JOBS = {
    67890: {"environment_id": 22, "name": "Nightly", "select": "tag:daily"},
    67900: {"environment_id": 23, "name": "Nightly (staging)", "select": "tag:hourly"},
}


def dbt_cloud_facts(job_id: int) -> dict:
    if job_id not in DBT_CLOUD_JOBS:
        raise ValueError(f"DBT_CLOUD_JOBS has no row for dbt Cloud job {job_id}: add one")
    return DBT_CLOUD_JOBS[job_id]
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass

from ..analysis.inference.values import Made
from ..analysis.project.prefilter import HAS_NO_ROW
from ..analysis.syntax.source_module import Module
from ..editing.edits import InsertBefore
from ..editing.style import Style
from ..planning.claims import Claim, Context, JobRef, Rewrite
from ..planning.deployments import COMMANDS, PLACE
from ..planning.job_texts import FromEnvironment, id_text, text_in_place
from ..planning.parts import Loads
from ..planning.split import beside_text
from ..planning.units import Table, Unit
from ..planning.v2 import Use, missing_row
from .job_differences import REUSE_NOTE

_TABLE, _FUNCTION, _JOB, _JOB_ID = "DBT_CLOUD_JOBS", "dbt_cloud_facts", "dbt_job", "job_id"


@dataclass(frozen=True)
class Lookup:
    """How to read the row of the job that a deployment runs."""

    job: str = ""
    """The row."""
    job_id: str = ""
    """Its id."""
    columns: frozenset[str] = frozenset()
    """What stands in it; the rest is the same in all deployments."""
    before: tuple[str, ...] = ()
    """Lines that come first."""
    note: str = ""
    """The comment behind the name of the job that a workspace runs."""

    def cell(self, column: str, style: Style) -> str:
        """The text that reads a column; empty where it is the same in all deployments."""
        return f"{self.job}[{style.string(column)}]" if column in self.columns else ""


NOTHING_DIFFERS = Lookup()


def of_resource(claim: Claim, unit: Unit, context: Context, use: Use, done: Rewrite) -> Lookup:
    """What a workspace reads from the table. Puts the table before it, and the row of its job."""
    resource = claim.value
    if not isinstance(resource, Made) or resource not in unit.table.keys:
        return NOTHING_DIFFERS
    ref, style = unit.table.keys[resource], context.style(claim.module)
    text = text_in_place(context, ref, resource)
    assert text is not None, "the plan keeps what cannot be written"
    written = _from_environment(text, use, style) if isinstance(text, FromEnvironment) else text
    row = unit.namespace(claim.module).shared(_JOB, resource)
    lines, job_id = _bound(written, row, _function(claim.module, unit), unit, claim.module, resource)
    if ref.module is not claim.module:
        said = f"the workspace reads {ref.source or 'the job id'} when this module is imported"
        done.report(claim.module, claim.node, "LDC214", said, claim.name, jobs=ref.job_ids)
    _write_table(claim.module, unit, context, done)
    statement = claim.module.statement_of(claim.node)
    done.edit(claim.module, InsertBefore(claim.module.span(statement), "\n".join(lines) + "\n", rank=-1))
    names = {job.id: job.name for job in unit.jobs_of(ref)}
    is_own = all(unit.table.rows[number].get("name") == name for number, name in names.items())
    columns = frozenset(unit.table.columns[resource])
    return Lookup(row, job_id, columns, note=REUSE_NOTE if is_own else "")


def tell_of_clients(claim: Claim, unit: Unit, done: Rewrite) -> None:
    """Report that a workspace without loads names the environment of one deployment: its client asks for none."""
    refs = [ref for ref in unit.job_refs if ref.varies]
    places = {(job.project_id, job.environment_id) for ref in refs for job in unit.jobs_of(ref)}
    where = unit.environments.get(claim.value) if isinstance(claim.value, Made) else None
    loads = [
        other
        for other in unit.claims
        if isinstance(other.part, Loads) and other.resources & claim.resources and not unit.is_apart(other)
    ]
    if where is None or loads or len(places) < 2:
        return
    said = (
        f"project {where.project_id} and environment {where.environment_id} are those of one deployment "
        f"({refs[0].in_words}); the calls of the client depend on neither"
    )
    jobs = tuple(dict.fromkeys(job_id for ref in refs for job_id in ref.job_ids))
    done.report(claim.module, claim.node, "LDC214", said, claim.name, jobs=jobs)


def of_load(claim: Claim, unit: Unit, context: Context, done: Rewrite) -> Lookup:
    """What a load reads from the table."""
    (ref,) = claim.jobs
    table = unit.table
    if not ref.varies or claim.makes_several:
        return NOTHING_DIFFERS
    columns = frozenset(table.columns.get(ref, ()))
    own = id_text(context, ref)
    shared = _row_of_resource(claim, ref, unit, context)
    if shared is not None:
        return Lookup(*shared, columns)
    if not columns:
        return Lookup("", own)
    home = table.homes[ref]
    function = _function(home, unit)
    _write_table(home, unit, context, done)
    if home is not claim.module:
        (resource,) = claim.resources
        argument = claim.part.resource if isinstance(claim.part, Loads) else None
        assert argument is not None, "the plan keeps a load without a resource"
        reached = beside_text(context, claim.module, argument, resource, function)
        assert reached is not None, "the plan puts the table where it can be reached"
        function = reached[0]
        if reached[1] is not None:
            done.need(claim.module, reached[1])
    row = unit.namespace(claim.module).shared(_JOB, ref)
    lines, job_id = _bound(own, row, function, unit, claim.module, ref)
    return Lookup(row, job_id, columns, tuple(lines))


def _bound(
    text: str, row: str, function: str, unit: Unit, module: Module, what: object
) -> tuple[list[str], str]:
    """The lines that bind the row of a job, and its id where that is no name yet; and how to write the id."""
    if text.isidentifier():
        return [f"{row} = {function}({text})"], text
    job_id = unit.namespace(module).shared(_JOB_ID, what)
    return [f"{job_id} = {text}", f"{row} = {function}({job_id})"], job_id


def _row_of_resource(claim: Claim, ref: JobRef, unit: Unit, context: Context) -> tuple[str, str] | None:
    """The row and the id that the workspace of a load has read, where the load means the same and can see them."""
    resource = next(iter(claim.resources), None)
    if resource is None or resource not in unit.table.keys or resource.module is not claim.module:
        return None
    key, module = unit.table.keys[resource], claim.module
    is_same = key == ref or _is_same(context, key, ref)
    if not is_same or module.scope_of(resource.call) is not module.scope_of(claim.node):
        return None
    if module.statement_of(resource.call).lineno > module.statement_of(claim.node).lineno:
        return None
    row = unit.namespace(module).shared(_JOB, resource)
    text = text_in_place(context, key, resource)
    if isinstance(text, str) and text.isidentifier():
        return row, text
    return row, unit.namespace(module).shared(_JOB_ID, resource)


def _is_same(context: Context, one: JobRef, other: JobRef) -> bool:
    """Whether two expressions in one file are surely one id."""
    if one.module is not other.module or ast.dump(one.node) != ast.dump(other.node):
        return False
    names = context.index.tree.names(one.module)
    read = [node for ref in (one, other) for node in ast.walk(ref.node) if isinstance(node, ast.Name)]
    return all(
        names.scope_that_binds(one.module, node.id, node) in (None, one.module.tree) for node in read
    ) and not any(len(names.tables[one.module.tree].get(node.id, ())) > 1 for node in read)


def _from_environment(read: FromEnvironment, use: Use, style: Style) -> str:
    environ, name = f"{use('os', '')}.environ", style.string(read.variable)
    if read.default is None:
        return f"{use('builtins', 'int')}({environ}[{name}])"
    default = style.string(read.default) if isinstance(read.default, str) else read.default
    return f"{use('builtins', 'int')}({environ}.get({name}, {default}))"


def _function(home: Module, unit: Unit) -> str:
    return unit.namespace(home).shared(_FUNCTION, unit.table)


def _write_table(home: Module, unit: Unit, context: Context, done: Rewrite) -> None:
    """The table and the function that reads it, before all that needs them. Asked for often, written once."""
    style, table = context.style(home), unit.table
    name, function = unit.namespace(home).shared(_TABLE, table), _function(home, unit)
    rows = _rows_of(home, table)
    use = unit.using(done, home)
    lines = [
        f"{style.indent}{job_id}: {missing_row(use, job_id) if row is None else row_text(row, style)},\n"
        for job_id, row in rows.items()
    ]
    said = f"{name} {HAS_NO_ROW}"
    text = (
        f"\n{name} = {{\n{''.join(lines)}}}\n\n\n"
        f"def {function}(job_id: int) -> dict:\n"
        f"{style.indent}if job_id not in {name}:\n"
        f"{style.indent * 2}raise ValueError(f{style.string(said)})\n"
        f"{style.indent}return {name}[job_id]\n\n\n"
    )
    first = min(_statements(home, unit), key=lambda statement: statement.lineno)
    done.edit(home, InsertBefore(home.span(first), text, blank=True, rank=-2))


def _statements(home: Module, unit: Unit) -> list[ast.stmt]:
    """The statements at the top of a file that need its table."""
    needing: list[ast.AST] = [
        made.call for made in unit.table.keys if unit.table.homes[made] is home and made.module is home
    ]
    for claim in unit.claims:
        if claim.module is home and any(unit.table.homes.get(ref) is home for ref in claim.jobs):
            needing.append(claim.node)
    return [home.top_statement_of(node) for node in needing]


def _rows_of(home: Module, table: Table) -> Mapping[int, Mapping[str, object] | None]:
    """The rows of one file's table: of each job what the workspaces and loads there read. None: that is missing."""
    found: dict[int, dict[str, object] | None] = {}
    order = {column: place for place, column in enumerate((*PLACE, *COMMANDS))}
    for what, columns in table.columns.items():
        ref = table.keys[what] if isinstance(what, Made) else what
        if table.homes[what] is home and isinstance(ref, JobRef):
            for (job_id,) in ref.by_deployment.values():
                if job_id in table.missing:
                    found[job_id] = None
                    continue
                row = found.setdefault(job_id, {})
                assert row is not None
                row.update({name: table.rows[job_id][name] for name in columns})
    return {
        job_id: {name: row[name] for name in sorted(row, key=order.__getitem__)} if row is not None else None
        for job_id, row in found.items()
    }


def row_text(row: Mapping[str, object], style: Style) -> str:
    """One row of a table, as it stands in its dict."""
    parts = [f"{style.string(name)}: {value_text(value, style)}" for name, value in row.items()]
    flat = f"{{{', '.join(parts)}}}"
    if len(style.indent) + len(flat) + 12 <= style.width:
        return flat
    inner = "".join(f"{style.indent * 2}{part},\n" for part in parts)
    return f"{{\n{inner}{style.indent}}}"


def value_text(value: object, style: Style) -> str:
    if isinstance(value, str):
        return style.string(value)
    if isinstance(value, list):
        return f"[{', '.join(value_text(one, style) for one in value)}]"
    return repr(value)
