"""What users of Dagster see of a code location, as data: the graph, and what executing it did.

``python -m legacy_shim.snapshot`` loads code in a process of its own, optionally against a local dbt Cloud, executes
what it is asked to and writes one JSON document. ``legacy_shim.codemods.verify`` compares two of them. It knows
nothing of the codemod, so that what it says about migrated code is not the codemod's own opinion.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from legacy_shim.snapshot.order import Action, Order, parse_action
    from legacy_shim.snapshot.schema import Snapshot

_MODULE_OF = {"Action": "order", "Order": "order", "parse_action": "order", "take": "document"}

__all__ = ["Action", "Order", "parse_action", "take"]


def __getattr__(name: str) -> Any:
    if name in _MODULE_OF:
        from importlib import import_module

        return getattr(import_module(f"{__name__}.{_MODULE_OF[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def take(order: Order) -> Snapshot:
    """Load, execute and describe what `order` names; see :func:`legacy_shim.snapshot.document.take`."""
    from legacy_shim.snapshot.document import take as take_document

    return take_document(order)
