"""MIGRATION.md as data: one section for each code, its head taken from the catalogue.

``python -m legacy_shim.codemods.reporting.guide`` in a checkout brings the heads up to date after a change of the
catalogue, and adds the sections that are missing. What stands below a head is written by people.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from importlib import resources
from pathlib import Path
from typing import Final

from legacy_shim.catalogue import CODES, Code

FILE_NAME: Final = "MIGRATION.md"
SAFETY: Final = {
    "equal": "Same behaviour.",
    "differs": "Behaviour changes.",
    "manual": "Manual.",
}
FAMILIES: Final = {
    "1": "A legacy name is used",
    "2": "Behaviour differs",
    "3": "Kept on the facade",
    "4": "A fact is missing",
    "5": "A file problem",
}
# A single # at the start of a line may be a comment in an example; it never ends a section.
_SECTION = re.compile(
    r"^### (?P<code>LDC\d{3})\b[^\n]*\n(?P<body>.*?)(?=^#{2,3} |\Z)", re.MULTILINE | re.DOTALL
)


def guide_text() -> str:
    """The guide of this installation, whatever it was installed with; empty where it was left out.

    In a checkout the file beside this module is a link to the one at its top; a built package holds the file itself.
    """
    try:
        text = (resources.files(__package__) / FILE_NAME).read_text("utf-8")
    except (OSError, KeyError):  # a zip file raises the second one
        return ""
    if not text.strip().endswith(FILE_NAME):
        return text
    # A checkout without symbolic links, as git makes on some systems: the file holds the path of the other.
    return (Path(__file__).parent / text.strip()).read_text("utf-8")


def head(code: Code) -> str:
    """What a section begins with: the heading, how safe the change is, what it means and what to do."""
    return f"### {code.code} {code.title}\n\n*{SAFETY[code.safety]}* {code.means}\n\n**Do:** {code.do}\n"


def sections(guide: str) -> Iterator[tuple[str, str]]:
    """Each code that the guide has a section of, and the section, heading included."""
    for match in _SECTION.finditer(guide):
        yield match["code"], match[0].rstrip() + "\n"


def section(code: Code, guide: str) -> str:
    """The section of a code; its head alone where the guide has none."""
    return dict(sections(guide)).get(code.code, head(code))


def why(section_text: str) -> str:
    """What people wrote below the head of a section."""
    paragraphs = section_text.strip().split("\n\n")
    return "\n\n".join(paragraphs[3:]).strip()


def updated(guide: str) -> str:
    """The guide with every head as the catalogue has it, in the catalogue's order. What is not a code's stays."""
    matches = list(_SECTION.finditer(guide))
    before = guide[: matches[0].start()] if matches else guide.rstrip() + "\n\n"
    before = re.sub(r"(?:^## [^\n]*\n\s*)\Z", "", before, flags=re.MULTILINE)
    after = guide[matches[-1].end() :] if matches else ""
    texts = {match["code"]: why(match[0]) for match in matches}
    parts = []
    family = ""
    for code in CODES:
        if code.code[3] != family:
            family = code.code[3]
            parts.append(f"## LDC{family}xx: {FAMILIES[family]}\n")
        below = texts.get(code.code, "")
        parts.append(head(code) + (f"\n{below}\n" if below else ""))
    return before + "\n".join(parts) + (f"\n{after}" if after else "")


def main() -> int:
    """Rewrite the guide of the checkout where it is not up to date."""
    path = Path(__file__).resolve().parents[2] / FILE_NAME
    text = path.read_text("utf-8")
    path.write_text(updated(text), "utf-8", newline="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
