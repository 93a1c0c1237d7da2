"""What a migration made of the marked lines of a program."""

from __future__ import annotations

import re
from pathlib import Path

from programs import Program
from rewriting import migrate
from rows import check_whole

_MARKED = re.compile(r"# (?P<mark>away|read|told|job)$")
_LEGACY_READS = re.compile(r"\.run_job_and_poll|\.get_dbt_client|\.run_id")


def wrong_in(program: Program, folder: Path) -> str:
    """What the migration got wrong, with the text that it wrote; empty where nothing is."""
    texts, report = migrate(folder, program.files)
    codes = {finding.code for finding in report.findings}
    after = "\n".join(texts.values())
    for name, text in texts.items():
        check_whole(name, text)
    lines = {line.strip() for line in after.splitlines()}
    is_kept = "from legacy_shim" in after and any(code[3] in "34" for code in codes)
    for text in program.files.values():
        for line in text.splitlines():
            found = _MARKED.search(line)
            if found and not _is_right(found["mark"], after, codes, stays=is_kept and line.strip() in lines):
                return f"{line.strip()}\n{sorted(codes)}\n{after}"
    return ""


def _is_right(mark: str, after: str, codes: set[str], *, stays: bool) -> bool:
    if mark in {"read", "told"} and "class DbtCloudOutput:" in after and "from legacy_shim" not in after:
        return not re.search(r"\.run_job_and_poll|\.get_dbt_client", after)  # it is read as it was
    if mark == "job":  # a table of jobs is asked for the job that it is in the end, and raises for another
        return "LDC214" in codes or "DBT_CLOUD_JOBS[" in after or any(code[3] in "34" for code in codes)
    if mark == "told":
        return stays or "LDC213" in codes
    if mark == "read":
        return stays or ("from legacy_shim" not in after and not _LEGACY_READS.search(after))
    return stays
