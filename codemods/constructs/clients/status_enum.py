"""``DbtCloudRunStatus`` where no comparison says what takes its place: the module gets an enumeration of its own.

    DONE = {DbtCloudRunStatus.SUCCESS, DbtCloudRunStatus.ERROR}     ->  the same, of a class that the file defines

Its members are the strings that dbt Cloud answers as ``status_humanized``, in v2 as in legacy. Source:
``dagster_dbt.cloud.resources``.
"""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from typing import Any

from legacy_shim.catalogue import BY_NAME

from ...analysis.inference.legacy_names import LEGACY_PACKAGES
from ...analysis.inference.values import LEGACY, External, Local
from ...analysis.syntax.functions import decorator_name
from ...analysis.syntax.scopes import Imported
from ...analysis.syntax.source_module import Module
from ...analysis.uses.index import Reference
from ...editing.edits import Import, InsertBefore
from ...editing.facade_names import FACADE
from ...planning.claims import Claim, Context, Kind, Rewrite
from ...planning.parts import Uses
from ...planning.units import Unit
from . import statuses
from .run_class_home import imports_of_class
from .statuses import NAME, member_of

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
    alias: str = ""
    """What the file calls it; empty for its own name."""
    imported: Import | None = None
    """How it is imported from another file that defines it; None where this one does."""
    is_handed_on: bool = False
    """Whether the file gets a status from another one, and names no enumeration."""


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
    unanswered = {
        module: [one for one in references if one.chain[0] not in answered]
        for module, references in named.items()
    }
    handed = {one for left in unanswered.values() for one in left if _is_handed_on(context, one)}
    unanswered = {
        module: rest
        for module, left in unanswered.items()
        if (rest := [one for one in left if one not in handed]) or not left
    }
    own = {
        module: name
        for module, left in unanswered.items()
        if module not in of_facade and (name := _own_name(context, module, left))
    }
    imported = _imported(context, unanswered, own, {one.module for one in handed})
    for module, left in unanswered.items():
        if imported is None or module not in own:
            for one in left:
                yield from statuses.kept_values(context, one)
        elif left:
            statements = (module.top_statement_of(one.node) for one in left)
            first = min(statements, key=lambda node: node.lineno)
            alias = own[module] if own[module] != NAME else ""
            detail = Own(first, _said(context, module, left), alias, imported.get(module))
            for one in left:
                yield _claim(module, one, detail)
    if imported is not None and own.keys() == unanswered.keys():
        for one in handed:
            yield _claim(one.module, one, Own(one.module.statement_of(one.node), "", is_handed_on=True))


def _is_handed_on(context: Context, reference: Reference) -> bool:
    """Whether a status comes from another file of the tree, under a name that it has there: ``shared.SUCCESS``."""
    module, first = reference.module, reference.chain[0]
    if not isinstance(first, ast.Name):
        return False
    bindings = context.index.tree.names(module).lookup(module, first.id, first)
    return bool(bindings) and all(
        isinstance(one, Imported)
        and one.name != NAME
        and not one.is_star
        and _is_of_tree(context, module, one)
        for one in bindings
    )


def _is_of_tree(context: Context, module: Module, binding: Imported) -> bool:
    """Whether an import brings a module of the tree, or what stands in one."""
    tree = context.index.tree
    inside = ".".join(filter(None, (binding.module, binding.name)))
    return any(
        tree.module_at(tree.resolve(module, name, binding.level)) is not None
        for name in (binding.module, inside)
    )


def _imported(
    context: Context,
    named: Mapping[Module, Sequence[Reference]],
    own: Mapping[Module, str],
    others: Set[Module],
) -> Mapping[Module, Import] | None:
    """What imports the enumeration in each file that does not define it; None where the facade's is needed."""
    if not named or _needs_the_facade(context):
        return None
    if len(named) == 1 or not any(map(_tells_objects_apart, {*named, *others})):
        return {}  # Equal members of different files' enumerations are equal, and of one hash.
    using = [module for module in named if named[module]]
    if len(using) < 2:
        return {}
    if not all(module in own for module in named):
        return None
    return imports_of_class(context.index.tree, using, NAME)


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
    """The link of a chain that is the enumeration, or may be a member of it."""
    whole = External(f"{LEGACY}{NAME}")
    for link in reference.chain:
        values = context.index.values(reference.module, link)
        if whole in values or member_of(context, reference.module, link):
            return link
    return None


def _needs_the_facade(context: Context) -> bool:
    """Whether some code wants statuses that are the facade's."""
    every = context.index.tree.modules.values()
    return any(
        isinstance(node, ast.Attribute) and node.attr in _DIFFERENT for one in every for node in one.nodes
    )


def _tells_objects_apart(module: Module) -> bool:
    compared = (operator for node in module.of(ast.Compare) for operator in node.ops)
    return any(isinstance(operator, (ast.Is, ast.IsNot)) for operator in compared) or any(
        map(module.named, ("isinstance", "issubclass", "type", "id"))
    )


def _own_name(context: Context, module: Module, references: Sequence[Reference]) -> str:
    """The one name that an import at the top brings and that each use reads; empty where there is none, or others take it."""
    table = context.index.tree.names(module).tables.get(module.tree, {})
    brought = {
        name: bindings
        for name, bindings in table.items()
        if name == NAME or any(isinstance(one, Imported) and one.name == NAME for one in bindings)
    }
    if len(brought) != 1:
        return ""
    name, bound = next(iter(brought.items()))
    if len(bound) != 1 or not isinstance(bound[0], Imported) or bound[0].name != NAME or bound[0].level:
        return ""
    source = bound[0].module
    if source not in LEGACY_PACKAGES or source.split(".")[0] == FACADE or "legacy-shim: keep" in module.text:
        return ""
    if module.parent(bound[0].node) is not module.tree or f'"{name}"' in module.text:
        return ""
    if context.index.imported_names.get(module.path, frozenset()) & {name, "*"}:
        return ""
    if name != NAME and (module.named(NAME) or f'"{NAME}"' in module.text):
        return ""
    is_served = all(
        _link(context, reference) is reference.chain[0] and _is_of_dagster_dbt(context, module, reference)
        for reference in references
    )
    return name if is_served else ""


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
    """Whether an expression reads ``status_humanized`` of a run, or is one of its values."""
    if isinstance(node, ast.Constant):
        return node.value in STATUSES
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
    detail = claim.detail
    if detail.is_handed_on:
        return done
    if detail.imported is not None:
        done.need(module, replace(detail.imported, alias=detail.alias))
        return done
    members = (f"{style.indent}{text.upper()} = {style.string(text)}\n" for text in STATUSES)
    doc = f'{style.indent}"""The status of a dbt Cloud run, as its `status_humanized` says it."""\n\n'
    # `from dagster import *` brings an `Enum` of its own.
    is_starred = bool(context.index.tree.names(module).stars)
    base = f"{use('enum', '')}.Enum" if is_starred else use("enum", "Enum")
    text = f"class {NAME}({use('builtins', 'str')}, {base}):\n{doc}{''.join(members)}"
    if detail.alias:
        text += f"\n\n{detail.alias} = {NAME}\n"
    done.edit(module, InsertBefore(module.span(detail.first), text, blank=True, rank=0))
    if detail.said:
        done.report(module, detail.first, "LDC213", detail.said, NAME)
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
