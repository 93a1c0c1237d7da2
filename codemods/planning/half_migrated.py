"""Units of which another tool, or a hand, has migrated a part: v2's resource here, a use of the legacy one there.

Such code fails when it runs, or when it loads. It gets no v2 form: what was meant cannot be known.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Set
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from legacy_shim.catalogue import BY_NAME

from ..analysis.dagster_api.injection import annotates_resource
from ..analysis.inference.interpreter import Evaluator
from ..analysis.inference.legacy_names import is_op, is_resource
from ..analysis.inference.values import External, Keyed, Made, legacy_name
from ..analysis.project.prefilter import LEGACY_METHODS, may_use_legacy, names_v2
from ..analysis.project.source_tree import Tree
from ..analysis.syntax.functions import INJECTING, decorator_name
from ..analysis.syntax.source_module import FUNCTIONS, Module
from ..analysis.uses.keys import WRITING, entries_of, written_in
from ..editing.namespace import unbound_names
from ..findings import Finding, Place

CODE = "LDC310"
WORKSPACE = "DbtCloudWorkspace"
_CLOUD_V2 = "dagster_dbt.cloud_v2"
_LOADERS = frozenset({"dbt_cloud_assets", "load_dbt_cloud_asset_specs", "build_dbt_cloud_polling_sensor"})
"""What takes a workspace. Source: ``dagster_dbt.cloud_v2``."""
_RESOURCES = frozenset(
    {
        "dbt_cloud_resource",
        "DbtCloudClientResource",
        "DbtCloudResource",
        "DbtCloudResourceV2",
        "DbtCloudClient",
    }
)
_OP_KEY = "dbt_cloud"
"""The resource that ``dbt_cloud_run_op`` requires."""


def half_migrated(files: Mapping[Path, bytes], load: Callable[[Path], Module | None]) -> Iterator[Finding]:
    """One finding for each use that does not go with what it uses. ``load`` answers None for what does not parse."""
    v2 = [path for path, data in files.items() if names_v2(data)]
    if not v2 or not any(map(may_use_legacy, files.values())):
        return
    tree = Tree(tuple(files), load)
    _add(tree, v2)
    names = {WORKSPACE, *(name for module in tree.modules.values() for name in _workspace_names(module))}
    binding = re.compile(rb"\b(?:" + b"|".join(re.escape(name.encode()) for name in sorted(names)) + rb")\b")
    near = (path for path, data in files.items() if may_use_legacy(data) or binding.search(data))
    _add(tree, (path for path in near if path not in tree.modules))
    looker = _Looker(tree, Evaluator(tree), frozenset(names))
    for _, module in sorted(tree.modules.items()):
        yield from dict.fromkeys([*_lost_imports(module), *looker.findings(module)])


def _add(tree: Tree, paths: Iterable[Path]) -> None:
    for module in map(tree.load, paths):
        if module is not None:
            tree.add(module)


def _workspace_names(module: Module) -> Iterator[str]:
    """The names that hold a workspace, as far as their assignments show."""
    for node in module.nodes:
        if not isinstance(node, ast.Assign) or not isinstance(node.value, ast.Call):
            continue
        if decorator_name(node.value) == WORKSPACE:
            yield from (target.id for target in node.targets if isinstance(target, ast.Name))


def _lost_imports(module: Module) -> Iterator[Finding]:
    """Legacy names whose import became one of v2, which has none of them."""
    if not any(_is_of_v2(node) for node in module.nodes):
        return
    for node in module.nodes:
        for alias in node.names if isinstance(node, ast.ImportFrom) and _is_of_v2(node) else ():
            if alias.name in BY_NAME:
                said = f"`{_CLOUD_V2}` has no `{alias.name}`: the import is of v2 already, and the name is legacy"
                yield Finding(module.place(alias), CODE, said, alias.name)
    lost = unbound_names(module.nodes) & BY_NAME.keys()
    for name in sorted(lost):
        first = next(node for node in module.nodes if isinstance(node, ast.Name) and node.id == name)
        said = (
            f"nothing imports `{name}` any more: the imports are those of v2 already, and this use is legacy"
        )
        yield Finding(module.place(first), CODE, said, name)


def _is_of_v2(node: ast.AST) -> bool:
    if isinstance(node, ast.ImportFrom):
        named = node.module or ""
        return named.startswith(_CLOUD_V2) or (
            named == "dagster_dbt" and any(alias.name in {WORKSPACE, *_LOADERS} for alias in node.names)
        )
    return isinstance(node, ast.Import) and any(alias.name.startswith(_CLOUD_V2) for alias in node.names)


@dataclass(frozen=True)
class _Looker:
    tree: Tree
    evaluator: Evaluator
    names: frozenset[str]
    """What a workspace may be called where it is bound to a key. Not every expression of a tree can be looked into."""

    @cached_property
    def workspaces(self) -> Mapping[str, Place]:
        """Where a workspace is made that is bound to each resource key, and nothing legacy beside it."""
        found: dict[str, Place] = {}
        legacy: set[str] = set()
        for module in self.tree.modules.values():
            for node in module.nodes:
                for key, value in entries_of(self.evaluator, module, node) if self._may_bind(node) else ():
                    for each in self.evaluator.values(module, value):
                        if isinstance(each, Made) and is_workspace(each.of):
                            found.setdefault(key, each.module.place(each.call))
                        elif is_resource(each):
                            legacy.add(key)
        legacy |= self._bound_to_legacy(found.keys() - {""} - legacy)
        return {key: place for key, place in found.items() if key and key not in legacy}

    def _bound_to_legacy(self, keys: Set[str]) -> set[str]:
        """Those of some keys to which something legacy is bound as well, by whatever name: in another job, perhaps."""
        return {
            text
            for module in (self.tree.modules.values() if keys else ())
            for node in module.of(*WRITING)
            for key, value in written_in(node)
            if isinstance(text := key if isinstance(key, str) else getattr(key, "value", None), str)
            and text in keys
            and any(map(is_resource, self.evaluator.values(module, value)))
        }

    def _may_bind(self, node: ast.AST) -> bool:
        if not isinstance(node, (ast.Dict, ast.DictComp, ast.Call, ast.Assign)):
            return False
        values = (
            node.values
            if isinstance(node, ast.Dict)
            else [word.value for word in node.keywords]
            if isinstance(node, ast.Call)
            else [node.value]
        )
        return any(
            getattr(inner, "id", getattr(inner, "attr", "")) in self.names | _RESOURCES
            for value in values
            for inner in ast.walk(value)
        )

    def findings(self, module: Module) -> Iterator[Finding]:
        """What in a file does not go with what it uses."""
        for node in module.nodes:
            if isinstance(node, ast.Attribute) and node.attr in LEGACY_METHODS:
                yield from self._of_method(module, node)
            elif isinstance(node, ast.Call):
                yield from self._of_call(module, node)
            elif isinstance(node, FUNCTIONS):
                yield from self._of_parameters(module, node)
            elif _called(node) == "dbt_cloud_run_op" and isinstance(node, (ast.Name, ast.Attribute)):
                yield from self._of_op(module, node)

    def _of_method(self, module: Module, node: ast.Attribute) -> Iterator[Finding]:
        made = self._workspace(module, node.value)
        if made is None:
            return
        said = f"`{module.source_of(node.value)}` is a {WORKSPACE} already ({_shown(made)}), which has no `{node.attr}`"
        yield Finding(module.place(node), CODE, said, node.attr, (made,))

    def _of_call(self, module: Module, call: ast.Call) -> Iterator[Finding]:
        if _called(call.func) not in self._callees(module):
            return
        callees = self.evaluator.values(module, call.func)
        legacy = next((name for name in map(legacy_name, callees) if name), "")
        loader = next((name for name in map(_loader, callees) if name), "")
        for given in (*call.args, *(word.value for word in call.keywords)) if legacy or loader else ():
            made = self._workspace(module, given)
            if legacy and made is not None:
                said = f"`{legacy}` is given a {WORKSPACE} ({_shown(made)}), and takes the legacy resource"
                yield Finding(module.place(call), CODE, said, legacy, (made,))
            old = next(filter(is_resource, self.evaluator.values(module, given)), None)
            if loader and isinstance(old, Made):
                place = old.module.place(old.call)
                said = f"`{loader}` is given the legacy resource of {_shown(place)}, and takes a {WORKSPACE}"
                yield Finding(module.place(call), CODE, said, loader, (place,))

    def _callees(self, module: Module) -> frozenset[str]:
        """What legacy names and those of v2 that take a workspace are called in a file."""
        renamed = (
            alias.asname
            for node in module.nodes
            if isinstance(node, ast.ImportFrom)
            for alias in node.names
            if alias.name in BY_NAME.keys() | _LOADERS and alias.asname
        )
        return frozenset({*BY_NAME, *_LOADERS, *renamed})

    def _of_parameters(
        self, module: Module, function: ast.FunctionDef | ast.AsyncFunctionDef
    ) -> Iterator[Finding]:
        if not any(decorator_name(each) in INJECTING for each in function.decorator_list):
            return
        for arg in (*function.args.args, *function.args.kwonlyargs):
            made = self.workspaces.get(arg.arg)
            if made and arg.annotation and annotates_resource(self.evaluator, module, arg.annotation):
                said = f"`{arg.arg}` is a {WORKSPACE} already ({_shown(made)}), and this function expects the legacy resource"
                yield Finding(module.place(arg), CODE, said, arg.arg, (made,))

    def _of_op(self, module: Module, node: ast.Name | ast.Attribute) -> Iterator[Finding]:
        made = self.workspaces.get(_OP_KEY)
        if made is not None and any(map(is_op, self.evaluator.values(module, node))):
            said = f'the resource "{_OP_KEY}" is a {WORKSPACE} already ({_shown(made)}), and the op takes the legacy one'
            yield Finding(module.place(node), CODE, said, "dbt_cloud_run_op", (made,))

    def _workspace(self, module: Module, node: ast.expr) -> Place | None:
        """Where a workspace is made that an expression is; None where it may be something else."""
        values = self.evaluator.values(module, node)
        places = [self._place_of(value) for value in values]
        if places and all(places):
            return places[0]
        annotation = self._annotation(module, node)
        if annotation is not None and any(
            isinstance(value, External) and is_workspace(value.name)
            for value in self.evaluator.values(module, annotation)
        ):
            return module.place(annotation)
        return None

    def _place_of(self, value: object) -> Place | None:
        if isinstance(value, Made) and is_workspace(value.of):
            return value.module.place(value.call)
        return self.workspaces.get(value.key) if isinstance(value, Keyed) else None

    def _annotation(self, module: Module, node: ast.expr) -> ast.expr | None:
        function = module.function_of(node) if isinstance(node, ast.Name) else None
        given = (*function.args.args, *function.args.kwonlyargs) if function is not None else ()
        named = (arg.annotation for arg in given if isinstance(node, ast.Name) and arg.arg == node.id)
        return next(named, None)


def is_workspace(dotted: str) -> bool:
    """Whether a name of another package is the class of v2's resource."""
    return dotted in {
        f"{_CLOUD_V2}.{WORKSPACE}",
        f"{_CLOUD_V2}.resources.{WORKSPACE}",
        f"dagster_dbt.{WORKSPACE}",
    }


def _called(node: ast.AST) -> str:
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""


def _loader(value: object) -> str:
    """What takes a workspace, where a value is that."""
    name = value.name if isinstance(value, External) else ""
    return (
        name.rpartition(".")[2]
        if name.startswith("dagster_dbt.") and name.rpartition(".")[2] in _LOADERS
        else ""
    )


def _shown(place: Place) -> str:
    return f"{place.path.name}:{place.line}"
