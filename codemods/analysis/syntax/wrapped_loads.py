"""Calls of a function of the file that hands on what it gets to the loader are read as calls of the loader.

def load(job_id, **more):                               load = partial(load_assets_from_dbt_cloud_job, dbt_cloud=cloud)
    return load_assets_from_dbt_cloud_job(dbt_cloud=cloud, job_id=job_id, **more)

load(67890, node_info_to_group_fn=group)    is    load_assets_from_dbt_cloud_job(dbt_cloud=cloud, job_id=67890, node_info_to_group_fn=group)

Where such calls migrate, the function goes. Functions that take no ``**`` are not read so: they stay, and are called.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass

LOADER = "load_assets_from_dbt_cloud_job"
POSITIONS = (
    "dbt_cloud", "job_id", "node_info_to_asset_key", "node_info_to_group_fn",
    "node_info_to_auto_materialize_policy_fn", "partitions_def", "partition_key_to_vars_fn",
)  # fmt: skip
"""The parameters of the loader, by their places."""
_READING_NAMES = frozenset({"globals", "locals", "vars", "dir", "exec", "eval"})
"""Builtins through which code reaches names that it does not spell."""
_PLAIN = (ast.Name, ast.Constant, ast.Lambda)


class WrappedLoad(ast.Call):
    """A call of the loader that the file writes as a call of a function which hands it on."""

    wrapper: ast.stmt
    """The function, which is no statement of the tree any more."""
    name: str
    alike: list[WrappedLoad]
    """All calls of that function."""


class FromWrapper(ast.keyword):
    """An argument that stands in the function, and not in the call."""


@dataclass(frozen=True)
class _Wrapper:
    statement: ast.stmt
    name: str
    loader: ast.Name
    parameters: list[str]
    defaults: dict[str, ast.expr]
    given: dict[str, ast.expr]
    """The arguments of the loader, by its parameters; a name of a parameter of the function stands for what that gets."""
    may_be_replaced: bool
    """Whether a call may give them anew, as it may those of a ``partial``."""


def read_as_loads(tree: ast.Module, text: str) -> None:
    """Put a call of the loader in the place of each call of such a function, and take the function out of the tree."""
    if not any(map(_may_be_wrapper, tree.body)):
        return  # Most files have no such statement, and walking through a file takes its time.
    if not any(isinstance(node, ast.alias) and node.name == LOADER for node in ast.walk(tree)):
        return
    bound, at_top = Counter(_bound_in(tree)), Counter(_bound_at_top(tree))
    reads_names = any(isinstance(node, ast.Name) and node.id in _READING_NAMES for node in ast.walk(tree))
    if bound["*"] or reads_names:
        return
    loaders = {
        alias.asname or alias.name
        for node in tree.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
        if alias.name == LOADER and bound[alias.asname or alias.name] == 1
    }
    for wrapper in [one for one in (_wrapper(tree, each, loaders) for each in tree.body) if one]:
        read = {node.id for node in _names_taken(wrapper)}
        is_bound_once = bound[wrapper.name] == 1 and all(
            bound[name] == 0 or bound[name] == at_top[name] == 1 for name in read
        )
        calls = _calls_of(tree, wrapper) if is_bound_once else None
        if not calls or _says_something(text, wrapper.statement):
            continue
        written = {id(call): _written(wrapper, call) for call in calls}
        if all(written.values()):
            alike = [one for one in written.values() if one is not None]
            for one in alike:
                one.alike = alike
            tree.body.remove(wrapper.statement)
            _Replacer({key: one for key, one in written.items() if one is not None}).visit(tree)


def _may_be_wrapper(statement: ast.stmt) -> bool:
    """Whether a statement has the form of a function that hands on what it gets, whatever it does."""
    match statement:
        case ast.FunctionDef(args=ast.arguments(kwarg=ast.arg())):
            return True
        case ast.Assign(targets=[ast.Name()], value=ast.Call(args=[ast.Name(), *_])):
            return True
    return False


def _wrapper(tree: ast.Module, statement: ast.stmt, loaders: set[str]) -> _Wrapper | None:
    match statement:
        case ast.FunctionDef(
            decorator_list=[], args=ast.arguments(vararg=None, kwarg=ast.arg(arg=more)) as given
        ):
            return _of_function(statement, given, more, loaders)
        case ast.Assign(
            targets=[ast.Name(name)], value=ast.Call(args=[ast.Name(id=loader) as called, *args]) as made
        ) if loader in loaders and _is_partial(tree, made.func):
            arguments = _arguments(args, made.keywords)
            if arguments is None or not all(isinstance(one, _PLAIN) for one in arguments.values()):
                return None
            others = [each for each in POSITIONS if each not in POSITIONS[: len(args)]]
            return _Wrapper(statement, name, called, others, {}, arguments, may_be_replaced=True)
    return None


def _of_function(
    function: ast.FunctionDef, given: ast.arguments, more: str, loaders: set[str]
) -> _Wrapper | None:
    is_told = isinstance(function.body[0], ast.Expr) and isinstance(function.body[0].value, ast.Constant)
    match function.body[1 if is_told else 0 :]:
        case [ast.Return(value=ast.Call(func=ast.Name(id=loader) as called, args=args, keywords=words))] if (
            loader in loaders
        ):
            pass
        case _:
            return None
    spread = [word.value for word in words if word.arg is None]
    arguments = _arguments(args, [word for word in words if word.arg])
    positional = [arg.arg for arg in (*given.posonlyargs, *given.args)]
    parameters = [*positional, *(arg.arg for arg in given.kwonlyargs)]
    behind = positional[len(positional) - len(given.defaults) :] if given.defaults else []
    defaults: dict[str, ast.expr] = dict(zip(behind, given.defaults, strict=True))
    for arg, default in zip(given.kwonlyargs, given.kw_defaults, strict=True):
        defaults |= {arg.arg: default} if default is not None else {}
    if arguments is None or given.posonlyargs or given.kwonlyargs:
        return None
    taken = Counter(
        node.id for value in arguments.values() for node in ast.walk(value) if isinstance(node, ast.Name)
    )
    handed = {value.id for value in arguments.values() if isinstance(value, ast.Name)}
    is_plain = all(
        isinstance(value, (*_PLAIN, ast.Attribute)) and not isinstance(_root(value), ast.Call)
        for value in arguments.values()
    )
    is_handed_on = len(spread) == 1 and isinstance(spread[0], ast.Name) and spread[0].id == more
    is_whole = all(taken[name] == 1 and name in handed for name in parameters) and not taken[more]
    resource = arguments.get("dbt_cloud")
    is_fixed = resource is not None and not (isinstance(resource, ast.Name) and resource.id in parameters)
    if not (is_plain and is_handed_on and is_whole and is_fixed):
        return None
    if not all(isinstance(one, ast.Constant) for one in defaults.values()):
        return None
    return _Wrapper(function, function.name, called, parameters, defaults, arguments, may_be_replaced=False)


def _says_something(text: str, statement: ast.stmt) -> bool:
    """Whether a comment inside of a function is for this tool, as `# legacy-shim: keep` is."""
    lines = text.splitlines()[statement.lineno - 1 : statement.end_lineno]
    return any("legacy-shim" in line for line in lines)


def _root(node: ast.expr) -> ast.expr:
    while isinstance(node, ast.Attribute):
        node = node.value
    return node


def _is_partial(tree: ast.Module, callee: ast.expr) -> bool:
    imported = {
        (node.module, alias.name, alias.asname or alias.name)
        for node in tree.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    modules = {
        alias.asname or alias.name
        for node in tree.body
        if isinstance(node, ast.Import)
        for alias in node.names
    }
    match callee:
        case ast.Name(id=name):
            return ("functools", "partial", name) in imported
        case ast.Attribute(value=ast.Name("functools"), attr="partial"):
            return "functools" in modules
    return False


def _arguments(args: list[ast.expr], words: list[ast.keyword]) -> dict[str, ast.expr] | None:
    """The arguments of the loader by its parameters; None where they are not written there."""
    if any(isinstance(one, ast.Starred) for one in args) or len(args) > len(POSITIONS):
        return None
    found: dict[str, ast.expr] = dict(zip(POSITIONS, args, strict=False))
    for word in words:
        if word.arg is None or word.arg in found:
            return None
        found[word.arg] = word.value
    return found


def _names_taken(wrapper: _Wrapper) -> Iterator[ast.Name]:
    """The names of the file that the function reads."""
    for value in (wrapper.loader, *wrapper.given.values()):
        own = {node.arg for node in ast.walk(value) if isinstance(node, ast.arg)} | set(wrapper.parameters)
        if wrapper.may_be_replaced:
            own -= set(wrapper.parameters)
        yield from (node for node in ast.walk(value) if isinstance(node, ast.Name) and node.id not in own)


def _calls_of(tree: ast.Module, wrapper: _Wrapper) -> list[ast.Call] | None:
    """The calls of the function; None where it is more than called."""
    called: list[ast.Call] = []
    funcs: set[int] = set()
    inside = {id(node) for node in ast.walk(wrapper.statement)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == wrapper.name:
            called.append(node)
            funcs.add(id(node.func))
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and node.value == wrapper.name:
            return None
        is_read = isinstance(node, ast.Name) and node.id == wrapper.name and isinstance(node.ctx, ast.Load)
        if is_read and (id(node) not in funcs or id(node) in inside):
            return None
    return called


def _written(wrapper: _Wrapper, call: ast.Call) -> WrappedLoad | None:
    """A call of the loader with what the function and its call give it; None where that is not written there."""
    if any(isinstance(one, ast.Starred) for one in call.args) or len(call.args) > len(wrapper.parameters):
        return None
    given: dict[str, ast.keyword] = {}
    for name, value in zip(wrapper.parameters, call.args, strict=False):
        given[name] = ast.copy_location(ast.keyword(arg=name, value=value), value)
    for word in call.keywords:
        if word.arg is None or word.arg in given:
            return None
        given[word.arg] = word
    words: list[ast.keyword] = []
    for name, value in wrapper.given.items():
        parameter = value.id if isinstance(value, ast.Name) and value.id in wrapper.parameters else ""
        if parameter and not wrapper.may_be_replaced:
            own = given.pop(parameter, None)
            default = wrapper.defaults.get(parameter)
            if own is None and default is None:
                return None
            words.append(
                ast.copy_location(ast.keyword(arg=name, value=own.value), own)
                if own is not None
                else _from_wrapper(name, default)  # type: ignore[arg-type]
            )
        elif name in given and not wrapper.may_be_replaced:
            return None
        elif name not in given:
            words.append(_from_wrapper(name, value))
    words += given.values()
    loader = ast.copy_location(ast.Name(id=wrapper.loader.id, ctx=ast.Load()), call.func)
    made = ast.copy_location(WrappedLoad(func=loader, args=[], keywords=words), call)
    made.wrapper, made.name = wrapper.statement, wrapper.name
    return made


def _from_wrapper(name: str, value: ast.expr) -> ast.keyword:
    return ast.copy_location(FromWrapper(arg=name, value=deepcopy(value)), value)


class _Replacer(ast.NodeTransformer):
    def __init__(self, written: dict[int, WrappedLoad]) -> None:
        self._written = written

    def visit_Call(self, node: ast.Call) -> ast.expr:
        self.generic_visit(node)
        return self._written.get(id(node), node)


def _bound_in(tree: ast.AST) -> Iterator[str]:
    """Each place that binds a name, by the name; ``*`` for a star import."""
    for node in ast.walk(tree):
        yield from _bound_by(node)


def _bound_at_top(tree: ast.Module) -> Iterator[str]:
    waiting: list[ast.AST] = list(tree.body)
    for node in waiting:
        yield from _bound_by(node)
        if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)):
            waiting += ast.iter_child_nodes(node)


def _bound_by(node: ast.AST) -> Iterator[str]:
    match node:
        case ast.Name(id=name, ctx=ast.Store() | ast.Del()) | ast.arg(arg=name):
            yield name
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            yield name
        case ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
            yield name
        case ast.MatchMapping(rest=str(name)):
            yield name
        case ast.alias(name=name, asname=other):
            yield other or name.partition(".")[0]
        case ast.Global(names=names) | ast.Nonlocal(names=names):
            yield from names
