"""The names of Dagster, of Python and of others that the analysis knows by heart: what they do with what they get.

A call is harmless, or answers what it is given, only where its callee resolves through the imports to a row here or to a
function of the tree. A row is a name as it is imported; builtins have no prefix. Sources: ``dagster.__init__``, and
Python's documentation.
"""

from __future__ import annotations

from typing import Final

LOOKING: Final = frozenset(
    {
        "issubclass",
        "print",
        "repr",
        "str",
        "id",
        "bool",
        "format",
        "any",
        "all",
        "typing.assert_never",
        "warnings.warn",
    }
)
"""Functions that look at what they get and keep nothing of it."""

MEASURING: Final = frozenset({"len"})
"""Functions that answer the same of a container, whatever stands in it."""

CONFIGURING: Final = "dagster.configured"
"""The function, and decorator, that makes another definition of one."""

SCALARS: Final = frozenset({"str", "int", "float", "bool", "bytes"})
"""Classes that nothing legacy is an object of, nor what takes its place in v2."""

COPYING: Final = frozenset({"list", "tuple", "set", "frozenset", "sorted", "reversed", "dict"})
"""Builtins that answer a container with what the one that they are given holds."""

LOOPING: Final = frozenset({"enumerate", "zip", "iter"})
"""Builtins whose answers are followed where a loop goes through them."""

CHAINING: Final = frozenset({"itertools.chain", "itertools.chain.from_iterable", "sum"})
"""Functions that answer one sequence with what several hold."""

SAME: Final = {
    "typing.cast": 1,
    "typing_extensions.cast": 1,
    "copy.copy": 0,
    "copy.deepcopy": 0,
    "asyncio.run": 0,
    "dagster.ResourceDefinition.hardcoded_resource": 0,
}
"""Functions that answer one of their arguments, and its place among them."""

COPYING_OBJECTS: Final = frozenset({"dataclasses.replace", "attr.evolve", "attrs.evolve", "copy.replace"})
"""Functions that answer a copy of an object with other values in some of its fields."""

NAMESPACES: Final = frozenset({"types.SimpleNamespace", "argparse.Namespace"})
"""Classes whose objects have what they are given by name as attributes, and nothing else."""

WRAPPING: Final = frozenset(
    {"Optional", "Annotated", "ResourceParam", "ResourceDependency", "ClassVar", "Final"}
)
"""What stands around the class that an annotation names."""

DYNAMIC: Final = frozenset({"locals", "vars", "globals", "exec", "eval", "dir"})
"""Builtins through which code reaches names that it does not spell."""

MUTATING: Final = frozenset(
    {
        *("add", "append", "appendleft", "clear", "discard", "extend", "insert", "pop", "popitem", "popleft"),
        *("remove", "reverse", "setdefault", "sort", "update"),
    }
)
"""Methods by which containers are changed in place."""

EXECUTING: Final = frozenset({"exec", "eval"})
"""Those that run code which a string holds."""

LOGGERS: Final = frozenset({"logging.getLogger", "dagster.get_dagster_logger", "structlog.get_logger"})
"""Functions that answer a logger."""

LOGGING: Final = frozenset({"debug", "info", "warning", "error", "critical", "exception", "log", "bind"})
"""Methods of a logger, which write down what they get."""

TYPING: Final = ("typing.", "typing_extensions.", "dataclasses.", "abc.", "enum.", "pydantic.")
"""Where the functions come from that take a class for what it is called."""

KNOWN_BASES: Final = (
    "abc.",
    "collections.",
    "contextlib.AbstractContextManager",
    "dagster.",
    "enum.",
    "legacy.",
    "pydantic.BaseModel",
    "typing.",
    "typing_extensions.",
)
"""What classes derive from that call none of the methods which the class adds, and have no values but those in its code."""

KEEPING_DECORATORS: Final = frozenset(
    {
        "functools.lru_cache",
        "functools.cache",
        "functools.cached_property",
        "functools.wraps",
        "contextlib.contextmanager",
        "contextlib.asynccontextmanager",
        "property",
        "staticmethod",
        "classmethod",
        "abc.abstractmethod",
        "typing.overload",
        "typing.override",
        "typing.no_type_check",
        "typing_extensions.override",
        "pytest.fixture",
        "pytest_asyncio.fixture",
        "tenacity.retry",
        "dataclasses.dataclass",
        "pydantic.computed_field",
    }
)
"""Decorators that leave what a function takes and returns as it is."""

CACHING: Final = frozenset({"functools.lru_cache", "functools.cache"})
"""Decorators under which a function is only called with what can be hashed."""

HANDING_ON: Final = frozenset(
    {
        "op",
        "asset",
        "multi_asset",
        "graph",
        "graph_asset",
        "graph_multi_asset",
        "job",
        "repository",
        "asset_check",
        "multi_asset_check",
        "observable_source_asset",
        "definitions",
        "solid",
        "hourly_partitioned_config",
    }
)
"""Dagster's decorators whose functions answer to Dagster, which hands that to functions that ask for it by name."""

READING_BY_NAME: Final = (
    "output_for_node",
    "output_value",
    "output_values",
    "asset_value",
    "load_asset_value",
    "load_asset",
)
"""Methods of Dagster by which code reads what an op or asset answered, by its name."""

CONTEXT_BUILDERS: Final = (
    "dagster.build_op_context",
    "dagster.build_asset_context",
    "dagster.build_init_resource_context",
    "dagster.build_sensor_context",
    "dagster.build_schedule_context",
    "dagster.build_hook_context",
    "dagster.build_input_context",
    "dagster.build_output_context",
    "dagster.build_run_status_sensor_context",
)
"""Functions that answer a context which holds the resources that they are given, also where ``with`` enters it."""
LOADING_BY_NAME = frozenset(
    {
        "django.utils.module_loading.import_string",
        "hydra.utils.get_object",
        "hydra.utils.instantiate",
        "importlib.util.module_from_spec",
        "joblib.load",
        "pickle.load",
        "pickle.loads",
        "pkgutil.resolve_name",
        "pydoc.locate",
        "werkzeug.utils.import_string",
    }
)
"""Functions of other packages that may answer an object of the tree: by its name, its file, or as it was stored."""
