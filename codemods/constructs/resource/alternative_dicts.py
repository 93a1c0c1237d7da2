"""A resource that is configured by one of several dicts, as the code chooses where it runs.

    ENVS = {"dev": {"auth_token": ..., "account_id": 1}, "prod": {"auth_token": ..., "account_id": 2}}
    dbt_cloud_resource.configured(ENVS[os.getenv("ENV", "dev")])

Each setting is read of the one that is chosen, so all must have it. Legacy's switch of the schedules is no setting of a workspace.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from urllib.parse import urlsplit

from ...planning.settings import Setting

_SWITCH = "disable_schedule_on_trigger"
_HOST = "dbt_cloud_host"


def one_of(several: Sequence[Mapping[str, Setting]]) -> tuple[str, dict[str, Setting]]:
    """The entries of one of several dicts, or why they cannot be read alike."""
    first, *others = several
    names = dict.fromkeys(name for each in several for name in each)
    found: dict[str, Setting] = {}
    for name in names:
        if not all(name in each for each in several):
            if name == _SWITCH:
                continue
            return (
                f"`{name}` is in some of the dicts that may configure it, and not in all: write it in each",
                {},
            )
        given = [(other[name].module, other[name].node) for other in others]
        found[name] = Setting(first[name].module, first[name].node, others=tuple(given))
    if _HOST in found and any(_has_path(each.node) for each in found[_HOST].each()):
        return f"its `{_HOST}` has a path, which legacy did not ask: leave it out", {}
    return "", found


def _has_path(node: ast.expr) -> bool:
    host = urlsplit(str(node.value)) if isinstance(node, ast.Constant) else urlsplit("")
    return bool(host.netloc and host.path.strip("/"))
