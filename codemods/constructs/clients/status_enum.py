"""``DbtCloudRunStatus`` where no comparison says what takes its place: the module gets an enumeration of its own.

    DONE = {DbtCloudRunStatus.SUCCESS, DbtCloudRunStatus.ERROR}     ->  the same, of a class that the file defines

Its members are the texts that dbt Cloud answers as ``status_humanized``, in v2 as in legacy. Source:
``dagster_dbt.cloud.resources``.
"""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from legacy_shim.catalogue import BY_NAME

from ...analysis.inference.legacy_names import LEGACY_PACKAGES
from ...analysis.inference.values import LEGACY, External, Local
from ...analysis.syntax.functions import decorator_name
from ...analysis.syntax.scopes import Imported
from ...analysis.syntax.source_module import Module
from ...analysis.uses.index import Reference
from ...editing.edits import InsertBefore
from ...editing.facade_names import FACADE
from ...planning.claims import Claim, Context, Kind, Rewrite
from ...planning.parts import Uses
from ...planning.units import Unit
from . import statuses
from .statuses import NAME, status_of

STATUSES = ("Queued", "Starting", "Running", "Success", "Error", "Cancelled")
_MEMBERS = frozenset(text.upper() for text in STATUSES)
_DIFFERENT = frozenset({"is_final", "run_status"})
"""Attributes that only the facade's statuses have, or that answer one."""


@dataclass(frozen=True, eq=False)
class Own:
    """A use of the enumeration in a module that defines it itself."""

    first: ast.stmt
    """The first statement of the module that names it."""
    said: str
    """What to report of the first use; empty for nothing."""


CONSTRUCT = Kind[Own]("status_enum")


def claims(context: Context) -> Iterator[Claim[Any]]:
    """One claim for each use that is no comparison, in the modules that can have an enumeration of their own.

    In the others, one for each ``.value`` that they read.
    """
    named: dict[Module, list[Reference]] = defaultdict(list)
    for reference in context.index.references:
        link = _link(context, reference)
        # In `list(x)`, `x` is a reference itself.
        if link is not None and not (isinstance(link, ast.Call) and len(reference.chain) == 2):
            named[reference.module].append(reference)
    compared = list(statuses.claims(context))
    answered = {node for claim in compared for node in claim.covers}
    of_facade = {claim.module for claim in compared if _is_of_facade(claim)}
    needs_it = bool(named) and _needs_the_facade(context, list(named))
    for module, references in named.items():
        left = [reference for reference in references if reference.chain[0] not in answered]
        if needs_it or module in of_facade or not _is_own(context, module, left):
            for one in left:
                yield from statuses.kept_values(context, one)
        elif left:
            statements = (module.top_statement_of(one.node) for one in left)
            first = min(statements, key=lambda node: node.lineno)
            said = _said(context, module, left)
            for one in left:
                yield _claim(module, one, Own(first, said))


def _is_of_facade(claim: Claim[statuses.Compared | None]) -> bool:
    """Whether a comparison is true on the facade alone: of dbt Cloud's number with the value of a status."""
    is_number = claim.detail is not None and claim.detail.entry == statuses.NUMBER
    return bool(claim.blocked) or (is_number and not claim.resources and not claim.keys)


def _said(context: Context, module: Module, references: Sequence[Reference]) -> str:
    """What the facade answers otherwise of what a file reads; empty for nothing."""
    if _may_read_value(context, module):
        return "`.value` of a status is its text, as in dagster_dbt; on the facade it is dbt Cloud's number"
    if any(_is_formatted(module, one) for one in references):
        return "a status is formatted as in dagster_dbt, by the rules of the Python version; on the facade it is its text"
    return ""


def _claim(module: Module, reference: Reference, detail: Own) -> Claim[Own]:
    return Claim(
        construct=CONSTRUCT,
        part=Uses(),
        module=module,
        node=reference.chain[0],
        name=NAME,
        code=BY_NAME[NAME].code,
        covers=frozenset({reference.chain[0]}),
        detail=detail,
    )


def _link(context: Context, reference: Reference) -> ast.expr | None:
    """The link of a chain that is the enumeration, or a member of it."""
    whole = External(f"{LEGACY}{NAME}")
    for link in reference.chain:
        if whole in context.index.values(reference.module, link) or status_of(
            context, reference.module, link
        ):
            return link
    return None


def _needs_the_facade(context: Context, modules: Sequence[Module]) -> bool:
    """Whether some code wants statuses that are the facade's, or the same objects in several files."""
    every = context.index.tree.modules.values()
    if any(
        isinstance(node, ast.Attribute) and node.attr in _DIFFERENT for one in every for node in one.nodes
    ):
        return True
    return len(modules) > 1 and any(_tells_objects_apart(one) for one in modules)


def _tells_objects_apart(module: Module) -> bool:
    compared = (operator for node in module.of(ast.Compare) for operator in node.ops)
    return any(isinstance(operator, (ast.Is, ast.IsNot)) for operator in compared) or any(
        map(module.named, ("isinstance", "issubclass", "type", "id"))
    )


def _is_own(context: Context, module: Module, references: Sequence[Reference]) -> bool:
    """Whether each use reads the one name that an import at the top brings, and nobody else takes it from here."""
    bound = context.index.tree.names(module).tables.get(module.tree, {}).get(NAME, [])
    if len(bound) != 1 or not isinstance(bound[0], Imported) or bound[0].name != NAME or bound[0].level:
        return False
    source = bound[0].module
    if source not in LEGACY_PACKAGES or source.split(".")[0] == FACADE or "legacy-shim: keep" in module.text:
        return False
    if module.parent(bound[0].node) is not module.tree or f'"{NAME}"' in module.text:
        return False
    if context.index.imported_names.get(module.path, frozenset()) & {NAME, "*"}:
        return False
    return all(
        _link(context, reference) is reference.chain[0] and _is_of_dagster_dbt(context, module, reference)
        for reference in references
    )


def _is_of_dagster_dbt(context: Context, module: Module, reference: Reference) -> bool:
    """Whether a use is one that dagster_dbt's enumeration serves: it has members, and is asked for one by its text."""
    whole = External(f"{LEGACY}{NAME}")
    for link in reference.chain:
        if isinstance(link, ast.Call) and whole in context.index.values(module, link.func):
            return len(link.args) == 1 and _is_text(context, module, link.args[0])
        if isinstance(link, ast.Attribute) and whole in context.index.values(module, link.value):
            return link.attr in _MEMBERS or link.attr.startswith("__")
    return True


def _is_formatted(module: Module, reference: Reference) -> bool:
    above = module.parent(reference.node)
    is_call = isinstance(above, ast.Call) and decorator_name(above) == "format"
    return is_call or isinstance(above, (ast.FormattedValue, ast.BinOp))


def _is_text(context: Context, module: Module, node: ast.expr) -> bool:
    """Whether an expression is ``status_humanized`` of a run, wherever that was read."""
    if _reads_text(node):
        return True
    origins = context.index.evaluator.possible(module, node)
    return origins.is_all and bool(origins.places) and all(_reads_text(place) for _, place in origins.places)


def _reads_text(node: ast.expr) -> bool:
    """Whether an expression reads ``status_humanized`` of a run."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "get":
        node = node.args[0] if node.args else node
    elif isinstance(node, ast.Subscript):
        node = node.slice
    return isinstance(node, ast.Constant) and node.value == "status_humanized"


def rewrite(claim: Claim[Own], unit: Unit, context: Context) -> Rewrite:
    """Define the enumeration before its first use; the uses stay as they are."""
    done = Rewrite()
    module = claim.module
    use, style = unit.using(done, module), context.style(module)
    members = (f"{style.indent}{text.upper()} = {style.string(text)}\n" for text in STATUSES)
    doc = f'{style.indent}"""The status of a dbt Cloud run, as its `status_humanized` says it."""\n\n'
    # `from dagster import *` brings an `Enum` of its own.
    is_starred = bool(context.index.tree.names(module).stars)
    base = f"{use('enum', '')}.Enum" if is_starred else use("enum", "Enum")
    text = f"class {NAME}({use('builtins', 'str')}, {base}):\n{doc}{''.join(members)}"
    done.edit(module, InsertBefore(module.span(claim.detail.first), text, blank=True, rank=0))
    if claim.detail.said:
        done.report(module, claim.detail.first, "LDC213", claim.detail.said, NAME)
    return done


def _may_read_value(context: Context, module: Module) -> bool:
    """Whether ``.value`` may be read of a status: its text in dagster_dbt, dbt Cloud's number on the facade."""
    read = (node for node in module.nodes if isinstance(node, ast.Attribute) and node.attr == "value")
    return not all(_is_of_own_class(context, module, node.value) for node in read)


def _is_of_own_class(context: Context, module: Module, node: ast.expr) -> bool:
    """Whether an expression is ``Jobs.DAILY`` of a class of the tree."""
    owner = node.value if isinstance(node, (ast.Attribute, ast.Subscript)) else node
    values = context.index.values(module, owner)
    return bool(values) and all(isinstance(value, Local) for value in values)
