"""What else stands where a legacy resource stands: under the same key, or under a key that is not known.

An op takes what is bound under its key. Where that is the legacy resource in one place and something else in another
(a fake for local runs, for example), an op that is written for v2's client would break in the other place. So would one that takes
what is legacy in one run of the code alone:

    client = FakeClient() if DRY_RUN else context.resources.dbt_cloud
    client.run_job_and_poll(67890)
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from legacy_shim.catalogue import BY_NAME

from ..analysis.dagster_api.injection import is_reached
from ..analysis.dagster_api.names import CONTEXT_BUILDERS
from ..analysis.dagster_api.resource_functions import answers_of
from ..analysis.inference.keys_asked_for import is_name_of_owner
from ..analysis.inference.legacy_names import RESOURCES, WHOLE, is_output, thing_kind
from ..analysis.inference.texts import text_of
from ..analysis.inference.values import (
    External,
    Instance,
    Keyed,
    Literal,
    Local,
    Made,
    Member,
    Value,
    Values,
    root,
)
from ..analysis.project.test_files import is_test
from ..analysis.syntax.classes import fields_of
from ..analysis.syntax.functions import (
    decorator_name,
    is_none,
)
from ..analysis.syntax.scopes import Assigned, Iterated, Parameter
from ..analysis.syntax.source_module import Module
from ..analysis.uses.accounting import UNMISTAKABLE
from ..analysis.uses.keys import WRITING, entries_of
from ..findings import Finding
from .claims import NO_CONSTRUCT, Claim, Context, receiver_of
from .half_migrated import WORKSPACE, is_workspace
from .parts import Builds, Stays
from .patched_in_tests import patched_by_mocks, patched_in

_CLIENT = "DbtCloudClientResource"
_APART = "use the two in separate branches, under two names"
_FAKE = "give it a `get_client()` with v2's methods (`trigger_job_run`, `poll_run`, `get_run_details`), and migrate again"
_TWO_KEYS = "bind it to another key, `dbt_cloud_v2`, which the code asks for that is written for v2, and migrate again"
_IN_A_TEST = (
    "`workspace.get_client.return_value = client`, `client.trigger_job_run.return_value = client.poll_run.return_value = "
    'client.get_run_details.return_value = {"id": 1, "status": 10, ...}`'
)
_DATA = (ast.Constant, ast.Dict, ast.List, ast.Set, ast.Tuple, ast.JoinedStr)
_NONE_RESOURCE = "ResourceDefinition.none_resource"
_FIELDS = frozenset({"Field", "PrivateAttr", "field"})
"""What declares a field of a class, of pydantic's or a dataclass."""


@dataclass(frozen=True, eq=False)
class _Other:
    """Something that a use of a key may mean; ``key`` is empty where it may be any."""

    module: Module
    node: ast.expr
    key: str
    is_workspace: bool = False
    """Whether it is v2's resource, which has v2's methods, and not legacy's."""


def block_doubtful(
    claims: Sequence[Claim], context: Context, components: Mapping[Path, object]
) -> list[Claim]:
    """Block each use of a key under which something else may stand as well; report stand-ins in tests."""
    keyed = {key for claim in claims if not isinstance(claim.part, Builds) for key in claim.keys}
    bound = {key for claim in claims if isinstance(claim.part, Builds) for key in claim.keys}
    parts = {components[claim.module.path] for claim in claims}
    modules = [
        module
        for module in context.index.tree.modules.values()
        if components[module.path] in parts or is_test(module.path)
    ]
    others: dict[tuple[object, str], _Other] = {}
    in_tests: list[Claim] = []
    for other in (*_bound_to_others(context, modules, keyed), *_by_unknown_key(context, modules)):
        if other.key in bound and is_test(other.module.path):
            in_tests.append(_told(other))
        elif not is_test(other.module.path):
            others.setdefault((components[other.module.path], other.key), other)
    in_tests += _fakes(context, {claim.module for claim in in_tests})
    return [*(_blocked(claim, others, components, bound) for claim in claims), *in_tests]


def _fakes(context: Context, known: set[Module]) -> Iterator[Claim]:
    """In test files of which nothing is said yet: fakes of the legacy client, and what stands in for what hands one out. In others, the latter."""
    for module in context.index.tree.modules.values():
        if not is_test(module.path):
            for target, said in patched_by_mocks(context, module):
                yield stand_in_of_a_test(module, target, said)
            continue
        if module in known:
            continue
        for node in module.nodes:
            own = fields_of(node) if isinstance(node, ast.ClassDef) else frozenset()
            if own & UNMISTAKABLE and not context.index.evaluator.bases(Local(module, node)):  # type: ignore[arg-type]
                name = getattr(node, "name", "")
                yield stand_in_of_a_test(module, node, f"`{name}` has the methods of the legacy client")  # type: ignore[arg-type]
        for target, said in patched_in(context, module):
            yield stand_in_of_a_test(module, target, said)


def _told(other: _Other) -> Claim:
    text = other.module.source_of(other.node).split("\n", 1)[0]
    return stand_in_of_a_test(other.module, other.node, f'`{text}` stands in for the resource "{other.key}"')


def stand_in_of_a_test(module: Module, node: ast.expr, said: str) -> Claim:
    """A stand-in in a test does not keep the code that is tested from becoming v2; the test is adapted by hand."""
    said = f"{said}: the migrated code makes v2's calls, so change this test: {_IN_A_TEST}"
    return Claim(
        construct=NO_CONSTRUCT,
        part=Stays(),
        detail=None,
        module=module,
        node=node,
        name=_CLIENT,
        code=BY_NAME[_CLIENT].code,
        blocked=(Finding(module.place(node), "LDC302", said, _CLIENT),),
    )


def _blocked(
    claim: Claim,
    others: Mapping[tuple[object, str], _Other],
    components: Mapping[Path, object],
    bound: set[str],
) -> Claim:
    part = components[claim.module.path]
    found: list[Finding] = []
    # What is asked for under several keys may be what stands under any of them.
    for key in sorted(claim.keys if claim.keys & bound else ()):
        for other in (others.get((part, key)), others.get((part, ""))):
            # A load takes its resource directly; only what asks for a key can be handed something else.
            if other is None or (other.key and isinstance(claim.part, Builds)):
                continue
            told = other.module.source_of(other.node).split("\n", 1)[0]
            place = other.module.place(other.node)
            said = (
                f'`{told}`, a {WORKSPACE}, is bound to "{key}" too, at {place}: {_TWO_KEYS}'
                if other.is_workspace
                else f'`{told}` is bound to "{key}" too, at {place}, and would get the calls of v2: {_FAKE}'
                if other.key
                else f'`{told}` at {place} may reach it, by a key that cannot be determined: write the key in quotes, or bind the resource of each job under one key, `resource_defs={{"dbt_cloud": ...}}`, and read `context.resources.dbt_cloud`'
            )
            found.append(
                Finding(claim.module.place(claim.node), "LDC303", said, claim.name, related=(place,))
            )
    return replace(claim, blocked=(*claim.blocked, *found)) if found else claim


def _bound_to_others(context: Context, modules: Iterable[Module], keys: set[str]) -> Iterator[_Other]:
    """Each value under one of the keys that is, or may be, something else than a resource of dbt Cloud."""
    index = context.index
    for module in modules:
        for node in module.of(*WRITING):
            for key, value in entries_of(index.evaluator, module, node):
                if key in keys and _may_be_other(context, module, value):
                    made = index.values(module, value)
                    is_v2 = any(isinstance(one, Made) and is_workspace(one.of) for one in made)
                    yield _Other(module, value, key, is_v2)
                if key in keys and isinstance(node, ast.Dict):
                    yield from (
                        _Other(module, one, key) for one in _spread_behind(context, module, node, value)
                    )


def _spread_behind(context: Context, module: Module, node: ast.Dict, value: ast.expr) -> Iterator[ast.expr]:
    """What is spread into a dict behind an entry, and may put something else under its key: ``{"a": x, **others()}``."""
    behind = node.values[node.values.index(value) + 1 :]
    for key, spread in zip(node.keys[len(node.values) - len(behind) :], behind, strict=True):
        held = context.index.values(module, spread)
        if key is None and not (held and all(isinstance(one, Literal) for one in held)):
            yield spread


def _may_be_other(context: Context, module: Module, value: ast.expr) -> bool:
    if isinstance(value, ast.IfExp):
        return any(_may_be_other(context, module, side) for side in (value.body, value.orelse))
    if isinstance(value, ast.BoolOp):
        return any(_may_be_other(context, module, side) for side in value.values)
    if isinstance(value, _DATA):
        return False  # Run configuration, mostly: no resource is written like this.
    return not _is_none_resource(context, module, value) and _is_other(
        context, context.index.values(module, value)
    )


def _is_none_resource(context: Context, module: Module, value: ast.expr) -> bool:
    """Whether an entry is Dagster's resource that is None, of which nothing is read before or after."""
    origins = context.constants.origins(module, value)
    is_known = bool(origins.places) and context.index.evaluator.is_all(origins)
    return is_known and all(
        isinstance(place, ast.Call)
        and context.index.values(home, place.func) == {External(f"dagster.{_NONE_RESOURCE}")}
        for home, place in origins.places
    )


def _is_other(context: Context, values: Values) -> bool:
    return not values or any(
        thing_kind(value) not in {"resource", "name", "keyed"} and not _makes_resource(context, value)
        for value in values
    )


def _makes_resource(context: Context, value: Value) -> bool:
    """Whether a value is a function of the user's that answers a legacy resource and nothing else."""
    made = [context.index.values(home, node) for home, node in answers_of(context.index.evaluator, value)]
    return bool(made) and not any(_is_other(context, values) for values in made)


def _by_unknown_key(context: Context, modules: Iterable[Module]) -> Iterator[_Other]:
    """Each place that reaches into ``context.resources`` in a way that does not say for what."""
    evaluator = context.index.evaluator
    for module in modules:
        for node in module.nodes:
            if isinstance(node, ast.Attribute) and node.attr in WHOLE:
                if RESOURCES in evaluator.values(module, node.value):
                    yield _Other(module, node, "")
            elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and len(node.args) >= 2:
                is_reached = node.func.id == "getattr" and RESOURCES in evaluator.values(module, node.args[0])
                if is_reached and not _is_known_key(context, module, node.args[1]):
                    yield _Other(module, node, "")


def _is_known_key(context: Context, module: Module, node: ast.expr) -> bool:
    """Whether a key is written there, in what a loop goes through, or in each call of the function that takes it."""
    evaluator = context.index.evaluator
    if text_of(evaluator.tree, module, node):
        return True
    if not isinstance(node, ast.Name) and not is_name_of_owner(evaluator, module, node):
        return False
    bindings = (
        context.index.tree.names(module).lookup(module, node.id, node) if isinstance(node, ast.Name) else ()
    )
    for binding in bindings:
        if isinstance(binding, (Iterated, Assigned)):
            continue
        if not isinstance(binding, Parameter) or isinstance(binding.function, ast.Lambda):
            return False
        is_called = bool(evaluator.calls.calling(binding.function))
        if not is_called or any(evaluator.calls.uses_as_value(binding.function)):
            return False
    origins = context.constants.origins(module, node)
    return evaluator.is_all(origins) and all(
        isinstance(place, ast.Constant) and isinstance(place.value, str) for _, place in origins.places
    )


def block_mixed(claims: Sequence[Claim], context: Context) -> list[Claim]:
    """Block each use of a client or of what it answers that may be of something else; report those in tests."""
    found: list[Claim] = []
    in_tests: dict[ast.expr, Claim] = {}
    for claim in claims:
        base = None if context.run_objects and _is_read_alike(claim) else receiver_of(claim)
        others = dict(_others(context, claim.module, base)) if base is not None else {}
        for node, module in others.items():
            if is_test(module.path):
                said = f"`{_line(module, node)}` stands in for the dbt Cloud client, or for what it returns"
                in_tests.setdefault(node, stand_in_of_a_test(module, node, said))
        other = next((node for node, module in others.items() if not is_test(module.path)), None)
        found.append(claim if other is None else _mixed(claim, others[other], other))
    return [*found, *in_tests.values()]


def may_be_another(context: Context, module: Module, node: ast.expr) -> bool:
    """Whether an expression may also be something that is surely nothing legacy, outside of tests: a dry run's own object."""
    return any(not is_test(home.path) for _, home in _others(context, module, node))


def _is_read_alike(claim: Claim) -> bool:
    """Whether something is read of a run in the same way after the migration, where runs are objects."""
    value = claim.value
    return isinstance(value, Member) and is_output(value.of) and value.attribute != "run_status"


def _others(context: Context, module: Module, node: ast.expr) -> Iterator[tuple[ast.expr, Module]]:
    """Where an expression may come from that is surely nothing legacy; None, of which nothing is read, is left out."""
    for home, place in context.constants.origins(module, node).places:
        sides = place.values if isinstance(place, ast.BoolOp) else [place]
        for side in sides:
            if side is not place and not isinstance(side, ast.Constant):
                yield from _others(context, home, side)
            elif not _is_nothing(side):
                values = context.index.values(home, side)
                may_be_own = isinstance(side, ast.Call) and any(isinstance(one, Instance) for one in values)
                is_legacy = any(thing_kind(value) or _is_context(value) for value in values)
                if may_be_own or not is_legacy or _is_under_other_key(context, values):
                    yield side, home


def _is_under_other_key(context: Context, values: Values) -> bool:
    """Whether what is asked for stands under a resource key to which nothing legacy is bound, nor an object that holds some."""
    legacy = [value for value in values if thing_kind(value)]
    keyed = [base for value in legacy if isinstance(base := root(value), Keyed)]
    is_traced = len(keyed) < len(legacy)
    return not is_traced and any(
        not is_reached(context.index.evaluator, base, context.index.bound_keys) for base in keyed
    )


def _is_context(value: Value) -> bool:
    """Whether a value is a context of Dagster's, which a function is called with in a test, and takes for itself."""
    return isinstance(value, Made) and value.of.startswith(CONTEXT_BUILDERS)


def _is_nothing(node: ast.expr) -> bool:
    """Whether an expression is None, or declares a field that nothing, or None, is in at first."""
    if isinstance(node, ast.Call) and decorator_name(node) in _FIELDS:
        return all(word.arg != "default_factory" for word in node.keywords) and all(
            is_none(given)
            for given in [*node.args, *(word.value for word in node.keywords if word.arg == "default")]
        )
    return is_none(node)


def _mixed(claim: Claim, module: Module, other: ast.expr) -> Claim:
    place = module.place(other)
    of_run = isinstance(claim.value, Member) and (is_output(claim.value.of) or isinstance(other, _DATA))
    becomes = f"would be read like v2's run: {_APART}" if of_run else f"would get the calls of v2: {_FAKE}"
    said = f"this may be `{_line(module, other)}` of {place} too, which is not legacy and {becomes}"
    finding = Finding(claim.module.place(claim.node), "LDC303", said, claim.name, related=(place,))
    return replace(claim, blocked=(*claim.blocked, finding))


def _line(module: Module, node: ast.expr) -> str:
    return module.source_of(node).split("\n", 1)[0]
