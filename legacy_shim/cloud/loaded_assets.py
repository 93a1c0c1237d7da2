"""The assets of a loaded job: an AssetsDefinition that is filled when it is first looked into."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from dagster import AssetsDefinition, ResourceDefinition

from legacy_shim.cloud.dagster_private import CacheableAssetsDefinition

RESOURCE_KEY = "dbt_cloud"


class LoadedJobAssets(AssetsDefinition):
    """The assets of one dbt Cloud job.

    They carry their dbt Cloud resource, as legacy assets do, and let one of the same key that is bound beside them take
    its place, where Dagster would refuse both. An instance from :meth:`deferred` asks dbt Cloud nothing until
    something of it is used, so definitions can name it while their module is imported.
    """

    def __init__(self, *, hand_on: Callable[[], None] | None = None, **attributes: Any) -> None:
        """`hand_on` is called whenever definitions bind these assets, so that other processes get their state."""
        super().__init__(**attributes)
        self._hand_on = hand_on

    @staticmethod
    def dagster_internal_init(  # what Dagster makes subsets with
        *, hand_on: Callable[[], None] | None = None, **attributes: Any
    ) -> LoadedJobAssets:
        return LoadedJobAssets(hand_on=hand_on, **attributes)

    @classmethod
    def deferred(cls, resolve: Callable[[], LoadedJobAssets]) -> LoadedJobAssets:
        """Return assets that become those of `resolve` on first use."""
        assets = cls.__new__(cls)
        assets.__dict__["_deferred"] = (threading.RLock(), resolve)
        return assets

    def __getattr__(self, name: str) -> Any:
        deferred = self.__dict__.get("_deferred")
        if deferred is None or name.startswith("__"):  # probes for protocols are no use of the assets
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
        lock, resolve = deferred
        with lock:
            if self.__dict__.get("_deferred") is not None:
                self.__dict__.update({**resolve().__dict__, "_deferred": None})
        return getattr(self, name)

    def with_resources(self, resource_defs: Mapping[str, ResourceDefinition]) -> LoadedJobAssets:
        """Bind resources. One for dbt Cloud replaces that of the loaded job."""
        if self.__dict__.get("_deferred") is not None:
            return LoadedJobAssets.deferred(lambda: self._filled().with_resources(resource_defs))
        if self._hand_on is not None:
            self._hand_on()
        if RESOURCE_KEY not in resource_defs or RESOURCE_KEY not in self.resource_defs:
            return super().with_resources(resource_defs)  # type: ignore[return-value]  # Dagster keeps the class
        own = {key: value for key, value in self.resource_defs.items() if key != RESOURCE_KEY}
        bare = LoadedJobAssets(**{**self.get_attributes_dict(), "resource_defs": own})
        return bare.with_resources(resource_defs)

    def get_attributes_dict(self) -> dict[str, Any]:
        """Return the arguments that make a copy, which Dagster does whenever it changes assets."""
        return {**super().get_attributes_dict(), "hand_on": self._hand_on}

    def _filled(self) -> LoadedJobAssets:
        _ = self.keys
        return self


class _PlainJobAssets(LoadedJobAssets):
    """What a loaded job is in a Dagster without ``CacheableAssetsDefinition``: the assets themselves, filled when used."""

    def __new__(cls, *args: Any, **attributes: Any) -> Any:
        # Dagster makes changed copies with the class of what it copies. They are assets that are loaded already.
        if "keys_by_output_name" in attributes:
            return LoadedJobAssets(*args, **attributes)
        return super().__new__(cls)

    def __init__(self, unique_id: str) -> None:
        self.__dict__.update(_deferred=(threading.RLock(), self._load_assets), unique_id=unique_id)

    def _load_assets(self) -> LoadedJobAssets:
        raise NotImplementedError


if TYPE_CHECKING:
    JobAssetsBase = CacheableAssetsDefinition
else:
    JobAssetsBase = CacheableAssetsDefinition or _PlainJobAssets
"""What Dagster takes for the assets of a job that is not loaded yet."""
