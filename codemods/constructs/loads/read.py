"""A call of ``load_assets_from_dbt_cloud_job``: what it is given, which jobs it may load, and what stands against it."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from ...analysis.inference.legacy_names import thing_kind
from ...analysis.inference.values import (
    Keyed,
    Made,
    Values,
    root,
)
from ...analysis.syntax.functions import is_none
from ...analysis.syntax.rebinding import may_change
from ...analysis.syntax.source_module import (
    Module,
)
from ...analysis.syntax.wrapped_loads import POSITIONS, FromWrapper
from ...analysis.uses import escapes as sinks
from ...analysis.uses.by_hand import of_keywords
from ...analysis.uses.escapes import Placement
from ...analysis.uses.uses import COMPREHENSIONS, Element
from ...facts.job_commands import refusal_of
from ...findings import Finding
from ...planning.claims import (
    Context,
    JobRef,
)
from ..job_differences import unknown_job, unread_job
from .aim import AT_DECORATOR, Aim
from .bound_once import VARIABLES, against_binding, is_plain
from .brought_resource import configured_by_runs, read_elsewhere
from .class_of_loads import wanted_by_class
from .collected_uses import looked_at
from .collecting import prefixed
from .common_arguments import common_arguments
from .compiled_fields import compiled_fields
from .evaluated_earlier import fails_unseen, read_sooner
from .moved_above import place_above
from .moved_below import Below, place_below
from .other_resource import runs_with_another
from .own_checks import checks_named_like_tests
from .sequence_uses import SequenceUses, may_be_other, sequence_uses, takes_no_place
from .translator import FUNCTION_PARAMETERS, hidden_by
from .wrapped import called_elsewhere

NAME = "load_assets_from_dbt_cloud_job"
_KNOWN = {*POSITIONS, "node_info_to_freshness_policy_fn"}
_CALLED_LATER = ("dbt_cloud", *FUNCTION_PARAMETERS, VARIABLES)
"""What is read in the body of a function once the code has loaded."""


_SPREAD = (
    "its arguments are passed with `**` and cannot be determined: write them into the call, or into a dict of names, "
    "constants and lambdas that nothing changes"
)


@dataclass(frozen=True, eq=False)
class Load:
    """A call of the loader: its arguments, and where what it loads is placed."""

    arguments: dict[str, ast.expr]
    parts: tuple[tuple[ast.AST, str], ...]
    placements: tuple[Placement, ...]
    sequence: SequenceUses = field(default_factory=SequenceUses)
    """Where it is used as a sequence."""
    makes_several: bool = False
    """Whether a function makes the assets, which the code calls: for several jobs, or where it may not come to the load."""
    below: Below | None = None
    """Where it goes so that its functions find what legacy's found; None where it stays."""
    above: ast.stmt | None = None
    """The `try` that it goes above, so that nothing catches what it raises; None where it stays."""
    aim: Aim = AT_DECORATOR

    @property
    def resource(self) -> ast.expr:
        return self.arguments["dbt_cloud"]


@dataclass(frozen=True, eq=False)
class ReadLoad:
    """What a call of the loader says."""

    load: Load
    resources: frozenset[Made]
    jobs: tuple[JobRef, ...]
    blocked: tuple[Finding, ...]


def read_load(context: Context, value: Made) -> ReadLoad:
    """Read a call of the loader."""
    module, call = value.module, value.call
    assert isinstance(call, ast.Call)
    problem, arguments, parts = _arguments(context, module, call)
    sequence = sequence_uses(context, value)
    placements, blocked = _placements(context, value, sequence)
    resource = arguments.get("dbt_cloud")
    found = context.index.values(module, resource) if resource is not None else frozenset()
    job = arguments.get("job_id")
    ref = context.job_ref(module, job) if job is not None and not problem else None
    is_called = _is_in_comprehension(module, call) or _is_conditional(module, call)
    makes_several = ref is not None and (ref.at_once > 1 or is_called)
    below: Below | None = None
    above: ast.stmt | None = None
    if not problem and ref is not None:
        sooner = list(read_sooner(context, module, call, arguments))
        if sooner and not makes_several:
            below = place_below(context, module, call, arguments)
        unseen = fails_unseen(context, module, call)
        if unseen and not makes_several and below is None:
            above = place_above(context, module, call)
        blocked += [
            Finding(module.place(call), code, said, NAME)
            for code, said in _against(context, module, call, found, ref, makes_several)
        ]
        reasons = [
            prefixed(context, module),
            called_elsewhere(context, module, call),
            _without_variables(context, module, arguments),
            wanted_by_class(context),
            *(sooner if below is None else ()),
            unseen if above is None else "",
            read_elsewhere(context, placements, _resources_in(found)),
            configured_by_runs(context, _resources_in(found)),
            runs_with_another(context, placements, _resources_in(found)),
            *against_binding(context, module, call, arguments, makes_several),
        ]
        blocked += [
            Finding(module.place(call), "LDC302", said, NAME) for said in dict.fromkeys(reasons) if said
        ]
        blocked += looked_at(context, value, placements)
        blocked += compiled_fields(context, module, arguments, NAME)
        blocked += checks_named_like_tests(context, ref, NAME)
    problem = problem or _other_inside(context, module, arguments, makes_several)
    if problem:
        blocked.append(Finding(module.place(call), "LDC302", problem, NAME))
    partitions = arguments.get("partitions_def")
    lacks = "" if is_none(partitions) else context.release.lacks("partitions")
    if lacks:
        blocked.append(Finding(module.place(call), "LDC309", lacks, NAME))
    resources = _resources_in(found)
    load = Load(arguments, parts, tuple(placements), sequence, makes_several, below, above)
    return ReadLoad(load, resources, (ref,) if ref is not None else (), tuple(blocked))


def _resources_in(found: Values) -> frozenset[Made]:
    return frozenset(inner for inner in found if isinstance(inner, Made) and thing_kind(inner) == "resource")


def _without_variables(context: Context, module: Module, arguments: Mapping[str, ast.expr]) -> str:
    """Why a load stays that may have no function for the variables of a partition: v2's body would call it."""
    function = arguments.get("partition_key_to_vars_fn")
    if function is None or is_none(function) or not _may_be_none(context, module, function):
        return ""
    return "its `partition_key_to_vars_fn` may be None, and v2 would still need a partition key: pass a function, or leave the argument out"


def _may_be_none(context: Context, module: Module, node: ast.expr) -> bool:
    return any(is_none(place) for _, place in context.constants.origins(module, node).places)


def _placements(
    context: Context, value: Made, sequence: SequenceUses
) -> tuple[list[Placement], list[Finding]]:
    placed: list[Placement] = []
    blocked = [
        Finding(module.place(node), "LDC303", f"the loaded assets `{_line(module, node)}` {said}", NAME)
        for module, node, said in sequence.problems
    ]
    for place in sinks.placements(context.index, value):
        if isinstance(place, Placement):
            placed.append(place)
            if place.wrap:
                sequence.wrapped[place.role.node] = place.role.module
        elif takes_no_place(context, place):
            if not place.through and place.starred is None:
                sequence.wrapped[place.node] = place.module
        elif place.node not in sequence.wrapped and place.node not in sequence.taken:
            blocked.append(sinks.lost_trail(place, "the loaded assets", NAME))
    for use in context.index.sinks(value):
        if isinstance(use, Element) and use.spread is not None and not use.through:
            sequence.wrapped[use.node] = use.module
    for node, module in {**sequence.wrapped, **sequence.unstarred}.items():
        if may_be_other(context, module, node):
            said = f"`{_line(module, node)}` may not be the loaded assets: give the other value another name"
            blocked.append(Finding(module.place(node), "LDC303", said, NAME))
    return placed, blocked


def _line(module: Module, node: ast.expr) -> str:
    return module.source_of(node).split("\n", 1)[0]


def _arguments(
    context: Context, module: Module, call: ast.Call
) -> tuple[str, dict[str, ast.expr], tuple[tuple[ast.AST, str], ...]]:
    if any(isinstance(argument, ast.Starred) for argument in call.args) or len(call.args) > len(POSITIONS):
        return "its arguments cannot be determined: write them out by name", {}, ()
    arguments: dict[str, ast.expr] = dict(zip(POSITIONS, call.args, strict=False))
    parts: list[tuple[ast.AST, str]] = [(node, name) for name, node in arguments.items()]
    for keyword in call.keywords:
        if keyword.arg is None:
            common = common_arguments(context, module, keyword.value)
            if common is None or set(common) & set(arguments):
                own = of_keywords(module, keyword.value)
                said = f"its arguments are passed with `**`, which may differ from call to call: {own}"
                return said if own else _SPREAD, {}, ()
            arguments |= common
            continue
        arguments[keyword.arg] = keyword.value
        if not isinstance(keyword, FromWrapper):
            parts.append((keyword, keyword.arg))
    unknown = sorted(set(arguments) - _KNOWN)
    if unknown:
        said = f"neither `{NAME}` nor @dbt_cloud_assets takes `{unknown[0]}`"
        return said, arguments, tuple(parts)
    if "dbt_cloud" not in arguments or "job_id" not in arguments:
        return "its `dbt_cloud` or `job_id` is missing: add it", arguments, tuple(parts)
    return "", arguments, tuple(parts)


def _other_inside(
    context: Context, module: Module, arguments: dict[str, ast.expr], makes_several: bool
) -> str:
    """What is said of an argument that may be something else in the functions of v2; empty where there is none."""
    names = context.index.tree.names(module)
    for parameter in (name for name in _CALLED_LATER if name in arguments):
        value = arguments[parameter]
        if parameter != "dbt_cloud" and not is_plain(context, module, parameter, value):
            continue  # It is evaluated where the load stands.
        name = hidden_by(parameter, value)
        if name:
            return f"its `{parameter}` reads `{name}`, a name that the generated function uses for a parameter: rename it"
        # A load of several jobs is a call of a function, which is handed what changes.
        name = "" if makes_several else may_change(names, module, value)
        if name:
            return f"its `{parameter}` reads `{name}`, which is rebound later, when v2 calls it: give that value another name"
    return ""


def _is_conditional(module: Module, call: ast.Call) -> bool:
    """Whether a call is not always evaluated where its statement is."""
    child: ast.AST = call
    for above in module.ancestors(call):
        if isinstance(above, ast.stmt):
            return False
        if (isinstance(above, ast.IfExp) and above.test is not child) or (
            isinstance(above, ast.BoolOp) and above.values[0] is not child
        ):
            return True
        child = above
    return False


def _is_in_comprehension(module: Module, call: ast.Call) -> bool:
    """Whether a call stands where no statement of its own can be put before it."""
    inner = (*COMPREHENSIONS, ast.DictComp, ast.Lambda)
    for above in module.ancestors(call):
        if isinstance(above, ast.stmt):
            return False
        if isinstance(above, inner):
            return True
    return False


def _against(
    context: Context, module: Module, call: ast.Call, found: Values, ref: JobRef, makes_several: bool
) -> Iterator[tuple[str, str]]:
    """The code and the reason of whatever stands against a v2 form."""
    is_resource = any(isinstance(inner, Made) and thing_kind(inner) == "resource" for inner in found)
    if not is_resource or any(isinstance(root(inner), Keyed) for inner in found):
        yield (
            "LDC303",
            "the resource passed as `dbt_cloud` cannot be traced: pass the name of a resource that this repository builds",
        )
    if not ref.job_ids:
        origins = context.constants.origins(module, ref.node)
        if not ref.variable or len(origins.places) != 1 or makes_several:
            yield "LDC303", unread_job(context, ref)
        elif ref.is_computed or any(_is_looked_up(context, home, place) for home, place in origins.places):
            yield "LDC402", unknown_job(ref)  # No fact would ever fill a placeholder.
    yield from _refused(context, ref)
    if not makes_several and isinstance(module.scope_of(call), ast.ClassDef):
        yield (
            "LDC302",
            "it is in a class body, whose names are not visible inside a function: move the load to the top level of the module",
        )
    resource = next(iter(call.args[:1]), None) or next(
        (word.value for word in call.keywords if word.arg == "dbt_cloud"), None
    )
    if isinstance(resource, ast.Name) and _is_unbound_later(context, module, resource):
        yield (
            "LDC302",
            f"`{resource.id}` is rebound later, and v2 assets would use the later value: give that value another name",
        )


def _is_looked_up(context: Context, module: Module, node: ast.expr) -> bool:
    """Whether what is read from the environment is a key under which an id is looked up, and not the id."""
    while isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and len(node.args) == 1:
        node = node.args[0]
    if context.constants.variable_read_at(module, node) is not None:
        return False
    match node:
        case ast.Subscript(value=ast.Call(func=ast.Attribute(attr="split"))):
            return False
        case ast.Subscript() | ast.Call(func=ast.Attribute(attr="get")):
            return True
    return False


def _refused(context: Context, ref: JobRef) -> Iterator[tuple[str, str]]:
    """What the facts of jobs have against it."""
    for job_id in ref.job_ids:
        # Which account it is of where several have such a job is seen later: what one refuses, is refused.
        for job in context.facts.jobs:
            refusal = refusal_of(job, context.release) if job.id == job_id else None
            if refusal is not None:
                yield refusal


def _is_unbound_later(context: Context, module: Module, name: ast.Name) -> bool:
    """Whether a module-level name that holds the resource holds something else once the module has run."""
    names = context.index.tree.names(module)
    if not names.is_global(module, name.id, name):
        return False
    if any(
        isinstance(node, ast.Delete)
        and any(isinstance(target, ast.Name) and target.id == name.id for target in node.targets)
        for node in module.tree.body
    ):
        return True
    last = context.index.evaluator.global_values(module, name.id)
    return not last & context.index.values(module, name)
