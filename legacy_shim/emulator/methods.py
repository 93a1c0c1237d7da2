"""The methods of dbt's node selection: ``fqn``, ``tag``, ``path``, ``source`` and the rest.

Each takes the graph, the arguments behind the method's name (``config.materialized`` has one) and the value, and
yields unique ids. Source: the node selection methods of dbt-core 1.11.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from fnmatch import fnmatchcase
from pathlib import PurePosixPath
from typing import Any

from .graph import ManifestGraph, is_versioned

Node = Mapping[str, Any]
Method = Callable[[ManifestGraph, tuple[str, ...], Any], Iterator[str]]
_WILDCARDS = frozenset("*?[]")


class SelectionError(ValueError):
    """A selection that dbt would refuse, or that cannot be evaluated without an earlier run."""


def _where(matches: Callable[[Node, str], bool], *resource_types: str) -> Method:
    """A method that looks at one node after the other, of the given types or of all."""

    def method(graph: ManifestGraph, _arguments: tuple[str, ...], value: Any) -> Iterator[str]:
        for unique_id, node in graph.members.items():
            is_candidate = not resource_types or node["resource_type"] in resource_types
            if is_candidate and matches(node, str(value)):
                yield unique_id

    return method


def _fqn(graph: ManifestGraph, _arguments: tuple[str, ...], value: Any) -> Iterator[str]:
    name = str(value)
    if _WILDCARDS & set(name):
        for unique_id, node in graph.members.items():
            if node["resource_type"] != "source" and _matches_wildcards(node, name):
                yield unique_id
    else:
        yield from graph.by_name.get(name, ())
        yield from graph.versions.get("_".join(name.split(".")[-2:]), ())


def _matches_wildcards(node: Node, value: str) -> bool:
    full = [str(part) for part in node["fqn"]]
    return any(_matches_segments(fqn, value, node) for fqn in (full, full[1:]) if fqn)


def _matches_segments(fqn: list[str], value: str, node: Node) -> bool:
    leaf = fqn[-2] if is_versioned(node) and len(fqn) > 1 else fqn[-1]
    if "." not in value and fnmatchcase(leaf, value):
        return True
    flat = [piece for segment in fqn for piece in segment.split(".")]
    parts = value.split(".")
    first = next(index for index, part in enumerate(parts) if _WILDCARDS & set(part))
    if len(flat) < len(parts) or flat[:first] != parts[:first]:
        return False
    return fnmatchcase(".".join(flat[first:]), ".".join(parts[first:]))


def _matches_tag(node: Node, value: str) -> bool:
    tags = node["tags"] if "tags" in node else (node.get("config") or {}).get("tags", ())
    tags = [tags] if isinstance(tags, str) else tags
    return any(fnmatchcase(tag, value) for tag in tags or ())


def _matches_group(node: Node, value: str) -> bool:
    group = (node.get("config") or {}).get("group") or ""
    return group != "" and fnmatchcase(group, value)


def _matches_access(node: Node, value: str) -> bool:
    return node.get("access") == value


def _matches_file(node: Node, value: str) -> bool:
    path = PurePosixPath(node["original_file_path"])
    return fnmatchcase(path.name, value) or fnmatchcase(path.stem, value)


def _matches_path(node: Node, value: str) -> bool:
    pattern = _glob(value)
    path = PurePosixPath(node["original_file_path"].replace("\\", "/"))
    candidates = [path, *path.parents]
    if node.get("patch_path"):
        candidates.append(PurePosixPath(node["patch_path"].split("://", 1)[1]))
    return any(pattern.fullmatch(str(candidate)) for candidate in candidates)


def _glob(value: str) -> re.Pattern[str]:
    """A path glob as a regular expression: ``*`` stays within a folder, ``**`` does not."""
    pieces: list[str] = []
    for part in PurePosixPath(value).parts:
        if part == "**":
            pieces.append(r"(?:[^/]+/)*")
        else:
            translated = "".join(
                {"*": "[^/]*", "?": "[^/]"}.get(piece, piece if piece[0] == "[" else re.escape(piece))
                for piece in re.findall(r"\[[^]]+]|.", part)
            )
            pieces.append(translated + "/")
    text = "".join(pieces)
    if text.endswith("(?:[^/]+/)*"):
        return re.compile(text.removesuffix("/(?:[^/]+/)*") + "(?:/.*)?")
    return re.compile(text.removesuffix("/"))


def _matches_source(node: Node, value: str) -> bool:
    parts = value.split(".")
    if len(parts) > 3:
        raise SelectionError(f'Invalid source selector value "{value}"')
    package = parts[0] if len(parts) == 3 else "*"
    source, table = (parts[-2], parts[-1]) if len(parts) > 1 else (parts[0], "*")
    return (
        fnmatchcase(node["package_name"], package)
        and fnmatchcase(node["source_name"], source)
        and fnmatchcase(node["name"], table)
    )


def _matches_named(node: Node, value: str) -> bool:
    """``name`` or ``package.name``, as for exposures, metrics and unit tests."""
    package, _, name = value.rpartition(".")
    return fnmatchcase(node["package_name"], package or "*") and fnmatchcase(node["name"], name)


def _matches_test_name(node: Node, value: str) -> bool:
    if node["resource_type"] == "unit_test":
        return fnmatchcase(node["name"], value)
    return fnmatchcase((node.get("test_metadata") or {}).get("name", ""), value)


def _matches_test_type(node: Node, value: str) -> bool:
    kinds = {"generic": "g", "schema": "g", "singular": "s", "data": "gs", "unit": "u"}
    if value not in kinds:
        raise SelectionError(
            f'Invalid test type selector {value}: expected "generic", "singular", "unit" or "data"'
        )
    if node["resource_type"] == "unit_test":
        return "u" in kinds[value]
    return ("g" if node.get("test_metadata") else "s") in kinds[value]


def _matches_version(node: Node, value: str) -> bool:
    version, latest = node.get("version"), node.get("latest_version")
    if value == "none":
        return version is None
    if value not in {"latest", "prerelease", "old"}:
        raise SelectionError(
            f'Invalid version type selector {value}: expected "latest", "prerelease", "old" or "none"'
        )
    if version is None or latest is None:
        return False
    order = (_version_key(version) > _version_key(latest)) - (_version_key(version) < _version_key(latest))
    return order == {"latest": 0, "prerelease": 1, "old": -1}[value]


def _version_key(version: Any) -> tuple[int, float, str]:
    try:
        return (0, float(version), "")
    except (TypeError, ValueError):
        return (1, 0.0, str(version))


def _config(graph: ManifestGraph, arguments: tuple[str, ...], value: Any) -> Iterator[str]:
    for unique_id, node in graph.members.items():
        if unique_id not in graph.source_ids and not graph.is_data_test_or_node(unique_id):
            continue
        found: Any = node.get("config") or {}
        try:
            for argument in arguments:
                found = found[argument]
        except (KeyError, TypeError, IndexError):
            continue
        candidates = found if isinstance(found, list) else [found]
        if any(_equals(candidate, value, arguments) for candidate in candidates):
            yield unique_id


def _equals(found: Any, value: Any, arguments: tuple[str, ...]) -> bool:
    if isinstance(found, bool):
        return str(value).lower() == str(found).lower()
    if arguments == ("severity",):
        return str(found).lower() == str(value).lower()
    return bool(found == value)


def _resource_type(graph: ManifestGraph, _arguments: tuple[str, ...], value: Any) -> Iterator[str]:
    return (unique_id for unique_id, node in graph.members.items() if node["resource_type"] == value)


def _package(graph: ManifestGraph, _arguments: tuple[str, ...], value: Any) -> Iterator[str]:
    name = graph.project_name if value == "this" and graph.project_name else str(value)
    return (u for u, node in graph.members.items() if fnmatchcase(node["package_name"], name))


def _needs_state(method: str) -> Method:
    def refuse(_graph: ManifestGraph, _arguments: tuple[str, ...], value: Any) -> Iterator[str]:
        raise SelectionError(f"{method}:{value} needs the artifacts of an earlier run, and there are none")

    return refuse


METHODS: Mapping[str, Method] = {
    "fqn": _fqn,
    "tag": _where(_matches_tag),
    "group": _where(_matches_group),
    "access": _where(_matches_access, "model"),
    "source": _where(_matches_source, "source"),
    "path": _where(_matches_path),
    "file": _where(_matches_file),
    "package": _package,
    "config": _config,
    "test_name": _where(_matches_test_name, "test", "unit_test"),
    "test_type": _where(_matches_test_type, "test", "unit_test"),
    "resource_type": _resource_type,
    "exposure": _where(_matches_named, "exposure"),
    "metric": _where(_matches_named, "metric"),
    "version": _where(_matches_version, "model"),
    "semantic_model": _where(_matches_named, "semantic_model"),
    "saved_query": _where(_matches_named, "saved_query"),
    "unit_test": _where(_matches_named, "unit_test"),
    "state": _needs_state("state"),
    "result": _needs_state("result"),
    "source_status": _needs_state("source_status"),
}
