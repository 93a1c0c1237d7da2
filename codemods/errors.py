"""The errors of the codemod that are answers to people, not bugs."""

from __future__ import annotations

from .findings import Finding


class UsageError(Exception):
    """The command cannot be done as given: a path or file that is not there, facts that are wrong (exit code 2).

    Nothing was written when it is raised. The message is for people and holds no secret.
    """


class SourceError(Exception):
    """One file cannot be read, decoded or written. ``finding`` says why; the other files can still be done."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(f"{finding.place}: {finding.message}")
        self.finding = finding
