"""Which files are worth parsing: questions asked of their bytes, since parsing all of a tree takes many times longer."""

from __future__ import annotations

import os
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from legacy_shim.catalogue import LEGACY_NAMES

from .import_statements import imports_of, searched_for_imports

NEVER_IN_THE_TREE = frozenset(
    {"dagster", "dagster_dbt", "functools", "itertools", "json", "legacy_shim", "os", "typing"}
)
"""What rewrites know the meaning of. A folder of the user's may be called so, and is imported as something longer."""
_NAMES = tuple(
    sorted(
        {row.name.encode() for row in LEGACY_NAMES} | {b"dagster_dbt.cloud", b"missing_fact", b"missing_row"}
    )
)
_COLLECTING = (b"load_assets_from_package", b"load_definitions_from_", b"load_from_defs_folder", b"load_defs")
_OF_ANSWERS = (
    b".run_id",
    b".job_id",
    b".job_name",
    b".run_details",
    b".run_status",
    b".result",
    b".docs_url",
)
_DAGSTER_DBT = b"dagster_dbt"
_LOADER = b"load_assets_from_dbt_cloud_job"
_METHODS = (b"run_job_and_poll", b"get_dbt_client")
_SELECTING = (
    b"AssetSelection.tag",
    b"AssetSelection.kind",
    b"AssetSelection.owner",
    b"tag:",
    b"kind:",
    b"owner:",
    b"asset_check",
    b"AssetCheckSpec",
    b"without_checks",
    b"checks_for_assets",
    b"AssetSelection.checks",
)
_SCANNING = (b"getmembers", b"load_assets_from_")
_MAY_SCAN = (b"vars(", b"dir(", b".__dict__", b"efs.assets", b"efinitions.assets")
_SCANS = re.compile(
    rb"(?<![\w.])(?:vars|dir)\(\s*(?!(?:self|cls)\b)\w"
    rb"|(?<!\bself)(?<!\bcls)\.__dict__"  # no module is called so
    rb"|(?<!_core\.d)e(?:fs|finitions)\.assets"  # there Dagster's module of that name is
)
_RESUMES = b"retry_from_failure"
_STAR = b"import *"
_RELATIVE = re.compile(rb"from[\s\\]*\.")
_WRITTEN_TEXT = rb"[\"'][^\"'\n]*[\"']\s*[,)]"
_BY_COMPUTED_KEY = (
    # Each begins with a word, which is looked for much faster.
    re.compile(rb"getattr\(\s*[\w.()]*\bresources\s*,\s*(?!\s|" + _WRITTEN_TEXT + rb")"),
    re.compile(rb"resources\._asdict\b"),
    re.compile(  # handed on
        rb"\.resources(?<!\bimportlib\.resources)[^\S\r\n]*(?:[)\]},;:\r\n#]|$)"
    ),
)
_BY_COMPUTED_ASSET = re.compile(
    rb"\bAssetIn\(\s*(?:key\s*=\s*)?(?![\s)]|" + _WRITTEN_TEXT + rb")|\bins\s*=\s*(?![{\s])"
)
_OF_DAGSTER = os.sep + str(Path("dagster", "_core", "__init__.py"))
_HANDING_OUT = re.compile(rb"^(?:def\s+__getattr__\b|__getattr__\s*[=:,])", re.MULTILINE)
WORD = re.compile(rb"[\w\x80-\xff]+")


LEGACY_METHODS = frozenset(
    {
        "cancel_run",
        "get_dbt_client",
        "get_job",
        "get_job_environment_variables",
        "get_manifest",
        "get_run",
        "get_run_artifact",
        "get_run_results",
        "get_runs",
        "list_jobs",
        "list_run_artifacts",
        "make_request",
        "poll_run",
        "rerun_job",
        "run_job",
        "run_job_and_poll",
        "set_job_environment_variable",
        "update_job",
    }
)
"""Methods of the legacy resource that v2's has not."""
_METHODS_IN_BYTES = tuple(name.encode() for name in sorted(LEGACY_METHODS))


def names_v2(data: bytes) -> bool:
    """Whether a file may use something of v2."""
    return names_workspace(data) or b"cloud_v2" in data


def names_workspace(data: bytes) -> bool:
    """Whether a file names v2's resource."""
    return b"DbtCloudWorkspace" in data


def may_use_legacy(data: bytes) -> bool:
    """Whether a file may use something legacy, or call a method that a legacy resource has."""
    return names_legacy(data) or any(name in data for name in _METHODS_IN_BYTES)


def names_legacy(data: bytes) -> bool:
    """Whether a file may import something legacy itself, and not from a file that does."""
    return names_package(data) and (_STAR in data or any(name in data for name in _NAMES))


def names_package(data: bytes) -> bool:
    """Whether a file names a package that has something legacy, in an import or anywhere else."""
    # Asked of every file of the tree: two plain searches are faster than a loop over them, or a regular expression.
    return _DAGSTER_DBT in data or b"legacy_shim" in data


def imports_dagster_dbt(data: bytes) -> bool:
    """Whether a file may import dagster-dbt, or a name of it."""
    return _DAGSTER_DBT in data and _DAGSTER_DBT in imports_of(data)


_WRITTEN = (b"DbtCloudWorkspace", b"dbt_cloud_assets", b"DbtCloudComponent")


def names_workspaces(data: bytes) -> bool:
    """Whether a file may hold what an earlier migration wrote."""
    return _DAGSTER_DBT in data and any(name in data for name in _WRITTEN)


_COLUMN = re.compile(rb"""["'](\w+)["'] *:|(\w+)=""")
_COLUMNS = frozenset({b"project_id", b"environment_id", b"name", b"select", b"before", b"command"})
_DISTINCT = (b"environment_id", b"select")
_FEWEST = 2


def may_hold_rows(data: bytes) -> bool:
    """Whether a file may hold rows of a table that an earlier migration wrote, and that somebody moved there."""
    found: set[bytes] = set()
    for match in _COLUMN.finditer(data) if any(name in data for name in _DISTINCT) else ():
        found.update({match[1] or match[2]} & _COLUMNS)
        if len(found) == _FEWEST:
            return True
    return False


GENERATED_FOR = "this module was generated for dbt Cloud job"
HAS_NO_ROW = "has no row for dbt Cloud job {job_id}: add one"
"""How generated code begins and ends what it says when it refuses a job; a later migration knows it by that."""
_REFUSING = (GENERATED_FOR.encode(), HAS_NO_ROW.encode())


def may_refuse_jobs(data: bytes) -> bool:
    """Whether a file may have what an earlier migration wrote to refuse other jobs than those that it was given."""
    return any(words in data for words in _REFUSING)


def without_dagster(files: Mapping[Path, bytes]) -> Mapping[Path, bytes]:
    """The files but for those of a copy of Dagster: they are what code uses, and none that uses it."""
    copies = tuple(str(path.parents[1]) + os.sep for path in files if f"{os.sep}{path}".endswith(_OF_DAGSTER))
    if not copies:
        return files
    return {path: data for path, data in files.items() if not str(path).startswith(copies)}


@dataclass(eq=False)
class Importers:
    """Finds the files that may import a name from a module, by their import statements."""

    files: Mapping[Path, bytes]
    _words: dict[int, frozenset[bytes]] = field(default_factory=dict, repr=False)

    def of(self, wanted: Iterable[tuple[bytes, bytes]]) -> Iterator[Path]:
        """The files that may import one of the ``(last part of the module's name, name)`` pairs."""
        return (self._paths[place] for place in self._importing(wanted))

    def _importing(self, wanted: Iterable[tuple[bytes, bytes]]) -> Iterator[int]:
        names: dict[bytes, list[bytes]] = defaultdict(list)
        for module, name in wanted:
            names[module].append(name)
        near: dict[int, list[bytes]] = defaultdict(list)
        for module in names:
            for place in self._places.get(module, ()):
                near[place].append(module)
        for place in sorted(near):
            if any(self._has(place, name) for module in near[place] for name in names[module]):
                yield place

    def importing(self, module: tuple[str, ...], name: str) -> Iterator[Path]:
        """The files that may import a name from a module, or the module to read the name of it."""
        if not module:
            return
        stem, found = module[-1].encode(errors="surrogateescape"), name.encode(errors="replace")
        package = [(each.encode(errors="surrogateescape"), stem) for each in module[-2:-1]]
        for place in self._importing([(stem, found), *package]):
            if self._has(place, found):
                yield self._paths[place]

    def naming(self, name: bytes, is_package: bool) -> Iterator[Path]:
        """The files that may import a module by the last part of its name; a package, by dots alone too."""
        places = set(self._places.get(name, ()) if WORD.fullmatch(name) else self._having(name))
        if is_package:
            places |= {place for place in self._relative if name in self._data[place]}
        return (self._paths[place] for place in sorted(places))

    def _has(self, place: int, name: bytes) -> bool:
        """Whether a file has a name in it."""
        if not WORD.fullmatch(name):
            return name in self._data[place]
        if place not in self._words:  # Kept: many names are looked for in a file.
            self._words[place] = frozenset(WORD.findall(self._data[place]))
        return name in self._words[place]

    def _having(self, text: bytes) -> Iterator[int]:
        """Which of the files have what is no word in their import statements: the name of a file that a string imports."""
        return (place for place, imports in enumerate(self._imports) if text in imports)

    @cached_property
    def _relative(self) -> list[int]:
        """Which of the files may import from the package that they are in."""
        return [place for place, imports in enumerate(self._imports) if _RELATIVE.search(imports)]

    @cached_property
    def _places(self) -> Mapping[bytes, Sequence[int]]:
        """Which of the files have a word in their import statements: a file may be asked about as often as there are files."""
        found: dict[bytes, list[int]] = defaultdict(list)
        for place, imports in enumerate(self._imports):
            for word in set(WORD.findall(imports)):
                found[word].append(place)
        return found

    @cached_property
    def _paths(self) -> list[Path]:
        return list(self.files)

    @cached_property
    def _data(self) -> list[bytes]:
        return list(self.files.values())

    @cached_property
    def _imports(self) -> list[bytes]:
        return [text for text, _ in self._searched]

    @cached_property
    def by_text(self) -> frozenset[Path]:
        """The files that may import a module by a string, which they may compute."""
        searched = zip(self._paths, self._data, self._searched, strict=True)
        return frozenset(path for path, data, (_, by_text) in searched if by_text or may_load_modules(data))

    @cached_property
    def _searched(self) -> list[tuple[bytes, bool]]:
        return [searched_for_imports(data) for data in self._data]


def may_patch(data: bytes) -> bool:
    """Whether a file may name something legacy in a string, to replace it in a test."""
    # What replaces a name that it is given as text is unittest.mock, or pytest's monkeypatch, which may be a MonkeyPatch.
    return (b"mock" in data or b"onkey" in data) and any(name in data for name in _NAMES)


def reaches_key(data: bytes, keys: Iterable[bytes]) -> bool:
    """Whether a file may reach a resource under one of its keys."""
    return b"resource" in data and any(key in data for key in keys)


def reaches_computed_key(data: bytes) -> bool:
    """Whether a file reaches a resource under a key that is not written there: ``getattr(context.resources, KEY)``."""
    return b"resources" in data and any(each.search(data) for each in _BY_COMPUTED_KEY)


def asks_for_client(data: bytes) -> bool:
    """Whether a file may call a method that a legacy client has of what stands under a resource key."""
    return b".resources." in data and any(b"." + name + b"(" in data for name in _METHODS_IN_BYTES)


def hands_out_names(data: bytes) -> bool:
    """Whether a module may answer names that it does not bind."""
    return _HANDING_OUT.search(data) is not None


def loads_jobs(data: bytes) -> bool:
    """Whether a file may load the assets of a dbt Cloud job, which bring their resource to the jobs they are in."""
    return _LOADER in data


def gives_run_config(data: bytes) -> bool:
    """Whether a file may give run configuration, also one that it has from elsewhere."""
    return b"dagster" in data and (b"run_config" in data or b"RunConfig" in data or b"config=" in data)


def merges_definitions(data: bytes) -> bool:
    """Whether a file may merge several ``Definitions`` into one."""
    return b".merge(" in data and b"Definitions" in data


def calls_legacy(data: bytes) -> bool:
    """Whether a file may call a legacy client, or stand in for one, that it is handed."""
    return any(name in data for name in _METHODS)


def selects_by_what_is_added(data: bytes) -> bool:
    """Whether a file may select assets by tags or checks, of which v2's assets have more, or define a check."""
    return b"dagster" in data and any(name in data for name in _SELECTING)


def reads_causes(data: bytes) -> bool:
    """Whether a file may read the cause of a run: ``run["trigger"]["cause"]``, ``trigger.get("cause")``."""
    return b"trigger" in data and (b'"cause"' in data or b"'cause'" in data)


def resumes(data: bytes) -> bool:
    """Whether a file may have a job go on where its last run failed."""
    return _RESUMES in data


def scans_modules(data: bytes) -> bool:
    """Whether a file may look through what a module holds, or through the assets of ``Definitions``."""
    return any(word in data for word in _SCANNING) or (
        # Plain searches first: the expression takes twenty times as long.
        any(word in data for word in _MAY_SCAN) and bool(_SCANS.search(data))
    )


def may_load_modules(data: bytes) -> bool:
    """Whether a file may load a module from a file that it names, or load one again."""
    return b"module_from_spec" in data or b"reload(" in data


def imports_by_text(data: bytes) -> bool:
    """Whether a file may import a module by a string, which it may compute."""
    return searched_for_imports(data)[1] or may_load_modules(data)


def names_dagster(data: bytes) -> bool:
    """Whether a file may use Dagster."""
    return b"dagster" in data


def names_class_of_loads(data: bytes) -> bool:
    """Whether a file names the class that loads are of, which v2 assets are not."""
    return b"CacheableAssetsDefinition" in data


def reads_outputs_in_hooks(data: bytes) -> bool:
    """Whether a hook may read what a run answered, of whatever op it hangs on."""
    return b"op_output_values" in data and has_words_of_answers(data)


def has_words_of_answers(data: bytes) -> bool:
    """Whether a file may read what a run answered, from wherever it has that."""
    return any(name in data for name in _OF_ANSWERS)


def reads_outputs(data: bytes) -> bool:
    """Whether a file of Dagster code may read what a run answered."""
    return b"dagster" in data and has_words_of_answers(data)


def asks_for(data: bytes, fixtures: Iterable[bytes]) -> bool:
    """Whether a file may have a test, or a fixture, that asks for one of these fixtures."""
    return (b"def test" in data or b"fixture" in data) and any(name in data for name in fixtures)


def loads_packages(data: bytes) -> bool:
    """Whether a file may have Dagster collect what the modules of a package or folder define."""
    return b"load_" in data and any(name in data for name in _COLLECTING)


def loads_asset(data: bytes, names: Iterable[bytes]) -> bool:
    """Whether a file may load one of the assets of these names: by a decorator of Dagster, or by one of the user's."""
    may_load = b"asset" in data or any(read in data for read in _OF_ANSWERS)
    return may_load and any(name in data for name in names)


def loads_computed_asset(data: bytes) -> bool:
    """Whether a file may take what a run answered off an asset whose key is not written there: ``AssetIn(KEY)``."""
    return b"dagster" in data and _BY_COMPUTED_ASSET.search(data) is not None
