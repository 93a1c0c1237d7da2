"""Where Dagster takes a ``ResourceDefinition`` and nothing else: a workspace is none, and the code would not load.

    @graph_asset(resource_defs={"dbt_cloud": dbt_cloud})        AssetsDefinition.from_graph(graph, resource_defs=...)

Source: ``dagster._core.definitions``, where every other place wraps what it is given (``wrap_resources_for_execution``).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ...analysis.inference.values import External
from ...analysis.uses.escapes import Binding
from ...findings import Finding
from ...planning.claims import Context

_TAKING = frozenset(
    {
        "dagster.graph_asset",
        "dagster.graph_multi_asset",
        "dagster.AssetsDefinition.from_graph",
        "dagster.JobDefinition",
    }
)


def taken_as_definitions(context: Context, bindings: Iterable[Binding], name: str) -> Iterator[Finding]:
    """A finding for each of the bindings that a workspace cannot take."""
    for binding in bindings:
        call, module = binding.call, binding.role.module
        if call is None:
            continue
        callees = context.index.values(module, call.func)
        if any(isinstance(one, External) and one.name in _TAKING for one in callees):
            shown = module.source_of(call.func)
            said = f'`{shown}` takes no workspace as a resource: leave `resource_defs` out, and bind it in `Definitions(resources={{"{binding.key}": ...}})`'
            yield Finding(module.place(call), "LDC302", said, name)
