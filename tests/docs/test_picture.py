"""The picture in the README shows what the commands print today."""

from __future__ import annotations

import html
import importlib.util
import re
from types import ModuleType

from documents import TOP
from rich.text import Text


def load_picture() -> ModuleType:
    """``examples/picture.py``, which is a script."""
    spec = importlib.util.spec_from_file_location("picture", TOP / "examples" / "picture.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_readme_shows_the_picture() -> None:
    assert "](examples/terminal.svg)" in (TOP / "README.md").read_text("utf-8")


def test_the_picture_shows_what_is_printed() -> None:
    """If it does not: ``python examples/picture.py``."""
    svg = (TOP / "examples" / "terminal.svg").read_text("utf-8")
    texts = re.findall(r"<text [^>]*>([^<]*)</text>", svg)[1:]  # the first one is the title
    shown = re.sub(r"\s+", "", html.unescape("".join(texts)))
    printed = Text.from_ansi(load_picture().output()).plain
    assert shown == re.sub(r"\s+", "", printed)
