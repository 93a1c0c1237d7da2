"""Defaults that a class of the user's gives to settings of the legacy resource: they go where the resource is built.

    class Acme(DbtCloudClientResource):                 ->  class Acme(DbtCloudWorkspace):
        account_id: int = 12345                                 environment: str = "prod"
        environment: str = "prod"

    Acme(auth_token=EnvVar("TOKEN"))                    ->  Acme(credentials=DbtCloudCredentials(account_id=12345, ...), ...)

What a workspace has under the same name stays in the class.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from ...analysis.inference.constants import ENV_VARS
from ...analysis.inference.legacy_names import thing_kind
from ...analysis.inference.values import External, Keyed, Local, Made
from ...analysis.project.test_files import is_test
from ...planning.claims import Context
from ...planning.settings import RETRIES


def defaults_of(context: Context, owner: Local, known: frozenset[str]) -> dict[str, ast.AnnAssign]:
    """The statements of a class that give one of the known settings a default that is written there."""
    assert isinstance(owner.node, ast.ClassDef)
    found: dict[str, ast.AnnAssign] = {}
    if is_test(owner.module.path):
        return found  # It stands in for a resource, and keeps nothing of what is tested.
    for node in owner.node.body:
        match node:
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value) if name in known:
                if _is_written_out(context, owner, value):
                    found[name] = node
    return found


def _is_written_out(context: Context, owner: Local, value: ast.expr) -> bool:
    """Whether a default is the same wherever it stands: a constant, ``EnvVar("TOKEN")``."""
    match value:
        case ast.Constant():
            return True
        case ast.Call(func=func, args=[ast.Constant()], keywords=[]):
            return context.index.values(owner.module, func) in [{External(name)} for name in ENV_VARS]
    return False


def goes_along(name: str) -> bool:
    """Whether a workspace has a setting under the same name."""
    return name in RETRIES


def read_somewhere(context: Context, names: frozenset[str]) -> Iterator[str]:
    """The settings among some that code may read of the objects of such a class."""
    evaluator = context.index.evaluator
    for name in sorted(names):
        for module, node in evaluator.tables.uses(name):
            if not isinstance(node, ast.Attribute):
                continue
            values = context.index.values(module, node.value)
            if not values or any(isinstance(one, Keyed) or _is_resource(one) for one in values):
                yield name
                break


def _is_resource(value: object) -> bool:
    return isinstance(value, Made) and thing_kind(value) == "resource"
