"""What is read of a ``DbtCloudOutput`` is read of the details of the run.

    output.run_id                ->  output["id"]
    output.result["results"]     ->  client.get_run_results_json(output["id"])["results"]

Source: ``dagster_dbt.cloud.types``. Where a job ran no dbt command with results, legacy's ``result`` is empty, and v2's
client raises.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from ...analysis.inference.legacy_names import is_output
from ...analysis.inference.values import Member, in_order
from ...analysis.syntax.source_module import Module
from ...editing.edits import ReplaceAround
from ...findings import Finding
from ...planning.claims import (
    Claim,
    Context,
    Kind,
    Rewrite,
)
from ...planning.units import Unit
from .changed_results import may_be_changed
from .methods import JOB_NAME_ATTRIBUTE, OUTPUT_ATTRIBUTES, RESULTS_ATTRIBUTE, STATUS_ATTRIBUTE, by_hand
from .results_in_reach import results_text
from .run_objects import ATTRIBUTES
from .statuses import compared_statuses
from .uses import (
    client_claim,
    is_taken_here,
    rewrite_attribute,
)


@dataclass(frozen=True)
class ComparedStatus:
    """The status, which is compared."""


@dataclass(frozen=True)
class Replaced:
    """An attribute that something else takes the place of."""

    by: str


@dataclass(frozen=True)
class Same:
    """An attribute that the object of a run has as legacy's had."""


Detail = ComparedStatus | Replaced | Same
CONSTRUCT = Kind[Detail]("run_outputs")


def claims(context: Context) -> Iterator[Claim[Detail]]:
    """One claim for each attribute that is read of an output."""
    seen: set[ast.AST] = set()
    for reference in context.index.references:
        for link in reference.chain:
            if link in seen or not isinstance(link, ast.Attribute):
                continue
            for value in in_order(context.index.values(reference.module, link)):
                if not (isinstance(value, Member) and is_output(value.of)):
                    continue
                if is_taken_here(context.index, reference.module, link, value):
                    seen.add(link)
                    yield _claim(context, reference.module, link, value)
                    break


def _claim(context: Context, module: Module, node: ast.Attribute, value: Member) -> Claim[Detail]:
    replacement = OUTPUT_ATTRIBUTES.get(value.attribute)
    is_object = context.run_objects and is_output(value.of)
    if is_object and value.attribute in ATTRIBUTES:
        return client_claim(CONSTRUCT, module, node, value, Same())
    if value.attribute == RESULTS_ATTRIBUTE:
        replacement = results_text(context, module, node)
        if replacement is not None and may_be_changed(context, module, node, value):
            said = "the results of the run may be changed in place, and v2 fetches them again for each read: assign `output.result` to a name once"
            finding = Finding(module.place(node), "LDC304", said, "DbtCloudOutput")
            return client_claim(CONSTRUCT, module, node, value, Replaced(""), blocked=(finding,))
    blocked: tuple[Finding, ...] = ()
    if value.attribute == STATUS_ATTRIBUTE and compared_statuses(context, module, node):
        return client_claim(CONSTRUCT, module, node, value, ComparedStatus())
    if value.attribute == STATUS_ATTRIBUTE and _is_shown(module, node):
        replacement = '{}.run_details["status_humanized"]' if is_object else '{}["status_humanized"]'
    if replacement is None:
        said = f"`.{value.attribute}` is not rewritten: {by_hand(value.attribute)}"
        blocked = (Finding(module.place(node), "LDC304", said, "DbtCloudOutput"),)
    lacks = context.release.lacks("related") if value.attribute == JOB_NAME_ATTRIBUTE else ""
    if lacks:
        blocked = (Finding(module.place(node), "LDC309", lacks, "DbtCloudOutput"),)
    return client_claim(
        CONSTRUCT,
        module,
        node,
        value,
        Replaced(replacement or ""),
        blocked=blocked,
    )


def _is_shown(module: Module, node: ast.Attribute) -> bool:
    """Whether a status goes into an f-string as it is."""
    above = module.parent(node)
    return isinstance(above, ast.FormattedValue) and above.conversion < 0 and above.format_spec is None


def rewrite(claim: Claim[Detail], unit: Unit, context: Context) -> Rewrite:  # noqa: ARG001  a construct's signature
    """Read it of the details of the run."""
    done = Rewrite()
    module, node, detail = claim.module, claim.node, claim.detail
    assert isinstance(node, ast.Attribute)
    if isinstance(detail, Same):
        return done
    if isinstance(detail, ComparedStatus):
        of_object = context.run_objects and any(
            isinstance(value, Member) and is_output(value.of) for value in context.index.values(module, node)
        )
        text = f"{{}}{'.run_details' if of_object else ''}[{context.style(module).string('status')}]"
        done.edit(module, ReplaceAround(module.span(node), text))
        return done
    rewrite_attribute(claim, detail.by, done)
    if node.attr == STATUS_ATTRIBUTE:
        done.report(module, node, "LDC213", "the status is the text that dbt Cloud shows", claim.name)
    if node.attr == RESULTS_ATTRIBUTE:
        said = "the results are fetched where they are read, and a run without results raises there"
        done.report(module, node, "LDC213", said, claim.name)
    return done
