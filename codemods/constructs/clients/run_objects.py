"""Runs as objects: where an answer of ``run_job_and_poll`` goes out of sight, the file gets a class with what legacy's had.

    runs = list(pool.map(run_one, jobs))        ->  `run_one` answers a `DbtCloudOutput` that the file defines
    print(runs[0].run_id)                       ->  as it stands

Source: ``dagster_dbt.cloud.types``. All runs of a tree are objects, or none: whoever reads one cannot tell where it is from.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import replace

from legacy_shim.catalogue import BY_NAME

from ...analysis.inference.legacy_names import CALLED, LEGACY_PACKAGES, RUN_AND_POLL, is_client, is_run
from ...analysis.inference.values import LEGACY, External, Keyed, Made, Member, Result, Value, root
from ...analysis.syntax.functions import composes, is_getattr
from ...analysis.syntax.scopes import Imported
from ...analysis.syntax.source_module import Module
from ...analysis.uses import escapes as sinks
from ...analysis.uses.accounting import escapes_of
from ...analysis.uses.index import Reference, quoted_names
from ...analysis.uses.uses import Argument, Chain, Flow, Returned, Seen, use_of
from ...editing.edits import InsertBefore
from ...editing.facade_names import FACADE
from ...editing.style import Style
from ...planning.claims import Claim, Context, Kind, Rewrite, goes_by_name
from ...planning.parts import Uses
from ...planning.units import Unit
from ...planning.v2 import Use
from .methods import OUTPUT_ATTRIBUTES, RESULTS_ATTRIBUTE, STATUS_ATTRIBUTE
from .uses import is_called, own_name

NAME = "DbtCloudOutput"
MOMENTS = ("created_at", "updated_at", "dequeued_at", "started_at", "finished_at")
ATTRIBUTES = frozenset({*OUTPUT_ATTRIBUTES, RESULTS_ATTRIBUTE, "docs_url", *MOMENTS})
"""What the class has."""
_BESIDE_DETAILS = ATTRIBUTES - OUTPUT_ATTRIBUTES.keys() - {RESULTS_ATTRIBUTE}
_LACKING = frozenset({STATUS_ATTRIBUTE, "get_artifact"})
"""What the facade's has beside, of which something is known only where it is read in sight."""

CONSTRUCT = Kind[None]("run_objects")


def prepare(context: Context) -> Context:
    """Decide whether runs are objects in this tree."""
    return replace(context, run_objects=_are_needed(context))


def claims(context: Context) -> Iterator[Claim[None]]:
    """One claim for each use of the name of legacy's class, which the file defines then."""
    if not context.run_objects:
        return
    nodes = [(one.module, one.chain[0]) for one in namings(context)]
    nodes += [(module, node) for module, node, name in quoted_names(context.index) if name == NAME]
    for module, node in nodes:
        runs = {root(value) for home, call in homes(context) for value in context.index.values(home, call)}
        yield Claim(
            construct=CONSTRUCT,
            part=Uses(),
            module=module,
            node=node,
            name=NAME,
            code=BY_NAME[NAME].code,
            resources=frozenset(one for one in runs if isinstance(one, Made)),
            keys=frozenset(one.key for one in runs if isinstance(one, Keyed)),
            covers=frozenset({node}),
            detail=None,
        )


def rewrite(claim: Claim[None], unit: Unit, context: Context) -> Rewrite:
    """Define the class; what names it stays as it is."""
    done = Rewrite()
    define(context, claim.module, unit, done)
    return done


def homes(context: Context) -> list[tuple[Module, ast.expr]]:
    """The calls that answer a run, and the methods that are handed on and answer one wherever they are called."""
    found: dict[ast.expr, Module] = {}
    for reference in context.index.references:
        for link in reference.chain:
            for value in context.index.values(reference.module, link):
                if isinstance(value, Result) and value.call is link and is_run(value):
                    found[value.call] = reference.module
                elif _is_handed_on(reference.module, link, value):
                    found[link] = reference.module
    return [(module, call) for call, module in found.items()]


def _is_handed_on(module: Module, link: ast.expr, value: Value) -> bool:
    is_method = isinstance(value, Member) and value.attribute == RUN_AND_POLL and is_client(value.of)
    return is_method and isinstance(link, ast.Attribute) and not is_called(module, link)


def namings(context: Context) -> list[Reference]:
    """Each use of the name of legacy's class."""
    whole = External(f"{LEGACY}{NAME}")
    return [
        one for one in context.index.references if whole in context.index.values(one.module, one.chain[0])
    ]


def _are_needed(context: Context) -> bool:
    calls = homes(context)
    if not calls or context.release.lacks("related") or not _can_be(context, calls):
        return False
    return (
        any(
            not isinstance(call, ast.Call) or goes_by_name(context, module, call, RUN_AND_POLL)
            for module, call in calls
        )
        or any(_is_lacking(context, reference) for reference in context.index.references)
        or any(_lose_runs(escape.carried) for escape in escapes_of(context.index))
    )


def _lose_runs(carried: frozenset[Value]) -> bool:
    return bool(carried) and all(map(is_run, carried))


def _is_lacking(context: Context, reference: Reference) -> bool:
    """Whether something is read of a run that its details have not, or in a way that is not rewritten."""
    module = reference.module
    for link in reference.chain:
        if isinstance(link, ast.Call) and is_getattr(link):
            return any(map(is_run, context.index.values(module, link.args[0])))
        read = (value for value in context.index.values(module, link) if isinstance(value, Member))
        if isinstance(link, ast.Attribute) and any(
            is_run(value.of) and value.attribute in _BESIDE_DETAILS for value in read
        ):
            return True
    runs = [value for value in context.index.values(module, reference.node) if is_run(value)]
    is_made_here = any(isinstance(value, Result) and value.call is reference.node for value in runs)
    if not runs or is_made_here or composes(module.function_of(reference.node)):
        return False
    use = use_of(module, reference.node)
    is_followed = isinstance(use, (Flow, Seen, Chain, Returned))
    return not is_followed and not (isinstance(use, Argument) and sinks.is_followed(context.index, use))


def _can_be(context: Context, calls: list[tuple[Module, ast.expr]]) -> bool:
    """Whether a class serves all that reads runs: nothing reads what it lacks, or may get the output of an op instead."""
    index = context.index
    for module in index.tree.modules.values():
        for node in module.nodes:
            if isinstance(node, ast.Constant) and node.value in _LACKING:
                return False
            if not isinstance(node, ast.Attribute):
                continue
            values = index.values(module, node.value)
            if node.attr in _LACKING and not any(map(is_run, values)):
                return False
            if any(isinstance(value, Result) and value.member.attribute == CALLED for value in values):
                return False
    named = namings(context)
    files = {one.module for one in named} | {
        module
        for module in index.tree.modules.values()
        if NAME in index.tree.names(module).tables.get(module.tree, {})
    }
    if not files:
        return True
    module = next(iter(files))
    return files == {home for home, _ in calls} and len(files) == 1 and _is_own(context, module, named)


def _is_own(context: Context, module: Module, named: list[Reference]) -> bool:
    """Whether a file names legacy's class by an import at its top alone, and nobody else takes it from there."""
    bound = context.index.tree.names(module).tables.get(module.tree, {}).get(NAME, [])
    if len(bound) != 1 or not isinstance(bound[0], Imported):
        return False
    source = bound[0]
    is_plain = source.name == NAME and not source.level and source.module in LEGACY_PACKAGES
    is_at_top = module.parent(source.node) is module.tree and source.module.split(".")[0] != FACADE
    is_handed_out = context.index.imported_names.get(module.path, frozenset()) & {NAME, "*"}
    uses = all(isinstance(one.chain[0], ast.Name) and len(one.chain) == 1 for one in named)
    return is_plain and is_at_top and uses and not is_handed_out and not _is_spoken_of(context, module)


def _is_spoken_of(context: Context, module: Module) -> bool:
    """Whether a file says the name in quotes, otherwise than as a whole annotation: in ``__all__``, in ``"list[..]"``."""
    quoted = {node for _, node, name in quoted_names(context.index) if name == NAME}
    texts = (
        node
        for node in module.nodes
        if isinstance(node, ast.Constant)
        and node not in quoted
        and not isinstance(module.parent(node), ast.Expr)  # documentation
    )
    return any(isinstance(node.value, str) and NAME in node.value for node in texts)


def define(context: Context, module: Module, unit: Unit, done: Rewrite) -> str:
    """Have a file define the class, once; its name."""
    named = [one.node for one in namings(context) if one.module is module]
    inside = [call for home, call in homes(context) if home is module]
    is_own = bool(named) or _is_own(context, module, [])
    name = NAME if is_own else unit.namespace(module).shared(own_name(context, module, NAME))
    first = min((module.top_statement_of(node) for node in (*named, *inside)), key=lambda one: one.lineno)
    text = _class_text(name, unit.using(done, module), context.style(module))
    done.edit(module, InsertBefore(module.span(first), text, blank=True, rank=-1))
    said = f"a run is an object of the file's own class `{name}`, with the attributes of dagster_dbt's"
    done.report(module, first, "LDC213", said, NAME)
    return name


def _class_text(name: str, use: Use, style: Style) -> str:
    text, tab = style.string, style.indent
    moment = use("datetime", "")
    url = "f\"/accounts/{run_details['account_id']}/runs/{self.run_id}/docs/\""
    lines = [
        '"""A finished run of a dbt Cloud job, and its `run_results.json`."""',
        "",
        "def __init__(self, run_details, result):",
        f"{tab}job = run_details[{text('job')}] or {{}}",
        f"{tab}self.run_details, self.result = run_details, result",
        f"{tab}self.run_id, self.job_id = run_details[{text('id')}], run_details[{text('job_definition_id')}]",
        f"{tab}self.job_name = job.get({text('name')})",
        f"{tab}self.is_successful = run_details[{text('status_humanized')}] == {text('Success')}",
        f"{tab}docs = {use('urllib.parse', 'urljoin')}(run_details[{text('href')}], {url})",
        f"{tab}self.docs_url = docs if job.get({text('generate_docs')}) else None",
        "",
        "def __getattr__(self, name):",
        f"{tab}if name not in ({', '.join(map(text, MOMENTS))}):",
        f"{tab * 2}raise {use('builtins', 'AttributeError')}(name)",
        f"{tab}text = self.run_details[name]",
        f"{tab}return text and {moment}.datetime.fromisoformat(text.replace({text('Z')}, {text('+00:00')}))",
    ]
    body = "".join(f"{tab}{line}\n" if line else "\n" for line in lines)
    return f"class {name}:\n{body}"


def answer_lines(name: str, use: Use, style: Style) -> list[str]:
    """The statements that answer the object, of the details in ``run``."""
    text, tab = style.string, style.indent
    return [
        "try:",
        f"{tab}result = client.get_run_results_json(run[{text('id')}])",
        f"except {use('dagster', 'Failure')}:  # its last command left none",
        f"{tab}result = {{}}",
        f"return {name}(run, result)",
    ]
