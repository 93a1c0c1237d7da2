"""What changed in dbt Cloud since the facts of a job were written down."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

HELD = ("name", "project_id", "environment_id", "execute_steps")
"""What migrated code holds of a job."""
SCHEDULE = "schedule"
"""Under this name a facts file keeps whether the job's schedule was on: v2 does not turn it off."""
EARLIER = "earlier"
"""The key under which a facts file keeps what these were, so that `migrate` finds it in the code."""

_WORDS: Mapping[str, str] = {
    "name": "name",
    "project_id": "project",
    "environment_id": "environment",
    "execute_steps": "commands",
    "settings.threads": "threads",
    "settings.target_name": "target",
    "triggers.schedule": "schedule",
    "dbt_version": "dbt version",
    "deferring": "deferral",
    "generate_docs": "generation of docs",
    "name_is_unique": "uniqueness of the name",
}


@dataclass(frozen=True)
class Changed:
    """One thing that is not as it was. A job that is gone has no ``field``."""

    job_id: int
    field: str
    old: Any = None
    new: Any = None

    @property
    def in_words(self) -> str:
        """What changed, and what of it."""
        if not self.field:
            return "it no longer exists in dbt Cloud, or the token cannot see it"
        return f"its {_WORDS[self.field]}: {shown(self.old)} before, {shown(self.new)} now"


def shown(value: Any) -> str:
    """A fact in a line of text."""
    if isinstance(value, list):
        return ", ".join(f"`{' '.join(one) if isinstance(one, list) else one}`" for one in value) or "none"
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {one}" for key, one in value.items()) or "none"
    if isinstance(value, bool):
        return "on" if value else "off"
    return "none" if value is None else repr(value)


def changes_of(job_id: int, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Changed]:
    """What a new row of facts says otherwise than the old one. What the old one never said is no change."""
    # A look-up leaves out what is not there, and always says this; people may write less. Each job has settings.
    is_whole = "generate_docs" in old
    for field in _WORDS:
        before, now = _at(old, field), _at(new, field)
        was_said = before is not None or (is_whole and not field.startswith("settings."))
        if before != now and was_said:
            yield Changed(job_id, field, before, now)


def _at(row: Mapping[str, Any], field: str) -> Any:
    head, _, tail = field.partition(".")
    value = row.get(head)
    return value.get(tail) if tail and isinstance(value, Mapping) else None if tail else value


def with_earlier(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    """A new row that keeps what was otherwise before, of what migrated code holds."""
    kept: dict[str, list[Any]] = {}
    for field, path in {**{name: name for name in HELD}, SCHEDULE: "triggers.schedule"}.items():
        before, now = _at(old, path), _at(new, path)
        values = [*(old.get(EARLIER) or {}).get(field, []), *([before] if before is not None else [])]
        apart = [value for place, value in enumerate(values) if value not in values[:place]]
        kept[field] = [value for value in apart if value != now]
    found = {field: values for field, values in kept.items() if values}
    rest = {key: value for key, value in new.items() if key not in (EARLIER, "is_gone")}
    return {**rest, **({EARLIER: found} if found else {})}
