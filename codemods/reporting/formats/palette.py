"""Colours of text on a terminal, or none."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Palette:
    """Escape sequences for the few kinds of text that stand out. Empty where there is no terminal."""

    strong: str = ""
    quiet: str = ""
    good: str = ""
    warn: str = ""
    bad: str = ""
    end: str = ""

    def paint(self, code: str, text: str) -> str:
        return f"{code}{text}{self.end}" if code else text


PLAIN = Palette()
COLORED = Palette(
    strong="\033[1m", quiet="\033[2m", good="\033[32m", warn="\033[33m", bad="\033[31m", end="\033[0m"
)
