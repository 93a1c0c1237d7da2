"""Runs as objects: where an answer of ``run_job_and_poll`` goes out of sight, the file gets a class with what legacy's had.

    runs = list(pool.map(run_one, jobs))        ->  `run_one` answers a `DbtCloudOutput` that the file defines
    print(runs[0].run_id)                       ->  as it stands

Source: ``dagster_dbt.cloud.types``. All runs of a tree are objects, or none: whoever reads one cannot tell where it is from.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

from legacy_shim.catalogue import BY_NAME

from ...analysis.inference.branches import EVERY_BRANCH
from ...analysis.inference.legacy_names import (
    LEGACY_PACKAGES,
    RUN_AND_POLL,
    is_client,
    is_op,
    is_output,
    is_run,
)
from ...analysis.inference.values import LEGACY, External, Keyed, Made, Member, Result, Value, root
from ...analysis.syntax.functions import composes, is_getattr
from ...analysis.syntax.scopes import Imported
from ...analysis.syntax.source_module import Module
from ...analysis.syntax.type_checking import names_type_checking
from ...analysis.uses import escapes as sinks
from ...analysis.uses.accounting import escapes_of
from ...analysis.uses.index import Reference
from ...analysis.uses.quoted_names import quoted_names
from ...analysis.uses.uses import Argument, Chain, Flow, Returned, Seen, use_of
from ...editing.edits import Import, InsertBefore, ReplaceExpression
from ...editing.facade_names import FACADE
from ...planning.claims import Claim, Context, Kind, Rewrite, goes_by_name
from ...planning.parts import Uses
from ...planning.stand_ins import may_be_another
from ...planning.units import Unit
from ..run_ops.places import KEY, places_of_op
from .changed_results import may_be_changed
from .guarded_results import is_guarded
from .methods import OUTPUT_ATTRIBUTES, RESULTS_ATTRIBUTE, STATUS_ATTRIBUTE
from .results_in_reach import results_text
from .run_class import MOMENTS, class_of_parts_text, class_text
from .run_class_home import imports_of_class, may_be_made
from .uses import is_called, own_name

NAME = "DbtCloudOutput"
ATTRIBUTES = frozenset({*OUTPUT_ATTRIBUTES, RESULTS_ATTRIBUTE, "docs_url", *MOMENTS})
"""What the class has."""
_BESIDE_DETAILS = ATTRIBUTES - OUTPUT_ATTRIBUTES.keys() - {RESULTS_ATTRIBUTE}
_LACKING = frozenset({STATUS_ATTRIBUTE, "get_artifact"})
"""What the facade's has beside, of which something is known only where it is read in sight."""
_SHOWING = frozenset({"vars", "dir", "getmembers", "getmembers_static", "getattr_static"})

CONSTRUCT = Kind[None]("run_objects")


def prepare(context: Context) -> Context:
    """Decide whether runs are objects in this tree."""
    calls = homes(context)
    if not calls or context.release.lacks("related") or not _are_needed(context, calls):
        return context
    against = _against(context, calls)
    if against:
        return replace(context, no_run_objects=against)
    return replace(context, run_objects=True, run_classes=_imports_of_class(context, calls) or {})


def claims(context: Context) -> Iterator[Claim[None]]:
    """One claim for each use of the name of legacy's class, which the file defines then."""
    if not context.run_objects:
        return
    nodes = [(one.module, naming_link(context, one), one.chain[0]) for one in namings(context)]
    nodes += [(module, node, node) for module, node in _quoted(context)]
    for module, node, first in nodes:
        runs = {root(value) for home, call in homes(context) for value in context.index.values(home, call)}
        of_ops = {KEY} if any(map(is_op, runs)) else set()
        yield Claim(
            construct=CONSTRUCT,
            part=Uses(),
            module=module,
            node=node,
            name=NAME,
            code=BY_NAME[NAME].code,
            resources=frozenset(one for one in runs if isinstance(one, Made) and not is_op(one)),
            keys=frozenset({one.key for one in runs if isinstance(one, Keyed)} | of_ops),
            covers=frozenset({first}),
            detail=None,
        )


def rewrite(claim: Claim[None], unit: Unit, context: Context) -> Rewrite:
    """Define the class; what names it stays as it is, or says that name."""
    done = Rewrite()
    module, node = claim.module, claim.node
    name = define(context, module, unit, done)
    if _is_spelled_otherwise(node):
        done.edit(module, ReplaceExpression(module.span(node), name))
    return done


def _is_spelled_otherwise(node: ast.expr) -> bool:
    """Whether legacy's class goes by another name, or is read of a module: ``dagster_dbt.DbtCloudOutput``."""
    return isinstance(node, ast.Attribute) or (isinstance(node, ast.Name) and node.id != NAME)


def homes(context: Context) -> list[tuple[Module, ast.expr]]:
    """The calls that answer a run, the methods that are handed on and answer one wherever they are called, and run ops."""
    found: dict[ast.expr, Module] = {}
    for reference in context.index.references:
        for link in reference.chain:
            for value in context.index.values(reference.module, link):
                if isinstance(value, Result) and value.call is link and is_run(value):
                    found[value.call] = reference.module
                elif _is_handed_on(reference.module, link, value):
                    found[link] = reference.module
    found |= {reference.chain[place]: reference.module for reference, place in places_of_op(context)}
    return [(module, call) for call, module in found.items()]


def _is_method(link: ast.expr) -> bool:
    return isinstance(link, ast.Attribute) and link.attr == RUN_AND_POLL


def _is_handed_on(module: Module, link: ast.expr, value: Value) -> bool:
    is_method = isinstance(value, Member) and value.attribute == RUN_AND_POLL and is_client(value.of)
    return is_method and isinstance(link, ast.Attribute) and not is_called(module, link)


def namings(context: Context) -> list[Reference]:
    """Each use of the name of legacy's class."""
    return [one for one in context.index.references if _names_class(context, one)]


def naming_link(context: Context, reference: Reference) -> ast.expr:
    """The link of a chain that is legacy's class."""
    whole = External(f"{LEGACY}{NAME}")
    return next(link for link in reference.chain if whole in context.index.values(reference.module, link))


def _names_class(context: Context, reference: Reference) -> bool:
    whole = External(f"{LEGACY}{NAME}")
    return any(whole in context.index.values(reference.module, link) for link in reference.chain)


def _are_needed(context: Context, calls: list[tuple[Module, ast.expr]]) -> bool:
    return (
        any(_is_method(call) or goes_by_name(context, module, call, RUN_AND_POLL) for module, call in calls)
        or any(_is_lacking(context, reference) for reference in context.index.references)
        or any(_lose_runs(escape.carried) for escape in escapes_of(context.index))
    )


def _lose_runs(carried: frozenset[Value]) -> bool:
    return bool(carried) and all(is_output(value) or is_op(value) for value in carried)


def _is_lacking(context: Context, reference: Reference) -> bool:
    """Whether something is read of a run that its details have not, or in a way that is not rewritten."""
    module = reference.module
    for link in reference.chain:
        if isinstance(link, ast.Call) and is_getattr(link):
            return any(map(is_output, context.index.values(module, link.args[0])))
        if isinstance(link, ast.Attribute) and any(
            _is_beside_details(context, module, link, value) or _is_of_another(context, module, link, value)
            for value in context.index.values(module, link)
        ):
            return True
    runs = [value for value in context.index.values(module, reference.node) if is_output(value)]
    is_made_here = any(isinstance(value, Result) and value.call is reference.node for value in runs)
    if not runs or is_made_here or composes(module.function_of(reference.node)):
        return False
    use = use_of(module, reference.node)
    is_followed = isinstance(use, (Flow, Seen, Chain, Returned))
    return not is_followed and not (isinstance(use, Argument) and sinks.is_followed(context.index, use))


def _is_of_another(context: Context, module: Module, link: ast.Attribute, value: Value) -> bool:
    """Whether something is read of a run that may be an object of the user's too, which has it under the same name."""
    is_read = isinstance(value, Member) and is_output(value.of) and value.attribute in ATTRIBUTES
    return is_read and may_be_another(context, module, link.value)


def _is_beside_details(context: Context, module: Module, link: ast.Attribute, value: Value) -> bool:
    if not (isinstance(value, Member) and is_output(value.of)):
        return False
    if value.attribute != RESULTS_ATTRIBUTE:
        return value.attribute in _BESIDE_DETAILS
    if results_text(context, module, link) is None or is_guarded(module, link):
        return True
    return may_be_changed(context, module, link, value)


def _against(context: Context, calls: list[tuple[Module, ast.expr]]) -> str:
    """Why no class serves all that reads runs: something reads what it lacks, or it cannot be one where code names it."""
    index = context.index
    for module in index.tree.modules.values():
        for node in module.nodes:
            if not isinstance(node, (ast.Constant, ast.Attribute)):
                continue
            name = str(node.value) if isinstance(node, ast.Constant) else node.attr
            if name not in _LACKING:
                continue
            if isinstance(node, ast.Constant) or not any(map(is_output, index.values(module, node.value))):
                at = f"{module.path.name}:{node.lineno}"
                return f'but it has no `{name}`, which is read at {at}: write `run_details["status_humanized"]` or fetch the artifact there'
        shown = next(_shown_inside(context, module), None)
        if shown is not None:
            at = f"{module.path.name}:{shown.lineno}"
            return f"but it has other fields, which `{module.source_of(shown)}` shows at {at}: read the attributes that you need there"
    if _imports_of_class(context, calls) is not None:
        return ""
    naming = _naming(context)
    named = next((module for module in naming if module not in dict(calls)), naming[0])
    at = f" in {named.path.name}" if named not in dict(calls) or len(naming) == 1 else " in several files"
    return f"but the name is already used{at}: rename it there"


def _shown_inside(context: Context, module: Module) -> Iterator[ast.Call]:
    """The calls that show which attributes a run has, or its class: ``vars(output)``, ``inspect.getmembers(type(output))``."""
    for call in module.of(ast.Call):
        callee = call.func
        name = callee.id if isinstance(callee, ast.Name) else getattr(callee, "attr", "")
        if name in _SHOWING and call.args:
            shown = call.args[0]
            if isinstance(shown, ast.Call) and isinstance(shown.func, ast.Name) and shown.func.id == "type":
                shown = shown.args[0]
            values = context.index.values(module, shown)
            is_open = not values and not _is_module(context, module, shown)
            if is_open or any(map(is_output, values)):  # A run may be out of sight by now.
                yield call


def _is_module(context: Context, module: Module, node: ast.expr) -> bool:
    """Whether an expression is a module: ``steps``, ``sys.modules[__name__]``."""
    evaluator = context.index.evaluator
    if isinstance(node, ast.Subscript):
        return External("sys.modules") in evaluator.values(module, node.value)
    return None not in evaluator.modules_named.homes(module, node, EVERY_BRANCH)


def _imports_of_class(
    context: Context, calls: list[tuple[Module, ast.expr]]
) -> Mapping[Module, Import] | None:
    """What imports the class in each file that does not define it; None where it cannot be one class."""
    index, named = context.index, namings(context)
    naming = set(_naming(context))
    saying = {one.module for one in named} | {module for module, _ in _quoted(context)}
    files = saying | {home for home, _ in calls}
    for module in files | naming:
        own = [one for one in named if one.module is module]
        is_named_so = module in naming and _is_own(context, module, own)
        if not is_named_so and not (_is_free(context, module) and _can_be_renamed(context, module, own)):
            return None
    if not saying:
        return {}  # Each file that runs a job has its own.
    found = imports_of_class(index.tree, files, NAME)
    # What is said to type checkers alone asks no run for its class: each file may have its own all the same.
    is_said_alone = not named and saying <= {home for home, _ in calls}
    return {} if found is None and is_said_alone and all(map(_is_for_checkers, saying)) else found


def _is_for_checkers(module: Module) -> bool:
    """Whether a file imports the class for type checkers alone."""
    imports = [node for node in module.of(ast.ImportFrom) if any(one.name == NAME for one in node.names)]
    above = [module.parent(node) for node in imports]
    return all(isinstance(one, ast.If) and names_type_checking(one) for one in above)


def _quoted(context: Context) -> list[tuple[Module, ast.Constant]]:
    """The places where the name of legacy's class stands in quotes, as a type."""
    return [(module, node) for module, node, name in quoted_names(context.index) if name == NAME]


def _naming(context: Context) -> list[Module]:
    """The files that bind the name of the class, or name legacy's."""
    index, named = context.index, {one.module for one in namings(context)}
    return [
        module
        for module in index.tree.modules.values()
        if module in named or NAME in index.tree.names(module).tables.get(module.tree, {})
    ]


def _is_free(context: Context, module: Module) -> bool:
    """Whether a file has no use for the name of the class yet."""
    tables = context.index.tree.names(module).tables.values()
    is_read = any(isinstance(node, ast.Name) and node.id == NAME for node in module.nodes)
    return not is_read and not any(NAME in table for table in tables)


def _is_own(context: Context, module: Module, named: list[Reference]) -> bool:
    """Whether a file names legacy's class by an import at its top alone, and nobody else takes it from there."""
    bound = context.index.tree.names(module).tables.get(module.tree, {}).get(NAME, [])
    if len(bound) != 1 or not isinstance(bound[0], Imported):
        return False
    source = bound[0]
    is_plain = source.name == NAME and not source.level and source.module in LEGACY_PACKAGES
    is_at_top = _is_at_top(module, source.node) and source.module.split(".")[0] != FACADE
    is_handed_out = context.index.imported_names.get(module.path, frozenset()) & {NAME, "*"}
    uses = all(
        not _is_spelled_otherwise(naming_link(context, one)) and _is_served(context, one) for one in named
    )
    return is_plain and is_at_top and uses and not is_handed_out and not _is_spoken_of(context, module)


def _is_at_top(module: Module, node: ast.AST) -> bool:
    """Whether an import stands at the top of a file, or there for type checkers alone."""
    above = module.parent(node)
    if isinstance(above, ast.If) and names_type_checking(above) and node in above.body:
        above = module.parent(above)
    return above is module.tree


def _is_served(context: Context, naming: Reference) -> bool:
    """Whether the class stands there alone, or is called to make an object."""
    link = naming_link(context, naming)
    rest = naming.chain[naming.chain.index(link) + 1 :]
    return not rest or (isinstance(rest[0], ast.Call) and rest[0].func is link)


def _can_be_renamed(context: Context, module: Module, named: list[Reference]) -> bool:
    """Whether a file names the class otherwise, by imports at its top, and never in quotes."""
    names = context.index.tree.names(module)
    for one in named:
        link, first = naming_link(context, one), one.chain[0]
        if not _is_served(context, one) or not isinstance(first, ast.Name) or not _is_plain_path(link):
            return False
        bound = names.lookup(module, first.id, first)
        if len(bound) != 1 or not isinstance(bound[0], Imported):
            return False
        source = bound[0]
        is_whole = source.module.split(".")[0] == "dagster_dbt" and not source.level
        if not is_whole or not _is_at_top(module, source.node) or "legacy-shim: keep" in module.text:
            return False
        if context.index.imported_names.get(module.path, frozenset()) & {first.id, "*"}:
            return False
        if _is_said(module, module.source_of(link)) or _is_spoken_of(context, module):
            return False
    return not any(home is module for home, _ in _quoted(context))


def _is_said(module: Module, spelled: str) -> bool:
    """Whether a file says how it spells the class in quotes."""
    texts = (node.value for node in module.of(ast.Constant) if isinstance(node.value, str))
    return any(re.search(rf"\b{re.escape(spelled)}\b", text) for text in texts)


def _is_plain_path(node: ast.expr) -> bool:
    while isinstance(node, ast.Attribute):
        node = node.value
    return isinstance(node, ast.Name)


def _is_spoken_of(context: Context, module: Module) -> bool:
    """Whether a file says the name in quotes, otherwise than as a whole annotation: in ``__all__``, in ``"list[..]"``."""
    quoted = {node for _, node in _quoted(context)}
    texts = (
        node
        for node in module.nodes
        if isinstance(node, ast.Constant)
        and node not in quoted
        and not isinstance(module.parent(node), ast.Expr)  # documentation
    )
    return any(isinstance(node.value, str) and NAME in node.value for node in texts)


def define(context: Context, module: Module, unit: Unit, done: Rewrite) -> str:
    """Have a file define the class, or import it from the one that does, once; its name."""
    imported = context.run_classes.get(module)
    if imported is not None:
        done.need(module, imported)
        return imported.name
    named = namings(context)
    own = [one.node for one in named if one.module is module]
    inside = [node for home, node in (*homes(context), *_quoted(context)) if home is module]
    is_own = bool(named) or _is_own(context, module, [])
    name = NAME if is_own else unit.namespace(module).shared(own_name(context, module, NAME))
    first = min((module.top_statement_of(node) for node in (*own, *inside)), key=lambda one: one.lineno)
    is_made_by_code = any(may_be_made(one.module, naming_link(context, one)) for one in named)
    text_of = class_of_parts_text if is_made_by_code else class_text
    text = text_of(name, unit.using(done, module), context.style(module))
    done.edit(module, InsertBefore(module.span(first), text, blank=True, rank=-1))
    said = f"a run is an object of the file's own class `{name}`, with the attributes of dagster_dbt's"
    done.report(module, first, "LDC213", said, NAME)
    return name
