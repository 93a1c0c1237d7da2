"""From the name of a module or a file to the repository that Dagster makes of it."""

from __future__ import annotations

import importlib
import sys
from inspect import Parameter, signature
from pathlib import Path
from types import FunctionType, ModuleType

from dagster import RepositoryDefinition
from dagster._core.definitions.definitions_load_context import (
    DefinitionsLoadContext,
    DefinitionsLoadType,
)
from dagster._core.definitions.reconstruct import repository_def_from_target_def
from dagster._core.workspace.autodiscovery import loadable_targets_from_loaded_module


class TargetError(Exception):
    """What was named cannot be loaded as a code location; the text says why."""


def load_repository(target: str, path: tuple[Path, ...]) -> RepositoryDefinition:
    """Import `target` with `path` in front of ``sys.path`` and resolve it as a code server does.

    Raises :class:`TargetError` where nothing, or no single thing, can be loaded; what the user's module raises
    passes through.
    """
    place, attribute = _split(target)
    roots = import_roots(target, path)
    if place.endswith(".py"):
        _, place = _module_of(_found(Path(place), path))
    sys.path[:0] = [root for root in dict.fromkeys(roots) if root not in sys.path]
    DefinitionsLoadContext.set(DefinitionsLoadContext(DefinitionsLoadType.INITIALIZATION))
    module = importlib.import_module(place)
    value = _called(_named(module, attribute), target) if attribute else _only_target(module)
    repository = repository_def_from_target_def(value)
    if repository is None:
        raise TargetError(
            f"{target}: a {type(value).__name__} is no Definitions, repository, job or list of assets"
        )
    return repository


def import_roots(target: str, path: tuple[Path, ...]) -> list[str]:
    """The folders to import from. Raises :class:`TargetError`."""
    place, _ = _split(target)
    roots = [str(folder.resolve()) for folder in path]
    return [*roots, str(_module_of(_found(Path(place), path))[0])] if place.endswith(".py") else roots


def become_a_run_worker(repository: RepositoryDefinition) -> None:
    """From now on, have what loading fetched at hand as in a run worker, where nothing is fetched again."""
    load_data = repository.repository_load_data
    DefinitionsLoadContext.set(DefinitionsLoadContext(DefinitionsLoadType.RECONSTRUCTION, load_data))


def _split(target: str) -> tuple[str, str]:
    place, colon, attribute = target.rpartition(":")
    return (place, attribute) if colon and attribute.isidentifier() else (target, "")


def _found(file: Path, path: tuple[Path, ...]) -> Path:
    """`file` where it stands, else under the first folder of `path` that has it."""
    return next((each for each in (file, *(folder / file for folder in path)) if each.is_file()), file)


def _module_of(file: Path) -> tuple[Path, str]:
    """The folder to import from and the dotted name of `file`, so that its relative imports work."""
    file = file.resolve()
    if not file.is_file():
        raise TargetError(f"{file}: no such file")
    names = [] if file.stem == "__init__" else [file.stem]
    folder = file.parent
    while (folder / "__init__.py").is_file():
        names.insert(0, folder.name)
        folder = folder.parent
    return folder, ".".join(names)


def _named(module: ModuleType, attribute: str) -> object:
    try:
        return getattr(module, attribute)
    except AttributeError:
        raise TargetError(f"{module.__name__} has no attribute {attribute!r}") from None


def _called(value: object, target: str) -> object:
    """What a function of the user's makes, as a code server calls it; anything else as it is."""
    if not isinstance(value, FunctionType):
        return value
    several = (Parameter.VAR_POSITIONAL, Parameter.VAR_KEYWORD)
    if any(
        row.default is row.empty and row.kind not in several for row in signature(value).parameters.values()
    ):
        raise TargetError(f"{target} is a function that takes arguments, and Dagster calls it without any")
    return value()


def _only_target(module: ModuleType) -> object:
    targets = loadable_targets_from_loaded_module(module)
    if len(targets) > 1:
        names = ", ".join(target.attribute for target in targets)
        raise TargetError(f"{module.__name__} has several repositories ({names}): name one after a colon")
    return targets[0].target_definition
