"""The text of an op that does what ``dbt_cloud_run_op`` does, on v2's client.

Source: ``dagster_dbt.cloud.ops`` and ``dagster_dbt.cloud.utils``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ...analysis.syntax.source_module import Module
from ...editing import render
from ...editing.render import Field
from ...editing.style import Style
from ...planning.claims import (
    Claim,
    Context,
    Rewrite,
)
from ...planning.units import Unit
from ...planning.v2 import Use
from ..clients.run_and_poll import (
    FAILS_AS_V2,
    FIXED_CAUSE,
    Fails,
    Poll,
    fails_in,
    run_and_poll,
    without_related,
)
from ..clients.run_class import results_lines
from ..clients.run_objects import define
from ..given_up import CODE as GIVEN_UP
from ..given_up import left_going
from .places import KEY

NAME = "dbt_cloud_run_op"
PREFIX = ("dbt",)
"""What the keys of its materializations begin with, unless the configuration says otherwise."""

LOCALS = frozenset(
    {"context", "client", "run", "run_id", "page", "error", "artifacts", "result", "node", "built"}
)
"""What is bound in the op, and hides what the module has under such a name."""

_BUILT = ("model", "seed", "snapshot")
_SUCCESS = ("success", "no-op", "reused", "warn")
_TIMES = {
    "created_at": "created_at",
    "started_at": "started_at",
    "finished_at": "finished_at",
    "total_duration": "duration",
    "run_duration": "run_duration",
}
"""Metadata of the output, and the entries of the run details that hold it."""


@dataclass(frozen=True)
class Materializations:
    """Whether the op yields materializations, and under which keys, as text."""

    prefix: str
    """What stands before ``*node`` in the list that is the key; maybe nothing."""
    condition: str = ""
    """When; empty: always."""


def op_text(
    function: str,
    own_fields: Sequence[Field],
    poll: Poll,
    materializations: Materializations | None,
    use: Use,
    style: Style,
    before: Sequence[str] = (),
    answers: str = "",
) -> str:
    """The decorated function.

    ``own_fields`` are arguments of ``@op`` beside those that every such op has, ``before`` are its first lines. ``answers``
    is the class of what it outputs; empty where that is the details of the run.
    """
    text = style.string
    start = f"{{{text('start_after')}: {use('dagster', 'In')}({use('dagster', 'Nothing')})}}"
    tags = f"{{{text('dagster/compute_kind')}: {text('dbt_cloud')}}}"
    fields = [
        *own_fields,
        Field(start, "ins"),
        Field(f"{{{text(KEY)}}}", "required_resource_keys"),
        Field(tags, "tags"),
    ]
    body = [
        *before,
        *run_and_poll(poll, "run", f"context.resources.{KEY}.get_client()", "client", use, style),
    ]
    if materializations is not None:
        body += _materialized(materializations, use, style)
    lines = [
        render.call(f"@{use('dagster', 'op')}", fields, style),
        f"def {function}(context):",
        *(f"{style.indent}{line}" for line in [*body, *_output(answers, use, style)]),
    ]
    return "\n".join(lines) + "\n"


def _materialized(wanted: Materializations, use: Use, style: Style) -> list[str]:
    text, tab = style.string, style.indent
    built = ", ".join(text(kind) for kind in _BUILT)
    success = ", ".join(text(status) for status in _SUCCESS)
    condition = f"{wanted.condition} and " if wanted.condition else ""
    return [
        f"artifacts = client.list_run_artifacts(run[{text('id')}])",
        f"if {condition}{text('run_results.json')} in artifacts:",
        f"{tab}for result in client.get_run_results_json(run[{text('id')}])[{text('results')}]:",
        f"{tab * 2}node = result[{text('unique_id')}].split({text('.')})",
        f"{tab * 2}built = node[0] in ({built})",
        f"{tab * 2}if built and result[{text('status')}] in ({success}):",
        f"{tab * 3}yield {use('dagster', 'AssetMaterialization')}(",
        f"{tab * 4}[{wanted.prefix}{', ' if wanted.prefix else ''}*node],",
        f"{tab * 4}metadata={{",
        f"{tab * 5}{text('Status')}: result[{text('status')}],",
        f"{tab * 5}{text('Execution Time (seconds)')}: result[{text('execution_time')}],",
        f"{tab * 4}}},",
        f"{tab * 3})",
    ]


def answers_of(context: Context, module: Module, unit: Unit, done: Rewrite) -> str:
    """The class of what an op of a file outputs, which the file defines; empty where that is the details of the run."""
    return define(context, module, unit, done) if context.run_objects else ""


def _output(answers: str, use: Use, style: Style) -> list[str]:
    tab, text = style.indent, style.string
    entries = [f"{tab * 2}{text(name)}: run[{text(key)}]," for name, key in _TIMES.items()]
    return [
        *(results_lines(use, style) if answers else []),
        f"yield {use('dagster', 'Output')}(",
        f"{tab}{answers}(run, result)," if answers else f"{tab}run,",
        f"{tab}metadata={{",
        *entries,
        f"{tab}}},",
        ")",
    ]


def tell_of_op(
    done: Rewrite,
    claim: Claim,
    context: Context,
    *,
    materializes: bool,
    limits: bool,
    undescribed: bool,
    causes: bool = True,
) -> None:
    """Report what is different about the op. ``limits``: it may have a time limit; ``causes``: v2's client starts its run."""
    release, fails = context.release, fails_in(context)

    def report(code: str, message: str) -> None:
        done.report(claim.module, claim.node, code, message, NAME)

    output = "an object of the file's own class" if context.run_objects else "a mapping of run details"
    report("LDC213", f"its output is {output}{', and it has no description' * undescribed}")
    if release.lacks("related"):
        report("LDC213", without_related(release))
    if materializes:
        said = "materializations keep status and execution time, and lose the other times and the description"
        report("LDC206", said)
    if causes:
        report("LDC212", FIXED_CAUSE)
    report("LDC218", "requests time out after 15 seconds, and v2's retries apply")
    if fails is Fails.AS_V2:
        report("LDC225", FAILS_AS_V2)
    for message in left_going(release, when_late=limits and fails is not Fails.AS_LEGACY):
        report(GIVEN_UP, message)
