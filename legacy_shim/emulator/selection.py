"""Evaluates dbt's node selection over a manifest, without dbt.

Understands methods, wildcards, graph operators (``+``, ``2+x+1``, ``@``), union, intersection, exclusion, YAML
selectors and indirect selection of tests. ``state``, ``result`` and ``source_status`` need the artifacts of an
earlier run and raise SelectionError.
Source: the node selection syntax of dbt-core 1.11; the tests compare the two.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, cast

from .graph import ManifestGraph
from .methods import METHODS, SelectionError

__all__ = ["SelectionError", "select_nodes"]

_DEFAULT_SELECT = ("fqn:*", "source:*", "exposure:*", "metric:*", "semantic_model:*")
_SPEC = re.compile(
    r"(?P<at>@)?(?P<parents>(?P<parents_depth>\d*)\+)?"
    r"(?:(?P<method>[\w.]+):)?(?P<value>.*?)(?P<children>\+(?P<children_depth>\d*))?",
    re.DOTALL,
)
_Nodes = frozenset[str]


@dataclass(frozen=True)
class Selected:
    """What a specification selects, and the tests that would join if all their parents were selected too."""

    direct: _Nodes
    indirect: _Nodes = frozenset()


@dataclass(frozen=True)
class Criterion:
    """One term, such as ``2+tag:daily+``."""

    method: str
    arguments: tuple[str, ...]
    value: Any
    at: bool = False
    parents: bool = False
    parents_depth: int | None = None
    children: bool = False
    children_depth: int | None = None
    indirect_selection: str = "eager"

    def evaluate(self, graph: ManifestGraph) -> Selected:
        found = frozenset(METHODS[self.method](graph, self.arguments, self.value))
        selected = set(found)
        if self.at:
            with_children = found | graph.descendants(found, None)
            selected |= with_children | graph.ancestors(with_children, None)
        if self.parents:
            selected |= graph.ancestors(found, self.parents_depth)
        if self.children:
            selected |= graph.descendants(found, self.children_depth)
        return _with_tests(graph, frozenset(selected), self.indirect_selection)


@dataclass(frozen=True)
class Combination:
    """Terms joined by a set operation."""

    combine: Callable[[list[_Nodes]], _Nodes]
    parts: tuple[Criterion | Combination, ...]
    indirect_selection: str = "eager"

    def evaluate(self, graph: ManifestGraph) -> Selected:
        results = [part.evaluate(graph) for part in self.parts]
        if not results:
            return Selected(frozenset())
        direct = self.combine([result.direct for result in results])
        indirect = self.combine([result.direct | result.indirect for result in results])
        return Selected(_join_complete_tests(graph, direct, indirect, self.indirect_selection), indirect)


def select_nodes(
    graph: ManifestGraph,
    select: Collection[str] = (),
    exclude: Collection[str] = (),
    selector: str | None = None,
    indirect_selection: str = "eager",
) -> frozenset[str]:
    """The unique ids that ``--select``, ``--exclude`` and ``--selector`` choose, of every resource type.

    As in dbt, ``selector`` makes the other two void. Raises SelectionError for what cannot be evaluated.
    """
    if selector is not None:
        definition = graph.selector(selector)
        if definition is None:
            raise SelectionError(f"Could not find selector named {selector}")
        return _from_definition(definition, indirect_selection).evaluate(graph).direct
    included = _union_of_words(select or _DEFAULT_SELECT, indirect_selection)
    excluded = _union_of_words(exclude, indirect_selection)
    return Combination(_difference, (included, excluded)).evaluate(graph).direct


def _union(sets: list[_Nodes]) -> _Nodes:
    return frozenset().union(*sets)


def _intersection(sets: list[_Nodes]) -> _Nodes:
    return frozenset.intersection(*sets)


def _difference(sets: list[_Nodes]) -> _Nodes:
    return sets[0].difference(*sets[1:])


def _union_of_words(words: Iterable[str], indirect_selection: str) -> Combination:
    terms = [term for word in words for term in word.split()]
    parts = tuple(
        Combination(
            _intersection,
            tuple(_criterion(part, indirect_selection) for part in term.split(",")),
            indirect_selection,
        )
        for term in terms
    )
    return Combination(_union, parts, indirect_selection)


def _criterion(text: str, indirect_selection: str) -> Criterion:
    match = _SPEC.fullmatch(text)
    if match is None:
        raise SelectionError(f'Invalid selector spec "{text}"')
    found = match.groupdict()
    return _checked(
        Criterion(
            *_method(found["method"], found["value"]),
            value=found["value"],
            at=bool(found["at"]),
            parents=bool(found["parents"]),
            parents_depth=_depth(found["parents_depth"]),
            children=bool(found["children"]),
            children_depth=_depth(found["children_depth"]),
            indirect_selection=indirect_selection,
        )
    )


def _checked(criterion: Criterion) -> Criterion:
    if criterion.at and criterion.children:
        raise SelectionError('"@" prefix and "+" suffix are incompatible')
    return criterion


def _method(method: str | None, value: str) -> tuple[str, tuple[str, ...]]:
    if method is None:
        if "/" in value:
            return "path", ()
        return ("file" if value.lower().endswith((".sql", ".py", ".csv")) else "fqn"), ()
    name, *arguments = method.split(".")
    if name not in METHODS:
        raise SelectionError(f"'{name}' is not a valid method name")
    return name, tuple(arguments)


def _depth(text: Any) -> int | None:
    return int(text) if text not in (None, "") else None


def _from_definition(definition: Any, indirect_selection: str) -> Criterion | Combination:
    """A definition of ``selectors.yml``, as the manifest keeps it."""
    if isinstance(definition, str):
        return _criterion(definition, indirect_selection)
    for key, combine in (("union", _union), ("intersection", _intersection)):
        if key in definition:
            return _group(definition[key], combine, indirect_selection)
    if len(definition) == 1:
        ((method, value),) = definition.items()
        definition = {"method": method, "value": value}
    found = cast("Mapping[str, Any]", definition)
    criterion = _checked(
        Criterion(
            *_method(found["method"], str(found["value"])),
            value=found["value"],
            at=bool(found.get("childrens_parents")),
            parents=bool(found.get("parents")),
            parents_depth=_depth(found.get("parents_depth")),
            children=bool(found.get("children")),
            children_depth=_depth(found.get("children_depth")),
            indirect_selection=found.get("indirect_selection", indirect_selection),
        )
    )
    return _without(criterion, found.get("exclude", ()), indirect_selection)


def _group(
    members: Iterable[Any], combine: Callable[[list[_Nodes]], _Nodes], indirect_selection: str
) -> Criterion | Combination:
    included, excluded = [], []
    for member in members:
        if isinstance(member, dict) and set(member) == {"exclude"}:
            excluded.extend(member["exclude"])
        else:
            included.append(_from_definition(member, indirect_selection))
    return _without(Combination(combine, tuple(included)), excluded, indirect_selection)


def _without(
    base: Criterion | Combination, exclusions: Iterable[Any], indirect_selection: str
) -> Criterion | Combination:
    excluded = tuple(_from_definition(part, indirect_selection) for part in exclusions)
    if not excluded:
        return base
    return Combination(_difference, (base, Combination(_union, excluded)))


def _with_tests(graph: ManifestGraph, selected: _Nodes, mode: str) -> Selected:
    """Adds the tests of what is selected, as ``--indirect-selection`` says."""
    if mode == "empty":
        return Selected(selected)
    direct, indirect = set(selected), set()
    present = _present_parents(graph, selected, mode)
    for test in graph.tests_of(selected):
        if mode == "eager" or graph.parents(test) <= present:
            direct.add(test)
        else:
            indirect.add(test)
    return Selected(frozenset(direct), frozenset(indirect))


def _join_complete_tests(graph: ManifestGraph, direct: _Nodes, indirect: _Nodes, mode: str) -> _Nodes:
    if direct == indirect or mode not in ("cautious", "buildable"):
        return direct
    present = _present_parents(graph, direct, mode)
    return direct | {
        test for test in indirect if graph.is_data_test_or_node(test) and graph.parents(test) <= present
    }


def _present_parents(graph: ManifestGraph, selected: _Nodes, mode: str) -> _Nodes:
    if mode == "buildable":
        return selected | graph.ancestors(selected, None) | graph.source_ids
    return selected
    return selected
