"""Where resources and loaded assets end up: bound under a key, given to Definitions, or out of sight."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from ...findings import Finding
from ..inference.values import (
    External,
    Instance,
    Local,
    Made,
    Value,
)
from ..syntax.classes import (
    annotated_fields,
    initializer_of,
)
from ..syntax.functions import argument_of
from ..syntax.source_module import (
    FUNCTIONS,
    Module,
)
from .index import Index
from .keys import UNKNOWN, Texts, keys_of
from .uses import (
    VIEWS,
    Role,
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
    role: Role
    call: ast.Call | None = None


@dataclass(frozen=True, eq=False)
class Placement:
    """One place where loaded assets are handed over."""

    role: Role
    call: ast.Call | None
    """``Definitions(...)`` or the like; None where a decorated function returns them."""
    wrap: bool = False
    """Whether the place takes a sequence: the load stood for one, the v2 definition does not."""


@dataclass(frozen=True, eq=False)
class ResourceUses:
    """All uses of one resource."""

    bindings: tuple[Binding, ...]
    consumers: tuple[Role, ...]
    """Calls of legacy functions that take the resource."""
    escapes: tuple[Role, ...]
    unreadable: tuple[Role, ...] = ()
    """Places in what is bound as resources under which key cannot be told."""


def resource_uses(index: Index, value: Value) -> ResourceUses:
    """Follow a resource to all of its uses."""
    bindings: list[Binding] = []
    consumers: list[Role] = []
    escapes: list[Role] = []
    unreadable: list[Role] = []
    for role in index.sinks(value):
        if role.kind == "entry" and role.name != "**":
            bindings += [Binding(key, role) for key in sorted(keys_of(index.evaluator, role))]
            if not role.name and not index.holders(role):
                escapes.append(role)
        elif role.kind == "argument" and role.through:
            if _binds(index, role):
                keys = _bound_under(index, role)
                bindings += [Binding(key, role, role.call) for key in sorted(keys)]
                if not keys:
                    unreadable.append(role.through[0])
            elif not is_followed(index, role) and not only_looks(index, role):
                escapes.append(role)
        elif role.kind == "argument" and _is_load(index, role):
            consumers.append(role)
        elif (
            role.kind in {"nothing", "annotation", "flow", "element"}
            or (role.kind == "chain" and _is_attribute(role))
            or (role.kind == "entry" and role.name == "**")
            or (role.kind == "argument" and (is_followed(index, role) or only_looks(index, role)))
            or (role.kind == "returned" and role.through)
        ):
            continue
        else:
            escapes.append(role)
    return ResourceUses(tuple(bindings), tuple(consumers), tuple(escapes), tuple(unreadable))


def _bound_under(index: Index, role: Role) -> Texts:
    """The keys under which a resource is handed over in a dict; none where they cannot be told."""
    for step in role.through:
        is_keyed = step.kind == "entry" or isinstance(step.container, ast.DictComp)
        if is_keyed and step.name != "**":
            return keys_of(index.evaluator, step)
    return UNKNOWN


def placements(index: Index, value: Value) -> Iterator[Placement | Role]:
    """Follow loaded assets to where they are handed over; a bare role is a use that cannot be followed."""
    for role in index.sinks(value):
        if role.kind == "element":
            continue
        if role.kind in {"nothing", "flow", "annotation"}:
            continue
        direct = not role.through
        wrap = direct and role.starred is None
        if role.kind == "argument" and _takes_assets(index, role):
            yield Placement(role, role.call, wrap and _takes_sequence(role))
        elif role.kind == "argument" and _is_selection(index, role):
            yield Placement(role, None)
        elif role.kind == "argument" and (
            is_followed(index, role) or (role.through and only_looks(index, role))
        ):
            continue
        elif role.kind == "returned" and _is_repository(role):
            yield Placement(role, None, wrap)
        else:
            yield role


def _is_attribute(role: Role) -> bool:
    """Whether an attribute follows, which the client's constructs answer for; calls and subscripts nobody does."""
    above = role.module.parent(passed_on(role.module, role.node))
    if (
        role.through
    ):  # of what holds it: what all of a dict is asked for is not followed, as in `max(x.values())`
        return not (isinstance(above, ast.Attribute) and above.attr in VIEWS)
    return isinstance(above, ast.Attribute)


def _binds(index: Index, role: Role) -> bool:
    if role.call is None:
        return False
    named = role.name in _RESOURCE_PARAMETERS
    callee = _callees(index, role)
    if any(name.startswith("dagster.") for name in callee):
        return (
            named
            or (role.position == 1 and "dagster.with_resources" in callee)
            or "build_resources" in str(callee)
        )
    function = role.call.func
    return (
        isinstance(function, ast.Attribute)
        and function.attr in _BINDING_METHODS
        and (named or role.position == 0)
    )


def _callees(index: Index, role: Role) -> set[str]:
    if role.call is None:
        return set()
    return {value.name for value in index.values(role.module, role.call.func) if isinstance(value, External)}


def _is_load(index: Index, role: Role) -> bool:
    return role.call is not None and "legacy.load_assets_from_dbt_cloud_job" in _callees(index, role)


def is_followed(index: Index, role: Role) -> bool:
    """Whether a call hands the value to a function of the tree, whose parameter is followed."""
    if role.call is None:
        return False
    found = False
    for value in index.values(role.module, role.call.func):
        owner = (
            value.owner.node
            if isinstance(value, Instance)
            else value.node
            if isinstance(value, Local)
            else None
        )
        if isinstance(owner, ast.ClassDef):
            initializer = initializer_of(owner)
            if initializer is None:
                fields = {
                    name
                    for one in index.evaluator.objects.lineage(_class_called(value))
                    if isinstance(one.node, ast.ClassDef)
                    for name in annotated_fields(one.node)
                }
                found = bool(fields & {word.arg for word in role.call.keywords} or role.call.args)
                continue
            owner = initializer
        if not isinstance(owner, FUNCTIONS):
            return False
        if all(call is not role.call for _, call in index.evaluator.calls.of(_name_called(value))):
            return False  # by a way on which its parameters are not followed: `HANDLERS["dbt"](client)`
        parameters = [*owner.args.posonlyargs, *owner.args.args, *owner.args.kwonlyargs]
        taken = (argument_of(role.call, owner, parameter.arg) for parameter in parameters)
        if not any(argument is not None and _holds(argument, role.node) for argument in taken):
            return False
        found = True
    return found


def _class_called(value: Value) -> Local:
    owner = value.owner if isinstance(value, Instance) else value
    assert isinstance(owner, Local)
    return owner


def _name_called(value: Value) -> str:
    owner = value.owner if isinstance(value, Instance) else value
    return owner.node.name if isinstance(owner, Local) else ""


def only_looks(index: Index, role: Role) -> bool:
    """Whether a call is one of a builtin that looks at a value and hands it on nowhere: ``isinstance``, ``print``."""
    if role.call is None or not isinstance(role.call.func, ast.Name) or role.call.func.id not in _LOOKING:
        return False
    return not index.tree.names(role.module).lookup(role.module, role.call.func.id, role.call)


def _holds(outer: ast.expr, inner: ast.expr) -> bool:
    return any(node is inner for node in ast.walk(outer))


def _takes_assets(index: Index, role: Role) -> bool:
    names = {name.removeprefix("dagster.") for name in _callees(index, role) if name.startswith("dagster.")}
    return bool(names & _ASSET_TAKERS) and (role.name in {"assets", "definitions"} or role.position == 0)


def _takes_sequence(role: Role) -> bool:
    # `with_resources(x, ...)` and `Definitions(assets=x)` take a sequence of definitions.
    return role.operand is not None or role.name in {"assets", "definitions"} or role.position == 0


def _is_selection(index: Index, role: Role) -> bool:
    return "dagster.AssetSelection.assets" in _callees(index, role)


def _is_repository(role: Role) -> bool:
    function = role.module.function_of(role.node)
    decorators = function.decorator_list if function is not None else []
    return any(
        isinstance(node, (ast.Name, ast.Call, ast.Attribute)) and "repository" in ast.dump(node)
        for node in decorators
    )


def lost_trail(role: Role, what: str, name: str) -> Finding:
    """The finding for a use that cannot be followed."""
    module: Module = role.module
    line = module.source_of(role.node).split("\n", 1)[0]
    return Finding(module.place(role.node), "LDC303", f"{what} `{line}` {_how(role)}", name)


def unreadable_key(role: Role, name: str) -> Finding:
    """The finding for a resource that is bound under a key that the code does not say."""
    line = role.module.source_of(role.node).split("\n", 1)[0]
    said = f"the resource `{line}` is bound under a key that cannot be read here"
    return Finding(role.module.place(role.node), "LDC303", said, name)


def _how(role: Role) -> str:
    if role.kind == "argument" and role.call is not None:
        callee = role.module.source_of(role.call.func).replace("\n", " ")
        return f"is handed to `{callee}(...)`, which the tool does not follow"
    if role.kind == "chain" and role.call is not None:
        return "is called here"
    if role.kind == "chain":
        return "is used through an attribute that has no v2 form"
    if role.kind == "returned":
        return "is returned to Dagster by a decorated function"
    if role.kind in {"element", "entry"}:
        return "stands in a list or dict that the tool does not follow"
    if role.kind == "base":
        return "is a base class"
    return "is used in a way that the tool does not follow"


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
