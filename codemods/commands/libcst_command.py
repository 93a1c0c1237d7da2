"""The migration as a command of LibCST's own runner::

    python -m libcst.tool codemod -x --no-format legacy_shim.codemods.commands.libcst_command.MigrateCommand .

The runner handles one file after the other, in several processes, and a resource and its users stand in several files.
So the tree is read and decided as a whole when the arguments are parsed, before the runner writes anything; what is
left for each file is to take its new text. ``--tree`` names the tree: the same path that the runner is given.
"""

from __future__ import annotations

import argparse
import os
from dataclasses import dataclass
from pathlib import Path

import libcst as cst
from libcst.codemod import CodemodCommand, CodemodContext

from legacy_shim.visible import message, one_line

from .. import pipeline
from ..errors import UsageError
from ..facts.jobs import (
    discover_facts,
    load_facts,
)
from ..options import Options


@dataclass(frozen=True)
class Decided:
    """What becomes of each file of a tree, by its absolute path."""

    texts: dict[str, str]
    """The new text of the files that change."""
    told: dict[str, tuple[str, ...]]
    """What is reported for a file, a line each."""


def decide(tree: str) -> Decided:
    """Read the tree and decide, with the facts file that is found beside or above it. Writes nothing."""
    paths = [Path(tree)]
    try:
        report = pipeline.migrate(
            paths, Options(facts=load_facts(discover_facts(paths)), env=dict(os.environ))
        )
    except UsageError as error:
        raise argparse.ArgumentTypeError(message(str(error))) from None
    told: dict[str, tuple[str, ...]] = {}
    for finding in report.findings:
        path = str(finding.place.path.resolve())
        line = (
            f"{finding.place.line}:{finding.place.column} {finding.code} "
            f"{one_line(finding.message or finding.title)}"
        )
        told[path] = (*told.get(path, ()), line)
    return Decided({str(change.path.resolve()): change.new_text for change in report.changes}, told)


class MigrateCommand(CodemodCommand):
    """Takes each file's new text from what was decided for the whole tree."""

    DESCRIPTION = "Takes code off Dagster's legacy dbt Cloud integration, to dagster_dbt.cloud_v2."

    @staticmethod
    def add_args(arg_parser: argparse.ArgumentParser) -> None:
        """Add ``--tree``. Its value is what was decided for the tree."""
        arg_parser.add_argument(
            "--tree",
            type=decide,
            default=".",
            metavar="PATH",
            help="The tree to decide for as a whole, the same as PATH. [default: .]",
        )

    def __init__(self, context: CodemodContext, tree: Decided) -> None:
        super().__init__(context)
        self._decided = tree

    def transform_module_impl(self, tree: cst.Module) -> cst.Module:
        """Answer the new text of the file, and warn of what is reported for it."""
        path = str(Path(self.context.filename or "").resolve())
        for line in self._decided.told.get(path, ()):
            self.warn(line)
        text = self._decided.texts.get(path)
        return tree if text is None else cst.parse_module(text, config=tree.config_for_parsing)
