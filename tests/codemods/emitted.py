"""Hold v2 code against the dagster-dbt that is installed: does it have each name, parameter and attribute?

``python emitted.py FILE...`` prints what it has not, and exits with 1 where there is anything. It needs dagster-dbt and
the standard library alone, so that it runs beside any version.
"""

from __future__ import annotations

import ast
import importlib
import inspect
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

PACKAGES = ("dagster", "dagster_dbt")
OWNERS = {
    "dagster_dbt.cloud_v2.resources": ("DbtCloudWorkspace", "DbtCloudCredentials"),
    "dagster_dbt.cloud_v2.client": ("DbtCloudWorkspaceClient",),
    "dagster_dbt.cloud_v2.cli_invocation": ("DbtCloudCliInvocation",),
    "dagster_dbt.cloud_v2.types": ("DbtCloudRun", "DbtCloudJobRunStatusType"),
    "dagster_dbt": ("DagsterDbtTranslator",),
    "dagster": ("AssetKey", "BackfillPolicy", "AssetSpec", "EnvVar"),
}
"""The classes whose methods and attributes are used."""


def imported(tree: ast.AST) -> Iterator[tuple[str, str, str]]:
    """The module, the name and the bound name of each import from dagster and dagster-dbt."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] in PACKAGES:
            for alias in node.names:
                if alias.name != "*":
                    yield node.module or "", alias.name, alias.asname or alias.name


def problems(text: str, attributes: Iterable[str]) -> Iterator[str]:
    """What the installed packages lack of what a text uses; of attributes, those that are named."""
    tree = ast.parse(text)
    known: dict[str, Any] = {}
    for module, name, bound in imported(tree):
        try:
            known[bound] = getattr(importlib.import_module(module), name)
        except (ImportError, AttributeError):
            yield f"{module} has no {name}"
    owners = [
        getattr(importlib.import_module(module), name) for module, names in OWNERS.items() for name in names
    ]
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield from _keywords(node, known, owners, set(attributes))
        elif isinstance(node, ast.Attribute) and node.attr in set(attributes):
            if not any(_has(owner, node.attr) for owner in owners):
                yield f"no class has `.{node.attr}`"
        elif isinstance(node, ast.ClassDef):
            yield from _overridden(node, known)


def _has(owner: Any, name: str) -> bool:
    return (
        hasattr(owner, name)
        or name in getattr(owner, "model_fields", {})
        or name in inspect.get_annotations(owner)
    )


def _keywords(
    call: ast.Call, known: dict[str, Any], owners: list[Any], attributes: set[str]
) -> Iterator[str]:
    """The keywords of a call that what is called does not take."""
    if isinstance(call.func, ast.Name):
        called = [known[call.func.id]] if call.func.id in known else []
    elif isinstance(call.func, ast.Attribute) and call.func.attr in attributes:
        called = [getattr(owner, call.func.attr) for owner in owners if hasattr(owner, call.func.attr)]
    else:
        return
    for function in called:
        accepted = _parameters(function)
        for keyword in call.keywords:
            if accepted is not None and keyword.arg and keyword.arg not in accepted:
                yield f"{function!r} takes no `{keyword.arg}`"


def _parameters(function: Any) -> set[str] | None:
    """The names that a function or class takes; None where it takes any."""
    fields = getattr(function, "model_fields", None)
    if fields:
        return set(fields)
    try:
        parameters = inspect.signature(function).parameters.values()
    except ValueError:  # A subclass of a built-in type, such as EnvVar, has no signature that can be read.
        return None
    if any(parameter.kind is inspect.Parameter.VAR_KEYWORD for parameter in parameters):
        return None
    return {parameter.name for parameter in parameters}


def _overridden(node: ast.ClassDef, known: dict[str, Any]) -> Iterator[str]:
    """Methods of a translator that its base does not have, so that nobody would call them."""
    for base in node.bases:
        owner = known.get(base.id) if isinstance(base, ast.Name) else None
        if owner is None or "Translator" not in owner.__name__:
            continue
        for method in node.body:
            if isinstance(method, ast.FunctionDef):
                theirs = getattr(owner, method.name, None)
                if theirs is None:
                    yield f"{owner.__name__} has no `{method.name}`"
                elif len(inspect.signature(theirs).parameters) != len(method.args.args):
                    yield f"{owner.__name__}.{method.name} takes other parameters"


def main(paths: list[str]) -> int:
    """Print what is missing."""
    attributes = Path(paths[0]).read_text().split()
    found = sorted({line for path in paths[1:] for line in problems(Path(path).read_text(), attributes)})
    print("\n".join(found))
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
