"""The v2 names that emitted code uses, and how they are imported. Source: ``dagster_dbt.cloud_v2`` (0.28 and later)."""

from __future__ import annotations

import re
from collections.abc import Callable

from ..analysis.syntax.source_module import Module
from ..editing.namespace import Namespace
from .claims import Rewrite

CLOUD_V2 = "dagster_dbt.cloud_v2"
DEFAULT_HOST = "https://cloud.getdbt.com"

_OP_NAME = re.compile(r"dbt_cloud_job_(\d{1,18})")

Use = Callable[[str, str], str]
"""Makes ``name`` of a module usable in a file, and answers how to write it there."""


def using(rewrite: Rewrite, module: Module, namespace: Namespace) -> Use:
    """A function that imports ``name`` of a module into ``module`` and answers how to write it there."""

    def use(source: str, name: str) -> str:
        if source == "builtins" and name:
            return name if name not in namespace.hiding else f"{use(source, '')}.{name}"
        imported = namespace.importing(source, name)
        if imported is not None:
            rewrite.need(module, imported)
            return imported.bound_name
        return namespace.existing(source, name)

    return use


def missing_fact(use: Use, fact: str, job: str) -> str:
    """The placeholder for a fact that is not known: it raises when the code loads."""
    arguments = f'"{fact}", job_id={job}' if job else f'"{fact}"'
    return f"{use('legacy_shim', 'missing_fact')}({arguments})"


def missing_row(use: Use, job_id: int) -> str:
    """The placeholder for the row of a job, which raises in the deployment that runs the job."""
    return f"{use('legacy_shim', 'missing_row')}(job_id={job_id})"


def no_limit(use: Use, quote: str) -> str:
    """How long to wait where legacy waited without a limit: any number would be shorter."""
    return f"{use('builtins', 'float')}({quote}inf{quote})"


def job_of_op(name: object) -> int | None:
    """The job of which a migration named the op of the assets; None for another name."""
    match = _OP_NAME.fullmatch(name) if isinstance(name, str) else None
    return int(match[1]) if match else None
