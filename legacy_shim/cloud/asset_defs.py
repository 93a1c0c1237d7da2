"""The facade of ``dagster_dbt.cloud.asset_defs``: the models of a dbt Cloud job as Dagster assets."""

# No `from __future__ import annotations` here: Dagster looks at the class that annotates `context`.

import threading
from argparse import Namespace
from collections.abc import Callable, Iterator, Mapping, Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Any, cast, overload

from dagster import (
    AssetExecutionContext,
    AssetKey,
    AssetsDefinition,
    AutoMaterializePolicy,
    AutomationCondition,
    FreshnessPolicy,
    LegacyFreshnessPolicy,
    PartitionsDefinition,
    ResourceDefinition,
    build_init_resource_context,
    multi_asset,
    with_resources,
)

from legacy_shim.cloud.asset_specs import NodeTranslation, asset_specs, cacheable_data
from legacy_shim.cloud.client import DbtCloudClient
from legacy_shim.cloud.compiled_job import COMPILE_RUN_ID_VARIABLE, compile_job, only_materialization_step
from legacy_shim.cloud.dagster_private import (
    AssetsDefinitionCacheableData,
    attributes_of,
    check,
    disable_dagster_warnings,
    tell_losses,
)
from legacy_shim.cloud.job_run import LoadedJob, PartitionVars, run_job
from legacy_shim.cloud.load_state import recall, recall_in_process, remember, remember_in_process
from legacy_shim.cloud.loaded_assets import RESOURCE_KEY, JobAssetsBase, LoadedJobAssets
from legacy_shim.cloud.resources import DbtCloudClientResource
from legacy_shim.cloud.status import DbtCloudRunStatus
from legacy_shim.cloud.utils import result_to_events
from legacy_shim.dbt_commands import parse_command, selection_options
from legacy_shim.deprecation import warn_use
from legacy_shim.module_access import watch_module

if TYPE_CHECKING:
    from dagster_dbt.asset_specs import build_dbt_asset_specs
    from dagster_dbt.asset_utils import (
        DAGSTER_DBT_UNIQUE_ID_METADATA_KEY,
        default_asset_key_fn,
        default_auto_materialize_policy_fn,
        default_description_fn,
        default_group_from_dbt_resource_props,
        get_node,
    )
    from dagster_dbt.dagster_dbt_translator import DagsterDbtTranslator
    from dagster_dbt.errors import DagsterDbtCloudJobInvariantViolationError

__all__ = [
    "DAGSTER_DBT_COMPILE_RUN_ID_ENV_VAR",
    "DAGSTER_DBT_UNIQUE_ID_METADATA_KEY",
    "DagsterDbtCloudJobInvariantViolationError",
    "DagsterDbtTranslator",
    "DbtCloudCacheableAssetsDefinition",
    "DbtCloudClient",
    "DbtCloudClientResource",
    "DbtCloudRunStatus",
    "build_dbt_asset_specs",
    "default_asset_key_fn",
    "default_auto_materialize_policy_fn",
    "default_description_fn",
    "default_group_from_dbt_resource_props",
    "get_node",
    "load_assets_from_dbt_cloud_job",
    "result_to_events",
]

DAGSTER_DBT_COMPILE_RUN_ID_ENV_VAR = COMPILE_RUN_ID_VARIABLE

_OF_DAGSTER_DBT = {
    "build_dbt_asset_specs": "asset_specs",
    "DAGSTER_DBT_UNIQUE_ID_METADATA_KEY": "asset_utils",
    "default_asset_key_fn": "asset_utils",
    "default_auto_materialize_policy_fn": "asset_utils",
    "default_description_fn": "asset_utils",
    "default_group_from_dbt_resource_props": "asset_utils",
    "get_node": "asset_utils",
    "DagsterDbtTranslator": "dagster_dbt_translator",
    "DagsterDbtCloudJobInvariantViolationError": "errors",
}
"""What the legacy module has of the rest of dagster-dbt, where somebody may have imported it from; found on first use."""

NodeInfo = Mapping[str, Any]
Policy = LegacyFreshnessPolicy | FreshnessPolicy | AutoMaterializePolicy | AutomationCondition[Any]
PolicyFunction = Callable[[Any], Policy | None]


def __getattr__(name: str) -> Any:
    if name in _OF_DAGSTER_DBT:
        return getattr(import_module(f"dagster_dbt.{_OF_DAGSTER_DBT[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def _default_asset_key(node_info: NodeInfo) -> AssetKey:
    from dagster_dbt.asset_utils import default_asset_key_fn

    return default_asset_key_fn(node_info)


def _default_group(node_info: NodeInfo) -> str | None:
    from dagster_dbt.asset_utils import default_group_from_dbt_resource_props

    return default_group_from_dbt_resource_props(node_info)


def _default_auto_materialize_policy(node_info: NodeInfo) -> AutoMaterializePolicy | None:
    from dagster_dbt.asset_utils import default_auto_materialize_policy_fn

    return default_auto_materialize_policy_fn(node_info)


def _no_policy(_: NodeInfo) -> None:
    return None


_READING_LITTLE = (_default_asset_key, _default_group, _default_auto_materialize_policy, _no_policy)
"""What is given nodes, and reads neither their code nor their columns."""


class _JobAssets(JobAssetsBase, Sequence[AssetsDefinition]):
    """One object for both dialects: Dagster asks it for cacheable data, and it is a sequence of its assets."""

    def __init__(
        self,
        dbt_cloud: Any,
        job_id: int,
        translation: NodeTranslation,
        partitions_def: PartitionsDefinition[Any] | None,
        partition_key_to_vars_fn: PartitionVars | None,
        op_tags: Mapping[str, Any] | None,
    ) -> None:
        super().__init__(unique_id=f"dbt-cloud-{job_id}-{translation.mark}")
        self._dbt_cloud_resource_def, self._make_client = _resource_and_client(dbt_cloud)
        self._job_id = job_id
        self._translation = translation
        self._partitions_def = partitions_def
        self._partition_key_to_vars_fn = partition_key_to_vars_fn
        self._op_tags = op_tags
        self._lock = threading.RLock()
        self._client: Any = None
        self._data: Sequence[AssetsDefinitionCacheableData] | None = None
        self._assets = (
            self if isinstance(self, AssetsDefinition) else LoadedJobAssets.deferred(self._load_assets)
        )
        tell_losses()

    @property
    def _dbt_cloud(self) -> Any:
        with self._lock:
            if self._client is None:
                self._client = self._make_client()
            return self._client

    def compute_cacheable_data(self) -> Sequence[AssetsDefinitionCacheableData]:
        """Ask dbt Cloud what the job builds, once; in run and step workers take what the code server was answered.

        Raises ``DagsterDbtCloudJobInvariantViolationError`` for a job that cannot be loaded, ``dagster.Failure`` if
        dbt Cloud cannot be asked or the compile run fails.
        """
        with self._lock:
            if self._data is None:
                self._data = recall(self.unique_id) or self._ask()
            return self._data

    def build_definitions(self, data: Sequence[AssetsDefinitionCacheableData]) -> Sequence[AssetsDefinition]:
        """Make the assets from what :meth:`compute_cacheable_data` returned, here or in another process."""
        return self._build(data, None)

    @overload
    def __getitem__(self, index: int) -> AssetsDefinition: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[AssetsDefinition]: ...

    def __getitem__(self, index: int | slice) -> AssetsDefinition | Sequence[AssetsDefinition]:
        return [self._assets][index]

    def __iter__(self) -> Iterator[AssetsDefinition]:
        return iter([self._assets])

    def __len__(self) -> int:
        return 1  # a job is one op, however many models it has

    def __add__(self, others: Sequence[Any]) -> list[Any]:
        return [*self, *others]

    def __radd__(self, others: Sequence[Any]) -> list[Any]:
        return [*others, *self]

    def _ask(self) -> Sequence[AssetsDefinitionCacheableData]:
        client = self._dbt_cloud
        where = client.build_url_for_job(project_id=0, job_id=self._job_id)  # names the host and the account
        identity = (where, self._translation.identity)
        data = recall_in_process(identity)
        if data is None:
            given = self._translation.functions
            of_users = not all(any(each is own for own in _READING_LITTLE) for each in given)
            job = compile_job(client, self._job_id, self._sample_vars(), for_users=of_users)
            data = [cacheable_data(job, self._translation, client)]
            remember_in_process(identity, data)
        return data

    def _load_assets(self) -> LoadedJobAssets:
        data = self.compute_cacheable_data()
        (assets,) = self._build(data, lambda: remember(self.unique_id, data))
        remember(self.unique_id, data)
        return assets

    def _build(
        self, data: Sequence[AssetsDefinitionCacheableData], hand_on: Callable[[], None] | None
    ) -> list[LoadedJobAssets]:
        with disable_dagster_warnings():  # a copy made here is not the user's use of what is in beta
            assets = [
                LoadedJobAssets(**attributes_of(self._multi_asset(one)), hand_on=hand_on) for one in data
            ]
        return list(with_resources(assets, {RESOURCE_KEY: self._dbt_cloud_resource_def}))

    def _multi_asset(self, data: AssetsDefinitionCacheableData) -> AssetsDefinition:
        extra = cast(Mapping[str, Any], data.extra_metadata)
        job = LoadedJob(
            job_id=extra["job_id"],
            commands=tuple(extra["job_commands"]),
            materialization_step=extra["job_materialization_command_step"],
            fqns=extra["fqns_by_output_name"],
            unique_ids=extra["unique_ids_by_output_name"],
            translation=self._translation,
            partition_vars=self._partition_key_to_vars_fn,
        )

        @multi_asset(
            name=f"dbt_cloud_job_{job.job_id}",
            specs=asset_specs(data),
            partitions_def=self._partitions_def,
            can_subset=True,
            required_resource_keys={RESOURCE_KEY},
            compute_kind="dbt",
            op_tags=self._op_tags,
        )
        def assets(context: AssetExecutionContext) -> Any:
            yield from run_job(context, job)

        return assets

    def _sample_vars(self) -> Mapping[str, Any] | None:
        """Return the vars of one partition, the last, since a project may not compile without them."""
        if self._partitions_def is None or self._partition_key_to_vars_fn is None:
            return None
        key = self._partitions_def.get_last_partition_key()
        if key is None:
            check.failed(
                f"The partitions of dbt Cloud job {self._job_id} are empty, so it has no vars to compile with."
            )
        return self._partition_key_to_vars_fn(key)


class DbtCloudCacheableAssetsDefinition(_JobAssets):
    """The assets of a dbt Cloud job, before and after dbt Cloud is asked what they are.

    It can be placed as ``assets=[x]`` or returned from a ``@repository``, and just as well as ``assets=x``, ``[*x]`` or
    ``x[0]``. dbt Cloud is asked when Dagster resolves the definitions or something of an asset is looked at.
    """

    def __init__(
        self,
        dbt_cloud_resource_def: Any,
        job_id: int,
        node_info_to_asset_key: Callable[[Any], Any],
        node_info_to_group_fn: Callable[[Any], str | None],
        node_info_to_freshness_policy_fn: PolicyFunction,
        node_info_to_auto_materialize_policy_fn: PolicyFunction,
        partitions_def: PartitionsDefinition[Any] | None = None,
        partition_key_to_vars_fn: PartitionVars | None = None,
        op_tags: Mapping[str, Any] | None = None,
    ) -> None:
        warn_use("DbtCloudCacheableAssetsDefinition")
        policies = (node_info_to_freshness_policy_fn, node_info_to_auto_materialize_policy_fn)
        translation = NodeTranslation(node_info_to_asset_key, node_info_to_group_fn, policies)
        super().__init__(
            dbt_cloud_resource_def, job_id, translation, partitions_def, partition_key_to_vars_fn, op_tags
        )

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        warn_use("DbtCloudCacheableAssetsDefinition", what="subclass")

    @staticmethod
    def parse_dbt_command(dbt_command: str) -> Namespace:
        """Return `which`, `select`, `exclude`, `selector` and `vars` of a dbt command."""
        command = parse_command(dbt_command)
        return Namespace(
            which=command.which,
            select=command.select,
            exclude=command.exclude,
            selector=command.selector,
            vars=command.vars if command.has_vars else {},
        )

    @staticmethod
    def get_job_materialization_command_step(execute_steps: list[str]) -> int:
        """Return the index of the one `dbt run` or `dbt build`; raise unless there is exactly one."""
        return only_materialization_step(execute_steps)

    @staticmethod
    def get_compile_filters(parsed_args: Namespace) -> list[str]:
        """Return the selection of a parsed command as options for `dbt compile`."""
        return selection_options(parsed_args.select or (), parsed_args.exclude or (), parsed_args.selector)


def load_assets_from_dbt_cloud_job(
    dbt_cloud: Any,
    job_id: int,
    node_info_to_asset_key: Callable[[Any], Any] = _default_asset_key,
    node_info_to_group_fn: Callable[[Any], str | None] = _default_group,
    node_info_to_auto_materialize_policy_fn: PolicyFunction = _default_auto_materialize_policy,
    partitions_def: PartitionsDefinition[Any] | None = None,
    partition_key_to_vars_fn: PartitionVars | None = None,
    op_tags: Mapping[str, Any] | None = None,
    *,
    node_info_to_freshness_policy_fn: PolicyFunction = _no_policy,
) -> DbtCloudCacheableAssetsDefinition:
    """Load the models, seeds and snapshots that a dbt Cloud job builds as assets. Nothing is requested by the call itself.

    Source: ``dagster_dbt.cloud.asset_defs`` and the documented API reference.

    Args:
        dbt_cloud: A legacy dbt Cloud resource: what ``dbt_cloud_resource`` returns, configured or made with a token; a
            ``DbtCloudClientResource``; or a ``DbtCloudResource``.
        job_id: The dbt Cloud job. Exactly one of its commands must be a ``dbt run`` or ``dbt build``.
        node_info_to_asset_key: From a dbt node, as in the manifest, to its asset key. Called for sources too.
        node_info_to_group_fn: From a dbt node to its group, or None.
        node_info_to_auto_materialize_policy_fn: From a dbt node to a policy, or None. Both policy functions may return
            any freshness policy, ``AutoMaterializePolicy`` or ``AutomationCondition``.
        partitions_def: The partitions of all these assets.
        partition_key_to_vars_fn: From a partition key to the ``--vars`` of its run.
        op_tags: Tags of the op that runs the job.
        node_info_to_freshness_policy_fn: See `node_info_to_auto_materialize_policy_fn`.
    """
    warn_use("load_assets_from_dbt_cloud_job")
    if partition_key_to_vars_fn is not None:
        check.invariant(
            partitions_def is not None, "partition_key_to_vars_fn is of use only with a partitions_def."
        )
    policies = (node_info_to_freshness_policy_fn, node_info_to_auto_materialize_policy_fn)
    translation = NodeTranslation(node_info_to_asset_key, node_info_to_group_fn, policies)
    assets = DbtCloudCacheableAssetsDefinition.__new__(DbtCloudCacheableAssetsDefinition)
    _JobAssets.__init__(
        assets, dbt_cloud, job_id, translation, partitions_def, partition_key_to_vars_fn, op_tags
    )
    return assets


def _resource_and_client(dbt_cloud: Any) -> tuple[ResourceDefinition, Callable[[], Any]]:
    """Return the resource that the assets carry, and a function that makes the client to load them with."""
    if hasattr(
        dbt_cloud, "get_resource_definition"
    ):  # DbtCloudClientResource, this project's or dagster-dbt's
        return (
            dbt_cloud.get_resource_definition(),
            lambda: dbt_cloud.process_config_and_initialize().get_dbt_client(),
        )
    if isinstance(dbt_cloud, ResourceDefinition):
        return dbt_cloud, lambda: dbt_cloud(build_init_resource_context())
    if hasattr(dbt_cloud, "run_job_and_poll"):
        return ResourceDefinition.hardcoded_resource(dbt_cloud), lambda: dbt_cloud
    raise check.CheckError(
        "dbt_cloud must be a dbt Cloud resource: dbt_cloud_resource.configured({...}), dbt_cloud_resource(api_token=..., "
        f"account_id=...), DbtCloudClientResource or DbtCloudResource. It is a {type(dbt_cloud).__name__}."
    )


watch_module(__name__)
