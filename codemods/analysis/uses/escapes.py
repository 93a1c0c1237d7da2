"""Where resources and loaded assets end up: bound under a key, given to Definitions, or out of sight."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from ...exhaustive import assert_never
from ...findings import Finding
from ..dagster_api.names import SAME
from ..inference.values import (
    External,
    Made,
    Value,
    is_load,
)
from ..syntax.functions import is_getattr
from ..syntax.source_module import (
    Module,
)
from .bound_functions import keys_of_answer
from .by_hand import of_call, of_decorated, of_lambda, of_yield
from .followed import is_followed
from .index import Index
from .keys import UNKNOWN, Texts, keys_of
from .uses import (
    VIEWS,
    Annotation,
    Argument,
    Base,
    Chain,
    Element,
    Entry,
    Flow,
    Returned,
    Seen,
    Unknown,
    Use,
    container_of,
    enclosing_annotation,
    passed_on,
)

_RESOURCE_PARAMETERS = frozenset({"resources", "resource_defs"})
_BINDING_METHODS = frozenset({"to_job", "execute_in_process", "with_resources", "configured"})
_ASSET_TAKERS = frozenset(
    {
        "Definitions",
        "with_resources",
        "materialize",
        "materialize_to_memory",
        "RepositoryData",
        "create_repository",
    }
)


_LOOKING = frozenset(
    {"isinstance", "print", "len", "type", "repr", "str", "id", "bool", "callable", "hasattr"}
)


@dataclass(frozen=True, eq=False)
class Binding:
    """A resource bound under ``key``, for ``call`` (``Definitions(...)``, ``@job(...)``), where one takes it."""

    key: str
    role: Use
    call: ast.Call | None = None


@dataclass(frozen=True, eq=False)
class Placement:
    """One place where loaded assets are handed over."""

    role: Use
    call: ast.Call | None
    """``Definitions(...)`` or the like; None where a decorated function returns them."""
    wrap: bool = False
    """Whether the place takes a sequence: the load stood for one, the v2 definition does not."""


@dataclass(frozen=True, eq=False)
class ResourceUses:
    """All uses of one resource."""

    bindings: tuple[Binding, ...]
    consumers: tuple[Use, ...]
    """Calls of legacy functions that take the resource."""
    escapes: tuple[Use, ...]
    unreadable: tuple[Use, ...] = ()
    """Places in what is bound as resources under which key cannot be told."""


def resource_uses(index: Index, value: Value) -> ResourceUses:
    """Follow a resource to all of its uses."""
    bindings: list[Binding] = []
    consumers: list[Use] = []
    escapes: list[Use] = []
    unreadable: list[Use] = []
    for use in index.sinks(value):
        match use:
            case Returned() | Unknown() if not use.through and (keys := _keys_of_function(index, use)):
                bindings += [Binding(key, use) for key in sorted(keys)]
            case Entry(name="**"):
                continue
            case Entry() if _is_spread_into_load(index, use):
                continue  # it is an argument, and none of the resources that code reaches by their keys
            case Entry():
                bindings += [Binding(key, use) for key in sorted(keys_of(index.evaluator, use))]
                if not use.name and not index.holders(use):
                    escapes.append(use)
            case Argument(name="**") if _is_load(index, use):
                consumers.append(use)
            case Argument() if use.through and _binds(index, use):
                keys = _bound_under(index, use)
                bindings += [Binding(key, use, use.call) for key in sorted(keys)]
                if not keys:
                    unreadable.append(use.through[0])
            case Argument() if not use.through and _is_load(index, use):
                consumers.append(use)
            case Argument():
                if not (is_followed(index, use) or only_looks(index, use) or _is_answered(index, use, value)):
                    escapes.append(use)
            case Chain():
                if not _is_attribute(use):
                    escapes.append(use)
            case Returned():
                if not use.through:
                    escapes.append(use)
            case Seen() | Annotation() | Flow() | Element():
                continue
            case Base() | Unknown():
                escapes.append(use)
            case _:
                assert_never(use)
    return ResourceUses(tuple(bindings), tuple(consumers), tuple(escapes), tuple(unreadable))


def _keys_of_function(index: Index, use: Use) -> Texts:
    """The keys under which the code gets what a function of the user's answers, where that is returned or yielded."""
    above = use.module.parent(use.node)
    is_answer = isinstance(above, (ast.Return, ast.Yield))
    return keys_of_answer(index.evaluator, use.module, use.node) if is_answer else UNKNOWN


def _is_spread_into_load(index: Index, use: Entry) -> bool:
    """Whether a dict display gives a load its arguments: ``load_assets_from_dbt_cloud_job(**{"dbt_cloud": cloud})``."""
    above = use.module.parent(use.container) if isinstance(use.container, ast.Dict) else None
    if not isinstance(above, ast.keyword) or above.arg is not None:
        return False
    call = use.module.parent(above)
    return isinstance(call, ast.Call) and any(is_load(value) for value in index.values(use.module, call))


def _bound_under(index: Index, use: Use) -> Texts:
    """The keys under which a resource is handed over in a dict; none where they cannot be told."""
    for step in use.through:
        is_keyed = isinstance(step, Entry) or isinstance(container_of(step), ast.DictComp)
        if is_keyed and not (isinstance(step, Entry) and step.name == "**"):
            return keys_of(index.evaluator, step)
    return UNKNOWN


def placements(index: Index, value: Value) -> Iterator[Placement | Use]:
    """Follow loaded assets to where they are handed over; a bare use is one that cannot be followed."""
    for use in index.sinks(value):
        wrap = not use.through and use.starred is None
        match use:
            case Seen() | Flow() | Annotation() | Element():
                continue
            case Entry() if use.name != "**" and index.holders(use):
                continue  # What it stands in is followed.
            case Argument() if _takes_assets(index, use):
                yield Placement(use, use.call, wrap and _takes_sequence(use))
            case Argument() if _is_selection(index, use):
                yield Placement(use, None)
            case Argument() if is_followed(index, use) or (use.through and only_looks(index, use)):
                continue
            case Returned() if _is_repository(use):
                yield Placement(use, None, wrap)
            case Argument() | Returned() | Entry() | Chain() | Base() | Unknown():
                yield use
            case _:
                assert_never(use)


def _is_attribute(use: Use) -> bool:
    """Whether an attribute follows, which the client's constructs answer for; calls and subscripts nobody does."""
    above = use.module.parent(passed_on(use.module, use.node))
    if (
        use.through
    ):  # of what holds it: what all of a dict is asked for is not followed, as in `max(x.values())`
        return not (isinstance(above, ast.Attribute) and above.attr in VIEWS)
    return isinstance(above, ast.Attribute)


def _binds(index: Index, use: Argument) -> bool:
    named = use.name in _RESOURCE_PARAMETERS
    callee = _callees(index, use)
    if any(name.startswith("dagster.") for name in callee):
        return (
            named
            or (use.position == 1 and "dagster.with_resources" in callee)
            or "build_resources" in str(callee)
        )
    function = use.call.func
    return (
        isinstance(function, ast.Attribute)
        and function.attr in _BINDING_METHODS
        and (named or use.position == 0)
    )


def _callees(index: Index, use: Argument) -> set[str]:
    return {value.name for value in index.values(use.module, use.call.func) if isinstance(value, External)}


def _is_load(index: Index, use: Argument) -> bool:
    return "legacy.load_assets_from_dbt_cloud_job" in _callees(index, use)


def only_looks(index: Index, use: Argument) -> bool:
    """Whether a call is one of a builtin that looks at a value and hands it on nowhere: ``isinstance``, ``print``."""
    if not isinstance(use.call.func, ast.Name) or use.call.func.id not in _LOOKING:
        return False
    return not index.tree.names(use.module).lookup(use.module, use.call.func.id, use.call)


def _is_answered(index: Index, use: Argument, value: Value) -> bool:
    """Whether a call of a known function answers the value itself, whose uses are those of the call then."""
    return _callees(index, use) <= SAME.keys() and value in index.values(use.module, use.call)


def _takes_assets(index: Index, use: Argument) -> bool:
    names = {name.removeprefix("dagster.") for name in _callees(index, use) if name.startswith("dagster.")}
    return bool(names & _ASSET_TAKERS) and (use.name in {"assets", "definitions"} or use.position == 0)


def _takes_sequence(use: Argument) -> bool:
    # `with_resources(x, ...)` and `Definitions(assets=x)` take a sequence of definitions.
    return use.operand is not None or use.name in {"assets", "definitions"} or use.position == 0


def _is_selection(index: Index, use: Argument) -> bool:
    return "dagster.AssetSelection.assets" in _callees(index, use)


def _is_repository(use: Use) -> bool:
    function = use.module.function_of(use.node)
    decorators = function.decorator_list if function is not None else []
    return any(
        isinstance(node, (ast.Name, ast.Call, ast.Attribute)) and "repository" in ast.dump(node)
        for node in decorators
    )


_BY_HAND = {
    "the client": "call its method here, or pass a function that calls it, `lambda: client.run_job_and_poll(67890)`",
    "the output": "read what you need here, `output.run_id`, and pass that on",
    "the loaded assets": "pass them to `Definitions(assets=[...])` as they are",
    "the resource": 'build it where it is bound, `Definitions(resources={"dbt_cloud": DbtCloudClientResource(...)})`',
}
"""What to write so that the trail goes on."""
_IN_CONTAINERS = {
    "the client": "use a variable for each client, `nightly_client = dbt_cloud.get_dbt_client()`",
    "the resource": "use a variable for each resource, `nightly_cloud = DbtCloudClientResource(...)`",
}
_SEVERAL = "the loaded assets"


def lost_trail(use: Use, what: str, name: str) -> Finding:
    """The finding for a use that cannot be followed."""
    module: Module = use.module
    line = module.source_of(use.node).split("\n", 1)[0]
    if isinstance(module.parent(use.node), ast.Lambda):
        verb = "are" if what == _SEVERAL else "is"
        said = f"{what} `{line}` {verb} what a lambda answers, which is not followed: {of_lambda(module, use.node)}"
        return Finding(module.place(use.node), "LDC303", said, name)
    by_hand = (
        _IN_CONTAINERS.get(what, _BY_HAND[what]) if isinstance(use, (Element, Entry)) else _BY_HAND[what]
    )
    if not (what == "the output" and _reads_computed(use)):  # The lines are for clients.
        how, by_hand = _how_special(use, by_hand)
    else:
        how = _how(use)
    if what == _SEVERAL:
        how = how.replace("is ", "are ", 1)
    said = f"{what} `{line}` {how}: {by_hand}"
    return Finding(module.place(use.node), "LDC303", said, name)


def _reads_computed(use: Use) -> bool:
    """Whether a use is ``getattr(value, name)``, with a name that is not written there."""
    return (
        isinstance(use, Argument)
        and is_getattr(use.call)
        and not all(isinstance(name, ast.Constant) for name in use.call.args[1:2])
    )


def _how_special(use: Use, by_hand: str) -> tuple[str, str]:
    """How a value goes out of sight, and what to write by hand: by the lines of the code where its form is met often."""
    if isinstance(use, Argument) and (said := of_call(use.module, use.node, use.call)):
        return _how(use), said
    if said := of_yield(use.module, use.node):
        return "is yielded, and generators are not followed", said
    decorator, said = of_decorated(use.module, use.node) if isinstance(use, Returned) else ("", "")
    if decorator:
        return f"is returned through `@{decorator}`, which may make something else of it", said
    return _how(use), by_hand


def unreadable_key(use: Use, name: str) -> Finding:
    """The finding for a resource that is bound under a key that the code does not say."""
    line = use.module.source_of(use.node).split("\n", 1)[0]
    said = f"the resource `{line}` is bound under a key that cannot be determined: write the key as a string"
    return Finding(use.module.place(use.node), "LDC303", said, name)


def _how(use: Use) -> str:
    match use:
        case Argument(call=call):
            callee = use.module.source_of(call.func).replace("\n", " ")
            return f"is passed to `{callee}(...)`, which the codemod cannot trace"
        case Chain(call=None):
            return "is read by an attribute that v2 does not have"
        case Chain():
            return "is called, which the codemod cannot trace"
        case Returned():
            return "is returned to Dagster by a decorated function"
        case Element() | Entry():
            return "is in a list or dict that the codemod cannot trace"
        case Base():
            return "is a base class"
        case Flow() | Annotation() | Seen() | Unknown():
            return "is used in a way that the codemod cannot trace"
        case _:
            return assert_never(use)


def is_annotation(module: Module, node: ast.expr) -> bool:
    """Whether an expression is (part of) an annotation."""
    return enclosing_annotation(module, node)


__all__ = [
    "Binding",
    "Made",
    "Placement",
    "ResourceUses",
    "is_annotation",
    "is_followed",
    "lost_trail",
    "placements",
    "resource_uses",
]
