"""Dagster's own values as JSON: the same for the same value, whatever object it was."""

from __future__ import annotations

import functools
import inspect
import itertools
import json
from collections.abc import Iterable, Mapping
from typing import Any

from dagster import (
    AssetKey,
    DynamicPartitionsDefinition,
    MultiPartitionKey,
    MultiPartitionsDefinition,
    PartitionsDefinition,
    ResourceDefinition,
    ScheduleDefinition,
    SensorDefinition,
    TimeWindowPartitionsDefinition,
)
from dagster._core.definitions.metadata import normalize_metadata
from dagster._core.definitions.partitions.snap.snap import PartitionsSnap
from dagster_shared.serdes import serialize_value
from dagster_shared.serdes.errors import SerializationError

_OF_DBT_CLOUD = frozenset({"dagster_dbt/cloud_account_id", "dbt Cloud Job"})
"""Metadata of assets that dbt Cloud makes; the first since dagster-dbt 0.29, the second of the legacy loader."""
_KIND_OF_DBT_CLOUD = "dbtcloud"
_MADE_UP = ("a-made-up-partition", "another-made-up-partition")
_LEGACY_MODULES = ("dagster_dbt.cloud.", "legacy_shim.cloud.")
_CLOUD_MODULES = (*_LEGACY_MODULES, "dagster_dbt.cloud_v2.")
_LEGACY_RESOURCE = "dbt_cloud_resource"


def text_of(key: AssetKey) -> str:
    """An asset key the way Dagster's UI and command line write it: ``a/b``."""
    return key.to_user_string()


def texts_of(keys: Iterable[AssetKey]) -> list[str]:
    return sorted(text_of(key) for key in keys)


def is_from_dbt_cloud(node: Any) -> bool:
    """Whether an asset node was loaded from dbt Cloud, by the legacy integration or by v2."""
    return (
        bool(_OF_DBT_CLOUD & set(node.metadata))
        or _KIND_OF_DBT_CLOUD in node.kinds
        or _is_of_cloud_component(node.metadata.get("dagster/component_origin"))
    )


def _is_of_cloud_component(origin: Any) -> bool:
    """Whether assets come from a ``DbtCloudComponent``, which gives them the kind `dbt` alone."""
    classes = type(getattr(origin, "instance", None)).__mro__
    return any(one.__module__.startswith("dagster_dbt.cloud_v2.") for one in classes)


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
    """The first two partition keys, which are enough to try one partition and a range; none where nobody knows them.

    Dynamic partitions are known to an instance alone: two are made up.
    """
    if definition is None:
        return None
    if isinstance(definition, DynamicPartitionsDefinition) and definition.name is not None:
        return list(_MADE_UP)
    if isinstance(definition, MultiPartitionsDefinition):
        return _first_of_several(definition)
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
    except Exception:  # the user's own function says which there are
        return []


def _first_of_several(definition: MultiPartitionsDefinition) -> list[str]:
    """Put together from the first ones of each dimension; there may be millions in all."""
    names = [dimension.name for dimension in definition.partitions_defs]
    parts = [first_partitions(dimension.partitions_def) or [] for dimension in definition.partitions_defs]
    found = itertools.islice(itertools.product(*parts), 2)
    return [str(MultiPartitionKey(dict(zip(names, keys, strict=True)))) for keys in found]


def metadata(values: Mapping[str, Any]) -> dict[str, Any]:
    """Each entry with its type, so that a URL that became a string shows."""
    entries = normalize_metadata(dict(values), allow_invalid=True)
    return {name: [type(entry).__name__, simple(entry.value)] for name, entry in sorted(entries.items())}


def class_of(resource: ResourceDefinition) -> str:
    """What a resource is: the class behind a Pythonic resource, the legacy resource, or ``ResourceDefinition``.

    Behind the user's own class stands the one for dbt Cloud that it derives from: ``Ours (DbtCloudWorkspace)``.
    """
    wrapped = getattr(resource, "configurable_resource_cls", None)
    if isinstance(wrapped, type):
        known = next((one for one in wrapped.__mro__ if one.__module__.startswith(_CLOUD_MODULES)), wrapped)
        return wrapped.__name__ if known is wrapped else f"{wrapped.__name__} ({known.__name__})"
    function = getattr(resource, "resource_fn", None)
    bound = _bound_as_it_is(function)
    if type(bound).__module__.startswith(_CLOUD_MODULES):
        return type(bound).__name__
    modules = {type(resource).__module__, str(getattr(function, "__module__", ""))}
    is_legacy = any(module.startswith(_LEGACY_MODULES) for module in modules)
    return _LEGACY_RESOURCE if is_legacy else type(resource).__name__


def _bound_as_it_is(function: object) -> object:
    """The object that a resource is where no class or function makes it, as in ``resources={"dbt": client}``.

    Source: ``ResourceDefinition.hardcoded_resource`` of ``dagster``, which keeps it in a closure.
    """
    return inspect.getclosurevars(function).nonlocals.get("value") if inspect.isfunction(function) else None


def job_names_of(definition: ScheduleDefinition | SensorDefinition) -> list[str]:
    return sorted({target.job_name for target in _targets(definition)})


def _targets(definition: ScheduleDefinition | SensorDefinition) -> list[Any]:
    if isinstance(definition, SensorDefinition):
        return list(definition.targets)
    return [definition.target]


def simple(value: Any) -> Any:
    """Lists, sets, mappings and scalars as JSON data; other values as `plain` has them."""
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if type(value) in (list, tuple, set, frozenset):  # records of Dagster are tuples too, and more than that
        items = [simple(item) for item in value]
        return items if type(value) in (list, tuple) else sorted(items, key=repr)
    if isinstance(value, Mapping):
        return {
            str(name): simple(item) for name, item in sorted(value.items(), key=lambda pair: str(pair[0]))
        }
    return plain(value)
