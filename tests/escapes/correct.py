"""Rows whose value is used in a way that is right to migrate, each by a rule that names why."""

from __future__ import annotations

from collections.abc import Mapping

_OUTPUTS = ("answer", "answer at once")
_CLIENTS = ("client", "client of a resource")
_RESOURCES = ("resource", "resource in an op")
_VALUES = (*_RESOURCES, *_CLIENTS, *_OUTPUTS)
_ALL = (*_VALUES, "loaded assets")

_NOTHING = "nothing is done with it"
_TRUTH = "only whether it is there is asked, and it always is"
_SAME = "only which object it is is compared"
_TEXT = "it becomes a text for people to read"
_NUMBER = "it becomes a number that says nothing of it"
_CLASS = "the legacy object and that of v2 are neither of that class"

_Rules = Mapping[str, tuple[tuple[str, ...], str]]

MUST_MIGRATE: _Rules = {
    "nothing": ((*_ALL, "method of a client", "status", "status member"), _NOTHING),
    "a name alone": (_ALL, _NOTHING),
    "a statement of its own": (_ALL, _NOTHING),
    "negated": (_ALL, _TRUTH),
    "compared with None": (_ALL, _TRUTH),
}
"""Way to the kinds that must migrate, and the rule: a tool that keeps everything would be sound, and of no use."""

MAY_MIGRATE: _Rules = {
    "compared with a foreign value": (_ALL, _SAME),
    "printed": (_ALL, _TEXT),
    "str, handed on": (_ALL, _TEXT),
    "repr, handed on": (_ALL, _TEXT),
    "logged with an f-string": ((*_ALL, "status"), _TEXT),
    "sent to a logger": (_ALL, _TEXT),
    "id, handed on": (_ALL, _NUMBER),
    "hash, handed on": ((*_RESOURCES, *_CLIENTS), _NUMBER),
    "callable": (_VALUES, _CLASS),
    "isinstance of it": (_ALL, _CLASS),
    "isinstance decides": ((*_RESOURCES, *_CLIENTS, "loaded assets"), _CLASS),
}
"""Way to the kinds that may migrate or be kept, and the rule by which nothing is lost."""

MAY_BE_ANOTHER = frozenset(
    ("status member", way) for way in ("conditional", "return of one of several", "or", "pop", "popitem")
)
"""Where a status is read of a place that holds something else at times, or whose reading changes something: it is wrong to
put a member there."""


BECOMES_A_DESCRIPTOR = frozenset({("client", "class attribute, read")})
"""What v2 has there is a resource, which as an attribute of a class answers another object: wrong, however it is read."""

READ_BY_OTHERS_TOO = frozenset(
    {
        "argument of a function that a foreign decorator wraps",
        "foreign property, read",
        "loop over items of a foreign call",
        "own contextmanager of others",
        "unpacked of a foreign call",
        "with a foreign call",
    }
)
"""Ways that come back to the tree, but lead through code that is not seen: to rewrite the read in the tree is not enough."""

_ORDINARY_READS = (
    "read under a name",
    "chained assignment",
    "conditional",
    "bound in try",
    "bound in while",
    "return through two own functions",
    "return of one of several",
    "async function",
    "lru_cache",
    "instance attribute, read in a method",
    "instance attribute, read under another name",
    "builder",
    "class attribute, read",
    "property, read",
    "cached_property, read",
    "dataclass, read",
    "NamedTuple, read",
    "global read elsewhere",
)
_IN_ORDER = (
    "first of a list",
    "under a key",
    "get",
    "values",
    "loop",
    "comprehension",
    "unpacked",
)

_READS_OF_RESOURCES = tuple(way for way in _ORDINARY_READS if way != "class attribute, read")
"""A resource is a descriptor, which as an attribute of a class that is none answers another object."""

MUST_FOLLOW: Mapping[str, tuple[str, ...]] = {
    "resource": (*_READS_OF_RESOURCES, *_IN_ORDER),
    "resource in an op": _READS_OF_RESOURCES,
    "client": _READS_OF_RESOURCES,
    "client of a resource": (*_ORDINARY_READS, *_IN_ORDER),
    "answer": _ORDINARY_READS,
    "answer at once": (*_ORDINARY_READS, *_IN_ORDER),
    "status member": tuple(
        way
        for way in _ORDINARY_READS
        if ("status member", way) not in MAY_BE_ANOTHER
        and way
        not in {"instance attribute, read in a method", "global read elsewhere"}  # where there is no answer
        and way not in {"conditional", "bound in try", "return of one of several"}  # it may be None too
    ),
}
"""Kind to the ways of ordinary code, all of it in the tree: these must become v2."""


def rule_of(rules: _Rules, kind: str, way: str) -> str:
    """The rule of a row; empty for none."""
    kinds, reason = rules.get(way, ((), ""))
    return reason if kind in kinds else ""
