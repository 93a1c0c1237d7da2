"""Annotations that name a legacy class say what v2 hands over there, where the annotated value migrates.

    def refresh(client: DbtCloudClientResource) -> DbtCloudOutput   ->  (client: DbtCloudWorkspace) -> dict
    isinstance(client, DbtCloudClientResource)                      ->  isinstance(client, DbtCloudWorkspace)
    @op(ins={"run": In(DbtCloudOutput)}, out=Out(DbtCloudOutput))   ->  @op(ins={"run": In(dict)}, out=Out(dict))

Dagster checks what an op takes and returns against its annotations, so those would fail at run time.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import replace

from legacy_shim.catalogue import BY_NAME

from ...analysis.dagster_api.dagster_types import (
    Typed,
    typed_by,
    values_of,
)
from ...analysis.dagster_api.injection import (
    annotates_resource,
    is_injected,
)
from ...analysis.inference.interpreter import Evaluator
from ...analysis.inference.legacy_names import (
    GETTER,
    is_op,
    is_output,
    thing_kind,
)
from ...analysis.inference.values import (
    External,
    Keyed,
    Literal,
    Local,
    Made,
    Result,
    Value,
    in_order,
    legacy_name,
    root,
)
from ...analysis.syntax.functions import returns_of
from ...analysis.syntax.scopes import Parameter
from ...analysis.syntax.source_module import (
    FUNCTIONS,
    Module,
)
from ...analysis.uses.index import Index, Reference
from ...analysis.uses.quoted_names import casts_to, quoted_names, with_name
from ...editing.edits import ReplaceExpression
from ...findings import Finding
from ...planning.claims import (
    Claim,
    Context,
    Kind,
    Rewrite,
)
from ...planning.parts import Uses
from ...planning.units import Unit
from ...planning.v2 import CLOUD_V2
from ..run_ops.places import KEY
from . import run_objects
from .for_readers import bounds_a_variable, is_private_of_resource, says_it_to_readers
from .unwrapped import is_unwrapped

CONSTRUCT = Kind[str]("annotations")

_CLIENTS = frozenset({"DbtCloudClient", "DbtCloudResource"})
_WORKSPACE, _CLIENT, _DETAILS = "DbtCloudWorkspace", "DbtCloudWorkspaceClient", "dict"


def claims(context: Context) -> Iterator[Claim[str]]:
    """One claim for each annotation whose value can be followed."""
    index = context.index
    for reference in index.references:
        for link in reference.chain:
            found = in_order(index.values(reference.module, link))
            names = [value for value in found if isinstance(value, External)]
            name = next((legacy_name(value) for value in names if legacy_name(value)), "")
            if name == run_objects.NAME and context.run_objects:
                break
            if name:
                values = list(_annotated(context, reference.module, link))
                written = {_written(index, value) for value in values}
                if len(written) == 1 and "" not in written:
                    yield _claim(reference.module, reference.chain[0], link, name, values, written.pop())
                elif _is_checked_by_dagster(context, reference.module, link):
                    said = f"Dagster checks values against the type `{name}`, and the codemod cannot tell which values: name `dict` here, or no type"
                    yield _kept(context, reference.module, reference.chain[0], link, name, said)
                elif not values:
                    yield from _for_readers(context, reference.module, reference.chain[0], link, name)
                break
    for module, node, name in quoted_names(index):
        if name == run_objects.NAME and context.run_objects:
            continue
        values = list(_annotated(context, module, node))
        written = {_written(index, value) for value in values}
        if len(written) == 1 and "" not in written:
            yield _claim(module, node, node, name, values, written.pop())
        elif not values:
            yield from _for_readers(context, module, node, node, name)


def _for_readers(
    context: Context, module: Module, first: ast.expr, link: ast.expr, name: str
) -> Iterator[Claim[str]]:
    """An annotation that says something to readers alone: it names v2's class where all resources migrate."""
    if not says_it_to_readers(context.index.evaluator, module, link):
        if bounds_a_variable(module, link):
            said = f"code may read the type `{name}` here, which bounds a variable of types: name no type here, or annotate with `{name}` itself"
            yield _kept(context, module, first, link, name, said)
        return
    here = [one for one in context.index.references if one.module is module]
    found = list(_all_of(context, here)) or list(_all_of(context, context.index.references))
    wanted = {_written(context.index, value) for value in found if _is_named_so(value, name)}
    if len(wanted) == 1:
        yield _claim(module, first, link, name, found, wanted.pop())


def _all_of(context: Context, references: Iterable[Reference]) -> Iterator[Value]:
    """The resources, clients and runs that some uses are."""
    for other in references:
        for link in other.chain:
            found = context.index.values(other.module, link)
            yield from (
                value for value in found if isinstance(root(value), (Made, Keyed)) and thing_kind(value)
            )


def _is_named_so(value: Value, name: str) -> bool:
    """Whether a value is what a class of legacy's is the class of."""
    if name == run_objects.NAME:
        return is_output(value)
    if name == "DbtCloudClientResource":
        return thing_kind(value) == "resource"
    is_got = isinstance(value, Result) and value.member.attribute == GETTER
    is_handed_out = isinstance(value, Keyed) and not isinstance(value.node, ast.arg)
    return name in _CLIENTS and (is_got or is_handed_out)


def _claim(
    module: Module, first: ast.expr, link: ast.expr, name: str, values: Iterable[Value], written: str
) -> Claim[str]:
    owners = {root(value) for value in values}
    keys = {owner.key for owner in owners if isinstance(owner, Keyed)}
    if any(is_op(owner) for owner in owners):
        keys.add(KEY)
    return Claim(
        construct=CONSTRUCT,
        part=Uses(),
        module=module,
        node=link,
        name=name,
        code=BY_NAME[name].code,
        resources=frozenset(
            owner for owner in owners if isinstance(owner, Made) and thing_kind(owner) == "resource"
        ),
        keys=frozenset(keys),
        covers=frozenset({first}),
        detail=written,
    )


def _kept(
    context: Context, module: Module, first: ast.expr, link: ast.expr, name: str, said: str
) -> Claim[str]:
    """A type that is checked, and whose values cannot be told: what the module runs stays as it is, too."""
    index = context.index
    links = [link for other in index.references if other.module is module for link in other.chain]
    found = [value for link in links for value in index.values(module, link) if thing_kind(value)]
    return replace(
        _claim(module, first, link, name, found, ""),
        blocked=(Finding(module.place(link), "LDC302", said, name),),
    )


def _is_checked_by_dagster(context: Context, module: Module, link: ast.expr) -> bool:
    child: ast.AST = link
    for above in module.ancestors(link):
        if isinstance(above, ast.Call) and typed_by(context.index.evaluator, module, above, child):
            return True
        if isinstance(above, ast.stmt):
            return False
        child = above
    return False


def _annotated(context: Context, module: Module, link: ast.expr) -> Iterator[Value]:
    """What the annotated name, parameter or function may hold or return, of what is legacy."""
    evaluator = context.index.evaluator
    found: Iterable[Value] = ()
    child: ast.AST = link
    for above in module.ancestors(link):
        if isinstance(above, ast.arg) and above.annotation is child:
            function = module.parents[module.parents[above]]
            if isinstance(function, FUNCTIONS):
                is_resource = is_injected(evaluator, module, function, above)
                if not (is_resource and annotates_resource(evaluator, module, link)):
                    found = evaluator.binding_values(module, Parameter(function, above))
            break
        if isinstance(above, ast.AnnAssign) and above.annotation is child:
            found = _assigned(evaluator, module, above)
            break
        if isinstance(above, FUNCTIONS) and above.returns is child:
            found = [value for node in returns_of(above) for value in evaluator.values(module, node)]
            break
        if isinstance(above, ast.Call) and _is_class_asked_for(above, child):
            found = evaluator.values(module, above.args[0])
            break
        if isinstance(above, ast.Call) and casts_to(evaluator, above, module, child):
            found = evaluator.values(module, above.args[1])
            break
        typed = typed_by(evaluator, module, above, child) if isinstance(above, ast.Call) else ""
        if isinstance(typed, Typed):
            found = values_of(evaluator, module, typed)
            break
        if isinstance(above, ast.stmt):
            break
        child = above
    for value in found:
        if isinstance(value, Literal):
            found = [*found, *evaluator.containers.under(value)]
    return (value for value in found if thing_kind(value))


def _is_class_asked_for(call: ast.Call, child: ast.AST) -> bool:
    """Whether a call is ``isinstance(x, child)``."""
    return isinstance(call.func, ast.Name) and call.func.id == "isinstance" and call.args[1:] == [child]


def _assigned(evaluator: Evaluator, module: Module, node: ast.AnnAssign) -> Iterable[Value]:
    given = evaluator.values(module, node.value) if node.value is not None else frozenset()
    if any(map(thing_kind, given)):
        return given
    owner = module.parent(node)  # What `PrivateAttr()` stands for is put there later.
    if isinstance(owner, ast.ClassDef) and isinstance(node.target, ast.Name):
        return evaluator.objects.attribute(Local(module, owner), node.target.id)
    return ()


def _written(index: Index, value: Value) -> str:
    """The name of what takes the place of a value; empty where nothing does."""
    if isinstance(value, Keyed) or thing_kind(value) == "resource" or is_unwrapped(index, value):
        return _WORKSPACE
    if isinstance(value, Result) and value.member.attribute == GETTER:
        return _CLIENT
    return _DETAILS if is_output(value) else ""


def rewrite(claim: Claim[str], unit: Unit, context: Context) -> Rewrite:
    """Put the name of v2's class where the legacy one stands."""
    done = Rewrite()
    use = unit.using(done, claim.module)
    assert isinstance(claim.node, ast.expr)
    text = {
        _WORKSPACE: lambda: use(CLOUD_V2, _WORKSPACE),
        _CLIENT: lambda: use(f"{CLOUD_V2}.client", _CLIENT),
        _DETAILS: lambda: _DETAILS,
    }[claim.detail]()
    is_hidden = claim.detail == _WORKSPACE and is_private_of_resource(
        context.index.evaluator, claim.module, claim.node
    )
    if isinstance(claim.node, ast.Constant):
        text = context.style(claim.module).string(with_name(claim.node, text))
    elif is_hidden:
        text = context.style(claim.module).string(text)
    done.edit(claim.module, ReplaceExpression(claim.module.span(claim.node), text))
    return done
