"""Dagster's own values as JSON: the same for the same value, whatever object it was."""

from __future__ import annotations

import functools
import json
from collections.abc import Iterable, Mapping
from typing import Any

from dagster import (
    AssetKey,
    PartitionsDefinition,
    ResourceDefinition,
    ScheduleDefinition,
    SensorDefinition,
    TimeWindowPartitionsDefinition,
)
from dagster._config.type_printer import print_config_type_to_string
from dagster._core.definitions.metadata import normalize_metadata
from dagster._core.definitions.partitions.snap.snap import PartitionsSnap
from dagster_shared.serdes import serialize_value
from dagster_shared.serdes.errors import SerializationError

_OF_DBT_CLOUD = frozenset({"dagster_dbt/cloud_account_id", "dbt Cloud Job"})
"""Metadata of assets that dbt Cloud makes; the first since dagster-dbt 0.29, the second of the legacy loader."""
_KIND_OF_DBT_CLOUD = "dbtcloud"
_SECRET_NAMES = frozenset({"auth_token", "api_token", "token", "password"})


def text_of(key: AssetKey) -> str:
    """An asset key the way Dagster's UI and command line write it: ``a/b``."""
    return key.to_user_string()


def texts_of(keys: Iterable[AssetKey]) -> list[str]:
    return sorted(text_of(key) for key in keys)


def is_from_dbt_cloud(node: Any) -> bool:
    """Whether an asset node was loaded from dbt Cloud, by the legacy integration or by v2."""
    return bool(_OF_DBT_CLOUD & set(node.metadata)) or _KIND_OF_DBT_CLOUD in node.kinds


def op_of(node: Any) -> str | None:
    """The name of the op, or graph, that makes an asset."""
    return node.assets_def.node_def.name if node.assets_def.computation else None


def plain(value: Any) -> Any:
    """A policy, condition or partitions definition as data; what cannot be serialized, by the name of its class."""
    if value is None:
        return None
    if isinstance(value, PartitionsDefinition):
        value = PartitionsSnap.from_def(value)
    try:
        return json.loads(serialize_value(value))
    except (SerializationError, TypeError, ValueError):
        return {"__class__": type(value).__name__}


@functools.lru_cache(maxsize=64)
def first_partitions(definition: PartitionsDefinition[Any] | None) -> list[str] | None:
    """The first two partition keys, which are enough to try one partition and a range; none where nobody knows them."""
    if definition is None:
        return None
    if isinstance(definition, TimeWindowPartitionsDefinition):
        first = definition.get_first_partition_key()
        window = definition.get_first_partition_window()
        if first is None or window is None:
            return []
        following = definition.get_next_partition_window(window.end)
        second = definition.get_partition_key_range_for_time_window(following).start if following else None
        return [first] if second is None else [first, second]
    try:
        return list(definition.get_partition_keys()[:2])
    except Exception:  # dynamic partitions are known to an instance alone
        return []


def metadata(values: Mapping[str, Any]) -> dict[str, Any]:
    """Each entry with its type, so that a URL that became a text shows."""
    entries = normalize_metadata(dict(values), allow_invalid=True)
    return {name: [type(entry).__name__, _simple(entry.value)] for name, entry in sorted(entries.items())}


def config_schema(definition: Any) -> str | None:
    """The config schema of an op or a resource as Dagster prints it; None where it takes no config."""
    schema = definition.config_schema
    config_type = getattr(schema, "config_type", None)
    if config_type is None or str(getattr(config_type, "given_name", "")) == "Any":
        return None
    printed: str = print_config_type_to_string(config_type, with_lines=False)  # type: ignore[no-untyped-call]
    return printed


def without_secrets(config: Any) -> Any:
    """Run config as data, with the values of fields that hold a token left out."""
    if isinstance(config, Mapping):
        return {
            str(name): "***" if name in _SECRET_NAMES else without_secrets(value)
            for name, value in sorted(config.items(), key=lambda item: str(item[0]))
        }
    if isinstance(config, (list, tuple)):
        return [without_secrets(value) for value in config]
    return _simple(config)


def class_of(resource: ResourceDefinition) -> str:
    """What a resource is: the class behind a Pythonic resource, or ``ResourceDefinition``."""
    wrapped = getattr(resource, "configurable_resource_cls", None)
    return wrapped.__name__ if isinstance(wrapped, type) else type(resource).__name__


def job_names_of(definition: ScheduleDefinition | SensorDefinition) -> list[str]:
    return sorted({target.job_name for target in _targets(definition)})


def _targets(definition: ScheduleDefinition | SensorDefinition) -> list[Any]:
    if isinstance(definition, SensorDefinition):
        return list(definition.targets)
    return [definition.target]


def _simple(value: Any) -> Any:
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if type(value) in (list, tuple, set, frozenset):  # records of Dagster are tuples too, and more than that
        items = [_simple(item) for item in value]
        return items if type(value) in (list, tuple) else sorted(items, key=repr)
    if isinstance(value, Mapping):
        return {
            str(name): _simple(item) for name, item in sorted(value.items(), key=lambda pair: str(pair[0]))
        }
    return plain(value)
