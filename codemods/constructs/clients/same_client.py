"""Whether an expression of a client means, where the results of a run are read, the client that ran it.

out = client.run_job_and_poll(67890)
client.close()                            # sets self.session, `client` is the same
len(out.result["results"])                # client.get_run_results_json(out["id"])

It does not where the name is deleted or bound again, in a loop or by another function; where the attribute is set outside of
an `__init__`, as a `close()` does; where it is taken out of a container, which may have changed; nor where the run may be of an
earlier call of the function, which had another client.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from ...analysis.inference.legacy_names import GETTER
from ...analysis.inference.values import InTree
from ...analysis.project.test_files import is_test
from ...analysis.syntax.classes import is_own_object
from ...analysis.syntax.functions import decorator_name
from ...analysis.syntax.reaching_definitions import LOOPS
from ...analysis.syntax.scopes import Assigned, Binding, Entered, Iterated, Names, Parameter, runs_at_once
from ...analysis.syntax.source_module import FUNCTIONS, Module
from ...analysis.uses.index import Index

_INITIALIZERS = frozenset({"__init__", "__post_init__", "__attrs_post_init__", "setup_for_execution"})
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
_LATER = (*FUNCTIONS, ast.Lambda, ast.GeneratorExp)
"""What is run at another time than where it stands."""
_RESOURCES = "resources"


def is_same_client(
    index: Index, module: Module, client: ast.expr, call: ast.Call, read: ast.Attribute
) -> bool:
    """Whether ``client`` of ``call``, which ran a job, says the same where ``read`` reads the results of the run."""
    inside = list(ast.walk(client))
    if any(isinstance(inner, ast.Subscript) for inner in inside):
        return False
    attributes = [inner for inner in inside if isinstance(inner, ast.Attribute)]
    names = [inner for inner in inside if isinstance(inner, ast.Name)]
    return all(_name_stays(index, module, name, call, read) for name in names) and all(
        _attribute_stays(index, module, attribute) for attribute in attributes
    )


def _name_stays(index: Index, module: Module, name: ast.Name, call: ast.Call, read: ast.Attribute) -> bool:
    names = index.tree.names(module)
    scope = names.scope_that_binds(module, name.id, name)
    found = names.lookup(module, name.id, name)
    if found != names.lookup(module, name.id, read) or len(found) > 1:
        return False
    if scope is None:
        return True
    bindings = names.tables[scope][name.id]
    is_late = not all(runs_at_once(module, node, scope) for node in (call, read))
    if _is_deleted(module, name.id) or (is_late and len(bindings) > 1):
        return False
    if any(_is_bound_elsewhere(module, scope, one) for one in bindings):
        return False
    if _is_bound_by_turns(module, scope, found[0]) and not _follows(module, call, read):
        return False
    return isinstance(scope, ast.Module) or _ran_here(names, module, read.value, call, name.id)


def _is_deleted(module: Module, name: str) -> bool:
    return any(isinstance(node.ctx, ast.Del) for node in module.named(name))


def _is_bound_elsewhere(module: Module, scope: ast.AST, binding: Binding) -> bool:
    """Whether a function inside of the scope binds the name, by ``global`` or ``nonlocal``."""
    return not isinstance(binding, Parameter) and not runs_at_once(module, binding.where, scope)


def _is_bound_by_turns(module: Module, scope: ast.AST, binding: Binding) -> bool:
    """Whether each turn of a loop binds a name anew."""
    if isinstance(binding, Parameter):
        return False
    for above in module.ancestors(binding.where):
        if isinstance(above, (*LOOPS, *_COMPREHENSIONS)):
            return True
        if above is scope:
            return False
    return False


def _follows(module: Module, call: ast.Call, read: ast.AST) -> bool:
    """Whether a place comes after a call in the same turn of each loop around the call."""
    suite, place = module.suites[module.statement_of(call)]
    for above in (read, *module.ancestors(read)):
        if above is call:
            return True
        others, own = module.suites.get(above, ((), 0))
        if others is suite:
            return own >= place
        if isinstance(above, _LATER):
            return False
    return False


def _ran_here(names: Names, module: Module, node: ast.AST, call: ast.Call, root: str) -> bool:
    """Whether what an expression holds was run by this very call of the function that has the client, not by one before."""
    waiting, seen = [node], set()
    for one in waiting:  # grows as it goes
        if one in seen or any(inner is call for inner in ast.walk(one)):
            continue
        seen.add(one)
        match one:
            case ast.Name():
                sources = _sources(names, module, one, call)
                if sources is None:
                    return False
                waiting += sources
            case ast.Attribute() if _root(one) != root:
                return False
            case ast.Subscript(value=held):
                waiting.append(held)
            case ast.Call(func=ast.Attribute(value=held)):
                waiting.append(held)
            case ast.Call(args=arguments):
                waiting += arguments
            case ast.BoolOp(values=parts) | ast.List(elts=parts) | ast.Tuple(elts=parts):
                waiting += parts
            case ast.IfExp(body=body, orelse=orelse):
                waiting += [body, orelse]
            case ast.Attribute() | ast.Constant() | ast.Dict(values=[]):
                pass
            case _:
                return False
    return True


def _sources(names: Names, module: Module, node: ast.Name, call: ast.Call) -> list[ast.expr] | None:
    """What a name is given in the function that it stands in; None where it may be given something before or elsewhere."""
    scope = names.scope_that_binds(module, node.id, node)
    if scope is None:
        return []
    if not runs_at_once(module, node, scope) and not _follows(module, call, node):
        return None
    found = names.lookup(module, node.id, node)
    sources = [one.value for one in found if isinstance(one, (Assigned, Iterated))]
    sources += [one.item.context_expr for one in found if isinstance(one, Entered)]
    return sources if len(sources) == len(found) else None


def _root(node: ast.expr) -> str:
    while isinstance(node, ast.Attribute):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""


def _attribute_stays(index: Index, module: Module, node: ast.Attribute) -> bool:
    """Whether an attribute is the same whenever it is read: it is set where its object is made, if at all."""
    above = node.value
    if node.attr in (GETTER, _RESOURCES) or (isinstance(above, ast.Attribute) and above.attr == _RESOURCES):
        return True
    for value in index.values(module, above):
        if isinstance(value, InTree) and not _is_bound_once(index, value.module, node.attr):
            return False
    return index.evaluator.answer(("stays", node.attr), lambda: _stays(index, node.attr), True)


def _stays(index: Index, name: str) -> bool:
    """Whether no object of the tree gets another attribute of that name once it is made, nor works it out."""
    index.evaluator.fixpoint.watch(("files", None))
    aside = (
        index.tree.module_at(path)
        for path in index.evaluator.setting_files.of(name.encode())
        if path not in index.tree.modules and not is_test(path)
    )
    modules = [*index.tree.modules.values(), *(one for one in aside if one is not None)]
    return all(_is_set_once(one, name) and all(map(_is_kept, _computing(one, name))) for one in modules)


def _is_bound_once(index: Index, home: Module, name: str) -> bool:
    bindings = index.tree.names(home).tables.get(home.tree, {}).get(name, ())
    return len(bindings) == 1 and not _is_deleted(home, name)


def _is_set_once(module: Module, name: str) -> bool:
    """Whether a file sets an attribute only in an ``__init__``, of its own object, and once in a class."""
    if is_test(module.path):
        return True
    owners: list[ast.AST | None] = []
    for node in _set(module, name):
        function = module.function_of(node)
        if function is None or function.name not in _INITIALIZERS or not isinstance(node.ctx, ast.Store):
            return False
        if not is_own_object(module, node.value) or _is_made_again(module, function.name):
            return False
        owners.append(module.parent(function))
    return len(owners) == len(set(owners))


def _is_made_again(module: Module, initializer: str) -> bool:
    """Whether an object calls its own initializer: ``self.__init__(None)``."""
    return any(is_own_object(module, node.value) for node in module.attributes(initializer))


def _set(module: Module, name: str) -> Iterator[ast.Attribute]:
    return (node for node in module.attributes(name) if not isinstance(node.ctx, ast.Load))


def _computing(module: Module, name: str) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """The functions of classes that work an attribute out."""
    return (
        node
        for node in module.of(*FUNCTIONS)
        if node.name == name and isinstance(module.parent(node), ast.ClassDef)
    )


def _is_kept(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Whether a function works something out once for an object."""
    return [decorator_name(one) for one in function.decorator_list] == ["cached_property"]
