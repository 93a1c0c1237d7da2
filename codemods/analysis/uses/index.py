"""Where each legacy value is made, passed on and used, across files: what `indexing` has found."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

from ...findings import Finding
from ..dagster_api.collecting import loaded_whole
from ..dagster_api.io_managers import IOManagers
from ..inference.interpreter import Evaluator
from ..inference.legacy_names import thing_kind
from ..inference.values import (
    Literal,
    Made,
    Value,
    is_load,
)
from ..project.source_tree import Tree
from ..syntax.generators import Yielded
from ..syntax.source_module import Module
from .uses import (
    CONTAINER_METHODS,
    VIEWS,
    Argument,
    Element,
    Entry,
    Flow,
    Use,
    adds_to_container,
    at_of,
    container_of,
    is_dict_call,
    is_values_view,
    passed_on,
    spread_at,
    use_of,
)


@dataclass(frozen=True, eq=False)
class Reference:
    """An expression that stands for a legacy value: a name, an attribute of one, a call of one.

    ``chain`` leads from the first name to the whole expression: ``x``, ``x.configured``, ``x.configured({..})``.
    """

    module: Module
    chain: tuple[ast.expr, ...]

    @property
    def node(self) -> ast.expr:
        return self.chain[-1]


@dataclass(frozen=True, eq=False)
class Index:
    """All that is known of the legacy values of a tree."""

    tree: Tree
    evaluator: Evaluator
    references: tuple[Reference, ...]
    problems: tuple[Finding, ...]
    merges: bool = False
    """Whether some file merges ``Definitions``, in which a resource key may stand for one resource only."""
    loads_packages: bool = False
    """Whether some file has Dagster collect what the modules of a package define."""
    reads_outputs_in_hooks: bool = False
    """Whether some hook reads the outputs of the ops that it hangs on, which nothing here follows."""
    reads_config_in_hooks: bool = False
    """Whether some hook reads the configuration of the ops that it hangs on."""
    io_managers: IOManagers = field(default_factory=IOManagers)
    """What gets the outputs of ops and assets."""
    bound_keys: frozenset[str] = frozenset()
    """The resource keys under which something legacy is bound."""
    reads_failures: bool = False
    """Whether some code depends on the exception of a run that failed, or was late: its type, its text or its metadata."""
    reads_causes: bool = False
    """Whether some file may read why a run was started."""
    resumes: bool = False
    """Whether some file may have a job go on where its last run failed."""
    naming_class: tuple[Module, ...] = ()
    """The files that name the class which loads are of."""
    selecting: tuple[Module, ...] = ()
    """The files that may select assets by tags or checks, or define checks."""
    _by_value: dict[Value, list[tuple[Module, ast.expr]]] = field(repr=False, default_factory=dict)

    def values(self, module: Module, node: ast.expr) -> frozenset[Value]:
        return self.evaluator.values(module, node)

    def places_of(self, value: Value) -> list[tuple[Module, ast.expr]]:
        """Each expression that may be ``value``, the one that makes it included."""
        found = self._by_value.get(value, [])
        # What a generator yields stands in its calls.
        return [place for place in found if not isinstance(place[1], Yielded)]

    @cached_property
    def resources(self) -> frozenset[Made]:
        """Every legacy resource that the tree makes."""
        return frozenset(
            value for value in self._by_value if isinstance(value, Made) and thing_kind(value) == "resource"
        )

    def are_collected(self, assets: Value, home: Module) -> bool:
        """Whether assets of the module ``home`` may be given to Dagster where nothing names them."""
        if self.loads_packages and home.path.with_name("__init__.py").is_file():
            return True
        return any(
            assets in self.evaluator.global_values(module, name)
            for module in self._loaded_whole
            for name in self.tree.names(module).tables.get(module.tree, {})
        )

    @cached_property
    def _loaded_whole(self) -> frozenset[Module]:
        return frozenset(loaded_whole(self.evaluator))

    @cached_property
    def wires_by_name(self) -> bool:
        """Whether ops are wired by their names in dicts, which nothing here follows."""
        return any("DependencyDefinition" in module.text for module in self.tree.modules.values())

    @cached_property
    def imported_names(self) -> Mapping[Path, frozenset[str]]:
        """The names that other files of the index import from each file; ``*`` for all of them."""
        found: dict[Path, set[str]] = defaultdict(set)
        for module in self.tree.modules.values():
            for node in module.of(ast.ImportFrom):
                path = self.tree.resolve(module, node.module or "", node.level)
                if path is not None:
                    found[path] |= {alias.name for alias in node.names}
        return {path: frozenset(names) for path, names in found.items()}

    def read_through_stars(self, module: Module) -> frozenset[str]:
        """The names that other files read, or hand on, and may have from a ``from module import *``."""
        found = {node.attr for other in self.tree.modules.values() for node in other.of(ast.Attribute)}
        reached = [module]
        for home in reached:
            for other in self.tree.modules.values():
                names = self.tree.names(other)
                sources = (self.tree.resolve(other, star.module, star.level) for star in names.stars)
                if other in reached or home.path not in sources:
                    continue
                reached.append(other)
                found |= self.imported_names.get(other.path, frozenset())
                for node in other.nodes:
                    if isinstance(node, ast.Name) and not names.lookup(other, node.id, node):
                        found.add(node.id)
                    elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                        found.add(node.value)  # `__all__` may name it.
        return frozenset(found)

    def sinks(self, value: Value) -> Iterator[Use]:
        """Each way in which ``value`` is used in the end, through names, displays and functions."""
        yield from self._sinks(value, (), set())

    def _sinks(self, value: Value, through: tuple[Use, ...], seen: set[Value]) -> Iterator[Use]:
        if value in seen:
            return
        seen.add(value)
        for module, node in self.places_of(value):
            use, holders = self._use_at(module, node, value)
            if isinstance(use, Flow) or (isinstance(value, Literal) and _looks_inside(use)):
                continue
            view = self._view_of(use, value)
            if view is not None:
                yield from self._sinks(view, through, seen)
                continue
            yield replace(use, through=through) if through else use
            if isinstance(use, (Entry, Element)):
                for holder in holders:
                    yield from self._sinks(holder, (*through, use), seen)

    def _view_of(self, use: Use, value: Value) -> Literal | None:
        """What ``x.values()`` answers, where ``x`` is what is used, and that is followed like a list."""
        above = use.module.parent(passed_on(use.module, use.node))
        call = use.module.parent(above) if isinstance(above, ast.Attribute) else None
        if not isinstance(value, Literal) or not isinstance(call, ast.Call) or not is_values_view(call):
            return None
        view = Literal(use.module, call)
        return view if view in self.values(use.module, call) else None

    def _use_at(self, module: Module, node: ast.expr, value: Value) -> tuple[Use, list[Literal]]:
        """What is done with a value in a place, and the containers that it is put into there."""
        use = use_of(module, node)
        spread = spread_at(module, node) if is_load(value) else None
        if spread is not None:
            # It is used as a sequence, and stands for the list that it becomes.
            use = Element(**at_of(use), container=spread, spread=spread)
        holders = self.holders(use)
        if holders and isinstance(use, Argument):
            use = Element(**at_of(use))
        if isinstance(value, Literal) and _makes_dict_of_pairs(module, node, value):
            call = module.parents[node]
            assert isinstance(call, ast.Call)
            use = Argument(**at_of(use), call=call)
        return use, holders

    def holders(self, use: Use) -> list[Literal]:
        """The containers that a value is put into: the display it stands in, or what a statement adds it to."""
        container = container_of(use)
        if container is not None:
            return [Literal(use.module, container)]
        if isinstance(use, Entry):
            targets = [target.value for target in _targets_of(use) if isinstance(target, ast.Subscript)]
        elif isinstance(use, Argument) and adds_to_container(use):
            assert isinstance(use.call.func, ast.Attribute)
            targets = [use.call.func.value]
        else:
            return []
        return [
            value
            for target in targets
            for value in self.values(use.module, target)
            if isinstance(value, Literal)
        ]


def _makes_dict_of_pairs(module: Module, node: ast.expr, value: Literal) -> bool:
    """Whether a sequence becomes a dict, in which its pairs are no elements any more: ``dict([("a", x)])``."""
    above = module.parent(node)
    is_dict = isinstance(value.node, (ast.Dict, ast.DictComp)) or is_dict_call(value.node)
    return above is not None and is_dict_call(above) and not is_dict


def _looks_inside(use: Use) -> bool:
    """Whether a container is asked for what it holds, or given more: what comes of it is followed by itself."""
    node = passed_on(use.module, use.node)
    above = use.module.parent(node)
    if isinstance(above, ast.Subscript):
        return above.value is node
    if not isinstance(above, ast.Attribute) or above.attr not in CONTAINER_METHODS:
        return False
    call = use.module.parent(above)
    if above.attr not in VIEWS or not isinstance(call, ast.Call):
        return True
    return isinstance(use_of(use.module, call), Flow)


def _targets_of(use: Use) -> list[ast.expr]:
    statement = use.module.statement_of(use.node)
    return list(statement.targets) if isinstance(statement, ast.Assign) else []
