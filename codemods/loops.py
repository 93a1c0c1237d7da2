"""A comprehension that loads one job after another: ``[load(dbt_cloud=x, job_id=job) for job in (1, 2)]``."""

from __future__ import annotations

import ast
from dataclasses import dataclass, replace

from .claims import Context, JobRef
from .functions import collected_by
from .modules import Module, Span
from .roles import COMPREHENSIONS
from .values import Literal


@dataclass(frozen=True, eq=False)
class Loop:
    """The comprehension around a load, and the jobs that it goes through."""

    node: ast.ListComp | ast.SetComp | ast.GeneratorExp
    jobs: tuple[JobRef, ...]

    def span_in(self, module: Module) -> Span:
        """Where the comprehension stands, without the parentheses that a generator is written in."""
        span = module.span(self.node)
        if not isinstance(self.node, ast.GeneratorExp):
            return span
        last = self.node.generators[-1].iter
        return replace(
            module.span(self.node.elt),
            end_line=module.span(last).end_line,
            end_column=module.span(last).end_column,
        )


def loop_around(context: Context, module: Module, call: ast.Call, job: ast.expr) -> tuple[Loop | None, str]:
    """The comprehension that collects what ``call`` loads, whose variable is the ``job`` alone.

    None where the call stands in no loop, and where the loop cannot be written out: then with the reason.
    """
    outer = next(
        (
            node
            for node in module.ancestors(call)
            if isinstance(node, (*COMPREHENSIONS, ast.DictComp, ast.For, ast.AsyncFor, ast.While))
        ),
        None,
    )
    if outer is None:
        return None, ""
    said = "it loads several jobs in a loop that cannot be written out"
    if not isinstance(outer, COMPREHENSIONS) or collected_by(outer) is not call:
        return None, said
    first = outer.generators[0]
    is_second = len(outer.generators) == 2 and outer.generators[1].iter is call
    if len(outer.generators) > 1 and not is_second:
        return None, said
    variable = first.target
    if first.ifs or first.is_async or not isinstance(variable, ast.Name):
        return None, said
    uses = [node for node in ast.walk(call) if isinstance(node, ast.Name) and node.id == variable.id]
    if uses != [job]:
        return None, said
    displays = context.index.values(module, first.iter)
    if len(displays) != 1:
        return None, said
    (display,) = displays
    if not isinstance(display, Literal) or not isinstance(display.node, (ast.List, ast.Tuple)):
        return None, said
    jobs = tuple(context.job_ref(display.module, node) for node in display.node.elts)
    is_reachable = display.module is module or not any(job.variable for job in jobs)
    if not jobs or any(job.job_id is None for job in jobs) or not is_reachable:
        return None, said
    return Loop(outer, jobs), ""
