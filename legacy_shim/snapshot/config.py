"""Configuration as data: what an op takes, what a job or a schedule is given, and whether Dagster would start with it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from dagster import DagsterInvalidConfigError, Field, JobDefinition, ScheduleDefinition, validate_run_config
from dagster._config import ConfigType, ConfigTypeKind

from legacy_shim.snapshot.values import simple

_SECRET_NAMES = frozenset({"auth_token", "api_token", "token", "password"})
_HIDDEN = "***"


def config_schema(definition: Any) -> str | None:
    """The config schema of an op, with its defaults, on one line; None where it takes no config."""
    config_type = getattr(definition.config_schema, "config_type", None)
    if config_type is None or str(getattr(config_type, "given_name", "")) == "Any":
        return None
    return _type_text(config_type)


def _type_text(config_type: Any) -> str:
    kind = config_type.kind
    if kind == ConfigTypeKind.ARRAY:
        return f"[{_type_text(config_type.inner_type)}]"
    if kind == ConfigTypeKind.NONEABLE:
        return f"{_type_text(config_type.inner_type)}?"
    if kind == ConfigTypeKind.SCALAR_UNION:
        return f"({_type_text(config_type.scalar_type)} | {_type_text(config_type.non_scalar_type)})"
    if kind == ConfigTypeKind.MAP:
        return f"{{ [{_type_text(config_type.key_type)}]: {_type_text(config_type.inner_type)} }}"
    if ConfigTypeKind.has_fields(kind):
        rows = [_field_text(name, field) for name, field in sorted(config_type.fields.items())]
        rows += ["..."] if kind == ConfigTypeKind.PERMISSIVE_SHAPE else []
        mark = "one of " if kind == ConfigTypeKind.SELECTOR else ""
        return f"{mark}{{ {', '.join(rows)} }}" if rows else f"{mark}{{}}"
    return str(config_type.given_name)


def _field_text(name: str, field: Field) -> str:
    """``a: Int``, or ``a?: Int = 5`` for one that may be left out."""
    config_type: Any = field.config_type
    if field.is_required:
        return f"{name}: {_type_text(config_type)}"
    if not field.default_provided or field.default_value is None:
        return f"{name}?: {_type_text(config_type)}"
    if config_type.kind == ConfigTypeKind.NONEABLE:
        # Dagster lets every field of a Config class that has a default be null; the class then refuses it.
        config_type = config_type.inner_type
    return f"{name}?: {_type_text(config_type)} = {_default_text(name, field, config_type)}"


def _default_text(name: str, field: Field, config_type: ConfigType) -> str:
    if name in _SECRET_NAMES:
        return _HIDDEN
    if ConfigTypeKind.has_fields(config_type.kind):
        return "{...}"  # put together from the defaults of its fields, which stand there
    value = field.default_value
    is_whole = isinstance(value, float) and value.is_integer()  # 10 and 10.0 are one default
    return json.dumps(int(value) if is_whole else without_secrets(value))


def without_secrets(config: Any) -> Any:
    """Run config as data, with the values of fields that hold a token left out."""
    if isinstance(config, Mapping):
        return {
            str(name): _HIDDEN if name in _SECRET_NAMES else without_secrets(value)
            for name, value in sorted(config.items(), key=lambda item: str(item[0]))
        }
    if isinstance(config, (list, tuple)):
        return [without_secrets(value) for value in config]
    return simple(config)


def launch_problem(job: JobDefinition, run_config: Any) -> str | None:
    """Why Dagster would not start the job with this run config, in a few words; None where it would."""
    try:
        validate_run_config(job, run_config or {})
    except DagsterInvalidConfigError as error:
        return "; ".join(sorted(map(_config_problem, error.errors)))
    except Exception as error:
        return type(error).__name__
    return None


def _config_problem(error: Any) -> str:
    """The kind of an error of run config, the fields and the place; no value of a field."""
    data = error.error_data
    fields = getattr(data, "field_names", None) or [getattr(data, "field_name", "")]
    place = "/".join(str(getattr(level, "field_name", level)) for level in error.stack.levels) or "the root"
    return f"{error.reason.name.lower().replace('_', ' ')} {', '.join(map(str, fields))} at {place}"


def static_run_config(schedule: ScheduleDefinition) -> Any:
    """The run config that a schedule was given as data; None where a function of the user's makes it."""
    function = getattr(schedule, "_run_config_fn", None)
    if function is None or not str(getattr(function, "__module__", "")).startswith("dagster."):
        return None
    return function(None)
