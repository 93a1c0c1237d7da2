"""Makes the old spellings resolve to the facade: ``from dagster_dbt import ...`` and all of ``dagster_dbt.cloud``.

After :func:`install`, ``dagster_dbt.cloud`` and its submodules *are* the modules of ``legacy_shim.cloud``, and the legacy names
on ``dagster_dbt`` are those of the facade, whether dagster-dbt still ships them or not and whether it is imported
already or later. dagster-dbt's own legacy package is not executed. Nothing is imported by installing.
"""

import sys

TYPE_CHECKING = False  # see legacy_shim/__init__.py: this module is imported at the start of every process
if TYPE_CHECKING:
    from collections.abc import Iterable
    from importlib.machinery import ModuleSpec
    from types import CodeType, ModuleType
    from typing import Any

_DAGSTER_DBT = "dagster_dbt"
_LEGACY_PACKAGE = "dagster_dbt.cloud"
_FACADE_PACKAGE = "legacy_shim.cloud"
_MISSING = object()


def install() -> None:
    """Serve the old spellings from the facade, until :func:`uninstall`. Calling it again changes nothing.

    What was taken from ``dagster_dbt`` before stays what it was, so this belongs before such imports.
    """
    if _finder in sys.meta_path:
        return
    sys.meta_path.insert(0, _finder)
    module = sys.modules.get(_DAGSTER_DBT)
    if module is not None:
        _finder.hidden_modules = _take_legacy_modules()
        _finder.serving = _Serving(module, claimed=())


def uninstall() -> None:
    """Undo :func:`install`: every old spelling is dagster-dbt's own again, or gone if it has none."""
    if _finder not in sys.meta_path:
        return
    sys.meta_path.remove(_finder)
    _take_legacy_modules()
    sys.modules.update(_finder.hidden_modules)
    _finder.hidden_modules = {}
    if _finder.serving is not None:
        _finder.serving.stop()
        _finder.serving = None


class _LegacyFinder:
    """Answers for `dagster_dbt`, to watch over its import, and for the modules of its legacy package."""

    def __init__(self) -> None:
        self.hidden_modules: dict[str, ModuleType] = {}
        """dagster-dbt's own legacy modules, where they were imported before."""
        self.serving: _Serving | None = None

    def find_spec(
        self, fullname: str, path: "Any" = None, target: "ModuleType | None" = None
    ) -> "ModuleSpec | None":
        if fullname == _DAGSTER_DBT:
            return self._spec_of_package(path, target)
        if fullname != _LEGACY_PACKAGE and not fullname.startswith(f"{_LEGACY_PACKAGE}."):
            return None
        from importlib.machinery import ModuleSpec

        from legacy_shim.catalogue import LEGACY_MODULES

        submodule = fullname[len(_LEGACY_PACKAGE) + 1 :]
        if submodule and submodule not in LEGACY_MODULES:
            raise ModuleNotFoundError(f"No module named {fullname!r}", name=fullname)
        facade = f"{_FACADE_PACKAGE}.{submodule}" if submodule else _FACADE_PACKAGE
        loader: Any = _FacadeLoader(facade)
        return ModuleSpec(fullname, loader, is_package=not submodule)

    def _spec_of_package(self, path: "Any", target: "ModuleType | None") -> "ModuleSpec | None":
        for finder in sys.meta_path:
            if finder is self or not hasattr(finder, "find_spec"):
                continue
            spec = finder.find_spec(_DAGSTER_DBT, path, target)
            if spec is not None:
                watching: Any = _PackageLoader(spec.loader)
                spec.loader = watching
                return spec
        return None


_finder = _LegacyFinder()


class _FacadeLoader:
    """Loads a legacy module by putting the facade's in its place."""

    def __init__(self, facade: str) -> None:
        self._facade = facade

    def create_module(self, _spec: "ModuleSpec") -> None:
        return None

    def exec_module(self, module: "ModuleType") -> None:
        from importlib import import_module

        from legacy_shim.module_access import note_module_import

        legacy_name = module.__name__
        sys.modules[legacy_name] = import_module(self._facade)  # the import system takes what it finds there
        note_module_import(legacy_name, sys._getframe(1))

    def get_code(self, _fullname: str) -> "CodeType | None":  # for `python -m dagster_dbt.cloud.cli`
        from importlib.util import find_spec

        spec = find_spec(self._facade)
        return spec.loader.get_code(self._facade) if spec else None  # type: ignore[union-attr]


class _PackageLoader:
    """Executes dagster-dbt's `__init__` with a stand-in for its legacy package, so that package stays out."""

    def __init__(self, loader: "Any") -> None:
        self._loader = loader

    def __getattr__(self, name: str) -> "Any":
        return getattr(self._loader, name)  # who asks where the package's files are, before it is imported

    def create_module(self, spec: "ModuleSpec") -> "ModuleType | None":
        created: ModuleType | None = self._loader.create_module(spec)
        return created

    def exec_module(self, module: "ModuleType") -> None:
        if module.__spec__ is not None:
            module.__spec__.loader = self._loader
        module.__loader__ = self._loader
        if _finder.serving is not None and _finder.serving.module is module:  # it is being reloaded
            _finder.serving.take_away()
        stand_in = _StandIn(_LEGACY_PACKAGE)
        sys.modules[_LEGACY_PACKAGE] = stand_in
        try:
            self._loader.exec_module(module)
        finally:
            if sys.modules.get(_LEGACY_PACKAGE) is stand_in:
                del sys.modules[_LEGACY_PACKAGE]
        _finder.serving = _Serving(module, stand_in.claimed)


class _StandIn(type(sys)):  # type: ignore[misc]  # ModuleType, without importing types
    """Gives `dagster_dbt/__init__.py` placeholders for what it imports from its legacy package."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.__path__: list[str] = []
        self.claimed: list[str] = []

    def __getattr__(self, name: str) -> "Any":
        if name.startswith("__"):
            raise AttributeError(name)
        self.claimed.append(name)
        return _Placeholder(name)


class _Placeholder:
    """Stands in a module for a legacy name until it is used."""

    def __init__(self, name: str) -> None:
        self._name = name

    def resolve(self) -> "Any":
        from importlib import import_module

        if self._name == "cloud":
            return import_module(_LEGACY_PACKAGE)
        from legacy_shim.catalogue import BY_NAME

        return getattr(import_module(f"{_FACADE_PACKAGE}.{BY_NAME[self._name].module}"), self._name)


class _ServedPackage(type(sys)):  # type: ignore[misc]
    """`dagster_dbt` while its legacy names are served."""

    def __getattribute__(self, name: str) -> "Any":
        value = super().__getattribute__(name)
        if type(value) is _Placeholder:
            value = value.resolve()
            setattr(self, name, value)
        serving = _finder.serving
        if serving is not None and name in serving.names:
            from legacy_shim.module_access import note_access

            note_access(name)
        return value


class _Serving:
    """What is served on `dagster_dbt`, and what it had there itself."""

    def __init__(self, module: "ModuleType", claimed: "Iterable[str]") -> None:
        """`claimed` are the names that its `__init__` was given placeholders for."""
        from legacy_shim.catalogue import LEGACY_NAMES

        self.names = frozenset(["cloud", *(row.name for row in LEGACY_NAMES if row.public)])
        self.module = module
        self._class = type(module)
        self._claimed = tuple(claimed)
        self._originals = {
            name: _MISSING if name in self._claimed else module.__dict__.get(name, _MISSING)
            for name in self.names
        }
        for name in self._originals:
            setattr(module, name, _Placeholder(name))
        module.__class__ = _ServedPackage

    def take_away(self) -> None:
        """Give the module back what it had itself."""
        module = self.module
        module.__class__ = self._class
        for name, original in self._originals.items():
            if original is not _MISSING:
                setattr(module, name, original)
            elif name in module.__dict__:
                delattr(module, name)

    def stop(self) -> None:
        """Give the module back all that it had, or would have had."""
        from importlib import import_module

        self.take_away()
        if self._claimed:  # it was imported without its legacy package, which is made up for here
            legacy = import_module(_LEGACY_PACKAGE)
            for name in self._claimed:
                setattr(self.module, name, getattr(legacy, name))


def _take_legacy_modules() -> "dict[str, ModuleType]":
    names = [
        name for name in sys.modules if name == _LEGACY_PACKAGE or name.startswith(f"{_LEGACY_PACKAGE}.")
    ]
    return {name: sys.modules.pop(name) for name in names}
