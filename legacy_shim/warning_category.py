"""The category of every warning of this project. Importing it loads Dagster's own categories, so it is loaded late."""

import logging
import sys
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast

from legacy_shim.cloud.dagster_private import SupersessionWarning


class LegacyDbtCloudWarning(SupersessionWarning):
    """A legacy name of the dbt Cloud integration is used.

    A subclass of Dagster's ``SupersessionWarning``: shown by default, steered by the same filters.
    """

    __module__ = "legacy_shim"


_formatting = threading.RLock()


@contextmanager
def source_lines_kept_out() -> Iterator[None]:
    """Show warnings of this category without the line of code they are of, in this block: a token may stand there."""
    with _formatting:
        ordinary = warnings.formatwarning

        def without_source_line(
            message: Any, category: type[Warning], filename: str, lineno: int, line: str | None = None
        ) -> str:
            shown = "" if issubclass(category, LegacyDbtCloudWarning) else line
            return ordinary(message, category, filename, lineno, shown)

        warnings.formatwarning = without_source_line
        try:
            yield
        finally:
            if warnings.formatwarning is without_source_line:
                warnings.formatwarning = ordinary


@contextmanager
def captured_warnings_heard() -> Iterator[None]:
    """Give warnings that ``logging`` captures to Dagster's handlers where it has none of its own, in this block.

    ``dagster definitions validate`` and ``dg check defs`` capture warnings and set up a log for Dagster alone.
    """
    captured = logging.getLogger("py.warnings")
    with _formatting:
        handlers = [] if _has_handler(captured) else list(logging.getLogger("dagster").handlers)
        for handler in handlers:
            captured.addHandler(handler)
        try:
            yield
        finally:
            for handler in handlers:
                captured.removeHandler(handler)


def _has_handler(captured: logging.Logger) -> bool:
    """Whether a handler that does something gets the records of a logger."""
    logger: logging.Logger | None = captured
    while logger is not None:
        if any(not isinstance(handler, logging.NullHandler) for handler in logger.handlers):
            return True
        logger = logger.parent if logger.propagate else None
    return False


_SPELLINGS = frozenset(
    f"{module}.LegacyDbtCloudWarning" for module in ("legacy_shim", "legacy_shim.deprecation", __name__)
)


def apply_command_line_filters() -> None:
    """Apply the ``-W`` options and ``PYTHONWARNINGS`` entries that name this category.

    Python reads them before it can import anything from site-packages, reports an "invalid module name" and drops
    them; so they are read again here, in their order, where the category exists.
    """
    if any(entry[2] is LegacyDbtCloudWarning for entry in warnings.filters):
        return  # Python could resolve it (the package was on PYTHONPATH), or the program has set its own
    for option in sys.warnoptions:
        action, _, rest = option.partition(":")
        message, _, rest = rest.partition(":")
        category, _, rest = rest.partition(":")
        module, _, line = rest.partition(":")
        if category.strip() in _SPELLINGS:
            _add_filter(action.strip(), message.strip(), module.strip(), line.strip())


def _add_filter(action: str, message: str, module: str, line: str) -> None:
    import re

    known = [
        full for full in ("default", "always", "ignore", "module", "once", "error") if full.startswith(action)
    ]
    warnings.filterwarnings(
        cast(Any, known[0] if action and known else "default"),
        re.escape(message),
        LegacyDbtCloudWarning,
        rf"{re.escape(module)}\Z" if module else "",
        int(line) if line.isdigit() else 0,
    )


apply_command_line_filters()
