"""Parameters that Dagster fills with the resource are annotated with the workspace.

def one(dbt_cloud: DbtCloudClientResource):     ->  def one(dbt_cloud: DbtCloudWorkspace):
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from ...analysis.dagster_api.injection import (
    annotates_resource,
    is_injected,
)
from ...analysis.inference.values import (
    Keyed,
    Local,
)
from ...analysis.syntax.source_module import FUNCTIONS
from ...editing.edits import ReplaceExpression
from ...findings import Finding
from ...planning.claims import (
    Claim,
    Context,
    Kind,
    Rewrite,
    covered,
)
from ...planning.units import Unit
from ...planning.v2 import CLOUD_V2
from ..clients.uses import client_claim

CONSTRUCT = Kind[None]("resource_parameters")


def claims(context: Context) -> Iterator[Claim[None]]:
    """One claim for the annotation of each parameter that Dagster fills with a legacy resource."""
    evaluator = context.index.evaluator
    for module in context.index.tree.modules.values():
        for node in module.nodes:
            if not isinstance(node, FUNCTIONS):
                continue
            for arg in [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]:
                annotation = arg.annotation
                if (
                    annotation is not None
                    and is_injected(evaluator, module, node, arg)
                    and annotates_resource(evaluator, module, annotation)
                ):
                    value = Keyed(module, arg, arg.arg)
                    plain = isinstance(
                        annotation, (ast.Name, ast.Attribute, ast.Subscript)
                    ) or _is_quoted_name(annotation)
                    said = "the annotation is more than a name: write `DbtCloudClientResource` alone"
                    finding = Finding(module.place(arg), "LDC302", said, "DbtCloudClientResource")
                    blocked = () if plain else (finding,)
                    yield client_claim(
                        CONSTRUCT,
                        module,
                        annotation,
                        value,
                        None,
                        blocked=blocked,
                        covers=covered([annotation]) | {annotation},
                    )


def _is_quoted_name(annotation: ast.expr) -> bool:
    text = annotation.value if isinstance(annotation, ast.Constant) else None
    return isinstance(text, str) and all(part.isidentifier() for part in text.split("."))


def rewrite(claim: Claim[None], unit: Unit, context: Context) -> Rewrite:
    """Name the workspace, unless the annotation names a class of the user's, which is rewritten where it stands."""
    done = Rewrite()
    module, node = claim.module, claim.node
    assert isinstance(node, ast.expr)
    if not any(isinstance(value, Local) for value in context.index.values(module, node)):
        text = unit.using(done, module)(CLOUD_V2, "DbtCloudWorkspace")
        if isinstance(node, ast.Constant):
            text = context.style(module).string(text)
        done.edit(module, ReplaceExpression(module.span(node), text))
    return done
