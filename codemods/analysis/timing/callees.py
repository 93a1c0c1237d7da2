"""Functions and methods that leave what they are given as it is, or of which is known what they answer."""

from __future__ import annotations

from ..dagster_api.names import CHAINING, COPYING, LOOKING, LOOPING, MEASURING, SCALARS, TYPING
from ..inference.values import LEGACY

READING = frozenset(
    {
        *(
            "copy",
            "count",
            "index",
            "keys",
            "isdisjoint",
            "issubset",
            "issuperset",
            "difference",
            "intersection",
        ),
        *("symmetric_difference", "union", "most_common", "elements", "maps", "new_child", "total"),
    }
)
"""Methods that change nothing and answer none of what is inside, or a copy."""
TAKING_OUT = frozenset({"get", "items", "values", "__getitem__", "__iter__"})
SHALLOW = (
    COPYING
    | LOOPING
    | CHAINING
    | {"map", "filter", "min", "max", "next", "copy.copy", "collections.ChainMap", "types.MappingProxyType"}
)
HARMLESS = LOOKING | MEASURING | SCALARS | {
    *("isinstance", "hasattr", "type", "callable", "hash", "range", "divmod", "round", "copy.deepcopy", "super"),
    *("json.dumps", "json.dump", "yaml.dump", "yaml.safe_dump", "pprint.pprint", "pprint.pformat", "operator.itemgetter"),
    *("os.path.join", "random.choice", "pathlib.Path"),
}  # fmt: skip
HARMLESS_PACKAGES = (
    "dagster.",
    "dagster_dbt.",
    LEGACY,
    "pytest.",
    "logging.",
    "hashlib.",
    "re.",
    "math.",
    "string.",
    *TYPING,
)
ADDING = frozenset({"append", "appendleft", "add", "insert", "setdefault"})
EXTENDING = frozenset(
    {"extend", "extendleft", "update", "union", "issubset", "issuperset", "difference", "intersection"}
)
OF_STRINGS = frozenset(
    {"join", "format", "startswith", "endswith", "get", "index", "count", "__contains__", "isdisjoint"}
)
