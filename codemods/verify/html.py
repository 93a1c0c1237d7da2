"""The result as one HTML page that needs nothing but itself: pictures of both asset graphs, and tables that filter.

The page gets the result as JSON and draws it; its parts are the files in ``page``. A content security policy in it
forbids the browser every request.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from importlib.resources import files
from typing import Any

from legacy_shim.catalogue import BY_CODE
from legacy_shim.visible import json_text

from ..findings import Finding
from ..reporting.classes import by_class
from .difference import MADE_ELSEWHERE, graph_of
from .judgement import Judged
from .machine import document_of
from .origins import cloud_assets
from .renames import find_renames
from .run import Result
from .text import verdict_line

_SCRIPTS = ("layout.js", "graph.js", "tables.js", "main.js")
_MAX_VALUE = 1200  # characters of a value; the JSON result has the whole


def render_html(result: Result) -> str:
    """The page of one deployment."""
    return _page(page_data(result))


def render_html_of(results: Mapping[str, Result]) -> str:
    """One page of several deployments, with a switch. It keeps the choice behind the ``#`` of its address."""
    return _page({"deployments": {name: page_data(result) for name, result in results.items()}})


def _page(content: Mapping[str, Any]) -> str:
    parts = files(__package__) / "page"
    page = (parts / "page.html").read_text("utf-8")
    style = (parts / "style.css").read_text("utf-8")
    script = "\n".join((parts / name).read_text("utf-8") for name in _SCRIPTS)
    data = json_text(content, indent=None)
    data = data.replace("<", "\\u003c")  # nothing in the data may end the element that it stands in
    return page.replace("/*STYLE*/", style).replace("/*SCRIPT*/", script).replace("/*DATA*/", data)


def page_data(result: Result) -> dict[str, Any]:
    """What the page draws: the JSON result with shortened values, and the graph of both sides in one."""
    document = document_of(result)
    nodes, edges = _graph(result)
    index = {node[side]: number for side in ("before", "after") for number, node in enumerate(nodes)}
    for row, judged in zip(document["differences"], result.differences, strict=True):
        row["node"] = index.get(_asset_of(judged, index))
        row["subject"] = result.plan.in_words(row["subject"])
        row["before"], row["after"] = _shown(row["before"]), _shown(row["after"])
        row["reasons"] = None  # they are the same for all of one code, and stand under `codes`
        if row["node"] is not None:
            _mark(nodes[row["node"]], judged)
    return {
        **document,
        "sentence": verdict_line(result),
        "nodes": nodes,
        "edges": edges,
        "codes": _codes(result),
    }


def _graph(result: Result) -> tuple[list[dict[str, Any]], dict[str, list[list[int]]]]:
    """The assets of both sides, each once, and the dependencies of each side between them."""
    before, after = result.before.snapshot, result.after.snapshot
    renames = find_renames(before, after)
    old, new = graph_of(before)["assets"], graph_of(after)["assets"]
    keys = list(dict.fromkeys([*(renames.get(key, key) for key in old), *new]))
    came_from = {new_key: old_key for old_key, new_key in renames.items()}
    cloud = cloud_assets(before) | cloud_assets(after)
    index = {key: number for number, key in enumerate(keys)}
    nodes = []
    for key in keys:
        was = came_from.get(key) or (key if key in old and key not in renames else None)
        now = key if key in new else None
        nodes.append(_node(was, now, old[was] if was else None, new[now] if now else None, cloud))
    edges = {
        "before": _edges(old, {key: index[renames.get(key, key)] for key in old}),
        "after": _edges(new, index),
    }
    return nodes, edges


def _node(
    was: str | None,
    now: str | None,
    old: Mapping[str, Any] | None,
    new: Mapping[str, Any] | None,
    cloud: frozenset[str],
) -> dict[str, Any]:
    asset: Mapping[str, Any] = new or old or {}
    kind = "external" if asset["execution"] == MADE_ELSEWHERE else "dbt" if {was, now} & cloud else "own"
    mark = "lost" if now is None else "added" if was is None else "renamed" if was != now else "same"
    groups = {"group": _group(asset), "was_group": _group(old or asset)}
    return {"before": was, "after": now, **groups, "kind": kind, "mark": mark}


def _group(asset: Mapping[str, Any]) -> str:
    return asset["group"] or "default"


def _edges(assets: Mapping[str, Any], index: Mapping[str, int]) -> list[list[int]]:
    return [
        [index[dep], index[key]] for key, asset in assets.items() for dep in asset["deps"] if dep in index
    ]


def _mark(node: dict[str, Any], row: Judged) -> None:
    """The most serious mark of an asset; one that is lost, added or renamed stays that."""
    marks = {"same": 0, "reported": 1, "unexpected": 2, "added": 3, "lost": 3}
    whole = {"asset lost": "lost", "asset added": "added"}.get(row.difference.kind)
    mark = whole or ("reported" if row.verdict == "expected" else "unexpected")
    if node["mark"] in marks and marks[mark] > marks[node["mark"]]:
        node["mark"] = mark


def _asset_of(row: Judged, known: Mapping[str, int]) -> str:
    """The asset key in the subject of a difference: it stands alone, before a check, or before an action."""
    subject = row.difference.after if row.difference.kind == "asset renamed" else row.difference.subject
    if subject in known:
        return subject
    return next(
        (part for part in (subject.partition(" in ")[0], subject.rpartition(":")[0]) if part in known), ""
    )


def _codes(result: Result) -> list[dict[str, Any]]:
    """Each code that the migration reported: what it means, where it was reported, and how often it is visible."""
    visible = Counter(row.difference.code for row in result.of("expected"))
    return [
        {
            "code": code,
            "class": group.title,
            "title": BY_CODE[code].title,
            "means": BY_CODE[code].means,
            "do": BY_CODE[code].do,
            "count": visible[code],
            "reasons": [_reason_of(finding) for finding in _in_order(findings)],
        }
        for group, codes in by_class(result.findings)
        for code, findings in codes.items()
    ]


def _in_order(findings: Iterable[Finding]) -> list[Finding]:
    """Each place once, as the code has them."""
    return sorted(set(findings), key=lambda finding: (finding.place, finding.message))


def _reason_of(finding: Finding) -> dict[str, str]:
    return {"place": f"{finding.place.path.as_posix()}:{finding.place.line}", "message": finding.message}


def _shown(value: Any) -> str:
    """A value as people read it, cut where it is very long."""
    if value is None:
        return ""
    if isinstance(value, str):
        text = value
    elif _is_plain_list(value):
        text = "\n".join(value)
    elif isinstance(value, list) and all(map(_is_plain_list, value)):
        text = "\n".join(", ".join(each) for each in value)
    else:
        text = json.dumps(value, indent=1, ensure_ascii=False, sort_keys=True)
    return text if len(text) <= _MAX_VALUE else f"{text[:_MAX_VALUE]} …"


def _is_plain_list(value: Any) -> bool:
    return (
        isinstance(value, Iterable)
        and not isinstance(value, Mapping)
        and all(isinstance(x, str) for x in value)
    )
