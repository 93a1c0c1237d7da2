"""From a compiled job to what Dagster caches of it, and from there to asset specs.

The cached form is made of Dagster's own classes and plain values, so it travels to run and step workers with the
execution plan, and nothing of the manifest has to.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

from dagster import (
    AssetKey,
    AssetSpec,
    AutoMaterializePolicy,
    AutomationCondition,
    DagsterInvalidDefinitionError,
    FreshnessPolicy,
    LegacyFreshnessPolicy,
    MetadataValue,
)

from legacy_shim.cloud.compiled_job import CompiledJob, no_assets_error
from legacy_shim.cloud.dagster_private import (
    AssetsDefinitionCacheableData,
    deserialize_value,
    hands_state_on,
    serialize_value,
)
from legacy_shim.cloud.manifest import Node, Upstream, asset_nodes, find_node

NodeFunction = Callable[[Mapping[str, Any]], Any]


@dataclass(frozen=True)
class NodeTranslation:
    """The user's functions from the properties of a dbt node to what its asset has."""

    asset_key: NodeFunction
    group: NodeFunction
    policies: tuple[NodeFunction, ...]
    """Functions that return a freshness or automation policy, of today's or the legacy classes, or None."""

    def key_of(self, node: Mapping[str, Any]) -> AssetKey:
        """Return the key of a node. A function may return anything that Dagster takes for a key."""
        return AssetKey.from_coercible(self.asset_key(node))

    @property
    def functions(self) -> list[NodeFunction]:
        """All of them."""
        return [self.asset_key, self.group, *self.policies]

    @property
    def identity(self) -> tuple[Hashable, ...]:
        """Where the functions are written: the same when the same code is loaded again, as other objects."""
        return tuple(_written_at(function) for function in self.functions)

    @property
    def mark(self) -> str:
        """A short text that other processes have for the same functions: it distinguishes two loads of one job."""
        names = [_spelled(function) for function in self.functions]
        return blake2b(repr(names).encode(), digest_size=6).hexdigest()


def _spelled(function: NodeFunction) -> tuple[str, ...]:
    """Return the name and line of a function; not its file, which may be elsewhere for another process."""
    of = function if hasattr(function, "__qualname__") else type(function)
    line = getattr(getattr(function, "__code__", None), "co_firstlineno", "")
    return (str(getattr(of, "__module__", "")), of.__qualname__, str(line))


def _written_at(function: NodeFunction) -> Hashable:
    code = getattr(function, "__code__", None)
    if code is None or getattr(
        function, "__closure__", None
    ):  # what it returns may depend on more than its code
        return id(function)
    return (
        code.co_filename,
        code.co_firstlineno,
        code.co_qualname if hasattr(code, "co_qualname") else code.co_name,
    )


def cacheable_data(
    job: CompiledJob, translation: NodeTranslation, client: Any
) -> AssetsDefinitionCacheableData:
    """Describe the assets of a compiled job as data that needs neither dbt Cloud nor the user's functions again."""
    nodes = asset_nodes(job.manifest, job.executed)
    if not nodes:
        raise no_assets_error(job.job_id, job.commands)
    upstream = Upstream(job.manifest)
    upstream_of = {unique_id: upstream.of(node) for unique_id, node in nodes.items()}
    keys = _keys(job, translation, nodes, upstream_of)
    name_of = {unique_id: keys[unique_id].to_python_identifier() for unique_id in nodes}
    policies = {name_of[unique_id]: _policies(translation, node) for unique_id, node in nodes.items()}
    return AssetsDefinitionCacheableData(
        keys_by_output_name={name_of[one]: keys[one] for one in nodes},
        internal_asset_deps={name_of[one]: {keys[parent] for parent in upstream_of[one]} for one in nodes},
        metadata_by_output_name={name_of[one]: _metadata(job, client, node) for one, node in nodes.items()},
        legacy_freshness_policies_by_output_name=_of_kind(policies, LegacyFreshnessPolicy),
        auto_materialize_policies_by_output_name=_of_kind(policies, AutoMaterializePolicy),
        extra_metadata={
            "job_id": job.job_id,
            "job_commands": list(job.commands),
            "job_materialization_command_step": job.materialization_step,
            "group_names_by_output_name": {
                name_of[one]: translation.group(node) for one, node in nodes.items()
            },
            "fqns_by_output_name": {name_of[one]: list(node["fqn"]) for one, node in nodes.items()},
            "unique_ids_by_output_name": {name: one for one, name in name_of.items()},
            "freshness_policies": _packed(_of_kind(policies, FreshnessPolicy)),
            "automation_conditions": _packed(_of_kind(policies, AutomationCondition)),
        },
    )


def asset_specs(data: AssetsDefinitionCacheableData) -> list[AssetSpec]:
    """Rebuild the specs from the cached data."""
    extra = data.extra_metadata or {}
    deps = data.internal_asset_deps or {}
    metadata = data.metadata_by_output_name or {}
    legacy_freshness = data.legacy_freshness_policies_by_output_name or {}
    auto_materialize = data.auto_materialize_policies_by_output_name or {}
    freshness = _unpacked(extra["freshness_policies"])
    conditions = _unpacked(extra["automation_conditions"])
    return [
        AssetSpec(
            key=key,
            deps=sorted(deps.get(name, ())),
            metadata=metadata.get(name),
            group_name=extra["group_names_by_output_name"].get(name),
            legacy_freshness_policy=legacy_freshness.get(name),
            freshness_policy=freshness.get(name),
            automation_condition=_condition(auto_materialize.get(name), conditions.get(name)),
        )
        for name, key in (data.keys_by_output_name or {}).items()
    ]


def _condition(
    policy: AutoMaterializePolicy | None, condition: AutomationCondition[Any] | None
) -> AutomationCondition[Any] | None:
    return condition if policy is None or condition is not None else policy.to_automation_condition()


def _keys(
    job: CompiledJob,
    translation: NodeTranslation,
    nodes: Mapping[str, Node],
    upstream_of: Mapping[str, frozenset[str]],
) -> dict[str, AssetKey]:
    """Return the keys of the nodes and of all they depend on, which must not collide."""
    unique_ids = {*nodes, *(parent for parents in upstream_of.values() for parent in parents)}
    keys: dict[str, AssetKey] = {}
    for unique_id in sorted(unique_ids):
        node = find_node(job.manifest, unique_id)
        assert node is not None, "both the nodes and what they depend on were found in this manifest"
        keys[unique_id] = translation.key_of(node)
    _require_distinct(keys, {keys[one].to_python_identifier(): one for one in nodes}, nodes)
    return keys


def _require_distinct(
    keys: Mapping[str, AssetKey], owners: Mapping[str, str], nodes: Mapping[str, Node]
) -> None:
    claims: dict[AssetKey, list[str]] = {}
    for unique_id, key in keys.items():
        claims.setdefault(key, []).append(unique_id)
    shared = [f"{key.to_user_string()}: {', '.join(ids)}" for key, ids in claims.items() if len(ids) > 1]
    if shared:
        raise DagsterInvalidDefinitionError(
            "Each dbt model, seed, snapshot and source needs an asset key of its own; set `meta.dagster.asset_key` in the "
            "dbt project, or change node_info_to_asset_key. These share one:\n" + "\n".join(shared)
        )
    if len(owners) < len(nodes):
        hidden = sorted(keys[one].to_user_string() for one in nodes if one not in owners.values())
        raise DagsterInvalidDefinitionError(
            f"These asset keys differ from others only in where they are divided, which Dagster cannot distinguish: {hidden}."
        )


def _metadata(job: CompiledJob, client: Any, node: Node) -> dict[str, MetadataValue[Any]]:
    metadata: dict[str, MetadataValue[Any]] = {
        "dbt Cloud Job": MetadataValue.url(
            client.build_url_for_job(project_id=job.project_id, job_id=job.job_id)
        )
    }
    if job.generates_docs:
        url = client.build_url_for_cloud_docs(
            job_id=job.job_id, resource_type=node["resource_type"], unique_id=node["unique_id"]
        )
        metadata["dbt Cloud Documentation"] = MetadataValue.url(url)
    metadata["dagster_dbt/cloud_account_id"] = MetadataValue.int(job.account_id)
    metadata["dagster_dbt/cloud_project_id"] = MetadataValue.int(job.project_id)
    if job.environment_id is not None:
        metadata["dagster_dbt/cloud_environment_id"] = MetadataValue.int(job.environment_id)
    return metadata


def _policies(translation: NodeTranslation, node: Node) -> list[Any]:
    found = [policy for function in translation.policies if (policy := function(node)) is not None]
    for policy in found:
        if not isinstance(
            policy, LegacyFreshnessPolicy | FreshnessPolicy | AutoMaterializePolicy | AutomationCondition
        ):
            raise DagsterInvalidDefinitionError(
                f"A policy function returned {policy!r} for {node['unique_id']}; expected a freshness policy, an "
                "AutoMaterializePolicy, an AutomationCondition or None."
            )
    return found


def _of_kind(policies: Mapping[str, Sequence[Any]], kind: type) -> dict[str, Any]:
    return {name: policy for name, found in policies.items() for policy in found if isinstance(policy, kind)}


def _packed(values: Mapping[str, Any]) -> dict[str, Any]:
    """Serialize each distinct value once: thousands of models usually share one policy."""
    if not hands_state_on():  # then it stays in this process
        return {"by_output_name": {name: name for name in values}, "values": dict(values)}
    texts: dict[str, int] = {}
    return {
        "by_output_name": {
            name: texts.setdefault(serialize_value(value), len(texts)) for name, value in values.items()
        },
        "values": list(texts),
    }


def _unpacked(packed: Mapping[str, Any]) -> dict[str, Any]:
    texts = packed["values"]
    values = [deserialize_value(text) for text in texts] if hands_state_on() else texts
    return {name: values[index] for name, index in packed["by_output_name"].items()}
