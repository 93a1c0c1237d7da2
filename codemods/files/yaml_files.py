"""YAML that a project has, read without taking minutes for what is no configuration."""

from __future__ import annotations

from pathlib import Path

from legacy_shim.regular_file import read_bytes

LARGEST = 1024 * 1024
"""Bytes. What is larger is data."""
_DEEPEST = 50
"""Levels of lists and mappings. A workspace has five."""


def yaml_text(path: Path) -> str:
    """The text of a YAML file. Raises OSError where it cannot be read, and ValueError where it is no YAML or nested too deeply.

    The parser takes minutes for what is nested deeply, or ends.
    """
    import yaml  # type: ignore[import-untyped]  # Few projects need it here.

    text = read_bytes(path, largest=LARGEST).decode("utf-8-sig")
    depth = 0
    try:
        for event in yaml.parse(text, Loader=yaml.SafeLoader):
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            if depth > _DEEPEST:
                raise ValueError(f"{path} is nested too deeply")
    except yaml.YAMLError as error:
        raise ValueError(str(error)) from error
    return text
