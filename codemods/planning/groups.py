"""What belongs together: claims that share a resource, a key, or a file that cannot distinguish them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path

from .claims import Claim, Context
from .parts import Builds, Fills, Loads, Stays


class Groups:
    """Sets that are joined where something is in both (union-find)."""

    def __init__(self) -> None:
        self.above: dict[object, object] = {}

    def find(self, item: object) -> object:
        self.above.setdefault(item, item)
        while self.above[item] != item:
            self.above[item] = self.above[self.above[item]]
            item = self.above[item]
        return item

    def join(self, items: Iterable[object]) -> None:
        first, *rest = [self.find(item) for item in items]
        for other in rest:
            self.above[other] = first


def grouped(claims: Sequence[Claim], context: Context) -> list[list[Claim]]:
    """The claims in groups, in the order of the code."""
    parts = components_of(context)
    groups = Groups()
    bound: dict[str, set[object]] = defaultdict(set)
    for claim in claims:
        part = parts[claim.module.path]
        keys = [("key", part, key) for key in claim.keys]
        # Placeholders whose workspace is not known are those of their file.
        is_lost = isinstance(claim.part, Fills) and not claim.resources
        together = [("open facts", part)] if is_lost else []
        groups.join([claim, *claim.resources, *keys, *together])
        if claim.resources or isinstance(claim.part, Stays):
            for key in claim.keys:
                bound[key].add(("key", part, key))
    for claim in claims:
        for key in claim.keys:
            own = ("key", parts[claim.module.path], key)
            if own not in bound[key] and bound[key]:
                # Bound in no module that this one is connected with by imports we read: any of them may be meant.
                groups.join([own, *bound[key]])
    made = [claim for claim in claims if isinstance(claim.part, Builds)]
    for claim in claims:
        if isinstance(claim.part, Loads) and not claim.resources:
            # Its resource cannot be followed, so it may be any that is built in reach.
            part = parts[claim.module.path]
            groups.join([claim, *(other for other in made if parts[other.module.path] == part)])
    found: dict[object, list[Claim]] = defaultdict(list)
    for claim in claims:
        found[groups.find(claim)].append(claim)
    return list(found.values())


def components_of(context: Context) -> dict[Path, object]:
    """Modules that import each other, directly or not, belong to one code location as far as is known."""
    tree = context.index.tree
    groups = Groups()
    for module in tree.modules.values():
        groups.find(module.path)
        for _, path in tree.imports_in(module):
            if path in tree.modules:
                groups.join([module.path, path])
    return {path: groups.find(path) for path in tree.modules}
