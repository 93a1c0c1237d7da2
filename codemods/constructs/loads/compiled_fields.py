"""Functions of a load that read what only a compiled node has.

Legacy asked them about the nodes of `dbt compile`; v2 asks about those of `dbt parse`, which have no compiled SQL.
Source: ``dagster_dbt.cloud.asset_defs``, ``dagster_dbt.cloud_v2.resources``, and dbt's manifests of both commands.
"""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ...analysis.inference.values import External, Local, Made
from ...analysis.syntax.functions import argument_of, is_none
from ...analysis.syntax.source_module import FUNCTIONS, Module
from ...findings import Finding
from ...planning.claims import Context
from .called import bodies
from .translator import FUNCTION_PARAMETERS

_FIELDS = frozenset(
    {
        "compiled", "compiled_code", "compiled_sql", "compiled_path", "build_path", "extra_ctes",
        "extra_ctes_injected", "macros",
    }
)  # fmt: skip
"""What differs: `depends_on` lists macros that are called by way of others only once a node is compiled."""
_WORDS = frozenset({"compiled", "macros"})
"""Those of them that may be a name of something else as well, and count where they are read with."""
_TAKEN_WHOLE = frozenset({"items", "keys", "values"})
_READERS = frozenset({"get", "pop", "setdefault", "__getitem__", "__contains__"})
_WRITERS = ("json.", "pickle.", "yaml.", "pprint.", "hashlib.")
_HARMLESS = frozenset({"bool", "callable", "isinstance", "print", "type"})
_FILLED = frozenset({"format_map", "substitute", "safe_substitute"})


@dataclass(frozen=True, eq=False)
class _Use:
    """What a function does with a node that is no reading of one field by its name."""

    node: ast.AST
    is_whole: bool = False
    """Whether every field counts."""


def compiled_fields(
    context: Context, module: Module, arguments: Mapping[str, ast.expr], name: str
) -> Iterator[Finding]:
    """A finding for each function of a load that reads, or may read, what v2's nodes lack."""
    for parameter in FUNCTION_PARAMETERS:
        function = arguments.get(parameter)
        if function is not None and not is_none(function):
            found = _first(context, module, function)
            if found is not None:
                home, node, said = found
                yield Finding(home.place(node), "LDC303", f"`{parameter}` {said}", name)


def _first(context: Context, module: Module, function: ast.expr) -> tuple[Module, ast.AST, str] | None:
    reached = list(bodies(context, module, function, set()))
    for home, body in reached:
        for node in ast.walk(body):
            field = _field_read(home, node)
            if field:
                return home, node, _said(f"reads `{field}`")
    if not reached:
        values = context.index.values(module, function)
        is_known = any(isinstance(one, External) and one.name.startswith("dagster_dbt.") for one in values)
        elsewhere = "" if is_known else _named_in_tree(context)
        return (module, function, _said(f"may read `{elsewhere}`")) if elsewhere else None
    home, given = reached[0]
    names = _parameters(given) - _given_before(context, module, function, given)
    for use_home, use in _uses(context, home, given, names, set()):
        text = _line(use.node)
        if use.is_whole:
            return use_home, use.node, _said(f"takes all fields of a node in `{text}`")
        elsewhere = _named_in_tree(context)
        if elsewhere:
            return use_home, use.node, _said(f"may read `{elsewhere}` in `{text}`")
    return None


def _said(what: str) -> str:
    return (
        f"{what}: v2 calls it with nodes of `dbt parse`, which are not compiled. "
        "Read by name only fields that both have, such as `raw_code`, `fqn`, `tags`, `config` or `meta`"
    )


def _line(node: ast.AST) -> str:
    return ast.unparse(node).split("\n", 1)[0]


def _field_read(module: Module, node: ast.AST) -> str:
    """The field that a node of the code names; empty for none."""
    if isinstance(node, ast.Attribute):
        return node.attr if node.attr in _FIELDS - _WORDS else ""
    if isinstance(node, ast.arg):
        return node.arg if node.arg in _FIELDS - _WORDS else ""
    if not isinstance(node, ast.Constant) or not isinstance(node.value, str):
        return ""
    parts = set(re.split(r"[^\w\s]+", node.value)) & _FIELDS
    if not parts or isinstance(module.parent(node), ast.Expr):
        return ""
    field = min(parts)
    return field if field not in _WORDS or not _is_answer(module, node) else ""


def _is_answer(module: Module, node: ast.AST) -> bool:
    """Whether a word is part of what a function returns, such as a group or a part of a key."""
    for above in module.ancestors(node):
        match above:
            case ast.Return() | ast.Lambda():
                return True
            case ast.IfExp(test=test) if test is not node:
                pass
            case ast.List() | ast.Tuple() | ast.JoinedStr() | ast.FormattedValue() | ast.BinOp(op=ast.Add()):
                pass
            case ast.Call(func=ast.Name(id="AssetKey") | ast.Attribute(attr="AssetKey")):
                pass
            case _:
                return False
        node = above
    return False


def _named_in_tree(context: Context) -> str:
    """A field that some string of the tree names; empty for none."""
    for module in context.index.tree.modules.values():
        if any(field in module.text for field in _FIELDS):
            for node in module.nodes:
                field = _field_read(module, node) if isinstance(node, ast.Constant) else ""
                if field:
                    return field
    return ""


def _parameters(function: ast.AST) -> frozenset[str]:
    assert isinstance(function, (*FUNCTIONS, ast.Lambda))
    names = [one.arg for one in (*function.args.posonlyargs, *function.args.args)]
    without_defaults = names[: len(names) - len(function.args.defaults)] or names[:1]
    return frozenset(without_defaults) - {"self", "cls"}


def _given_before(context: Context, module: Module, function: ast.expr, given: ast.AST) -> frozenset[str]:
    """The parameters to which ``functools.partial`` has given something: none of them is the node."""
    calls = [function]
    if isinstance(function, ast.Name):
        calls = [place for _, place in context.constants.origins(module, function).places]
    call = calls[0] if len(calls) == 1 else None
    if not isinstance(call, ast.Call) or not isinstance(given, FUNCTIONS):
        return frozenset()
    values = context.index.values(module, call.func)
    is_direct = bool(call.args) and any(
        isinstance(one, Local) and one.node is given for one in context.index.values(module, call.args[0])
    )
    if (
        values != {External("functools.partial")}
        or not is_direct
        or any(isinstance(each, ast.Starred) for each in call.args)
    ):
        return frozenset()
    positional = [one.arg for one in (*given.args.posonlyargs, *given.args.args)]
    return frozenset([*positional[: len(call.args) - 1], *(word.arg for word in call.keywords if word.arg)])


def _uses(
    context: Context, module: Module, function: ast.AST, names: frozenset[str], seen: set[ast.AST]
) -> Iterator[tuple[Module, _Use]]:
    """What a function, and those of the tree that it hands a node, do with the node other than read a named field."""
    if function in seen:
        return
    seen.add(function)
    for node in ast.walk(function):
        if not isinstance(node, ast.Name) or node.id not in names or not isinstance(node.ctx, ast.Load):
            continue
        above = module.parent(node)
        if isinstance(above, ast.Call) and above.func is not node:
            yield from _handed_on(context, module, above, node, seen)
        elif isinstance(above, ast.keyword) and above.arg is not None:
            call = module.parent(above)
            assert isinstance(call, (ast.Call, ast.ClassDef))
            if isinstance(call, ast.Call):
                yield from _handed_on(context, module, call, node, seen)
        else:
            use = _use(module, node, above)
            if use is not None:
                yield module, use


def _use(module: Module, node: ast.Name, above: ast.AST | None) -> _Use | None:
    match above:
        case ast.Subscript(value=value, slice=key) if value is node:
            return _by_key(above, key)
        case ast.Compare(left=key, comparators=[right]) if right is node:
            return _by_key(above, key)
        case (
            ast.Compare(ops=[ast.Is() | ast.IsNot()]) | ast.BoolOp() | ast.If() | ast.IfExp() | ast.UnaryOp()
        ):
            return None
        case ast.Attribute(attr=attribute):
            call = module.parent(above)
            if attribute in _READERS and isinstance(call, ast.Call) and call.func is above and call.args:
                return _by_key(call, call.args[0])
            return _Use(above, is_whole=attribute in _TAKEN_WHOLE)
        case ast.For() | ast.AsyncFor():
            return _Use(node, is_whole=above.iter is node)
        case ast.comprehension() | ast.FormattedValue() | ast.Starred() | ast.keyword():
            return _Use(node, is_whole=True)
        case ast.BinOp(op=ast.Mod()):
            return _Use(above, is_whole=True)
    return _Use(above if isinstance(above, ast.expr) else node)


def _by_key(node: ast.AST, key: ast.expr) -> _Use | None:
    """A field that is read by a key: one that the code puts together is not known."""
    if isinstance(key, ast.Constant):
        return None
    return _Use(node, is_whole=isinstance(key, (ast.JoinedStr, ast.BinOp)))


def _takes_other_fields(made: Made) -> bool:
    """Whether something is ``operator.itemgetter`` of fields that are none of these."""
    if made.of != "operator.itemgetter" or not isinstance(made.call, ast.Call):
        return False
    return all(isinstance(one, ast.Constant) and one.value not in _FIELDS for one in made.call.args)


def _handed_on(
    context: Context, module: Module, call: ast.Call, node: ast.Name, seen: set[ast.AST]
) -> Iterator[tuple[Module, _Use]]:
    values = context.index.values(module, call.func)
    locals_ = [one for one in values if isinstance(one, Local) and isinstance(one.node, FUNCTIONS)]
    if locals_ and len(locals_) == len(values):
        for one in locals_:
            assert isinstance(one.node, FUNCTIONS)
            arguments = one.node.args
            taken = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
            names = {arg.arg for arg in taken if argument_of(call, one.node, arg.arg) is node}
            if names:
                yield from _uses(context, one.module, one.node, frozenset(names), seen)
            else:
                yield module, _Use(call)
        return
    if values and all(isinstance(one, Made) and _takes_other_fields(one) for one in values):
        return
    known = {one.name for one in values if isinstance(one, External)}
    if known and all(name.startswith("dagster_dbt.") for name in known):
        return
    if isinstance(call.func, ast.Name) and hasattr(builtins, call.func.id) and not locals_:
        if call.func.id not in _HARMLESS:
            yield module, _Use(call, is_whole=call.func.id != "dict")
        return
    is_filled = isinstance(call.func, ast.Attribute) and call.func.attr in _FILLED
    yield module, _Use(call, is_whole=is_filled or any(name.startswith(_WRITERS) for name in known))
