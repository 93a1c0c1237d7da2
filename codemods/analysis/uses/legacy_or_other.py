"""Calls of the legacy API by a name that may stand for something else as well: a fake, an own op, a fallback.

    loader = fake_load if os.environ.get("FAKE") else load_assets_from_dbt_cloud_job
    models = loader(cloud, 67890)

    try:
        from dagster_dbt import dbt_cloud_run_op
    except ImportError:
        @op
        def dbt_cloud_run_op(): ...

What takes the place of such a call is v2's alone, so the call stays, with all that belongs to it.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field

from ..inference.branches import EVERY_BRANCH
from ..inference.interpreter import Evaluator
from ..inference.values import LEGACY, External, Local, Value, in_order, legacy_name
from ..syntax.functions import VARIANTS
from ..syntax.scopes import Assigned, Binding, Defined, Entered, Imported, Iterated, Opaque, Parameter
from ..syntax.source_module import FUNCTIONS, Module
from ..syntax.type_checking import names_type_checking
from .callees import is_all_known
from .escape import Escape
from .index import Index

_LOADER, _RUN_OP, _KEY = "load_assets_from_dbt_cloud_job", "dbt_cloud_run_op", "dbt_cloud"
_CALLED = frozenset({_LOADER, _RUN_OP, "dbt_cloud_resource", "DbtCloudClientResource", "DbtCloudClient"})
_VARYING = (Entered, Iterated, Opaque, Parameter)
_SAID = "may call something else than `{name}`: call each by its own name, in the branch that it belongs to"
_ELSEWHERE = "is not in the branch that imports `{name}`: load the assets in that branch, or import it outside of the branch"


def legacy_or_other(index: Index) -> Iterator[Escape]:
    """Each such call, with what it makes."""
    if not index.references:
        return
    evaluator = index.evaluator
    for module in list(index.tree.modules.values()):
        for call in module.of(ast.Call):
            callee = _base(call.func)
            found = next((name for name in _names(evaluator, module, callee) if name in _CALLED), "")
            said = _against(evaluator, module, call, callee, found) if found else ""
            if said:
                made = (one for one in evaluator.values(module, call) if legacy_name(one))
                is_op = (
                    found == _RUN_OP
                )  # What such an op answers may stay an object; the op itself may not change.
                carried, keys = frozenset(() if is_op else made), frozenset({_KEY} if is_op else ())
                yield Escape(module, call, carried, said.format(name=found), keys)


def _against(evaluator: Evaluator, module: Module, call: ast.Call, callee: ast.expr, name: str) -> str:
    if _Callee(evaluator).may_be_other(module, callee):
        return _SAID
    return _ELSEWHERE if name == _LOADER and _is_out_of_branch(evaluator, module, call, callee) else ""


def _base(callee: ast.expr) -> ast.expr:
    """What a call is of: of ``dbt_cloud_run_op.configured(...)`` the op."""
    while isinstance(callee, ast.Attribute) and callee.attr in VARIANTS | {"configured"}:
        callee = callee.value
    return callee


def _names(evaluator: Evaluator, module: Module, callee: ast.expr) -> list[str]:
    """The legacy names that a callee may be."""
    values = in_order(evaluator.values(module, callee))
    return [
        value.name[len(LEGACY) :] for value in values if isinstance(value, External) and legacy_name(value)
    ]


def _varies(binding: Binding) -> bool:
    """Whether a binding does not say what it binds: a parameter, what a loop goes through, a part of what is unpacked."""
    return isinstance(binding, _VARYING) or (isinstance(binding, Assigned) and bool(binding.path))


@dataclass(frozen=True, eq=False)
class _Callee:
    evaluator: Evaluator
    _seen: set[object] = field(default_factory=set)

    def may_be_other(self, module: Module, node: ast.expr) -> bool:
        """Whether an expression that may be something legacy may be something else as well."""
        if node in self._seen:
            return False
        self._seen.add(node)
        values = self.evaluator.values(module, node)
        bindings = self.evaluator.bound(module, node) if isinstance(node, ast.Name) else []
        if isinstance(node, ast.Name) and not bindings:
            # Stars of packages alone may bring it, and each that is not known to bring other names.
            values = frozenset(
                value for value in values if not isinstance(value, External) or legacy_name(value)
            )
        if not values or not all(map(self._is_legacy, values)):
            return True
        match node:
            case ast.Name():
                return any(
                    self._may_bind_other(module, binding, node.id)
                    or (_varies(binding) and not is_all_known(self.evaluator, module, node))
                    for binding in bindings
                )
            case ast.Attribute(value=holder, attr=name):
                homes = self.evaluator.modules_named.homes(module, holder, EVERY_BRANCH)
                return any(self._may_hold_other(home, name) for home in homes if home is not None)
            case ast.IfExp():
                return any(self.may_be_other(module, side) for side in (node.body, node.orelse))
            case ast.BoolOp():
                return any(self.may_be_other(module, side) for side in node.values)
            case ast.Subscript():
                return not is_all_known(self.evaluator, module, node)
        return False

    def _is_legacy(self, value: Value) -> bool:
        return bool(legacy_name(value)) or (isinstance(value, Local) and bool(self.evaluator.bases(value)))

    def _may_hold_other(self, home: Module, name: str) -> bool:
        """Whether a name of a module of the tree may be something else to those that import it."""
        if (home, name) in self._seen:
            return False
        self._seen.add((home, name))
        bindings = self.evaluator.star_imports.bound_at_end(home, name)
        return any(_varies(binding) or self._may_bind_other(home, binding, name) for binding in bindings)

    def _may_bind_other(self, module: Module, binding: Binding, name: str) -> bool:
        match binding:
            case Imported():
                values = self.evaluator.binding_values(module, binding)
                if not values and binding.is_star:
                    return self._brings(module, binding, name)
                home = self.evaluator.bindings.imported(module, binding)
                is_of_tree = home is not None and home is not module and bool(binding.name)
                return (
                    not values
                    or not all(map(self._is_legacy, values))
                    or (is_of_tree and home is not None and self._may_hold_other(home, binding.name))
                )
            case Assigned(value=ast.Constant(value=None), path=()):
                return False  # Whoever calls it then fails, as before.
            case Assigned(value=value, path=()):
                return self.may_be_other(module, value)
            case Defined(node=defined):
                return not self._is_legacy(Local(module, defined))
        return False

    def _brings(self, module: Module, star: Imported, name: str) -> bool:
        """Whether a star import brings a name of a file of the tree."""
        tree = self.evaluator.tree
        home = tree.module_at(tree.resolve(module, star.module, star.level))
        return home is not None and name in tree.names(home).tables.get(home.tree, {})


def _is_out_of_branch(evaluator: Evaluator, module: Module, call: ast.Call, callee: ast.expr) -> bool:
    """Whether a load is made only at times, and not where its name is imported: new code beside it would be run always."""
    if not isinstance(callee, ast.Name):
        return False
    branches = [
        branch
        for binding in evaluator.bound(module, callee)
        if isinstance(binding, Imported) and isinstance(binding.where, ast.stmt)
        for branch in _branches_around(module, binding.where)
    ]
    if not branches or any(branch in module.ancestors(call) for branch in branches):
        return False
    statement = module.parent(call)
    return not (isinstance(statement, ast.Assign | ast.Expr) and module.parent(statement) is module.tree)


def _branches_around(module: Module, statement: ast.stmt) -> Iterator[ast.If]:
    """The conditions under which a statement at the top of a file is run, innermost first."""
    for above in module.ancestors(statement):
        if isinstance(above, (*FUNCTIONS, ast.ClassDef)):
            return
        if isinstance(above, ast.If) and not names_type_checking(above):
            yield above
